//! What learning through a method does to a limit cycle: its period, its size, and its Floquet multiplier.
//!
//! The learned field is f̂ = f + h^p g + …, the inverse modified equation. Its cycle is followed as that of f is; to first order its period shifts by
//!
//! ```text
//! T̂ − T = −h^p ∮ Z·g dt,     Ż = −(Df)ᵀZ,  Z·f = 1     (Malkin's formula)
//! ```
//!
//! The series is asymptotic: numbers are given only where its two highest powers agree.

use crate::dynamics::LimitCycle;
use crate::order::FieldExpansion;
use serde::Serialize;

/// Two truncations agree where they differ by less than this part of the shift that they give.
const AGREE: f64 = 0.1;
/// Or by less than this part of the period.
const ALIKE: f64 = 1e-7;

/// A limit cycle of the learned field beside that of the truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LearnedCycle {
    /// The time of one turn in the learned field.
    pub period: f64,
    /// The same of the truth.
    pub true_period: f64,
    /// By how much the period differs if one power more is taken.
    pub truncation: f64,
    /// Half the range of each variable in the learned field.
    pub amplitude: Vec<f64>,
    /// The same of the truth.
    pub true_amplitude: Vec<f64>,
    /// The product of the non-trivial Floquet multipliers in the learned field.
    pub multiplier: f64,
    /// The same of the truth.
    pub true_multiplier: f64,
}

impl LearnedCycle {
    /// Of the learned field's series through h^power, where the true field has the cycle `truth`; `None` where this power and the next disagree, or lead to no cycle.
    pub(super) fn of(expansion: &FieldExpansion, power: usize, truth: &LimitCycle, h: f64) -> Option<Self> {
        let part = truth.period / 128.0;
        let reached = |power: usize| LimitCycle::reached(&expansion.truncated(h, power), &truth.point, part);
        let (found, beyond) = (reached(power)?, reached(power + 1)?);
        let truncation = (found.period - beyond.period).abs();
        let shift = (found.period - truth.period).abs();
        (truncation <= (AGREE * shift).max(ALIKE * truth.period)).then(|| Self {
            period: found.period,
            true_period: truth.period,
            truncation,
            amplitude: found.amplitude,
            true_amplitude: truth.amplitude.clone(),
            multiplier: found.multiplier,
            true_multiplier: truth.multiplier,
        })
    }

    /// The same in units of which each variable has so many.
    pub(super) fn scaled(mut self, half: &[f64]) -> Self {
        for amplitude in [&mut self.amplitude, &mut self.true_amplitude] {
            amplitude.iter_mut().zip(half).for_each(|(a, h)| *a *= h);
        }
        self
    }
}
