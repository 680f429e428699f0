//! Why nothing is enclosed.

use serde::Serialize;
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
