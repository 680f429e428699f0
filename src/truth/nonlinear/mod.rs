//! Nonlinear models: which polynomial field explains the samples, and where it leads.
//!
//! | question | where |
//! | --- | --- |
//! | which degree explains the samples | `nonlinear_model` |
//! | which of its modes they determine | `determined_modes` |
//! | rest, cycle, orbits or chaos, by following the field | `motion` |
//! | whether noisy samples show that a cycle attracts | `seen_cycle` |
//! | the field itself, for its orbits | `fitted_field` |
//! | columns that are half of the state: one row before beside them | `lagged` |

mod determined_modes;
pub(super) mod fitted_field;
pub(super) mod lagged;
mod motion;
pub(super) mod nonlinear_model;
mod seen_cycle;
