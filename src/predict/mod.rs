//! Data or a system in, report out: the prediction, the recommendation, the comparison with fits, the repair; and what is known of a scheme.
//!
//! | question | where |
//! | --- | --- |
//! | which modes are to be learned, and from where they are known | `subject` |
//! | which branches are no fault of the method | `ambiguity` |
//! | what a sample costs through a method | `cost` |
//! | every method asked for, mode by mode | `report` |
//! | which method to take instead | `recommendation` |
//! | the prediction beside real fits | `check` |
//! | everything known of a scheme, its claims checked | `verify`, `claims` |

pub mod ambiguity;
pub mod check;
pub mod claims;
pub mod cost;
pub mod recommendation;
pub mod report;
pub mod subject;
pub mod verify;

pub use ambiguity::{reachable_by_real_models, without_aliases};
pub use check::{Agreement, Check, CheckedFit, CheckedMode, Checker, Drift, motion};
pub use claims::{CheckedClaim, Found};
pub use cost::{EVALUATIONS_PER_IMPLICIT_STAGE, evaluations};
pub use recommendation::{AnyStep, Recommendation};
pub use report::{Limits, MethodReport, ModeReport, PredictError, Prediction, Report, default_methods};
pub use subject::Subject;
pub use verify::{Verification, verify, verify_with};
