//! The prediction for arrays of samples, or for a named system.

use crate::errors::refused;
use crate::interruptible::interruptible;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::dynamics::System;
use lambdahat::inverse::Limits;
use lambdahat::method::{Method, catalog, scheme};
use lambdahat::predict::{PredictError, Prediction, Subject};
use lambdahat::truth::ModesOptions;
use lambdahat::words::{Dialect, document, no_modes};
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

/// One trajectory: its label, its times (n), its states (n × d).
type Samples<'py> = (Option<String>, PyReadonlyArray1<'py, f64>, PyReadonlyArray2<'py, f64>);

/// A method by its name, or by the text of its scheme file with the name for messages.
#[derive(FromPyObject)]
pub enum MethodSource {
    #[pyo3(transparent)]
    Name(String),
    #[pyo3(transparent)]
    Text((String, String)),
}

impl MethodSource {
    fn method(&self) -> PyResult<Method> {
        match self {
            Self::Name(name) => catalog::find(name).map_err(refused),
            Self::Text((text, origin)) => scheme::parse(text, origin).map_err(refused),
        }
    }
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

impl Options {
    fn limits(&self) -> Limits {
        Limits { reach: self.reach, tolerance: self.tolerance, horizon: None }
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
    let methods: Vec<Method> = methods.iter().map(MethodSource::method).collect::<PyResult<_>>()?;
    let trajectory = |(label, times, states): &Samples<'_>| {
        Trajectory::at(label.clone(), times.as_array().to_vec(), states.as_array().iter().copied().collect())
    };
    let trajectories = samples.iter().map(trajectory).collect();
    let data = Trajectories::with_times(source, variables, Vec::new(), trajectories).map_err(refused)?;
    interruptible(py, move || {
        let modes = ModesOptions { degree: options.degree, log: options.log, seed: options.seed, ..ModesOptions::default() };
        let subject = Subject::from_data(&data, &modes).map_err(refused)?;
        report(subject, methods, &options)
    })?
}

/// The prediction for a named system, as the JSON of `lambdahat predict --system NAME --json`.
#[pyfunction]
pub fn predict_system(py: Python<'_>, name: &str, interval: Option<f64>, methods: Vec<MethodSource>, options: Options) -> PyResult<String> {
    let methods: Vec<Method> = methods.iter().map(MethodSource::method).collect::<PyResult<_>>()?;
    let system = System::parse(name).map_err(refused)?;
    interruptible(py, move || {
        let subject = Subject::from_system(&system, interval.unwrap_or_else(|| system.default_interval())).map_err(refused)?;
        report(subject, methods, &options)
    })?
}

fn report(subject: Subject, methods: Vec<Method>, options: &Options) -> PyResult<String> {
    let prediction = Prediction { subject, methods, substeps: options.substeps, limits: options.limits() };
    let report = prediction.report().map_err(|error| match error {
        PredictError::NoModes { subject, samples, caveats } => refused(no_modes(&subject, samples, &caveats, Dialect::Terminal)),
        other => refused(other),
    })?;
    serde_json::to_string(&document::prediction(&report, Dialect::Terminal).map_err(refused)?).map_err(refused)
}
