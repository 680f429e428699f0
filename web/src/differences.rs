//! Equation discovery by regression on estimated derivatives, for the page.

use super::message;
use lambdahat::inverse::regressed;
use lambdahat::loops::Regression;
use lambdahat::method::Sampling;
use lambdahat::words::explorable;
use num_complex::Complex;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// What one derivative filter learns from a mode.
#[derive(Serialize)]
struct Difference {
    name: String,
    learned: [f64; 2],
    what: String,
}

/// What each of these regressions, one a line (`pysindy:FiniteDifference:order=4`), learns from a mode sampled H apart: a JSON list of
/// `{"name", "learned": [re, im], "what"}`.
#[wasm_bindgen]
pub fn differences(names: &str, re: f64, im: f64, interval: f64) -> Result<String, JsError> {
    let sampling = Sampling::new(interval, 1).map_err(message)?;
    let mut all = Vec::new();
    for name in names.lines() {
        let regression = Regression::read(name).map_err(message)?.ok_or_else(|| JsError::new(&format!("{name} is no regression")))?;
        let (found, mode) = regressed(&regression, Complex::new(re, im), sampling)
            .ok_or_else(|| JsError::new("e^(Hλ) leaves the range of double precision: choose a shorter interval"))?;
        all.push(Difference { name: name.to_owned(), learned: [mode.lambda.re, mode.lambda.im], what: explorable::branch(&found, 0) });
    }
    serde_json::to_string(&all).map_err(message)
}
