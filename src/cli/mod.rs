//! The command line: one file per subcommand, each of which parses, calls and prints.
//!
//! A subcommand is a file here with `Args` (its options) and `run` (its work), and one line in `Command` and in `dispatch`.
//! Exit status: 0 done, 1 the answer is "no", 2 bad usage or bad input with one clear message.

mod arguments;
mod audit;
mod basins;
mod branches;
mod call_branches;
mod check;
mod check_call;
mod completions;
mod data_options;
mod defaults;
mod failure;
mod figures;
mod fit;
mod interrupt;
mod loop_;
mod loopback;
mod map;
mod methods;
mod modified;
mod modified_at;
mod output;
mod predict;
mod progress;
mod region;
mod repair;
mod samples;
mod screen;
mod systems;
mod tour;
mod trained;
mod training;
mod verify;
mod width;

use clap::error::ContextKind;
use clap::{Parser, Subcommand};
use failure::Failure;
use std::error::Error;
use std::ffi::OsString;
use std::num::{IntErrorKind, ParseIntError};

/// What a subcommand found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The work is done, and the answer to its question, if it asks one, is yes.
    Done,
    /// A claim failed, a check disagreed.
    No,
}

const EXAMPLES: &str = "\
Examples:
  lambdahat predict                      what popular integrators learn
  lambdahat predict DATA.csv             the same for your own samples
  lambdahat branches -m rk4 -l -0.1+2i   all eigenvalues a fit can land on
  lambdahat verify my_scheme.toml        verify a scheme, check its claims
  lambdahat region rk4 dormand-prince5 -o regions.svg

METHOD is a catalogue name (rk4), a library's call (diffrax:Tsit5,
torchdiffeq:dopri5:rtol=1e-3), or a path to a scheme file.
Exit status: 0 done, 1 the answer is \"no\", 2 bad usage or bad input.";

/// What a training loop really learns through a numerical integrator: predict it, check it, repair it.
#[derive(Parser)]
#[command(name = "lambdahat", version, about, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    /// Print one JSON document and nothing else
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the methods of the catalogue
    Methods(methods::Args),
    /// List the systems that are built in, or show what a system file says
    Systems(systems::Args),
    /// Verify a scheme: order, stability, geometry, learning; check its claims
    Verify(verify::Args),
    /// Compute every eigenvalue that a fit through a method can learn
    Branches(branches::Args),
    /// Follow a library's training call from one sample to the next, step by step
    #[command(name = "loop")]
    Loop(loop_::Args),
    /// Predict what a training loop will learn, and what to train with instead
    Predict(predict::Args),
    /// Draw stability regions and compute their areas
    Region(region::Args),
    /// Map what would be learned over the plane of the true hλ
    Map(map::Args),
    /// Train a model through a method and save it
    Fit(Box<fit::Args>),
    /// Print the exact field that a method follows, or that a fit learns
    Modified(modified::Args),
    /// Check the prediction with real fits from many starts
    Check(Box<check::Args>),
    /// Turn a trained model into the continuous-time model behind it
    Repair(repair::Args),
    /// Audit a trained model: is it a model in continuous time?
    Audit(audit::Args),
    /// Draw which start lands on which branch
    Basins(basins::Args),
    /// Write every figure of the README
    Figures(figures::Args),
    /// Write the interactive page as files
    Tour(tour::Args),
    /// Print a completion script for a shell
    Completions(completions::Args),
}

fn dispatch(cli: Cli) -> Result<Answer, Failure> {
    let json = cli.json;
    match cli.command {
        Command::Methods(args) => methods::run(args, json),
        Command::Systems(args) => systems::run(args, json),
        Command::Verify(args) => verify::run(args, json),
        Command::Branches(args) => branches::run(args, json),
        Command::Loop(args) => loop_::run(args, json),
        Command::Predict(args) => predict::run(args, json),
        Command::Region(args) => region::run(args, json),
        Command::Map(args) => map::run(args, json),
        Command::Fit(args) => fit::run(*args, json),
        Command::Modified(args) => modified::run(args, json),
        Command::Check(args) => check::run(*args, json),
        Command::Repair(args) => repair::run(args, json),
        Command::Audit(args) => audit::run(args, json),
        Command::Basins(args) => basins::run(args, json),
        Command::Figures(args) => figures::run(args, json),
        Command::Tour(args) => tour::run(args, json),
        Command::Completions(args) => completions::run(args, json),
    }
}

/// Parses the arguments (the program's name first), runs, and reports: 0 done, 1 the answer is "no", 2 bad usage or bad input.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        // Help: printed as all output is, so that a full device is told.
        Err(error) if !error.use_stderr() => return help(&error).map_or_else(Failure::report, |()| 0),
        // Not in the words of Rust's parser of integers.
        Err(error) if error.source().is_some_and(|source| source.is::<ParseIntError>()) => {
            let part = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
            let (argument, value) = (part(ContextKind::InvalidArg), part(ContextKind::InvalidValue));
            let kind = error.source().and_then(|source| source.downcast_ref::<ParseIntError>()).map(ParseIntError::kind);
            let fault = match kind {
                Some(IntErrorKind::PosOverflow) => "is too large",
                Some(IntErrorKind::Zero) => "is not allowed: it starts at 1",
                _ => "is not a whole number",
            };
            return Failure::new(format!("{argument}: `{value}` {fault}")).report();
        }
        // What is wrong with usual arguments; endless ones are not repeated whole.
        Err(error) if arguments.iter().all(|argument| argument.len() < 1000) => error.exit(),
        Err(error) => return Failure::new(error.to_string().trim_start_matches("error: ").trim_end()).report(),
    };
    match interrupt::watch().and_then(|()| dispatch(cli)) {
        Ok(Answer::Done) => 0,
        Ok(Answer::No) => 1,
        Err(failure) => failure.report(),
    }
}

/// Prints help or the version.
fn help(text: &clap::Error) -> Result<(), Failure> {
    output::text(&text.render().ansi().to_string())
}
