//! Facts into words: the one place for numbers, sentences, tables and advice.
//!
//! | question | where |
//! | --- | --- |
//! | a real, a complex number, a pair, a per cent, a point | `number` |
//! | a time | `duration` |
//! | training calls | `loops` |
//! | text in lines, a table that fits the terminal | `paragraph`, `table` |
//! | how samples were read, and what looks odd in them | `samples` |
//! | what limits the modes | `caveats` |
//! | verdicts and their reasons | `verdicts` |
//! | what a loop learns of inputs; what becomes of a limit cycle | `inputs`; `cycles` |
//! | what the loss makes of noise; regression on derivatives | `losses`; `regressions` |
//! | what to do instead, and its call in a library | `advice`, `to_do`, `training_call`; of a library's own steps `loops` |
//! | why a mode is not settled; what is open beside what is | `unsettled`; `still_open` |
//! | what is true, in the first lines | `modes_found` |
//! | the screens of `predict`; of `check`; of `audit` and `repair` | `prediction`; `check`, `covered`; `repair` |
//! | the screen of `fit` | `fit` |
//! | remarks of `audit` and `repair`; what differs where a training goes on | `remarked`; `resumed` |
//! | properties of a scheme, the screen of a verification | `property_name`, `verification` |
//! | the demos of the page | `explorable` |
//! | the document of `--json`: facts with their texts | `document` |
//!
//! The modules below compute facts: numbers and enums with fields. Nothing is decided here, and nobody decides on what is said here.

mod advice;
mod caveats;
#[cfg(feature = "cli")]
pub(crate) mod check;
#[cfg(feature = "cli")]
mod covered;
#[cfg(feature = "cli")]
pub(crate) mod cycles;
pub mod document;
mod duration;
pub mod explorable;
#[cfg(feature = "cli")]
pub(crate) mod fit;
#[cfg(feature = "cli")]
pub(crate) mod inputs;
pub mod loops;
#[cfg(feature = "cli")]
pub(crate) mod losses;
mod modes_found;
pub mod number;
mod paragraph;
pub mod prediction;
pub mod property_name;
#[cfg(feature = "cli")]
pub(crate) mod regressions;
mod remarked;
#[cfg(feature = "cli")]
pub(crate) mod repair;
mod resumed;
mod samples;
mod still_open;
mod table;
mod to_do;
mod training_call;
mod unsettled;
mod verdicts;
pub mod verification;

pub use advice::why;
pub use caveats::no_modes;
#[cfg(feature = "cli")]
pub use check::UNEVEN_LOSS;
pub use duration::duration;
pub use paragraph::{columns, folded_sum, wrapped};
pub use samples::{examining, predicting, read_as, reading, still, stopped_reading};
pub use table::{Cell, Shade, Table};
pub use training_call::{TrainingCall, no_integrator, training_calls};
pub use verdicts::{fate, flag, verdict};

/// Whom the words are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The command line: commands and their options may be named.
    Terminal,
    /// Python: arguments and fields.
    Python,
    /// The page: buttons and fields.
    Page,
}

/// A fact that can be said in a sentence.
pub trait Say {
    /// The sentence, with a capital letter and a full stop.
    fn say(&self, to: Dialect) -> String;
}
