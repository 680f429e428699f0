//! The prediction beside real fits.
//!
//! | question | where |
//! | --- | --- |
//! | the fits of all methods, from beginning to end | `trials` |
//! | when a fit counts | `agreement` |
//! | the fits beside the prediction, and whether they agree | `comparison` |
//! | which branch a learned eigenvalue sits on, and whether the data settle it | `checked_modes`, `learned_uncertainty` |
//! | a fit followed at h and h/100, and what it does to an invariant | `followed` |
//! | a library's call on the data's own batch, beside fits through its own steps | `called_check` |
//! | where the loss asks the field, beside the samples | `coverage` |
//! | which class to fit where nobody names one, and the modes its fits are laid beside | `suited_model` |

mod agreement;
mod called_check;
mod checked_modes;
pub(crate) mod comparison;
mod coverage;
mod followed;
mod learned_uncertainty;
mod suited_model;
mod trials;

pub use agreement::Agreement;
pub use called_check::{CalledCheck, CalledFit, CalledMode, CalledTraining, Landed, expected};
pub use comparison::{Check, CheckedFit, CheckedMode, Checker, Comparison, Ended, noise_floor, was_interrupted};
pub use coverage::Coverage;
pub use followed::{Followed, LearnedDrift, Rollouts};
pub use suited_model::{beside_fits, suited_model};
pub use trials::Trials;
