//! Claims of a scheme file against what was found: stated, found, holds.

use super::checked_claim::CheckedClaim;
use super::claim_fault::ClaimFault;
use super::property_found::PropertyFound;
use super::verification::Verification;
use crate::exact::{Number, rational};
use crate::method::{Claim, Method, Property, Stated};
use crate::order::DEFAULT_CAP;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Checks the claims of a method against its report.
pub(super) fn check(report: &Verification, method: &Method) -> Vec<CheckedClaim> {
    method.identity().claims.iter().map(|claim| checked(report, method, claim)).collect()
}

fn checked(report: &Verification, method: &Method, claim: &Claim) -> CheckedClaim {
    let exactly = report.find(claim.claim);
    let open = undecided(report, claim);
    let holds = open.is_none() && agrees(&claim.stated, exactly.as_ref(), report.a_alpha_error);
    let (found, within) = match (&open, holds) {
        (None, false) => match to_within(report, method, claim) {
            Some((found, tolerance)) => (Some(found), Some(tolerance)),
            None => (exactly, None),
        },
        _ => (exactly, None),
    };
    let holds = holds || within.is_some();
    let why = open.clone().or_else(|| if holds { None } else { why(report, method, claim) });
    CheckedClaim { claim: claim.claim, stated: claim.stated.clone(), found, holds, undecided: open.is_some(), within, why }
}

/// Whether what is stated is what was found.
fn agrees(stated: &Stated, found: Option<&PropertyFound>, angle_error: Option<f64>) -> bool {
    match (stated, found) {
        (Stated::Truth(stated), Some(PropertyFound::Truth(found))) => stated == found,
        (Stated::Value(stated), Some(PropertyFound::Order(found))) => *stated == Number::from(*found as i64),
        (Stated::Value(stated), Some(PropertyFound::Value(found))) => stated == found,
        (Stated::Value(stated), Some(PropertyFound::Extent(extent))) => extent.agrees_with(stated) || same_double(stated, extent.to_f64()),
        (Stated::Value(stated), Some(PropertyFound::Degrees(degrees))) => angle_agrees(stated, *degrees, angle_error.unwrap_or(0.0)),
        (Stated::Infinite, Some(PropertyFound::Extent(extent))) => extent.is_infinite(),
        // A truth that does not apply to this kind of method is not true of it.
        (Stated::Truth(stated), None) => !stated,
        _ => false,
    }
}

/// What was found to within a tolerance, where the claim holds of that.
fn to_within(report: &Verification, method: &Method, claim: &Claim) -> Option<(PropertyFound, f64)> {
    // However near the coefficients, a finite extent is not an unbounded one: only a file that states its tolerance claims so little.
    if matches!(claim.stated, Stated::Infinite) && method.identity().stated_tolerance().is_none() {
        return None;
    }
    let order = match claim.claim {
        Property::Order => report.order_within,
        Property::EmbeddedOrder => report.embedded_order_within,
        _ => None,
    };
    let (found, tolerance, angle_error) = match (order, &report.within) {
        (Some(order), _) => (PropertyFound::Order(order.order), order.tolerance, None),
        (None, Some(within)) => (within.report.find(claim.claim)?, within.tolerance, within.report.a_alpha_error),
        (None, None) => return None,
    };
    (tolerance > 0.0 && agrees(&claim.stated, Some(&found), angle_error)).then_some((found, tolerance))
}

/// Why a claim is neither proved nor refuted: the search for an order ended before a condition failed, or the quantity was left out.
fn undecided(report: &Verification, claim: &Claim) -> Option<ClaimFault> {
    if let Some(part) = report.left_out.iter().find(|part| part.what == claim.claim.key()) {
        return Some(ClaimFault::LeftOut { because: part.why });
    }
    let reached = match claim.claim {
        Property::Order if !report.order_complete => report.order,
        Property::EmbeddedOrder if report.embedded_order == Some(DEFAULT_CAP) => DEFAULT_CAP,
        _ => return None,
    };
    let Stated::Value(stated) = &claim.stated else { return None };
    (stated.to_f64() >= reached as f64).then_some(ClaimFault::SearchEnded { order: reached })
}

/// What a claim that does not hold fails by: the first order condition, the coefficient of R, the entries of the last row.
fn why(report: &Verification, method: &Method, claim: &Claim) -> Option<ClaimFault> {
    let coefficient = || report.failing_condition.clone().map(ClaimFault::Coefficient);
    let beyond = |found: usize| matches!(&claim.stated, Stated::Value(stated) if stated.to_f64() > found as f64);
    match claim.claim {
        Property::Order if beyond(report.order) => report.failing.first().cloned().map(ClaimFault::Condition).or_else(coefficient),
        Property::EmbeddedOrder if report.embedded_as_difference.is_some() => {
            Some(ClaimFault::Difference { order: report.embedded_as_difference?.order })
        }
        Property::EmbeddedOrder if beyond(report.embedded_order?) => report.embedded_failing.first().cloned().map(ClaimFault::Condition),
        Property::ErrorConstant => tall_tree(report, claim).or_else(coefficient),
        Property::StageOrder if beyond(report.stage_order?) => simplifying_assumption(report, method),
        Property::StifflyAccurate | Property::Fsal if matches!(claim.stated, Stated::Truth(true)) => {
            let Method::RungeKutta(method) = method else { return None };
            let row = method.a().last()?;
            match row.iter().zip(method.b()).position(|(a, b)| a != b) {
                Some(j) => Some(ClaimFault::LastRow { stage: j + 1, row: row[j].clone(), weight: method.b()[j].clone() }),
                None => Some(ClaimFault::FirstStageImplicit),
            }
        }
        _ => None,
    }
}

/// The first simplifying assumption that fails: `B(n): Σ b_i c_i^(n−1) = 1/n`, or `C(n): Σ_j a_ij c_j^(n−1) = c_i^n/n` at some stage.
fn simplifying_assumption(report: &Verification, method: &Method) -> Option<ClaimFault> {
    let Method::RungeKutta(method) = method else { return None };
    let n = report.stage_order? + 1;
    let power = |c: &Number, e: usize| (0..e).fold(Number::one(), |p, _| p * c);
    let sum = |row: &[Number]| row.iter().zip(method.c()).fold(Number::zero(), |sum, (a, c)| sum + a.clone() * &power(c, n - 1));
    let quadrature = sum(method.b());
    if quadrature != Number::ratio(1, n as i64) {
        return Some(ClaimFault::Quadrature { condition: n, found: quadrature });
    }
    let needed = |i: usize| power(&method.c()[i], n) / Number::from(n as i64);
    let stage = (0..method.stages()).find(|&i| sum(&method.a()[i]) != needed(i))?;
    Some(ClaimFault::Stage { condition: n, stage: stage + 1, found: sum(&method.a()[stage]), needed: needed(stage) })
}

/// The error constant is a statement about one tree: the coefficient of `z^n` in R is the elementary weight of the tall tree of order n.
fn tall_tree(report: &Verification, claim: &Claim) -> Option<ClaimFault> {
    let n = report.linear_order + 1;
    let weight = report.stability.as_ref()?.taylor(n + 1).pop()?;
    let exponential = (1..=n).fold(Number::one(), |c, k| c / Number::from(k as i64));
    let Stated::Value(stated) = &claim.stated else { return None };
    Some(ClaimFault::TallTree { order: n, found: weight, needed: exponential.clone() - stated, exponential })
}

/// A claim in the 16 or 17 digits of a double states that double: it holds when the true value rounds to it.
fn same_double(stated: &Number, found: f64) -> bool {
    !stated.is_exact() && stated.to_f64() == found
}

/// An angle is no algebraic number of degrees, so that a claim of it, however short its decimal, is one to within half a unit of its last digit.
fn angle_agrees(stated: &Number, degrees: f64, error: f64) -> bool {
    let unit = match stated {
        Number::Rational(q) if q.is_positive() => {
            let ten = BigRational::from_integer(10.into());
            let mut unit = BigRational::one();
            let mut scaled = q.clone();
            // A fraction that is no decimal stops at 20 digits.
            for _ in 0..20 {
                if scaled.is_integer() {
                    break;
                }
                scaled *= &ten;
                unit /= &ten;
            }
            // Whole degrees are exact: 90 is A-stability.
            if unit.is_one() { BigRational::zero() } else { unit }
        }
        _ => BigRational::zero(),
    };
    (stated.to_f64() - degrees).abs() <= rational::to_f64(&unit) / 2.0 + stated.radius() + error
}
