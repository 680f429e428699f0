//! Whether rates may change in the course of a run: a spring that ages, friction that grows, a temperature that drifts.
//!
//! In noise an oscillation with a slowly changing rate is met by one with a constant rate in between; where samples are clean, by a fan of exponentials next to each other, which
//! stand for e^{κt²/2} as terms of a series do, and none of which is a mode.

use super::second_order::complete;
use crate::truth::exponential_sums::drifting::{Changing, Drifting};
use crate::truth::exponential_sums::exponential_search::information_of;
use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::exponential_sums::projection::{amplitudes, complex_amplitude};
use crate::truth::exponential_sums::rate::Rate;
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{Cholesky, DMatrix, DVector, SVD};
use num_complex::Complex;
use std::f64::consts::PI;

/// Rates that differ by less than this over the whole time are next to each other.
const NEXT_TO: f64 = PI;
/// Coefficients of a changing exponent at most.
const MOST_EXPONENTS: usize = 8;
/// Coefficients of an amplitude in time that are tried where columns are several: what a column has of a mode changes with the system.
const MOST_POWERS: usize = 6;
/// Rows beyond which nobody asks.
const MOST_ROWS: usize = 4000;
/// Two thirds of a distance, with which λ stands that is spread evenly over it, are one standard deviation.
const OF_DISTANCE: f64 = 0.68;
/// Steps in which a rate is followed over the whole time.
const STEPS: usize = 40;

/// What changing rates would do to a fit.
#[derive(Clone, Debug)]
pub(super) struct ChangingRates {
    /// The uncertainty of each rate of the fit where it changes: two thirds of how far it goes, as long as it is heard; 0 for decays.
    pub moved: Vec<f64>,
    /// What they take from the sum of squares, in variances of the noise.
    pub gain: f64,
    /// The numbers that are fitted for it.
    pub freedom: usize,
}

/// Of a fit to the samples, with a κ for each oscillation; `None` where there are none, or too few rows.
pub(super) fn changing_rates(samples: &Samples, fit: &Exponentials) -> Option<ChangingRates> {
    let samples = &complete(samples, fit.count() + fit.trend);
    let duration = samples.duration();
    let turning = fit.rates.iter().filter(|rate| rate.lambda().im > 0.0).count();
    let cells = samples.rows() * samples.dimension();
    let numbers = fit.parameters + 2 * turning;
    if turning == 0 || cells < numbers + numbers / 2 || samples.rows() > MOST_ROWS {
        return None;
    }
    let constant: Vec<Changing> = fit.rates.iter().map(|rate| Changing::constant(rate.lambda(), duration)).collect();
    let before = Drifting::at(samples, fit.trend, constant.clone())?;
    let mut parts = constant;
    parts.iter_mut().filter(|part| part.turns).for_each(|part| part.exponents.push(Complex::ZERO));
    let after = Drifting::fitted(samples, fit.trend, parts)?;
    let variance = (after.square / cells.saturating_sub(after.numbers).max(1) as f64).max(f64::MIN_POSITIVE);
    let times: Vec<f64> = (0..=STEPS).map(|k| 2.0 * k as f64 / STEPS as f64 - 1.0).collect();
    // Where the motion is gone nobody hears its rate: each time counts by its size then.
    let farthest = |(rate, part): (&Rate, &Changing)| {
        let sizes: Vec<f64> = times.iter().map(|tau| part.value(*tau).norm()).collect();
        let largest = sizes.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        let at = |(tau, size): (&f64, &f64)| (part.rate(*tau, duration) - rate.lambda()).norm() * size / largest;
        if part.turns { OF_DISTANCE * times.iter().zip(&sizes).map(at).fold(0.0, f64::max) } else { 0.0 }
    };
    let moved = fit.rates.iter().zip(&after.parts).map(farthest).collect();
    Some(ChangingRates { moved, gain: (before.square - after.square).max(0.0) / variance, freedom: 2 * turning })
}

/// How far the only decay of the only run of the only column may be from those of a sum of decays that noise hides; `None` where there are others, or too few rows.
///
/// A sum of decays Σ a_i e^{λ_i t} is e^{λt + κt²/2 + …} with κ the variance of the λ_i: half of √|κ|, with one standard error of κ, is what two of one size leave of their distance in thirds.
pub(super) fn distance_of_hidden_decays(samples: &Samples, fit: &Exponentials) -> Option<f64> {
    let [Rate::Real(rate)] = fit.rates[..] else { return None };
    let samples = &complete(samples, 2);
    let cells = samples.rows();
    // Runs from several sides show what bends them.
    if samples.dimension() != 1 || samples.runs.len() > 1 || cells < fit.parameters + 3 || cells > MOST_ROWS {
        return None;
    }
    let duration = samples.duration();
    let mut part = Changing::constant(Complex::new(rate, 0.0), duration);
    part.exponents.push(Complex::ZERO);
    let found = Drifting::fitted(samples, fit.trend, vec![part])?;
    let variance = found.square / cells.saturating_sub(found.numbers).max(1) as f64;
    let spread = (Cholesky::new(found.normal)?.inverse()[(1, 1)] * variance).max(0.0).sqrt();
    // κ of the second coefficient in τ = 2t/T − 1.
    Some(0.5 * ((found.parts[0].exponents[1].re.abs() + spread) * 8.0).sqrt() / duration)
}

/// Whether some rates next to each other stand for a single one that changes: a model with that in their place explains as much with fewer numbers.
pub(super) fn stand_for_change(samples: &Samples, fit: &Exponentials) -> bool {
    let samples = &complete(samples, fit.count() + fit.trend);
    if samples.rows() > MOST_ROWS || samples.runs.is_empty() {
        return false;
    }
    let crowds = crowds(&fit.rates, samples.duration());
    crowds.iter().any(|crowd| crowd.members.len() > 1 && explained_by_change(samples, fit, crowd).unwrap_or(false))
}

/// Rates next to each other.
struct Crowd {
    members: Vec<usize>,
    /// Whether conjugates belong to it: together they are real.
    real: bool,
}

fn crowds(rates: &[Rate], duration: f64) -> Vec<Crowd> {
    let near = |a: Complex<f64>, b: Complex<f64>| (a - b).norm() * duration < NEXT_TO;
    let lambdas: Vec<Complex<f64>> = rates.iter().map(|rate| rate.lambda()).collect();
    let mut all: Vec<Crowd> = Vec::new();
    for (k, &lambda) in lambdas.iter().enumerate() {
        let meets = |crowd: &Crowd| crowd.members.iter().any(|&j| near(lambdas[j], lambda) || near(lambdas[j].conj(), lambda));
        let (joined, apart): (Vec<Crowd>, Vec<Crowd>) = all.into_iter().partition(meets);
        all = apart;
        let mut members: Vec<usize> = joined.iter().flat_map(|crowd| crowd.members.clone()).collect();
        members.push(k);
        let real = members.iter().any(|&j| near(lambdas[j].conj(), lambdas[j]));
        all.push(Crowd { members, real });
    }
    all
}

/// Whether a single rate that changes explains as much as a crowd.
fn explained_by_change(samples: &Samples, fit: &Exponentials, crowd: &Crowd) -> Option<bool> {
    let duration = samples.duration();
    let others: Vec<Changing> =
        (0..fit.rates.len()).filter(|k| !crowd.members.contains(k)).map(|k| Changing::constant(fit.rates[k].lambda(), duration)).collect();
    let crowded = fit.rates.iter().map(|rate| Changing::constant(rate.lambda(), duration)).collect();
    let before = Drifting::at(samples, fit.trend, crowded)?;
    let cells = (samples.rows() * samples.dimension()) as f64;
    let information = |model: &Drifting| information_of((model.square / cells).sqrt(), model.numbers, cells);
    let most = if samples.dimension() > 1 { MOST_POWERS } else { 1 };
    for powers in 1..=most {
        let mut least = f64::INFINITY;
        for count in 2..=MOST_EXPONENTS {
            let mut parts = others.clone();
            parts.push(Changing { turns: !crowd.real, exponents: exponents(samples, fit, crowd, count)?, powers });
            let after = Drifting::fitted(samples, fit.trend, parts)?;
            if after.numbers >= before.numbers {
                break;
            }
            let found = information(&after);
            if found <= information(&before) {
                return Some(true);
            }
            // Where one more explains no more, an amplitude that changes is what is missing.
            if found >= least {
                break;
            }
            least = found;
        }
    }
    Some(false)
}

/// The first coefficients of the logarithm of what a crowd makes together, in the run and column where it is largest.
fn exponents(samples: &Samples, fit: &Exponentials, crowd: &Crowd, count: usize) -> Option<Vec<Complex<f64>>> {
    let (_, own, _) = amplitudes(samples, &fit.rates, fit.trend)?;
    let together = |(run, own): (&Run, &DMatrix<f64>), j: usize| -> Vec<Complex<f64>> {
        run.times.iter().map(|&t| signal(fit, crowd, own, j, t)).collect()
    };
    let largest = samples.runs.iter().zip(&own).flat_map(|both| (0..samples.dimension()).map(move |j| (both, j)));
    let size = |values: &[Complex<f64>]| values.iter().map(Complex::norm_sqr).sum::<f64>();
    let (run, values) = largest.map(|(both, j)| (both.0, together(both, j))).max_by(|a, b| size(&a.1).total_cmp(&size(&b.1)))?;
    let duration = samples.duration();
    // About the mean rate, so that the logarithm turns slowly.
    let mean = crowd.members.iter().map(|&k| fit.rates[k].lambda()).sum::<Complex<f64>>() / crowd.members.len() as f64;
    let mean = if crowd.real { Complex::new(mean.re, 0.0) } else { mean };
    let mut logs: Vec<Complex<f64>> = Vec::with_capacity(values.len());
    for (value, t) in values.iter().zip(&run.times) {
        let mut log = (value * (-mean * t).exp()).ln();
        if let Some(before) = logs.last() {
            log.im -= 2.0 * PI * ((log.im - before.im) / (2.0 * PI)).round();
        }
        logs.push(log);
    }
    if !logs.iter().all(|log| log.is_finite()) {
        return None;
    }
    let weights: Vec<f64> = values.iter().map(|v| v.norm()).collect();
    let tau: Vec<f64> = run.times.iter().map(|t| 2.0 * t / duration - 1.0).collect();
    let powers = DMatrix::from_fn(tau.len(), count + 1, |i, k| weights[i] * tau[i].powi(k as i32));
    let decomposed = SVD::try_new(powers, true, true, f64::EPSILON, 10_000)?;
    let solved = |part: &dyn Fn(&Complex<f64>) -> f64| {
        decomposed.solve(&DVector::from_fn(logs.len(), |i, _| weights[i] * part(&logs[i])), 1e-14).ok()
    };
    let (re, im) = (solved(&|log| log.re)?, solved(&|log| log.im)?);
    let mut all: Vec<Complex<f64>> = (1..=count).map(|k| Complex::new(re[k], if crowd.real { 0.0 } else { im[k] })).collect();
    all[0] += 0.5 * duration * mean;
    Some(all)
}

/// What a crowd makes in a column: a real number, or one whose real part that is.
fn signal(fit: &Exponentials, crowd: &Crowd, own: &DMatrix<f64>, j: usize, t: f64) -> Complex<f64> {
    let mut sum = Complex::ZERO;
    let mut place = 0;
    for (k, rate) in fit.rates.iter().enumerate() {
        if crowd.members.contains(&k) {
            sum += complex_amplitude(rate, own, place, j) * (rate.lambda() * t).exp();
        }
        place += rate.count();
    }
    if crowd.real { Complex::new(sum.re, 0.0) } else { sum }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::samples::runs::Stretch;

    /// Noise that any language makes.
    fn noise(t: f64) -> f64 {
        0.02 * (1e4 * (t + 1.0) * (t + 1.0)).sin()
    }

    fn samples(interval: f64, rows: i32, of: impl Fn(f64) -> f64) -> Samples {
        let times: Vec<f64> = (0..rows).map(|k| interval * f64::from(k)).collect();
        let states: Vec<f64> = times.iter().map(|t| of(*t) + noise(*t)).collect();
        Samples::of(&[Stretch { times: &times, states: &states, dimension: 1 }]).unwrap()
    }

    /// By scipy 1.17's `least_squares`: c₂ = 0.003246550 ± 0.117380522.
    #[test]
    fn the_distance_of_hidden_decays_is_that_of_least_squares() {
        let samples = samples(0.1, 60, |t| 0.3 + (-0.7 * t).exp());
        let fit = Exponentials::fitted(&samples, &[Rate::Real(-0.8)], 0).unwrap();
        let found = distance_of_hidden_decays(&samples, &fit).unwrap();
        assert!((found / 0.083250218 - 1.0).abs() < 1e-3, "{found}");
    }

    /// By the same: λ = −0.0489838 + 2.0440890i as a constant, 2.0032113 to 2.0939734 as it changes while it decays, and what that takes from the sum of squares.
    #[test]
    fn a_changing_rate_is_that_of_least_squares() {
        let samples = samples(0.2, 80, |t| (-0.05 * t).exp() * (2.0 * t + 0.003 * t * t).cos());
        let fit = Exponentials::fitted(&samples, &[Rate::Pair(-0.05, 4.1)], 0).unwrap();
        assert!((fit.rates[0].lambda() - Complex::new(-0.0489838, 2.0440890)).norm() < 1e-5, "{:?}", fit.rates);
        let found = changing_rates(&samples, &fit).unwrap();
        assert!((found.moved[0] / 0.027796962 - 1.0).abs() < 1e-3 && (found.gain / 241.74545 - 1.0).abs() < 1e-3, "{found:?}");
        assert_eq!(found.freedom, 2);
    }
}
