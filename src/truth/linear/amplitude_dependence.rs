//! Whether rates depend on the size of the motion, as those of a nonlinear system do and those of a linear one do not.
//!
//! Where noise hides the harmonics of a nonlinear motion, a sum of exponentials can leave nothing but noise and still have the wrong rates: a damped pendulum
//! swings more slowly at first. The parts of the runs with the larger motion are fitted apart from those with the smaller one.

use crate::truth::chance::chi_square::chi_square;
use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{DMatrix, DVector};

/// Parts that each run is cut into, where it is long enough.
const PARTS: usize = 2;
/// Rows that a part has beyond the numbers that are fitted to it, at least.
const SPARE_ROWS: usize = 6;
/// Motion of fewer standard deviations of the noise is not looked at.
const ABOVE: f64 = 1.0;
/// Sizes of the motion that differ by less say nothing.
const LEAST_RATIO: f64 = 1.3;

/// Deviations of a normal variable that are as rare as a gain of 16 is by chance with four numbers.
const RARE: f64 = 2.75;
/// A mode's part of a column, in units of what noise makes of the fit.
const HEARD: f64 = 2.0;

/// How one rate differs between large and small motion.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Shift {
    /// |λ of the large motion − λ of the small one|
    pub distance: f64,
    /// The standard error of that, were there no dependence.
    pub by_chance: f64,
}

/// The shift of each rate of a fit; `None` where the motion has one size throughout, or there are too few rows.
pub(super) fn shifts(samples: &Samples, fit: &Exponentials) -> Option<Vec<Shift>> {
    let own = fit.count() + fit.trend;
    let mut parts: Vec<(f64, Run)> = Vec::new();
    for (run, residuals) in samples.runs.iter().zip(&fit.residuals) {
        let Some(heard) = above_noise(run, residuals, fit) else { continue };
        let run = run.part(heard);
        let count = (run.rows() / (own + SPARE_ROWS)).min(PARTS);
        for k in 0..count {
            let part = run.part(run.rows() * k / count..run.rows() * (k + 1) / count);
            parts.push((size(&part, &fit.constant), part));
        }
    }
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: usize = parts.iter().map(|p| p.1.rows()).sum();
    let (mut small, mut large, mut rows) = (Vec::new(), Vec::new(), 0);
    for (size, run) in parts {
        let side = if rows * 2 < total { &mut small } else { &mut large };
        rows += run.rows();
        side.push((size, run));
    }
    let mean = |side: &[(f64, Run)]| side.iter().map(|p| p.0).sum::<f64>() / side.len() as f64;
    if small.is_empty() || large.is_empty() || mean(&large) < LEAST_RATIO * mean(&small) {
        return None;
    }
    let runs = |side: Vec<(f64, Run)>| side.into_iter().map(|p| p.1).collect::<Vec<Run>>();
    let (small, large) = (runs(small), runs(large));
    let fitted = |runs: Vec<Run>| Exponentials::fitted(&Samples { runs, ..samples.clone() }, &fit.rates, fit.trend);
    let common = fitted(small.iter().chain(&large).cloned().collect())?;
    let (small, large) = (fitted(small)?, fitted(large)?);
    let same = small.rates.len() == fit.rates.len() && large.rates.len() == fit.rates.len();
    // Standard errors hold where the sum of squares is a parabola. Where it is not, as with little signal, what different rates gain in it tells how likely they are.
    let gain = (common.square - small.square - large.square) / (fit.square / fit.cells as f64);
    // Rates and constants of either side: chance gains more with more of them. Four are those of a pair in two columns, for which the bounds on a shift are meant.
    let freedom = (fit.count() + samples.dimension() * (1 + fit.trend)) as f64;
    let errors = gain.max(f64::MIN_POSITIVE).sqrt() * (chi_square(4.0, RARE) / chi_square(freedom.max(4.0), RARE)).sqrt();
    // A mode that is gone where the motion is small has no rate there.
    let is_heard = |side: &Exponentials, k: usize| side.share[k] > HEARD * side.rms * (side.parameters as f64 / side.cells as f64).sqrt();
    same.then(|| {
        (0..fit.rates.len())
            .map(|k| {
                if !is_heard(&small, k) || !is_heard(&large, k) {
                    return Shift { distance: 0.0, by_chance: f64::MIN_POSITIVE };
                }
                let distance = (small.rates[k].lambda() - large.rates[k].lambda()).norm();
                Shift { distance, by_chance: small.uncertainty[k].hypot(large.uncertainty[k]).max(distance / errors) }
            })
            .collect()
    })
}

/// The rows from the first to the last where the fitted motion stands above the noise: beyond them a rate is anyone's guess, however small its standard error.
fn above_noise(run: &Run, residuals: &DMatrix<f64>, fit: &Exponentials) -> Option<std::ops::Range<usize>> {
    let stands_out = |i: &usize| {
        let moved = (0..run.states.ncols()).map(|j| run.states[(*i, j)] - residuals[(*i, j)] - fit.constant[j]);
        moved.filter(|x| !x.is_nan()).any(|x| x.abs() > ABOVE * fit.rms)
    };
    let first = (0..run.rows()).find(stands_out)?;
    let last = (0..run.rows()).rev().find(stands_out)?;
    (last > first).then_some(first..last + 1)
}

/// The root mean square of a part about the equilibrium.
fn size(run: &Run, constant: &DVector<f64>) -> f64 {
    let cells = run.states.column_iter().zip(constant.iter()).flat_map(|(c, x)| c.iter().map(|y| y - x).collect::<Vec<f64>>());
    let (sum, count) = cells.filter(|x| !x.is_nan()).fold((0.0, 0usize), |(s, n), x| (s + x * x, n + 1));
    (sum / count.max(1) as f64).sqrt()
}
