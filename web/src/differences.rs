//! Equation discovery by regression on estimated derivatives, for the page.

use super::message;
use lambdahat::inverse::{Branches, regressed};
use lambdahat::loops::Regression;
use lambdahat::method::Sampling;
use lambdahat::words::explorable::{self, FILTERS};
use num_complex::Complex;
use serde::Serialize;
use serde_json::json;
use wasm_bindgen::prelude::*;

/// What one derivative filter learns from a mode.
#[derive(Serialize)]
struct Difference {
    title: &'static str,
    learned: [f64; 2],
    what: String,
}

/// What each of the page's regressions learns from a mode sampled H apart, as JSON: `{"rows": [{"title", "learned": [re, im], "what"}], "words"}`.
#[wasm_bindgen]
pub fn differences(re: f64, im: f64, interval: f64) -> Result<String, JsError> {
    let sampling = Sampling::new(interval, 1).map_err(message)?;
    let lambda = Complex::new(re, im);
    let (mut rows, mut found): (Vec<Difference>, Vec<Branches>) = (Vec::new(), Vec::new());
    for (name, title) in FILTERS {
        let regression = Regression::read(name).map_err(message)?.ok_or_else(|| JsError::new(&format!("{name} is no regression")))?;
        let (branches, mode) = regressed(&regression, lambda, sampling).map_err(|why| JsError::new(&why.to_string()))?;
        rows.push(Difference { title, learned: [mode.lambda.re, mode.lambda.im], what: explorable::branch(&branches, 0) });
        found.push(branches);
    }
    let words = match &found[..] {
        [central, fourth, ..] => explorable::differences(lambda, interval, central, fourth),
        _ => String::new(),
    };
    serde_json::to_string(&json!({ "rows": rows, "words": words })).map_err(message)
}
