//! Whether the runs in one file may be of different systems: no run shows more modes than a model of its columns can have, and together they show more.

use crate::truth::exponential_sums::exponential_search::information_of;
use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::exponential_sums::projection::amplitudes;
use crate::truth::exponential_sums::rate::Rate;
use crate::truth::samples::runs::Samples;
use nalgebra::DMatrix;

/// A mode below this part of the largest of its trajectory is not shown there.
const SHOWN: f64 = 0.01;
/// Rates up to which all choices of them are tried for each run by itself.
const MOST: usize = 4;
/// Runs that are looked at.
const MOST_RUNS: usize = 20;

/// Of a fit with more exponentials than columns: whether the runs show modes of their own, or are better explained each by itself.
pub(super) fn runs_are_unlike(samples: &Samples, fit: &Exponentials) -> bool {
    samples.runs.len() > 1 && !samples.missing && (each_shows_its_own(samples, fit) || each_is_better_alone(samples, fit))
}

/// Whether no run shows more modes than there are columns, and they are not the same in all.
fn each_shows_its_own(samples: &Samples, fit: &Exponentials) -> bool {
    let Some((_, amplitudes, _)) = amplitudes(samples, &fit.rates, fit.trend) else { return false };
    let shown = |b: &DMatrix<f64>| -> Vec<bool> {
        let mut row = 0;
        let size = |rate: &Rate| {
            row += rate.count();
            b.rows(row - rate.count(), rate.count()).norm()
        };
        let sizes: Vec<f64> = fit.rates.iter().map(size).collect();
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        sizes.iter().map(|size| *size > SHOWN * largest).collect()
    };
    let runs: Vec<Vec<bool>> = amplitudes.iter().map(shown).collect();
    let count = |run: &Vec<bool>| fit.rates.iter().zip(run).filter(|(_, shown)| **shown).map(|(rate, _)| rate.count()).sum::<usize>();
    runs.iter().all(|run| count(run) <= samples.dimension()) && runs.iter().any(|run| *run != runs[0])
}

/// Whether Schwarz's criterion prefers rates of each run's own, no more than there are columns, to those that all share: frequencies that differ by little look like two that beat.
fn each_is_better_alone(samples: &Samples, fit: &Exponentials) -> bool {
    // Of a fit with weights the samples here have none.
    if fit.rates.len() > MOST || fit.trend > 0 || fit.level != fit.rms {
        return false;
    }
    let frame = Samples { runs: Vec::new(), ..samples.clone() };
    let columns = samples.dimension();
    let count: usize = fit.rates.iter().map(|rate| rate.count()).sum();
    let (mut together, mut alone) = (0.0, 0.0);
    let (mut numbers_together, mut numbers_alone) = (count + columns, 0);
    let mut cells = 0;
    for (run, residuals) in samples.runs.iter().zip(&fit.residuals).step_by(samples.runs.len().div_ceil(MOST_RUNS)) {
        let own = Samples { runs: vec![run.clone()], ..frame.clone() };
        let choices = (1usize..1 << fit.rates.len()).filter_map(|bits| {
            let rates: Vec<Rate> = (0..fit.rates.len()).filter(|k| bits >> k & 1 == 1).map(|k| fit.rates[k]).collect();
            let count: usize = rates.iter().map(|rate| rate.count()).sum();
            if count > columns { None } else { Exponentials::roughly(&own, &rates, 0) }
        });
        let Some(best) = choices.min_by(|a, b| a.square.total_cmp(&b.square)) else { return false };
        together += residuals.norm_squared();
        numbers_together += count * columns;
        alone += best.square;
        numbers_alone += best.parameters;
        cells += best.cells;
    }
    let n = cells as f64;
    let worth = |square: f64, numbers: usize| information_of((square / n).sqrt(), numbers, n);
    numbers_alone < cells && worth(alone, numbers_alone) < worth(together, numbers_together)
}
