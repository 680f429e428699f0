//! Truth and loop in, report out: what a fit through each method learns, and what to do instead.
//!
//! | question | where |
//! | --- | --- |
//! | which modes are to be learned, and from where they are known | `subject` |
//! | what a sample costs through a method | `cost` |
//! | every method asked for, mode by mode | `report` |
//! | what libraries' training calls make of them | `calls` |
//! | what becomes of orbits: drift, period, amplitude | `drift`; of samples, `fitted_orbits`; exactly, `linear_orbits`; whether the samples settle the field around them, `open_field` |
//! | whether orbits are followed faithfully over the horizon | `learned_orbits` |
//! | which method to take instead | `recommendation` |

pub mod calls;
pub mod cost;
pub mod drift;
mod fitted_orbits;
mod learned_orbits;
mod linear_orbits;
mod open_field;
pub mod recommendation;
pub mod report;
pub mod subject;

pub use calls::{CallMode, CallReport, default_calls};
pub use cost::{EVALUATIONS_PER_IMPLICIT_STAGE, evaluations};
pub use drift::{Measure, NoOrbit, Orbits, PredictedDrift, learned_expansion};
pub use learned_orbits::OrbitReport;
pub use recommendation::{Among, AnyStep, LearnedMode, OrbitChange, Recommendation, Why};
pub use report::{MethodReport, ModeReport, PredictError, Prediction, Report, default_methods};
pub use subject::{Origin, Subject};
