//! What harmonics tell: a nonlinear motion is a series of them.

use super::exponentials::Exponentials;
use crate::truth::samples::runs::Samples;
use num_complex::Complex;

/// A pair that falls by more than so many times what another does, at its frequency or a multiple to these parts of it, may be of its series.
const FASTER: f64 = 1.6;
const AT_ONCE: f64 = 0.25;
const AT_MULTIPLE: f64 = 0.13;
/// A term of a product is seen beside one that is so many times the residuals, where it turns or falls by this much, below this part of the highest frequency.
const SEEN: f64 = 1e4;
const APART: f64 = 5.0;
const BELOW_HIGHEST: f64 = 0.9;
/// Next to a term of a series: within this part of it, and of its rate.
const NEXT_TO: f64 = 0.02;
const NEXT_TO_RATE: f64 = 0.25;
/// What leaves no more than this is no series that was cut off: residuals are the rounding of double precision.
const EXACT: f64 = 1e-12;

/// What the residuals have of three times a frequency beyond chance, relative to a motion that fills its columns;
/// of the samples that the fit was made of.
pub(crate) fn third_harmonic(fit: &Exponentials, samples: &Samples, frequency: f64) -> f64 {
    let (mut power, mut rows) = (0.0, 0.0f64);
    for (run, residuals) in samples.runs.iter().zip(&fit.residuals) {
        let complete: Vec<usize> = (0..residuals.nrows()).filter(|&i| run.complete(i)).collect();
        let wave = |i: usize| Complex::cis(-3.0 * frequency * run.times[i]);
        let sum = |j: usize| complete.iter().map(|&i| wave(i) * residuals[(i, j)]).sum::<Complex<f64>>();
        power += (0..samples.dimension()).map(|j| sum(j).norm_sqr()).sum::<f64>() / complete.len().max(1) as f64;
        rows += complete.len() as f64;
    }
    // White noise gives each column of each run the power of one of its rows.
    let by_chance = fit.rms.powi(2) * (samples.dimension() * samples.runs.len()) as f64;
    (2.0 * (power - by_chance).max(0.0) / (rows.max(1.0) * samples.dimension() as f64)).sqrt()
}

/// Whether the k-th λ is a sum of two or three of the others (with conjugates), as the series of a nonlinear motion has them. `highest` is the highest frequency that the times tell.
///
/// A product of real oscillations has every sum of its factors and their conjugates: cos ω₁t cos ω₂t has ω₁ + ω₂ and ω₁ − ω₂. Where clean samples have one of them and show none of the
/// rest, the sum is a coincidence, as of a chain of five equal masses, whose frequencies are 2 sin(kπ/12): 2 sin 75° = 2 sin 15° + 2 sin 45°.
pub(crate) fn is_harmonic(fit: &Exponentials, k: usize, duration: f64, highest: Option<f64>) -> bool {
    let lambdas: Vec<Complex<f64>> = fit.rates.iter().map(|r| r.lambda()).collect();
    let target = lambdas[k];
    if target.norm() * duration < 0.5 {
        return false;
    }
    let others: Vec<(Complex<f64>, f64)> = (0..lambdas.len())
        .filter(|&j| j != k && fit.share[j] > fit.share[k])
        .flat_map(|j| {
            let u = fit.uncertainty[j];
            if lambdas[j].im > 0.0 { vec![(lambdas[j], u), (lambdas[j].conj(), u)] } else { vec![(lambdas[j], u)] }
        })
        .collect();
    let near = |sum: Complex<f64>, of: Complex<f64>, u: f64| {
        let close = 4.0 * (u + fit.uncertainty[k]) + 1e-4 * of.norm();
        (sum - of).norm() <= close.min(0.1 * of.norm())
    };
    // Whether the samples would show a term of this λ, and have none.
    let missing = |sum: Complex<f64>, u: f64| {
        fit.share[k] > SEEN * fit.rms
            && sum.norm() * duration > APART
            && highest.is_none_or(|highest| sum.im.abs() < BELOW_HIGHEST * highest)
            && (0..lambdas.len()).all(|j| !near(sum, lambdas[j], u) && !near(sum, lambdas[j].conj(), u))
    };
    // The same product's other terms: each factor may be its conjugate.
    let alone = |factors: &[Complex<f64>], u: f64| {
        let sums = (1..1 << (factors.len() - 1)).map(|turned: usize| {
            let factor = |i: usize| if i > 0 && turned >> (i - 1) & 1 == 1 { factors[i].conj() } else { factors[i] };
            (0..factors.len()).map(factor).sum::<Complex<f64>>()
        });
        let mut rest = sums.filter(|sum| !near(*sum, target, u)).peekable();
        rest.peek().is_some() && rest.all(|sum| missing(sum, u))
    };
    for (a, (x, u)) in others.iter().enumerate() {
        for (b, (y, v)) in others.iter().enumerate().skip(a) {
            if near(x + y, target, u + v) && !alone(&[*x, *y], u + v) {
                return true;
            }
            for (z, w) in others.iter().skip(b) {
                if near(x + y + z, target, u + v + w) && !alone(&[*x, *y, *z], u + v + w) {
                    return true;
                }
            }
        }
    }
    false
}

/// Whether the rates lie next to terms of a series, though further from them than their uncertainties: a series that is cut off moves its last terms by far more than those, so that
/// [`is_harmonic`] misses them.
pub(crate) fn is_cut_off_series(fit: &Exponentials) -> bool {
    pairs_are_next_to_a_series(fit) || (fit.rms > EXACT && decays_are_next_to_a_series(fit))
}

/// Two pairs or more lie next to 2λ, 3λ and 2λ + λ̄ of the pair with the largest part; one can be there by chance, hardly two.
fn pairs_are_next_to_a_series(fit: &Exponentials) -> bool {
    let pairs = || (0..fit.rates.len()).map(|k| (k, fit.rates[k].lambda())).filter(|(_, lambda)| lambda.im > 0.0);
    let Some((largest, lambda)) = pairs().max_by(|a, b| fit.share[a.0].total_cmp(&fit.share[b.0])) else { return false };
    let terms = [2.0 * lambda, 3.0 * lambda, 2.0 * lambda + lambda.conj()];
    let near = |other: Complex<f64>| {
        let close = |term: &Complex<f64>| (other - term).norm() < (NEXT_TO * term.norm()).min(NEXT_TO_RATE * term.re.abs());
        terms.iter().any(close)
    };
    pairs().filter(|(k, other)| *k != largest && near(*other)).count() >= 2
}

/// A real rate lies next to twice or three times another.
fn decays_are_next_to_a_series(fit: &Exponentials) -> bool {
    let decays: Vec<f64> = fit.rates.iter().map(|r| r.lambda()).filter(|lambda| lambda.im == 0.0).map(|lambda| lambda.re).collect();
    let near = |term: f64| decays.iter().any(|other| (other - term).abs() < NEXT_TO * term.abs());
    decays.iter().any(|rate| near(2.0 * rate) || near(3.0 * rate))
}

/// Whether in noise the k-th λ may be of the series of another: a motion that swings more slowly while it is large has the terms 3α + iω, 2α + 2iω, 3α + 3iω of α + iω
/// (the normal form: Poincaré 1879), which take other frequencies nearby when they stand for all that follow.
pub(crate) fn may_be_of_a_series(lambdas: &[Complex<f64>], k: usize) -> bool {
    let of = |other: &Complex<f64>| {
        let near = |n: f64, part: f64| (lambdas[k].im - n * other.im).abs() < part * other.im;
        other.im > 0.0
            && lambdas[k].re < FASTER * other.re.min(0.0)
            && (near(1.0, AT_ONCE) || near(2.0, AT_MULTIPLE) || near(3.0, AT_MULTIPLE))
    };
    lambdas[k].im > 0.0 && lambdas.iter().enumerate().any(|(j, other)| j != k && of(other))
}
