//! `basins`: which start lands on which branch.

use super::failure::Failure;
use super::{Answer, arguments, defaults, output, screen};
use lambdahat::figure::{self, Figure, RealFits, file};
use lambdahat::method::Sampling;
use lambdahat::words::Table;
use lambdahat::words::number::complex;
use num_complex::Complex64;
use std::path::PathBuf;

/// Options of `basins`.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  lambdahat basins --method rk4 --lambda -0.1+2i -o basins.svg\n  lambdahat basins --method rk4 --fits 500 -o basins.png"
)]
pub struct Args {
    /// The method to train through
    #[arg(long, default_value = defaults::METHOD, value_name = "METHOD")]
    method: String,
    /// The true eigenvalue λ, not real
    #[arg(long, default_value = defaults::MODE, value_parser = arguments::complex, allow_hyphen_values = true)]
    lambda: Complex64,
    /// Sampling interval H
    #[arg(long, default_value_t = 1.0, value_parser = arguments::positive)]
    interval: f64,
    /// Integrator steps per sampling interval
    #[arg(long, default_value_t = 1)]
    substeps: u32,
    /// Random starts per predicted share
    #[arg(long, default_value_t = figure::STARTS as u64, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    starts: u64,
    /// Real fits to compare with, per optimizer and width of start
    #[arg(long, default_value_t = 0)]
    fits: usize,
    /// File to write: .svg, .png or .json (the figure's data)
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
        let found = lambdahat::inverse::branches(&method, args.lambda, sampling)?.branches;
        let branches = found.len();
        for (k, branch) in found.iter().enumerate() {
            output::line(format!("branch {}: {}", k + 1, complex(branch.lambda, 5)))?;
        }
        shares(&figure, branches, &real)?;
    }
    written?;
    if !json {
        output::line(format!("written: {}", args.output.display()))?;
    }
    Ok(Answer::Done)
}

/// Where random starts land, one row per optimizer and width: predicted, and of real fits where there are any.
fn shares(figure: &Figure, branches: usize, real: &[RealFits]) -> Result<(), Failure> {
    let mut headings = vec!["OPTIMIZER".to_owned(), "STARTS".to_owned()];
    headings.extend((1..=branches).map(|k| format!("BRANCH {k}")));
    headings.push("NOWHERE".to_owned());
    let mut table = Table::new(&headings.iter().map(String::as_str).collect::<Vec<_>>());
    let percent = |share: f64| format!("{:.1} %", 100.0 * share);
    for (way, _) in figure::WAYS {
        for width in figure::WIDTHS {
            let share = |k: usize| figure.facts.get(&format!("share of branch {k}, {way}, width {width}")).copied().unwrap_or(0.0);
            let landed: Vec<f64> = (1..=branches).map(share).collect();
            let nowhere = (1.0 - landed.iter().sum::<f64>()).max(0.0);
            let row = [way.to_owned(), format!("N(0, {width}²)")];
            table.row(row.into_iter().chain(landed.into_iter().chain([nowhere]).map(percent)));
            if let Some(fits) = real.iter().find(|fits| fits.way == way && fits.width == width) {
                let total = fits.shares.total().max(1) as f64;
                let row = [String::new(), format!("{} real fits", fits.shares.total())];
                let landed = fits.shares.landed.iter().chain([&fits.shares.elsewhere]).map(|&n| percent(n as f64 / total));
                table.row(row.into_iter().chain(landed));
            }
        }
    }
    screen::table(&table)?;
    screen::paragraph("Nowhere: diverged, stopped between the branches, or was still on its way after the last iteration.")
}
