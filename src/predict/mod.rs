//! Data or a system in, report out: the prediction, the recommendation, the comparison with fits, the repair; and what is known of a scheme.

pub mod claims;
pub mod verify;

pub use claims::{CheckedClaim, Found};
pub use verify::{Verification, verify, verify_with};
