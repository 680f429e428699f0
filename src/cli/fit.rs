//! `fit`: learn a model through an integrator, and keep it.

use super::arguments::Asked;
use super::failure::Failure;
use super::samples::SampleArgs;
use super::trained::LARGEST_MODEL;
use super::training::{TrainingArgs, end_on_interrupt, keep_on_interrupt, stopped, train};
use super::{Answer, arguments, defaults, output, screen};
use lambdahat::files::read_bounded;
use lambdahat::fit::{DataRecord, ModelFile, ModelSpec};
use lambdahat::words::no_integrator;
use lambdahat::words::{Dialect, Say, fit as words};
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  lambdahat fit DATA.csv -m torchdiffeq:rk4 --model polynomial:5 -o model.json
  lambdahat fit --system lotka-volterra --model mlp:32x32 --seeds 5 -o model.json
  lambdahat fit DATA.csv -m torchdiffeq:dopri5:rtol=1e-3,atol=1e-5 -o m.json
  lambdahat fit DATA.csv --model mlp:64x64 --resume model.json -o model.json

--resume starts from the parameters of a model file. History and best loss
continue if method, H, m, form, loss, ridge, threshold and data are the same;
otherwise a note says what differs and a new history begins. Adam restarts its
schedule and moments.

Ctrl-C ends the training, writes the best model so far and exits with status 0.
A second Ctrl-C ends the program with status 130 and writes nothing.";

/// Options of `fit`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    samples: SampleArgs,
    /// The method to train through, or a library's call, followed with its own steps
    #[arg(long, short, value_name = "METHOD", default_value = defaults::METHOD)]
    method: String,
    #[command(flatten)]
    training: TrainingArgs,
    /// Continue from this model file instead of a random start
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
    let usual = if samples.system.is_some() { ModelSpec::Linear } else { ModelSpec::Affine };
    let model = args.training.model.clone().unwrap_or(usual);
    let training = match arguments::asked(&args.method)? {
        Asked::Method(method) => args.training.training(&model, *method, samples.interval)?,
        Asked::Call(call) => args.training.through(&model, *call, samples.interval)?,
        Asked::Regression(_) => return Err(Failure::new(no_integrator(&args.method))),
    };
    let mut prepared = training.prepare(&samples.paths)?;
    let mut record = DataRecord::of(samples.data.source(), samples.data.variables(), &samples.paths);
    if samples.system.is_some() {
        record = record.with_starts(&samples.paths);
    }
    let resumed = args.resume.as_deref().map(model_file).transpose()?;
    let mut differences = Vec::new();
    if let Some(file) = &resumed {
        file.resumable(&training).map_err(|error| Failure::new(format!("--resume: {error}")))?;
        prepared = prepared.with_model(file.learned.model.clone()).map_err(|error| Failure::new(format!("--resume: {error}")))?;
        differences = file.differences(&training, &record);
        if !differences.is_empty() {
            let said: Vec<String> = differences.iter().map(|difference| difference.say(Dialect::Terminal)).collect();
            output::note(format!("--resume: {} Training starts from its parameters, with a new history.", said.join(" ")));
        }
    }
    keep_on_interrupt();
    let seeds = match &resumed {
        Some(file) => vec![file.seed],
        None => args.training.seeds(1)?,
    };
    let start = resumed.as_ref().map(|file| file.learned.parameters.clone());
    args.training.announce(&prepared, &training, &samples.paths, seeds.len());
    let fits = train(&prepared, &training.name(), &seeds, start);
    let Some(mut best) = fits.iter().flatten().min_by(|a, b| a.loss.total_cmp(&b.loss)).cloned() else {
        let first = fits.iter().find_map(|fit| fit.as_ref().err()).map_or_else(|| "no start".to_owned(), ToString::to_string);
        return Err(Failure::new(format!("no start could be trained: {first}")));
    };
    if let Some(file) = resumed.filter(|_| differences.is_empty()) {
        best = file.continued(best, &training);
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
    output::line(words::screen(&file, &training, &prepared, &fits, screen::width()))?;
    if stopped() {
        screen::paragraph(&words::interrupted(&fits))?;
    }
    written?;
    match &args.output {
        Some(path) if file.data.uneven.is_some() => screen::paragraph(&format!(
            "Wrote {}. What does such a training learn? lambdahat check {}",
            path.display(),
            args.samples.name()
        ))?,
        Some(path) => {
            screen::paragraph(&format!("Wrote {}. Is it a model in continuous time? lambdahat audit {}", path.display(), path.display()))?
        }
        None => output::line("Nothing written; give -o MODEL.json to keep it.")?,
    }
    Ok(Answer::Done)
}
