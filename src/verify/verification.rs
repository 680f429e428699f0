//! Everything that is known of a scheme, in one report, with its claims checked.

use super::budget::{Budget, LeftOut};
use super::claims::{CheckedClaim, check};
use super::exact_cost::Size;
use super::learning_report::LearningReport;
use super::second_look::{Answers, second_look};
use super::within::{Orders, Within, within};
use crate::exact::Number;
use crate::method::{FieldSymbol, Method, Multistep, Property, RungeKutta, Stated};
use crate::method::{PROPERTIES, RestsOn};
use crate::order::{
    DEFAULT_CAP, FailingCondition, LARGEST_CAP, OrderReport, OrderWithin, PrincipalError, Progress, SimplifyingAssumptions, failing_bush,
    order_up_to,
};
use crate::stability::{
    Angle, Extent, LocusShape, PhaseErrors, RightHalfPlane, RootLocus, StabilityFunction, a_alpha, at_infinity, disc_radius,
    imaginary_interval, is_a_stable, is_algebraically_stable, is_first_same_as_last, is_stiffly_accurate, is_symplectic, linear_order,
    linear_order_of_step, multistep, multistep_phase_errors, phase_errors, real_interval, reduce, ssp_coefficient, ssp_is_zero, symmetry,
};
use num_traits::{One, Zero};
use serde::Serialize;
use std::ops::ControlFlow;

/// What is known of a scheme. A value that does not apply is `None` (null in JSON), an unbounded one is the string `"Infinity"` in JSON.
///
/// Decisions are exact over Q and Q(α), and to within the rounding of the coefficients where [`exact`](Self::exact) is false. The
/// room in the right half plane is enclosed in f64.
#[derive(Clone, Debug, Serialize)]
pub struct Verification {
    /// The catalogue's name, or the file's.
    pub method: String,
    /// The name in words.
    pub title: String,
    /// Author, year, where.
    pub source: String,
    /// `runge-kutta` or `multistep`.
    pub kind: &'static str,
    /// s.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stages: Option<usize>,
    /// k.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// Whether a step needs no equation solved.
    pub explicit: bool,
    /// The order.
    pub order: usize,
    /// False where the search ended before a condition failed: the order is at least [`order`](Self::order).
    pub order_complete: bool,
    /// The largest p, η, ζ of B(p), C(η), D(ζ).
    pub simplifying_assumptions: Option<SimplifyingAssumptions>,
    /// min(p, η) of the simplifying assumptions B(p), C(η).
    pub stage_order: Option<usize>,
    /// The order on linear problems, that of R.
    pub linear_order: usize,
    /// Whether all coefficients, and so all verdicts, are exact.
    pub exact: bool,
    /// `(e^z − R(z))/z^{p+1}` at 0, p the linear order; for a multistep method `C_{p+1}/σ(1)`.
    pub error_constant: Option<f64>,
    /// The same, exactly.
    #[serde(rename = "error_constant_exact")]
    pub error_constant_number: Option<Number>,
    /// Norms of the principal error function.
    pub principal_error: Option<PrincipalError>,
    /// The first order conditions that fail.
    pub failing: Vec<FailingCondition>,
    /// How many of order p + 1 fail.
    pub failing_count: Option<usize>,
    /// What the letter in exact coefficients stands for, where they lie in a field of degree three or more.
    pub field: Option<FieldSymbol>,
    /// The first order conditions that the embedded method fails.
    pub embedded_failing: Vec<FailingCondition>,
    /// For a multistep method the first order condition that fails: `C_3 = 1/4, needs 0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failing_condition: Option<String>,
    /// R = P/Q.
    pub stability: Option<StabilityFunction>,
    /// |R| ≤ 1 in the left half plane; like all that rests on R, `None` where R is left out.
    pub a_stable: Option<bool>,
    /// A-stable, and R(∞) = 0.
    pub l_stable: Option<bool>,
    /// |R| ≤ 1 on the imaginary axis.
    pub i_stable: Option<bool>,
    /// Half angle of the widest stable sector about the negative real axis.
    pub a_alpha_degrees: Option<f64>,
    /// A bound of its error.
    pub a_alpha_error: Option<f64>,
    /// Algebraic stability.
    pub b_stable: Option<bool>,
    /// Whether quadratic invariants are kept.
    pub symplectic: Option<bool>,
    /// Whether the method is its own adjoint.
    pub symmetric: Option<bool>,
    /// The permutation of the reduced method's stages, counted from one, that turns it into its adjoint.
    pub symmetry: Option<Vec<usize>>,
    /// Whether ρ satisfies the root condition.
    pub zero_stable: Option<bool>,
    /// Whether all zeros of ρ but 1 are strictly inside the circle.
    pub strongly_stable: Option<bool>,
    /// Whether b is the last row of A.
    pub stiffly_accurate: Option<bool>,
    /// Whether the last stage of a step is the first of the next.
    pub fsal: Option<bool>,
    /// R(∞), exactly; null where infinite.
    pub at_infinity: Option<Number>,
    /// Largest y with |R(it)| ≤ 1 for 0 ≤ t ≤ y.
    pub imaginary_interval: Option<Extent>,
    /// Largest x with |R(−t)| ≤ 1 for 0 ≤ t ≤ x.
    pub real_interval: Option<Extent>,
    /// Largest r such that the disc |z + r| ≤ r is stable; `None` where it is left out.
    pub disc: Option<Extent>,
    /// The stable room in Re z > 0.
    pub right_half_plane: Option<RightHalfPlane>,
    /// Why it is not known.
    pub right_half_plane_reason: Option<String>,
    /// For a multistep method, the shape of the curve that its stability region's boundary is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_locus: Option<LocusShape>,
    /// Orders of the errors in phase and modulus along the imaginary axis.
    pub phase: Option<PhaseErrors>,
    /// Radius of absolute monotonicity; `None` where it is left out.
    pub ssp_coefficient: Option<Extent>,
    /// The order of the embedded method.
    pub embedded_order: Option<usize>,
    /// Whether nothing is superfluous: no stage for a Runge–Kutta method, no common factor of ρ and σ for a multistep method.
    pub irreducible: Option<bool>,
    /// Whether the step uses every stage (Dahlquist & Jeltsch).
    pub dj_irreducible: Option<bool>,
    /// Whether no two stages are always equal (Hundsdorfer & Spijker).
    pub hs_irreducible: Option<bool>,
    /// Stages that the step does not use, counted from one.
    pub unused_stages: Option<Vec<usize>>,
    /// Groups of stages that are always equal.
    pub equal_stages: Option<Vec<Vec<usize>>>,
    /// What the scheme does to a model that learns through it.
    pub learning: Option<LearningReport>,
    /// The order that holds to a tolerance, with its defect; `None` where the search was stopped.
    pub order_within: Option<OrderWithin>,
    /// The same of the embedded method.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedded_order_within: Option<OrderWithin>,
    /// Where `b_hat` sums to 0, and so looks like b − b̂: the order with the weights b − `b_hat`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedded_as_difference: Option<OrderWithin>,
    /// What holds to within that tolerance, where the exact order falls short of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<Within>,
    /// What was not computed, since it would take minutes for a scheme of this size.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// The claims of the scheme's file.
    pub claims: Vec<CheckedClaim>,
}

impl Verification {
    /// What a scheme says of itself, and nothing decided.
    fn undecided(method: &Method) -> Self {
        Self {
            method: method.name().into(),
            title: method.identity().title.clone(),
            source: method.identity().source.clone(),
            kind: method.kind(),
            stages: None,
            steps: None,
            explicit: method.is_explicit(),
            order: 0,
            order_complete: false,
            simplifying_assumptions: None,
            stage_order: None,
            linear_order: 0,
            exact: method.is_exact(),
            error_constant: None,
            error_constant_number: None,
            principal_error: None,
            failing: Vec::new(),
            failing_count: None,
            field: FieldSymbol::of(method),
            embedded_failing: Vec::new(),
            failing_condition: None,
            stability: None,
            a_stable: None,
            l_stable: None,
            i_stable: None,
            a_alpha_degrees: None,
            a_alpha_error: None,
            b_stable: None,
            symplectic: None,
            symmetric: None,
            symmetry: None,
            zero_stable: None,
            strongly_stable: None,
            stiffly_accurate: None,
            fsal: None,
            at_infinity: None,
            imaginary_interval: None,
            real_interval: None,
            disc: None,
            right_half_plane: None,
            right_half_plane_reason: None,
            root_locus: None,
            phase: None,
            ssp_coefficient: None,
            embedded_order: None,
            irreducible: None,
            dj_irreducible: None,
            hs_irreducible: None,
            unused_stages: None,
            equal_stages: None,
            learning: None,
            order_within: None,
            embedded_order_within: None,
            embedded_as_difference: None,
            within: None,
            left_out: Vec::new(),
            claims: Vec::new(),
        }
    }
}

/// What is reported of R besides its properties, and is left out with it.
const DETAILS_OF_R: [&str; 4] = ["stability", "right_half_plane", "artifact_boundary", "phase"];

/// The keys of all that rests on R.
fn rests_on_r() -> impl Iterator<Item = &'static str> {
    let resting = PROPERTIES.iter().filter(|entry| entry.rests_on == RestsOn::StabilityFunction).map(|entry| entry.key);
    resting.chain(DETAILS_OF_R)
}

/// The stages of a full A above which the SSP coefficient is left out, however short its coefficients: its s² rational functions take time as s⁵. The zeros
/// that signs and gaps of A show are free.
const SSP_STAGES: usize = 32;
/// The degree of a denominator above which sectors and discs are left out: each of some dozen decisions takes as many exact root counts.
const IMPLICIT_DEGREE: usize = 24;
/// The degree of a polynomial R above which the disc is left out.
const EXPLICIT_DEGREE: usize = 128;

/// Verifies a scheme.
///
/// ```
/// use lambdahat::{method::catalog, verify::verify};
/// let report = verify(&catalog::find("rk4")?);
/// assert_eq!((report.order, report.a_stable), (4, Some(false)));
/// assert!(report.claims.iter().all(|claim| claim.holds));
/// # Ok::<(), lambdahat::method::CatalogError>(())
/// ```
pub fn verify(method: &Method) -> Verification {
    verify_with(method, |_| ControlFlow::Continue(()))
}

/// The same with reports on the search for the order, which may stop it: the order is then what was proved until that point.
pub fn verify_with(method: &Method, mut progress: impl FnMut(Progress) -> ControlFlow<()>) -> Verification {
    let mut report = decide(method, &mut progress, Depth::Whole);
    if cfg!(debug_assertions) {
        let refuted = second_look(method, &report.answers());
        debug_assert!(refuted.is_empty(), "{}: {refuted:?}", method.name());
    }
    report.within = within(method, &report);
    report.claims = check(&report, method);
    report
}

impl Verification {
    /// What a second look is taken at.
    pub fn answers(&self) -> Answers<'_> {
        Answers {
            order: self.order,
            stability: self.stability.as_ref(),
            real_interval: self.real_interval.as_ref(),
            imaginary_interval: self.imaginary_interval.as_ref(),
            disc: self.disc.as_ref(),
            a_stable: self.a_stable,
            zero_stable: self.zero_stable,
        }
    }
}

/// How much of a report is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// All of it.
    Whole,
    /// The decisions, without what is sampled or traced.
    Decisions,
}

/// A report without claims.
pub(super) fn decide(method: &Method, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>, depth: Depth) -> Verification {
    match method {
        Method::RungeKutta(method) => of_runge_kutta(method, progress, depth),
        Method::Multistep(method) => of_multistep(method, depth),
    }
}

/// The order from the trees, or where these end too early, or would take long, from the simplifying assumptions.
fn order_of(method: &RungeKutta, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> OrderReport {
    let assumptions = SimplifyingAssumptions::of(method);
    let implied = assumptions.implied_order();
    // Without a second set of weights, no tree is needed for what the assumptions prove beyond the last tree.
    let cap = match implied > DEFAULT_CAP && method.b_hat().is_none() {
        true => 1,
        // The last trees are many: they are for those who claim something of them.
        false if claims_more(method) => LARGEST_CAP,
        false => DEFAULT_CAP,
    };
    let mut report = order_up_to(method, cap, progress);
    if !report.complete && implied > report.order {
        report.order = implied;
        // B(p) is the condition of the bush: the order is no larger.
        report.complete = implied == assumptions.b;
        if report.complete {
            report.failing = vec![failing_bush(method.b(), method.c(), implied + 1)];
            report.failing_count = 1;
        }
    }
    report
}

/// Whether an order is claimed that trees up to the default cap cannot show.
fn claims_more(method: &RungeKutta) -> bool {
    let beyond = |stated: &Stated| matches!(stated, Stated::Value(p) if p.to_f64() > DEFAULT_CAP as f64);
    method.identity().claims.iter().any(|claim| claim.claim == Property::Order && beyond(&claim.stated))
}

fn too_large(noun: &str, size: usize, limit: usize) -> String {
    format!("{noun} {size} is above {limit}: the exact decision would take minutes")
}

/// What R decides: nothing where R is left out.
#[derive(Default)]
struct OfR {
    a_stable: Option<bool>,
    l_stable: Option<bool>,
    i_stable: Option<bool>,
    angle: Option<Angle>,
    at_infinity: Option<Number>,
    imaginary: Option<Extent>,
    real: Option<Extent>,
    disc: Option<Extent>,
    room: Option<RightHalfPlane>,
    room_reason: Option<String>,
}

impl OfR {
    fn new(r: &StabilityFunction, depth: Depth, budget: &mut Budget) -> Self {
        let size = Size::of(r.numerator().coefficients().iter().chain(r.denominator().coefficients()));
        let degree = r.degree();
        let bisection = |limit: usize| if degree > limit { Err(too_large("degree", degree, limit)) } else { size.bisection(degree) };
        let real = budget.decide(["real_interval"], || known(real_interval(r)));
        let imaginary = budget.decide(["imaginary_interval", "i_stable"], || known(imaginary_interval(r)));
        let a_stable = budget.decide(["a_stable", "l_stable"], || is_a_stable(r));
        // What the axes decide needs no search.
        let has_sector = a_stable != Some(false) || real.as_ref().is_none_or(Extent::is_infinite);
        let angle = match a_stable {
            Some(true) => Some(Angle::RIGHT),
            _ if has_sector && budget.taken("a_alpha_degrees", bisection(IMPLICIT_DEGREE)) => {
                budget.decide(["a_alpha_degrees"], || a_alpha(r)).flatten()
            }
            _ => None,
        };
        let longest = if r.denominator_degree() > 0 { IMPLICIT_DEGREE } else { EXPLICIT_DEGREE };
        let disc = match a_stable {
            Some(true) => Some(Extent::Infinite),
            _ if budget.taken("disc", bisection(longest)) => budget.decide(["disc"], || known(disc_radius(r))),
            _ => None,
        };
        let at_infinity = at_infinity(r);
        let room = if depth == Depth::Whole { budget.decide(["right_half_plane"], || RightHalfPlane::of(r)) } else { None };
        let room_reason = (room == Some(None)).then(|| match &at_infinity {
            Some(limit) if (limit.clone() * limit - Number::one()).is_zero() => {
                "|R(∞)| = 1 leaves open whether the region is bounded on the right".to_owned()
            }
            _ => "no bound of the region was found below |z| = 10^6".to_owned(),
        });
        Self {
            a_stable,
            l_stable: a_stable.map(|stable| stable && at_infinity.as_ref().is_some_and(Zero::is_zero)),
            i_stable: imaginary.as_ref().map(Extent::is_infinite),
            angle,
            at_infinity,
            imaginary,
            real,
            disc,
            room: room.flatten(),
            room_reason,
        }
    }
}

fn of_runge_kutta(method: &RungeKutta, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>, depth: Depth) -> Verification {
    let found = order_of(method, progress);
    let orders = if depth == Depth::Whole { Orders::of_runge_kutta(method, &found, progress) } else { Orders::default() };
    let OrderReport {
        order,
        complete,
        failing,
        failing_count,
        assumptions,
        stage_order,
        embedded_order,
        embedded_failing,
        principal_error,
        ..
    } = found;
    let whole = Method::RungeKutta(method.clone());
    let reduction = reduce(method);
    let mut budget = Budget::new(depth == Depth::Whole);
    let size = Size::of(method.a().iter().flatten().chain(method.b()));
    let triangular = method.a().iter().enumerate().all(|(i, row)| row[i + 1..].iter().all(Zero::is_zero));
    let zero = ssp_is_zero(&reduction);
    let parts = || rests_on_r().filter(|what| !(zero && *what == "ssp_coefficient"));
    let r = match size.stability_function(method.stages(), triangular) {
        Ok(()) => budget.decide(parts(), || StabilityFunction::of(method)),
        Err(why) => {
            budget.left_out.extend(parts().map(|what| LeftOut { what, why: why.clone() }));
            None
        }
    };
    let (linear_order, error_constant) = match &r {
        Some(r) => linear_order(r),
        None => linear_order_of_step(method),
    };
    // What costs least comes first.
    let permutation = budget.decide(["symmetric"], || symmetry(&reduction));
    let b_stable = budget.decide(["b_stable"], || is_algebraically_stable(&reduction));
    let symplectic = budget.decide(["symplectic"], || is_symplectic(&reduction));
    let phase = r.as_ref().and_then(|r| budget.decide(PHASE, || phase_errors(r)));
    let learning = match (&r, depth) {
        (Some(_), Depth::Whole) => budget.decide(LEARNING, || LearningReport::of(&whole)),
        _ => None,
    };
    let of_r = r.as_ref().map_or_else(OfR::default, |r| OfR::new(r, depth, &mut budget));
    let ssp = if zero {
        Some(Extent::Zero)
    } else if let Some(r) = &r {
        let stages = reduction.method.stages();
        let coefficients = Size::of(r.numerator().coefficients().iter().chain(r.denominator().coefficients()));
        let why = match stages > SSP_STAGES {
            true => Err(too_large("the number of stages", stages, SSP_STAGES)),
            false => coefficients.absolute_monotonicity(stages),
        };
        let taken = budget.taken("ssp_coefficient", why);
        taken.then(|| budget.decide(["ssp_coefficient"], || known(ssp_coefficient(&reduction)))).flatten()
    } else {
        None
    };
    Verification {
        stages: Some(method.stages()),
        order,
        order_complete: complete,
        simplifying_assumptions: Some(assumptions),
        stage_order: Some(stage_order),
        linear_order,
        error_constant: error_constant.as_ref().map(Number::to_f64),
        error_constant_number: error_constant,
        principal_error,
        failing,
        failing_count: complete.then_some(failing_count),
        embedded_failing,
        a_stable: of_r.a_stable,
        l_stable: of_r.l_stable,
        i_stable: of_r.i_stable,
        a_alpha_degrees: of_r.angle.map(Angle::degrees),
        a_alpha_error: of_r.angle.map(Angle::error),
        b_stable,
        symplectic,
        symmetric: permutation.as_ref().map(Option::is_some),
        symmetry: permutation.flatten(),
        stiffly_accurate: Some(is_stiffly_accurate(method)),
        fsal: Some(is_first_same_as_last(method)),
        at_infinity: of_r.at_infinity,
        imaginary_interval: of_r.imaginary,
        real_interval: of_r.real,
        disc: of_r.disc,
        right_half_plane: of_r.room,
        right_half_plane_reason: of_r.room_reason,
        phase,
        ssp_coefficient: ssp,
        embedded_order,
        irreducible: Some(reduction.is_irreducible()),
        dj_irreducible: Some(reduction.is_dj_irreducible()),
        hs_irreducible: Some(reduction.is_hs_irreducible()),
        unused_stages: Some(reduction.unused),
        equal_stages: Some(reduction.equal),
        learning,
        order_within: orders.main,
        embedded_order_within: orders.embedded,
        embedded_as_difference: orders.difference,
        left_out: budget.left_out,
        stability: r,
        ..Verification::undecided(&whole)
    }
}

/// The keys of what rests on ρ and σ without common factors, besides learning and phase.
const RESTS_ON_REDUCED: [&str; 10] = [
    "irreducible",
    "a_stable",
    "l_stable",
    "i_stable",
    "a_alpha_degrees",
    "imaginary_interval",
    "real_interval",
    "disc",
    "right_half_plane",
    "root_locus",
];
/// The keys of a report on learning.
const LEARNING: [&str; 5] = ["sign_faithful", "unique", "branches", "discovery_stable", "artifact_boundary"];
/// The keys of the errors in phase and modulus.
const PHASE: [&str; 3] = ["dispersion_order", "dissipation_order", "phase"];

fn of_multistep(method: &Multistep, depth: Depth) -> Verification {
    let found = multistep::order(method);
    let failing_condition = found.failure();
    let whole = Method::Multistep(method.clone());
    let mut budget = Budget::new(depth == Depth::Whole);
    let orders = if depth == Depth::Whole { Orders::of_multistep(method, found.order) } else { Orders::default() };
    let report = Verification {
        steps: Some(method.steps()),
        order: found.order,
        order_complete: true,
        linear_order: found.order,
        error_constant: found.error_constant.as_ref().map(Number::to_f64),
        error_constant_number: found.error_constant,
        failing_condition,
        symmetric: Some(multistep::is_symmetric(method)),
        zero_stable: budget.decide(["zero_stable"], || multistep::zero_stability(method).holds()),
        strongly_stable: budget.decide(["strongly_stable"], || multistep::is_strongly_stable(method)),
        ssp_coefficient: Some(multistep::ssp_coefficient(method)),
        order_within: orders.main,
        ..Verification::undecided(&whole)
    };
    let Some((locus, irreducible)) = budget.decide(RESTS_ON_REDUCED.into_iter().chain(LEARNING).chain(PHASE), || {
        let (rho, sigma) = multistep::reduced(method);
        (RootLocus::new(&rho, &sigma), rho.degree() == Some(method.steps()))
    }) else {
        return Verification { left_out: budget.left_out, ..report };
    };
    let a_stable = budget.decide(["a_stable", "l_stable"], || multistep::is_a_stable(method));
    let imaginary = budget.decide(["imaginary_interval", "i_stable"], || known(locus.imaginary_interval()));
    let real = budget.decide(["real_interval"], || known(locus.real_interval()));
    // What costs least comes first.
    let (mut phase, mut learning) = (None, None);
    if depth == Depth::Whole {
        phase = budget.decide(PHASE, || multistep_phase_errors(method)).flatten();
        learning = budget.decide(LEARNING, || LearningReport::of(&whole));
    }
    let angle = budget.decide(["a_alpha_degrees"], || locus.a_alpha());
    let disc = budget.decide(["disc"], || known(locus.disc()));
    let report = Verification {
        a_stable,
        l_stable: a_stable.map(|stable| stable && multistep::damps_infinitely_stiff_modes(method)),
        i_stable: imaginary.as_ref().map(Extent::is_infinite),
        a_alpha_degrees: angle.flatten().map(Angle::degrees),
        a_alpha_error: angle.flatten().map(Angle::error),
        imaginary_interval: imaginary,
        real_interval: real,
        disc,
        irreducible: Some(irreducible),
        ..report
    };
    if depth == Depth::Decisions {
        return Verification { left_out: budget.left_out, ..report };
    }
    let (room, room_reason) = match budget.decide(["right_half_plane"], || RightHalfPlane::of_multistep(method)) {
        Some(Ok(room)) => (Some(room), None),
        Some(Err(reason)) => (None, Some(reason)),
        None => (None, None),
    };
    let root_locus = budget.decide(["root_locus"], || LocusShape::of(method));
    Verification {
        right_half_plane: room,
        right_half_plane_reason: room_reason,
        root_locus,
        phase,
        learning,
        left_out: budget.left_out,
        ..report
    }
}

/// An extent that is known as a double too: what its digits cost belongs to the decision.
fn known(extent: Extent) -> Extent {
    extent.to_f64();
    extent
}
