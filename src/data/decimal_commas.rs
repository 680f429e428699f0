//! Numbers with commas as decimal points, as much of Europe writes them between semicolons or tabs.

use std::borrow::Cow;

/// Rows that are looked at, at most.
const MOST_ROWS: usize = 200;

/// Whether a cell is a number only with its comma as the decimal point.
fn is_one(cell: &str) -> bool {
    let mut parts = cell.splitn(2, ',');
    let (whole, rest) = (parts.next().unwrap_or(""), parts.next());
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit()) && !whole.contains('.') && format!("{whole}.{rest}").parse::<f64>().is_ok()
    })
}

/// Whether commas are decimal points in these rows of cells: some are, and no cell has a point.
pub(super) fn are_used<'a>(rows: impl Iterator<Item = Vec<&'a str>>) -> bool {
    let mut found = false;
    for cell in rows.take(MOST_ROWS).flatten() {
        if cell.contains('.') && cell.parse::<f64>().is_ok() {
            return false;
        }
        found |= is_one(cell);
    }
    found
}

/// The text with points in place of the commas from byte `from` on, below the header.
pub(super) fn as_points(text: &str, from: usize) -> Cow<'_, str> {
    let (header, body) = text.split_at(from);
    Cow::Owned(format!("{header}{}", body.replace(',', ".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_are_points_where_no_point_is() {
        let used = |rows: &[&[&'static str]]| are_used(rows.iter().map(|r| r.to_vec()));
        assert!(used(&[&["0", "1"], &["0,5", "-1,25e-3"]]));
        assert!(!used(&[&["0", "1"], &["0.5", "1,25"]]));
        assert!(!used(&[&["0", "1"], &["Rome, Italy", "3"], &["1,000.5", "2"]]));
        assert_eq!(as_points("t;x,y\n0;1,5\n", 6), "t;x,y\n0;1.5\n");
    }
}
