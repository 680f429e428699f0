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

/// Prints the script, in JSON as `{"shell", "script"}`.
pub fn run(args: Args, json: bool) -> Result<Answer, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "lambdahat", &mut script);
    let script = String::from_utf8_lossy(&script);
    if json {
        output::json(&serde_json::json!({ "shell": args.shell.to_string(), "script": script }))?;
    } else {
        output::text(&script)?;
    }
    Ok(Answer::Done)
}
