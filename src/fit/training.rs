//! A whole fit: data, model, method and optimiser in; the learned field and its history out. Many starts in parallel.

use super::adam::Adam;
use super::direct;
use super::error::FitError;
use super::lbfgs::Lbfgs;
use super::levenberg_marquardt::LevenbergMarquardt;
use super::loss::{Loss, Windows};
use super::model::{Learned, Model, ModelSpec};
use super::objective::Objective;
use super::progress::{Outcome, Progress, Stop, Watch};
use super::step::{Form, Step};
use super::threshold;
use crate::method::{Method, Sampling};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;
use std::str::FromStr;

/// Which optimiser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Optimiser {
    /// A direct solution where the residuals are linear in the parameters, Levenberg–Marquardt where its memory suffices, Adam else.
    #[default]
    Auto,
    /// [`LevenbergMarquardt`].
    LevenbergMarquardt,
    /// [`Adam`].
    Adam,
    /// [`Lbfgs`].
    Lbfgs,
    /// [`direct::solve`].
    Direct,
}

impl FromStr for Optimiser {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "lm" | "levenberg-marquardt" => Ok(Self::LevenbergMarquardt),
            "adam" => Ok(Self::Adam),
            "lbfgs" => Ok(Self::Lbfgs),
            "direct" => Ok(Self::Direct),
            _ => Err(format!("unknown optimiser `{text}`: write auto, lm, adam, lbfgs or direct")),
        }
    }
}

/// Everything that a fit depends on besides the data and the seed.
#[derive(Clone, Debug)]
pub struct Training {
    /// The class of models.
    pub model: ModelSpec,
    /// The method.
    pub method: Method,
    /// H and m.
    pub sampling: Sampling,
    /// Stepped or residual form.
    pub form: Form,
    /// Pairs, windows or rollouts.
    pub loss: Loss,
    /// Which optimiser.
    pub optimiser: Optimiser,
    /// Iterations at most; `None` for the optimiser's default.
    pub iterations: Option<usize>,
    /// Adam's first rate.
    pub rate: f64,
    /// The loss at which to stop.
    pub target: f64,
    /// Standard deviation of the random start (see [`Model::random`]).
    pub spread: f64,
    /// Added to the sum of squares times |θ|².
    pub ridge: f64,
    /// Coefficients below it are set to zero (dictionaries of powers).
    pub threshold: f64,
    /// Bytes that an optimiser may allocate.
    pub memory: usize,
}

impl Training {
    /// The defaults for a model and a method: teacher forcing, the automatic optimiser, no ridge but for Gaussians (1e-10),
    /// a threshold (0.05) only for `sindy`.
    pub fn new(model: ModelSpec, method: Method, sampling: Sampling) -> Self {
        let ridge = if matches!(model, ModelSpec::Gaussian(_)) { 1e-10 } else { 0.0 };
        let threshold = if matches!(model, ModelSpec::Sindy(_)) { 0.05 } else { 0.0 };
        Self {
            model,
            method,
            sampling,
            form: Form::Step,
            loss: Loss::Pairs,
            optimiser: Optimiser::Auto,
            iterations: None,
            rate: 3e-3,
            target: 1e-28,
            spread: 1.0,
            ridge,
            threshold,
            memory: 4 << 30,
        }
    }

    /// Ready for these trajectories: the step, the windows, the model's structure.
    ///
    /// Errors where they do not fit together.
    pub fn prepare(&self, trajectories: &[Vec<Vec<f64>>]) -> Result<Prepared, FitError> {
        let step = Step::new(&self.method, self.sampling, self.form)?;
        let windows = Windows::new(trajectories, self.loss, &step)?;
        let states: Vec<Vec<f64>> = trajectories.concat();
        let model = Model::new(&self.model, &states)?;
        Ok(Prepared { training: self.clone(), step, windows, model })
    }
}

/// A training on its data.
#[derive(Clone, Debug)]
pub struct Prepared {
    training: Training,
    step: Step,
    windows: Windows,
    model: Model,
}

/// A finished fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fit {
    /// The seed of the start.
    pub seed: u64,
    /// The optimiser that ran.
    pub optimiser: Optimiser,
    /// The model with its best parameters.
    pub learned: Learned,
    /// The loss there.
    pub loss: f64,
    /// Iterations made.
    pub iterations: usize,
    /// Why it ended.
    pub stop: Stop,
    /// The loss after each iteration.
    pub history: Vec<f64>,
}

impl Prepared {
    /// The model's structure.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The windows.
    pub fn windows(&self) -> &Windows {
        &self.windows
    }

    /// The step.
    pub fn step(&self) -> &Step {
        &self.step
    }

    /// What `Auto` means here.
    pub fn optimiser(&self) -> Optimiser {
        let settings = self.levenberg_marquardt();
        match self.training.optimiser {
            Optimiser::Auto => {
                let linear = self.model.is_linear_in_parameters() && self.step.is_linear_in_field();
                let single = self.step.span() > 1 || self.windows.intervals() == 1;
                if linear && single {
                    Optimiser::Direct
                } else if settings.bytes(&self.model, &self.step, &self.windows) <= settings.memory {
                    Optimiser::LevenbergMarquardt
                } else {
                    Optimiser::Adam
                }
            }
            chosen => chosen,
        }
    }

    fn levenberg_marquardt(&self) -> LevenbergMarquardt {
        let defaults = LevenbergMarquardt::default();
        LevenbergMarquardt {
            iterations: self.training.iterations.unwrap_or(defaults.iterations),
            target: self.training.target,
            ridge: self.training.ridge,
            memory: self.training.memory,
            ..defaults
        }
    }

    /// The random start of a seed: the same on every machine and for every number of threads.
    pub fn start(&self, seed: u64) -> Vec<f64> {
        self.model.random(self.training.spread, &mut ChaCha8Rng::seed_from_u64(seed))
    }

    /// Fits from given parameters (or from the seed's random start).
    ///
    /// Errors when memory does not suffice or the start cannot be evaluated.
    pub fn fit(&self, seed: u64, start: Option<Vec<f64>>, watch: &mut Watch<'_>) -> Result<Fit, FitError> {
        let optimiser = self.optimiser();
        let start = start.unwrap_or_else(|| self.start(seed));
        let mut run = |start: Vec<f64>, frozen: Option<&[bool]>| -> Result<Outcome, FitError> {
            match optimiser {
                Optimiser::Direct => {
                    direct::solve(&self.model, &self.step, &self.windows, self.training.ridge, frozen, self.training.memory)
                }
                Optimiser::Adam => {
                    let mut objective = Objective::new(&self.model, &self.step, &self.windows)?;
                    let defaults = Adam::default();
                    let iterations = self.training.iterations.unwrap_or(defaults.iterations);
                    Adam { iterations, rate: self.training.rate, target: self.training.target, ..defaults }.run(
                        &mut objective,
                        start,
                        watch,
                    )
                }
                Optimiser::Lbfgs => {
                    let mut objective = Objective::new(&self.model, &self.step, &self.windows)?;
                    let defaults = Lbfgs::default();
                    let iterations = self.training.iterations.unwrap_or(defaults.iterations);
                    Lbfgs { iterations, target: self.training.target, ..defaults }.run(&mut objective, start, watch)
                }
                Optimiser::LevenbergMarquardt | Optimiser::Auto => {
                    self.levenberg_marquardt().run(&self.model, &self.step, &self.windows, start, frozen, watch)
                }
            }
        };
        let freezes = matches!(optimiser, Optimiser::Direct | Optimiser::LevenbergMarquardt);
        let outcome = if self.training.threshold > 0.0 && freezes {
            threshold::sequential(&self.model, start, self.training.threshold, &mut run)?.0
        } else {
            run(start, None)?
        };
        let learned = Learned { model: self.model.clone(), parameters: outcome.parameters };
        let Outcome { loss, iterations, history, stop, .. } = outcome;
        Ok(Fit { seed, optimiser, learned, loss, iterations, stop, history })
    }

    /// Fits from the random starts of the seeds, in parallel; the results are in the order of the seeds, and do not depend on the
    /// number of threads. `watch` is called from all of them with the seed's place in the list.
    pub fn fit_seeds(&self, seeds: &[u64], watch: &(dyn Fn(usize, Progress<'_>) -> ControlFlow<()> + Sync)) -> Vec<Result<Fit, FitError>> {
        seeds.par_iter().enumerate().map(|(k, &seed)| self.fit(seed, None, &mut |progress| watch(k, progress))).collect()
    }
}
