//! The prediction beside real fits: which branch did each start land on?

use super::agreement::Agreement;
pub use super::checked_modes::CheckedMode;
use super::checked_modes::Matching;
use super::coverage::{Coverage, coverage};
use super::followed::{Following, LearnedDrift, Rollouts};
use crate::data::Paths;
use crate::dynamics::System;
use crate::fit::{Fit, FitError, ModelSpec, Prepared, Stop};
use crate::method::{Method, Sampling};
use crate::predict::Report;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Samples are taken to be no more exact than this part of the largest of them.
const ROUNDING: f64 = 1e-14;

/// A loss is small up to this many times the noise's share of it.
const ABOVE_FLOOR: f64 = 1.1;
/// The same where that share is told from the residuals of a field: it is known less well.
const ABOVE_FIELD: f64 = 1.5;
/// The same where uneven times stall another class than a linear one: its share is known from the linear part of the motion.
const ABOVE_STALLED: f64 = 4.0;

/// How a fit ended, or why it has no result. As JSON `{"ended": CODE}`, after a failure also `"failure": TEXT`.
#[derive(Clone, Debug, PartialEq)]
pub enum Ended {
    /// The optimizer stopped.
    Stopped(Stop),
    /// Ctrl-C came before its turn.
    NotBegun,
    /// It could not be trained.
    Failed(FitError),
}

impl Ended {
    fn of(fit: &Result<Fit, FitError>) -> Self {
        match fit {
            Ok(fit) => Self::Stopped(fit.stop),
            Err(FitError::NotBegun) => Self::NotBegun,
            Err(error) => Self::Failed(error.clone()),
        }
    }
}

impl Serialize for Ended {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Ended", 2)?;
        match self {
            Self::Stopped(stop) => fields.serialize_field("ended", stop)?,
            Self::NotBegun => fields.serialize_field("ended", "not-begun")?,
            Self::Failed(error) => {
                fields.serialize_field("ended", "failed")?;
                fields.serialize_field("failure", &error.to_string())?;
            }
        }
        fields.end()
    }
}

/// Whether a fit was ended by Ctrl-C, or not begun because of it.
pub fn was_interrupted(fit: &Result<Fit, FitError>) -> bool {
    matches!(Ended::of(fit), Ended::NotBegun | Ended::Stopped(Stop::Interrupted))
}

/// One fit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CheckedFit {
    /// The method's name.
    pub method: String,
    /// The class.
    pub model: String,
    /// The seed of the start.
    pub seed: u64,
    /// Whether it was begun; not where Ctrl-C came before its turn.
    pub begun: bool,
    /// Whether it was laid beside the branches; not where Ctrl-C came before that.
    pub compared: bool,
    /// The mean square of the residuals; `null` where the start could not be evaluated.
    pub loss: Option<f64>,
    /// Whether the loss is small, or the fit ends on a predicted minimum where it is not.
    pub fitted: bool,
    /// Whether it is the latter: at uneven times losses stall in minima of their own.
    pub stalled: bool,
    /// How it ended.
    #[serde(flatten)]
    pub ended: Ended,
    /// One a mode with Im λ ≥ 0; empty unless fitted.
    pub modes: Vec<CheckedMode>,
    /// Where an invariant is known.
    pub drift: Vec<LearnedDrift>,
    /// The learned field followed with h and with h/100; `null` unless fitted.
    pub rollout: Option<Rollouts>,
    /// Where the loss asked the field; `null` unless fitted.
    pub coverage: Option<Coverage>,
}

/// What the fits say of the prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// Every eigenvalue that the data settle sits on a predicted branch, and there is one.
    Agrees,
    /// An eigenvalue of a fit of small loss that the data settle sits on no predicted branch.
    Disagrees,
    /// There are fits of small loss, but the data settle none of their eigenvalues.
    Unsettled,
    /// No start reached a small loss.
    NothingFitted,
    /// The fits were ended before their time; what there is does not disagree.
    Interrupted,
}

/// Prediction and outcome.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// The prediction.
    #[serde(flatten)]
    pub report: Report,
    /// When a fit counts.
    pub agreement: Agreement,
    /// The fits, in the order of methods and seeds.
    pub fits: Vec<CheckedFit>,
    /// Whether the comparison is [`Comparison::Agrees`].
    pub agrees: bool,
    /// What the fits say.
    pub comparison: Comparison,
    /// Whether the fits were ended before their time: some may be missing or unfinished.
    pub interrupted: bool,
}

/// Lays the fits of one method beside the prediction.
pub struct Checker<'a> {
    /// The prediction.
    pub report: &'a Report,
    /// The method, at this place of the report.
    pub method: (&'a Method, usize),
    /// H and m.
    pub sampling: Sampling,
    /// The class.
    pub model: &'a ModelSpec,
    /// When a fit counts.
    pub agreement: Agreement,
    /// The true system, where it is known: its invariant is followed from the starts of the samples.
    pub system: Option<&'a System>,
    /// The samples that were trained on.
    pub samples: &'a Paths,
    /// The least loss of the method's fits.
    pub least: f64,
}

/// The loss that noise and uneven times leave at least through the report's method number `place`: what the best linear model leaves, and the residual of the polynomial field
/// that explains the samples, in both ends of an interval; 0 where nothing is known of it.
pub fn noise_floor(report: &Report, place: usize, motion: f64) -> f64 {
    let own = report.methods.get(place).and_then(|method| method.floor);
    match &report.through_loss {
        Some(through) => own.unwrap_or(through.floor),
        None => {
            own.unwrap_or(0.0)
                + report.field.as_ref().filter(|field| field.has_series()).map_or(0.0, |field| 2.0 * field.residual.powi(2) * motion)
        }
    }
}

impl Checker<'_> {
    /// Whether a fit of small loss must be where it is predicted to be. At uneven times that is so where the minima are those of the samples' own loss, or where the loss all
    /// but vanishes; else they are those of one mode by itself, without noise: beside them even the least loss counts, and none that is elsewhere tells against them.
    fn is_sharp(&self, linear: bool, vanishes: bool) -> bool {
        let modes = &self.report.methods[self.method.1].modes;
        let of_samples = || modes.iter().all(|mode| mode.minima.first().is_some_and(|lowest| lowest.of_samples));
        !self.report.uneven || vanishes || (linear && of_samples())
    }

    /// One fit by itself, where there was no time to lay it beside the branches.
    pub fn uncompared(&self, seed: u64, fit: &Result<Fit, FitError>) -> CheckedFit {
        let ended = Ended::of(fit);
        CheckedFit {
            method: self.method.0.name().into(),
            model: self.model.to_string(),
            seed,
            begun: ended != Ended::NotBegun,
            compared: matches!(ended, Ended::Failed(_)),
            loss: fit.as_ref().ok().map(|fit| fit.loss),
            fitted: false,
            stalled: false,
            ended,
            modes: Vec::new(),
            drift: Vec::new(),
            rollout: None,
            coverage: None,
        }
    }

    /// One fit against the branches. Its rollouts are kept for a figure where `drawn` says so.
    pub fn check(&self, seed: u64, prepared: &Prepared, fit: &Result<Fit, FitError>, drawn: bool) -> CheckedFit {
        let mut checked = self.uncompared(seed, fit);
        let Ok(fit) = fit else { return checked };
        checked.compared = true;
        let motion = self.samples.motion();
        // The classes that uneven times are predicted for.
        let linear = matches!(self.model, ModelSpec::Linear | ModelSpec::Affine);
        let above = match &self.report.through_loss {
            _ if self.report.uneven && !linear => ABOVE_STALLED,
            None if self.report.uneven => ABOVE_FLOOR,
            Some(through) if !through.is_of_field() => ABOVE_FLOOR,
            _ => ABOVE_FIELD,
        };
        let floor = noise_floor(self.report, self.method.1, motion);
        let sharp = self.is_sharp(linear, floor <= self.agreement.small * motion);
        let floor = if sharp { floor } else { floor.max(self.least) };
        checked.fitted = fit.loss <= self.agreement.small * motion + above * floor;
        let may_stall = linear && sharp && self.report.uneven;
        if !checked.fitted && !may_stall {
            return checked;
        }
        // Samples from a file have noise. Those of a system have none, and a threshold raised by hand does not make the misfit of an unfinished fit one.
        let noisy = self.report.samples > 0;
        let usual = if noisy { f64::INFINITY } else { Agreement::of(self.model, fit.optimiser).small * motion };
        let largest = self.samples.states().flatten().fold(0.0f64, |m, x| m.max(x.abs()));
        let loss = fit.loss.min(usual).max((ROUNDING * largest).powi(2));
        // Other classes get below what uneven times leave, by what only they can bend.
        let loss = if self.report.uneven && !linear { loss.max(floor) } else { loss };
        let matching =
            Matching { report: self.report, place: self.method.1, agreement: self.agreement, samples: self.samples, loss, sharp };
        checked.modes = matching.modes(fit, prepared);
        if !checked.fitted {
            checked.stalled = !checked.modes.is_empty() && checked.modes.iter().all(|mode| mode.branch.is_some());
            checked.fitted = checked.stalled;
        }
        if !checked.fitted {
            checked.modes.clear();
            return checked;
        }
        let following = Following {
            method: self.method.0,
            sampling: self.sampling,
            samples: self.samples,
            system: self.system,
            modes: &self.report.modes,
        };
        (checked.rollout, checked.drift) = following.follow(&fit.learned);
        if let Some(rollout) = checked.rollout.as_mut().filter(|_| !drawn) {
            (rollout.step_paths, rollout.fine_paths) = (Paths::default(), Paths::default());
        }
        let equilibrium = self.report.modes.first().map(|mode| mode.equilibrium.as_slice()).filter(|place| !place.is_empty());
        checked.coverage = prepared.stage_points(&fit.learned).ok().and_then(|points| coverage(&points, self.samples, equilibrium));
        checked
    }
}

impl Check {
    /// The verdict over all fits; `interrupted` says that they were ended before their time.
    pub fn new(report: Report, agreement: Agreement, fits: Vec<CheckedFit>, interrupted: bool) -> Self {
        let modes = || fits.iter().filter(|fit| fit.fitted).flat_map(|fit| &fit.modes);
        let comparison = if modes().any(CheckedMode::stray) {
            Comparison::Disagrees
        } else if interrupted {
            Comparison::Interrupted
        } else if !fits.iter().any(|fit| fit.fitted) {
            Comparison::NothingFitted
        } else if modes().any(|mode| mode.settled) {
            Comparison::Agrees
        } else {
            Comparison::Unsettled
        };
        Self { report, agreement, fits, agrees: comparison == Comparison::Agrees, comparison, interrupted }
    }

    /// Whether the answer is no: a fit landed elsewhere, none fitted, or the fits were ended.
    pub fn is_refuted(&self) -> bool {
        matches!(self.comparison, Comparison::Disagrees | Comparison::NothingFitted | Comparison::Interrupted)
    }

    /// The fits of a method.
    pub fn fits_of<'a>(&'a self, method: &'a str) -> impl Iterator<Item = &'a CheckedFit> {
        self.fits.iter().filter(move |fit| fit.method == method)
    }

    /// The fit of a method with the smallest loss, if one is small.
    pub fn best_of(&self, method: &str) -> Option<&CheckedFit> {
        let loss = |fit: &CheckedFit| fit.loss.unwrap_or(f64::INFINITY);
        self.fits.iter().filter(|fit| fit.method == method && fit.fitted).min_by(|a, b| loss(a).total_cmp(&loss(b)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Optimiser;
    use crate::inverse::Limits;
    use crate::predict::{Prediction, Subject};
    use num_complex::Complex;

    fn report() -> Report {
        let system = System::named("oscillator").expect("listed");
        let subject = Subject::from_system(&system, 1.0).expect("two modes");
        let methods = vec![crate::method::catalog::find("rk4").expect("in the catalogue")];
        Prediction { subject, methods, substeps: 1, limits: Limits::default() }.report().expect("predicts")
    }

    fn fit(branch: Option<usize>, settled: bool, fitted: bool) -> CheckedFit {
        let mode = CheckedMode {
            mode: 0,
            equilibrium: vec![0.0, 0.0],
            learned: Complex::new(1.0, 1.0),
            branch,
            error: 0.5,
            allowed: 0.1,
            open: 0.1,
            off: None,
            settled,
        };
        CheckedFit {
            method: "rk4".into(),
            model: "linear".into(),
            seed: 0,
            begun: true,
            compared: true,
            loss: Some(1.0),
            fitted,
            stalled: false,
            ended: Ended::Stopped(Stop::Target),
            modes: if fitted { vec![mode] } else { Vec::new() },
            drift: Vec::new(),
            rollout: None,
            coverage: None,
        }
    }

    #[test]
    fn agreement_is_claimed_only_where_something_was_compared() {
        let agreement = Agreement::of(&ModelSpec::Linear, Optimiser::LevenbergMarquardt);
        let verdict = |fits: Vec<CheckedFit>, interrupted: bool| {
            let check = Check::new(report(), agreement, fits, interrupted);
            assert_eq!(check.agrees, check.comparison == Comparison::Agrees);
            check.comparison
        };
        let (on, stray, open, lost) = (fit(Some(1), true, true), fit(None, true, true), fit(None, false, true), fit(None, true, false));
        assert_eq!(verdict(vec![on.clone(), open.clone()], false), Comparison::Agrees);
        assert_eq!(verdict(vec![on.clone(), stray.clone()], false), Comparison::Disagrees);
        assert_eq!(verdict(vec![stray], true), Comparison::Disagrees);
        assert_eq!(verdict(vec![open], false), Comparison::Unsettled);
        assert_eq!(verdict(vec![lost], false), Comparison::NothingFitted);
        assert_eq!(verdict(vec![on], true), Comparison::Interrupted);
        assert_eq!(verdict(Vec::new(), true), Comparison::Interrupted);
    }
}
