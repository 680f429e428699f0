//! Ctrl-C during a long `predict` or `verify`: the answer is what is settled so far, and says so. While samples are read there is none, which is said as well.
#![cfg(unix)]

use serde_json::Value;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

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

/// What a command printed that was ended by Ctrl-C so long after it began to handle it, and how long it took from there.
fn interrupted(arguments: &[&str], after: Duration) -> (Output, Duration) {
    let child = Command::new(assert_cmd::cargo::cargo_bin("lambdahat"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("starts");
    handles_interrupt(child.id());
    std::thread::sleep(after);
    // A program that has ended by then has given its whole answer.
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).stderr(Stdio::null()).status();
    let since = Instant::now();
    (child.wait_with_output().expect("ends"), since.elapsed())
}

/// Whenever it comes there is a document, and nothing is recommended where nothing is settled.
#[test]
fn predict_answers_with_what_is_settled_so_far() {
    let mut stopped = 0;
    for file in ["duffing.csv", "lorenz-0.02.csv"] {
        for milliseconds in [300, 900, 2500] {
            let (output, _) = interrupted(&["predict", "--json", &format!("panel/{file}")], Duration::from_millis(milliseconds));
            assert_eq!(output.status.code(), Some(0), "{file}, after {milliseconds} ms");
            let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
            let caveats = document["caveats"].as_array().expect("a list");
            stopped += usize::from(caveats.iter().any(|caveat| caveat["code"] == "stopped"));
            if document["finding"]["settled"] == false {
                assert!(document["recommendation"].is_null(), "{document}");
            }
        }
    }
    assert!(stopped > 0, "no search was still going on");
}

/// While samples are read there is nothing to keep: the signal ends the program at once, with a word, and no file is begun.
#[test]
fn reading_ends_with_a_word() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let pipe = folder.path().join("samples.csv");
    if !Command::new("mkfifo").arg(&pipe).status().is_ok_and(|status| status.success()) {
        return;
    }
    let file = pipe.to_str().expect("is text");
    let commands: [&[&str]; 5] = [
        &["predict", file, "--figure", "figure.svg"],
        &["predict", "-", "--json"],
        &["check", "-", "--figure", "figure.svg"],
        &["check", "-", "-m", "torchdiffeq:dopri5"],
        &["fit", file, "-o", "model.json"],
    ];
    for arguments in commands {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin("lambdahat"))
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        // Some rows, and no end.
        let mut rows = child.stdin.take().expect("is piped");
        let _ = rows.write_all(b"t,x,y\n0,1,0\n1,0.5,0.2\n");
        handles_interrupt(child.id());
        std::thread::sleep(Duration::from_millis(700));
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        let since = Instant::now();
        let output = child.wait_with_output().expect("ends");
        assert!(since.elapsed() < Duration::from_secs(8), "{arguments:?}: {:?}", since.elapsed());
        let name = if arguments[1] == "-" { "standard input" } else { file };
        let said = String::from_utf8(output.stderr).expect("text");
        assert_eq!(said, format!("Stopped while reading {name}: nothing was examined.\n"), "{arguments:?}");
        assert_eq!((output.status.signal(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).expect("is there").map(|entry| entry.expect("is there").file_name()).collect();
        assert_eq!(left, ["samples.csv"], "{arguments:?}");
    }
}

/// Before its fits too: what was not fitted is not claimed.
#[test]
fn check_claims_nothing_of_fits_that_were_not_begun() {
    for (method, milliseconds) in [("rk4", 400), ("torchdiffeq:dopri5", 400), ("rk4", 2500)] {
        let (output, _) = interrupted(&["check", "--json", "panel/lorenz-0.02.csv", "-m", method], Duration::from_millis(milliseconds));
        if output.stdout.is_empty() {
            // So early that nothing was read: the signal ends the program.
            continue;
        }
        let document: Value = serde_json::from_slice(&output.stdout).expect("one document");
        let unfinished = document["interrupted"] == true;
        let fits = document["fits"].as_array().map_or(0, Vec::len);
        assert!(!unfinished || (document["agrees"] == false && output.status.code() == Some(1)), "{method}: {document}");
        assert!(unfinished || fits > 0, "{method}: {document}");
    }
}

/// Exact decisions end within moments, what is settled is printed, and everything else is named with the reason. A claim that is left open is no success.
#[test]
fn verify_prints_what_is_decided_and_names_the_rest() {
    let mut stopped = 0;
    for (method, milliseconds) in [("adams-moulton:k=30", 400), ("adams-moulton:k=30", 2500), ("rkc1-damped:s=32", 1500)] {
        let (output, took) = interrupted(&["verify", "--json", method], Duration::from_millis(milliseconds));
        if !output.status.success() && output.stdout.is_empty() {
            // So early that nothing was begun: the signal ends the program.
            continue;
        }
        // A moment by itself; on a machine that is busy with other tests it may take its time.
        assert!(took < Duration::from_secs(8), "{method}: {took:?}");
        let documents: Value = serde_json::from_slice(&output.stdout).expect("one document");
        let report = &documents[0];
        let left_out = report["left_out"].as_array().map_or(&[][..], Vec::as_slice);
        let ended = |part: &&Value| part["why"]["code"] == "stopped";
        stopped += usize::from(left_out.iter().any(|part| ended(&part)));
        for key in ["a_stable", "zero_stable", "imaginary_interval", "real_interval", "disc"] {
            let named = left_out.iter().any(|part| part["what"] == key);
            let applies = key != "zero_stable" || method.starts_with("adams");
            assert_eq!(report[key].is_null(), named || !applies, "{method} after {milliseconds} ms: {key}");
        }
        let open = report["claims"].as_array().expect("a list").iter().any(|claim| claim["holds"].is_null());
        assert_eq!(output.status.code(), Some(i32::from(open && left_out.iter().any(|part| ended(&part)))), "{method}: {report}");
    }
    assert!(stopped > 0, "no decision was still going on");
}

/// Schemes that were not begun are none that hold.
#[test]
fn verify_begins_no_scheme_after_it_was_ended() {
    let (output, _) = interrupted(&["verify", "--json", "adams-moulton:k=30", "rk4", "gauss2"], Duration::from_millis(700));
    let documents: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    if documents.as_array().is_some_and(|list| list.len() < 3) {
        assert_eq!((documents.as_array().map(Vec::len), output.status.code()), (Some(1), Some(1)));
    }
}
