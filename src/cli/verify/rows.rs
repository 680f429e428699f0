//! One scheme, or two side by side, as lines of text.

use super::super::arguments;
use super::super::failure::Failure;
use super::super::output;
use lambdahat::exact::{Number, Polynomial};
use lambdahat::inverse::Crossing;
use lambdahat::order::FailingCondition;
use lambdahat::stability::{Extent, LocusShape};
use lambdahat::verify::{CheckedClaim, LeftOut, SmallestSubsteps, Verification};

/// So many failing trees are named in full.
const TREES: usize = 3;

/// Prints a report, with another beside it where one was asked for, and the claims of the former.
pub fn print(report: &Verification, against: Option<&Verification>, digits: usize) -> Result<(), Failure> {
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

/// A summary, then every claim: stated, found, holds.
fn claims(report: &Verification) -> Result<(), Failure> {
    let count = |which: fn(&CheckedClaim) -> bool| report.claims.iter().filter(|claim| which(claim)).count();
    let (all, failed, open) = (report.claims.len(), count(CheckedClaim::fails), count(|claim| claim.undecided));
    let summary = match (all, failed, open) {
        (0, ..) => return output::line("  claims                 none made"),
        (n, 0, 0) => format!("all {n} hold"),
        (n, 0, open) => format!("{open} of {n} undecided, the others hold"),
        (n, failed, 0) => format!("{failed} of {n} do NOT hold"),
        (n, failed, open) => format!("{failed} of {n} do NOT hold, {open} undecided"),
    };
    output::line(format!("  claims                 {summary}"))?;
    let cells: Vec<[String; 4]> = report
        .claims
        .iter()
        .map(|claim| {
            let least = if claim.undecided { "at least " } else { "" };
            let found = claim.found.as_ref().map_or("does not apply".into(), |found| format!("{least}{found}"));
            let holds = match (claim.undecided, claim.holds) {
                (true, _) => "undecided",
                (false, true) if claim.within.is_some() => "yes, to within",
                (false, true) => "yes",
                (false, false) => "NO",
            };
            let tolerance = claim.within.map_or(String::new(), |tolerance| format!(" {tolerance:e}"));
            [claim.claim.clone(), claim.stated.to_string(), found, format!("{holds}{tolerance}")]
        })
        .collect();
    let headings = ["claim", "stated", "found", "holds"].map(str::to_owned);
    let width = |j: usize| cells.iter().chain([&headings]).map(|row| row[j].chars().count()).max().unwrap_or(0);
    let widths = [0, 1, 2].map(width);
    for (row, claim) in std::iter::once((&headings, None)).chain(cells.iter().zip(report.claims.iter().map(Some))) {
        let why = claim.filter(|claim| !claim.holds).and_then(explained);
        let why = why.map_or(String::new(), |why| format!(": {why}"));
        let [a, b, c] = widths;
        output::line(format!("    {:<a$}  {:<b$}  {:<c$}  {}{why}", row[0], row[1], row[2], row[3]))?;
    }
    Ok(())
}

/// `order 5 claimed, found 4: tree [τ[τ]] has 1/21, needs 1/20`.
fn explained(claim: &CheckedClaim) -> Option<String> {
    let why = claim.why.as_ref()?;
    if claim.undecided || !claim.claim.ends_with("order") {
        return Some(why.clone());
    }
    let found = claim.found.as_ref()?;
    Some(format!("{} {} claimed, found {found}: {why}", claim.claim.replace('_', " "), claim.stated))
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
    let within = match report.order_within {
        Some(found) if found.order != report.order || report.within.is_some() => {
            format!("{} to within {:e}: no condition up to it is off by more than {:.1e}", found.order, found.tolerance, found.defect)
        }
        _ => String::new(),
    };
    let exact = |x: &Number| report.field.as_ref().map_or_else(|| x.to_string(), |field| field.number(x));
    let polynomial =
        |p: &Polynomial<Number>| shortened(report.field.as_ref().map_or_else(|| p.to_string(), |field| field.polynomial_text(p)));
    let constant = |x: &Number| {
        let text = exact(x);
        if text.chars().count() > 40 { x.decimal(digits) } else { text }
    };
    let error = report.error_constant_number.as_ref().map_or(String::new(), constant);
    let is_left_out = |what: &str| report.left_out.iter().any(|part| part.what == what);
    let angle = match (report.a_stable, report.a_alpha_degrees) {
        (None, _) => String::new(),
        (Some(true), _) => "90°".to_owned(),
        (Some(false), Some(degrees)) => format!("{degrees:.10}°, certain to {:.0e}°", report.a_alpha_error.unwrap_or(0.0)),
        (Some(false), None) if is_left_out("a_alpha_degrees") => String::new(),
        (Some(false), None) => "none: not stable on the negative real axis".to_owned(),
    };
    let room = match (&report.right_half_plane, &report.right_half_plane_reason) {
        (Some(room), _) if room.reach.is_finite() => format!("reaches Re z = {:.4}, area {:.4}", room.reach, room.area),
        (Some(_), _) => "unbounded".to_owned(),
        (None, reason) => reason.as_ref().map_or(String::new(), |reason| format!("not known: {reason}")),
    };
    let list = |stages: &[usize]| stages.iter().map(usize::to_string).collect::<Vec<_>>().join(", ");
    let spare = report.unused_stages.as_deref().map_or(String::new(), list);
    let equal = report
        .equal_stages
        .as_deref()
        .map_or(String::new(), |groups| groups.iter().map(|group| list(group)).collect::<Vec<_>>().join("; "));
    let irreducible = match (report.irreducible, report.dj_irreducible, report.hs_irreducible) {
        (_, Some(dj), Some(hs)) => format!("DJ: {}, HS: {}", yes(dj), yes(hs)),
        (whole, ..) => maybe(whole),
    };
    let assumptions =
        report.simplifying_assumptions.map_or(String::new(), |found| format!("B({}), C({}), D({})", found.b, found.c, found.d));
    let symmetric = match &report.symmetry {
        Some(image) => format!("yes: stages {} become {}", list(&(1..=image.len()).collect::<Vec<_>>()), list(image)),
        None => maybe(report.symmetric),
    };
    let learning = report.learning.as_ref();
    let reasoned = |truth: bool, reason: &str| format!("{}: {reason}", if truth { "yes" } else { "no" });
    let discovery = learning
        .and_then(|learning| learning.discovery_stable.zip(learning.discovery_reason.as_ref()))
        .map_or(String::new(), |(truth, reason)| reasoned(truth, reason));
    let artifact = learning.map_or(String::new(), |learning| {
        learning.artifact_reason.as_ref().map_or_else(|| boundary(&learning.artifact_boundary), |why| format!("none: {why}"))
    });
    vec![
        ("kind", format!("{kind}, {}", if report.explicit { "explicit" } else { "implicit" })),
        ("coefficients", if report.exact { "exact" } else { "rounded: all verdicts to within the rounding of the decimals" }.into()),
        ("where", report.field.as_ref().map_or(String::new(), ToString::to_string)),
        ("order", order),
        ("order within", within),
        ("other properties", to_within(report, digits)),
        ("assumptions", assumptions),
        ("stage order", number(report.stage_order)),
        ("linear order", if report.linear_order == report.order { String::new() } else { report.linear_order.to_string() }),
        ("embedded order", number(report.embedded_order)),
        ("failing trees", trees(&report.failing, report.failing_count)),
        ("failing condition", report.failing_condition.clone().unwrap_or_default()),
        (
            "principal error",
            report.principal_error.as_ref().map_or(String::new(), |e| format!("norm {:.3e}, largest {:.3e}", e.norm2, e.largest)),
        ),
        ("error constant", error),
        ("R numerator", report.stability.as_ref().map_or(String::new(), |r| polynomial(r.numerator()))),
        ("R denominator", report.stability.as_ref().map_or(String::new(), |r| polynomial(r.denominator()))),
        ("R at infinity", report.at_infinity.as_ref().map_or(String::new(), |r| r.decimal(digits))),
        ("A-stable", maybe(report.a_stable)),
        ("A(α)", angle),
        ("L-stable", maybe(report.l_stable)),
        ("I-stable", maybe(report.i_stable)),
        ("imaginary interval", report.imaginary_interval.as_ref().map_or(String::new(), length)),
        ("real interval", report.real_interval.as_ref().map_or(String::new(), length)),
        ("largest disc", report.disc.as_ref().map_or(String::new(), length)),
        ("right half plane", room),
        ("root locus", report.root_locus.as_ref().map_or(String::new(), locus)),
        ("dispersion order", number(report.phase.as_ref().and_then(|phase| phase.dispersion_order))),
        (
            "dissipation order",
            report.phase.as_ref().map_or(String::new(), |phase| {
                phase.dissipation_order.map_or("infinite: conservative modes stay so".into(), |order| order.to_string())
            }),
        ),
        ("zero-stable", maybe(report.zero_stable)),
        ("strongly stable", maybe(report.strongly_stable)),
        ("stiffly accurate", maybe(report.stiffly_accurate)),
        ("first same as last", maybe(report.fsal)),
        ("B-stable", maybe(report.b_stable)),
        ("symplectic", maybe(report.symplectic)),
        ("symmetric", symmetric),
        ("SSP coefficient", report.ssp_coefficient.as_ref().map_or(String::new(), length)),
        ("irreducible", irreducible),
        ("stages not used", spare),
        ("stages always equal", equal),
        ("learning: faithful", learning.map_or(String::new(), |l| reasoned(l.sign_faithful, &l.sign_reason))),
        ("learning: unique", learning.map_or(String::new(), |l| reasoned(l.unique, &l.unique_reason))),
        ("learning: discovery", discovery),
        ("left out", left_out(report)),
        ("learning: anti-damped", artifact),
        ("learning: parasites", parasites(report)),
        ("learning: this mode", learning.and_then(|l| l.mode.as_ref()).map_or(String::new(), mode)),
    ]
}

/// What holds to within the tolerance and differs from what is exact.
fn to_within(report: &Verification, digits: usize) -> String {
    let Some(within) = &report.within else { return String::new() };
    let near = &within.report;
    let truths = [
        ("A-stable", report.a_stable, near.a_stable),
        ("L-stable", report.l_stable, near.l_stable),
        ("I-stable", report.i_stable, near.i_stable),
        ("B-stable", report.b_stable, near.b_stable),
        ("symplectic", report.symplectic, near.symplectic),
        ("symmetric", report.symmetric, near.symmetric),
    ];
    let length = |extent: &Extent| if extent.is_infinite() { "unbounded".into() } else { extent.decimal(digits) };
    let extents = [
        ("imaginary interval", &report.imaginary_interval, &near.imaginary_interval),
        ("real interval", &report.real_interval, &near.real_interval),
        ("disc", &report.disc, &near.disc),
        ("SSP coefficient", &report.ssp_coefficient, &near.ssp_coefficient),
    ];
    let truths = truths.into_iter().filter(|(_, exact, near)| exact != near).filter_map(|(name, _, near)| near.map(|truth| (name, truth)));
    let truths = truths.map(|(name, truth)| if truth { name.to_owned() } else { format!("not {name}") });
    let lengths = extents.into_iter().filter_map(|(name, exact, near)| {
        let (exact, near) = (exact.as_ref()?, near.as_ref()?);
        let same = exact.to_f64() == near.to_f64() || (exact.to_f64() - near.to_f64()).abs() <= 100.0 * within.tolerance * near.to_f64();
        (!same).then(|| format!("{name} {}", length(near)))
    });
    let all: Vec<String> = truths.chain(lengths).collect();
    if all.is_empty() { String::new() } else { format!("to within {:e}: {}", within.tolerance, all.join(", ")) }
}

/// What was left out, the reason once for all that share it.
fn left_out(report: &Verification) -> String {
    let groups = report.left_out.chunk_by(|a, b| a.why == b.why);
    let text = |parts: &[LeftOut]| format!("{}: {}", parts.iter().map(|part| part.what).collect::<Vec<_>>().join(", "), parts[0].why);
    groups.map(text).collect::<Vec<_>>().join("; ")
}

/// The first few failing trees, and how many there are.
fn trees(failing: &[FailingCondition], count: Option<usize>) -> String {
    let Some(first) = failing.first() else { return String::new() };
    let listed = failing.iter().take(TREES).map(ToString::to_string).collect::<Vec<_>>().join("; ");
    let count = count.unwrap_or(failing.len());
    let rest = count.saturating_sub(failing.len().min(TREES));
    let more = if rest > 0 { format!("; {rest} more") } else { String::new() };
    format!("{count} of order {}: {listed}{more}", first.order)
}

fn locus(shape: &LocusShape) -> String {
    let bound = |x: f64| if x.is_finite() { format!("{x:.6}") } else { "unbounded".to_owned() };
    format!(
        "{} curve{}, Re z from {} to {}, Im z to ±{}",
        shape.curves,
        if shape.curves == 1 { "" } else { "s" },
        bound(shape.leftmost),
        bound(shape.rightmost),
        bound(shape.topmost)
    )
}

/// Where the principal λ̂ turns anti-damped, ray by ray.
fn boundary(crossings: &[Crossing]) -> String {
    let entry = |crossing: &Crossing| match crossing.omega_h {
        Some(x) => format!("{x:.6} (α/ω = {})", crossing.damping),
        None => format!("never up to 2π (α/ω = {})", crossing.damping),
    };
    if crossings.iter().all(|crossing| crossing.omega_h.is_none()) {
        return "never up to ωh = 2π, on any of the rays looked at".into();
    }
    format!("the principal λ̂ from ωh = {}", crossings.iter().map(entry).collect::<Vec<_>>().join(", "))
}

/// When a parasite outgrows the solution, ray by ray.
fn parasites(report: &Verification) -> String {
    let Some(growth) = report.learning.as_ref().and_then(|learning| learning.parasitic_growth.as_ref()) else { return String::new() };
    if growth.is_empty() {
        return "none: one step".into();
    }
    let entry = |found: &lambdahat::inverse::ParasiticGrowth| {
        let onset = match found.outgrows_from {
            Some(0.0) => "at every step".to_owned(),
            Some(x) => format!("from ωh = {x:.6}"),
            None => "never up to π".to_owned(),
        };
        format!("{onset} (α/ω = {}, at most {:.4} times)", found.damping, found.largest)
    };
    format!("outgrow the solution {}", growth.iter().map(entry).collect::<Vec<_>>().join(", "))
}

/// The smallest m for the mode asked for.
fn mode(found: &SmallestSubsteps) -> String {
    let asked = &found.faithful_for;
    let what = format!("λ = {}, H = {}", arguments::show(asked.lambda, 6), asked.interval);
    let reason = &found.smallest_substeps_reason;
    match (found.smallest_substeps, found.smallest_substeps_but_for_aliases) {
        (Some(m), _) => format!("{what}: faithful from m = {m}: {reason}"),
        (None, Some(m)) => format!("{what}: faithful from m = {m} but for aliases of the samples: {reason}"),
        (None, None) => format!("{what}: no m up to {} is faithful: {reason}", asked.most_substeps),
    }
}

/// Long formulas are for `--json` and `--latex`.
fn shortened(text: String) -> String {
    if text.chars().count() <= 160 { text } else { text.chars().take(150).chain(" … (see --json)".chars()).collect() }
}
