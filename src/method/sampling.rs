//! How data were sampled and how the loop steps between samples.

use serde::{Deserialize, Serialize};
use std::num::NonZeroU32;
use thiserror::Error;

/// Why an interval, a step or a number of substeps cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum SamplingError {
    /// Not a positive finite number.
    #[error("the interval must be positive and finite, not {0:?}")]
    Interval(f64),
    /// At the end of the range of f64.
    #[error("the interval {0:?} is too short or too long to compute with (1e-100 to 1e100); change the unit of time")]
    Extreme(f64),
    /// No substep at all.
    #[error("the number of substeps must be at least 1, not 0")]
    Substeps,
}

/// A positive, finite length of time.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct StepSize(f64);

impl StepSize {
    /// Checks that `h` is positive and finite.
    pub fn new(h: f64) -> Result<Self, SamplingError> {
        if h > 0.0 && h.is_finite() { Ok(Self(h)) } else { Err(SamplingError::Interval(h)) }
    }

    /// The length.
    pub fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for StepSize {
    type Error = SamplingError;

    fn try_from(h: f64) -> Result<Self, SamplingError> {
        Self::new(h)
    }
}

impl From<StepSize> for f64 {
    fn from(step: StepSize) -> f64 {
        step.0
    }
}

/// Samples every `H`, integrated with `m` steps of size `h = H/m`.
///
/// ```
/// use lambdahat::method::Sampling;
/// let sampling = Sampling::new(1.0, 4)?;
/// assert_eq!(sampling.step().get(), 0.25);
/// assert!(Sampling::new(0.0, 1).is_err());
/// # Ok::<(), lambdahat::method::SamplingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    interval: StepSize,
    substeps: NonZeroU32,
}

impl Sampling {
    /// `interval` is H, `substeps` is m. Errors when H is not positive and between 1e-100 and 1e100, or when m = 0.
    pub fn new(interval: f64, substeps: u32) -> Result<Self, SamplingError> {
        let substeps = NonZeroU32::new(substeps).ok_or(SamplingError::Substeps)?;
        StepSize::new(interval)?;
        if !(1e-100..=1e100).contains(&interval) {
            return Err(SamplingError::Extreme(interval));
        }
        Ok(Self { interval: StepSize::new(interval)?, substeps })
    }

    /// H, the time between samples.
    pub fn interval(self) -> f64 {
        self.interval.get()
    }

    /// m, the number of steps between two samples.
    pub fn substeps(self) -> u32 {
        self.substeps.get()
    }

    /// h = H/m.
    pub fn step(self) -> StepSize {
        StepSize(self.interval.get() / f64::from(self.substeps.get()))
    }
}
