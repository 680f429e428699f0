//! How to train, and on what.

use crate::asked::Asked;
use crate::errors::{parsed, refused};
use crate::prediction::SampleArrays;
use lambdahat::data::{Paths, Trajectories, Trajectory};
use lambdahat::dynamics::{Field, System};
use lambdahat::fit::{Batch, Choices, Loss, ModelSpec, StepDerivatives, Through, Training};
use lambdahat::loops::Call;
use lambdahat::method::{Method, Sampling};
use lambdahat::words::no_integrator;
use pyo3::prelude::*;

/// How to train, in the words of `lambdahat fit`.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct TrainingOptions {
    model: Option<String>,
    pub substeps: u32,
    residual_form: bool,
    loss: String,
    steps_shared: Option<String>,
    step_derivatives: String,
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
    /// The training through a method or a library's call, H apart.
    pub fn asked(&self, model: &ModelSpec, asked: Asked, interval: f64) -> PyResult<Training> {
        match asked {
            Asked::Method(method) => self.training(model, *method, interval),
            Asked::Call(call) => self.through(model, *call, interval),
            Asked::Regression(found) => Err(refused(no_integrator(&found.to_string()))),
        }
    }

    /// The training through a method's equal steps.
    pub fn training(&self, model: &ModelSpec, method: Method, interval: f64) -> PyResult<Training> {
        self.completed(Training::new(model.clone(), method, Sampling::new(interval, self.substeps).map_err(refused)?))
    }

    /// The training through a call with steps of its own.
    pub fn through(&self, model: &ModelSpec, call: Call, interval: f64) -> PyResult<Training> {
        if self.substeps != 1 {
            return Err(refused(format!("m = {} is for methods with equal steps; {} takes its own", self.substeps, call.name)));
        }
        let usual = Through::new(call);
        let shared = self.steps_shared.as_deref().map(|text| serde_json::from_value::<Batch>(text.into()));
        let batch = shared.transpose().map_err(|error| refused(format!("steps_shared: {error}")))?.unwrap_or(usual.batch);
        let derivatives = serde_json::from_value::<StepDerivatives>(self.step_derivatives.as_str().into())
            .map_err(|error| refused(format!("step_derivatives: {error}")))?;
        self.completed(Training::through(model.clone(), Through { batch, derivatives, ..usual }, interval).map_err(refused)?)
    }

    /// The model's class, where one is named.
    pub fn model(&self) -> PyResult<Option<ModelSpec>> {
        self.model.as_deref().map(|text| parsed("model", text)).transpose()
    }

    /// What is compared.
    pub fn loss(&self) -> PyResult<Loss> {
        parsed("loss", &self.loss)
    }

    fn completed(&self, plain: Training) -> PyResult<Training> {
        let choices = Choices {
            residual_form: self.residual_form,
            loss: self.loss()?,
            optimiser: parsed("optimizer", &self.optimizer)?,
            iterations: self.iterations,
            rate: self.rate,
            target: self.target,
            spread: self.spread,
            ridge: self.ridge,
            threshold: self.threshold,
            memory: self.memory,
        };
        choices.over(plain).map_err(refused)
    }

    /// Whether pairs are compared, each stepped from its first sample.
    pub fn steps_pairs(&self) -> PyResult<bool> {
        Ok(self.loss()? == Loss::Pairs && !self.residual_form)
    }

    /// The seeds of the starts.
    pub fn seeds(&self) -> PyResult<Vec<u64>> {
        match self.seeds {
            k @ 1..=1_000_000 => Ok((0..k).map(|i| self.seed.wrapping_add(i)).collect()),
            k => Err(refused(format!("seeds = {k}: give a number from 1 to 1000000"))),
        }
    }
}

/// Samples for training, and the system that they are from where that is known.
pub struct Trained {
    /// As the library keeps them.
    pub data: Trajectories,
    /// H; of uneven times the middle interval.
    pub interval: f64,
    /// The states, a path a trajectory.
    pub paths: Paths,
    /// The system.
    pub system: Option<System>,
}

impl Trained {
    fn of_samples(data: Trajectories) -> PyResult<Self> {
        if let [first, ..] = data.inputs() {
            return Err(refused(format!("{first} is an input, but the models here are fields of the state alone; predict takes inputs")));
        }
        let (interval, paths) = (data.spacing().typical(), data.paths().map_err(refused)?);
        Ok(Self { data, interval, paths, system: None })
    }

    fn of_system(text: &str, interval: Option<f64>, samples: usize, starts: &[Vec<f64>]) -> PyResult<Self> {
        if samples == 0 || samples > 10_000_000 {
            return Err(refused(format!("n = {samples}: give a number from 1 to 10000000")));
        }
        let system = System::open(text).map_err(refused)?;
        let interval = interval.unwrap_or_else(|| system.default_interval());
        let starts = if starts.is_empty() { system.default_starts() } else { starts.to_vec() };
        if starts.is_empty() {
            return Err(refused(format!("the system `{}` states no starts; give some", system.name())));
        }
        let variables = (1..=system.dimension()).map(|k| format!("x{k}")).collect();
        let from = |start: &Vec<f64>| Ok(Trajectory::new(None, 0.0, &system.trajectory(start, interval, samples).map_err(refused)?));
        let trajectories = starts.iter().map(from).collect::<PyResult<_>>()?;
        let data = Trajectories::new(text.to_owned(), variables, interval, trajectories).map_err(refused)?;
        let paths = data.paths().map_err(refused)?;
        Ok(Self { data, interval, paths, system: Some(system) })
    }
}

/// Samples or the name of a system.
#[derive(FromPyObject)]
pub enum TrainingSource<'py> {
    #[pyo3(transparent)]
    System((String, Option<f64>, usize, Vec<Vec<f64>>)),
    #[pyo3(transparent)]
    Samples(SampleArrays<'py>),
}

impl TrainingSource<'_> {
    /// The samples, checked.
    pub fn trained(&self) -> PyResult<Trained> {
        match self {
            Self::System((text, interval, samples, starts)) => Trained::of_system(text, *interval, *samples, starts),
            Self::Samples(samples) => Trained::of_samples(samples.checked()?),
        }
    }
}
