//! Constant steps: F is a polynomial in μ, and all its roots are enclosed.
//!
//! The coefficients of F(w/t) in w = tμ come from its values at roots of unity. Their rounding is bounded by the same computation with
//! absolute values, so the discs hold for the true polynomial.

use super::equation::{ControlledEquation, EquationError};
use super::search::{Completeness, Found, Origin, Solution};
use crate::exact::uncertain_roots;
use crate::inverse::flags::flags;
use crate::loops::{Grid, StateNorm, Trace};
use num_complex::Complex;
use std::f64::consts::TAU;

/// Larger polynomials are left to Newton's method.
const LARGEST_DEGREE: usize = 96;

/// All solutions, where the degree is moderate and the discs separate. `None` where Newton's method has to answer.
pub(crate) fn all(equation: &ControlledEquation<'_>, grid: &Grid) -> Result<Option<Found>, EquationError> {
    let call = equation.call;
    let points = grid.points(&equation.times)?;
    let steps = points.iter().take_while(|t| **t < equation.time()).count() + 1;
    let degree = steps * call.pair.stages;
    if call.pair.evaluations().is_none() || degree > LARGEST_DEGREE {
        return Ok(None);
    }
    let time = equation.time();
    let mut trace = Trace::default();
    let norm = StateNorm::default();
    // A radius at which all powers count alike: terms of e^w are largest near |w| = degree.
    let radius = (degree as f64 / 3.0).max(1.0);
    let count = degree + 1;
    let mut values = Vec::with_capacity(count);
    for k in 0..count {
        let w = Complex::from_polar(radius, TAU * k as f64 / count as f64);
        call.follow_into(w / time, &equation.times, &norm, None, &mut trace)?;
        values.push(trace.multipliers[equation.index]);
    }
    let bound = call.majorant(radius / time, &equation.times, equation.index)?;
    let operations = (8 * steps * (call.pair.stages + 4) * (call.pair.stages + 4)) as f64;
    let rounding = bound * f64::EPSILON * operations;
    let mut coefficients = Vec::with_capacity(count);
    let mut errors = Vec::with_capacity(count);
    for power in 0..count {
        let mut sum = Complex::new(0.0, 0.0);
        for (k, value) in values.iter().enumerate() {
            sum += value * Complex::from_polar(1.0, -TAU * ((power * k) % count) as f64 / count as f64);
        }
        let scale = radius.powi(power as i32);
        coefficients.push(sum / (count as f64 * scale));
        errors.push(2.0 * rounding * (count as f64).sqrt() / scale);
    }
    // Powers that the method does not have come out as rounding.
    while coefficients.len() > 1 && coefficients[coefficients.len() - 1].norm() <= errors[coefficients.len() - 1] {
        coefficients.pop();
        errors.pop();
    }
    let target = (equation.lambda * time).exp();
    coefficients[0] -= target;
    errors[0] += 8.0 * f64::EPSILON * (target.norm() + 1.0) * (1.0 + equation.lambda.norm() * time);
    let Ok(discs) = uncertain_roots(&coefficients, &errors) else { return Ok(None) };
    if discs.len() + 1 != coefficients.len() || discs.iter().any(|d| d.count != 1) {
        return Ok(None);
    }
    let mut solutions = Vec::with_capacity(discs.len());
    for disc in discs {
        let lambda = disc.centre / time;
        let radius = disc.radius / time;
        let value = equation.multiplier(lambda, None, &mut trace)?;
        let slope = derivative(&coefficients, disc.centre);
        solutions.push(Solution {
            lambda,
            z: disc.centre,
            radius,
            certified: true,
            residual: (value - target).norm() / target.norm(),
            condition: (target / slope).norm(),
            principal: false,
            origin: Origin::Fooled,
            flags: flags(equation.lambda, lambda, radius),
            steps: trace.steps(),
            rejected: 0,
            evaluations: trace.evaluations,
        });
    }
    solutions.sort_by(|a, b| (a.lambda - equation.lambda).norm().total_cmp(&(b.lambda - equation.lambda).norm()));
    let principal = continued(&coefficients, target, equation.lambda * time);
    if let Some(found) = principal
        && let Some(solution) = solutions.iter_mut().min_by(|a, b| (a.z - found).norm().total_cmp(&(b.z - found).norm()))
        && (solution.z - found).norm() <= 1e-6 * (1.0 + found.norm())
    {
        solution.principal = true;
        solution.origin = Origin::Principal;
    }
    Ok(Some(Found { solutions, gap: None, completeness: Completeness::Certified }))
}

fn evaluate(coefficients: &[Complex<f64>], w: Complex<f64>) -> Complex<f64> {
    coefficients.iter().rev().fold(Complex::new(0.0, 0.0), |sum, c| sum * w + c)
}

fn derivative(coefficients: &[Complex<f64>], w: Complex<f64>) -> Complex<f64> {
    coefficients.iter().enumerate().skip(1).rev().fold(Complex::new(0.0, 0.0), |sum, (k, c)| sum * w + c * k as f64)
}

/// The root continued from w = 0 along e^{s·tλ}, s from 0 to 1, in small steps; `None` where Newton's method loses it.
fn continued(coefficients: &[Complex<f64>], target: Complex<f64>, exponent: Complex<f64>) -> Option<Complex<f64>> {
    const STEPS: usize = 400;
    let mut w = Complex::new(0.0, 0.0);
    for k in 1..=STEPS {
        let goal = (exponent * (k as f64 / STEPS as f64)).exp();
        for _ in 0..20 {
            // The coefficients hold F − target.
            let step = (evaluate(coefficients, w) + target - goal) / derivative(coefficients, w);
            if !step.is_finite() || step.norm() > 0.5 * (1.0 + w.norm()) {
                return None;
            }
            w -= step;
            if step.norm() <= 1e-13 * (1.0 + w.norm()) {
                break;
            }
        }
    }
    Some(w)
}
