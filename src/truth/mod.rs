//! What the samples determine: modes with uncertainties, and which of them are settled.
//!
//! | question | where |
//! | --- | --- |
//! | all of it in one call | `examination` |
//! | the samples in segments, on their grid | `gridded`, as `runs` |
//! | a sum of exponentials at any times, by variable projection | `exponentials`, by `projection`, of each `rate` |
//! | whether runs are of different systems | `unlike_runs` |
//! | candidates for it | `exponential_search` |
//! | noise that is proportional to the motion | `proportional_noise` |
//! | where its search starts | `delays`, `frequency_scan` |
//! | motion that is slow beside the rows | `over_all_time` |
//! | which sum explains the samples, and whose modes it has | `linear_model` |
//! | what kind of motion that is | `linear_motion` |
//! | whether enough cells show a mode that dies out | `seen_cells`, above the digits that columns have: `resolution` |
//! | whether rates depend on the size of the motion | `amplitude_dependence` |
//! | whether rates change in the course of a run | `changing_rates`, by `drifting` |
//! | a polynomial field through its own converged flow | `polynomial_flow`, `field_fit`, in `windows`, by `bounded_work` |
//! | which degree explains the samples | `nonlinear_model` |
//! | which of its modes they determine | `determined_modes` |
//! | how far λ could be elsewhere without the samples noticing | `identifiability` |
//! | an oscillation that noise keeps going | `autoregression` |
//! | a steady cycle about a trend, as seasons are | `steady_cycle` |
//! | columns that are a part of the state | `turns_back`; that are half of a nonlinear one, `lagged` |
//! | what an uncertainty holds beside what residuals show: double roots, rounded times | `beyond_residuals` |
//! | known inputs | `with_inputs`, `state_space`; what they do between rows, `between` |
//! | many or dependent columns | `directions`, `rank`, `told_directions` |
//! | whether residuals are noise | `whiteness` |
//! | the map from one sample to the next, a second opinion | `modes`, `discrete_map`, `regression`, `observer`, `fixed_points`, `bootstrap` |
//! | the field itself, for its orbits | `fitted_field` |
//! | rest, cycle, orbits or chaos, by following the field | `motion`; whether noisy samples show that a cycle attracts, `seen_cycle` |
//! | the object in the data, and what is not settled | `finding` |
//! | whether the motion ends at rest, which equilibria the samples support | `at_rest`, `open_equilibria`; only rises or falls to it, `levels_off`; falls towards zero, `falls_to_zero` |
//! | which gaps begin new runs | `forgotten_gaps` |
//! | what limits the figures | `caveat` |
//!
//! No ODE integrator that is on trial takes part: the modes found here are the reference that a fit through an integrator is compared with.

mod amplitude_dependence;
mod at_rest;
mod autoregression;
mod between;
mod beyond_residuals;
mod bootstrap;
mod bounded_work;
mod caveat;
mod changing_rates;
mod chi_square;
mod coarsened;
mod cycle_in_runs;
mod delays;
mod determined_modes;
mod directions;
pub(crate) mod discrete_map;
mod drifting;
mod examination;
mod examined;
mod examined_inputs;
mod exponential_search;
mod exponentials;
mod falls_to_zero;
mod feedback;
mod field_fit;
mod finding;
mod fitted_field;
mod fixed_points;
mod forgotten_gaps;
mod frequency_scan;
mod gridded;
mod harmonics;
mod identifiability;
mod lagged;
mod left_by_chance;
mod levels_off;
mod linear_model;
mod linear_motion;
pub(crate) mod modes;
mod more_directions;
mod motion;
mod noise_driven;
mod nonlinear_model;
mod observer;
mod one_more_order;
mod open_equilibria;
mod over_all_time;
mod own_directions;
mod polynomial_flow;
mod projected;
mod projection;
mod proportional_noise;
mod rank;
mod rate;
pub(crate) mod regression;
mod resolution;
mod rests_apart;
mod runs;
mod second_order;
mod seen_cells;
mod seen_cycle;
mod sinusoids;
mod spectrum;
mod state_space;
mod steady_cycle;
mod told_directions;
mod turns_back;
mod unlike_runs;
mod whiteness;
mod windows;
mod with_inputs;

pub use between::Between;
pub use caveat::{Caveat, DelayedCopies};
pub use discrete_map::{Coordinates, DiscreteMap};
pub use examination::{examine, examine_until};
pub use examined::Examination;
pub use examined_inputs::NEARLY_EVEN;
pub use finding::{Because, Finding, Motion};
pub use fitted_field::FittedField;
pub use fixed_points::MARGIN;
pub use modes::{Mode, Modes, ModesError, ModesOptions, find_modes};
pub use regression::{DegreeScore, HIGHEST_AUTOMATIC_DEGREE, MOST_COEFFICIENTS};
pub use state_space::StateSpace;
pub(crate) use state_space::by_rows;
