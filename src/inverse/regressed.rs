//! What a regression on estimated derivatives learns from a mode: one λ̂, in the form in which branches are judged.

use super::branches::{Branch, Branches, Principal};
use super::flags::flags;
use crate::loops::{NotRegressed, RegressedMode, Regression};
use crate::method::Sampling;
use num_complex::Complex;

/// Roundings behind λ̂, in units of the last place.
const ROUNDINGS: f64 = 64.0;

/// The one λ̂ of a derivative regression, as branches. Errors as [`Regression::learned`] does.
pub fn regressed(regression: &Regression, lambda: Complex<f64>, sampling: Sampling) -> Result<(Branches, RegressedMode), NotRegressed> {
    let mode = regression.learned(lambda, sampling.interval())?;
    let size = mode.derivative.norm().max(1.0 / sampling.interval()) / mode.smoothing.norm();
    let radius = ROUNDINGS * f64::EPSILON * size;
    let branch = Branch {
        lambda: mode.lambda,
        z: mode.lambda * sampling.interval(),
        radius,
        solutions: 1,
        residual: 0.0,
        condition: mode.condition,
        principal: true,
        flags: flags(lambda, mode.lambda, radius),
    };
    let found = Branches {
        method: regression.name.clone(),
        lambda,
        sampling,
        at_infinity: 0,
        branches: vec![branch],
        principal: Principal::Branch(0),
        characteristic: None,
        as_printed: false,
    };
    Ok((found, mode))
}
