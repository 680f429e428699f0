//! Whether a driven column may be a part of a larger state: then a model of one more order moves its rate.
//!
//! ```text
//! x_{n+1} = φ₁x_n + φ₂x_{n−1} + γ₀u_n + γ₁u_{n−1} + c
//! ```
//!
//! A tone fixes a gain and a phase, which a model of first order meets whatever the system is; and in noise an input that excites more may leave a position without its velocity looking so too.

use super::with_inputs::{DrivenModel, DrivenRun, driven};
use crate::data::Hold;
use crate::truth::finding::Because;
use crate::truth::linear::linear_model::VAGUE;
use nalgebra::DMatrix;

/// What leaves less of the motion of an interval than this is no noise, and hides no state.
const NOISY: f64 = 1e-3;

/// Takes how far one more order moves a noisy column's rate as a part of its uncertainty.
pub(super) fn beside_one_more_order(model: &mut DrivenModel, runs: &[DrivenRun], interval: f64, hold: Hold) {
    let columns = runs.first().map_or(0, |run| run.states.ncols());
    if columns != 1 || model.residual <= NOISY {
        return;
    }
    let lagged: Vec<DrivenRun> = runs.iter().filter(|run| run.states.nrows() > 2).map(with_lag).collect();
    let other = driven(&lagged, interval, hold);
    for mode in &mut model.modes {
        let apart = |other: &DrivenModel| other.modes.iter().map(|m| (m.lambda - mode.lambda).norm()).fold(f64::INFINITY, f64::min);
        let moved = other.as_ref().map_or(f64::INFINITY, apart);
        if moved.is_finite() {
            mode.uncertainty = mode.uncertainty.hypot(moved);
        }
        if moved > VAGUE * mode.lambda.norm() && mode.because.is_empty() {
            mode.because.push(Because::NotDetermined);
        }
    }
}

/// Each row beside the one before it, and so its inputs.
fn with_lag(run: &DrivenRun) -> DrivenRun {
    let both = |all: &DMatrix<f64>| {
        let (rows, columns) = all.shape();
        DMatrix::from_fn(rows - 1, 2 * columns, |i, j| all[(i + 1 - j / columns, j % columns)])
    };
    DrivenRun { states: both(&run.states), inputs: both(&run.inputs) }
}
