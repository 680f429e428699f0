//! Samples of one or more trajectories: times, states and inputs, checked once.

use super::data_error::{DataError, DataProblem};
use super::hold::Hold;
use super::segments::{Pair, Segment};
use super::spacing::{self, Gap, Spacing, Times};
use super::taken::{DataRemark, Taken};
use super::time_unit::TimeUnit;
use super::trajectory::Trajectory;

/// Times between samples beyond these leave no room in f64 for what is computed from them.
const SHORTEST: f64 = 1e-100;
const LONGEST: f64 = 1e100;

/// Samples of a system as they were taken: at even or uneven times, with gaps, with inputs.
///
/// A state has d components (`variables`), an input p (`inputs`, often none). A missing cell is NaN. Once built, there is a
/// trajectory, every one has at least two samples, times increase and are finite, no cell is infinite, and every variable changes
/// somewhere. Code that needs one interval and complete states asks for [`require_even`](Self::require_even).
///
/// ```
/// use lambdahat::data::{Reading, Spacing, Trajectories};
/// let data = Reading::default().parse(b"t,x\n0,1\n0.5,2\n1,4\n2,16\n2.5,32\n", "doubling.csv")?;
/// assert_eq!((data.variables(), data.samples()), (&["x".to_string()][..], 5));
/// // A row is missing at t = 1.5.
/// assert_eq!(data.spacing(), Spacing::Even { interval: 0.5 });
/// assert_eq!(data.gaps()[0].missing, Some(1));
/// let pairs: Vec<_> = data.pairs().map(|pair| (pair.from[0], pair.to[0], pair.interval)).collect();
/// assert_eq!(pairs, [(1.0, 2.0, 0.5), (2.0, 4.0, 0.5), (16.0, 32.0, 0.5)]);
/// # Ok::<(), lambdahat::data::DataError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectories {
    source: String,
    variables: Vec<String>,
    inputs: Vec<String>,
    hold: Hold,
    time_unit: TimeUnit,
    /// The cell number of each variable in the file, counted from one; empty where there is no file.
    columns: Vec<usize>,
    taken: Taken,
    pub(super) times: Times,
    /// The last digit to which times are given, 0 where that is unknown.
    time_digit: f64,
    pub(super) trajectories: Vec<Trajectory>,
}

/// What a reader of files knows beside the samples.
#[derive(Clone, Debug, Default)]
pub(super) struct Origin {
    /// The cell number of each variable, counted from one.
    pub columns: Vec<usize>,
    /// The last digit to which times are given, 0 where that is unknown.
    pub time_digit: f64,
}

impl Trajectories {
    /// Evenly spaced samples: `source` names them in messages, `interval` is H; the first sample of each trajectory keeps its time.
    ///
    /// Errors: H not between 1e-100 and 1e100, and those of [`with_times`](Self::with_times).
    pub fn new(
        source: impl Into<String>,
        variables: Vec<String>,
        interval: f64,
        mut trajectories: Vec<Trajectory>,
    ) -> Result<Self, DataError> {
        let source = source.into();
        if !(SHORTEST..=LONGEST).contains(&interval) {
            return Err(DataError::of(&source, DataProblem::Interval(interval)));
        }
        for t in &mut trajectories {
            let start = t.start();
            t.times.iter_mut().enumerate().for_each(|(k, time)| *time = start + k as f64 * interval);
        }
        let mut data = Self::with_times(source, variables, Vec::new(), trajectories)?;
        // Times far from zero are rounded; the interval is not.
        if data.gaps().is_empty() && data.spacing().even().is_some() {
            data.times = Times { spacing: Spacing::Even { interval }, interval_error: 0.0, gaps: Vec::new() };
        }
        Ok(data)
    }

    /// Samples at their own times; `inputs` names the inputs, which are held until the next sample.
    ///
    /// Errors: no variable, no trajectory, a trajectory of one sample or of the wrong shape, a time that is not finite or does not
    /// increase, intervals outside 1e-100 to 1e100, an infinite value, a variable without a value, a variable that never changes.
    pub fn with_times(
        source: impl Into<String>,
        variables: Vec<String>,
        inputs: Vec<String>,
        trajectories: Vec<Trajectory>,
    ) -> Result<Self, DataError> {
        Self::checked(source.into(), variables, inputs, trajectories, Origin::default())
    }

    pub(super) fn checked(
        source: String,
        variables: Vec<String>,
        inputs: Vec<String>,
        trajectories: Vec<Trajectory>,
        origin: Origin,
    ) -> Result<Self, DataError> {
        let times = Times { spacing: Spacing::Even { interval: 1.0 }, interval_error: 0.0, gaps: Vec::new() };
        let mut data = Self {
            source,
            variables,
            inputs,
            hold: Hold::Zero,
            time_unit: TimeUnit::Unstated,
            columns: origin.columns,
            taken: Taken::default(),
            times,
            time_digit: origin.time_digit,
            trajectories,
        };
        let (d, p) = (data.dimension(), data.inputs.len());
        if d == 0 {
            return Err(data.error(DataProblem::NoState));
        }
        if data.trajectories.is_empty() {
            return Err(data.error(DataProblem::Empty));
        }
        for t in &data.trajectories {
            t.check_shape(d, p).map_err(|problem| DataError { line: t.lines.first().copied(), ..data.error(problem) })?;
        }
        data.check_times()?;
        data.first_cell(f64::is_infinite, |x| DataProblem::NotFinite { text: x.to_string() })?;
        data.check_inputs()?;
        data.check_that_all_change()?;
        data.judge_times();
        Ok(data)
    }

    /// Finds the spacing anew.
    pub(super) fn judge_times(&mut self) {
        let all: Vec<&[f64]> = self.trajectories.iter().map(Trajectory::times).collect();
        self.times = spacing::judge(&all, self.time_digit);
    }

    pub(super) fn remark(&mut self, remarks: impl IntoIterator<Item = DataRemark>) {
        self.taken.remarks.extend(remarks);
    }

    /// The same with another hold of the inputs.
    pub fn with_hold(mut self, hold: Hold) -> Self {
        self.hold = hold;
        self
    }

    /// The same with the unit of its times.
    pub fn with_time_unit(mut self, unit: TimeUnit) -> Self {
        self.time_unit = unit;
        self
    }

    pub(super) fn with_taken(mut self, taken: Taken) -> Self {
        self.taken = taken;
        self
    }

    /// How the columns of its file were read, and what looks odd in them.
    pub fn taken(&self) -> &Taken {
        &self.taken
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

    /// The names of the inputs; often none.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// What the inputs do between samples.
    pub fn hold(&self) -> Hold {
        self.hold
    }

    /// The unit of the times.
    pub fn time_unit(&self) -> TimeUnit {
        self.time_unit
    }

    /// How the samples are spaced in time.
    pub fn spacing(&self) -> Spacing {
        self.times.spacing
    }

    /// Where rows are missing, in order.
    pub fn gaps(&self) -> &[Gap] {
        &self.times.gaps
    }

    /// How many trajectories there are.
    pub fn count(&self) -> usize {
        self.trajectories.len()
    }

    /// How many samples there are in all trajectories together, incomplete ones counted too.
    pub fn samples(&self) -> usize {
        self.trajectories.iter().map(Trajectory::samples).sum()
    }

    /// The time from the first sample to the last of the longest trajectory.
    pub fn duration(&self) -> f64 {
        let of = |trajectory: &Trajectory| trajectory.times().last().map_or(0.0, |last| last - trajectory.start());
        self.trajectories.iter().map(of).fold(0.0, f64::max)
    }

    /// How many cells of the states and inputs are missing.
    pub fn missing_cells(&self) -> usize {
        self.trajectories.iter().flat_map(|t| t.states.iter().chain(&t.inputs)).filter(|x| x.is_nan()).count()
    }

    /// Whether no cell is missing and no row of the grid: uneven times may be complete too.
    pub fn is_complete(&self) -> bool {
        self.times.gaps.is_empty() && self.missing_cells() == 0
    }

    /// The trajectories.
    pub fn trajectories(&self) -> &[Trajectory] {
        &self.trajectories
    }

    /// The states of each trajectory in order of time; NaN where a cell is missing.
    pub fn states(&self) -> impl Iterator<Item = impl ExactSizeIterator<Item = &[f64]> + Clone> {
        self.trajectories.iter().map(|t| t.states.chunks_exact(self.dimension()))
    }

    /// Every state of every trajectory; NaN where a cell is missing.
    pub fn all_states(&self) -> impl Iterator<Item = &[f64]> {
        self.states().flatten()
    }

    /// The longest runs of complete samples without a gap between them, in order; runs of one sample too.
    pub fn segments(&self) -> Vec<Segment<'_>> {
        let mut gaps = self.times.gaps.iter().peekable();
        let mut segments = Vec::new();
        for (k, t) in self.trajectories.iter().enumerate() {
            let mut run = Vec::new();
            while let Some(gap) = gaps.next_if(|gap| gap.trajectory == k) {
                run.push(gap.after + 1);
            }
            Segment::split(k, t, self.dimension(), self.inputs.len(), &run, &mut segments);
        }
        segments
    }

    /// Every complete sample with the complete one that follows it, with the time between them; none across a gap.
    pub fn pairs(&self) -> impl Iterator<Item = Pair<'_>> {
        self.segments().into_iter().flat_map(Segment::into_pairs)
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

    pub(super) fn error(&self, problem: DataProblem) -> DataError {
        DataError::of(&self.source, problem)
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

    fn check_times(&self) -> Result<(), DataError> {
        for t in &self.trajectories {
            let at = |row: usize, problem| DataError { line: t.lines.get(row).copied(), ..self.error(problem) };
            if let Some(row) = t.times.iter().position(|t| !t.is_finite()) {
                return Err(at(row, DataProblem::NotFinite { text: t.times[row].to_string() }));
            }
            for (row, w) in t.times.windows(2).enumerate() {
                if w[1] <= w[0] {
                    return Err(at(row + 1, DataProblem::TimeNotIncreasing { before: w[0], found: w[1] }));
                }
                if !(SHORTEST..=LONGEST).contains(&(w[1] - w[0])) {
                    return Err(at(row + 1, DataProblem::Interval(w[1] - w[0])));
                }
            }
        }
        Ok(())
    }

    fn check_inputs(&self) -> Result<(), DataError> {
        for t in &self.trajectories {
            if let Some(k) = t.inputs.iter().position(|u| u.is_infinite()) {
                let error = self.error(DataProblem::NotFinite { text: t.inputs[k].to_string() });
                return Err(DataError { line: t.lines.get(k / self.inputs.len().max(1)).copied(), ..error });
            }
        }
        Ok(())
    }

    /// Every variable has a value somewhere, and another elsewhere.
    fn check_that_all_change(&self) -> Result<(), DataError> {
        let mut first = vec![f64::NAN; self.dimension()];
        let mut changes = vec![false; self.dimension()];
        for state in self.all_states() {
            for ((x, first), changes) in state.iter().zip(&mut first).zip(&mut changes) {
                if first.is_nan() {
                    *first = *x;
                }
                *changes |= *x != *first && !x.is_nan();
            }
            if changes.iter().all(|c| *c) {
                return Ok(());
            }
        }
        if let Some(empty) = first.iter().position(|x| x.is_nan()) {
            return Err(DataError { column: self.column(empty), ..self.error(DataProblem::AllMissing) });
        }
        let Some(variable) = changes.iter().position(|c| !c) else { return Ok(()) };
        if changes.iter().all(|c| !c) {
            return Err(self.error(DataProblem::AllConstant));
        }
        Err(DataError { column: self.column(variable), ..self.error(DataProblem::Constant { value: first[variable] }) })
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
        assert_eq!(new(1.0, &[f64::NAN, f64::NAN]), Err(DataProblem::AllMissing));
        assert_eq!(new(1.0, &[1.0, f64::INFINITY]), Err(DataProblem::NotFinite { text: "inf".into() }));
        let ragged = Trajectory::new(Some("a".into()), 0.0, &[vec![1.0, 2.0], vec![3.0]]);
        let error = Trajectories::new("made up", vec!["x".into(), "y".into()], 1.0, vec![ragged]).unwrap_err();
        assert_eq!(error.to_string(), "made up: trajectory `a` has 3 numbers, which is not a whole number of samples of 2 variables");
        assert_eq!(Trajectories::new("none", vec!["x".into()], 1.0, vec![]).unwrap_err().problem, DataProblem::Empty);
        assert_eq!(Trajectories::new("none", vec![], 1.0, vec![]).unwrap_err().problem, DataProblem::NoState);
    }

    #[test]
    fn times_and_inputs_travel_with_the_states() {
        let at = |times: &[f64], states: &[f64], inputs: &[f64]| {
            let t = Trajectory::at(None, times.to_vec(), states.to_vec()).with_inputs(inputs.to_vec());
            Trajectories::with_times("made up", vec!["x".into()], vec!["u".into()], vec![t])
        };
        let data = at(&[0.0, 1.0, 2.5], &[1.0, 2.0, f64::NAN], &[0.0, 1.0, 0.0]).unwrap().with_hold(Hold::Linear);
        assert_eq!(data.spacing(), Spacing::Uneven { shortest: 1.0, median: 1.0, longest: 1.5, alias_period: Some(0.5) });
        assert_eq!((data.hold(), data.missing_cells(), data.is_complete()), (Hold::Linear, 1, false));
        let pair = data.pairs().next().unwrap();
        assert_eq!((pair.from, pair.to, pair.interval, pair.input, pair.next_input), (&[1.0][..], &[2.0][..], 1.0, &[0.0][..], &[1.0][..]));
        assert_eq!(data.pairs().count(), 1);
        assert!(matches!(data.require_even().map(|_| ()).unwrap_err().problem, DataProblem::Uneven { .. }));
        let problem = |r: Result<Trajectories, DataError>| r.unwrap_err().problem;
        assert!(matches!(problem(at(&[0.0, 1.0], &[1.0, 2.0], &[0.0])), DataProblem::InputsShape { .. }));
        assert!(matches!(problem(at(&[0.0], &[1.0, 2.0], &[0.0, 0.0])), DataProblem::TimesShape { .. }));
        assert!(matches!(problem(at(&[0.0, 0.0], &[1.0, 2.0], &[0.0, 0.0])), DataProblem::TimeNotIncreasing { .. }));
        assert!(matches!(problem(at(&[0.0, 1e200], &[1.0, 2.0], &[0.0, 0.0])), DataProblem::Interval(_)));
    }
}
