//! How wide the terminal is, and messages that fit it.

use crate::words::{columns, wrapped};

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

/// A message for standard error in lines that fit, where the width is known: in a log it stays one line. Its own lines stay apart.
pub fn message(text: &str) -> String {
    let told = std::env::var_os("COLUMNS").is_some();
    let found = || terminal_size::terminal_size_of(std::io::stderr()).is_some();
    if !told && !found() {
        return text.to_owned();
    }
    let width = width();
    let folded = |line: &str| if columns(line) <= width { line.to_owned() } else { wrapped(line, "", "  ", width) };
    text.lines().map(folded).collect::<Vec<_>>().join("\n")
}
