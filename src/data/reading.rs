//! How a file of samples is to be read.

use super::hold::Hold;
use super::time_unit::TimeUnit;

/// How to read samples from a file of text or numpy arrays.
///
/// The first line names the columns; so does a comment before numbers, as `np.savetxt` writes it. Cells are separated by commas,
/// semicolons, tabs or blanks, whichever the header has; they may be quoted; lines that start with `#` are comments. By default:
///
/// | column | is |
/// | --- | --- |
/// | `t`, `time`, `date`, `datetime`, `timestamp`, `epoch`, `year` in any case, else the only one named as `day`, `hours`, `seconds` and the like, else the first | the time: numbers or ISO 8601 dates |
/// | `trajectory`, `traj`, `run`, `episode`, `id`, `subject`, `trial`, `experiment` (all but `id` with `_id` too) in any case | what tells trajectories apart |
/// | `u:NAME` | the input NAME |
/// | the first, without a name (or `Unnamed: 0`, `rownames`) | row numbers, left out |
/// | all others | the state |
///
/// A column of the state with one value in every row is left out, unless `columns` names it.
///
/// An `.npz` archive with an array for each column is read as such a table; else it holds times (`t`), one array of states, and inputs (`u`).
///
/// Cells that are empty, `NaN`, `NA`, `n/a`, `null`, `none` or `-` are missing. Times need not be even. Dates and numbers of seconds
/// (or ms, µs, ns) since 1970 are counted from the first, in the largest of seconds, minutes, hours, days and years that is not longer
/// than a typical interval; the same day of every month counts months.
///
/// ```
/// use lambdahat::data::Reading;
/// let error = Reading::default().parse(b"t,x\n0,1\n1,inf\n", "broken.csv").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "broken.csv, line 3, column 2 (`x`): the cell holds `inf`, which is not a finite number; empty the cell if its value is missing"
/// );
/// let reading = Reading { columns: Some(vec!["x".into()]), ..Reading::default() };
/// let data = reading.parse(b"date,x,city\n2024-01-01,1,Rome\n2024-01-02,2,Rome\n2024-01-04,8,Rome\n", "dates.csv")?;
/// assert_eq!((data.time_unit().name(), data.spacing().even(), data.gaps().len()), (Some("day"), Some(1.0), 1));
/// # Ok::<(), lambdahat::data::DataError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// The column of times.
    pub time: Option<String>,
    /// The columns of the state; `None` takes all that are left.
    pub columns: Option<Vec<String>>,
    /// The column that tells trajectories apart.
    pub trajectory: Option<String>,
    /// The columns of inputs, beside those that the header marks.
    pub inputs: Vec<String>,
    /// What inputs do between samples.
    pub hold: Hold,
    /// The time between samples, for files without times.
    pub interval: Option<f64>,
    /// The unit of times: dates are counted in it, numbers are said to be in it.
    pub time_unit: Option<TimeUnit>,
    /// Values that stand for missing ones, such as -999.
    pub missing: Vec<String>,
}
