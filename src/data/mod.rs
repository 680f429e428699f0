//! Samples as people have them: trajectories from files, checked.
//!
//! | question | where |
//! | --- | --- |
//! | what a CSV file holds, or exactly what is wrong with it | `csv_reading`, `error` |
//! | times, states and inputs of one or more trajectories | `trajectories`, `trajectory` |
//! | whether times are even, and where rows are missing | `spacing` |
//! | complete samples in a row, and their neighbours | `segments`, `even` |

mod csv_reading;
pub mod error;
mod even;
mod segments;
mod spacing;
mod time_unit;
pub mod trajectories;
mod trajectory;

pub use csv_reading::Reading;
pub use error::{DataError, DataProblem};
pub use even::EvenSamples;
pub use segments::{Pair, Segment};
pub use spacing::{Gap, Spacing};
pub use time_unit::TimeUnit;
pub use trajectories::{Hold, Trajectories};
pub use trajectory::Trajectory;
