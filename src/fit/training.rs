//! A whole fit: data, model, method and optimiser in; the learned field and its history out. Many starts in parallel.

use super::adam::Adam;
use super::direct;
use super::fit_error::{FitError, within};
use super::free_starts::{Stepping, alternate};
use super::lbfgs::Lbfgs;
use super::levenberg_marquardt::LevenbergMarquardt;
use super::loss::{Loss, Windows};
use super::model::{Learned, Model};
use super::model_spec::ModelSpec;
use super::objective::Objective;
use super::progress::{Outcome, Progress, Stop, Watch};
use super::saturating::product;
use super::step::{EQUAL_STEPS, LossForm, Step};
use super::threshold;
use super::through::Through;
use crate::data::Paths;
use crate::loops::CallError;
use crate::method::{Method, Sampling, catalog};
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
    /// A direct solution where the residuals are linear in the parameters, else Levenberg–Marquardt; Adam where their memory does not suffice.
    #[default]
    Auto,
    /// [`LevenbergMarquardt`].
    LevenbergMarquardt,
    /// [`Adam`].
    Adam,
    /// [`Lbfgs`].
    Lbfgs,
    /// `direct::solve`.
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
    /// H and m; of samples at uneven times H is the middle interval.
    pub sampling: Sampling,
    /// A library's call whose own steps are taken instead of those of the method, which is then the call's scheme.
    pub through: Option<Through>,
    /// Stepped or residual form.
    pub form: LossForm,
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
    /// Coefficients below it are set to zero and the others fitted again (dictionaries of powers).
    pub threshold: f64,
    /// Bytes that all starts which run at once may allocate together.
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
            through: None,
            form: LossForm::Step,
            loss: Loss::Pairs,
            optimiser: Optimiser::Auto,
            iterations: None,
            rate: 3e-3,
            target: 1e-28,
            spread: 1.0,
            ridge,
            threshold,
            memory: LevenbergMarquardt::default().memory,
        }
    }

    /// The defaults for a model and a library's call.
    ///
    /// Errors where the catalogue lacks the call's scheme: a defect of this build.
    pub fn through(model: ModelSpec, through: Through, interval: f64) -> Result<Self, FitError> {
        let method = catalog::find(through.call.scheme).map_err(CallError::Scheme)?;
        let sampling = Sampling::new(interval, 1).map_err(|error| FitError::File(error.to_string()))?;
        Ok(Self { through: Some(through), ..Self::new(model, method, sampling) })
    }

    fn step_through(&self, through: &Through) -> Result<Step, FitError> {
        let fail = |why: &str| Err(FitError::Method { method: through.call.name.to_string(), why: why.to_owned() });
        if self.sampling.substeps() != 1 {
            return fail("takes its own steps, so substeps must be 1");
        }
        if self.form != LossForm::Step {
            return fail("is stepped; it has no residual form");
        }
        if self.loss == Loss::Pairs {
            through.call.check_interval(self.sampling.interval())?;
        }
        Step::through(through, self.sampling.interval())
    }

    /// What is trained through, as it is called: the method's name, or the call's.
    pub fn name(&self) -> String {
        self.through.as_ref().map_or_else(|| self.method.name().to_owned(), |through| through.call.name.to_string())
    }

    /// Ready for these trajectories: the step, the windows, the model's structure.
    ///
    /// At uneven times each interval is taken in m steps of its own length. Errors where they do not fit together, or where the model alone would not fit into memory.
    pub fn prepare(&self, paths: &Paths) -> Result<Prepared, FitError> {
        let step = match &self.through {
            Some(through) => self.step_through(through)?,
            None => Step::new(&self.method, self.sampling, self.form)?,
        };
        if paths.is_uneven() {
            step.at_uneven_times(&self.name())?;
            if matches!(self.method, Method::Multistep(_)) {
                return Err(FitError::Method { method: self.name(), why: EQUAL_STEPS.into() });
            }
        }
        let windows = Windows::new(paths, self.loss, &step)?;
        let (features, parameters) = self.model.sizes(windows.dimension(), paths.samples());
        within("this model", product(&[8, features.saturating_add(parameters)]), self.memory)?;
        let states: Vec<Vec<f64>> = paths.states().map(<[f64]>::to_vec).collect();
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
    /// The last error at a point that was tried and left again, in words ([`Outcome::trouble`]).
    pub trouble: Option<String>,
}

impl Prepared {
    /// The same training of this structure (its dictionary's box, its centres) instead of the one that the data suggest.
    ///
    /// Errors where it has another dimension than the data.
    pub fn with_model(self, model: Model) -> Result<Self, FitError> {
        if model.dimension() != self.windows.dimension() {
            return Err(FitError::Dimension { model: model.dimension(), data: self.windows.dimension() });
        }
        Ok(Self { model, ..self })
    }

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

    /// How many numbers are squared and averaged.
    pub fn residual_count(&self) -> usize {
        self.windows.count() * self.step.residual_groups(self.windows.intervals()) * self.windows.dimension()
    }

    /// Bytes that one start holds while it runs; the largest number where they cannot be counted.
    pub fn bytes(&self) -> usize {
        self.bytes_of(self.optimiser())
    }

    fn bytes_of(&self, optimiser: Optimiser) -> usize {
        let (work, vectors) = match optimiser {
            Optimiser::Adam => (Objective::bytes(&self.model, &self.step, &self.windows), 6),
            Optimiser::Lbfgs => (Objective::bytes(&self.model, &self.step, &self.windows), 2 * Lbfgs::default().memory + 8),
            Optimiser::Direct | Optimiser::LevenbergMarquardt | Optimiser::Auto => {
                let freezes = self.training.threshold > 0.0;
                (self.levenberg_marquardt().bytes_with(&self.model, &self.step, &self.windows, freezes), 2)
            }
        };
        work.saturating_add(product(&[8, vectors, self.model.parameter_count()]))
    }

    /// What `Auto` means here.
    pub fn optimiser(&self) -> Optimiser {
        match self.training.optimiser {
            Optimiser::Auto => {
                let linear = self.model.is_linear_in_parameters() && self.step.is_linear_in_field();
                let single = self.step.span() > 1 || self.windows.intervals() == 1;
                if self.bytes_of(Optimiser::LevenbergMarquardt) > self.training.memory {
                    Optimiser::Adam
                } else if linear && single {
                    Optimiser::Direct
                } else {
                    Optimiser::LevenbergMarquardt
                }
            }
            chosen => chosen,
        }
    }

    /// Iterations at most.
    pub fn iterations(&self) -> usize {
        self.training.iterations.unwrap_or(match self.optimiser() {
            Optimiser::Adam => Adam::default().iterations,
            Optimiser::Lbfgs => Lbfgs::default().iterations,
            Optimiser::Direct => 1,
            Optimiser::LevenbergMarquardt | Optimiser::Auto => LevenbergMarquardt::default().iterations,
        })
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

    /// The random start of a seed: the same on every machine and for every number of threads. Where H > 1 the field is drawn per interval, since one of size 1 in a short unit of time
    /// (milliseconds, H = 100) would leave the samples within a step.
    pub fn start(&self, seed: u64) -> Vec<f64> {
        let mut start = self.model.random(self.training.spread, &mut ChaCha8Rng::seed_from_u64(seed));
        self.model.scale_field(&mut start, self.training.sampling.interval().recip().min(1.0));
        start
    }

    fn objective<'a>(&'a self, windows: &'a Windows, frozen: Option<&'a [bool]>) -> Result<Objective<'a>, FitError> {
        Ok(Objective::new(&self.model, &self.step, windows)?.with_ridge(self.training.ridge).with_frozen(frozen))
    }

    /// Fits from given parameters (or from the seed's random start).
    ///
    /// Errors when memory does not suffice or the start cannot be evaluated.
    pub fn fit(&self, seed: u64, start: Option<Vec<f64>>, watch: &mut Watch<'_>) -> Result<Fit, FitError> {
        let optimiser = self.optimiser();
        within("this optimiser with this model and these samples", self.bytes_of(optimiser), self.training.memory)?;
        let start = start.unwrap_or_else(|| self.start(seed));
        let mut on = |windows: &Windows, start: Vec<f64>, frozen: Option<&[bool]>| -> Result<Outcome, FitError> {
            match optimiser {
                Optimiser::Direct => direct::solve(&self.model, &self.step, windows, self.training.ridge, frozen, self.training.memory),
                Optimiser::Adam => {
                    let defaults = Adam::default();
                    let iterations = self.training.iterations.unwrap_or(defaults.iterations);
                    let adam = Adam { iterations, rate: self.training.rate, target: self.training.target, ..defaults };
                    adam.run(&mut self.objective(windows, frozen)?, start, watch)
                }
                Optimiser::Lbfgs => {
                    let defaults = Lbfgs::default();
                    let iterations = self.training.iterations.unwrap_or(defaults.iterations);
                    Lbfgs { iterations, target: self.training.target, ..defaults }.run(&mut self.objective(windows, frozen)?, start, watch)
                }
                Optimiser::LevenbergMarquardt | Optimiser::Auto => {
                    self.levenberg_marquardt().run(&self.model, &self.step, windows, start, frozen, watch)
                }
            }
        };
        let mut run = |start: Vec<f64>, frozen: Option<&[bool]>| {
            if self.training.loss != Loss::RolloutFreeStart {
                return on(&self.windows, start, frozen);
            }
            let stepping = Stepping { model: &self.model, method: &self.training.method, sampling: self.training.sampling };
            alternate(&stepping, &self.windows, start, |windows, start| on(windows, start, frozen))
        };
        let outcome = if self.training.threshold > 0.0 {
            threshold::sequential(&self.model, start, self.training.threshold, &mut run)?.0
        } else {
            run(start, None)?
        };
        let learned = Learned { model: self.model.clone(), parameters: outcome.parameters };
        let Outcome { loss, iterations, history, stop, trouble, .. } = outcome;
        Ok(Fit { seed, optimiser, learned, loss, iterations, stop, history, trouble })
    }

    /// Fits from the random starts of the seeds, in parallel; the results are in the order of the seeds, and do not depend on the
    /// number of threads. As many run at once as the memory allows. `watch` is called from all of them with the seed's place in the list,
    /// and before each start but the first with an infinite loss: where it breaks there the start is not begun ([`FitError::NotBegun`]).
    pub fn fit_seeds(&self, seeds: &[u64], watch: &SharedWatch<'_>) -> Vec<Result<Fit, FitError>> {
        let (features, parameters) = self.training.model.sizes(self.windows.dimension(), self.windows.count());
        let kept = product(&[8, seeds.len(), features.saturating_add(parameters)]);
        let room = self.training.memory.saturating_sub(kept);
        let threads = rayon::current_num_threads().min(seeds.len()).max(1);
        let at_once = (room / self.bytes().max(1)).min(threads);
        if at_once == 0 {
            let needed = kept.saturating_add(self.bytes());
            let refused = within("this training and the models of all its starts", needed, self.training.memory);
            return seeds.iter().map(|_| Err(refused.clone().err().unwrap_or(FitError::NotBegun))).collect();
        }
        let one = |k: usize, seed: u64| {
            let before = Progress { iteration: 0, of: 0, loss: f64::INFINITY, parameters: &[] };
            if k > 0 && watch(k, before) == ControlFlow::Break(()) {
                return Err(FitError::NotBegun);
            }
            self.fit(seed, None, &mut |progress| watch(k, progress))
        };
        // One seed a task where all threads may work; else as many tasks as may run at once, each through its seeds in turn.
        let length = if at_once == threads { 1 } else { seeds.len().div_ceil(at_once) };
        let tasks = seeds.par_chunks(length).enumerate();
        tasks.flat_map_iter(|(t, chunk)| chunk.iter().enumerate().map(move |(i, &seed)| one(t * length + i, seed))).collect()
    }
}

/// A [`Watch`] of many starts at once: called with the start's place.
pub type SharedWatch<'a> = dyn Fn(usize, Progress<'_>) -> ControlFlow<()> + Sync + 'a;
