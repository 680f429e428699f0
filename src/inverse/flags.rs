//! In which ways a learned λ̂ differs from the mode λ in kind.

use num_complex::Complex;
use serde::Serialize;
use std::cmp::Ordering;
use std::fmt;

/// A difference in kind. Each is flagged only where the certified disc of λ̂ leaves no doubt; λ itself is taken as given.
///
/// A disc that meets an axis leaves doubt: it shows neither that a coordinate is zero nor that it is not. So [`Undamped`](Self::Undamped) and
/// [`OverDamped`](Self::OverDamped) need a λ̂ that is known exactly, and a branch of a sign-faithful method that is too close to the axis to tell gets no flag.
///
/// The words are those of the damped oscillator: over-damped means that it does not oscillate, under-damped that it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flag {
    /// λ̂ grows and λ does not: Re λ ≤ 0 < Re λ̂.
    AntiDamped,
    /// λ̂ decays and λ does not: Re λ̂ < 0 ≤ Re λ.
    Damped,
    /// λ grows or decays and λ̂ does neither: Re λ̂ = 0 exactly, and Re λ ≠ 0.
    Undamped,
    /// λ̂ turns the other way: Im λ · Im λ̂ < 0.
    Reversed,
    /// λ oscillates and λ̂ does not: Im λ̂ = 0 exactly, and Im λ ≠ 0.
    OverDamped,
    /// λ̂ oscillates and λ does not: Im λ = 0 and Im λ̂ ≠ 0.
    UnderDamped,
}

impl Flag {
    /// The word of the JSON documents.
    pub fn word(self) -> &'static str {
        match self {
            Self::AntiDamped => "anti-damped",
            Self::Damped => "damped",
            Self::Undamped => "undamped",
            Self::Reversed => "reversed",
            Self::OverDamped => "over-damped",
            Self::UnderDamped => "under-damped",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The sign of a coordinate known to within a radius; `None` where the radius leaves it open.
fn sign(x: f64, radius: f64) -> Option<Ordering> {
    if x.abs() > radius || radius == 0.0 { x.partial_cmp(&0.0) } else { None }
}

/// The flags of a λ̂ known to within `radius`, for the mode λ.
pub fn flags(lambda: Complex<f64>, learned: Complex<f64>, radius: f64) -> Vec<Flag> {
    use Ordering::{Equal, Greater, Less};
    let (growth, turn) = (sign(lambda.re, 0.0), sign(lambda.im, 0.0));
    let (learned_growth, learned_turn) = (sign(learned.re, radius), sign(learned.im, radius));
    let flag = |flag, holds: bool| holds.then_some(flag);
    let damping = match (growth, learned_growth) {
        (Some(Less | Equal), Some(Greater)) => Some(Flag::AntiDamped),
        (Some(Greater | Equal), Some(Less)) => Some(Flag::Damped),
        (Some(growth), Some(Equal)) => flag(Flag::Undamped, growth != Equal),
        _ => None,
    };
    let turning = match (turn, learned_turn) {
        (Some(Equal), Some(learned)) => flag(Flag::UnderDamped, learned != Equal),
        (Some(_), Some(Equal)) => Some(Flag::OverDamped),
        (Some(turn), Some(learned)) => flag(Flag::Reversed, turn != learned),
        _ => None,
    };
    damping.into_iter().chain(turning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_flag_and_none() {
        let of = |l: (f64, f64), h: (f64, f64)| flags(Complex::new(l.0, l.1), Complex::new(h.0, h.1), 1e-12);
        assert_eq!(of((-0.1, 2.0), (0.1, 1.9)), [Flag::AntiDamped]);
        assert_eq!(of((-0.1, 2.0), (0.1, -1.9)), [Flag::AntiDamped, Flag::Reversed]);
        assert_eq!(of((-0.1, 2.0), (-2.5, 1.9)), []);
        // Discs that meet an axis leave doubt; points do not.
        assert_eq!(of((-0.1, 2.0), (-2.5, 1e-13)), []);
        assert_eq!(of((-0.1, 2.0), (1e-13, 2.0)), []);
        assert_eq!(flags(Complex::new(-0.1, 2.0), Complex::new(-2.5, 0.0), 0.0), [Flag::OverDamped]);
        assert_eq!(flags(Complex::new(-0.1, 2.0), Complex::new(0.0, 2.0), 0.0), [Flag::Undamped]);
        assert_eq!(of((0.0, 2.0), (1e-13, 2.0)), []);
        assert_eq!(of((0.0, 2.0), (1e-3, 2.0)), [Flag::AntiDamped]);
        assert_eq!(of((0.0, 2.0), (-1e-3, 2.0)), [Flag::Damped]);
        assert_eq!(of((0.3, 0.0), (-1e-3, 0.0)), [Flag::Damped]);
        assert_eq!(of((-0.3, 0.0), (-0.3, 1.0)), [Flag::UnderDamped]);
        assert_eq!(serde_json::to_string(&Flag::OverDamped).unwrap(), "\"over-damped\"");
        for flag in [Flag::AntiDamped, Flag::Damped, Flag::Undamped, Flag::Reversed, Flag::OverDamped, Flag::UnderDamped] {
            assert_eq!(serde_json::to_string(&flag).unwrap(), format!("\"{flag}\""));
        }
    }
}
