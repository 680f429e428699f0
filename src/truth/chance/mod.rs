//! What chance makes of sums, residuals and singular values, and how much work a search may do.
//!
//! | question | where |
//! | --- | --- |
//! | how large a sum of squares chance makes | `chi_square` |
//! | whether residuals are noise | `whiteness` |
//! | how many directions of noisy data are signal | `rank` |
//! | work that is counted, not timed | `bounded_work` |

pub(super) mod bounded_work;
pub(super) mod chi_square;
pub(super) mod rank;
pub(super) mod whiteness;
