//! Interpolants: the value at a time inside a step.

use super::stages::{MOST_STAGES, Value, Weight, weighted};
use serde::Serialize;
use std::ops::Mul;

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
    /// The value at θ of a step from y₀ to y₁ with stages h·k_i, of which the method's last has index `last`; `slopes` are h·f at both ends.
    pub(crate) fn value<S: Weight, T: Value + Mul<S, Output = T>>(
        &self,
        theta: S,
        slopes: [T; 2],
        last: usize,
        y0: T,
        y1: T,
        k: &[T],
    ) -> T {
        match self {
            Self::Linear => y0 + (y1 - y0) * theta,
            Self::Hermite => cubic(theta, y0, y1, slopes[0], slopes[1]),
            Self::HermiteOfStages => cubic(theta, y0, y1, k[0], k[last]),
            Self::Quartic { middle } => {
                let (f0, f1, half) = (k[0], k[last], y0 + weighted(middle, k));
                let a = (f1 - f0) * 2.0 - (y1 + y0) * 8.0 + half * 16.0;
                let b = f0 * 5.0 - f1 * 3.0 + y0 * 18.0 + y1 * 14.0 - half * 32.0;
                let c = f1 - f0 * 4.0 - y0 * 11.0 - y1 * 5.0 + half * 16.0;
                y0 + (f0 + (c + (b + a * theta) * theta) * theta) * theta
            }
            Self::Weights(rows) => {
                let mut weights = [S::default(); MOST_STAGES];
                for (weight, row) in weights.iter_mut().zip(rows) {
                    *weight = row.iter().rev().fold(S::default(), |sum, p| sum * theta + S::from(*p)) * theta;
                }
                y0 + weighted(&weights, k)
            }
            Self::Dop853(rows) => {
                let change = y1 - y0;
                // k[last] is h·f(y₁) there.
                let (first, second) = (k[0] - change, change * 2.0 - k[last] - k[0]);
                let mut sum = T::default();
                for (i, row) in rows.iter().enumerate().rev() {
                    // Row i multiplies θ^a(1−θ)^b with a and b taking turns.
                    sum = (sum + weighted(row, k)) * if i.is_multiple_of(2) { S::from(1.0) - theta } else { theta };
                }
                sum = (sum + second) * theta_or_rest(2, theta);
                sum = (sum + first) * theta_or_rest(1, theta);
                y0 + (sum + change) * theta
            }
        }
    }
}

/// The factor that follows the i-th difference of DOP853's interpolant: θ for even i, 1 − θ for odd.
fn theta_or_rest<S: Weight>(i: usize, theta: S) -> S {
    if i.is_multiple_of(2) { theta } else { S::from(1.0) - theta }
}

fn cubic<S: Weight, T: Value + Mul<S, Output = T>>(theta: S, y0: T, y1: T, k0: T, k1: T) -> T {
    let a = k0 + k1 + (y0 - y1) * 2.0;
    let b = (y1 - y0) * 3.0 - k0 * 2.0 - k1;
    y0 + (k0 + (b + a * theta) * theta) * theta
}
