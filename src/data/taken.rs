//! What was taken as time, state and input: facts for a reader to check.

use super::stamps::Stamps;
use serde::{Deserialize, Serialize};

/// Where the times are from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum TimeSource {
    /// A program gave them.
    #[default]
    Given,
    /// A column.
    Column {
        /// Its name.
        column: String,
        /// What its cells are.
        stamps: Stamps,
        /// Whether its name says that it is the time, or the user; otherwise it is the first and increases.
        by_name: bool,
    },
    /// There are none: rows are one given interval apart.
    Rows,
}

/// Something that a reader of the samples should look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "code")]
pub enum DataRemark {
    /// A state that holds its values for some samples while others move: perhaps an input.
    LooksHeld {
        /// The column.
        column: String,
        /// How many different values it has.
        values: usize,
    },
    /// A state that is exactly one sinusoid of the time while others are not: perhaps an input.
    LooksPeriodic {
        /// The column.
        column: String,
        /// Its period.
        period: f64,
    },
    /// A state that is linear between samples in places, and not elsewhere: it was filled in beforehand, which changes the modes.
    FilledIn {
        /// The column.
        column: String,
        /// How many cells.
        cells: usize,
    },
    /// A number far from all others that occurs more than once: perhaps it stands for a missing value.
    LooksMissing {
        /// The column.
        column: String,
        /// The number.
        value: f64,
        /// How many cells hold it.
        cells: usize,
    },
    /// No line names the columns: they are called by their places.
    NoHeader {
        /// What they are called.
        columns: Vec<String>,
    },
    /// Commas were read as decimal points.
    DecimalCommas,
    /// A column jumps by a whole turn: an angle that was wrapped.
    Wrapped {
        /// The column.
        column: String,
        /// The turn: 2π, 360 or 1.
        turn: f64,
        /// How often it jumps.
        jumps: usize,
    },
    /// A column's values are difference quotients of another's: no measured velocity.
    DifferencesOf {
        /// The column.
        column: String,
        /// Whose differences they are.
        of: String,
        /// Which.
        kind: Differences,
        /// How many rows at the ends of trajectories were left out: there the quotient is one-sided.
        rows: usize,
    },
    /// Rows that say again what the one before says were left out.
    RepeatedRows {
        /// How many.
        rows: usize,
    },
    /// Trajectories of one row were left out: they show no motion.
    LoneRows {
        /// How many.
        trajectories: usize,
        /// What the first is called.
        first: String,
    },
}

/// A difference quotient over neighbouring rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Differences {
    /// Between the rows on both sides, as `numpy.gradient` takes it.
    Central,
    /// To the next row.
    Forward,
    /// From the row before.
    Backward,
}

impl DataRemark {
    /// Whether it tells of rows that were left out, which bears on all that is made of the samples.
    pub fn leaves_out(&self) -> bool {
        match self {
            Self::RepeatedRows { .. } | Self::LoneRows { .. } => true,
            Self::DifferencesOf { rows, .. } => *rows > 0,
            _ => false,
        }
    }
}

/// How the columns of a file were read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Taken {
    /// Where the times are from.
    pub time: TimeSource,
    /// The column that tells trajectories apart.
    pub trajectory: Option<String>,
    /// Columns that are none of these, and why.
    pub left_out: Vec<(String, LeftOutColumn)>,
    /// What looks odd in the states.
    pub remarks: Vec<DataRemark>,
}

/// Why a column was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOutColumn {
    /// Others were chosen.
    NotChosen,
    /// It has no name and only counts the rows, or it has another value in every row.
    RowNumber,
    /// It is named as a time, but another column is the time.
    AnotherTime,
    /// It has neither a name nor a value.
    Empty,
    /// It has one value in every row.
    Constant,
}
