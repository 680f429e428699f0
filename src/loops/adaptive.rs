//! The loop under step control: attempts, decisions, samples.

use super::control::StepControl;
use super::dense::Dense;
use super::embedded_pair::{Attempted, EmbeddedPair, ErrorWeights, State};
use super::pilot::Pilot;
use super::stages::weighted;
use super::state_norm::StateNorm;
use super::trace::{Attempt, FollowError, Pattern, Trace};
use num_complex::Complex;

/// A mode on its way through a controller.
pub(crate) struct Adaptive<'a> {
    pub pair: &'a EmbeddedPair,
    pub dense: &'a Dense,
    pub control: &'a StepControl,
    pub norm: &'a StateNorm,
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
        let mut pilot = Pilot::new(control, times, control.first.size(mode, self.norm, control.tolerances, end))?;
        let one = Complex::new(1.0, 0.0);
        let mut state = State { value: one, slope: mode };
        let companions = self.norm.companions();
        let mut others: Vec<State> = companions.iter().map(|k| State { value: one, slope: k.mode }).collect();
        let mut ended: Vec<Attempted> = Vec::with_capacity(companions.len());
        while !pilot.is_done() {
            let time = pilot.time();
            let step = pilot.attempt()?;
            let mut attempted = self.pair.attempt(mode, step, state);
            calls = calls.zip(self.pair.evaluations()).map(|(all, more)| all + more);
            ended.clear();
            ended.extend(companions.iter().zip(&others).map(|(k, from)| self.pair.attempt(k.mode, step, *from)));
            let ratio = self.ratio((&attempted, state), &ended, &others);
            if !ratio.is_finite() || !attempted.end.value.is_finite() {
                return Err(FollowError::NotFinite { time });
            }
            let index = trace.attempts.len();
            let reached = pilot.clone();
            let kept = pilot.judge(ratio, frozen.map(|pattern| pattern.keeps(index)));
            trace.attempts.push(Attempt { time, step, ratio: Some(ratio), kept, choice: None });
            if !kept {
                continue;
            }
            let mut extended = false;
            for sample in reached.reached() {
                if !extended && !self.pair.interpolant_rows.is_empty() {
                    self.pair.extend(mode, step, state, &mut attempted);
                    calls = calls.map(|all| all + control.evaluations_interpolant);
                    extended = true;
                }
                // An interpolant that ends on y₁ exactly need not be evaluated there; torchdiffeq's is evaluated all the same, and equals it.
                let value =
                    if sample.at_end { attempted.end.value } else { self.interpolated(sample.place, mode * step, state, &attempted) };
                trace.multipliers.push(value);
                trace.places.push(sample.place);
            }
            state = attempted.end;
            others.iter_mut().zip(&ended).for_each(|(state, attempted)| *state = attempted.end);
        }
        trace.evaluations = calls;
        Ok(())
    }

    fn interpolated(&self, place: f64, z: Complex<f64>, from: State, step: &Attempted) -> Complex<f64> {
        let (y0, y1) = (from.value, step.end.value);
        self.dense.value(place, [z * y0, z * y1], self.pair.stages - 1, y0, y1, &step.stages)
    }

    /// The scaled error of an attempt.
    fn ratio(&self, (attempted, from): (&Attempted, State), ended: &[Attempted], others: &[State]) -> f64 {
        let tolerances = self.control.tolerances;
        let parts = |weights: &[f64], step: &Attempted, from: &State| [weighted(weights, &step.stages), from.value, step.end.value];
        let size = |weights: &[f64]| {
            let [error, start, end] = parts(weights, attempted, &from);
            match self.norm {
                StateNorm::Joint(joint) => joint.scaled([error, start, end], |k| parts(weights, &ended[k], &others[k]), tolerances),
                norm => norm.scaled(error, [start, end], tolerances),
            }
        };
        match &self.pair.error {
            // Collocation is followed by itself, in `radau`.
            ErrorWeights::None | ErrorWeights::Collocation => 0.0,
            ErrorWeights::Weighted(weights) => size(weights),
            ErrorWeights::Dop853 { fifth, third } => {
                let (fifth, third) = (size(fifth), size(third));
                if fifth == 0.0 && third == 0.0 { 0.0 } else { fifth * fifth / (fifth * fifth + 0.01 * third * third).sqrt() }
            }
        }
    }
}
