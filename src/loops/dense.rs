//! Interpolants: the value at a time inside a step.

use super::pair::{Attempted, MOST_STAGES, State, weighted};
use num_complex::Complex;
use serde::Serialize;

/// The interpolant of a step from y₀ to y₁ at θ ∈ [0, 1].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Dense {
    /// y₀ + θ(y₁ − y₀).
    Linear,
    /// A cubic through both ends with the slopes f(y₀) and f(y₁).
    Hermite,
    /// A cubic through both ends whose slopes are the first and the last stage, whatever the last stage is.
    HermiteOfStages,
    /// A quartic through y₀, y₁ and y₀ + h Σ m_i k_i at the middle, with the first and the last stage as slopes.
    Quartic {
        /// The weights m_i of the value at the middle.
        middle: Vec<f64>,
    },
    /// y₀ + h Σ p_i(θ) k_i with p_i = Σ_j p_ij θ^(j+1).
    Weights(Vec<Vec<f64>>),
    /// Hairer's seventh-order interpolant of DOP853: four rows of weights beyond the cubic.
    Dop853(Vec<Vec<f64>>),
}

impl Dense {
    /// The value at θ of a step that was attempted from `from`; z = hμ is used where the slopes are the field's.
    pub(crate) fn value(&self, theta: f64, z: Complex<f64>, last: usize, from: State, step: &Attempted) -> Complex<f64> {
        let (y0, y1, k) = (from.value, step.end.value, &step.stages);
        match self {
            Self::Linear => y0 + (y1 - y0) * theta,
            Self::Hermite => cubic(theta, y0, y1, z * y0, z * y1),
            Self::HermiteOfStages => cubic(theta, y0, y1, k[0], k[last]),
            Self::Quartic { middle } => {
                let (f0, f1, half) = (k[0], k[last], y0 + weighted(middle, k));
                let a = (f1 - f0) * 2.0 - (y1 + y0) * 8.0 + half * 16.0;
                let b = f0 * 5.0 - f1 * 3.0 + y0 * 18.0 + y1 * 14.0 - half * 32.0;
                let c = f1 - f0 * 4.0 - y0 * 11.0 - y1 * 5.0 + half * 16.0;
                y0 + (f0 + (c + (b + a * theta) * theta) * theta) * theta
            }
            Self::Weights(rows) => {
                let mut weights = [0.0; MOST_STAGES];
                for (weight, row) in weights.iter_mut().zip(rows) {
                    *weight = row.iter().rev().fold(0.0, |sum, p| sum * theta + p) * theta;
                }
                y0 + weighted(&weights, k)
            }
            Self::Dop853(rows) => {
                let change = y1 - y0;
                // k[last] is h·f(y₁) there.
                let (first, second) = (k[0] - change, change * 2.0 - k[last] - k[0]);
                let mut sum = Complex::new(0.0, 0.0);
                for (i, row) in rows.iter().enumerate().rev() {
                    // Row i multiplies θ^a(1−θ)^b with a and b taking turns.
                    sum = (sum + weighted(row, k)) * if i.is_multiple_of(2) { 1.0 - theta } else { theta };
                }
                sum = (sum + second) * theta_or_rest(2, theta);
                sum = (sum + first) * theta_or_rest(1, theta);
                y0 + (sum + change) * theta
            }
        }
    }
}

impl Dense {
    /// A bound of the sizes of all terms that are added up at any θ ∈ [0, 1], from bounds of y₀, y₁, h k_i and |z|.
    pub(crate) fn majorant(&self, size: f64, from: f64, step: &Attempted) -> f64 {
        let end = step.end.value.re;
        let sum = |weights: &[f64]| weights.iter().zip(&step.stages).map(|(w, k)| w.abs() * k.re).sum::<f64>();
        let slopes: f64 = step.stages.iter().map(|k| k.re).fold(0.0, f64::max);
        match self {
            Self::Linear => 2.0 * from + end,
            Self::Hermite => 6.0 * (from + end) + 4.0 * size * (from + end),
            Self::HermiteOfStages => 6.0 * (from + end) + 8.0 * slopes,
            Self::Quartic { middle } => 64.0 * (from + end + sum(middle) + slopes),
            Self::Weights(rows) => {
                let sizes: Vec<f64> = rows.iter().map(|row| row.iter().map(|p| p.abs()).sum()).collect();
                from + sum(&sizes)
            }
            Self::Dop853(rows) => 8.0 * (from + end + slopes) + rows.iter().map(|row| sum(row)).sum::<f64>(),
        }
    }
}

/// The factor that follows the i-th difference of DOP853's interpolant: θ for even i, 1 − θ for odd.
fn theta_or_rest(i: usize, theta: f64) -> f64 {
    if i.is_multiple_of(2) { theta } else { 1.0 - theta }
}

fn cubic(theta: f64, y0: Complex<f64>, y1: Complex<f64>, k0: Complex<f64>, k1: Complex<f64>) -> Complex<f64> {
    let a = k0 + k1 + (y0 - y1) * 2.0;
    let b = (y1 - y0) * 3.0 - k0 * 2.0 - k1;
    y0 + (k0 + (b + a * theta) * theta) * theta
}
