//! The calls that are recommended, as `tests/data/training_calls.json` has them: `python/tests/test_training_calls.py` runs each of these through its library and lays the result
//! beside as many steps of the method.

use lambdahat::fit::Loss;
use lambdahat::method::catalog;
use lambdahat::words::training_calls;
use serde_json::{Value, json};

const INTERVAL: f64 = 0.5;

#[test]
fn the_calls_that_python_runs_are_those_that_are_shown() {
    let losses = [None, Some(Loss::Pairs), Some(Loss::Windows(5)), Some(Loss::Rollout), Some(Loss::RolloutFreeStart)];
    let whole = |loss: &Option<Loss>| !matches!(loss, Some(Loss::Pairs | Loss::Windows(_)));
    let mut calls = Vec::new();
    for name in ["midpoint", "rk38", "dormand-prince5"] {
        let method = catalog::find(name).unwrap();
        for (substeps, even) in [(1, true), (3, true), (1, false), (3, false)] {
            for loss in losses.into_iter().filter(|loss| even || whole(loss)) {
                for call in training_calls(&method, substeps, even.then_some(INTERVAL), loss) {
                    let loss = loss.map(|loss| loss.to_string());
                    let (library, lines, against) = (call.library, call.lines, call.against);
                    calls.push(json!({ "library": library, "method": name, "substeps": substeps, "even": even, "loss": loss, "lines": lines, "against": against }));
                }
            }
        }
    }
    let kept: Value = serde_json::from_str(include_str!("data/training_calls.json")).unwrap();
    let rows: Vec<String> = calls.iter().map(Value::to_string).collect();
    assert!(Value::Array(calls) == kept, "tests/data/training_calls.json should be:\n[\n{}\n]", rows.join(",\n"));
}
