//! What the samples determine: the modes of their discrete map, with uncertainties.
//!
//! | question | where |
//! | --- | --- |
//! | the map from one sample to the next, as a polynomial | `discrete_map` |
//! | its coefficients and its degree from samples | `regression` |
//! | the same when the samples are noisy | `observer` |
//! | where the map stands still, and its eigenvalues there | `fixed_points` |
//! | how far to trust them | `bootstrap` |
//! | all of it in one call | `modes` |
//! | the object in the data, and what is not settled | `finding` |
//! | what limits the figures | `caveat` |
//!
//! No ODE integrator takes part: the modes found here are the reference that a fit through an integrator is compared with.

mod bootstrap;
mod caveat;
pub mod discrete_map;
mod finding;
mod fixed_points;
pub mod modes;
mod observer;
pub mod regression;

pub use caveat::Caveat;
pub use discrete_map::{Coordinates, DiscreteMap};
pub use finding::{Because, Finding, Motion};
pub use fixed_points::MARGIN;
pub use modes::{Mode, Modes, ModesError, ModesOptions, find_modes};
pub use regression::{DegreeScore, HIGHEST_AUTOMATIC_DEGREE, MOST_COEFFICIENTS};
