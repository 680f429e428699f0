//! Verdicts by orbits: where a method's modes say nothing of a motion, or the motion is closed.

use assert_cmd::Command;
use num_complex::Complex64;
use predicates::prelude::*;
use serde_json::Value;

fn predict(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("lambdahat").unwrap();
    command.arg("predict").args(arguments);
    command
}

fn json(arguments: &[&str]) -> Value {
    let output = predict(arguments).arg("--json").assert().success().get_output().stdout.clone();
    serde_json::from_slice(&output).unwrap()
}

fn method<'a>(document: &'a Value, name: &str) -> &'a Value {
    document["methods"].as_array().unwrap().iter().find(|m| m["method"] == name).unwrap()
}

/// Over fewer samples than a formula takes its orbits are not told, and nothing panics.
#[test]
fn formulas_longer_than_the_horizon_leave_orbits_open() {
    let short = ["--system", "cubic-oscillator", "--horizon", "0.1"];
    for method in ["adams-bashforth-5", "bdf6", "derivative:savgol:11,3", "scipy:RK45"] {
        let document = json(&[&short[..], &["-m", method]].concat());
        let found = ["methods", "regressions", "calls"].iter().find_map(|of| document[*of].get(0).cloned()).unwrap();
        assert!(method == "scipy:RK45" || found["verdict"].is_null(), "{method}: {}", found["verdict"]);
    }
}

/// The modes of the cubic oscillator are 0, and say nothing: its orbits do. Forward Euler, which the modes call faithful, loses them at any number of steps.
#[test]
fn orbits_decide_where_the_modes_are_zero() {
    let document = json(&["--system", "cubic-oscillator:alpha=0", "--method", "forward-euler"]);
    let euler = method(&document, "forward-euler");
    assert_eq!(euler["verdict"], "distorted");
    assert!(euler["modes"].as_array().unwrap().iter().all(|mode| mode["verdict"] == "faithful"));
    assert!(euler["orbits"][0]["state_error"].as_f64().unwrap() > 0.5, "{}", euler["orbits"]);
    let advice = &document["recommendation"];
    assert!(advice["method"] != "forward-euler" && advice["among"] == "common-as-none-asked-serves", "{advice}");
    // Of those asked for, where one serves.
    let document = json(&["--system", "cubic-oscillator:alpha=0", "--method", "kutta3"]);
    assert_eq!((&document["recommendation"]["method"], &document["recommendation"]["among"]), (&"kutta3".into(), &"asked".into()));
}

/// A plain circle: forward Euler's λ̂ is (e^{iH} − 1)/H, and a turn of it shrinks the radius to e^{2π Re λ̂/Im λ̂}.
#[test]
fn orbits_on_one_circle_are_those_of_the_linear_field() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("circle.csv");
    let rows: String = (0..61).map(|k| 0.5 * f64::from(k)).map(|t| format!("{t},{},{}\n", t.cos(), t.sin())).collect();
    std::fs::write(&path, format!("t,x,y\n{rows}")).unwrap();
    let report = json(&[path.to_str().unwrap()]);
    let drift = |name: &str| {
        let one = &method(&report, name)["drift"][0];
        (one["amplitude_shift"].as_f64().unwrap(), one["period"].as_f64().unwrap(), one["truncation"].as_f64().unwrap())
    };
    let euler = ((Complex64::i() * 0.5).exp() - 1.0) / 0.5;
    let (shift, period, truncation) = drift("forward-euler");
    assert!((shift - (std::f64::consts::TAU * euler.re / euler.im).exp_m1()).abs() < 1e-7 && (shift + 0.79898).abs() < 1e-5, "{shift}");
    assert!((period - 6.5528).abs() < 1e-4 && truncation == 0.0, "{period}");
    assert!((drift("rk4").0 - 0.00133).abs() < 1e-5, "{:?}", drift("rk4"));
    assert!(drift("implicit-midpoint").0.abs() < 1e-9, "{:?}", drift("implicit-midpoint"));
}

/// A closed orbit on an algebraic curve leaves the field around it open, and what a method makes of it.
#[test]
fn orbits_that_do_not_settle_the_field_have_no_drift() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fast-slow.csv");
    // ẋ = −y(1 + x/2), ẏ = x(1 + x/2) keeps x² + y²: of degree 2, like the circle itself.
    let turning = lambdahat::dynamics::PolynomialField::parse("x = '-y - x y/2'\ny = 'x + x^2/2'", "test").unwrap().compiled();
    let states = lambdahat::dynamics::Flow::reference().trajectory(&turning, &[1.0, 0.0], 0.3, 80).unwrap();
    let rows: String = states.iter().enumerate().map(|(k, x)| format!("{},{},{}\n", 0.3 * k as f64, x[0], x[1])).collect();
    std::fs::write(&path, format!("t,x,y\n{rows}")).unwrap();
    let document = json(&[path.to_str().unwrap()]);
    assert!(document["methods"].as_array().unwrap().iter().all(|m| m.get("drift").is_none()), "{}", document["caveats"]);
    let line = folder.path().join("line.csv");
    let rows: String = (0..30).map(|k| format!("{k},{}\n", 2.0 + (-0.3 * f64::from(k)).exp())).collect();
    std::fs::write(&line, format!("t,x\n{rows}")).unwrap();
    predict(&["--all", line.to_str().unwrap()]).assert().success().stdout(predicate::str::contains("Orbits").not());
}

/// Where orbits decide, the screen, the table of everything and the document have one verdict for each method.
#[test]
fn orbits_decide_alike_everywhere() {
    let asked = ["tests/data/panel/van-der-pol-cycle.csv", "-m", "rk4", "-m", "bogacki-shampine3", "-m", "dormand-prince5"];
    let document = json(&asked);
    let text = |more: &[&str]| {
        let output = predict(&[&asked[..], more].concat()).env("COLUMNS", "80").assert().success().get_output().stdout.clone();
        String::from_utf8(output).unwrap()
    };
    let (screen, table) = (text(&[]), text(&["--all"]));
    let turned = |method: &&Value| method["modes"].as_array().unwrap().iter().all(|mode| mode["verdict"] == "faithful");
    let methods: Vec<&Value> = document["methods"].as_array().unwrap().iter().filter(turned).collect();
    assert_eq!(methods.len(), 3, "{document}");
    let mut verdicts = Vec::new();
    for method in methods {
        let name = method["method"].as_str().unwrap();
        let said = method["verdict"].as_str().unwrap_or("not settled");
        let line = |text: &str| text.lines().find(|line| line.starts_with(&format!("  {name} "))).unwrap_or_default().to_owned();
        assert!(line(&screen).ends_with(said), "{name}, {said}:\n{screen}");
        assert!(line(&table)[name.len() + 2..].trim_start().starts_with(said), "{name}, {said}:\n{table}");
        verdicts.push(said.to_owned());
    }
    assert_eq!(verdicts, ["not settled", "distorted", "faithful"]);
    let flowing = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flowing.contains("% off, known to ±"), "{screen}");
}
