//! `branches`: every λ̂ that a fit through a method can land on, for one mode.

use super::arguments::Asked;
use super::failure::Failure;
use super::{Answer, arguments, call_branches, output, screen};
use lambdahat::inverse::step_control::Usage;
use lambdahat::inverse::{self, Branch, Branches, Principal, branches};
use lambdahat::loops::{Precision, Regression, StateNorm};
use lambdahat::method::Sampling;
use lambdahat::words::number::{complex, count, real};
use lambdahat::words::regressions::description;
use lambdahat::words::{Dialect, Say, Table, document, flag};
use num_complex::Complex64;

const EXAMPLES: &str = "\
Examples:
  lambdahat branches --method rk4 --lambda -0.1+2i
  lambdahat branches --method dormand-prince5 --lambda -0.1+2i --substeps 2
  lambdahat branches --method torchdiffeq:dopri5:rtol=1e-2 --lambda -0.02+2i
  lambdahat branches --method pysindy:FiniteDifference --lambda -0.1+2i
  lambdahat branches --method leap-frog --lambda -0.1+2i --json";

/// Options of `branches`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The method to train through
    #[arg(long, short, value_name = "METHOD", value_parser = arguments::MethodName, hide_possible_values = true)]
    method: String,
    /// The true eigenvalue λ, as -0.1+2i
    #[arg(long, short, value_name = "RE+IMi", allow_hyphen_values = true, value_parser = arguments::complex)]
    lambda: Complex64,
    /// Sampling interval H
    #[arg(long, short = 'H', value_name = "H", default_value_t = 1.0, allow_hyphen_values = true)]
    interval: f64,
    /// Integrator steps per sampling interval
    #[arg(long, value_name = "m", default_value_t = 1, allow_negative_numbers = true)]
    substeps: u32,
    /// For library calls: real starts in the batch [default: one complex state]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=4096))]
    batch: Option<u16>,
    /// For a library's call: the size of the mode in the data, beside which atol counts
    #[arg(long, value_name = "SIZE", default_value_t = 1.0, value_parser = arguments::positive)]
    amplitude: f64,
    /// For a library's call, what one call covers: pairs, or trajectory:K for K samples (no model is then without loss; the least-squares one is given)
    #[arg(long = "call", value_name = "pairs|trajectory:K", default_value = "pairs", value_parser = arguments::covered)]
    covered: usize,
    /// For a library's call, the precision of the training [default: both are thought of]
    #[arg(long, value_name = "float32|float64", value_parser = arguments::precision)]
    dtype: Option<Precision>,
}

impl Args {
    /// What METHOD means, a call in the precision that is asked for.
    fn asked(&self) -> Result<Asked, Failure> {
        let Some(dtype) = self.dtype else { return arguments::asked(&self.method) };
        let call = match arguments::call(&self.method)? {
            Some(call) if call.precision.is_none() => call.in_precision(dtype),
            Some(call) => call,
            None => return Err(Failure::new(format!("--dtype is for a library's call, and `{}` is none", self.method))),
        };
        if call.is_one_step_a_sample() { arguments::asked(&self.method) } else { Ok(Asked::Call(Box::new(call))) }
    }
}

/// Prints the branches.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let method = match args.asked()? {
        Asked::Method(method) => *method,
        Asked::Call(call) if args.substeps == 1 => {
            let norm =
                args.batch.map_or_else(|| StateNorm::amplitude(args.amplitude), |n| StateNorm::phases(usize::from(n), args.amplitude));
            let usage = Usage { norm, samples: args.covered, ..Usage::amplitude(args.amplitude) };
            return call_branches::run(&call, args.lambda, args.interval, &usage, json);
        }
        Asked::Regression(regression) => return regressed(&regression, &args, json),
        Asked::Call(call) => return Err(Failure::new(format!("--substeps is for methods with equal steps; {} takes its own", call.name))),
    };
    let sampling = Sampling::new(args.interval, args.substeps)?;
    let found = branches(&method, args.lambda, sampling)?;
    if json {
        output::json(&document::branches(&found, Dialect::Terminal)?)?;
    } else {
        print(&found)?;
    }
    Ok(Answer::Done)
}

/// The one λ̂ of a derivative regression.
fn regressed(regression: &Regression, args: &Args, json: bool) -> Result<Answer, Failure> {
    let sampling = Sampling::new(args.interval, args.substeps)?;
    let (found, mode) =
        inverse::regressed(regression, args.lambda, sampling).map_err(|why| Failure::new(format!("{}: {why}", regression.name)))?;
    if json {
        let mut document = document::branches(&found, Dialect::Terminal)?;
        document["regression"] = serde_json::to_value(regression)?;
        document["derivative"] = serde_json::to_value([mode.derivative.re, mode.derivative.im])?;
        document["smoothing"] = serde_json::to_value([mode.smoothing.re, mode.smoothing.im])?;
        document["removed"] = mode.removed.into();
        output::json(&document)?;
        return Ok(Answer::Done);
    }
    for line in description(regression) {
        screen::paragraph(&line)?;
    }
    print(&found)?;
    if mode.removed {
        screen::paragraph("The smoothing removes this mode: λ̂ is a ratio of two small numbers. Shorten the window.")?;
    }
    Ok(Answer::Done)
}

/// Digits that are shown of λ̂: all that a double has.
const ALL: usize = 15;

fn print(found: &Branches) -> Result<(), Failure> {
    let number = found.branches.len();
    let infinite = match found.at_infinity {
        0 => String::new(),
        n => format!(", and {n} more at infinity"),
    };
    let steps = count(found.sampling.substeps() as usize, "step", "steps");
    screen::paragraph(&format!(
        "Trained through {} with {steps} per sample (H = {}), λ = {} has {} that reproduce{} the samples{infinite}.",
        found.method,
        real(found.sampling.interval(), ALL),
        complex(found.lambda, 6),
        count(number, "eigenvalue", "eigenvalues"),
        if number == 1 { "s" } else { "" },
    ))?;
    match found.principal {
        Principal::Branch(k) => {
            let what = kind(&found.branches[k]);
            let what = if what.is_empty() { "of the same kind as λ".to_owned() } else { what };
            screen::paragraph(&format!("The principal branch is number {}: {what}.", k + 1))?;
        }
        other => screen::paragraph(&other.undefined().map_or_else(String::new, |why| why.say(Dialect::Terminal)))?,
    }
    let mut table = Table::new(&["", "LEARNED λ̂", "WHAT IT IS", "CERTAIN TO", "CONDITION", "RESIDUAL"]).details(&[3, 4, 5]);
    for (k, branch) in found.branches.iter().enumerate() {
        let mut what = kind(branch);
        if branch.principal {
            what = if what.is_empty() { "principal".into() } else { format!("principal, {what}") };
        }
        let condition = if branch.condition.is_finite() { real(branch.condition, 4) } else { "infinite".into() };
        table.row([(k + 1).to_string(), complex(branch.lambda, ALL), what, real(branch.radius, 1), condition, real(branch.residual, 1)]);
    }
    screen::table(&table)?;
    let steep = found.steep();
    if steep > 0 {
        screen::paragraph(&format!(
            "{steep} of them {} steep: the exact λ̂ reproduces the samples, the nearest double misses them by the residual.",
            if steep == 1 { "is" } else { "are" }
        ))?;
    }
    if let Some(characteristic) = &found.characteristic {
        output::line("Roots of ρ(ζ) − hλ̂σ(ζ), the physical one first:")?;
        let mut table = Table::new(&["ζ", "|ζ|", ""]);
        for root in &characteristic.roots {
            let word = if root.ignited { "parasitic, grows faster than the solution" } else { "" };
            table.row([complex(root.zeta, 12), real(root.zeta.norm(), 7), word.to_owned()]);
        }
        screen::table(&table)?;
    }
    Ok(())
}

/// In which ways a branch differs from the mode in kind.
fn kind(branch: &Branch) -> String {
    let mut words: Vec<String> =
        branch.flags.iter().map(|&f| if flag(f) == f.word() { f.word().to_owned() } else { format!("{} ({f})", flag(f)) }).collect();
    if branch.solutions > 1 {
        words.push(format!("{} that cannot be told apart", branch.solutions));
    }
    words.join(", ")
}
