//! `modified`: the field that a method really follows, or with `--inverse` the one that a perfect fit through it learns.

use super::failure::Failure;
use super::modified_at::{self, Point};
use super::{Answer, arguments, output};
use lambdahat::dynamics::{PolynomialField, System};
use lambdahat::method::Method;
use lambdahat::order::{FieldExpansion, ModifiedReport, inverse_linear_radius, modified_linear_radius};
use lambdahat::stability::StabilityFunction;
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  lambdahat modified --system lotka-volterra --method rk4 --order 8 --inverse
  lambdahat modified --system my_field.toml --method forward-euler --order 4 --latex
  lambdahat modified --system van-der-pol:mu=2 --method adams-bashforth-2 --order 3 --inverse
  lambdahat modified --system pendulum --method midpoint --inverse --at 0.5,1 --step 0.1
  lambdahat modified --system model.json --method rk4 --at 1.5,1 --step 0.5

A system file is TOML: one line a variable, such as x = '2/3 x - 4/3 x y' (docs/systems.md). With --at any system or model file will do: the
field is only evaluated.";

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
    /// The value at one point instead of polynomials
    #[arg(long, value_name = "X,Y,…", allow_hyphen_values = true, requires = "step", conflicts_with = "latex")]
    at: Option<String>,
    /// h, for --at
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
        let exactness = if report.exact { "exact" } else { "coefficients rounded, for the method's are not rational" };
        output::line(format!("{}: {what}, through h^{}; {exactness}", report.method, args.order))?;
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
        let sum = if terms.is_empty() { "0".to_owned() } else { terms.join("\n    + ") };
        output::line(if args.latex { format!("\\dot {variable} = {sum}") } else { format!("{variable}' = {sum}") })?;
    }
    if let Some(radius) = radius.filter(|_| !args.latex) {
        output::line(if radius.is_finite() {
            format!("On a mode λ of the linear part the series converges while |hλ| < {radius:.6}; beyond, cutting it off means little.")
        } else {
            "On the linear part the series converges at every h.".to_owned()
        })?;
    }
    Ok(Answer::Done)
}

/// The polynomial field of a system, built in or from a file.
fn field(text: &str) -> Result<PolynomialField, Failure> {
    if let Some((path, "")) = System::file_path(text) {
        let content = std::fs::read_to_string(path).map_err(|e| Failure::new(format!("cannot read the system file {path}: {e}")))?;
        return Ok(PolynomialField::parse(&content, path)?);
    }
    let system = System::open(text)?;
    PolynomialField::of_system(&system).ok_or_else(|| {
        let name = system.name();
        Failure::new(format!(
            "the system `{name}` is not polynomial, so its terms have no polynomials to print; --at X,Y --step h gives their sum at a point"
        ))
    })
}
