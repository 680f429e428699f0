//! What is to be learned: the modes, from samples or from a named system.

use super::straight_inputs::StraightInputs;
use super::through_loss::ThroughLoss;
use super::uneven_times::UnevenTimes;
use crate::data::{Hold, Trajectories};
use crate::dynamics::norm::distance;
use crate::dynamics::{Field, System};
use crate::exact::{EigenvaluesError, eigenvalues};
use crate::fit::Loss;
use crate::inverse::faithful::{SAMPLES, TOLERANCE};
use crate::inverse::{BranchError, Branches, LearningEquation, Limits};
use crate::method::{Method, Sampling};
use crate::truth::{Between, Caveat, Finding, FittedField, Mode, ModesError, ModesOptions, Motion, NEARLY_EVEN, StateSpace, examine_until};
use nalgebra::DMatrix;
use num_complex::Complex;
use std::sync::Arc;

/// Real and imaginary parts below this, relative to the eigenvalue, are rounding: they are set to zero, since whether a mode is
/// conservative or real decides its verdict.
const ROUNDING: f64 = 1e-12;

/// What the modes are of.
#[derive(Clone, Debug)]
pub enum Origin {
    /// Samples.
    Samples(Arc<Trajectories>),
    /// A named system, and where its orbits start.
    System {
        /// The system.
        system: Arc<System>,
        /// One orbit each.
        starts: Vec<Vec<f64>>,
    },
}

/// The modes to learn, and where they are from.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The samples or the system.
    pub origin: Origin,
    /// The file's name, or the system's with its parameters.
    pub source: String,
    /// H.
    pub interval: f64,
    /// The time over which what is learned is laid beside the truth: that of the longest trajectory; for a system, a hundred intervals.
    pub horizon: f64,
    /// How many trajectories there are; for a system, how many it starts by default.
    pub trajectories: usize,
    /// How many samples there are; none for a system.
    pub samples: usize,
    /// The kind of motion.
    pub finding: Finding,
    /// λ with its equilibrium and its uncertainty.
    pub modes: Vec<Mode>,
    /// What limits the modes, or says how they were found.
    pub caveats: Vec<Caveat>,
    /// Whether the modes are those of a linear model of the samples, or of a linear system.
    pub linear: bool,
    /// The polynomial field that explains the samples, where there is one.
    pub field: Option<FittedField>,
    /// What the loss makes of these samples; `None` for a system, and where the modes are not those of one linear map of all columns.
    pub through_loss: Option<ThroughLoss>,
    /// The intervals of uneven samples; `None` for even ones.
    pub uneven: Option<UnevenTimes>,
    /// The pairs of samples whose inputs go straight; `None` for others.
    pub straight: Option<StraightInputs>,
    /// ẋ = Ax + Bu, where the samples have inputs that are held, or are taken to go straight.
    pub driven: Option<StateSpace>,
}

impl Subject {
    /// The modes of samples; see [`examine`](crate::truth::examine).
    pub fn from_data(data: &Trajectories, options: &ModesOptions) -> Result<Self, ModesError> {
        Self::from_data_until(data, options, &|| false)
    }

    /// The same with what is settled once `stopped` says that it is enough; see [`examine_until`].
    pub fn from_data_until(data: &Trajectories, options: &ModesOptions, stopped: &dyn Fn() -> bool) -> Result<Self, ModesError> {
        Self::from_data_through(data, options, Loss::default(), stopped)
    }

    /// The same with what this loss makes of the samples.
    pub fn from_data_through(
        data: &Trajectories,
        options: &ModesOptions,
        loss: Loss,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Self, ModesError> {
        // What a loop learns of inputs is followed at even times.
        let as_even = if data.inputs().is_empty() { None } else { data.taken_as_even(NEARLY_EVEN) };
        let data = as_even.as_ref().map_or(data, |(even, _)| even);
        let mut found = examine_until(data, options, stopped)?;
        found.modes.iter_mut().for_each(|mode| mode.lambda = rounded(mode.lambda));
        let mut caveats = found.caveats;
        caveats.extend(as_even.as_ref().map(|(_, differs)| Caveat::TakenAsEven { differs: *differs }));
        // Below this neither growth nor decay shows within the data.
        let shows = |mode: &&Mode| mode.fastest_growth() * data.duration() > 0.1 * TOLERANCE;
        if let Some(mode) = found.modes.iter().filter(|mode| mode.sign_is_open()).find(shows) {
            caveats.push(Caveat::SignOpen { growth: mode.lambda.re, uncertainty: mode.uncertainty.unwrap_or(0.0) });
        }
        let subject = Self {
            origin: Origin::Samples(Arc::new(data.clone())),
            source: data.source().into(),
            interval: data.spacing().typical(),
            horizon: data.duration(),
            trajectories: data.count(),
            samples: data.samples(),
            finding: found.finding,
            modes: found.modes,
            caveats,
            linear: found.linear,
            field: found.field,
            through_loss: None,
            uneven: None,
            straight: None,
            driven: found.driven,
        };
        let samples = if options.log { data.log()? } else { data.clone() };
        let held = subject.caveats.iter().any(|c| matches!(c, Caveat::InputsUsed { hold: Between::Held, .. }));
        // Where inputs go straight, minima are those of pairs.
        let driven = subject.driven.as_ref().filter(|_| loss == Loss::Pairs);
        let straight = StraightInputs::of(&samples, &subject.modes, driven, !held);
        let by_pairs = subject.linear && loss == Loss::Pairs;
        let mut subject = Self { uneven: UnevenTimes::of(&samples, &subject.modes, by_pairs), straight, ..subject };
        if subject.straight.is_some() && held {
            subject.caveats.push(Caveat::HeldTakenStraight);
        }
        let even = samples.require_even();
        if data.inputs().is_empty() {
            subject = match (even, subject.hidden()) {
                (Ok(even), Some(count)) => subject.with_delays(&even.paths(), count, loss),
                (Ok(even), None) => subject.with_loss(&even.paths(), loss, true),
                (Err(_), _) => subject.with_uneven_loss(&samples, loss, true),
            };
            let noise = subject.unfollowed_noise(&samples, loss);
            subject.caveats.extend(noise);
            return Ok(subject);
        }
        let Ok(even) = even else {
            if !subject.modes.is_empty() {
                subject.caveats.push(Caveat::LearnedWithoutInputs);
            }
            return Ok(subject);
        };
        subject.through_loss = ThroughLoss::of_driven(&even, &subject.modes, loss, subject.straight.as_ref());
        let moved = subject.through_loss.as_ref().is_some_and(|through| through.acts && !through.keeps);
        if subject.through_loss.is_none() && !subject.modes.is_empty() {
            subject.caveats.push(Caveat::LearnedWithoutInputs);
        } else if moved && !held && data.hold() == Hold::Zero {
            subject.caveats.push(Caveat::StraightTakenHeld);
        }
        Ok(subject)
    }

    /// Whether it is known what the loss makes of the samples: else no mode gets a verdict.
    pub(super) fn is_followed(&self) -> bool {
        !self.caveats.iter().any(Caveat::forbids_verdicts)
    }

    /// Where no model reproduces the samples: the minima for mode k that count as branches beside `lambda`, looked for in short, as if there were no noise.
    pub(super) fn minima_in_short(
        &self,
        method: &Method,
        k: usize,
        lambda: Complex<f64>,
        sampling: Sampling,
        limits: Limits,
    ) -> Option<Branches> {
        let uneven = self.uneven.as_ref().and_then(|uneven| uneven.minima_in_short(method, k, lambda, sampling, limits));
        uneven.or_else(|| self.straight.as_ref()?.noise_free(method, k, lambda, sampling, limits))
    }

    /// What a method learns of mode k from these samples, noise and all, where their inputs go straight; else as [`minima_in_short`](Self::minima_in_short).
    pub(super) fn minima_of_samples(
        &self,
        method: &Method,
        k: usize,
        lambda: Complex<f64>,
        sampling: Sampling,
        limits: Limits,
    ) -> Option<Branches> {
        match &self.straight {
            Some(straight) => Some(straight.minima(method, k, lambda, sampling, limits)?.0),
            None => self.minima_in_short(method, k, lambda, sampling, limits),
        }
    }

    /// Whether what a method learns is read off the samples themselves, so that an uncertain λ makes it no other.
    pub(super) fn learns_from_samples(&self, method: &Method) -> bool {
        self.straight.is_some() && matches!(method, Method::RungeKutta(_))
    }

    /// What a method learns of mode k, were it `lambda`, at the intervals of the samples; where no model reproduces them, the minima in short.
    ///
    /// # Errors
    /// Those of [`LearningEquation::branches`].
    pub(super) fn branches_in_short(
        &self,
        (method, equation): (&Method, &LearningEquation),
        k: usize,
        lambda: Complex<f64>,
        sampling: Sampling,
        limits: Limits,
    ) -> Result<Branches, BranchError> {
        self.minima_in_short(method, k, lambda, sampling, limits).map_or_else(|| equation.branches(lambda, sampling), Ok)
    }

    /// The modes of a named system: the eigenvalues of its Jacobian at every equilibrium that is known of it, those nearest to its default starts first.
    pub fn from_system(system: &System, interval: f64) -> Result<Self, EigenvaluesError> {
        let starts = system.default_starts();
        let mut modes = Vec::new();
        for equilibrium in by_nearness(system, &starts) {
            let d = equilibrium.len();
            let mut jacobian = vec![0.0; d * d];
            system.jacobian(&equilibrium, &mut jacobian);
            let mut here: Vec<Complex<f64>> = match system.grid_modes(&equilibrium) {
                Some(modes) => modes,
                None => {
                    let discs = eigenvalues(&DMatrix::from_row_slice(d, d, &jacobian))?;
                    discs.iter().flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect()
                }
            };
            // A matrix that somebody typed means what it says; the entries of others are rounded, to parts of the largest.
            let largest = here.iter().map(|lambda| lambda.norm()).fold(0.0, f64::max);
            let blur = if system.is_matrix() { 0.0 } else { 8.0 * f64::EPSILON * largest };
            here.iter_mut().for_each(|lambda| *lambda = rounded_beyond(*lambda, blur));
            here.sort_by(|a, b| b.re.total_cmp(&a.re).then(b.im.total_cmp(&a.im)));
            modes.extend(here.into_iter().map(|lambda| Mode::determined(lambda, equilibrium.clone(), Some(0.0))));
        }
        let parameters: Vec<String> = system.parameters().map(|(key, value)| format!("{key} = {value}")).collect();
        let source = if parameters.is_empty() { system.name().into() } else { format!("{} ({})", system.name(), parameters.join(", ")) };
        let finding = motion_of(system, &modes);
        let trajectories = starts.len();
        let origin = Origin::System { system: Arc::new(system.clone()), starts };
        let horizon = SAMPLES * interval;
        Ok(Self {
            origin,
            source,
            interval,
            horizon,
            trajectories,
            samples: 0,
            finding,
            modes,
            caveats: Vec::new(),
            linear: system.is_linear(),
            field: None,
            through_loss: None,
            uneven: None,
            straight: None,
            driven: None,
        })
    }

    /// The same with orbits of the system from these starts; of samples nothing changes.
    #[must_use]
    pub fn with_starts(mut self, from: Vec<Vec<f64>>) -> Self {
        if let Origin::System { starts, .. } = &mut self.origin {
            *starts = from;
        }
        self
    }

    /// The modes that the samples determine: only these get a verdict and drive a recommendation.
    pub fn settled_modes(&self) -> impl Iterator<Item = &Mode> {
        self.modes.iter().filter(|mode| mode.settled)
    }

    /// Whether a mode is the only one with its λ at its equilibrium.
    pub fn is_alone(&self, mode: &Mode) -> bool {
        self.modes.iter().filter(|m| m.lambda == mode.lambda && m.equilibrium == mode.equilibrium).count() == 1
    }
}

/// What a named system does near its equilibria, as far as its modes decide that.
fn motion_of(system: &System, modes: &[Mode]) -> Finding {
    let kept = system.default_starts().iter().any(|start| system.invariant(start).is_some());
    let motion = match modes {
        [] => Motion::Undetermined,
        modes if modes.iter().all(|mode| mode.lambda.re < 0.0) => Motion::Rest,
        modes if kept && modes.iter().all(|mode| mode.lambda.re == 0.0) => Motion::Orbits,
        _ => Motion::Undetermined,
    };
    Finding { motion, settled: motion != Motion::Undetermined }
}

fn rounded(lambda: Complex<f64>) -> Complex<f64> {
    rounded_beyond(lambda, 0.0)
}

/// The same where also anything up to `blur` is rounding.
fn rounded_beyond(lambda: Complex<f64>, blur: f64) -> Complex<f64> {
    let part = |x: f64| if x.abs() <= (ROUNDING * lambda.norm()).max(blur) { 0.0 } else { x };
    Complex::new(part(lambda.re), part(lambda.im))
}

/// The known equilibria, those nearest to the starts first: whatever a perfect fit learns vanishes at each of them.
fn by_nearness(system: &System, starts: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let nearest = |x: &Vec<f64>| starts.iter().map(|start| distance(x, start)).fold(f64::INFINITY, f64::min);
    let mut equilibria = system.equilibria();
    equilibria.sort_by(|a, b| nearest(a).total_cmp(&nearest(b)));
    equilibria
}
