//! Library calls with steps of their own in `fit`, `audit`, `repair`, `check`, `branches`, `map` and `loop`, as a user meets them.

#[path = "common/program.rs"]
mod program;

use predicates::prelude::*;
use program::{json, lambdahat, refused};
use serde_json::Value;

/// Samples of ẏ = λy, `count` of them from each of eight starts, H apart.
fn data(folder: &std::path::Path, (re, im): (f64, f64), interval: f64, count: usize) -> String {
    let mut text = String::from("trajectory,t,x,y\n");
    for start in 0..8 {
        let phase = 0.3 + 2.0 * std::f64::consts::PI * f64::from(start) / 8.0;
        for k in 0..count {
            let t = interval * k as f64;
            let (size, angle) = ((re * t).exp(), phase + im * t);
            text.push_str(&format!("{start},{t},{:.17},{:.17}\n", size * angle.cos(), size * angle.sin()));
        }
    }
    let path = folder.join("data.csv");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn mode(value: &Value) -> (f64, f64) {
    (value[0].as_f64().unwrap(), value[1].as_f64().unwrap().abs())
}

/// The first mode before and after a repair.
fn repaired(document: &Value) -> [(f64, f64); 2] {
    ["before", "after"].map(|key| mode(&document[key]["modes"][0]))
}

#[test]
fn a_model_trained_at_a_tight_tolerance_needs_no_repair() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path(), (-0.1, 4.0), 1.0, 6);
    let model = folder.path().join("model.json").display().to_string();
    lambdahat(&["fit", &data, "--method", "torchdiffeq:dopri5", "--spread", "0.1", "--seeds", "20", "-o", &model]).assert().success();
    // −0.1 + 4i and its alias are one to the samples: whichever was learned is a field in continuous time.
    let audited = json(&["audit", &model], 0);
    assert_eq!(audited["nature"], "continuous");
    lambdahat(&["audit", &model]).assert().success().stdout(predicate::str::contains("controlled its steps tightly enough"));
    refused(&["repair", &model], &["nothing to repair"]);
}

/// A model whose map no field of its class has is left as it is: here a mode that dies within a step, far beyond what the tolerance controls.
#[test]
fn a_refit_that_comes_no_nearer_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path(), (-0.15, 3.0), 0.8, 8);
    let model = folder.path().join("model.json");
    let path = model.display().to_string();
    lambdahat(&["fit", &data, "--method", "torchdiffeq:dopri5:rtol=5e-2,atol=5e-4", "--model", "linear", "-o", &path]).assert().success();
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&model).unwrap()).unwrap();
    document["learned"]["parameters"] = serde_json::json!([-22.12141, -31.39332, 31.39332, -22.12141]);
    std::fs::write(&model, document.to_string()).unwrap();
    refused(&["repair", &path], &["a refit comes no nearer", "train again"]);
}

#[test]
fn loose_tolerances_and_interpolated_grids_are_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let truth = (-0.02, 2.0);
    let data = data(folder.path(), truth, 1.0, 8);
    let model = folder.path().join("model.json").display().to_string();
    let out = folder.path().join("out.json").display().to_string();
    let cases: [(&str, &str, f64, f64); 4] = [
        ("torchdiffeq:dopri5:rtol=1e-1,atol=1e-3", "pairs", 1e-2, 1e-6),
        ("torchdiffeq:bosh3:rtol=1e-2,atol=1e-4", "pairs", 1e-2, 1e-6),
        ("diffrax:Heun:dt0=0.3", "pairs", 1e-2, 1e-6),
        // Over a trajectory of a grid that misses the samples no model is without loss: most of the shift goes.
        ("torchdiffeq:rk4:step_size=0.3", "trajectory:3", 5e-3, 3e-3),
    ];
    for (call, loss, learned_off, repaired_off) in cases {
        lambdahat(&["fit", &data, "--method", call, "--loss", loss, "--spread", "1.5", "--seeds", "30", "-o", &model]).assert().success();
        let document = json(&["repair", &model, "-o", &out], 0);
        let distance = |(re, im): (f64, f64)| (re - truth.0).hypot(im - truth.1);
        let [before, after] = repaired(&document);
        // Some starts land on an alias; the test is of the principal solution.
        assert!((before.1 - truth.1).abs() < 0.3, "{call}: {before:?}");
        assert!(
            distance(before) > learned_off && distance(after) < repaired_off.min(0.6 * distance(before)),
            "{call}: {before:?} {after:?}"
        );
    }
    refused(&["repair", &model, "-o", &out, "--way", "exact-linear"], &["refit only"]);
}

#[test]
fn check_lays_trained_beside_predicted() {
    let folder = tempfile::tempdir().unwrap();
    let data = data(folder.path(), (-0.02, 2.0), 1.0, 6);
    for call in ["torchdiffeq:dopri5:rtol=1e-2,atol=1e-4", "torchdiffeq:rk4:step_size=0.3", "scipy:RK45:rtol=1e-2"] {
        let together = ["check", &data, "--method", call, "--seeds", "6", "--steps-shared", "together"];
        let document = json(&together, 0);
        assert_eq!(document["agrees"], true, "{document}");
        let fits = document["fits"].as_array().unwrap();
        let errors = fits.iter().flat_map(|fit| fit["modes"].as_array().unwrap()).map(|mode| mode["error"].as_f64().unwrap());
        assert!(errors.fold(0.0, f64::max) < 1e-9, "{document}");
    }
    // In float32 a fit ends within the rounding of what is predicted.
    for call in ["torchdiffeq:dopri5:rtol=1e-3,atol=1e-5,dtype=float32", "torchdiffeq:rk4:step_size=0.25,dtype=float32"] {
        let document = json(&["check", &data, "--method", call, "--seeds", "6", "--steps-shared", "together"], 0);
        assert!(document["agrees"] == true && document["modes"][0]["rounding"].as_f64().unwrap() > 1e-9, "{document}");
    }
    // A call for each start over whole trajectories: least squares.
    let each = ["check", &data, "--method", "diffrax:Tsit5:rtol=1e-2,atol=1e-4,dt0=1", "--loss", "trajectory:5", "--seeds", "8"];
    let output = lambdahat(&each).arg("--json").assert().get_output().stdout.clone();
    let document: Value = serde_json::from_slice(&output).unwrap();
    let best = document["fits"].as_array().unwrap().iter().filter(|fit| fit["fitted"] == true).collect::<Vec<_>>();
    assert!(!best.is_empty() && document["modes"][0]["floor"].as_f64().unwrap() > 0.0, "{document}");
    assert!(best[0]["modes"][0]["error"].as_f64().unwrap() < 2e-4, "{document}");
}

#[test]
fn branches_over_whole_trajectories_are_least_squares() {
    let arguments = ["branches", "--method", "torchdiffeq:rk4:step_size=0.3", "--lambda", "-0.02+2i", "--call", "trajectory:10"];
    let document = json(&arguments, 0);
    // Near the value of the table of whole trajectories on fixed grids, −0.016066 + 2.001939i, where the sum of squares is a little larger.
    let (re, im) = mode(&document["trajectory"]["lambda"]);
    assert!((re + 0.016066234).abs() < 1e-4 && (im - 2.001939420).abs() < 1e-4, "{document}");
    assert!((document["trajectory"]["floor"].as_f64().unwrap() - 2.3e-2).abs() < 1e-3);
    lambdahat(&arguments).assert().success().stdout(predicate::str::contains("Over whole trajectories no model"));
    let single = ["branches", "--method", "torchdiffeq:dopri5", "--lambda", "-0.02+2i", "--dtype"];
    lambdahat(&[&single[..], &["float32"]].concat()).assert().success().stdout(predicate::str::contains("In single precision"));
    lambdahat(&[&single[..], &["float64"]].concat()).assert().success().stdout(predicate::str::contains("In single precision").not());
}

#[test]
fn calls_are_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let map = json(&["map", "diffrax:Tsit5:rtol=1e-1,atol=1e-3,dt0=1", "--re=-1..0.2", "--im=2..4", "-o", &path("map.json")], 0);
    // ωH from 2.786 to 2.872 and from 3.578 to 3.723 has no solution on the imaginary axis at this tolerance.
    let none = map["facts"].as_object().unwrap().iter().find(|(key, _)| key.contains("without a solution")).unwrap().1.as_f64().unwrap();
    assert!(none > 0.01 && none < 0.5, "{map}");
    lambdahat(&["map", "rk4", "torchdiffeq:dopri5", "-o", &path("both.json")]).assert().code(2);
    let call = "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4";
    lambdahat(&["loop", call, "--lambda=-0.02+2i", "--figure", &path("call.json")]).assert().success();
    let figure: Value = serde_json::from_str(&std::fs::read_to_string(path("call.json")).unwrap()).unwrap();
    let learned = figure["facts"][format!("learned growth, {call}")].as_f64().unwrap();
    assert!((learned + 0.02607862122).abs() < 1e-9, "{learned}");
    assert_eq!(figure["panels"].as_array().unwrap().len(), 3);
}

/// Bad calls end with exit status 2 and say what is wrong, in every command that follows them.
#[test]
fn calls_that_cannot_be_made_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    // A trajectory from (1, 0): a component is exactly 0.
    let data = data(folder.path(), (-0.1, 2.0), 0.5, 12);
    let zeros: String =
        (0..12).map(|k| format!("{},{},{}\n", k, 0.9f64.powi(k), if k == 0 { 0.0 } else { 0.1 * 0.5f64.powi(k) })).collect();
    let path = folder.path().join("zeros.csv");
    std::fs::write(&path, format!("t,x,y\n{zeros}")).unwrap();
    let path = path.display().to_string();
    for command in
        [&["loop"][..], &["branches", "--lambda", "-0.1+2i", "--method"], &["predict", "--method"], &["map", "-o", "/nowhere.svg"]]
    {
        for (call, says) in [
            ("torchdiffeq:dopri5:rtol=0,atol=0", &["rtol = 0 and atol = 0"][..]),
            ("torchdiffeq:dopri5:rtoll=1e-3", &["no option `rtoll`", "did you mean rtol"]),
            ("torchdiffeq:dopri55", &["did you mean dopri5"]),
            ("torchdiffeq@9.9:dopri5", &["9.9 is not known here", "0.2.5"]),
            ("torchdiffeq:dopri5:rtol=-1", &["rtol=-1", "zero or a positive number"]),
            ("torchdiffeq:rk4:interp=cubik", &["interp=cubik", "linear or cubic"]),
            ("diffrax:Tsit5:rtol=1e-3", &["give both rtol and atol"]),
            ("diffrax:Euler:rtol=1e-3,atol=1e-6", &["Euler has no error estimate"]),
            ("scipy:RK45:dtype=float32", &["float64", "leave dtype out"]),
            ("torchdiffeq:dopri5:dtype=half", &["dtype=half", "float32 or float64"]),
        ] {
            refused(&[command, &[call]].concat(), says);
        }
    }
    for (call, option) in [("torchdiffeq:rk4:step_size=0.7", "step_size=0.7"), ("diffrax:Tsit5:rtol=1e-3,atol=1e-6,dt0=0.7", "dt0=0.7")] {
        refused(&["predict", &data, "--method", call], &[option, "longer than the interval"]);
        refused(&["fit", &data, "--method", call], &[option, "longer than the interval"]);
        refused(&["check", &data, "--method", call], &[option, "longer than the interval"]);
        refused(&["loop", call, "-H", "0.5"], &[option, "longer than the interval"]);
    }
    let without = "torchdiffeq:dopri5:rtol=1e-3,atol=0";
    refused(&["fit", &path, "--method", without, "--model", "linear"], &["exactly 0", "underflow in dt 0.0", "give a small atol"]);
    refused(&["check", &path, "--method", without, "--model", "linear"], &["exactly 0", "underflow in dt 0.0"]);
    let document = json(&["predict", &path, "--method", without], 0);
    for mode in document["calls"][0]["modes"].as_array().unwrap() {
        assert!(mode["error"].as_str().unwrap().contains("underflow in dt 0.0"), "{document}");
    }
}
