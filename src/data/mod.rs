//! Samples as people have them: trajectories from files, checked.
//!
//! | question | where |
//! | --- | --- |
//! | times, states and inputs of one or more trajectories | `trajectories`, `trajectory` |
//! | whether times are even or nearly so, and where rows are missing | `spacing`, `nearly_even` |
//! | complete samples in a row, and their neighbours | `segments`, `even` |
//! | states in equal steps, flat, to train on and from rollouts | `paths` |
//! | how a file is to be read | `reading` |
//! | what a file holds, or exactly what is wrong with it | `table_rows`, `error` |
//! | rows and cells of a text | `text_table`, `cells` |
//! | which column is the time, which a state, which an input | `columns`, `taken`, `remarks`, `difference_columns` |
//! | what is left out of a file | `constant_columns`, `lone_rows` |
//! | time stamps, dates, units | `stamps`, `calendar`, `time_unit` |
//! | arrays that numpy saved | `numpy`, `zip_archive` |

mod calendar;
mod cells;
mod columns;
mod constant_columns;
mod data_error;
pub(crate) mod decimal_commas;
mod difference_columns;
mod even;
mod hold;
mod lone_rows;
mod nearly_even;
mod numpy;
mod paths;
mod reading;
mod remarks;
mod segments;
mod spacing;
mod split;
mod stamps;
mod table_rows;
mod taken;
mod text_table;
mod time_unit;
pub(crate) mod trajectories;
mod trajectory;
mod zip_archive;

pub use data_error::{DataError, DataProblem, MemberFault};
pub use even::EvenSamples;
pub use hold::Hold;
pub use paths::{Paths, PathsError, States};
pub use reading::Reading;
pub use segments::{Pair, Segment};
pub use spacing::{Gap, Spacing};
pub use stamps::Stamps;
pub use taken::{DataRemark, Differences, LeftOutColumn, Taken, TimeSource};
pub use time_unit::TimeUnit;
pub use trajectories::Trajectories;
pub use trajectory::Trajectory;
