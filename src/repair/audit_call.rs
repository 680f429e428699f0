//! The audit of a model that was trained through a library's own steps.

use super::audit::{Audit, AuditNote, AuditedMode, Hidden, Horizon, Nature, StepTest};
use super::learned_modes::{Standstill, nearest_alias};
use super::reference::{Beginning, Reference};
use super::repair_error::RepairError;
use crate::data::Paths;
use crate::fit::{ModelFile, Through, rollout_through};
use crate::inverse::Discrepancy;
use crate::inverse::step_control::{ControlledEquation, Search, solutions};
use crate::loops::StateNorm;
use num_complex::Complex;

/// What the tolerances of a call, or its step, are divided by.
const DIVISIONS: [f64; 3] = [1.0, 10.0, 100.0];
/// Starts of a real mode in the norm of its equation.
const PHASES: usize = 16;

/// As [`audit`](super::audit::audit), the call's own steps in the place of a method's: each interval is one call from the states before it. The answer is
/// "continuous" where rollouts and modes are those of continuous time to within the tolerance, as they are through tight step control.
///
/// Errors where the field cannot be followed.
pub fn audit_call(
    file: &ModelFile,
    through: &Through,
    trajectories: &Paths,
    horizon: Horizon,
    tolerance: f64,
) -> Result<Audit, RepairError> {
    let learned = &file.learned;
    let beginning = Beginning::of(learned, trajectories)?;
    let reference = Reference::of(learned, &beginning, file.interval, horizon.followed)?;
    let mut steps = Vec::new();
    for division in DIVISIONS {
        let Some(finer) = through.finer(division) else { continue };
        let followed = rollout_through(learned, &finer, file.interval, &beginning.from, 1, horizon.followed)?;
        let step = finer.call.control().map_or(file.interval, |control| control.tolerances.relative);
        let step = if let crate::loops::Advance::Grid(grid) = &finer.call.advance { grid.step().unwrap_or(step) } else { step };
        steps.push(StepTest { step, difference: reference.difference(&followed) });
    }
    let limits = (tolerance, file.interval * horizon.modes as f64);
    let size = |place: &Standstill| amplitude(place, trajectories);
    let mode = |place: &Standstill, learned: Complex<f64>| audited(through, file.interval, size(place), place, learned, limits);
    let modes = beginning.found.iter().flat_map(|place| place.modes.iter().map(move |&z| mode(place, z))).collect();
    let mut audit = Audit::concluded(file, &beginning, &reference, (tolerance, horizon), steps, modes);
    audit.notes.push(match (through.call.is_adaptive(), audit.nature) {
        (true, Nature::Continuous) => AuditNote::TightEnough,
        (true, Nature::Discrete) => AuditNote::LooseTolerance,
        (false, _) => AuditNote::OwnGrid,
    });
    Ok(audit)
}

/// The root mean square distance of the samples from an equilibrium, a component; 1 where there are none.
fn amplitude(place: &Standstill, trajectories: &Paths) -> f64 {
    let squares = trajectories.states().flat_map(|x| x.iter().zip(&place.state).map(|(a, b)| (a - b).powi(2)));
    let (sum, count) = squares.fold((0.0, 0usize), |(sum, n), square| (sum + square, n + 1));
    let size = if count == 0 { 0.0 } else { (2.0 * sum / count as f64).sqrt() };
    if size > 0.0 && size.is_finite() { size } else { 1.0 }
}

/// What the call shows of a mode λ̂: log F(λ̂)/H, and which of its solutions λ̂ is.
fn audited(
    through: &Through,
    interval: f64,
    amplitude: f64,
    place: &Standstill,
    learned: Complex<f64>,
    (tolerance, horizon): (f64, f64),
) -> AuditedMode {
    let norm = if learned.im == 0.0 { StateNorm::amplitude(amplitude) } else { StateNorm::phases(PHASES, amplitude) };
    let multiplier = through.call.follow(learned, &[interval], &norm).ok().and_then(|trace| trace.multipliers.first().copied());
    let shown = multiplier.map(|f| nearest_alias(f.ln() / interval, learned, interval)).filter(|z| z.is_finite());
    let found = shown
        .and_then(|shown| ControlledEquation::pairs(&through.call, shown, interval, norm).ok())
        .and_then(|equation| solutions(&equation, Search::Near).ok());
    let nearest = found.as_ref().and_then(|found| {
        let distance = |k: &usize| (found.solutions[*k].lambda - learned).norm();
        (0..found.solutions.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    });
    let solution = found.as_ref().zip(nearest).map(|(found, k)| &found.solutions[k]);
    let off = shown.map(|shown| Discrepancy::of(shown, learned, horizon));
    AuditedMode {
        equilibrium: place.state.clone(),
        learned: [learned.re, learned.im],
        shown: shown.map(|z| [z.re, z.im]),
        hidden: if shown.is_some() { None } else { Some(Hidden::Overflows) },
        branch: nearest,
        branches: found.as_ref().map_or(0, |found| found.solutions.len()),
        principal: solution.is_some_and(|s| s.principal && (s.lambda - learned).norm() <= 1e-6 * learned.norm()),
        flags: solution.map_or_else(Vec::new, |s| s.flags.clone()),
        same: off.is_some_and(|off| off.within(tolerance)),
        off,
    }
}
