//! Options of a training, and its progress on standard error.

use super::failure::Failure;
pub use super::interrupt::{end_on_interrupt, keep_on_interrupt, stopped};
use indicatif::{ProgressBar, ProgressStyle};
use lambdahat::data::Paths;
use lambdahat::fit::{Batch, Choices, Fit, FitError, Loss, ModelSpec, Optimiser, Prepared, StepDerivatives, Through, Training};
use lambdahat::loops::Call;
use lambdahat::method::{Method, Sampling};
use lambdahat::words::duration;
use std::ops::ControlFlow;
use std::sync::Mutex;

/// Options that say how to train.
#[derive(clap::Args)]
pub struct TrainingArgs {
    /// Model: linear, affine, polynomial:DEGREE, sindy:DEGREE, rbf[:CENTRES], mlp:32x32[:tanh|softplus|gelu] [default: affine for data, linear for a system; check takes what suits the samples]
    #[arg(long, value_name = "MODEL", value_parser = parsed::<ModelSpec>)]
    pub model: Option<ModelSpec>,
    /// Integrator steps m per sampling interval
    #[arg(long, value_name = "m", default_value_t = 1)]
    pub substeps: u32,
    /// Residuals of the method's equation at the samples, without stepping (implicit midpoint, trapezoid, Euler)
    #[arg(long)]
    residual_form: bool,
    /// What is compared, and what one call of a library covers: pairs (each interval from its own sample), windows:K (trajectory:K is the same), rollout, or rollout-free-start
    #[arg(long, visible_alias = "call", value_name = "LOSS", default_value = "pairs", value_parser = parsed::<Loss>)]
    pub loss: Loss,
    /// For a library's call: whether all windows share their steps (together) or each has its own (each); left out, as people use the library
    #[arg(long, value_name = "BATCH", value_parser = named::<Batch>)]
    steps_shared: Option<Batch>,
    /// For a library's call: whether step sizes are constants in derivatives, as in the libraries (constant), or not (whole: slower)
    #[arg(long, value_name = "CONVENTION", default_value = "constant", value_parser = named::<StepDerivatives>)]
    step_derivatives: StepDerivatives,
    /// Optimizer: auto, lm (Levenberg–Marquardt), adam, lbfgs or direct (linear problems)
    #[arg(long, value_name = "NAME", default_value = "auto", value_parser = parsed::<Optimiser>)]
    optimiser: Optimiser,
    /// Most iterations [default: by optimizer]
    #[arg(long, value_name = "N")]
    iterations: Option<usize>,
    /// Adam's initial learning rate (cosine decay over --iterations)
    #[arg(long, value_name = "RATE", default_value_t = 3e-3, value_parser = super::arguments::positive)]
    rate: f64,
    /// Stop at this loss
    #[arg(long, value_name = "LOSS", default_value = "1e-28")]
    target: f64,
    /// Standard deviation of the random start, a field in the unit of time; per interval where H > 1
    #[arg(long, value_name = "SD", default_value_t = 1.0, value_parser = super::arguments::positive)]
    spread: f64,
    /// L2 penalty: adds RIDGE·|θ|² to the sum of squares [default: 1e-10 for rbf, else 0]
    #[arg(long, value_name = "RIDGE")]
    ridge: Option<f64>,
    /// Set smaller coefficients to zero and refit the others [default: 0.05 for sindy, else 0]
    #[arg(long, value_name = "SIZE")]
    threshold: Option<f64>,
    /// Memory in GiB for all starts together; with less, fewer run at once
    #[arg(long, value_name = "GIB", default_value_t = 4.0, value_parser = super::arguments::positive)]
    memory: f64,
    /// Random starts, in parallel on all cores
    #[arg(long, value_name = "K")]
    seeds: Option<u64>,
    /// The first seed
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,
}

/// A value in the words of its own type.
pub fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// A value of an enum by its name in JSON.
fn named<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(text.into()).map_err(|error| error.to_string())
}

impl TrainingArgs {
    /// The training through a method, H apart.
    pub fn training(&self, model: &ModelSpec, method: Method, interval: f64) -> Result<Training, Failure> {
        self.completed(Training::new(model.clone(), method, Sampling::new(interval, self.substeps)?))
    }

    /// The training through a library's call, H apart.
    pub fn through(&self, model: &ModelSpec, call: Call, interval: f64) -> Result<Training, Failure> {
        if self.substeps != 1 {
            return Err(Failure::new(format!("--substeps is for methods with equal steps; {} takes its own", call.name)));
        }
        let usual = Through::new(call);
        let through = Through { batch: self.steps_shared.unwrap_or(usual.batch), derivatives: self.step_derivatives, ..usual };
        self.completed(Training::through(model.clone(), through, interval)?)
    }

    fn completed(&self, plain: Training) -> Result<Training, Failure> {
        let choices = Choices {
            residual_form: self.residual_form,
            loss: self.loss,
            optimiser: self.optimiser,
            iterations: self.iterations,
            rate: self.rate,
            target: self.target,
            spread: self.spread,
            ridge: self.ridge,
            threshold: self.threshold,
            memory: self.memory,
        };
        // The options are called as the fields.
        choices.over(plain).map_err(|error| Failure::new(format!("--{error}")))
    }

    /// Whether pairs are compared, each stepped from its first sample.
    pub fn steps_pairs(&self) -> bool {
        self.loss == Loss::Pairs && !self.residual_form
    }

    /// The seeds: K of them, or as many as the subcommand says.
    pub fn seeds(&self, otherwise: u64) -> Result<Vec<u64>, Failure> {
        match self.seeds.unwrap_or(otherwise) {
            k @ 1..=1_000_000 => Ok((0..k).map(|i| self.seed.wrapping_add(i)).collect()),
            k => Err(Failure::new(format!("--seeds {k}: give a number from 1 to 1000000"))),
        }
    }
}

/// Seconds that are not worth a word.
const SHORT: f64 = 30.0;
/// Intervals of the windows that are proposed in the place of long rollouts.
const WINDOW: usize = 50;

impl TrainingArgs {
    /// Says on standard error what a long training will take, before it begins, and what makes it shorter.
    pub fn announce(&self, prepared: &Prepared, training: &Training, states: &Paths, starts: usize) {
        let seconds = |prepared: &Prepared| {
            let threads = rayon::current_num_threads().min(starts).max(1);
            prepared.effort().seconds() * starts.div_ceil(threads) as f64
        };
        let takes = seconds(prepared);
        if takes <= SHORT {
            return;
        }
        let shorter = Training { loss: Loss::Windows(WINDOW), ..training.clone() }.prepare(states).ok().map(|p| seconds(&p));
        let instead = match shorter {
            Some(shorter) if training.loss == Loss::Rollout && shorter < 0.3 * takes => {
                format!("; --loss windows:{WINDOW} takes about {}", duration(shorter.max(1.0)))
            }
            _ => String::new(),
        };
        super::output::note(format!(
            "{} parameters, {} residuals, at most {} iterations: up to about {} for {starts} {} (Ctrl-C keeps the best so far, \
             --iterations bounds it{instead})",
            prepared.model().parameter_count(),
            prepared.residual_count(),
            prepared.iterations(),
            duration(takes),
            if starts == 1 { "start" } else { "starts" },
        ));
    }
}

/// Trains from every seed, with a bar on standard error: part done, smallest loss, time left.
pub fn train(prepared: &Prepared, name: &str, seeds: &[u64], resumed: Option<Vec<f64>>) -> Vec<Result<Fit, FitError>> {
    let bar = ProgressBar::new(seeds.len() as u64 * 1000);
    if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {percent:>3} %  {elapsed} gone, {eta} left") {
        bar.set_style(style);
    }
    let done = Mutex::new((vec![0u64; seeds.len()], 0u64, f64::INFINITY));
    let watch = |k: usize, progress: lambdahat::fit::Progress<'_>| {
        if let Ok(mut done) = done.lock() {
            let (parts, sum, least) = &mut *done;
            let part = (1000 * progress.iteration / progress.of.max(1)) as u64;
            *sum += part.saturating_sub(parts[k]);
            parts[k] = parts[k].max(part);
            *least = least.min(progress.loss);
            bar.set_position(*sum);
            bar.set_message(format!("{name}: smallest loss {least:.2e}"));
        }
        if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let fits = match resumed {
        Some(start) => vec![prepared.fit(seeds[0], Some(start), &mut |progress| watch(0, progress))],
        None => prepared.fit_seeds(seeds, &watch),
    };
    bar.finish_and_clear();
    fits
}
