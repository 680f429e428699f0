//! `predict`'s drift, `modified`, `repair` and `audit` as a user meets them.

#[path = "common/program.rs"]
mod program;

use predicates::prelude::*;
use program::{json, lambdahat, refused};
use serde_json::Value;
use std::path::Path;

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[test]
fn predict_states_the_drift() {
    let arguments = ["predict", "--system", "lotka-volterra", "--interval", "0.5", "-m", "forward-euler", "-m", "rk4"];
    let document = json(&arguments, 0);
    for (k, sign) in [(0, -1.0), (1, 1.0)] {
        let drift = document["methods"][k]["drift"].as_array().unwrap();
        assert_eq!(drift.len(), 3);
        for entry in drift {
            let per_period = entry["per_period"].as_f64().unwrap();
            assert!(per_period * sign > 0.0 && entry["truncation"].as_f64().unwrap() < per_period.abs(), "{entry}");
            assert!(entry["converging"] == true && entry["start"].is_array() && entry["period"].as_f64().unwrap() > 6.0, "{entry}");
        }
    }
    // Known value for Euler from (1.5, 1), the second default start.
    let euler = document["methods"][0]["drift"][1]["per_period"].as_f64().unwrap();
    assert!((euler + 0.09079).abs() < 1e-4, "{euler}");
    let text = lambdahat(&[&arguments[..], &["--all"]].concat()).assert().success().get_output().stdout.clone();
    let text = String::from_utf8(text).unwrap();
    assert!(text.contains("PER TURN") && !text.contains("does not converge"), "{text}");
    // Two steps an interval are half the step: less drift, by about 2^5.
    let halved = json(&[&arguments[..], &["--substeps", "2"]].concat(), 0);
    let rk4 = |d: &Value| d["methods"][1]["drift"][1]["per_period"].as_f64().unwrap();
    assert!(rk4(&halved) < rk4(&document) / 16.0, "{} {}", rk4(&halved), rk4(&document));
    // At H = 1.5 the series is of no use, and says so.
    lambdahat(&["predict", "--system", "lotka-volterra", "--interval", "1.5", "-m", "rk4", "--all"])
        .assert()
        .success()
        .stdout(predicate::str::contains("does not converge").or(predicate::str::contains("the series of the learned field converges")));
    // A system without a known invariant has none to drift.
    assert!(json(&["predict", "--system", "van-der-pol", "-m", "rk4"], 0)["methods"][0].get("drift").is_none());
}

/// Samples of the same system, as a table: no invariant is known of them, so it is the distance from the centre that is followed.
#[test]
fn predict_follows_orbits_of_samples() {
    let folder = tempfile::tempdir().unwrap();
    let csv = path(folder.path(), "lv.csv");
    let system = lambdahat::dynamics::System::named("lotka-volterra").unwrap();
    let mut text = String::from("trajectory,t,x,y\n");
    for (k, start) in [1.2, 1.5, 1.8].into_iter().enumerate() {
        for (n, x) in system.trajectory(&[start, 1.0], 0.5, 40).unwrap().iter().enumerate() {
            text.push_str(&format!("{k},{},{},{}\n", 0.5 * n as f64, x[0], x[1]));
        }
    }
    std::fs::write(&csv, text).unwrap();
    let document = json(&["predict", &csv, "-m", "forward-euler", "-m", "rk4"], 0);
    let drift = |k: usize| document["methods"][k]["drift"][1].clone();
    assert_eq!(drift(0)["measures"], "distance");
    // By the system itself: V falls by 0.09079 from 0.0945, and V goes with the square of the distance.
    let euler = drift(0)["amplitude_shift"].as_f64().unwrap();
    assert!((-0.95..-0.5).contains(&euler), "{euler}");
    let rk4 = drift(1)["amplitude_shift"].as_f64().unwrap();
    assert!((2e-4..5e-3).contains(&rk4), "{rk4}");
    assert!(
        document["caveats"]
            .as_array()
            .unwrap()
            .iter()
            .any(|caveat| caveat["code"] == "fitted-orbits" && caveat["text"].as_str().unwrap().contains("fitted to the samples"))
    );
}

#[test]
fn a_polynomial_is_repaired_by_default_and_by_refit_without_data() {
    let folder = tempfile::tempdir().unwrap();
    let (model, out) = (path(folder.path(), "p7.json"), path(folder.path(), "out.json"));
    let fit =
        ["fit", "--system", "lotka-volterra", "-H", "0.5", "--samples", "40", "--start", "1.2,1", "--start", "1.5,1", "--start", "1.8,1"];
    let fit = [&fit[..], &["--start", "2.1,1", "--model", "polynomial:7", "-o", &model]].concat();
    lambdahat(&fit).assert().success();
    let document = json(&["repair", &model, "-o", &out], 0);
    assert_eq!(document["way"], "refit");
    let map = &document["against_map"];
    assert!(map["before"].as_f64().unwrap() > 20.0 * map["after"].as_f64().unwrap(), "{map}");
    assert_eq!(document["turns"].as_array().unwrap().len(), 4);
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(kept["repaired"]["method"], "rk4");
    assert_eq!(json(&["audit", &out], 0)["nature"], "continuous");
    lambdahat(&["repair", &model, "--way", "refit", "-o", &out]).assert().success().stdout(predicate::str::contains("Refitted"));
    refused(&["repair", &model, "-o", &model], &["that is the trained model itself"]);
    refused(&["repair", &model, "--power", "12"], &["from 1 to 11"]);
    refused(&["repair", &model, "--interval", "0.5"], &["--interval is for values of a field"]);
}

#[test]
fn a_model_of_an_unknown_method_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (model, other) = (path(folder.path(), "m.json"), path(folder.path(), "other.json"));
    lambdahat(&["fit", "-o", &model]).assert().success();
    let text = std::fs::read_to_string(&model).unwrap().replace("\"method\":\"rk4\"", "\"method\":\"nonesuch\"");
    std::fs::write(&other, text).unwrap();
    for command in ["repair", "audit"] {
        refused(&[command, &other], &["nonesuch", "scheme file of the training"]);
    }
    lambdahat(&["repair", &other, "--method", "rk4"]).assert().success();
}

#[test]
fn values_of_a_field_are_repaired() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, out) = (path(folder.path(), "f.csv"), path(folder.path(), "out.json"));
    let (re, im) = (0.105105260738927, 1.926832632793115);
    let mut text = String::from("x,y,f_x,f_y\n");
    for k in 0..9 {
        let (x, y) = (f64::from(k % 3) - 1.0, f64::from(k / 3) - 0.5);
        text.push_str(&format!("{x},{y},{},{}\n", re * x + im * y, re * y - im * x));
    }
    std::fs::write(&csv, text).unwrap();
    let document = json(&["repair", &csv, "--method", "rk4", "--interval", "1", "--model", "linear", "-o", &out], 0);
    for mode in document["after"]["modes"].as_array().unwrap() {
        assert!((mode[0].as_f64().unwrap() + 0.1).abs() < 1e-9 && (mode[1].as_f64().unwrap().abs() - 2.0).abs() < 1e-9, "{mode}");
    }
    let audit = lambdahat(&["audit", &csv, "--method", "rk4", "--interval", "1", "--model", "linear", "--json"]).assert().code(1);
    let audit: Value = serde_json::from_slice(&audit.get_output().stdout).expect("one JSON document");
    assert_eq!(audit["nature"], "discrete");
    refused(&["repair", &csv, "--method", "rk4", "--interval", "1"], &["--model"]);
    refused(&["repair", &csv, "--interval", "1", "--model", "linear"], &["--method METHOD"]);
    refused(&["repair", &csv, "--method", "rk4", "--model", "linear"], &["--interval H"]);
    std::fs::write(&csv, "x,y,f_x\n1,2,3\n").unwrap();
    refused(&["repair", &csv, "--method", "rk4", "--interval", "1", "--model", "linear"], &["column `y` has no partner"]);
}

#[test]
fn modified_at_a_point_and_its_bad_input() {
    let document =
        json(&["modified", "--system", "pendulum", "--method", "forward-euler", "--inverse", "--at", "0.5,1", "--step", "0.1"], 0);
    // Euler learns (φ_h(y) − y)/h.
    assert!((document["value"][0].as_f64().unwrap() - 1.0).abs() < 0.1, "{document}");
    assert_ne!(document["value"], document["field"]);
    let folder = tempfile::tempdir().unwrap();
    let model = path(folder.path(), "m.json");
    lambdahat(&["fit", "-o", &model]).assert().success();
    let at = json(&["modified", "--system", &model, "--method", "rk4", "--at", "1,0", "--step", "0.1"], 0);
    assert_eq!(at["value"].as_array().unwrap().len(), 2);
    refused(&["modified", "--system", "pendulum", "--method", "rk4", "--at", "1", "--step", "0.1"], &["1 components, the field has 2"]);
    refused(&["modified", "--system", "pendulum", "--method", "rk4"], &["not polynomial", "--at"]);
    refused(&["modified", "--system", "pendulum", "--method", "bdf2", "--at", "1,0", "--step", "0.1"], &["multistep"]);
    // A slash in a parameter makes no path.
    let field = json(&["modified", "--system", "lotka-volterra:alpha=2/3,beta=4/3", "--method", "rk4", "--order", "4", "--inverse"], 0);
    assert_eq!(field["terms"][0]["components"][0], "-4/3*x*y + 2/3*x");
    assert!(field["linear_radius"].as_f64().unwrap() > 1.0);
    refused(&["modified", "--system", "lotka-volterra", "--method", "rk4", "--order", "40"], &["rooted trees"]);
    refused(&["modified", "--system", "lotka-volterra", "--method", "bdf2", "--order", "40"], &["multistep method", "--inverse"]);
    refused(&["modified", "--system", "lotka-volterra", "--method", "bdf2", "--order", "40", "--inverse"], &["0 to 11", "degree 42"]);
}

/// The default fit with these fields of its file written anew.
fn edited(folder: &Path, name: &str, fields: &[(&str, Value)]) -> String {
    let (model, out) = (path(folder, "trained.json"), path(folder, name));
    if !Path::new(&model).exists() {
        lambdahat(&["fit", "-o", &model]).assert().success();
    }
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&model).unwrap()).unwrap();
    for (key, value) in fields {
        document[*key] = value.clone();
    }
    std::fs::write(&out, document.to_string()).unwrap();
    out
}

#[test]
fn a_file_of_endless_substeps_is_told_what_it_would_cost() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, minutes) = (folder.path(), std::time::Duration::from_secs(120));
    for m in [1_000_000_000u32, 100_000_000, 1_000_000] {
        let model = edited(folder, "m.json", &[("substeps", m.into()), ("step", (1.0 / f64::from(m)).into())]);
        for (command, cost) in [("audit", "at most 1e8 are taken"), ("repair", "at most 1e7 are taken")] {
            let told = predicate::str::contains(cost).and(predicate::str::contains("or more"));
            lambdahat(&[command, &model]).timeout(minutes).assert().code(2).stdout("").stderr(told);
        }
    }
    // Many, but not too many; what would take long is left out, and that is said.
    let model = edited(folder, "m.json", &[("substeps", 5000.into()), ("step", (1.0 / 5000.0).into())]);
    assert_eq!(json(&["audit", &model], 0)["nature"], "continuous");
    let notes = json(&["repair", &model], 0)["notes"].to_string();
    assert!(
        notes.contains("Rollouts at h/100 and finer are left out") || notes.contains("Rollouts at h/10 and finer are left out"),
        "{notes}"
    );
}

#[test]
fn an_output_that_is_an_input_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, scheme, model) = (path(folder.path(), "d.csv"), path(folder.path(), "s.toml"), path(folder.path(), "m.json"));
    let rows: String = (0..12).map(f64::from).map(|t: f64| format!("{t},{},{}\n", (0.7 * t).cos(), (0.7 * t).sin())).collect();
    std::fs::write(&csv, format!("t,x,y\n{rows}")).unwrap();
    std::fs::write(&scheme, "[runge-kutta]\nA = [[0]]\nb = [1]\n").unwrap();
    // The same file by another path.
    let other = format!("{}/../{}/d.csv", folder.path().display(), folder.path().file_name().unwrap().to_str().unwrap());
    let lost = "would be lost; name another file";
    refused(&["fit", &csv, "-o", &csv], &["that is the data", lost]);
    refused(&["fit", &csv, "-o", &other], &["that is the data", lost]);
    refused(&["fit", &csv, "--method", &scheme, "-o", &scheme], &["that is the scheme file", lost]);
    lambdahat(&["fit", &csv, "-o", &model]).assert().success();
    refused(&["repair", &model, "--data", &csv, "-o", &csv], &["that is the data", lost]);
    refused(&["repair", &model, "-o", &other], &["that is the data of the training", lost]);
    refused(&["check", &csv, "--figure", &csv], &["--figure", lost]);
    assert!(std::fs::read_to_string(&csv).unwrap().starts_with("t,x,y"));
}

/// R(hλ̂)^m is no double, its logarithm is: the mode grows.
#[test]
fn a_mode_that_grows_beyond_all_numbers_does_not_die() {
    let folder = tempfile::tempdir().unwrap();
    let model = edited(folder.path(), "m.json", &[("substeps", 100.into()), ("step", 0.01.into())]);
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&model).unwrap()).unwrap();
    let audited = |document: &mut Value, entry: f64| {
        document["learned"]["parameters"] = serde_json::json!([entry, 0.0, 0.0, entry]);
        std::fs::write(&model, document.to_string()).unwrap();
        String::from_utf8(lambdahat(&["audit", &model]).assert().code(1).get_output().stdout.clone()).unwrap()
    };
    let text = audited(&mut document, 5000.0);
    assert!(text.contains("like 1255") && !text.contains("dies within"), "{text}");
    let text = audited(&mut document, 1e200);
    assert!(text.contains("leaves the finite numbers") && !text.contains("dies within"), "{text}");
}

#[test]
fn fields_of_a_model_file_that_contradict_each_other_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&str, Value, &str); 5] = [
        ("class", "polynomial:3".into(), "its class is polynomial:3, its model is linear"),
        ("class", "affine".into(), "its class is affine, its model is linear"),
        ("step", 0.25.into(), "its step is 0.25"),
        ("form", "residual".into(), "has no residual form"),
        ("class", "mlp:4".into(), "its class is mlp:4"),
    ];
    for (field, value, why) in cases {
        let model = edited(folder.path(), "m.json", &[(field, value)]);
        for command in ["audit", "repair"] {
            refused(&[command, &model], &[why, "m.json"]);
        }
    }
}

/// The horizon of `audit` is a time, as that of `predict` and of Python's `audit`: 10 is twenty intervals of a half.
#[test]
fn the_horizon_of_an_audit_is_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let model = path(folder.path(), "model.json");
    lambdahat(&["fit", "--system", "oscillator", "--interval", "0.5", "-m", "rk4", "-o", &model]).assert().success();
    for (time, intervals) in [("10", 20), ("0.2", 1), ("10.1", 21)] {
        let output = lambdahat(&["audit", &model, "--json", "--horizon", time]).assert().get_output().stdout.clone();
        let document: Value = serde_json::from_slice(&output).unwrap();
        assert_eq!((document["horizon"].as_u64(), document["followed"].as_u64()), (Some(intervals), Some(intervals)), "{time}");
    }
    lambdahat(&["audit", &model, "--horizon", "1e9"]).assert().code(2).stderr(predicate::str::contains("give at most 50000"));
    let said = lambdahat(&["audit", &model, "--horizon", "1e300"]).assert().code(2).get_output().stderr.clone();
    let said = String::from_utf8(said).unwrap();
    assert!(said.contains("--horizon 1e300: that is more than 100000 intervals of 0.5; give at most 50000"), "{said}");
    lambdahat(&["audit", &model, "--horizon", "0"]).assert().code(2);
}

/// A field that turns by most of a turn an interval, trained in many short steps, is its own map's: no rollout changes with the step. In one step it is another's.
#[test]
fn a_field_that_turns_beyond_half_a_turn_an_interval_is_not_taken_for_its_alias() {
    let folder = tempfile::tempdir().unwrap();
    let model = edited(folder.path(), "m.json", &[("substeps", 200.into()), ("step", 0.005.into())]);
    let mut document: Value = serde_json::from_str(&std::fs::read_to_string(&model).unwrap()).unwrap();
    document["learned"]["parameters"] = serde_json::json!([-0.1, 5.0, -5.0, -0.1]);
    std::fs::write(&model, document.to_string()).unwrap();
    let audited = json(&["audit", &model], 0);
    assert_eq!(audited["nature"], "continuous", "{audited}");
    let shown = audited["modes"][0]["shown"][1].as_f64().unwrap();
    assert!((shown - 5.0).abs() < 1e-4 && audited["modes"][0]["principal"] == true, "{audited}");
    document["substeps"] = 1.into();
    document["step"] = 1.0.into();
    std::fs::write(&model, document.to_string()).unwrap();
    assert_eq!(json(&["audit", &model], 1)["nature"], "discrete");
}
