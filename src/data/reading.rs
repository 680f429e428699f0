//! Files into trajectories, with errors that name the cell.

use super::cells::{Sentinel, number};
use super::columns::{Columns, LeftOutColumn};
use super::constant_columns;
use super::error::{DataError, DataProblem};
use super::hold::Hold;
use super::numpy;
use super::remarks;
use super::stamps::StampReader;
use super::taken::{Taken, TimeSource};
use super::text_table::Table;
use super::time_unit::TimeUnit;
use super::trajectories::{Origin, Trajectories};
use super::trajectory::Trajectory;
use crate::files::{ReadError, read_bounded};
use std::collections::HashMap;
use std::path::Path;

/// Bytes of a file at most: some two hundred million numbers, and more than a table of them takes.
const LARGEST: u64 = 4 << 30;

/// How to read samples from a file of text or numpy arrays.
///
/// The first line names the columns; so does a comment before numbers, as `np.savetxt` writes it. Cells are separated by commas,
/// semicolons, tabs or blanks, whichever the header has; they may be quoted; lines that start with `#` are comments. By default:
///
/// | column | is |
/// | --- | --- |
/// | `t`, `time`, `date`, `datetime`, `timestamp`, `epoch`, `year` in any case, else the first | the time: numbers or ISO 8601 dates |
/// | `trajectory`, `traj`, `run`, `episode`, `id` in any case | what tells trajectories apart |
/// | `u:NAME` | the input NAME |
/// | without a name, the first | row numbers, left out |
/// | all others | the state |
///
/// A column of the state with one value in every row is left out, unless `columns` names it.
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

impl Reading {
    /// Reads the file at `path`; see [`Reading::parse`].
    pub fn open(&self, path: &Path) -> Result<Trajectories, DataError> {
        let origin = path.display().to_string();
        match read_bounded(path, LARGEST) {
            Ok(bytes) => self.parse(&bytes, &origin),
            Err(ReadError::Io { source, .. }) => Err(DataError::of(&origin, DataProblem::Unreadable(source.to_string()))),
            Err(e) => Err(DataError::of(&origin, DataProblem::Unreadable(e.to_string()))),
        }
    }

    /// Reads the bytes of a table, or of a `.npy` or `.npz` file; `origin` names it in messages.
    ///
    /// Errors: see [`DataProblem`], with the line, and the column's number and name.
    pub fn parse(&self, bytes: &[u8], origin: &str) -> Result<Trajectories, DataError> {
        if numpy::is_numpy(bytes) {
            return numpy::read(self, bytes, origin);
        }
        let text = std::str::from_utf8(bytes).map_err(|e| DataError::of(origin, DataProblem::NotUtf8 { byte: e.valid_up_to() + 1 }))?;
        match self.attempt(text, origin, true)? {
            Attempt::Read(data) => Ok(*data),
            Attempt::RowsOfTheirOwn => match self.attempt(text, origin, false)? {
                Attempt::Read(data) => Ok(*data),
                Attempt::RowsOfTheirOwn => Err(DataError::of(origin, DataProblem::Empty)),
            },
        }
    }

    fn attempt(&self, text: &str, origin: &str, with_guessed_trajectory: bool) -> Result<Attempt, DataError> {
        let mut table = Table::open(text, origin)?;
        let columns = Columns::of(&table.names, table.header_line, self, origin, with_guessed_trajectory)?;
        let mut body = Body::new(self, &columns, origin);
        let mut cells = Vec::with_capacity(columns.names.len());
        while let Some(line) = table.next_row(&mut cells) {
            body.add(line, &cells)?;
        }
        if body.rows == 0 {
            return Err(DataError::of(origin, DataProblem::HeaderOnly));
        }
        let guessed_trajectory = columns.trajectory.is_some_and(|k| !columns.names[k].eq_ignore_ascii_case("trajectory"));
        if with_guessed_trajectory && self.trajectory.is_none() && guessed_trajectory && body.groups.len() == body.rows {
            return Ok(Attempt::RowsOfTheirOwn);
        }
        Ok(Attempt::Read(Box::new(body.finish()?)))
    }
}

/// What reading by one choice of columns comes to.
enum Attempt {
    Read(Box<Trajectories>),
    /// Every row would be a trajectory of its own: its label numbers the rows.
    RowsOfTheirOwn,
}

/// The rows read so far.
struct Body<'a> {
    reading: &'a Reading,
    columns: &'a Columns,
    origin: &'a str,
    sentinels: Vec<Sentinel>,
    stamps: StampReader,
    groups: Vec<Trajectory>,
    place: HashMap<String, usize>,
    current: usize,
    rows: usize,
}

impl<'a> Body<'a> {
    fn new(reading: &'a Reading, columns: &'a Columns, origin: &'a str) -> Self {
        let sentinels = reading.missing.iter().map(|text| Sentinel::of(text)).collect();
        Self {
            reading,
            columns,
            origin,
            sentinels,
            stamps: StampReader::default(),
            groups: Vec::new(),
            place: HashMap::new(),
            current: 0,
            rows: 0,
        }
    }

    fn fail(&self, line: usize, column: usize, problem: DataProblem) -> DataError {
        let name = self.columns.names.get(column).cloned().unwrap_or_default();
        DataError { line: Some(line), column: Some((column + 1, name)), ..DataError::of(self.origin, problem) }
    }

    /// Adds a row to the trajectory that it belongs to.
    fn add(&mut self, line: usize, cells: &[&str]) -> Result<(), DataError> {
        let columns = self.columns;
        if cells.len() != columns.names.len() {
            let problem = DataProblem::Ragged { found: cells.len(), expected: columns.names.len() };
            return Err(self.fail(line, cells.len().min(columns.names.len()), problem));
        }
        for &(k, why) in &columns.left_out {
            if why == LeftOutColumn::Empty && !cells[k].is_empty() {
                return Err(self.fail(line, k, DataProblem::Unnamed));
            }
        }
        self.choose_group(line, cells)?;
        let time = match columns.time {
            Some(k) => self.time(line, k, cells[k])?,
            None => self.groups[self.current].samples() as f64 * self.reading.interval.unwrap_or(f64::NAN),
        };
        let group = self.current;
        for &k in &columns.states {
            let x = number(cells[k], &self.sentinels).map_err(|problem| self.fail(line, k, problem))?;
            self.groups[group].states.push(x);
        }
        for &k in &columns.inputs {
            let u = number(cells[k], &self.sentinels).map_err(|problem| self.fail(line, k, problem))?;
            self.groups[group].inputs.push(u);
        }
        self.groups[group].times.push(time);
        self.groups[group].lines.push(line);
        self.rows += 1;
        Ok(())
    }

    /// Makes the trajectory of this row the current one.
    fn choose_group(&mut self, line: usize, cells: &[&str]) -> Result<(), DataError> {
        let label = match self.columns.trajectory {
            Some(k) if cells[k].is_empty() => return Err(self.fail(line, k, DataProblem::EmptyCell)),
            Some(k) => cells[k],
            None => "",
        };
        let same = |t: &Trajectory| t.label.as_deref().unwrap_or("") == label;
        if self.groups.get(self.current).is_some_and(same) {
            return Ok(());
        }
        self.current = match self.place.get(label) {
            Some(&place) => place,
            None => {
                let label = self.columns.trajectory.map(|_| label.to_owned());
                self.place.insert(label.clone().unwrap_or_default(), self.groups.len());
                self.groups.push(Trajectory { label, times: Vec::new(), states: Vec::new(), inputs: Vec::new(), lines: Vec::new() });
                self.groups.len() - 1
            }
        };
        Ok(())
    }

    fn time(&mut self, line: usize, column: usize, cell: &str) -> Result<f64, DataError> {
        let guessed = self.columns.guessed;
        let found = match self.stamps.read(cell) {
            Ok(found) => found,
            Err(DataProblem::NotATime { .. } | DataProblem::MissingTime) if guessed => {
                return Err(self.fail(line, column, DataProblem::NoTime));
            }
            Err(problem) => return Err(self.fail(line, column, problem)),
        };
        match self.groups[self.current].times.last() {
            Some(&before) if found <= before && guessed => Err(self.fail(line, column, DataProblem::NoTime)),
            Some(&before) if found <= before => Err(self.fail(line, column, DataProblem::TimeNotIncreasing { before, found })),
            _ => Ok(found),
        }
    }

    fn finish(self) -> Result<Trajectories, DataError> {
        let Self { reading, columns, origin, stamps, mut groups, .. } = self;
        let name = columns.time.map(|k| columns.names[k].clone());
        let mut states = columns.states.clone();
        let constant: Vec<usize> = match reading.columns {
            None => constant_columns::leave_out(&mut groups, states.len()).into_iter().map(|k| states[k]).collect(),
            Some(_) => Vec::new(),
        };
        states.retain(|k| !constant.contains(k));
        if columns.guessed && name.as_deref() == Some("") && counts_rows(&groups) {
            let problem = DataProblem::OnlyRowNumbers;
            return Err(DataError { column: Some((1, String::new())), ..DataError::of(origin, problem) });
        }
        let mut times: Vec<&mut Vec<f64>> = groups.iter_mut().map(|t| &mut t.times).collect();
        let read = stamps.finish(name.as_deref().unwrap_or(""), reading.time_unit, &mut times);
        let time = match name {
            Some(column) => TimeSource::Column { column, stamps: read.stamps, by_name: !columns.guessed },
            None => TimeSource::Rows,
        };
        let names = |of: &[usize]| of.iter().map(|&k| columns.name(k)).collect::<Vec<_>>();
        let mut taken = Taken {
            time,
            trajectory: columns.trajectory.map(|k| columns.names[k].clone()),
            left_out: columns
                .left_out
                .iter()
                .copied()
                .chain(constant.into_iter().map(|k| (k, LeftOutColumn::Constant)))
                .map(|(k, why)| (columns.names[k].clone(), why))
                .collect(),
            remarks: Vec::new(),
        };
        let cells =
            Origin { columns: states.iter().map(|k| k + 1).collect(), time_digit: if columns.time.is_some() { read.digit } else { 0.0 } };
        let data = Trajectories::checked(origin.into(), names(&states), names(&columns.inputs), groups, cells)?;
        taken.remarks = remarks::of(&data);
        Ok(data.with_hold(reading.hold).with_time_unit(read.unit).with_taken(taken))
    }
}

/// Whether the times are 0, 1, 2, … or 1, 2, 3, … over the whole file.
fn counts_rows(groups: &[Trajectory]) -> bool {
    let mut all: Vec<f64> = groups.iter().flat_map(|t| t.times.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    matches!(all.first(), Some(&first) if first == 0.0 || first == 1.0) && all.windows(2).all(|w| w[1] - w[0] == 1.0)
}
