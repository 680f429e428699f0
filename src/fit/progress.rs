//! How an optimiser reports, is stopped, and ends.

use serde::{Deserialize, Serialize};
use std::ops::ControlFlow;

/// Where an optimiser is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Iterations done.
    pub iteration: usize,
    /// Iterations at most.
    pub of: usize,
    /// The loss at θ.
    pub loss: f64,
    /// θ.
    pub parameters: &'a [f64],
}

/// Called before the first iteration (which may then be long), after every iteration, and between the attempts of a long one;
/// `Break` stops the optimiser, which keeps what it has.
pub type Watch<'a> = dyn FnMut(Progress<'_>) -> ControlFlow<()> + 'a;

/// A watch that lets an optimiser run to its end.
pub fn unwatched(_: Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// Why an optimiser ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stop {
    /// The loss reached the target.
    Target,
    /// No step lowers the loss any more.
    Converged,
    /// The iterations are used up.
    Iterations,
    /// The loss left the finite numbers or grew a millionfold; the best parameters so far are kept.
    Diverged,
    /// The watch said so.
    Interrupted,
}

/// What an optimiser found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// The best θ.
    pub parameters: Vec<f64>,
    /// The loss there.
    pub loss: f64,
    /// Iterations made.
    pub iterations: usize,
    /// The loss after each iteration.
    pub history: Vec<f64>,
    /// Why it ended.
    pub stop: Stop,
    /// The last error at a point that was tried and left again (a step that Newton's method could not solve, a prediction that was
    /// not finite), in words; `None` where every point could be evaluated.
    pub trouble: Option<String>,
}
