//! Which samples a prediction starts from, and which it is compared with.

use super::fit_error::FitError;
use super::step::Step;
use crate::data::{Paths, States};
use crate::simd::padded;
use serde::{Deserialize, Serialize};
use std::str::FromStr;
use std::sync::Arc;

/// The loss: the mean square of all residuals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Loss {
    /// Teacher forcing: every interval starts at its own sample.
    #[default]
    Pairs,
    /// Windows of k intervals (a library's call over a trajectory of k samples), each started at its first sample only; windows do not overlap, a remainder shorter than k is left out.
    Windows(usize),
    /// One window a trajectory, as long as the shortest of them.
    Rollout,
    /// The same, with the start of each window a parameter of the fit; it is compared with its sample too.
    #[serde(rename = "rollout-free-start")]
    RolloutFreeStart,
}

impl Loss {
    /// Errors where no path is as long as one of this loss's windows.
    pub fn check_length(self, paths: &Paths) -> Result<(), FitError> {
        match self {
            Self::Windows(k) if paths.iter().all(|path| path.len() <= k) => Err(too_few(k, format!("a window of {k} intervals"), paths)),
            _ => Ok(()),
        }
    }
}

/// No path has so many intervals.
fn too_few(intervals: usize, why: String, paths: &Paths) -> FitError {
    let longest = paths.iter().map(States::len).max().unwrap_or(0);
    FitError::TooFewSamples { needed: intervals.saturating_add(1), why, trajectories: paths.count(), longest }
}

impl FromStr for Loss {
    type Err = FitError;
    fn from_str(text: &str) -> Result<Self, FitError> {
        match text.split_once(':') {
            None if text == "pairs" => Ok(Self::Pairs),
            None if text == "rollout" => Ok(Self::Rollout),
            None if text == "rollout-free-start" => Ok(Self::RolloutFreeStart),
            Some(("windows" | "trajectory", k)) => match k.parse() {
                Ok(k) if k >= 1 => Ok(Self::Windows(k)),
                _ => Err(FitError::Loss(text.to_owned())),
            },
            _ => Err(FitError::Loss(text.to_owned())),
        }
    }
}

impl std::fmt::Display for Loss {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pairs => write!(f, "pairs"),
            Self::Windows(k) => write!(f, "windows:{k}"),
            Self::Rollout => write!(f, "rollout"),
            Self::RolloutFreeStart => write!(f, "rollout-free-start"),
        }
    }
}

/// Windows of consecutive samples: a start and `intervals` targets each.
#[derive(Clone, Debug, PartialEq)]
pub struct Windows {
    dimension: usize,
    intervals: usize,
    /// A window: intervals + 1 states of d numbers.
    samples: Vec<f64>,
    /// A window's trajectory and first sample.
    origins: Vec<(usize, usize)>,
    left_out: usize,
    /// H_k/H of a window's intervals, at uneven times; else empty.
    ratios: Vec<f64>,
}

impl Windows {
    /// The windows of these paths that `loss` compares through `step`.
    ///
    /// Errors where no path is long enough, or the step spans more states than the loss has.
    pub fn new(paths: &Paths, loss: Loss, step: &Step) -> Result<Self, FitError> {
        if paths.is_uneven() {
            step.at_uneven_times(&format!("{}-step residual form", step.span()))?;
        }
        let d = paths.dimension();
        let span = step.span();
        let shortest = paths.iter().map(States::len).filter(|&n| n >= 2).min().unwrap_or(0);
        let (intervals, stride, why) = match loss {
            _ if span > 1 || step.residual_groups(2) == 1 => {
                if loss != Loss::Pairs {
                    return Err(FitError::Method {
                        method: format!("{span}-step residual form"),
                        why: "rollouts and windows need a method that steps from one state; use the loss `pairs`".into(),
                    });
                }
                (span, 1, format!("the method spans {span} intervals"))
            }
            Loss::Pairs => (1, 1, "a pair".to_owned()),
            Loss::Windows(k) => (k, k, format!("a window of {k} intervals")),
            Loss::Rollout | Loss::RolloutFreeStart => (shortest.saturating_sub(1).max(1), usize::MAX, "a rollout".to_owned()),
        };
        let (mut samples, mut origins, mut left_out, mut ratios) = (Vec::new(), Vec::new(), 0, Vec::new());
        for (t, path) in paths.iter().enumerate() {
            let (mut start, mut reached) = (0usize, 0);
            while start.saturating_add(intervals) < path.len() {
                reached = start + intervals + 1;
                samples.extend_from_slice(&path.as_flat()[start * d..reached * d]);
                origins.push((t, start));
                ratios.extend((start..reached - 1).filter_map(|k| path.duration(k)).map(|duration| duration / step.interval()));
                start = start.saturating_add(stride);
            }
            left_out += path.len() - reached;
        }
        if samples.is_empty() {
            return Err(too_few(intervals, why, paths));
        }
        Ok(Self { dimension: d, intervals, samples, origins, left_out, ratios })
    }

    /// d.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// k.
    pub fn intervals(&self) -> usize {
        self.intervals
    }

    /// How many windows.
    pub fn count(&self) -> usize {
        self.samples.len() / ((self.intervals + 1) * self.dimension)
    }

    /// The first state of each window.
    pub fn starts(&self) -> Vec<Vec<f64>> {
        self.samples.chunks_exact((self.intervals + 1) * self.dimension).map(|window| window[..self.dimension].to_vec()).collect()
    }

    /// Sample j of a window.
    pub(crate) fn state(&self, window: usize, j: usize) -> &[f64] {
        let first = (window * (self.intervals + 1) + j) * self.dimension;
        &self.samples[first..first + self.dimension]
    }

    /// H_k/H of an interval of a window; `None` at even times.
    pub(crate) fn ratio(&self, window: usize, j: usize) -> Option<f64> {
        self.ratios.get(window * self.intervals + j).copied()
    }

    /// Whether the intervals differ in length.
    pub(crate) fn is_uneven(&self) -> bool {
        !self.ratios.is_empty()
    }

    /// The same windows, begun from these states instead of their first samples.
    pub(crate) fn with_starts(mut self, starts: &[Vec<f64>]) -> Self {
        let size = (self.intervals + 1) * self.dimension;
        for (window, start) in self.samples.chunks_exact_mut(size).zip(starts) {
            window[..start.len()].copy_from_slice(start);
        }
        self
    }

    /// Samples that no window reaches: remainders shorter than a window, and what lies beyond the shortest trajectory's length in rollouts.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The windows `from..to` in feature-major form, padded by copies of the last.
    pub(crate) fn block(&self, from: usize, to: usize) -> Block {
        let (d, k) = (self.dimension, self.intervals);
        let count = to - from;
        let n = padded(count);
        let mut states = vec![0.0; (k + 1) * d * n];
        for i in 0..n {
            let window = from + i.min(count - 1);
            for (row, &x) in self.samples[window * (k + 1) * d..(window + 1) * (k + 1) * d].iter().enumerate() {
                states[row * n + i] = x;
            }
        }
        let block = Block { n, count, dimension: d, states, origins: self.origins[from..to].to_vec(), ratios: None };
        if self.is_uneven() { block.with_ratios(k, |j, i| self.ratios[(from + i) * k + j]) } else { block }
    }
}

/// Some windows, feature-major.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    /// Padded.
    pub(crate) n: usize,
    /// Windows that count.
    pub(crate) count: usize,
    dimension: usize,
    /// Sample j of all windows: d × n.
    states: Vec<f64>,
    /// A window's trajectory and first sample.
    origins: Vec<(usize, usize)>,
    /// H_k/H, interval × n, at uneven times.
    ratios: Option<Arc<[f64]>>,
}

impl Block {
    /// One interval from these states (and where each is from) to zero, so that the residual is the prediction itself.
    pub(crate) fn from_states(d: usize, starts: &[&[f64]], origins: Vec<(usize, usize)>) -> Self {
        let n = padded(starts.len());
        let mut states = vec![0.0; 2 * d * n];
        for i in 0..n {
            for (c, &x) in starts[i.min(starts.len() - 1)].iter().enumerate() {
                states[c * n + i] = x;
            }
        }
        Self { n, count: starts.len(), dimension: d, states, origins, ratios: None }
    }

    /// So many intervals from these states to zero.
    pub(crate) fn towards_zero(d: usize, starts: &[&[f64]], intervals: usize) -> Self {
        let mut block = Self::from_states(d, starts, (0..starts.len()).map(|t| (t, 0)).collect());
        block.states.resize((intervals + 1) * d * block.n, 0.0);
        block
    }

    /// The same with intervals of different length: H_k/H of interval j in column i, the last column repeated for the padding.
    pub(crate) fn with_ratios(self, intervals: usize, ratio: impl Fn(usize, usize) -> f64) -> Self {
        let last = self.count - 1;
        let all = (0..intervals).flat_map(|j| (0..self.n).map(move |i| (j, i.min(last))));
        Self { ratios: Some(all.map(|(j, i)| ratio(j, i)).collect()), ..self }
    }

    /// H_k/H, interval × n; `None` at even times.
    pub(crate) fn ratios(&self) -> Option<&Arc<[f64]>> {
        self.ratios.as_ref()
    }

    /// Begins anew from these states (d × n, the columns that count), the last repeated for the padding.
    pub(crate) fn restart(&mut self, states: &[f64]) {
        let (n, last) = (self.n, self.count - 1);
        for (row, from) in self.states.chunks_exact_mut(n).zip(states.chunks_exact(n)) {
            row[..=last].copy_from_slice(&from[..=last]);
            row[last + 1..].fill(from[last]);
        }
    }

    /// The trajectory and the first sample of the window in a column.
    pub(crate) fn origin(&self, column: usize) -> (usize, usize) {
        self.origins.get(column.min(self.count - 1)).copied().unwrap_or_default()
    }

    /// The same windows with at least `n` (padded) columns, the last window repeated.
    pub(crate) fn widened(self, n: usize) -> Self {
        if n <= self.n {
            return self;
        }
        let mut states = Vec::with_capacity(self.states.len() / self.n * n);
        for row in self.states.chunks_exact(self.n) {
            states.extend_from_slice(row);
            states.extend(std::iter::repeat_n(row[self.count - 1], n - self.n));
        }
        let padded = |row: &[f64]| row.iter().copied().chain(std::iter::repeat_n(row[self.count - 1], n - self.n)).collect::<Vec<_>>();
        let ratios = self.ratios.as_ref().map(|ratios| ratios.chunks_exact(self.n).flat_map(padded).collect());
        Self { n, states, ratios, ..self }
    }

    /// Sample j of every window, d × n.
    pub(crate) fn sample(&self, j: usize) -> &[f64] {
        let size = self.dimension * self.n;
        &self.states[j * size..(j + 1) * size]
    }
}
