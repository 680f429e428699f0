//! `fit`: learn a model through an integrator, and keep it.

use super::failure::Failure;
use super::samples::SampleArgs;
use super::training::{TrainingArgs, keep_on_interrupt, stopped, train};
use super::{Answer, arguments, output};
use lambdahat::fit::{DataRecord, Fit, FitError, ModelFile};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  lambdahat fit --system lotka-volterra --method rk4 --model mlp:32x32 --seeds 5 -o model.json
  lambdahat fit DATA.csv --method torchdiffeq:rk4 --model polynomial:5 -o model.json
  lambdahat fit DATA.csv --method rk4 --model mlp:64x64 --resume model.json -o model.json

Ctrl-C ends the training and keeps the best model so far; a second Ctrl-C ends the program.";

/// Options of `fit`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    samples: SampleArgs,
    /// The method that the loss integrates with
    #[arg(long, short, value_name = "METHOD", default_value = "rk4")]
    method: String,
    #[command(flatten)]
    training: TrainingArgs,
    /// Go on from the parameters of this model file, instead of a random start
    #[arg(long, value_name = "MODEL.json", conflicts_with = "seeds")]
    resume: Option<PathBuf>,
    /// Where to write the best model
    #[arg(long, short, value_name = "MODEL.json")]
    output: Option<PathBuf>,
}

/// Reads a model file.
pub fn model_file(path: &std::path::Path) -> Result<ModelFile, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::new(format!("cannot read {}: {error}", path.display())))?;
    ModelFile::parse(&text).map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// Trains, writes, prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let samples = args.samples.samples()?;
    let method = arguments::method(&args.method)?;
    let training = args.training.training(method, samples.data.interval())?;
    let prepared = training.prepare(&samples.states)?;
    let mut record = DataRecord::of(samples.data.source(), samples.data.variables(), &samples.states);
    if samples.system.is_some() {
        record = record.with_starts(&samples.states);
    }
    let resumed = args.resume.as_deref().map(model_file).transpose()?;
    if let Some(file) = &resumed
        && (file.learned.model != *prepared.model())
    {
        return Err(Failure::new(format!(
            "--resume: the file holds a {} model trained on {}; what is asked for is another structure, {} on {} (the same --model and the \
             same data go on where it stopped)",
            file.class, file.data.source, training.model, record.source
        )));
    }
    keep_on_interrupt()?;
    let seeds = match &resumed {
        Some(file) => vec![file.seed],
        None => args.training.seeds(1)?,
    };
    let start = resumed.as_ref().map(|file| file.learned.parameters.clone());
    let fits = train(&prepared, training.method.name(), &seeds, start);
    let failures: Vec<&FitError> = fits.iter().filter_map(|fit| fit.as_ref().err()).collect();
    let best = fits.iter().flatten().min_by(|a, b| a.loss.total_cmp(&b.loss)).cloned();
    let Some(mut best) = best else {
        let first = failures.first().map_or_else(|| "no start".to_owned(), ToString::to_string);
        return Err(Failure::new(format!("no start could be trained: {first}")));
    };
    if let Some(file) = resumed {
        best.iterations += file.iterations;
        best.history = [file.history, best.history].concat();
        if file.data.hash == record.hash && file.loss < best.loss {
            best.loss = file.loss;
            best.learned = file.learned;
        }
    }
    let file = ModelFile::new(&training, record, best);
    if let Some(path) = &args.output {
        output::file(path, file.to_json()?.as_bytes())?;
    }
    if json {
        output::json(&file)?;
        return Ok(Answer::Done);
    }
    let parameters = file.learned.parameters.len();
    let residuals = prepared.windows().count() * prepared.windows().dimension();
    output::line(format!(
        "{} ({parameters} parameters) through {}, H = {}, m = {}: {residuals} residuals",
        file.class, file.method, file.interval, file.substeps
    ))?;
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
    for failure in failures.iter().take(3) {
        output::line(format!("A start failed: {failure}"))?;
    }
    if stopped() {
        output::line("Interrupted: this is the best so far.")?;
    }
    match &args.output {
        Some(path) => output::line(format!("Wrote {}", path.display()))?,
        None => output::line("Nothing written; give -o MODEL.json to keep it.")?,
    }
    Ok(Answer::Done)
}
