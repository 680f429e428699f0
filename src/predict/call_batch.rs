//! The modes of a report as training calls meet them: one norm over all of them, on the data's own starts.

use crate::data::Paths;
use crate::fit::Batch as Together;
use crate::inverse::step_control::{ControlledEquation, ObservedMode, Search, Usage, estimates};
use crate::loops::{Call, Companion, FollowError, JointNorm, StateNorm};
use crate::truth::Mode;
use num_complex::Complex;
use std::ops::Range;

/// Samples count as those of a linear field where one step of the fitted matrix misses less than this part of them.
const LINEAR: f64 = 0.05;
/// At most so many batches of the data are tried.
const MOST_BATCHES: usize = 32;
/// Starts of the data that a norm is taken over, at most: of more, evenly chosen ones stand for all, for nobody gives a call a million starts at once.
const MOST_STARTS: usize = 2048;
/// Pieces of a single trajectory that are tried as batches.
const PIECES: usize = 8;

/// A mode as the samples hold it.
struct Seen<'a> {
    mode: &'a Mode,
    observed: Option<ObservedMode>,
}

/// The modes of a report as the calls meet them: one norm over all of them, on the data's own starts.
pub(super) struct Batch<'a> {
    seen: Vec<Seen<'a>>,
    interval: f64,
    /// Starts of each trajectory, as ranges of all.
    trajectories: Vec<Range<usize>>,
    /// Whether a component of a start is exactly 0.
    zero: bool,
    plain: Usage,
}

impl<'a> Batch<'a> {
    /// The modes, with what all samples of these trajectories, every `samples` of them a start, hold of each.
    pub(super) fn of(modes: impl Iterator<Item = &'a Mode>, interval: f64, samples: usize, trajectories: &Paths) -> Self {
        let (mut starts, mut ranges) = (Vec::new(), Vec::new());
        let every = samples.max(1) * (trajectories.samples() / samples.max(1)).div_ceil(MOST_STARTS).max(1);
        for path in trajectories.iter() {
            let before = starts.len();
            starts.extend(path.iter().take(path.len().saturating_sub(1)).step_by(every).map(<[f64]>::to_vec));
            ranges.push(before..starts.len());
        }
        let seen = modes.map(|mode| {
            let observed = ObservedMode::of(mode.lambda, interval, &mode.equilibrium, trajectories, &starts);
            Seen { mode, observed: observed.filter(|o| o.misfit < LINEAR && o.amplitude() > 0.0 && o.starts.len() == starts.len()) }
        });
        let zero = starts.iter().flatten().any(|x| *x == 0.0);
        Self { seen: seen.collect(), interval, trajectories: ranges, zero, plain: Usage { samples, ..Usage::default() } }
    }

    /// The norm of mode j over some starts, its companions being `learned`, a mode each.
    fn norm(&self, j: usize, starts: &[usize], learned: Option<&[Complex<f64>]>) -> Option<StateNorm> {
        let factors = |o: &ObservedMode| starts.iter().flat_map(|s| o.starts[*s].iter().copied()).collect::<Vec<_>>();
        let own = factors(self.seen[j].observed.as_ref()?);
        let Some(learned) = learned else { return Some(StateNorm::Real(own)) };
        let others = self.seen.iter().zip(learned).enumerate().filter(|(k, _)| *k != j);
        let companions: Vec<Companion> = others
            .filter(|(_, (seen, _))| seen.mode.equilibrium == self.seen[j].mode.equilibrium)
            .filter_map(|(_, (seen, mode))| Some(Companion { mode: *mode, factors: factors(seen.observed.as_ref()?) }))
            .collect();
        Some(if companions.is_empty() { StateNorm::Real(own) } else { StateNorm::Joint(JointNorm { factors: own, companions }) })
    }

    /// Why the call cannot be followed on these starts, whatever the mode: without atol, a component that is 0 has no scaled error.
    pub(super) fn refusal(&self, call: &Call) -> Option<FollowError> {
        (self.zero && call.control().is_some_and(|control| control.tolerances.absolute == 0.0)).then_some(FollowError::ZeroScale)
    }

    fn all(&self) -> Vec<usize> {
        (0..self.trajectories.last().map_or(0, |range| range.end)).collect()
    }

    /// Parts of the data that a training may take for a batch: single starts where each has a call to itself, else trajectories, or pieces of the only one.
    fn parts(&self, call: &Call) -> Vec<Vec<usize>> {
        let count = self.all().len();
        match (Together::usual(call.name.library), self.trajectories.len()) {
            (Together::Each, _) => (0..count.min(MOST_BATCHES)).map(|k| vec![k * count / count.min(MOST_BATCHES)]).collect(),
            (Together::Together, 0 | 1) if count < 2 * PIECES => Vec::new(),
            (Together::Together, 0 | 1) => (0..PIECES).map(|k| (k * count / PIECES..(k + 1) * count / PIECES).collect()).collect(),
            (Together::Together, _) => self.trajectories.iter().take(MOST_BATCHES).map(|range| range.clone().collect()).collect(),
        }
    }

    /// What each mode is learned as with all of them in one norm: each is solved for beside the others, twice over. λ itself where it has no solution.
    fn learned(&self, call: &Call) -> Vec<Complex<f64>> {
        let mut learned: Vec<Complex<f64>> = self.seen.iter().map(|seen| seen.mode.lambda).collect();
        let starts = self.all();
        for j in (0..learned.len()).chain(0..learned.len()) {
            let Some(norm) = self.norm(j, &starts, Some(&learned)) else { continue };
            let equation = ControlledEquation::pairs(call, self.seen[j].mode.lambda, self.interval, norm);
            if let Ok(found) = equation.and_then(|equation| estimates(&equation, Search::Near))
                && let Some(solution) = found.principal()
            {
                learned[j] = solution.lambda;
            }
        }
        learned
    }

    /// How a call is used on each mode, and whether modes share its norm.
    pub(super) fn usages(&self, call: &Call) -> (Vec<(&Mode, Usage)>, bool) {
        let observed = self.seen.iter().filter(|seen| seen.observed.is_some()).count();
        let joint = observed > 1 && call.follows_companions();
        let learned = joint.then(|| self.learned(call));
        let size = |seen: &Seen<'_>| seen.observed.as_ref().map_or(0.0, ObservedMode::amplitude);
        let total = self.seen.iter().map(|seen| size(seen).powi(2)).sum::<f64>().sqrt();
        let starts = self.all();
        let usage = |j: usize| {
            let Some(norm) = self.norm(j, &starts, learned.as_deref()) else { return self.plain.clone() };
            let parts = if call.is_adaptive() { self.parts(call) } else { Vec::new() };
            let batches = parts.iter().filter_map(|part| self.norm(j, part, learned.as_deref())).collect();
            Usage { norm, amplitude: size(&self.seen[j]), total, batches, ..self.plain.clone() }
        };
        ((0..self.seen.len()).map(|j| (self.seen[j].mode, usage(j))).collect(), joint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_record_gives_no_more_starts_than_a_norm_takes() {
        let lambda = Complex::new(-1e-4, 2.0);
        let state = |k: usize| {
            let y = (lambda * 0.01 * k as f64).exp();
            vec![y.re, y.im]
        };
        let modes = [lambda, lambda.conj()].map(|lambda| Mode::determined(lambda, vec![0.0, 0.0], Some(0.0)));
        for (samples, covered) in [(100, 1), (10_000, 1), (100_000, 7)] {
            let paths = Paths::of(&[(0..samples).map(state).collect()]).expect("finite");
            let batch = Batch::of(modes.iter().take(1), 0.01, covered, &paths);
            let starts = batch.all().len();
            assert!(starts <= MOST_STARTS && starts >= (samples / covered - 1).min(MOST_STARTS / 2), "{samples} {covered}: {starts}");
            let observed = batch.seen[0].observed.as_ref().expect("is there");
            assert_eq!(observed.starts.len(), starts);
        }
    }
}
