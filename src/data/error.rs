//! What can be wrong with data, where, and what to do about it.

use thiserror::Error;

/// Data that cannot be used: the place and the problem.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{origin}{}: {problem}", place(*line, column))]
pub struct DataError {
    /// The file, or another name of where the data come from.
    pub origin: String,
    /// Counted from one, where the problem belongs to a line.
    pub line: Option<usize>,
    /// The number of the cell in its line, counted from one, and the column's name, where the problem belongs to a column.
    pub column: Option<(usize, String)>,
    /// What is wrong and what to do.
    pub problem: DataProblem,
}

impl DataError {
    /// A problem of the whole of `origin`.
    pub(super) fn of(origin: &str, problem: DataProblem) -> Self {
        Self { origin: origin.into(), line: None, column: None, problem }
    }
}

fn place(line: Option<usize>, column: &Option<(usize, String)>) -> String {
    let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
    match column {
        Some((number, name)) if name.is_empty() => format!("{line}, column {number}"),
        Some((number, name)) => format!("{line}, column {number} (`{name}`)"),
        None => line,
    }
}

/// What is wrong with data.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DataProblem {
    /// The file cannot be opened or read.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// Bytes that are no text.
    #[error("not UTF-8 text (byte {byte} of the file); save it as UTF-8 CSV")]
    NotUtf8 {
        /// The first bad byte, counted from one.
        byte: usize,
    },
    /// Nothing there.
    #[error("the file is empty; it needs a header such as t,x,y and at least two rows of numbers")]
    Empty,
    /// Names but no numbers.
    #[error("there is a header but no row of numbers below it; at least two samples are needed")]
    HeaderOnly,
    /// Numbers but no names.
    #[error("the first line holds numbers only; it must name the columns, such as t,x,y")]
    NoHeader,
    /// A column without a name.
    #[error("the column has no name; name it in the header")]
    Unnamed,
    /// Two columns of one name.
    #[error("a column before this one has the same name; rename one of them")]
    RepeatedName,
    /// Two columns that both say they are the time.
    #[error("column {first} is named as a time too; rename one of them")]
    TwoTimes {
        /// The first of the two, counted from one.
        first: usize,
    },
    /// A time and nothing that changes with it.
    #[error("there is no state column beside the time; cells are separated by commas, semicolons or tabs")]
    NoState,
    /// A row that is longer or shorter than the header.
    #[error("the row has {found} cells, but the header names {expected} columns; complete or remove the row")]
    Ragged {
        /// Cells in the row.
        found: usize,
        /// Columns in the header.
        expected: usize,
    },
    /// Nothing in a cell.
    #[error("the cell is empty; fill it in or remove the row")]
    EmptyCell,
    /// Text in a cell.
    #[error("the cell holds `{text}`, which is not a number{}", hint(text))]
    NotANumber {
        /// What stands there.
        text: String,
    },
    /// NaN or an infinity in a cell.
    #[error("the cell holds `{text}`, which is not a finite number; remove the row, or the samples up to it")]
    NotFinite {
        /// What stands there.
        text: String,
    },
    /// One sample only.
    #[error("{} has one sample only; at least two are needed", which(label))]
    OneSample {
        /// Which trajectory, where the file names them.
        label: Option<String>,
    },
    /// A column that never changes.
    #[error("the column is constant ({value} in every row), so it says nothing about how the state moves; remove it")]
    Constant {
        /// The value.
        value: f64,
    },
    /// No column ever changes.
    #[error("every state is constant, so the data say nothing about how the state moves; record a trajectory away from rest")]
    AllConstant,
    /// Time that goes backwards or stands still.
    #[error(
        "time goes from {before} to {found}, but it must increase; if a new trajectory starts here, tell them apart by a column named `trajectory`"
    )]
    TimeNotIncreasing {
        /// The time of the sample before.
        before: f64,
        /// The time of this sample.
        found: f64,
    },
    /// Samples that are not evenly spaced where one interval is needed.
    #[error(
        "unevenly sampled: intervals run from {shortest} to {longest} (half are below {median}), but one interval is needed here; \
         samples filled in or moved to even times would show other modes"
    )]
    Uneven {
        /// The shortest interval.
        shortest: f64,
        /// The middle one.
        median: f64,
        /// The longest.
        longest: f64,
    },
    /// Not one complete sample next to another.
    #[error(
        "no two successive samples are complete, so nothing is known of how the state moves over one interval; leave out columns with many missing cells"
    )]
    NoPair,
    /// A column of missing cells.
    #[error("the column has no value in any row; leave it out")]
    AllMissing,
    /// A logarithm of what has none.
    #[error("the value {value} is not positive, so its logarithm cannot be fitted; leave the logarithm out, or shift the data")]
    NotPositive {
        /// The value.
        value: f64,
    },
    /// A trajectory whose samples are not all as long as the state.
    #[error("{} has {found} numbers, which is not a whole number of samples of {dimension} variables", which(label))]
    Shape {
        /// Which trajectory.
        label: Option<String>,
        /// Its numbers.
        found: usize,
        /// Numbers in a sample.
        dimension: usize,
    },
    /// Times that are not one a sample.
    #[error("{} has {times} times for {samples} samples", which(label))]
    TimesShape {
        /// Which trajectory.
        label: Option<String>,
        /// Its times.
        times: usize,
        /// Its samples.
        samples: usize,
    },
    /// Inputs that are not one a sample.
    #[error("{} has {found} input values for {samples} samples of {inputs} inputs", which(label))]
    InputsShape {
        /// Which trajectory.
        label: Option<String>,
        /// Its input values.
        found: usize,
        /// Inputs of a sample.
        inputs: usize,
        /// Its samples.
        samples: usize,
    },
    /// A sampling interval that is not positive, or too short or too long to compute with.
    #[error("the sampling interval must be positive and between 1e-100 and 1e100, not {0:?}; change the unit of time")]
    Interval(f64),
}

fn which(label: &Option<String>) -> String {
    label.as_ref().map_or_else(|| "the trajectory".into(), |label| format!("trajectory `{label}`"))
}

fn hint(text: &str) -> &'static str {
    let looks_like =
        |separator| text.split(separator).count() == 2 && text.chars().all(|c| c.is_ascii_digit() || separator == c || c == '-');
    if looks_like(',') {
        "; write decimals with a point"
    } else if text.split(['-', '/', ':']).count() > 2 && text.chars().any(|c| c.is_ascii_digit()) {
        "; give times as numbers, such as days since the first sample"
    } else {
        ""
    }
}
