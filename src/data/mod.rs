//! Samples as people have them: trajectories from files, checked.
//!
//! | question | where |
//! | --- | --- |
//! | what a CSV file holds, or exactly what is wrong with it | `csv_reading`, `error` |
//! | samples, evenly spaced, of one or more trajectories | `trajectories` |

mod csv_reading;
pub mod error;
pub mod trajectories;

pub use csv_reading::{Reading, SPACING_TOLERANCE};
pub use error::{DataError, DataProblem};
pub use trajectories::{Trajectories, Trajectory};
