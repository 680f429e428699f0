//! `predict`: what a loop will learn from these data, or from a named system, through each method.

use super::failure::Failure;
use super::{Answer, arguments, output};
use comfy_table::{Cell, Color};
use lambdahat::data::Reading;
use lambdahat::dynamics::System;
use lambdahat::figure::{self, SampleFigure};
use lambdahat::inverse::Limits;
use lambdahat::inverse::{Principal, Verdict};
use lambdahat::method::{Method, Sampling};
use lambdahat::predict::{Measure, MethodReport, ModeReport, PredictError, Prediction, Report, Subject, default_methods};
use lambdahat::truth::{Mode, ModesOptions};
use lambdahat::words::{Dialect, Say, document, no_modes};
use num_complex::Complex64;
use std::f64::consts::TAU;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  lambdahat predict                                          a damped oscillator, through the methods that people train with
  lambdahat predict examples/lynx_hare.csv --log             your own samples; --log where changes are proportional to size
  lambdahat predict --system lotka-volterra:alpha=2 --interval 0.5
  lambdahat predict DATA.csv --method torchdiffeq:rk4 --method my_scheme.toml --substeps 2

DATA.csv: a header, then a row a sample; time in the column `t` or `time`, else in the first; a column `trajectory` tells
trajectories apart. The true modes are found without any integrator, from the map between successive samples.";

/// Options of `predict`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Evenly spaced samples; without them and without --system a damped oscillator is predicted
    #[arg(value_name = "DATA.csv")]
    data: Option<PathBuf>,
    /// A built-in system instead of data: NAME or NAME:parameter=value,parameter=value
    #[arg(long, value_name = "SYSTEM", conflicts_with = "data")]
    system: Option<String>,
    /// A method that the loop might integrate with; may be given more than once
    #[arg(long, short, value_name = "METHOD")]
    method: Vec<String>,
    /// The time H between two samples, for a system; data have their own
    #[arg(long, short = 'H', value_name = "H", conflicts_with = "data", allow_hyphen_values = true)]
    interval: Option<f64>,
    /// The number m of integrator steps between two samples
    #[arg(long, value_name = "m", default_value_t = 1, allow_negative_numbers = true)]
    substeps: u32,
    /// Branches with |λ̂| up to so many times |λ| count
    #[arg(long, value_name = "TIMES", default_value_t = 3.0, value_parser = arguments::positive, allow_negative_numbers = true)]
    reach: f64,
    /// How far λ̂ may be from λ, relative to |λ|, and still be faithful
    #[arg(long, value_name = "SHARE", default_value_t = 0.01, value_parser = arguments::positive, allow_negative_numbers = true)]
    tolerance: f64,
    /// The degree of the map between samples; left out, cross-validation chooses
    #[arg(long, value_name = "DEGREE", allow_negative_numbers = true)]
    degree: Option<usize>,
    /// Fit the logarithms of the data, which must be positive
    #[arg(long)]
    log: bool,
    /// The seed of the bootstrap
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    seed: u64,
    /// Draw the worst mode, through the method that makes the worst of it: .svg, .png or .json (the figure's data)
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

/// Predicts and prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    if let Some(path) = &args.figure {
        output::no_input("--figure", path, &[("the data", args.data.as_deref())])?;
    }
    let methods: Vec<Method> = arguments::methods(&args.method)?;
    let embedded = args.data.is_none() && args.system.is_none();
    let mut known: Option<System> = None;
    let mut samples = None;
    let subject = match &args.data {
        Some(path) => {
            let data = Reading::default().open(path)?;
            let options = ModesOptions { degree: args.degree, log: args.log, seed: args.seed, ..ModesOptions::default() };
            let subject = Subject::from_data(&data, &options)?;
            samples = Some(data);
            subject
        }
        None => {
            let system = System::parse(args.system.as_deref().unwrap_or("oscillator"))?;
            let subject = Subject::from_system(&system, args.interval.unwrap_or_else(|| system.default_interval()))?;
            known = Some(system);
            subject
        }
    };
    let limits = Limits { reach: args.reach, tolerance: args.tolerance };
    let drawn = methods.clone();
    let mut report = Prediction { subject, methods, substeps: args.substeps, limits }.report().map_err(no_prediction)?;
    let asked = if drawn.is_empty() { default_methods()? } else { drawn.clone() };
    match (&known, &samples) {
        (Some(system), _) => report.add_drift(system, &asked),
        (None, Some(data)) => report.add_drift_of_samples(data, &asked),
        (None, None) => {}
    }
    if let Some(path) = &args.figure {
        let sampling = Sampling::new(report.interval, args.substeps)?;
        let (method, found, lambda) = worst(&report, drawn)?;
        let figure = match &samples {
            Some(data) => {
                let from = SampleFigure { data, log: args.log, report: &report, method: found };
                figure::prediction_of_samples(from, &method, lambda, sampling)?
            }
            None => figure::prediction(&method, lambda, sampling)?,
        };
        figure.save(path)?;
    }
    if json {
        output::json(&document::prediction(&report, Dialect::Terminal)?)?;
    } else {
        if embedded {
            output::line(
                "No data and no system given: this is the embedded damped oscillator. For your own samples: lambdahat predict DATA.csv\n",
            )?;
        }
        print(&report)?;
        if let Some(path) = &args.figure {
            output::line(format!("written: {}", path.display()))?;
        }
    }
    Ok(Answer::Done)
}

/// A failure in words; where there is no mode, with what became of the modes.
pub fn no_prediction(error: PredictError) -> Failure {
    match error {
        PredictError::NoModes { subject, samples, caveats } => Failure::new(no_modes(&subject, samples, &caveats, Dialect::Terminal)),
        other => other.into(),
    }
}

/// The method and mode with the worst verdict, and of those the one that is furthest off.
fn worst(report: &Report, asked: Vec<Method>) -> Result<(Method, &MethodReport, Complex64), Failure> {
    let methods = if asked.is_empty() { default_methods()? } else { asked };
    let off = |mode: &ModeReport| {
        let miss = |learned: Complex64| (learned - mode.branches.lambda).norm();
        (mode.verdict, mode.branches.principal().map_or(f64::INFINITY, |b| miss(b.lambda)))
    };
    let worse = |a: &(Option<Verdict>, f64), b: &(Option<Verdict>, f64)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1));
    std::iter::zip(methods, &report.methods)
        .flat_map(|(method, found)| report.upper_modes().map(move |(k, _)| (method.clone(), found, &found.modes[k])))
        .filter(|(.., mode)| mode.branches.principal().is_some())
        .max_by(|(.., a), (.., b)| worse(&off(a), &off(b)))
        .map(|(method, found, mode)| (method, found, mode.branches.lambda))
        .ok_or_else(|| Failure::new("no mode has a principal branch through these methods, so there is no figure to draw"))
}

fn print(report: &Report) -> Result<(), Failure> {
    let samples = match report.samples {
        0 => String::new(),
        n => format!("{n} samples of {}, ", count(report.trajectories, "trajectory", "trajectories")),
    };
    output::line(format!("{}: {samples}one every {}", report.source, report.interval))?;
    output::line("\nThe truth, found without an integrator:")?;
    let mut table = output::table(&["λ", "UNCERTAINTY", "EQUILIBRIUM", "WHAT IT DOES"]);
    for (_, mode) in report.upper_modes() {
        table.add_row([pair(mode), certainty(mode), point(&mode.equilibrium), behaviour(mode)]);
    }
    output::line(table.trim_fmt())?;
    for caveat in &report.caveats {
        paragraph(&format!("Note: {}", caveat.say(Dialect::Terminal)))?;
    }
    let substeps = report.methods.first().map_or(1, |m| m.substeps);
    output::line(format!("\nWhat a fit learns through each method, {} a sample:", count(substeps as usize, "step", "steps")))?;
    let mut table = output::table(&["METHOD", "f A SAMPLE", "VERDICT", "λ̂ (PRINCIPAL)", "OTHERS", "WHY"]);
    for method in &report.methods {
        for (row, (k, _)) in report.upper_modes().enumerate() {
            table.add_row(cells(method, &method.modes[k], row == 0));
        }
    }
    output::line(table.trim_fmt())?;
    output::line(format!(
        "\nfaithful: λ̂ is λ to {} %.  distorted: it is further off.  artifact: a λ̂ up to {} |λ| grows where the truth decays, or the\n\
         reverse, or turns the other way. All λ̂ of a row reproduce the samples equally well; training picks one of them.",
        100.0 * report.limits.tolerance,
        report.limits.reach
    ))?;
    print_drift(report)?;
    let steep: usize = report.methods.iter().flat_map(|m| &m.modes).map(|m| m.branches.steep()).sum();
    if steep > 0 {
        paragraph(&format!(
            "{steep} of these λ̂ do so only in more digits than a double has: R is that steep there, and no training in doubles finds them."
        ))?;
    }
    let Some(advice) = &report.recommendation else {
        return output::line("\nNothing is recommended: the samples settle no mode.");
    };
    output::line(format!(
        "\nRecommended: {} with {} a sample: {}.",
        advice.method,
        count(advice.substeps as usize, "step", "steps"),
        advice.why
    ))?;
    if let Some(orbits) = &advice.along_orbits {
        let instead = match &orbits.least {
            Some((method, _, least)) => format!("{method} changes them least, by {:.2e} % a turn", 100.0 * least),
            None => "no method tried changes them less; take a smaller step".to_owned(),
        };
        paragraph(&format!(
            "That is judged by the modes. Along the orbits it changes the amplitude by {:.3} % a turn; {instead}.",
            100.0 * orbits.shift
        ))?;
    }
    if let Some(any) = advice.any_step.as_ref().filter(|any| any.method != advice.method || advice.substeps != any.substeps) {
        paragraph(&format!("Safe at any step: {} with one step a sample: {}.", any.method, any.why))?;
    }
    Ok(())
}

fn cells(method: &MethodReport, mode: &ModeReport, first: bool) -> [Cell; 6] {
    let colour = match mode.verdict {
        Some(Verdict::Faithful) => Color::Green,
        Some(Verdict::Distorted) => Color::Yellow,
        Some(Verdict::Artifact) => Color::Red,
        None => Color::Grey,
    };
    let principal = mode.branches.principal();
    let others = mode.branches.branches.len() - usize::from(principal.is_some());
    let mut why = match (&mode.branches.principal, mode.reasons.first()) {
        (_, None) => String::new(),
        // Where they meet is in the JSON.
        (Principal::Undefined(_), Some(_)) if mode.verdict == Some(Verdict::Distorted) => {
            "no principal branch: on the way from z = 0 two branches meet".into()
        }
        (_, Some(reason)) => reason.clone(),
    };
    if mode.ignites() {
        why.push_str("; a parasitic root outgrows the solution");
    }
    [
        Cell::new(if first { method.method.as_str() } else { "" }),
        Cell::new(if first { method.evaluations.to_string() } else { String::new() }),
        Cell::new(mode.verdict.map_or_else(|| "not settled".to_owned(), |verdict| verdict.to_string())).fg(colour),
        Cell::new(principal.map_or_else(|| "none".into(), |b| short(b.lambda))),
        Cell::new(others),
        Cell::new(why),
    ]
}

/// Text in lines of at most 110 characters.
fn paragraph(text: &str) -> Result<(), Failure> {
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 110 {
            output::line(&line)?;
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    output::line(line)
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Four digits; a part that is rounding beside the other is left at zero.
fn short(z: Complex64) -> String {
    let part = |x: f64| if x.abs() <= 1e-12 * z.norm() { 0.0 } else { x };
    arguments::show(Complex64::new(part(z.re), part(z.im)), 4)
}

fn pair(mode: &Mode) -> String {
    if mode.lambda.im == 0.0 { short(mode.lambda) } else { short(mode.lambda).replacen(" + ", " ± ", 1) }
}

fn certainty(mode: &Mode) -> String {
    match mode.uncertainty {
        None => "unknown".into(),
        Some(0.0) => "exact".into(),
        Some(u) => format!("{u:.1e}"),
    }
}

fn point(x: &[f64]) -> String {
    let parts: Vec<String> = x.iter().take(6).map(|x| format!("{:.4}", if x.abs() < 5e-5 { 0.0 } else { *x })).collect();
    format!("({}{})", parts.join(", "), if x.len() > 6 { ", …" } else { "" })
}

/// A mode in words.
fn behaviour(mode: &Mode) -> String {
    let time = |x: f64| format!("{:.3}", x);
    let growth = match mode.lambda.re {
        x if x < 0.0 => format!("decays, by half every {}", time(2f64.ln() / -x)),
        x if x > 0.0 => format!("grows, doubling every {}", time(2f64.ln() / x)),
        _ => "neither decays nor grows".into(),
    };
    if mode.lambda.im == 0.0 { growth } else { format!("turns once every {}, {growth}", time(TAU / mode.lambda.im.abs())) }
}

/// What becomes of orbits, where that is known.
fn print_drift(report: &Report) -> Result<(), Failure> {
    let Some(first) = report.methods.iter().flat_map(|m| &m.drift).next() else { return Ok(()) };
    let (what, heading) = match first.measures {
        Measure::Invariant => ("a quantity that the truth keeps", "CHANGE A TURN"),
        Measure::Distance => ("the distance from the orbit's centre, beyond what the truth does", "CHANGE A TURN"),
    };
    let exact = first.power.is_none();
    if report.methods.iter().flat_map(|m| &m.drift).all(|drift| !drift.converging && drift.per_period.is_none()) {
        return paragraph(
            "Orbits: the series of the learned field converges at this h for none of these methods, so that only the modes are known of it. Take smaller steps (--substeps).",
        );
    }
    let from = if exact { "linear, hence exact" } else { "its series in h" };
    output::line(format!("\nOrbits in the learned field ({from}, on the principal branch), {what}:"))?;
    let mut table = output::table(&["METHOD", "START", heading, "LEFT OUT", "THROUGH", "PERIOD (TRUE)", "AMPLITUDE", ""]);
    let number = |x: Option<f64>| x.map_or_else(|| "unknown".to_owned(), |x| format!("{x:.1e}"));
    let signed = |x: Option<f64>| x.map_or_else(|| "none".to_owned(), |x| format!("{x:+.3e}"));
    let (mut diverging, mut judged) = (false, 0);
    for method in &report.methods {
        for (row, drift) in method.drift.iter().enumerate() {
            let period = |x: Option<f64>| x.map_or_else(|| "?".to_owned(), |x| format!("{x:.4}"));
            let warning = match (&drift.why, drift.converging) {
                (Some(why), true) => why.to_string(),
                (_, false) => "does not converge".to_owned(),
                (None, true) => String::new(),
            };
            diverging |= !drift.converging;
            judged += 1;
            table.add_row([
                Cell::new(if row == 0 { method.method.as_str() } else { "" }),
                Cell::new(point(&drift.start)),
                Cell::new(signed(drift.per_period)),
                Cell::new(number(drift.truncation)),
                Cell::new(drift.power.map_or_else(|| "exact".to_owned(), |power| format!("h^{power}"))),
                Cell::new(format!("{} ({})", period(drift.period), period(drift.true_period))),
                Cell::new(drift.amplitude_shift.map_or_else(String::new, |x| format!("{:+.3} %", 100.0 * x))),
                Cell::new(warning).fg(Color::Red),
            ]);
        }
    }
    output::line(table.trim_fmt())?;
    if judged > 0 && !exact {
        paragraph("LEFT OUT is the effect of the first term left out, an estimate of the error of the change.")?;
    }
    if diverging {
        paragraph(
            "Does not converge: the series does not converge at this h (judged by the largest |h^k f_k| along the orbit, the last two of which must \
             shrink, and by |hλ| at the equilibrium, which must be smaller than the series' radius on the linear part): these numbers say little. \
             Take a smaller step.",
        )?;
    }
    Ok(())
}
