//! The `lambdahat` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    lambdahat::cli::main(std::env::args_os()).into()
}
