//! What a loss makes of one mode, and when that matters.

use crate::fit::Loss;
use crate::inverse::Discrepancy;
use crate::inverse::faithful::TOLERANCE;
use crate::truth::Mode;
use num_complex::Complex;
use serde::{Serialize, Serializer};

/// A change of a mode below this part of it is rounding.
pub(super) const ROUNDING: f64 = 1e-9;
/// A change counts from so many uncertainties of the mode on.
pub(super) const SIGNIFICANT: f64 = 2.0;
/// A change that is less than this part of what is called faithful, over the longest run, is not worth a word: many digits make it significant.
const MATTERS: f64 = 0.1;

/// What a loss makes of one mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LossMode {
    /// λ.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// What the loss prefers in its place: log μ̂/H.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub learned: Complex<f64>,
    /// Whether the difference is more than the samples leave open.
    pub significant: bool,
}

impl LossMode {
    /// A mode, and what is learned in its place.
    pub(super) fn of(mode: &Mode, learned: Complex<f64>) -> Self {
        let apart = (learned - mode.lambda).norm();
        let open = SIGNIFICANT * mode.uncertainty.unwrap_or(0.0);
        let learned = if apart <= ROUNDING * mode.lambda.norm() { mode.lambda } else { learned };
        Self { lambda: mode.lambda, learned, significant: apart > open.max(ROUNDING * mode.lambda.norm()) }
    }
}

/// Another loss on the same samples.
#[derive(Clone, Debug, Serialize)]
pub struct OtherLoss {
    /// The loss.
    #[serde(serialize_with = "text")]
    pub loss: Loss,
    /// One for each mode of the report.
    pub modes: Vec<LossMode>,
    /// Whether through an exact integrator every settled mode stays in place, to within its uncertainty, or is faithful over the horizon.
    pub keeps: bool,
}

pub(super) fn text<S: Serializer>(loss: &Loss, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(loss)
}

pub(super) fn optional_text<S: Serializer>(loss: &Option<Loss>, serializer: S) -> Result<S::Ok, S::Error> {
    match loss {
        Some(loss) => serializer.collect_str(loss),
        None => serializer.serialize_none(),
    }
}

/// Whether a settled mode is moved by more than the samples leave open, and by what is seen over the longest run.
pub(super) fn acts(learned: &[LossMode], modes: &[Mode], longest: f64) -> bool {
    let matters = |l: &LossMode| Discrepancy::of(l.lambda, l.learned, longest).worst() > MATTERS * TOLERANCE;
    learned.iter().zip(modes).any(|(l, mode)| mode.settled && l.significant && matters(l))
}

/// How far the worst settled mode is off over the horizon, of those that move by more than the samples leave open.
pub(super) fn worst(found: &[LossMode], modes: &[Mode], horizon: f64) -> f64 {
    let moved = found.iter().zip(modes).filter(|(l, mode)| mode.settled && l.significant);
    moved.map(|(l, _)| Discrepancy::of(l.lambda, l.learned, horizon).worst()).fold(0.0, f64::max)
}

/// Whether every settled mode stays within one uncertainty, or is faithful.
pub(super) fn stays(found: &[LossMode], modes: &[Mode], horizon: f64, tolerance: f64) -> bool {
    found.iter().zip(modes).filter(|(_, mode)| mode.settled).all(|(l, mode)| {
        (l.learned - l.lambda).norm() <= mode.uncertainty.unwrap_or(0.0)
            || Discrepancy::of(l.lambda, l.learned, horizon).worst() <= tolerance
    })
}
