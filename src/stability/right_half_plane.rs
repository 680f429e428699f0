//! The room that an anti-damped λ̂ can use: the part of the stability region with Re z > 0, enclosed.
//!
//! Whether there is any is decided exactly. How much there is lies between bounds from a branch and bound over rectangles: each cell that is put
//! aside is proved to lie inside or outside, so that no island is missed, however small and however far from the rest.

mod box_search;
mod cell;
mod dominant;
mod potential;

use self::box_search::Bounds;
use self::cell::{Cell, Look};
use self::dominant::DominantRoot;
use self::potential::Potential;
use super::region::{Region, Window, locus_stays_within};
use super::root_condition::{RootCondition, root_condition_at};
use super::root_locus::{non_negative_on_circle, product_on_circle};
use super::{Extent, StabilityFunction, at_infinity, e_polynomial, is_hurwitz, multistep};
use crate::exact::{Number, Polynomial};
use crate::method::{Method, Multistep};
use num_complex::Complex64;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;

/// Regions that reach beyond this radius are not looked at.
const FARTHEST: f64 = 1e9;

/// When a search ends: at a relative width of the enclosure, after so many cells, or after so much work.
struct Effort {
    reach: f64,
    reach_cells: usize,
    area: f64,
    area_cells: usize,
    /// Units of exact::effort for each of the two searches.
    units: u64,
}

/// One-step methods, whose log|R| is smooth: the width goes with the square of a cell's side.
const SMOOTH: Effort = Effort { reach: 1e-11, reach_cells: 20_000, area: 2e-5, area_cells: 20_000, units: u64::MAX };
/// Multistep methods, each cell of which takes a hundred times as long.
const ROUGH: Effort = Effort { reach: 1e-9, reach_cells: 4_000, area: 2e-4, area_cells: 4_000, units: 1_000_000_000 };

/// How far and how large the stability region is in the right half plane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RightHalfPlane {
    /// The largest Re z with |R(z)| ≤ 1; infinite for a method that damps growing stiff modes.
    #[serde(serialize_with = "or_infinity")]
    pub reach: f64,
    /// A bound of the error of [`reach`](Self::reach); zero where it is exact.
    pub reach_error: f64,
    /// The area of `{Re z > 0, |R(z)| ≤ 1}`.
    #[serde(serialize_with = "or_infinity")]
    pub area: f64,
    /// A bound of the error of [`area`](Self::area); zero where it is exact.
    pub area_error: f64,
}

/// A number, or the string `"Infinity"`, which JSON has no number for.
fn or_infinity<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if x.is_finite() { serializer.serialize_f64(*x) } else { serializer.serialize_str("Infinity") }
}

/// Why it is not known how far a region reaches. As JSON `{"code": …}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum UnknownRoom {
    /// |R(∞)| = 1: the region may or may not be bounded on the right.
    ModulusOne,
    /// No bound of the region was found as far out as is looked.
    NoBound,
    /// The rounding of the coefficients leaves open R's degree, and so its farthest zeros, each of which lies in the region.
    Rounding,
    /// σ has zeros on the unit circle: the region may or may not be bounded on the right.
    ZerosOnCircle,
}

impl RightHalfPlane {
    /// No room at all.
    const NONE: Self = Self { reach: 0.0, reach_error: 0.0, area: 0.0, area_error: 0.0 };
    /// Room without bound.
    const UNBOUNDED: Self = Self { reach: f64::INFINITY, reach_error: 0.0, area: f64::INFINITY, area_error: 0.0 };

    /// Reach and area of a one-step method's region; else why they are open, as where |R(∞)| = 1 leaves open whether the region is bounded on the right.
    ///
    /// `log|R|` is harmonic but for its poles, so that by the minimum principle there is no room exactly where |R| ≥ 1 on the imaginary axis and no zero of R
    /// lies to its right; that is decided exactly. Elsewhere the bounds come from certified zeros and poles, see `Potential`.
    pub fn of(r: &StabilityFunction) -> Result<Self, UnknownRoom> {
        let at_infinity = at_infinity(r).map(|limit| (limit.clone() * &limit - Number::from(1)).sign());
        if at_infinity == Some(Ordering::Less) {
            return Ok(Self::UNBOUNDED);
        }
        if r.degree_is_open() {
            return Err(UnknownRoom::Rounding);
        }
        if Extent::of_non_negativity(&-e_polynomial(r)).is_infinite() && is_hurwitz(r.numerator()) {
            return Ok(Self::NONE);
        }
        if at_infinity == Some(Ordering::Equal) {
            return Err(UnknownRoom::ModulusOne);
        }
        let potential = Potential::of(r).map_err(|_| UnknownRoom::NoBound)?;
        let side = potential.bounding_radius(FARTHEST).ok_or(UnknownRoom::NoBound)?;
        let look = |cell: &Cell| potential.look(cell);
        Ok(Self::enclosed([&look, &look], side, potential.rightmost_zero(), &SMOOTH))
    }

    /// Reach and area of a multistep method's region; `None`, with the reason, where zeros of σ on the circle leave open whether it is bounded.
    ///
    /// There is no room where the root locus has no point with Re z > 0 and the region is not the half plane itself, which is decided exactly. Else no root crosses the unit
    /// circle while z moves in a disc that the locus does not meet: one point of it decides.
    pub fn of_multistep(method: &Multistep) -> Result<Self, UnknownRoom> {
        let (rho, sigma) = multistep::reduced(method);
        if sigma.degree() == rho.degree() && RootCondition::of(&sigma) == RootCondition::Inside {
            // At infinity the roots are those of σ.
            return Ok(Self::UNBOUNDED);
        }
        // Without a point of the locus the half plane is all inside or all outside; z = 1 tells which.
        let real = product_on_circle(&rho, &sigma).0;
        if non_negative_on_circle(&-real) && !root_condition_at(&rho, &sigma, &Number::from(1)).holds() {
            return Ok(Self::NONE);
        }
        let floats = |p: &Polynomial<Number>| p.coefficients().iter().map(Number::to_f64).collect::<Vec<_>>();
        let (p, q) = (floats(&rho), floats(&sigma));
        let Some(side) = farthest(&p, &q) else {
            return Err(UnknownRoom::ZerosOnCircle);
        };
        let region = Region::multistep(&p, &q).map_err(|_| UnknownRoom::NoBound)?;
        let searched = || DominantRoot::new(p.clone(), q.clone(), region.clone(), ROUGH.units);
        let (first, second) = (searched(), searched());
        let candidate = rightmost_of_locus(&first);
        Ok(Self::enclosed([&|cell| first.look(cell), &|cell| second.look(cell)], side, 0.0, &ROUGH).with_candidate(candidate))
    }

    /// Both searches, in the quadrant above the real axis: the region is symmetric about it.
    ///
    /// One look for the reach and one for the area; `least` is known to be reached.
    fn enclosed(looks: [&dyn Fn(&Cell) -> Look; 2], side: f64, least: f64, effort: &Effort) -> Self {
        let (reach, reach_error) = middle(box_search::reach(&looks[0], side, least, effort.reach, effort.reach_cells));
        let area = box_search::area(&looks[1], box_search::quadrant(side), effort.area, effort.area_cells);
        let (area, area_error) = middle(Bounds { low: 2.0 * area.low, high: 2.0 * area.high });
        Self { reach, reach_error, area, area_error }
    }
}

impl RightHalfPlane {
    /// The same with a point of the region's border as the reach, where it lies in the enclosure: rounding alone separates the two as a rule, which is not proved.
    fn with_candidate(self, reach: f64) -> Self {
        let (low, high) = (self.reach - self.reach_error, self.reach + self.reach_error);
        if reach < low || reach > high || self.reach_error <= 1e-9 {
            return self;
        }
        Self { reach, reach_error: (high - reach).max(reach - low.max(0.0)) * (1.0 + 4.0 * f64::EPSILON), ..self }
    }
}

/// Points along the circle at which the root locus is looked at.
const LOCUS: u32 = 4096;

/// The greatest Re z of the points of the root locus that border on the region, among those of a grid, polished.
fn rightmost_of_locus(method: &DominantRoot) -> f64 {
    let step = std::f64::consts::PI / f64::from(LOCUS);
    let points = (0..=LOCUS).map(|k| f64::from(k) * step);
    let bordering = points.map(|theta| (theta, method.locus(theta))).filter(|(_, z)| z.is_finite() && z.re > 1e-9 && method.borders(*z));
    let Some((theta, best)) = bordering.max_by(|a, b| a.1.re.total_cmp(&b.1.re)) else { return 0.0 };
    // Thirds of the interval about the rightmost point, where Re z has one maximum.
    let (mut low, mut high) = (theta - step, theta + step);
    for _ in 0..60 {
        let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
        if method.locus(a).re < method.locus(b).re { low = a } else { high = b }
    }
    let polished = method.locus(0.5 * (low + high));
    if method.borders(polished) { best.re.max(polished.re) } else { best.re }
}

/// The area of a method's region in a window, and a bound of its error.
///
/// None where the zeros and poles of R cannot be told apart, or where ρ and σ are no use in doubles.
pub fn area_in_window(method: &Method, window: Window) -> Option<(f64, f64)> {
    let half = [0.5 * window.width(), 0.5 * window.height()];
    let cell = Cell { centre: Complex64::new(window.re[0] + half[0], window.im[0] + half[1]), half };
    let bounds = match method {
        Method::RungeKutta(tableau) => {
            let potential = Potential::of(&StabilityFunction::of(tableau)).ok()?;
            box_search::area(&|cell: &Cell| potential.look(cell), cell, SMOOTH.area, SMOOTH.area_cells)
        }
        Method::Multistep(method) => {
            let (rho, sigma) = multistep::reduced(method);
            let floats = |p: &Polynomial<Number>| p.coefficients().iter().map(Number::to_f64).collect::<Vec<_>>();
            let (p, q) = (floats(&rho), floats(&sigma));
            let region = Region::multistep(&p, &q).ok()?;
            let dominant = DominantRoot::new(p, q, region, ROUGH.units);
            box_search::area(&|cell: &Cell| dominant.look(cell), cell, ROUGH.area, ROUGH.area_cells)
        }
    };
    let middle = 0.5 * (bounds.low + bounds.high);
    Some((middle, (bounds.high - middle).max(middle - bounds.low) * (1.0 + 4.0 * f64::EPSILON)))
}

/// The middle of an enclosure and how far its ends are; zero itself where that is its lower end, since there may be nothing.
fn middle(bounds: Bounds) -> (f64, f64) {
    if bounds.low <= 0.0 {
        return (0.0, bounds.high);
    }
    let middle = 0.5 * (bounds.low + bounds.high);
    (middle, (bounds.high - middle).max(middle - bounds.low) * (1.0 + 4.0 * f64::EPSILON))
}

/// A radius beyond which some root of `ρ − zσ` is outside the unit circle; `None` where none below [`FARTHEST`] is found.
///
/// If all k roots are inside, each coefficient is at most `binomial(k, j)` times the leading one: `|ρ_j − zσ_j| ≤ binomial(k, j)|ρ_k − zσ_k|`.
fn farthest(rho: &[f64], sigma: &[f64]) -> Option<f64> {
    let k = rho.len().checked_sub(1)?;
    let at = |p: &[f64], j: usize| p.get(j).map_or(0.0, |c| c.abs());
    let mut binomial = 1.0;
    let mut radius = f64::INFINITY;
    for j in 0..k {
        let slope = at(sigma, j) - binomial * at(sigma, k);
        if slope > 1e-9 * at(sigma, j) && slope > 0.0 {
            radius = radius.min((binomial * at(rho, k) + at(rho, j)) / slope);
        }
        binomial *= (k - j) as f64 / (j + 1) as f64;
    }
    let radius = radius * (1.0 + 1e-9);
    if radius <= FARTHEST {
        return Some(radius);
    }
    // Where σ has no zero on the circle the locus is bounded, and beyond it all is as at infinity.
    std::iter::successors(Some(1.0), |r| Some(2.0 * r)).take_while(|r| *r <= FARTHEST).find(|r| locus_stays_within(rho, sigma, *r))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

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
        assert_eq!(room("gauss2"), RightHalfPlane::NONE);
        assert_eq!(room("implicit-euler").reach, f64::INFINITY);
    }

    #[test]
    fn multistep_methods() {
        let room = |name: &str| {
            let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
            RightHalfPlane::of_multistep(&method)
        };
        assert_eq!(room("bdf3").unwrap().reach, f64::INFINITY);
        assert_eq!(room("adams-moulton-1").unwrap(), RightHalfPlane::NONE);
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
