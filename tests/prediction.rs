//! What `predict` says where there is little to say.

use assert_cmd::Command;
use predicates::prelude::*;

fn predict(csv: &str, more: &[&str]) -> assert_cmd::assert::Assert {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data.csv");
    std::fs::write(&path, csv).unwrap();
    Command::cargo_bin("lambdahat").unwrap().arg("predict").arg(&path).args(more).assert()
}

#[test]
fn a_motion_that_dies_within_one_sample_settles_nothing() {
    predict("t,x\n0,1\n1,0\n2,0\n3,0\n4,0\n", &[]).success().stdout(
        predicate::str::contains("not settled")
            .and(predicate::str::contains("Nothing is recommended"))
            .and(predicate::str::contains("Sample more closely")),
    );
}

#[test]
fn times_at_the_end_of_the_range_are_refused() {
    predict("t,x\n0,1\n1e-310,0.5\n2e-310,0.25\n", &[]).code(2).stderr(predicate::str::contains("unit of time"));
}

#[test]
fn a_strongly_damped_mode_through_multistep_methods() {
    // λ = −15.4: BDF 6 learns e^{92}, not infinity.
    let rows: String = (0..4).map(|n| format!("{n},{:e}\n", (-15.4 * f64::from(n)).exp())).collect();
    let output =
        predict(&format!("t,x\n{rows}"), &["--method", "bdf6", "--method", "bdf1", "--json"]).success().get_output().stdout.clone();
    let document: serde_json::Value = serde_json::from_slice(&output).unwrap();
    let branch = &document["methods"][0]["modes"][0]["branches"][0];
    let (lambda, radius) = (branch["lambda"][0].as_f64().unwrap(), branch["radius"].as_f64().unwrap());
    assert!(lambda.abs() > 1e38 && radius < 1e-15 * lambda.abs(), "{branch}");
    assert_eq!(document["methods"][0]["modes"][0]["at_infinity"], 0);
}

#[test]
fn thousands_of_substeps_are_answered() {
    Command::cargo_bin("lambdahat")
        .unwrap()
        .args(["predict", "--substeps", "1000", "--method", "rk4", "--method", "leap-frog"])
        .timeout(std::time::Duration::from_secs(60))
        .assert()
        .success();
}

#[test]
fn the_figure_says_what_it_leaves_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.json");
    let far = ["predict", "--method", "implicit-midpoint", "--interval", "1.5707", "--figure", path.to_str().unwrap()];
    Command::cargo_bin("lambdahat").unwrap().args(far).assert().success();
    let figure: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert!(figure["caption"].as_str().unwrap().contains("1 branch, 1 of them outside the picture"), "{}", figure["caption"]);
}
