//! Variable projection onto one pair of exponentials (Golub & Pereyra 1973): what e^{αt}cos ωt, e^{αt}sin ωt and perhaps a constant leave of every column is least in (α, ω).

use nalgebra::{DMatrix, DVector, Matrix2, Vector2};
use num_complex::Complex64;

/// Samples, a column each, at their times.
pub struct Columns<'a> {
    pub times: &'a [f64],
    pub values: DMatrix<f64>,
    /// Whether columns are about a constant.
    pub constant: bool,
}

impl Columns<'_> {
    /// What is left of the columns, one after the other.
    fn left(&self, at: Vector2<f64>) -> DVector<f64> {
        let basis = DMatrix::from_fn(self.times.len(), if self.constant { 3 } else { 2 }, |k, j| {
            let turned = (Complex64::new(at[0].clamp(-10.0, 10.0), at[1]) * self.times[k]).exp();
            [turned.re, turned.im, 1.0][j]
        });
        let q = basis.qr().q();
        let left = &self.values - &q * (q.transpose() * &self.values);
        DVector::from_column_slice(left.as_slice())
    }

    /// α + iω from this start, by Levenberg and Marquardt.
    pub fn projected(&self, start: Complex64) -> Complex64 {
        let mut at = Vector2::new(start.re, start.im.max(0.05));
        let mut here = self.left(at);
        let mut damping = 1e-3;
        for _ in 0..200 {
            let slope = |j: usize| {
                let beside = |by: f64| self.left(at + by * Vector2::ith(j, 1.0));
                (beside(1e-6) - beside(-1e-6)) / 2e-6
            };
            let (a, b) = (slope(0), slope(1));
            let normal = Matrix2::new(a.dot(&a), a.dot(&b), a.dot(&b), b.dot(&b));
            let gradient = Vector2::new(a.dot(&here), b.dot(&here));
            let mut moved = false;
            while damping < 1e12 {
                let damped = normal + damping * Matrix2::from_diagonal(&normal.diagonal());
                let trial = at - damped.try_inverse().map_or(Vector2::zeros(), |inverse| inverse * gradient);
                let there = self.left(trial);
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
        Complex64::new(at[0], at[1].abs())
    }
}
