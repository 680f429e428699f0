//! A polynomial field fitted to samples through its own converged flow, and how far the samples leave it free.
//!
//! | question | where |
//! | --- | --- |
//! | the flow and its derivatives by state and coefficients | `polynomial_flow` |
//! | its field fitted to samples | `field_fit` |
//! | whether that flow is converged | `doubled_steps` |
//! | which rows of many it is fitted to | `coarsened` |
//! | how far λ could be elsewhere without the samples noticing | `identifiability` |

pub(super) mod coarsened;
pub(super) mod doubled_steps;
pub(super) mod field_fit;
pub(super) mod identifiability;
pub(super) mod polynomial_flow;
