//! What is true, in the first lines of an answer: the object in the samples, and its modes.

use super::Table;
use super::number::{DIGITS, count, point, real};
use super::paragraph::push;
use super::verdicts::{behaviour, kind, known};
use crate::predict::Report;
use crate::truth::{Caveat, Mode, Motion};

/// Modes that are shown one by one.
pub(super) const MOST_MODES: usize = 4;

/// Period, multiplier a turn and amplitudes of the closed orbit that the samples are on, where they are on one.
pub(super) fn closes(report: &Report) -> Option<(f64, f64, &[f64])> {
    let on_one = matches!(report.finding.motion, Motion::Cycle | Motion::Orbits);
    report.caveats.iter().find_map(|caveat| match caveat {
        Caveat::Closed { period, multiplier, amplitude } if on_one => Some((*period, *multiplier, amplitude.as_slice())),
        _ => None,
    })
}

/// What the samples are samples of, where it is not a motion to or from rest.
fn object(report: &Report) -> String {
    let orbit = |name: &str| {
        let Some((period, multiplier, amplitude)) = closes(report) else { return format!("{name}. ") };
        let sizes: Vec<String> = amplitude.iter().map(|a| real(*a, DIGITS)).collect();
        let sizes = if sizes.is_empty() { String::new() } else { format!(" and amplitudes {}", sizes.join(", ")) };
        let attracts = match report.finding.motion {
            Motion::Cycle => format!("; a turn multiplies a small distance from it by {}", real(multiplier, 2)),
            _ => String::new(),
        };
        format!("{name} of period {}{sizes}{attracts}. ", real(period, DIGITS))
    };
    match report.finding.motion {
        Motion::Cycle => orbit("A limit cycle"),
        Motion::Orbits if closes(report).is_some() => orbit("A closed orbit"),
        Motion::Chaos => "Chaos. ".into(),
        Motion::Drift => "A drift or a slow trend, without an equilibrium. ".into(),
        Motion::Driven if report.caveats.iter().any(|caveat| matches!(caveat, Caveat::InputsUsed { .. })) => {
            "A motion driven by its input. ".into()
        }
        Motion::Driven => "A motion driven from outside, or by what the columns do not show. ".into(),
        Motion::Rest | Motion::Orbits | Motion::Undetermined => String::new(),
    }
}

/// What is true, for a screen that says nothing of methods.
pub fn truth(report: &Report, width: usize) -> String {
    answer(report, width, MOST_MODES).join("\n")
}

/// What is true, with at most so many modes one by one.
pub(super) fn answer(report: &Report, width: usize, most: usize) -> Vec<String> {
    let upper: Vec<&Mode> = report.upper_modes().map(|(_, mode)| mode).collect();
    let samples = match report.samples {
        0 => report.source.clone(),
        n => {
            format!("{}, {} of {}", report.source, count(n, "sample", "samples"), count(report.trajectories, "trajectory", "trajectories"))
        }
    };
    let every = spaced(report);
    let mut lines = Vec::new();
    let object = object(report);
    match &upper[..] {
        [] => push(&mut lines, &format!("{object}No mode is known in {samples}, {every}."), width),
        [mode] if mode.settled => {
            // What the equilibrium inside an orbit does is not what the motion does.
            let what = if closes(report).is_some() { "About its equilibrium" } else { kind(mode) };
            push(&mut lines, &format!("{object}{what}: λ = {}, {}.", known(mode), behaviour(mode)), width);
            push(&mut lines, &format!("({samples}, {every})"), width);
        }
        all => {
            let settled = all.iter().filter(|mode| mode.settled).count();
            let rest = all.len() - settled;
            let open = match (settled, rest) {
                (_, 0) => String::new(),
                (0, 1) => ", not settled by the samples".to_owned(),
                (0, _) => ", none settled by the samples".into(),
                _ => format!(", {rest} of them not settled by the samples"),
            };
            push(&mut lines, &format!("{object}{}{open} ({samples}, {every}):", count(all.len(), "mode", "modes")), width);
            let several = all.iter().any(|mode| mode.equilibrium != all[0].equilibrium);
            let mut shown = all.to_vec();
            shown.sort_by_key(|mode| !mode.settled);
            let mut table = Table::new(&["", "", "", ""]).details(if alike(&shown) { &[] } else { &[3] });
            for mode in shown.iter().take(most) {
                // Of none the heading says it.
                let state = if mode.settled || settled == 0 { "" } else { "not settled" };
                let place = if several { format!("at {}", point(&mode.equilibrium)) } else { String::new() };
                table.row([format!("λ = {}", known(mode)), behaviour(mode), state.to_owned(), place]);
            }
            lines.extend(table.fit(width).lines().map(str::to_owned));
            if all.len() > most {
                lines.push(format!(" … {} more: --all", all.len() - most));
            }
        }
    }
    lines
}

/// Whether two modes are told apart by nothing but their equilibrium.
pub(super) fn alike(modes: &[&Mode]) -> bool {
    let told = |mode: &Mode| (known(mode), behaviour(mode));
    modes.iter().enumerate().any(|(k, mode)| modes[..k].iter().any(|other| told(other) == told(mode)))
}

/// How far apart the samples are.
pub(super) fn spaced(report: &Report) -> String {
    let interval = real(report.interval, DIGITS);
    if report.uneven { format!("uneven times, {interval} apart in the middle") } else { format!("one every {interval}") }
}
