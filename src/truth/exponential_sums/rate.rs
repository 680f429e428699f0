//! The rate of an exponential, e^{λt}, as the search for it moves: a real one, or a pair that is smooth where it turns into two real ones.

use num_complex::Complex;
use std::f64::consts::PI;

/// Exponents beyond this are not computed.
const STEEPEST: f64 = 600.0;

/// A real exponential, or a pair that can turn into two real ones on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rate {
    /// e^{αt}
    Real(f64),
    /// e^{αt} cos ωt and e^{αt} sin(ωt)/ω, by `(α, ω²)`: smooth through ω = 0.
    Pair(f64, f64),
}

impl Rate {
    pub fn of(lambda: Complex<f64>) -> Self {
        if lambda.im == 0.0 { Self::Real(lambda.re) } else { Self::Pair(lambda.re, lambda.im * lambda.im) }
    }

    /// Of a multiplier μ = e^{λH} with Im μ ≥ 0; one that has no real logarithm is a pair just below π/H.
    pub fn of_multiplier(mu: Complex<f64>, interval: f64) -> Self {
        let lambda = mu.ln() / interval;
        if mu.im == 0.0 && mu.re < 0.0 { Self::of(Complex::new(lambda.re, 0.98 * PI / interval)) } else { Self::of(lambda) }
    }

    /// λ with Im λ ≥ 0.
    pub fn lambda(self) -> Complex<f64> {
        match self {
            Self::Real(growth) => Complex::new(growth, 0.0),
            Self::Pair(growth, square) => Complex::new(growth, square.max(0.0).sqrt()),
        }
    }

    pub fn count(self) -> usize {
        if matches!(self, Self::Real(_)) { 1 } else { 2 }
    }

    /// The basis functions at `t`; a real rate has one.
    pub fn values(self, t: f64) -> [f64; 2] {
        match self {
            Self::Real(growth) => [exponential(growth, t), 0.0],
            Self::Pair(growth, square) => {
                let e = exponential(growth, t);
                let x = square * t * t;
                let (c, s) = if x.abs() < 1e-6 {
                    (1.0 - x / 2.0 + x * x / 24.0, t * (1.0 - x / 6.0 + x * x / 120.0))
                } else if square > 0.0 {
                    let w = square.sqrt();
                    let (s, c) = (w * t).sin_cos();
                    (c, s / w)
                } else {
                    let w = (-square).sqrt();
                    let a = (w * t).min(STEEPEST);
                    (a.cosh(), a.sinh() / w)
                };
                [e * c, e * s]
            }
        }
    }

    /// How many functions the derivatives of the basis by the parameters are made of.
    pub fn slopes(self) -> usize {
        if matches!(self, Self::Real(_)) { 1 } else { 3 }
    }

    /// These functions at `t`, where the basis has the values `v`: t v₀, and of a pair t v₁ and ∂v₁/∂ω² beside it.
    pub fn slopes_of(self, t: f64, v: [f64; 2]) -> [f64; 3] {
        let Self::Pair(growth, square) = self else { return [t * v[0], 0.0, 0.0] };
        let x = square * t * t;
        let by_square = if x.abs() < 1e-3 {
            exponential(growth, t) * t * t * t * (-1.0 / 6.0 + x / 60.0 - x * x / 1680.0)
        } else {
            (t * v[0] - v[1]) / (2.0 * square)
        };
        [t * v[0], t * v[1], by_square]
    }

    /// What each of these functions counts in the derivative of b₀v₀ + b₁v₁ by a parameter: ∂v₀/∂ω² is −t v₁/2.
    pub fn slope_weights(self, parameter: usize, b: [f64; 2]) -> [f64; 3] {
        match (self, parameter) {
            (Self::Real(_), _) => [b[0], 0.0, 0.0],
            (Self::Pair(..), 0) => [b[0], b[1], 0.0],
            (Self::Pair(..), _) => [0.0, -0.5 * b[0], b[1]],
        }
    }
}

fn exponential(growth: f64, t: f64) -> f64 {
    (growth * t).clamp(-STEEPEST, STEEPEST).exp()
}
