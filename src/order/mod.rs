//! What a scheme does to ẋ = f(x): rooted trees, order conditions, modified and inverse modified equations.

pub mod assumptions;
mod certificate;
pub mod conditions;
pub mod levels;
pub mod prime_field;
mod rounded;
pub mod trees;
pub mod weights;

pub use assumptions::SimplifyingAssumptions;
pub use conditions::{DEFAULT_CAP, FailingCondition, LARGEST_CAP, OrderReport, PrincipalError, Progress, order, order_up_to};
pub use levels::LevelSequences;
pub use trees::{LARGEST_ORDER, Tree, Trees};
pub use weights::{elementary_weight, elementary_weights};

use thiserror::Error;

/// What cannot be asked of this room.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum OrderError {
    /// An order of nothing, or one whose cost is out of reach.
    #[error("{what} of order {order}: orders 1 to {largest} can be computed (the number of trees grows 2.96-fold with each)")]
    TooLarge {
        /// What was asked for.
        what: &'static str,
        /// The order asked for.
        order: usize,
        /// The largest that can be had.
        largest: usize,
    },
}
