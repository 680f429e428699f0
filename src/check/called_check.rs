//! What a library's call is predicted to learn on these data, beside what fits through its own steps learn.

use super::agreement::Agreement;
use super::comparison::was_interrupted;
use crate::data::Paths;
use crate::dynamics::equilibria;
use crate::exact::eigenvalues;
use crate::fit::{Batch, Fit, FitError, Prepared, StepDerivatives, Through};
use crate::inverse::step_control::{ControlledEquation, EquationError, ObservedMode, PatternGap, Search, least_squares, solutions};
use crate::predict::Report;
use crate::truth::Mode;
use num_complex::Complex;
use serde::Serialize;
use std::f64::consts::TAU;

/// Aliases on either side of λ that fits may land on.
const ALIASES: f64 = 2.0;
/// Starts along a diameter of the search for further solutions.
const STARTS: usize = 24;
/// A fit counts where its loss is at most this many times the least that is predicted.
const ABOVE_FLOOR: f64 = 1.5;
/// Or so many times what noise leaves.
const ABOVE_NOISE: f64 = 1.1;
/// What noise and integrator do together beside what each does: so many times their product.
const MIXED: f64 = 2.0;

/// In float32 a fit may end so many root mean squares of its rounding from the prediction: all entries of a model round, and an optimiser picks the least loss.
const SPREADS: f64 = 8.0;

/// A mode, and what is predicted of it.
#[derive(Clone, Debug, Serialize)]
pub struct CalledMode {
    /// λ.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// Where it is a mode.
    pub equilibrium: Vec<f64>,
    /// The λ̂ without loss, nearest to λ first, or the one of least loss.
    #[serde(serialize_with = "pairs")]
    pub predicted: Vec<Complex<f64>>,
    /// Where no λ̂ is without loss, the least root mean square error relative to the mode's size.
    pub floor: Option<f64>,
    /// The two sides between which a fit hovers, where there is no solution.
    pub gap: Option<PatternGap>,
    /// How far training may end from the least loss, relative to the mode: a library's derivatives take its step sizes as constants, so that they
    /// vanish beside a minimum that has loss, by about that loss times the tolerance.
    pub open: f64,
    /// In float32, the root mean square of what rounding adds to one fit; 0 in double precision.
    pub rounding: f64,
    /// The part of the samples that no linear field about the equilibrium explains: the prediction is one of the linear part.
    pub misfit: f64,
}

/// A fit, and its eigenvalue nearest to a prediction for each mode.
#[derive(Clone, Debug, Serialize)]
pub struct CalledFit {
    /// The seed of the start.
    pub seed: u64,
    /// Whether it was begun; not where Ctrl-C came before its turn.
    pub begun: bool,
    /// The mean square of the residuals; `null` where the start could not be evaluated.
    pub loss: Option<f64>,
    /// Whether the loss is small, or as small as it can be.
    pub fitted: bool,
    /// For each mode the learned eigenvalue and its distance from the nearest prediction; empty unless fitted.
    pub modes: Vec<Landed>,
}

/// Where a mode of a fit landed.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Landed {
    /// λ̂ of the fit.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub learned: Complex<f64>,
    /// Which prediction is the nearest.
    pub nearest: usize,
    /// |λ̂ − prediction|.
    pub error: f64,
    /// Whether that is within the agreement's tolerance, relative to the prediction.
    pub agrees: bool,
}

/// Prediction and outcome.
#[derive(Clone, Debug, Serialize)]
pub struct CalledCheck {
    /// The call.
    pub call: String,
    /// H.
    pub interval: f64,
    /// Samples that one call covers.
    pub samples: usize,
    /// Which starts share their steps.
    pub batch: Batch,
    /// When a fit counts.
    pub agreement: Agreement,
    /// The modes.
    pub modes: Vec<CalledMode>,
    /// The fits, in the order of the seeds.
    pub fits: Vec<CalledFit>,
    /// The loss that noise in the samples leaves at least.
    pub noise_floor: f64,
    /// Whether the fits were ended before their time: some may be missing or unfinished.
    pub interrupted: bool,
    /// Whether there is a fit that counts, and every eigenvalue of those is one of the predicted.
    pub agrees: bool,
}

fn pairs<S: serde::Serializer>(list: &[Complex<f64>], serializer: S) -> Result<S::Ok, S::Error> {
    list.iter().map(|z| [z.re, z.im]).collect::<Vec<_>>().serialize(serializer)
}

/// What the call learns of a mode on the windows of this training, the norm being that of the data's own starts.
///
/// Errors where the call cannot be followed on the mode. A mode that the samples do not hold is followed as one complex state of size 1.
pub fn expected(
    through: &Through,
    prepared: &Prepared,
    interval: f64,
    mode: &Mode,
    trajectories: &Paths,
) -> Result<CalledMode, EquationError> {
    let (samples, lambda) = (prepared.windows().intervals(), mode.lambda);
    let starts = prepared.windows().starts();
    let observed = ObservedMode::of(lambda, interval, &mode.equilibrium, trajectories, &starts);
    let misfit = observed.as_ref().map_or(1.0, |o| o.misfit);
    let shares = match (&observed, through.batch) {
        (Some(observed), Batch::Each) => observed.each(),
        (Some(observed), Batch::Together) => vec![(observed.together(), 1.0)],
        (None, _) => vec![(crate::loops::StateNorm::default(), 1.0)],
    };
    let mut known = CalledMode {
        lambda,
        equilibrium: mode.equilibrium.clone(),
        predicted: Vec::new(),
        floor: None,
        gap: None,
        open: 0.0,
        rounding: 0.0,
        misfit,
    };
    let fixed = !through.call.is_adaptive();
    if samples == 1 && (fixed || shares.len() == 1) {
        let norm = shares.into_iter().next().map(|(norm, _)| norm).unwrap_or_default();
        let equation = ControlledEquation::pairs(&through.call, lambda, interval, norm)?;
        let radius = lambda.norm() + ALIASES * TAU / interval;
        let found = solutions(&equation, Search::Within { radius, starts: STARTS })?;
        known.predicted = found.solutions.iter().map(|s| s.lambda).collect();
        known.rounding = found.solutions.iter().filter_map(|s| s.rounding).map(|r| r.spread).fold(0.0, f64::max);
        known.gap = found.gap;
    } else {
        let shares = if fixed { shares.into_iter().take(1).collect() } else { shares };
        let minimum = least_squares(&through.call, lambda, interval, samples, &shares)?;
        known.predicted = vec![minimum.lambda];
        known.floor = Some(minimum.floor);
        known.rounding = minimum.rounding.map_or(0.0, |r| r.spread);
        let constant = through.derivatives == StepDerivatives::Constant;
        known.open = through.call.control().filter(|_| constant).map_or(0.0, |control| minimum.floor * control.tolerances.relative);
    }
    Ok(known)
}

/// The training that is checked.
#[derive(Clone, Copy, Debug)]
pub struct CalledTraining<'a> {
    /// The call.
    pub through: &'a Through,
    /// H.
    pub interval: f64,
    /// What is known of the modes, and what the loss makes of them.
    pub report: &'a Report,
}

impl CalledTraining<'_> {
    /// What is predicted of the settled modes with Im λ ≥ 0. Where noise in the samples makes the loss prefer another mode in the place of one, the call is followed for that.
    ///
    /// Errors as [`expected`] does.
    pub fn modes(&self, prepared: &Prepared, trajectories: &Paths) -> Result<Vec<CalledMode>, EquationError> {
        let Self { through, interval, report } = *self;
        let predicted = |(k, mode): (usize, &Mode)| {
            let learned = report.through_loss.as_ref().map_or(mode.lambda, |loss| loss.modes[k].learned);
            if learned == mode.lambda {
                return expected(through, prepared, interval, mode, trajectories);
            }
            let found = expected(through, prepared, interval, &Mode { lambda: learned, ..mode.clone() }, trajectories)?;
            // Over whole trajectories what noise and integrator do adds up to first order only.
            let noise = report.through_loss.as_ref().and_then(|loss| loss.noise).unwrap_or(1.0);
            let shift = found.predicted.iter().map(|predicted| (predicted - learned).norm()).fold(0.0, f64::max);
            let mixed = if prepared.windows().intervals() == 1 { 0.0 } else { MIXED * noise * shift / mode.lambda.norm() };
            // What no linear field explains is the noise, and that is in the prediction.
            Ok(CalledMode { lambda: mode.lambda, misfit: 0.0, open: found.open + mixed, ..found })
        };
        report.upper_modes().filter(|(_, mode)| mode.settled).map(predicted).collect()
    }
}

impl CalledCheck {
    /// Lays fits of this training beside the predictions.
    pub fn new(
        CalledTraining { through, interval, report }: CalledTraining<'_>,
        prepared: &Prepared,
        agreement: Agreement,
        modes: Vec<CalledMode>,
        fits: &[(u64, Result<Fit, FitError>)],
        trajectories: &Paths,
    ) -> Self {
        let noise_floor = report.through_loss.as_ref().map_or(0.0, |loss| loss.floor);
        let small = agreement.small * trajectories.motion();
        let size = trajectories.states().flat_map(|x| x.iter().zip(modes.first().map_or(&[][..], |m| &m.equilibrium)));
        let (sum, count) = size.fold((0.0, 0usize), |(sum, n), (x, e)| (sum + (x - e).powi(2), n + 1));
        let floor = modes.iter().filter_map(|m| m.floor).fold(0.0, f64::max).powi(2) * sum / count.max(1) as f64;
        let interrupted = fits.iter().any(|(_, fit)| was_interrupted(fit));
        let fits: Vec<CalledFit> = fits
            .iter()
            .map(|(seed, fit)| {
                let begun = !matches!(fit, Err(FitError::NotBegun));
                let Ok(fit) = fit else { return CalledFit { seed: *seed, begun, loss: None, fitted: false, modes: Vec::new() } };
                let fitted = fit.loss <= small.max(ABOVE_FLOOR * floor).max(ABOVE_NOISE * noise_floor);
                let modes =
                    if fitted { modes.iter().filter_map(|mode| landed(mode, fit, agreement.tolerance)).collect() } else { Vec::new() };
                CalledFit { seed: *seed, begun, loss: Some(fit.loss), fitted, modes }
            })
            .collect();
        let mut landed = fits.iter().flat_map(|fit| &fit.modes).peekable();
        let agrees = !interrupted && landed.peek().is_some() && landed.all(|l| l.agrees);
        let samples = prepared.windows().intervals();
        Self {
            call: through.call.name.to_string(),
            interval,
            samples,
            batch: through.batch,
            agreement,
            modes,
            fits,
            noise_floor,
            interrupted,
            agrees,
        }
    }
}

/// The eigenvalue of a fit that is nearest to one of the predictions.
fn landed(mode: &CalledMode, fit: &Fit, tolerance: f64) -> Option<Landed> {
    let place = equilibria(&fit.learned, std::slice::from_ref(&mode.equilibrium)).into_iter().next()?;
    let learned = eigenvalues(&place.jacobian).ok()?;
    let nearest =
        mode.predicted.iter().enumerate().flat_map(|(k, p)| learned.iter().map(move |disc| (k, disc.centre, (disc.centre - p).norm())));
    let (nearest, learned, error) = nearest.min_by(|a, b| a.2.total_cmp(&b.2))?;
    // What the data hold beside the linear part moves the Jacobian too.
    let allowed = (tolerance + mode.misfit + mode.open) * mode.predicted[nearest].norm().max(mode.lambda.norm()) + SPREADS * mode.rounding;
    Some(Landed { learned, nearest, error, agrees: error <= allowed })
}
