//! What becomes of a mode, in one of eight kinds: the colours of the artifact map.

use super::faithful::{SAMPLES, TOLERANCE, shows};
use super::{Branches, Discrepancy, Flag, Growth, Limits, Reason, verdict};
use num_complex::Complex;

/// What is learned of a mode, judged as [`verdict`] judges it: a change of sign that does not show within the horizon is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Right over the horizon.
    Faithful,
    /// The right kind of motion, at wrong rates.
    Distorted,
    /// Decay learned as growth.
    AntiDamped,
    /// Growth learned as decay.
    Damped,
    /// An oscillation learned as none.
    OverDamped,
    /// Learned as rotating the other way.
    Reversed,
    /// There is no principal branch.
    Undefined,
    /// The principal branch keeps its kind, another within reach does not.
    Elsewhere,
}

impl Fate {
    /// Every fate, in the order of their indices.
    pub const ALL: [Self; 8] = [
        Self::Faithful,
        Self::Distorted,
        Self::AntiDamped,
        Self::Damped,
        Self::OverDamped,
        Self::Reversed,
        Self::Undefined,
        Self::Elsewhere,
    ];

    /// Its place in [`Fate::ALL`].
    pub fn index(self) -> u8 {
        self as u8
    }

    /// The fate of the mode whose branches these are.
    pub fn of(found: &Branches) -> Self {
        let Some(principal) = found.principal() else { return Self::Undefined };
        match verdict(found, Limits::default()).reasons.first() {
            Some(Reason::ChangesKind { principal: false, .. }) => Self::Elsewhere,
            Some(Reason::ChangesKind { growth: Some(Growth::GrowsForDecay | Growth::GrowsForNeither), .. }) => Self::AntiDamped,
            Some(Reason::ChangesKind { growth: Some(_), .. }) => Self::Damped,
            Some(Reason::ChangesKind { growth: None, .. }) => Self::Reversed,
            Some(Reason::Accurate { .. }) => Self::Faithful,
            _ if principal.flags.contains(&Flag::OverDamped) => Self::OverDamped,
            _ => Self::Distorted,
        }
    }

    /// The same of the one λ̂ of a call, with these flags, sampled `interval` apart.
    pub fn of_learned(lambda: Complex<f64>, learned: Complex<f64>, flags: &[Flag], interval: f64) -> Self {
        let horizon = SAMPLES * interval;
        let has = |flag| flags.contains(&flag);
        let off = Discrepancy::of(lambda, learned, horizon);
        let shown = shows(learned.re, horizon, TOLERANCE);
        if has(Flag::AntiDamped) && shown {
            Self::AntiDamped
        } else if has(Flag::Damped) && shown {
            Self::Damped
        } else if has(Flag::Reversed) && off.phase > TOLERANCE {
            Self::Reversed
        } else if off.within(TOLERANCE) {
            Self::Faithful
        } else if has(Flag::OverDamped) {
            Self::OverDamped
        } else {
            Self::Distorted
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_a_place_in_the_list() {
        for (k, fate) in Fate::ALL.into_iter().enumerate() {
            assert_eq!(usize::from(fate.index()), k);
        }
    }
}
