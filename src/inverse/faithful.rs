//! The one measure of "faithful": how far the learned motion is from the true one over a horizon, in amplitude and in phase.
//!
//! A mode moves like `e^{λt}`, what is learned of it like `e^{λ̂t}`. Over a horizon T, in units of the largest `|e^{λt}|` there,
//!
//! ```text
//! amplitude  A = max | |e^{λ̂t}| − |e^{λt}| |,   phase  P = max 2 √(|e^{λt}| |e^{λ̂t}|) |sin(δt/2)|,   δ = Im(λ̂ − λ),
//! ```
//!
//! and as `|e^{λ̂t} − e^{λt}|² = A_t² + P_t²` at each t, neither is more than the error of the state and that is at most √(A² + P²). A decayed mode weighs
//! nothing, so that a strong decay need not be right in its tail; a light one must be, as far as the horizon shows it. The same holds of
//! orbits, with `max |x̂(t) − x(t)|` over the largest distance that the true orbit goes from its start. `docs/faithful.md` derives the tolerance.

use crate::data::States;
use num_complex::Complex;
use serde::Serialize;
use std::f64::consts::PI;

/// The error that is still called faithful, in amplitude as in phase, in parts of the largest amplitude.
pub const TOLERANCE: f64 = 0.01;
/// Where no data give a horizon, it is so many sampling intervals: as many as `fit` samples of a system.
pub const SAMPLES: f64 = 100.0;
/// A growing mode is followed until it has grown by this factor: by then the motion has left the neighbourhood that the mode describes.
const GROWN: f64 = 1000.0;

/// How far a learned mode is from the true one over a horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Discrepancy {
    /// The largest error of the amplitude, in parts of the largest true amplitude.
    #[serde(rename = "amplitude_error")]
    pub amplitude: f64,
    /// The largest error that the slip of the phase makes, in the same parts.
    #[serde(rename = "phase_error")]
    pub phase: f64,
}

impl Discrepancy {
    /// Of λ̂ from λ over `horizon`, in the unit of time of 1/λ. Errors beyond the range of f64 are its largest number.
    ///
    /// ```
    /// use lambdahat::inverse::Discrepancy;
    /// use num_complex::Complex;
    /// // Forward Euler at H = 0.01 makes −0.021 of −0.001: after 1 it has lost 2 % of the amplitude, after 100 most of it.
    /// let of = |horizon| Discrepancy::of(Complex::new(-0.001, 2.0), Complex::new(-0.021, 2.0), horizon).amplitude;
    /// assert!((of(1.0) - 0.0198).abs() < 1e-4 && (of(100.0) - 0.7824).abs() < 1e-4);
    /// ```
    pub fn of(lambda: Complex<f64>, learned: Complex<f64>, horizon: f64) -> Self {
        let end = if lambda.re > 0.0 { horizon.min(GROWN.ln() / lambda.re) } else { horizon };
        let largest = lambda.re.max(0.0) * end;
        let (a, faster) = (lambda.re, learned.re - lambda.re);
        let amplitude = |t: f64| {
            let (truth, gain) = (a * t - largest, faster * t);
            // Two numbers that are nearly equal by their ratio, others by themselves, as one of them may be beyond the range.
            if gain.abs() < 1.0 { truth.exp() * gain.exp_m1().abs() } else { ((truth + gain).exp() - truth.exp()).abs() }
        };
        // Of two decays the difference is largest where their slopes agree: a e^{at} = b e^{bt}.
        let level = if faster == 0.0 { 0.0 } else { (-faster / learned.re).ln_1p() / faster };
        let slip = (learned.im - lambda.im).abs();
        let mean = 0.5 * (lambda.re + learned.re);
        let phase = |t: f64| 2.0 * (mean * t - largest).exp() * (0.5 * (slip * t).min(PI)).sin();
        // Where its slope is zero, tan(δt/2) = δ/(2|c|).
        let steepest = if slip > 0.0 && mean < 0.0 { 2.0 / slip * (slip / (-2.0 * mean)).atan() } else { end };
        let inside = |t: f64| if t > 0.0 && t < end { t } else { end };
        let bounded = |x: f64| if x.is_nan() { f64::MAX } else { x.min(f64::MAX) };
        Self { amplitude: bounded(amplitude(end).max(amplitude(inside(level)))), phase: bounded(phase(inside(steepest))) }
    }

    /// Whether neither part is beyond the tolerance.
    pub fn within(self, tolerance: f64) -> bool {
        self.amplitude <= tolerance && self.phase <= tolerance
    }

    /// The larger part.
    pub fn worst(self) -> f64 {
        self.amplitude.max(self.phase)
    }
}

/// The same of an orbit: the largest distance of what is followed from the truth at the same times, over the largest distance that the truth goes from
/// its start; both in the maximum norm. Infinite where one of the two breaks off before the other.
pub fn orbit_error(found: States<'_>, truth: States<'_>) -> f64 {
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let Some(start) = truth.first().filter(|_| found.len() == truth.len()) else { return f64::INFINITY };
    let motion = truth.iter().map(|x| distance(x, start)).fold(0.0, f64::max);
    let apart = found.iter().zip(truth).map(|(a, b)| distance(a, b)).fold(0.0, f64::max);
    // A field that moves nothing moves nothing at any step.
    if apart == 0.0 { 0.0 } else { apart / motion }
}

/// Whether growth or decay at this rate shows within the horizon: it changes the amplitude by more than the tolerance.
pub fn shows(rate: f64, horizon: f64, tolerance: f64) -> bool {
    (rate * horizon).exp_m1().abs() > tolerance
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The two parts by their definition, on a fine grid of times.
    fn by_definition(lambda: Complex<f64>, learned: Complex<f64>, end: f64) -> (f64, f64, f64) {
        let (mut amplitude, mut phase, mut state, mut largest) = (0.0f64, 0.0f64, 0.0f64, 0.0f64);
        let slip = learned.im - lambda.im;
        let mut lost = false;
        for k in 0..=20_000 {
            let t = end * f64::from(k) / 20_000.0;
            let (x, y) = ((lambda * t).exp(), (learned * t).exp());
            largest = largest.max(x.norm());
            amplitude = amplitude.max((x.norm() - y.norm()).abs());
            lost |= (slip * t).abs() >= PI;
            let sine = if lost { 1.0 } else { (0.5 * slip * t).sin().abs() };
            phase = phase.max(2.0 * (x.norm() * y.norm()).sqrt() * sine);
            state = state.max((x - y).norm());
        }
        (amplitude / largest, phase / largest, state / largest)
    }

    proptest! {
        #[test]
        fn the_closed_form_is_the_maximum(a in -2.0..0.5f64, b in -2.0..0.5f64, w in 0.0..3.0f64, v in 0.0..3.0f64, end in 0.1..8.0f64) {
            let (lambda, learned) = (Complex::new(a, w), Complex::new(b, v));
            let found = Discrepancy::of(lambda, learned, end);
            let (amplitude, phase, state) = by_definition(lambda, learned, end);
            prop_assert!((found.amplitude - amplitude).abs() < 1e-5 * (1.0 + amplitude), "{} {}", found.amplitude, amplitude);
            prop_assert!((found.phase - phase).abs() < 1e-3 * (1.0 + phase), "{} {}", found.phase, phase);
            prop_assert!(found.amplitude.hypot(found.phase) >= state - 1e-5 && found.amplitude <= state + 1e-5);
        }

        /// Another unit of time changes nothing.
        #[test]
        fn the_unit_of_time_does_not_matter(a in -2.0..0.5f64, b in -2.0..0.5f64, w in 0.0..3.0f64, v in 0.0..3.0f64, unit in 1e-3..1e3f64) {
            let (lambda, learned) = (Complex::new(a, w), Complex::new(b, v));
            let (here, there) = (Discrepancy::of(lambda, learned, 5.0), Discrepancy::of(lambda / unit, learned / unit, 5.0 * unit));
            prop_assert!((here.amplitude - there.amplitude).abs() < 1e-9 * (1.0 + here.amplitude));
            prop_assert!((here.phase - there.phase).abs() < 1e-9 * (1.0 + here.phase));
        }
    }

    #[test]
    fn extremes_stay_numbers() {
        let of = |a: f64, b: f64, end: f64| Discrepancy::of(Complex::new(a, 1.0), Complex::new(b, 2.0), end);
        assert_eq!(of(-1.0, 800.0, 10.0).amplitude, f64::MAX);
        assert!(of(0.0, 0.0, 1e300).phase == 2.0);
        let same = Discrepancy::of(Complex::new(-1.0, 1.0), Complex::new(-1.0, 1.0), 1e300);
        assert_eq!(same.worst(), 0.0);
        assert!(of(-1e-300, -2e-300, 1.0).amplitude < 1e-290);
    }
}
