//! How far out a branch counts, and how large an error is still faithful.

use super::ambiguity::reachable_by_real_models;
use super::branches::Branches;
use super::verdict::{Judgement, REACH, TOLERANCE, verdict};
use serde::Serialize;

/// How far out a branch counts, and how large an error is still faithful; see [`verdict`](super::verdict()).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Limits {
    /// Branches other than the principal one count while |λ̂| ≤ reach·|λ|.
    pub reach: f64,
    /// The principal branch misses λ when |λ̂ − λ| > tolerance·|λ|.
    pub tolerance: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { reach: REACH, tolerance: TOLERANCE }
    }
}

impl Limits {
    /// The judgement of one mode's branches; of a lone real mode only real ones count.
    pub fn judge(self, found: &Branches, alone: bool) -> Judgement {
        if alone {
            verdict(&reachable_by_real_models(found), self.reach, self.tolerance)
        } else {
            verdict(found, self.reach, self.tolerance)
        }
    }
}
