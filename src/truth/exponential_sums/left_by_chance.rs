//! Whether a sum of exponentials leaves no more than chance does where runs are short.
//!
//! Each run has amplitudes of its own. In a run of a dozen rows they take a part of the noise with them, which makes the residuals that are left depend on each other, and two thirds of the
//! run meet the other third by several times the noise. How far, the parametric bootstrap tells (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, § 6.5): the same model with
//! other noise of the same size.

use super::exponentials::{Exponentials, residual_sizes};
use crate::truth::chance::whiteness::Whiteness;
use crate::truth::samples::runs::Samples;
use nalgebra::DMatrix;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::f64::consts::TAU;

/// Draws: what is beyond the largest of them is chance once in 40.
const DRAWS: usize = 39;
const SEED: u64 = 0;

/// What tells residuals from noise.
struct Signs {
    /// Of lag 1, 2, …
    correlations: Vec<f64>,
    /// The error of the part that was left out, in residuals of the whole.
    left_out: Option<f64>,
}

impl Signs {
    fn of(fit: &Exponentials, samples: &Samples) -> Self {
        let left_out = fit.left_out_error(samples).map(|error| error / fit.rms.max(f64::MIN_POSITIVE));
        Self { correlations: Whiteness::of(&fit.residuals).correlations, left_out }
    }
}

/// Whether neighbouring residuals depend on each other, and the part that is left out is missed, no more than in draws of the same model.
///
/// `false` where cells are missing, or rows count differently: of those no draws are made.
pub(crate) fn leaves_what_chance_does(fit: &Exponentials, samples: &Samples) -> bool {
    if samples.missing || samples.is_weighted() || fit.cells <= fit.parameters {
        return false;
    }
    let scale = (fit.cells as f64 / (fit.cells - fit.parameters) as f64).sqrt();
    let sizes: Vec<f64> = residual_sizes(&fit.residuals, samples.dimension()).into_iter().map(|size| size * scale).collect();
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let draws: Vec<Signs> = (0..DRAWS).filter_map(|_| drawn(fit, samples, &sizes, &mut random)).collect();
    if draws.len() < DRAWS {
        return false;
    }
    let found = Signs::of(fit, samples);
    let lags = found.correlations.len();
    let usual: Vec<f64> = (0..lags).map(|k| draws.iter().map(|d| d.correlations[k]).sum::<f64>() / DRAWS as f64).collect();
    let farthest = |signs: &Signs| signs.correlations.iter().zip(&usual).map(|(c, usual)| (c - usual).abs()).fold(0.0, f64::max);
    let most = draws.iter().map(farthest).fold(0.0, f64::max);
    let missed = draws.iter().filter_map(|d| d.left_out).fold(0.0, f64::max);
    farthest(&found) <= most && found.left_out.is_none_or(|error| error <= missed)
}

/// The signs of the fit to what the model gives with other noise of these sizes in its columns.
fn drawn(fit: &Exponentials, samples: &Samples, sizes: &[f64], random: &mut ChaCha8Rng) -> Option<Signs> {
    let mut other = samples.clone();
    for (run, residuals) in other.runs.iter_mut().zip(&fit.residuals) {
        let noise = DMatrix::from_fn(residuals.nrows(), residuals.ncols(), |_, j| sizes[j] * normal(random));
        run.states = &run.states - residuals + noise;
    }
    let refitted = Exponentials::roughly(&other, &fit.rates, fit.trend)?;
    Some(Signs::of(&refitted, &other))
}

/// A standard normal number (Box & Muller 1958).
fn normal(random: &mut ChaCha8Rng) -> f64 {
    let uniform = |random: &mut ChaCha8Rng| (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
    let (u, v) = (1.0 - uniform(random), uniform(random));
    (-2.0 * u.ln()).sqrt() * (TAU * v).cos()
}
