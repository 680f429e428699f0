//! The text of a table: separator, column names, and rows of cells with their lines.
//!
//! Cells stay slices of the text; no row is copied.

use super::data_error::{DataError, DataProblem};
use super::{decimal_commas, stamps};

/// What stands between two cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Separator {
    /// A comma, a semicolon or a tab.
    Character(char),
    /// Any run of blanks.
    Blanks,
}

/// A table with its header read; [`next_row`](Table::next_row) gives the rest.
pub(super) struct Table<'a> {
    lines: Lines<'a>,
    separator: Separator,
    /// The names of the columns; empty where one has none.
    pub names: Vec<String>,
    /// The line that names them, or the first where none does.
    pub header_line: usize,
    /// Whether no line names the columns: they are called t, x1, x2, … or x1, x2, …
    pub unnamed: bool,
}

impl<'a> Table<'a> {
    /// Finds the header, or the comment that stands for it (`# t x y`, as `np.savetxt` writes it). Where there is neither, columns are named by their places, the first
    /// as the time if `with_times`.
    pub fn open(text: &'a str, origin: &str, with_times: bool) -> Result<Self, DataError> {
        let at = |line: usize, problem| DataError { line: Some(line), ..DataError::of(origin, problem) };
        let mut lines = Lines::of(text.strip_prefix('\u{feff}').unwrap_or(text));
        let mut comment = None;
        let mut stated = None;
        let mut body = lines.clone();
        let (mut header_line, mut header) = loop {
            let Some((number, line)) = lines.next() else { return Err(DataError::of(origin, DataProblem::Empty)) };
            if let Some(separator) = excel_separator(line).filter(|_| stated.is_none()) {
                stated = Some(separator);
            } else if let Some(text) = line.strip_prefix('#') {
                comment = Some((number, text.trim()));
            } else if !line.trim().is_empty() {
                break (number, line);
            }
            body = lines.clone();
        };
        let mut after = lines.clone();
        if let Some((number, line)) = after.find(|(_, line)| is_row(line))
            && is_title(header, line, after.clone().map(|(_, line)| line).find(|line| is_row(line)))
        {
            (header_line, header, lines) = (number, line, after);
        }
        let below = lines.clone().map(|(_, line)| line).find(|line| is_row(line));
        let separator = stated.unwrap_or_else(|| separator(header, below));
        let mut cells = Vec::new();
        split(header, separator, &mut cells);
        if cells.iter().any(|cell| !looks_like_data(cell)) {
            let mut names: Vec<String> = cells.iter().map(|&cell| cell.into()).collect();
            let mut first_row = Vec::new();
            if let (Separator::Blanks, Some(below)) = (separator, below) {
                split(below, separator, &mut first_row);
            }
            // R leaves its row names without a heading.
            if first_row.len() == names.len() + 1 {
                names.insert(0, String::new());
            }
            return Ok(Self { lines, separator, names, header_line, unnamed: false });
        }
        let named = |(line, text): (usize, &str)| {
            [separator, Separator::Blanks, Separator::Character(','), Separator::Character(';'), Separator::Character('\t')]
                .into_iter()
                .map(|separator| {
                    let mut names = Vec::new();
                    split(text, separator, &mut names);
                    names.into_iter().map(str::to_owned).collect::<Vec<_>>()
                })
                .find(|names| names.len() == cells.len() && names.iter().any(|name| !looks_like_data(name)))
                .map(|names| (line, names))
        };
        match comment.and_then(named) {
            Some((header_line, names)) => Ok(Self { lines: body, separator, names, header_line, unnamed: false }),
            None if cells.len() <= usize::from(with_times) || cells.iter().any(|cell| cell.is_empty()) => {
                Err(at(header_line, DataProblem::NoHeader))
            }
            None => {
                let name = |k: usize| if with_times && k == 0 { "t".into() } else { format!("x{}", k + usize::from(!with_times)) };
                let names = (0..cells.len()).map(name).collect();
                Ok(Self { lines: body, separator, names, header_line, unnamed: true })
            }
        }
    }

    /// Whether cells use commas as decimal points, which a table that is separated by commas cannot, and where in `text` the rows begin.
    pub fn decimal_commas(&self, text: &str) -> Option<usize> {
        if self.separator == Separator::Character(',') {
            return None;
        }
        let rows = self.lines.clone().map(|(_, line)| line).filter(|line| is_row(line)).map(|line| {
            let mut cells = Vec::new();
            split(line, self.separator, &mut cells);
            cells
        });
        decimal_commas::are_used(rows).then_some(text.len() - self.lines.rest.len())
    }

    /// The cells of the next row, and its line; `None` at the end.
    pub fn next_row(&mut self, cells: &mut Vec<&'a str>) -> Option<usize> {
        loop {
            let (number, line) = self.lines.next()?;
            if is_row(line) {
                cells.clear();
                split(line, self.separator, cells);
                if cells.len() > 1 || cells.iter().any(|cell| !cell.is_empty()) {
                    return Some(number);
                }
            }
        }
    }
}

/// Whether a line is neither blank nor a comment.
fn is_row(line: &str) -> bool {
    !line.starts_with('#') && !line.trim().is_empty()
}

/// Whether a line is a title: one cell above a line of several that are names, below which there are numbers.
fn is_title(line: &str, header: &str, below: Option<&str>) -> bool {
    let cells =
        |line: &str, separator: char| line.split(separator).map(|cell| looks_like_data(unquoted(cell.trim()))).collect::<Vec<bool>>();
    let separated = |separator: &char| header.contains(*separator) && !line.contains(*separator);
    !looks_like_data(line.trim())
        && [',', ';', '\t'].into_iter().find(separated).is_some_and(|separator| {
            let data = below.map(|below| cells(below, separator));
            cells(header, separator).iter().all(|data| !data)
                && data.is_some_and(|data| data.len() == cells(header, separator).len() && data.iter().all(|data| *data))
        })
}

/// Excel's `sep=;` as the first line.
fn excel_separator(line: &str) -> Option<Separator> {
    let separator = line.trim_end_matches(['\r', '\n']).trim_matches('"').strip_prefix("sep=")?;
    let mut characters = separator.chars();
    let character = characters.next().filter(|_| characters.next().is_none())?;
    Some(if character == ' ' { Separator::Blanks } else { Separator::Character(character) })
}

/// The separator that the header has most of; blanks where it has none and the row below has them too.
fn separator(header: &str, below: Option<&str>) -> Separator {
    let occurs = |c: char| header.split('"').step_by(2).map(|part| part.matches(c).count()).sum::<usize>();
    let mut best = ',';
    for other in [';', '\t'] {
        if occurs(other) > occurs(best) {
            best = other;
        }
    }
    let blank = |line: &str| line.split_whitespace().count() > 1;
    if occurs(best) == 0 && blank(header) && below.is_none_or(blank) { Separator::Blanks } else { Separator::Character(best) }
}

fn looks_like_data(cell: &str) -> bool {
    cell.is_empty() || cell.parse::<f64>().is_ok() || stamps::is_date(cell) || super::cells::is_missing_word(cell)
}

/// The cells of a line, without the blanks and quotes around them.
fn split<'a>(line: &'a str, separator: Separator, cells: &mut Vec<&'a str>) {
    let Separator::Character(separator) = separator else {
        cells.extend(line.split_whitespace().map(unquoted));
        return;
    };
    if !line.contains('"') {
        cells.extend(line.split(separator).map(str::trim));
        return;
    }
    let (mut start, mut quoted) = (0, false);
    for (k, c) in line.char_indices() {
        if c == '"' {
            quoted = !quoted;
        } else if c == separator && !quoted {
            cells.push(unquoted(line[start..k].trim()));
            start = k + c.len_utf8();
        }
    }
    cells.push(unquoted(line[start..].trim()));
}

fn unquoted(cell: &str) -> &str {
    cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).map_or(cell, str::trim)
}

/// Lines with their numbers; a quoted line break does not end a line.
#[derive(Clone)]
struct Lines<'a> {
    rest: &'a str,
    number: usize,
    end: char,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        // Files of the first Macintosh end lines by a carriage return alone.
        let end = if text.contains('\n') { '\n' } else { '\r' };
        Self { rest: text, number: 1, end }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let number = self.number;
        let mut length = 0;
        loop {
            let found = self.rest[length..].find(self.end);
            length = found.map_or(self.rest.len(), |k| length + k + 1);
            self.number += usize::from(found.is_some());
            let line = &self.rest[..length];
            if found.is_none() || !line.contains('"') || line.matches('"').count().is_multiple_of(2) {
                self.rest = &self.rest[length..];
                return Some((number, line));
            }
        }
    }
}
