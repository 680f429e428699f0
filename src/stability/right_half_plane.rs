//! The room that an anti-damped λ̂ can use: the part of the stability region with Re z > 0, in f64.

use super::{StabilityFunction, at_infinity, e_polynomial};
use crate::exact::Number;
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
    use crate::exact::Polynomial;
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
}
