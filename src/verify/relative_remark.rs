//! What is to be said of a method that belongs to another: of what it is made, or why there is none.

use crate::method::algebra::DualError;
use crate::stability::{Reduction, ShuOsherError};
use serde::Serialize;

/// A remark on the dual, the adjoint, the reduced method or the Shu–Osher form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum RelativeRemark {
    /// The dual is that of the reduced method: the method itself has a weight that is zero.
    OfReduced,
    /// The step needs every stage, and no two are equal.
    Irreducible,
    /// Stages are superfluous.
    StagesReduced {
        /// Those that the step does not use, counted from one.
        unused: Vec<usize>,
        /// Groups that are always equal.
        merged: Vec<Vec<usize>>,
    },
    /// The zeros that ρ and σ have in common.
    SharedZeros {
        /// Their number; 0 where the pair is irreducible.
        count: usize,
    },
    /// The formula of the dual divides by every weight.
    ZeroWeight {
        /// The stage whose weight is zero, counted from one.
        stage: usize,
    },
    /// α₀ = 0: a step back cannot be solved for the oldest value.
    OldestValueUnused,
    /// Duals and Shu–Osher forms belong to Runge–Kutta methods.
    NeedsTableau,
    /// The SSP coefficient is zero.
    ZeroSsp,
    /// The SSP coefficient is infinite.
    InfiniteSsp,
    /// I + rK has no inverse at r = the SSP coefficient.
    SingularForm,
}

impl From<&Reduction> for RelativeRemark {
    fn from(reduction: &Reduction) -> Self {
        let unused = if reduction.is_dj_irreducible() { Vec::new() } else { reduction.unused.clone() };
        if unused.is_empty() && reduction.equal.is_empty() {
            Self::Irreducible
        } else {
            Self::StagesReduced { unused, merged: reduction.equal.clone() }
        }
    }
}

impl From<DualError> for RelativeRemark {
    fn from(error: DualError) -> Self {
        let DualError::ZeroWeight { stage } = error;
        Self::ZeroWeight { stage }
    }
}

impl From<ShuOsherError> for RelativeRemark {
    fn from(error: ShuOsherError) -> Self {
        match error {
            ShuOsherError::Zero => Self::ZeroSsp,
            ShuOsherError::Infinite => Self::InfiniteSsp,
            ShuOsherError::Singular => Self::SingularForm,
        }
    }
}
