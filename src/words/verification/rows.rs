//! One line for each thing that a verification found.

use super::super::number::{complex, real};
use super::super::property_name::label;
use super::super::{Dialect, Say};
use crate::exact::{Number, Polynomial};
use crate::inverse::{Crossing, ParasiticGrowth};
use crate::method::Property;
use crate::order::FailingCondition;
use crate::stability::{Extent, LocusShape};
use crate::verify::{LeftOut, SmallestSubsteps, Verification};

/// So many failing trees are named in full.
const TREES: usize = 3;
/// Longer polynomials are printed with decimal coefficients, and longer ones yet are cut.
const LONGEST_POLYNOMIAL: usize = 160;
/// Longer numbers are printed as decimals.
const LONGEST_NUMBER: usize = 24;
/// Digits of a coefficient of a long polynomial.
const COEFFICIENT_DIGITS: usize = 6;

/// A line of the report.
pub struct Row {
    /// Its name.
    pub label: &'static str,
    /// What was found; empty where nothing is to be said.
    pub value: String,
    /// Whether it stands on the first screen.
    pub first: bool,
}

/// Every line, in the order of the screen; lengths and constants to so many digits.
pub fn rows(report: &Verification, digits: usize) -> Vec<Row> {
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
            format!("{} to within {}: largest residual {}", found.order, real(found.tolerance, 2), real(found.defect, 2))
        }
        _ => String::new(),
    };
    let exact = |x: &Number| report.field.as_ref().map_or_else(|| x.to_string(), |field| field.number(x));
    let polynomial =
        |p: &Polynomial<Number>| shortened(report.field.as_ref().map_or_else(|| p.to_string(), |field| field.polynomial_text(p)), p);
    let constant = |x: &Number| {
        let text = exact(x);
        if text.chars().count() > LONGEST_NUMBER { x.decimal(digits) } else { text }
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
        (Some(room), _) if room.reach == 0.0 && room.reach_error == 0.0 => "not reached".to_owned(),
        (Some(room), _) if room.reach.is_finite() => format!(
            "reaches Re z = {:.4} (certain to {:.0e}), area {:.4} (certain to {:.0e})",
            room.reach, room.reach_error, room.area, room.area_error
        ),
        (Some(_), _) => "unbounded".to_owned(),
        (None, reason) => reason.as_ref().map_or(String::new(), |reason| format!("not known: {}", reason.say(Dialect::Terminal))),
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
    let reasoned = |truth: bool, reason: &dyn Say| format!("{}: {}", yes(truth), reason.say(Dialect::Terminal));
    let discovery =
        learning.and_then(|learning| learning.zeros_of_sigma).map_or(String::new(), |condition| reasoned(condition.holds(), &condition));
    let artifact = learning.map_or(String::new(), |learning| {
        learning
            .artifact_reason
            .as_ref()
            .map_or_else(|| boundary(&learning.artifact_boundary), |why| format!("none: {}", why.say(Dialect::Terminal)))
    });
    let first = [
        ("kind", false, format!("{kind}, {}", if report.explicit { "explicit" } else { "implicit" })),
        ("coefficients", false, if report.exact { "exact" } else { "rounded: all verdicts to within the rounding of the decimals" }.into()),
        ("where", true, report.field.as_ref().map_or(String::new(), ToString::to_string)),
        (label(Property::Order), true, order),
        ("order within", true, within),
        ("other properties", true, to_within(report, digits)),
        ("assumptions", false, assumptions),
        (label(Property::StageOrder), true, number(report.stage_order)),
        (
            label(Property::LinearOrder),
            false,
            if report.linear_order == report.order { String::new() } else { report.linear_order.to_string() },
        ),
        (label(Property::EmbeddedOrder), true, number(report.embedded_order)),
        ("failing trees", true, trees(&report.failing, report.failing_count)),
        ("failing condition", true, report.failing_condition.as_ref().map_or_else(String::new, |c| c.say(Dialect::Terminal))),
        (
            "principal error",
            false,
            report.principal_error.as_ref().map_or(String::new(), |e| match e.norm2.is_finite() {
                true => format!("norm {:.3e}, largest {:.3e}", e.norm2, e.largest),
                false => "larger than any double".to_owned(),
            }),
        ),
        (label(Property::ErrorConstant), true, error),
        ("R numerator", true, report.stability.as_ref().map_or(String::new(), |r| polynomial(r.numerator()))),
        ("R denominator", true, report.stability.as_ref().map_or(String::new(), |r| polynomial(r.denominator()))),
        (label(Property::AtInfinity), false, report.at_infinity.as_ref().map_or(String::new(), |r| r.decimal(digits))),
        (label(Property::AStable), true, maybe(report.a_stable)),
        (label(Property::AAlphaDegrees), true, angle),
        (label(Property::LStable), true, maybe(report.l_stable)),
        (label(Property::IStable), false, maybe(report.i_stable)),
        (label(Property::ImaginaryInterval), true, report.imaginary_interval.as_ref().map_or(String::new(), length)),
        (label(Property::RealInterval), true, report.real_interval.as_ref().map_or(String::new(), length)),
        (label(Property::Disc), false, report.disc.as_ref().map_or(String::new(), length)),
        ("right half plane", false, room),
        ("root locus", false, report.root_locus.as_ref().map_or(String::new(), locus)),
        (label(Property::DispersionOrder), false, number(report.phase.as_ref().and_then(|phase| phase.dispersion_order))),
        (
            label(Property::DissipationOrder),
            false,
            report.phase.as_ref().map_or(String::new(), |phase| {
                phase.dissipation_order.map_or("infinite: conservative modes stay so".into(), |order| order.to_string())
            }),
        ),
        (label(Property::ZeroStable), true, maybe(report.zero_stable)),
        (label(Property::StronglyStable), false, maybe(report.strongly_stable)),
        (label(Property::BStable), false, maybe(report.b_stable)),
        (label(Property::Symplectic), true, maybe(report.symplectic)),
        (label(Property::Symmetric), true, symmetric),
        (label(Property::SspCoefficient), true, report.ssp_coefficient.as_ref().map_or(String::new(), length)),
    ];
    let read_off = Property::all().filter_map(|property| Some((label(property), false, maybe(*report.read_off.get(property.key())?))));
    let rest = [
        (label(Property::Irreducible), false, irreducible),
        ("stages not used", false, spare),
        ("stages always equal", false, equal),
        ("learning: faithful", false, learning.map_or(String::new(), |l| reasoned(l.sign_faithful, &l.sign_reason))),
        ("learning: unique", false, learning.map_or(String::new(), |l| reasoned(l.unique, &l.unique_reason))),
        ("learning: discovery", false, discovery),
        ("left out", true, left_out(report)),
        ("learning: anti-damped", true, artifact),
        ("learning: parasites", true, parasites(report)),
        ("learning: this mode", true, learning.and_then(|l| l.mode.as_ref()).map_or(String::new(), mode)),
    ];
    let all = first.into_iter().chain(read_off).chain(rest);
    all.map(|(label, first, value)| Row { label, value, first }).collect()
}

/// What holds to within the tolerance and differs from what is exact.
fn to_within(report: &Verification, digits: usize) -> String {
    let Some(within) = &report.within else { return String::new() };
    let near = &within.report;
    let truths = [
        (label(Property::AStable), report.a_stable, near.a_stable),
        (label(Property::LStable), report.l_stable, near.l_stable),
        (label(Property::IStable), report.i_stable, near.i_stable),
        (label(Property::BStable), report.b_stable, near.b_stable),
        (label(Property::Symplectic), report.symplectic, near.symplectic),
        (label(Property::Symmetric), report.symmetric, near.symmetric),
    ];
    let length = |extent: &Extent| if extent.is_infinite() { "unbounded".into() } else { extent.decimal(digits) };
    let extents = [
        (label(Property::ImaginaryInterval), &report.imaginary_interval, &near.imaginary_interval),
        (label(Property::RealInterval), &report.real_interval, &near.real_interval),
        (label(Property::Disc), &report.disc, &near.disc),
        (label(Property::SspCoefficient), &report.ssp_coefficient, &near.ssp_coefficient),
    ];
    let truths = truths.into_iter().filter(|(_, exact, near)| exact != near).filter_map(|(name, _, near)| near.map(|truth| (name, truth)));
    let truths = truths.map(|(name, truth)| if truth { name.to_owned() } else { format!("not {name}") });
    let lengths = extents.into_iter().filter_map(|(name, exact, near)| {
        let (exact, near) = (exact.as_ref()?, near.as_ref()?);
        let same = exact.to_f64() == near.to_f64() || (exact.to_f64() - near.to_f64()).abs() <= 100.0 * within.tolerance * near.to_f64();
        (!same).then(|| format!("{name} {}", length(near)))
    });
    let all: Vec<String> = truths.chain(lengths).collect();
    if all.is_empty() { String::new() } else { format!("to within {}: {}", real(within.tolerance, 2), all.join(", ")) }
}

/// What was left out, the reason once for all that share it.
fn left_out(report: &Verification) -> String {
    let groups = report.left_out.chunk_by(|a, b| a.why == b.why);
    let text = |parts: &[LeftOut]| {
        format!("{}: {}", parts.iter().map(|part| part.what).collect::<Vec<_>>().join(", "), parts[0].why.say(Dialect::Terminal))
    };
    groups.map(text).collect::<Vec<_>>().join("; ")
}

/// The first few failing trees, and how many there are.
fn trees(failing: &[FailingCondition], count: Option<usize>) -> String {
    let Some(first) = failing.first() else { return String::new() };
    let listed = failing.iter().take(TREES).map(|tree| tree.say(Dialect::Terminal)).collect::<Vec<_>>().join("; ");
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
    if crossings.is_empty() {
        return String::new();
    }
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
    let entry = |found: &ParasiticGrowth| {
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
    let what = format!("λ = {}, H = {}", complex(asked.lambda, 6), asked.interval);
    let mut reasons: Vec<String> = found.smallest_substeps_reasons.iter().map(|reason| reason.say(Dialect::Terminal)).collect();
    if found.parasite_grows {
        reasons.push("A parasitic root outgrows the solution, so that an error of the start is amplified.".into());
    }
    let reason = reasons.join(" ");
    match (found.smallest_substeps, found.smallest_substeps_but_for_aliases) {
        (Some(m), _) => format!("{what}: faithful from m = {m}: {reason}"),
        (None, Some(m)) => format!("{what}: faithful from m = {m} but for aliases of the samples: {reason}"),
        (None, None) => format!("{what}: no m up to {} is faithful: {reason}", asked.most_substeps),
    }
}

/// The text, or the polynomial with decimal coefficients where the text is too long, cut where that is too long as well.
fn shortened(text: String, p: &Polynomial<Number>) -> String {
    if text.chars().count() <= LONGEST_POLYNOMIAL {
        return text;
    }
    let term = |(k, c): (usize, &Number)| {
        let power = match k {
            0 => String::new(),
            1 => " z".into(),
            k => format!(" z^{k}"),
        };
        format!("{}{power}", c.decimal(COEFFICIENT_DIGITS))
    };
    let terms = p.coefficients().iter().enumerate().filter(|(_, c)| c.to_f64() != 0.0).map(term).collect::<Vec<_>>();
    let text = terms.join(" + ").replace("+ -", "- ");
    if text.chars().count() <= 2 * LONGEST_POLYNOMIAL {
        return format!("about {text}");
    }
    format!("of degree {}, about {} + …", p.degree().unwrap_or(0), terms[..terms.len().min(4)].join(" + ").replace("+ -", "- "))
}
