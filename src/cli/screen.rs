//! The terminal: how wide it is, and text and tables that fit it.

use super::failure::Failure;
use super::output;
use crate::words::{Table, wrapped};

/// Columns where the width is not known: a file, a pipe.
const USUAL: usize = 80;
/// No line is longer, however wide the terminal.
const WIDEST: usize = 110;
/// Narrower than this nothing can be read.
const NARROWEST: usize = 30;

/// Columns that a line may have: COLUMNS where it is set, else the terminal's width, else 80; never more than 110.
pub fn width() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok()).filter(|&n: &usize| n > 0);
    let found = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    told.or_else(found).unwrap_or(USUAL).clamp(NARROWEST, WIDEST)
}

/// Prints text in lines that fit; those after the first are indented.
pub fn paragraph(text: &str) -> Result<(), Failure> {
    output::line(wrapped(text, "", "  ", width()))
}

/// Prints text in lines that fit, after a label such as `Note: `.
pub fn labelled(label: &str, text: &str) -> Result<(), Failure> {
    output::line(wrapped(text, label, "  ", width()))
}

/// Prints a table, if it has rows.
pub fn table(table: &Table) -> Result<(), Failure> {
    if table.is_empty() { Ok(()) } else { output::line(table.fit(width())) }
}
