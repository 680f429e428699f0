//! `audit`: is a trained model a field in continuous time, or only right at the step of its training?

use super::failure::Failure;
use super::trained::TrainedArgs;
use super::{Answer, arguments, output};
use lambdahat::repair::audit::{HORIZON, Hidden, Nature, STEP_TOLERANCE, audit};
use num_complex::Complex64;

const EXAMPLES: &str = "\
Examples:
  lambdahat fit --method rk4 -o model.json
  lambdahat audit model.json
  lambdahat audit model.json --data DATA.csv --horizon 100

The model is followed with its own method at h, h/2 and h/4, and with one of order 5 at H/64. If the answer at h is another one, the model
is discrete: right at its own step, wrong as a differential equation. `lambdahat repair` makes it one. It is discrete too where a mode of the field is not
the one that its map shows, log(R(hλ̂)^m)/H, be it one that dies before it is seen.";

/// Options of `audit`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    trained: TrainedArgs,
    /// How many intervals are followed
    #[arg(long, value_name = "N", default_value_t = HORIZON, value_parser = horizon)]
    horizon: usize,
    /// The change, relative to the motion, beyond which the model counts as discrete
    #[arg(long, value_name = "SHARE", default_value_t = STEP_TOLERANCE, value_parser = arguments::positive)]
    tolerance: f64,
}

fn horizon(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=100_000).contains(n)).ok_or_else(|| "give a whole number from 1 to 100000".to_owned())
}

/// Reads, tests, prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let trained = args.trained.open()?;
    let found = audit(&trained.file, &trained.method, &trained.trajectories, args.horizon, args.tolerance)?;
    if json {
        output::json(&found)?;
        return Ok(Answer::Done);
    }
    output::line(format!("{} trained through {}, H = {}, m = {}", found.class, found.method, found.interval, found.substeps))?;
    if let Some(note) = &trained.note {
        output::line(format!("Fitted: {note}"))?;
    }
    let mut table = output::table(&["STEP", "DIFFERENCE FROM CONTINUOUS TIME"]);
    for step in &found.steps {
        let difference = step.difference.map_or_else(|| "left".to_owned(), |d| format!("{d:.2e} of the motion"));
        table.add_row([format!("{}", step.step), difference]);
    }
    output::line(table.trim_fmt())?;
    let show = |z: [f64; 2]| arguments::show(Complex64::new(z[0], z[1]), 6);
    for mode in &found.modes {
        let shown = match (mode.shown, mode.hidden) {
            (Some(z), _) => format!("behaves at its step like {}", show(z)),
            (None, Some(Hidden::Overflows)) => "leaves the finite numbers within one step".to_owned(),
            (None, _) => "dies within one interval".to_owned(),
        };
        let branch = match mode.branch {
            Some(k) => {
                let principal = if mode.principal { ", the principal one" } else { "" };
                let kind = if mode.flags.is_empty() { String::new() } else { format!(": {}", mode.flags.join(", ")) };
                format!("; branch {} of {}{principal}{kind}", k + 1, mode.branches)
            }
            None => String::new(),
        };
        output::line(format!("λ̂ = {} {shown}{branch}", show(mode.learned)))?;
    }
    for note in &found.notes {
        output::line(format!("Note: {note}"))?;
    }
    output::line(match found.nature {
        Nature::Discrete => {
            let by = if found.steps.first().is_some_and(|s| s.difference.is_some_and(|d| d <= found.tolerance)) {
                "a mode is another one at the step of the training"
            } else {
                "the rollouts change with the step"
            };
            format!("Discrete: {by}; the model is only right at its own. `lambdahat repair` makes it continuous.")
        }
        Nature::Continuous => format!(
            "Continuous: at its own step within {} % of continuous time over {} intervals, and so are its modes.",
            100.0 * found.tolerance,
            found.horizon
        ),
    })?;
    Ok(Answer::Done)
}
