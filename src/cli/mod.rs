//! The command line: one file a subcommand, each of which parses, calls and prints.
//!
//! A subcommand is a file here with `Args` (its options) and `run` (its work), and one line in `Command` and in `dispatch`.
//! Exit status: 0 done, 1 the answer is "no", 2 bad usage or bad input with one clear message.

mod arguments;
mod audit;
mod basins;
mod branches;
mod call_branches;
mod check;
mod completions;
mod data_options;
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
mod region;
mod repair;
mod samples;
mod screen;
mod systems;
mod tour;
mod trained;
mod training;
mod verify;

use clap::error::ContextKind;
use clap::{Parser, Subcommand};
use failure::Failure;
use std::error::Error;
use std::ffi::OsString;
use std::num::ParseIntError;

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
  lambdahat predict                                   what RK4 and others learn from a damped oscillator
  lambdahat predict examples/lynx_hare.csv --log      the same for your own samples
  lambdahat branches --method rk4 --lambda -0.1+2i    every eigenvalue that a fit through RK4 can land on
  lambdahat verify my_scheme.toml                     everything known of a scheme, its claims checked
  lambdahat region rk4 dormand-prince5 -o regions.svg

METHOD is a catalogue name (rk4), a library's call (torchdiffeq:dopri5:rtol=1e-3, diffrax:Tsit5), or a path to a scheme file.
Exit status: 0 done, 1 the answer is \"no\", 2 bad usage or bad input.";

/// What a training loop really learns through a numerical integrator: predict it, check it, repair it.
#[derive(Parser)]
#[command(name = "lambdahat", version, about, after_help = EXAMPLES, arg_required_else_help = true, max_term_width = 110)]
pub struct Cli {
    /// One JSON document on standard output, and no other text there
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// The catalogue of methods
    Methods(methods::Args),
    /// The vector fields that are built in
    Systems(systems::Args),
    /// Everything that is known of a scheme, its claims checked
    Verify(verify::Args),
    /// Every eigenvalue that a fit through a method can learn
    Branches(branches::Args),
    /// What a library's training call does between two samples, step by step
    #[command(name = "loop")]
    Loop(loop_::Args),
    /// What a loop will learn from data or a system through each method, and which to take instead
    Predict(predict::Args),
    /// Stability regions, filled and contoured, and their areas
    Region(region::Args),
    /// What would be learned, over the plane of the true hλ
    Map(map::Args),
    /// Learn a model through a method, and keep it
    Fit(Box<fit::Args>),
    /// The field that a method follows, or that a fit through it learns, exactly
    Modified(modified::Args),
    /// Predict, then fit from many starts, side by side
    Check(Box<check::Args>),
    /// The continuous-time model behind one that was trained through a method
    Repair(repair::Args),
    /// Whether a trained model is one in continuous time, and which branch it sits on
    Audit(audit::Args),
    /// Which start lands on which branch
    Basins(basins::Args),
    /// Every figure of the README
    Figures(figures::Args),
    /// The interactive page, as files
    Tour(tour::Args),
    /// A completion script for a shell
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
            let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
            let fault = if digits { "is too large" } else { "is not a whole number" };
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
