//! Systems on a periodic grid.

use super::System;
use crate::dynamics::Field;
use num_complex::Complex;
use std::f64::consts::TAU;

impl System {
    /// The eigenvalues of the Jacobian at a state that is the same at every point of a periodic grid with one variable, `Σ w_j e^{ijθ}`, θ = 2πk/n
    /// (Fourier): conjugate pairs are so to the last bit. `None` for
    /// all other systems and states.
    pub fn grid_modes(&self, state: &[f64]) -> Option<Vec<Complex<f64>>> {
        let n = self.compiled.points;
        let even = state.windows(2).all(|pair| pair[0] == pair[1]);
        if self.definition.points.is_none() || self.definition.variables.len() != 1 || state.len() != n || !even {
            return None;
        }
        let mut jacobian = vec![0.0; n * n];
        self.jacobian(state, &mut jacobian);
        let weights = &jacobian[..n];
        let mode = |k: usize| {
            let mut sum = Complex::new(weights[0], 0.0);
            for j in 1..=n / 2 {
                let theta = TAU * ((j * k) % n) as f64 / n as f64;
                if 2 * j == n {
                    sum.re += if k.is_multiple_of(2) { weights[j] } else { -weights[j] };
                    continue;
                }
                // Half a turn has no sine, whatever its double says.
                let sine = if (2 * j * k).is_multiple_of(n) { 0.0 } else { theta.sin() };
                sum += Complex::new((weights[j] + weights[n - j]) * theta.cos(), (weights[j] - weights[n - j]) * sine);
            }
            sum
        };
        Some((0..n).map(|k| if 2 * k > n { mode(n - k).conj() } else { mode(k) }).collect())
    }
}
