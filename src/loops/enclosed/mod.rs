//! A call over a whole box of modes: y(t)/y(0) and its slopes, enclosed.
//!
//! The loop is that of [`adaptive`](super::adaptive) or of a [`grid`](super::grid), in exact arithmetic with the library's coefficients and exponents as the doubles
//! that they are. Every decision (a step kept or not, a sample reached or not, a step clipped) must be the same over the whole box,
//! or nothing is enclosed; the decisions to keep or reject are those of a pattern, and are proved.

mod complex_jet;
mod course;
mod enclosed_call;
mod enclosed_pair;
mod not_enclosed;
mod scaled;
mod step_polynomials;

pub(crate) use complex_jet::ComplexJet;
pub(crate) use enclosed_call::EnclosedCall;
pub use not_enclosed::NotEnclosed;
