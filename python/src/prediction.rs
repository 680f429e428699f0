//! The prediction for arrays of samples, or for a named system.

use crate::asked::{MethodSource, divided};
use crate::errors::refused;
use crate::interruptible::interruptible;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::dynamics::System;
use lambdahat::inverse::Limits;
use lambdahat::loops::Call;
use lambdahat::method::Method;
use lambdahat::predict::{PredictError, Prediction, Subject, default_calls};
use lambdahat::truth::ModesOptions;
use lambdahat::words::{Dialect, document, no_modes};
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

/// One trajectory: its label, its times (n), its states (n × d).
pub type Samples<'py> = (Option<String>, PyReadonlyArray1<'py, f64>, PyReadonlyArray2<'py, f64>);

/// Arrays as the library keeps samples, checked.
pub fn trajectories(source: &str, variables: &[String], samples: &[Samples<'_>]) -> PyResult<Trajectories> {
    let trajectory = |(label, times, states): &Samples<'_>| {
        Trajectory::at(label.clone(), times.as_array().to_vec(), states.as_array().iter().copied().collect())
    };
    let trajectories = samples.iter().map(trajectory).collect();
    Trajectories::with_times(source.to_owned(), variables.to_vec(), Vec::new(), trajectories).map_err(refused)
}

/// What to do with the samples.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    substeps: u32,
    reach: f64,
    tolerance: f64,
    degree: Option<usize>,
    log: bool,
    seed: u64,
}

/// What is trained through: methods of equal steps, and calls with steps of their own.
struct Through {
    methods: Vec<Method>,
    calls: Vec<Call>,
}

impl Through {
    fn of(py: Python<'_>, sources: &[MethodSource]) -> PyResult<Self> {
        let (methods, calls) = divided(py, sources)?;
        Ok(Self { methods, calls })
    }
}

/// The prediction for samples, as the JSON of `lambdahat predict FILE --json`.
#[pyfunction]
pub fn predict_samples(
    py: Python<'_>,
    source: String,
    variables: Vec<String>,
    samples: Vec<Samples<'_>>,
    methods: Vec<MethodSource>,
    options: Options,
) -> PyResult<String> {
    let through = Through::of(py, &methods)?;
    let data = trajectories(&source, &variables, &samples)?;
    interruptible(py, move || {
        let modes = ModesOptions { degree: options.degree, log: options.log, seed: options.seed, ..ModesOptions::default() };
        let subject = Subject::from_data(&data, &modes).map_err(refused)?;
        let mut document = report(subject, through, &options)?;
        document["data"] = document::samples(&data, Dialect::Terminal).map_err(refused)?;
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
    let limits = Limits { reach: options.reach, tolerance: options.tolerance };
    let none_named = through.methods.is_empty() && through.calls.is_empty();
    let only_calls = through.methods.is_empty() && !none_named;
    let prediction = Prediction { subject, methods: through.methods, substeps: options.substeps, limits };
    let mut report = prediction.report_with_orbits().map_err(no_prediction)?;
    report.add_calls(&if none_named { default_calls().map_err(refused)? } else { through.calls });
    if only_calls {
        // The methods were followed for the recommendation.
        report.methods.clear();
    }
    document::prediction(&report, Dialect::Terminal).map_err(refused)
}

/// A failure in words; where there is no mode, with what became of the modes.
pub fn no_prediction(error: PredictError) -> PyErr {
    match error {
        PredictError::NoModes { subject, samples, caveats } => refused(no_modes(&subject, samples, &caveats, Dialect::Terminal)),
        other => refused(other),
    }
}
