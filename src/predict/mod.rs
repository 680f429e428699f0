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
//! | whether a trained model is one in continuous time | `audit` |
//! | the continuous-time model behind a trained one | `repair`, `matrix_logarithm`, `series_repair` |

pub mod ambiguity;
pub mod audit;
pub mod check;
pub mod claims;
pub mod cost;
pub mod learned_modes;
pub mod matrix_logarithm;
pub mod recommendation;
pub mod repair;
pub mod report;
pub mod series_repair;
pub mod subject;
pub mod verify;

pub use ambiguity::{reachable_by_real_models, without_aliases};
pub use audit::{Audit, AuditedMode, Nature, StepTest, audit};
pub use check::{Agreement, Check, CheckedFit, CheckedMode, Checker, Drift, motion};
pub use claims::{CheckedClaim, Found};
pub use cost::{EVALUATIONS_PER_IMPLICIT_STAGE, evaluations};
pub use matrix_logarithm::principal_logarithm;
pub use recommendation::{AnyStep, Recommendation};
pub use repair::{LinearRepair, Repair, RepairError, RepairReport, RolloutError, Way, linear_repair};
pub use report::{Limits, MethodReport, ModeReport, PredictError, Prediction, Report, default_methods};
pub use series_repair::{SeriesRepair, TermSize, series_repair};
pub use subject::Subject;
pub use verify::{LeftOut, Verification, verify, verify_with};
