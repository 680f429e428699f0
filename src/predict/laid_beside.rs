//! What is laid beside the methods of a report: training calls, derivative regressions, the drift of orbits.

use super::call_batch::Batch;
use super::calls::CallReport;
use super::drift::Orbits;
use super::learned_orbits::LearnedOrbits;
use super::recommendation::OrbitChange;
use super::regression_report::{Regressed, RegressionReport};
use super::report::{MethodReport, Report};
use super::subject::Origin;
use crate::data::{Hold, Paths};
use crate::dynamics::{LimitCycle, PolynomialField, System};
use crate::fit::Loss;
use crate::inverse::step_control::EquationError;
use crate::loops::{Call, Precision, Regression};
use crate::method::{Method, Sampling};
use crate::order::differentials::Differentials;
use rayon::prelude::*;

/// What a report has beside the methods.
#[derive(Clone, Debug)]
pub struct Beside {
    /// Training calls, judged on one complex state of size 1 or, where even samples are at hand, on the data's own batch: the norm over all
    /// starts and all modes in them.
    pub calls: Vec<Call>,
    /// What training through the calls compares.
    pub loss: Loss,
    /// Samples that one call covers; `None` for those that the loss covers: of rollouts at most a hundred.
    pub covered: Option<usize>,
    /// The floating-point numbers of the calls that do not say theirs.
    pub precision: Option<Precision>,
    /// Regressions on estimated derivatives, judged on even samples H apart: on these where their noise is known, else on clean ones.
    pub regressions: Vec<Regression>,
    /// Whether what becomes of orbits is followed too ([`Prediction::report_with_orbits`](super::Prediction::report_with_orbits)).
    pub orbits: bool,
    /// Whether no method is listed nor recommended, since only calls and regressions were asked for.
    pub only: bool,
}

impl Default for Beside {
    /// Nothing.
    fn default() -> Self {
        Self {
            calls: Vec::new(),
            loss: Loss::default(),
            covered: None,
            precision: None,
            regressions: Vec::new(),
            orbits: false,
            only: false,
        }
    }
}

/// Intervals of a rollout that a call is followed over, at most.
const LONGEST_ROLLOUT: usize = 100;

impl Beside {
    /// What training through the calls compares, and the samples that one call covers.
    fn coverage(&self, paths: &Paths) -> (Loss, usize) {
        match (self.covered, self.loss) {
            (Some(1), _) | (None, Loss::Pairs) => (Loss::Pairs, 1),
            (Some(covered), _) => (Loss::Windows(covered), covered),
            (None, Loss::Windows(covered)) => (self.loss, covered),
            (None, Loss::Rollout | Loss::RolloutFreeStart) => {
                let shortest = paths.iter().map(|path| path.len().saturating_sub(1)).min().unwrap_or(LONGEST_ROLLOUT);
                (self.loss, shortest.clamp(1, LONGEST_ROLLOUT))
            }
        }
    }

    /// Whether each call covers one interval.
    pub(super) fn is_by_pairs(&self) -> bool {
        matches!((self.covered, self.loss), (Some(1), _) | (None, Loss::Pairs))
    }
}

impl Report {
    /// The report with calls and regressions beside its methods.
    pub(super) fn with(mut self, beside: &Beside, origin: &Origin, orbits: Option<&LearnedOrbits>) -> Self {
        self.calls = self.calls(beside, origin, orbits);
        self.regressions = self.regressions(&beside.regressions, orbits);
        if beside.only {
            self.methods.clear();
            self.recommendation = None;
        }
        self
    }

    fn calls(&self, beside: &Beside, origin: &Origin, orbits: Option<&LearnedOrbits>) -> Vec<CallReport> {
        let even = match origin {
            Origin::Samples(data) if !beside.calls.is_empty() => data.require_even().ok(),
            _ => None,
        };
        let paths = even.map(|even| even.paths()).unwrap_or_default();
        let (loss, covered) = beside.coverage(&paths);
        let batch = Batch::of(self.upper_modes().map(|(_, mode)| mode), self.interval, covered, &paths);
        // Where this loss moves a settled mode by more than the samples leave open, the call is followed for what it prefers.
        let noisy = self.through_loss.as_ref().and_then(|through| through.other(loss, self.interval, &self.modes));
        let apparent = |k: usize| noisy.as_ref().map(|(modes, _)| modes[k]).filter(|mode| mode.significant).map(|mode| mode.learned);
        let driven = self.is_driven();
        let straight = self.driven.as_ref().is_some_and(|system| system.hold == Hold::Linear);
        let unfollowed = driven && noisy.is_none();
        let unknown_noise =
            self.is_noise_unfollowed() || (noisy.is_none() && self.through_loss.as_ref().is_some_and(|through| through.acts));
        let apparent: Vec<_> = self.upper_modes().map(|(k, _)| apparent(k)).collect();
        let judged = |call: &Call| {
            let steps_over = driven && covered > 1 && !call.lands_on_samples();
            let unknown = unfollowed.then_some(EquationError::Inputs).or(steps_over.then_some(EquationError::InputsWithin));
            let unknown = unknown.or(unknown_noise.then_some(EquationError::Noise));
            if let Some(error) = unknown.or_else(|| batch.refusal(call).map(Into::into)) {
                return CallReport::refused(call, self.upper_modes().map(|(_, mode)| mode), &error);
            }
            let (mut modes, joint) = batch.usages(call);
            modes.iter_mut().zip(&apparent).for_each(|((_, usage), apparent)| usage.apparent = *apparent);
            let report = CallReport::of(call, &modes, joint, self.interval, self.limits);
            let report = if straight { report.by_the_flow(&apparent, self.interval, self.limits) } else { report };
            report.on_orbits(orbits, self.interval, covered)
        };
        let said = |call: &Call| match (call.precision, beside.precision) {
            (None, Some(precision)) => judged(&call.in_precision(precision)),
            _ => judged(call),
        };
        beside.calls.iter().map(said).collect()
    }

    fn regressions(&self, regressions: &[Regression], orbits: Option<&LearnedOrbits>) -> Vec<RegressionReport> {
        let Ok(sampling) = Sampling::new(self.interval, 1) else { return Vec::new() };
        let upper = self.upper_modes().map(|(k, _)| k).collect();
        let samples = Regressed {
            modes: &self.modes,
            upper,
            through: self.through_loss.as_ref(),
            unfollowed: self.is_driven() || self.is_noise_unfollowed(),
        };
        regressions.iter().map(|regression| samples.judged(regression, sampling, self.limits, orbits)).collect()
    }

    /// The report with the drift of orbits: of the system from its starts, or of the samples.
    pub(super) fn with_orbits(mut self, origin: &Origin, stopped: &(dyn Fn() -> bool + Sync)) -> Self {
        let methods: Vec<Method> = self.methods.iter().map(|method| method.scheme.clone()).collect();
        match origin {
            Origin::System { system, starts } => self.add_drift_from(system, starts, &methods, stopped),
            Origin::Samples(data) => self.add_drift_of_samples(data, &methods, stopped),
        }
        self
    }

    /// Adds the drift of the orbits from these starts through each of the report's methods, `methods` in the same order, where the system is
    /// polynomial and an invariant of it is known; of a plane system without one, what becomes of the limit cycle that its first start settles on. A method without an expansion (one that is not consistent) has none.
    fn add_drift_from(&mut self, system: &System, starts: &[Vec<f64>], methods: &[Method], stopped: &(dyn Fn() -> bool + Sync)) {
        let known = starts.iter().all(|start| system.invariant(start).is_some());
        let Some(field) = PolynomialField::of_system(system).filter(|_| !starts.is_empty()) else { return };
        if known {
            let invariant = |x: &[f64]| system.invariant(x).unwrap_or(f64::NAN);
            self.add_drift_of(&Orbits { field: &field, starts, invariant: Some(&invariant), cycle: None }, methods, stopped);
        } else if field.variables().len() == 2 && !system.is_linear() {
            let cycle = LimitCycle::reached(system, &starts[0], 0.5 * self.interval);
            if cycle.is_some() {
                self.add_drift_of(&Orbits { field: &field, starts: &[], invariant: None, cycle: cycle.as_ref() }, methods, stopped);
            }
        }
    }

    /// Adds the drift of these orbits through each of the report's methods, `methods` in the same order; of none any more once `stopped` says so.
    pub(super) fn add_drift_of(&mut self, orbits: &Orbits<'_>, methods: &[Method], stopped: &(dyn Fn() -> bool + Sync)) {
        let interval = self.interval;
        let differentials = Differentials::of(orbits.field);
        self.methods.par_iter_mut().zip(methods).for_each(|(report, method)| {
            // A multistep method steps from sample to sample only.
            let steps_so = matches!(method, Method::RungeKutta(_)) || report.substeps == 1;
            if steps_so && !stopped() {
                let h = interval / f64::from(report.substeps);
                (report.drift, report.cycle) = orbits.through_with_cycle(method, h, &differentials).unwrap_or_default();
            }
        });
        self.weigh_orbits();
    }

    /// The recommendation rests on the modes. Where orbits through the recommended method change more than a mode may, that is noted with it.
    pub(super) fn weigh_orbits(&mut self) {
        let shift = |report: &MethodReport| -> Option<f64> {
            let shifts = report.drift.iter().map(|drift| drift.amplitude_shift.map(f64::abs));
            shifts.reduce(|a, b| Some(a?.max(b?))).flatten()
        };
        let Some(advice) = &mut self.recommendation else { return };
        let chosen = |report: &&MethodReport| report.method == advice.method && report.substeps == advice.substeps;
        let Some(worst) = self.methods.iter().find(chosen).and_then(shift).filter(|worst| *worst > self.limits.tolerance) else { return };
        let converging = self.methods.iter().filter(|report| report.drift.iter().all(|drift| drift.converging));
        let best = converging.filter_map(|report| Some((shift(report)?, report))).min_by(|a, b| a.0.total_cmp(&b.0));
        let better = best.filter(|(least, _)| *least < worst).map(|(least, report)| (report.method.clone(), least));
        advice.orbits = Some(OrbitChange { amplitude: worst, better });
    }
}
