//! What a call did on a mode, attempt by attempt.

use num_complex::Complex;
use serde::Serialize;
use thiserror::Error;

/// Why a call cannot be followed to its end.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum FollowError {
    /// A tolerance of zero meets a component that is zero.
    #[error(
        "atol = 0 and a component of the state that is exactly 0: its scaled error is 0/0 (torchdiffeq stops with “underflow in dt 0.0”); give a small atol"
    )]
    ZeroScale,
    /// The batch is empty or not finite.
    #[error("the batch of starts is empty, or one of them is not a finite number")]
    Batch,
    /// The step size fell below the spacing of doubles.
    #[error("the step size falls below the rounding of the time near t = {time}: the tolerance is too tight for double precision")]
    Underflow {
        /// Where.
        time: f64,
    },
    /// The mode grew beyond the doubles, or the error is not a number.
    #[error("the solution is no longer a finite number near t = {time}")]
    NotFinite {
        /// Where.
        time: f64,
    },
    /// More steps than anybody takes between two samples.
    #[error("more than {limit} steps are needed; the tolerance is too tight, or the mode too fast for the interval")]
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The sample times are not increasing, positive and finite.
    #[error("sample times must be positive, finite and increasing")]
    Times,
}

/// One attempted step.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Attempt {
    /// Where it starts.
    pub time: f64,
    /// Its size h.
    pub step: f64,
    /// The scaled error; the step is kept where it is at most 1. `None` for a constant step.
    pub ratio: Option<f64>,
    /// Whether it was kept.
    pub kept: bool,
    /// What else a loop decided that solves an equation in each step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
}

/// Decisions of a loop that solves an equation in each step: F jumps with them as it does with a rejection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Choice {
    /// Iterations until the solver was content; 0 where it gave up.
    pub iterations: u8,
    /// Whether the old factors failed and new ones were made.
    pub refactored: bool,
    /// Whether the next step is held as long as this one, its factors kept.
    pub held: bool,
}

/// What a loop decided, attempt by attempt, counted from 0. Everything else of it depends continuously on the mode.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Pattern {
    /// The rejected attempts, in increasing order.
    pub rejected: Vec<usize>,
    /// The further decisions of each attempt, where the loop solves an equation in each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

impl Pattern {
    /// Whether this attempt is kept.
    pub fn keeps(&self, attempt: usize) -> bool {
        self.rejected.binary_search(&attempt).is_err()
    }

    /// The pattern that differs in one attempt and rejects nothing after it.
    pub fn flipped(&self, attempt: usize) -> Self {
        let mut rejected: Vec<usize> = self.rejected.iter().copied().filter(|k| *k < attempt).collect();
        if self.keeps(attempt) {
            rejected.push(attempt);
        }
        // What follows another decision is decided anew.
        Self { rejected, choices: self.choices.iter().copied().take(attempt).collect() }
    }
}

/// The course of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Trace {
    /// Every attempt, in order.
    pub attempts: Vec<Attempt>,
    /// y(t)/y(0) as the call returns it, a sample time each.
    #[serde(skip)]
    pub multipliers: Vec<Complex<f64>>,
    /// The place of each sample in the step that yields it, from 0 to 1; 1 where the call lands on it.
    pub places: Vec<f64>,
    /// Calls of the field; `None` for implicit solvers, where it depends on the equation solver.
    pub evaluations: Option<u64>,
}

impl Trace {
    /// Empties it, keeping its memory.
    pub(crate) fn clear(&mut self) {
        self.attempts.clear();
        self.multipliers.clear();
        self.places.clear();
        self.evaluations = Some(0);
    }

    /// The number of steps that were kept.
    pub fn accepted(&self) -> usize {
        self.attempts.iter().filter(|a| a.kept).count()
    }

    /// The number of steps that were rejected.
    pub fn rejected(&self) -> usize {
        self.attempts.iter().filter(|a| !a.kept).count()
    }

    /// The sizes of the steps that were kept.
    pub fn steps(&self) -> Vec<f64> {
        self.attempts.iter().filter(|a| a.kept).map(|a| a.step).collect()
    }

    /// Which attempts were rejected.
    pub fn pattern(&self) -> Pattern {
        Pattern {
            rejected: self.attempts.iter().enumerate().filter(|(_, a)| !a.kept).map(|(k, _)| k).collect(),
            choices: self.attempts.iter().map_while(|a| a.choice).collect(),
        }
    }
}
