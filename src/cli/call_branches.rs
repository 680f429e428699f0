//! `branches` for a library's training call: every λ̂ that its own steps can learn.

use super::failure::Failure;
use super::{Answer, output, screen};
use crate::inverse::step_control::{
    Assessment, Completeness, ControlledEquation, PatternGap, Rounding, Search, Solution, Usage, assess, equilibrium, solutions,
};
use crate::inverse::{Limits, Verdict};
use crate::loops::{Call, StateNorm};
use crate::words::{Dialect, Say, Table, document, loops as words, number};
use num_complex::Complex64;
use serde::Serialize;
use std::f64::consts::TAU;

/// The document for a call: that of a method, `null` where a value does not apply, and more.
#[derive(Serialize)]
struct Document<'a> {
    method: String,
    lambda: [f64; 2],
    interval: f64,
    substeps: Option<u32>,
    step: Option<f64>,
    at_infinity: Option<usize>,
    branches: &'a [Solution],
    completeness: Completeness,
    gap: &'a Option<PatternGap>,
    norm: &'a StateNorm,
    call: &'a Call,
    verdict: Verdict,
    threshold: Option<f64>,
    concerns: serde_json::Value,
    advice: serde_json::Value,
}

/// Aliases on either side of λ that are listed.
const ALIASES: f64 = 2.0;
/// Starts along a diameter of the search.
const STARTS: usize = 48;

/// Prints what a call learns from λ on samples H apart.
pub fn run(call: &Call, lambda: Complex64, interval: f64, usage: &Usage, json: bool) -> Result<Answer, Failure> {
    let limits = Limits::default();
    if usage.samples > 1 {
        return whole_trajectories(call, lambda, interval, usage, json);
    }
    let equation = ControlledEquation::pairs(call, lambda, interval, usage.norm.clone())?;
    let radius = limits.reach * lambda.norm() + ALIASES * TAU / interval;
    let found = solutions(&equation, Search::Within { radius, starts: STARTS })?;
    let judged = assess(call, lambda, interval, usage, limits)?;
    if json {
        output::json(&Document {
            method: call.name.to_string(),
            lambda: [lambda.re, lambda.im],
            interval,
            substeps: call.substeps(interval),
            step: call.substeps(interval).map(|m| interval / f64::from(m)),
            at_infinity: (found.completeness == Completeness::Certified).then_some(0),
            branches: &found.solutions,
            completeness: found.completeness,
            gap: &found.gap,
            norm: &equation.norm,
            call,
            verdict: judged.verdict,
            threshold: judged.threshold.map(|t| t.decay),
            concerns: document::told(&judged.concerns, Dialect::Terminal)?,
            advice: document::told(&judged.advice, Dialect::Terminal)?,
        })?;
        return Ok(Answer::Done);
    }
    screen::paragraph(&format!("{}, λ = {}, a sample every {}", call.name, number::complex(lambda, 6), number::real(interval, 6)))?;
    for line in words::description(call) {
        screen::labelled("  ", &line)?;
    }
    let mut table = Table::new(&["", "LEARNED λ̂", "WHAT IT IS", "KNOWN", "STEPS", "CONDITION"]);
    for (k, solution) in found.solutions.iter().enumerate() {
        table.row([
            (k + 1).to_string(),
            number::complex(solution.lambda, digits(solution.lambda, solution.rounding)),
            words::origin(solution),
            words::proof(solution),
            words::effort(solution.steps.len(), solution.rejected, solution.evaluations),
            number::real(solution.condition, 4),
        ]);
    }
    output::line("")?;
    screen::table(&table)?;
    print_judgement(&judged)?;
    if let Some(why) = words::unproven(&found.solutions) {
        screen::paragraph(&why)?;
    }
    screen::paragraph(words::completeness(found.completeness, call.is_single()))?;
    Ok(Answer::Done)
}

/// Digits that are worth printing: 12, or what rounding in float32 leaves and one more.
fn digits(lambda: Complex64, rounding: Option<Rounding>) -> usize {
    let kept = |rounding: Rounding| (lambda.norm() / rounding.spread).log10().ceil().clamp(1.0, 10.0) as usize + 1;
    rounding.map_or(12, kept)
}

/// The least-squares λ̂ of calls over whole trajectories.
fn whole_trajectories(call: &Call, lambda: Complex64, interval: f64, usage: &Usage, json: bool) -> Result<Answer, Failure> {
    let judged = assess(call, lambda, interval, usage, Limits::default())?;
    let settled = equilibrium(call, lambda, &usage.norm);
    if json {
        let mut document = serde_json::json!({
            "method": call.name.to_string(), "lambda": [lambda.re, lambda.im], "interval": interval, "samples": usage.samples,
            "branches": [], "trajectory": judged.trajectory, "equilibrium": settled, "norm": usage.norm, "verdict": judged.verdict,
        });
        document["concerns"] = document::told(&judged.concerns, Dialect::Terminal)?;
        document["advice"] = document::told(&judged.advice, Dialect::Terminal)?;
        output::json(&document)?;
        return Ok(Answer::Done);
    }
    output::line(format!(
        "{}, λ = {}, calls over {} samples {} apart",
        call.name,
        number::complex(lambda, 6),
        usage.samples,
        number::real(interval, 6)
    ))?;
    if let Some(minimum) = &judged.trajectory {
        let effort = words::effort(minimum.accepted, minimum.rejected, minimum.evaluations);
        screen::paragraph(&format!(
            "Learned by least squares: {} ({effort} in a call).",
            number::complex(minimum.lambda, digits(minimum.lambda, minimum.rounding))
        ))?;
    }
    print_judgement(&judged)?;
    Ok(Answer::Done)
}

fn print_judgement(judged: &Assessment) -> Result<(), Failure> {
    output::line("")?;
    for sentence in judged.concerns.iter().map(|c| c.say(Dialect::Terminal)).chain(judged.advice.iter().map(|a| a.say(Dialect::Terminal))) {
        screen::paragraph(&sentence)?;
    }
    Ok(())
}
