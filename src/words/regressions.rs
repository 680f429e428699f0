//! Regression on estimated derivatives, in words.

use super::number::{DIGITS, complex, pair};
use super::verdicts::{does, orbits_off, verdict};
use super::{Table, wrapped};
use crate::loops::{Ends, NotRegressed, Regression};
use crate::predict::{RegressionMode, RegressionReport, Report};
use crate::truth::Mode;

/// What a regression does with the samples, one sentence a line.
pub fn description(regression: &Regression) -> Vec<String> {
    let mut lines = vec!["No integrator: ẋ is estimated from the samples by a linear filter, and f is fitted to it.".to_owned()];
    let last = regression.derivative.first + regression.derivative.weights.len() as i32 - 1;
    lines.push(format!("The filter takes samples {} to {last} intervals away.", regression.derivative.first));
    if regression.second.is_some() {
        lines.push("x″ = −kx − cx′ is fitted to one coordinate, x″ by second differences: λ̂ is a root of x² + cx + k.".to_owned());
    } else if regression.smoothing.is_some() {
        lines.push("The state on the other side is smoothed by the same window: λ̂ = D(λ)/S(λ).".to_owned());
    } else if regression.smoothed_before.is_some() {
        lines.push("Samples are smoothed first, on both sides of the equation: on a mode that cancels, λ̂ = D(λ).".to_owned());
    } else {
        lines.push("The state on the other side is the sample itself: λ̂ = D(λ).".to_owned());
    }
    if regression.ends == Ends::OtherFormulas {
        lines.push(format!(
            "The first and last {} rows of a trajectory use other formulas, which pollute the fit: λ̂ is that of the rows inside.",
            regression.margin()
        ));
    }
    lines
}

/// What regressions make of the modes of a report: a heading and a table; empty without any.
pub fn regressions(report: &Report, width: usize) -> String {
    if report.regressions.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["REGRESSION", "VERDICT", "λ̂", "WHY"]);
    for found in &report.regressions {
        for (row, mode) in found.modes.iter().enumerate() {
            let name = if row == 0 { found.regression.name.as_str() } else { "" };
            let (shown, why) = match (mode.verdict, found.turns_on_orbits()) {
                (Some(_), true) => (found.verdict, orbits_off(&found.orbits, found.verdict)),
                _ => (mode.verdict, why(mode, report.upper_modes().nth(row).map(|(_, mode)| mode))),
            };
            table.row([name.to_owned(), verdict(shown).to_owned(), learned(mode), why]);
        }
    }
    let moved = report.regressions.iter().flat_map(|found| &found.modes).any(|mode| mode.noisy.is_some());
    let from = if moved { "from these samples, with their noise and their ends" } else { "from samples without noise" };
    let heading = wrapped(&format!("Regression on estimated derivatives (no integrator; {from})"), "", "", width);
    // Where the formulas at the ends are at hand, and samples, they are part of λ̂.
    let followed = |found: &RegressionReport| {
        (found.regression.border.is_some() || found.regression.smoothed_before.is_some()) && report.through_loss.is_some()
    };
    let beyond = report.regressions.iter().any(|found| found.regression.ends == Ends::OtherFormulas && !followed(found));
    let by_ends = report.regressions.iter().any(|found| followed(found) && found.modes.iter().any(|mode| mode.noisy.is_some()));
    let note = match (beyond, by_ends) {
        (true, _) => {
            "Other formulas at the ends of a trajectory add an error that is not in these figures; it stays in long trajectories of a motion that dies out."
        }
        (false, true) => "These figures include the one-sided formulas at the ends of a trajectory.",
        (false, false) => "",
    };
    let note = if note.is_empty() { String::new() } else { wrapped(note, "", "", width) + "\n" };
    format!("\n{heading}\n{}\n{note}", table.fit(width))
}

fn learned(mode: &RegressionMode) -> String {
    match mode.learned.map(|learned| mode.noisy.unwrap_or(learned.lambda)) {
        None => "none".to_owned(),
        Some(learned) if mode.lambda.im != 0.0 => pair(learned, DIGITS),
        Some(learned) => complex(learned, DIGITS),
    }
}

fn why(mode: &RegressionMode, truth: Option<&Mode>) -> String {
    match &mode.learned {
        None => mode.undefined.map_or_else(String::new, |why| match why {
            NotRegressed::Range => "Numbers leave the range of double precision.".to_owned(),
            NotRegressed::RealMode => "A real mode alone leaves k and c open.".to_owned(),
        }),
        Some(learned) if learned.removed => "The smoothing removes this mode: shorten its window.".to_owned(),
        Some(_) => mode.reasons.first().zip(truth).map_or_else(String::new, |(reason, truth)| does(reason, truth)),
    }
}
