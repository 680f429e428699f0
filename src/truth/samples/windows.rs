//! Samples cut into windows, each explained by a flow from one start, in coordinates that fill [−1, 1].

use super::runs::Samples;

/// The box of the samples: `z = (x − centre)/half`, in scaled columns, and the unit of time.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub centre: Vec<f64>,
    pub half: Vec<f64>,
    pub interval: f64,
}

impl Frame {
    pub fn of(samples: &Samples) -> Self {
        let d = samples.dimension();
        let (mut low, mut high) = (vec![f64::INFINITY; d], vec![f64::NEG_INFINITY; d]);
        for run in &samples.runs {
            for j in 0..d {
                for x in run.states.column(j).iter().filter(|x| !x.is_nan()) {
                    low[j] = low[j].min(*x);
                    high[j] = high[j].max(*x);
                }
            }
        }
        let half = low.iter().zip(&high).map(|(l, h)| if h > l { 0.5 * (h - l) } else { 1.0 }).collect();
        Self { centre: low.iter().zip(&high).map(|(l, h)| 0.5 * (l + h)).collect(), half, interval: samples.interval }
    }

    pub fn inward(&self, x: &[f64]) -> Vec<f64> {
        x.iter().zip(self.centre.iter().zip(&self.half)).map(|(x, (c, h))| (x - c) / h).collect()
    }

    pub fn outward(&self, z: &[f64]) -> Vec<f64> {
        z.iter().zip(self.centre.iter().zip(&self.half)).map(|(z, (c, h))| c + h * z).collect()
    }
}

/// Successive samples that one start has to explain.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub run: usize,
    /// The time from each row to the next, in intervals.
    pub times: Vec<f64>,
    /// The rows, in the frame; NaN where a cell is missing.
    pub rows: Vec<Vec<f64>>,
    /// Where the flow starts.
    pub start: Vec<f64>,
}

/// The windows of all runs, each of `length` intervals (the last of a run may be longer), at most so many intervals in all.
///
/// With `length` 1 each pair of complete successive rows is one. Longer ones overlap in their end rows only.
pub(crate) fn windows(samples: &Samples, frame: &Frame, length: usize, most: usize) -> Vec<Window> {
    let mut all = Vec::new();
    for (index, run) in samples.runs.iter().enumerate() {
        let rows: Vec<Vec<f64>> = (0..run.rows()).map(|i| frame.inward(&run.states.row(i).iter().copied().collect::<Vec<_>>())).collect();
        let mut row = 0;
        while row + 1 < run.rows() {
            if !run.complete(row) {
                row += 1;
                continue;
            }
            let mut end = (row + length).min(run.rows() - 1);
            if run.rows() - 1 - end < length / 2 {
                end = run.rows() - 1;
            }
            if length == 1 {
                // Over missing rows to the next complete one, if it is near.
                end = row + 1;
                while end < run.rows() && !run.complete(end) {
                    end += 1;
                }
                if end >= run.rows() {
                    break;
                }
            }
            let inside: Vec<usize> = if length == 1 { vec![row, end] } else { (row..=end).collect() };
            let times = inside.windows(2).map(|w| (run.times[w[1]] - run.times[w[0]]) / frame.interval).collect::<Vec<f64>>();
            if times.iter().all(|t| *t <= 20.0) {
                all.push(Window { run: index, times, rows: inside.iter().map(|&i| rows[i].clone()).collect(), start: rows[row].clone() });
            }
            row = end;
        }
    }
    let intervals: usize = all.iter().map(|w| w.times.len()).sum();
    let stride = intervals.div_ceil(most).max(1);
    all.into_iter().step_by(stride).collect()
}

/// The root mean square of the motion in one interval.
pub(crate) fn motion(windows: &[Window]) -> f64 {
    let (mut sum, mut count) = (0.0, 0usize);
    for w in windows {
        for pair in w.rows.windows(2) {
            for (a, b) in pair[0].iter().zip(&pair[1]).filter(|(a, b)| !a.is_nan() && !b.is_nan()) {
                sum += (b - a).powi(2);
                count += 1;
            }
        }
    }
    (sum / count.max(1) as f64).sqrt()
}
