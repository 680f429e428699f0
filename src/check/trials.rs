//! The fits of a check: each method trained from every start, each fit laid beside the branches.

use super::agreement::Agreement;
use super::comparison::{Check, CheckedFit, Checker, was_interrupted};
use crate::data::Paths;
use crate::dynamics::System;
use crate::fit::{Fit, FitError, ModelSpec, Prepared};
use crate::method::{Method, Sampling};
use crate::predict::Report;
use rayon::prelude::*;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// How long after the request to stop fits that ended are still laid beside the branches.
const GRACE: Duration = Duration::from_secs(2);

/// The fits of one method, in the order of the seeds.
type Outcomes = Vec<Result<Fit, FitError>>;

/// What is trained, and by what it is judged.
#[derive(Clone, Copy, Debug)]
pub struct Trials<'a> {
    /// The methods, in the order of the report.
    pub methods: &'a [Method],
    /// Their trainings, one each.
    pub prepared: &'a [Prepared],
    /// One start each.
    pub seeds: &'a [u64],
    /// H and m.
    pub sampling: Sampling,
    /// The class.
    pub model: &'a ModelSpec,
    /// A loss is small up to this share of the motion; by model and optimizer where `None`.
    pub small: Option<f64>,
    /// The largest relative distance from a branch; by model and optimizer where `None`.
    pub tolerance: Option<f64>,
    /// The true system, where it is known.
    pub system: Option<&'a System>,
    /// The samples that are trained on.
    pub samples: &'a Paths,
    /// Whether the rollouts of each method's best fit are kept for a figure.
    pub drawn: bool,
}

impl Trials<'_> {
    /// Trains by `train`, one method after the other, and compares with what `report` predicts. Where `stopped` turns true no further method is begun, and what has
    /// ended is compared for two seconds.
    pub fn run(&self, report: Report, train: &mut dyn FnMut(&Method, &Prepared) -> Outcomes, stopped: &(dyn Fn() -> bool + Sync)) -> Check {
        let usual = Agreement::over(self.model, self.prepared.iter().map(Prepared::optimiser));
        let agreement = Agreement { small: self.small.unwrap_or(usual.small), tolerance: self.tolerance.unwrap_or(usual.tolerance) };
        let mut interrupted = false;
        let mut fits: Vec<CheckedFit> = Vec::with_capacity(self.methods.len() * self.seeds.len());
        for (place, (method, prepared)) in self.methods.iter().zip(self.prepared).enumerate() {
            if stopped() {
                interrupted = true;
                break;
            }
            let outcome = train(method, prepared);
            let least = outcome.iter().flatten().map(|fit| fit.loss).fold(f64::INFINITY, f64::min);
            let checker = Checker {
                report: &report,
                method: (method, place),
                sampling: self.sampling,
                model: self.model,
                agreement: if self.small.is_some() { agreement } else { agreement.beside(&outcome, self.samples.motion()) },
                system: self.system,
                samples: self.samples,
                least,
            };
            interrupted |= outcome.iter().any(was_interrupted);
            let loss = |k: &usize| outcome[*k].as_ref().map_or(f64::INFINITY, |fit| fit.loss);
            let best = (0..outcome.len()).min_by(|a, b| loss(a).total_cmp(&loss(b)));
            // A comparison takes its time too: soon after a request to stop no further one is begun.
            let since = OnceLock::new();
            let late = || stopped() && since.get_or_init(Instant::now).elapsed() > GRACE;
            fits.par_extend(self.seeds.par_iter().zip(&outcome).enumerate().map(|(k, (&seed, fit))| {
                if late() { checker.uncompared(seed, fit) } else { checker.check(seed, prepared, fit, self.drawn && best == Some(k)) }
            }));
        }
        interrupted |= fits.iter().any(|fit| fit.begun && !fit.compared);
        Check::new(report, agreement, fits, interrupted)
    }
}
