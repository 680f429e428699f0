//! What a loop learns: all branches of `R(hλ̂)^m = e^{Hλ}`, basins, verdicts.

pub mod ambiguity;
pub mod artifact_boundary;
pub mod basins;
pub mod batch;
pub mod branches;
mod continuation;
pub mod equation;
mod expansion;
mod factor;
pub mod flags;
mod limits;
pub mod matrices;
pub mod multistep;
mod one_step;
pub mod parasites;
mod pencil;
pub mod step_control;
mod undefined;
pub mod verdict;

pub use ambiguity::{reachable_by_real_models, without_aliases};
pub use artifact_boundary::{ArtifactBoundary, Crossing, artifact_boundary};
pub use basins::{BasinError, Basins, Descent, Shares};
pub use batch::{Batch, BatchArrays};
pub use branches::{Branch, BranchError, Branches, Principal, branches};
pub use equation::LearningEquation;
pub use flags::Flag;
pub use limits::Limits;
pub use matrices::{Eigenvalue, MatrixError, RealChoices, eigenvalues, real_choices};
pub use parasites::{ParasiticGrowth, parasitic_growth};
pub use undefined::Undefined;
pub use verdict::{Growth, Judgement, Reason, Verdict, verdict, worst};
