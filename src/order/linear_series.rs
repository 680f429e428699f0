//! The expansions on ẏ = λy: hλ̂ and hλ̃ as power series in hλ, and how far they converge.

use crate::exact::{Number, Polynomial, RootsError, roots};
use crate::stability::StabilityFunction;
use num_complex::Complex64;
use num_traits::{One, Zero};
use serde::Serialize;
use std::f64::consts::TAU;

/// The coefficients of z¹ … z^terms in `log R(z)`: the modified equation, hλ̃ = log R(hλ).
pub fn modified_linear_series(r: &StabilityFunction, terms: usize) -> Vec<Number> {
    // L' = P'/P − Q'/Q, both with value 1 at 0.
    let (p, q) = (logarithmic_derivative(r.numerator(), terms), logarithmic_derivative(r.denominator(), terms));
    p.into_iter().zip(q).enumerate().map(|(k, (p, q))| (p - q) * Number::ratio(1, k as i64 + 1)).collect()
}

/// P'/P as a power series, for P(0) = 1.
fn logarithmic_derivative(p: &Polynomial<Number>, terms: usize) -> Vec<Number> {
    let mut series: Vec<Number> = Vec::with_capacity(terms);
    for k in 0..terms {
        let own = p.coefficient(k + 1) * Number::from(k as i64 + 1);
        series.push((0..k).fold(own, |sum, i| sum - series[i].clone() * &p.coefficient(k - i)));
    }
    series
}

/// The coefficients of ζ¹ … ζ^terms of the principal branch z(ζ) of `R(z) = e^ζ`: the inverse modified equation, hλ̂ = z(hλ).
///
/// It is the inverse function of log R, by Lagrange's formula: `[ζⁿ] z = 1/n [z^(n−1)] (z / log R(z))ⁿ`. Needs R(z) = 1 + z + …, a consistent method.
pub fn inverse_linear_series(r: &StabilityFunction, terms: usize) -> Vec<Number> {
    let log = modified_linear_series(r, terms);
    // u = z / log R(z)
    let mut u: Vec<Number> = Vec::with_capacity(terms);
    for k in 0..terms {
        let own = if k == 0 { Number::one() } else { Number::zero() };
        u.push((0..k).fold(own, |sum, i| sum - u[i].clone() * &log[k - i]));
    }
    let mut power = vec![Number::zero(); terms];
    if let Some(first) = power.first_mut() {
        *first = Number::one();
    }
    (1..=terms)
        .map(|n| {
            power = (0..terms).map(|k| (0..=k).fold(Number::zero(), |sum, i| sum + power[i].clone() * &u[k - i])).collect();
            power[n - 1].clone() * Number::ratio(1, n as i64)
        })
        .collect()
}

/// The radius of convergence of [`modified_linear_series`]: log R is singular at the zeros and poles of R, and nowhere else.
///
/// # Errors
/// Those of the root finder.
pub fn modified_linear_radius(r: &StabilityFunction) -> Result<f64, RootsError> {
    let mut radius = f64::INFINITY;
    for p in [r.numerator(), r.denominator()] {
        let coefficients: Vec<Complex64> = p.coefficients().iter().map(|c| Complex64::new(c.to_f64(), 0.0)).collect();
        if coefficients.len() > 1 {
            radius = roots(&coefficients)?.iter().fold(radius, |least, disc| least.min(disc.centre.norm()));
        }
    }
    Ok(radius)
}

/// Where the expansion of the principal branch stops converging.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Singularity {
    /// The radius of convergence in hλ; infinite where the branch is entire.
    pub radius: f64,
    /// The nearest singularities in hλ are this one and its conjugate.
    pub at: Option<Complex64>,
    /// The value hλ̂ there: a zero of R', or none when hλ̂ goes to infinity.
    pub branch_point: Option<Complex64>,
}

/// The radius of convergence of [`inverse_linear_series`].
///
/// z(ζ) can be singular only where e^ζ = R(z) at a zero of R' (two branches meet) or e^ζ = R(∞) (a branch leaves to infinity). Each such ζ, nearest first, is a
/// singularity of the principal branch exactly when continuation from 0 along the segment to it arrives there, which is followed by Newton's iteration in doubles.
///
/// # Errors
/// Those of the root finder, on R' P and Q beyond its range.
pub fn inverse_linear_radius(r: &StabilityFunction) -> Result<Singularity, RootsError> {
    let float = |p: &Polynomial<Number>| p.coefficients().iter().map(|c| Complex64::new(c.to_f64(), 0.0)).collect::<Vec<_>>();
    let (p, q) = (r.numerator(), r.denominator());
    let critical = p.derivative() * q - p.clone() * &q.derivative();
    let mut candidates: Vec<(Complex64, Option<Complex64>)> = Vec::new();
    let mut add = |value: Complex64, z: Option<Complex64>| {
        if value.norm() > 0.0 && value.is_finite() {
            candidates.extend((-3..=3).map(|k| (value.ln() + Complex64::new(0.0, TAU * f64::from(k)), z)));
        }
    };
    if critical.degree().is_some_and(|n| n > 0) {
        for disc in roots(&float(&critical))? {
            add(r.eval(disc.centre), Some(disc.centre));
        }
    }
    if r.numerator_degree() <= r.denominator_degree() {
        let limit = if r.numerator_degree() < r.denominator_degree() {
            0.0
        } else {
            p.coefficient(r.numerator_degree()).to_f64() / q.coefficient(r.denominator_degree()).to_f64()
        };
        add(Complex64::new(limit, 0.0), None);
    }
    candidates.sort_by(|a, b| a.0.norm().total_cmp(&b.0.norm()));
    let slopes = (float(&p.derivative()), float(p), float(&q.derivative()), float(q));
    for (at, z) in candidates {
        if arrives(&slopes, at, z) {
            return Ok(Singularity { radius: at.norm(), at: Some(at), branch_point: z });
        }
    }
    Ok(Singularity { radius: f64::INFINITY, at: None, branch_point: None })
}

/// P', P, Q', Q.
type Parts = (Vec<Complex64>, Vec<Complex64>, Vec<Complex64>, Vec<Complex64>);

/// Whether the principal branch, continued from 0 straight to `end`, comes to `target` there (`None`: infinity).
fn arrives(parts: &Parts, end: Complex64, target: Option<Complex64>) -> bool {
    let horner = |p: &[Complex64], z: Complex64| p.iter().rev().fold(Complex64::zero(), |sum, c| sum * z + c);
    let mut z = Complex64::zero();
    // Steps that shrink geometrically towards the end, where the branch moves fastest.
    let mut remaining = 1.0;
    while remaining > 1e-7 {
        let mut step = remaining * 0.02;
        // A segment may pass another singularity closely: Newton's iteration that moves far is tried again with a shorter step.
        z = loop {
            let w = (end * (1.0 - remaining + step)).exp();
            let mut next = z;
            let mut settled = false;
            for _ in 0..12 {
                let (p, q) = (horner(&parts.1, next), horner(&parts.3, next));
                let (dp, dq) = (horner(&parts.0, next), horner(&parts.2, next));
                let change = (p - w * q) / (dp - w * dq);
                next -= change;
                // Where two branches meet, R' tends to zero and the last digits are lost.
                settled = change.norm() <= 1e-9 * (1.0 + next.norm());
                if settled || !next.is_finite() {
                    break;
                }
            }
            let scale = target.map_or(1.0 + z.norm(), |t| (t - z).norm());
            if settled && (next - z).norm() <= 0.25 * scale {
                break next;
            }
            step /= 2.0;
            if step < remaining * 1e-8 {
                return false;
            }
        };
        remaining -= step;
    }
    match target {
        // Within the square root of what remains, or its third root where three branches meet; other branches are elsewhere.
        Some(t) => (z - t).norm() < 1e-2 * (1.0 + t.norm()),
        None => z.norm() > 100.0,
    }
}
