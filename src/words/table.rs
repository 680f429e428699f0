//! A table without frames that fits the width it is given and never breaks inside a word or a number.

use super::paragraph::{columns, wrapped};
use std::fmt::Display;

/// Between two columns.
const GAP: usize = 2;
/// Before the first column.
const INDENT: usize = 2;
/// A column of text that is folded is at least so wide, where its words allow.
const LEAST_TEXT: usize = 24;

/// A colour that stands for a meaning; left out where the output is no terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shade {
    /// As it should be.
    Green,
    /// To be looked at.
    Yellow,
    /// Wrong.
    Red,
    /// Of little weight.
    Grey,
}

impl Shade {
    /// The text in this colour.
    pub fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Green => 32,
            Self::Yellow => 33,
            Self::Red => 31,
            Self::Grey => 90,
        };
        if text.is_empty() { String::new() } else { format!("\u{1b}[{code}m{text}\u{1b}[0m") }
    }
}

/// One cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    text: String,
    shade: Option<Shade>,
}

impl Cell {
    /// A cell with this text.
    pub fn new(text: impl Display) -> Self {
        Self { text: text.to_string(), shade: None }
    }

    /// The same in a colour.
    #[must_use]
    pub fn shade(self, shade: Shade) -> Self {
        Self { shade: Some(shade), ..self }
    }
}

impl<T: Display> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text)
    }
}

/// Headings and rows.
///
/// Where the rows are too wide, columns marked as details are dropped, the last first; then texts are folded at spaces; and where even that
/// does not fit, each row is written as a list of its cells.
#[derive(Clone, Debug, Default)]
pub struct Table {
    headings: Vec<String>,
    details: Vec<usize>,
    rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table with these headings; empty ones for none.
    pub fn new(headings: &[&str]) -> Self {
        Self { headings: headings.iter().map(|&text| text.to_owned()).collect(), ..Self::default() }
    }

    /// Columns that may be dropped where there is no room, the first of these last.
    #[must_use]
    pub fn details(self, columns: &[usize]) -> Self {
        Self { details: columns.to_vec(), ..self }
    }

    /// Adds a row.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) -> &mut Self {
        let mut row: Vec<Cell> = cells.into_iter().map(Into::into).collect();
        row.resize(self.headings.len().max(row.len()), Cell::new(""));
        self.rows.push(row);
        self
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The table in lines of at most `width` columns, without a line break at the end.
    pub fn fit(&self, width: usize) -> String {
        let count = self.rows.iter().map(Vec::len).chain([self.headings.len()]).max().unwrap_or(0);
        let mut shown: Vec<usize> = (0..count).filter(|&c| self.column(c).any(|text| !text.is_empty())).collect();
        let mut waiting = self.details.clone();
        loop {
            let natural: Vec<usize> = shown.iter().map(|&c| self.widest(c, columns)).collect();
            if total(&natural) <= width {
                return self.lines(&shown, &natural);
            }
            let least: Vec<usize> = shown.iter().map(|&c| self.widest(c, longest_word)).collect();
            let comfortable: Vec<usize> = least.iter().zip(&natural).map(|(&l, &n)| l.max(LEAST_TEXT.min(n))).collect();
            if let Some(folded) = shared(&comfortable, &natural, width) {
                return self.lines(&shown, &folded);
            }
            match waiting.pop() {
                Some(detail) => shown.retain(|&c| c != detail),
                None => {
                    return match shared(&least, &natural, width) {
                        Some(folded) => self.lines(&shown, &folded),
                        None => self.list(&shown, width),
                    };
                }
            }
        }
    }

    fn column(&self, c: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(c)).map(|cell| cell.text.as_str())
    }

    fn heading(&self, c: usize) -> &str {
        self.headings.get(c).map_or("", String::as_str)
    }

    fn widest(&self, c: usize, measure: fn(&str) -> usize) -> usize {
        self.column(c).chain([self.heading(c)]).map(measure).max().unwrap_or(0)
    }

    fn lines(&self, shown: &[usize], widths: &[usize]) -> String {
        let mut out = Vec::new();
        if self.headings.iter().any(|heading| !heading.is_empty()) {
            out.extend(line(shown.iter().zip(widths).map(|(&c, &w)| (self.heading(c), None, w))));
        }
        for row in &self.rows {
            out.extend(line(
                shown.iter().zip(widths).map(|(&c, &w)| row.get(c).map_or(("", None, w), |cell| (cell.text.as_str(), cell.shade, w))),
            ));
        }
        out.join("\n")
    }

    /// Each row as a list: the first cell, then the others with their headings.
    fn list(&self, shown: &[usize], width: usize) -> String {
        let mut out = Vec::new();
        for row in &self.rows {
            for (place, &c) in shown.iter().enumerate() {
                let Some(cell) = row.get(c).filter(|cell| !cell.text.is_empty()) else { continue };
                let label = if place == 0 || self.heading(c).is_empty() { String::new() } else { format!("{}: ", self.heading(c)) };
                let indent = if place == 0 { "  " } else { "    " };
                out.push(wrapped(&format!("{label}{}", cell.text), indent, "      ", width));
            }
        }
        out.join("\n")
    }
}

/// The width of a row with columns this wide.
fn total(widths: &[usize]) -> usize {
    INDENT + widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// The widths between the least and the natural ones that fill the room, the widest column giving way first; none where the least do not fit.
fn shared(least: &[usize], natural: &[usize], width: usize) -> Option<Vec<usize>> {
    if total(least) > width {
        return None;
    }
    let mut widths = natural.to_vec();
    while total(&widths) > width {
        let widest = (0..widths.len()).filter(|&k| widths[k] > least[k]).max_by_key(|&k| widths[k])?;
        widths[widest] -= 1;
    }
    Some(widths)
}

fn longest_word(text: &str) -> usize {
    wrapped(text, "", "", 1).lines().map(columns).max().unwrap_or(0)
}

/// One row in as many lines as its tallest cell needs.
fn line<'a>(cells: impl Iterator<Item = (&'a str, Option<Shade>, usize)>) -> Vec<String> {
    let folded: Vec<(Vec<String>, Option<Shade>, usize)> =
        cells.map(|(text, shade, width)| (wrapped(text, "", "", width).lines().map(str::to_owned).collect(), shade, width)).collect();
    let height = folded.iter().map(|(lines, ..)| lines.len()).max().unwrap_or(0).max(1);
    (0..height)
        .map(|k| {
            let mut out = " ".repeat(INDENT);
            let mut pending = 0;
            for (lines, shade, width) in &folded {
                let text = lines.get(k).map_or("", String::as_str);
                if !text.is_empty() {
                    out.push_str(&" ".repeat(pending));
                    pending = 0;
                    out.push_str(&shade.map_or_else(|| text.to_owned(), |shade| shade.paint(text)));
                }
                pending += width - columns(text).min(*width) + GAP;
            }
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Table {
        let mut table = Table::new(&["METHOD", "COST", "λ̂", "WHY"]).details(&[1]);
        table.row(["rk4", "4", "0.1051 + 1.927i", "the principal branch grows although the truth decays"]);
        table.row([
            Cell::new("bogacki-shampine3"),
            Cell::new(3),
            Cell::new("−0.04343 + 1.67i"),
            Cell::new("another branch rotates backwards"),
        ]);
        table
    }

    #[test]
    fn it_fits_whatever_the_width_and_breaks_no_number() {
        for width in 40..120 {
            let text = sample().fit(width);
            assert!(text.lines().all(|line| columns(line) <= width), "{width}:\n{text}");
            assert!(text.contains("0.1051 + 1.927i") && text.contains("bogacki-shampine3"), "{width}:\n{text}");
        }
        assert!(sample().fit(120).contains("COST") && !sample().fit(60).contains("COST"));
    }

    #[test]
    fn where_nothing_fits_each_row_is_a_list() {
        let text = sample().fit(22);
        assert!(text.starts_with("  rk4\n    λ̂: 0.1051 + 1.927i\n"), "{text}");
    }

    #[test]
    fn colours_take_no_room() {
        let mut plain = Table::new(&["A", "B"]);
        plain.row(["x", "y"]);
        let mut painted = Table::new(&["A", "B"]);
        painted.row([Cell::new("x").shade(Shade::Red), Cell::new("y")]);
        assert_eq!(painted.fit(80).replace("\u{1b}[31m", "").replace("\u{1b}[0m", ""), plain.fit(80));
        assert_eq!(plain.fit(80), "  A  B\n  x  y");
    }
}
