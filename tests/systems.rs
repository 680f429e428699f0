//! System files: what the program does with one of a user's own.

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

const MINE: &str = "\
title = 'A pump and its reservoir'
interval = 0.5
starts = [[1.5, 1], [2, 1]]
[parameters]
a = 1
[field]
x = 'x (a - y)'
y = 'y (x - 1)'
[invariant]
value = 'excess(x) + a excess(y/a)'
when = 'a > 0'
";

fn lambdahat(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(cargo_bin("lambdahat"));
    command.current_dir(folder).env("COLUMNS", "80").args(arguments).stdin(std::process::Stdio::null());
    command
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = lambdahat(folder, arguments).arg("--json").output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn folder(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    let path = folder.path().to_owned();
    (folder, path)
}

#[test]
fn a_file_predicts_what_the_same_built_in_system_does() {
    let (_kept, folder) = folder(MINE);
    let methods = ["--method", "rk4", "--method", "kutta3"];
    let mine = json(&folder, &[&["predict", "--system", "mine.toml:a=2"][..], &methods].concat());
    let known = json(&folder, &[&["predict", "--system", "lotka-volterra:alpha=2", "--interval", "0.5"][..], &methods].concat());
    let nearest = |document: &Value| document["modes"][0]["lambda"].clone();
    assert_eq!(nearest(&mine), nearest(&known));
    for k in 0..2 {
        assert_eq!(mine["methods"][k]["modes"][0]["branches"], known["methods"][k]["modes"][0]["branches"]);
        // The same orbits, from a start that both have.
        let drift = |d: &Value| {
            d["methods"][k]["drift"].as_array().unwrap().iter().find(|d| d["start"][0] == 1.5).unwrap()["per_period"].as_f64().unwrap()
        };
        assert!((drift(&mine) - drift(&known)).abs() <= 1e-9 * drift(&known).abs(), "{} {}", drift(&mine), drift(&known));
    }
}

#[test]
fn a_file_is_fitted_repaired_checked_and_expanded() {
    let (_kept, folder) = folder(MINE);
    let training = ["--method", "rk4", "--model", "polynomial:2", "--samples", "30"];
    let fitted = json(&folder, &[&["fit", "--system", "mine.toml", "-o", "model.json"][..], &training].concat());
    assert!(fitted.is_object());
    // The data are made again from the file that the model names, for as long as it says the same.
    let repaired = json(&folder, &["repair", "model.json", "-o", "repaired.json"]);
    assert!(repaired["turns"].as_array().is_none_or(|turns| !turns.is_empty()));
    let checked = json(&folder, &[&["check", "--system", "mine.toml", "--seeds", "2"][..], &training].concat());
    assert!(checked["fits"].as_array().is_some_and(|fits| !fits.is_empty()));
    let modified = json(&folder, &["modified", "--system", "mine.toml:a=2", "--method", "forward-euler", "--order", "1"]);
    assert_eq!(modified["terms"][0]["components"], serde_json::json!(["-x*y + 2*x", "x*y - y"]));
    let at = json(&folder, &["modified", "--system", "mine.toml", "--method", "rk4", "--order", "2", "--at", "1.5,1", "--step", "0.1"]);
    assert_eq!(at["field"], serde_json::json!([0.0, 0.5]));
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let (_kept, folder) = folder("[field]\nx = 'sin(x'\n");
    for command in
        [&["predict"][..], &["fit", "--method", "rk4", "--model", "linear"], &["check"], &["modified", "--method", "rk4"], &["systems"]]
    {
        let at = if command[0] == "systems" { vec!["mine.toml"] } else { vec!["--system", "mine.toml"] };
        let output = lambdahat(&folder, &[command, &at].concat()).output().unwrap();
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {message}");
        assert!(message.contains("mine.toml:2:11: expected `)`"), "{command:?}: {message}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_refused() {
    let (_kept, folder) = folder(MINE);
    std::fs::write(folder.join("binary.toml"), [0xff, 0xfe]).unwrap();
    std::fs::write(folder.join("large.toml"), vec![b'#'; (1 << 20) + 1]).unwrap();
    std::fs::write(folder.join("bare.toml"), "x = 'sin(x)'\n").unwrap();
    for (system, expected) in [
        ("none.toml", "cannot read the system file none.toml"),
        ("./", "cannot read the system file ./"),
        ("binary.toml", "not UTF-8 text (byte 0)"),
        ("large.toml", "1048577 bytes"),
        ("bare.toml:k=1", "it has none"),
        ("mine.toml:a=ten", "`ten` is not a finite number"),
    ] {
        for command in
            [&["predict"][..], &["fit"], &["check"], &["modified", "-m", "rk4"], &["modified", "-m", "rk4", "--at", "1,1", "--step", "0.1"]]
        {
            let output = lambdahat(&folder, &[command, &["--system", system]].concat()).env_remove("COLUMNS").output().unwrap();
            let message = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{command:?} {system}: {message}");
            assert!(message.contains(expected), "{command:?} {system}: {message}");
        }
    }
    // No starts: nothing to train on. No polynomial: another way is told.
    for (arguments, expected) in [
        (&["fit", "--system", "bare.toml"][..], "states no starts"),
        (&["modified", "-m", "rk4", "--system", "bare.toml"], "bare.toml:1:6: not a polynomial"),
    ] {
        let output = lambdahat(&folder, arguments).env_remove("COLUMNS").output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).contains(expected), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// What is asked for after the name is not lost without a word.
#[test]
fn parameters_that_the_printed_file_does_not_have_are_told() {
    let (_kept, folder) = folder(MINE);
    let shown = lambdahat(&folder, &["systems", "mine.toml:a=2"]).output().unwrap().stdout;
    assert!(String::from_utf8(shown).unwrap().starts_with("# Asked for with a=2;"));
}

#[test]
fn the_list_and_a_file_of_it() {
    let (_kept, folder) = folder(MINE);
    let all = json(&folder, &["systems"]);
    let all = all["systems"].as_array().unwrap();
    assert!(all.len() >= 9 && all.iter().all(|system| !system["source"].as_str().unwrap().is_empty()));
    let lorenz = all.iter().find(|system| system["system"] == "lorenz").unwrap();
    assert_eq!(lorenz["polynomial"][2], "x*y - 8/3*z");
    let shown = String::from_utf8(lambdahat(&folder, &["systems"]).output().unwrap().stdout).unwrap();
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    // What is printed is a file that says the same.
    let file = lambdahat(&folder, &["systems", "pendulum"]).output().unwrap().stdout;
    std::fs::write(folder.join("pendulum.toml"), file).unwrap();
    let again = json(&folder, &["systems", "pendulum.toml"]);
    let known = json(&folder, &["systems", "pendulum"]);
    for key in ["title", "variables", "parameters", "starts", "interval", "polynomial", "invariant"] {
        assert_eq!(again["systems"][0][key], known["systems"][0][key], "{key}");
    }
}

/// Every equilibrium that a system is known to have is predicted, saddles and further wings too.
#[test]
fn every_known_equilibrium_is_predicted() {
    for (name, count) in [("lorenz", 3), ("duffing", 3)] {
        let output =
            std::process::Command::new(env!("CARGO_BIN_EXE_lambdahat")).args(["predict", "--json", "--system", name]).output().unwrap();
        let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let places: std::collections::BTreeSet<String> =
            document["modes"].as_array().unwrap().iter().map(|mode| mode["equilibrium"].to_string()).collect();
        assert_eq!(places.len(), count, "{name}: {places:?}");
    }
}
