//! Everything that is known of a scheme, in one report.

use super::checked_claim::CheckedClaim;
use super::decision::read_off;
use super::learning_report::LearningReport;
use super::left_out::LeftOut;
use crate::exact::Number;
use crate::method::{FieldSymbol, Method};
use crate::order::{FailingCondition, OrderWithin, PrincipalError, SimplifyingAssumptions};
use crate::stability::multistep::FailingCoefficient;
use crate::stability::{Extent, LocusShape, PhaseErrors, RightHalfPlane, StabilityFunction, UnknownRoom};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

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
    pub failing_condition: Option<FailingCoefficient>,
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
    /// Truths that are read off the coefficients, by their keys; `None` where the notion does not apply.
    #[serde(flatten)]
    pub read_off: BTreeMap<&'static str, Option<bool>>,
    /// R(∞), exactly; null where infinite.
    pub at_infinity: Option<Number>,
    /// Largest y with |R(it)| ≤ 1 for 0 ≤ t ≤ y.
    pub imaginary_interval: Option<Extent>,
    /// Largest x with |R(−t)| ≤ 1 for 0 ≤ t ≤ x.
    pub real_interval: Option<Extent>,
    /// Largest r such that the disc |z + r| ≤ r is stable; `None` where it is left out.
    pub disc: Option<Extent>,
    /// The part of the stability region with Re z > 0.
    pub right_half_plane: Option<RightHalfPlane>,
    /// Why it is not known.
    pub right_half_plane_reason: Option<UnknownRoom>,
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
    /// What the exact decisions took, in units of about a nanosecond ([`effort`](crate::exact::effort)).
    #[serde(skip)]
    pub effort: u64,
    /// The claims of the scheme's file.
    pub claims: Vec<CheckedClaim>,
}

impl Verification {
    /// What a scheme says of itself, and nothing decided.
    pub(super) fn undecided(method: &Method) -> Self {
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
            read_off: read_off(method),
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
            effort: 0,
            claims: Vec::new(),
        }
    }
}

/// The keys of a report that are given "to within".
pub const KEYS_WITHIN: &[&str] = &[
    "stage_order",
    "linear_order",
    "embedded_order",
    "a_stable",
    "l_stable",
    "i_stable",
    "a_alpha_degrees",
    "b_stable",
    "symplectic",
    "symmetric",
    "zero_stable",
    "strongly_stable",
    "stiffly_accurate",
    "fsal",
    "non_negative_weights",
    "imaginary_interval",
    "real_interval",
    "disc",
    "ssp_coefficient",
];

/// The report to within a tolerance: "yes" means that some scheme whose coefficients are that near has the property; intervals and radii enclose those of all such
/// schemes of the same order.
#[derive(Clone, Debug)]
pub struct Within {
    /// How far each rounded coefficient may be from what it stands for, and each order condition from holding.
    pub tolerance: f64,
    /// What is decided of such a scheme; its order is [`Verification::order_within`]'s.
    pub report: Box<Verification>,
}

impl Serialize for Within {
    /// The tolerance, then the keys of `KEYS_WITHIN`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let whole = serde_json::to_value(&self.report).map_err(serde::ser::Error::custom)?;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("tolerance", &self.tolerance)?;
        for key in KEYS_WITHIN {
            map.serialize_entry(key, &whole[*key])?;
        }
        map.end()
    }
}
