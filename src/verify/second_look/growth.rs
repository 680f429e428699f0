//! What a step multiplies a mode by, in doubles, between bounds.

use super::super::verification::Verification;
use crate::exact::{Number, Polynomial, RootDisc, roots};
use crate::method::Method;
use crate::stability::{StabilityFunction, multistep};
use num_complex::Complex64;

pub(super) fn doubles(p: &Polynomial<Number>) -> Vec<f64> {
    p.coefficients().iter().map(Number::to_f64).collect()
}

/// What a step multiplies by.
pub(super) enum Growth {
    /// R = P/Q, each coefficient with what it may be off by.
    OneStep([Vec<(f64, f64)>; 2]),
    /// The roots of ρ − zσ.
    Multistep([Vec<f64>; 2]),
    /// Not known.
    Open,
}

impl Growth {
    pub(super) fn of(method: &Method, report: &Verification) -> Self {
        let known = |p: &Polynomial<Number>| p.coefficients().iter().map(|c| (c.to_f64(), c.radius())).collect();
        match (method, report.stability.as_ref()) {
            (Method::RungeKutta(_), Some(r)) => Self::one_step(r, known),
            (Method::RungeKutta(_), None) => Self::Open,
            (Method::Multistep(pair), _) if pair.is_exact() => {
                let (rho, sigma) = multistep::reduced(pair);
                Self::Multistep([doubles(&rho), doubles(&sigma)])
            }
            (Method::Multistep(_), _) => Self::Open,
        }
    }

    fn one_step(r: &StabilityFunction, known: impl Fn(&Polynomial<Number>) -> Vec<(f64, f64)>) -> Self {
        Self::OneStep([known(r.numerator()), known(r.denominator())])
    }

    /// By how much the growth at z is certainly larger than 1; 0 where it is not certain.
    pub(super) fn beyond_one(&self, z: Complex64) -> f64 {
        match self {
            Self::Open => 0.0,
            Self::Multistep([rho, sigma]) => largest_root(rho, sigma, z).unwrap_or(0.0).max(0.0),
            Self::OneStep([p, q]) => {
                let least = moduli(p, q, z)[0] - 1.0;
                if least.is_finite() { least.max(0.0) } else { 0.0 }
            }
        }
    }

    /// By how much the growth at z is certainly smaller than 1; 0 where it is not certain.
    pub(super) fn below_one(&self, z: Complex64) -> f64 {
        let most = match self {
            Self::Open => return 0.0,
            Self::Multistep([rho, sigma]) => match discs_of(rho, sigma, z) {
                Some(discs) => discs.iter().map(|disc| disc.centre.norm() + disc.radius).fold(0.0, f64::max),
                None => return 0.0,
            },
            Self::OneStep([p, q]) => moduli(p, q, z)[1],
        };
        if most.is_finite() { (1.0 - most).max(0.0) } else { 0.0 }
    }
}

/// Bounds of |P/Q| at z, the coefficients with what each may be off by.
fn moduli(p: &[(f64, f64)], q: &[(f64, f64)], z: Complex64) -> [f64; 2] {
    let value = |c: &[(f64, f64)]| {
        let size = z.norm();
        let (value, error) = c.iter().rev().fold((Complex64::ZERO, 0.0), |(value, error), (c, radius)| {
            let next = value * z + c;
            (next, error * size + radius + 8.0 * f64::EPSILON * (value.norm() * size + c.abs()))
        });
        [value.norm() - error, value.norm() + error]
    };
    let ([p_low, p_high], [q_low, q_high]) = (value(p), value(q));
    [p_low / q_high, if q_low > 0.0 { p_high / q_low } else { f64::INFINITY }]
}

/// By how much the largest zero of ρ − zσ is certainly larger than 1.
pub(super) fn largest_root(rho: &[f64], sigma: &[f64], z: Complex64) -> Option<f64> {
    let discs = discs_of(rho, sigma, z)?;
    Some(discs.iter().map(|disc| disc.centre.norm() - disc.radius - 1.0 - 1e-6 / disc.count as f64).fold(f64::NEG_INFINITY, f64::max))
}

/// Discs that hold the zeros of ρ − zσ; `None` where there may be one near infinity.
pub(super) fn discs_of(rho: &[f64], sigma: &[f64], z: Complex64) -> Option<Vec<RootDisc>> {
    let n = rho.len().max(sigma.len());
    let at = |c: &[f64], k: usize| c.get(k).copied().unwrap_or(0.0);
    let difference: Vec<Complex64> = (0..n).map(|k| at(rho, k) - z * at(sigma, k)).collect();
    let size = difference.iter().map(|c| c.norm()).fold(0.0, f64::max);
    // Near a zero leading coefficient a root is near infinity, and rounding may move it there.
    if difference.last()?.norm() < 1e-9 * size {
        return None;
    }
    roots(&difference).ok()
}
