//! One cell of a state or an input: a number, or missing.

use super::data_error::DataProblem;

/// Words for a missing value, in any case; an empty cell is one too.
const MISSING: [&str; 7] = ["nan", "na", "n/a", "null", "none", "-", "--"];

/// Whether a cell says that its value is missing.
pub(super) fn is_missing_word(cell: &str) -> bool {
    cell.is_empty() || MISSING.iter().any(|word| cell.eq_ignore_ascii_case(word))
}

/// A value that a file uses for missing ones, such as -999.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sentinel {
    text: String,
    value: Option<f64>,
}

impl Sentinel {
    pub fn of(text: &str) -> Self {
        Self { text: text.trim().into(), value: text.trim().parse().ok() }
    }

    fn matches(&self, cell: &str, value: Option<f64>) -> bool {
        cell == self.text || (self.value.is_some() && self.value == value)
    }
}

/// The number in a cell; NaN where it is missing.
///
/// Errors: neither a number nor missing, or infinite.
pub(super) fn number(cell: &str, sentinels: &[Sentinel]) -> Result<f64, DataProblem> {
    match cell.parse::<f64>() {
        Ok(x) if sentinels.iter().any(|s| s.matches(cell, Some(x))) => Ok(f64::NAN),
        Ok(x) if x.is_infinite() => Err(DataProblem::NotFinite { text: cell.into() }),
        Ok(x) => Ok(x),
        Err(_) if is_missing_word(cell) || sentinels.iter().any(|s| s.matches(cell, None)) => Ok(f64::NAN),
        Err(_) => Err(DataProblem::NotANumber { text: cell.into() }),
    }
}
