//! rtol and atol.

use serde::Serialize;

/// Relative and absolute tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Tolerances {
    /// Relative tolerance (rtol).
    pub relative: f64,
    /// Absolute tolerance (atol), in the unit of the state.
    pub absolute: f64,
}
