//! `map`: over the plane of the true hλ, what a loop would learn.

use super::failure::Failure;
use super::{Answer, arguments, output};
use lambdahat::figure::{self, file};
use std::ops::Range;
use std::path::PathBuf;

/// Options of `map`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  lambdahat map rk4 -o rk4.svg\n  lambdahat map rk4 dormand-prince5 gauss2 --re=-3..1 --im=0..6 -o map.png\n  lambdahat map torchdiffeq:dopri5:rtol=1e-3 -o dopri5.svg"
)]
pub struct Args {
    /// The methods, one panel each; or library calls, followed with their own steps
    #[arg(required = true, value_name = "METHOD")]
    methods: Vec<String>,
    /// Range of Re hλ
    #[arg(long, default_value = "-2..1", value_parser = arguments::range, allow_hyphen_values = true)]
    re: Range<f64>,
    /// Range of Im hλ
    #[arg(long, default_value = "0..4", value_parser = arguments::range, allow_hyphen_values = true)]
    im: Range<f64>,
    /// File to write: .svg, .png or .json (the figure's data)
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Computes, writes and reports the share of decaying modes that are learned as growing.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let window = arguments::window(&args.re, &args.im)?;
    let (methods, calls) = arguments::integrators(&args.methods)?;
    if !methods.is_empty() && !calls.is_empty() {
        let why = "a map is of methods with equal steps or of library calls, not of both: draw two";
        return Err(Failure::new(why.to_owned()));
    }
    file::writable(&args.output)?;
    let spinner = output::spinner("judging the modes");
    let figure = if calls.is_empty() { figure::map(&methods, window)? } else { figure::call_map(&calls, window)? };
    spinner.finish_and_clear();
    figure.save(&args.output)?;
    if json {
        output::json(&serde_json::json!({ "window": window, "facts": figure.facts, "output": args.output }))?;
    } else {
        for (fact, value) in &figure.facts {
            output::line(format!("{fact}: {:.1} %", 100.0 * value))?;
        }
        output::line(format!("written: {}", args.output.display()))?;
    }
    Ok(Answer::Done)
}
