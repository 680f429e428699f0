//! `modified`: the field that a method really follows, or with `--inverse` the one that a perfect fit through it learns.

use super::failure::Failure;
use super::modified_at::{self, Point};
use super::{Answer, arguments, output, screen};
use lambdahat::dynamics::{PolynomialField, System};
use lambdahat::method::Method;
use lambdahat::order::{FieldExpansion, ModifiedReport, inverse_linear_radius, modified_linear_radius};
use lambdahat::stability::StabilityFunction;
use lambdahat::words::folded_sum;
use lambdahat::words::number::real;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  lambdahat modified --system lotka-volterra -m rk4 --order 8 --inverse
  lambdahat modified --system my_field.toml -m forward-euler --latex
  lambdahat modified --system van-der-pol:mu=2 -m adams-bashforth-2 --inverse
  lambdahat modified --system pendulum -m midpoint --at 0.5,1 --step 0.1
  lambdahat modified --system model.json -m rk4 --at 1.5,1 --step 0.5

A system file is TOML, one line per variable: x = '2/3 x - 4/3 x y'
(docs/systems.md). With --at a model file will do too.";

/// Options of `modified`.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A polynomial system: NAME or FILE.toml, then :parameter=value,…; with --at any system, or a model file
    #[arg(long, value_name = "NAME|FILE")]
    system: String,
    /// The method
    #[arg(long, short, value_name = "METHOD")]
    method: String,
    /// The highest power of h
    #[arg(long, value_name = "N", default_value_t = 4)]
    order: usize,
    /// The inverse modified equation: what a perfect fit through the method learns
    #[arg(long)]
    inverse: bool,
    /// Print LaTeX
    #[arg(long)]
    latex: bool,
    /// Evaluate at one point instead of printing polynomials
    #[arg(long, value_name = "X,Y,…", allow_hyphen_values = true, requires = "step", conflicts_with = "latex")]
    at: Option<String>,
    /// Step size h, for --at
    #[arg(long, value_name = "h", value_parser = arguments::positive, requires = "at")]
    step: Option<f64>,
}

/// The document of `modified --json`.
#[derive(Serialize)]
struct Document {
    #[serde(flatten)]
    report: ModifiedReport,
    /// On a linear field the series converges while |hλ| is smaller; `null` where it always does, absent for multistep methods.
    #[serde(skip_serializing_if = "Option::is_none")]
    linear_radius: Option<Option<f64>>,
}

/// Prints the expansion.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    if args.order == 0 {
        return Err(Failure::new("--order 0 is the field itself; ask for at least the first power of h"));
    }
    let method = arguments::method(&args.method)?;
    if let Some((at, step)) = args.at.as_deref().zip(args.step) {
        let point = Point { system: &args.system, at, step, power: args.order, inverse: args.inverse };
        return modified_at::run(&point, &method, json);
    }
    let field = field(&args.system)?;
    let radius = match &method {
        Method::RungeKutta(method) if args.inverse => Some(inverse_linear_radius(&StabilityFunction::of(method))?.radius),
        Method::RungeKutta(method) => Some(modified_linear_radius(&StabilityFunction::of(method))?),
        Method::Multistep(_) => None,
    };
    let expansion = match (method, args.inverse) {
        (Method::RungeKutta(method), true) => FieldExpansion::inverse(&method, &field, args.order)?,
        (Method::RungeKutta(method), false) => FieldExpansion::modified(&method, &field, args.order)?,
        (Method::Multistep(method), true) => FieldExpansion::multistep(&method, &field, args.order)?,
        (Method::Multistep(method), false) => {
            return Err(Failure::new(format!(
                "`{}` is a multistep method: its solutions follow no single field (the parasitic roots are of their own); what is defined is the field \
                 that a fit through it learns, with --inverse",
                method.name()
            )));
        }
    };
    let report = expansion.report();
    if json {
        output::json(&Document { report, linear_radius: radius.map(|r| Some(r).filter(|r| r.is_finite())) })?;
        return Ok(Answer::Done);
    }
    if !args.latex {
        let what = if report.inverse { "what a perfect fit through it learns" } else { "the field that its steps follow" };
        let exactness = if report.exact { "exact" } else { "coefficients rounded (the method's are irrational)" };
        screen::paragraph(&format!("{}: {what}, through h^{}; {exactness}", report.method, args.order))?;
    }
    for (k, variable) in report.variables.iter().enumerate() {
        let terms: Vec<String> = report
            .terms
            .iter()
            .filter(|term| term.components[k] != "0")
            .map(|term| {
                let body = if args.latex { &term.latex[k] } else { &term.components[k] };
                match (term.power, args.latex) {
                    (0, _) => body.clone(),
                    (1, true) => format!("h \\left({body}\\right)"),
                    (1, false) => format!("h ({body})"),
                    (power, true) => format!("h^{{{power}}} \\left({body}\\right)"),
                    (power, false) => format!("h^{power} ({body})"),
                }
            })
            .collect();
        if args.latex {
            output::line(format!("\\dot {variable} = {}", if terms.is_empty() { "0".to_owned() } else { terms.join("\n    + ") }))?;
            continue;
        }
        let empty = "0".to_owned();
        for (k, term) in terms.iter().chain(terms.is_empty().then_some(&empty)).enumerate() {
            let first = if k == 0 { format!("{variable}' = ") } else { "    + ".to_owned() };
            output::line(folded_sum(term, &first, "        ", screen::width()))?;
        }
    }
    if let Some(radius) = radius.filter(|_| !args.latex) {
        screen::paragraph(&if radius.is_finite() {
            format!(
                "On the linear part the series converges for |hλ| < {}; beyond that, a truncated series is no approximation.",
                real(radius, 7)
            )
        } else {
            "On the linear part the series converges at every h.".to_owned()
        })?;
    }
    Ok(Answer::Done)
}

/// The polynomial field of a system, built in or from a file.
fn field(text: &str) -> Result<PolynomialField, Failure> {
    const OTHERWISE: &str = "--at X,Y --step h gives the sum of the terms at a point";
    let system = System::open(text)?;
    let name = system.name();
    PolynomialField::require(&system).map_err(|error| {
        Failure::new(match System::file_path(text) {
            Some(_) => format!("{error}; {OTHERWISE}"),
            None => format!("the system `{name}` is not polynomial, so its terms have no polynomials to print; {OTHERWISE}"),
        })
    })
}
