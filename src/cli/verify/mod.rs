//! `verify`: everything that is known of a scheme, its claims checked; two side by side with `--against`, two in a row with `--compose`.

mod relatives;
mod watched;

use super::failure::Failure;
use super::interrupt::{keep_on_interrupt, stopped};
use super::{Answer, arguments, output, screen};
use lambdahat::exact::Number;
use lambdahat::inverse::Limits;
use lambdahat::method::expression::Expression;
use lambdahat::method::{Method, algebra, latex};
use lambdahat::stability::{Extent, StabilityFunction};
use lambdahat::verify::{Algebra, REPORT, Verification, smallest_substeps};
use lambdahat::words::{
    Dialect, document,
    verification::{self, Screen},
};
use num_complex::Complex64;
use serde::Serialize;
use serde_json::{Map, Value};
use watched::verified;

/// Options of `verify`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lambdahat verify rk4 gauss3
  lambdahat verify my_scheme.toml            a scheme of your own
  lambdahat verify tsitouras5 --against dormand-prince5
  lambdahat verify rk4 -l -0.1+2i -H 0.5     steps needed to learn this mode
  lambdahat verify gauss3 --algebra          adjoint, dual, Shu–Osher form, …
  lambdahat verify forward-euler --compose implicit-euler
  lambdahat verify rk4 --digits 50 --latex

Ctrl-C ends the decisions: what is settled is printed, with the names of what is not.
Exit status 1: a claim of a scheme does not hold, or Ctrl-C left it open.")]
pub struct Args {
    /// Catalogue names, library names, or paths to scheme files
    #[arg(value_name = "METHOD|FILE", required = true)]
    methods: Vec<String>,
    /// Another method to compare with
    #[arg(long, value_name = "METHOD")]
    against: Option<String>,
    /// Also verify the composition: a step θh of METHOD, then a step (1 − θ)h of this one
    #[arg(long, value_name = "METHOD")]
    compose: Option<String>,
    /// Exact θ of the composition, such as 0.25 or 1 - sqrt(2)/2
    #[arg(long, value_name = "THETA", default_value = "1/2", requires = "compose", allow_hyphen_values = true)]
    weight: String,
    /// Also print adjoint, dual and reduced method, stage functions and Shu–Osher form
    #[arg(long)]
    algebra: bool,
    /// Show every detail and every claim
    #[arg(long)]
    all: bool,
    /// Find the smallest number m of substeps that learns this mode faithfully
    #[arg(long, short, value_name = "RE+IMi", allow_hyphen_values = true, value_parser = arguments::complex)]
    lambda: Option<Complex64>,
    /// Sampling interval H of that mode
    #[arg(long, short = 'H', value_name = "H", default_value_t = 1.0, requires = "lambda", value_parser = arguments::positive)]
    interval: f64,
    /// The error that still counts as faithful over a hundred intervals: of the amplitude or by the phase, in parts of the largest amplitude
    #[arg(long, value_name = "X", default_value_t = Limits::default().tolerance, requires = "lambda", value_parser = arguments::positive)]
    tolerance: f64,
    /// How far out a branch counts: |λ̂| up to this many times |λ|
    #[arg(long, value_name = "X", default_value_t = Limits::default().reach, requires = "lambda", value_parser = arguments::positive)]
    reach: f64,
    /// Significant digits of intervals, radii and constants (certain ones only)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    digits: Option<u16>,
    /// Also print the tableau and R(z) as LaTeX
    #[arg(long)]
    latex: bool,
}

/// A report, with what was asked for beside it.
#[derive(Serialize)]
struct Printed<'a> {
    #[serde(flatten)]
    report: &'a Verification,
    #[serde(skip_serializing_if = "Option::is_none")]
    digits: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    algebra: Option<Algebra>,
}

impl Printed<'_> {
    /// The document, its reasons with their texts.
    fn told(&self) -> Result<Value, Failure> {
        let mut document = serde_json::to_value(self)?;
        document::tell_verification(&mut document, self.report, Dialect::Terminal)?;
        if let Some(algebra) = &self.algebra {
            document::tell_algebra(&mut document["algebra"], algebra, Dialect::Terminal)?;
        }
        Ok(document)
    }
}

/// Verifies each method and prints what was found.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    // All are read before any is verified: a typing error should not come after minutes of work.
    let mut methods: Vec<Method> = args.methods.iter().map(|text| arguments::scheme(text)).collect::<Result<_, _>>()?;
    let against = args.against.as_deref().map(arguments::scheme).transpose()?;
    if let Some(second) = &args.compose {
        let second = arguments::scheme(second)?;
        let weight = Expression::number(&args.weight, &[]).map_err(|e| Failure::new(format!("--weight `{}`: {e}", args.weight)))?;
        methods = methods.into_iter().map(|first| composed(first, &second, &weight)).collect::<Result<Vec<_>, _>>()?.concat();
    }
    keep_on_interrupt();
    let compared = against.as_ref().map(|method| verified(method, REPORT));
    let mut all_hold = true;
    let mut documents = Vec::new();
    let mut spent = 0;
    for (k, method) in methods.iter().enumerate() {
        if stopped() && k > 0 {
            let rest: Vec<&str> = methods[k..].iter().map(Method::name).collect();
            eprintln!("stopped; not begun: {}", rest.join(", "));
            all_hold = false;
            break;
        }
        // A composition comes after its method, and has what that left of ten seconds, or two where it left none.
        let units = if args.compose.is_some() && k % 2 == 1 { REPORT.saturating_sub(spent).max(REPORT / 3) } else { REPORT };
        let mut report = verified(method, units);
        spent = report.effort;
        if let Some(lambda) = args.lambda {
            let limits = Limits { reach: args.reach, tolerance: args.tolerance, horizon: None };
            let Some(learning) = &mut report.learning else {
                return Err(Failure::new(format!("--lambda needs R, which is out of reach for {}; leave the option out", method.name())));
            };
            learning.mode = Some(smallest_substeps(method, lambda, args.interval, limits)?);
        }
        all_hold &= !report.claims.iter().any(|claim| claim.fails() || (stopped() && claim.undecided));
        let algebra = args.algebra.then(|| Algebra::of(method));
        let latex = args.latex.then(|| formulas(method, &report, algebra.as_ref()));
        if json {
            let digits =
                args.digits.map(|n| extents(&report).map(|(name, extent)| (name.to_owned(), extent.decimal(n.into()).into())).collect());
            documents.push(Printed { report: &report, digits, latex, algebra }.told()?);
            continue;
        }
        if k > 0 {
            output::line("")?;
        }
        let screen = Screen { width: screen::width(), digits: args.digits.map_or(15, usize::from), all: args.all };
        output::line(match &compared {
            None => verification::screen(&report, screen, Dialect::Terminal),
            Some(other) => verification::beside(&report, other, screen),
        })?;
        if let Some(algebra) = &algebra {
            relatives::print(algebra)?;
        }
        if let Some(text) = latex {
            output::line(format!("\n{text}"))?;
        }
    }
    if json {
        if let Some(report) = &compared {
            documents.push(Printed { report, digits: None, latex: None, algebra: None }.told()?);
        }
        output::json(&documents)?;
    }
    Ok(if all_hold { Answer::Done } else { Answer::No })
}

/// A method and its composition with a second one.
fn composed(first: Method, second: &Method, weight: &Number) -> Result<Vec<Method>, Failure> {
    match (&first, second) {
        (Method::RungeKutta(one), Method::RungeKutta(two)) => {
            let whole = Method::RungeKutta(algebra::compose(one, two, weight));
            Ok(vec![first, whole])
        }
        (Method::Multistep(_), _) => Err(not_one_step(first.name())),
        (_, Method::Multistep(_)) => Err(not_one_step(second.name())),
    }
}

fn not_one_step(name: &str) -> Failure {
    Failure::new(format!("--compose joins steps of Runge–Kutta methods, and {name} is a multistep method; name a one-step method"))
}

fn formulas(method: &Method, report: &Verification, algebra: Option<&Algebra>) -> String {
    let quotient = |r: &StabilityFunction| format!("\n\n{}", latex::quotient(r.numerator(), r.denominator(), report.field.as_ref()));
    let more = algebra.map_or_else(String::new, |algebra| format!("\n\n{}", verification::latex(algebra, Dialect::Terminal)));
    latex::method(method) + &report.stability.as_ref().map_or_else(String::new, quotient) + &more
}

fn extents(report: &Verification) -> impl Iterator<Item = (&'static str, &Extent)> {
    [
        ("imaginary_interval", report.imaginary_interval.as_ref()),
        ("real_interval", report.real_interval.as_ref()),
        ("disc", report.disc.as_ref()),
        ("ssp_coefficient", report.ssp_coefficient.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, extent)| Some((name, extent?)))
}
