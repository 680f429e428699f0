//! The loop under step control: attempts, decisions, samples.

use super::control::{Acceptance, End, SampleTimes, StepControl};
use super::dense::Dense;
use super::norm::StateNorm;
use super::pair::{Attempted, ErrorWeights, MOST_STAGES, Pair, State, weighted};
use super::trace::{Attempt, FollowError, Pattern, Trace};
use num_complex::Complex;

/// More attempts than this are taken as never ending.
const MOST_ATTEMPTS: usize = 200_000;
/// An end nearer than this share of the time counts as reached.
const SNAP: f64 = 100.0 * 2.2e-16;

/// A mode on its way through a controller.
pub(crate) struct Adaptive<'a> {
    pub pair: &'a Pair,
    pub dense: &'a Dense,
    pub control: &'a StepControl,
    pub norm: &'a StateNorm,
}

/// What the controller remembers between attempts.
struct Memory {
    /// 1/error of the two steps kept last.
    past: [f64; 2],
    /// Whether this step was rejected before.
    after_rejection: bool,
    /// Whether no step has been kept yet.
    first: bool,
}

impl Adaptive<'_> {
    /// Follows ẏ = μy from 0 to the last of the sample times. `frozen` decides which attempts are kept instead of their errors.
    pub(crate) fn follow(&self, mode: Complex<f64>, times: &[f64], frozen: Option<&Pattern>, trace: &mut Trace) -> Result<(), FollowError> {
        let control = self.control;
        let end = times.last().copied().ok_or(FollowError::Times)?;
        if control.tolerances.absolute == 0.0 && self.norm.has_zero() {
            return Err(FollowError::ZeroScale);
        }
        trace.clear();
        let mut calls = self.pair.evaluations().map(|_| control.evaluations_before);
        let mut proposed = control.first.size(mode, self.norm, control.tolerances, end);
        let one = Complex::new(1.0, 0.0);
        let mut state = State { value: one, slope: mode };
        let mut memory = Memory { past: [control.factor.remembered_first; 2], after_rejection: false, first: true };
        let (mut time, mut next) = (0.0, 0);
        while next < times.len() {
            let index = trace.attempts.len();
            if index >= MOST_ATTEMPTS {
                return Err(FollowError::TooMany { limit: MOST_ATTEMPTS });
            }
            let (step, arrival, rest) = self.shortened(proposed.min(control.longest), time, end, times.get(next).copied());
            if !(arrival > time && step > 0.0) {
                return Err(if step.is_nan() { FollowError::NotFinite { time } } else { FollowError::Underflow { time } });
            }
            let mut attempted = self.pair.attempt(mode, step, state);
            calls = calls.zip(self.pair.evaluations()).map(|(all, more)| all + more);
            let ratio = self.ratio(&attempted.stages, state.value, attempted.end.value);
            if !ratio.is_finite() || !attempted.end.value.is_finite() {
                return Err(FollowError::NotFinite { time });
            }
            let natural = match control.acceptance {
                Acceptance::AtMostOne => ratio <= 1.0,
                Acceptance::BelowOne => ratio < 1.0,
            };
            let kept = frozen.map_or(natural, |pattern| pattern.keeps(index));
            trace.attempts.push(Attempt { time, step, ratio: Some(ratio), kept });
            let factor = control.factor.next(ratio, memory.past, kept, memory.first, memory.after_rejection);
            proposed = rest.unwrap_or(step) * factor;
            if !kept {
                memory.after_rejection = true;
                continue;
            }
            let mut extended = false;
            while let Some(sample) = times.get(next).filter(|t| **t <= arrival) {
                let place = (sample - time) / (arrival - time);
                if !extended && !self.pair.interpolant_rows.is_empty() {
                    self.pair.extend(mode, step, state, &mut attempted);
                    calls = calls.map(|all| all + control.evaluations_interpolant);
                    extended = true;
                }
                // An interpolant that ends on y₁ exactly need not be evaluated there; torchdiffeq's is evaluated all the same, and equals it.
                let value = if *sample == arrival { attempted.end.value } else { self.interpolated(place, mode * step, state, &attempted) };
                trace.multipliers.push(value);
                trace.places.push(place);
                next += 1;
            }
            let inverse = if ratio == 0.0 { 1.0 } else { (1.0 / ratio).min(control.factor.remembered_at_most) };
            memory = Memory { past: [inverse, memory.past[0]], after_rejection: false, first: false };
            state = attempted.end;
            time = arrival;
        }
        trace.evaluations = calls;
        Ok(())
    }

    fn interpolated(&self, place: f64, z: Complex<f64>, from: State, step: &Attempted) -> Complex<f64> {
        let (y0, y1) = (from.value, step.end.value);
        self.dense.value(place, [z * y0, z * y1], self.pair.stages - 1, y0, y1, &step.stages)
    }

    /// The step as it is taken, where it arrives, and what a landing cut off (torchdyn goes on with that).
    fn shortened(&self, proposed: f64, time: f64, end: f64, sample: Option<f64>) -> (f64, f64, Option<f64>) {
        let mut step = proposed;
        let mut arrival = time + step;
        if self.control.end == End::Clipped && arrival > end * (1.0 - SNAP) {
            step = end - time;
            arrival = end;
        }
        let Some(sample) = sample.filter(|_| self.control.samples != SampleTimes::Interpolated) else { return (step, arrival, None) };
        if arrival <= sample {
            return (step, arrival, None);
        }
        let short = sample - time;
        let rest = (self.control.samples == SampleTimes::LandedKeepingRest).then_some(step - short);
        (short, sample, rest)
    }

    /// The scaled error of an attempt.
    fn ratio(&self, stages: &[Complex<f64>; MOST_STAGES], from: Complex<f64>, to: Complex<f64>) -> f64 {
        let size = |weights: &[f64]| self.norm.scaled(weighted(weights, stages), [from, to], self.control.tolerances);
        match &self.pair.error {
            ErrorWeights::None => 0.0,
            ErrorWeights::Weighted(weights) => size(weights),
            ErrorWeights::Dop853 { fifth, third } => {
                let (fifth, third) = (size(fifth), size(third));
                if fifth == 0.0 && third == 0.0 { 0.0 } else { fifth * fifth / (fifth * fifth + 0.01 * third * third).sqrt() }
            }
        }
    }
}
