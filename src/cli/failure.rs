//! How a run fails: one clear message on standard error, exit status 2.

use std::error::Error;
use std::fmt;
use std::io;
use std::process::ExitCode;

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

    /// Prints the message and gives the exit status.
    pub fn report(self) -> ExitCode {
        match self {
            Self::ReaderGone => ExitCode::SUCCESS,
            Self::Message(message) => {
                use std::io::Write;
                let red = anstream::stderr();
                // Nothing is left to be done when even standard error is closed.
                let _ = writeln!(red.lock(), "\u{1b}[1;31merror:\u{1b}[0m {message}");
                ExitCode::from(2)
            }
        }
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Message(error.to_string())
    }
}

/// A failure to write to standard output: the reader is gone, or the disk is full.
pub fn printing(error: io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe { Failure::ReaderGone } else { Failure::new(format!("cannot write the output: {error}")) }
}
