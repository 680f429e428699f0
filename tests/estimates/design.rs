//! Noisy samples of an oscillator, λ = −0.1 + 2i, that starts on the unit circle.

use crate::chance::{normal, unit};
use crate::draws::LAMBDA;
use num_complex::Complex64;
use rand_chacha::ChaCha8Rng;

pub const TURN: Complex64 = Complex64::new(0.0, std::f64::consts::TAU);

/// So many runs of so many rows: how far apart, and from where.
#[derive(Clone, Copy)]
pub struct Design {
    pub interval: f64,
    pub rows: usize,
    pub runs: usize,
}

impl Design {
    /// |e^{λt}|²/2 at each row: the mean square of a cell there, for every run that starts on the unit circle.
    pub fn squares(self) -> Vec<f64> {
        (0..self.rows).map(|n| (2.0 * LAMBDA.re * self.interval * n as f64).exp() / 2.0).collect()
    }

    /// σ²/v: the noise over the mean square of what windows of K intervals start from, for noise of this share of the root mean square of all cells.
    pub fn noise_to_starts(self, noise: f64, window: usize) -> f64 {
        let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
        let squares = self.squares();
        let starts: Vec<f64> = squares[..self.rows - window].iter().copied().step_by(window).collect();
        noise * noise * mean(&squares) / mean(&starts)
    }

    /// The same of pairs, to all orders: μ is learned as μ/(1 + σ²/v).
    pub fn of_pairs(self, noise: f64) -> f64 {
        -self.noise_to_starts(noise, 1).ln_1p() / self.interval
    }

    /// Noisy runs that start anywhere on the unit circle.
    pub fn drawn(self, noise: f64, random: &mut ChaCha8Rng) -> Vec<Vec<Complex64>> {
        let squares = self.squares();
        let deviation = noise * (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
        (0..self.runs)
            .map(|_| {
                let start = TURN * unit(random);
                let mut cell = || deviation * normal(random);
                (0..self.rows).map(|n| (LAMBDA * self.interval * n as f64 + start).exp() + Complex64::new(cell(), cell())).collect()
            })
            .collect()
    }
}
