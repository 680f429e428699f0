//! What a loop learns of known inputs, in words.

use super::number::{DIGITS, pair, percent, real};
use super::{Table, wrapped};
use crate::data::Hold;
use crate::predict::{LearnedInputs, MethodReport, Report};
use num_complex::Complex;

/// B, and B̂ through each method; empty where the inputs are neither held nor straight. In short the principal branches only.
pub fn learned_inputs(report: &Report, names: &[String], width: usize, in_short: bool) -> String {
    let Some(system) = &report.driven else { return String::new() };
    let straight = system.hold == Hold::Linear;
    if straight && report.methods.iter().all(|method| method.inputs.is_empty()) {
        return String::new();
    }
    let matrix = |b: &[Vec<f64>]| {
        let column = |j: usize| format!("({})", b.iter().map(|row| real(row[j], DIGITS)).collect::<Vec<_>>().join(", "));
        (0..names.len()).map(column).collect::<Vec<_>>().join(" ")
    };
    let b = format!("B = {}", matrix(&system.b));
    let names = names.join(", ");
    let text = match system.hold {
        Hold::Zero if report.methods.iter().all(|method| method.inputs.is_empty()) => {
            let text = format!(
                "Inputs ({names}, held between samples): {b}, the state at rest for each unit of an input {}.",
                matrix(&system.gain)
            );
            return wrapped(&text, "", "  ", width) + "\n";
        }
        Hold::Zero => held(report, &names, &b, &matrix(&system.gain)),
        Hold::Linear => stalled(report, &names, &b),
    };
    let shown = |learned: &LearnedInputs| learned.learned.iter().map(|z| mode(*z)).collect::<Vec<_>>().join(", ");
    let mut table =
        if straight { Table::new(&["METHOD", "λ̂", "B̂", "LOSS STALLS AT"]) } else { Table::new(&["METHOD", "λ̂", "B̂"]) };
    for method in &report.methods {
        let kept = method.inputs.iter().filter(|learned| !in_short || learned.principal);
        for (row, learned) in kept.enumerate() {
            let name = if row == 0 { method.method.clone() } else { String::new() };
            let cells = [name, shown(learned), matrix(&learned.b)];
            table.row(cells.into_iter().chain(learned.level.map(percent)));
        }
    }
    format!("{}\n{}\n", wrapped(&text, "", "  ", width), table.fit(width))
}

/// A mode as a pair where it turns.
fn mode(z: Complex<f64>) -> String {
    pair(z, DIGITS)
}

fn held(report: &Report, names: &str, b: &str, gain: &str) -> String {
    if let Some(through) = report.through_loss.as_ref().filter(|through| through.modes.iter().any(|mode| mode.significant)) {
        return format!(
            "Inputs ({names}, held between samples): {b}, the state at rest for each unit of an input {gain}. Of these samples the loss {} learns another system, and of that each method \
             B̂:",
            through.loss
        );
    }
    format!(
        "Inputs ({names}, held between samples): {b}. A loop learns B̂ = ÂA⁻¹B, so that the state at rest for each unit of an input, {gain}, is right on \
         every branch."
    )
}

/// Where the loss stalls through RK4, else through the first method that has a minimum.
fn stalled(report: &Report, names: &str, b: &str) -> String {
    let with = |method: &&MethodReport| !method.inputs.is_empty();
    let rk4 = report.methods.iter().filter(with).find(|method| method.method == "rk4");
    let lowest = rk4.or_else(|| report.methods.iter().find(with)).and_then(|method| Some((method, method.inputs.first()?)));
    let mut text =
        format!("Inputs ({names}, straight between samples): {b}. No Â and B̂ follow such an input exactly through constant steps.");
    if let Some((method, learned)) = lowest {
        let grows = learned.learned.iter().any(|z| z.re > 0.0) && report.modes.iter().all(|mode| mode.lambda.re < 0.0);
        text.push_str(&format!(
            " Through {} the lowest loss ({} of the motion) is at {}{}.",
            method.method,
            percent(learned.level.unwrap_or(0.0)),
            learned.learned.iter().map(|z| mode(*z)).collect::<Vec<_>>().join(", "),
            if grows { ", which grows" } else { "" }
        ));
        let clean = report.upper_modes().filter_map(|(k, _)| method.modes[k].noise_free.as_ref()?.principal());
        let clean: Vec<String> = clean.map(|branch| mode(branch.lambda)).collect();
        if !clean.is_empty() {
            text.push_str(&format!(
                " Without noise, and with exactly such an input, as the advice takes it, it would be at {}.",
                clean.join(", ")
            ));
        }
    }
    if !report.methods.iter().all(|method| with(&method)) {
        text.push_str(" Methods without a row below: λ̂ as without the inputs.");
    }
    text
}
