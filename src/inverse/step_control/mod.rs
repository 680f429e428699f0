//! What a training call under step control learns.
//!
//! A call multiplies a mode μ by F(μ) between two samples, so a model without loss has F(μ) = e^{Hλ}. Under step control the
//! steps depend on |μ|, on the batch and on the tolerances: F is not holomorphic, and it jumps where a step is rejected or not.
//!
//! | step | file |
//! | --- | --- |
//! | log(F(μ)e^{−Hλ}) with decisions free or frozen | `equation` |
//! | damped Newton's method in two real unknowns | `newton` |
//! | one Newton a decision pattern; roots whose natural pattern is another are kept as the two sides of a gap | `near` |
//! | aliases λ + 2πik/H, and roots where the error estimate is fooled | `search` |
//! | the proof that a ball holds exactly one solution: Krawczyk's test | `krawczyk` |
//! | all roots where the steps are constant | `constant_steps` |
//! | the decay that is learned as none: α* = −log\|F(iω)\|/H | `threshold` |
//! | the step that a long run settles on, and κ | `equilibrium` |
//! | whole trajectories: least squares and its loss floor | `trajectory` |
//! | how the data's own batch enters the norm; how a call is used | `observed_mode`, `usage` |
//! | what other batches would learn | `spread` |
//! | what single precision adds | `float32_rounding` |
//! | verdicts, what a user should know, and what to change, as facts | `assessment`, `concern`, `remedy` |

mod assessment;
mod concern;
mod constant_steps;
mod controlled_equation;
mod equilibrium;
mod float32_rounding;
mod found;
mod growth_threshold;
mod krawczyk;
mod near;
mod newton;
mod observed_mode;
mod remedy;
mod search;
mod spread;
mod usage;
mod whole_trajectory;

pub use assessment::{Assessment, assess, assess_apparent};
pub use concern::{Batches, Bounds, Concern, HiddenBy};
pub use controlled_equation::{ControlledEquation, EquationError};
pub use equilibrium::{StepEquilibrium, equilibrium, tolerance_artifact};
pub use float32_rounding::Rounding;
pub use found::{Completeness, Found, Solution, SolutionOrigin};
pub use growth_threshold::{Threshold, threshold};
pub use krawczyk::Unproven;
pub use near::{PatternGap, Root};
pub use observed_mode::ObservedMode;
pub use remedy::Advice;
pub use search::{Search, estimates, solutions};
pub use usage::Usage;
pub use whole_trajectory::{Minimum, least_squares, trajectory};
