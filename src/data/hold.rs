//! What an input does between two samples.

use serde::{Deserialize, Serialize};

/// What an input does between two samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hold {
    /// Keeps its value until the next sample (zero-order hold).
    #[default]
    Zero,
    /// Goes to the next value in a straight line (first-order hold).
    Linear,
}
