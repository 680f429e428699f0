//! A call under step control over a whole box of modes: y(t)/y(0) and its slopes, enclosed.
//!
//! The loop is that of [`adaptive`](super::adaptive), in exact arithmetic with the library's coefficients and exponents as the doubles
//! that they are. Every decision (a step kept or not, a sample reached or not, a step clipped) must be the same over the whole box,
//! or nothing is enclosed; the decisions to keep or reject are those of a pattern, and are proved.

mod complex_jet;
mod course;
mod scaled;
mod step;
mod step_polynomials;

pub(crate) use complex_jet::ComplexJet;

use super::call::Call;
use super::control::StepControl;
use super::norm::StateNorm;
use super::pair::ErrorWeights;
use super::trace::Pattern;
use crate::exact::jet::Jet;
use course::Course;
use scaled::scaled;
use serde::Serialize;
use step::{Attempted, EnclosedPair, State};
use thiserror::Error;

/// Why a call is not enclosed over a box of modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Error)]
#[serde(rename_all = "kebab-case")]
pub enum NotEnclosed {
    /// The solver iterates on an equation in each step; what the iteration decides is not enclosed.
    #[error("the solver iterates on an equation in each step, whose iterations are not enclosed")]
    Iterates,
    /// Somewhere in the box a decision of the loop goes the other way, or comes too near to that.
    #[error("a step is accepted or rejected, or a sample reached, too narrowly to be decided")]
    Undecided,
    /// A number that a root or a power is taken of may vanish, or the exponent is no simple fraction.
    #[error("a root or power of the error cannot be enclosed")]
    Power,
}

/// A call under step control, ready to be enclosed.
pub(crate) struct EnclosedCall<'a> {
    call: &'a Call,
    control: &'a StepControl,
    pair: EnclosedPair<'a>,
}

impl<'a> EnclosedCall<'a> {
    /// Errors for constant steps, and for solvers that iterate.
    pub(crate) fn of(call: &'a Call) -> Result<Self, NotEnclosed> {
        let control = call.control().ok_or(NotEnclosed::Iterates)?;
        Ok(Self { call, control, pair: EnclosedPair::of(&call.pair)? })
    }

    /// y(t)/y(0) at a sample time over a box of modes, where the loop decides as `pattern` says throughout.
    pub(crate) fn over(
        &self,
        mode: ComplexJet,
        (times, index): (&[f64], usize),
        norm: &StateNorm,
        pattern: &Pattern,
    ) -> Result<ComplexJet, NotEnclosed> {
        let one = ComplexJet::constant(1.0.into());
        let companions: Vec<ComplexJet> = norm.companions().iter().map(|k| ComplexJet::constant(k.mode)).collect();
        let mut state = State { value: one, slope: mode };
        let mut others: Vec<State> = companions.iter().map(|k| State { value: one, slope: *k }).collect();
        let tolerances = self.control.tolerances;
        let start = |f: &dyn Fn(ComplexJet) -> ComplexJet| {
            scaled(norm, [f(mode), one, one], |k| [f(companions[k]), one, one], tolerances).ok_or(NotEnclosed::Power)
        };
        let whole = times.last().copied().unwrap_or(0.0);
        let mut course = Course::new(self.control, times, course::first_step(&self.control.first, whole, start)?);
        for attempt in 0.. {
            course.attempt()?;
            let step = course.step();
            let attempted = self.pair.attempt(mode, step, state)?;
            let ended: Vec<Attempted> =
                companions.iter().zip(&others).map(|(k, from)| self.pair.attempt(*k, step, *from)).collect::<Result<_, _>>()?;
            let size = |which: usize| {
                let parts = |a: &Attempted, from: &State| [a.errors[which], from.value, a.end.value];
                scaled(norm, parts(&attempted, &state), |k| parts(&ended[k], &others[k]), tolerances).ok_or(NotEnclosed::Power)
            };
            let ratio = match &self.call.pair.error {
                ErrorWeights::Dop853 { .. } => {
                    let (fifth, third) = (size(0)?, size(1)?);
                    let both = (fifth * fifth + third * third * 0.01).sqrt().ok_or(NotEnclosed::Power)?;
                    fifth * fifth / both
                }
                _ => size(0)?,
            };
            let kept = pattern.keeps(attempt);
            if ratio.value.is_below(Jet::from(1.0).value) != Some(kept) {
                return Err(NotEnclosed::Undecided);
            }
            if kept && let Some(place) = course.place(index)? {
                return Ok(match place {
                    None => attempted.end.value,
                    Some(theta) => self.inside(mode * step, state, &attempted, theta),
                });
            }
            course.judge(ratio, kept)?;
            if kept {
                state = attempted.end;
                others.iter_mut().zip(&ended).for_each(|(state, attempted)| *state = attempted.end);
            }
        }
        Err(NotEnclosed::Undecided)
    }

    /// The interpolant at θ.
    fn inside(&self, z: ComplexJet, from: State, step: &Attempted, theta: Jet) -> ComplexJet {
        let stages = self.pair.stages(z, from, step);
        let (y0, y1) = (from.value, step.end.value);
        self.call.dense.value(theta, [z * y0, z * y1], self.call.pair.stages - 1, y0, y1, &stages)
    }
}
