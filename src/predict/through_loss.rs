//! What the loss makes of these samples, the integrator apart.
//!
//! With the samples y = x + e a loss that predicts from noisy states has its minimum at another map than the truth's: pairs at Φ̂ = Φ C(C + Σ_e)⁻¹, which damps by
//! about σ²/(vH) per unit of time. Through a Runge–Kutta method the loss depends on the linear model through its step only, so what is learned is R⁻¹ of
//! the eigenvalues of that map: λ̂ = λ + (the loss's part) + (the integrator's part). Source of the bias: any text on errors in variables, such as
//! Fuller, *Measurement Error Models* (1987).
//!
//! Inputs that the loop holds are regressors without noise beside the states: Φ̂ is that of x⁺ on x, u and 1. Where the loop takes them to go straight, the pairs' own minimum through the flow
//! is that of [`StraightInputs`].

use super::affine_map::{AffineMap, by_pairs, regression};
use super::best_map::{best_map, best_map_from};
use super::loss_mode::{LossMode, OtherLoss, acts, optional_text, stays, text, worst};
use super::nearest::nearest;
use super::noisy_field::NoisyField;
use super::sampled_run::{Run, driven_runs, free_runs};
use super::straight_inputs::StraightInputs;
use super::uneven_map::UnevenMap;
use crate::data::{EvenSamples, Hold, Paths, Trajectories};
use crate::dynamics::spectrum;
use crate::fit::Loss;
use crate::inverse::Limits;
use crate::method::{Method, Multistep, Sampling};
use crate::truth::{Mode, StateSpace};
use nalgebra::DMatrix;
use num_complex::Complex;
use rayon::prelude::*;
use serde::Serialize;

/// Losses that are looked at beside the one asked for, the simplest first.
const OTHERS: [Loss; 5] = [Loss::Pairs, Loss::Windows(5), Loss::Windows(20), Loss::Windows(50), Loss::RolloutFreeStart];
/// One-step residuals below this part of the mean square of the motion are no noise.
const CLEAN: f64 = 1e-12;
/// A constant is needed where a map without one leaves so many times what one with it leaves.
const NEEDED: f64 = 2.0;
/// Free starts leave at most this many times what noise in the samples alone would, or the noise drives the motion.
const DRIVEN: f64 = 2.0;

/// What a loss learns from these samples through an exact integrator.
#[derive(Clone, Debug, Serialize)]
pub struct ThroughLoss {
    /// The loss.
    #[serde(serialize_with = "text")]
    pub loss: Loss,
    /// Noise in the samples, root mean square, relative to that of the motion; `None` where the noise drives the motion, or nothing is known of it.
    pub noise: Option<f64>,
    /// The mean square of the residuals that no linear model gets below.
    pub floor: f64,
    /// One for each mode of the report.
    pub modes: Vec<LossMode>,
    /// Whether the loss changes a settled mode by more than the samples leave open, and enough to be seen over the longest run.
    pub acts: bool,
    /// Whether even so every settled mode is faithful over the horizon, through an exact integrator.
    pub keeps: bool,
    /// The same samples through other losses, where this one acts.
    pub others: Vec<OtherLoss>,
    /// The simplest loss that keeps the settled modes, or does so best, where this one does not keep them.
    #[serde(serialize_with = "optional_text")]
    pub instead: Option<Loss>,
    /// ẋ = Ax + Bu as the loss learns it of held inputs through an exact integrator, where that is another system than the one behind the samples.
    #[serde(skip)]
    pub(super) system: Option<StateSpace>,
    /// The samples, and what is fitted to them.
    #[serde(skip)]
    learner: Learner,
}

/// The model that a loss is followed for, on its samples.
#[derive(Clone, Debug)]
enum Learner {
    /// A linear map of all columns.
    Map {
        /// The samples.
        runs: Vec<Run>,
        /// The best map for pairs of them.
        pairs: AffineMap,
        /// Whether it has a constant.
        affine: bool,
        /// Where the loop takes inputs to go straight: no map is free then.
        straight: Option<Box<StraightInputs>>,
    },
    /// A linear model of all columns at uneven times.
    Uneven(Box<UnevenMap>),
    /// A polynomial field.
    Field(Box<NoisyField>),
}

impl Learner {
    /// What `loss` learns of the modes through an exact integrator, and the mean square of the residuals.
    fn learned(&self, loss: Loss, interval: f64, modes: &[Mode]) -> Option<(Vec<LossMode>, f64)> {
        match self {
            Self::Map { straight: Some(straight), .. } => {
                let (learned, floor) = straight.through_the_flow().filter(|_| loss == Loss::Pairs)?;
                Some((modes.iter().zip(learned).map(|(mode, learned)| LossMode::of(mode, learned)).collect(), floor))
            }
            Self::Map { runs, pairs, affine, .. } => {
                let map = best_map_from(pairs, runs, loss, *affine)?;
                Some((matched(&map.multipliers()?, interval, modes)?, map.loss))
            }
            Self::Uneven(map) => {
                let (learned, floor) = map.learned(loss, modes)?;
                Some((modes.iter().zip(learned).map(|(mode, learned)| LossMode::of(mode, learned)).collect(), floor))
            }
            Self::Field(field) => {
                let (learned, floor) = field.learned(loss, modes)?;
                Some((modes.iter().zip(learned).map(|(mode, learned)| LossMode::of(mode, learned)).collect(), floor))
            }
        }
    }

    /// ẋ = Ax + Bu as it is learned of held inputs.
    fn system(&self, loss: Loss, interval: f64) -> Option<StateSpace> {
        let Self::Map { runs, pairs, affine, straight: None } = self else { return None };
        let map = best_map_from(pairs, runs, loss, *affine)?;
        StateSpace::of_map(&map.linear, &map.inputs, &vec![1.0; map.linear.nrows()], interval)
    }

    fn noise(&self) -> Option<f64> {
        match self {
            // Whatever inputs do between two rows, both of them tell.
            Self::Map { runs, affine, .. } => noise(&runs.iter().map(Run::with_next).collect::<Vec<_>>(), *affine),
            Self::Uneven(map) => map.noise(),
            Self::Field(field) => field.noise(),
        }
    }
}

impl ThroughLoss {
    /// What `loss` learns from even samples `interval` apart with a linear model, or an affine one; `None` where the modes are not those of one linear
    /// map of all columns, or the samples do not suffice. Where the motion is known to be `driven` by noise, or no mode is settled, no noise in the samples is looked for.
    pub fn of(paths: &Paths, interval: f64, modes: &[Mode], (loss, affine): (Loss, bool), driven: bool) -> Option<Self> {
        let runs = free_runs(paths)?;
        if !are_of_one_map(&runs, modes) {
            return None;
        }
        let pairs = by_pairs(&runs, affine)?;
        let map = best_map_from(&pairs, &runs, loss, affine)?;
        // What a matrix leaves because it has no constant is no noise.
        if !affine && map.loss > NEEDED * best_map(&runs, loss, true)?.loss {
            return None;
        }
        let learned = (matched(&map.multipliers()?, interval, modes)?, map.loss);
        let longest = longest(&runs, interval);
        let learner = Learner::Map { runs, pairs, affine, straight: None };
        let settled = modes.iter().any(|mode| mode.settled);
        let noise = if driven || !settled { None } else { learner.noise() };
        Some(Self::laid_out(learner, (loss, learned), noise, (interval, longest), modes))
    }

    /// What `loss` learns from samples at uneven times, `interval` apart in the middle, with a linear model or an affine one; `None` where the modes are not those of one
    /// linear system of all columns.
    pub fn of_uneven(data: &Trajectories, interval: f64, modes: &[Mode], (loss, affine): (Loss, bool)) -> Option<Self> {
        let learner = Learner::Uneven(Box::new(UnevenMap::of(data, modes, affine)?));
        let learned = learner.learned(loss, interval, modes)?;
        let noise = learner.noise();
        Some(Self::laid_out(learner, (loss, learned), noise, (interval, data.duration()), modes))
    }

    /// What `loss` learns from samples with inputs through a loop that holds them, or takes them to go straight; `None` where that is not followed: of straight ones it is for pairs only.
    pub fn of_driven(samples: &EvenSamples<'_>, modes: &[Mode], loss: Loss, straight: Option<&StraightInputs>) -> Option<Self> {
        let (runs, interval) = (driven_runs(samples), samples.interval());
        let straight = match samples.data().hold() {
            Hold::Zero => None,
            Hold::Linear => Some(Box::new(straight?.clone())),
        };
        if !are_of_one_map(&runs, modes) {
            return None;
        }
        let longest = longest(&runs, interval);
        let pairs = by_pairs(&runs, true)?;
        let learner = Learner::Map { runs, pairs, affine: true, straight };
        let learned = learner.learned(loss, interval, modes)?;
        let settled = modes.iter().any(|mode| mode.settled);
        let noise = if settled { learner.noise() } else { None };
        let system = learned.0.iter().any(|mode| mode.significant).then(|| learner.system(loss, interval)).flatten();
        Some(Self { system, ..Self::laid_out(learner, (loss, learned), noise, (interval, longest), modes) })
    }

    /// What `loss` learns from even samples `interval` apart with polynomials of the degree that explains them; `None` where the samples do not suffice.
    pub fn of_field(paths: &Paths, interval: f64, modes: &[Mode], (loss, degree): (Loss, usize)) -> Option<Self> {
        let learner = Learner::Field(Box::new(NoisyField::of(paths, interval, degree, modes)?));
        let learned = learner.learned(loss, interval, modes)?;
        let noise = learner.noise();
        let longest = paths.iter().map(|path| path.len()).max()? as f64 * interval;
        Some(Self::laid_out(learner, (loss, learned), noise, (interval, longest), modes))
    }

    /// The same with other losses beside it, where this one acts.
    fn laid_out(
        learner: Learner,
        (loss, (learned, floor)): (Loss, (Vec<LossMode>, f64)),
        noise: Option<f64>,
        (interval, longest): (f64, f64),
        modes: &[Mode],
    ) -> Self {
        let acts = acts(&learned, modes, longest);
        let of = |other: Loss| learner.learned(other, interval, modes).map(|(modes, _)| OtherLoss { loss: other, modes, keeps: false });
        let others = if acts { OTHERS.into_par_iter().filter(|other| *other != loss).filter_map(of).collect() } else { Vec::new() };
        Self { loss, noise, floor, modes: learned, acts, keeps: !acts, others, instead: None, system: None, learner }.weighed(
            modes,
            interval,
            Limits::default(),
        )
    }

    /// The same with what keeps the modes, and the loss to train with, by these limits.
    #[must_use]
    pub(super) fn weighed(mut self, modes: &[Mode], interval: f64, limits: Limits) -> Self {
        let horizon = limits.horizon_for(interval);
        let worst = |found: &[LossMode]| worst(found, modes, horizon) / limits.tolerance;
        self.others.iter_mut().for_each(|other| other.keeps = worst(&other.modes) <= 1.0);
        let own = worst(&self.modes);
        self.keeps = own <= 1.0;
        let keeping = || self.others.iter().filter(|other| other.keeps);
        // What stays within the uncertainty may be off all the same: a linear model is told the first loss that is not.
        let firmly = |other: &&OtherLoss| !self.is_of_field() && stays(&other.modes, modes, horizon, limits.tolerance);
        let kept = keeping().find(firmly).or_else(|| keeping().next());
        let least = self.others.iter().min_by(|a, b| worst(&a.modes).total_cmp(&worst(&b.modes)));
        let better = kept.or(least.filter(|least| worst(&least.modes) < own));
        self.instead = better.filter(|_| !self.keeps).map(|other| other.loss);
        self
    }

    /// What another loss makes of the same samples through an exact integrator; `None` where it is not followed.
    pub fn other(&self, loss: Loss, interval: f64, modes: &[Mode]) -> Option<(Vec<LossMode>, f64)> {
        if loss == self.loss {
            return Some((self.modes.clone(), self.floor));
        }
        self.learner.learned(loss, interval, modes)
    }

    /// What the regression learns that a multistep method makes of these samples: the values nearest to `clean`, which are learned without noise, in the same order, and
    /// the mean square of the residuals.
    pub(super) fn stepped(
        &self,
        (method, multistep): (&Method, &Multistep),
        sampling: Sampling,
        modes: &[Mode],
        clean: &[Complex<f64>],
    ) -> Option<(Vec<Complex<f64>>, f64)> {
        match &self.learner {
            Learner::Map { runs, affine, .. } => {
                let h = sampling.step().get();
                let alpha: Vec<f64> = multistep.alpha().iter().map(|a| a.to_f64()).collect();
                let beta: Vec<f64> = multistep.beta().iter().map(|b| h * b.to_f64()).collect();
                let map = regression(runs, &alpha, &beta, &[Vec::new(), Vec::new()], *affine)?;
                Some((nearest(&map.multipliers()?, clean)?, map.loss))
            }
            Learner::Uneven(_) => None,
            Learner::Field(field) => field.regressed(method, sampling, modes, clean),
        }
    }

    /// What a linear regression of Σ_j to_j x_{n+j} on Σ_j from_j x_{n+j} learns from these samples, with these formulas in the first and last rows, or from what they were `prepared` to:
    /// the eigenvalues of Â nearest to `clean`, which are learned without noise, in the same order. `None` of a nonlinear field.
    pub(super) fn regressed(
        &self,
        to: &[f64],
        from: &[f64],
        borders: &[Vec<Vec<f64>>; 2],
        prepared: Option<&[Run]>,
        clean: &[Complex<f64>],
    ) -> Option<Vec<Complex<f64>>> {
        let Learner::Map { runs, affine, .. } = &self.learner else { return None };
        let map = regression(prepared.unwrap_or(runs), to, from, borders, *affine)?;
        nearest(&map.multipliers()?, clean)
    }

    /// The samples, the states of each run made into others; `None` where they cannot be, and of a nonlinear field.
    pub(super) fn prepared(&self, made: impl Fn(&DMatrix<f64>) -> Option<DMatrix<f64>>) -> Option<Vec<Run>> {
        let Learner::Map { runs, .. } = &self.learner else { return None };
        runs.iter().map(|run| Some(Run { states: made(&run.states)?, ..run.clone() })).collect()
    }

    /// Whether a nonlinear field is learned.
    pub fn is_of_field(&self) -> bool {
        matches!(self.learner, Learner::Field(_))
    }

    /// What is learned of the report's modes through the loss that is recommended.
    pub fn recommended(&self) -> (Loss, &[LossMode]) {
        let other = self.instead.and_then(|loss| self.others.iter().find(|other| other.loss == loss));
        other.map_or((self.loss, &self.modes), |other| (other.loss, &other.modes))
    }

    /// The same where that loss keeps them.
    pub(super) fn kept(&self) -> Option<&[LossMode]> {
        let other = self.instead.and_then(|loss| self.others.iter().find(|other| other.loss == loss));
        let (keeps, modes) = other.map_or((self.keeps, &self.modes), |other| (other.keeps, &other.modes));
        keeps.then_some(modes)
    }
}

/// Whether pairs of samples, even ones or not, move a settled mode, as [`ThroughLoss::acts`] says; `None` where that is not followed.
pub(super) fn pairs_act(data: &Trajectories, interval: f64, modes: &[Mode]) -> Option<bool> {
    let learner = match data.require_even() {
        Ok(even) => return pairs_of_paths_act(&even.paths(), interval, modes),
        Err(_) => Learner::Uneven(Box::new(UnevenMap::of(data, modes, true)?)),
    };
    Some(acts(&learner.learned(Loss::Pairs, interval, modes)?.0, modes, data.duration()))
}

/// The same of even samples.
pub(super) fn pairs_of_paths_act(paths: &Paths, interval: f64, modes: &[Mode]) -> Option<bool> {
    let runs = free_runs(paths).filter(|runs| are_of_one_map(runs, modes))?;
    let map = by_pairs(&runs, true)?;
    // A yes or no that no digit hangs on.
    Some(acts(&matched(&spectrum(&map.linear)?, interval, modes)?, modes, longest(&runs, interval)))
}

/// Whether the modes can be those of one linear map of all columns; of columns that depend on each other there are fewer.
fn are_of_one_map(runs: &[Run], modes: &[Mode]) -> bool {
    let one_place = modes.iter().all(|mode| mode.equilibrium == modes[0].equilibrium);
    runs.first().is_some_and(|run| run.states.ncols() >= modes.len()) && one_place
}

/// How long the longest run is.
fn longest(runs: &[Run], interval: f64) -> f64 {
    runs.iter().map(Run::rows).max().unwrap_or(0) as f64 * interval
}

/// Each mode with what a map with these multipliers makes of it.
fn matched(multipliers: &[Complex<f64>], interval: f64, modes: &[Mode]) -> Option<Vec<LossMode>> {
    let targets: Vec<Complex<f64>> = modes.iter().map(|mode| (mode.lambda * interval).exp()).collect();
    let learned = nearest(multipliers, &targets)?;
    let found = modes.iter().zip(learned).map(|(mode, mu)| (mu.norm() > 0.0).then(|| LossMode::of(mode, mu.ln() / interval)));
    found.collect()
}

/// The noise in the samples relative to the motion, by the fit with free starts.
fn noise(runs: &[Run], affine: bool) -> Option<f64> {
    let pairs = by_pairs(runs, affine)?;
    let d = pairs.linear.nrows();
    let rows: usize = runs.iter().map(Run::rows).sum();
    let middle = runs.iter().fold(nalgebra::RowDVector::zeros(d), |sum, run| sum + run.states.row_sum()) / rows as f64;
    let of_column = |run: &Run, k: usize| run.states.column(k).iter().map(|x| (x - middle[k]).powi(2)).sum::<f64>();
    let square: f64 = runs.iter().map(|run| (0..d).map(|k| of_column(run, k)).sum::<f64>()).sum();
    let motion = square / (rows * d) as f64;
    if pairs.loss <= CLEAN * motion {
        return Some(0.0);
    }
    let free = best_map_from(&pairs, runs, Loss::RolloutFreeStart, affine)?;
    let alone = pairs.loss / (1.0 + free.linear.norm_squared() / d as f64);
    let clean = (motion - free.loss).max(f64::MIN_POSITIVE);
    (free.loss <= DRIVEN * alone && free.loss < motion).then(|| (free.loss / clean).sqrt())
}
