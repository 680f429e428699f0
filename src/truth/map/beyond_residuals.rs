//! What an uncertainty must hold that residuals do not show.
//!
//! A double root of a characteristic polynomial splits like the square root of what moves its coefficients, so that two rates next to each other are off by half of
//! what parts them, whatever linear propagation says (Wilkinson, *The Algebraic Eigenvalue Problem*, 1965). And an interval that is known to a part of itself
//! makes every λ known to that part only.

use super::modes::Mode;

/// Two rates that differ by less than this part of λ may be one, …
const NEAR: f64 = 0.2;
/// … where they differ by less than so many uncertainties: of λ̂ ± √(d + e) with d = 0 and an error e of standard deviation s the uncertainty is s/2√e, and e > 5s is none by chance;
const SO_NEAR: f64 = 20.0;
/// of rates that are known to this part of λ, where what is left is rounding and follows no law of chance, by less than so many.
const TO_ROUNDING: f64 = 1e-5;
const SO_NEAR_IN_ROUNDING: f64 = 300.0;
/// Half of a range holds 68 % of what is spread evenly over it to either side.
const OF_EVEN_SPREAD: f64 = 0.68;

/// Adds to each uncertainty half the distance to a rate so near that both may be one double root, and what an interval known to the part `interval_error` of itself leaves open.
pub(crate) fn widen(modes: &mut [Mode], interval_error: f64) {
    let beside: Vec<f64> = (0..modes.len()).map(|k| half_distance(modes, k)).collect();
    for (mode, beside) in modes.iter_mut().zip(beside) {
        let by_interval = OF_EVEN_SPREAD * interval_error * mode.lambda.norm();
        mode.uncertainty = mode.uncertainty.map(|u| u.hypot(beside).hypot(by_interval));
    }
}

/// Half the distance from a mode to the nearest other one at its equilibrium, where both may be one; else 0.
fn half_distance(modes: &[Mode], k: usize) -> f64 {
    let mode = &modes[k];
    let Some(u) = mode.uncertainty else { return 0.0 };
    let size = mode.lambda.norm();
    let many = if u < TO_ROUNDING * size { SO_NEAR_IN_ROUNDING } else { SO_NEAR };
    let others = modes.iter().enumerate().filter(|(j, other)| *j != k && other.equilibrium == mode.equilibrium);
    let near = |(_, other): (usize, &Mode)| {
        let apart = (other.lambda - mode.lambda).norm();
        (apart < NEAR * size && apart < many * u.hypot(other.uncertainty?)).then_some(apart)
    };
    0.5 * others.filter_map(near).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex;

    fn widened(lambdas: &[(f64, f64)], u: f64, interval_error: f64) -> Vec<f64> {
        let mode = |&(re, im): &(f64, f64)| Mode::determined(Complex::new(re, im), vec![0.0], Some(u));
        let mut modes: Vec<Mode> = lambdas.iter().map(mode).collect();
        widen(&mut modes, interval_error);
        modes.iter().map(|mode| mode.uncertainty.unwrap()).collect()
    }

    #[test]
    fn what_may_be_one_root_is_known_to_half_of_what_parts_it() {
        assert!(widened(&[(-0.499998, 0.0), (-0.500002, 0.0)], 1.4e-7, 0.0).iter().all(|u| (2e-6..2.1e-6).contains(u)));
        assert!(widened(&[(-0.5, 1e-3), (-0.5, -1e-3)], 1e-3, 0.0).iter().all(|u| (1.4e-3..1.5e-3).contains(u)));
        // What is told apart stays so, in noise and without.
        assert_eq!(widened(&[(-1.0, 0.0), (-3.0, 0.0)], 0.15, 0.0), [0.15, 0.15]);
        assert_eq!(widened(&[(-1.0, 0.0), (-1.001, 0.0)], 1e-12, 0.0), [1e-12, 1e-12]);
        assert_eq!(widened(&[(-1.0, 0.0), (-1.0, 0.0)], 1e-12, 0.0), [1e-12, 1e-12]);
    }

    #[test]
    fn no_rate_is_known_better_than_the_interval() {
        assert!((widened(&[(-3.0, 4.0)], 1e-9, 1e-4)[0] - 3.4e-4).abs() < 1e-12);
    }
}
