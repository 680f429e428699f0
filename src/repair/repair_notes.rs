//! What a reader of a repair must know: where it made things worse, where it cannot be trusted.

use super::repaired::{Repair, RepairReport, Way};
use crate::dynamics::norm::distance;

/// A root mean square residual beyond this part of the motion over an interval is a poor fit.
const POOR: f64 = 0.01;

/// An error that grows by less is as good as before: the same to the digits that are shown.
const WORSE: f64 = 1.05;

/// Adds the notes that follow from what was measured.
pub(super) fn add(repair: &Repair<'_>, states: &[Vec<f64>], report: &mut RepairReport) {
    let mut notes = Vec::new();
    let motion = motion(repair.trajectories);
    let residual = repair.file.loss.max(0.0).sqrt();
    if motion > 0.0 && residual > POOR * motion {
        notes.push(format!(
            "the trained model misses its data by {:.1} % of the motion over an interval; a repair keeps the map that was learned, with that error",
            100.0 * residual / motion
        ));
    }
    if let Some(map) = report.against_map {
        if !map.after.is_finite() {
            notes.push("the repaired field leaves a million (or the finite numbers) within an interval from some state".to_owned());
        } else if map.after > WORSE * map.before {
            notes.push(format!(
                "worse than before: the repaired field is further from the map that was learned ({:.1e}) than the trained one ({:.1e})",
                map.after, map.before
            ));
        }
    }
    if let Some(fine) = report.rollouts.last().filter(|row| row.division > 1) {
        match (fine.before, fine.after) {
            (Some(before), Some(after)) if after > WORSE * before => notes.push(format!(
                "worse than before: at a fine step the rollouts are {after:.1e} from the data after the repair, {before:.1e} before"
            )),
            (before, None) => notes.push(format!(
                "\"left\": at a fine step a rollout of the repaired field leaves a million (or the finite numbers){}",
                if before.is_none() { ", as one of the trained field does" } else { "; that of the trained field stays" }
            )),
            _ => {}
        }
    }
    let worse = report.turns.iter().filter(|t| t.before.zip(t.after).is_some_and(|(b, a)| a.abs() > WORSE * b.abs())).count();
    if worse > 0 {
        notes.push(format!("worse than before: {worse} of {} orbits drift more in a turn", report.turns.len()));
    }
    let spread = spread(states);
    let strange = |x: &&Vec<f64>| report.before.equilibria.iter().all(|y| distance(x, y) > 0.05 * spread.max(f64::MIN_POSITIVE));
    // An exact logarithm has the equilibria of the model, a singular matrix apart.
    for place in report.after.equilibria.iter().filter(|_| report.way != Way::ExactLinear).filter(strange).take(3) {
        notes.push(format!(
            "the repaired field stands still at {place:.4?}, where the trained one does not: an equilibrium that is not in the original"
        ));
    }
    report.notes.extend(notes);
}

/// The root mean square of the steps between samples.
fn motion(trajectories: &[Vec<Vec<f64>>]) -> f64 {
    let squares = trajectories
        .iter()
        .flat_map(|t| t.windows(2))
        .flat_map(|pair| pair[0].iter().zip(&pair[1]).map(|(a, b)| (a - b).powi(2)).collect::<Vec<_>>());
    let (sum, count) = squares.fold((0.0, 0usize), |(sum, n), square| (sum + square, n + 1));
    if count == 0 { 0.0 } else { (sum / count as f64).sqrt() }
}

/// The diagonal of the states' box.
fn spread(states: &[Vec<f64>]) -> f64 {
    let d = states.first().map_or(0, Vec::len);
    let width = |j: usize| {
        let (low, high) = states.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), s| (l.min(s[j]), h.max(s[j])));
        (high - low).powi(2)
    };
    (0..d).map(width).sum::<f64>().sqrt()
}
