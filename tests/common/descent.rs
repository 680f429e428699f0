//! Least squares by Gauss–Newton's steps with differences, for tests that must not rest on the library's own.

use nalgebra::{DMatrix, DVector};

/// Where so many steps from `p` lead, each this part of the whole one.
pub fn gauss_newton(mut p: Vec<f64>, steps: usize, part: f64, errors: impl Fn(&[f64]) -> DVector<f64>) -> Vec<f64> {
    for _ in 0..steps {
        let slope = |k: usize| {
            let beside = |by: f64| {
                let mut p = p.clone();
                p[k] += by;
                errors(&p)
            };
            (beside(1e-6) - beside(-1e-6)) / 2e-6
        };
        let jacobian = DMatrix::from_columns(&(0..p.len()).map(slope).collect::<Vec<_>>());
        let step = jacobian.svd(true, true).solve(&errors(&p), 1e-12).unwrap();
        p.iter_mut().zip(step.iter()).for_each(|(p, step)| *p -= part * step);
    }
    p
}
