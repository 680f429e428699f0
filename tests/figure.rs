//! Figures from the command line and from the library: what is written, and what is refused.

use assert_cmd::Command;
use predicates::prelude::*;

fn lambdahat(arguments: &[&str]) -> assert_cmd::assert::Assert {
    Command::cargo_bin("lambdahat").unwrap().args(arguments).assert()
}

#[test]
fn a_region_as_svg_png_and_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    lambdahat(&["region", "rk4", "bdf2", "-o", &path("a.svg")]).success();
    let svg = std::fs::read_to_string(path("a.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("<title>") && !svg.contains("<text") && !svg.contains("<image"));
    lambdahat(&["region", "rk4", "-o", &path("a.png"), "--size", "300x300"]).success();
    assert_eq!(&std::fs::read(path("a.png")).unwrap()[1..4], b"PNG");
    lambdahat(&["region", "rk4", "heun2", "-o", &path("a.csv"), "--size", "4x3"]).success();
    let csv = std::fs::read_to_string(path("a.csv")).unwrap();
    assert_eq!(csv.lines().count(), 13);
    assert!(csv.starts_with("re,im,rk4,heun2\n"));
}

#[test]
fn the_area_of_eulers_disc() {
    let run = lambdahat(&["region", "forward-euler", "--re=-2.5..0.5", "--im=-1.5..1.5", "--json"]).success();
    let report: serde_json::Value = serde_json::from_slice(&run.get_output().stdout).unwrap();
    let area = report["regions"][0]["area"].as_f64().unwrap();
    assert!((area - std::f64::consts::PI).abs() < 1e-4, "{area}");
    assert_eq!(report["regions"][0]["boundary_curves"], 1);
}

#[test]
fn what_cannot_be_done_is_said_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let refused = |arguments: &[&str], words: &str| {
        lambdahat(arguments).code(2).stderr(predicate::str::contains(words));
    };
    refused(&["region", "rk4", "--size", "1000000x1000000", "-o", &path("a.png")], "1000000000000 bytes");
    refused(&["region", "rk4", "-o", &path("no/such/a.svg")], "does not exist; create it first");
    refused(&["region", "rk4", "-o", &path("a.gif")], "must end in");
    refused(&["region", "rk5"], "did you mean rk4");
    refused(&["region", "rk4", "--re=2..-5"], "lower end must lie below");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
