//! How a run fails: one clear message on standard error, exit status 2.

use crate::data::{DataError, DataProblem};
use std::error::Error;
use std::fmt;
use std::io;

/// Bad usage or bad input, in one message that says what, where and what to do.
#[derive(Debug)]
pub enum Failure {
    /// A message for the user.
    Message(String),
    /// Standard output was closed by its reader (`| head`): no failure at all.
    ReaderGone,
}

impl Failure {
    /// A failure with this message.
    pub fn new(message: impl fmt::Display) -> Self {
        Self::Message(message.to_string())
    }

    /// What is wrong with samples, with the option that mends it: of commands that read samples with all options for it.
    pub fn of_samples(error: DataError) -> Self {
        Self::Message(option(&error.problem).map_or_else(|| error.to_string(), |option| format!("{error} ({option})")))
    }

    /// Prints the message and gives the exit status.
    pub fn report(self) -> u8 {
        match self {
            Self::ReaderGone => 0,
            Self::Message(message) => {
                use std::io::Write;
                let red = anstream::stderr();
                // Nothing is left to be done when even standard error is closed.
                let text = format!("\u{1b}[1;31merror:\u{1b}[0m {}", readable(&message));
                let _ = writeln!(red.lock(), "{}", super::width::message(&text));
                2
            }
        }
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Message(error.to_string())
    }
}

/// The option that does what a problem of the data asks for.
fn option(problem: &DataProblem) -> Option<&'static str> {
    match problem {
        DataProblem::NoTime | DataProblem::OnlyRowNumbers => Some("--time COLUMN or --interval H"),
        DataProblem::NumpyWithoutTimes => Some("--interval H"),
        DataProblem::TimeNotIncreasing { .. } => Some("--trajectory COLUMN"),
        _ => None,
    }
}

/// The longest word of a message that is shown whole.
const LONGEST_WORD: usize = 160;

/// A message as it may be shown: control characters other than line breaks as escapes, endless words cut short.
pub fn readable(message: &str) -> String {
    let shown = |word: &str| {
        let word: String =
            word.chars().flat_map(|c| if c.is_control() && c != '\n' { c.escape_default().collect() } else { vec![c] }).collect();
        let count = word.chars().count();
        if count <= LONGEST_WORD {
            return word;
        }
        let start: String = word.chars().take(40).collect();
        let end: String = word.chars().skip(count - 40).collect();
        format!("{start}…({} characters left out)…{end}", count - 80)
    };
    message.split(' ').map(shown).collect::<Vec<_>>().join(" ")
}

/// A failure to write to standard output: the reader is gone, or the disk is full.
pub fn printing(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe { Failure::ReaderGone } else { Failure::new(format!("cannot write the output: {error}")) }
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn messages_are_readable_whatever_they_quote() {
        assert_eq!(readable("a `b` c\nd"), "a `b` c\nd");
        assert_eq!(readable("scheme `\u{1b}[2J`"), "scheme `\\u{1b}[2J`");
        let long = format!("`{}` is not a number", "(".repeat(100_000));
        assert!(readable(&long).chars().count() < 160 && readable(&long).ends_with("(((` is not a number"));
    }
}
