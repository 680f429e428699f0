//! On a terminal long work is announced on standard error, short work is not, and standard output has nothing of it. The terminal is that of `script` (util-linux).
#![cfg(target_os = "linux")]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What a shell command shows on a terminal, where `$program` is this one and `$out` a file, and how long it took; with what it wrote to that file. `None` without `script`.
fn on_a_terminal(command: &str) -> Option<(String, Duration, String)> {
    let folder = tempfile::tempdir().expect("makes a folder");
    let out = folder.path().join("out");
    let since = Instant::now();
    let shown = Command::new("script")
        .args(["-q", "-e", "-c", command, "/dev/null"])
        .env("program", assert_cmd::cargo::cargo_bin("lambdahat"))
        .env("out", &out)
        .env("SHELL", "/bin/sh")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/panel"))
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let took = since.elapsed();
    let text = String::from_utf8_lossy(&shown.stdout).replace('\r', "");
    assert!(shown.status.success(), "{command}: {text}");
    Some((text, took, std::fs::read_to_string(out).unwrap_or_default()))
}

#[test]
fn long_work_is_announced() {
    let slow = "{ sleep 2; cat linear.csv; } | \"$program\"";
    for command in ["predict - --json", "fit - -o /dev/null --json", "check - --seeds 2 --json"] {
        let Some((shown, _, out)) = on_a_terminal(&format!("{slow} {command} > \"$out\"")) else { return };
        assert_eq!(shown.matches("Reading standard input …").count(), 1, "{command}: {shown}");
        serde_json::from_str::<Value>(&out).expect("one document and no other text");
    }
    // As people see it: the line, then the answer.
    let Some((shown, ..)) = on_a_terminal(&format!("{slow} predict -")) else { return };
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0] == "Reading standard input …" && lines[1].starts_with("A damped oscillation"), "{shown}");
    // A search that takes its time, here at least a second in a program for tests.
    let Some((shown, took, out)) = on_a_terminal("\"$program\" predict lorenz-0.1.csv --json > \"$out\"") else { return };
    let announced = shown.contains("Examining lorenz-0.1.csv … (Ctrl-C answers with what is settled so far)");
    assert!(announced || took < Duration::from_secs(2), "{took:?}: {shown}");
    assert!(serde_json::from_str::<Value>(&out).is_ok() && !out.contains('…'), "{out}");
}

#[test]
fn short_work_is_not() {
    for command in ["predict linear.csv", "predict", "fit linear.csv"] {
        let Some((shown, took, _)) = on_a_terminal(&format!("\"$program\" {command}")) else { return };
        let announced = ["Reading ", "Examining ", "Working out "].iter().any(|line| shown.contains(line));
        assert!(!announced || took > Duration::from_millis(900), "{command}, {took:?}: {shown}");
    }
}
