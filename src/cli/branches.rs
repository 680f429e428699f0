//! `branches`: every λ̂ that a fit through a method can land on, for one mode.

use super::arguments::Asked;
use super::failure::Failure;
use super::{Answer, arguments, output};
use lambdahat::inverse::step_control::{Assessment, Completeness, ControlledEquation, Gap, Search, Solution, assess, solutions};
use lambdahat::inverse::{Branches, Limits, Principal, branches};
use lambdahat::loops::{Call, StateNorm};
use lambdahat::method::Sampling;
use lambdahat::words::{Dialect, Say, Table, document, loops as words, number};
use num_complex::Complex64;
use serde::Serialize;
use std::f64::consts::TAU;

const EXAMPLES: &str = "\
Examples:
  lambdahat branches --method rk4 --lambda -0.1+2i
  lambdahat branches --method dormand-prince5 --lambda -0.1+2i --interval 0.5 --substeps 2
  lambdahat branches --method torchdiffeq:dopri5:rtol=1e-2,atol=1e-4 --lambda -0.02+2i     what the library's own steps learn
  lambdahat branches --method leap-frog --lambda -0.1+2i --json";

/// Options of `branches`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The method that the loop integrates with
    #[arg(long, short, value_name = "METHOD", value_parser = arguments::MethodName, hide_possible_values = true)]
    method: String,
    /// The true eigenvalue λ, as -0.1+2i
    #[arg(long, short, value_name = "RE+IMi", allow_hyphen_values = true, value_parser = arguments::complex)]
    lambda: Complex64,
    /// The time H between two samples
    #[arg(long, short = 'H', value_name = "H", default_value_t = 1.0, allow_hyphen_values = true)]
    interval: f64,
    /// The number m of integrator steps between two samples
    #[arg(long, value_name = "m", default_value_t = 1, allow_negative_numbers = true)]
    substeps: u32,
    /// For a library's call: the error norm runs over a batch of so many real starts, not over one complex state
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    batch: Option<u16>,
}

/// Prints the branches.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let method = match arguments::asked(&args.method)? {
        Asked::Call(call) => return through_call(&call, &args, json),
        Asked::Method(method) => method,
    };
    let sampling = Sampling::new(args.interval, args.substeps)?;
    let found = branches(&method, args.lambda, sampling)?;
    if json {
        output::json(&found)?;
    } else {
        print(&found)?;
    }
    Ok(Answer::Done)
}

/// The document for a call: that of a method, `null` where a value does not apply, and more.
#[derive(Serialize)]
struct Document<'a> {
    method: String,
    lambda: [f64; 2],
    interval: f64,
    substeps: Option<u32>,
    step: Option<f64>,
    at_infinity: Option<usize>,
    branches: &'a [Solution],
    completeness: Completeness,
    gap: &'a Option<Gap>,
    norm: &'a StateNorm,
    call: &'a Call,
    verdict: lambdahat::inverse::Verdict,
    threshold: Option<f64>,
    concerns: serde_json::Value,
    advice: serde_json::Value,
}

/// Aliases on either side of λ that are listed.
const ALIASES: f64 = 2.0;
/// Starts along a diameter of the search.
const STARTS: usize = 48;

fn through_call(call: &Call, args: &Args, json: bool) -> Result<Answer, Failure> {
    if args.substeps != 1 {
        return Err(Failure::new(format!("--substeps is for methods with equal steps; {} takes its own", call.name)));
    }
    let norm = args.batch.map_or_else(StateNorm::default, |n| StateNorm::phases(usize::from(n), 1.0));
    let equation = ControlledEquation::pairs(call, args.lambda, args.interval, norm)?;
    let limits = Limits::default();
    let radius = limits.reach * args.lambda.norm() + ALIASES * TAU / args.interval;
    let found = solutions(&equation, Search::Within { radius, starts: STARTS })?;
    let judged = assess(call, args.lambda, args.interval, 1.0, limits)?;
    if json {
        output::json(&Document {
            method: call.name.to_string(),
            lambda: [args.lambda.re, args.lambda.im],
            interval: args.interval,
            substeps: call.substeps(args.interval),
            step: call.substeps(args.interval).map(|m| args.interval / f64::from(m)),
            at_infinity: (found.completeness == Completeness::Certified).then_some(0),
            branches: &found.solutions,
            completeness: found.completeness,
            gap: &found.gap,
            norm: &equation.norm,
            call,
            verdict: judged.verdict,
            threshold: judged.threshold.map(|t| t.decay),
            concerns: document::told(&judged.concerns, Dialect::Terminal)?,
            advice: document::told(&judged.advice, Dialect::Terminal)?,
        })?;
        return Ok(Answer::Done);
    }
    output::line(format!("{}, λ = {}, a sample every {}", call.name, number::complex(args.lambda, 6), number::real(args.interval, 6)))?;
    for line in words::description(call) {
        output::line(format!("  {line}"))?;
    }
    let mut table = Table::new(&["", "LEARNED λ̂", "WHAT IT IS", "STEPS", "CONDITION"]);
    for (k, solution) in found.solutions.iter().enumerate() {
        table.row([
            (k + 1).to_string(),
            number::complex(solution.lambda, 12),
            words::origin(solution),
            words::effort(solution.steps.len(), solution.rejected, solution.evaluations),
            number::real(solution.condition, 4),
        ]);
    }
    output::line(format!("\n{}", table.fit(arguments::WIDTH)))?;
    print_judgement(&judged)?;
    output::line(words::completeness(found.completeness))?;
    Ok(Answer::Done)
}

fn print_judgement(judged: &Assessment) -> Result<(), Failure> {
    output::line("")?;
    for sentence in judged.concerns.iter().map(|c| c.say(Dialect::Terminal)).chain(judged.advice.iter().map(|a| a.say(Dialect::Terminal))) {
        output::line(sentence)?;
    }
    Ok(())
}

fn print(found: &Branches) -> Result<(), Failure> {
    let count = found.branches.len();
    output::line(format!(
        "{}, λ = {}, H = {}, m = {}: {count} {} that reproduce{} the samples{}",
        found.method,
        arguments::show(found.lambda, 6),
        arguments::show(Complex64::new(found.sampling.interval(), 0.0), 15),
        found.sampling.substeps(),
        if count == 1 { "eigenvalue" } else { "eigenvalues" },
        if count == 1 { "s" } else { "" },
        match found.at_infinity {
            0 => String::new(),
            n => format!(", {n} more at infinity"),
        }
    ))?;
    let mut table = output::table(&["", "LEARNED λ̂", "WHAT IT IS", "CERTAIN TO", "CONDITION", "RESIDUAL"]);
    for (k, branch) in found.branches.iter().enumerate() {
        let mut words: Vec<String> = branch.flags.iter().map(ToString::to_string).collect();
        if branch.principal {
            words.insert(0, "principal".into());
        }
        if branch.solutions > 1 {
            words.push(format!("{} that cannot be told apart", branch.solutions));
        }
        table.add_row([
            (k + 1).to_string(),
            arguments::show(branch.lambda, 15),
            words.join(", "),
            format!("{:.0e}", branch.radius),
            match branch.condition {
                k if k < 1e4 => format!("{k:.3}"),
                k if k.is_finite() => format!("{k:.1e}"),
                _ => "infinite".into(),
            },
            format!("{:.0e}", branch.residual),
        ]);
    }
    output::line(table.trim_fmt())?;
    let steep = found.steep();
    if steep > 0 {
        output::line(format!(
            "{steep} of them {} steep: the exact λ̂ reproduces the samples, the nearest double misses them by the residual.",
            if steep == 1 { "is" } else { "are" }
        ))?;
    }
    match &found.principal {
        Principal::Branch(_) => {}
        Principal::Infinity => output::line("The principal branch lies at infinity.")?,
        Principal::Undefined(why) => output::line(format!("There is no principal branch: {why}"))?,
    }
    if let Some(characteristic) = &found.characteristic {
        output::line("Roots of ρ(ζ) − hλ̂σ(ζ), the physical one first:")?;
        for root in &characteristic.roots {
            let word = if root.ignited { "   parasitic, grows faster than the solution" } else { "" };
            let size = arguments::show(Complex64::new(root.zeta.norm(), 0.0), 7);
            output::line(format!("  {}   |ζ| = {size}{word}", arguments::show(root.zeta, 12)))?;
        }
    }
    Ok(())
}
