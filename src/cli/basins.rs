//! `basins`: which start lands on which branch.

use super::failure::Failure;
use super::{Answer, arguments, output};
use lambdahat::figure::{self, file};
use lambdahat::method::Sampling;
use num_complex::Complex64;
use std::path::PathBuf;

/// Options of `basins`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  lambdahat basins --method rk4 --lambda -0.1+2i -o basins.svg\n  lambdahat basins --method rk4 --fits 500 -o basins.png"
)]
pub struct Args {
    /// The method that is trained through
    #[arg(long, default_value = "rk4", value_name = "METHOD")]
    method: String,
    /// The true mode, with an imaginary part
    #[arg(long, default_value = "-0.1+2i", value_parser = arguments::complex, allow_hyphen_values = true)]
    lambda: Complex64,
    /// Time between samples
    #[arg(long, default_value_t = 1.0, value_parser = arguments::positive)]
    interval: f64,
    /// Steps between samples
    #[arg(long, default_value_t = 1)]
    substeps: u32,
    /// Random starts behind each predicted share
    #[arg(long, default_value_t = figure::STARTS as u64, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    starts: u64,
    /// Lay this many real fits (Gauss–Newton and Adam, for each width of start) beside the prediction
    #[arg(long, default_value_t = 0)]
    fits: usize,
    /// The file to write: .svg, .png or .json (the figure's data)
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

/// Computes, writes, and reports the predicted shares.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let method = arguments::method(&args.method)?;
    let sampling = Sampling::new(args.interval, args.substeps)?;
    file::writable(&args.output)?;
    let spinner = output::spinner("following the starts");
    let mut real = Vec::new();
    if args.fits > 0 {
        for way in figure::WAYS.into_iter().skip(1) {
            for width in [1.0, 2.0, 4.0] {
                spinner.set_message(format!("{} fits by {} from starts {width} wide", args.fits, way.0));
                real.push(figure::real_fits(&method, args.lambda, sampling, way, width, args.fits)?);
            }
        }
    }
    spinner.set_message("following the starts");
    let figure = figure::basins(&method, args.lambda, sampling, args.starts as usize, &real)?;
    spinner.finish_and_clear();
    let written = output::result(&args.output, &figure.bytes(&args.output, None)?, json);
    if json {
        output::json(&serde_json::json!({ "method": method.name(), "facts": figure.facts, "real": real, "output": args.output }))?;
    } else {
        for (k, branch) in lambdahat::inverse::branches(&method, args.lambda, sampling)?.branches.iter().enumerate() {
            output::line(format!("branch {}: {}", k + 1, arguments::show(branch.lambda, 5)))?;
        }
        for (fact, value) in &figure.facts {
            output::line(format!("{fact}: {value:.3}"))?;
        }
    }
    written?;
    if !json {
        output::line(format!("written: {}", args.output.display()))?;
    }
    Ok(Answer::Done)
}
