//! Ctrl-C during a long `predict`: the answer is what is settled so far, and says so.
#![cfg(unix)]

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Waits until a process handles Ctrl-C itself, where the system tells (Linux): on a busy machine it may take long to get so far.
fn handles_interrupt(process: u32) {
    let handled = |status: &str| {
        let caught = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigCgt:")?.trim(), 16).ok());
        caught.is_some_and(|mask| mask & 2 != 0)
    };
    while std::fs::read_to_string(format!("/proc/{process}/status"))
        .is_ok_and(|status| status.contains("SigCgt:") && !status.contains("State:\tZ") && !handled(&status))
    {
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// `predict --json` on a panel file, ended by Ctrl-C so long after it began; its exit status is 0.
fn interrupted(file: &str, after: Duration) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/panel").join(file);
    let child = Command::new(assert_cmd::cargo::cargo_bin("lambdahat"))
        .args(["predict", "--json"])
        .arg(path)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    handles_interrupt(child.id());
    std::thread::sleep(after);
    // A program that has ended by then has given its whole answer.
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
    let output = child.wait_with_output().expect("ends");
    assert_eq!(output.status.code(), Some(0), "{file}, after {after:?}");
    serde_json::from_slice(&output.stdout).expect("one document")
}

/// Whenever it comes there is a document, and nothing is recommended where nothing is settled.
#[test]
fn predict_answers_with_what_is_settled_so_far() {
    let mut stopped = 0;
    for file in ["duffing.csv", "lorenz-0.02.csv"] {
        for milliseconds in [300, 900, 2500] {
            let document = interrupted(file, Duration::from_millis(milliseconds));
            let caveats = document["caveats"].as_array().expect("a list");
            stopped += usize::from(caveats.iter().any(|caveat| caveat["code"] == "stopped"));
            if document["finding"]["settled"] == false {
                assert!(document["recommendation"].is_null(), "{document}");
            }
        }
    }
    assert!(stopped > 0, "no search was still going on");
}
