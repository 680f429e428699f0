//! The screen of a verification: the answer, the evidence, and every detail on request.

mod reasons;
mod relatives;
mod rows;

use super::number::{count, plural, real};
use super::{Dialect, Say, Table, wrapped};
use crate::stability::Extent;
use crate::verify::{CheckedClaim, Verification};
pub use relatives::latex;
use rows::rows;

/// How a screen is to be.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    /// Its columns.
    pub width: usize,
    /// Significant digits of lengths and constants.
    pub digits: usize,
    /// Whether every detail is shown.
    pub all: bool,
}

/// Columns of the names of rows.
const LABELS: usize = 22;

/// A report as text: what the scheme is good for and which of its claims fail, then the evidence; every row and claim where all is asked for.
pub fn screen(report: &Verification, screen: Screen, to: Dialect) -> String {
    let width = screen.width;
    let mut lines = vec![wrapped(&heading(report), "", "  ", width)];
    if !report.source.is_empty() {
        lines.push(wrapped(&report.source, "  ", "  ", width));
    }
    lines.push(String::new());
    lines.extend(answer(report).iter().map(|sentence| folded(sentence, width)));
    lines.push(String::new());
    for row in rows(report, screen.digits).into_iter().filter(|row| !row.value.is_empty() && (screen.all || row.first)) {
        lines.push(wrapped(&row.value, &format!("  {:<LABELS$} ", row.label), &" ".repeat(LABELS + 3), width));
    }
    if screen.all && !report.claims.is_empty() {
        lines.push(format!("\n  claims\n{}", claims(report).fit(width)));
    }
    if !screen.all && to == Dialect::Terminal {
        lines.push("\n  Every detail: --all; what the words mean: docs/verify.md".into());
    }
    lines.join("\n")
}

/// Two reports side by side, row by row, and the answer of each.
pub fn beside(report: &Verification, other: &Verification, screen: Screen) -> String {
    let mut table = Table::new(&["", &report.method, &other.method]);
    for (row, second) in rows(report, screen.digits).into_iter().zip(rows(other, screen.digits)) {
        if !(row.value.is_empty() && second.value.is_empty()) && (screen.all || row.first) {
            table.row([row.label.to_owned(), row.value, second.value]);
        }
    }
    let mut lines = Vec::new();
    for report in [report, other] {
        lines.push(wrapped(&heading(report), "", "  ", screen.width));
        lines.extend(answer(report).iter().map(|sentence| folded(sentence, screen.width)));
    }
    lines.push(format!("\n{}", table.fit(screen.width)));
    lines.join("\n")
}

/// A sentence of the answer in lines; what belongs to the one before begins with two blanks and is set in.
fn folded(sentence: &str, width: usize) -> String {
    let [first, next] = if sentence.starts_with("  ") { ["    ", "      "] } else { ["  ", "    "] };
    wrapped(sentence, first, next, width)
}

/// `Runge–Kutta method of Kutta (rk4): 4 stages, explicit`.
fn heading(report: &Verification) -> String {
    let name = if report.title == report.method { report.method.clone() } else { format!("{} ({})", report.title, report.method) };
    let size = match (report.stages, report.steps) {
        (Some(s), _) => count(s, "stage", "stages"),
        (_, Some(k)) => count(k, "step", "steps"),
        _ => report.kind.to_owned(),
    };
    format!("{name}: {size}, {}", if report.explicit { "explicit" } else { "implicit" })
}

/// What it is good for, in a few sentences; failing claims first.
pub fn answer(report: &Verification) -> Vec<String> {
    let mut said = claims_in_short(report);
    said.push(order(report));
    said.extend(stability(report));
    said.extend(learning(report));
    said
}

/// The evidence of the first screen and every claim, as names and values.
pub fn evidence(report: &Verification, digits: usize) -> Vec<[String; 2]> {
    let shown = |row: rows::Row| (row.first && !row.value.is_empty()).then(|| [row.label.to_owned(), row.value]);
    let claim = |claim: &CheckedClaim| {
        let name = format!("claims {} = {}", claim.claim.key().replace('_', "-"), claim.stated);
        let answer = match (claim.undecided, claim.holds) {
            (true, _) => "undecided".to_owned(),
            (_, true) => format!("holds{}", to_within(claim.within)),
            _ => explained(claim),
        };
        [name, answer]
    };
    rows(report, digits).into_iter().filter_map(shown).chain(report.claims.iter().map(claim)).collect()
}

fn claims_in_short(report: &Verification) -> Vec<String> {
    let all = report.claims.len();
    let failing: Vec<&CheckedClaim> = report.claims.iter().filter(|claim| claim.fails()).collect();
    let open = report.claims.iter().filter(|claim| claim.undecided).count();
    let within = report.claims.iter().find_map(|claim| claim.within);
    let mut said = Vec::new();
    if !failing.is_empty() {
        said.push(format!(
            "{} of {} NOT hold:",
            failing.len(),
            if all == 1 { "1 claim does".to_owned() } else { format!("{all} claims do") }
        ));
    }
    said.extend(failing.iter().map(|claim| format!("  {}", explained(claim))));
    match (all, failing.len(), open) {
        (0, ..) => {}
        (1, 0, 0) => said.push(format!("Its claim holds{}.", to_within(within))),
        (n, 0, 0) => said.push(format!("All {n} claims hold{}.", to_within(within))),
        (_, _, 0) => {}
        (n, _, open) => said.push(format!("{open} of {n} {} undecided.", plural(n, "claim is", "claims are"))),
    }
    said
}

fn to_within(tolerance: Option<f64>) -> String {
    tolerance.map_or(String::new(), |tolerance| format!(", to within {}", real(tolerance, 2)))
}

/// `order 5 claimed, found 4: tree [τ[τ]] has 1/21, needs 1/20`.
fn explained(claim: &CheckedClaim) -> String {
    let name = claim.claim.key().replace('_', " ");
    let least = if claim.undecided { "at least " } else { "" };
    let found = claim.found.as_ref().map_or("it does not apply to such a method".into(), |found| format!("found {least}{found}"));
    let why = claim.why.as_ref().map_or(String::new(), |why| format!(": {}", why.say(Dialect::Terminal)));
    format!("{name} {} claimed, {found}{why}", claim.stated)
}

fn order(report: &Verification) -> String {
    let order = format!("{}{}", if report.order_complete { "" } else { "at least " }, report.order);
    match report.order_within {
        Some(found) if found.order > report.order => format!(
            "Order {} to within {}, exactly {order}: its coefficients are rounded. No order condition is off by more than {}.",
            found.order,
            real(found.tolerance, 2),
            real(found.defect, 2)
        ),
        _ => format!("Order {order}."),
    }
}

/// Which steps are stable.
fn stability(report: &Verification) -> Vec<String> {
    let near = report.within.as_ref().map_or(report, |within| &within.report);
    let within = to_within(report.within.as_ref().map(|within| within.tolerance));
    let mut said = Vec::new();
    if near.zero_stable == Some(false) {
        said.push("Not zero-stable: it diverges as the step goes to 0, so it is of no use for solving.".to_owned());
        return said;
    }
    let length = |extent: &Extent| if extent.is_infinite() { "any size".to_owned() } else { real(extent.to_f64(), 4) };
    match (near.l_stable, near.a_stable, &near.real_interval, &near.imaginary_interval) {
        (Some(true), ..) => said.push(format!("L-stable{within}: any step is stable on decaying modes, and fast ones die out.")),
        (_, Some(true), ..) => said.push(format!("A-stable{within}: any step is stable on decaying modes.")),
        (_, _, Some(real), Some(imaginary)) => {
            let waves = match imaginary {
                Extent::Zero => "undamped oscillations grow at every step".to_owned(),
                found => format!("undamped oscillations stay bounded for h|λ| up to {}", length(found)),
            };
            said.push(format!("Not A-stable{within}: decaying modes need h|λ| up to {}; {waves}.", length(real)));
        }
        _ => {}
    }
    let also: Vec<String> = [
        (near.symplectic == Some(true), "it keeps quadratic invariants (symplectic)".to_owned()),
        (near.symmetric == Some(true), "it is its own adjoint (symmetric)".to_owned()),
        (
            near.ssp_coefficient.as_ref().is_some_and(|ssp| !matches!(ssp, Extent::Zero)),
            near.ssp_coefficient.as_ref().map_or(String::new(), |ssp| match ssp.is_infinite() {
                true => "it keeps monotonicity at any step (SSP)".into(),
                false => format!("it keeps monotonicity up to {} steps of forward Euler (SSP)", real(ssp.to_f64(), 4)),
            }),
        ),
    ]
    .into_iter()
    .filter_map(|(holds, text)| holds.then_some(text))
    .collect();
    if !also.is_empty() {
        said.push(format!("Also: {}.", also.join("; ")));
    }
    said
}

/// What it does to a model that is trained through it.
fn learning(report: &Verification) -> Vec<String> {
    let Some(learning) = &report.learning else { return Vec::new() };
    let faithful = if learning.sign_faithful {
        "A model trained through it grows or decays as the data do, at any step (sign-faithful)"
    } else {
        "A model trained through it may grow where the data decay, or the reverse (not sign-faithful)"
    };
    let unique = match learning.branches {
        _ if learning.unique => "each eigenvalue has one learned value only".to_owned(),
        0 => "no eigenvalue can be learned".to_owned(),
        n => format!("{n} learned values fit each eigenvalue equally well"),
    };
    let mut said = vec![format!("{faithful}; {unique}.")];
    if learning.discovery_stable == Some(false) {
        said.push("Learning a field from exact states through it is unstable (σ violates the root condition).".into());
    }
    said
}

/// Every claim: stated, found, holds.
fn claims(report: &Verification) -> Table {
    let mut table = Table::new(&["CLAIM", "STATED", "FOUND", "HOLDS", "WHY"]);
    for claim in &report.claims {
        let least = if claim.undecided { "at least " } else { "" };
        let found = claim.found.as_ref().map_or("does not apply".into(), |found| format!("{least}{found}"));
        let holds = match (claim.undecided, claim.holds, claim.within) {
            (true, ..) => "undecided".to_owned(),
            (_, true, None) => "yes".to_owned(),
            (_, true, within) => format!("yes{}", to_within(within)),
            _ => "NO".to_owned(),
        };
        table.row([
            claim.claim.key().to_owned(),
            claim.stated.to_string(),
            found,
            holds,
            claim.why.as_ref().map_or_else(String::new, |why| why.say(Dialect::Terminal)),
        ]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{catalog, scheme};
    use crate::verify::verify;

    fn shown(text: &str, all: bool) -> String {
        screen(&verify(&scheme::parse(text, "mine").unwrap()), Screen { width: 80, digits: 15, all }, Dialect::Terminal)
    }

    #[test]
    fn no_line_is_wider_than_the_screen() {
        for name in ["rk4", "gauss3", "dormand-prince5", "bdf2", "leap-frog", "verner7", "ssprk54"] {
            let report = verify(&catalog::find(name).unwrap());
            for all in [false, true] {
                let text = screen(&report, Screen { width: 80, digits: 15, all }, Dialect::Terminal);
                let wide: Vec<&str> = text.lines().filter(|line| super::super::paragraph::columns(line) > 80).collect();
                assert!(wide.is_empty(), "{name}: {wide:?}");
            }
        }
    }

    #[test]
    fn failing_claims_come_first_and_rounded_schemes_say_so() {
        let euler = "[runge-kutta]\nA = [[0]]\nb = [1]\n[claims]\norder = 2\nexplicit = true\n";
        let text = shown(euler, false);
        assert!(text.contains("1 of 2 claims do NOT hold:\n    order 2 claimed, found 1: tree [τ] has 0, needs 1/2"), "{text}");
        let rounded = "[runge-kutta]\nA = [[0,0],[0.6666666666666666,0]]\nb = [0.25,0.75]\n[claims]\norder = 2\n";
        let text = shown(rounded, false);
        assert!(text.contains("Its claim holds, to within 1e−16.") && text.contains("Order 2 to within 1e−16, exactly 1"), "{text}");
    }
}
