//! The oscillator as samples with noise, and what the program finds in them.

use crate::chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{ModesOptions, examine};
use num_complex::Complex64;
use rand_chacha::ChaCha8Rng;

/// The oscillator at these times in so many columns, with noise of this share of each column's root mean square.
pub fn samples(lambda: Complex64, times: &[f64], columns: usize, noise: f64, random: &mut ChaCha8Rng) -> Trajectories {
    let clean: Vec<Complex64> = times.iter().map(|t| (lambda * t).exp()).collect();
    let parts = |z: &Complex64| [z.re, z.im];
    let size = |j: usize| (clean.iter().map(|z| parts(z)[j].powi(2)).sum::<f64>() / clean.len() as f64).sqrt();
    let sizes = [size(0), size(1)];
    let states = clean.iter().flat_map(|z| (0..columns).map(|j| parts(z)[j] + noise * sizes[j] * normal(random)).collect::<Vec<_>>());
    let states = states.collect();
    let names = (0..columns).map(|k| format!("x{k}")).collect();
    Trajectories::with_times("draw", names, Vec::new(), vec![Trajectory::at(None, times.to_vec(), states)]).unwrap()
}

/// Runs of two columns as a file of them.
pub fn runs(all: Vec<(Vec<f64>, Vec<Complex64>)>) -> Trajectories {
    let run = |(times, z): (Vec<f64>, Vec<Complex64>)| Trajectory::at(None, times, z.iter().flat_map(|z| [z.re, z.im]).collect());
    Trajectories::with_times("runs", vec!["x".into(), "y".into()], Vec::new(), all.into_iter().map(run).collect()).unwrap()
}

/// The mode nearest to λ, settled or not.
pub fn nearest(data: &Trajectories, lambda: Complex64) -> Option<Complex64> {
    let found = examine(data, &ModesOptions::default()).unwrap();
    found.modes.iter().map(|m| m.lambda).min_by(|a, b| (a - lambda).norm().total_cmp(&(b - lambda).norm()))
}

/// Times with these intervals between them, from 0 on.
pub fn summed(intervals: &[f64]) -> Vec<f64> {
    let mut times = vec![0.0];
    times.extend(intervals.iter().scan(0.0, |t, h| {
        *t += h;
        Some(*t)
    }));
    times
}

pub fn even(rows: usize, interval: f64) -> Vec<f64> {
    (0..rows).map(|k| k as f64 * interval).collect()
}
