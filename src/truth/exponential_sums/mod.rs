//! Sums of exponentials beside samples at any times.
//!
//! | question | where |
//! | --- | --- |
//! | one rate, as the search moves it | `rate` |
//! | amplitudes that meet the samples best, for given rates | `projection` |
//! | what is left beside them, and how that changes with the rates | `projected` |
//! | the rates fitted: variable projection | `exponentials` |
//! | where the search begins | `delays`, `frequency_scan` |
//! | which candidate explains most for its numbers | `exponential_search` |
//! | rates that change in the course of a run | `drifting` |
//! | a trend and multiples of one frequency | `sinusoids` |
//! | what harmonics tell | `harmonics` |
//! | noise that is proportional to the motion | `proportional_noise` |
//! | whether no more is left than chance leaves | `left_by_chance` |

mod delays;
pub(super) mod drifting;
pub(super) mod exponential_search;
pub(super) mod exponentials;
mod frequency_scan;
pub(super) mod harmonics;
pub(super) mod left_by_chance;
pub(super) mod projected;
pub(super) mod projection;
pub(super) mod proportional_noise;
pub(super) mod rate;
pub(super) mod sinusoids;
