//! Samples of one or more trajectories, evenly spaced, all with the same interval.

use super::error::{DataError, DataProblem};
use serde::{Deserialize, Serialize};

/// Times between samples beyond these leave no room in f64 for what is computed from them.
const SHORTEST: f64 = 1e-100;
const LONGEST: f64 = 1e100;

/// One trajectory: its states, a row a sample, and where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trajectory {
    /// The value of the `trajectory` column, where there is one.
    pub label: Option<String>,
    /// The time of the first sample.
    pub start: f64,
    /// All samples one after the other.
    states: Vec<f64>,
    /// The line of each sample in its file; empty where there is none.
    #[serde(skip)]
    lines: Vec<usize>,
}

impl Trajectory {
    /// A trajectory from its samples in order, each a slice of the state's length.
    pub fn new(label: Option<String>, start: f64, samples: &[Vec<f64>]) -> Self {
        Self { label, start, states: samples.concat(), lines: Vec::new() }
    }

    pub(super) fn from_lines(label: Option<String>, start: f64, states: Vec<f64>, lines: Vec<usize>) -> Self {
        Self { label, start, states, lines }
    }
}

/// Samples of a system, every `interval` of time: what a loop trains on.
///
/// Once built, every state is finite, every trajectory has at least two samples, and every variable changes somewhere.
///
/// ```
/// use lambdahat::data::{Reading, Trajectories};
/// let data = Reading::default().parse(b"t,x\n0,1\n0.5,2\n1,4\n", "doubling.csv")?;
/// assert_eq!((data.interval(), data.variables(), data.samples()), (0.5, &["x".to_string()][..], 3));
/// let pairs: Vec<_> = data.pairs().collect();
/// assert_eq!(pairs, [(&[1.0][..], &[2.0][..]), (&[2.0], &[4.0])]);
/// # Ok::<(), lambdahat::data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trajectories {
    source: String,
    variables: Vec<String>,
    /// The cell number of each variable in the file, counted from one; empty where there is no file.
    #[serde(skip)]
    columns: Vec<usize>,
    interval: f64,
    trajectories: Vec<Trajectory>,
}

impl Trajectories {
    /// Checked trajectories: `source` names them in messages, `interval` is H.
    ///
    /// Errors: H not between 1e-100 and 1e100, a trajectory of one sample or of the wrong shape, a value that is not finite, a variable
    /// that never changes, no variable at all, no trajectory at all.
    pub fn new(source: impl Into<String>, variables: Vec<String>, interval: f64, trajectories: Vec<Trajectory>) -> Result<Self, DataError> {
        Self::from_columns(source.into(), variables, Vec::new(), interval, trajectories)
    }

    pub(super) fn from_columns(
        source: String,
        variables: Vec<String>,
        columns: Vec<usize>,
        interval: f64,
        trajectories: Vec<Trajectory>,
    ) -> Result<Self, DataError> {
        let data = Self { source, variables, columns, interval, trajectories };
        let d = data.dimension();
        if d == 0 {
            return Err(data.error(DataProblem::NoState));
        }
        if data.trajectories.is_empty() {
            return Err(data.error(DataProblem::Empty));
        }
        if !(SHORTEST..=LONGEST).contains(&interval) {
            return Err(data.error(DataProblem::Interval(interval)));
        }
        for t in &data.trajectories {
            if !t.states.len().is_multiple_of(d) {
                return Err(data.error(DataProblem::Shape { label: t.label.clone(), found: t.states.len(), dimension: d }));
            }
            if t.states.len() < 2 * d {
                let error = data.error(DataProblem::OneSample { label: t.label.clone() });
                return Err(DataError { line: t.lines.first().copied(), ..error });
            }
        }
        data.first_cell(|x| !x.is_finite(), |x| DataProblem::NotFinite { text: x.to_string() })?;
        data.check_that_all_change()?;
        Ok(data)
    }

    /// Where the data come from: a file's name, or a system's.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the state's components.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// How many components a state has.
    pub fn dimension(&self) -> usize {
        self.variables.len()
    }

    /// H, the time between two samples.
    pub fn interval(&self) -> f64 {
        self.interval
    }

    /// How many trajectories there are.
    pub fn count(&self) -> usize {
        self.trajectories.len()
    }

    /// How many samples there are in all trajectories together.
    pub fn samples(&self) -> usize {
        self.trajectories.iter().map(|t| t.states.len() / self.dimension()).sum()
    }

    /// The trajectories' labels and starting times.
    pub fn trajectories(&self) -> &[Trajectory] {
        &self.trajectories
    }

    /// The states of each trajectory in order of time.
    pub fn states(&self) -> impl Iterator<Item = impl ExactSizeIterator<Item = &[f64]> + Clone> {
        self.trajectories.iter().map(|t| t.states.chunks_exact(self.dimension()))
    }

    /// Every state of every trajectory.
    pub fn all_states(&self) -> impl Iterator<Item = &[f64]> {
        self.states().flatten()
    }

    /// Every state with the one that follows it, `(x_n, x_{n+1})`, within trajectories.
    pub fn pairs(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        self.states().flat_map(|states| states.clone().zip(states.skip(1)))
    }

    /// The same data with `log x` for each `x`, for positive data whose changes are proportional to their size.
    ///
    /// Errors at the first value that is not positive.
    pub fn log(&self) -> Result<Self, DataError> {
        self.first_cell(|x| x <= 0.0, |value| DataProblem::NotPositive { value })?;
        let mut data = self.clone();
        data.variables.iter_mut().for_each(|name| *name = format!("log {name}"));
        data.trajectories.iter_mut().flat_map(|t| &mut t.states).for_each(|x| *x = x.ln());
        Ok(data)
    }

    fn error(&self, problem: DataProblem) -> DataError {
        DataError { origin: self.source.clone(), line: None, column: None, problem }
    }

    fn column(&self, variable: usize) -> Option<(usize, String)> {
        Some((*self.columns.get(variable)?, self.variables[variable].clone()))
    }

    /// Fails at the first value that is as `bad` says.
    fn first_cell(&self, bad: impl Fn(f64) -> bool, problem: impl Fn(f64) -> DataProblem) -> Result<(), DataError> {
        for t in &self.trajectories {
            if let Some(k) = t.states.iter().position(|x| bad(*x)) {
                let (row, variable) = (k / self.dimension(), k % self.dimension());
                let error = self.error(problem(t.states[k]));
                return Err(DataError { line: t.lines.get(row).copied(), column: self.column(variable), ..error });
            }
        }
        Ok(())
    }

    fn check_that_all_change(&self) -> Result<(), DataError> {
        let constant = |i: &usize| {
            let first = self.trajectories[0].states[*i];
            self.all_states().all(|x| x[*i] == first)
        };
        let Some(variable) = (0..self.dimension()).find(constant) else { return Ok(()) };
        if (0..self.dimension()).all(|i| constant(&i)) {
            return Err(self.error(DataProblem::AllConstant));
        }
        let error = self.error(DataProblem::Constant { value: self.trajectories[0].states[variable] });
        Err(DataError { column: self.column(variable), ..error })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[f64]) -> Vec<Vec<f64>> {
        values.iter().map(|x| vec![*x]).collect()
    }

    #[test]
    fn what_a_program_hands_in_is_checked_too() {
        let new = |interval, values: &[f64]| {
            Trajectories::new("made up", vec!["x".into()], interval, vec![Trajectory::new(None, 0.0, &samples(values))])
                .map(|_| ())
                .map_err(|e| e.problem)
        };
        assert_eq!(new(1.0, &[1.0, 2.0]), Ok(()));
        assert_eq!(new(0.0, &[1.0, 2.0]), Err(DataProblem::Interval(0.0)));
        assert_eq!(new(1e-310, &[1.0, 2.0]), Err(DataProblem::Interval(1e-310)));
        assert_eq!(new(1.0, &[1.0]), Err(DataProblem::OneSample { label: None }));
        assert_eq!(new(1.0, &[1.0, 1.0]), Err(DataProblem::AllConstant));
        assert_eq!(new(1.0, &[1.0, f64::INFINITY]), Err(DataProblem::NotFinite { text: "inf".into() }));
        let ragged = Trajectory::new(Some("a".into()), 0.0, &[vec![1.0, 2.0], vec![3.0]]);
        let error = Trajectories::new("made up", vec!["x".into(), "y".into()], 1.0, vec![ragged]).unwrap_err();
        assert_eq!(error.to_string(), "made up: trajectory `a` has 3 numbers, which is not a whole number of samples of 2 variables");
        assert_eq!(Trajectories::new("none", vec!["x".into()], 1.0, vec![]).unwrap_err().problem, DataProblem::Empty);
        assert_eq!(Trajectories::new("none", vec![], 1.0, vec![]).unwrap_err().problem, DataProblem::NoState);
    }
}
