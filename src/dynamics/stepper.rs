//! One Runge–Kutta step of any field, explicit or implicit, with one Newton's method for all that is implicit.

use super::Field;
use crate::method::Coefficients;
use nalgebra::{DMatrix, DVector};
use std::ops::Range;

/// Iterations after which Newton's method is given up.
const MOST_ITERATIONS: usize = 60;
/// An iteration that changes the slopes by less than this part of their size has settled.
const SETTLED: f64 = 1e-15;
/// Where rounding keeps the changes above [`SETTLED`], one below this that no longer shrinks has settled too.
const STALLED: f64 = 1e-11;

/// Steps `y ↦ S_h[f](y)` of one Runge–Kutta method. Stages that depend on each other are solved together, others one after another.
///
/// ```
/// use lambdahat::{dynamics::{Stepper, System}, method::{Method, catalog}};
/// let Method::RungeKutta(midpoint) = catalog::find("implicit-midpoint")? else { unreachable!() };
/// let decay = System::linear(&[vec![-1.0]])?;
/// let tableau = midpoint.coefficients();
/// let mut y = [1.0];
/// Stepper::new(&tableau, 1).step(&decay, &mut y, 0.1).unwrap();
/// assert!((y[0] - 0.95 / 1.05).abs() < 1e-15);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Stepper<'a> {
    method: &'a Coefficients,
    /// Stages that are solved together, in order.
    blocks: Vec<Range<usize>>,
    /// k_i, stage after stage.
    slopes: Vec<f64>,
    stage: Vec<f64>,
    base: Vec<f64>,
}

impl<'a> Stepper<'a> {
    /// For fields of this dimension.
    pub fn new(method: &'a Coefficients, dimension: usize) -> Self {
        let s = method.stages;
        let mut blocks: Vec<Range<usize>> = Vec::new();
        let mut from = 0;
        while from < s {
            // Stages up to the last that one of the block needs.
            let (mut row, mut end) = (from, from + 1);
            while row < end {
                let needed = (end..s).rev().find(|&j| method.a[row * s + j] != 0.0);
                end = needed.map_or(end, |j| j + 1);
                row += 1;
            }
            blocks.push(from..end);
            from = end;
        }
        Self { method, blocks, slopes: vec![0.0; s * dimension], stage: vec![0.0; dimension], base: Vec::new() }
    }

    /// Replaces y by the next state. `None`, with y as it was, when Newton's method does not settle or the state leaves the finite numbers.
    pub fn step(&mut self, field: &dyn Field, y: &mut [f64], h: f64) -> Option<()> {
        let (s, d, a) = (self.method.stages, y.len(), &self.method.a);
        for block in &self.blocks {
            let first = block.start;
            if block.len() == 1 && a[first * s + first] == 0.0 {
                self.stage.copy_from_slice(y);
                add(&mut self.stage, h, &a[first * s..first * s + first], &self.slopes);
                field.value(&self.stage, &mut self.slopes[first * d..(first + 1) * d]);
                continue;
            }
            self.base.clear();
            let mut weights = DMatrix::zeros(block.len(), block.len());
            for i in block.clone() {
                self.base.extend_from_slice(y);
                let at = self.base.len() - d;
                add(&mut self.base[at..], h, &a[i * s..i * s + first], &self.slopes);
                block.clone().for_each(|j| weights[(i - first, j - first)] = h * a[i * s + j]);
            }
            let guess = &mut self.slopes[first * d..block.end * d];
            for slopes in guess.chunks_exact_mut(d) {
                field.value(y, slopes);
            }
            implicit_slopes(field, &self.base, &weights, guess)?;
        }
        self.stage.copy_from_slice(y);
        add(&mut self.stage, h, &self.method.b, &self.slopes);
        if !self.stage.iter().all(|x| x.is_finite()) {
            return None;
        }
        y.copy_from_slice(&self.stage);
        Some(())
    }
}

/// Adds `h Σ weight_j k_j`.
fn add(y: &mut [f64], h: f64, weights: &[f64], slopes: &[f64]) {
    let d = y.len();
    for (weight, slope) in weights.iter().zip(slopes.chunks_exact(d)).filter(|(weight, _)| **weight != 0.0) {
        y.iter_mut().zip(slope).for_each(|(y, k)| *y += h * weight * k);
    }
}

/// Solves `k_i = f(base_i + Σ_j weights_ij k_j)` from the slopes given, by Newton's method on all of them at once; `base` and `slopes` hold one vector after another.
///
/// An implicit stage is one such vector, and so is the newest value of an implicit multistep method. `None` where it does not settle.
pub(crate) fn implicit_slopes(field: &dyn Field, base: &[f64], weights: &DMatrix<f64>, slopes: &mut [f64]) -> Option<()> {
    let (m, d) = (weights.nrows(), field.dimension());
    let (mut stage, mut value, mut jacobian) = (vec![0.0; d], vec![0.0; d], vec![0.0; d * d]);
    let mut residual = DVector::zeros(m * d);
    let mut before = f64::INFINITY;
    for _ in 0..MOST_ITERATIONS {
        let mut matrix = DMatrix::identity(m * d, m * d);
        for i in 0..m {
            stage.copy_from_slice(&base[i * d..(i + 1) * d]);
            for (j, k) in slopes.chunks_exact(d).enumerate() {
                stage.iter_mut().zip(k).for_each(|(x, k)| *x += weights[(i, j)] * k);
            }
            field.value(&stage, &mut value);
            field.jacobian(&stage, &mut jacobian);
            for c in 0..d {
                residual[i * d + c] = slopes[i * d + c] - value[c];
                for j in 0..m {
                    (0..d).for_each(|l| matrix[(i * d + c, j * d + l)] -= weights[(i, j)] * jacobian[c * d + l]);
                }
            }
        }
        let change = matrix.lu().solve(&residual)?;
        slopes.iter_mut().zip(change.iter()).for_each(|(k, change)| *k -= change);
        let (size, largest) = (change.amax(), slopes.iter().fold(0.0, |m: f64, k| m.max(k.abs())));
        if !size.is_finite() || !largest.is_finite() {
            return None;
        }
        if size <= SETTLED * largest || (size <= STALLED * largest && size >= before) || largest == 0.0 {
            return Some(());
        }
        before = size;
    }
    None
}

/// A field that only its values are known of, with central differences for its Jacobian.
///
/// Newton's method with them finds the same stages, in a few iterations more.
pub struct Values<F> {
    dimension: usize,
    value: F,
}

impl<F: Fn(&[f64], &mut [f64])> Values<F> {
    /// `value` writes f(x) to its second slice, which is as long as the first.
    pub fn new(dimension: usize, value: F) -> Self {
        Self { dimension, value }
    }
}

impl<F: Fn(&[f64], &mut [f64])> Field for Values<F> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        (self.value)(x, out);
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        let d = self.dimension;
        let (mut moved, mut up, mut down) = (x.to_vec(), vec![0.0; d], vec![0.0; d]);
        for j in 0..d {
            let width = 6e-6 * (1.0 + x[j].abs());
            moved[j] = x[j] + width;
            self.value(&moved, &mut up);
            moved[j] = x[j] - width;
            self.value(&moved, &mut down);
            moved[j] = x[j];
            (0..d).for_each(|i| out[i * d + j] = (up[i] - down[i]) / (2.0 * width));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::System;
    use crate::method::{Method, algebra, catalog};
    use crate::stability::StabilityFunction;
    use num_complex::Complex;

    fn methods() -> Vec<crate::method::RungeKutta> {
        let names =
            ["forward-euler", "rk4", "dormand-prince5", "implicit-euler", "sdirk2", "trapezoid", "gauss2", "radau-iia-3", "lobatto-iiia-3"];
        let found = names.iter().map(|name| match catalog::find(name) {
            Ok(Method::RungeKutta(method)) => method,
            other => panic!("{name}: {other:?}"),
        });
        found.collect()
    }

    #[test]
    fn on_a_linear_field_a_step_is_the_stability_function() {
        let (lambda, h) = (Complex::new(-0.3, 1.7), 0.4);
        let system = System::linear(&[vec![lambda.re, -lambda.im], vec![lambda.im, lambda.re]]).unwrap();
        for method in methods() {
            let mut y = [1.0, 0.0];
            let tableau = method.coefficients();
            Stepper::new(&tableau, 2).step(&system, &mut y, h).unwrap();
            let expected = StabilityFunction::of(&method).eval(lambda * h);
            assert!((Complex::new(y[0], y[1]) - expected).norm() < 1e-14, "{}", method.name());
        }
    }

    #[test]
    fn the_adjoint_steps_back() {
        let system = System::named("van-der-pol").unwrap();
        let differenced = Values::new(2, |x: &[f64], out: &mut [f64]| system.value(x, out));
        for method in methods() {
            let (forth, back) = (method.coefficients(), algebra::adjoint(&method).coefficients());
            let mut y = [1.3, -0.4];
            Stepper::new(&forth, 2).step(&system, &mut y, 0.1).unwrap();
            let mut other = y;
            Stepper::new(&back, 2).step(&system, &mut y, -0.1).unwrap();
            Stepper::new(&back, 2).step(&differenced, &mut other, -0.1).unwrap();
            for found in [y, other] {
                assert!((found[0] - 1.3).abs() < 1e-14 && (found[1] + 0.4).abs() < 1e-14, "{}: {found:?}", method.name());
            }
        }
    }

    #[test]
    fn no_solution_is_told() {
        // y = 1 + y² h has no real solution beyond h = 1/4.
        let square = Values::new(1, |x: &[f64], out: &mut [f64]| out[0] = x[0] * x[0]);
        let Ok(Method::RungeKutta(euler)) = catalog::find("implicit-euler") else { unreachable!() };
        let tableau = euler.coefficients();
        let mut y = [1.0];
        assert!(Stepper::new(&tableau, 1).step(&square, &mut y, 0.3).is_none() && y == [1.0]);
    }
}
