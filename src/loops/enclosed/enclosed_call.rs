//! The loop over a box of modes: steps, decisions, the sample.

use super::complex_jet::ComplexJet;
use super::course::{Course, first_step};
use super::enclosed_pair::{Attempted, EnclosedPair, State};
use super::not_enclosed::NotEnclosed;
use super::scaled::scaled;
use crate::exact::jet::Jet;
use crate::loops::call::{Advance, Call};
use crate::loops::control::StepControl;
use crate::loops::embedded_pair::ErrorWeights;
use crate::loops::grid::Grid;
use crate::loops::state_norm::StateNorm;
use crate::loops::trace::Pattern;

/// A call, ready to be enclosed.
pub(crate) struct EnclosedCall<'a> {
    call: &'a Call,
    pair: EnclosedPair<'a>,
}

impl<'a> EnclosedCall<'a> {
    /// Errors for solvers that iterate.
    pub(crate) fn of(call: &'a Call) -> Result<Self, NotEnclosed> {
        Ok(Self { call, pair: EnclosedPair::of(&call.pair)? })
    }

    /// y(t)/y(0) at a sample time over a box of modes, where the loop decides as `pattern` says throughout.
    pub(crate) fn over(
        &self,
        mode: ComplexJet,
        (times, index): (&[f64], usize),
        norm: &StateNorm,
        pattern: &Pattern,
    ) -> Result<ComplexJet, NotEnclosed> {
        match &self.call.advance {
            Advance::Grid(grid) => self.over_grid(grid, mode, times, index),
            Advance::Controlled(control) => self.under_control(control, mode, (times, index), norm, pattern),
        }
    }

    fn over_grid(&self, grid: &Grid, mode: ComplexJet, times: &[f64], index: usize) -> Result<ComplexJet, NotEnclosed> {
        let mut state = State { value: ComplexJet::constant(1.0.into()), slope: mode };
        let (sample, mut time) = (times[index], 0.0);
        for arrival in grid.points(times).map_err(|_| NotEnclosed::Undecided)? {
            let step = Jet::from(arrival - time);
            let attempted = self.pair.attempt(mode, step, state);
            if sample <= arrival {
                let theta = Jet::from((sample - time) / (arrival - time));
                return Ok(if sample == arrival { attempted.end.value } else { self.inside(mode * step, state, &attempted, theta) });
            }
            (state, time) = (attempted.end, arrival);
        }
        Err(NotEnclosed::Undecided)
    }

    fn under_control(
        &self,
        control: &StepControl,
        mode: ComplexJet,
        (times, index): (&[f64], usize),
        norm: &StateNorm,
        pattern: &Pattern,
    ) -> Result<ComplexJet, NotEnclosed> {
        let one = ComplexJet::constant(1.0.into());
        let companions: Vec<ComplexJet> = norm.companions().iter().map(|k| ComplexJet::constant(k.mode)).collect();
        let mut state = State { value: one, slope: mode };
        let mut others: Vec<State> = companions.iter().map(|k| State { value: one, slope: *k }).collect();
        let tolerances = control.tolerances;
        let start = |f: &dyn Fn(ComplexJet) -> ComplexJet| {
            scaled(norm, [f(mode), one, one], |k| [f(companions[k]), one, one], tolerances).ok_or(NotEnclosed::Power)
        };
        let whole = times.last().copied().unwrap_or(0.0);
        let mut course = Course::new(control, times, first_step(&control.first, whole, start)?);
        for attempt in 0.. {
            course.attempt()?;
            let step = course.step();
            let attempted = self.pair.attempt(mode, step, state);
            let ended: Vec<Attempted> = companions.iter().zip(&others).map(|(k, from)| self.pair.attempt(*k, step, *from)).collect();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::tight_ball::TightBall;
    use crate::loops::{Companion, JointNorm};
    use num_complex::Complex;

    fn holds(ball: TightBall, x: f64, slack: f64) -> bool {
        (ball.middle() - x).abs() <= ball.spread() + slack
    }

    /// The loop in doubles at points of a box, and its differences, lie in what is enclosed over the box.
    #[test]
    fn the_loop_in_doubles_lies_within() {
        let joint = StateNorm::Joint(JointNorm {
            factors: vec![Complex::new(1.0, 0.2), Complex::new(0.3, -1.0)],
            companions: vec![Companion { mode: Complex::new(-0.3, 3.0), factors: vec![Complex::new(0.2, 0.1), Complex::new(0.4, 0.1)] }],
        });
        let norms = [StateNorm::default(), StateNorm::phases(3, 2.0), StateNorm::Real(vec![Complex::new(0.3, 1.2)]), joint];
        let calls = [
            "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4",
            "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4,step_t=t",
            "torchdiffeq:dopri8:rtol=1e-2,atol=1e-4",
            "torchdiffeq:adaptive_heun:rtol=1e-2,atol=1e-4",
            "torchdiffeq:rk4:step_size=0.3",
            "diffrax:Tsit5:rtol=1e-2,atol=1e-4,dt0=0.7,pcoeff=0.3,icoeff=0.4",
            "diffrax:Kvaerno3:rtol=1e-2,atol=1e-4,dt0=0.3",
            "scipy:DOP853:rtol=1e-2",
            "torchdyn:tsit5",
            "ordinarydiffeq:Tsit5",
        ];
        let (mode, half, times) = (Complex::new(-0.13, 1.7), 1e-6, [1.0, 2.3]);
        let mut enclosed = 0;
        for call in calls.map(|text| text.parse::<Call>().unwrap()) {
            for (norm, index) in norms.iter().flat_map(|norm| [(norm, 0), (norm, 1)]) {
                let trace = call.follow(mode, &times, norm).unwrap();
                let over = EnclosedCall::of(&call).unwrap().over(ComplexJet::square(mode, half), (&times, index), norm, &trace.pattern());
                let Ok(over) = over else { continue };
                enclosed += 1;
                let at = |x: f64, y: f64| call.follow(mode + Complex::new(x, y) * half, &times, norm).unwrap().multipliers[index];
                for (x, y) in [(0.0, 0.0), (1.0, 1.0), (-1.0, 0.7), (0.2, -1.0)] {
                    // The error of a short first step is rounded by a millionth in doubles.
                    assert!(holds(over.re.value, at(x, y).re, 1e-9) && holds(over.im.value, at(x, y).im, 1e-9), "{} {norm:?}", call.name);
                }
                // What rounding leaves of a difference.
                let slack = 1e-2;
                let slopes = [at(1.0, 0.0) - at(-1.0, 0.0), at(0.0, 1.0) - at(0.0, -1.0)].map(|d| d / (2.0 * half));
                for (k, slope) in slopes.into_iter().enumerate() {
                    let within = holds(over.re.slopes[k], slope.re, slack) && holds(over.im.slopes[k], slope.im, slack);
                    assert!(within, "{} {norm:?} {slope} {:?}", call.name, over);
                }
            }
        }
        assert!(enclosed >= 40, "{enclosed} of 80");
    }

    #[test]
    fn nothing_is_enclosed_where_the_loop_decides_both_ways() {
        let call: Call = "diffrax:Tsit5:rtol=1e-2,atol=1e-4,dt0=1".parse().unwrap();
        let (mode, norm) = (Complex::new(-0.02, 2.0), StateNorm::default());
        let trace = call.follow(mode, &[1.0], &norm).unwrap();
        let over = |half| EnclosedCall::of(&call).unwrap().over(ComplexJet::square(mode, half), (&[1.0], 0), &norm, &trace.pattern());
        assert!(over(1e-6).is_ok());
        assert!(over(0.5).is_err());
        let other = EnclosedCall::of(&call).unwrap().over(ComplexJet::square(mode, 0.0), (&[1.0], 0), &norm, &Pattern::default());
        assert_eq!(other.unwrap_err(), NotEnclosed::Undecided);
    }
}
