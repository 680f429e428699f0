//! What a scheme does to ẋ = f(x): rooted trees, order conditions, modified and inverse modified equations.

pub(crate) mod assumptions;
mod certificate;
pub(crate) mod conditions;
pub(crate) mod coproduct;
pub(crate) mod differentials;
pub(crate) mod general_field;
pub(crate) mod invariant_drift;
pub(crate) mod levels;
pub(crate) mod linear_series;
pub(crate) mod modified;
pub(crate) mod modified_field;
pub(crate) mod multistep_series;
pub(crate) mod order_within;
pub(crate) mod prime_field;
mod rounded;
pub(crate) mod series;
mod tree_names;
pub(crate) mod trees;
pub(crate) mod weights;

pub use assumptions::SimplifyingAssumptions;
pub use conditions::{
    ConditionsTested, DEFAULT_CAP, FailingCondition, LARGEST_CAP, OrderReport, PrincipalError, failing_bush, order, order_up_to,
};
pub use coproduct::{Cut, Cuts};
pub use general_field::{Estimated, FlowMap, InverseModifiedField, inverse_modified_at, modified_at, step_logarithm};
pub use invariant_drift::{DriftError, Invariant, InvariantDrift, convergence, drift};
pub use levels::LevelSequences;
pub use linear_series::{Singularity, inverse_linear_radius, inverse_linear_series, modified_linear_radius, modified_linear_series};
pub use modified::{LARGEST_POWER, inverse_modified_equation, modified_equation};
pub use modified_field::{FieldExpansion, ModifiedReport, ModifiedTerm};
pub use multistep_series::{LARGEST_MULTISTEP_POWER, multistep_series};
pub use order_within::{OrderWithin, multistep_order_within, order_within};
pub use series::{FieldSeries, LARGEST_SERIES, MapSeries, SeriesTable};
pub use trees::{LARGEST_ORDER, Tree, Trees};
pub use weights::{elementary_weight, elementary_weights};

use thiserror::Error;

/// What cannot be asked of this module.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum OrderError {
    /// An order of nothing, or one whose cost is out of reach.
    #[error("{what} {order}: 1 to {largest} can be had, {order} would take {trees:.2e} rooted trees")]
    TooLarge {
        /// What was asked for.
        what: &'static str,
        /// The number asked for.
        order: usize,
        /// The largest that can be had.
        largest: usize,
        /// How many trees it would take.
        trees: f64,
    },
    /// A series beyond what is computed.
    #[error("{what} {order}: 0 to {largest} can be had")]
    TooLong {
        /// What was asked for.
        what: &'static str,
        /// The number asked for.
        order: usize,
        /// The largest that can be had.
        largest: usize,
    },
    /// A field whose polynomials grow too large.
    #[error(
        "fields learned through the power of h {power}: 0 to {largest} can be had, {power} would take polynomials of degree {degree} with up to {terms:.1e} \
         terms a component"
    )]
    TooWide {
        /// The power asked for.
        power: usize,
        /// The largest that can be had.
        largest: usize,
        /// The degree of its polynomials.
        degree: usize,
        /// Their number of terms at most.
        terms: f64,
    },
    /// A computation that was told to stop.
    #[error("stopped before it was done")]
    Stopped,
    /// The method follows another field than f even as h → 0.
    #[error("{method} is not consistent, so it has no modified equation: {why}")]
    Inconsistent {
        /// The method's name.
        method: String,
        /// What does not hold.
        why: String,
    },
}

impl OrderError {
    /// `what`, such as "trees of order", asked for too large an `order`; `vertices` more are in its largest trees.
    fn too_large(what: &'static str, order: usize, largest: usize, vertices: usize) -> Self {
        Self::TooLarge { what, order, largest, trees: tree_count(order.saturating_add(vertices)) }
    }
}

/// How many rooted trees have at most `n` vertices, by `n t_(n+1) = Σ_k (Σ_{d|k} d t_d) t_(n+1−k)` (Otter 1948); infinite beyond doubles.
fn tree_count(n: usize) -> f64 {
    if n > 600 {
        return f64::INFINITY;
    }
    let mut counts = vec![0.0, 1.0];
    let mut divided = vec![0.0];
    for m in 1..n {
        divided.push((1..=m).filter(|&d| m.is_multiple_of(d)).map(|d| d as f64 * counts[d]).sum::<f64>());
        counts.push((1..=m).map(|k| divided[k] * counts[m + 1 - k]).sum::<f64>() / m as f64);
    }
    counts[..=n].iter().sum()
}
