//! What a loop learns of known inputs, in words.

use super::number::{DIGITS, complex, pair, real};
use super::{Table, wrapped};
use crate::predict::{LearnedInputs, Report};

/// B, and B̂ through each method; empty without held inputs. In short the principal branches only.
pub fn learned_inputs(report: &Report, names: &[String], width: usize, in_short: bool) -> String {
    let Some(system) = &report.driven else { return String::new() };
    let matrix = |b: &[Vec<f64>]| {
        let column = |j: usize| format!("({})", b.iter().map(|row| real(row[j], DIGITS)).collect::<Vec<_>>().join(", "));
        (0..names.len()).map(column).collect::<Vec<_>>().join(" ")
    };
    let text = format!(
        "Inputs ({}, held between samples): B = {}. A loop learns B̂ = ÂA⁻¹B, so that the state at rest for each unit of an input, {}, is right on \
         every branch.",
        names.join(", "),
        matrix(&system.b),
        matrix(&system.gain)
    );
    let shown = |learned: &LearnedInputs| {
        let each = learned.learned.iter().map(|z| if z.im == 0.0 { complex(*z, DIGITS) } else { pair(*z, DIGITS) });
        each.collect::<Vec<_>>().join(", ")
    };
    let mut table = Table::new(&["METHOD", "λ̂", "B̂"]);
    for method in &report.methods {
        let kept = method.inputs.iter().filter(|learned| !in_short || learned.principal);
        for (row, learned) in kept.enumerate() {
            table.row([if row == 0 { method.method.clone() } else { String::new() }, shown(learned), matrix(&learned.b)]);
        }
    }
    format!("{}\n{}\n", wrapped(&text, "", "  ", width), table.fit(width))
}
