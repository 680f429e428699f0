//! Constant steps: F is a polynomial in μ, and all its roots are enclosed.
//!
//! The coefficients of F(w/t) in w = tμ are products of those of the steps, each with a bound of its rounding, so the discs hold for the true
//! polynomial of the grid's steps.

use super::controlled_equation::{ControlledEquation, EquationError};
use super::found::{Completeness, Found, Solution, SolutionOrigin};
use crate::exact::uncertain_roots;
use crate::inverse::flags::flags;
use crate::loops::{Grid, StepSeries, Terms, Trace};
use num_complex::Complex;

/// Larger polynomials are left to Newton's method.
const LARGEST_DEGREE: usize = 96;

/// A polynomial in w, and the sizes of what was added up.
struct Product {
    value: Vec<f64>,
    size: Vec<f64>,
    /// Operations in a row behind a coefficient, at most.
    depth: f64,
}

impl Product {
    /// Times a step's polynomial at z = share·w.
    fn times(&mut self, step: &Terms, share: f64, depth: f64) {
        let degree = step.size.iter().rposition(|x| *x > 0.0).unwrap_or(0);
        let length = self.value.len() + degree;
        let (mut value, mut size) = (vec![0.0; length], vec![0.0; length]);
        let mut power = 1.0;
        for k in 0..=degree {
            for (j, (v, s)) in self.value.iter().zip(&self.size).enumerate() {
                value[k + j] += v * step.value[k] * power;
                size[k + j] += s * step.size[k] * power;
            }
            power *= share;
        }
        (self.value, self.size) = (value, size);
        self.depth += depth + 3.0 * degree as f64 + 4.0;
    }
}

/// All solutions, where the degree is moderate and the discs separate. `None` where Newton's method has to answer.
pub(crate) fn all(equation: &ControlledEquation<'_>, grid: &Grid) -> Result<Option<Found>, EquationError> {
    let call = equation.call;
    let points = grid.points(&equation.times)?;
    let time = equation.time();
    let Some(last) = points.iter().position(|t| *t >= time) else { return Ok(None) };
    let Some(step) = StepSeries::of(&call.pair) else { return Ok(None) };
    if (last + 1) * (call.pair.stages + 1) > LARGEST_DEGREE {
        return Ok(None);
    }
    let mut product = Product { value: vec![1.0], size: vec![1.0], depth: 0.0 };
    let mut before = 0.0;
    for point in &points[..=last] {
        let inside = (*point > time).then(|| step.inside(&call.dense, (time - before) / (point - before)));
        product.times(&inside.unwrap_or(step.end), (point - before) / time, step.depth);
        before = *point;
    }
    let mut coefficients: Vec<Complex<f64>> = product.value.iter().map(|v| Complex::new(*v, 0.0)).collect();
    let mut errors: Vec<f64> = product.size.iter().map(|s| 2.0 * f64::EPSILON * product.depth * s).collect();
    let mut trace = Trace::default();
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
            unproven: None,
            rounding: None,
            residual: (value - target).norm() / target.norm(),
            condition: (target / slope).norm(),
            principal: false,
            origin: SolutionOrigin::Other,
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
        solution.origin = SolutionOrigin::Principal;
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
