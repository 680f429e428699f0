//! Repair of a linear model: the logarithm of the map that it was trained as.

use super::matrix_logarithm::principal_logarithm;
use super::repair_error::RepairError;
use crate::exact::eigenvalues;
use crate::method::{RungeKutta, Sampling};
use crate::stability::StabilityFunction;
use nalgebra::DMatrix;
use num_complex::Complex;
use std::f64::consts::PI;

/// How near to half a turn an interval the angle of a multiplier must be to be taken for half a turn: there the sense of rotation rests on the last digits.
const HALF_TURN: f64 = 1e-6;

/// The continuous-time matrix behind a linear model that was trained through a one-step method.
#[derive(Clone, Debug, PartialEq)]
pub struct LinearRepair {
    /// `A = log(R(hÂ)^m)/H`.
    pub matrix: DMatrix<f64>,
    /// `‖e^{HA} − R(hÂ)^m‖/‖R(hÂ)^m‖`, largest entries.
    pub residual: f64,
    /// The λ̂ (Im > 0) whose pair turns by half a turn an interval, so that the samples do not tell in which sense: that of λ̂ is kept.
    pub half_turns: Vec<Complex<f64>>,
}

/// `A = log(R(hÂ)^m)/H`, principal: |Im λ| ≤ π/H for its eigenvalues. Samples H apart cannot tell λ from λ + 2πi/H, so no other branch
/// is supported by them. A conjugate pair with |Im λ| = π/H has the negative multiplier −r twice and two real logarithms, turning one way or the
/// other; the sense in which λ̂ turns is kept ([`half_turns`](LinearRepair::half_turns)).
///
/// Errors where R(hÂ)^m is singular or has a negative multiplier from a real λ̂ (decided from certified eigenvalues of Â).
///
/// ```
/// use lambdahat::{method::{Method, Sampling, catalog}, repair::linear_repair};
/// use nalgebra::DMatrix;
/// let Ok(Method::RungeKutta(rk4)) = catalog::find("rk4") else { panic!() };
/// let learned = DMatrix::from_row_slice(2, 2, &[0.105105260738927, 1.926832632793115, -1.926832632793115, 0.105105260738927]);
/// let found = linear_repair(&rk4, &learned, Sampling::new(1.0, 1).unwrap()).unwrap();
/// assert!((found.matrix - DMatrix::from_row_slice(2, 2, &[-0.1, 2.0, -2.0, -0.1])).amax() < 1e-12);
/// ```
pub fn linear_repair(method: &RungeKutta, learned: &DMatrix<f64>, sampling: Sampling) -> Result<LinearRepair, RepairError> {
    let r = StabilityFunction::of(method);
    let (h, m) = (sampling.step().get(), sampling.substeps());
    let discs = eigenvalues(learned)?;
    let mut half_turns = Vec::new();
    // λ̂ with the logarithm of its multiplier.
    let mut values: Vec<(Complex<f64>, Complex<f64>)> = Vec::with_capacity(discs.len());
    for disc in &discs {
        let multiplier = |z: Complex<f64>| r.eval(z * h).powu(m);
        let w = multiplier(disc.centre);
        // How far the multiplier moves within the disc, and with the rounding of its own evaluation.
        let radius = disc.radius + 1e-14 * (disc.centre.norm() + 1.0 / h);
        let moved = [Complex::new(radius, 0.0), Complex::new(0.0, radius)].map(|e| (multiplier(disc.centre + e) - w).norm());
        let slack = 2.0 * moved[0].max(moved[1]) + 1e-14 * w.norm();
        let alone = disc.centre.im == 0.0 && w.re <= slack && w.im.abs() <= slack;
        if !w.is_finite() || w.norm() <= slack || alone {
            return Err(RepairError::NoLogarithm { learned: disc.centre, multiplier: w.re, interval: sampling.interval() });
        }
        let mut log = w.ln();
        if disc.centre.im != 0.0 && (log.im.abs() > PI - HALF_TURN || (w.re < 0.0 && w.im.abs() <= slack)) {
            // The angle nearest to half a turn in the sense of λ̂.
            let wanted = PI * disc.centre.im.signum();
            log.im += 2.0 * PI * ((wanted - log.im) / (2.0 * PI)).round();
            if disc.centre.im > 0.0 {
                half_turns.push(disc.centre);
            }
        }
        values.push((disc.centre, log));
    }
    let (p, q) = r.to_f64();
    let z = learned * h;
    let n = z.nrows();
    let horner = |c: &[f64]| c.iter().rev().fold(DMatrix::<f64>::zeros(n, n), |value, &c| value * &z + DMatrix::<f64>::identity(n, n) * c);
    let step = horner(&q).lu().solve(&horner(&p)).ok_or(RepairError::Conditioned)?;
    let map = (1..m).fold(step.clone(), |power, _| power * &step);
    let (log, residual) = match half_turns.first() {
        None => principal_logarithm(&map).ok_or(RepairError::Conditioned)?,
        Some(&first) => {
            if discs.iter().any(|disc| disc.count > 1) {
                return Err(RepairError::HalfTurn { learned: first, interval: sampling.interval() });
            }
            let log = interpolated(learned, values);
            let residual = (log.clone().exp() - &map).amax() / map.amax();
            if residual.is_nan() || residual > 1e-6 {
                return Err(RepairError::Conditioned);
            }
            (log, residual)
        }
    };
    Ok(LinearRepair { matrix: log / sampling.interval(), residual, half_turns })
}

/// The matrix function with these values at the (distinct) eigenvalues: the polynomial that interpolates them, by divided differences.
fn interpolated(a: &DMatrix<f64>, values: Vec<(Complex<f64>, Complex<f64>)>) -> DMatrix<f64> {
    let (nodes, mut values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    let n = a.nrows();
    for order in 1..n {
        for i in (order..n).rev() {
            values[i] = (values[i] - values[i - 1]) / (nodes[i] - nodes[i - order]);
        }
    }
    let a = a.map(|x| Complex::new(x, 0.0));
    let identity = DMatrix::<Complex<f64>>::identity(n, n);
    let sum = (0..n).rev().fold(DMatrix::zeros(n, n), |sum, k| (&a - &identity * nodes[k]) * sum + &identity * values[k]);
    sum.map(|z: Complex<f64>| z.re)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    /// λ = −0.1 ± πi at H = 1, learned exactly through Gauss with two stages: multiplier −e^{−0.1}, twice.
    #[test]
    fn half_a_turn_keeps_the_sense_of_the_model() {
        let Ok(Method::RungeKutta(gauss2)) = catalog::find("gauss2") else { panic!() };
        let sampling = Sampling::new(1.0, 1).unwrap();
        let found = crate::inverse::branches(&Method::RungeKutta(gauss2.clone()), Complex::new(-0.1, PI), sampling).unwrap();
        let z = found.branches[0].lambda;
        for sense in [1.0, -1.0] {
            let (a, b) = (z.re, sense * z.im.abs());
            let back = linear_repair(&gauss2, &DMatrix::from_row_slice(2, 2, &[a, -b, b, a]), sampling).unwrap();
            let expected = DMatrix::from_row_slice(2, 2, &[-0.1, -sense * PI, sense * PI, -0.1]);
            assert!((back.matrix - expected).amax() < 1e-9);
            assert!(back.residual < 1e-12 && back.half_turns.len() == 1);
        }
    }
}
