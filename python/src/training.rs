//! Learning through an integrator, and the prediction beside real fits.

use crate::asked::{Asked, MethodSource};
use crate::errors::refused;
use crate::interruptible::{Left, interruptible_until};
use crate::prediction::{no_prediction, told};
use crate::training_options::{Trained, TrainingOptions, TrainingSource};
use lambdahat::check::{Agreement, CalledCheck, CalledTraining, Trials, beside_fits, suited_model};
use lambdahat::dynamics::Field;
use lambdahat::fit::{DataRecord, Fit, FitError, ModelFile, ModelSpec, Prepared, Progress, Training};
use lambdahat::inverse::Limits;
use lambdahat::loops::Call;
use lambdahat::method::{Method, Sampling, catalog};
use lambdahat::predict::{Prediction, Subject};
use lambdahat::truth::ModesOptions;
use lambdahat::words::{Dialect, Say, UNEVEN_LOSS, document};
use numpy::{PyArray1, PyArray2, PyArray3, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use serde_json::json;
use std::ops::ControlFlow;

fn fits(prepared: &Prepared, seeds: &[u64], left: &Left) -> Vec<Result<Fit, FitError>> {
    prepared.fit_seeds(seeds, &|_: usize, _: Progress<'_>| flow(left))
}

fn flow(left: &Left) -> ControlFlow<()> {
    if left.is_set() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Learns a model through a method or a call: `{"model": the model file of the best start, "fits": [one a start], "failures": [messages],
/// "differences": [what differs from the training that is resumed]}`.
#[pyfunction]
pub fn fit(
    py: Python<'_>,
    source: TrainingSource<'_>,
    method: MethodSource,
    options: TrainingOptions,
    resume: Option<String>,
) -> PyResult<String> {
    let trained = source.trained()?;
    let usual = if trained.system.is_some() { ModelSpec::Linear } else { ModelSpec::Affine };
    let model = options.model()?.unwrap_or(usual);
    let training = options.asked(&model, method.asked(py)?, trained.interval)?;
    let seeds = options.seeds()?;
    let resumed = resume.map(|text| ModelFile::parse(&text).map_err(refused)).transpose()?;
    interruptible_until(py, move |left| {
        let mut prepared = training.prepare(&trained.paths).map_err(refused)?;
        let mut record = DataRecord::of(trained.data.source(), trained.data.variables(), &trained.paths);
        if trained.system.is_some() {
            record = record.with_starts(&trained.paths);
        }
        let mut differences: Vec<String> = Vec::new();
        let found = match &resumed {
            None => fits(&prepared, &seeds, &left),
            Some(file) => {
                file.resumable(&training).map_err(refused)?;
                prepared = prepared.with_model(file.learned.model.clone()).map_err(refused)?;
                differences = file.differences(&training, &record).iter().map(|found| found.say(Dialect::Terminal)).collect();
                vec![prepared.fit(file.seed, Some(file.learned.parameters.clone()), &mut |_| flow(&left))]
            }
        };
        let failures: Vec<String> = found.iter().filter_map(|fit| fit.as_ref().err().map(ToString::to_string)).collect();
        let entry = |fit: &Fit| json!({ "seed": fit.seed, "loss": fit.loss, "iterations": fit.iterations, "stop": fit.stop, "trouble": fit.trouble });
        let entries: Vec<_> = found.iter().flatten().map(entry).collect();
        let Some(mut best) = found.into_iter().flatten().min_by(|a, b| a.loss.total_cmp(&b.loss)) else {
            return Err(refused(format!("no start could be trained: {}", failures.first().map_or("no start", String::as_str))));
        };
        if let Some(file) = resumed.filter(|_| differences.is_empty()) {
            best = file.continued(best, &training);
        }
        let file = ModelFile::new(&training, record, best);
        serde_json::to_string(&json!({ "model": file, "fits": entries, "failures": failures, "differences": differences })).map_err(refused)
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
    if let [only] = methods.as_slice()
        && let Asked::Call(call) = only.asked(py)?
    {
        return check_call(py, trained, *call, options, log);
    }
    let methods: Vec<Method> = methods.iter().map(|method| method.method(py)).collect::<PyResult<_>>()?;
    if trained.paths.is_uneven() && !options.steps_pairs()? {
        return Err(refused(UNEVEN_LOSS));
    }
    let (named, loss) = (options.model()?, options.loss()?);
    let seeds = options.seeds()?;
    let substeps = options.substeps;
    interruptible_until(py, move |left| {
        let starts: Vec<Vec<f64>> = trained.paths.starts().map(<[f64]>::to_vec).collect();
        let subject = match &trained.system {
            Some(system) => Subject::from_system(system, trained.interval).map_err(refused)?.with_starts(starts),
            None => Subject::from_data(&trained.data, &ModesOptions { log, ..ModesOptions::default() }).map_err(refused)?,
        };
        let model = named.unwrap_or_else(|| suited_model(&subject));
        let subject = beside_fits(subject, &trained.paths, loss, &model);
        let training: Vec<Training> =
            methods.iter().map(|method| options.training(&model, method.clone(), trained.interval)).collect::<PyResult<_>>()?;
        let prepared: Vec<Prepared> =
            training.iter().map(|training| training.prepare(&trained.paths).map_err(refused)).collect::<PyResult<_>>()?;
        let prediction = Prediction { subject, methods: methods.clone(), substeps, limits: Limits::default() };
        let report = if trained.system.is_some() { prediction.report_with_orbits() } else { prediction.report() }.map_err(no_prediction)?;
        let trials = Trials {
            methods: &methods,
            prepared: &prepared,
            seeds: &seeds,
            sampling: Sampling::new(trained.interval, substeps).map_err(refused)?,
            model: &model,
            small,
            tolerance,
            system: trained.system.as_ref(),
            samples: &trained.paths,
            drawn: false,
        };
        let check = trials.run(report, &mut |_, prepared| fits(prepared, &seeds, &left), &|| left.is_set());
        let mut document = document::check(&check, Dialect::Python).map_err(refused)?;
        document["told"] = told(&check.report).into();
        serde_json::to_string(&document).map_err(refused)
    })?
}

/// The same for a library's call: what its own steps are predicted to learn, beside fits through them.
fn check_call(py: Python<'_>, trained: Trained, call: Call, options: TrainingOptions, log: bool) -> PyResult<String> {
    let (named, seeds, loss) = (options.model()?, options.seeds()?, options.loss()?);
    let scheme = catalog::find(call.scheme).map_err(refused)?;
    interruptible_until(py, move |left| {
        let subject = match &trained.system {
            Some(system) => Subject::from_system(system, trained.interval).map_err(refused)?,
            None => Subject::from_data(&trained.data, &ModesOptions { log, ..ModesOptions::default() }).map_err(refused)?,
        };
        let model = named.unwrap_or_else(|| suited_model(&subject));
        let subject = beside_fits(subject, &trained.paths, loss, &model);
        let training = options.through(&model, call, trained.interval)?;
        let prediction = Prediction { subject, methods: vec![scheme], substeps: 1, limits: Limits::default() };
        let report = prediction.report().map_err(no_prediction)?;
        let Some(through) = &training.through else { return Err(refused("no call is given")) };
        let prepared = training.prepare(&trained.paths).map_err(refused)?;
        let called = CalledTraining { through, interval: trained.interval, report: &report };
        let modes = called.modes(&prepared, &trained.paths).map_err(refused)?;
        let outcome: Vec<_> = seeds.iter().copied().zip(fits(&prepared, &seeds, &left)).collect();
        let agreement = Agreement::of(&model, prepared.optimiser());
        let check = CalledCheck::new(called, &prepared, agreement, modes, &outcome, &trained.paths);
        serde_json::to_string(&check).map_err(refused)
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
