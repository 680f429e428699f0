//! The map from one sample to the next, the second opinion.
//!
//! | question | where |
//! | --- | --- |
//! | the map as a polynomial | `discrete_map` |
//! | its coefficients by least squares, and its degree | `regression` |
//! | the same by prediction errors, for noisy samples | `observer` |
//! | where it stands still | `fixed_points` |
//! | how far its modes scatter | `bootstrap` |
//! | its modes | `modes` |
//! | what an uncertainty holds beside what residuals show: double roots, rounded times | `beyond_residuals` |

pub(super) mod beyond_residuals;
mod bootstrap;
pub(super) mod discrete_map;
pub(super) mod fixed_points;
pub(super) mod modes;
mod observer;
pub(super) mod regression;
