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
//! | everything known of a scheme, its claims checked | `verify`, `claims`, `learning_report` |
//! | what an exact answer would cost, and so is left out | `exact_cost` |
//! | one property of a method, for filters | `properties` |
//! | adjoint, dual, reduced method, the inside of a step | `algebra` |
//! | which branch a learned eigenvalue sits on, and whether the data settle it | `checked_modes`, `settling` |
//! | a fit followed at h and h/100, and what it does to an invariant | `followed` |
//! | where the loss asks the field, beside the samples | `coverage` |
//! | whether a trained model is one in continuous time | `audit` |
//! | how many steps an audit or a repair takes | `effort` |
//! | a field known by its values only | `sampled_field` |
//! | the continuous-time model behind a trained one | `repair`; its ways `linear_repair` (`matrix_logarithm`), `series_repair`, `refit`; `turns`, `repair_notes` |

pub mod algebra;
pub mod ambiguity;
pub mod audit;
pub mod check;
mod checked_modes;
pub mod claims;
pub mod cost;
mod coverage;
pub mod drift;
mod effort;
mod exact_cost;
mod fitted_orbits;
mod followed;
pub mod learned_modes;
pub mod learning_report;
pub mod linear_repair;
pub mod matrix_logarithm;
pub mod properties;
pub mod recommendation;
mod refit;
pub mod repair;
pub mod repair_error;
mod repair_notes;
pub mod report;
pub mod sampled_field;
pub mod series_repair;
mod settling;
pub mod subject;
pub mod turns;
pub mod verify;

pub use algebra::Algebra;
pub use ambiguity::{reachable_by_real_models, without_aliases};
pub use audit::{Audit, AuditedMode, Nature, StepTest, audit};
pub use check::{Agreement, Check, CheckedFit, CheckedMode, Checker, Comparison, motion};
pub use claims::{CheckedClaim, Found};
pub use cost::{EVALUATIONS_PER_IMPLICIT_STAGE, evaluations};
pub use coverage::Coverage;
pub use drift::{Measure, Orbits, PredictedDrift, learned_expansion};
pub use followed::{Drift, Followed, Rollouts};
pub use learning_report::{LearningReport, SmallestSubsteps, SubstepsError, smallest_substeps};
pub use linear_repair::{LinearRepair, linear_repair};
pub use matrix_logarithm::principal_logarithm;
pub use properties::{PROPERTIES, has_property};
pub use recommendation::{AnyStep, Recommendation};
pub use repair::{AgainstMap, Repair, RepairReport, RolloutError, Way};
pub use repair_error::RepairError;
pub use report::{Limits, MethodReport, ModeReport, PredictError, Prediction, Report, default_methods};
pub use sampled_field::SampledField;
pub use series_repair::{SeriesRepair, TermSize, series_cost, series_repair};
pub use subject::Subject;
pub use turns::TurnDrift;
pub use verify::{LeftOut, Verification, verify, verify_with};
