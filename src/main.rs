//! The `lambdahat` program: parses, calls the library, prints.

// As in the library: what can fail is a `Result`.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::unimplemented))]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
