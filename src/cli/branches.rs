//! `branches`: every λ̂ that a fit through a method can land on, for one mode.

use super::failure::Failure;
use super::{Answer, arguments, output};
use lambdahat::inverse::{Branches, Principal, branches};
use lambdahat::method::Sampling;
use num_complex::Complex64;

const EXAMPLES: &str = "\
Examples:
  lambdahat branches --method rk4 --lambda -0.1+2i
  lambdahat branches --method torchdiffeq:dopri5 --lambda -0.1+2i --interval 0.5 --substeps 2
  lambdahat branches --method leap-frog --lambda -0.1+2i --json";

/// Options of `branches`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The method that the loop integrates with
    #[arg(long, short, value_name = "METHOD")]
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
}

/// Prints the branches.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let method = arguments::method(&args.method)?;
    let sampling = Sampling::new(args.interval, args.substeps)?;
    let found = branches(&method, args.lambda, sampling)?;
    if json {
        output::json(&found)?;
    } else {
        print(&found)?;
    }
    Ok(Answer::Done)
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
