//! Why a model cannot be repaired or audited.

use crate::exact::EigenvaluesError;
use crate::fit::FitError;
use crate::inverse::BranchError;
use crate::method::{SamplingError, catalog::CatalogError};
use crate::order::OrderError;
use num_complex::Complex;
use thiserror::Error;

/// Why a model cannot be repaired or audited.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RepairError {
    /// A multistep method.
    #[error(
        "the model was trained through the multistep method {method}, which makes no map from one state to the next; this is for one-step \
         methods (the inverse modified equation of {method} says what multistep training learns)"
    )]
    Multistep {
        /// The method.
        method: String,
    },
    /// No real logarithm.
    #[error(
        "the map that the model was trained as has the eigenvalue {multiplier:.6e} (from the real λ̂ = {learned}), and no real continuous-time \
         model has a multiplier that is zero, or negative and without a partner; sample at a shorter interval than {interval} and train again"
    )]
    NoLogarithm {
        /// λ̂.
        learned: Complex<f64>,
        /// Re R(hλ̂)^m.
        multiplier: f64,
        /// H.
        interval: f64,
    },
    /// The logarithm cannot be computed.
    #[error("the logarithm of the map's matrix is too badly conditioned for double precision")]
    Conditioned,
    /// A pair on the negative axis beside repeated eigenvalues.
    #[error(
        "the pair λ̂ = {learned} turns by half a turn each interval ({interval}), and a further eigenvalue is repeated, so that its logarithm \
         cannot be singled out; sample at a shorter interval and train again"
    )]
    HalfTurn {
        /// λ̂.
        learned: Complex<f64>,
        /// H.
        interval: f64,
    },
    /// More steps than anyone waits for.
    #[error(
        "with {substeps} substeps an interval this takes {steps:.1e} steps one after another, {hours:.1} hours or more, and at most {most:.0e} are taken; \
         look whether `substeps` is that of the training{advice}"
    )]
    Long {
        /// m.
        substeps: u32,
        /// Steps in all.
        steps: f64,
        /// The limit.
        most: f64,
        /// How long that takes at least.
        hours: f64,
        /// What else to do.
        advice: &'static str,
    },
    /// A refit that does not fit into memory.
    #[error(
        "a refit with {steps} steps an interval would need {needed} of memory, {limit} is the limit; give fewer samples, or choose another way"
    )]
    Memory {
        /// Its steps an interval.
        steps: u32,
        /// How much, in words.
        needed: String,
        /// The limit, in words.
        limit: String,
    },
    /// Ctrl-C.
    #[error("interrupted; nothing is written")]
    Interrupted,
    /// A field's samples that do not fit together.
    #[error("{0}")]
    Samples(String),
    /// A linear way for a model that is not linear.
    #[error("the way `exact-linear` is for linear and affine models, this one is {class}")]
    NotLinear {
        /// The class.
        class: String,
    },
    /// A series for a model that is no polynomial.
    #[error("the way `series` is for polynomial models; choose the way `refit`")]
    NotPolynomial,
    /// A polynomial of too many variables.
    #[error("a series is computed for at most 16 variables, the model has {found}; choose the way `refit`")]
    Variables {
        /// d.
        found: usize,
    },
    /// A degree that grows too large.
    #[error("the series of a polynomial of degree {degree} would pass degree 64 with its first term; choose the way `refit`")]
    Degree {
        /// The degree.
        degree: usize,
    },
    /// A series of no use at this step.
    #[error(
        "the series does not converge at this step: its first correction, h^{power} f_{power}, is the smallest of its {count} terms ({size:.2e}); choose the way `refit`"
    )]
    Diverges {
        /// The first power with a term.
        power: usize,
        /// The size of that term.
        size: f64,
        /// How many terms that are not zero were computed.
        count: usize,
    },
    /// A call whose model is already one in continuous time.
    #[error(
        "nothing to repair: through {call} the trained map is the field's own flow to {distance:.1e} of its motion over a call; the model is a field in continuous time"
    )]
    Faithful {
        /// The call.
        call: String,
        /// The distance relative to the motion.
        distance: f64,
    },
    /// A refit that would spoil the model.
    #[error(
        "not repaired: a refit comes no nearer to the map that was learned through {call} ({before:.2e} before, {after:.2e} after); train again at a tighter tolerance or a shorter step"
    )]
    NoBetter {
        /// The call.
        call: String,
        /// The distance before.
        before: f64,
        /// And after.
        after: f64,
    },
    /// A way that needs a map of equal steps.
    #[error("a model that was trained through {call} is repaired by a refit only: the call takes no equal steps that a formula could undo")]
    WayForCall {
        /// The call.
        call: String,
    },
    /// A refit without data.
    #[error("a refit needs the states that the model was trained on ({source_name}); give these data")]
    NoStates {
        /// What the file calls its data.
        source_name: String,
    },
    /// From the other rooms.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// From the other rooms.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// From the other rooms.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// From the other rooms.
    #[error(transparent)]
    Eigenvalues(#[from] EigenvaluesError),
    /// From the other rooms.
    #[error(transparent)]
    Branches(#[from] BranchError),
    /// From the other rooms.
    #[error(transparent)]
    Order(#[from] OrderError),
}
