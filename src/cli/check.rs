//! `check`: predict, then fit from many starts, side by side.

use super::failure::Failure;
use super::predict::no_prediction;
use super::samples::SampleArgs;
use super::training::{TrainingArgs, end_on_interrupt, keep_on_interrupt, stopped, train};
use super::{Answer, arguments, check_call, output};
use comfy_table::{Cell, Color, Table};
use lambdahat::check::{Agreement, Check, CheckedFit, CheckedMode, Checker, Comparison, Coverage, Drift, motion, noise_floor};
use lambdahat::figure;
use lambdahat::fit::{Fit, FitError, ModelSpec, Optimiser, Prepared, Stop};
use lambdahat::inverse::Limits;
use lambdahat::method::{Method, Sampling};
use lambdahat::predict::{MethodReport, Prediction, Subject};
use lambdahat::truth::ModesOptions;
use lambdahat::words::{Dialect, document};
use num_complex::Complex64;
use rayon::prelude::*;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

const EXAMPLES: &str = "\
Examples:
  lambdahat check                                            a 2×2 matrix through RK4: four eigenvalues, found by 20 starts
  lambdahat check --spread 3 --seeds 200 --method rk4 --method implicit-midpoint
  lambdahat check --system lotka-volterra --model mlp:32x32 --seeds 5 --figure check.svg
  lambdahat check DATA.csv --method rk4 --model polynomial:3

A fit counts where its loss is small (or near the noise in the samples), and its eigenvalue is on a branch where it is near. Left out, --small and --tolerance are
  linear, affine       1e-6   1e-8
  polynomial, sindy    1e-6   1e-4
  rbf                  1e-6   1e-3
  mlp                  1e-5   2e-2
  any, by Adam         1e-2   5e-2
--tolerance is relative to |λ̂| of the branch or to the largest |λ| at that equilibrium, whichever is larger. To it is added what the data leave open:
three standard deviations of the true mode (from data), and how far the learned eigenvalue moves among all parameters that fit as well and are no
farther away than their own size (by the Jacobian of all residuals), up to 2 %, and nothing where that is over 10 %. What is farther from a branch, but not farther than that explains,
is \"not settled by the data\": a mode that the samples hardly excite, or an equilibrium far from all of them. It counts neither way.

Exit status 1: a fit of small loss landed where no branch was predicted, no start reached a small loss, or Ctrl-C ended the fits.";

/// How long after Ctrl-C fits that ended are still laid beside the branches.
const GRACE: Duration = Duration::from_secs(2);

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
    /// A loss counts as small up to this part of the mean square of the samples' steps; left out, by class of model and optimiser
    #[arg(long, value_name = "SHARE", value_parser = arguments::positive)]
    small: Option<f64>,
    /// How far from a branch a learned eigenvalue may be, relative to it; left out, by class of model and optimiser
    #[arg(long, value_name = "SHARE", value_parser = arguments::positive)]
    tolerance: Option<f64>,
    /// Fit the logarithms of the data when looking for their true modes
    #[arg(long)]
    log: bool,
    /// Draw the best fit through each method: samples, rollouts at h and h/100, predicted branches and learned eigenvalues; .svg, .png or .json
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

/// Predicts, fits, compares, prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    if let Some(path) = &args.figure {
        let schemes = args.method.iter().map(|text| ("the scheme file", arguments::scheme_path(text)));
        let inputs: Vec<_> = std::iter::once(("the data", args.samples.data.as_deref())).chain(schemes).collect();
        output::no_input("--figure", path, &inputs)?;
    }
    let (methods, mut calls) = arguments::integrators(&args.method)?;
    if let Some(call) = calls.pop() {
        if !(calls.is_empty() && methods.is_empty() && args.figure.is_none()) {
            return Err(Failure::new(format!(
                "{} takes its own steps: check it by itself, without other methods and without a figure",
                call.name
            )));
        }
        return check_call::run(call, &args.samples, &args.training, args.log, json);
    }
    let samples = args.samples.samples()?;
    let interval = samples.interval;
    let starts: Vec<Vec<f64>> = samples.states.iter().filter_map(|t| t.first().cloned()).collect();
    let subject = match &samples.system {
        Some(system) => Subject::from_system(system, interval)?.with_starts(starts),
        None => {
            let found = Subject::from_data(&samples.data, &ModesOptions { log: args.log, ..ModesOptions::default() })?;
            // The fits see the samples as they are.
            found.with_loss(&samples.states, args.training.loss, args.training.model != ModelSpec::Linear)
        }
    };
    let substeps = args.training.substeps;
    let prediction = Prediction { subject, methods: methods.clone(), substeps, limits: Limits::default() };
    let report = if samples.system.is_some() { prediction.report_with_orbits() } else { prediction.report() }.map_err(no_prediction)?;
    let seeds = args.training.seeds(20)?;
    // Whatever is wrong with a method or with the figure's name is said before the first fit begins.
    let prepared: Vec<Prepared> = methods
        .iter()
        .map(|method| Ok(args.training.training(method.clone(), interval)?.prepare(&samples.states)?))
        .collect::<Result<_, Failure>>()?;
    if let Some(path) = &args.figure {
        figure::file::writable(path)?;
    }
    // The most lenient of the optimisers that run: with several methods, Levenberg–Marquardt may have the memory for some of them only.
    let lenient = |a: Agreement, b: Agreement| Agreement { small: a.small.max(b.small), tolerance: a.tolerance.max(b.tolerance) };
    let usual = prepared.iter().map(|p| Agreement::of(&args.training.model, p.optimiser())).reduce(lenient);
    let usual = usual.unwrap_or_else(|| Agreement::of(&args.training.model, Optimiser::Auto));
    let agreement = Agreement { small: args.small.unwrap_or(usual.small), tolerance: args.tolerance.unwrap_or(usual.tolerance) };
    keep_on_interrupt();
    let mut interrupted = false;
    let mut fits: Vec<CheckedFit> = Vec::with_capacity(methods.len() * seeds.len());
    for (place, (method, prepared)) in methods.iter().zip(&prepared).enumerate() {
        if stopped() {
            interrupted = true;
            break;
        }
        let checker = Checker {
            report: &report,
            method: (method, place),
            sampling: Sampling::new(interval, substeps)?,
            model: &args.training.model,
            agreement,
            system: samples.system.as_ref(),
            samples: &samples.states,
        };
        let outcome = train(prepared, method.name(), &seeds, None);
        interrupted |= outcome.iter().any(was_interrupted);
        let loss = |k: &usize| outcome[*k].as_ref().map_or(f64::INFINITY, |fit| fit.loss);
        let best = (0..outcome.len()).min_by(|a, b| loss(a).total_cmp(&loss(b)));
        let checked = seeds.par_iter().zip(&outcome).enumerate();
        let drawn = |k: usize| args.figure.is_some() && best == Some(k);
        // A comparison takes its time too: soon after Ctrl-C no further one is begun.
        let since = OnceLock::new();
        let late = || stopped() && since.get_or_init(Instant::now).elapsed() > GRACE;
        fits.par_extend(checked.map(
            |(k, (&seed, fit))| {
                if late() { checker.uncompared(seed, fit) } else { checker.check(seed, prepared, fit, drawn(k)) }
            },
        ));
    }
    interrupted |= fits.iter().any(|fit| fit.begun && !fit.compared);
    end_on_interrupt();
    let check = Check::new(report, agreement, fits, interrupted);
    let written = match &args.figure {
        Some(path) => output::result(path, &figure::check(&check, &samples.states).bytes(path, None)?, json),
        None => Ok(()),
    };
    if json {
        output::json(&document::check(&check, Dialect::Terminal)?)?;
    } else {
        print(&check, &methods, seeds.len(), motion(&samples.states))?;
    }
    written?;
    if let Some(path) = args.figure.as_ref().filter(|_| !json) {
        output::line(format!("written: {}", path.display()))?;
    }
    let no = matches!(check.comparison, Comparison::Disagrees | Comparison::NothingFitted | Comparison::Interrupted);
    Ok(if no { Answer::No } else { Answer::Done })
}

/// Whether a fit was ended before its time, or not begun.
fn was_interrupted(fit: &Result<Fit, FitError>) -> bool {
    match fit {
        Ok(fit) => fit.stop == Stop::Interrupted,
        Err(error) => *error == FitError::NotBegun,
    }
}

/// Six digits; a part that is rounding is left at zero.
fn short(z: Complex64) -> String {
    let part = |x: f64| if x.abs() <= 1e-14 { 0.0 } else { x };
    arguments::show(Complex64::new(part(z.re), part(z.im)), 6)
}

fn print(check: &Check, methods: &[Method], seeds: usize, motion: f64) -> Result<(), Failure> {
    let report = &check.report;
    output::line(format!(
        "{}, H = {}; a loss is small up to {:e} of the samples' motion, an eigenvalue is on a branch to {:e} of its size",
        report.source, report.interval, check.agreement.small, check.agreement.tolerance
    ))?;
    let floor = noise_floor(report, motion);
    if floor > check.agreement.small * motion {
        output::line(format!("Noise leaves a loss of {floor:.2e} at least: small is what comes near to that."))?;
    }
    let mut table = output::table(&["METHOD", "TRUE λ", "PREDICTED λ̂", "LEARNED λ̂", "DIFFERENCE", "SHARE OF STARTS"]);
    for method in &report.methods {
        rows(check, method, &mut table);
    }
    output::line(table.trim_fmt())?;
    rollouts(check)?;
    drifts(check)?;
    for method in &report.methods {
        if let Some((fit, coverage)) = check.best_of(&method.method).and_then(|fit| Some((fit, fit.coverage.as_ref()?))) {
            output::line(format!("\n{}, seed {}: {}", fit.method, fit.seed, covered(coverage)))?;
        }
    }
    let fitted = check.fits.iter().filter(|fit| fit.fitted).count();
    let modes = || check.fits.iter().filter(|fit| fit.fitted).flat_map(|fit| &fit.modes);
    let open = modes().filter(|mode| !mode.settled).count();
    let settled = modes().count() - open;
    let left_open = match open {
        0 => String::new(),
        n => format!(" {n} more {} not settled by the data, and count neither way.", if n == 1 { "is" } else { "are" }),
    };
    if check.interrupted {
        let begun = check.fits.iter().filter(|fit| fit.begun).count();
        let unfinished = check.fits.iter().filter(|fit| fit.ended == "interrupted").count();
        let never: Vec<&str> = methods.iter().map(Method::name).filter(|name| !check.fits_of(name).any(|fit| fit.begun)).collect();
        let never = if never.is_empty() { String::new() } else { format!(" Never begun: {}.", never.join(", ")) };
        let uncompared = match check.fits.iter().filter(|fit| fit.begun && !fit.compared).count() {
            0 => String::new(),
            n => format!(" {n} were not compared."),
        };
        output::line(format!(
            "\nInterrupted: of {} fits {unfinished} ended before their time and {} were never begun.{uncompared}{never}",
            methods.len() * seeds,
            methods.len() * seeds - begun
        ))?;
    }
    output::line(match check.comparison {
        Comparison::Agrees if open == 0 => format!("\nEvery one of the {fitted} fits of small loss sits on a predicted branch."),
        Comparison::Agrees => {
            format!(
                "\nEvery one of the {settled} learned eigenvalues of {fitted} fits that the data settle sits on a predicted branch.{left_open}"
            )
        }
        Comparison::NothingFitted => {
            "\nNo start reached a small loss: nothing to compare. More iterations, more seeds, another --model, or a larger --small.".into()
        }
        Comparison::Unsettled => format!(
            "\nThe data settle none of the {open} learned eigenvalues of {fitted} fits of small loss: nothing is shown either way. Samples nearer to the \
             equilibrium, or that excite these modes more, would settle them."
        ),
        Comparison::Interrupted => "\nNothing is claimed of fits that did not end.".into(),
        Comparison::Disagrees => {
            let strays = modes().filter(|mode| mode.stray()).count();
            format!("\n{strays} learned eigenvalues of {fitted} fits of small loss sit on no predicted branch.{left_open}")
        }
    })
}

/// The rows of one method: its branches, what is on none, what the data do not settle, what did not fit.
fn rows(check: &Check, method: &MethodReport, table: &mut Table) {
    let report = &check.report;
    let fits: Vec<&CheckedFit> = check.fits_of(&method.method).collect();
    let fitted: Vec<&CheckedFit> = fits.iter().copied().filter(|fit| fit.fitted).collect();
    let mut first = true;
    for (k, mode) in report.upper_modes() {
        let here = || fitted.iter().flat_map(|fit| &fit.modes).filter(move |m| m.mode == k);
        for (b, branch) in method.modes[k].branches.branches.iter().enumerate() {
            let landed: Vec<&CheckedMode> = here().filter(|m| m.branch == Some(b)).collect();
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
        // Starts that landed on the same eigenvalue, to the digits that are shown, are one row.
        let mut strays: Vec<([String; 2], usize)> = Vec::new();
        for stray in here().filter(|m| m.stray()) {
            let (learned, error) = if stray.found() {
                (short(stray.learned), format!("{:.1e}", stray.error))
            } else {
                (format!("no equilibrium near {}", place(&mode.equilibrium)), String::new())
            };
            let row = [learned, error];
            match strays.iter_mut().find(|(known, _)| *known == row) {
                Some((_, count)) => *count += 1,
                None => strays.push((row, 1)),
            }
        }
        for ([learned, error], count) in strays {
            table.add_row([
                Cell::new(""),
                Cell::new(short(mode.lambda)),
                Cell::new("none").fg(Color::Red),
                Cell::new(learned),
                Cell::new(error),
                Cell::new(format!("{count} of {}", fits.len())),
            ]);
        }
        let open: Vec<&CheckedMode> = here().filter(|m| !m.settled).collect();
        if let Some(least) = open.iter().min_by(|x, y| x.open.total_cmp(&y.open)) {
            let (learned, known) = if least.found() {
                (short(least.learned), if least.open.is_finite() { format!("known to ±{:.0e}", least.open) } else { "not known".into() })
            } else {
                (format!("no equilibrium near {}", place(&mode.equilibrium)), String::new())
            };
            table.add_row([
                Cell::new(""),
                Cell::new(short(mode.lambda)),
                Cell::new("not settled by the data").fg(Color::Grey),
                Cell::new(learned),
                Cell::new(known),
                Cell::new(format!("{} of {}", open.len(), fits.len())),
            ]);
        }
    }
    let waiting = fits.iter().filter(|fit| !fit.begun).count();
    if waiting > 0 {
        let of = format!("{waiting} of {}", fits.len());
        table.add_row([method.method.clone(), String::new(), "not begun".into(), String::new(), String::new(), of]);
    }
    let uncompared = fits.iter().filter(|fit| fit.begun && !fit.compared).count();
    if uncompared > 0 {
        let of = format!("{uncompared} of {}", fits.len());
        table.add_row([method.method.clone(), String::new(), "not compared".into(), String::new(), String::new(), of]);
    }
    let lost = fits.len() - fitted.len() - waiting - uncompared;
    if lost > 0 {
        let least = fits.iter().filter(|f| f.compared && !f.fitted).filter_map(|f| f.loss).fold(f64::INFINITY, f64::min);
        let failed = fits.iter().find(|fit| fit.begun && fit.loss.is_none());
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

/// What following the best fit of each method gives.
fn rollouts(check: &Check) -> Result<(), Failure> {
    let mut table = output::table(&["METHOD", "SEED", "LOSS", "AT STEP h", "AT STEP h/100"]);
    let mut any = false;
    for method in &check.report.methods {
        let Some((fit, rollout)) = check.best_of(&method.method).and_then(|fit| Some((fit, fit.rollout.as_ref()?))) else { continue };
        any = true;
        let value = |f: &lambdahat::check::Followed| {
            f.error.map_or_else(|| format!("leaves after t = {}", rounded(f.time)), |error| format!("{:.2e}", error))
        };
        table.add_row([
            Cell::new(&fit.method),
            Cell::new(fit.seed),
            Cell::new(format!("{:.1e}", fit.loss.unwrap_or(f64::NAN))),
            Cell::new(value(&rollout.step)).fg(Color::Green),
            Cell::new(value(&rollout.fine)).fg(Color::Red),
        ]);
    }
    if any {
        output::line("\nThe best fit followed from the first samples: its distance from the others, relative to their spread:")?;
        output::line(table.trim_fmt())?;
    }
    Ok(())
}

fn drifts(check: &Check) -> Result<(), Failure> {
    let drifts: Vec<(&CheckedFit, &Drift)> =
        check.fits.iter().filter(|fit| fit.fitted).flat_map(|fit| fit.drift.iter().map(move |drift| (fit, drift))).take(12).collect();
    let Some((_, one)) = drifts.first() else { return Ok(()) };
    output::line(format!(
        "\nThe invariant, which the truth keeps: after t = {} at step h, at the last return to the start's ray at step h/100:",
        rounded(one.time)
    ))?;
    let mut table = output::table(&["METHOD", "SEED", "START", "TRUE", "STEP h", "STEP h/100", "TURNS", "TIMES A TURN", "PREDICTED"]);
    let value = |v: Option<f64>, without: &str| v.map_or_else(|| without.to_owned(), |v| format!("{v:.6}"));
    // Of the first turn: the change over what the invariant was.
    let predicted = |fit: &CheckedFit, drift: &Drift| {
        let method = check.report.methods.iter().find(|method| method.method == fit.method)?;
        let found = method.drift.iter().find(|found| found.start == drift.start)?;
        let times = found.per_period.filter(|_| drift.before != 0.0).map(|change| format!("{:.5}", 1.0 + change / drift.before));
        if found.converging { times } else { Some("does not converge".to_owned()) }
    };
    for (fit, drift) in &drifts {
        let without = if drift.turns == 0 { "no return" } else { "left" };
        table.add_row([
            Cell::new(&fit.method),
            Cell::new(fit.seed),
            Cell::new(place(&drift.start)),
            Cell::new(format!("{:.6}", drift.before)),
            Cell::new(value(drift.discrete, "left")).fg(Color::Green),
            Cell::new(value(drift.continuous, without)).fg(Color::Red),
            Cell::new(drift.turns),
            Cell::new(drift.per_turn.map_or_else(String::new, |r| format!("{r:.5}"))),
            Cell::new(predicted(fit, drift).unwrap_or_default()),
        ]);
    }
    output::line(table.trim_fmt())
}

/// Where the loss asked the field, in a sentence.
fn covered(coverage: &Coverage) -> String {
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let reach = rounded(coverage.reach);
    let mut text = format!(
        "{} of the points where the loss asks the field lie within {reach} of a sample, and {} of the samples within {reach} of such a point.",
        percent(coverage.points_near_samples),
        percent(coverage.samples_near_points)
    );
    if let (Some([_, points]), Some([_, samples])) = (coverage.points_from_equilibrium, coverage.samples_from_equilibrium)
        && points < samples - coverage.reach
    {
        text.push_str(&format!(
            " None of the points lies farther than {} from the equilibrium, samples lie up to {} from it: out there the field was never asked.",
            rounded(points),
            rounded(samples)
        ));
    }
    text
}

/// Three digits.
fn rounded(x: f64) -> String {
    arguments::show(Complex64::new(x, 0.0), 3)
}

fn place(x: &[f64]) -> String {
    let parts: Vec<String> = x.iter().take(4).map(|&x| rounded(x)).collect();
    format!("({}{})", parts.join(", "), if x.len() > 4 { ", …" } else { "" })
}
