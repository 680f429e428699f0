//! The orders of a scheme to within a tolerance.

use crate::exact::Number;
use crate::method::{Multistep, RungeKutta};
use crate::order::{ConditionsTested, OrderReport, OrderWithin, multistep_order_within, order_within};
use std::ops::ControlFlow;

/// What is found of the orders to within a tolerance.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Orders {
    pub main: Option<OrderWithin>,
    pub embedded: Option<OrderWithin>,
    pub difference: Option<OrderWithin>,
}

impl Orders {
    pub fn of_runge_kutta(method: &RungeKutta, exact: &OrderReport, progress: &mut dyn FnMut(ConditionsTested) -> ControlFlow<()>) -> Self {
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

    pub fn of_multistep(method: &Multistep, order: usize) -> Self {
        Self { main: multistep_order_within(method, order, method.identity().stated_tolerance()), ..Self::default() }
    }
}

/// Whether "embedded weights" look like the differences b − b̂ that libraries store: they sum to 0, b sums to 1.
fn is_difference(b: &[Number], b_hat: &[Number]) -> bool {
    let sum = |list: &[Number]| list.iter().map(Number::to_f64).sum::<f64>();
    sum(b_hat).abs() <= 1e-8 && (sum(b) - 1.0).abs() <= 1e-8 && b_hat.iter().any(|x| x.to_f64() != 0.0)
}
