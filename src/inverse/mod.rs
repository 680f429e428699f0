//! What a loop learns: all branches of `R(hλ̂)^m = e^{Hλ}`, basins, verdicts.

pub mod branches;
mod continuation;
pub mod equation;
mod factor;
pub mod flags;
pub mod multistep;
mod one_step;
mod pencil;

pub use branches::{Branch, BranchError, Branches, Principal, branches};
pub use equation::LearningEquation;
pub use flags::Flag;
