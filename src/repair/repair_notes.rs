//! What a reader of a repair must know: where it made things worse, where it cannot be trusted.

use super::repaired::{AgainstMap, Repair, RepairReport, Way};
use crate::dynamics::norm::distance;
use num_complex::Complex;
use serde::Serialize;

/// What a reader of a repair must know.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum RepairNote {
    /// The trained model misses its data by this part of the motion over an interval; a repair keeps its map, with that error.
    MissesData {
        /// Root mean square residual over root mean square motion.
        share: f64,
    },
    /// The repaired field diverges within an interval from some state.
    Diverges,
    /// The repaired field is further from the map that was learned than the trained one.
    WorseAgainstMap {
        /// Distance of the trained field.
        before: f64,
        /// Distance of the repaired field.
        after: f64,
    },
    /// At a fine step the rollouts are further from the data after the repair.
    WorseRollouts {
        /// Error of the trained field.
        before: f64,
        /// Error of the repaired field.
        after: f64,
    },
    /// At a fine step a rollout of the repaired field diverges.
    RolloutDiverges {
        /// Whether one of the trained field does too.
        before_too: bool,
    },
    /// Orbits that drift more in a turn after the repair.
    WorseOrbits {
        /// How many.
        worse: usize,
        /// Of how many.
        of: usize,
    },
    /// The repaired field has an equilibrium where the trained one has none.
    NewEquilibrium {
        /// Where.
        place: Vec<f64>,
    },
    /// The series does not converge at this step, so the refit is used instead.
    SeriesDiverges {
        /// The power of h of its first correction, the smallest term.
        power: usize,
        /// The size of that term.
        size: f64,
        /// How many terms that are not zero were computed.
        count: usize,
    },
    /// The series leaves out more than one per cent of its first correction; with the states a refit would be tried.
    NoStatesForRefit,
    /// The same; a refit does not fit into memory.
    RefitNeedsMemory {
        /// How much it needs, with its unit.
        needed: String,
        /// How much is allowed.
        limit: String,
    },
    /// Series and refit against the map that the loop fitted, root mean square; the better one is kept.
    Compared {
        /// Distance of the series.
        series: f64,
        /// Distance of the refit.
        refit: f64,
    },
    /// The refit was stopped before its end.
    Interrupted {
        /// After so many iterations.
        iterations: usize,
    },
    /// Samples cannot tell λ from λ + 2πi/H: the logarithm with |Im λ| ≤ π/H is given.
    Aliases {
        /// The sampling interval H.
        interval: f64,
    },
    /// The pair turns by half a turn an interval: samples do not tell in which sense; that of the model is kept.
    HalfTurn {
        /// λ̂ with Im λ̂ > 0.
        learned: Complex<f64>,
    },
    /// Rollouts at this step and finer are left out.
    RolloutsLeftOut {
        /// What h was divided by.
        division: u32,
        /// Steps that they would take.
        steps: f64,
        /// Steps that are taken at most.
        most: f64,
    },
}

/// A root mean square residual beyond this part of the motion over an interval is a poor fit.
const POOR: f64 = 0.01;

/// Adds the notes that follow from what was measured.
pub(super) fn add(repair: &Repair<'_>, states: &[Vec<f64>], report: &mut RepairReport) {
    let mut notes = Vec::new();
    let motion = motion(repair.trajectories);
    let residual = repair.file.loss.max(0.0).sqrt();
    if motion > 0.0 && residual > POOR * motion {
        notes.push(RepairNote::MissesData { share: residual / motion });
    }
    if let Some(AgainstMap { before, after }) = report.against_map {
        if !after.is_finite() {
            notes.push(RepairNote::Diverges);
        } else if after > before {
            notes.push(RepairNote::WorseAgainstMap { before, after });
        }
    }
    if let Some(fine) = report.rollouts.last().filter(|row| row.division > 1) {
        match (fine.before, fine.after) {
            (Some(before), Some(after)) if after > before => notes.push(RepairNote::WorseRollouts { before, after }),
            (before, None) => notes.push(RepairNote::RolloutDiverges { before_too: before.is_none() }),
            _ => {}
        }
    }
    let worse = report.turns.iter().filter(|t| t.before.zip(t.after).is_some_and(|(b, a)| a.abs() > b.abs())).count();
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
