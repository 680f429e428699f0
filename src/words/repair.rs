//! What `audit` and `repair` say: the answer, the evidence, what to do.

use super::number::{DIGITS, complex, count, pair, percent, point, real, signed};
use super::remarked::step;
use super::{Dialect, Say, Table, flag, wrapped};
use crate::order::LARGEST_POWER;
use crate::repair::FieldModes;
use crate::repair::audit::Hidden;
use crate::repair::{Audit, AuditNote, AuditedMode, EquilibriaBeside, Nature, RepairReport, Way};
use num_complex::Complex;

fn complex_of(z: [f64; 2], digits: usize) -> String {
    complex(Complex::new(z[0], z[1]), digits)
}

/// Equilibria that are listed.
const MOST_PLACES: usize = 4;
/// Digits of a mode before and after a repair.
const MODE_DIGITS: usize = 7;

/// The screen of `audit`: whether the model is a field in continuous time, and how one sees it.
pub fn audit(found: &Audit, width: usize) -> String {
    let mut parts = Vec::new();
    let own = found.steps.first().and_then(|s| s.difference);
    let answer = match found.nature {
        Nature::Discrete => {
            let by = if own.is_some_and(|d| d <= found.tolerance) {
                "a mode of its field is not the one that it shows at its own step"
            } else {
                "its rollouts change with the step"
            };
            format!("No, this model is not one in continuous time: {by}. It is right at the step of its training only.")
        }
        Nature::Continuous => format!(
            "Yes, this model is one in continuous time: at its own step it is within {} of continuous time over {}, and so are its modes{}.",
            percent(found.tolerance),
            count(found.followed, "interval", "intervals"),
            if found.horizon > found.followed { format!(" over {}", found.horizon) } else { String::new() }
        ),
    };
    parts.push(wrapped(&answer, "", "  ", width));
    let own = found.notes.iter().any(|note| matches!(note, AuditNote::TightEnough | AuditNote::LooseTolerance | AuditNote::OwnGrid));
    let steps = if own { "its own steps".to_owned() } else { format!("{} per sample", count(found.substeps as usize, "step", "steps")) };
    let class = format!("({}, trained through {} with {steps}, H = {})", found.class, found.method, real(found.interval, DIGITS));
    parts.push(wrapped(&class, "", "  ", width));
    let mut table = Table::new(&["STEP", "DIFFERENCE FROM CONTINUOUS TIME"]);
    for step in &found.steps {
        let difference = step.difference.map_or_else(|| "diverged".to_owned(), |d| format!("{} of the motion", percent(d)));
        table.row([real(step.step, DIGITS), difference]);
    }
    parts.push(table.fit(width));
    parts.extend(found.modes.iter().map(|mode| wrapped(&audited(mode), "", "  ", width)));
    parts.extend(found.equilibria.iter().flat_map(beside).map(|text| wrapped(&text, "", "  ", width)));
    parts.extend(found.notes.iter().map(|note| wrapped(&note.say(Dialect::Terminal), "Note: ", "  ", width)));
    if found.nature == Nature::Discrete {
        parts.push(wrapped("`lambdahat repair` turns it into the continuous-time model behind it.", "", "  ", width));
    }
    parts.join("\n")
}

/// Equilibria that the model has made up or lost.
fn beside(found: &EquilibriaBeside) -> Vec<String> {
    let list = |places: &[Vec<f64>]| {
        let shown = places.iter().take(MOST_PLACES).map(|place| point(place)).collect::<Vec<_>>().join(", ");
        if places.len() > MOST_PLACES { format!("{shown} and {} more", places.len() - MOST_PLACES) } else { shown }
    };
    let equilibria = |n: usize| if n == 1 { "an equilibrium" } else { "equilibria" };
    let mut said = Vec::new();
    if !found.learned_only.is_empty() {
        let (n, places) = (found.learned_only.len(), list(&found.learned_only));
        let more = if found.complete { "" } else { " (those found; there may be more)" };
        said.push(format!("The model has {} that the true field has not, at {places}{more}.", equilibria(n)));
    }
    if !found.true_only.is_empty() {
        let (n, places) = (found.true_only.len(), list(&found.true_only));
        said.push(format!("The true field has {} at {places}, and none of the model was found there.", equilibria(n)));
    }
    said
}

fn audited(mode: &AuditedMode) -> String {
    let shown = match (mode.shown, mode.hidden) {
        (Some(z), _) => format!("behaves at its step like {}", complex_of(z, DIGITS)),
        (None, Some(Hidden::Overflows)) => "leaves the finite numbers within one step".to_owned(),
        (None, _) => "dies within one interval".to_owned(),
    };
    let branch = mode.branch.map_or_else(String::new, |k| {
        let principal = if mode.principal { ", the principal one" } else { "" };
        let words: Vec<&str> = mode.flags.iter().map(|&f| flag(f)).collect();
        let kind = if words.is_empty() { String::new() } else { format!(": {}", words.join(", ")) };
        format!("; branch {} of {}{principal}{kind}", k + 1, mode.branches)
    });
    format!("λ̂ = {} {shown}{branch}.", complex_of(mode.learned, DIGITS))
}

/// The screen of `repair`: what became of the modes, how well the map is kept, and what to beware of.
pub fn repair(report: &RepairReport, width: usize) -> String {
    let mut parts = Vec::new();
    let mut say = |text: &str| parts.push(wrapped(text, "", "  ", width));
    say(&how(report));
    say(&format!("Modes before: {}", modes(&report.before)));
    say(&format!("Modes after:  {}", modes(&report.after)));
    let steps = count(report.substeps as usize, "step", "steps");
    say(&format!("({}, trained through {} with {steps} per sample, H = {})", report.class, report.method, real(report.interval, DIGITS)));
    if let Some(map) = report.against_map {
        say(&format!(
            "Distance from the map of one interval, root mean square: {} before, {} after.",
            real(map.before, 2),
            if map.after.is_finite() { real(map.after, 2) } else { "diverged".into() }
        ));
    }
    if !report.turns.is_empty() {
        let mut table = Table::new(&["ORBIT FROM", "CHANGE OF THE INVARIANT IN ONE TURN, BEFORE", "AFTER"]);
        let number = |x: Option<f64>| x.map_or_else(|| "no turn".to_owned(), |x| signed(x, 3));
        for turn in &report.turns {
            table.row([point(&turn.start), number(turn.before), number(turn.after)]);
        }
        parts.push(table.fit(width));
    }
    if !report.rollouts.is_empty() {
        // Without an invariant there is no drift.
        let drifts = report.rollouts.iter().any(|row| !row.drift_before.is_empty() || !row.drift_after.is_empty());
        let headings = ["STEP", "ERROR BEFORE", "ERROR AFTER", "DRIFT BEFORE", "DRIFT AFTER"];
        let columns = if drifts { headings.len() } else { 3 };
        let mut table = Table::new(&headings[..columns]);
        let number = |x: Option<f64>| x.map_or_else(|| "diverged".to_owned(), |x| real(x, 3));
        let list = |all: &[f64]| all.iter().map(|&x| signed(x, 3)).collect::<Vec<_>>().join(" ");
        for row in &report.rollouts {
            let cells = [step(row.division), number(row.before), number(row.after), list(&row.drift_before), list(&row.drift_after)];
            table.row(cells.into_iter().take(columns));
        }
        parts.push(table.fit(width));
    }
    parts.extend(report.notes.iter().map(|note| wrapped(&note.say(Dialect::Terminal), "Note: ", "  ", width)));
    parts.join("\n")
}

fn how(report: &RepairReport) -> String {
    let mismatch = real(report.mismatch.unwrap_or(0.0), 2);
    let kept = report.power.unwrap_or(0);
    match (report.way, report.left_out, report.terms.last()) {
        (Way::ExactLinear, ..) => format!("Repaired exactly: log(R(hÂ)^m)/H, which meets the map to {mismatch}."),
        (Way::Refit, ..) => format!("Refitted to the map of one interval, to a root mean square of {mismatch}."),
        (Way::Series, Some(left), _) => format!(
            "Repaired by the modified equation through h^{kept}; the first term left out, h^{}, is at most {}.",
            left.power,
            real(left.size, 2)
        ),
        (Way::Series, None, Some(only)) => format!(
            "Repaired by the modified equation through h^{kept}, one correction of at most {}. No further term was computed, so nothing is known \
             of the error (--power {} computes more).",
            real(only.size, 2),
            (kept + 2).min(LARGEST_POWER)
        ),
        (Way::Series, None, None) => {
            format!("Nothing to repair through h^{kept}: every term of the modified equation that was computed is zero.")
        }
    }
}

fn modes(modes: &FieldModes) -> String {
    let upper: Vec<String> = modes.modes.iter().filter(|z| z[1] >= 0.0).map(|&[re, im]| pair(Complex::new(re, im), MODE_DIGITS)).collect();
    if upper.is_empty() { "no equilibrium found".to_owned() } else { upper.join(", ") }
}
