//! `repair`: the continuous-time model behind one that was trained through an integrator.

use super::failure::Failure;
use super::trained::TrainedArgs;
use super::training::{end_on_interrupt, keep_on_interrupt, stopped};
use super::{Answer, arguments, output};
use lambdahat::order::LARGEST_POWER;
use lambdahat::repair::repaired::{Modes, Repair, RepairReport, Way};
use lambdahat::repair::series_repair::{DEFAULT_POWER, series_cost};
use lambdahat::words::duration;
use num_complex::Complex64;
use serde::Serialize;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  lambdahat fit --method rk4 -o model.json
  lambdahat repair model.json -o repaired.json
  lambdahat repair model.json --data DATA.csv --way refit
  lambdahat repair field.csv --method rk4 --interval 0.5 --model polynomial:5      values of a field that was trained elsewhere

Linear and affine models are repaired exactly, log(R(hÂ)^m)/H; polynomial ones by the modified equation, cut before its smallest term; the
others by a fit of the same class to the map that they were trained as. Where the series leaves out more than 1 % of its first correction, or diverges, the fit is
tried as well and the better one kept. Left out, -o is MODEL.repaired.json.";

/// Options of `repair`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    trained: TrainedArgs,
    /// Where to write the repaired model
    #[arg(long, short, value_name = "OUT.json")]
    output: Option<PathBuf>,
    /// How: exact-linear, series or refit; left out, what suits the model
    #[arg(long, value_name = "WAY", value_parser = way)]
    way: Option<Way>,
    /// For a series, the power of h up to which terms are computed
    #[arg(long, value_name = "K", value_parser = power)]
    power: Option<usize>,
}

fn way(text: &str) -> Result<Way, String> {
    serde_json::from_value(text.into()).map_err(|_| "write exact-linear, series or refit".to_owned())
}

fn power(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|k| (1..=LARGEST_POWER).contains(k)).ok_or_else(|| format!("give a whole number from 1 to {LARGEST_POWER}"))
}

/// The document of `repair --json`.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    report: &'a RepairReport,
    model: String,
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
        trajectories: &trained.trajectories,
        system: trained.system.as_ref(),
        way: args.way,
        power: args.power,
        stop: Some(&stopped),
    };
    keep_on_interrupt();
    if !args.way.is_some_and(|way| way != Way::Series)
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
        output::json(&Document { report: &report, model: path.display().to_string() })?;
    } else {
        print(&report, trained.note.as_deref())?;
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

fn print(report: &RepairReport, note: Option<&str>) -> Result<(), Failure> {
    output::line(format!("{} trained through {}, H = {}, m = {}", report.class, report.method, report.interval, report.substeps))?;
    if let Some(note) = note {
        output::line(format!("Fitted: {note}"))?;
    }
    output::line(match report.way {
        Way::ExactLinear => format!("Repaired exactly: log(R(hÂ)^m)/H, which meets the map to {:.1e}", report.mismatch.unwrap_or(0.0)),
        Way::Series => {
            let kept = report.power.unwrap_or(0);
            match (report.left_out, report.terms.last()) {
                (Some(left), _) => format!(
                    "Repaired by the modified equation through h^{kept}; the first term left out, h^{}, is at most {:.1e}",
                    left.power, left.size
                ),
                (None, Some(only)) => format!(
                    "Repaired by the modified equation through h^{kept}, one correction of at most {:.1e}; no further term was computed, so nothing is \
                     known of the error (--power {} computes more)",
                    only.size,
                    (kept + 2).min(LARGEST_POWER)
                ),
                (None, None) => {
                    format!("Nothing to repair through h^{kept}: every term of the modified equation that was computed is zero")
                }
            }
        }
        Way::Refit => format!("Refitted to the map of one interval, to a root mean square of {:.1e}", report.mismatch.unwrap_or(0.0)),
    })?;
    let show = |modes: &Modes| {
        let upper = modes.modes.iter().filter(|z| z[1] >= 0.0).map(|z| arguments::show(Complex64::new(z[0], z[1]), 8));
        let text = upper.collect::<Vec<_>>().join(", ");
        if text.is_empty() { "no equilibrium found".to_owned() } else { text }
    };
    output::line(format!("Modes before: {}", show(&report.before)))?;
    output::line(format!("Modes after:  {}", show(&report.after)))?;
    if let Some(map) = report.against_map {
        output::line(format!("Off the map of one interval, root mean square: {:.1e} before, {:.1e} after", map.before, map.after))?;
    }
    if !report.turns.is_empty() {
        let mut table = output::table(&["ORBIT FROM", "CHANGE OF THE INVARIANT IN ONE TURN: BEFORE", "AFTER"]);
        let number = |x: Option<f64>| x.map_or_else(|| "no turn".to_owned(), |x| format!("{x:+.2e}"));
        for turn in &report.turns {
            table.add_row([format!("{:?}", turn.start), number(turn.before), number(turn.after)]);
        }
        output::line(table.trim_fmt())?;
    }
    if !report.rollouts.is_empty() {
        let mut table = output::table(&["STEP", "ERROR BEFORE", "ERROR AFTER", "DRIFT BEFORE", "DRIFT AFTER"]);
        let number = |x: Option<f64>| x.map_or_else(|| "left".to_owned(), |x| format!("{x:.2e}"));
        let list = |all: &[f64]| all.iter().map(|x| format!("{x:+.2e}")).collect::<Vec<_>>().join(" ");
        for row in &report.rollouts {
            let step = if row.division == 1 { "h".to_owned() } else { format!("h/{}", row.division) };
            table.add_row([step, number(row.before), number(row.after), list(&row.drift_before), list(&row.drift_after)]);
        }
        output::line(table.trim_fmt())?;
    }
    for note in &report.notes {
        output::line(format!("Note: {note}"))?;
    }
    Ok(())
}
