//! Why a mode has no principal branch.

use num_complex::Complex;
use serde::Serialize;

/// Why the continuation from z = 0 along s ↦ e^{sHλ} names no finite branch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Undefined {
    /// The path meets a zero of R′: two branches meet there, and neither is the continuation.
    PathMeetsCriticalPoint {
        /// Where on the path, between 0 and 1.
        s: f64,
        /// The zero of R′.
        z: Complex<f64>,
    },
    /// The path is too long to follow.
    PathTooLong {
        /// How often e^{s·hλ} turns along it.
        turns: f64,
        /// By which power of e it grows or shrinks.
        growth: f64,
    },
    /// The path meets solutions that double-double precision does not separate.
    NotSeparated,
    /// The principal branch is complex, and the mode is a real one without a partner: no real model has it.
    ComplexForRealMode,
    /// The principal branch lies at infinity.
    AtInfinity,
}
