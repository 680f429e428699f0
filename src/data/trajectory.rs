//! One trajectory: its times, its states and its inputs, one row per sample.

use super::data_error::DataProblem;

/// One trajectory of n samples, in order of time. A missing cell is NaN.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// The value of the trajectory column, where there is one.
    pub label: Option<String>,
    /// The time of each sample, n of them.
    pub(super) times: Vec<f64>,
    /// The states, n × d, one sample after the other.
    pub(super) states: Vec<f64>,
    /// The inputs, n × p, one sample after the other.
    pub(super) inputs: Vec<f64>,
    /// The line of each sample in its file; empty where there is none.
    pub(super) lines: Vec<usize>,
}

impl Trajectory {
    /// Samples in order, each a slice of the state's length, one unit of time apart from `start` on;
    /// [`Trajectories::new`](super::Trajectories::new) spaces them by its interval.
    pub fn new(label: Option<String>, start: f64, samples: &[Vec<f64>]) -> Self {
        let times = (0..samples.len()).map(|k| start + k as f64).collect();
        Self { label, times, states: samples.concat(), inputs: Vec::new(), lines: Vec::new() }
    }

    /// Samples at their own times: n times and n × d states, one sample after the other.
    pub fn at(label: Option<String>, times: Vec<f64>, states: Vec<f64>) -> Self {
        Self { label, times, states, inputs: Vec::new(), lines: Vec::new() }
    }

    /// The same with inputs, n × p, one sample after the other.
    pub fn with_inputs(mut self, inputs: Vec<f64>) -> Self {
        self.inputs = inputs;
        self
    }

    /// The time of the first sample.
    pub fn start(&self) -> f64 {
        self.times.first().copied().unwrap_or(f64::NAN)
    }

    /// The times, one a sample.
    pub fn times(&self) -> &[f64] {
        &self.times
    }

    /// The states, n × d, one sample after the other; NaN where a cell is missing.
    pub fn states(&self) -> &[f64] {
        &self.states
    }

    /// The inputs, n × p, one sample after the other; NaN where a cell is missing.
    pub fn inputs(&self) -> &[f64] {
        &self.inputs
    }

    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.times.len()
    }

    /// Leaves out so many samples at the start and at the end.
    pub(super) fn leave_out_ends(&mut self, first: usize, last: usize) {
        let n = self.samples();
        let kept = first..n.saturating_sub(last);
        let cut = |of: &mut Vec<f64>| {
            let width = of.len() / n.max(1);
            of.truncate(kept.end * width);
            of.drain(..kept.start.min(kept.end) * width);
        };
        cut(&mut self.states);
        cut(&mut self.inputs);
        cut(&mut self.times);
        if !self.lines.is_empty() {
            self.lines.truncate(kept.end);
            self.lines.drain(..kept.start.min(kept.end));
        }
    }

    /// Whether the lengths fit a state of `d` components and `p` inputs.
    pub(super) fn check_shape(&self, d: usize, p: usize) -> Result<(), DataProblem> {
        let label = || self.label.clone();
        if !self.states.len().is_multiple_of(d) {
            return Err(DataProblem::Shape { label: label(), found: self.states.len(), dimension: d });
        }
        let samples = self.states.len() / d;
        if self.times.len() != samples {
            return Err(DataProblem::TimesShape { label: label(), times: self.times.len(), samples });
        }
        if self.inputs.len() != samples * p {
            return Err(DataProblem::InputsShape { label: label(), found: self.inputs.len(), expected: samples * p });
        }
        if samples < 2 { Err(DataProblem::OneSample { label: label() }) } else { Ok(()) }
    }
}
