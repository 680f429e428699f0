//! Whether one column is more than a function of itself.
//!
//! ẋ = f(x) in one column passes each place at one speed, so that it never turns: whatever a run does that only rises or only falls, a field of that column alone explains.

use super::runs::Samples;

/// A rise and a fall count from so many times the residuals on, and never below rounding.
const ABOVE_NOISE: f64 = 15.0;
const ROUNDING: f64 = 1e-9;

/// Whether the column of some run both rises and falls by more than `noise`, its residuals' root mean square, can make of it.
pub(crate) fn turns_back(samples: &Samples, noise: f64) -> bool {
    samples.dimension() == 1
        && samples.runs.iter().any(|run| {
            let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
            let (mut rise, mut fall) = (0.0f64, 0.0f64);
            for &x in run.states.iter().filter(|x| !x.is_nan()) {
                (low, high) = (low.min(x), high.max(x));
                (rise, fall) = (rise.max(x - low), fall.max(high - x));
            }
            rise.min(fall) > ABOVE_NOISE * noise.max(ROUNDING)
        })
}
