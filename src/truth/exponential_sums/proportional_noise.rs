//! Noise that grows with what is measured: digits after the point that are significant ones, single precision, the gain of an amplifier.
//!
//! ```text
//! Var e_i = b² (f² + s_i²),     s_i the size of row i in the data's own units, about its neighbours'
//! ```
//!
//! Least squares that take the noise to be alike see the large errors of large rows as motion, and find exponentials in them that die out with it. Weights 1/√(f² + s_i²)
//! make it alike (Aitken's generalised least squares); f is the most likely one (Carroll & Ruppert, *Transformation and Weighting in Regression*, 1988, ch. 3). Weights have the
//! geometric mean 1, so that sums of squares with and without them are compared as likelihoods are.

use super::exponentials::Exponentials;
use crate::truth::samples::runs::Samples;
use nalgebra::DMatrix;

/// f is looked for at these parts of the largest row.
const FLOORS: [f64; 7] = [1e-8, 1e-6, 1e-4, 1e-3, 1e-2, 0.1, 0.3];
/// Rows whose sizes differ by less than this tell nothing of such noise.
const LEAST_RATIO: f64 = 3.0;
/// What it has to gain in −2 log L before it is tried.
const LIKELIER: f64 = 20.0;
/// Residuals below this are rounding, or those of a solver.
const ROUNDING: f64 = 1e-9;

/// Rows on either side that are neighbours.
const BESIDE: usize = 5;

/// What the error of a row may be proportional to, of values in the data's own units: root mean square over columns by their scales.
#[derive(Clone, Copy, Debug)]
struct RowSize {
    /// The values.
    value: f64,
    /// The values, over the row and its neighbours: an oscillation passes zero, and its noise may not.
    near: f64,
    /// The powers of ten below the values: the unit of their last significant digit.
    decade: f64,
}

/// The size of each row of scaled values.
fn row_sizes(values: &DMatrix<f64>, samples: &Samples) -> Vec<RowSize> {
    let decade = |x: f64| if x == 0.0 { 0.0 } else { 10f64.powf(x.abs().log10().floor()) };
    let square = |i: usize, of: &dyn Fn(f64, f64) -> f64| {
        let row = values.row(i);
        let scaled = row.iter().zip(samples.origin.iter().zip(&samples.scale)).filter(|(z, _)| !z.is_nan());
        scaled.fold((0.0, 0usize), |(sum, n), (z, (origin, scale))| (sum + of(z - origin, *scale).powi(2), n + 1))
    };
    let root = |(sum, count): (f64, usize)| (sum / count.max(1) as f64).sqrt();
    let squares: Vec<(f64, usize)> = (0..values.nrows()).map(|i| square(i, &|x, _| x)).collect();
    let size = |i: usize| {
        let near = &squares[i.saturating_sub(BESIDE)..squares.len().min(i + BESIDE + 1)];
        let near = root(near.iter().fold((0.0, 0usize), |(s, n), (x, k)| (s + x, n + k)));
        RowSize { value: root(squares[i]), near, decade: root(square(i, &|x, scale| decade(x * scale) / scale)) }
    };
    (0..values.nrows()).map(size).collect()
}

/// What noise may be proportional to.
const LAWS: [fn(&RowSize) -> f64; 3] = [|size| size.value, |size| size.near, |size| size.decade];

/// A law of the noise, with its f.
#[derive(Clone, Copy)]
pub(crate) struct Law {
    of: fn(&RowSize) -> f64,
    floor: f64,
}

impl Law {
    /// The law with which some fit to these samples explains most for its numbers; `None` where noise that is alike is about as likely. Each fit comes with its Schwarz's criterion, and has no weights.
    pub fn of<'a>(samples: &Samples, fits: impl Iterator<Item = (&'a Exponentials, f64)>) -> Option<Self> {
        let mut alike = f64::INFINITY;
        let mut best: Option<(f64, Self)> = None;
        for (fit, information) in fits.filter(|(_, information)| information.is_finite()) {
            alike = alike.min(information);
            if fit.rms <= ROUNDING {
                continue;
            }
            let cells = cells(samples, fit);
            for law in LAWS {
                let Some((gain, law)) = gain(&cells, law) else { continue };
                if best.is_none_or(|(least, _)| information - gain < least) {
                    best = Some((information - gain, law));
                }
            }
        }
        best.filter(|(least, _)| alike - least > LIKELIER).map(|(_, law)| law)
    }

    /// The samples, each row counting as much as its noise lets it.
    pub fn weighted(&self, samples: &Samples) -> Samples {
        let mut all = samples.clone();
        let weight = |size: &RowSize| 1.0 / self.floor.hypot((self.of)(size));
        let weights: Vec<Vec<f64>> = samples.runs.iter().map(|run| row_sizes(&run.states, samples).iter().map(weight).collect()).collect();
        let mean = weights.iter().flatten().map(|w| w.ln()).sum::<f64>() / samples.rows().max(1) as f64;
        for (run, weights) in all.runs.iter_mut().zip(weights) {
            run.weights = Some(weights.iter().map(|w| (w.ln() - mean).exp()).collect());
        }
        all
    }
}

/// Each residual of a fit, with the size of its row. Of what was fitted: noise itself, where it is all that is left of the motion, is as large as itself.
fn cells(samples: &Samples, fit: &Exponentials) -> Vec<(RowSize, f64)> {
    let mut cells = Vec::with_capacity(fit.cells);
    for (run, residuals) in samples.runs.iter().zip(&fit.residuals) {
        for (size, row) in row_sizes(&(&run.states - residuals), samples).into_iter().zip(residuals.row_iter()) {
            cells.extend(row.iter().filter(|r| !r.is_nan()).map(|r| (size, *r)));
        }
    }
    cells
}

/// What a law takes from −2 log L, with its likeliest f; `None` where the rows are of one size.
fn gain(cells: &[(RowSize, f64)], of: fn(&RowSize) -> f64) -> Option<(f64, Law)> {
    let cells: Vec<(f64, f64)> = cells.iter().map(|(size, r)| (of(size), *r)).collect();
    let (smallest, largest) = cells.iter().fold((f64::INFINITY, 0.0f64), |(low, high), (size, _)| (low.min(*size), high.max(*size)));
    if largest <= LEAST_RATIO * smallest {
        return None;
    }
    let n = cells.len() as f64;
    let minus_two_log = |floor: f64| {
        let (square, log) = cells.iter().fold((0.0, 0.0), |(square, log), (size, r)| {
            let variance = floor * floor + size * size;
            (square + r * r / variance, log + variance.ln())
        });
        n * (square / n).ln() + log
    };
    let alike = n * (cells.iter().map(|(_, r)| r * r).sum::<f64>() / n).ln();
    let tried = FLOORS.map(|part| part * largest).map(|floor| (alike - minus_two_log(floor), Law { of, floor }));
    tried.into_iter().max_by(|a, b| a.0.total_cmp(&b.0))
}
