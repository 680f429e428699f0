//! The data's own batch: how much of a mode each start has in each component, so that the error norm is the library's on these data.

use crate::data::Paths;
use crate::loops::StateNorm;
use nalgebra::{DMatrix, SVD};
use num_complex::Complex;

/// Sweeps of an iteration for singular values.
const MOST_SWEEPS: usize = 10_000;

/// A mode as the starts of a batch hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct ObservedMode {
    /// For each start, the factors w of its components: x_c = Re(w_c·y), y(0) = 1.
    pub starts: Vec<Vec<Complex<f64>>>,
    /// How far the samples are from linear about the equilibrium: the part of them that one step of the fitted matrix misses.
    pub misfit: f64,
}

impl ObservedMode {
    /// Reads a mode λ from samples `interval` apart about an equilibrium as these starts hold it, by the matrix that takes each sample to the next in the least squares sense and
    /// its eigenvectors for e^{Hλ}. `None` where the samples do not hold it.
    pub fn of(lambda: Complex<f64>, interval: f64, equilibrium: &[f64], trajectories: &Paths, starts: &[Vec<f64>]) -> Option<Self> {
        let d = equilibrium.len();
        let pairs: Vec<(&[f64], &[f64])> = trajectories.pairs().collect();
        if pairs.len() < d || d == 0 || pairs.iter().any(|(a, b)| a.len() != d || b.len() != d) {
            return None;
        }
        let x = DMatrix::from_fn(d, pairs.len(), |c, k| pairs[k].0[c] - equilibrium[c]);
        let y = DMatrix::from_fn(d, pairs.len(), |c, k| pairs[k].1[c] - equilibrium[c]);
        let step = SVD::try_new(x.transpose(), true, true, f64::EPSILON, MOST_SWEEPS)?.solve(&y.transpose(), 1e-12).ok()?.transpose();
        let misfit = (&step * &x - &y).norm() / y.norm().max(f64::MIN_POSITIVE);
        let multiplier = (lambda * interval).exp();
        let shifted =
            DMatrix::from_fn(d, d, |i, j| Complex::new(step[(i, j)], 0.0) - if i == j { multiplier } else { Complex::new(0.0, 0.0) });
        let svd = SVD::try_new(shifted, true, true, f64::EPSILON, MOST_SWEEPS)?;
        let least = (0..d).min_by(|&i, &j| svd.singular_values[i].total_cmp(&svd.singular_values[j]))?;
        let right: Vec<Complex<f64>> = svd.v_t.as_ref()?.row(least).iter().map(|z| z.conj()).collect();
        let left: Vec<Complex<f64>> = svd.u.as_ref()?.column(least).iter().map(|z| z.conj()).collect();
        let product: Complex<f64> = left.iter().zip(&right).map(|(u, v)| u * v).sum();
        if product.norm() < 1e-9 {
            return None;
        }
        // Both members of a conjugate pair together: x = 2 Re(v s y).
        let both = if lambda.im == 0.0 { 1.0 } else { 2.0 };
        let starts = starts
            .iter()
            .filter(|start| start.len() == d)
            .map(|start| {
                let share: Complex<f64> =
                    left.iter().zip(start.iter().zip(equilibrium)).map(|(u, (x, e))| u * (x - e)).sum::<Complex<f64>>() / product;
                right.iter().map(|v| v * share * both).collect()
            })
            .collect();
        Some(Self { starts, misfit }).filter(|mode| mode.starts.iter().flatten().all(|w| w.is_finite()))
    }

    /// The norm over the whole batch.
    pub fn together(&self) -> StateNorm {
        StateNorm::Real(self.starts.concat())
    }

    /// The norm of each start by itself, with its weight in a sum of squares.
    pub fn each(&self) -> Vec<(StateNorm, f64)> {
        let size = |w: &[Complex<f64>]| w.iter().map(|z| z.norm_sqr()).sum::<f64>();
        self.starts.iter().filter(|w| size(w) > 0.0).map(|w| (StateNorm::Real(w.clone()), size(w))).collect()
    }

    /// The root mean square size of the mode in a component.
    pub fn amplitude(&self) -> f64 {
        let all = self.starts.concat();
        (all.iter().map(|w| w.norm_sqr()).sum::<f64>() / all.len().max(1) as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_in_coordinates_of_its_own() {
        let lambda = Complex::new(-0.1, 2.0);
        // x = Re y, v = 3 Re(i y) + 1 about the equilibrium (0.5, 1).
        let sample = |k: usize, start: Complex<f64>| {
            let y = start * (lambda * (0.3 * k as f64)).exp();
            vec![0.5 + y.re, 1.0 - 3.0 * y.im]
        };
        let starts = [Complex::new(1.0, 0.2), Complex::new(-0.4, 0.7)];
        let data: Vec<Vec<Vec<f64>>> = starts.iter().map(|s| (0..5).map(|k| sample(k, *s)).collect()).collect();
        let first: Vec<Vec<f64>> = data.iter().map(|t| t[0].clone()).collect();
        let mode = ObservedMode::of(lambda, 0.3, &[0.5, 1.0], &Paths::of(&data).expect("finite"), &first).expect("is there");
        assert!(mode.misfit < 1e-12);
        assert_eq!(mode.starts.len(), 2);
        for (w, start) in [(&mode.starts[0], starts[0]), (&mode.starts[1], starts[1])] {
            assert!((w[0] - start).norm() < 1e-10 && (w[1] - start * Complex::new(0.0, 3.0)).norm() < 1e-10, "{w:?}");
        }
    }
}
