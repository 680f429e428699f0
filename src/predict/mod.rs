//! Truth and loop in, report out: what a fit through each method learns, and what to do instead.
//!
//! | question | where |
//! | --- | --- |
//! | which modes are to be learned, and from where they are known | `subject`; with what the loss learns of its samples, `seen_by_loss` |
//! | what the loss makes of noisy samples, the integrator apart | `through_loss`, of each mode `loss_mode`, by `best_map`, of pairs by `affine_map`; at uneven times by `uneven_map`, of a nonlinear field by `noisy_field` |
//! | what is learned of a part of the state, alone and with delayed copies | `part_of_state` |
//! | whether noise matters where nobody follows it | `unfollowed_noise` |
//! | the modes that noisy samples show a method | `noisy_modes` |
//! | what uneven times teach: intervals, weights, minima | `uneven_times` |
//! | what a sample costs through a method | `cost` |
//! | which methods are looked at where none is named | `compared_methods` |
//! | the flow, from the modes to the report | `predicted`; what it holds, `report` |
//! | what libraries' training calls make of them | `calls`; of all modes in one norm, `call_batch` |
//! | what regressions on derivatives make of them | `regression_report` |
//! | what becomes of a limit cycle: period, amplitude, Floquet multiplier | `learned_cycle` |
//! | what a loop learns of held inputs, B̂ = ÂA⁻¹B | `learned_inputs`; of straight ones, by the least loss, `straight_inputs` |
//! | what becomes of orbits: drift, period, amplitude | `drift`; of samples, `fitted_orbits`; exactly, `linear_orbits`; whether the samples settle the field around them, `open_field` |
//! | whether orbits are followed faithfully over the horizon | `learned_orbits` |
//! | what a report has beside its methods: orbits, training calls, regressions | `laid_beside` |
//! | which method to take instead | `recommendation` |

mod affine_map;
mod best_map;
mod call_batch;
pub(crate) mod calls;
mod compared_methods;
pub(crate) mod cost;
pub(crate) mod drift;
mod first_order_orbits;
mod fitted_orbits;
mod laid_beside;
mod learned_cycle;
mod learned_inputs;
mod learned_orbits;
mod linear_orbits;
mod loss_mode;
mod nearest;
mod noisy_field;
mod noisy_modes;
mod open_field;
mod part_of_state;
mod predict_error;
mod predicted;
pub(crate) mod recommendation;
mod regression_report;
pub(crate) mod report;
mod sampled_run;
mod seen_by_loss;
mod straight_inputs;
pub(crate) mod subject;
mod through_loss;
mod uneven_map;
mod uneven_times;
mod unfollowed_noise;

pub use calls::{CallMode, CallReport, default_calls};
pub use compared_methods::compared_methods;
pub use cost::{EVALUATIONS_PER_IMPLICIT_STAGE, evaluations};
pub use drift::{LinearPart, Measure, NoOrbit, Orbits, PredictedDrift, learned_expansion};
pub use laid_beside::Beside;
pub use learned_cycle::LearnedCycle;
pub use learned_inputs::LearnedInputs;
pub use learned_orbits::OrbitReport;
pub use loss_mode::{LossMode, OtherLoss};
pub use predict_error::PredictError;
pub use predicted::Prediction;
pub use recommendation::{Among, AnyStep, LearnedMode, OrbitChange, Recommendation, Why};
pub use regression_report::{RegressionMode, RegressionReport};
pub use report::{MethodReport, ModeReport, Report};
pub use straight_inputs::StraightInputs;
pub use subject::{Origin, Subject};
pub use through_loss::ThroughLoss;
pub use uneven_times::UnevenTimes;
