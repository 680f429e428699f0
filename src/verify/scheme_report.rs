//! How a report on a scheme is made: every decision, within a budget of exact work.

use super::budget::Budget;
use super::exact_cost::Size;
use super::learning_report::LearningReport;
use super::left_out::{LeftOut, WhyLeftOut};
use super::orders_within::Orders;
use super::supervisor::Supervisor;
use super::verification::Verification;
use crate::exact::Number;
use crate::method::{Method, Multistep, Property, RungeKutta, Stated};
use crate::method::{PROPERTIES, RestsOn};
use crate::order::{ConditionsTested, DEFAULT_CAP, LARGEST_CAP, OrderReport, SimplifyingAssumptions, failing_bush, order_up_to};
use crate::stability::{
    Angle, Extent, LocusShape, RightHalfPlane, RootLocus, StabilityFunction, UnknownRoom, a_alpha, at_infinity, disc_radius,
    imaginary_interval, is_a_stable, is_algebraically_stable, is_symplectic, linear_order, linear_order_of_step, multistep,
    multistep_phase_errors, phase_errors, real_interval, reduce, ssp_coefficient, ssp_is_zero, symmetry,
};
use num_traits::Zero;
use std::ops::ControlFlow;

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

/// How much of a report is made.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// All of it.
    Whole,
    /// The decisions, without what is sampled or traced.
    Decisions,
}

/// A report without claims, within a budget.
pub(super) fn decide(method: &Method, mut budget: Budget, watch: &Supervisor, depth: Depth) -> Verification {
    let report = match method {
        Method::RungeKutta(method) => of_runge_kutta(method, &mut budget, &mut watch.of_conditions(), depth),
        Method::Multistep(method) => of_multistep(method, &mut budget, depth),
    };
    Verification { effort: budget.spent(), left_out: budget.left_out, ..report }
}

/// The order from the trees, or where these end too early, or would take long, from the simplifying assumptions.
fn order_of(method: &RungeKutta, progress: &mut dyn FnMut(ConditionsTested) -> ControlFlow<()>) -> OrderReport {
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
    room_reason: Option<UnknownRoom>,
}

impl OfR {
    fn new(r: &StabilityFunction, depth: Depth, budget: &mut Budget) -> Self {
        let size = Size::of(r.numerator().coefficients().iter().chain(r.denominator().coefficients()));
        let degree = r.degree();
        let bisection =
            |limit: usize| if degree > limit { Err(WhyLeftOut::Degree { found: degree, most: limit }) } else { size.bisection(degree) };
        let real = budget.decide(["real_interval"], || with_double(real_interval(r)));
        let imaginary = budget.decide(["imaginary_interval", "i_stable"], || with_double(imaginary_interval(r)));
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
            _ if budget.taken("disc", bisection(longest)) => budget.decide(["disc"], || with_double(disc_radius(r))),
            _ => None,
        };
        let at_infinity = at_infinity(r);
        let room = if depth == Depth::Whole { budget.decide(["right_half_plane"], || RightHalfPlane::of(r)) } else { None };
        Self {
            a_stable,
            l_stable: a_stable.map(|stable| stable && at_infinity.as_ref().is_some_and(Zero::is_zero)),
            i_stable: imaginary.as_ref().map(Extent::is_infinite),
            angle,
            at_infinity,
            imaginary,
            real,
            disc,
            room_reason: room.as_ref().and_then(|room| room.err()),
            room: room.and_then(Result::ok),
        }
    }
}

fn of_runge_kutta(
    method: &RungeKutta,
    budget: &mut Budget,
    progress: &mut dyn FnMut(ConditionsTested) -> ControlFlow<()>,
    depth: Depth,
) -> Verification {
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
    let size = Size::of(method.a().iter().flatten().chain(method.b()));
    let triangular = method.a().iter().enumerate().all(|(i, row)| row[i + 1..].iter().all(Zero::is_zero));
    let zero = ssp_is_zero(&reduction);
    let parts = || rests_on_r().filter(|what| !(zero && *what == "ssp_coefficient"));
    let r = match size.stability_function(method.stages(), triangular) {
        Ok(()) => budget.decide(parts(), || StabilityFunction::of(method)),
        Err(why) => {
            budget.left_out.extend(parts().map(|what| LeftOut { what, why }));
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
        (Some(_), Depth::Whole) => learning_of(&whole, budget),
        _ => None,
    };
    let of_r = r.as_ref().map_or_else(OfR::default, |r| OfR::new(r, depth, budget));
    let ssp = if zero {
        Some(Extent::Zero)
    } else if let Some(r) = &r {
        let stages = reduction.method.stages();
        let coefficients = Size::of(r.numerator().coefficients().iter().chain(r.denominator().coefficients()));
        let why = match stages > SSP_STAGES {
            true => Err(WhyLeftOut::Stages { found: stages, most: SSP_STAGES }),
            false => coefficients.absolute_monotonicity(stages),
        };
        let taken = budget.taken("ssp_coefficient", why);
        taken.then(|| budget.decide(["ssp_coefficient"], || with_double(ssp_coefficient(&reduction)))).flatten()
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
/// The keys of the verdicts on learning, the last of a multistep method only.
const VERDICTS: [&str; 4] = ["sign_faithful", "unique", "branches", "discovery_stable"];
/// The keys of what is traced along rays.
const TRACED: [&str; 2] = ["artifact_boundary", "parasitic_growth"];
/// The keys of the errors in phase and modulus.
const PHASE: [&str; 3] = ["dispersion_order", "dissipation_order", "phase"];

fn of_multistep(method: &Multistep, budget: &mut Budget, depth: Depth) -> Verification {
    let found = multistep::order(method);
    let failing_condition = found.failing.clone();
    let whole = Method::Multistep(method.clone());
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
    let Some((locus, irreducible)) = budget.decide(RESTS_ON_REDUCED.into_iter().chain(VERDICTS).chain(TRACED).chain(PHASE), || {
        let (rho, sigma) = multistep::reduced(method);
        (RootLocus::new(&rho, &sigma), rho.degree() == Some(method.steps()))
    }) else {
        return report;
    };
    let a_stable = budget.decide(["a_stable", "l_stable"], || multistep::is_a_stable(method));
    let imaginary = budget.decide(["imaginary_interval", "i_stable"], || with_double(locus.imaginary_interval()));
    let real = budget.decide(["real_interval"], || with_double(locus.real_interval()));
    // What costs least comes first.
    let (mut phase, mut learning) = (None, None);
    if depth == Depth::Whole {
        phase = budget.decide(PHASE, || multistep_phase_errors(method)).flatten();
        learning = learning_of(&whole, budget);
    }
    let angle = budget.decide(["a_alpha_degrees"], || locus.a_alpha());
    let disc = budget.decide(["disc"], || with_double(locus.disc()));
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
        return report;
    }
    let (room, room_reason) = match budget.decide(["right_half_plane"], || RightHalfPlane::of_multistep(method)) {
        Some(Ok(room)) => (Some(room), None),
        Some(Err(reason)) => (None, Some(reason)),
        None => (None, None),
    };
    let root_locus = budget.decide(["root_locus"], || LocusShape::of(method));
    Verification { right_half_plane: room, right_half_plane_reason: room_reason, root_locus, phase, learning, ..report }
}

/// The verdicts on learning, and what is traced along rays as far as the budget goes.
fn learning_of(method: &Method, budget: &mut Budget) -> Option<LearningReport> {
    let count = if matches!(method, Method::Multistep(_)) { 4 } else { 3 };
    let mut learning = budget.decide(VERDICTS.into_iter().take(count), || LearningReport::verdicts(method))?;
    if let Some(boundary) = budget.decide(["artifact_boundary"], || LearningReport::trace_boundary(method)) {
        learning.artifact_boundary = boundary.crossings;
        learning.artifact_reason = boundary.reason;
    }
    if let Method::Multistep(method) = method {
        learning.parasitic_growth = budget.decide(["parasitic_growth"], || LearningReport::trace_parasites(method));
    }
    Some(learning)
}

/// Evaluates the double now and keeps it, so that its cost is counted with the decision.
fn with_double(extent: Extent) -> Extent {
    extent.to_f64();
    extent
}
