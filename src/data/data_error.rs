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
    /// A Parquet file.
    #[error("a Parquet file; save it as CSV: pandas.read_parquet(file).to_csv(\"samples.csv\", index=False)")]
    Parquet,
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
    #[error("column {first} is named as a time too; say which is the time, or rename one of them")]
    TwoTimes {
        /// The first of the two, counted from one.
        first: usize,
    },
    /// A time and nothing that changes with it.
    #[error("there is no state column beside the time; cells are separated by commas, semicolons, tabs or blanks")]
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
    /// No column of times.
    #[error(
        "no column is named as a time (t, time, date, timestamp, year, …), and this first one does not increase from row to row; say which \
         column is the time, or how far apart the samples are"
    )]
    NoTime,
    /// The only column that could be the time counts the rows.
    #[error(
        "no column is named as a time, and the first one only counts the rows; say which column is the time, or how far apart the samples are"
    )]
    OnlyRowNumbers,
    /// A time column where an interval is given.
    #[error("the column holds times, but an interval was given too; leave the interval out, or rename the column if it is a state")]
    IntervalBesideTimes,
    /// A column that is not there.
    #[error("there is no column `{name}`; the columns are {}", columns.join(", "))]
    NoSuchColumn {
        /// What was asked for.
        name: Box<str>,
        /// What there is.
        columns: Vec<String>,
    },
    /// A column chosen twice.
    #[error("the column is chosen as a state, and as a time, an input or a trajectory too; choose it once")]
    TwoRoles,
    /// A state chosen twice.
    #[error("the column is chosen twice; choose it once")]
    ChosenTwice,
    /// No time in a row.
    #[error("the time is missing; remove the row")]
    MissingTime,
    /// A time that is neither a number nor a date.
    #[error("the cell holds `{text}`, which is neither a number nor a date{}", date_hint(text))]
    NotATime {
        /// What stands there.
        text: String,
    },
    /// Something else among dates.
    #[error("the cell holds `{text}`, but the times before it are dates{}", date_hint(text))]
    NotADate {
        /// What stands there.
        text: String,
    },
    /// A numpy file that is cut off, or not as numpy writes it.
    #[error("the file is not as numpy saves arrays; save it again with np.save or np.savez")]
    NumpyBroken,
    /// An array of an archive that is not what was stored.
    #[error("the array `{name}` of the archive is damaged: {fault}; save the file again, or copy it anew")]
    ArchiveMember {
        /// Its name.
        name: String,
        /// What is wrong.
        fault: MemberFault,
    },
    /// An array that is compressed in a way that numpy does not use.
    #[error("the array `{name}` is compressed by method {method} of ZIP, which is not read; save it with np.savez_compressed")]
    ArchiveMethod {
        /// Its name.
        name: String,
        /// ZIP's number of the method.
        method: u16,
    },
    /// Entries that are no numbers.
    #[error("the array has entries of type `{found}`; save real numbers, such as float64")]
    NumpyType {
        /// numpy's name of the type.
        found: String,
    },
    /// An array that is neither a trajectory nor several.
    #[error("the array of states has shape {shape:?}; save samples × variables, or trajectories × samples × variables")]
    NumpyShape {
        /// Its shape.
        shape: Vec<usize>,
    },
    /// Arrays of which none is known to be the states, and that are not one for each state.
    #[error("the archive must hold times as `t` and one array of states beside it; of {} choose one", names.join(", "))]
    NumpyArrays {
        /// The arrays beside times and inputs.
        names: Vec<String>,
    },
    /// Times or inputs that are not one a sample.
    #[error("the array of {name} has {found} entries for {samples} samples")]
    NumpyLengths {
        /// Times or inputs.
        name: String,
        /// Its entries.
        found: usize,
        /// Samples.
        samples: usize,
    },
    /// An array of states alone.
    #[error("the array holds no times; say how far apart the samples are, or save times and states with np.savez(file, t=t, x=x)")]
    NumpyWithoutTimes,
    /// Text in a cell.
    #[error("the cell holds `{text}`, which is not a number{}", hint(text))]
    NotANumber {
        /// What stands there.
        text: String,
    },
    /// NaN or an infinity in a cell.
    #[error("the cell holds `{text}`, which is not a finite number; empty the cell if its value is missing")]
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
        "unevenly sampled: intervals run from {shortest} to {longest} (half are below {median}), but one interval is needed here \
         (a prediction takes uneven times as they are); samples filled in or moved to even times would show other modes"
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
    #[error("{} has {found} input values, but its samples need {expected}", which(label))]
    InputsShape {
        /// Which trajectory.
        label: Option<String>,
        /// Its input values.
        found: usize,
        /// One for each sample and input.
        expected: usize,
    },
    /// A sampling interval that is not positive, or too short or too long to compute with.
    #[error("the sampling interval must be positive and between 1e-100 and 1e100, not {0:?}; change the unit of time")]
    Interval(f64),
}

/// How a member of an archive differs from what was stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MemberFault {
    /// Its compressed bytes mean nothing, or end too early.
    #[error("its compressed bytes cannot be read")]
    Deflate,
    /// It is not as long as the archive says.
    #[error("it is not as long as the archive says")]
    Size,
    /// It has another CRC-32 than the archive says.
    #[error("its checksum is wrong")]
    Checksum,
}

fn which(label: &Option<String>) -> String {
    label.as_ref().map_or_else(|| "the trajectory".into(), |label| format!("trajectory `{label}`"))
}

fn hint(text: &str) -> &'static str {
    let parts: Vec<&str> = text.split(',').collect();
    let decimal_comma = parts.len() == 2 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '-'));
    if decimal_comma { "; write decimals with a point" } else { "; leave the column out, or empty the cell if its value is missing" }
}

fn date_hint(text: &str) -> &'static str {
    let mut parts = text.split(['/', '.', '-', ' ']);
    let day_first = parts.next().is_some_and(|part| part.len() <= 2 && part.parse::<u32>().is_ok()) && parts.next().is_some();
    if day_first { "; write dates as 2024-01-31, the year first" } else { "" }
}
