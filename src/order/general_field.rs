//! Modified and inverse modified fields of any field that can be evaluated, without derivatives.
//!
//! Networks, kernels and dictionaries are closures here. Both fields follow from maps alone, at one point at a time, with an estimate of the error.

use crate::method::Coefficients;

/// A vector field as a closure: writes f(x) to the second slice, which is as long as the first.
pub type FieldClosure<'a> = dyn Fn(&[f64], &mut [f64]) + Sync + 'a;

/// A value with an estimate of its error in the maximum norm.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimated {
    /// The vector.
    pub value: Vec<f64>,
    /// The size of the last correction: the first that is left out is smaller by about a factor of h where the expansion converges.
    pub error: f64,
}

/// One step of a Runge–Kutta method with a closure for its field; implicit stages by fixed-point iteration, which needs h times the field's Lipschitz
/// constant to be small. `None` when that does not settle or the state leaves the finite numbers.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, order::step};
/// let Ok(Method::RungeKutta(midpoint)) = catalog::find("implicit-midpoint") else { panic!() };
/// let decay = |x: &[f64], out: &mut [f64]| out[0] = -x[0];
/// let y = step(&midpoint.coefficients(), &decay, &[1.0], 0.1).unwrap();
/// assert!((y[0] - 0.95 / 1.05).abs() < 1e-15);
/// ```
pub fn step(method: &Coefficients, f: &FieldClosure, y: &[f64], h: f64) -> Option<Vec<f64>> {
    let (s, d) = (method.stages, y.len());
    let mut k = vec![0.0; s * d];
    let mut stage = vec![0.0; d];
    let mut slope = vec![0.0; d];
    let explicit = (0..s).all(|i| method.a[i * s + i..(i + 1) * s].iter().all(|&a| a == 0.0));
    let mut previous = f64::INFINITY;
    for round in 0..if explicit { 1 } else { 200 } {
        let mut change: f64 = 0.0;
        let mut size: f64 = 0.0;
        for i in 0..s {
            stage.copy_from_slice(y);
            for (j, &a) in method.a[i * s..(i + 1) * s].iter().enumerate().filter(|(_, a)| **a != 0.0) {
                for (x, k) in stage.iter_mut().zip(&k[j * d..(j + 1) * d]) {
                    *x += h * a * k;
                }
            }
            f(&stage, &mut slope);
            for (k, &new) in k[i * d..(i + 1) * d].iter_mut().zip(&slope) {
                change = change.max((new - *k).abs());
                size = size.max(new.abs());
                *k = new;
            }
        }
        if !size.is_finite() {
            return None;
        }
        // Settled to rounding: small, and no longer shrinking.
        if explicit || change <= 4.0 * f64::EPSILON * size || (change < 1e-12 * size && change >= previous && round > 0) {
            let mut next = y.to_vec();
            for (i, &b) in method.b.iter().enumerate() {
                for (x, k) in next.iter_mut().zip(&k[i * d..(i + 1) * d]) {
                    *x += h * b * k;
                }
            }
            return next.iter().all(|x| x.is_finite()).then_some(next);
        }
        previous = change;
    }
    None
}

/// The modified field at y from the one-step map Ψ itself: the field whose flow over time h is Ψ.
///
/// `h f̃(y) = log(Ψ)(y) = Σ_{j ≥ 1} (−1)^(j−1)/j Δ^j y`, Δ^j the j-th difference of the iterates y, Ψ(y), Ψ²(y), …: the derivative at t = 0 of the polynomial through
/// them. Each difference gains a power of h, so with `iterates` of them the error is O(h^iterates). This is what repairs a model of which nothing is known but its
/// steps. `None` when the map fails.
pub fn modified_from_map(map: impl Fn(&[f64]) -> Option<Vec<f64>>, y: &[f64], h: f64, iterates: usize) -> Option<Estimated> {
    let mut differences: Vec<Vec<f64>> = vec![y.to_vec()];
    let mut current = y.to_vec();
    let mut value = vec![0.0; y.len()];
    let mut error = f64::INFINITY;
    for j in 1..=iterates {
        current = map(&current)?;
        // The descending diagonal of the difference scheme, from the newest iterate.
        let mut new = current.clone();
        for old in &mut differences {
            let next: Vec<f64> = new.iter().zip(&*old).map(|(a, b)| a - b).collect();
            *old = std::mem::replace(&mut new, next);
        }
        let sign = if j % 2 == 1 { 1.0 } else { -1.0 };
        error = 0.0;
        for (v, difference) in value.iter_mut().zip(&new) {
            let term = sign * difference / (j as f64 * h);
            *v += term;
            error = f64::max(error, term.abs());
        }
        differences.push(new);
    }
    value.iter().all(|x| x.is_finite()).then_some(Estimated { value, error })
}

/// The inverse modified field at y: the f̂ with S_h\[f̂\] = φ_h\[f\], given the exact flow φ_h and the method.
///
/// `f̂_{n+1}(y) = f̂_n(y) + (φ_h(y) − S_h[f̂_n](y))/h` from `f̂_0 = f`. For a method of order p the error of f̂_n is O(h^(p+n)): a step depends on its field as `h f̂ + O(h²)`, so every round
/// gains one power of h beyond the method's own. f̂_n takes (s + 1)^n evaluations of f and as many flows, since each stage asks for f̂_{n−1} where it stands; 3 or 4 rounds
/// are plenty. `None` when a step or the flow fails.
pub fn inverse_modified_at(
    method: &Coefficients,
    f: &FieldClosure,
    flow: &(dyn Fn(&[f64]) -> Option<Vec<f64>> + Sync),
    y: &[f64],
    h: f64,
    rounds: usize,
) -> Option<Estimated> {
    let mut value = vec![0.0; y.len()];
    if rounds == 0 {
        f(y, &mut value);
        return value.iter().all(|x| x.is_finite()).then_some(Estimated { value, error: f64::INFINITY });
    }
    let before = inverse_modified_at(method, f, flow, y, h, rounds - 1)?.value;
    let inner = |x: &[f64], out: &mut [f64]| match inverse_modified_at(method, f, flow, x, h, rounds - 1) {
        Some(known) => out.copy_from_slice(&known.value),
        None => out.fill(f64::NAN),
    };
    let reached = step(method, &inner, y, h)?;
    let target = flow(y)?;
    let mut error: f64 = 0.0;
    for (((value, before), target), reached) in value.iter_mut().zip(before).zip(target).zip(reached) {
        let correction = (target - reached) / h;
        *value = before + correction;
        error = error.max(correction.abs());
    }
    value.iter().all(|x| x.is_finite()).then_some(Estimated { value, error })
}
