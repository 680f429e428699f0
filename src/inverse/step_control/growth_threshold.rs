//! The decay that a call learns as none.

use super::controlled_equation::EquationError;
use crate::loops::{Call, StateNorm};
use num_complex::Complex;
use serde::Serialize;

/// α* = −log|F(iω)|/H. A decay 0 < α < α* is learned as growth; where α* < 0, a growth below |α*| is learned as decay.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Threshold {
    /// ω, the frequency that is learned.
    pub frequency: f64,
    /// α*.
    pub decay: f64,
}

/// The threshold at a frequency: no root has to be found for it.
pub fn threshold(call: &Call, frequency: f64, interval: f64, norm: &StateNorm) -> Result<Threshold, EquationError> {
    if !(interval > 0.0 && interval.is_finite()) {
        return Err(EquationError::Interval(interval));
    }
    let trace = call.follow(Complex::new(0.0, frequency), &[interval], norm)?;
    let multiplier = trace.multipliers.first().copied().unwrap_or(Complex::new(1.0, 0.0));
    // What λ decays to in truth when e^{Hλ} = F(iω): the decay that is learned as none.
    Ok(Threshold { frequency, decay: -multiplier.norm().ln() / interval })
}
