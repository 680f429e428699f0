//! Orbits of samples: the drift of learning through each method, on the polynomial field that explains them.

use super::drift::{Orbits, PredictedDrift};
use super::report::Report;
use crate::data::Trajectories;
use crate::method::Method;
use crate::truth::{Caveat, FittedField};

/// Orbits followed at most.
const MOST_STARTS: usize = 3;

impl Report {
    /// Adds the drift of the first orbits of the samples through each of the report's methods, `methods` in the same order, on the field that explains the
    /// samples. No invariant is known of it, so that the change is that of the distance from the orbit's centre, in units of half the samples' box. Nothing is
    /// added where no polynomial of a low degree explains them, or no mode is settled.
    pub(super) fn add_drift_of_samples(&mut self, data: &Trajectories, methods: &[Method]) {
        let Some(FittedField { field, degree, residual, .. }) = self.field.as_ref().filter(|_| self.finding.settled) else { return };
        let (field, degree, residual) = (field.clone(), *degree, *residual);
        let originals: Vec<Vec<f64>> =
            data.states().filter_map(|mut t| t.find(|x| x.iter().all(|v| !v.is_nan())).map(<[f64]>::to_vec)).take(MOST_STARTS).collect();
        let starts: Vec<Vec<f64>> = originals.iter().filter_map(|x| self.field.as_ref().map(|f| f.coordinates(x))).collect();
        self.add_drift_of(&Orbits { field: &field, starts: &starts, invariant: None }, methods);
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
            self.caveats.push(Caveat::FittedOrbits { degree, residual });
        }
    }
}
