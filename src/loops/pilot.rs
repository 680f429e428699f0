//! The decisions of a step size controller, attempt by attempt, whatever is integrated.

use super::control::{Acceptance, End, SampleTimes, StepControl};
use super::trace::FollowError;
use std::ops::Range;

/// More attempts than this are taken as never ending.
pub(super) const MOST_ATTEMPTS: usize = 200_000;
/// An end nearer than this share of the time counts as reached.
pub(super) const SNAP: f64 = 100.0 * 2.2e-16;

/// A controller on its way from 0 to the last sample: it proposes a step, is told the scaled error, and keeps or repeats the step.
#[derive(Clone, Debug)]
pub(crate) struct Pilot<'a> {
    control: &'a StepControl,
    times: &'a [f64],
    end: f64,
    attempts: usize,
    proposed: f64,
    /// 1/error of the two steps kept last.
    past: [f64; 2],
    after_rejection: bool,
    /// Whether no step has been kept yet.
    first: bool,
    time: f64,
    next: usize,
    step: f64,
    arrival: f64,
    /// What a landing cut off (torchdyn goes on with that).
    rest: Option<f64>,
}

/// A sample that a step reaches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Reached {
    /// Which sample.
    pub index: usize,
    /// Its place in the step, from 0 to 1.
    pub place: f64,
    /// Whether the step ends on it.
    pub at_end: bool,
}

impl<'a> Pilot<'a> {
    /// Before the first step, whose size is `first`, on the way to these increasing times after 0.
    pub fn new(control: &'a StepControl, times: &'a [f64], first: f64) -> Result<Self, FollowError> {
        let end = times.last().copied().ok_or(FollowError::Times)?;
        Ok(Self {
            control,
            times,
            end,
            attempts: 0,
            proposed: first,
            past: [control.factor.remembered_first; 2],
            after_rejection: false,
            first: true,
            time: 0.0,
            next: 0,
            step: 0.0,
            arrival: 0.0,
            rest: None,
        })
    }

    /// Whether every sample has been reached.
    pub fn is_done(&self) -> bool {
        self.next >= self.times.len()
    }

    /// Where the next step begins.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The size of the step to be attempted.
    pub fn attempt(&mut self) -> Result<f64, FollowError> {
        if self.attempts >= MOST_ATTEMPTS {
            return Err(FollowError::TooMany { limit: MOST_ATTEMPTS });
        }
        self.attempts += 1;
        (self.step, self.arrival, self.rest) = self.shortened(self.proposed.min(self.control.longest));
        if self.arrival > self.time && self.step > 0.0 {
            return Ok(self.step);
        }
        let time = self.time;
        Err(if self.step.is_nan() { FollowError::NotFinite { time } } else { FollowError::Underflow { time } })
    }

    /// The samples that the attempted step reaches.
    pub fn reached(&self) -> impl Iterator<Item = Reached> {
        let Range { start, end } = self.within();
        let (time, arrival) = (self.time, self.arrival);
        let samples = &self.times[start..end];
        samples.iter().enumerate().map(move |(k, &sample)| Reached {
            index: start + k,
            place: (sample - time) / (arrival - time),
            at_end: sample == arrival,
        })
    }

    fn within(&self) -> Range<usize> {
        let passed = self.times[self.next..].iter().take_while(|t| **t <= self.arrival).count();
        self.next..self.next + passed
    }

    /// Keeps or repeats the attempted step by its scaled error, or as `frozen` says; whether it is kept.
    pub fn judge(&mut self, ratio: f64, frozen: Option<bool>) -> bool {
        let natural = match self.control.acceptance {
            Acceptance::AtMostOne => ratio <= 1.0,
            Acceptance::BelowOne => ratio < 1.0,
        };
        let kept = frozen.unwrap_or(natural);
        let factor = self.control.factor.next(ratio, self.past, kept, self.first, self.after_rejection);
        self.proposed = self.rest.unwrap_or(self.step) * factor;
        self.after_rejection = !kept;
        if kept {
            let inverse = if ratio == 0.0 { 1.0 } else { (1.0 / ratio).min(self.control.factor.remembered_at_most) };
            self.past = [inverse, self.past[0]];
            self.first = false;
            self.next = self.within().end;
            self.time = self.arrival;
        }
        kept
    }

    /// The step as it is taken, where it arrives, and what a landing cut off.
    fn shortened(&self, proposed: f64) -> (f64, f64, Option<f64>) {
        let (time, end) = (self.time, self.end);
        let mut step = proposed;
        let mut arrival = time + step;
        if self.control.end == End::Clipped && arrival > end * (1.0 - SNAP) {
            step = end - time;
            arrival = end;
        }
        let landing = self.control.samples != SampleTimes::Interpolated;
        let Some(sample) = self.times.get(self.next).copied().filter(|_| landing) else { return (step, arrival, None) };
        if arrival <= sample {
            return (step, arrival, None);
        }
        let short = sample - time;
        let rest = (self.control.samples == SampleTimes::LandedKeepingRest).then_some(step - short);
        (short, sample, rest)
    }
}
