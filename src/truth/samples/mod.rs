//! What an estimator sees of samples: runs of rows, in scaled columns.
//!
//! | question | where |
//! | --- | --- |
//! | rows with their times, in scaled columns | `runs` |
//! | the samples of a file in segments without long gaps, on their grid where they have one | `gridded` |
//! | windows that a flow explains from one start each | `windows` |
//! | the smallest difference that the digits of a column show | `resolution` |
//! | whether one column is more than a function of itself | `turns_back` |

pub(super) mod gridded;
mod resolution;
pub(super) mod runs;
pub(super) mod turns_back;
pub(super) mod windows;
