//! Direct solutions: where the residuals are linear in the parameters, one least-squares problem is the whole fit.

use super::fit_error::FitError;
use super::levenberg_marquardt::LevenbergMarquardt;
use super::loss::Windows;
use super::model::Model;
use super::progress::{Outcome, unwatched};
use super::step::Step;

/// Minimises the sum of squares plus ridge·|θ|² for a model that is linear in its parameters and residuals that are linear in the field
/// (explicit Euler with m = 1, residual forms, multistep methods), by QR with one step of refinement.
///
/// `frozen` parameters stay zero. Errors where something is not linear.
pub fn solve(
    model: &Model,
    step: &Step,
    windows: &Windows,
    ridge: f64,
    frozen: Option<&[bool]>,
    memory: usize,
) -> Result<Outcome, FitError> {
    if !model.is_linear_in_parameters() {
        return Err(FitError::NotLinear("the model has hidden layers"));
    }
    if !step.is_linear_in_field() || (step.span() == 1 && windows.intervals() != 1) {
        return Err(FitError::NotLinear("the stages of this step depend on the field"));
    }
    // The Gauss–Newton step is exact; the second removes most of the first one's rounding, the third sees that nothing is left.
    let exact = LevenbergMarquardt { iterations: 3, target: 0.0, damping: 1e-28, ridge, memory };
    exact.run(model, step, windows, vec![0.0; model.parameter_count()], frozen, &mut unwatched)
}
