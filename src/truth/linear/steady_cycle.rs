//! A steady cycle about a slow trend, as a clock outside gives it: the seasons in a yearly record.
//!
//! ```text
//! y(t) = c₀ + c₁ t + c₂ t² + Σ_{k ≤ K} (a_k cos kωt + b_k sin kωt) + noise of any colour
//! ```
//!
//! ω is the highest peak of the periodogram (Schuster 1898) of the detrended samples, then of least squares. What tells it from an oscillation that noise keeps going is
//! coherence: fitted to parts of the record one by one, it keeps its amplitude and phase from the first to the last.

use super::cycle_in_runs::{beside, sizes_differ};
use crate::data::TimeUnit;
use crate::truth::caveat::Caveat;
use crate::truth::exponential_sums::sinusoids::{MOST_ROWS, MULTIPLES, Regression, peak, refined};
use crate::truth::finding::Because;
use crate::truth::map::modes::Mode;
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{DMatrix, SVD};
use num_complex::Complex;
use std::f64::consts::TAU;

type C = Complex<f64>;

/// Turns that a record holds at least.
const LEAST_TURNS: f64 = 8.0;
/// Rows at least.
const LEAST_ROWS: usize = 32;
/// The part of the detrended variance that the cycle explains at least.
const LEAST_SHARE: f64 = 0.5;
/// Parts of the record, and how far the amplitude of one may be from their mean, as a root mean square.
const PARTS: (f64, f64) = (4.0, 16.0);
const STEADY: f64 = 0.25;
/// A cycle that loses this part of its size from the first part to the last runs down, where that is most of what its size does: nothing drives it.
const RUNS_DOWN: f64 = 0.05;
const MOST_OF_IT: f64 = 0.8;

/// The cycle and its trend.
#[derive(Clone, Debug)]
pub(crate) struct SteadyCycle {
    /// ω
    pub frequency: f64,
    /// One standard deviation, from the scatter of the phase between parts of the record.
    pub uncertainty: f64,
    /// The amplitude of each column at ω, in the data's own variables.
    pub amplitude: Vec<f64>,
    /// The mean change of each column in a unit of time.
    pub rate: Vec<f64>,
    /// The share of the detrended variance that the cycle explains.
    pub share: f64,
    /// Whether each run has a size of its own, which it keeps.
    pub sizes_differ: bool,
    /// The frequency of another cycle beside it, which has no period in common with it.
    pub beside: Option<f64>,
}

impl SteadyCycle {
    /// iω and its mirror image, which are no mode that is settled.
    pub fn modes(&self) -> Vec<Mode> {
        let why = if self.sizes_differ { Because::OfItsSize } else { Because::MayBeDriven };
        Mode::told(C::new(0.0, self.frequency), Vec::new(), self.uncertainty, vec![why], true)
    }

    /// What is to be said of it, in this unit of time.
    pub fn caveat(self, unit: TimeUnit) -> Caveat {
        let Self { frequency, uncertainty, amplitude, rate, share, sizes_differ, beside } = self;
        let period = TAU / frequency;
        let (uncertainty, beside) = (period * uncertainty / frequency, beside.map(|other| TAU / other));
        Caveat::SteadyCycle { period, uncertainty, amplitude, rate, unit, share, sizes_differ, beside }
    }
}

/// The steady cycle in the longest run, where one explains most of what a trend leaves.
pub(crate) fn steady_cycle(samples: &Samples) -> Option<SteadyCycle> {
    let longest = samples.runs.iter().max_by(|a, b| a.duration().total_cmp(&b.duration()))?;
    let run = longest.part(0..longest.rows().min(MOST_ROWS));
    if run.rows() < LEAST_ROWS {
        return None;
    }
    let detrended = Regression::of(&run, 0.0, 0)?;
    let highest = samples.highest_looked_for();
    let start = peak(&run, &detrended.residuals, TAU * LEAST_TURNS / run.duration(), highest, samples.grid)?;
    let multiples = (1..=MULTIPLES).take_while(|k| *k as f64 * start < 0.95 * highest).count();
    let frequency = refined(&run, start, 1.0 / run.duration(), multiples)?;
    let fit = Regression::of(&run, frequency, multiples)?;
    let share = 1.0 - fit.square / detrended.square;
    if share.is_nan() || share < LEAST_SHARE {
        return None;
    }
    let uncertainty = coherence(&run, frequency)?;
    let own = |of: Vec<f64>| of.iter().zip(&samples.scale).map(|(x, s)| x * s).collect();
    let (sizes_differ, beside) = (sizes_differ(samples, frequency), beside(samples, &run, frequency));
    let (amplitude, rate) = (own(fit.amplitudes()), own(fit.rates(run.duration())));
    Some(SteadyCycle { frequency, uncertainty, amplitude, rate, share, sizes_differ, beside })
}

/// The standard deviation of ω by the phases of parts of the record; `None` where amplitude or phase wanders, or the cycle runs down.
fn coherence(run: &Run, frequency: f64) -> Option<f64> {
    let turns = run.duration() * frequency / TAU;
    let parts = (0.5 * turns).clamp(PARTS.0, PARTS.1) as usize;
    let amplitudes: Option<Vec<(f64, Vec<C>)>> =
        (0..parts).map(|k| part_amplitudes(run, run.rows() * k / parts..run.rows() * (k + 1) / parts, frequency)).collect();
    let amplitudes = amplitudes?;
    let n = parts as f64;
    let columns = run.states.ncols();
    let mean: Vec<C> = (0..columns).map(|j| amplitudes.iter().map(|(_, a)| a[j]).sum::<C>() / n).collect();
    let size: f64 = mean.iter().map(C::norm_sqr).sum();
    let scatter: f64 = amplitudes.iter().map(|(_, a)| a.iter().zip(&mean).map(|(x, m)| (x - m).norm_sqr()).sum::<f64>()).sum::<f64>() / n;
    if size.is_nan() || scatter.is_nan() || scatter > STEADY * STEADY * size {
        return None;
    }
    let sizes: Vec<(f64, f64)> =
        amplitudes.iter().map(|(t, a)| (*t, 0.5 * a.iter().map(C::norm_sqr).sum::<f64>().max(f64::MIN_POSITIVE).ln())).collect();
    let (decay, share) = line(&sizes);
    if -decay * (sizes[parts - 1].0 - sizes[0].0) > RUNS_DOWN && share > MOST_OF_IT {
        return None;
    }
    // Phases against time: the error of ω is that of their slope, and half of what that changes by beyond chance, whose variance is 16 times that of a slope.
    let phases: Vec<(f64, f64)> =
        amplitudes.iter().map(|(t, a)| (*t, a.iter().zip(&mean).map(|(x, m)| x * m.conj()).sum::<C>().arg())).collect();
    let middle = phases.iter().map(|(t, _)| t).sum::<f64>() / n;
    let spread: f64 = phases.iter().map(|(t, _)| (t - middle).powi(2)).sum();
    let square: f64 = phases.iter().map(|(_, p)| p * p).sum();
    let change = line(&phases[parts / 2..]).0 - line(&phases[..parts / 2]).0;
    let variance = square / (n - 2.0) / spread;
    Some((variance + (0.25 * change * change - 4.0 * variance).max(0.0)).sqrt())
}

/// The slope of the line through these points, and the share of their variance that it explains.
fn line(points: &[(f64, f64)]) -> (f64, f64) {
    let n = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
    let sums = points.iter().fold((0.0, 0.0, 0.0), |s, p| (s.0 + (p.0 - x).powi(2), s.1 + (p.0 - x) * (p.1 - y), s.2 + (p.1 - y).powi(2)));
    (sums.1 / sums.0, sums.1 * sums.1 / (sums.0 * sums.2).max(f64::MIN_POSITIVE))
}

/// The middle of a part and the complex amplitude of each column there, beside a straight line.
fn part_amplitudes(run: &Run, rows: std::ops::Range<usize>, frequency: f64) -> Option<(f64, Vec<C>)> {
    let middle = 0.5 * (run.times[rows.start] + run.times[rows.end - 1]);
    let amplitude = |j: usize| {
        let there: Vec<usize> = rows.clone().filter(|&i| !run.states[(i, j)].is_nan()).collect();
        if there.len() < 6 {
            return None;
        }
        let design = DMatrix::from_fn(there.len(), 4, |i, k| {
            let t = run.times[there[i]];
            match k {
                0 => 1.0,
                1 => (t - middle) * frequency,
                2 => (frequency * t).cos(),
                _ => (frequency * t).sin(),
            }
        });
        let target = DMatrix::from_fn(there.len(), 1, |i, _| run.states[(there[i], j)]);
        let solution = SVD::try_new(design, true, true, f64::EPSILON, 10_000)?.solve(&target, 1e-9).ok()?;
        Some(C::new(solution[(2, 0)], -solution[(3, 0)]))
    };
    Some((middle, (0..run.states.ncols()).map(amplitude).collect::<Option<Vec<C>>>()?))
}
