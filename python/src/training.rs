//! Learning through an integrator, and the prediction beside real fits.

use crate::asked::MethodSource;
use crate::errors::refused;
use crate::interruptible::{Left, interruptible_until};
use crate::prediction::{Samples, no_prediction, trajectories};
use lambdahat::check::{Agreement, Check, CheckedFit, Checker};
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::dynamics::{Field, System};
use lambdahat::fit::{DataRecord, Fit, FitError, Form, ModelFile, ModelSpec, Prepared, Progress, Training};
use lambdahat::inverse::Limits;
use lambdahat::method::{Method, Sampling};
use lambdahat::predict::{Prediction, Subject};
use lambdahat::truth::ModesOptions;
use lambdahat::words::{Dialect, document};
use numpy::{PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use rayon::prelude::*;
use serde_json::json;
use std::fmt::Display;
use std::ops::ControlFlow;
use std::str::FromStr;

/// How to train, in the words of `lambdahat fit`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct TrainingOptions {
    model: String,
    substeps: u32,
    residual_form: bool,
    loss: String,
    optimizer: String,
    iterations: Option<usize>,
    rate: f64,
    target: f64,
    spread: f64,
    ridge: Option<f64>,
    threshold: Option<f64>,
    memory: f64,
    seeds: u64,
    seed: u64,
}

impl TrainingOptions {
    fn training(&self, method: Method, interval: f64) -> PyResult<Training> {
        let spec: ModelSpec = parsed("model", &self.model)?;
        let plain = Training::new(spec, method, Sampling::new(interval, self.substeps).map_err(refused)?);
        let checks = [("ridge", self.ridge), ("threshold", self.threshold), ("target", Some(self.target))];
        for (name, value) in checks {
            if value.is_some_and(|v| !(v >= 0.0 && v.is_finite())) {
                return Err(refused(format!("{name} must be zero or positive")));
            }
        }
        for (name, value) in [("rate", self.rate), ("spread", self.spread), ("memory", self.memory)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(refused(format!("{name} must be positive, not {value}")));
            }
        }
        Ok(Training {
            form: if self.residual_form { Form::Residual } else { Form::Step },
            loss: parsed("loss", &self.loss)?,
            optimiser: parsed("optimizer", &self.optimizer)?,
            iterations: self.iterations,
            rate: self.rate,
            target: self.target,
            spread: self.spread,
            ridge: self.ridge.unwrap_or(plain.ridge),
            threshold: self.threshold.unwrap_or(plain.threshold),
            memory: (self.memory * (1u64 << 30) as f64) as usize,
            ..plain
        })
    }

    fn seeds(&self) -> PyResult<Vec<u64>> {
        match self.seeds {
            k @ 1..=1_000_000 => Ok((0..k).map(|i| self.seed.wrapping_add(i)).collect()),
            k => Err(refused(format!("seeds = {k}: give a number from 1 to 1000000"))),
        }
    }
}

fn parsed<T: FromStr<Err: Display>>(name: &str, text: &str) -> PyResult<T> {
    text.parse().map_err(|error: T::Err| refused(format!("{name}: {error}")))
}

/// Samples for training, and the system that they are from where that is known.
struct Trained {
    data: Trajectories,
    interval: f64,
    states: Vec<Vec<Vec<f64>>>,
    system: Option<System>,
}

impl Trained {
    fn of_samples(data: Trajectories) -> PyResult<Self> {
        let even = data.require_even().map_err(refused)?;
        let (interval, states) = (even.interval(), even.to_lists());
        Ok(Self { data, interval, states, system: None })
    }

    fn of_system(text: &str, interval: Option<f64>, samples: usize) -> PyResult<Self> {
        let system = System::open(text).map_err(refused)?;
        let interval = interval.unwrap_or_else(|| system.default_interval());
        let starts = system.default_starts();
        let states: Vec<Vec<Vec<f64>>> =
            starts.iter().map(|start| system.trajectory(start, interval, samples).map_err(refused)).collect::<PyResult<_>>()?;
        let variables = (1..=system.dimension()).map(|k| format!("x{k}")).collect();
        let trajectories = states.iter().map(|states| Trajectory::new(None, 0.0, states)).collect();
        let data = Trajectories::new(text.to_owned(), variables, interval, trajectories).map_err(refused)?;
        Ok(Self { data, interval, states, system: Some(system) })
    }
}

/// Samples or the name of a system.
#[derive(FromPyObject)]
pub enum TrainingSource<'py> {
    #[pyo3(transparent)]
    System((String, Option<f64>, usize)),
    #[pyo3(transparent)]
    Samples((Vec<String>, Vec<Samples<'py>>)),
}

impl TrainingSource<'_> {
    fn trained(&self) -> PyResult<Trained> {
        match self {
            Self::System((text, interval, samples)) => Trained::of_system(text, *interval, *samples),
            Self::Samples((variables, samples)) => Trained::of_samples(trajectories("samples", variables, samples)?),
        }
    }
}

fn fits(prepared: &Prepared, seeds: &[u64], left: &Left) -> Vec<Result<Fit, FitError>> {
    let watch = |_: usize, _: Progress<'_>| if left.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
    prepared.fit_seeds(seeds, &watch)
}

/// Learns a model through a method: `{"model": the model file of the best start, "fits": [one a start], "failures": [messages]}`.
#[pyfunction]
pub fn fit(py: Python<'_>, source: TrainingSource<'_>, method: MethodSource, options: TrainingOptions) -> PyResult<String> {
    let trained = source.trained()?;
    let training = options.training(method.method(py)?, trained.interval)?;
    let seeds = options.seeds()?;
    interruptible_until(py, move |left| {
        let prepared = training.prepare(&trained.states).map_err(refused)?;
        let mut record = DataRecord::of(trained.data.source(), trained.data.variables(), &trained.states);
        if trained.system.is_some() {
            record = record.with_starts(&trained.states);
        }
        let found = fits(&prepared, &seeds, &left);
        let failures: Vec<String> = found.iter().filter_map(|fit| fit.as_ref().err().map(ToString::to_string)).collect();
        let entry = |fit: &Fit| json!({ "seed": fit.seed, "loss": fit.loss, "iterations": fit.iterations, "stop": fit.stop, "trouble": fit.trouble });
        let entries: Vec<_> = found.iter().flatten().map(entry).collect();
        let Some(best) = found.into_iter().flatten().min_by(|a, b| a.loss.total_cmp(&b.loss)) else {
            return Err(refused(format!("no start could be trained: {}", failures.first().map_or("no start", String::as_str))));
        };
        let file = ModelFile::new(&training, record, best);
        serde_json::to_string(&json!({ "model": file, "fits": entries, "failures": failures })).map_err(refused)
    })?
}

/// The prediction beside real fits: the JSON of `lambdahat check --json`.
#[pyfunction]
pub fn check(
    py: Python<'_>,
    source: TrainingSource<'_>,
    methods: Vec<MethodSource>,
    options: TrainingOptions,
    small: Option<f64>,
    tolerance: Option<f64>,
    log: bool,
) -> PyResult<String> {
    let trained = source.trained()?;
    let methods: Vec<Method> = methods.iter().map(|method| method.method(py)).collect::<PyResult<_>>()?;
    let seeds = options.seeds()?;
    let training: Vec<Training> =
        methods.iter().map(|method| options.training(method.clone(), trained.interval)).collect::<PyResult<_>>()?;
    let substeps = options.substeps;
    interruptible_until(py, move |left| {
        let prepared: Vec<Prepared> =
            training.iter().map(|training| training.prepare(&trained.states).map_err(refused)).collect::<PyResult<_>>()?;
        let starts: Vec<Vec<f64>> = trained.states.iter().filter_map(|t| t.first().cloned()).collect();
        let subject = match &trained.system {
            Some(system) => Subject::from_system(system, trained.interval).map_err(refused)?.with_starts(starts),
            None => Subject::from_data(&trained.data, &ModesOptions { log, ..ModesOptions::default() }).map_err(refused)?,
        };
        let prediction = Prediction { subject, methods: methods.clone(), substeps, limits: Limits::default() };
        let report = if trained.system.is_some() { prediction.report_with_orbits() } else { prediction.report() }.map_err(no_prediction)?;
        let lenient = |a: Agreement, b: Agreement| Agreement { small: a.small.max(b.small), tolerance: a.tolerance.max(b.tolerance) };
        let each = training.iter().zip(&prepared).map(|(training, p)| Agreement::of(&training.model, p.optimiser()));
        let Some(usual) = each.reduce(lenient) else { return Err(refused("no method is given")) };
        let agreement = Agreement { small: small.unwrap_or(usual.small), tolerance: tolerance.unwrap_or(usual.tolerance) };
        let mut checked: Vec<CheckedFit> = Vec::with_capacity(methods.len() * seeds.len());
        for (place, ((method, training), prepared)) in methods.iter().zip(&training).zip(&prepared).enumerate() {
            let checker = Checker {
                report: &report,
                method: (method, place),
                sampling: Sampling::new(trained.interval, substeps).map_err(refused)?,
                model: &training.model,
                agreement,
                system: trained.system.as_ref(),
                samples: &trained.states,
            };
            let outcome = fits(prepared, &seeds, &left);
            checked.par_extend(seeds.par_iter().zip(&outcome).map(|(&seed, fit)| checker.check(seed, prepared, fit, false)));
        }
        let interrupted = checked.iter().any(|fit| !fit.begun);
        let check = Check::new(report, agreement, checked, interrupted);
        serde_json::to_string(&document::check(&check, Dialect::Terminal).map_err(refused)?).map_err(refused)
    })?
}

/// A trained model of a model file: a vector field.
#[pyclass(frozen, module = "lambdahat._core")]
pub struct Model {
    file: ModelFile,
}

#[pymethods]
impl Model {
    /// The model of a file's text.
    #[staticmethod]
    fn parse(text: &str) -> PyResult<Self> {
        Ok(Self { file: ModelFile::parse(text).map_err(refused)? })
    }

    /// f̂ at each row.
    fn value<'py>(&self, py: Python<'py>, states: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let (rows, d) = self.rows(&states)?;
        let mut out = vec![0.0; rows.len()];
        for (x, f) in rows.chunks(d).zip(out.chunks_mut(d)) {
            self.file.learned.value(x, f);
        }
        PyArray1::from_vec(py, out).reshape([rows.len() / d, d])
    }

    /// ∂f̂_i/∂x_j at each row.
    fn jacobian<'py>(&self, py: Python<'py>, states: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray3<f64>>> {
        let (rows, d) = self.rows(&states)?;
        let mut out = vec![0.0; rows.len() * d];
        for (x, f) in rows.chunks(d).zip(out.chunks_mut(d * d)) {
            self.file.learned.jacobian(x, f);
        }
        PyArray1::from_vec(py, out).reshape([rows.len() / d, d, d])
    }
}

impl Model {
    /// The states as numbers in rows, and d.
    fn rows(&self, states: &PyReadonlyArray2<'_, f64>) -> PyResult<(Vec<f64>, usize)> {
        let d = self.file.learned.dimension();
        if states.shape()[1] != d {
            return Err(refused(format!("states of {} components; the model has {d}", states.shape()[1])));
        }
        Ok((states.as_array().iter().copied().collect(), d))
    }
}
