//! The `lambdahat` program: parses, calls the library, prints.

#[allow(dead_code)] // until every subcommand has landed
mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
