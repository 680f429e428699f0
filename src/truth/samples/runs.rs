//! What an estimator sees of samples: runs of rows with their times, missing cells as NaN, in scaled columns.

use super::resolution::{resolution, rounding};
use nalgebra::DMatrix;
use std::f64::consts::{PI, TAU};

/// One trajectory, or an unbroken part of one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch<'a> {
    /// The time of each row, increasing.
    pub times: &'a [f64],
    /// Rows one after the other, `dimension` cells each; a missing cell is NaN.
    pub states: &'a [f64],
    /// Cells a row.
    pub dimension: usize,
}

/// A stretch of one's own, in scaled columns; the time starts at 0.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// From 0.
    pub times: Vec<f64>,
    /// rows × columns
    pub states: DMatrix<f64>,
    /// What each row counts in least squares, of geometric mean 1; `None` where all count alike.
    pub weights: Option<Vec<f64>>,
}

impl Run {
    pub fn rows(&self) -> usize {
        self.times.len()
    }

    pub fn duration(&self) -> f64 {
        self.times.last().copied().unwrap_or(0.0)
    }

    /// The rows `range`, with the time from 0 again.
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        let start = self.times[range.start];
        let rows: Vec<usize> = range.collect();
        let mut part = self.only(&rows);
        part.times.iter_mut().for_each(|t| *t -= start);
        part
    }

    /// These rows.
    pub fn only(&self, rows: &[usize]) -> Self {
        Self {
            times: rows.iter().map(|&i| self.times[i]).collect(),
            states: self.states.select_rows(rows),
            weights: self.weights.as_ref().map(|weights| rows.iter().map(|&i| weights[i]).collect()),
        }
    }

    /// The same rows with other states.
    pub fn with_states(&self, states: DMatrix<f64>) -> Self {
        Self { states, ..self.clone() }
    }

    /// What a row counts.
    pub fn weight(&self, row: usize) -> f64 {
        self.weights.as_ref().map_or(1.0, |weights| weights[row])
    }

    /// Each row times what it counts.
    pub fn weighed(&self, mut rows: DMatrix<f64>) -> DMatrix<f64> {
        if let Some(weights) = &self.weights {
            rows.row_iter_mut().zip(weights).for_each(|(mut row, w)| row *= *w);
        }
        rows
    }

    /// All other rows; the time goes on from that of the first row, where that stays.
    pub fn without(&self, range: std::ops::Range<usize>) -> Self {
        let kept: Vec<usize> = (0..self.rows()).filter(|i| !range.contains(i)).collect();
        self.only(&kept)
    }

    pub fn complete(&self, row: usize) -> bool {
        self.states.row(row).iter().all(|x| !x.is_nan())
    }
}

/// Runs whose columns are centred and of unit root mean square: `x = centre + scale·z`.
#[derive(Clone, Debug)]
pub(crate) struct Samples {
    pub runs: Vec<Run>,
    pub centre: Vec<f64>,
    pub scale: Vec<f64>,
    /// Where the data's own zero is, in scaled columns.
    pub origin: Vec<f64>,
    /// By how much the digits of each column may be off, in scaled columns.
    pub resolution: Vec<f64>,
    /// The root mean square of what rounding to its digits does to each column, in scaled columns.
    pub rounding: Vec<f64>,
    /// The typical interval: the median of all.
    pub interval: f64,
    /// Whether all intervals are alike, to a millionth.
    pub even: bool,
    /// Whether a cell is missing.
    pub missing: bool,
    /// p, where all times of a run are multiples of it: frequencies beyond π/p alias.
    pub grid: Option<f64>,
    /// Whether the motion is known to come to rest at zero: columns are not centred, and no constant is fitted.
    pub rests_at_zero: bool,
}

/// Runs that are looked at, where there are so many that of each little would be left.
const MOST_RUNS: usize = 200;
/// A gap is long that misses more rows than this: a motion is followed over fewer.
pub(crate) const LONG_GAP: usize = 3;
/// No turn is looked for in less than this part of the usual interval.
const SHORTEST: f64 = 0.25;
/// Intervals that differ by no more than this part are alike.
const EVEN: f64 = 1e-6;

impl Samples {
    /// Scales the stretches; those with fewer than two rows are left out. `None` where nothing is left.
    pub fn of(stretches: &[Stretch]) -> Option<Self> {
        Self::about(stretches, false)
    }

    /// The same; where the motion is known to come to rest at zero, about zero.
    pub fn about(stretches: &[Stretch], rests_at_zero: bool) -> Option<Self> {
        let dimension = stretches.first()?.dimension;
        let (mut sum, mut count) = (vec![0.0; dimension], vec![0usize; dimension]);
        let cells = || stretches.iter().flat_map(|s| s.states.chunks_exact(dimension));
        for row in cells() {
            for (j, x) in row.iter().enumerate().filter(|(_, x)| !x.is_nan()) {
                sum[j] += x;
                count[j] += 1;
            }
        }
        let mean = |(s, &n): (&f64, &usize)| if rests_at_zero { 0.0 } else { s / n.max(1) as f64 };
        let centre: Vec<f64> = sum.iter().zip(&count).map(mean).collect();
        let mut square = vec![0.0; dimension];
        for row in cells() {
            for (j, x) in row.iter().enumerate().filter(|(_, x)| !x.is_nan()) {
                square[j] += (x - centre[j]).powi(2);
            }
        }
        let spread = |(s, &n): (&f64, &usize)| (s / n.max(1) as f64).sqrt();
        let scale: Vec<f64> = square.iter().zip(&count).map(spread).map(|s| if s > 0.0 { s } else { 1.0 }).collect();
        let mut missing = false;
        let mut runs = Vec::with_capacity(stretches.len());
        let mut intervals = Vec::new();
        for s in stretches.iter().filter(|s| s.times.len() >= 2) {
            let rows = s.times.len();
            let states = DMatrix::from_fn(rows, dimension, |i, j| (s.states[i * dimension + j] - centre[j]) / scale[j]);
            missing |= states.iter().any(|x| x.is_nan());
            intervals.extend(s.times.windows(2).map(|t| t[1] - t[0]));
            runs.push(Run { times: s.times.iter().map(|t| t - s.times[0]).collect(), states, weights: None });
        }
        if runs.is_empty() {
            return None;
        }
        let mut sorted = intervals.clone();
        sorted.sort_by(f64::total_cmp);
        let interval = sorted[sorted.len() / 2];
        let even = intervals.iter().all(|h| (h / interval - 1.0).abs() <= EVEN);
        let grid = even.then_some(interval);
        let origin = centre.iter().zip(&scale).map(|(c, s)| -c / s).collect();
        let column = |j: usize| cells().map(|row| row[j]).collect::<Vec<f64>>();
        let (resolution, rounding) = (0..dimension).map(|j| (resolution(&column(j)) / scale[j], rounding(&column(j)) / scale[j])).unzip();
        Some(Self { runs, centre, scale, origin, resolution, rounding, interval, even, missing, grid, rests_at_zero })
    }

    /// The same with the grid that its times are known to lie on.
    pub fn on_grid(self, grid: Option<f64>) -> Self {
        Self { grid, ..self }
    }

    /// The frequency that looks like `frequency` and that its times can tell from all lower ones: at most π/p.
    pub fn folded(&self, frequency: f64) -> f64 {
        let Some(turn) = self.grid.map(|p| TAU / p).filter(|turn| frequency > 0.5 * turn) else { return frequency };
        (frequency - turn * (frequency / turn).round()).abs()
    }

    /// The highest frequency that its times tell from lower ones, where there is one.
    pub fn highest_frequency(&self) -> Option<f64> {
        self.grid.map(|p| PI / p)
    }

    /// The highest frequency that is looked for: a turn in a short interval, which one in ten is shorter than, and at least in a quarter of the usual one. Uneven times tell frequencies beyond
    /// π/H̄ apart, and times written with many digits lie on a grid so fine that it sets no bound.
    pub fn highest_looked_for(&self) -> f64 {
        let mut intervals: Vec<f64> = self.runs.iter().flat_map(|run| run.times.windows(2).map(|t| t[1] - t[0])).collect();
        let tenth = intervals.len() / 10;
        let short = if intervals.is_empty() { self.interval } else { *intervals.select_nth_unstable_by(tenth, f64::total_cmp).1 };
        let short = short.clamp(SHORTEST * self.interval, self.interval);
        (TAU / short).min(self.highest_frequency().unwrap_or(f64::INFINITY))
    }

    /// Whether a run has a long gap. One that misses n rows lasts n + 1 intervals.
    pub fn has_long_gap(&self) -> bool {
        self.runs.iter().any(|run| run.times.windows(2).any(|t| t[1] - t[0] > (LONG_GAP as f64 + 1.5) * self.interval))
    }

    pub fn dimension(&self) -> usize {
        self.centre.len()
    }

    pub fn rows(&self) -> usize {
        self.runs.iter().map(Run::rows).sum()
    }

    /// The longest run's duration.
    pub fn duration(&self) -> f64 {
        self.runs.iter().map(Run::duration).fold(0.0, f64::max)
    }

    /// Cells that are there.
    pub fn cells(&self) -> usize {
        self.runs.iter().map(|r| r.states.iter().filter(|x| !x.is_nan()).count()).sum()
    }

    /// Whether rows count differently.
    pub fn is_weighted(&self) -> bool {
        self.runs.iter().any(|run| run.weights.is_some())
    }

    /// The scaled state in the data's own variables.
    pub fn to_state(&self, z: &[f64]) -> Vec<f64> {
        z.iter().zip(self.centre.iter().zip(&self.scale)).map(|(z, (c, s))| c + s * z).collect()
    }

    /// One row in `every` of each run.
    pub fn one_row_in(&self, every: usize) -> Self {
        let one = |run: &Run| run.only(&(0..run.rows()).step_by(every).collect::<Vec<_>>());
        let interval = every as f64 * self.interval;
        // Rows that are unevenly apart keep the grid that their times lie on.
        let grid = if self.even { self.grid.map(|_| interval) } else { self.grid };
        Self { runs: self.runs.iter().map(one).collect(), interval, grid, ..self.clone() }
    }

    /// At most so many rows: whole blocks, spread evenly over each run, so that what is left out is time, not detail.
    ///
    /// Of each run at least `each`, where it has them; of more runs than can have so many, some, spread evenly over all.
    pub fn thinned(&self, most: usize, each: usize) -> Self {
        if self.rows() <= most {
            return self.clone();
        }
        let apart = self.runs.len().div_ceil(MOST_RUNS.max(most * self.runs.len() / self.rows()));
        let some = Self { runs: self.runs.iter().step_by(apart).cloned().collect(), ..self.clone() };
        let most = most.max(each * some.runs.len());
        some.shortened(most)
    }

    fn shortened(self, most: usize) -> Self {
        let rows = self.rows();
        if rows <= most {
            return self;
        }
        let mut runs = Vec::new();
        for run in &self.runs {
            let keep = (run.rows() as f64 * most as f64 / rows as f64).ceil() as usize;
            let keep = keep.clamp(2, run.rows());
            let blocks = if keep >= 2000 { 4 } else { 1 };
            let each = (keep / blocks).max(2);
            for b in 0..blocks {
                let start = (run.rows() - each) * b / (blocks.max(2) - 1);
                runs.push(run.part(start..start + each));
            }
        }
        let mut kept = Self { runs, ..self };
        kept.missing = kept.runs.iter().any(|r| r.states.iter().any(|x| x.is_nan()));
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A common divisor of times that are written with nine digits is a billionth: a search up to π over it does not end.
    #[test]
    fn a_search_ends_at_a_turn_in_a_short_interval() {
        let times: Vec<f64> = (0..40).map(|k| 0.1 * f64::from(k) + 0.03 * f64::from(k).sin()).collect();
        let states: Vec<f64> = times.iter().map(|t| t.cos()).collect();
        let samples = Samples::of(&[Stretch { times: &times, states: &states, dimension: 1 }]).unwrap();
        // The intervals are 0.1 + 0.06 sin(½) cos(k + ½): a tenth of them are shorter than 0.1 − 0.0288 cos(π/10).
        let highest = samples.highest_looked_for();
        assert!((TAU / highest - 0.0726).abs() < 1e-3, "{highest}");
        assert_eq!(samples.clone().on_grid(Some(1e-9)).highest_looked_for(), highest);
        assert_eq!(samples.clone().on_grid(Some(2.0 * samples.interval)).highest_looked_for(), PI / (2.0 * samples.interval));
    }
}
