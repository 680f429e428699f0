//! Whether the amplitudes of each rate keep to directions of its own, as those of a linear state do.
//!
//! In x(t) = Σ vₖ cₖ e^{λₖt} the amplitudes of a decay are multiples of one vector in all runs, and those of an oscillation lie in one plane. Amplitudes that fill more
//! directions belong to several rates that noise makes one, or to a motion that no sum of exponentials is.

use super::second_order::complete;
use crate::truth::chance::chi_square::chi_square;
use crate::truth::exponential_sums::exponentials::{Exponentials, residual_sizes};
use crate::truth::exponential_sums::projection::{Basis, amplitudes, below, number};
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{Cholesky, DMatrix, SymmetricEigen};

/// Deviations beyond which amplitudes are outside their directions by more than chance.
const OUTSIDE: f64 = 3.5;
/// Sweeps of an iteration for eigenvalues.
const MOST_SWEEPS: usize = 10_000;

/// Of a fit to several runs, where no more can be said: true.
pub(super) fn keep_to_own_directions(samples: &Samples, fit: &Exponentials) -> bool {
    let outside = |(place, count): (usize, usize), whitened: &[DMatrix<f64>]| {
        let rows: Vec<DMatrix<f64>> = whitened.iter().map(|own| own.rows(place, count).into_owned()).collect();
        let (outside, freedom) = outside_of(&below(rows), count);
        freedom > 0 && outside > chi_square(freedom as f64, OUTSIDE)
    };
    let mut places = fit.rates.iter().scan(0, |place, rate| {
        *place += rate.count();
        Some((*place - rate.count(), rate.count()))
    });
    in_deviations(samples, fit).is_none_or(|whitened| !places.any(|place| outside(place, &whitened)))
}

/// What is outside the best plane of `dimension`, as a sum of squares, and how many numbers that has.
fn outside_of(rows: &DMatrix<f64>, dimension: usize) -> (f64, usize) {
    let (m, n) = rows.shape();
    if m <= dimension || n <= dimension {
        return (0.0, 0);
    }
    let Some(eigen) = SymmetricEigen::try_new(rows.tr_mul(rows), f64::EPSILON, MOST_SWEEPS) else {
        return (f64::INFINITY, (m - dimension) * (n - dimension));
    };
    let mut squares: Vec<f64> = eigen.eigenvalues.iter().copied().collect();
    squares.sort_by(f64::total_cmp);
    (squares[..n - dimension].iter().sum(), (m - dimension) * (n - dimension))
}

/// The amplitudes of each run, those of each rate in their own standard deviations; `None` where they are not known.
fn in_deviations(samples: &Samples, fit: &Exponentials) -> Option<Vec<DMatrix<f64>>> {
    let samples = &complete(samples, fit.count() + fit.trend);
    let freedom = fit.cells.checked_sub(fit.parameters).filter(|f| *f > 0)?;
    let correction = (fit.cells as f64 / freedom as f64).sqrt();
    let sizes = residual_sizes(&fit.residuals, samples.dimension());
    let (_, own, _) = amplitudes(samples, &fit.rates, fit.trend)?;
    let basis = Basis::of(samples, &fit.rates, fit.trend);
    let whitened = |(run, own): (&Run, &DMatrix<f64>)| {
        let phi = run.weighed(basis.at(&run.times).0);
        let covariance = Cholesky::new(phi.tr_mul(&phi))?.inverse();
        let mut whitened = own.rows(0, number(&fit.rates)).into_owned();
        let mut place = 0;
        for rate in &fit.rates {
            let count = rate.count();
            let factor = Cholesky::new(covariance.view((place, place), (count, count)).into_owned())?;
            factor.l().solve_lower_triangular_mut(&mut whitened.rows_mut(place, count)).then_some(())?;
            place += count;
        }
        for (mut column, size) in whitened.column_iter_mut().zip(&sizes) {
            column /= (size * correction).max(f64::MIN_POSITIVE);
        }
        Some(whitened)
    };
    samples.runs.iter().zip(&own).map(whitened).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::exponential_sums::rate::Rate;
    use crate::truth::samples::runs::Stretch;

    /// Noise that any language makes.
    fn noise(k: f64) -> f64 {
        0.02 * 2f64.sqrt() * (1e4 * k * k).sin()
    }

    /// Twelve runs of ẋ = −0.8x, ẏ = −sy from a circle.
    fn samples(s: f64) -> Samples {
        let times: Vec<f64> = (0..15).map(|k| 0.1 * f64::from(k)).collect();
        let run = |r: usize| -> Vec<f64> {
            let (sin, cos) = (0.5 + r as f64).sin_cos();
            let at = |(k, t): (usize, &f64)| {
                let place = (100 * r + k) as f64;
                [cos * (-0.8 * t).exp() + noise(place), sin * (-s * t).exp() + noise(place + 0.5)]
            };
            times.iter().enumerate().flat_map(at).collect()
        };
        let states: Vec<Vec<f64>> = (0..12).map(run).collect();
        Samples::of(&states.iter().map(|states| Stretch { times: &times, states, dimension: 2 }).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn one_rate_for_all_directions_is_seen_and_two_rates_of_one_each_are_not() {
        let fit = |samples: &Samples, rates: &[Rate]| Exponentials::fitted(samples, rates, 0).unwrap();
        let alike = samples(0.9);
        assert!(!keep_to_own_directions(&alike, &fit(&alike, &[Rate::Real(-0.8)])));
        let apart = samples(4.0);
        assert!(keep_to_own_directions(&apart, &fit(&apart, &[Rate::Real(-0.8), Rate::Real(-4.0)])));
    }

    /// In four rows (3, 0), (4, 0), (0, 1), (0, 0) a line leaves 1, and has (4 − 1)(2 − 1) numbers less than they have.
    #[test]
    fn what_a_line_leaves_of_rows() {
        let rows = DMatrix::from_row_slice(4, 2, &[3.0, 0.0, 4.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        let (outside, freedom) = outside_of(&rows, 1);
        assert!((outside - 1.0).abs() < 1e-12, "{outside}");
        assert_eq!((freedom, outside_of(&rows, 2).1), (3, 0));
    }
}
