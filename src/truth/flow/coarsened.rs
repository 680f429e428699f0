//! Rows that a field is fitted to, of many: of finely sampled motion every few rows of the whole, not all rows of its beginning, and what is still too much in blocks spread over it.
//!
//! From row to row of a finely sampled motion little happens, and it may be less than the noise: the same number of rows, farther apart, tells more. Between them the motion must not turn
//! unseen: the steps stay a small part of the whole, and who fits a field lays it beside the rows in between.

use super::field_fit::FieldFit;
use crate::truth::samples::runs::{Run, Samples};
use crate::truth::samples::windows::Frame;

/// Runs shorter than this in the middle keep all their rows.
const LONG: usize = 300;
/// The largest steps but one in a thousand, noise apart, in half of each column's range.
const STEP: f64 = 0.25;
const LARGEST: f64 = 0.999;
/// Places at which steps are measured.
const PLACES: usize = 20_000;
/// Places between the rows that were fitted at which a field is laid beside the samples, which it misses there by no more than so many times what it leaves.
const BETWEEN: usize = 500;
const AS_WELL: f64 = 2.0;
/// Rows of a block.
const BLOCK: usize = 50;

/// One row in `every`.
pub(crate) struct Coarsened {
    pub samples: Samples,
    pub every: usize,
}

impl Coarsened {
    /// At most about `most` rows, where they are more; of each run at least `each`.
    pub fn of(samples: &Samples, most: usize, each: usize) -> Self {
        let rows = samples.rows();
        let mut lengths: Vec<usize> = samples.runs.iter().map(Run::rows).collect();
        lengths.sort_unstable();
        if rows <= most || lengths[lengths.len() / 2] < LONG {
            return Self { samples: samples.thinned(most, each), every: 1 };
        }
        let every = resolved(samples, rows.div_ceil(most).min(lengths[0] / (2 * each)).max(1));
        Self { samples: in_blocks(samples.one_row_in(every), most, each), every }
    }

    /// Whether a field meets the rows between those that it was fitted to as well as those.
    pub fn is_met_between(&self, fit: &FieldFit, frame: &Frame, samples: &Samples) -> bool {
        let later = self.every.div_ceil(2);
        let mut w = fit.flow.workspace(false);
        let apart = samples.rows().div_ceil(BETWEEN);
        let (mut sum, mut count) = (0.0, 0usize);
        for run in &samples.runs {
            let row = |i: usize| frame.inward(&run.states.row(i).iter().copied().collect::<Vec<_>>());
            for i in (0..run.rows().saturating_sub(later)).step_by(apart).filter(|&i| run.complete(i) && run.complete(i + later)) {
                let mut z = row(i);
                if !fit.flow.advance(&mut z, (run.times[i + later] - run.times[i]) / frame.interval, fit.steps, &mut w) {
                    return false;
                }
                sum += z.iter().zip(row(i + later)).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
                count += z.len();
            }
        }
        // A fitted start leaves the noise of one row, a row that is followed that of two.
        let noise = if fit.free { 2f64.sqrt() * fit.deviation() } else { fit.noise };
        (sum / count.max(1) as f64).sqrt() <= AS_WELL * noise.max(f64::EPSILON)
    }
}

/// The largest number of rows up to `most` over which the motion takes steps that are small.
fn resolved(samples: &Samples, most: usize) -> usize {
    let half: Vec<f64> = (0..samples.dimension()).map(|j| half_range(&samples.runs, j)).collect();
    let apart = samples.rows().div_ceil(PLACES);
    let largest = |every: usize| {
        let step = |run: &Run, i: usize| {
            let change = |j: usize| (run.states[(i + every, j)] - run.states[(i, j)]).abs() / half[j];
            (0..half.len()).map(change).filter(|x| !x.is_nan()).fold(0.0, f64::max)
        };
        let places = |run: &Run| (0..run.rows().saturating_sub(every)).step_by(apart);
        let mut steps: Vec<f64> = samples.runs.iter().flat_map(|run| places(run).map(|i| step(run, i)).collect::<Vec<_>>()).collect();
        let place = (LARGEST * steps.len() as f64) as usize;
        if place < steps.len() { *steps.select_nth_unstable_by(place, f64::total_cmp).1 } else { f64::INFINITY }
    };
    let by_noise = largest(1);
    let small = |every: usize| largest(every).powi(2) - by_noise.powi(2) <= STEP * STEP;
    // Down by a fifth each time.
    std::iter::successors(Some(most), |every| Some(every * 4 / 5)).find(|&every| every <= 1 || small(every)).unwrap_or(1).max(1)
}

fn half_range<'a>(runs: impl IntoIterator<Item = &'a Run>, j: usize) -> f64 {
    let cells = runs.into_iter().flat_map(|run| run.states.column(j).iter().copied().collect::<Vec<_>>()).filter(|x| !x.is_nan());
    let (low, high) = cells.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if high > low { 0.5 * (high - low) } else { 1.0 }
}

/// Half of the rows from the beginning of each run on, and blocks of the rest: as many where it moves most as are spread evenly.
fn in_blocks(samples: Samples, most: usize, each: usize) -> Samples {
    let rows = samples.rows();
    if rows <= most + most / 10 {
        return samples;
    }
    let few = samples.runs.len() * (each + BLOCK) > most;
    if few {
        return samples.thinned(most, each);
    }
    let half: Vec<f64> = (0..samples.dimension()).map(|j| half_range(&samples.runs, j)).collect();
    let parts = |run: &Run| {
        let keep = (run.rows() * most / rows).clamp(each.min(run.rows()), run.rows());
        let begin = (keep / 2).max(each.min(run.rows()));
        let blocks = (run.rows() - begin) / BLOCK;
        let wanted = ((keep - begin.min(keep)) / BLOCK).min(blocks);
        let extent = |b: usize| {
            let block = run.part(begin + b * BLOCK..begin + (b + 1) * BLOCK);
            half.iter().enumerate().map(|(j, half)| half_range([&block], j) / half).fold(0.0, f64::max)
        };
        let evenly = wanted.div_ceil(2);
        let mut chosen: Vec<usize> = (1..=evenly).map(|k| k * blocks / evenly.max(1) - 1).collect();
        let mut others: Vec<(f64, usize)> = (0..blocks).filter(|b| !chosen.contains(b)).map(|b| (extent(b), b)).collect();
        others.sort_by(|a, b| b.0.total_cmp(&a.0));
        chosen.extend(others.iter().take(wanted - evenly).map(|(_, b)| *b));
        chosen.sort_unstable();
        let block = |b: usize| run.part(begin + b * BLOCK..begin + (b + 1) * BLOCK);
        std::iter::once(run.part(0..begin)).chain(chosen.into_iter().map(block).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    let runs: Vec<Run> = samples.runs.iter().flat_map(parts).filter(|run| run.rows() > 1).collect();
    let missing = runs.iter().any(|run| run.states.iter().any(|x| x.is_nan()));
    Samples { runs, missing, ..samples }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::samples::runs::Stretch;

    fn samples(interval: f64, rows: usize, of: impl Fn(f64) -> f64) -> Samples {
        let times: Vec<f64> = (0..rows).map(|k| interval * k as f64).collect();
        let states: Vec<f64> = times.iter().map(|t| of(*t)).collect();
        Samples::of(&[Stretch { times: &times, states: &states, dimension: 1 }]).unwrap()
    }

    /// A turn in 6,283 rows: steps of a quarter of its size are 250 rows, and a tenth of the rows that there are would be more.
    #[test]
    fn steps_are_small_and_the_whole_is_there() {
        let found = Coarsened::of(&samples(1e-3, 20_000, f64::sin), 1500, 11);
        assert_eq!(found.every, 14);
        assert!((found.samples.duration() - 20.0).abs() < 0.02 && (found.samples.interval - 0.014).abs() < 1e-12);
        let fast = Coarsened::of(&samples(0.1, 20_000, f64::sin), 1500, 11);
        assert_eq!(fast.every, 2);
        assert!(fast.samples.rows() <= 1600 && fast.samples.runs.len() > 10, "{}", fast.samples.rows());
        let few = Coarsened::of(&samples(0.1, 1500, f64::sin), 1500, 11);
        assert_eq!((few.every, few.samples.rows()), (1, 1500));
    }

    /// Of a long rest with a jump in it, the jump is looked at.
    #[test]
    fn blocks_are_where_it_moves() {
        let found = Coarsened::of(&samples(1.0, 50_000, |t| (t - 31_005.0).tanh()), 1500, 11);
        assert!(found.samples.runs.iter().any(|run| half_range([run], 0) > 0.4 * half_range(&found.samples.runs, 0)));
    }
}
