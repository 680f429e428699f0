//! Orbits of samples: the drift of learning through each method, on the polynomial field that explains them.

use super::drift::{Orbits, PredictedDrift};
use super::linear_orbits::LinearOrbits;
use super::open_field::is_open;
use super::report::Report;
use crate::data::Trajectories;
use crate::dynamics::LimitCycle;
use crate::method::{Method, Sampling};
use crate::truth::{Caveat, FittedField, Motion};
use num_complex::Complex;

/// Orbits followed at most.
const MOST_STARTS: usize = 3;

impl Report {
    /// Adds the drift of the first orbits of the samples through each of the report's methods, `methods` in the same order, on the field that explains the
    /// samples. Where that field is linear the answer is exact ([`LinearOrbits`]). Where the samples leave the field around the orbits open, a caveat says so and there is no
    /// drift, for what a method makes of an orbit depends on the field beside it. No invariant is known of the field, so that the change is that of the distance from the
    /// orbit's centre, in units of half the samples' box. Nothing is added in one variable, where nothing turns, where no polynomial of a low degree explains the samples,
    /// or where no mode is settled.
    pub(super) fn add_drift_of_samples(&mut self, data: &Trajectories, methods: &[Method], stopped: &(dyn Fn() -> bool + Sync)) {
        if !self.finding.settled {
            return;
        }
        let Some(fitted) = self.field.clone().filter(FittedField::has_series) else { return self.add_orbits_of_modes(data, methods) };
        if fitted.field.variables().len() < 2 {
            return;
        }
        let complete = |x: &&[f64]| x.iter().all(|v| !v.is_nan());
        let originals: Vec<Vec<f64>> = data.states().filter_map(|mut t| t.find(complete).map(<[f64]>::to_vec)).take(MOST_STARTS).collect();
        let starts: Vec<Vec<f64>> = originals.iter().map(|x| fitted.coordinates(x)).collect();
        if fitted.degree == 1 {
            let Some(orbits) = LinearOrbits::of(&fitted.field) else { return };
            self.add_linear_orbits(&orbits, &starts, methods);
        } else if is_open(&fitted, data) {
            let open = Caveat::OrbitsOpen { degree: fitted.degree };
            if !self.caveats.contains(&open) {
                self.caveats.push(open);
            }
            return;
        } else {
            let cycles = self.finding.motion == Motion::Cycle;
            let last = data.all_states().filter(complete).last().map(|x| fitted.coordinates(x));
            let reached = |start: &Vec<f64>| LimitCycle::reached(&fitted.field.compiled(), start, 0.5 * self.interval);
            let cycle = last.as_ref().filter(|_| cycles).and_then(reached);
            self.add_drift_of(&Orbits { field: &fitted.field, starts: &starts, invariant: None, cycle: cycle.as_ref() }, methods, stopped);
            for report in &mut self.methods {
                report.cycle = report.cycle.take().map(|cycle| cycle.scaled(&fitted.half));
            }
        }
        for report in &mut self.methods {
            // An orbit that the fitted field itself does not close says nothing of a method.
            report.drift.retain(|drift: &PredictedDrift| drift.true_period.is_some() || !drift.sizes.is_empty() || drift.linear.is_some());
            for drift in &mut report.drift {
                if let Some(k) = starts.iter().position(|start| *start == drift.start) {
                    drift.start.clone_from(&originals[k]);
                }
            }
        }
        if self.methods.iter().any(|report| !report.drift.is_empty()) {
            self.caveats.push(Caveat::FittedOrbits { degree: fitted.degree, residual: fitted.residual });
        }
    }

    /// Closed orbits in two variables whose motion is the sum of its modes: one pair, and no field was needed to find it.
    fn add_orbits_of_modes(&mut self, data: &Trajectories, methods: &[Method]) {
        let nonlinear = self.caveats.iter().any(|caveat| matches!(caveat, Caveat::FieldFitted { .. } | Caveat::FieldLeaves { .. }));
        let [first, second] = &self.modes[..] else { return };
        let pair = first.lambda.im > 0.0 && first.lambda == second.lambda.conj() && first.settled;
        if self.finding.motion != Motion::Orbits || nonlinear || !pair || data.dimension() != 2 || first.equilibrium.len() != 2 {
            return;
        }
        let half = |j: usize| {
            let values = data.all_states().map(|x| x[j]).filter(|x| !x.is_nan());
            let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
            if low < high { 0.5 * (high - low) } else { 1.0 }
        };
        let half = [half(0), half(1)];
        let scaled = |x: &[f64]| x.iter().zip(&half).map(|(x, half)| x / half).collect::<Vec<f64>>();
        let orbits = LinearOrbits::of_pair(first.lambda, &scaled(&first.equilibrium));
        let complete = |x: &&[f64]| x.iter().all(|v| !v.is_nan());
        let originals = data.states().filter_map(|mut t| t.find(complete).map(<[f64]>::to_vec)).take(MOST_STARTS);
        let (originals, starts): (Vec<Vec<f64>>, Vec<Vec<f64>>) = originals.map(|x| (x.clone(), scaled(&x))).unzip();
        self.add_linear_orbits(&orbits, &starts, methods);
        for report in &mut self.methods {
            report.drift.iter_mut().zip(&originals).for_each(|(drift, start)| drift.start.clone_from(start));
        }
    }

    /// The exact drift on a linear field, with λ as the report has it where it has one pair.
    fn add_linear_orbits(&mut self, orbits: &LinearOrbits, starts: &[Vec<f64>], methods: &[Method]) {
        let turning: Vec<Complex<f64>> = self.modes.iter().map(|mode| mode.lambda).filter(|lambda| lambda.im > 0.0).collect();
        let lambda = match turning[..] {
            [lambda] => lambda,
            _ => orbits.lambda,
        };
        let interval = self.interval;
        for (report, method) in self.methods.iter_mut().zip(methods) {
            if let Ok(sampling) = Sampling::new(interval, report.substeps) {
                report.drift = orbits.through(method, sampling, lambda, starts);
            }
        }
        self.weigh_orbits();
    }
}
