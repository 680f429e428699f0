//! What the page says of a reader's own samples and scheme.

use super::super::number::{DIGITS, count, percent, real};
use super::super::verdicts::{kind, known};
use super::super::{Dialect, read_as, verification, why};
use crate::data::{Spacing, Trajectories};
use crate::predict::Report;
use crate::truth::Mode;
use crate::verify::Verification;

/// Digits of lengths and constants of a scheme.
const SCHEME_DIGITS: usize = 6;

/// How a reader's samples were read, and how many modes they have.
pub fn read(data: &Trajectories, report: &Report) -> String {
    let every = match data.spacing() {
        Spacing::Uneven { .. } => format!("{} apart in the middle", real(report.interval, DIGITS)),
        _ => format!("one every {}", real(report.interval, DIGITS)),
    };
    let modes = match report.upper_modes().count() {
        0 => "No mode was found".to_owned(),
        n => count(n, "mode", "modes"),
    };
    format!("{}, {every}. {} {modes}, found without any integrator:", count(report.samples, "sample", "samples"), read_as(data))
}

/// One mode of a reader's samples, for the control that sets it.
pub fn mode_found(mode: &Mode) -> String {
    format!("{}, λ = {}{}: use it above", kind(mode), known(mode), if mode.settled { "" } else { ", not settled" })
}

/// What is recommended for a reader's samples.
pub fn advice(report: &Report) -> String {
    report.recommendation.as_ref().map_or_else(
        || "The samples settle no mode, so nothing is recommended.".into(),
        |advice| {
            format!(
                "Use {} with {} per sample. {}",
                advice.method,
                count(advice.substeps as usize, "step", "steps"),
                why(report, advice, Dialect::Page)
            )
        },
    )
}

/// A reader's samples with the curves of their modes over them: how well the modes meet them, in parts of their spread; `drawn` where the curves are shown.
pub fn over_samples(misfit: Option<f64>, drawn: bool, method: &str) -> String {
    match misfit {
        Some(misfit) if drawn => format!(
            "The modes meet the samples {}. Orange is what a fit through {method}, one step per sample, becomes between them and at smaller \
             steps.",
            if misfit < 1e-6 { "exactly".to_owned() } else { format!("to {} of their spread", percent(misfit)) }
        ),
        Some(_) => {
            "The modes describe the motion near the equilibrium only, which is not where these samples are: no curve is drawn.".into()
        }
        None => "The samples do not determine how much of each mode is in them: no curve is drawn.".into(),
    }
}

/// What is known of a reader's scheme, line by line: a name and what was found. A warning comes first where its weights do not add up to 1.
pub fn scheme(report: &Verification) -> Vec<[String; 2]> {
    let line = |name: &str, value: String| [name.to_owned(), value];
    let mut lines = Vec::new();
    if report.order == 0 {
        lines.push(line(
            "warning",
            "Of order 0: its weights do not add up to 1, so it does not even follow a constant field. What is learned through it is off at any step size."
                .into(),
        ));
    }
    lines.push(line("in short", verification::answer(report).join(" ")));
    lines.extend(verification::evidence(report, SCHEME_DIGITS));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{catalog, scheme as file};
    use crate::verify::verify;

    #[test]
    fn a_scheme_is_told_line_by_line_and_order_0_is_warned_of() {
        let lines = scheme(&verify(&catalog::find("ralston2").unwrap()));
        assert_eq!(lines[0][0], "in short");
        assert!(lines.contains(&["order".into(), "2".into()]), "{lines:?}");
        assert!(lines.iter().all(|[name, value]| !name.is_empty() && !value.is_empty()));
        let half = file::parse("[runge-kutta]\nA = [[0]]\nb = [\"1/2\"]\n", "half").unwrap();
        assert_eq!(scheme(&verify(&half))[0][0], "warning");
    }
}
