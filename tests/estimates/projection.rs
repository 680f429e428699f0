//! Variable projection (Golub & Pereyra 1973): what a basis leaves of samples is least in the parameters that bend it.

use nalgebra::{DMatrix, DVector};
use num_complex::Complex64;

/// What the basis leaves of every column, one column after the other.
pub fn left(basis: DMatrix<f64>, columns: &DMatrix<f64>) -> DVector<f64> {
    let q = basis.qr().q();
    let left = columns - &q * (q.transpose() * columns);
    DVector::from_column_slice(left.as_slice())
}

/// The parameters near `start` at which the residuals are least, by Levenberg and Marquardt.
pub fn least(residuals: impl Fn(&DVector<f64>) -> DVector<f64>, start: &[f64]) -> DVector<f64> {
    let mut at = DVector::from_column_slice(start);
    let mut here = residuals(&at);
    let mut damping = 1e-3;
    for _ in 0..200 {
        let slope = |j: usize| {
            let beside = |by: f64| {
                let mut beside = at.clone();
                beside[j] += by;
                residuals(&beside)
            };
            (beside(1e-6) - beside(-1e-6)) / 2e-6
        };
        let slopes: Vec<DVector<f64>> = (0..at.len()).map(slope).collect();
        let normal = DMatrix::from_fn(at.len(), at.len(), |i, j| slopes[i].dot(&slopes[j]));
        let gradient = DVector::from_fn(at.len(), |i, _| slopes[i].dot(&here));
        let mut moved = false;
        while damping < 1e12 {
            let damped = &normal + damping * DMatrix::from_diagonal(&normal.diagonal());
            let trial = &at - damped.lu().solve(&gradient).unwrap_or_else(|| DVector::zeros(at.len()));
            let there = residuals(&trial);
            if there.norm_squared() < here.norm_squared() {
                (at, here, moved) = (trial, there, true);
                damping *= 0.1;
                break;
            }
            damping *= 10.0;
        }
        if !moved {
            break;
        }
    }
    at
}

/// Samples of one run, a column each, at their times.
pub struct Columns<'a> {
    pub times: &'a [f64],
    pub values: DMatrix<f64>,
    /// Whether columns are about a constant.
    pub constant: bool,
}

impl Columns<'_> {
    /// The α + iω near `start` at which e^{αt}cos ωt, e^{αt}sin ωt and perhaps a constant leave least.
    pub fn projected(&self, start: Complex64) -> Complex64 {
        let residuals = |at: &DVector<f64>| {
            let basis = DMatrix::from_fn(self.times.len(), if self.constant { 3 } else { 2 }, |k, j| {
                let turned = (Complex64::new(at[0].clamp(-10.0, 10.0), at[1]) * self.times[k]).exp();
                [turned.re, turned.im, 1.0][j]
            });
            left(basis, &self.values)
        };
        let found = least(residuals, &[start.re, start.im.max(0.05)]);
        Complex64::new(found[0], found[1].abs())
    }
}
