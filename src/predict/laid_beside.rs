//! What a caller lays beside a report that is made: the drift of orbits, and training calls.

use super::call_batch::Batch;
use super::calls::CallReport;
use super::drift::Orbits;
use super::recommendation::OrbitChange;
use super::report::{MethodReport, Report};
use crate::data::Paths;
use crate::dynamics::{LimitCycle, PolynomialField, System};
use crate::inverse::step_control::Precision;
use crate::loops::Call;
use crate::method::Method;
use rayon::prelude::*;

impl Report {
    /// Judges training calls, used as is said, on one complex state of size 1; where `trajectories` are given, on their own batch: the norm over all
    /// starts and all modes in them.
    pub fn add_calls(&mut self, calls: &[Call], samples: usize, precision: Option<Precision>, trajectories: &Paths) {
        let batch = Batch::of(self.upper_modes().map(|(_, mode)| mode), self.interval, samples, precision, trajectories);
        let reports: Vec<CallReport> = calls
            .iter()
            .map(|call| {
                let (modes, joint) = batch.usages(call);
                CallReport::of(call, &modes, joint, self.interval, self.limits)
            })
            .collect();
        self.calls.extend(reports);
    }

    /// Adds the drift of the orbits from these starts through each of the report's methods, `methods` in the same order, where the system is
    /// polynomial and an invariant of it is known; of a plane system without one, what becomes of the limit cycle that its first start settles on. A method without an expansion (one that is not consistent) has none.
    pub(super) fn add_drift_from(&mut self, system: &System, starts: &[Vec<f64>], methods: &[Method]) {
        let known = starts.iter().all(|start| system.invariant(start).is_some());
        let Some(field) = PolynomialField::of_system(system).filter(|_| !starts.is_empty()) else { return };
        if known {
            let invariant = |x: &[f64]| system.invariant(x).unwrap_or(f64::NAN);
            self.add_drift_of(&Orbits { field: &field, starts, invariant: Some(&invariant), cycle: None }, methods);
        } else if field.variables().len() == 2 && !system.is_linear() {
            let cycle = LimitCycle::reached(system, &starts[0], 0.5 * self.interval);
            if cycle.is_some() {
                self.add_drift_of(&Orbits { field: &field, starts: &[], invariant: None, cycle: cycle.as_ref() }, methods);
            }
        }
    }

    /// Adds the drift of these orbits through each of the report's methods, `methods` in the same order.
    pub fn add_drift_of(&mut self, orbits: &Orbits<'_>, methods: &[Method]) {
        let interval = self.interval;
        self.methods.par_iter_mut().zip(methods).for_each(|(report, method)| {
            // A multistep method steps from sample to sample only.
            if matches!(method, Method::RungeKutta(_)) || report.substeps == 1 {
                let h = interval / f64::from(report.substeps);
                (report.drift, report.cycle) = orbits.through_with_cycle(method, h).unwrap_or_default();
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
