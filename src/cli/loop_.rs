//! `loop`: what a library's training call does between two samples, step by step.

use super::failure::Failure;
use super::{Answer, arguments, defaults, output, screen};
use lambdahat::figure;
use lambdahat::inverse::step_control::threshold;
use lambdahat::loops::{Call, StateNorm, Trace};
use lambdahat::loops::{Filter, Regression};
use lambdahat::words::regressions::description;
use lambdahat::words::{Table, loops as words, number, wrapped};
use num_complex::Complex64;
use serde::Serialize;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  lambdahat loop torchdiffeq:dopri5:rtol=1e-3,atol=1e-5
  lambdahat loop diffrax:Tsit5:rtol=1e-3,atol=1e-6,dt0=0.5 -l -0.02+2i -H 0.5
  lambdahat loop torchdiffeq:rk4:step_size=0.3 --samples 3
  lambdahat loop pysindy:FiniteDifference:order=4

CALL is LIBRARY:NAME[:option=value,…] in the words of torchdiffeq, diffrax,
scipy, torchdyn or OrdinaryDiffEq. It is followed on the mode ẏ = λy, from one
complex state of size 1 or from a batch of real ones.";

/// Options of `loop`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The training call
    #[arg(value_name = "CALL", value_parser = arguments::MethodName, hide_possible_values = true)]
    call: String,
    /// The eigenvalue λ of the mode
    #[arg(long, short, value_name = "RE+IMi", default_value = defaults::MODE, allow_hyphen_values = true, value_parser = arguments::complex)]
    lambda: Complex64,
    /// Sampling interval H
    #[arg(long, short = 'H', value_name = "H", default_value_t = 1.0, value_parser = arguments::positive)]
    interval: f64,
    /// Samples that one call covers, after the start
    #[arg(long, value_name = "K", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    samples: u16,
    /// Real starts in the batch, phases spread evenly [default: one complex state]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    batch: Option<u16>,
    /// The size of the mode in the data, beside which atol counts
    #[arg(long, value_name = "SIZE", default_value_t = 1.0, value_parser = arguments::positive)]
    amplitude: f64,
    /// Draw the steps with the interpolant, and λ̂ with its sign threshold against rtol; .svg, .png or .json
    #[arg(long, value_name = "FILE")]
    figure: Option<PathBuf>,
}

/// What a derivative regression does, and what it learns of the mode.
fn regressed(regression: &Regression, args: &Args, json: bool) -> Result<Answer, Failure> {
    let learned = regression.learned(args.lambda, args.interval).map_err(|why| Failure::new(format!("{}: {why}", regression.name)))?;
    if json {
        output::json(&serde_json::json!({
            "call": regression.name,
            "lambda": [args.lambda.re, args.lambda.im],
            "interval": args.interval,
            "regression": regression,
            "learned": learned,
        }))?;
        return Ok(Answer::Done);
    }
    let heading =
        format!("{} on a mode λ = {}, a sample every {}", regression.name, number::complex(args.lambda, 6), number::real(args.interval, 6));
    output::line(heading)?;
    for line in description(regression) {
        output::line(wrapped(&line, "  ", "    ", super::screen::width()))?;
    }
    let second = regression.second.as_ref();
    let last_column = if second.is_some() { "WEIGHT IN ẍ (1/H²)" } else { "WEIGHT IN x" };
    let mut table = Table::new(&["SAMPLE AT", "WEIGHT IN ẋ (1/H)", last_column]);
    let derivative = &regression.derivative;
    let smoothing = regression.smoothing.as_ref();
    let (mut first, mut last) = (derivative.first, derivative.first + derivative.weights.len() as i32);
    if let Some(filter) = smoothing {
        first = first.min(filter.first);
        last = last.max(filter.first + filter.weights.len() as i32);
    }
    let weight = |filter: &Filter, j: i32| usize::try_from(j - filter.first).ok().and_then(|k| filter.weights.get(k)).copied();
    for j in first..last {
        let shown = |w: Option<f64>| w.map_or_else(String::new, |w| number::real(w, 6));
        let state =
            smoothing.or(second).map_or_else(|| if j == 0 { "1".to_owned() } else { String::new() }, |filter| shown(weight(filter, j)));
        table.row([format!("{j}H"), shown(weight(derivative, j)), state]);
    }
    output::line(format!("\n{}", table.fit(super::screen::width())))?;
    if second.is_some() {
        output::line(format!("\nλ̂ = {}", number::complex(learned.lambda, 9)))?;
        return Ok(Answer::Done);
    }
    let last = format!(
        "D(λ) = {}, S(λ) = {}: λ̂ = D/S = {}{}",
        number::complex(learned.derivative, 8),
        number::complex(learned.smoothing, 8),
        number::complex(learned.lambda, 9),
        if learned.removed { "; the smoothing removes this mode" } else { "" }
    );
    output::line(format!("\n{}", wrapped(&last, "", "  ", super::screen::width())))?;
    Ok(Answer::Done)
}

/// The document of `loop --json`.
#[derive(Serialize)]
struct Document<'a> {
    call: String,
    loop_: &'a Call,
    lambda: [f64; 2],
    interval: f64,
    samples: Vec<Sample>,
    #[serde(flatten)]
    trace: &'a Trace,
    accepted: usize,
    rejected: usize,
    threshold: Option<f64>,
}

#[derive(Serialize)]
struct Sample {
    time: f64,
    multiplier: [f64; 2],
    exact: [f64; 2],
    error: f64,
    place: f64,
}

/// Follows and prints.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    if let Some(regression) = arguments::regression(&args.call)? {
        return regressed(&regression, &args, json);
    }
    let call = arguments::call(&args.call)?.ok_or_else(|| {
        Failure::new(format!("`{}` is no training call: write LIBRARY:NAME, as torchdiffeq:dopri5 or diffrax:Tsit5", args.call))
    })?;
    if let Some(path) = &args.figure {
        figure::file::writable(path)?;
    }
    if args.samples == 1 {
        call.check_interval(args.interval)?;
    }
    let norm = args.batch.map_or_else(|| StateNorm::amplitude(args.amplitude), |n| StateNorm::phases(usize::from(n), args.amplitude));
    let times: Vec<f64> = (1..=args.samples).map(|k| f64::from(k) * args.interval).collect();
    let trace = call.follow(args.lambda, &times, &norm)?;
    if let Some(path) = &args.figure {
        figure::call_figure(std::slice::from_ref(&call), args.lambda, args.interval, &norm)?.save(path)?;
    }
    let samples: Vec<Sample> = std::iter::zip(&times, std::iter::zip(&trace.multipliers, &trace.places))
        .map(|(time, (multiplier, place))| {
            let exact = (args.lambda * time).exp();
            Sample {
                time: *time,
                multiplier: [multiplier.re, multiplier.im],
                exact: [exact.re, exact.im],
                error: (multiplier - exact).norm() / exact.norm(),
                place: *place,
            }
        })
        .collect();
    let star = if args.lambda.im == 0.0 { None } else { threshold(&call, args.lambda.im, args.interval, &norm).ok().map(|t| t.decay) };
    if json {
        output::json(&Document {
            call: call.name.to_string(),
            loop_: &call,
            lambda: [args.lambda.re, args.lambda.im],
            interval: args.interval,
            samples,
            accepted: trace.accepted(),
            rejected: trace.rejected(),
            trace: &trace,
            threshold: star,
        })?;
        return Ok(Answer::Done);
    }
    screen::paragraph(&format!(
        "{} on a mode λ = {}, a sample every {}",
        call.name,
        number::complex(args.lambda, 6),
        number::real(args.interval, 6)
    ))?;
    for line in words::description(&call) {
        screen::labelled("  ", &line)?;
    }
    let mut table = Table::new(&["FROM", "STEP", "TO", "SCALED ERROR", ""]);
    for attempt in &trace.attempts {
        table.row([
            number::real(attempt.time, 6),
            number::real(attempt.step, 6),
            number::real(attempt.time + attempt.step, 6),
            attempt.ratio.map_or_else(String::new, |r| number::real(r, 3)),
            if attempt.kept { String::new() } else { "rejected".to_owned() },
        ]);
    }
    output::line(format!("\n{}", table.fit(screen::width())))?;
    let mut table = Table::new(&["SAMPLE AT", "y(t)/y(0)", "TRUTH", "RELATIVE ERROR", "IN THE STEP"]);
    for sample in &samples {
        let z = |[re, im]: [f64; 2]| number::complex(Complex64::new(re, im), 6);
        table.row([
            number::real(sample.time, 6),
            z(sample.multiplier),
            z(sample.exact),
            number::real(sample.error, 2),
            if sample.place >= 1.0 { "at its end".to_owned() } else { format!("interpolated at {}", number::percent(sample.place)) },
        ]);
    }
    output::line(format!("\n{}", table.fit(screen::width())))?;
    output::line(format!("\n{}.", words::effort(trace.accepted(), trace.rejected(), trace.evaluations)))?;
    match star {
        Some(star) if star > 0.0 => screen::paragraph(&format!(
            "At frequency {} a decay slower than {} per unit of time is learned as growth.",
            number::real(args.lambda.im, 4),
            number::real(star, 3)
        ))?,
        Some(star) if star < 0.0 => screen::paragraph(&format!(
            "At frequency {} a growth slower than {} per unit of time is learned as decay.",
            number::real(args.lambda.im, 4),
            number::real(-star, 3)
        ))?,
        _ => {}
    }
    Ok(Answer::Done)
}
