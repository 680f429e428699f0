//! Text and tables that fit the terminal.

use super::failure::Failure;
use super::output;
pub use super::width::width;
use crate::words::{Table, wrapped};

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
