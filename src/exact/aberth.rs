//! All roots at once, approximately: the Ehrlich–Aberth iteration in any working precision.
//!
//! Ehrlich (1967), Aberth (1973): Newton's method on `p(z) / Π (z − z_j)`, cubic at simple roots. Starting points: Bini,
//! *Numerical computation of polynomial zeros by means of Aberth's method* (1996): the slopes of the upper convex hull of
//! `(k, log |a_k|)` are the moduli that the roots cluster at, so a polynomial whose roots span many magnitudes starts right.

use super::effort;
use super::precision::{Magnitude, Real, add, lifted, magnitude, multiply, split, subtract};
use num_complex::Complex;

/// The polynomial at a point.
pub(crate) struct Value<T> {
    pub(crate) p: Complex<T>,
    pub(crate) derivative: Complex<T>,
    /// `|p − p(z)|` is at most this, by the a-priori analysis of Horner's rule: coefficient k goes through k + 1 steps, each
    /// of relative error at most [`Real::step_error`] (Higham, *Accuracy and Stability of Numerical Algorithms*, section 5.1).
    pub(crate) rounding: Magnitude,
}

/// `p(z)`, `p′(z)` by Horner's rule. `sizes` are the moduli of the coefficients.
pub(crate) fn evaluate<T: Real>(coefficients: &[Complex<T>], sizes: &[Magnitude], z: &Complex<T>, bits: u32) -> Value<T> {
    if effort::is_counted() {
        effort::charge(coefficients.len() as u64 * T::step_cost(bits));
    }
    let zero = lifted(Complex { re: 0.0, im: 0.0 }, bits);
    let (mut p, mut derivative) = (zero.clone(), zero);
    for a in coefficients.iter().rev() {
        derivative = add(&multiply(&derivative, z), &p);
        p = add(&multiply(&p, z), a);
    }
    let r = magnitude(z);
    let total = sizes.iter().enumerate().rev().fold(Magnitude::ZERO, |total, (k, a)| {
        // 1 + 2⁻²⁰ covers the second-order terms and the rounding of this very sum.
        total.times(r).plus(a.times(Magnitude::of((k + 1) as f64 * (1.0 + 1e-6))))
    });
    Value { p, derivative, rounding: total.times(T::step_error(bits)) }
}

/// `Σ |e_k| |z|^k`.
pub(crate) fn weighted(errors: &[Magnitude], r: Magnitude) -> Magnitude {
    errors.iter().rev().fold(Magnitude::ZERO, |total, e| total.times(r).plus(*e))
}

/// Starting points for a polynomial of degree `n ≥ 1` whose first and last coefficients are not zero, from `log₂ |a_k|`
/// (minus infinity for a zero); `n` of them, on circles about zero. None where a circle leaves the range of f64, or where the
/// first or last coefficient is zero after all.
pub(crate) fn starts(logs: &[f64]) -> Option<Vec<Complex<f64>>> {
    let n = logs.len() - 1;
    if logs[0] == f64::NEG_INFINITY || logs[n] == f64::NEG_INFINITY {
        return None;
    }
    let mut hull: Vec<usize> = Vec::with_capacity(n + 1);
    for k in 0..=n {
        if logs[k] == f64::NEG_INFINITY {
            continue;
        }
        while let [.., i, j] = hull[..] {
            let slope = |a: usize, b: usize| (logs[b] - logs[a]) / (b - a) as f64;
            if slope(i, j) <= slope(j, k) {
                hull.pop();
            } else {
                break;
            }
        }
        hull.push(k);
    }
    let mut points = Vec::with_capacity(n);
    for edge in hull.windows(2) {
        let (i, j) = (edge[0], edge[1]);
        let count = j - i;
        let radius = ((logs[i] - logs[j]) / count as f64).exp2();
        if !(radius.is_normal() && radius < 1e307) {
            return None;
        }
        for k in 0..count {
            // The offset keeps the points off the symmetries of real and of even polynomials.
            let angle = std::f64::consts::TAU * (k as f64 / count as f64 + i as f64 / (n * count) as f64) + 0.7;
            points.push(Complex::from_polar(radius, angle));
        }
    }
    Some(points)
}

/// Iterates until no root moves, or `limit` rounds; false if a value stopped being finite. A root rests once its value is
/// indistinguishable from the rounding of its evaluation and the coefficients' `errors`, or once its correction is below
/// `tolerance` relative to it. Resting there keeps the points of a cluster as far apart as the errors smear it, which is what
/// makes its discs small.
pub(crate) fn iterate<T: Real>(
    coefficients: &[Complex<T>],
    sizes: &[Magnitude],
    errors: &[Magnitude],
    roots: &mut [Complex<T>],
    tolerance: Magnitude,
    limit: usize,
    bits: u32,
) -> bool {
    let mut resting = vec![false; roots.len()];
    for _ in 0..limit {
        let mut moved = false;
        for i in 0..roots.len() {
            if resting[i] {
                continue;
            }
            let z = &roots[i];
            let value = evaluate(coefficients, sizes, z, bits);
            if !(value.p.re.is_finite() && value.p.im.is_finite() && value.derivative.re.is_finite() && value.derivative.im.is_finite()) {
                return false;
            }
            if !magnitude(&value.p).exceeds(value.rounding.plus(weighted(errors, magnitude(z)))) {
                resting[i] = true;
                continue;
            }
            let Some((step, exponent)) = correction(&value, roots, i) else { return false };
            let size = Magnitude::of(step.norm()).shifted(exponent);
            roots[i] = Complex { re: moved_by(&z.re, step.re, exponent, bits), im: moved_by(&z.im, step.im, exponent, bits) };
            if size.exceeds(magnitude(&roots[i]).times(tolerance)) {
                moved = true;
            } else {
                resting[i] = true;
            }
        }
        if !moved || effort::is_spent() {
            return true;
        }
    }
    true
}

/// `x − step · 2^exponent`.
fn moved_by<T: Real>(x: &T, step: f64, exponent: i64, bits: u32) -> T {
    // Beyond the range of f64 the step is rounded to it: the next round takes the rest.
    let step = super::precision::scale(step, -exponent.clamp(-1000, 1000));
    x.minus(&T::of(step, bits))
}

/// Aberth's correction `N / (1 − N Σ 1/(z_i − z_j))` with `N = p/p′`, as a complex f64 times a power of two. The digits of
/// f64 suffice for it: each round gains that many.
fn correction<T: Real>(value: &Value<T>, roots: &[Complex<T>], i: usize) -> Option<(Complex<f64>, i64)> {
    let mut repulsion = Complex { re: 0.0, im: 0.0 };
    for (j, other) in roots.iter().enumerate() {
        if j != i {
            let (d, e) = split(&subtract(&roots[i], other));
            let square = d.re * d.re + d.im * d.im;
            if square > 0.0 {
                let inverse = Complex { re: d.re / square, im: -d.im / square };
                repulsion += Complex { re: super::precision::scale(inverse.re, e), im: super::precision::scale(inverse.im, e) };
            }
        }
    }
    let (p, e) = split(&value.p);
    let (d, f) = split(&value.derivative);
    if d.re == 0.0 && d.im == 0.0 {
        // A critical point: push away by what the other roots say, or by a little if they say nothing.
        let size = magnitude(&roots[i]).to_f64().max(1e-300);
        let step = if repulsion.norm() > 0.0 { -repulsion.inv() } else { Complex { re: 0.1, im: 0.17 } * size };
        return step.is_finite().then_some((step, 0));
    }
    let newton = p / d;
    let exponent = e - f;
    let scaled = Complex { re: super::precision::scale(repulsion.re, -exponent), im: super::precision::scale(repulsion.im, -exponent) };
    let denominator = Complex { re: 1.0, im: 0.0 } - newton * scaled;
    let step = if denominator.norm() > 1e-12 { newton / denominator } else { newton };
    step.is_finite().then_some((step, exponent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hull_finds_widely_spread_moduli() {
        // (z − 1)(z − 10⁶)(z − 10¹²), moduli in order
        let coefficients = [-1e18, 1e18, -1e12, 1.0f64];
        let points = starts(&coefficients.map(|a| a.abs().log2())).unwrap();
        let moduli: Vec<f64> = points.iter().map(|z| z.norm().log10().round()).collect();
        assert_eq!(moduli, [0.0, 6.0, 12.0]);
    }

    #[test]
    fn horner_keeps_its_bound() {
        // (z − 1)^9 expanded, near its root: all rounding
        let a = [-1.0, 9.0, -36.0, 84.0, -126.0, 126.0, -84.0, 36.0, -9.0, 1.0];
        let coefficients = a.map(|re| Complex { re, im: 0.0 });
        let sizes = a.map(Magnitude::of);
        for k in 1..40 {
            let z = Complex { re: 1.0 + f64::from(k) * 1e-3, im: 0.0 };
            let value = evaluate(&coefficients, &sizes, &z, 53);
            let exact = (f64::from(k) * 1e-3).powi(9);
            assert!((value.p.re - exact).abs() <= value.rounding.to_f64());
        }
    }
}
