//! The step-size test: is a trained model a field in continuous time, or only right at the step of its training?

use super::bearable::bearable;
use super::beside_truth::{EquilibriaBeside, equilibria_beside};
use super::learned_modes::{Standstill, is_linear, nearest_alias};
use super::reference::{Beginning, Reference};
use super::repair_error::RepairError;
use crate::data::Paths;
use crate::fit::{ModelFile, rollout};
use crate::inverse::faithful::{Discrepancy, TOLERANCE};
use crate::inverse::{Flag, LearningEquation};
use crate::method::{Method, Sampling};
use crate::stability::StabilityFunction;
use num_complex::Complex;
use serde::Serialize;
use std::f64::consts::TAU;

/// Beyond this part of the motion's size a rollout's change with the step says "discrete", unless another is given: the same as in a verdict of `predict`.
pub const STEP_TOLERANCE: f64 = TOLERANCE;
/// Intervals followed where no data are at hand, unless another number is given.
pub const HORIZON: usize = 20;
/// Intervals followed at most, unless another number is given.
const LONGEST: usize = 200;

/// How the step of the training is divided.
const DIVISIONS: [u32; 3] = [1, 2, 4];
/// Steps with the method of the training at most, over all intervals and divisions.
const MOST_STEPS: f64 = 1e8;

/// The two answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    /// A rollout or a mode changes with the step by more than the tolerance: the model is only right at its own.
    Discrete,
    /// Neither does: the model is, to within the tolerance, a field in continuous time.
    Continuous,
}

/// A rollout at one step against the high-order one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct StepTest {
    /// The step; the relative tolerance where a library controls the steps.
    pub step: f64,
    /// The largest distance of a rollout from the high-order one, relative to how far that one moves; `null` where one of the two left.
    pub difference: Option<f64>,
}

/// Why the map of the training shows no mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hidden {
    /// R(hλ̂) = 0: it is gone after one step.
    Dies,
    /// R(hλ̂) leaves the finite numbers.
    Overflows,
}

/// A mode of the learned field, and what the loop's map makes of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditedMode {
    /// Where the field stands still.
    pub equilibrium: Vec<f64>,
    /// λ̂, the eigenvalue of the field there.
    pub learned: [f64; 2],
    /// `log(R(hλ̂)^m)/H`, the eigenvalue that the map of the training shows: the alias nearest to λ̂ where that is within a hundredth of it, else the principal one;
    /// `null` where `hidden` says why.
    pub shown: Option<[f64; 2]>,
    /// Why it shows none.
    pub hidden: Option<Hidden>,
    /// Which of the branches of `shown` λ̂ is, nearest first; `null` where they cannot be computed.
    pub branch: Option<usize>,
    /// How many finite branches there are.
    pub branches: usize,
    /// Whether it is the principal one.
    pub principal: bool,
    /// In which ways λ̂ differs from `shown` in kind.
    pub flags: Vec<Flag>,
    /// Whether the field's motion is the map's over all intervals followed, to within the tolerance in amplitude and phase.
    pub same: bool,
    /// How far λ̂ is from `shown` over that time: `amplitude_error` and `phase_error`.
    #[serde(flatten)]
    pub off: Option<Discrepancy>,
}

/// What a reader of an audit must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum AuditNote {
    /// The field has no equilibrium among the states, so no branch is named.
    NoEquilibrium,
    /// The training data are not at hand: rollouts start beside the equilibria.
    NoData,
    /// Followed in continuous time, the field diverges (|x| > 1e6).
    Diverges,
    /// The matrix of a linear model is singular.
    SingularMatrix,
    /// Trained under step control that was tight enough: there is nothing to repair.
    TightEnough,
    /// Trained under step control that was too loose for its modes. The steps of the tests are values of rtol.
    LooseTolerance,
    /// Trained on a grid that a library laid, samples interpolated.
    OwnGrid,
}

/// What the step-size test found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// The method of the training.
    pub method: String,
    /// The class of the model.
    pub class: String,
    /// H.
    pub interval: f64,
    /// m.
    pub substeps: u32,
    /// The answer.
    pub nature: Nature,
    /// The difference beyond which it is "discrete".
    pub tolerance: f64,
    /// Over how many intervals the modes are compared.
    pub horizon: usize,
    /// How many intervals were followed: trajectories whose neighbours part a thousandfold before only until then.
    pub followed: usize,
    /// The rollouts with the method of the training at h, h/2 and h/4.
    pub steps: Vec<StepTest>,
    /// One for each mode with Im λ̂ ≥ 0 at each equilibrium among the states.
    pub modes: Vec<AuditedMode>,
    /// Its equilibria beside those of the true field, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equilibria: Option<EquilibriaBeside>,
    /// What a reader must know.
    pub notes: Vec<AuditNote>,
}

impl Audit {
    /// What follows from rollouts and modes: "continuous" where the first rollout and every mode are those of continuous time to within the tolerance.
    pub(super) fn concluded(
        file: &ModelFile,
        beginning: &Beginning,
        reference: &Reference,
        (tolerance, horizon): (f64, Horizon),
        steps: Vec<StepTest>,
        modes: Vec<AuditedMode>,
    ) -> Self {
        let still = steps.first().and_then(|step| step.difference).is_some_and(|d| d <= tolerance);
        let nature = if still && modes.iter().all(|mode| mode.same) { Nature::Continuous } else { Nature::Discrete };
        let nowhere = beginning.found.is_empty();
        let known = [
            (nowhere, AuditNote::NoEquilibrium),
            (beginning.without_data, AuditNote::NoData),
            (reference.diverges(), AuditNote::Diverges),
            (nowhere && is_linear(&file.learned), AuditNote::SingularMatrix),
        ];
        Self {
            method: file.method.clone(),
            class: file.class.clone(),
            interval: file.interval,
            substeps: file.substeps,
            nature,
            tolerance,
            horizon: horizon.modes,
            followed: horizon.followed,
            steps,
            modes,
            equilibria: None,
            notes: known.into_iter().filter_map(|(holds, note)| holds.then_some(note)).collect(),
        }
    }

    /// The same with the model's equilibria laid beside true ones.
    #[must_use]
    pub fn beside(mut self, file: &ModelFile, truth: &[Vec<f64>], trajectories: &Paths) -> Self {
        self.equilibria = equilibria_beside(&file.learned, truth, &trajectories.to_states());
        self
    }
}

/// Tests a model trained through a one-step method. `trajectories` are the data where they are at hand (else the starts are
/// taken beside the equilibria, displaced along each coordinate, which a note says). The answer is "continuous" where
/// every rollout at the step of the training is that of continuous time to within the tolerance and every mode is what the map shows; a fast mode that dies within one step
/// is seen by the modes alone.
///
/// Errors for a multistep method, a model that cannot be followed, or only in more than a hundred million steps, or a `tolerance` that nothing can be compared with.
pub fn audit(file: &ModelFile, method: &Method, trajectories: &Paths, horizon: Horizon, tolerance: f64) -> Result<Audit, RepairError> {
    let Method::RungeKutta(tableau) = method else { return Err(RepairError::Multistep { method: method.name().to_owned() }) };
    let learned = &file.learned;
    let sampling = Sampling::new(file.interval, file.substeps)?;
    let beginning = Beginning::of(learned, trajectories)?;
    let steps = horizon.followed as f64 * f64::from(DIVISIONS.iter().sum::<u32>()) * f64::from(file.substeps);
    bearable(file, tableau, beginning.from.len(), steps, MOST_STEPS, ", or follow fewer intervals")?;
    let reference = Reference::of(learned, &beginning, file.interval, horizon.followed)?;
    let mut steps = Vec::new();
    for division in DIVISIONS {
        let fine = Sampling::new(file.interval, file.substeps.saturating_mul(division))?;
        let difference = reference.difference(&rollout(learned, method, fine, &beginning.from, horizon.followed)?);
        steps.push(StepTest { step: fine.step().get(), difference });
    }
    let equation = LearningEquation::of(method)?;
    let r = StabilityFunction::of(tableau);
    let limits = (tolerance, file.interval * horizon.modes as f64);
    let mode = |place: &Standstill, learned: Complex<f64>| audited(&equation, &r, sampling, place, learned, limits);
    let modes = beginning.found.iter().flat_map(|place| place.modes.iter().map(move |&z| mode(place, z))).collect();
    Ok(Audit::concluded(file, &beginning, &reference, (tolerance, horizon), steps, modes))
}

/// Over how many intervals a model is compared with continuous time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Horizon {
    /// Its modes, whose movement over any time is known.
    pub modes: usize,
    /// Its rollouts, which are followed step by step.
    pub followed: usize,
}

impl Horizon {
    /// Both over so many.
    pub fn of(intervals: usize) -> Self {
        Self { modes: intervals, followed: intervals }
    }

    /// Unless one is told: as `predict` does, modes over the data's length and rollouts over at most two hundred intervals of it.
    pub fn of_data(trajectories: &Paths) -> Self {
        let longest = trajectories.iter().map(|t| t.len().saturating_sub(1)).max().filter(|n| *n > 0).unwrap_or(HORIZON);
        Self { modes: longest, followed: longest.min(LONGEST) }
    }
}

fn audited(
    equation: &LearningEquation,
    r: &StabilityFunction,
    sampling: Sampling,
    place: &Standstill,
    learned: Complex<f64>,
    (tolerance, horizon): (f64, f64),
) -> AuditedMode {
    let seen = shown(r, sampling, learned);
    let shown = seen.ok();
    let found = shown.and_then(|shown| equation.branches(shown, sampling).ok());
    let nearest = found.as_ref().and_then(|found| {
        let distance = |k: &usize| (found.branches[*k].lambda - learned).norm();
        (0..found.branches.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))
    });
    let branch = found.as_ref().zip(nearest).map(|(found, k)| &found.branches[k]);
    let off = shown.map(|shown| Discrepancy::of(shown, learned, horizon));
    AuditedMode {
        equilibrium: place.state.clone(),
        learned: [learned.re, learned.im],
        shown: shown.map(|z| [z.re, z.im]),
        hidden: seen.err(),
        branch: nearest,
        branches: found.as_ref().map_or(0, |found| found.branches.len()),
        same: off.is_some_and(|off| off.within(tolerance)),
        off,
        principal: branch.is_some_and(|branch| branch.principal),
        flags: branch.map_or_else(Vec::new, |b| b.flags.clone()),
    }
}

/// `log(R(hλ̂)^m)/H`, by the alias nearest to λ̂ where the two agree.
fn shown(r: &StabilityFunction, sampling: Sampling, learned: Complex<f64>) -> Result<Complex<f64>, Hidden> {
    let (m, interval) = (sampling.substeps(), sampling.interval());
    let step = r.eval(learned * sampling.step().get());
    let power = step.powu(m);
    // Where the power leaves the finite numbers (or sinks to zero) its logarithm need not.
    let log = if power.norm().is_normal() {
        power.ln()
    } else {
        let log = step.ln() * f64::from(m);
        Complex::new(log.re, log.im - TAU * (log.im / TAU).round())
    };
    let lambda = nearest_alias(log / interval, learned, interval);
    let gone = step == Complex::ZERO;
    if lambda.is_finite() { Ok(lambda) } else { Err(if gone { Hidden::Dies } else { Hidden::Overflows }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    #[test]
    fn what_the_map_shows_has_a_logarithm_where_the_map_itself_overflows() {
        let Ok(Method::RungeKutta(rk4)) = catalog::find("rk4") else { panic!() };
        let Ok(Method::RungeKutta(euler)) = catalog::find("forward-euler") else { panic!() };
        let at = |tableau, m: u32, z: f64| {
            let sampling = Sampling::new(1.0, m).expect("positive");
            shown(&StabilityFunction::of(tableau), sampling, Complex::new(z, 0.0))
        };
        let z: f64 = 50.0;
        let growth = 100.0 * (1.0 + z + z.powi(2) / 2.0 + z.powi(3) / 6.0 + z.powi(4) / 24.0).ln();
        assert!((at(&rk4, 100, 5000.0).expect("grows").re - growth).abs() < 1e-9 * growth);
        // 1 + z = 1e-5 a hundred times is no double, its logarithm is.
        assert!((at(&euler, 100, 100.0 * (1e-5 - 1.0)).expect("decays").re + 500.0 * 10f64.ln()).abs() < 1e-6);
        assert_eq!(at(&euler, 1, -1.0), Err(Hidden::Dies));
        assert_eq!(at(&rk4, 1, 1e200), Err(Hidden::Overflows));
    }
}
