//! What holds of a scheme to within a tolerance, where its coefficients are rounded: the decisions of [`Verification`] with each rounded coefficient known to within it.

use super::verification::{Depth, Verification, decide};
use crate::exact::Number;
use crate::method::{Method, RungeKutta, rounding};
use crate::order::{OrderReport, OrderWithin, Progress, multistep_order_within, order_within};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use std::ops::ControlFlow;

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

/// What is found of the orders to within a tolerance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Orders {
    pub main: Option<OrderWithin>,
    pub embedded: Option<OrderWithin>,
    pub difference: Option<OrderWithin>,
}

impl Orders {
    pub fn of_runge_kutta(method: &RungeKutta, exact: &OrderReport, progress: &mut dyn FnMut(Progress) -> ControlFlow<()>) -> Self {
        let stated = method.identity().stated_tolerance();
        let main = order_within(method, exact, stated, progress);
        let Some((b_hat, embedded_order)) = method.b_hat().zip(exact.embedded_order) else { return Self { main, ..Self::default() } };
        let mut of_weights = |b: Vec<Number>, order: usize| {
            let other = RungeKutta::new(method.identity().clone(), method.a().to_vec(), b, None, None).ok()?;
            // The search of the weights' own order ended where a condition failed, or at the cap.
            let report = OrderReport { order, exact: other.is_exact(), complete: true, principal_error: None, ..exact.clone() };
            order_within(&other, &report, stated, progress)
        };
        let embedded = of_weights(b_hat.to_vec(), embedded_order);
        let difference = is_difference(method.b(), b_hat).then(|| {
            let weights: Vec<Number> = method.b().iter().zip(b_hat).map(|(b, difference)| b.clone() - difference).collect();
            let alone = RungeKutta::new(method.identity().clone(), method.a().to_vec(), weights.clone(), None, None).ok()?;
            of_weights(weights, crate::order::order(&alone).order)
        });
        Self { main, embedded, difference: difference.flatten() }
    }

    pub fn of_multistep(method: &crate::method::Multistep, order: usize) -> Self {
        Self { main: multistep_order_within(method, order, method.identity().stated_tolerance()), ..Self::default() }
    }
}

/// Whether "embedded weights" look like the differences b − b̂ that libraries store: they sum to 0, b sums to 1.
fn is_difference(b: &[Number], b_hat: &[Number]) -> bool {
    let sum = |list: &[Number]| list.iter().map(Number::to_f64).sum::<f64>();
    sum(b_hat).abs() <= 1e-8 && (sum(b) - 1.0).abs() <= 1e-8 && b_hat.iter().any(|x| x.to_f64() != 0.0)
}

/// The report to within the tolerance of the order: where the file states one, or where the order to within it is larger than the exact one.
pub(super) fn within(method: &Method, report: &Verification) -> Option<Within> {
    let found = report.order_within?;
    let stated = method.identity().stated_tolerance();
    if stated.is_none() && found.order <= report.order {
        return None;
    }
    let mut report = decide(&rounding::blurred(method, found.tolerance)?, &mut |_| ControlFlow::Continue(()), Depth::Decisions);
    report.order = found.order;
    report.linear_order = report.linear_order.max(found.order);
    Some(Within { tolerance: found.tolerance, report: Box::new(report) })
}
