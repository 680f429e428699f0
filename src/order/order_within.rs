//! The order that holds to a tolerance. Published coefficients are often rounded: to within their digits a scheme has its order, exactly it has none.

use super::certificate::Report;
use super::conditions::{ConditionsTested, DEFAULT_CAP, LARGEST_CAP, OrderReport};
use super::rounded::Centres;
use super::trees::Trees;
use crate::exact::{Number, rational};
use crate::method::rounding::{WrittenPrecision, coefficients};
use crate::method::{Method, Multistep, RungeKutta};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde::Serialize;
use std::ops::ControlFlow;

/// Between the largest residual of the conditions that rounding spoils and the first of those that fail there is a gap of at least this factor. Exact methods of the
/// literature with long coefficients have no such gap below residuals of 1e-8.
const GAP: f64 = 1e3;
/// Orders beyond this one are looked at only where more is already proved.
const CAP: usize = 12;

/// The order to a tolerance: every condition of orders 1 to `order` holds to within `tolerance`.
///
/// A condition is `Φ(t) = 1/γ(t)` for a tree of a Runge–Kutta method, `C_q/σ(1) = 0` for a multistep method, each with the printed coefficients themselves
/// (the centres of rounded ones).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct OrderWithin {
    /// The largest such order.
    pub order: usize,
    /// The largest residual of a condition up to that order; zero where the order is exact.
    pub defect: f64,
    /// As stated in the scheme's file; else the defect, rounded up to a power of ten.
    pub tolerance: f64,
}

/// The order of a Runge–Kutta method to a tolerance: the stated one, or one that the residuals themselves suggest.
///
/// Where none is stated and the coefficients look rounded, the residuals are looked through for a gap: the conditions up to p hold to within what rounding explains
/// ([`WrittenPrecision::largest_defect`]), and the first beyond is larger by a factor of at least a thousand. `None` where the search is stopped.
pub fn order_within(
    method: &RungeKutta,
    exact: &OrderReport,
    stated: Option<f64>,
    progress: &mut dyn FnMut(ConditionsTested) -> ControlFlow<()>,
) -> Option<OrderWithin> {
    let whole = Method::RungeKutta(method.clone());
    let automatic = WrittenPrecision::of(coefficients(&whole)).largest_defect();
    let proved = if exact.exact { exact.order } else { 0 };
    // A principal error beyond what rounding explains needs no second look.
    let settled = exact.principal_error.as_ref().is_some_and(|e| e.largest > stated.or(automatic).unwrap_or(0.0));
    if !exact.complete || (exact.exact && (settled || (stated.is_none() && automatic.is_none()))) {
        return exact.exact.then_some(OrderWithin { order: exact.order, defect: 0.0, tolerance: stated.unwrap_or(0.0) });
    }
    let cap = CAP.max(exact.order).min(DEFAULT_CAP);
    let centres = Centres::new(method.a(), method.b())?;
    let mut trees: Option<Trees> = None;
    let residual = |n: usize| {
        let table = match trees.take().filter(|table| table.max_order() >= n) {
            Some(table) => table,
            None => Trees::up_to((n + 2).min(LARGEST_CAP)).ok()?,
        };
        let conditions = table.of_order(n).len();
        let mut tell = |done, total| progress(ConditionsTested { order: n, conditions, done, total });
        let report: Report = &mut tell;
        let largest = centres.residuals(&table, n, report)?.into_iter().fold(0.0, |most: f64, r| most.max(r.abs()));
        trees = Some(table);
        Some(largest)
    };
    search(exact.order, proved, stated, automatic, cap, residual)
}

/// The same for a multistep method: its conditions are `C_q/σ(1) = 0`, q = 0 to p.
pub fn multistep_order_within(method: &Multistep, order: usize, stated: Option<f64>) -> Option<OrderWithin> {
    let whole = Method::Multistep(method.clone());
    let automatic = WrittenPrecision::of(coefficients(&whole)).largest_defect();
    let proved = if method.is_exact() { order } else { 0 };
    if method.is_exact() && stated.is_none() && automatic.is_none() {
        return Some(OrderWithin { order, defect: 0.0, tolerance: 0.0 });
    }
    let constants = error_constants(method, 2 * method.steps() + 2)?;
    let cap = constants.len() - 1;
    // C_0 = 0 goes with C_1 = 0: order 1 is consistency.
    let residual = |q: usize| Some(if q == 1 { constants[0].max(constants[1]) } else { constants[q] });
    search(order, proved, stated, automatic, cap, residual)
}

/// `|C_q/σ(1)|` for q = 0 to `last`, from the centres of the coefficients.
fn error_constants(method: &Multistep, last: usize) -> Option<Vec<f64>> {
    const BITS: u32 = 256;
    let centre = |x: &Number| x.as_rational().cloned().unwrap_or_else(|| x.approximate(BITS));
    let alpha: Vec<BigRational> = method.alpha().iter().map(centre).collect();
    let beta: Vec<BigRational> = method.beta().iter().map(centre).collect();
    let sum = |list: &[BigRational], power: usize| {
        let term = |(j, c): (usize, &BigRational)| c * BigRational::from_integer(BigInt::from(j).pow(power as u32));
        list.iter().enumerate().map(term).fold(BigRational::zero(), |sum, x| sum + x)
    };
    let sigma = sum(&beta, 0);
    if sigma.is_zero() {
        return None;
    }
    let mut factorial = BigRational::one();
    let mut constants = Vec::with_capacity(last + 1);
    for q in 0..=last {
        let before = factorial.clone();
        if q > 1 {
            factorial *= BigRational::from_integer(q.into());
        }
        let from_beta = if q == 0 { BigRational::zero() } else { sum(&beta, q - 1) / before };
        constants.push(rational::to_f64(&((sum(&alpha, q) / &factorial - from_beta) / &sigma).abs()));
    }
    Some(constants)
}

/// The largest order within the stated tolerance, or before the widest gap; else the order itself. `order` is the exact one (to within the rounding, of
/// rounded coefficients), conditions up to `proved` are known to hold.
fn search(
    order: usize,
    proved: usize,
    stated: Option<f64>,
    automatic: Option<f64>,
    cap: usize,
    mut residual: impl FnMut(usize) -> Option<f64>,
) -> Option<OrderWithin> {
    let limit = stated.or(automatic).unwrap_or(0.0);
    // defects[n]: the largest residual of orders up to n.
    let mut defects = vec![0.0; proved + 1];
    let mut beyond = None;
    for n in proved + 1..=cap {
        let r = residual(n)?;
        // What holds to within the rounding counts, however wide that is.
        if r > limit && (stated.is_some() || n > order) {
            beyond = Some(r);
            break;
        }
        defects.push(r.max(defects[n - 1]));
    }
    let last = defects.len() - 1;
    if let Some(tolerance) = stated {
        return Some(OrderWithin { order: last, defect: defects[last], tolerance });
    }
    let next = |n: usize| if n == last { beyond } else { Some(defects[n + 1]) };
    let gaps = (order + 1..=last).filter_map(|n| Some((n, next(n)? / defects[n])));
    let widest = gaps.filter(|(_, gap)| *gap >= GAP).max_by(|a, b| a.1.total_cmp(&b.1));
    let found = widest.map_or(order.min(last), |(n, _)| n);
    Some(OrderWithin { order: found, defect: defects[found], tolerance: power_of_ten_above(defects[found]) })
}

/// The least power of ten that is not below x; zero for zero.
fn power_of_ten_above(x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let power = |k: i32| format!("1e{k}").parse::<f64>().unwrap_or(f64::INFINITY);
    let k = x.log10().ceil() as i32;
    // The logarithm may be off by one unit in its last place.
    [k - 1, k, k + 1].into_iter().map(power).find(|&p| p >= x).unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_ten_are_clean() {
        assert_eq!([0.0, 1.4e-7, 1e-8, 5.2e-26, 0.9].map(power_of_ten_above), [0.0, 1e-6, 1e-8, 1e-25, 1.0]);
    }

    /// The residuals of the classical method with weights in eight digits, of an exact method, and of one without a gap.
    #[test]
    fn a_gap_shows_the_order_that_was_meant() {
        let eight = [0.0, 0.0, 1.7e-9, 2.5e-9, 0.0125];
        let found = |list: &[f64], order: usize, limit: f64, stated: Option<f64>| {
            search(order, order, stated, Some(limit), list.len(), |n| Some(list[n - 1])).unwrap()
        };
        assert_eq!(found(&eight, 2, 1e-6, None), OrderWithin { order: 4, defect: 2.5e-9, tolerance: 1e-8 });
        assert_eq!(found(&eight, 2, 1e-6, Some(2e-9)), OrderWithin { order: 3, defect: 1.7e-9, tolerance: 2e-9 });
        assert_eq!(found(&[0.0, 0.0, 0.04], 2, 1e-8, None), OrderWithin { order: 2, defect: 0.0, tolerance: 0.0 });
        let dense = [0.0, 1e-9, 1e-7, 1e-5];
        assert_eq!(found(&dense, 1, 1e-8, None).order, 1);
    }
}
