//! The rate of an exponential, e^{λt}, as the search for it moves: a real one, or a pair that is smooth where it turns into two real ones.

use num_complex::Complex;
use std::f64::consts::PI;

/// Exponents beyond this are not computed.
const STEEPEST: f64 = 600.0;

/// A real exponential, or a pair that can turn into two real ones on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rate {
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

    /// The basis functions at `t`, and their derivatives by each of the parameters.
    pub fn at(self, t: f64) -> ([f64; 2], [[f64; 2]; 2]) {
        match self {
            Self::Real(growth) => {
                let e = (growth * t).clamp(-STEEPEST, STEEPEST).exp();
                ([e, 0.0], [[t * e, 0.0], [0.0, 0.0]])
            }
            Self::Pair(growth, square) => {
                let e = (growth * t).clamp(-STEEPEST, STEEPEST).exp();
                let x = square * t * t;
                let (c, s) = if x.abs() < 1e-6 {
                    (1.0 - x / 2.0 + x * x / 24.0, t * (1.0 - x / 6.0 + x * x / 120.0))
                } else if square > 0.0 {
                    let w = square.sqrt();
                    ((w * t).cos(), (w * t).sin() / w)
                } else {
                    let w = (-square).sqrt();
                    let a = (w * t).min(STEEPEST);
                    (a.cosh(), a.sinh() / w)
                };
                let by_square =
                    if x.abs() < 1e-3 { t * t * t * (-1.0 / 6.0 + x / 60.0 - x * x / 1680.0) } else { (t * c - s) / (2.0 * square) };
                ([e * c, e * s], [[t * e * c, t * e * s], [-0.5 * t * e * s, e * by_square]])
            }
        }
    }
}
