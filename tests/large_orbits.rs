//! Orbits that no polynomial of a low degree has: verdicts go by them too, as `audit` of a fit does.

#[path = "common/program.rs"]
mod program;

use lambdahat::dynamics::{Field, Flow};
use program::{json, lambdahat, refused};
use std::fmt::Write;

/// A pendulum with friction, θ̈ = −0.2θ̇ − 4 sin θ.
struct Pendulum;

impl Field for Pendulum {
    fn dimension(&self) -> usize {
        2
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        (out[0], out[1]) = (x[1], -0.2 * x[1] - 4.0 * x[0].sin());
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        out.copy_from_slice(&[0.0, 1.0, -4.0 * x[0].cos(), -0.2]);
    }
}

/// Four runs of up to 2 rad, seven samples a period.
fn table() -> String {
    let mut text = String::from("run,t,theta,omega\n");
    for (run, start) in [[0.3, 0.0], [1.0, 0.0], [2.0, 0.0], [-1.5, 1.0]].iter().enumerate() {
        for (k, x) in Flow::reference().trajectory(&Pendulum, start, 0.5, 29).unwrap().iter().enumerate() {
            writeln!(text, "{run},{},{},{}", 0.5 * k as f64, x[0], x[1]).unwrap();
        }
    }
    text
}

#[test]
fn predict_and_audit_agree_where_large_orbits_decide() {
    let folder = tempfile::tempdir().unwrap();
    let (samples, model) = (folder.path().join("pendulum.csv"), folder.path().join("model.json"));
    let (samples, model) = (samples.to_str().unwrap(), model.to_str().unwrap());
    std::fs::write(samples, table()).unwrap();
    let found = json(&["predict", samples, "--method", "dormand-prince5"], 0);
    // The modes are learned to 0.3 %, the orbits are not.
    let method = &found["methods"][0];
    assert_eq!(method["modes"][0]["verdict"], "faithful");
    assert_ne!(method["verdict"], "faithful");
    assert!(method["orbits"].as_array().is_some_and(|orbits| !orbits.is_empty()), "{method}");
    assert_eq!(
        (found["recommendation"]["method"].as_str(), found["recommendation"]["substeps"].as_u64()),
        (Some("dormand-prince5"), Some(2))
    );
    refused(&["audit", model], &["model.json"]);
    for (substeps, nature, status) in [("1", "discrete", 1), ("2", "continuous", 0)] {
        let class = ["--method", "dormand-prince5", "--model", "polynomial:5", "--substeps", substeps];
        lambdahat(&[&["fit", samples, "-o", model][..], &class].concat()).assert().success();
        assert_eq!(json(&["audit", model], status)["nature"], nature, "{substeps} steps");
    }
}
