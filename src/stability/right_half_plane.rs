//! The room that an anti-damped λ̂ can use: the part of the stability region with Re z > 0, in f64.

use super::region::{Region, Window};
use super::root_condition::RootCondition;
use super::{StabilityFunction, at_infinity, e_polynomial, multistep};
use crate::exact::{Number, Polynomial};
use crate::method::Multistep;
use num_complex::Complex64;
use num_traits::Zero;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;

/// Points along each side of the first grid.
const GRID: usize = 240;
/// Points along each side of a closer look.
const ZOOM: usize = 24;
/// Closer looks, each narrower by `ZOOM/4`.
const ZOOMS: usize = 12;

/// How far and how large the stability region is in the right half plane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RightHalfPlane {
    /// The largest Re z with |R(z)| ≤ 1; infinite for a method that damps growing stiff modes.
    #[serde(serialize_with = "or_infinity")]
    pub reach: f64,
    /// The area of `{Re z > 0, |R(z)| ≤ 1}`.
    #[serde(serialize_with = "or_infinity")]
    pub area: f64,
}

/// A number, or the string `"Infinity"`, which JSON has no number for.
fn or_infinity<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if x.is_finite() { serializer.serialize_f64(*x) } else { serializer.serialize_str("Infinity") }
}

impl RightHalfPlane {
    /// Reach and area of a one-step method's region; `None` where |R(∞)| = 1 leaves open whether the region is bounded there.
    ///
    /// By sampling on a grid that is refined about the rightmost point: the reach is right to about 9 digits and the area to about 3,
    /// as long as no part of the region is thinner than 1/240 of the window that holds it.
    pub fn of(r: &StabilityFunction) -> Option<Self> {
        match at_infinity(r) {
            Some(limit) if limit.is_zero() => return Some(Self { reach: f64::INFINITY, area: f64::INFINITY }),
            Some(limit) => match (limit.clone() * &limit - Number::from(1)).sign() {
                Ordering::Less => return Some(Self { reach: f64::INFINITY, area: f64::INFINITY }),
                Ordering::Equal if e_polynomial(r).is_zero() && super::poles_in_right_half_plane(r) => {
                    return Some(Self { reach: 0.0, area: 0.0 });
                }
                Ordering::Equal => return None,
                Ordering::Greater => {}
            },
            None => {}
        }
        let (p, q) = r.to_f64();
        let bound = bounding_radius(&p, &q)?;
        let horner = |c: &[f64], z: Complex64| c.iter().rev().fold(Complex64::zero(), |value, &c| value * z + c);
        let gap = |x: f64, y: f64| {
            let z = Complex64::new(x, y);
            horner(&p, z).norm_sqr() - horner(&q, z).norm_sqr()
        };
        // First a coarse look, for the window that the region needs.
        let (mut right, mut top) = (0.0f64, 0.0f64);
        let cell = bound / GRID as f64;
        for i in 0..GRID {
            for j in 0..=GRID {
                let (x, y) = ((i as f64 + 0.5) * cell, j as f64 * cell);
                if gap(x, y) <= 0.0 {
                    right = right.max(x);
                    top = top.max(y);
                }
            }
        }
        if right == 0.0 {
            // Thinner than a cell: look again close to the axis.
            right = cell;
            top = bound;
        }
        let (width, height) = (right + 2.0 * cell, (top + 2.0 * cell).min(bound));
        let (dx, dy) = (width / GRID as f64, height / GRID as f64);
        let mut area = 0.0;
        let mut best: Option<(f64, f64)> = None;
        for i in 0..GRID {
            let x = (i as f64 + 0.5) * dx;
            let mut before = gap(x, 0.0);
            let mut length = 0.0;
            for j in 1..=GRID {
                let y = j as f64 * dy;
                let now = gap(x, y);
                // The crossing inside a cell by linear interpolation.
                length += match (before <= 0.0, now <= 0.0) {
                    (true, true) => 1.0,
                    (false, false) => 0.0,
                    (true, false) => before / (before - now),
                    (false, true) => now / (now - before),
                } * dy;
                if now <= 0.0 {
                    best = Some((x, y));
                }
                before = now;
            }
            area += 2.0 * length * dx;
        }
        let reach = best.map_or(0.0, |start| rightmost(&gap, start, dx, dy));
        Some(Self { reach, area })
    }
}

/// Points along the circle at which the root locus is looked at.
const LOCUS: u32 = 4096;
/// Cells of the raster along each side.
const RASTER: usize = 360;

impl RightHalfPlane {
    /// Reach and area of a multistep method's region; `None`, with the reason, where zeros of σ on the circle leave open whether it is bounded.
    ///
    /// The reach is the rightmost of 4096 points of the root locus that border on the region, polished to about 9 digits; the area is counted on a raster of
    /// 360 by 360 cells, to about 2.
    pub fn of_multistep(method: &Multistep) -> Result<Self, String> {
        let (rho, sigma) = multistep::reduced(method);
        if sigma.degree() == rho.degree() {
            // At infinity the roots are those of σ.
            match RootCondition::of(&sigma) {
                RootCondition::Inside => return Ok(Self { reach: f64::INFINITY, area: f64::INFINITY }),
                RootCondition::Outside => {}
                _ if multistep::is_sign_faithful(method) => return Ok(Self { reach: 0.0, area: 0.0 }),
                _ => return Err("σ has zeros on the unit circle, which leaves open whether the region is bounded on the right".into()),
            }
        }
        let floats = |p: &Polynomial<Number>| p.coefficients().iter().map(Number::to_f64).collect::<Vec<_>>();
        let (p, q) = (floats(&rho), floats(&sigma));
        let region = Region::multistep(&p, &q).map_err(|e| e.to_string())?;
        let horner = |c: &[f64], z: Complex64| c.iter().rev().fold(Complex64::zero(), |value, &c| value * z + c);
        let at = |theta: f64| {
            let zeta = Complex64::from_polar(1.0, theta);
            horner(&p, zeta) / horner(&q, zeta)
        };
        // A point that borders on the region has some of it just beside: the locus itself is where rounding decides.
        let borders = |z: Complex64| {
            let gap = 1e-5 * (1.0 + z.norm());
            (0..8).any(|k| region.contains(z + Complex64::from_polar(gap, f64::from(k) * std::f64::consts::FRAC_PI_4)))
        };
        let (mut reach, mut top, mut best) = (0.0f64, 0.0f64, None);
        let step = std::f64::consts::PI / f64::from(LOCUS);
        for k in 0..=LOCUS {
            let theta = f64::from(k) * step;
            let z = at(theta);
            if z.is_finite() && z.re > 1e-9 && borders(z) {
                top = top.max(z.im.abs());
                if z.re > reach {
                    (reach, best) = (z.re, Some(theta));
                }
            }
        }
        let Some(theta) = best else { return Ok(Self { reach: 0.0, area: 0.0 }) };
        // Thirds of the interval about the rightmost point, where Re z has one maximum.
        let (mut low, mut high) = (theta - step, theta + step);
        for _ in 0..60 {
            let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
            if at(a).re < at(b).re { low = a } else { high = b }
        }
        let polished = at(0.5 * (low + high));
        if borders(polished) {
            reach = reach.max(polished.re);
        }
        let window = Window::new([0.0, reach * 1.0001], [-top * 1.01 - 1e-9, top * 1.01 + 1e-9]).map_err(|e| e.to_string())?;
        let area = region.raster(window, RASTER, RASTER).map_err(|e| e.to_string())?.area();
        Ok(Self { reach, area })
    }
}

/// The largest x near a start, by ever closer grids about the best point so far.
fn rightmost(gap: &impl Fn(f64, f64) -> f64, start: (f64, f64), dx: f64, dy: f64) -> f64 {
    let (mut x, mut y) = start;
    // The right edge of the region is a parabola: its height shrinks with the square root of its width.
    let (mut w, mut h) = (2.0 * dx, 2.0 * dy.max(dx.sqrt() * 0.5));
    for _ in 0..ZOOMS {
        let (mut next_x, mut next_y) = (x, y);
        for i in 0..=ZOOM {
            for j in 0..=ZOOM {
                let u = x + w * (i as f64 / ZOOM as f64 * 1.25 - 0.25);
                let v = y + h * (2.0 * j as f64 / ZOOM as f64 - 1.0);
                if u > next_x && gap(u, v) <= 0.0 {
                    (next_x, next_y) = (u, v);
                }
            }
        }
        (x, y) = (next_x, next_y);
        w /= ZOOM as f64 / 4.0;
        h /= (ZOOM as f64 / 4.0).sqrt();
    }
    x
}

/// A radius beyond which |P| > |Q|; `None` if there is none below 1e6.
fn bounding_radius(p: &[f64], q: &[f64]) -> Option<f64> {
    let (lead, rest) = p.split_last()?;
    let polynomial = |c: &[f64], r: f64| c.iter().rev().fold(0.0, |value, c| value * r + c.abs());
    let mut r = 0.5f64;
    while lead.abs() * r.powi(rest.len() as i32) <= polynomial(rest, r) + polynomial(q, r) {
        r *= 1.1;
        if r > 1e6 {
            return None;
        }
    }
    Some(r)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    /// Truncated exponentials of degree 1 to 6, against a count of 1.8 million points.
    #[test]
    fn taylor_regions() {
        let expected = [(0.0, 0.0), (0.0, 0.0), (0.0402, 0.0576), (0.2374, 0.4668), (0.5758, 1.0114), (1.0188, 0.4430)];
        for (n, (reach, area)) in (1..=6).zip(expected) {
            let mut factorial = 1;
            let coefficients = (0..=n).map(|k: i64| {
                factorial *= k.max(1);
                Number::ratio(1, factorial)
            });
            let r = StabilityFunction::reduced(Polynomial::new(coefficients.collect()), Polynomial::new(vec![Number::from(1)]));
            let room = RightHalfPlane::of(&r).unwrap();
            assert!((room.reach - reach).abs() < 0.001 && (room.area - area).abs() < 0.001, "degree {n}: {room:?}");
        }
    }

    #[test]
    fn implicit_methods() {
        let room = |name: &str| {
            let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
            RightHalfPlane::of(&StabilityFunction::of(&method)).unwrap()
        };
        assert_eq!(room("gauss2"), RightHalfPlane { reach: 0.0, area: 0.0 });
        assert_eq!(room("implicit-euler").reach, f64::INFINITY);
    }

    #[test]
    fn multistep_methods() {
        let room = |name: &str| {
            let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
            RightHalfPlane::of_multistep(&method)
        };
        assert_eq!(room("bdf3").unwrap().reach, f64::INFINITY);
        assert_eq!(room("adams-moulton-1").unwrap(), RightHalfPlane { reach: 0.0, area: 0.0 });
        assert_eq!(room("leap-frog").unwrap().reach, 0.0);
        assert_eq!(room("adams-bashforth-2").unwrap().reach, 0.0);
        // Adams–Bashforth 3 and 4 bulge a little; the reach against a fine look at the region itself.
        for name in ["adams-bashforth-3", "adams-bashforth-4"] {
            let found = room(name).unwrap();
            let region = Region::of(&catalog::find(name).unwrap()).unwrap();
            let inside = |x: f64| (0..4000).any(|k| region.contains(Complex64::new(x, f64::from(k) * 2.5e-4)));
            assert!(inside(found.reach - 1e-4) && !inside(found.reach + 1e-4), "{name}: {found:?}");
            assert!(found.area > 0.0 && found.area < 2.0 * found.reach, "{name}: {found:?}");
        }
    }
}
