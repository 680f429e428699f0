//! The program that was built with the tests.

use assert_cmd::Command;
use serde_json::Value;

pub fn lambdahat(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("lambdahat").expect("the program is built with the tests");
    command.args(arguments);
    command
}

/// What it prints with `--json`, where it ends with this status.
pub fn json(arguments: &[&str], status: i32) -> Value {
    let output = lambdahat(arguments).arg("--json").assert().code(status).get_output().stdout.clone();
    serde_json::from_slice(&output).expect("one JSON document")
}

/// Exit status 2, nothing on standard output, and a message that holds each of these texts.
pub fn refused(arguments: &[&str], texts: &[&str]) {
    let mut assert = lambdahat(arguments).assert().code(2).stdout("");
    for text in texts {
        assert = assert.stderr(predicates::str::contains(*text));
    }
}
