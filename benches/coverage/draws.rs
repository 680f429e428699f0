//! Draws of a noisy oscillator, and whether what is settled of it covers the truth: shared by the everyday test and the full measurement.

use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{ModesOptions, examine};
use num_complex::Complex64;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The truth.
const LAMBDA: Complex64 = Complex64::new(-0.1, 2.0);
/// The mean time between rows.
const INTERVAL: f64 = 0.3;

/// One kind of samples.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// The standard deviation of the noise, in parts of the amplitude at the start.
    pub noise: f64,
    /// Rows.
    pub rows: usize,
    /// Whether intervals differ by up to a half.
    pub uneven: bool,
    /// Coordinates.
    pub columns: usize,
}

/// All 24: 1, 5 and 20 % of noise, 40 and 200 rows, even and uneven, one and two coordinates.
pub fn kinds() -> Vec<Kind> {
    let mut all = Vec::new();
    for noise in [0.01, 0.05, 0.2] {
        for rows in [40, 200] {
            for uneven in [false, true] {
                all.extend([1, 2].map(|columns| Kind { noise, rows, uneven, columns }));
            }
        }
    }
    all
}

/// What became of the draws of a kind.
#[derive(Clone, Copy, Debug, Default)]
pub struct Coverage {
    /// Draws.
    pub draws: u32,
    /// Of those, with a settled mode.
    pub settled: u32,
    /// Of those, with λ within two uncertainties.
    pub within: u32,
    /// The root mean square of the error.
    pub error: f64,
    /// The mean uncertainty.
    pub uncertainty: f64,
    /// Of the settled draws, those with an uncertainty of over three times that error.
    pub wide: u32,
}

fn unit(random: &mut ChaCha8Rng) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    let (a, b) = (1.0 - unit(random), unit(random));
    (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
}

/// The samples of one draw: the times, then rows one after the other.
pub fn draw(kind: Kind, random: &mut ChaCha8Rng) -> (Vec<f64>, Vec<f64>) {
    let (mut times, mut states, mut t) = (Vec::new(), Vec::new(), 0.0);
    for _ in 0..kind.rows {
        let z = (LAMBDA * t).exp();
        times.push(t);
        states.extend([z.re, z.im].iter().take(kind.columns).map(|x| x + kind.noise * normal(random)));
        let part = unit(random);
        t += if kind.uneven { INTERVAL * (0.5 + part) } else { INTERVAL };
    }
    (times, states)
}

/// Examines so many draws of a kind.
pub fn coverage(kind: Kind, draws: u32, seed: u64) -> Coverage {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut found = Coverage { draws, ..Coverage::default() };
    let mut uncertainties = Vec::new();
    for _ in 0..draws {
        let (times, states) = draw(kind, &mut random);
        let names = (0..kind.columns).map(|k| format!("x{k}")).collect();
        let data = Trajectories::with_times("draw", names, Vec::new(), vec![Trajectory::at(None, times, states)]).expect("samples");
        let examined = examine(&data, &ModesOptions::default()).expect("an examination");
        if let Some(mode) = examined.modes.iter().find(|m| m.settled && m.lambda.im >= 0.0) {
            let (error, u) = ((mode.lambda - LAMBDA).norm(), mode.uncertainty.unwrap_or(0.0));
            found.settled += 1;
            found.within += u32::from(error <= 2.0 * u);
            found.error += error * error;
            uncertainties.push(u);
        }
    }
    found.error = (found.error / f64::from(found.settled)).sqrt();
    found.uncertainty = uncertainties.iter().sum::<f64>() / f64::from(found.settled);
    found.wide = uncertainties.iter().map(|&u| u32::from(u > 3.0 * found.error)).sum();
    found
}
