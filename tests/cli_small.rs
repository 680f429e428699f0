//! Small faults of the command line, each seen once: what is shown is what is meant, and what is refused says why.
#![cfg(unix)]

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

fn lambdahat(arguments: &[&str]) -> Output {
    Command::new(cargo_bin("lambdahat")).args(arguments).output().expect("runs")
}

fn shown(arguments: &[&str]) -> String {
    let output = lambdahat(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

fn refusal(arguments: &[&str]) -> String {
    let output = lambdahat(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    String::from_utf8(output.stderr).expect("text")
}

fn name(path: &Path) -> &str {
    path.to_str().expect("a name")
}

/// A model file of the oscillator, with one field changed.
fn model(folder: &Path, pointer: &str, value: Value) -> std::path::PathBuf {
    let path = folder.join("model.json");
    shown(&["fit", "--samples", "20", "-o", name(&path)]);
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&path).expect("is there")).expect("a document");
    *document.pointer_mut(pointer).expect("a field") = value;
    std::fs::write(&path, document.to_string()).expect("writes");
    path
}

#[test]
fn completions_are_a_document_where_one_is_asked_for() {
    let document: Value = serde_json::from_str(&shown(&["completions", "bash", "--json"])).expect("one document");
    assert_eq!(document["shell"], "bash");
    assert!(document["script"].as_str().expect("text").contains("_lambdahat"));
}

#[test]
fn numbers_that_are_not_whole_are_refused_in_plain_words() {
    for arguments in [["fit", "--substeps", "2.5"], ["fit", "--seeds", "x"], ["predict", "--substeps", "1e3"]] {
        let refusal = refusal(&arguments);
        assert!(refusal.contains("whole number") && !refusal.contains("invalid digit"), "{refusal}");
        assert!(refusal.contains(arguments[1]) && refusal.contains(arguments[2]), "{refusal}");
    }
    assert!(refusal(&["predict", "data.csv", "--rank", "0"]).contains("`0` is not allowed: it starts at 1"));
    let two_columns = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/noisy_runs.csv");
    assert!(refusal(&["predict", two_columns, "--rank", "99"]).contains("99 coordinates are asked for, but the samples have 2 columns"));
}

/// What a model file names is opened only where it is a regular file of the expected size.
#[test]
fn files_of_strangers_are_not_followed_into_devices_or_pipes() {
    let folder = tempfile::tempdir().expect("a folder");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("runs").success());
    let mut traps = vec![pipe];
    let endless = folder.path().join("endless");
    if Command::new("mknod").arg(&endless).args(["c", "1", "5"]).status().is_ok_and(|status| status.success()) {
        traps.push(endless);
    }
    for trap in traps {
        let file = model(folder.path(), "/data/source", name(&trap).into());
        for command in ["audit", "repair"] {
            let since = Instant::now();
            let mut child = Command::new(cargo_bin("lambdahat"))
                .args([command, name(&file)])
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::null())
                .spawn()
                .expect("starts");
            while child.try_wait().expect("waits").is_none() {
                if since.elapsed() > Duration::from_secs(60) {
                    child.kill().expect("ends");
                    panic!("{command} follows {}", trap.display());
                }
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        // Values of a field name their method.
        let field = folder.path().join("field.json");
        let document = serde_json::json!({
            "variables": ["x"], "states": [[0.0], [1.0]], "field": [[0.0], [-1.0]],
            "method": format!("{}/{}", name(folder.path()), trap.file_name().expect("a name").to_string_lossy()), "interval": 1.0
        });
        std::fs::write(&field, document.to_string()).expect("writes");
        let refusal = refusal(&["audit", name(&field), "--model", "linear"]);
        assert!(refusal.contains("not a regular file"), "{refusal}");
    }
}

#[test]
fn model_files_that_no_training_leaves_are_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    for (pointer, value, word) in [
        ("/data/samples", Value::from(4_294_967_295u64), "samples"),
        ("/loss", Value::from(-1.0), "loss"),
        ("/settings/rate", Value::from(-1.0), "rate"),
        ("/learned", Value::from(3), "an object with model and parameters"),
    ] {
        let refusal = refusal(&["audit", name(&model(folder.path(), pointer, value))]);
        assert!(refusal.contains(word) && !refusal.contains("struct"), "{refusal}");
    }
}

#[test]
fn a_sparse_fit_shows_its_equations() {
    let text = shown(&["fit", "--system", "lotka-volterra", "--model", "sindy:2", "--method", "rk4", "--interval", "0.1"]);
    let equations: Vec<&str> = text.lines().filter(|line| line.contains("/dt = ")).collect();
    assert_eq!(equations.len(), 2, "{text}");
    assert!(equations[0].contains("x1*x2"), "{text}");
}

/// Both wells of Duffing's field and the saddle between them, whichever of them the trajectories end in.
#[test]
fn audit_names_every_equilibrium_among_the_states() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("model.json");
    shown(&["fit", "--system", "duffing", "--method", "rk4", "--model", "polynomial:3", "-o", name(&path)]);
    let found: Value = serde_json::from_str(&shown(&["audit", name(&path), "--json"])).expect("a document");
    let places: Vec<f64> = found["modes"].as_array().expect("modes").iter().filter_map(|mode| mode["equilibrium"][0].as_f64()).collect();
    for place in [-1.0, 0.0, 1.0] {
        assert!(places.iter().any(|x| (x - place).abs() < 0.02), "{place} is not among {places:?}");
    }
}

#[test]
fn basins_show_the_starts_that_land_nowhere_in_one_row_a_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = shown(&["basins", "--starts", "20", "-o", name(&folder.path().join("basins.json"))]);
    assert!(text.contains("NOWHERE") && text.lines().count() < 20, "{text}");
    for line in text.lines().filter(|line| line.contains(" %")) {
        let shares: Vec<f64> = line.split('%').filter_map(|part| part.split_whitespace().last()?.parse().ok()).collect();
        assert!((shares.iter().sum::<f64>() - 100.0).abs() < 0.3, "{line}");
    }
}

#[test]
fn long_trainings_are_announced() {
    let mut child = Command::new(cargo_bin("lambdahat"))
        .args(["fit", "--model", "mlp:2048x2048x2048"])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("starts");
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stderr.take().expect("piped")), &mut line).expect("text");
    child.kill().expect("ends");
    child.wait().expect("ends");
    assert!(line.contains("parameters") && line.contains("up to about"), "{line}");
}

/// 2,000 rows in one window: the work grows with its length, not with its square.
#[test]
fn long_rollouts_are_fitted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rollout.csv");
    let row = |k: i32| {
        let t = 0.1 * f64::from(k);
        format!("{t:.1},{:.17},{:.17}\n", (-0.01 * t).exp() * t.cos(), (-0.01 * t).exp() * t.sin())
    };
    std::fs::write(&path, "t,x,y\n".to_owned() + &(0..2000).map(row).collect::<String>()).expect("writes");
    let text = shown(&["fit", name(&path), "--loss", "rollout", "--seeds", "2"]);
    assert!(text.contains("3998 residuals"), "{text}");
}

/// A loss whose windows are longer than every run compares nothing, and nothing is said of it.
#[test]
fn windows_longer_than_the_samples_are_refused() {
    let text = refusal(&["predict", "tests/data/noisy_runs.csv", "--loss", "windows:100000"]);
    assert!(text.contains("100001 consecutive samples are needed (a window of 100000 intervals)"), "{text}");
}

#[test]
fn the_examples_of_predict_are_one_block() {
    let help = shown(&["predict", "--help"]);
    let examples = help.split_once("Examples:\n").expect("examples").1;
    let block = examples.lines().take_while(|line| !line.is_empty());
    assert_eq!(
        block.filter(|line| line.trim_start().starts_with("lambdahat predict")).count(),
        examples.matches("  lambdahat predict").count()
    );
}

/// A minus sign as everywhere else.
#[test]
fn aliases_of_a_call_have_a_minus_sign() {
    let text = shown(&["branches", "--method", "torchdiffeq:dopri5", "--lambda=-0.1+2i", "--interval", "1"]);
    assert!(text.contains("−1 turns per sample") && !text.contains("-1 turns"), "{text}");
}

/// A run of one row is left out of the others, and that is said: beside the answer of `predict`, on standard error by `fit` and `check`, in their documents.
#[test]
fn a_run_of_one_row_does_not_refuse_the_others() {
    let folder = tempfile::tempdir().expect("makes a folder");
    let path = folder.path().join("runs.csv");
    let state =
        |t: f64, phase: f64| format!("{},{}", (-0.1 * t).exp() * (2.0 * t + phase).cos(), (-0.1 * t).exp() * (2.0 * t + phase).sin());
    let mut rows = String::from("run,t,x,y\nlost,3,0.5,0.5\n");
    for (run, phase) in [("a", 0.0), ("b", 1.0)] {
        (0..30).for_each(|k| rows.push_str(&format!("{run},{},{}\n", 0.3 * f64::from(k), state(0.3 * f64::from(k), phase))));
    }
    std::fs::write(&path, rows).expect("writes");
    let said = "Trajectory `lost` was left out: it has one row only, which shows no motion.";
    let screen = shown(&["predict", name(&path)]);
    assert!(screen.contains("60 samples of 2 trajectories") && screen.contains(said), "{screen}");
    for arguments in [&["fit", name(&path)][..], &["check", name(&path), "--seeds", "2"]] {
        let output = lambdahat(arguments);
        assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains(&format!("note: {said}")), "{arguments:?}");
    }
    for command in [&["predict", name(&path), "--json"][..], &["check", name(&path), "--seeds", "2", "--json"]] {
        let document: Value = serde_json::from_str(&shown(command)).expect("a document");
        let remark = &document["data"]["remarks"][0];
        assert_eq!(
            (&remark["code"], &remark["trajectories"], &remark["text"]),
            (&"lone-rows".into(), &1.into(), &said.into()),
            "{command:?}"
        );
    }
}
