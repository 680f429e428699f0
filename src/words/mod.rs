//! Facts into words: the one place for numbers, sentences, tables and advice.
//!
//! | question | where |
//! | --- | --- |
//! | a real, a complex number, a pair, a per cent, a point | `number` |
//! | a time | `duration` |
//! | text in lines, a table that fits the terminal | `paragraph`, `table` |
//! | what limits the modes | `caveats` |
//! | the document of `--json`: facts with their texts | `document` |
//!
//! The modules below compute facts: numbers and enums with fields. Nothing is decided here, and nobody decides on what is said here.

mod caveats;
pub mod document;
mod duration;
pub mod number;
mod paragraph;
mod table;

pub use caveats::no_modes;
pub use duration::duration;
pub use paragraph::wrapped;
pub use table::{Cell, Shade, Table};

/// Whom the words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The command line and Python: commands and their options may be named.
    Terminal,
    /// The page: buttons and fields.
    Page,
}

/// A fact that can be said in a sentence.
pub trait Say {
    /// The sentence, with a capital letter and a full stop.
    fn say(&self, to: Dialect) -> String;
}
