//! `completions SHELL`: a completion script.

use super::failure::Failure;
use super::{Answer, Cli, output};
use clap::CommandFactory;
use clap_complete::Shell;

/// Options of `completions`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  lambdahat completions bash > ~/.local/share/bash-completion/completions/lambdahat")]
pub struct Args {
    /// The shell to write the script for
    shell: Shell,
}

/// Prints the script.
pub fn run(args: Args) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lambdahat", &mut script);
    output::text(&String::from_utf8_lossy(&script))?;
    Ok(Answer::Done)
}
