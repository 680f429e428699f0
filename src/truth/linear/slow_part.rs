//! What a slow part of the motion leaves of the rates, whatever it is.
//!
//! In a part of the state and in noise nobody knows what a decay is: one, several, a relaxation of another kind beside a trend. So the slow part is fitted in other ways, and how far
//! each λ is then, with its standard error there, is what that leaves of it. An oscillation that turns several times meanwhile is nearly orthogonal to them all.
//!
//! | the slow part | beside it | of |
//! | --- | --- | --- |
//! | e^{λt + κt²} | as it is | all |
//! | e^{λt} | a trend of one degree more | all |
//! | e^{λt + κt²} | a trend of one degree more | oscillations |
//! | (b₀ + b₁t) e^{λt} | as it is | oscillations |
//! | e^{λt} | its products with an oscillation, as where it changes the friction | all |
//!
//! Only a slow part that may be what the oscillation itself makes, as the mean of a soft spring is, leaves all open: a z z̄ + b (z z̄)² decays by twice and four times Re λ.

use super::second_order::{beside_products, complete};
use crate::truth::chance::chi_square::chi_square;
use crate::truth::exponential_sums::drifting::{Changing, Drifting};
use crate::truth::exponential_sums::exponentials::{Exponentials, residual_sizes};
use crate::truth::samples::runs::Samples;
use nalgebra::{Cholesky, DMatrix};
use num_complex::Complex;

/// Rows beyond which nobody asks.
const MOST_ROWS: usize = 4000;
/// Deviations by which a series of the oscillation has to miss what the slow part meets.
const NO_SERIES: f64 = 4.0;
/// Columns whose residuals differ by less than this count alike.
const ALIKE: f64 = 0.5;
/// A trace of a diagonal, so that Cholesky's factorisation takes what is nearly singular.
const REGULAR: f64 = 1e-13;
/// The radius that holds 68 % of a complex number whose parts have this standard deviation together.
const RADIUS: f64 = 1.07;

/// For each rate of a fit the uncertainty that any slow part in the place of the rates `slow` leaves it; `None` where that may be made by the others, or rows are too few.
pub(super) fn beside_any_slow_part(samples: &Samples, fit: &Exponentials, slow: &[usize]) -> Option<Vec<f64>> {
    let samples = &alike(complete(samples, fit.count() + fit.trend + 2 * slow.len()), fit);
    if samples.runs.is_empty() || samples.rows() > MOST_ROWS {
        return None;
    }
    let cells = samples.rows() * samples.dimension();
    let duration = samples.duration();
    let constant: Vec<Changing> = fit.rates.iter().map(|rate| Changing::constant(rate.lambda(), duration)).collect();
    let before = Told::of(Drifting::fitted(samples, fit.trend, constant)?, cells, duration)?;
    if before.is_of_a_series(samples, fit.trend, slow)? {
        return None;
    }
    let with = |exponents: usize, powers: usize, trend: usize| {
        let mut parts = before.model.parts.clone();
        for &k in slow {
            parts[k].exponents.resize(exponents, Complex::ZERO);
            parts[k].powers = powers;
        }
        Told::of(Drifting::fitted(samples, trend, parts)?, cells, duration)
    };
    let of_all = [with(2, 1, fit.trend)?, with(1, 1, fit.trend + 1)?];
    let of_oscillations = [with(1, 2, fit.trend)?, with(2, 1, fit.trend + 1)?];
    let farthest = |k: usize| {
        let turns = before.model.parts[k].turns;
        let others = of_all.iter().chain(of_oscillations.iter().filter(|_| turns));
        others.map(|other| other.from(&before, k)).fold(0.0, f64::max)
    };
    let mut all: Vec<f64> = (0..fit.rates.len()).map(farthest).collect();
    let turning = (0..fit.rates.len()).filter(|k| !slow.contains(k));
    for of in turning.flat_map(|j| slow.iter().map(move |&k| [k, j])) {
        let moved = beside_products(samples, fit, of)?.moved;
        all.iter_mut().zip(moved).for_each(|(most, (distance, spread))| *most = most.max(distance.hypot(spread)));
    }
    Some(all)
}

/// A model of the samples, with what it tells of its rates.
struct Told {
    model: Drifting,
    variance: f64,
    duration: f64,
    /// The standard deviation of each rate, as a radius.
    spreads: Vec<f64>,
}

impl Told {
    /// `None` where there are too few cells for its numbers.
    fn of(model: Drifting, cells: usize, duration: f64) -> Option<Self> {
        let free = cells.checked_sub(model.numbers + model.numbers / 2).map(|_| cells - model.numbers)?;
        let variance = (model.square / free as f64).max(f64::MIN_POSITIVE);
        // Each number in its own units.
        let lengths: Vec<f64> = model.normal.diagonal().iter().map(|x| x.sqrt().max(f64::MIN_POSITIVE)).collect();
        let (rows, columns) = model.normal.shape();
        let normal =
            DMatrix::from_fn(rows, columns, |a, b| model.normal[(a, b)] / (lengths[a] * lengths[b]) + if a == b { REGULAR } else { 0.0 });
        let inverse = Cholesky::new(normal)?.inverse();
        let square = |place: usize| inverse[(place, place)] * variance / lengths[place].powi(2);
        let mut place = 0;
        let spread = |part: &Changing| {
            let from = place;
            place += part.exponents.len() * if part.turns { 2 } else { 1 };
            2.0 / duration * if part.turns { RADIUS * (square(from) + square(from + 1)).sqrt() } else { square(from).sqrt() }
        };
        let spreads = model.parts.iter().map(spread).collect();
        Some(Self { model, variance, duration, spreads })
    }

    /// λ at the middle of the longest run, where rates change.
    fn lambda(&self, k: usize) -> Complex<f64> {
        self.model.parts[k].exponents[0] * 2.0 / self.duration
    }

    /// How far λ is from where it is in another model, with the standard error here.
    fn from(&self, other: &Self, k: usize) -> f64 {
        self.spreads[k].hypot((self.lambda(k) - other.lambda(k)).norm())
    }

    /// Whether what one of the oscillations makes of itself explains as much as the slow part.
    fn is_of_a_series(&self, samples: &Samples, trend: usize, slow: &[usize]) -> Option<bool> {
        let others = || (0..self.model.parts.len()).filter(|k| !slow.contains(k));
        let most = self.model.square + self.variance * chi_square(1.0, NO_SERIES);
        for own in others().filter(|&k| self.model.parts[k].turns) {
            let power = |power: f64| Changing::constant(Complex::new(power * self.lambda(own).re, 0.0), self.duration);
            let mut parts: Vec<Changing> = others().map(|k| self.model.parts[k].clone()).collect();
            parts.extend([power(2.0), power(4.0)]);
            if Drifting::at(samples, trend, parts)?.square <= most {
                return Some(true);
            }
        }
        Some(false)
    }
}

/// The same samples, columns counting by the residuals that a fit leaves in them.
fn alike(mut samples: Samples, fit: &Exponentials) -> Samples {
    let sizes = residual_sizes(&fit.residuals, samples.dimension());
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    if sizes.iter().any(|size| *size < ALIKE * largest) && sizes.iter().all(|size| *size > 0.0) {
        for run in &mut samples.runs {
            run.states.column_iter_mut().zip(&sizes).for_each(|(mut column, size)| column *= largest / size);
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::exponential_sums::rate::Rate;
    use crate::truth::samples::runs::Stretch;

    /// A column with noise that any language makes.
    fn samples(of: impl Fn(f64) -> f64) -> Samples {
        let times: Vec<f64> = (0..80).map(|k| 0.25 * f64::from(k)).collect();
        let states: Vec<f64> = times.iter().map(|t| of(*t) + 0.02 * (1e4 * (t + 1.0) * (t + 1.0)).sin()).collect();
        Samples::of(&[Stretch { times: &times, states: &states, dimension: 1 }]).unwrap()
    }

    fn beside(samples: &Samples, decay: f64) -> Option<Vec<f64>> {
        let fit = Exponentials::fitted(samples, &[Rate::Real(decay), Rate::Pair(-0.1, 2.56)], 0).unwrap();
        beside_any_slow_part(samples, &fit, &[0])
    }

    /// By scipy 1.17's `least_squares`: the decay is farthest with e^{λt + κt²}; the oscillation (by one step of it) beside its products with the decay, 0.0024205 before.
    #[test]
    fn other_slow_parts_are_those_of_least_squares() {
        let found = beside(&samples(|t| (-0.5 * t).exp() + (-0.1 * t).exp() * (1.6 * t).cos()), -0.5).unwrap();
        assert!((found[0] / 0.140424485 - 1.0).abs() < 1e-3 && (found[1] / 0.005095211 - 1.0).abs() < 1e-3, "{found:?}");
    }

    /// e^{−0.2t} is the square of the oscillation's size.
    #[test]
    fn what_an_oscillation_makes_of_itself_tells_nothing() {
        let found = beside(&samples(|t| 0.3 * (-0.2 * t).exp() + (-0.1 * t).exp() * (1.6 * t).cos()), -0.2);
        assert!(found.is_none(), "{found:?}");
    }
}
