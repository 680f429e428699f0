//! Whether a motion ends at rest inside the record.
//!
//! What has come to rest is no drift, and nothing drives it. The last part of each run is then a constant and noise: without a slope, one row telling nothing of the next,
//! and small beside the whole.

use super::runs::{Run, Samples};
use super::whiteness::Whiteness;
use nalgebra::DMatrix;

/// The parts of a run that its end may be, the shortest rest first, and rows in them at least.
const PARTS: [usize; 3] = [5, 4, 3];
const LEAST_ROWS: usize = 12;
/// An end is quiet where it moves by less than this part of the whole, and at rest whatever its shape where by less than this.
const QUIET: f64 = 0.15;
const STILL: f64 = 1e-6;
/// A slope of less than so many standard errors is none.
const LEVEL: f64 = 3.0;

/// Whether every column of every run is at rest at its end.
pub(super) fn ends_at_rest(samples: &Samples) -> bool {
    let rests = |run: &Run, column: usize| PARTS.iter().any(|part| end_is_quiet(run, column, run.rows() / part));
    samples.runs.iter().all(|run| (0..samples.dimension()).all(|column| rests(run, column)))
}

/// Whether the last rows of a column, of unit root mean square over all runs, are a constant and noise.
fn end_is_quiet(run: &Run, column: usize, rows: usize) -> bool {
    let from = run.rows() - rows;
    let there: Vec<(f64, f64)> = (from..run.rows()).map(|i| (run.times[i], run.states[(i, column)])).filter(|(_, x)| !x.is_nan()).collect();
    if there.len() < LEAST_ROWS {
        return false;
    }
    let n = there.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| there.iter().map(of).sum::<f64>() / n;
    let (middle, level) = (mean(|p| p.0), mean(|p| p.1));
    let size = (there.iter().map(|(_, x)| (x - level).powi(2)).sum::<f64>() / n).sqrt();
    if size < STILL {
        return true;
    }
    let square: f64 = there.iter().map(|(t, _)| (t - middle).powi(2)).sum();
    let slope = there.iter().map(|(t, x)| (t - middle) * (x - level)).sum::<f64>() / square;
    let left = DMatrix::from_iterator(there.len(), 1, there.iter().map(|(t, x)| x - level - slope * (t - middle)));
    let error = (left.norm_squared() / (n - 2.0) / square).sqrt();
    size < QUIET && slope.abs() < LEVEL * error && Whiteness::of(&[left]).holds(false)
}
