//! Damped Newton's method for a map of the plane that is not holomorphic.

use super::controlled_equation::ControlledEquation;
use crate::loops::{Pattern, Trace};
use num_complex::Complex;

const MOST_ITERATIONS: usize = 40;
/// The residual of a root, relative to the rounding that a few dozen steps leave in a logarithm.
const ROOT: f64 = 2e-14;
/// A residual at which Newton may stop improving and still be at a root.
const STALLED: f64 = 1e-10;

/// A root with its frozen pattern, and the derivative of log F there.
#[derive(Clone, Debug)]
pub(crate) struct FrozenRoot {
    pub mode: Complex<f64>,
    pub residual: f64,
    /// ∂(Re, Im log F)/∂(Re, Im μ), row after row.
    pub jacobian: [f64; 4],
}

/// Solves log(F(μ)e^{−tλ}) = 0 from `start` with frozen decisions (or free ones, where `frozen` is `None`).
pub(crate) fn newton(
    equation: &ControlledEquation<'_>,
    start: Complex<f64>,
    frozen: Option<&Pattern>,
    trace: &mut Trace,
) -> Option<FrozenRoot> {
    let mut mode = start;
    let mut value = equation.residual(mode, frozen, trace)?;
    let mut jacobian = derivative(equation, mode, value, frozen, trace)?;
    for _ in 0..MOST_ITERATIONS {
        if value.norm() <= ROOT {
            break;
        }
        let step = solve(jacobian, value)?;
        let mut share = 1.0;
        let better = loop {
            let tried = mode - step * share;
            match equation.residual(tried, frozen, trace) {
                Some(next) if next.norm() < value.norm() * (1.0 - 0.1 * share) => break Some((tried, next)),
                _ if share < 1e-3 => break None,
                _ => share *= 0.5,
            }
        };
        match better {
            Some((tried, next)) => {
                (mode, value) = (tried, next);
                if value.norm() > ROOT {
                    jacobian = derivative(equation, mode, value, frozen, trace)?;
                }
            }
            None => break,
        }
    }
    (value.norm() <= STALLED).then(|| FrozenRoot { mode, residual: value.norm(), jacobian })
}

/// The slopes of log F at a mode, the loop deciding as it will; `None` where it cannot be followed.
pub(crate) fn slopes(equation: &ControlledEquation<'_>, mode: Complex<f64>) -> Option<[f64; 4]> {
    let mut trace = Trace::default();
    let value = equation.residual(mode, None, &mut trace)?;
    derivative(equation, mode, value, None, &mut trace)
}

/// Forward differences: an error of 1e-7 in the derivative costs a Newton step a factor 1e-7, no more.
fn derivative(
    equation: &ControlledEquation<'_>,
    mode: Complex<f64>,
    value: Complex<f64>,
    frozen: Option<&Pattern>,
    trace: &mut Trace,
) -> Option<[f64; 4]> {
    let delta = 1e-7 * mode.norm().max(1e-3 / equation.time());
    let along = |direction: Complex<f64>, trace: &mut Trace| {
        let there = equation.residual(mode + direction * delta, frozen, trace)?;
        let change = there - value;
        // The logarithm may have wrapped around between the two.
        let turns = (change.im / std::f64::consts::TAU).round();
        Some(Complex::new(change.re, change.im - turns * std::f64::consts::TAU) / delta)
    };
    let x = along(Complex::new(1.0, 0.0), trace)?;
    let y = along(Complex::new(0.0, 1.0), trace)?;
    Some([x.re, y.re, x.im, y.im])
}

/// J⁻¹ v.
pub(crate) fn solve([a, b, c, d]: [f64; 4], v: Complex<f64>) -> Option<Complex<f64>> {
    let determinant = a * d - b * c;
    let solution = Complex::new((d * v.re - b * v.im) / determinant, (a * v.im - c * v.re) / determinant);
    solution.is_finite().then_some(solution)
}

/// The larger singular value of t·J⁻¹: how much further λ̂ moves than λ.
pub(crate) fn condition([a, b, c, d]: [f64; 4], time: f64) -> f64 {
    let (sum, determinant) = (a * a + b * b + c * c + d * d, (a * d - b * c).abs());
    let spread = (sum * sum - 4.0 * determinant * determinant).max(0.0).sqrt();
    let smallest = ((sum - spread) / 2.0).max(0.0).sqrt();
    // Through the larger one, where the smaller cancels.
    let largest = ((sum + spread) / 2.0).sqrt();
    time / if smallest > 1e-6 * largest { smallest } else { determinant / largest }
}
