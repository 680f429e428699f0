//! Calls that choose their own steps, for the page.

use super::message;
use lambdahat::inverse::Limits;
use lambdahat::inverse::step_control::{ControlledEquation, PatternGap, Search, Usage, assess, solutions, threshold};
use lambdahat::loops::{Call, StateNorm};
use lambdahat::words::{Dialect, Say, explorable, loops as words};
use num_complex::Complex64;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// What a call learns from one mode, as the page shows it.
#[derive(Serialize)]
struct Controlled {
    call: String,
    learned: Option<[f64; 2]>,
    /// Where no model fits: the two between which a fit hovers.
    sides: Vec<[f64; 2]>,
    steps: usize,
    rejected: usize,
    evaluations: Option<u64>,
    threshold: Option<f64>,
    sentences: Vec<String>,
    description: Vec<String>,
}

fn pair(z: Complex64) -> [f64; 2] {
    [z.re, z.im]
}

/// What a library's call learns from samples of ẏ = λy, H apart, of amplitude 1; as JSON.
#[wasm_bindgen]
pub fn call(name: &str, re: f64, im: f64, interval: f64) -> Result<String, JsError> {
    let call: Call = name.parse().map_err(message)?;
    let lambda = Complex64::new(re, im);
    let equation = ControlledEquation::pairs(&call, lambda, interval, StateNorm::default()).map_err(message)?;
    let found = solutions(&equation, Search::Near).map_err(message)?;
    let judged = assess(&call, lambda, interval, &Usage::default(), Limits::default()).map_err(message)?;
    let principal = found.principal();
    let told = Controlled {
        call: call.name.to_string(),
        learned: principal.map(|s| pair(s.lambda)),
        sides: found.gap.as_ref().map_or_else(Vec::new, sides),
        steps: principal.map_or(0, |s| s.steps.len()),
        rejected: principal.map_or(0, |s| s.rejected),
        evaluations: principal.and_then(|s| s.evaluations),
        threshold: judged.threshold.map(|t| t.decay),
        sentences: std::iter::once(explorable::controlled(
            lambda,
            principal.map(|s| s.lambda),
            principal.map_or(0, |s| s.steps.len()),
            principal.map_or(0, |s| s.rejected),
        ))
        .chain(judged.concerns.iter().map(|c| c.say(Dialect::Page)).chain(judged.advice.iter().map(|a| a.say(Dialect::Page))))
        .collect(),
        description: words::description(&call),
    };
    serde_json::to_string(&told).map_err(message)
}

fn sides(gap: &PatternGap) -> Vec<[f64; 2]> {
    vec![pair(gap.fewer.lambda), pair(gap.more.lambda)]
}

/// Re λ̂, Im λ̂ and the decay that is learned as none, for a solver at each relative tolerance 10^e, its absolute one a thousand times
/// smaller; NaN where no model fits.
#[wasm_bindgen]
pub fn against(solver: &str, exponents: &[f64], re: f64, im: f64, interval: f64) -> Result<Vec<f64>, JsError> {
    let lambda = Complex64::new(re, im);
    let mut flat = Vec::with_capacity(3 * exponents.len());
    for &e in exponents {
        let call: Call = format!("{solver}:rtol={:e},atol={:e}", 10f64.powf(e), 10f64.powf(e - 3.0)).parse().map_err(message)?;
        let equation = ControlledEquation::pairs(&call, lambda, interval, StateNorm::default()).map_err(message)?;
        let found = solutions(&equation, Search::Near).map_err(message)?;
        let learned = found.principal().map_or([f64::NAN; 2], |s| pair(s.lambda));
        let limit = threshold(&call, im, interval, &StateNorm::default()).map_or(f64::NAN, |t| t.decay);
        flat.extend([learned[0], learned[1], limit]);
    }
    Ok(flat)
}
