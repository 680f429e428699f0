//! Whether orbits in the learned field are those of the truth: the measure of `inverse::faithful` beyond the modes.
//!
//! Near an equilibrium a perfect fit moves like its modes; elsewhere it follows the inverse modified field f̂, `S_h[f̂] = φ_h[f]`, which
//! [`InverseModifiedField`] evaluates for any field and any one-step method. Each orbit is followed in f̂ and in f over the horizon and laid side by side.

use super::open_field::is_open;
use super::subject::{Origin, Subject};
use crate::dynamics::norm::largest;
use crate::dynamics::{CompiledField, Field, Flow, Stepper, System};
use crate::inverse::{Limits, Verdict};
use crate::method::{Coefficients, Method, RungeKutta, catalog};
use crate::order::{FlowMap, InverseModifiedField};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// Orbits followed at most.
const MOST_STARTS: usize = 3;
/// Intervals followed at most: what happens later is not looked at.
const MOST_INTERVALS: usize = 200;
/// Followed until neighbouring orbits of the truth part by this factor: beyond, no model of it can be right.
const SENSITIVE: f64 = 1000.0;
/// The distance of the neighbour, relative to the state.
const BESIDE: f64 = 1e-7;
/// The reference flow.
const EXACT: Flow = Flow { absolute: 1e-12, relative: 1e-12 };
/// The flow over one step of the method, in f̂: over 200 intervals, a thousandfold apart at the end, its errors come to less than a part in ten thousand.
pub(super) const ACROSS: Flow = Flow { absolute: 1e-10, relative: 1e-10 };
/// What is learned is followed by classical Runge–Kutta steps so short that the truth is met to this part of the tolerance.
const FOLLOWED: f64 = 0.02;
/// Such steps an interval at most.
const MOST_PARTS: u32 = 64;
/// Steps of the integrator for the truth in all.
const MOST_STEPS: usize = 200_000;
/// Steps of the reference flow over one step of the method: a state from which it needs more is far from the orbit.
pub(super) const MOST_STEPS_A_STEP: usize = 24;
/// Beyond this error an orbit is lost, and not followed further.
pub(super) const LOST: f64 = 1.0;
/// Where the second correction of f̂ is less than this part of the first, the first alone may decide.
const SHRINKS: f64 = 0.5;
/// Points of the orbit where the corrections are compared.
const PROBES: usize = 12;

/// How far one orbit of the learned field is from that of the truth.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrbitReport {
    /// Where it starts.
    pub start: Vec<f64>,
    /// The time over which it is followed: the horizon, unless neighbouring orbits part a thousandfold before.
    pub horizon: f64,
    /// The largest distance between the two, over the largest distance of the truth from its start; `None` where the learned field cannot be found at this step.
    pub state_error: Option<f64>,
    /// An estimate of the error of `state_error`.
    pub uncertainty: Option<f64>,
}

impl OrbitReport {
    /// Faithful or distorted; `None` where the estimate leaves that open.
    pub fn verdict(&self, tolerance: f64) -> Option<Verdict> {
        let (error, open) = (self.state_error?, self.uncertainty?);
        if error + open <= tolerance { Some(Verdict::Faithful) } else { (error - open > tolerance).then_some(Verdict::Distorted) }
    }
}

/// A nonlinear field with the orbits that are followed in it.
pub(super) struct LearnedOrbits {
    pub(super) field: Source,
    /// H.
    pub(super) interval: f64,
    pub(super) truths: Vec<TrueOrbit>,
    tolerance: f64,
}

/// The true orbit at 0, H, 2H, …
pub(super) struct TrueOrbit {
    pub(super) states: Vec<Vec<f64>>,
    /// The largest distance from its start.
    pub(super) motion: f64,
    /// Classical Runge–Kutta steps an interval that follow it.
    parts: u32,
}

/// max |a_j − b_j|.
pub(super) fn farthest(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Variables of a fitted field at most.
const FITTED: usize = 4;

/// The field, in the coordinates of the samples.
pub(super) enum Source {
    System(Arc<System>),
    Fitted { field: Box<CompiledField>, centre: Vec<f64>, half: Vec<f64> },
}

impl Field for Source {
    fn dimension(&self) -> usize {
        match self {
            Self::System(system) => system.dimension(),
            Self::Fitted { centre, .. } => centre.len(),
        }
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        match self {
            Self::System(system) => system.value(x, out),
            Self::Fitted { field, centre, half } => {
                let mut inside = [0.0; FITTED];
                (0..x.len()).for_each(|j| inside[j] = (x[j] - centre[j]) / half[j]);
                field.value(&inside[..x.len()], out);
                out.iter_mut().zip(half).for_each(|(f, half)| *f *= half);
            }
        }
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        match self {
            Self::System(system) => system.jacobian(x, out),
            Self::Fitted { field, centre, half } => {
                let d = x.len();
                let mut inside = [0.0; FITTED];
                (0..d).for_each(|j| inside[j] = (x[j] - centre[j]) / half[j]);
                field.jacobian(&inside[..d], out);
                (0..d * d).for_each(|k| out[k] *= half[k / d] / half[k % d]);
            }
        }
    }
}

impl LearnedOrbits {
    /// The orbits of a nonlinear subject; `None` where it is linear, so that its modes say all, or no field of it is known.
    pub fn of(subject: &Subject, limits: Limits) -> Option<Self> {
        let (field, starts) = match &subject.origin {
            Origin::System { system, starts } => {
                if system.is_linear() {
                    return None;
                }
                (Source::System(system.clone()), starts.clone())
            }
            Origin::Samples(data) => {
                let fitted = subject.field.as_ref().filter(|fitted| fitted.degree > 1 && subject.finding.settled)?;
                if is_open(fitted, data) || fitted.centre.len() > FITTED {
                    return None;
                }
                let complete = |x: &&[f64]| x.iter().all(|v| !v.is_nan());
                let starts = data.states().filter_map(|mut t| t.find(complete).map(<[f64]>::to_vec)).collect();
                (
                    Source::Fitted { field: Box::new(fitted.field.compiled()), centre: fitted.centre.clone(), half: fitted.half.clone() },
                    starts,
                )
            }
        };
        let interval = subject.interval;
        let count = (limits.horizon_for(interval) / interval).round().clamp(1.0, MOST_INTERVALS as f64) as usize;
        let truths: Vec<TrueOrbit> =
            starts.iter().take(MOST_STARTS).filter_map(|start| TrueOrbit::from(&field, start, interval, count, limits.tolerance)).collect();
        (!truths.is_empty()).then_some(Self { field, interval, truths, tolerance: limits.tolerance })
    }

    /// Each orbit through the method: of one with several steps, to first order.
    pub fn through(&self, method: &Method, substeps: u32) -> Vec<OrbitReport> {
        match method {
            Method::RungeKutta(method) => self.truths.par_iter().map(|truth| self.one(method, substeps, truth, LOST)).collect(),
            Method::Multistep(method) => self.through_multistep(method),
        }
    }

    /// Whether every orbit is followed faithfully: `Some` only where that is certain.
    pub fn verdict(&self, found: &[OrbitReport]) -> Option<Verdict> {
        let each: Vec<Option<Verdict>> = found.iter().map(|orbit| orbit.verdict(self.tolerance)).collect();
        if each.contains(&Some(Verdict::Distorted)) {
            return Some(Verdict::Distorted);
        }
        each.into_iter().collect::<Option<Vec<_>>>().map(|_| Verdict::Faithful)
    }

    /// Whether every orbit through the method is certainly faithful, with half of the tolerance to spare for what a fit adds of its own.
    pub fn faithful(&self, method: &Method, substeps: u32) -> bool {
        let (enough, half) = (3.0 * self.tolerance, 0.5 * self.tolerance);
        let met = |orbit: OrbitReport| orbit.verdict(half) == Some(Verdict::Faithful);
        match method {
            Method::RungeKutta(method) => self.truths.iter().all(|truth| met(self.one(method, substeps, truth, enough))),
            Method::Multistep(method) => self.through_multistep(method).into_iter().all(met),
        }
    }

    fn one(&self, method: &RungeKutta, substeps: u32, truth: &TrueOrbit, enough: f64) -> OrbitReport {
        let start = truth.states[0].clone();
        let horizon = (truth.states.len() - 1) as f64 * self.interval;
        let tableau = method.coefficients();
        let h = self.interval / f64::from(substeps);
        let found = self.followed(&tableau, h, truth, enough);
        OrbitReport { start, horizon, state_error: found.map(|(error, _)| error), uncertainty: found.map(|(_, open)| open) }
    }

    /// The error and how far it is open; followed no further than to an error of `enough`.
    fn followed(&self, tableau: &Coefficients, h: f64, truth: &TrueOrbit, enough: f64) -> Option<(f64, f64)> {
        let flow = |y: &[f64]| ACROSS.across(&self.field, y, h, MOST_STEPS_A_STEP);
        let flow: &FlowMap<'_> = &flow;
        let learned = |rounds: usize| InverseModifiedField { tableau, field: &self.field, flow, h, rounds };
        // How fast the corrections shrink along the orbit.
        let (mut first, mut second) = (0.0f64, 0.0f64);
        let every = truth.states.len().div_ceil(PROBES);
        for y in truth.states.iter().step_by(every) {
            first = first.max(learned(1).at(y)?.error);
            second = second.max(learned(2).at(y)?.error);
        }
        let ratio = if first > 0.0 { second / first } else { 0.0 };
        if !ratio.is_finite() {
            return None;
        }
        let error = |rounds: usize| truth.error_of(&learned(rounds), self.interval, truth.parts, enough);
        let coarse = error(1)?;
        // The first correction alone, where it leaves no doubt.
        let open = 2.0 * ratio * coarse;
        if ratio < SHRINKS && (coarse + open <= self.tolerance || coarse - open > self.tolerance) {
            return Some((coarse, open));
        }
        // Whether it is lost by little or by much, nobody asks.
        if ratio < SHRINKS && coarse >= enough {
            return Some((coarse, 0.0));
        }
        let fine = error(2)?;
        // Corrections that hardly shrink say nothing of what is left out: two errors can agree by chance.
        let open = if ratio < SHRINKS { 2.0 * ratio * (fine - coarse).abs().max(ratio * coarse) } else { coarse.max(fine) };
        Some((fine, open))
    }
}

impl TrueOrbit {
    /// Until `count` intervals, or until a neighbouring orbit parts.
    fn from(field: &Source, start: &[f64], interval: f64, count: usize, tolerance: f64) -> Option<Self> {
        let follow = |start: &[f64]| EXACT.trajectory_within(field, start, interval, count, &mut { MOST_STEPS }).ok();
        let mut states = follow(start)?;
        let off = BESIDE * largest(start).max(f64::MIN_POSITIVE);
        let moved: Vec<f64> = start.iter().enumerate().map(|(k, x)| x + if k % 2 == 0 { off } else { -off }).collect();
        let beside = follow(&moved)?;
        let apart = |k: usize| farthest(&states[k], &beside[k]);
        let parted = (1..states.len()).find(|&k| apart(k) > SENSITIVE * off).unwrap_or(states.len());
        states.truncate(parted.max(2));
        let motion = states.iter().map(|x| farthest(x, start)).fold(0.0, f64::max);
        let mut orbit = Self { states, motion, parts: 1 };
        let met = |parts: &u32| orbit.error_of(field, interval, *parts, LOST).is_some_and(|error| error <= FOLLOWED * tolerance);
        orbit.parts = std::iter::successors(Some(1), |parts| Some(2 * parts)).take_while(|parts| *parts <= MOST_PARTS).find(met)?;
        (motion > 0.0).then_some(orbit)
    }

    /// The error of an orbit in this field, followed by classical Runge–Kutta steps, `parts` an interval, and no further than to `enough`. `None` where the
    /// field has no value near the orbit.
    fn error_of(&self, field: &dyn Field, interval: f64, parts: u32, enough: f64) -> Option<f64> {
        let Ok(Method::RungeKutta(classical)) = catalog::find("rk4") else { return None };
        let tableau = classical.coefficients();
        let mut stepper = Stepper::new(&tableau, field.dimension());
        let mut state = self.states[0].clone();
        let mut error: f64 = 0.0;
        for truth in &self.states[1..] {
            for _ in 0..parts {
                stepper.step(field, &mut state, interval / f64::from(parts))?;
            }
            let here = farthest(&state, truth) / self.motion;
            if !here.is_finite() {
                // One that was near has no field there; one that was far has left.
                return (error > 0.3 * enough).then_some(enough);
            }
            error = error.max(here);
            if error > enough {
                break;
            }
        }
        Some(error)
    }
}
