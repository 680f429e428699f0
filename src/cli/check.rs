//! `check`: predict, then fit from many starts, side by side.

use super::failure::Failure;
use super::predict::no_prediction;
use super::progress::ProgressLine;
use super::samples::SampleArgs;
use super::screen::width;
use super::training::{TrainingArgs, end_on_interrupt, keep_on_interrupt, stopped, train};
use super::{Answer, arguments, check_call, defaults, output};
use lambdahat::check::{Trials, beside_fits, noise_floor, suited_model};
use lambdahat::figure;
use lambdahat::fit::Prepared;
use lambdahat::inverse::Limits;
use lambdahat::method::Sampling;
use lambdahat::predict::{Prediction, Subject};
use lambdahat::truth::ModesOptions;
use lambdahat::words::check::{self as screen, Run};
use lambdahat::words::{Dialect, UNEVEN_LOSS, document, examining};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  lambdahat check                       20 linear models trained through RK4
  lambdahat check --spread 3 --seeds 200 -m rk4 -m implicit-midpoint
  lambdahat check --system lotka-volterra --model polynomial:5 --seeds 5
  lambdahat check DATA.csv -m rk4 --model polynomial:3 --figure check.svg

A fit counts if its loss is small (or near the least that noise and uneven times
leave) and not a million times the best, and its eigenvalue is on a branch if it
is near one. Defaults of --small and --tolerance:
  linear, affine       1e-6   1e-8
  polynomial, sindy    1e-6   1e-4
  rbf                  1e-6   1e-3
  mlp                  1e-5   2e-2
  any, by Adam         1e-2   5e-2
--tolerance is relative to |λ̂| of the branch, or to the largest |λ| at that
equilibrium if that is larger. What the data leave open is added to it: three
standard deviations of the true mode, and how far the learned eigenvalue can
move among parameters that fit equally well (up to 2 %).

An eigenvalue farther from every branch than that, but no farther than the data
leave open, is \"not settled by the data\" and counts neither way. The samples
hardly excite that mode, or its equilibrium is far from all of them.

At uneven times no λ̂ reproduces all intervals: the branches are then the minima
of the loss of pairs, and 1e-6 is added to --tolerance.

Exit status 1: a fit with a small loss is on no predicted branch, no fit reached
a small loss, or Ctrl-C ended the fits.";

/// Options of `check`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    samples: SampleArgs,
    /// The method to train through; may be given more than once
    #[arg(long, short, value_name = "METHOD", default_value = defaults::METHOD)]
    method: Vec<String>,
    #[command(flatten)]
    training: TrainingArgs,
    /// A loss is small up to this share of the samples' mean squared step [default: by model and optimizer]
    #[arg(long, value_name = "SHARE", value_parser = arguments::positive)]
    small: Option<f64>,
    /// Largest relative distance from a branch [default: by model and optimizer]
    #[arg(long, value_name = "SHARE", value_parser = arguments::positive)]
    tolerance: Option<f64>,
    /// Estimate the true modes from the logarithms of the data
    #[arg(long)]
    log: bool,
    /// Draw samples, rollouts at h and h/100, branches and learned eigenvalues; .svg, .png or .json
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
    /// Show every branch, every rollout and every orbit
    #[arg(long)]
    all: bool,
}

/// Predicts, fits, compares, prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    if let Some(path) = &args.figure {
        let schemes = args.method.iter().map(|text| ("the scheme file", arguments::scheme_path(text)));
        let inputs: Vec<_> = std::iter::once(("the data", args.samples.data.as_deref())).chain(schemes).collect();
        output::no_input("--figure", path, &inputs)?;
    }
    let (methods, mut calls) = arguments::integrators(&args.method)?;
    if let Some(call) = calls.pop() {
        if !(calls.is_empty() && methods.is_empty() && args.figure.is_none()) {
            return Err(Failure::new(format!(
                "{} takes its own steps: check it by itself, without other methods and without a figure",
                call.name
            )));
        }
        return check_call::run(call, &args.samples, &args.training, args.log, json);
    }
    let samples = args.samples.samples()?;
    if samples.paths.is_uneven() && !args.training.steps_pairs() {
        return Err(Failure::new(UNEVEN_LOSS));
    }
    keep_on_interrupt();
    let progress = ProgressLine::begin(examining(samples.data.source()));
    let interval = samples.interval;
    let starts: Vec<Vec<f64>> = samples.paths.starts().map(<[f64]>::to_vec).collect();
    let subject = match &samples.system {
        Some(system) => Subject::from_system(system, interval)?.with_starts(starts),
        None => Subject::from_data_until(&samples.data, &ModesOptions { log: args.log, ..ModesOptions::default() }, &stopped)?,
    };
    let model = args.training.model.clone().unwrap_or_else(|| suited_model(&subject));
    let subject = beside_fits(subject, &samples.paths, args.training.loss, &model);
    let substeps = args.training.substeps;
    let prediction = Prediction { subject, methods: methods.clone(), substeps, limits: Limits::default() };
    let report = if samples.system.is_some() { prediction.report_with_orbits() } else { prediction.report() }.map_err(no_prediction)?;
    let seeds = args.training.seeds(20)?;
    // Whatever is wrong with a method or with the figure's name is said before the first fit begins.
    let prepared: Vec<Prepared> = methods
        .iter()
        .map(|method| Ok(args.training.training(&model, method.clone(), interval)?.prepare(&samples.paths)?))
        .collect::<Result<_, Failure>>()?;
    if let Some(path) = &args.figure {
        figure::file::writable(path)?;
    }
    let trials = Trials {
        methods: &methods,
        prepared: &prepared,
        seeds: &seeds,
        sampling: Sampling::new(interval, substeps)?,
        model: &model,
        small: args.small,
        tolerance: args.tolerance,
        system: samples.system.as_ref(),
        samples: &samples.paths,
        drawn: args.figure.is_some(),
    };
    progress.end();
    let check = trials.run(report, &mut |method, prepared| train(prepared, method.name(), &seeds, None), &stopped);
    end_on_interrupt();
    let written = match &args.figure {
        Some(path) => output::result(path, &figure::check(&check, &samples.paths, samples.data.variables()).bytes(path, None)?, json),
        None => Ok(()),
    };
    if json {
        let mut document = document::check(&check, Dialect::Terminal)?;
        if samples.system.is_none() {
            document["data"] = document::samples(&samples.data, Dialect::Terminal)?;
        }
        output::json(&document)?;
    } else {
        let motion = samples.paths.motion();
        let floors = (0..methods.len()).map(|place| noise_floor(&check.report, place, motion));
        let floor = floors.reduce(f64::max).filter(|floor| *floor > check.agreement.small * motion);
        let run = Run { model: &model, starts: seeds.len(), methods: methods.len(), floor };
        let said = if args.all { screen::everything(&check, &run, width()) } else { screen::first_screen(&check, &run, width()) };
        output::line(said)?;
    }
    written?;
    if let Some(path) = args.figure.as_ref().filter(|_| !json) {
        output::line(format!("written: {}", path.display()))?;
    }
    Ok(if check.is_refuted() { Answer::No } else { Answer::Done })
}
