//! `repair`: the continuous-time model behind one that was trained through an integrator.

use super::failure::Failure;
use super::trained::TrainedArgs;
use super::training::{end_on_interrupt, keep_on_interrupt, stopped};
use super::{Answer, arguments, output, screen};
use lambdahat::order::LARGEST_POWER;
use lambdahat::repair::series_repair::{DEFAULT_POWER, series_cost};
use lambdahat::repair::{Repair, Way};
use lambdahat::words::{self, Dialect, document, duration};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  lambdahat fit --method rk4 -o model.json
  lambdahat repair model.json -o repaired.json
  lambdahat repair model.json --data DATA.csv --way refit
  lambdahat repair field.csv --method rk4 --interval 0.5 --model polynomial:5

field.csv holds values of a field that was trained elsewhere.
Linear and affine models are repaired exactly, log(R(hÂ)^m)/H; polynomial ones
by the modified equation, cut before its smallest term; others by a fit of the
same class to the map that they were trained as. If the series leaves out more
than 1 % of its first correction, or diverges, the fit is tried as well and the
better one is kept. Without -o the result goes to MODEL.repaired.json.";

/// Options of `repair`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    trained: TrainedArgs,
    /// Where to write the repaired model
    #[arg(long, short, value_name = "OUT.json")]
    output: Option<PathBuf>,
    /// exact-linear, series or refit [default: what suits the model]
    #[arg(long, value_name = "WAY", value_parser = way)]
    way: Option<Way>,
    /// Highest power of h of a series
    #[arg(long, value_name = "K", value_parser = power)]
    power: Option<usize>,
}

fn way(text: &str) -> Result<Way, String> {
    serde_json::from_value(text.into()).map_err(|_| "write exact-linear, series or refit".to_owned())
}

fn power(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|k| (1..=LARGEST_POWER).contains(k)).ok_or_else(|| format!("give a whole number from 1 to {LARGEST_POWER}"))
}

/// Reads, repairs, writes, prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let trained = args.trained.open()?;
    let path = args.output.unwrap_or_else(|| beside(&args.trained.model));
    let inputs = [
        ("the trained model itself", Some(args.trained.model.as_path())),
        ("the data", args.trained.data.as_deref()),
        ("the data of the training", Some(Path::new(&trained.file.data.source))),
        ("the scheme file", args.trained.method.as_deref().and_then(arguments::scheme_path)),
    ];
    output::no_input("-o", &path, &inputs)?;
    output::writable(&path)?;
    let repair = Repair {
        file: &trained.file,
        method: &trained.method,
        through: trained.through.as_ref(),
        trajectories: &trained.trajectories,
        system: trained.system.as_ref(),
        way: args.way,
        power: args.power,
        stop: Some(&stopped),
    };
    keep_on_interrupt();
    if trained.through.is_none()
        && !args.way.is_some_and(|way| way != Way::Series)
        && let Some(cost) = series_cost(&trained.file.learned, args.power.unwrap_or(DEFAULT_POWER.0)).filter(|cost| *cost > NOTICEABLE)
    {
        // A statement of cost, not a result: to standard error.
        eprintln!(
            "the series takes about {cost:.0e} products of coefficients, some {} (Ctrl-C ends it, --power lowers it)",
            duration(cost / SPEED)
        );
    }
    let spinner = output::spinner("following the model");
    let (file, report) = repair.run(&mut |progress| {
        spinner.set_message(format!("refit: iteration {} of at most {}, loss {:.2e}", progress.iteration, progress.of, progress.loss));
        if stopped() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    spinner.finish_and_clear();
    end_on_interrupt();
    let written = output::result(&path, file.to_json()?.as_bytes(), json);
    if json {
        let mut document = document::repair(&report, Dialect::Terminal)?;
        document["model"] = path.display().to_string().into();
        output::json(&document)?;
    } else {
        output::line(words::repair::repair(&report, screen::width()))?;
        if let Some(note) = &trained.note {
            screen::labelled("Fitted: ", note)?;
        }
    }
    written?;
    if !json {
        output::line(format!("Wrote {}", path.display()))?;
    }
    Ok(Answer::Done)
}

/// Products of coefficients a second, about.
const SPEED: f64 = 1e7;
/// Products that take long enough to be announced.
const NOTICEABLE: f64 = 3e7;

/// `model.json` becomes `model.repaired.json`.
fn beside(model: &Path) -> PathBuf {
    model.with_extension("repaired.json")
}
