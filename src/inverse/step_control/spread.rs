//! What is learned from other batches than the one at hand.

use super::concern::{Batches, Bounds, Concern};
use super::controlled_equation::{ControlledEquation, EquationError};
use super::search::{Search, estimates};
use super::usage::Usage;
use crate::inverse::verdict::NEGLIGIBLE;
use crate::loops::{Call, StateNorm};
use num_complex::Complex;
use std::f64::consts::TAU;

/// How many phases of one real start are tried.
const PHASES: usize = 32;

/// The range of λ̂ over the data's batches where there are some, else over one real start at all phases; `None` where it is narrow.
pub(super) fn spread(
    call: &Call,
    lambda: Complex<f64>,
    interval: f64,
    usage: &Usage,
    tolerance: f64,
) -> Result<Option<Concern>, EquationError> {
    let phases = || (0..PHASES).map(|k| StateNorm::start(usage.amplitude, TAU * (k as f64 + 0.5) / (2 * PHASES) as f64)).collect();
    let (over, norms): (Batches, Vec<StateNorm>) = match usage.batches.as_slice() {
        [] if lambda.im == 0.0 => return Ok(None),
        [] => (Batches::Phases, phases()),
        batches => (Batches::Data, batches.to_vec()),
    };
    let (mut growth, mut frequency) = ([f64::INFINITY, f64::NEG_INFINITY], [f64::INFINITY, f64::NEG_INFINITY]);
    let (mut none, of) = (0, norms.len());
    for norm in norms {
        let equation = ControlledEquation::pairs(call, lambda, interval, norm)?;
        match estimates(&equation, Search::Near).ok().as_ref().and_then(|found| found.principal()) {
            Some(solution) => {
                growth = [growth[0].min(solution.lambda.re), growth[1].max(solution.lambda.re)];
                frequency = [frequency[0].min(solution.lambda.im), frequency[1].max(solution.lambda.im)];
            }
            None => none += 1,
        }
    }
    let interval = |[low, high]: [f64; 2]| Bounds { low, high };
    let wide = growth[1] - growth[0] > tolerance * lambda.norm() || frequency[1] - frequency[0] > tolerance * lambda.norm();
    let crosses = growth[0] < 0.0 && growth[1] > 0.0 && growth[1] - growth[0] > NEGLIGIBLE * lambda.norm();
    let depends = growth[0].is_finite() && (wide || crosses || none > 0);
    Ok(depends.then(|| Concern::BatchDependent { growth: interval(growth), frequency: interval(frequency), over, of, none }))
}
