//! The equation F(μ) = e^{tλ} of a call, as log(F(μ)e^{−tλ}) = 0.

use crate::loops::{Call, CallError, FollowError, Pattern, StateNorm, Trace};
use num_complex::Complex;
use thiserror::Error;

/// Why nothing can be said of a call and a mode.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EquationError {
    /// λ is not finite, or e^{tλ} leaves the doubles.
    #[error("λ must be finite and |Re λ| times the interval below 700")]
    Mode,
    /// The interval is not positive and finite.
    #[error("the interval must be positive and finite, not {0:?}")]
    Interval(f64),
    /// The loss is not followed with the samples' inputs.
    #[error("what the loss learns of these inputs is not followed")]
    Inputs,
    /// The loss is not followed with the samples' noise.
    #[error("what the loss makes of the noise in these samples is not followed")]
    Noise,
    /// Inputs change where steps may not end.
    #[error("inputs change within a call that covers several samples, and its steps do not end where they do; this is not followed")]
    InputsWithin,
    /// Inputs go straight, and the call's own steps move what is learned by more than is faithful.
    #[error("inputs go straight, and beside steps as coarse as these the loss has other minima: those of the method")]
    InputsCoarse,
    /// The call does not suit the interval.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The call cannot be followed on the mode itself.
    #[error(transparent)]
    Follow(#[from] FollowError),
}

/// What a call must reproduce: the sample at one of its times.
#[derive(Clone, Debug)]
pub struct ControlledEquation<'a> {
    /// The call.
    pub call: &'a Call,
    /// The true eigenvalue λ.
    pub lambda: Complex<f64>,
    /// The norm of the state over the batch.
    pub norm: StateNorm,
    /// The sample times of one call, from after 0 on.
    pub times: Vec<f64>,
    /// Which of them is asked for.
    pub index: usize,
}

impl<'a> ControlledEquation<'a> {
    /// Pairs: every call covers one interval H.
    pub fn pairs(call: &'a Call, lambda: Complex<f64>, interval: f64, norm: StateNorm) -> Result<Self, EquationError> {
        call.check_interval(interval)?;
        Self::sample(call, lambda, vec![interval], 0, norm)
    }

    /// One sample of a call over several.
    pub fn sample(call: &'a Call, lambda: Complex<f64>, times: Vec<f64>, index: usize, norm: StateNorm) -> Result<Self, EquationError> {
        let last = times.last().copied().unwrap_or(0.0);
        if !(last > 0.0 && last.is_finite()) || index >= times.len() {
            return Err(EquationError::Interval(last));
        }
        if !lambda.is_finite() || (lambda.re * last).abs() > 700.0 {
            return Err(EquationError::Mode);
        }
        Ok(Self { call, lambda, norm, times, index })
    }

    /// The time t of the sample.
    pub fn time(&self) -> f64 {
        self.times[self.index]
    }

    /// F(μ), with the decisions of a pattern where one is given; what happened is left in `trace`.
    pub fn multiplier(&self, mode: Complex<f64>, frozen: Option<&Pattern>, trace: &mut Trace) -> Result<Complex<f64>, FollowError> {
        self.call.follow_into(mode, &self.times, &self.norm, frozen, trace)?;
        trace.multipliers.get(self.index).copied().ok_or(FollowError::Times)
    }

    /// log(F(μ)e^{−tλ}) in its principal value; `None` where the call cannot be followed.
    pub(crate) fn residual(&self, mode: Complex<f64>, frozen: Option<&Pattern>, trace: &mut Trace) -> Option<Complex<f64>> {
        let multiplier = self.multiplier(mode, frozen, trace).ok()?;
        // Not F·e^{−tλ}, which may overflow where its logarithm does not.
        let value = multiplier.ln() - self.lambda * self.time();
        let turns = (value.im / std::f64::consts::TAU).round();
        Some(Complex::new(value.re, value.im - turns * std::f64::consts::TAU)).filter(|z| z.is_finite())
    }
}
