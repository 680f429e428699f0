//! What kind of motion a sum of exponentials that rests somewhere is.

use super::linear_mode::LinearMode;
use super::linear_model::VAGUE;
use crate::truth::finding::{Because, Motion};
use std::f64::consts::TAU;

/// An oscillation whose size changes by less than this power of e over the whole time is steady.
const STEADY: f64 = 0.1;
/// Growth or decay of less than this over the whole time may be a solver's, and of fewer uncertainties than these chance.
const A_SOLVERS: f64 = 1e-3;
const SEEN: f64 = 3.0;

/// Whether an oscillation hardly changes its size in all this time, or may not change it.
pub(crate) fn is_steady(mode: &LinearMode, duration: f64) -> bool {
    let growth = mode.lambda.re.abs();
    mode.lambda.im > 0.0 && (growth * duration < STEADY || growth < mode.uncertainty)
}

/// Whether it is not seen to grow or decay either, however slowly.
fn goes_on(mode: &LinearMode, duration: f64) -> bool {
    is_steady(mode, duration) && mode.lambda.re.abs() <= (SEEN * mode.uncertainty).max(A_SOLVERS / duration)
}

/// Of modes without a trend beside them.
pub(crate) fn motion_of(modes: &[LinearMode], duration: f64) -> Motion {
    let has = |b: Because| modes.iter().any(|m| m.because.contains(&b));
    let steady = |m: &LinearMode| goes_on(m, duration);
    // An orbit is one that closes in the samples, at a frequency that they tell.
    let turns = |m: &LinearMode| steady(m) && m.lambda.im * duration > TAU && m.uncertainty <= VAGUE * m.lambda.norm();
    if has(Because::Harmonic) && modes.iter().any(turns) {
        Motion::Orbits
    } else if has(Because::MayBeDriven) {
        Motion::Driven
    } else if !modes.is_empty() && modes.iter().all(turns) {
        Motion::Orbits
    } else if modes.iter().all(steady) {
        Motion::Undetermined
    } else if modes.iter().all(|m| m.lambda.re < 0.0 || steady(m)) {
        Motion::Rest
    } else {
        Motion::Undetermined
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex;

    /// Samples over 20 units of time: what is seen to decay comes to rest, though it hardly does; what may be a solver's decay, or chance, closes.
    #[test]
    fn a_slow_decay_that_is_seen_is_no_orbit() {
        let of = |growth: f64, uncertainty: f64| {
            let mode = LinearMode { lambda: Complex::new(growth, 2.0), uncertainty, share: 1.0, because: Vec::new() };
            motion_of(&[mode], 20.0)
        };
        assert_eq!(of(-1e-3, 1e-12), Motion::Rest);
        assert_eq!(of(-1e-3, 5e-4), Motion::Orbits);
        assert_eq!(of(-1e-6, 1e-12), Motion::Orbits);
        assert_eq!(of(1e-3, 1e-12), Motion::Undetermined);
    }
}
