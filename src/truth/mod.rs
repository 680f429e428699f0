//! What the samples determine: modes with uncertainties, and which of them are settled.
//!
//! | question | where |
//! | --- | --- |
//! | all of it in one call | `examination`, which gives an `Examination` |
//! | rows as estimators see them | `samples/` |
//! | what chance makes | `chance/` |
//! | a sum of exponentials at any times | `exponential_sums/` |
//! | which sum explains the samples, and whose modes it has | `linear/` |
//! | many or dependent columns | `columns/` |
//! | a polynomial field through its own converged flow | `flow/` |
//! | which field explains the samples, and where it leads | `nonlinear/` |
//! | the map from one row to the next, a second opinion | `map/` |
//! | known inputs | `inputs/` |
//! | the object in the data, and what is not settled | `finding` |
//! | whether the motion ends at rest, which equilibria the samples support | `at_rest`, `open_equilibria`; only rises or falls to it, `levels_off`; falls towards zero, `falls_to_zero` |
//! | which gaps begin new runs | `forgotten_gaps` |
//! | what limits the figures | `caveat` |
//!
//! No ODE integrator that is on trial takes part: the modes found here are the reference that a fit through an integrator is compared with.

mod at_rest;
mod caveat;
mod chance;
mod columns;
mod examination;
mod examined;
mod exponential_sums;
mod falls_to_zero;
mod finding;
mod flow;
mod forgotten_gaps;
mod inputs;
mod levels_off;
mod linear;
mod map;
mod nonlinear;
mod open_equilibria;
mod samples;

pub use caveat::{Caveat, DelayedCopies};
pub use examination::{examine, examine_until};
pub use examined::Examination;
pub use finding::{Because, Finding, Motion};
pub use inputs::between::Between;
pub use inputs::examined_inputs::NEARLY_EVEN;
pub use inputs::state_space::StateSpace;
pub(crate) use inputs::state_space::by_rows;
pub use map::discrete_map::{Coordinates, DiscreteMap};
pub use map::fixed_points::MARGIN;
pub use map::modes::{Mode, Modes, ModesError, ModesOptions, find_modes};
pub use map::regression::{DegreeScore, HIGHEST_AUTOMATIC_DEGREE, MOST_COEFFICIENTS};
pub use nonlinear::fitted_field::FittedField;
