//! A second look at exact answers, by sampling in doubles with bounds of their rounding: much cheaper, and of another kind. It can refute, not prove.
//!
//! Debug builds and tests take it for each report. What it catches is an error in the exact path itself, such as a bound of a ball that overflows.

use crate::exact::{Number, Polynomial, roots};
use crate::method::{Method, Property};
use crate::stability::{Extent, StabilityFunction, multistep};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Points on each curve.
const POINTS: usize = 97;
/// Intervals and discs are sampled up to this part of them: at the end itself |R| = 1.
const INNER: f64 = 1.0 - 1e-6;
/// How far unbounded ones are sampled.
const FAR: f64 = 1e3;
/// |R| beyond 1 by less than this refutes nothing, whatever the bounds say.
const SLACK: f64 = 1e-8;

/// What the second look is taken at.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// The order.
    pub order: usize,
    /// R = P/Q of a one-step method.
    pub stability: Option<&'a StabilityFunction>,
    /// How far the negative real axis is stable.
    pub real_interval: Option<&'a Extent>,
    /// How far the imaginary axis is stable.
    pub imaginary_interval: Option<&'a Extent>,
    /// The largest stable disc.
    pub disc: Option<&'a Extent>,
    /// Whether the left half plane is stable.
    pub a_stable: Option<bool>,
    /// Whether ρ satisfies the root condition.
    pub zero_stable: Option<bool>,
}

/// An answer that a sample refutes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Refuted {
    /// The property.
    pub property: Property,
    /// z where the step grows; 0 for what is no question of z.
    pub at: Complex64,
    /// By how much, at least.
    pub growth: f64,
}

/// The answers that samples refute. None is what one hopes for.
///
/// Checked are |R| ≤ 1 (or the root condition) along both intervals, on the circle of the disc, on the imaginary axis of an A-stable method, the zeros of ρ, and
/// the quadrature conditions `Σ b_i c_i^(k−1) = 1/k` of the order.
pub fn second_look(method: &Method, report: &Answers<'_>) -> Vec<Refuted> {
    let growth = Growth::of(method, report);
    let mut found = Vec::new();
    let mut along = |property: Property, points: &dyn Fn(f64) -> Complex64| {
        let worst = (1..=POINTS).map(|k| points(k as f64 / POINTS as f64)).map(|z| (z, growth.beyond_one(z)));
        if let Some((at, growth)) = worst.filter(|(_, growth)| *growth > SLACK).max_by(|a, b| a.1.total_cmp(&b.1)) {
            found.push(Refuted { property, at, growth });
        }
    };
    // Of an enclosure the least.
    let least = |extent: &Extent| extent.to_f64() - if let Extent::Value(value) = extent { value.radius() } else { 0.0 };
    let end = |extent: Option<&Extent>| extent.map_or(0.0, |e| (INNER * least(e)).clamp(0.0, FAR));
    // Denser towards 0, where orders of contact decide.
    let (real, imaginary, disc) = (end(report.real_interval), end(report.imaginary_interval), end(report.disc));
    if real > 0.0 {
        along(Property::RealInterval, &|t| Complex64::new(-real * t * t, 0.0));
    }
    if imaginary > 0.0 {
        along(Property::ImaginaryInterval, &|t| Complex64::new(0.0, imaginary * t * t));
    }
    if disc > 0.0 {
        along(Property::Disc, &|t| Complex64::from_polar(disc, PI * t * t) - disc);
    }
    if report.a_stable == Some(true) {
        along(Property::AStable, &|t| Complex64::new(0.0, (1e-2 + 4.0 * t).exp() - 1.0));
    }
    if let (Some(true), Method::Multistep(pair)) = (report.zero_stable, method)
        && let Some(growth) = largest_root(&doubles(&pair.rho()), &[], Complex64::ZERO).filter(|growth| *growth > SLACK)
    {
        found.push(Refuted { property: Property::ZeroStable, at: Complex64::ZERO, growth });
    }
    if let Method::RungeKutta(tableau) = method {
        let (b, c) = (tableau.b(), tableau.c());
        for k in 1..=report.order.min(40) {
            let terms: Vec<f64> = b.iter().zip(c).map(|(b, c)| b.to_f64() * c.to_f64().powi(k as i32 - 1)).collect();
            let size: f64 = terms.iter().map(|x| x.abs()).sum();
            let radius = b.iter().chain(c).map(Number::radius).fold(0.0, f64::max);
            let growth = (terms.iter().sum::<f64>() - 1.0 / k as f64).abs();
            if growth > 1e-11 * (1.0 + size) * k as f64 + 1e3 * radius * (1.0 + size) {
                found.push(Refuted { property: Property::Order, at: Complex64::ZERO, growth });
            }
        }
    }
    found
}

fn doubles(p: &Polynomial<Number>) -> Vec<f64> {
    p.coefficients().iter().map(Number::to_f64).collect()
}

/// What a step multiplies by.
enum Growth {
    /// R = P/Q, each coefficient with what it may be off by.
    OneStep([Vec<(f64, f64)>; 2]),
    /// The roots of ρ − zσ.
    Multistep([Vec<f64>; 2]),
    /// Not known.
    Open,
}

impl Growth {
    fn of(method: &Method, report: &Answers<'_>) -> Self {
        let known = |p: &Polynomial<Number>| p.coefficients().iter().map(|c| (c.to_f64(), c.radius())).collect();
        match (method, report.stability) {
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
    fn beyond_one(&self, z: Complex64) -> f64 {
        match self {
            Self::Open => 0.0,
            Self::Multistep([rho, sigma]) => largest_root(rho, sigma, z).unwrap_or(0.0).max(0.0),
            Self::OneStep([p, q]) => {
                let value = |c: &[(f64, f64)]| {
                    let size = z.norm();
                    c.iter().rev().fold((Complex64::ZERO, 0.0), |(value, error), (c, radius)| {
                        let next = value * z + c;
                        (next, error * size + radius + 8.0 * f64::EPSILON * (value.norm() * size + c.abs()))
                    })
                };
                let ((p, p_error), (q, q_error)) = (value(p), value(q));
                let least = (p.norm() - p_error) / (q.norm() + q_error) - 1.0;
                if least.is_finite() { least.max(0.0) } else { 0.0 }
            }
        }
    }
}

/// By how much the largest zero of ρ − zσ is certainly larger than 1.
fn largest_root(rho: &[f64], sigma: &[f64], z: Complex64) -> Option<f64> {
    let n = rho.len().max(sigma.len());
    let at = |c: &[f64], k: usize| c.get(k).copied().unwrap_or(0.0);
    let difference: Vec<Complex64> = (0..n).map(|k| at(rho, k) - z * at(sigma, k)).collect();
    let size = difference.iter().map(|c| c.norm()).fold(0.0, f64::max);
    // Near a zero leading coefficient a root is near infinity, and rounding may move it there.
    if difference.last()?.norm() < 1e-9 * size {
        return None;
    }
    let discs = roots(&difference).ok()?;
    Some(discs.iter().map(|disc| disc.centre.norm() - disc.radius - 1.0 - 1e-6 / disc.count as f64).fold(f64::NEG_INFINITY, f64::max))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;
    use crate::verify::verify;

    /// Nothing that is decided of the catalogue is refuted.
    #[test]
    fn the_catalogue_stands() {
        for method in catalog::all().unwrap().iter().filter(|m| !matches!(m, Method::RungeKutta(m) if m.stages() > 8)) {
            assert_eq!(second_look(method, &verify(method).answers()), [], "{}", method.name());
        }
    }

    /// The largest disc that an overflow once made too large, a sector that is none, and an order that does not hold are refuted.
    #[test]
    fn wrong_answers_are_refuted() {
        let refuted = |name: &str, change: &dyn Fn(&mut crate::verify::Verification)| {
            let method = catalog::find(name).unwrap();
            let mut report = verify(&method);
            change(&mut report);
            second_look(&method, &report.answers()).into_iter().map(|r| r.property).collect::<Vec<_>>()
        };
        let extent = |n: i64, d: i64| Some(Extent::Value(Number::ratio(n, d)));
        assert_eq!(refuted("curtis8", &|r| r.disc = extent(2_829_974, 1_000_000)), [Property::Disc]);
        assert_eq!(refuted("rk4", &|r| r.imaginary_interval = extent(3, 1)), [Property::ImaginaryInterval]);
        assert_eq!(refuted("bdf3", &|r| r.a_stable = Some(true)), [Property::AStable]);
        assert_eq!(refuted("adams-bashforth-2", &|r| r.real_interval = extent(11, 10)), [Property::RealInterval]);
        assert_eq!(refuted("rk4", &|r| r.order = 5), [Property::Order]);
    }
}
