//! A repair judged by what was measured: where it made things worse, where it cannot be trusted.

use super::repair_notes::RepairNote;
use super::repair_report::{AgainstMap, RepairReport, Way};
use crate::data::Paths;
use crate::dynamics::norm::distance;
use crate::fit::ModelFile;

/// A root mean square residual beyond this part of the motion over an interval is a poor fit.
const POOR: f64 = 0.01;

/// An error that grows by less is as good as before: the same to the digits that are shown.
const WORSE: f64 = 1.05;

/// Adds the notes that follow from what was measured.
pub(super) fn judge(file: &ModelFile, trajectories: &Paths, states: &[Vec<f64>], report: &mut RepairReport) {
    let mut notes = Vec::new();
    let motion = trajectories.motion().sqrt();
    let residual = file.loss.max(0.0).sqrt();
    if motion > 0.0 && residual > POOR * motion {
        notes.push(RepairNote::MissesData { share: residual / motion });
    }
    if let Some(AgainstMap { before, after }) = report.against_map {
        if !after.is_finite() {
            notes.push(RepairNote::Diverges);
        } else if after > WORSE * before {
            notes.push(RepairNote::WorseAgainstMap { before, after });
        }
    }
    if let Some(fine) = report.rollouts.last().filter(|row| row.division > 1) {
        match (fine.before, fine.after) {
            (Some(before), Some(after)) if after > WORSE * before => notes.push(RepairNote::WorseRollouts { before, after }),
            (before, None) => notes.push(RepairNote::RolloutDiverges { before_too: before.is_none() }),
            _ => {}
        }
    }
    let worse = report.turns.iter().filter(|t| t.before.zip(t.after).is_some_and(|(b, a)| a.abs() > WORSE * b.abs())).count();
    if worse > 0 {
        notes.push(RepairNote::WorseOrbits { worse, of: report.turns.len() });
    }
    let spread = spread(states);
    let strange = |x: &&Vec<f64>| report.before.equilibria.iter().all(|y| distance(x, y) > 0.05 * spread.max(f64::MIN_POSITIVE));
    // An exact logarithm has the equilibria of the model, a singular matrix apart.
    let new = report.after.equilibria.iter().filter(|_| report.way != Way::ExactLinear).filter(strange).take(3);
    notes.extend(new.map(|place| RepairNote::NewEquilibrium { place: place.clone() }));
    report.notes.extend(notes);
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
