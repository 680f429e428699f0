//! CSV files into trajectories, with errors that name the cell.

use super::error::{DataError, DataProblem};
use super::trajectories::Trajectories;
use super::trajectory::Trajectory;
use csv::{ReaderBuilder, StringRecord, Trim};
use std::collections::HashMap;
use std::path::Path;

/// How to read a CSV file.
///
/// The first line names the columns. Time is the column named `t` or `time` (in any case), else the first that is not named
/// `trajectory`; a column named `trajectory` tells trajectories apart by its value; all others are the state. Cells are separated
/// by commas, semicolons or tabs, whichever the header has most of; they may be quoted; lines that start with `#` are comments.
/// Samples must be evenly spaced, with one interval for all trajectories.
///
/// ```
/// use lambdahat::data::Reading;
/// let error = Reading::default().parse(b"t,x\n0,1\n1,nan\n", "broken.csv").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "broken.csv, line 3, column 2 (`x`): the cell holds `nan`, which is not a finite number; remove the row, or the samples up to it"
/// );
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {}

impl Reading {
    /// Reads the file at `path`; see [`Reading::parse`].
    pub fn open(self, path: &Path) -> Result<Trajectories, DataError> {
        let origin = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => self.parse(&bytes, &origin),
            Err(e) => Err(DataError { origin, line: None, column: None, problem: DataProblem::Unreadable(e.to_string()) }),
        }
    }

    /// Reads the bytes of a CSV file; `origin` names it in messages.
    ///
    /// Errors: see [`DataProblem`], with the line, and the column's number and name.
    pub fn parse(self, bytes: &[u8], origin: &str) -> Result<Trajectories, DataError> {
        let at = Origin(origin);
        let text = std::str::from_utf8(bytes).map_err(|e| at.file(DataProblem::NotUtf8 { byte: e.valid_up_to() + 1 }))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let rows = rows(text, &at)?;
        let Some(((header_line, header), body)) = rows.split_first() else { return Err(at.file(DataProblem::Empty)) };
        let columns = Columns::named(header, *header_line, &at)?;
        if body.is_empty() {
            return Err(at.file(DataProblem::HeaderOnly));
        }
        let mut groups = Groups::default();
        for (line, row) in body {
            columns.add(&mut groups, *line, row, &at)?;
        }
        let trajectories = groups.in_order.into_iter().map(Group::trajectory).collect();
        let variables = columns.state.iter().map(|&k| columns.names[k].clone()).collect();
        let origin_of_cells = super::trajectories::Origin { columns: columns.state.iter().map(|k| k + 1).collect(), time_digit: 0.0 };
        Trajectories::checked(origin.into(), variables, Vec::new(), trajectories, origin_of_cells)
    }
}

/// Errors of one file.
struct Origin<'a>(&'a str);

impl Origin<'_> {
    fn file(&self, problem: DataProblem) -> DataError {
        DataError { origin: self.0.into(), line: None, column: None, problem }
    }

    fn line(&self, line: usize, problem: DataProblem) -> DataError {
        DataError { line: Some(line), ..self.file(problem) }
    }

    fn cell(&self, line: usize, column: usize, columns: &Columns, problem: DataProblem) -> DataError {
        let name = columns.names.get(column).cloned().unwrap_or_default();
        DataError { column: Some((column + 1, name)), ..self.line(line, problem) }
    }
}

/// The records of a file with the lines that they start on, without comments and blank lines.
fn rows(text: &str, at: &Origin) -> Result<Vec<(usize, StringRecord)>, DataError> {
    let comment_or_blank = |line: &str| line.trim().is_empty() || line.starts_with('#');
    let header = text.lines().find(|line| !comment_or_blank(line)).unwrap_or("");
    let outside_quotes: String = header.split('"').step_by(2).collect();
    let occurs = |delimiter: &char| outside_quotes.matches(*delimiter).count();
    let mut delimiter = ',';
    for other in [';', '\t'] {
        if occurs(&other) > occurs(&delimiter) {
            delimiter = other;
        }
    }
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .comment(Some(b'#'))
        .delimiter(delimiter as u8)
        .from_reader(text.as_bytes());
    // A record's position is where the reader stood before it skipped comments and blank lines.
    let mut lines = LineCounter { text, byte: 0, line: 1 };
    let mut rows = Vec::new();
    for record in reader.records() {
        // Flexible records of valid text cannot fail, but the reader does not know that.
        let record = record.map_err(|e| at.file(DataProblem::Unreadable(e.to_string())))?;
        let from = record.position().map_or(0, |p| p.byte() as usize);
        let line = lines.record_at_or_after(from, comment_or_blank);
        if record.len() > 1 || record.iter().any(|cell| !cell.is_empty()) {
            rows.push((line, record.iter().map(unquoted).collect()));
        }
    }
    Ok(rows)
}

/// A cell without quotes that stand behind a space, where CSV proper takes them for text.
fn unquoted(cell: &str) -> &str {
    cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map_or(cell, str::trim)
}

/// Counts lines once through a text.
struct LineCounter<'a> {
    text: &'a str,
    byte: usize,
    line: usize,
}

impl LineCounter<'_> {
    /// The line of the first record that starts at or after a byte.
    fn record_at_or_after(&mut self, byte: usize, skipped: impl Fn(&str) -> bool) -> usize {
        self.line += self.text.as_bytes()[self.byte..byte.max(self.byte)].iter().filter(|b| **b == b'\n').count();
        self.byte = byte.max(self.byte);
        let skipped = self.text[self.byte..].split_inclusive('\n').take_while(|line| skipped(line)).count();
        self.line + skipped
    }
}

/// What each column is.
struct Columns {
    names: Vec<String>,
    time: usize,
    trajectory: Option<usize>,
    state: Vec<usize>,
}

impl Columns {
    fn named(header: &StringRecord, line: usize, at: &Origin) -> Result<Self, DataError> {
        let names: Vec<String> = header.iter().map(str::to_owned).collect();
        let mut columns = Self { names, time: 0, trajectory: None, state: Vec::new() };
        if columns.names.iter().all(|name| name.parse::<f64>().is_ok()) {
            return Err(at.line(line, DataProblem::NoHeader));
        }
        let is = |name: &str, words: &[&str]| words.iter().any(|word| name.eq_ignore_ascii_case(word));
        let mut time = None;
        for (k, name) in columns.names.iter().enumerate() {
            if name.is_empty() {
                return Err(at.cell(line, k, &columns, DataProblem::Unnamed));
            }
            if columns.names[..k].contains(name) {
                return Err(at.cell(line, k, &columns, DataProblem::RepeatedName));
            }
            if is(name, &["t", "time"])
                && let Some(first) = time.replace(k)
            {
                return Err(at.cell(line, k, &columns, DataProblem::TwoTimes { first: first + 1 }));
            }
        }
        columns.trajectory = columns.names.iter().position(|name| is(name, &["trajectory"]));
        let count = columns.names.len();
        columns.time = time.or_else(|| (0..count).find(|k| Some(*k) != columns.trajectory)).unwrap_or(0);
        columns.state = (0..count).filter(|k| *k != columns.time && Some(*k) != columns.trajectory).collect();
        if columns.state.is_empty() { Err(at.line(line, DataProblem::NoState)) } else { Ok(columns) }
    }

    /// Adds a row to the trajectory that it belongs to.
    fn add(&self, groups: &mut Groups, line: usize, row: &StringRecord, at: &Origin) -> Result<(), DataError> {
        if row.len() != self.names.len() {
            let problem = DataProblem::Ragged { found: row.len(), expected: self.names.len() };
            return Err(at.cell(line, row.len().min(self.names.len()), self, problem));
        }
        let label = match self.trajectory {
            Some(k) if row[k].is_empty() => return Err(at.cell(line, k, self, DataProblem::EmptyCell)),
            Some(k) => Some(row[k].to_owned()),
            None => None,
        };
        let group = groups.labelled(label);
        let number = |k: usize| number(&row[k]).map_err(|problem| at.cell(line, k, self, problem));
        let found = number(self.time)?;
        if let Some(&before) = group.times.last()
            && found <= before
        {
            return Err(at.cell(line, self.time, self, DataProblem::TimeNotIncreasing { before, found }));
        }
        for &k in &self.state {
            group.states.push(number(k)?);
        }
        group.times.push(found);
        group.lines.push(line);
        Ok(())
    }
}

fn number(text: &str) -> Result<f64, DataProblem> {
    if text.is_empty() {
        return Err(DataProblem::EmptyCell);
    }
    let x: f64 = text.parse().map_err(|_| DataProblem::NotANumber { text: text.into() })?;
    if x.is_finite() { Ok(x) } else { Err(DataProblem::NotFinite { text: text.into() }) }
}

/// The trajectories in the order in which they first occur.
#[derive(Default)]
struct Groups {
    in_order: Vec<Group>,
    place: HashMap<Option<String>, usize>,
}

impl Groups {
    fn labelled(&mut self, label: Option<String>) -> &mut Group {
        let next = self.in_order.len();
        let index = *self.place.entry(label.clone()).or_insert(next);
        if index == next {
            self.in_order.push(Group { label, times: Vec::new(), states: Vec::new(), lines: Vec::new() });
        }
        &mut self.in_order[index]
    }
}

/// The rows of one trajectory.
struct Group {
    label: Option<String>,
    times: Vec<f64>,
    states: Vec<f64>,
    lines: Vec<usize>,
}

impl Group {
    fn trajectory(self) -> Trajectory {
        Trajectory { label: self.label, times: self.times, states: self.states, inputs: Vec::new(), lines: self.lines }
    }
}
