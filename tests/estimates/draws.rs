//! Figures that were found from a few draws, held against more draws of another generator: the two have to agree within their own scatter.

use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// What is estimated.
pub const LAMBDA: Complex64 = Complex64::new(-0.1, 2.0);

/// Many draws of an estimate.
pub struct Draws(pub Vec<Complex64>);

impl Draws {
    pub fn of(count: u64, mut draw: impl FnMut(&mut ChaCha8Rng) -> Complex64) -> Self {
        Self((0..count).map(|seed| draw(&mut ChaCha8Rng::seed_from_u64(seed))).collect())
    }

    pub fn mean(&self) -> Complex64 {
        self.0.iter().sum::<Complex64>() / self.0.len() as f64
    }

    /// Whether the mean of `other` further draws, printed to so many digits, may have been `told`: within four standard errors of both in each part.
    pub fn has_mean(&self, told: Complex64, digit: f64, other: f64) -> bool {
        self.has_part(|z| z.re, told.re, digit, other) && self.has_part(|z| z.im, told.im, digit, other)
    }

    /// The same of the real part alone.
    pub fn has_growth(&self, told: f64, digit: f64, other: f64) -> bool {
        self.has_part(|z| z.re, told, digit, other)
    }

    fn has_part(&self, of: fn(&Complex64) -> f64, told: f64, digit: f64, other: f64) -> bool {
        let (mean, n) = (of(&self.mean()), self.0.len() as f64);
        let square = self.0.iter().map(|z| (of(z) - mean).powi(2)).sum::<f64>() / n;
        (mean - told).abs() <= 4.0 * (square * (1.0 / n + 1.0 / other)).sqrt() + 0.51 * digit
    }

    /// The same of the root mean square error.
    pub fn has_rms(&self, told: f64, digit: f64, other: f64) -> bool {
        let squares: Vec<f64> = self.0.iter().map(|z| (z - LAMBDA).norm_sqr()).collect();
        let n = squares.len() as f64;
        let mean = squares.iter().sum::<f64>() / n;
        let scatter = (squares.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n * (1.0 / n + 1.0 / other)).sqrt();
        let rms = mean.sqrt();
        (rms - told).abs() <= 4.0 * scatter / (2.0 * rms) + 0.51 * digit
    }

    /// The root mean square error.
    pub fn rms(&self) -> f64 {
        (self.0.iter().map(|z| (z - LAMBDA).norm_sqr()).sum::<f64>() / self.0.len() as f64).sqrt()
    }

    pub fn said(&self) -> String {
        format!("mean {:.6}, root mean square error {:.3e}", self.mean(), self.rms())
    }
}
