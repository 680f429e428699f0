//! `audit`: is a trained model a field in continuous time, or only right at the step of its training?

use super::failure::Failure;
use super::trained::TrainedArgs;
use super::{Answer, arguments, output, screen};
use lambdahat::repair::audit::{Horizon, Nature, STEP_TOLERANCE, audit};
use lambdahat::repair::audit_call;
use lambdahat::words::{Dialect, document, repair};

const EXAMPLES: &str = "\
Examples:
  lambdahat fit --method rk4 -o model.json
  lambdahat audit model.json
  lambdahat audit model.json --data DATA.csv --horizon 50

The model is followed with its own method at h, h/2 and h/4, and with a method
of order 5 at H/64. If the answer at h differs, the model is discrete: right at
its own step, wrong as a differential equation. It is discrete too if a mode of
its field is not the one that its map shows, log(R(hλ̂)^m)/H (of those that
differ by 2πi/H the one nearest to λ̂, if that is within a hundredth of |λ̂|).
`lambdahat repair` makes it continuous. A model that was trained through a
library's own steps is followed with them, at its rtol (or step) and at a tenth
and a hundredth of it.

Exit status 1: the model is discrete.";

/// The longest horizon, in sampling intervals.
const MOST_INTERVALS: f64 = 1e5;

/// Options of `audit`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    trained: TrainedArgs,
    /// The time to compare over, as in `predict` [default: the data's length, rollouts over at most 200 intervals; 20 intervals without data]
    #[arg(long, value_name = "TIME", value_parser = arguments::positive)]
    horizon: Option<f64>,
    /// Change beyond which the model counts as discrete, relative to the motion
    #[arg(long, value_name = "SHARE", default_value_t = STEP_TOLERANCE, value_parser = arguments::positive)]
    tolerance: f64,
}

/// So many whole intervals as cover a time: from 1 to 100000.
fn intervals(time: f64, interval: f64) -> Result<Horizon, Failure> {
    let covering = (time / interval * (1.0 - 1e-9)).ceil().max(1.0);
    if covering > MOST_INTERVALS {
        let longest = interval * MOST_INTERVALS;
        let (time, longest) = (plain(time), plain(longest));
        return Err(Failure::new(format!(
            "--horizon {time}: that is more than {MOST_INTERVALS} intervals of {interval}; give at most {longest}"
        )));
    }
    Ok(Horizon::of(covering as usize))
}

/// A number in few digits, however large.
fn plain(x: f64) -> String {
    if x < 1e15 { x.to_string() } else { format!("{x:e}") }
}

/// Reads, tests, prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let trained = args.trained.open()?;
    let horizon = match args.horizon {
        Some(time) => intervals(time, trained.file.interval)?,
        None => Horizon::of_data(&trained.trajectories),
    };
    let mut found = match &trained.through {
        Some(through) => audit_call(&trained.file, through, &trained.trajectories, horizon, args.tolerance)?,
        None => audit(&trained.file, &trained.method, &trained.trajectories, horizon, args.tolerance)?,
    };
    if let Some(truth) = trained.true_equilibria() {
        found = found.beside(&trained.file, &truth, &trained.trajectories);
    }
    if json {
        output::json(&document::audit(&found, Dialect::Terminal)?)?;
    } else {
        output::line(repair::audit(&found, screen::width()))?;
        if let Some(note) = &trained.note {
            screen::labelled("Fitted: ", note)?;
        }
    }
    Ok(match found.nature {
        Nature::Continuous => Answer::Done,
        Nature::Discrete => Answer::No,
    })
}
