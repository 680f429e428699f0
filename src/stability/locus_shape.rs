//! The shape of a multistep method's root locus: how far the curve `ρ(e^{iθ})/σ(e^{iθ})` reaches, in how many pieces, and some of its points.

use super::multiplicity::{common_factor, settled, without};
use super::multistep::reduced;
use super::root_locus::product_on_circle;
use crate::exact::coefficients::Numbers;
use crate::exact::ordered::sign_at;
use crate::exact::{Ball, Number, Polynomial, RealRoot, ratio, rational};
use crate::method::Multistep;
use num_complex::{Complex, Complex64};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::f64::consts::PI;

/// Intervals of θ between the points given.
const INTERVALS: u32 = 64;

/// What is known of the curve, of which the boundary of the stability region is a part. It is its own mirror image in the real axis.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LocusShape {
    /// The least Re z, from exact critical points; −∞ where σ has a zero on the circle and the curve leaves that way.
    #[serde(serialize_with = "or_infinity")]
    pub leftmost: f64,
    /// The greatest Re z.
    #[serde(serialize_with = "or_infinity")]
    pub rightmost: f64,
    /// The greatest Im z.
    #[serde(serialize_with = "or_infinity")]
    pub topmost: f64,
    /// How many curves it is made of: one closed one, or one between every two zeros of σ on the circle.
    pub curves: usize,
    /// z(θ) at 65 equidistant θ from 0 to π, as pairs; poles are left out.
    pub points: Vec<[f64; 2]>,
}

/// A number, or the strings `"Infinity"` and `"-Infinity"`, which JSON has no numbers for.
fn or_infinity<S: Serializer>(x: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    match *x {
        f64::INFINITY => serializer.serialize_str("Infinity"),
        f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
        x => serializer.serialize_f64(x),
    }
}

impl LocusShape {
    /// The shape of a method's root locus.
    ///
    /// ```
    /// use lambdahat::{method::{Method, catalog}, stability::LocusShape};
    /// let Method::Multistep(bdf2) = catalog::find("bdf2")? else { unreachable!() };
    /// let shape = LocusShape::of(&bdf2);        // 3/2 − 2e^{−iθ} + e^{−2iθ}/2
    /// assert_eq!((shape.leftmost, shape.rightmost, shape.curves), (0.0, 4.0, 1));
    /// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
    /// ```
    pub fn of(method: &Multistep) -> Self {
        let (rho, sigma) = reduced(method);
        let (real, imaginary) = product_on_circle(&rho, &sigma);
        let square = product_on_circle(&sigma, &sigma).0;
        // Im z = sin θ·W/|σ|²: by its square.
        let height = Polynomial::new([1, 0, -1].map(Number::from).to_vec()) * &imaginary * &imaginary;
        let (leftmost, rightmost) = range(&real, &square);
        let (_, top) = range(&height, &(square.clone() * &square));
        let floats = |p: &Polynomial<Number>| p.coefficients().iter().map(Number::to_f64).collect::<Vec<_>>();
        let (p, q) = (floats(&rho), floats(&sigma));
        let horner = |c: &[f64], z: Complex64| c.iter().rev().fold(Complex64::zero(), |value, &c| value * z + c);
        let points = (0..=INTERVALS)
            .map(|k| Complex64::from_polar(1.0, PI * f64::from(k) / f64::from(INTERVALS)))
            .map(|zeta| horner(&p, zeta) / horner(&q, zeta))
            .filter(|z| z.is_finite() && z.norm() < 1e12)
            .map(|z| [z.re, z.im.abs().copysign(z.im)])
            .collect();
        // Coefficients of some 16 digits tell no pole on the circle from one beside it: so far out is infinite to within their rounding.
        let reach = |x: f64| if !method.is_exact() && x.abs() > 1e12 { f64::INFINITY.copysign(x) } else { x };
        let curves = poles_on_circle(&sigma).max(1);
        Self { leftmost: reach(leftmost), rightmost: reach(rightmost), topmost: reach(top.sqrt()), curves, points }
    }
}

/// Zeros of σ on the circle, each once: pairs of them are roots of |σ|² inside (−1, 1), ±1 roots at the ends.
fn poles_on_circle(sigma: &Polynomial<Number>) -> usize {
    let shared = common_factor(sigma, &sigma.reversed());
    if shared.degree().is_none_or(|n| n == 0) {
        return 0;
    }
    if shared.coefficients().iter().any(|c| !c.is_exact()) {
        // To within the rounding the zeros of |σ|² on the circle are double, and come apart: those of σ itself do not.
        let coefficients = shared.coefficients().iter().map(|c| Complex { re: c.clone(), im: Number::zero() }).collect();
        return Numbers::new(coefficients)
            .roots()
            .map_or(0, |discs| discs.iter().filter(|disc| (disc.centre.norm() - 1.0).abs() <= disc.radius.max(1e-9)).count());
    }
    let square = settled(&product_on_circle(&shared, &shared).0);
    let one = BigRational::one();
    let at_end = |end: i64| usize::from(sign_at(&square, &ratio(end, 1)).is_eq());
    // The count is of (−1, 1]: a root at 1 is among them, and is no pair.
    let inside = RealRoot::between(&square, &-one.clone(), &one).len() - at_end(1);
    2 * inside + at_end(1) + at_end(-1)
}

/// The least and the greatest value of `n(c)/d(c)` on [−1, 1], for d ≥ 0; infinite at a pole.
fn range(n: &Polynomial<Number>, d: &Polynomial<Number>) -> (f64, f64) {
    if n.is_zero() {
        return (0.0, 0.0);
    }
    let common = common_factor(n, d);
    let (n, d) = (settled(&without(n, &common)), settled(&without(d, &common)));
    let (mut least, mut greatest) = (f64::INFINITY, f64::NEG_INFINITY);
    let slope = n.derivative() * &d - n.clone() * &d.derivative();
    let rational = n.coefficients().iter().chain(d.coefficients()).all(|c| c.as_rational().is_some());
    let at = |c: &BigRational| {
        // In Q(α) bounds tell as much at a fraction of the cost.
        let c = if rational { Number::from(c.clone()) } else { Number::Rounded(Ball::new(c.clone(), 0.0)) };
        (n.eval(&c), d.eval(&c))
    };
    for c in roots_on_circle(&slope).into_iter().chain([ratio(-1, 1), ratio(1, 1)]) {
        let (above, below) = at(&c);
        if !below.is_zero() {
            let value = (above / below).to_f64();
            (least, greatest) = (least.min(value), greatest.max(value));
        }
    }
    // Beside a pole the sign says which way the curve leaves.
    let gap = rational::power_of_two(-40);
    for pole in roots_on_circle(&d) {
        for side in [-1, 1] {
            let beside = &pole + &gap * ratio(side, 1);
            if beside.abs() > BigRational::one() {
                continue;
            }
            let (above, below) = at(&beside);
            match (above * below).sign() {
                Ordering::Greater => greatest = f64::INFINITY,
                Ordering::Less => least = f64::NEG_INFINITY,
                Ordering::Equal => {}
            }
        }
    }
    (least, greatest)
}

/// The roots in [−1, 1], to 2^(−90); rational ones that are simple exactly.
fn roots_on_circle(p: &Polynomial<Number>) -> Vec<BigRational> {
    let p = settled(p);
    if p.degree().is_none_or(|n| n == 0) {
        return Vec::new();
    }
    let mut points: Vec<BigRational> = RealRoot::between(&p, &ratio(-1, 1), &ratio(1, 1))
        .into_iter()
        .map(|mut root| {
            root.refine(&rational::power_of_two(-90));
            let (low, high) = root.interval();
            rational::simplest_between(low, high)
        })
        .collect();
    if sign_at(&p, &ratio(-1, 1)).is_eq() {
        points.push(ratio(-1, 1));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    fn shape(name: &str) -> LocusShape {
        let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
        LocusShape::of(&method)
    }

    /// Against 20,000 points of each curve.
    #[test]
    fn extents_are_those_of_the_curve() {
        for name in ["adams-bashforth-2", "adams-bashforth-3", "adams-bashforth-4", "adams-moulton-2", "bdf2", "bdf3", "bdf4", "bdf6"] {
            let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
            let shape = shape(name);
            let floats = |p: &Polynomial<Number>| p.coefficients().iter().map(Number::to_f64).collect::<Vec<_>>();
            let (p, q) = (floats(&method.rho()), floats(&method.sigma()));
            let horner = |c: &[f64], z: Complex64| c.iter().rev().fold(Complex64::zero(), |value, &c| value * z + c);
            let (mut left, mut right, mut top) = (0.0f64, 0.0f64, 0.0f64);
            for k in 0..20_000 {
                let zeta = Complex64::from_polar(1.0, f64::from(k) * PI / 19_999.0);
                let z = horner(&p, zeta) / horner(&q, zeta);
                (left, right, top) = (left.min(z.re), right.max(z.re), top.max(z.im.abs()));
            }
            for (found, sampled) in [(shape.leftmost, left), (shape.rightmost, right), (shape.topmost, top)] {
                assert!((found - sampled).abs() < 1e-6 * (1.0 + sampled.abs()), "{name}: {found} {sampled}");
            }
            assert_eq!((shape.curves, shape.points.len()), (1, 65), "{name}");
        }
    }

    #[test]
    fn curves_through_infinity() {
        // Leap frog: i sin θ. Milne–Simpson: σ = (ζ² + 4ζ + 1)/3 has no zero on the circle. The trapezoid has −1.
        let leap_frog = shape("leap-frog");
        assert_eq!((leap_frog.leftmost, leap_frog.rightmost, leap_frog.topmost, leap_frog.curves), (0.0, 0.0, 1.0, 1));
        let trapezoid = shape("adams-moulton-1");
        assert_eq!((trapezoid.leftmost, trapezoid.rightmost, trapezoid.topmost, trapezoid.curves), (0.0, 0.0, f64::INFINITY, 1));
    }
}
