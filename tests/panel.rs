//! A panel of samples whose true modes are known: what is called settled has to be true, and almost all that the samples determine has to be settled.

use num_complex::Complex64;
use serde_json::Value;
use std::path::Path;

/// Modes that the samples determine and that may be left open, in the whole panel.
const MOST_MISSED: usize = 2;

#[derive(Debug, PartialEq)]
enum Judgement {
    Right,
    Missed,
    Wrong(String),
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/panel")
}

fn complex(pair: &Value) -> Complex64 {
    let part = |k: usize| pair[k].as_f64().unwrap_or(f64::NAN);
    Complex64::new(part(0), part(1).abs())
}

/// Right where every settled mode is a true one within 3 uncertainties or the tolerance, and one is settled where the samples determine one; wrong where
/// a settled mode is not true, or something is recommended although nothing is settled.
fn judge(case: &Value) -> Judgement {
    let must = case["must"].as_bool().unwrap();
    let mut command = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
    command.arg("predict").arg(folder().join(case["file"].as_str().unwrap())).arg("--json");
    command.args(case["args"].as_array().unwrap().iter().map(|a| a.as_str().unwrap()));
    let output = command.output().unwrap();
    if !output.status.success() {
        return if must { Judgement::Missed } else { Judgement::Right };
    }
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let truth: Vec<Complex64> = case["modes"].as_array().unwrap().iter().map(complex).collect();
    let tolerance = case["tol"].as_f64().unwrap();
    let mut found = 0;
    let mut settled = 0;
    for mode in document["modes"].as_array().unwrap().iter().filter(|m| m["settled"] == true) {
        settled += 1;
        let lambda = complex(&mode["lambda"]);
        let uncertainty = mode["uncertainty"].as_f64().unwrap_or(0.0);
        let nearest = truth.iter().map(|t| (t - lambda).norm()).fold(f64::INFINITY, f64::min);
        let by_chance = if uncertainty < 0.25 * lambda.norm() { 3.0 * uncertainty } else { 0.0 };
        if nearest > by_chance.max(tolerance * lambda.norm().max(1e-6)) {
            return Judgement::Wrong(format!("{lambda} ± {uncertainty} is settled but not true"));
        }
        found += 1;
    }
    if settled == 0 && !document["recommendation"].is_null() {
        return Judgement::Wrong("nothing is settled, yet something is recommended".into());
    }
    if must && found == 0 { Judgement::Missed } else { Judgement::Right }
}

#[test]
fn what_is_settled_is_true() {
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(folder().join("truth.json")).unwrap()).unwrap();
    let cases = cases.as_array().unwrap();
    assert!(cases.len() >= 35);
    let judged: Vec<(&str, Judgement)> = cases.iter().map(|case| (case["file"].as_str().unwrap(), judge(case))).collect();
    let wrong: Vec<_> = judged.iter().filter(|(_, j)| matches!(j, Judgement::Wrong(_))).collect();
    let missed: Vec<&str> = judged.iter().filter(|(_, j)| *j == Judgement::Missed).map(|(file, _)| *file).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(missed.len() <= MOST_MISSED, "not settled: {missed:?}");
}

/// The first screen of every file of the panel is a screen: 24 lines of 80 columns that recommend something or say why not.
#[test]
fn first_screens_are_screens() {
    let files = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "csv")).collect();
    assert!(files.len() >= 35);
    for file in files {
        let mut command = assert_cmd::Command::cargo_bin("lambdahat").unwrap();
        let name = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
        let output = command.arg("predict").arg(name).current_dir(env!("CARGO_MANIFEST_DIR")).env("COLUMNS", "80").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let columns = |line: &str| line.chars().filter(|c| !('\u{300}'..='\u{36f}').contains(c)).count();
        assert!(output.status.success() && (5..=24).contains(&text.lines().count()), "{name:?}: {} lines\n{text}", text.lines().count());
        assert!(text.lines().all(|line| columns(line) <= 80), "{name:?}:\n{text}");
        let said = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("which learns") || said.contains("Nothing is recommended"), "{name:?}:\n{text}");
    }
}
