//! Trained models: audited, and turned back into the continuous-time models behind them.
//!
//! | question | where |
//! | --- | --- |
//! | whether a trained model is one in continuous time | `audit` |
//! | the same where it was trained through a library's own steps | `audit_call`, `repair_call` |
//! | the continuous-time model behind it | `repaired`; its ways `linear_repair` (`matrix_logarithm`), `series_repair`, `refit`; `turns` |
//! | what a repair did, and how it is judged | `repair_report`, `repair_notes`; `judged` |
//! | where a model stands still, and its modes there | `learned_modes` |
//! | its equilibria beside those of the true field | `beside_truth` |
//! | a field known by its values only | `sampled_field` |
//! | how many steps an audit or a repair takes | `bearable` |
//! | the field in continuous time that an audit lays rollouts beside | `reference` |

pub(crate) mod audit;
mod audit_call;
mod bearable;
mod beside_truth;
mod judged;
pub(crate) mod learned_modes;
pub(crate) mod linear_repair;
pub(crate) mod matrix_logarithm;
mod reference;
mod refit;
mod repair_call;
mod repair_error;
mod repair_notes;
mod repair_report;
pub(crate) mod repaired;
pub(crate) mod sampled_field;
pub(crate) mod series_repair;
pub(crate) mod turns;

pub use audit::{Audit, AuditNote, AuditedMode, HORIZON, Hidden, Horizon, Nature, STEP_TOLERANCE, StepTest, audit};
pub use audit_call::audit_call;
pub use beside_truth::{EquilibriaBeside, equilibria_beside};
pub use linear_repair::{LinearRepair, linear_repair};
pub use matrix_logarithm::principal_logarithm;
pub use repair_error::RepairError;
pub use repair_notes::RepairNote;
pub use repair_report::{AgainstMap, FieldModes, RepairReport, RolloutError, Way};
pub use repaired::Repair;
pub use sampled_field::SampledField;
pub use series_repair::{SeriesRepair, TermSize, series_cost, series_repair};
pub use turns::{TurnDrift, turn_drifts};
