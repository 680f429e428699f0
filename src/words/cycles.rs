//! What becomes of a limit cycle, in words.

use super::number::{percent, real};
use super::{Table, wrapped};
use crate::predict::{LearnedCycle, Report};

/// Period, amplitudes and Floquet multiplier of the cycle in each learned field; empty without a cycle.
pub fn learned_cycles(report: &Report, width: usize) -> String {
    let known = || report.methods.iter().filter_map(|method| Some((method, method.cycle.as_ref()?)));
    let Some((_, first)) = known().next() else { return String::new() };
    let sizes = |all: &[f64]| all.iter().map(|a| real(*a, 5)).collect::<Vec<_>>().join(", ");
    let text = format!(
        "The limit cycle: period {}, amplitudes {}; a small distance from it is multiplied by {} each turn. In the learned fields, by their series in h \
         where two truncations agree:",
        real(first.true_period, 6),
        sizes(&first.true_amplitude),
        real(first.true_multiplier, 3)
    );
    let mut table = Table::new(&["METHOD", "PERIOD", "SHIFT", "AMPLITUDES", "MULTIPLIED BY"]).details(&[4, 3]);
    let shift = |cycle: &LearnedCycle| {
        let part = cycle.period / cycle.true_period - 1.0;
        if part > 0.0 { format!("+{}", percent(part)) } else { percent(part) }
    };
    for (method, cycle) in known() {
        table.row([method.method.clone(), real(cycle.period, 6), shift(cycle), sizes(&cycle.amplitude), real(cycle.multiplier, 3)]);
    }
    format!("{}\n{}\n", wrapped(&text, "", "  ", width), table.fit(width))
}
