//! `fit`: learn a model through an integrator, and keep it.

use super::arguments::Asked;
use super::failure::Failure;
use super::samples::SampleArgs;
use super::trained::LARGEST_MODEL;
use super::training::{TrainingArgs, end_on_interrupt, keep_on_interrupt, stopped, train};
use super::{Answer, arguments, output};
use lambdahat::files::read_bounded;
use lambdahat::fit::{DataRecord, Fit, FitError, Loss, ModelFile, Stop, equations};
use lambdahat::words::regressions::no_integrator;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  lambdahat fit --system lotka-volterra --method rk4 --model mlp:32x32 --seeds 5 -o model.json
  lambdahat fit DATA.csv --method torchdiffeq:rk4 --model polynomial:5 -o model.json
  lambdahat fit DATA.csv --method torchdiffeq:dopri5:rtol=1e-3,atol=1e-5 --model mlp:32x32 -o model.json
  lambdahat fit DATA.csv --method rk4 --model mlp:64x64 --resume model.json -o model.json

--resume begins at the parameters of the file. Its history and its best loss go on where method, H, m, form, loss, ridge, threshold and data
are the same; else a new history begins, and a note says why. Adam's schedule and moments begin anew.

Ctrl-C ends the training, writes the best model so far whole and exits with status 0; starts whose turn had not come are not begun.
A second Ctrl-C ends the program with status 130 and writes nothing.";

/// Options of `fit`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    samples: SampleArgs,
    /// The method that the loss integrates with, or a library's call, which is followed with its own steps
    #[arg(long, short, value_name = "METHOD", default_value = "rk4")]
    method: String,
    #[command(flatten)]
    training: TrainingArgs,
    /// Go on from the parameters of this model file, instead of a random start (through another method, on other data: as a warm start)
    #[arg(long, value_name = "MODEL.json", conflicts_with = "seeds")]
    resume: Option<PathBuf>,
    /// Where to write the best model
    #[arg(long, short, value_name = "MODEL.json")]
    output: Option<PathBuf>,
}

/// Reads a model file.
pub fn model_file(path: &std::path::Path) -> Result<ModelFile, Failure> {
    let bytes = read_bounded(path, LARGEST_MODEL).map_err(Failure::new)?;
    ModelFile::parse_bytes(&bytes).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// Trains, writes, prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    if let Some(path) = &args.output {
        let inputs = [("the data", args.samples.data.as_deref()), ("the scheme file", arguments::scheme_path(&args.method))];
        output::no_input("-o", path, &inputs)?;
        output::writable(path)?;
    }
    let samples = args.samples.samples()?;
    let training = match arguments::asked(&args.method)? {
        Asked::Method(method) => args.training.training(*method, samples.interval)?,
        Asked::Call(call) => args.training.through(*call, samples.interval)?,
        Asked::Regression(_) => return Err(Failure::new(no_integrator(&args.method))),
    };
    let mut prepared = training.prepare(&samples.states)?;
    let mut record = DataRecord::of(samples.data.source(), samples.data.variables(), &samples.states);
    if samples.system.is_some() {
        record = record.with_starts(&samples.states);
    }
    let resumed = args.resume.as_deref().map(model_file).transpose()?;
    let mut differences = Vec::new();
    if let Some(file) = &resumed {
        if file.class != training.model.to_string() {
            return Err(Failure::new(format!(
                "--resume: the file holds a {} model, what is asked for is {}; parameters of one class mean nothing to another",
                file.class, training.model
            )));
        }
        prepared = prepared.with_model(file.learned.model.clone()).map_err(|error| Failure::new(format!("--resume: {error}")))?;
        differences = file.differences(&training, &record);
        if !differences.is_empty() {
            output::note(format!(
                "--resume: {}. Its parameters are the start; its history and its loss belong to another problem and are left behind.",
                differences.join("; ")
            ));
        }
    }
    keep_on_interrupt();
    let seeds = match &resumed {
        Some(file) => vec![file.seed],
        None => args.training.seeds(1)?,
    };
    let start = resumed.as_ref().map(|file| file.learned.parameters.clone());
    args.training.announce(&prepared, &training, &samples.states, seeds.len());
    let fits = train(&prepared, &training.name(), &seeds, start);
    let failures: Vec<&FitError> = fits.iter().filter_map(|fit| fit.as_ref().err()).collect();
    let best = fits.iter().flatten().min_by(|a, b| a.loss.total_cmp(&b.loss)).cloned();
    let Some(mut best) = best else {
        let first = failures.first().map_or_else(|| "no start".to_owned(), ToString::to_string);
        return Err(Failure::new(format!("no start could be trained: {first}")));
    };
    if let Some(file) = resumed.filter(|_| differences.is_empty()) {
        best.iterations += file.iterations;
        best.history = [file.history, best.history].concat();
        // With a ridge or a threshold the loss alone does not say which is better; every optimiser begins at the file's parameters.
        if file.loss < best.loss && training.ridge == 0.0 && training.threshold == 0.0 {
            best.loss = file.loss;
            best.learned = file.learned;
        }
    }
    let file = ModelFile::new(&training, record, best);
    end_on_interrupt();
    let written = match &args.output {
        Some(path) => output::result(path, file.to_json()?.as_bytes(), json),
        None => Ok(()),
    };
    if json {
        output::json(&file)?;
        return written.map(|()| Answer::Done);
    }
    let parameters = file.learned.parameters.len();
    let residuals = prepared.residual_count();
    let steps = if training.through.is_some() { "its own steps".to_owned() } else { format!("m = {}", file.substeps) };
    output::line(format!(
        "{} ({parameters} parameters) through {}, H = {}, {steps}: {residuals} residuals",
        file.class, file.method, file.interval
    ))?;
    let left_out = prepared.windows().left_out();
    if left_out > 0 {
        output::line(format!(
            "{left_out} of {} samples are in no window: {}",
            file.data.samples,
            match training.loss {
                Loss::Rollout | Loss::RolloutFreeStart => "rollouts are as long as the shortest trajectory",
                _ => "what is left of a trajectory is shorter than a window",
            }
        ))?;
    }
    let mut table = output::table(&["SEED", "LOSS", "ITERATIONS", "ENDED"]);
    let mut shown: Vec<&Fit> = fits.iter().flatten().collect();
    shown.sort_by(|a, b| a.loss.total_cmp(&b.loss));
    for fit in shown.iter().take(10) {
        let ended = serde_json::to_value(fit.stop)?;
        let ended = ended.as_str().unwrap_or_default().to_owned();
        table.add_row([fit.seed.to_string(), format!("{:.3e}", fit.loss), fit.iterations.to_string(), ended]);
    }
    output::line(table.trim_fmt())?;
    if shown.len() > 10 {
        output::line(format!("… and {} more starts, none better", shown.len() - 10))?;
    }
    for fit in shown.iter().filter(|fit| fit.stop == Stop::Diverged).take(3) {
        output::line(format!(
            "Seed {} diverged after {} iterations, and stopped with the best that it had; a smaller --rate goes slower and farther.",
            fit.seed, fit.iterations
        ))?;
    }
    for (fit, trouble) in shown.iter().filter_map(|fit| Some((fit, fit.trouble.as_ref()?))).take(3) {
        output::line(format!("Seed {} left a point that it tried: {trouble}", fit.seed))?;
    }
    for (variable, equation) in file.data.variables.iter().zip(equations(&file.learned, &file.data.variables, 5).into_iter().flatten()) {
        output::line(format!("  d{variable}/dt = {equation}"))?;
    }
    let begun: Vec<_> = failures.iter().filter(|failure| ***failure != FitError::NotBegun).collect();
    for failure in begun.iter().take(3) {
        output::line(format!("A start failed: {failure}"))?;
    }
    if stopped() {
        let waiting = failures.len() - begun.len();
        let more = if waiting > 0 { format!(" ({waiting} starts were not begun)") } else { String::new() };
        output::line(format!("Interrupted: this is the best so far{more}."))?;
    }
    written?;
    match &args.output {
        Some(path) => output::line(format!("Wrote {}", path.display()))?,
        None => output::line("Nothing written; give -o MODEL.json to keep it.")?,
    }
    Ok(Answer::Done)
}
