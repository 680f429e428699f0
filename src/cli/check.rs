//! `check`: predict, then fit from many starts, side by side.

use super::failure::Failure;
use super::samples::SampleArgs;
use super::training::{TrainingArgs, keep_on_interrupt, stopped, train};
use super::{Answer, arguments, output};
use comfy_table::{Cell, Color};
use lambdahat::data::ModesOptions;
use lambdahat::method::{Method, Sampling};
use lambdahat::predict::{Agreement, Check, CheckedFit, Checker, Limits, Prediction, Subject, motion};
use num_complex::Complex64;

const EXAMPLES: &str = "\
Examples:
  lambdahat check                                            a 2×2 matrix through RK4: four eigenvalues, found by 20 starts
  lambdahat check --spread 3 --seeds 200 --method rk4 --method implicit-midpoint
  lambdahat check --system lotka-volterra --model mlp:32x32 --seeds 5
  lambdahat check DATA.csv --method rk4 --model polynomial:3

Exit status 1: a fit of small loss landed where no branch was predicted, or no start reached a small loss.";

/// Options of `check`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    samples: SampleArgs,
    /// A method that the loss integrates with; may be given more than once
    #[arg(long, short, value_name = "METHOD", default_value = "rk4")]
    method: Vec<String>,
    #[command(flatten)]
    training: TrainingArgs,
    /// A loss counts as small up to this part of the mean square of the samples' steps; left out, by class of model
    #[arg(long, value_name = "SHARE", value_parser = arguments::positive)]
    small: Option<f64>,
    /// How far from a branch a learned eigenvalue may be, relative to it; left out, by class of model
    #[arg(long, value_name = "SHARE", value_parser = arguments::positive)]
    tolerance: Option<f64>,
    /// Fit the logarithms of the data when looking for their true modes
    #[arg(long)]
    log: bool,
}

/// Predicts, fits, compares, prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let samples = args.samples.samples()?;
    let methods: Vec<Method> = args.method.iter().map(|name| arguments::method(name)).collect::<Result<_, _>>()?;
    let interval = samples.data.interval();
    let subject = match &samples.system {
        Some(system) => Subject::from_system(system, interval)?,
        None => Subject::from_data(&samples.data, &ModesOptions { log: args.log, ..ModesOptions::default() })?,
    };
    let substeps = args.training.substeps;
    let report = Prediction { subject, methods: methods.clone(), substeps, limits: Limits::default() }.report()?;
    let mut agreement = Agreement::of(&args.training.model);
    agreement.small = args.small.unwrap_or(agreement.small);
    agreement.tolerance = args.tolerance.unwrap_or(agreement.tolerance);
    let seeds = args.training.seeds(20)?;
    keep_on_interrupt()?;
    let mut fits = Vec::with_capacity(methods.len() * seeds.len());
    for (place, method) in methods.iter().enumerate() {
        let training = args.training.training(method.clone(), interval)?;
        let prepared = training.prepare(&samples.states)?;
        let checker = Checker {
            report: &report,
            method: (method, place),
            sampling: Sampling::new(interval, substeps)?,
            model: &args.training.model,
            agreement,
            system: samples.system.as_ref(),
            motion: motion(&samples.states),
        };
        let outcome = train(&prepared, method.name(), &seeds, None);
        fits.extend(seeds.iter().zip(&outcome).map(|(&seed, fit)| checker.check(seed, &prepared, fit)));
        if stopped() {
            break;
        }
    }
    let check = Check::new(report, agreement, fits);
    if json {
        output::json(&check)?;
    } else {
        print(&check)?;
    }
    Ok(if check.agrees { Answer::Done } else { Answer::No })
}

fn short(z: Complex64) -> String {
    arguments::show(z, 6)
}

fn print(check: &Check) -> Result<(), Failure> {
    let report = &check.report;
    output::line(format!("{}, H = {}", report.source, report.interval))?;
    let mut table = output::table(&["METHOD", "TRUE λ", "PREDICTED λ̂", "LEARNED λ̂", "DIFFERENCE", "SHARE OF STARTS"]);
    for method in &report.methods {
        let fits: Vec<&CheckedFit> = check.fits.iter().filter(|fit| fit.method == method.method).collect();
        let fitted: Vec<&CheckedFit> = fits.iter().copied().filter(|fit| fit.fitted).collect();
        let mut first = true;
        for (k, mode) in report.upper_modes() {
            for (b, branch) in method.modes[k].branches.branches.iter().enumerate() {
                let landed: Vec<_> = fitted.iter().flat_map(|fit| &fit.modes).filter(|m| m.mode == k && m.branch == Some(b)).collect();
                let worst = landed.iter().max_by(|x, y| x.error.total_cmp(&y.error));
                let colour = if branch.principal { Color::Green } else { Color::Yellow };
                table.add_row([
                    Cell::new(if first { method.method.as_str() } else { "" }),
                    Cell::new(if b == 0 { short(mode.lambda) } else { String::new() }),
                    Cell::new(format!("{}{}", short(branch.lambda), if branch.principal { "  principal" } else { "" })).fg(colour),
                    Cell::new(worst.map_or_else(String::new, |m| short(m.learned))),
                    Cell::new(worst.map_or_else(String::new, |m| format!("{:.1e}", m.error))),
                    Cell::new(format!("{} of {}", landed.len(), fits.len())),
                ]);
                first = false;
            }
            for stray in fitted.iter().flat_map(|fit| &fit.modes).filter(|m| m.mode == k && m.branch.is_none()) {
                table.add_row([
                    Cell::new(""),
                    Cell::new(short(mode.lambda)),
                    Cell::new("none").fg(Color::Red),
                    Cell::new(short(stray.learned)),
                    Cell::new(format!("{:.1e}", stray.error)),
                    Cell::new("1"),
                ]);
            }
        }
        let lost = fits.len() - fitted.len();
        if lost > 0 {
            let least = fits.iter().filter(|f| !f.fitted).filter_map(|f| f.loss).fold(f64::INFINITY, f64::min);
            let failed = fits.iter().find(|fit| fit.loss.is_none());
            let least = if least.is_finite() { format!("smallest loss {least:.1e}") } else { "none could begin".into() };
            let why = failed.map_or_else(String::new, |fit| format!("; one could not begin: {}", fit.ended));
            table.add_row([
                method.method.clone(),
                String::new(),
                "no fit".into(),
                least + &why,
                String::new(),
                format!("{lost} of {}", fits.len()),
            ]);
        }
    }
    output::line(table.trim_fmt())?;
    let drifts: Vec<(&CheckedFit, &lambdahat::predict::Drift)> =
        check.fits.iter().filter(|fit| fit.fitted).flat_map(|fit| fit.drift.iter().map(move |drift| (fit, drift))).take(12).collect();
    if let Some((_, one)) = drifts.first() {
        output::line(format!("\nThe invariant after t = {}, which the truth keeps:", one.time))?;
        let mut table = output::table(&["METHOD", "SEED", "START", "TRUE", "STEP h", "STEP h/100"]);
        let value = |v: Option<f64>| v.map_or_else(|| "left".to_owned(), |v| format!("{v:.6}"));
        for (fit, drift) in &drifts {
            table.add_row([
                Cell::new(&fit.method),
                Cell::new(fit.seed),
                Cell::new(format!("{:?}", drift.start)),
                Cell::new(format!("{:.6}", drift.before)),
                Cell::new(value(drift.discrete)).fg(Color::Green),
                Cell::new(value(drift.continuous)).fg(Color::Red),
            ]);
        }
        output::line(table.trim_fmt())?;
    }
    let fitted = check.fits.iter().filter(|fit| fit.fitted).count();
    let strays = check.fits.iter().flat_map(|fit| &fit.modes).filter(|mode| mode.branch.is_none()).count();
    output::line(match (check.agrees, fitted) {
        (true, n) => format!("\nEvery one of the {n} fits of small loss sits on a predicted branch."),
        (false, 0) => "\nNo start reached a small loss: nothing to compare. More iterations, more seeds, or another --model.".into(),
        (false, n) => format!("\n{strays} learned eigenvalues of {n} fits of small loss sit on no predicted branch."),
    })
}
