//! `verify`: everything that is known of a scheme, its claims checked; two side by side with `--against`.

use super::failure::Failure;
use super::{Answer, arguments, output};
use indicatif::{ProgressBar, ProgressStyle};
use lambdahat::method::{Method, latex};
use lambdahat::predict::{Verification, verify_with};
use lambdahat::stability::{Extent, StabilityFunction};
use serde::Serialize;
use serde_json::{Map, Value};
use std::ops::ControlFlow;

/// Options of `verify`.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  lambdahat verify rk4 gauss3
  lambdahat verify my_scheme.toml                a scheme of your own; exit status 1 when a claim of it does not hold
  lambdahat verify tsitouras5 --against dormand-prince5
  lambdahat verify rk4 --digits 50 --latex")]
pub struct Args {
    /// Catalogue names, library names, or paths to scheme files
    #[arg(value_name = "METHOD|FILE", required = true)]
    methods: Vec<String>,
    /// A method to set beside each
    #[arg(long, value_name = "METHOD")]
    against: Option<String>,
    /// Print intervals and radii to this many significant digits
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1000))]
    digits: Option<u16>,
    /// Print the tableau and R(z) as LaTeX
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
}

/// Verifies each method and prints what was found.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    // All are read before any is verified: a typing error should not come after minutes of work.
    let methods: Vec<Method> = args.methods.iter().map(|text| arguments::method(text)).collect::<Result<_, _>>()?;
    let against = args.against.as_deref().map(arguments::method).transpose()?;
    let compared = against.as_ref().map(verified);
    let mut all_hold = true;
    let mut documents = Vec::new();
    for (k, method) in methods.iter().enumerate() {
        let report = verified(method);
        all_hold &= report.claims.iter().all(|claim| claim.holds);
        let latex = args.latex.then(|| formulas(method, &report));
        if json {
            let digits =
                args.digits.map(|n| extents(&report).map(|(name, extent)| (name.to_owned(), extent.decimal(n.into()).into())).collect());
            documents.push(serde_json::to_value(Printed { report: &report, digits, latex })?);
            continue;
        }
        if k > 0 {
            output::line("")?;
        }
        print(&report, compared.as_ref(), args.digits.map_or(15, usize::from))?;
        if let Some(text) = latex {
            output::line(format!("\n{text}"))?;
        }
    }
    if json {
        if let Some(report) = &compared {
            documents.push(serde_json::to_value(Printed { report, digits: None, latex: None })?);
        }
        output::json(&documents)?;
    }
    Ok(if all_hold { Answer::Done } else { Answer::No })
}

/// The report; a bar on standard error while many order conditions are tested.
fn verified(method: &Method) -> Verification {
    let mut bar: Option<ProgressBar> = None;
    let report = verify_with(method, |progress| {
        // Small searches are over before a bar could be read.
        if progress.conditions > 2000 {
            let bar = bar.get_or_insert_with(|| {
                let style =
                    ProgressStyle::with_template("{prefix} {wide_bar} {pos}/{len} primes").unwrap_or_else(|_| ProgressStyle::default_bar());
                ProgressBar::new(0).with_style(style)
            });
            bar.set_prefix(format!("{}: order {}, {} conditions", method.name(), progress.order, progress.conditions));
            bar.set_length(progress.total as u64);
            bar.set_position(progress.done as u64);
        }
        ControlFlow::Continue(())
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    report
}

fn formulas(method: &Method, report: &Verification) -> String {
    let quotient = |r: &StabilityFunction| format!("\n\n{}", latex::quotient(r.numerator(), r.denominator()));
    latex::method(method) + &report.stability.as_ref().map_or_else(String::new, quotient)
}

fn extents(report: &Verification) -> impl Iterator<Item = (&'static str, &Extent)> {
    [
        ("imaginary_interval", Some(&report.imaginary_interval)),
        ("real_interval", Some(&report.real_interval)),
        ("disc", report.disc.as_ref()),
        ("ssp_coefficient", report.ssp_coefficient.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, extent)| Some((name, extent?)))
}

fn print(report: &Verification, against: Option<&Verification>, digits: usize) -> Result<(), Failure> {
    let rows = rows(report, digits);
    match against {
        None => {
            output::line(format!("{}: {}", report.method, report.title))?;
            output::line(format!("  {}", report.source))?;
            for (label, value) in rows.into_iter().filter(|(_, value)| !value.is_empty()) {
                output::line(format!("  {label:<22} {value}"))?;
            }
        }
        Some(other) => {
            let mut table = output::table(&["", &report.method, &other.method]);
            for ((label, value), (_, beside)) in rows.into_iter().zip(self::rows(other, digits)) {
                if !(value.is_empty() && beside.is_empty()) {
                    table.add_row([label.to_owned(), value, beside]);
                }
            }
            output::line(table.trim_fmt())?;
        }
    }
    claims(report)
}

fn claims(report: &Verification) -> Result<(), Failure> {
    let failed = report.claims.iter().filter(|claim| !claim.holds).count();
    match (report.claims.len(), failed) {
        (0, _) => return output::line("  claims                 none made"),
        (n, 0) => return output::line(format!("  claims                 all {n} hold")),
        (n, failed) => output::line(format!("  claims                 {failed} of {n} do NOT hold"))?,
    }
    for claim in report.claims.iter().filter(|claim| !claim.holds) {
        let found = claim.found.as_ref().map_or("does not apply".into(), |found| found.to_string());
        let why = claim.why.as_ref().map_or(String::new(), |why| format!(" ({why})"));
        output::line(format!("    {}: stated {}, found {found}{why}", claim.claim, claim.stated))?;
    }
    Ok(())
}

/// Label and value of each line; an empty value is left out.
fn rows(report: &Verification, digits: usize) -> Vec<(&'static str, String)> {
    let yes = |truth: bool| if truth { "yes" } else { "no" }.to_owned();
    let maybe = |truth: Option<bool>| truth.map_or(String::new(), yes);
    let number = |n: Option<usize>| n.map_or(String::new(), |n| n.to_string());
    let length = |extent: &Extent| if extent.is_infinite() { "unbounded".into() } else { extent.decimal(digits) };
    let kind = match (report.stages, report.steps) {
        (Some(s), _) => format!("Runge–Kutta, {s} stage{}", if s == 1 { "" } else { "s" }),
        (_, Some(k)) => format!("linear multistep, {k} step{}", if k == 1 { "" } else { "s" }),
        _ => report.kind.to_owned(),
    };
    let order = format!("{}{}", if report.order_complete { "" } else { "at least " }, report.order);
    let error = report.error_constant_number.as_ref().map_or(String::new(), |c| {
        let exact = c.to_string();
        if exact.len() > 40 { c.decimal(digits) } else { exact }
    });
    let angle = match (report.a_stable, report.a_alpha_degrees) {
        (true, _) => "90°".to_owned(),
        (false, Some(degrees)) => format!("{degrees:.10}°"),
        (false, None) => "none".to_owned(),
    };
    let room = report.right_half_plane.map_or(String::new(), |room| match room.reach.is_finite() {
        true => format!("reaches Re z = {:.4}, area {:.4}", room.reach, room.area),
        false => "unbounded".to_owned(),
    });
    let list = |stages: &[usize]| stages.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let spare = report.unused_stages.as_deref().map_or(String::new(), list);
    let equal = report
        .equal_stages
        .as_deref()
        .map_or(String::new(), |groups| groups.iter().map(|group| list(group)).collect::<Vec<_>>().join("; "));
    let learning = &report.learning;
    let reasoned = |truth: bool, reason: &str| format!("{}: {reason}", if truth { "yes" } else { "no" });
    let discovery =
        learning.discovery_stable.zip(learning.discovery_reason.as_ref()).map_or(String::new(), |(truth, reason)| reasoned(truth, reason));
    vec![
        ("kind", format!("{kind}, {}", if report.explicit { "explicit" } else { "implicit" })),
        ("coefficients", if report.exact { "exact" } else { "rounded: all verdicts to within the rounding of the decimals" }.into()),
        ("order", order),
        ("stage order", number(report.stage_order)),
        ("linear order", if report.linear_order == report.order { String::new() } else { report.linear_order.to_string() }),
        ("embedded order", number(report.embedded_order)),
        ("first failing tree", report.failing.first().map_or(String::new(), |tree| format!("{tree} (order {})", tree.order))),
        ("first failing", report.failing_condition.clone().unwrap_or_default()),
        (
            "principal error",
            report.principal_error.as_ref().map_or(String::new(), |e| format!("norm {:.3e}, largest {:.3e}", e.norm2, e.largest)),
        ),
        ("error constant", error),
        ("R numerator", report.stability.as_ref().map_or(String::new(), |r| shortened(r.numerator().to_string()))),
        ("R denominator", report.stability.as_ref().map_or(String::new(), |r| shortened(r.denominator().to_string()))),
        ("R at infinity", report.at_infinity.as_ref().map_or(String::new(), |r| r.decimal(digits))),
        ("A-stable", yes(report.a_stable)),
        ("A(α)", angle),
        ("L-stable", yes(report.l_stable)),
        ("I-stable", yes(report.i_stable)),
        ("imaginary interval", length(&report.imaginary_interval)),
        ("real interval", length(&report.real_interval)),
        ("largest disc", report.disc.as_ref().map_or(String::new(), length)),
        ("right half plane", room),
        ("dispersion order", number(report.phase.as_ref().and_then(|phase| phase.dispersion_order))),
        ("dissipation order", number(report.phase.as_ref().and_then(|phase| phase.dissipation_order))),
        ("zero-stable", maybe(report.zero_stable)),
        ("strongly stable", maybe(report.strongly_stable)),
        ("stiffly accurate", maybe(report.stiffly_accurate)),
        ("first same as last", maybe(report.fsal)),
        ("B-stable", maybe(report.b_stable)),
        ("symplectic", maybe(report.symplectic)),
        ("symmetric", maybe(report.symmetric)),
        ("SSP coefficient", report.ssp_coefficient.as_ref().map_or(String::new(), length)),
        ("stages not used", spare),
        ("stages always equal", equal),
        ("learning: faithful", reasoned(learning.sign_faithful, &learning.sign_reason)),
        ("learning: unique", reasoned(learning.unique, &learning.unique_reason)),
        ("learning: discovery", discovery),
        ("left out", report.left_out.iter().map(|part| format!("{}: {}", part.what, part.why)).collect::<Vec<_>>().join("; ")),
    ]
}

/// Long formulas are for `--json` and `--latex`.
fn shortened(text: String) -> String {
    if text.chars().count() <= 160 { text } else { text.chars().take(150).chain(" … (see --json)".chars()).collect() }
}
