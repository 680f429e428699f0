//! How far rates would be elsewhere, had the system terms of second or third order: a nonlinear motion that dies out is a series of more exponentials.
//!
//! ```text
//! y(t) = x* + Σ_k v_k z_k(t) + Σ_{k ≤ l} w_{kl} z_k(t) z_l(t),     z_k(t) = a_k e^{λ_k t},   a_k of each run, w_{kl} of each column
//! ```
//!
//! (the normal form at an equilibrium: Poincaré 1879). The products decay as other exponentials do, so that a decay bends to them, while an oscillation is orthogonal to its harmonics.
//! What bends an oscillation is its resonant term of third order, β z|z|² along v: it turns with z, falls three times as fast, and is what size makes of friction and frequency.
//! Runs of different sizes tell them apart: a_k is that of the sum of exponentials alone, and w is shared. One step of Gauss and Newton from w = 0.

use crate::truth::exponential_sums::exponentials::Exponentials;
use crate::truth::exponential_sums::projection::{Basis, Factor, amplitudes, below, complex_amplitude};
use crate::truth::exponential_sums::rate::Rate;
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{Cholesky, DMatrix, DVector};
use num_complex::Complex;

/// Products at most: more of them fit anything.
const MOST_PRODUCTS: usize = 28;

/// What changes by less than this power of e over the whole time is a trend.
const TREND: f64 = 0.1;

/// What terms of higher order would do to a fit.
#[derive(Clone, Debug)]
pub(super) struct HigherOrder {
    /// How far each rate moves, with one standard error of where it then is: beside all terms at once, or where those leave it open beside each pair's of rates, whichever is farthest.
    pub moved: Vec<(f64, f64)>,
    /// What they take from the sum of squares, in variances of the noise.
    pub gain: f64,
    /// The numbers that are fitted for it.
    pub freedom: usize,
}

/// Terms that are fitted beside the exponentials.
#[derive(Clone, Copy)]
enum Terms<'a> {
    /// Products of these coordinates, with weights of each column's own.
    Products(&'a [Vec<usize>]),
    /// z|z|² of each pair, along its vector.
    Resonant,
}

/// Why nothing is known of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unasked {
    /// The fit is clean, or it explains nothing.
    NotNeeded,
    /// No mode changes over the whole time.
    NoProducts,
    /// Products are more than [`MOST_PRODUCTS`].
    TooMany,
    /// Rows are too few for so many numbers.
    FewRows,
}

impl Unasked {
    /// Whether a nonlinear system stays possible for want of rows or of motion.
    pub fn leaves_open(self) -> bool {
        matches!(self, Self::NoProducts | Self::FewRows)
    }
}

/// Of a fit to the samples, of which a rate is open that may be elsewhere by more than this part of itself.
pub(super) fn second_order(samples: &Samples, fit: &Exponentials, most: f64) -> Result<HigherOrder, Unasked> {
    let n = fit.count();
    // What hardly changes over the whole time is a trend.
    let moves: Vec<bool> = fit.rates.iter().flat_map(|r| vec![r.lambda().norm() * samples.duration() > TREND; r.count()]).collect();
    let pairs: Vec<Vec<usize>> =
        (0..n).flat_map(|k| (k..n).map(move |l| vec![k, l])).filter(|pair| pair.iter().all(|k| moves[*k])).collect();
    let samples = &complete(samples, n + fit.trend);
    let (columns, rows) = (samples.dimension(), samples.rows());
    let freedom = pairs.len() * columns;
    let numbers = fit.parameters + freedom;
    if pairs.is_empty() {
        return Err(Unasked::NoProducts);
    }
    if pairs.len() > MOST_PRODUCTS {
        return Err(Unasked::TooMany);
    }
    if rows * columns < numbers + numbers / 2 {
        return Err(Unasked::FewRows);
    }
    let mut all = fitted(samples, fit, Terms::Products(&pairs)).ok_or(Unasked::FewRows)?;
    let open = |k: usize, (distance, spread): (f64, f64)| distance.hypot(spread) > most * fit.rates[k].lambda().norm();
    if !(0..fit.rates.len()).any(|k| open(k, all.moved[k])) {
        return Ok(all);
    }
    // Of so many numbers at once few rows tell little.
    let mut farthest = vec![(0.0f64, 0.0f64); fit.rates.len()];
    for products in of_two_rates(&fit.rates, &pairs, n <= columns && fit.rates.len() > 1) {
        let alone = fitted(samples, fit, Terms::Products(&products)).ok_or(Unasked::FewRows)?;
        let further = farthest.iter_mut().zip(alone.moved).filter(|(least, there)| there.0.hypot(there.1) > least.0.hypot(least.1));
        further.for_each(|(least, there)| *least = there);
    }
    let moved = all.moved.iter_mut().zip(farthest).enumerate().filter(|(k, (moved, _))| open(*k, **moved));
    moved.for_each(|(_, (moved, farthest))| *moved = farthest);
    Ok(all)
}

/// The same with the products of the coordinates of two of its rates alone; `None` where rows are too few for that.
pub(super) fn beside_products(samples: &Samples, fit: &Exponentials, of: [usize; 2]) -> Option<HigherOrder> {
    let places = |k: usize| {
        let before = fit.rates[..k].iter().map(|rate| rate.count()).sum::<usize>();
        before..before + fit.rates[k].count()
    };
    let products: Vec<Vec<usize>> = places(of[0]).flat_map(|k| places(of[1]).map(move |l| vec![k, l])).collect();
    let samples = &complete(samples, fit.count() + fit.trend);
    let numbers = fit.parameters + products.len() * samples.dimension();
    let enough = samples.rows() * samples.dimension() >= numbers + numbers / 2;
    enough.then(|| fitted(samples, fit, Terms::Products(&products))).flatten()
}

/// The products of coordinates of the same two rates, together. In a whole state of several rates a decay's own series goes on to the third.
fn of_two_rates(rates: &[Rate], pairs: &[Vec<usize>], whole: bool) -> Vec<Vec<Vec<usize>>> {
    let rate_of: Vec<usize> = rates.iter().enumerate().flat_map(|(k, rate)| vec![k; rate.count()]).collect();
    let mut all: Vec<(Vec<usize>, Vec<Vec<usize>>)> = Vec::new();
    for pair in pairs {
        let of: Vec<usize> = pair.iter().map(|&k| rate_of[k]).collect();
        let mut products = vec![pair.clone()];
        if whole && of[0] == of[1] && rates[of[0]].count() == 1 {
            products.push(vec![pair[0]; 3]);
        }
        match all.iter_mut().find(|(rates, _)| *rates == of) {
            Some((_, known)) => known.append(&mut products),
            None => all.push((of, products)),
        }
    }
    all.into_iter().map(|(_, products)| products).collect()
}

/// The same with the resonant terms of third order of all pairs; `None` where there are no pairs, or too few rows.
pub(super) fn third_order(samples: &Samples, fit: &Exponentials) -> Option<HigherOrder> {
    let samples = &complete(samples, fit.count() + fit.trend);
    let numbers = fit.parameters + 2 * fit.rates.iter().filter(|rate| turns(rate)).count();
    let enough = samples.rows() * samples.dimension() >= numbers + numbers / 2;
    (enough && fit.rates.iter().any(turns)).then(|| fitted(samples, fit, Terms::Resonant)).flatten()
}

fn turns(rate: &Rate) -> bool {
    rate.lambda().im > 0.0
}

/// Of complete samples, with these terms.
fn fitted(samples: &Samples, fit: &Exponentials, terms: Terms<'_>) -> Option<HigherOrder> {
    let (n, columns, rows) = (fit.count(), samples.dimension(), samples.rows());
    let (pairs, resonant) = match terms {
        Terms::Products(pairs) => (pairs, 0),
        Terms::Resonant => (&[][..], 2 * fit.rates.iter().filter(|rate| turns(rate)).count()),
    };
    let freedom = pairs.len() * columns + resonant;
    let numbers = fit.parameters + freedom;
    let (_, own, _) = amplitudes(samples, &fit.rates, fit.trend)?;
    let stacked = Stacked::of(samples, fit)?;
    let basis = Basis::of(samples, &fit.rates, fit.trend);
    let shared = |r: usize| basis.at(&samples.runs[r].times).1;
    let sizes = Sizes::of(&own, &fit.rates);
    let products = |r: usize| {
        let times = &samples.runs[r].times;
        let mut all = shared(r).resize_horizontally(1 + pairs.len(), 0.0);
        for (i, &t) in times.iter().enumerate() {
            let z = coordinates(&fit.rates, &sizes.of_runs[r], t);
            pairs.iter().enumerate().for_each(|(place, of)| all[(i, 1 + place)] = of.iter().map(|&k| z[k]).product());
        }
        all
    };
    let states = stacked.outside(samples, &|r| samples.runs[r].states.clone());
    let before =
        if samples.rests_at_zero { states.clone() } else { Factor::of(stacked.outside(samples, &shared))?.without(states.clone()) };
    let beside = Factor::of(stacked.outside(samples, &products))?;
    let residual = beside.without(states);
    let mut slopes = slopes(samples, &fit.rates, &own, &stacked);
    if resonant > 0 {
        slopes.extend(resonant_terms(samples, &fit.rates, &sizes, &stacked));
    }
    let slopes: Vec<DMatrix<f64>> = slopes.into_iter().map(|slope| beside.without(slope)).collect();
    // One step of least squares, each number of the rates in its own units.
    let lengths: Vec<f64> = slopes.iter().map(|s| s.norm().max(f64::MIN_POSITIVE)).collect();
    let n = n + resonant;
    let normal = DMatrix::from_fn(n, n, |a, b| slopes[a].dot(&slopes[b]) / (lengths[a] * lengths[b]));
    let right = DVector::from_fn(n, |a, _| slopes[a].dot(&residual) / lengths[a]);
    let factor = Cholesky::new(normal)?;
    let step = factor.solve(&right);
    let after = (residual.norm_squared() - step.dot(&right)).max(0.0);
    let variance = after / (rows * columns).saturating_sub(numbers).max(1) as f64;
    let covariance = factor.inverse() * variance;
    let mut place = 0;
    let mut radius = |rate: &Rate| {
        let from = place;
        place += rate.count();
        let along = |q: usize| step[from + q] / lengths[from + q];
        let spread = |q: usize| covariance[(from + q, from + q)].max(0.0).sqrt() / lengths[from + q];
        match *rate {
            Rate::Real(_) => (along(0).abs(), spread(0)),
            // ω² moves by 2ω times what ω does.
            Rate::Pair(_, square) => {
                let turns = 2.0 * square.max(0.0).sqrt().max(f64::MIN_POSITIVE);
                (along(0).hypot(along(1) / turns), spread(0).hypot(spread(1) / turns))
            }
        }
    };
    let moved = fit.rates.iter().map(&mut radius).collect();
    Some(HigherOrder { moved, gain: (before.norm_squared() - after).max(0.0) / variance.max(f64::MIN_POSITIVE), freedom })
}

/// Re v z|z|² and Re iv z|z|² of each pair: rows × columns.
fn resonant_terms(samples: &Samples, rates: &[Rate], sizes: &Sizes, stacked: &Stacked) -> Vec<DMatrix<f64>> {
    let mut all = Vec::new();
    for (k, rate) in rates.iter().enumerate().filter(|(_, rate)| turns(rate)) {
        for turned in [Complex::<f64>::ONE, Complex::<f64>::I] {
            all.push(stacked.outside(samples, &|r| {
                let cubes: Vec<Complex<f64>> = samples.runs[r]
                    .times
                    .iter()
                    .map(|&t| turning(rate, sizes.of_runs[r][k], t))
                    .map(|z| turned * z * z.norm_sqr())
                    .collect();
                DMatrix::from_fn(cubes.len(), samples.dimension(), |i, j| (sizes.vectors[k][j] * cubes[i]).re)
            }));
        }
    }
    all
}

/// What is outside the exponentials and the trend of each run, the runs below each other.
struct Stacked {
    factors: Vec<Factor>,
}

impl Stacked {
    fn of(samples: &Samples, fit: &Exponentials) -> Option<Self> {
        let basis = Basis::of(samples, &fit.rates, fit.trend);
        let factor = |run: &Run| Factor::of(run.weighed(basis.at(&run.times).0));
        Some(Self { factors: samples.runs.iter().map(factor).collect::<Option<_>>()? })
    }

    /// Of the columns that `part` gives of each run, each row as it counts.
    fn outside(&self, samples: &Samples, part: &dyn Fn(usize) -> DMatrix<f64>) -> DMatrix<f64> {
        below(self.factors.iter().enumerate().map(|(r, f)| f.without(samples.runs[r].weighed(part(r)))).collect())
    }
}

/// −∂residual by each number of the rates, the products' weights at 0: rows × columns.
fn slopes(samples: &Samples, rates: &[Rate], own: &[DMatrix<f64>], stacked: &Stacked) -> Vec<DMatrix<f64>> {
    let mut all = Vec::new();
    let mut place = 0;
    for rate in rates {
        for parameter in 0..rate.count() {
            all.push(stacked.outside(samples, &|r| {
                let by: Vec<[f64; 3]> = samples.runs[r].times.iter().map(|&t| rate.slopes_of(t, rate.values(t))).collect();
                let weights = |j: usize| rate.slope_weights(parameter, [own[r][(place, j)], own[r][(place + rate.count() - 1, j)]]);
                DMatrix::from_fn(by.len(), samples.dimension(), |i, j| by[i].iter().zip(weights(j)).map(|(by, w)| by * w).sum())
            }));
        }
        place += rate.count();
    }
    all
}

/// The rows without a missing cell, of runs with more than `least` of them.
pub(super) fn complete(samples: &Samples, least: usize) -> Samples {
    let mut samples = samples.clone();
    for run in &mut samples.runs {
        let kept: Vec<usize> = (0..run.rows()).filter(|&i| run.complete(i)).collect();
        *run = run.only(&kept);
    }
    samples.runs.retain(|run| run.rows() > least);
    samples.missing = false;
    samples
}

/// How large each mode is: its amplitudes in all columns are along one vector in a system.
struct Sizes {
    /// Of each run and mode, in units of the run where it is largest.
    of_runs: Vec<Vec<Complex<f64>>>,
    /// Of each mode, the amplitudes there.
    vectors: Vec<Vec<Complex<f64>>>,
}

impl Sizes {
    fn of(own: &[DMatrix<f64>], rates: &[Rate]) -> Self {
        let mut all = vec![Vec::with_capacity(rates.len()); own.len()];
        let mut units = Vec::with_capacity(rates.len());
        let mut place = 0;
        for rate in rates {
            let along = |amplitudes: &DMatrix<f64>| -> Vec<Complex<f64>> {
                (0..amplitudes.ncols()).map(|j| complex_amplitude(rate, amplitudes, place, j)).collect()
            };
            let vectors: Vec<Vec<Complex<f64>>> = own.iter().map(along).collect();
            let square = |v: &[Complex<f64>]| v.iter().map(Complex::norm_sqr).sum::<f64>();
            let largest = vectors.iter().max_by(|a, b| square(a).total_cmp(&square(b))).cloned().unwrap_or_default();
            let unit = square(&largest).max(f64::MIN_POSITIVE);
            for (sizes, vector) in all.iter_mut().zip(&vectors) {
                sizes.push(vector.iter().zip(&largest).map(|(x, v)| x * v.conj()).sum::<Complex<f64>>() / unit);
            }
            units.push(largest);
            place += rate.count();
        }
        Self { of_runs: all, vectors: units }
    }
}

/// A pair's coordinate at a time.
fn turning(rate: &Rate, size: Complex<f64>, t: f64) -> Complex<f64> {
    let values = rate.values(t);
    size * Complex::new(values[0], rate.lambda().im * values[1])
}

/// The modes' coordinates at a time, a pair as its real and its imaginary part.
fn coordinates(rates: &[Rate], sizes: &[Complex<f64>], t: f64) -> Vec<f64> {
    let mut z = Vec::with_capacity(2 * rates.len());
    for (rate, size) in rates.iter().zip(sizes) {
        match rate {
            Rate::Real(_) => z.push(size.re * rate.values(t)[0]),
            Rate::Pair(..) => {
                let there = turning(rate, *size, t);
                z.extend([there.re, there.im]);
            }
        }
    }
    z
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_two_rates() {
        let pairs: Vec<Vec<usize>> = (0..3).flat_map(|k| (k..3).map(move |l| vec![k, l])).collect();
        let rates = [Rate::Real(-1.0), Rate::Pair(-0.1, 4.0)];
        let of_part = of_two_rates(&rates, &pairs, false);
        assert_eq!(of_part, [vec![vec![0, 0]], vec![vec![0, 1], vec![0, 2]], vec![vec![1, 1], vec![1, 2], vec![2, 2]]]);
        assert_eq!(of_two_rates(&rates, &pairs, true)[0], [vec![0, 0], vec![0, 0, 0]]);
    }
}
