//! Data or a system in, report out: the prediction, the recommendation, the comparison with fits, the repair; and what is known of a scheme.
//!
//! | question | where |
//! | --- | --- |
//! | which modes are to be learned, and from where they are known | `subject` |
//! | which branches are no fault of the method | `ambiguity` |
//! | what a sample costs through a method | `cost` |
//! | every method asked for, mode by mode | `report` |
//! | what becomes of orbits: drift, period, amplitude | `drift`, `fitted_orbits` |
//! | which method to take instead | `recommendation` |
//! | the prediction beside real fits | `check` |
//! | everything known of a scheme, its claims checked | `verify`, `claims` |
//! | whether a trained model is one in continuous time | `audit` |
//! | a field known by its values only | `sampled_field` |
//! | the continuous-time model behind a trained one | `repair`; its ways `linear_repair` (`matrix_logarithm`), `series_repair`, `refit`; `turns`, `repair_notes` |

pub mod ambiguity;
pub mod audit;
pub mod check;
pub mod claims;
pub mod cost;
pub mod drift;
mod fitted_orbits;
pub mod learned_modes;
pub mod linear_repair;
pub mod matrix_logarithm;
pub mod recommendation;
mod refit;
pub mod repair;
pub mod repair_error;
mod repair_notes;
pub mod report;
pub mod sampled_field;
pub mod series_repair;
pub mod subject;
pub mod turns;
pub mod verify;

pub use ambiguity::{reachable_by_real_models, without_aliases};
pub use audit::{Audit, AuditedMode, Nature, StepTest, audit};
pub use check::{Agreement, Check, CheckedFit, CheckedMode, Checker, Drift, motion};
pub use claims::{CheckedClaim, Found};
pub use cost::{EVALUATIONS_PER_IMPLICIT_STAGE, evaluations};
pub use drift::{Measure, Orbits, PredictedDrift, learned_expansion};
pub use linear_repair::{LinearRepair, linear_repair};
pub use matrix_logarithm::principal_logarithm;
pub use recommendation::{AnyStep, Recommendation};
pub use repair::{AgainstMap, Repair, RepairReport, RolloutError, Way};
pub use repair_error::RepairError;
pub use report::{Limits, MethodReport, ModeReport, PredictError, Prediction, Report, default_methods};
pub use sampled_field::SampledField;
pub use series_repair::{SeriesRepair, TermSize, series_cost, series_repair};
pub use subject::Subject;
pub use turns::TurnDrift;
pub use verify::{Verification, verify, verify_with};
