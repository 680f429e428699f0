//! Linear models: which sum of exponentials explains the samples, and whose modes it has.
//!
//! | question | where |
//! | --- | --- |
//! | which sum explains the samples | `linear_model` |
//! | its modes, and what keeps each from being an equilibrium's | `linear_mode` |
//! | what kind of motion that is | `linear_motion` |
//! | whether runs are of different systems | `unlike_runs` |
//! | runs that rest at different places | `rests_apart` |
//! | whether the amplitudes of each rate keep to directions of its own | `own_directions` |
//! | whether rates depend on the size of the motion | `amplitude_dependence` |
//! | whether rates change in the course of a run | `changing_rates` |
//! | what terms of second and third order would do to the rates | `second_order` |
//! | whether enough cells show a mode that dies out | `seen_cells` |
//! | whether oscillations are told from a slow part, whatever that is | `slow_part` |
//! | motion that is slow beside the rows | `over_all_time` |
//! | an oscillation that noise keeps going, in one column | `autoregression` |
//! | the same, seen in all of its state | `noise_driven` |
//! | a steady cycle about a trend, as seasons are | `steady_cycle` |
//! | what several runs tell of such a cycle | `cycle_in_runs` |

mod amplitude_dependence;
pub(super) mod autoregression;
mod changing_rates;
mod cycle_in_runs;
pub(super) mod linear_mode;
pub(super) mod linear_model;
pub(super) mod linear_motion;
pub(super) mod noise_driven;
pub(super) mod over_all_time;
mod own_directions;
pub(super) mod rests_apart;
mod second_order;
mod seen_cells;
mod slow_part;
pub(super) mod steady_cycle;
mod unlike_runs;
