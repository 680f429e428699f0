//! The decisions of a step size controller over a box of modes, each proved to be one and the same.

use super::complex_jet::ComplexJet;
use super::not_enclosed::NotEnclosed;
use crate::exact::jet::Jet;
use crate::loops::control::{End, Factor, FirstStep, SampleTimes, StepControl};
use crate::loops::pilot::SNAP;

/// A controller on its way, as [`Pilot`](crate::loops::Pilot) goes.
pub(super) struct Course<'a> {
    control: &'a StepControl,
    times: &'a [f64],
    proposed: Jet,
    past: [Jet; 2],
    after_rejection: bool,
    first: bool,
    time: Jet,
    next: usize,
    step: Jet,
    arrival: Arrival,
    rest: Option<Jet>,
}

/// Where a step ends: on a time that is given, or on one that is computed.
#[derive(Clone, Copy)]
enum Arrival {
    On(f64),
    At(Jet),
}

impl Arrival {
    fn time(self) -> Jet {
        match self {
            Self::On(time) => Jet::from(time),
            Self::At(time) => time,
        }
    }

    /// Whether it reaches a sample.
    fn reaches(self, sample: f64) -> Result<bool, NotEnclosed> {
        match self {
            Self::On(time) => Ok(sample <= time),
            Self::At(time) => is_below(Jet::from(sample), time),
        }
    }
}

fn is_below(a: Jet, b: Jet) -> Result<bool, NotEnclosed> {
    a.value.is_below(b.value).ok_or(NotEnclosed::Undecided)
}

fn power(x: Jet, p: f64) -> Result<Jet, NotEnclosed> {
    x.powf(p).ok_or(NotEnclosed::Power)
}

/// As [`FirstStep::size`]; `scaled` measures a function of the mode times the start.
pub(super) fn first_step(
    first: &FirstStep,
    whole: f64,
    scaled: impl Fn(&dyn Fn(ComplexJet) -> ComplexJet) -> Result<Jet, NotEnclosed>,
) -> Result<Jet, NotEnclosed> {
    let (exponent, clipped, c) = match *first {
        FirstStep::Given(h) => return Ok(Jet::from(h)),
        FirstStep::Hairer { exponent, clipped, coincidence } => (exponent, clipped, coincidence),
    };
    let within = |h: Jet| if clipped { h.min(Jet::from(whole)) } else { h };
    let (d0, d1) = (scaled(&|_| ComplexJet::constant(1.0.into()))?, scaled(&|m| m)? * c);
    let tiny = Jet::from(1e-5);
    let h0 = if is_below(d0, tiny)? || is_below(d1, tiny)? { Jet::from(1e-6 * c) } else { d0 * (0.01 * c) / d1 };
    let h0 = within(h0);
    // One Euler step changes the slope μ by μ²h.
    let d2 = scaled(&|m| m * m * h0)? * (c * c) / h0;
    let steepest = d1.max(d2);
    let h1 = if is_below(steepest, Jet::from(1e-15))? {
        (h0 * 1e-3).max(Jet::from(1e-6 * c))
    } else {
        power(Jet::from(0.01) / steepest, exponent)? * c
    };
    Ok(within((h0 * 100.0).min(h1)))
}

impl<'a> Course<'a> {
    pub(super) fn new(control: &'a StepControl, times: &'a [f64], first: Jet) -> Self {
        let remembered = Jet::from(control.factor.remembered_first);
        Self {
            control,
            times,
            proposed: first,
            past: [remembered; 2],
            after_rejection: false,
            first: true,
            time: Jet::default(),
            next: 0,
            step: Jet::default(),
            arrival: Arrival::On(0.0),
            rest: None,
        }
    }

    pub(super) fn step(&self) -> Jet {
        self.step
    }

    /// Chooses the step to be attempted.
    pub(super) fn attempt(&mut self) -> Result<(), NotEnclosed> {
        let longest = self.control.longest;
        let proposed = if longest.is_finite() { self.proposed.min(Jet::from(longest)) } else { self.proposed };
        let (time, end) = (self.time, self.times.last().copied().unwrap_or(0.0));
        (self.step, self.arrival, self.rest) = (proposed, Arrival::At(time + proposed), None);
        if self.control.end == End::Clipped && is_below(Jet::from(end * (1.0 - SNAP)), time + proposed)? {
            (self.step, self.arrival) = (Jet::from(end) - time, Arrival::On(end));
        }
        let lands = self.control.samples != SampleTimes::Interpolated;
        if lands && let Some(&sample) = self.times.get(self.next) {
            let passes = match self.arrival {
                Arrival::On(time) => time > sample,
                Arrival::At(time) => is_below(Jet::from(sample), time)?,
            };
            if passes {
                let short = Jet::from(sample) - time;
                self.rest = (self.control.samples == SampleTimes::LandedKeepingRest).then(|| self.step - short);
                (self.step, self.arrival) = (short, Arrival::On(sample));
            }
        }
        // A step that does not advance ends the loop in the library.
        if self.step.value.is_positive() { Ok(()) } else { Err(NotEnclosed::Undecided) }
    }

    /// Whether the attempted step reaches a sample, and where: `Some(None)` at its end, `Some(Some(θ))` inside.
    pub(super) fn place(&self, index: usize) -> Result<Option<Option<Jet>>, NotEnclosed> {
        let sample = self.times[index];
        if !self.arrival.reaches(sample)? {
            return Ok(None);
        }
        Ok(Some(match self.arrival {
            Arrival::On(time) if time == sample => None,
            arrival => Some((Jet::from(sample) - self.time) / (arrival.time() - self.time)),
        }))
    }

    /// Goes on after a step with this error.
    pub(super) fn judge(&mut self, ratio: Jet, kept: bool) -> Result<(), NotEnclosed> {
        let factor = self.factor(ratio, kept)?;
        self.proposed = self.rest.unwrap_or(self.step) * factor;
        self.after_rejection = !kept;
        if kept {
            let most = self.control.factor.remembered_at_most;
            let inverse = Jet::from(1.0) / ratio;
            self.past = [if most.is_finite() { inverse.min(Jet::from(most)) } else { inverse }, self.past[0]];
            self.first = false;
            while let Some(&sample) = self.times.get(self.next)
                && self.arrival.reaches(sample)?
            {
                self.next += 1;
            }
            self.time = self.arrival.time();
        }
        Ok(())
    }

    /// As [`Factor::next`].
    fn factor(&self, ratio: Jet, kept: bool) -> Result<Jet, NotEnclosed> {
        let rule: &Factor = &self.control.factor;
        let [low, mut high] = if kept { rule.kept } else { rule.rejected };
        if kept && self.first {
            high = rule.first_growth.unwrap_or(high);
        }
        if kept && self.after_rejection && rule.no_growth_after_rejection {
            high = high.min(1.0);
        }
        let mut factor = power(ratio, -rule.exponents[0])? * rule.safety;
        if kept || rule.history_after_rejection {
            for (r, p) in self.past.iter().zip(&rule.exponents[1..]) {
                if *p != 0.0 {
                    factor = factor * power(*r, *p)?;
                }
            }
        }
        Ok(factor.max(Jet::from(low)).min(Jet::from(high)))
    }
}
