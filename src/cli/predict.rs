//! `predict`: what a loop will learn from these data, or from a named system, through each method.

use super::data_options::DataOptions;
use super::failure::Failure;
use super::progress::ProgressLine;
use super::training::parsed;
use super::{Answer, arguments, defaults, interrupt, output, screen};
use crate::data::Trajectories;
use crate::dynamics::System;
use crate::figure::{self, SampleFigure};
use crate::fit::Loss;
use crate::inverse::{Limits, Verdict};
use crate::loops::Precision;
use crate::method::Sampling;
use crate::predict::{Beside, MethodReport, ModeReport, PredictError, Prediction, Report, Subject, default_calls};
use crate::truth::ModesOptions;
use crate::words::{
    Dialect, Say, cycles, document, examining, inputs, loops as words, losses, no_modes, predicting, prediction, read_as, regressions,
    wrapped,
};
use num_complex::Complex64;
use std::path::PathBuf;

/// Said where nothing was asked about.
const EMBEDDED: &str = "No data given: a damped oscillator. For yours: lambdahat predict DATA.csv";

const EXAMPLES: &str = "\
Examples:
  lambdahat predict                        a damped oscillator
  lambdahat predict examples/lynx_hare.csv --log
  lambdahat predict --system lotka-volterra:alpha=2 --interval 0.5
  lambdahat predict DATA.csv --method torchdiffeq:rk4 --method my_scheme.toml
  lambdahat predict --all --explain        everything, and what the words mean
  lambdahat predict DATA.csv --method rk4 --loss windows:20
  lambdahat predict DATA.csv --input valve --columns x,y

DATA.csv has a header, then one row per sample. Times may be numbers or dates,
even or uneven; missing cells stay empty; see docs/data-files.md. The true modes
are found without the methods on trial: sums of exponentials where the motion is
linear, a polynomial field through its own converged flow where it is not.";

/// Options of `predict`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Samples, `-` for standard input; without them and without --system, a damped oscillator
    #[arg(value_name = "DATA.csv")]
    data: Option<PathBuf>,
    /// A system instead of data: NAME (`lambdahat systems`) or a FILE.toml, then :parameter=value,…
    #[arg(long, value_name = "SYSTEM", conflicts_with = "data")]
    system: Option<String>,
    /// A method to train through; may be repeated [default: eleven common ones]
    #[arg(long, short, value_name = "METHOD", value_parser = arguments::MethodName, hide_possible_values = true)]
    method: Vec<String>,
    #[command(flatten)]
    reading: DataOptions,
    /// What training compares: pairs (each interval from its own sample), windows:K, rollout, or rollout-free-start
    #[arg(long, value_name = "LOSS", default_value = "pairs", value_parser = parsed::<Loss>)]
    loss: Loss,
    /// Integrator steps per sampling interval
    #[arg(long, value_name = "m", default_value_t = 1, allow_negative_numbers = true)]
    substeps: u32,
    /// How far out a branch counts: |λ̂| up to this many times |λ|
    #[arg(long, value_name = "TIMES", default_value_t = Limits::default().reach, value_parser = arguments::positive, allow_negative_numbers = true)]
    reach: f64,
    /// For a library's call, what one call covers: pairs, or trajectory:K for K samples (no model is then without loss; the least-squares one is given) [default: what the loss covers]
    #[arg(long = "call", value_name = "pairs|trajectory:K", value_parser = arguments::covered)]
    covered: Option<usize>,
    /// For a library's call, the precision of the training [default: both are thought of]
    #[arg(long, value_name = "float32|float64", value_parser = arguments::precision)]
    dtype: Option<Precision>,
    /// How large an error is still faithful over the horizon: of the amplitude or by the phase, in parts of the largest amplitude
    #[arg(long, value_name = "SHARE", default_value_t = Limits::default().tolerance, value_parser = arguments::positive, allow_negative_numbers = true)]
    tolerance: f64,
    /// The time over which what is learned is laid beside the truth [default: the longest trajectory's; 100 intervals for a system]
    #[arg(long, value_name = "TIME", value_parser = arguments::positive, allow_negative_numbers = true)]
    horizon: Option<f64>,
    /// The system is known to be linear (1), or the degree of the map between samples [default: as the samples tell]
    #[arg(long, value_name = "DEGREE", allow_negative_numbers = true)]
    degree: Option<usize>,
    /// How many coordinates the columns are reduced to [default: as many as stand above the noise]
    #[arg(long, value_name = "N", requires = "data")]
    rank: Option<std::num::NonZeroUsize>,
    /// The motion is known to come to rest at zero in every column
    #[arg(long, requires = "data", conflicts_with = "log")]
    rest_at_zero: bool,
    /// Fit the logarithms of the data (where changes are proportional to size)
    #[arg(long)]
    log: bool,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    seed: u64,
    /// Show everything: all modes, methods, orbits and notes
    #[arg(long)]
    all: bool,
    /// Say what the words mean
    #[arg(long)]
    explain: bool,
    /// Draw the worst mode through the worst method: .svg, .png, or .json for the figure's data
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

/// Predicts and prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    if let Some(path) = &args.figure {
        output::no_input("--figure", path, &[("the data", args.data.as_deref())])?;
    }
    let (methods, calls, regressions) = arguments::asked_list(&args.method)?;
    let only_calls = methods.is_empty() && !(calls.is_empty() && regressions.is_empty());
    if only_calls && args.figure.is_some() {
        return Err(Failure::new("--figure draws a method with equal steps; name one with --method"));
    }
    let samples = args.data.as_deref().map(|path| args.reading.read(path)).transpose()?;
    interrupt::keep_on_interrupt();
    let name = samples.as_ref().map(Trajectories::source).or(args.system.as_deref()).unwrap_or(defaults::SYSTEM);
    let progress = ProgressLine::begin(examining(name));
    let subject = args.subject(samples.as_ref())?;
    progress.end();
    let progress = ProgressLine::begin(predicting(name));
    let limits = Limits { reach: args.reach, tolerance: args.tolerance, horizon: args.horizon };
    let beside = Beside {
        calls: if args.method.is_empty() { default_calls()? } else { calls },
        loss: args.loss,
        covered: args.covered,
        precision: args.dtype,
        regressions,
        orbits: true,
        only: only_calls,
    };
    let prediction = Prediction { subject, methods, substeps: args.substeps, limits };
    let report = prediction.report_beside(&beside, &interrupt::stopped).map_err(no_prediction)?;
    // A signal from here on changes nothing: the answer is on its way.
    progress.end();
    args.draw(&report, samples.as_ref())?;
    if json {
        let mut document = document::prediction(&report, Dialect::Terminal)?;
        if let Some(data) = &samples {
            document["data"] = document::samples(data, Dialect::Terminal)?;
        }
        output::json(&document)?;
    } else {
        args.print(&report, samples.as_ref(), only_calls)?;
    }
    Ok(Answer::Done)
}

impl Args {
    /// What is known of the modes: from the samples, else of the system.
    fn subject(&self, samples: Option<&Trajectories>) -> Result<Subject, Failure> {
        let Some(data) = samples else {
            let system = System::open(self.system.as_deref().unwrap_or(defaults::SYSTEM))?;
            return Ok(Subject::from_system(&system, self.reading.interval.unwrap_or_else(|| system.default_interval()))?);
        };
        // Nothing is said of a loss that has no window in these samples.
        if let Ok(paths) = data.paths() {
            self.loss.check_length(&paths)?;
        }
        let options = ModesOptions {
            degree: self.degree,
            log: self.log,
            seed: self.seed,
            rank: self.rank.map(|n| n.get()),
            rests_at_zero: self.rest_at_zero,
            ..ModesOptions::default()
        };
        Ok(Subject::from_data_through(data, &options, self.loss, &interrupt::stopped)?)
    }

    /// The figure, where one is asked for.
    fn draw(&self, report: &Report, samples: Option<&Trajectories>) -> Result<(), Failure> {
        let Some(path) = &self.figure else { return Ok(()) };
        let sampling = Sampling::new(report.interval, self.substeps)?;
        let (found, lambda) = worst(report)?;
        let figure = match samples {
            Some(data) => {
                let from = SampleFigure { data, log: self.log, report, method: found };
                figure::prediction_of_samples(from, &found.scheme, lambda, sampling)?
            }
            None => figure::prediction(&found.scheme, lambda, sampling)?,
        };
        Ok(figure.save(path)?)
    }

    /// The answer, then what the loss and the calls make of it, then how the file was read.
    fn print(&self, report: &Report, samples: Option<&Trajectories>, only_calls: bool) -> Result<(), Failure> {
        let width = screen::width();
        let in_full = self.all || !self.method.is_empty();
        let of_calls = if in_full { words::calls(report, width) } else { words::calls_in_short(report, width) };
        let through_calls = regressions::regressions(report, width) + &of_calls;
        let names = samples.map_or(&[][..], Trajectories::inputs);
        let through = |brief: bool| {
            losses::through_loss(report, width, brief, !only_calls)
                + &losses::uneven(report, width, brief)
                + &inputs::learned_inputs(report, names, width, !in_full)
        };
        let mut through_loss = through(false);
        let read = samples.map_or_else(String::new, |data| how_read(data, width));
        let shown;
        if only_calls {
            shown = prediction::truth(report, width);
            output::line(&shown)?;
            output::text(&through_calls)?;
        } else if self.all {
            shown = prediction::everything(report, width);
            output::line(&shown)?;
        } else {
            let embedded = self.data.is_none() && self.system.is_none();
            let note = if embedded { wrapped(EMBEDDED, "", "", width) + "\n" } else { String::new() };
            let beside = |through_loss: &str| {
                let lines = [&note, &read, &through_calls, through_loss].map(|text| text.lines().count());
                lines.iter().sum::<usize>() + usize::from(self.figure.is_some())
            };
            if !prediction::has_room(report, width, beside(&through_loss)) {
                through_loss = through(true);
            }
            output::text(&note)?;
            shown = prediction::first_screen(report, width, beside(&through_loss));
            output::line(&shown)?;
        }
        output::text(&through_loss)?;
        if in_full {
            output::text(&(losses::parts(report, width) + &losses::minima(report, width) + &cycles::learned_cycles(report, width)))?;
        }
        if !only_calls {
            output::text(&through_calls)?;
        }
        output::text(&read)?;
        if self.explain {
            output::line(format!("\n{}", prediction::explanation(report, &(shown + &through_calls), width)))?;
        }
        if let Some(path) = &self.figure {
            output::line(format!("written: {}", path.display()))?;
        }
        Ok(())
    }
}

/// What was taken as time, state and input, and what looks odd.
fn how_read(data: &Trajectories, width: usize) -> String {
    let remarks = data.taken().remarks.iter().map(|remark| remark.say(Dialect::Terminal));
    std::iter::once(read_as(data)).chain(remarks).map(|text| wrapped(&text, "", "  ", width) + "\n").collect()
}

/// A failure in words; where there is no mode, with what became of the modes.
pub fn no_prediction(error: PredictError) -> Failure {
    match error {
        PredictError::NoModes { subject, samples, caveats } => Failure::new(no_modes(&subject, samples, &caveats, Dialect::Terminal)),
        other => other.into(),
    }
}

/// The method and mode with the worst verdict, and of those the one that is furthest off.
fn worst(report: &Report) -> Result<(&MethodReport, Complex64), Failure> {
    let off = |mode: &ModeReport| {
        let miss = |learned: Complex64| (learned - mode.branches.lambda).norm();
        (mode.verdict, mode.branches.principal().map_or(f64::INFINITY, |b| miss(b.lambda)))
    };
    let worse = |a: &(Option<Verdict>, f64), b: &(Option<Verdict>, f64)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1));
    let all = report.methods.iter().flat_map(|found| report.upper_modes().map(move |(k, _)| (found, &found.modes[k])));
    all.filter(|(_, mode)| mode.branches.principal().is_some())
        .max_by(|(_, a), (_, b)| worse(&off(a), &off(b)))
        .map(|(found, mode)| (found, mode.branches.lambda))
        .ok_or_else(|| Failure::new("no mode has a principal branch through these methods, so there is no figure to draw"))
}
