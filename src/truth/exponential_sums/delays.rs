//! First guesses of the exponentials in evenly spaced samples, from rows laid beside their successors.
//!
//! A Hankel matrix of `d ≈ N/3` delays (at most 50 rows) has as many directions as there are exponentials; the shift from its first rows to its
//! last ones has the multipliers e^{λH} as eigenvalues (Roy & Kailath's ESPRIT, 1989; as Hankel dynamic mode decomposition Arbabi & Mezić 2017). The
//! guesses are biased by noise and only start the search of `exponentials`.

use super::rate::Rate;
use crate::dynamics::spectrum;
use crate::truth::chance::rank::signal_rank;
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{DMatrix, SVD};
use num_complex::Complex;

/// Rows of the Hankel matrix at most.
const MOST_ROWS: usize = 50;
/// Columns of the Hankel matrix at most.
const MOST_COLUMNS: usize = 2000;
/// Of so many directions or fewer six may be half: the threshold for the rank rests on a median that is noise.
const FEW: usize = 12;

/// The signal directions of a Hankel matrix.
pub(super) struct Delays {
    directions: DMatrix<f64>,
    dimension: usize,
    interval: f64,
    /// How many directions stand above the noise.
    pub rank: usize,
    /// Runs, or the pieces that missing rows leave of them, are so short that half of the directions may be motion: then the rank says nothing.
    pub are_few: bool,
}

impl Delays {
    /// Of evenly spaced samples; `None` where they are uneven or too few. Runs are cut where a cell is missing.
    pub fn of(samples: &Samples) -> Option<Self> {
        let d = samples.dimension();
        let pieces: Vec<Run> = samples.runs.iter().flat_map(|run| even_pieces(run, samples.interval)).collect();
        let longest = pieces.iter().map(Run::rows).max()?;
        let delays = (longest / 3).min((MOST_ROWS / d).max(3));
        if delays < 2 {
            return None;
        }
        let usable: Vec<&Run> = pieces.iter().filter(|r| r.rows() > delays).collect();
        let columns: usize = usable.iter().map(|r| r.rows() - delays + 1).sum();
        let stride = columns.div_ceil(MOST_COLUMNS).max(1);
        let starts: Vec<(&Run, usize)> =
            usable.iter().flat_map(|r| (0..=r.rows() - delays).map(move |k| (*r, k))).step_by(stride).collect();
        // Transposed: one row per window. The directions come from its triangular factor, so that nothing is squared.
        let hankel = DMatrix::from_fn(starts.len(), delays * d, |i, j| starts[i].0.states[(starts[i].1 + j / d, j % d)]);
        if hankel.nrows() < 2 {
            return None;
        }
        let rows = hankel.nrows();
        let triangle = if rows > delays * d { hankel.qr().r() } else { hankel };
        let svd = SVD::try_new(triangle, false, true, f64::EPSILON, 10_000)?;
        let v_t = svd.v_t?;
        let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
        order.sort_by(|&a, &b| svd.singular_values[b].total_cmp(&svd.singular_values[a]));
        let falling: Vec<f64> = order.iter().map(|&k| svd.singular_values[k]).collect();
        let ratio = (delays * d).min(rows) as f64 / (delays * d).max(rows) as f64;
        let rank = signal_rank(&falling, ratio).min((delays - 1) * d).min(order.len());
        let directions = DMatrix::from_fn(delays * d, order.len(), |i, j| v_t[(order[j], i)]);
        let are_few = pieces.len() > 1 && delays * d <= FEW;
        Some(Self { directions, dimension: d, interval: samples.interval, rank, are_few })
    }

    /// The rates of the `rank` strongest directions, pairs once; a multiplier that has no real logarithm is a pair just below π/H.
    pub fn rates(&self, rank: usize) -> Option<Vec<Rate>> {
        let kept = self.directions.nrows() - self.dimension;
        if rank == 0 || rank > kept || rank > self.directions.ncols() {
            return None;
        }
        let first = self.directions.view((0, 0), (kept, rank)).into_owned();
        let last = self.directions.view((self.dimension, 0), (kept, rank)).into_owned();
        let shift = SVD::try_new(first, true, true, f64::EPSILON, 10_000)?.solve(&last, 1e-12).ok()?;
        let rate = |mu: &Complex<f64>| Rate::of_multiplier(*mu, self.interval);
        let multipliers = spectrum(&shift)?;
        Some(multipliers.iter().filter(|mu| mu.im >= 0.0 && mu.norm() > 1e-8).map(rate).collect())
    }
}

/// The parts of a run with no missing cell and no gap.
fn even_pieces(run: &Run, interval: f64) -> Vec<Run> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for i in 0..=run.rows() {
        let breaks =
            i == run.rows() || !run.complete(i) || (i > start && (run.times[i] - run.times[i - 1] - interval).abs() > 1e-3 * interval);
        if breaks {
            if i >= start + 2 {
                pieces.push(run.part(start..i));
            }
            start = if i < run.rows() && run.complete(i) { i } else { i + 1 };
        }
    }
    pieces
}
