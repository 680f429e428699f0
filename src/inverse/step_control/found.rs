//! What a search finds: solutions, a gap, and whether there may be more.

use super::float32_rounding::Rounding;
use super::krawczyk::Unproven;
use super::near::PatternGap;
use crate::inverse::flags::Flag;
use num_complex::Complex;
use serde::Serialize;

/// How a solution is related to λ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SolutionOrigin {
    /// Reached from λ itself.
    Principal,
    /// Reached from λ + 2πik/H: the samples do not tell it from λ.
    Alias(i32),
    /// Any other: another root of a constant grid, or a mode so fast that the error estimate does not notice.
    Other,
}

/// Whether more solutions may exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Completeness {
    /// The steps are constant, F is a polynomial, and every root is enclosed.
    Certified,
    /// Found by starts near λ, its aliases and a grid; each may be certified, their list is not proven complete.
    FoundNotProvenComplete,
}

/// A λ̂ that the call can learn without loss.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Solution {
    /// λ̂.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// Hλ̂.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub z: Complex<f64>,
    /// How well λ̂ is known: an enclosure where `certified`, else an estimate from the residual and the rounding.
    pub radius: f64,
    /// Whether the ball of this radius about `lambda` is proven to hold exactly one solution: of the grid's polynomial where steps are constant,
    /// else of the loop in exact arithmetic, whose decisions are the same throughout the ball.
    pub certified: bool,
    /// Why it is found, and not proven; left out where it is certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unproven: Option<Unproven>,
    /// For a call in float32 what rounding adds; it is part of λ̂, and `radius` is then its spread.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
    /// |F(λ̂) − e^{Hλ}|, relative to e^{H Re λ}.
    pub residual: f64,
    /// How much further λ̂ moves than λ at most.
    pub condition: f64,
    /// Whether it is reached from λ.
    pub principal: bool,
    /// How it is related to λ.
    pub origin: SolutionOrigin,
    /// In which ways it differs from λ in kind.
    pub flags: Vec<Flag>,
    /// The sizes of the steps that are kept.
    pub steps: Vec<f64>,
    /// The number of rejected steps.
    pub rejected: usize,
    /// Calls of the field; null for implicit solvers.
    pub evaluations: Option<u64>,
}

/// What a call can learn from a mode.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// Solutions, nearest to λ first.
    pub solutions: Vec<Solution>,
    /// Where λ itself leads to no solution: the two roots between which a fit hovers.
    pub gap: Option<PatternGap>,
    /// Whether more may exist.
    pub completeness: Completeness,
}

impl Found {
    /// The solution reached from λ.
    pub fn principal(&self) -> Option<&Solution> {
        self.solutions.iter().find(|s| s.principal)
    }
}
