//! How far out a branch counts, how large an error is still faithful, and over which time.

use super::faithful::{SAMPLES, TOLERANCE};
use serde::Serialize;

/// Branches farther out than this many |λ| are not counted by default: no optimiser is likely to land there from a reasonable start.
pub const REACH: f64 = 3.0;

/// More substeps than these are not looked at: a smaller sampling interval serves better.
pub const MOST_SUBSTEPS: u32 = 64;

/// What a verdict asks for; see [`verdict`](super::verdict()).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// Branches other than the principal one count while |λ̂| ≤ reach·|λ|.
    pub reach: f64,
    /// The error over the horizon that is still faithful, in amplitude as in phase: see [`Discrepancy`](super::Discrepancy).
    pub tolerance: f64,
    /// The time over which the learned motion is laid beside the true one; `None` for the data's length, or a hundred sampling intervals.
    pub horizon: Option<f64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { reach: REACH, tolerance: TOLERANCE, horizon: None }
    }
}

impl Limits {
    /// The horizon for samples so far apart, where nothing else gives one.
    pub fn horizon_for(self, interval: f64) -> f64 {
        self.horizon.unwrap_or(SAMPLES * interval)
    }

    /// The same over this horizon, where none was asked for.
    #[must_use]
    pub fn over(self, horizon: f64) -> Self {
        Self { horizon: Some(self.horizon.unwrap_or(horizon)), ..self }
    }
}
