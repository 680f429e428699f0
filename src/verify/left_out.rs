//! What a report leaves out, and why.

use serde::Serialize;

/// A quantity that was not computed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// Its field.
    pub what: &'static str,
    /// Why.
    pub why: WhyLeftOut,
}

/// Why a quantity was not computed. As JSON `{"code": …, fields}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum WhyLeftOut {
    /// The exact decision was begun, and takes longer than some seconds.
    Slow,
    /// The decisions before it took what there is for a report.
    Spent,
    /// The work was ended before.
    Stopped,
    /// R has a higher degree than is decided.
    Degree {
        /// Its degree.
        found: usize,
        /// That which is decided.
        most: usize,
    },
    /// There are more stages than are decided.
    Stages {
        /// How many.
        found: usize,
        /// Those that are decided.
        most: usize,
    },
    /// By an estimate it would take too long.
    Costly {
        /// What.
        work: Work,
        /// Over which numbers.
        numbers: Numbers,
        /// How long about.
        minutes: f64,
    },
}

/// An exact computation. As JSON `{"kind": …, fields}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Work {
    /// R of a full matrix.
    StabilityFunction {
        /// Its stages.
        stages: usize,
    },
    /// A bisection by exact decisions.
    Decisions {
        /// About how many.
        count: usize,
        /// The degree of R.
        degree: usize,
    },
    /// The powers of A and the rows times them, as functions of r.
    RationalFunctions {
        /// How many.
        count: usize,
        /// Stages.
        stages: usize,
    },
}

/// The numbers that it is done with. As JSON `{"kind": …, fields}`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Numbers {
    /// Decimals of a hundred digits.
    Decimals,
    /// Rationals.
    Rationals {
        /// Their size.
        bits: f64,
    },
    /// Algebraic numbers.
    Field {
        /// The degree of their field.
        degree: usize,
        /// The size of their coefficients.
        bits: f64,
    },
}
