//! What several runs, and other frequencies, tell of a steady cycle.
//!
//! A motion that nothing drives keeps the size that its start gives it; what drives all runs alike gives each the same size, once what the start gave has died out. So sizes that stay as
//! they are within each run and differ between runs are of a free motion, or of inputs that differ.

use crate::truth::exponential_sums::sinusoids::{MOST_ROWS, MULTIPLES, Regression, peak, refined};
use crate::truth::samples::runs::{Run, Samples};
use std::f64::consts::TAU;

/// Runs that are laid beside one another at most, taken evenly from all.
const MOST_RUNS: usize = 32;
/// Turns that a run holds at least.
const LEAST_TURNS: f64 = 4.0;
/// How far the frequency of a run may be from the common one, as a part of it: that of a nonlinear motion depends on its size.
const NEAR: f64 = 0.15;
/// Sizes differ where one is so many times another in both halves of the runs, and by so many times what the rest of the motion makes of a size.
const DIFFERS: f64 = 1.5;
const SURELY: f64 = 2.0;
/// A cycle beside another is one where what the first leaves is this part of the variance, and the second explains this part of that.
const LEAVES: f64 = 0.02;
const MOST_OF_IT: f64 = 0.5;
/// Frequencies whose ratio is one of small numbers, to this part, are of one period.
const LARGEST_NUMBER: usize = 4;
const COMMENSURATE: f64 = 0.01;

/// The size of the cycle in one half of a run, and what the rest of the motion may make of it.
type Size = (f64, f64);

/// Whether the cycle keeps its size within the runs, and has another in each.
pub(super) fn sizes_differ(samples: &Samples, frequency: f64) -> bool {
    let each = samples.runs.len().div_ceil(MOST_RUNS).max(1);
    let part = |run: &Run| halves(samples, &run.part(0..run.rows().min(MOST_ROWS)), frequency);
    let runs: Vec<[Size; 2]> = samples.runs.iter().step_by(each).filter_map(part).collect();
    let larger = |(a, rest): Size, (b, beside): Size| a > DIFFERS * b && a - b > SURELY * (rest + beside);
    runs.iter().any(|one| runs.iter().any(|other| (0..2).all(|k| larger(one[k], other[k]))))
}

fn halves(samples: &Samples, run: &Run, frequency: f64) -> Option<[Size; 2]> {
    let duration = run.duration();
    if duration * frequency < LEAST_TURNS * TAU {
        return None;
    }
    let detrended = Regression::of(run, 0.0, 0)?;
    let start = peak(run, &detrended.residuals, (1.0 - NEAR) * frequency, (1.0 + NEAR) * frequency, samples.grid)?;
    let own = refined(run, start, 1.0 / duration, 1)?;
    let size = |rows: std::ops::Range<usize>| {
        let half = run.part(rows);
        let fit = Regression::of(&half, own, 1)?;
        let left = (fit.square / half.rows() as f64).sqrt();
        let turns = half.duration() * own / TAU;
        Some((fit.amplitudes().iter().map(|a| a * a).sum::<f64>().sqrt(), left / turns.sqrt()))
    };
    let middle = run.rows() / 2;
    Some([size(0..middle)?, size(middle..run.rows())?])
}

/// The frequency of a second cycle that explains most of what the first leaves in this run, where the two have no common period.
pub(super) fn beside(samples: &Samples, run: &Run, frequency: f64) -> Option<f64> {
    let highest = samples.highest_looked_for();
    let multiples = (1..=MULTIPLES).take_while(|k| *k as f64 * frequency < 0.95 * highest).count();
    let (all, first) = (Regression::of(run, 0.0, 0)?, Regression::of(run, frequency, multiples)?);
    if first.square < LEAVES * all.square {
        return None;
    }
    let start = peak(run, &first.residuals, TAU * LEAST_TURNS / run.duration(), highest, samples.grid)?;
    let left = Run { states: first.residuals.clone(), ..run.clone() };
    let other = refined(&left, start, 1.0 / run.duration(), 1)?;
    let rest = Regression::of(&left, other, 1)?;
    let common =
        |n: usize| (1..=LARGEST_NUMBER).any(|m| (n as f64 * frequency - m as f64 * other).abs() < COMMENSURATE * n as f64 * frequency);
    (rest.square < MOST_OF_IT * first.square && !(1..=LARGEST_NUMBER).any(common)).then_some(other)
}
