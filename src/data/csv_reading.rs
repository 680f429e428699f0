//! CSV files into trajectories, with errors that name the cell.

use super::error::{DataError, DataProblem};
use super::trajectories::{Trajectories, Trajectory};
use csv::{ReaderBuilder, StringRecord, Trim};
use std::collections::HashMap;
use std::path::Path;

/// How far two gaps between samples may differ, relative to the gap, unless said otherwise.
pub const SPACING_TOLERANCE: f64 = 1e-6;

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
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// How far two gaps between samples may differ, relative to the gap.
    pub spacing_tolerance: f64,
}

impl Default for Reading {
    fn default() -> Self {
        Self { spacing_tolerance: SPACING_TOLERANCE }
    }
}

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
        let groups = groups.in_order;
        let mut interval = None;
        let mut trajectories = Vec::with_capacity(groups.len());
        for group in groups {
            let found = group.interval(self.spacing_tolerance, &columns, &at)?;
            let expected = *interval.get_or_insert(found);
            if (found - expected).abs() > self.spacing_tolerance * expected + group.rounding() {
                let problem = DataProblem::DifferentInterval { label: group.label, found, expected };
                return Err(at.cell(group.lines[0], columns.time, &columns, problem));
            }
            trajectories.push(Trajectory::from_lines(group.label, group.times[0], group.states, group.lines));
        }
        let variables = columns.state.iter().map(|&k| columns.names[k].clone()).collect();
        let numbers = columns.state.iter().map(|k| k + 1).collect();
        Trajectories::from_columns(origin.into(), variables, numbers, interval.unwrap_or(f64::NAN), trajectories)
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
    /// The rounding of a difference of two times: large times (seconds since 1970) are known to fewer digits than their gaps need.
    fn rounding(&self) -> f64 {
        4.0 * f64::EPSILON * self.times[0].abs().max(self.times[self.times.len() - 1].abs())
    }

    /// The time between samples, once all gaps are found to agree with the middle one.
    fn interval(&self, tolerance: f64, columns: &Columns, at: &Origin) -> Result<f64, DataError> {
        let n = self.times.len();
        if n < 2 {
            return Err(at.line(self.lines[0], DataProblem::OneSample { label: self.label.clone() }));
        }
        let gaps: Vec<f64> = self.times.windows(2).map(|t| t[1] - t[0]).collect();
        let mut ordered = gaps.clone();
        ordered.sort_by(f64::total_cmp);
        let expected = ordered[(gaps.len() - 1) / 2];
        let uneven = |gap: &f64| (gap - expected).abs() > tolerance * expected + self.rounding();
        if let Some(k) = gaps.iter().position(uneven) {
            let problem = DataProblem::Uneven { previous: self.lines[k], found: gaps[k], expected, tolerance };
            return Err(at.cell(self.lines[k + 1], columns.time, columns, problem));
        }
        let mean = (self.times[n - 1] - self.times[0]) / (n - 1) as f64;
        // 0, 0.1, 0.2, …, 0.7 means 0.1, not 0.7/7 = 0.09999999999999999.
        Ok(if (mean - expected).abs() <= self.rounding() { shortest_between(mean, expected) } else { mean })
    }
}

/// The number with the fewest decimal digits that is as near to `a` as `b` is, or as rounding is.
fn shortest_between(a: f64, b: f64) -> f64 {
    let reach = (a - b).abs().max(2.0 * f64::EPSILON * a.abs());
    (0..=16).filter_map(|digits| format!("{a:.digits$e}").parse().ok()).find(|x: &f64| (x - a).abs() <= reach).unwrap_or(a)
}
