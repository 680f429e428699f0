//! The prediction for arrays of samples, or for a named system.

use crate::asked::{Asked, MethodSource};
use crate::errors::{parsed, refused};
use crate::interruptible::interruptible;
use lambdahat::data::{Hold, TimeUnit, Trajectories, Trajectory};
use lambdahat::dynamics::System;
use lambdahat::fit::Loss;
use lambdahat::inverse::Limits;
use lambdahat::loops::Precision;
use lambdahat::loops::{Call, Regression};
use lambdahat::method::Method;
use lambdahat::predict::{Beside, PredictError, Prediction, Report, Subject, default_calls};
use lambdahat::truth::ModesOptions;
use lambdahat::words::{Dialect, Say, document, no_modes, prediction, wrapped};
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

/// One trajectory: its label, its times (n), its states (n × d), its inputs (n × p) where there are any.
type TrajectoryArrays<'py> = (Option<String>, PyReadonlyArray1<'py, f64>, PyReadonlyArray2<'py, f64>, Option<PyReadonlyArray2<'py, f64>>);

/// Samples as arrays, and how they are meant.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct SampleArrays<'py> {
    variables: Vec<String>,
    inputs: Vec<String>,
    hold: String,
    time_unit: Option<String>,
    trajectories: Vec<TrajectoryArrays<'py>>,
}

impl SampleArrays<'_> {
    /// The arrays as the library keeps samples, checked.
    pub fn checked(&self) -> PyResult<Trajectories> {
        let hold = match self.hold.as_str() {
            "zero" => Hold::Zero,
            "linear" => Hold::Linear,
            other => return Err(refused(format!("hold = {other:?}: write 'zero' or 'linear'"))),
        };
        let trajectory = |(label, times, states, inputs): &TrajectoryArrays<'_>| {
            let plain = Trajectory::at(label.clone(), times.as_array().to_vec(), states.as_array().iter().copied().collect());
            match inputs {
                Some(inputs) => plain.with_inputs(inputs.as_array().iter().copied().collect()),
                None => plain,
            }
        };
        let trajectories = self.trajectories.iter().map(trajectory).collect();
        let data = Trajectories::with_times("samples", self.variables.clone(), self.inputs.clone(), trajectories).map_err(refused)?;
        let data = data.with_hold(hold).inspected();
        Ok(match &self.time_unit {
            Some(word) => data.with_time_unit(unit(word)?),
            None => data,
        })
    }
}

fn unit(word: &str) -> PyResult<TimeUnit> {
    TimeUnit::named(word).ok_or_else(|| {
        let names: Vec<&str> = TimeUnit::ALL.into_iter().filter_map(TimeUnit::name).collect();
        refused(format!("time_unit = {word:?}: write one of {}", names.join(", ")))
    })
}

/// Seconds in a unit of time; none where it varies, as a month does.
#[pyfunction]
pub fn seconds_in(time_unit: &str) -> PyResult<Option<f64>> {
    Ok(unit(time_unit)?.seconds())
}

/// Columns of what is told.
const WIDTH: usize = 100;

/// What to do with the samples.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    substeps: u32,
    reach: f64,
    tolerance: f64,
    horizon: Option<f64>,
    degree: Option<usize>,
    rank: Option<usize>,
    rest_at_zero: bool,
    log: bool,
    seed: u64,
    loss: String,
    call: Option<String>,
    dtype: Option<String>,
}

impl Options {
    fn modes(&self) -> PyResult<ModesOptions> {
        if self.rank == Some(0) {
            return Err(refused("rank = 0: give the number of coordinates, 1 or more"));
        }
        if self.rest_at_zero && self.log {
            return Err(refused("rest_at_zero and log contradict each other: what rests at zero has no logarithm"));
        }
        let Self { degree, log, seed, rank, rest_at_zero: rests_at_zero, .. } = *self;
        Ok(ModesOptions { degree, log, seed, rank, rests_at_zero, ..ModesOptions::default() })
    }

    fn limits(&self) -> PyResult<Limits> {
        for (name, value) in [("reach", Some(self.reach)), ("tolerance", Some(self.tolerance)), ("horizon", self.horizon)] {
            if let Some(value) = value.filter(|v| !(*v > 0.0 && v.is_finite())) {
                return Err(refused(format!("{name} must be positive, not {value}")));
            }
        }
        Ok(Limits { reach: self.reach, tolerance: self.tolerance, horizon: self.horizon })
    }

    fn usage(&self) -> PyResult<(Option<usize>, Option<Precision>)> {
        let covered = match self.call.as_deref().map(|call| (call, call.split_once(':'))) {
            None => Some(None),
            Some(("pairs", None)) => Some(Some(1)),
            Some((_, Some(("trajectory", k)))) => k.parse::<u16>().ok().filter(|k| *k >= 1).map(|k| Some(usize::from(k))),
            Some(_) => None,
        };
        let dtype = match self.dtype.as_deref() {
            None => None,
            Some("float32") => Some(Precision::Float32),
            Some("float64") => Some(Precision::Float64),
            Some(other) => return Err(refused(format!("dtype = {other:?}: write 'float32' or 'float64'"))),
        };
        let wrong = || {
            refused(format!(
                "call = {:?}: write 'pairs', or 'trajectory:K' with K from 1 to 65535",
                self.call.as_deref().unwrap_or_default()
            ))
        };
        Ok((covered.ok_or_else(wrong)?, dtype))
    }
}

/// What is trained through: methods of equal steps, calls with steps of their own, regressions on estimated derivatives.
struct Through {
    methods: Vec<Method>,
    calls: Vec<Call>,
    regressions: Vec<Regression>,
}

impl Through {
    fn of(py: Python<'_>, sources: &[MethodSource]) -> PyResult<Self> {
        let mut through = Self { methods: Vec::new(), calls: Vec::new(), regressions: Vec::new() };
        for source in sources {
            match source.asked(py)? {
                Asked::Method(method) => through.methods.push(*method),
                Asked::Call(call) if !through.calls.contains(call.as_ref()) => through.calls.push(*call),
                Asked::Regression(found) if !through.regressions.contains(found.as_ref()) => through.regressions.push(*found),
                Asked::Call(_) | Asked::Regression(_) => {}
            }
        }
        Ok(through)
    }

    fn is_empty(&self) -> bool {
        self.methods.is_empty() && self.calls.is_empty() && self.regressions.is_empty()
    }
}

/// The prediction for samples, as the JSON of `lambdahat predict FILE --json`.
#[pyfunction]
pub fn predict_samples(py: Python<'_>, samples: SampleArrays<'_>, methods: Vec<MethodSource>, options: Options) -> PyResult<String> {
    let (through, modes, loss) = (Through::of(py, &methods)?, options.modes()?, parsed::<Loss>("loss", &options.loss)?);
    let data = samples.checked()?;
    interruptible(py, move || {
        if let Ok(paths) = data.paths() {
            loss.check_length(&paths).map_err(refused)?;
        }
        let subject = Subject::from_data_through(&data, &modes, loss, &|| false).map_err(refused)?;
        let mut document = report(subject, through, &options)?;
        document["data"] = document::samples(&data, Dialect::Python).map_err(refused)?;
        // What looks odd in the samples, as a column that looks like an input does.
        let odd = data.taken().remarks.iter().map(|remark| wrapped(&remark.say(Dialect::Python), "", "  ", WIDTH));
        let lines: Vec<String> = document["told"].as_str().map(str::to_owned).into_iter().chain(odd).collect();
        document["told"] = lines.join("\n").into();
        serde_json::to_string(&document).map_err(refused)
    })?
}

/// The prediction for a named system, as the JSON of `lambdahat predict --system NAME --json`.
#[pyfunction]
pub fn predict_system(py: Python<'_>, name: &str, interval: Option<f64>, methods: Vec<MethodSource>, options: Options) -> PyResult<String> {
    let through = Through::of(py, &methods)?;
    let system = System::open(name).map_err(refused)?;
    interruptible(py, move || {
        let subject = Subject::from_system(&system, interval.unwrap_or_else(|| system.default_interval())).map_err(refused)?;
        serde_json::to_string(&report(subject, through, &options)?).map_err(refused)
    })?
}

fn report(subject: Subject, through: Through, options: &Options) -> PyResult<serde_json::Value> {
    let (covered, dtype) = options.usage()?;
    let none_named = through.is_empty();
    let only_calls = through.methods.is_empty() && !none_named;
    let prediction = Prediction { subject, methods: through.methods, substeps: options.substeps, limits: options.limits()? };
    let beside = Beside {
        calls: if none_named { default_calls().map_err(refused)? } else { through.calls },
        loss: parsed::<Loss>("loss", &options.loss)?,
        covered,
        precision: dtype,
        regressions: through.regressions,
        orbits: true,
        only: only_calls,
    };
    let report = prediction.report_beside(&beside, &|| false).map_err(no_prediction)?;
    let mut document = document::prediction(&report, Dialect::Python).map_err(refused)?;
    document["told"] = told(&report).into();
    Ok(document)
}

/// What to do, in words.
pub fn told(report: &Report) -> String {
    prediction::told(report, WIDTH, Dialect::Python)
}

/// A failure in words; where there is no mode, with what became of the modes.
pub fn no_prediction(error: PredictError) -> PyErr {
    match error {
        PredictError::NoModes { subject, samples, caveats } => refused(no_modes(&subject, samples, &caveats, Dialect::Python)),
        other => refused(other),
    }
}
