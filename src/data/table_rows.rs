//! Files into trajectories, with errors that name the cell.

use super::cells::{Sentinel, number};
use super::columns::Columns;
use super::constant_columns;
use super::data_error::{DataError, DataProblem};
use super::decimal_commas;
use super::lone_rows;
use super::numpy;
use super::reading::Reading;
use super::stamps::StampReader;
use super::taken::{DataRemark, LeftOutColumn, Taken, TimeSource};
use super::text_table::Table;
use super::trajectories::{Origin, Trajectories};
use super::trajectory::Trajectory;
use crate::files::{ReadError, read_bounded};
use std::collections::HashMap;
use std::path::Path;

/// The first bytes of a Parquet file.
const PARQUET: &[u8] = b"PAR1";

/// Bytes of a file at most: some two hundred million numbers, and more than a table of them takes.
const LARGEST: u64 = 4 << 30;

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
        if bytes.starts_with(PARQUET) {
            return Err(DataError::of(origin, DataProblem::Parquet));
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
        let table = Table::open(text, origin, self.interval.is_none())?;
        if let Some(from) = table.decimal_commas(text) {
            let points = decimal_commas::as_points(text, from);
            let table = Table::open(&points, origin, self.interval.is_none())?;
            return self.rows(table, origin, with_guessed_trajectory, Some(DataRemark::DecimalCommas));
        }
        self.rows(table, origin, with_guessed_trajectory, None)
    }

    fn rows(
        &self,
        mut table: Table,
        origin: &str,
        with_guessed_trajectory: bool,
        commas: Option<DataRemark>,
    ) -> Result<Attempt, DataError> {
        let columns = Columns::of(&table.names, table.header_line, self, origin, with_guessed_trajectory)?;
        let no_header = |line| DataError { line: Some(line), ..DataError::of(origin, DataProblem::NoHeader) };
        let mut body = Body::new(self, &columns, origin);
        body.remarks.extend(commas);
        let mut cells = Vec::with_capacity(columns.names.len());
        let header = table.header_line;
        while let Some(line) = table.next_row(&mut cells) {
            match body.add(line, &cells) {
                // Its first column is no time.
                Err(error) if table.unnamed && matches!(error.problem, DataProblem::TimeNotIncreasing { .. }) => {
                    return Err(no_header(header));
                }
                other => other?,
            }
        }
        if body.rows == 0 {
            return Err(DataError::of(origin, DataProblem::HeaderOnly));
        }
        let guessed_trajectory = columns.trajectory.is_some_and(|k| !columns.names[k].eq_ignore_ascii_case("trajectory"));
        if with_guessed_trajectory && self.trajectory.is_none() && guessed_trajectory && body.groups.len() == body.rows {
            return Ok(Attempt::RowsOfTheirOwn);
        }
        if table.unnamed {
            body.remarks.push(DataRemark::NoHeader { columns: columns.names.clone() });
        }
        let data = body.finish()?;
        // Without a name only a column that counts evenly is taken for the time.
        if table.unnamed && self.interval.is_none() && (data.spacing().even().is_none() || !data.gaps().is_empty()) {
            return Err(no_header(header));
        }
        Ok(Attempt::Read(Box::new(data)))
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
    /// Rows that say again what the one before says.
    repeated: usize,
    remarks: Vec<DataRemark>,
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
            repeated: 0,
            remarks: Vec::new(),
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
        if self.groups[group].times.last() == Some(&time) {
            return self.again(line, cells, time);
        }
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

    /// A row with the time of the one before: nothing new where all its cells are the same.
    fn again(&mut self, line: usize, cells: &[&str], time: f64) -> Result<(), DataError> {
        let last = &self.groups[self.current];
        let same = |columns: &[usize], before: &[f64]| {
            columns.iter().zip(before).all(|(&k, before)| match number(cells[k], &self.sentinels) {
                Ok(x) => x == *before || (x.is_nan() && before.is_nan()),
                Err(_) => false,
            })
        };
        let before = |of: &[f64], columns: &[usize]| of[of.len() - columns.len()..].to_vec();
        let (states, inputs) = (&self.columns.states, &self.columns.inputs);
        if same(states, &before(&last.states, states)) && same(inputs, &before(&last.inputs, inputs)) {
            self.repeated += 1;
            return Ok(());
        }
        let column = self.columns.time.unwrap_or(0);
        Err(self.fail(line, column, DataProblem::TimeNotIncreasing { before: time, found: time }))
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
            Some(&before) if found < before && guessed => Err(self.fail(line, column, DataProblem::NoTime)),
            Some(&before) if found < before => Err(self.fail(line, column, DataProblem::TimeNotIncreasing { before, found })),
            _ => Ok(found),
        }
    }

    fn finish(self) -> Result<Trajectories, DataError> {
        let Self { reading, columns, origin, stamps, mut groups, repeated, mut remarks, .. } = self;
        remarks.extend(lone_rows::leave_out(&mut groups));
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
        if repeated > 0 {
            remarks.push(DataRemark::RepeatedRows { rows: repeated });
        }
        taken.remarks = remarks;
        Ok(data.with_hold(reading.hold).with_time_unit(read.unit).with_taken(taken).inspected())
    }
}

/// Whether the times are 0, 1, 2, … or 1, 2, 3, … over the whole file.
fn counts_rows(groups: &[Trajectory]) -> bool {
    let mut all: Vec<f64> = groups.iter().flat_map(|t| t.times.iter().copied()).collect();
    all.sort_by(f64::total_cmp);
    matches!(all.first(), Some(&first) if first == 0.0 || first == 1.0) && all.windows(2).all(|w| w[1] - w[0] == 1.0)
}
