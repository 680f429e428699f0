//! The image of the imaginary axis: `log R(iy)`, the true hλ whose learned hλ̂ is iy.

use super::multiplicity::cleared;
use super::{StabilityFunction, e_polynomial};
use crate::exact::{Number, Polynomial};
use num_complex::Complex64;
use num_traits::{One, Zero};

/// `y ↦ log R(iy)` in f64: the real part from the E-polynomial, in which nothing cancels, the imaginary part continued from y = 0.
#[derive(Clone, Debug)]
pub struct AxisCurve {
    /// `|Q(iy)|² − |P(iy)|²` in y².
    gap: Vec<f64>,
    p: Vec<f64>,
    q: Vec<f64>,
}

/// A point of the curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AxisPoint {
    /// y.
    pub y: f64,
    /// `log R(iy)`.
    pub log: Complex64,
}

/// Larger turns of R between neighbouring points than this are looked at more closely.
const TURN: f64 = 0.4;
/// So often at most.
const HALVINGS: usize = 24;

impl AxisCurve {
    /// The curve of a stability function.
    pub fn of(r: &StabilityFunction) -> Self {
        let [q, _] = cleared([r.denominator(), r.numerator()]);
        // The E-polynomial is that of the cleared pair; Q(0) = 1 tells the factor.
        let scale = q.coefficient(0);
        let gap = e_polynomial(r).scaled(&(Number::one() / (scale.clone() * &scale)));
        let floats = |p: &Polynomial<Number>| p.coefficients().iter().map(Number::to_f64).collect();
        Self { gap: floats(&gap), p: floats(r.numerator()), q: floats(r.denominator()) }
    }

    /// `R(iy)/|R(iy)|` up to a positive factor.
    fn direction(&self, y: f64) -> Complex64 {
        let horner = |c: &[f64]| {
            let z = Complex64::new(0.0, y);
            c.iter().rev().fold(Complex64::zero(), |value, &c| value * z + c)
        };
        let (p, q) = (horner(&self.p), horner(&self.q));
        (p / p.norm()) * (q / q.norm()).conj()
    }

    /// `log |R(iy)|`.
    fn growth(&self, y: f64) -> f64 {
        let z = Complex64::new(0.0, y);
        let q = self.q.iter().rev().fold(Complex64::zero(), |value, &c| value * z + c).norm_sqr();
        let gap = self.gap.iter().rev().fold(0.0, |value, &c| value * y * y + c);
        0.5 * (-gap / q).ln_1p()
    }

    /// The point at `y`, continued from another.
    pub fn at(&self, y: f64, from: AxisPoint) -> AxisPoint {
        AxisPoint { y, log: Complex64::new(self.growth(y), from.log.im + self.turn(from.y, y, HALVINGS)) }
    }

    /// The change of arg R between two points, in pieces so short that none turns by much.
    fn turn(&self, from: f64, to: f64, halvings: usize) -> f64 {
        let whole = (self.direction(to) * self.direction(from).conj()).arg();
        if halvings == 0 || !(whole.abs() > TURN) {
            return whole;
        }
        let middle = 0.5 * (from + to);
        self.turn(from, middle, halvings - 1) + self.turn(middle, to, halvings - 1)
    }

    /// Points from y = 0 to `last`, ever farther apart: the first at `first`, then each by the factor `ratio`.
    pub fn points(&self, first: f64, last: f64, ratio: f64) -> Vec<AxisPoint> {
        let mut here = AxisPoint { y: 0.0, log: Complex64::zero() };
        let mut points = vec![here];
        let mut y = first;
        while y < last {
            here = self.at(y, here);
            if !here.log.is_finite() {
                break;
            }
            points.push(here);
            y *= ratio;
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    #[test]
    fn the_curve_is_the_logarithm() {
        for name in ["rk4", "gauss3", "radau-iia-3", "dormand-prince5"] {
            let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
            let r = StabilityFunction::of(&method);
            for point in AxisCurve::of(&r).points(1e-3, 50.0, 1.1) {
                let value = r.eval(Complex64::new(0.0, point.y));
                assert!((point.log.exp() - value).norm() <= 1e-12 * value.norm(), "{name} {point:?}");
            }
        }
        // Near 0, RK4's |R(iy)| is 1 − y⁶/144: far below what 1 − |R| in f64 would show.
        let Method::RungeKutta(rk4) = catalog::find("rk4").unwrap() else { unreachable!() };
        let curve = AxisCurve::of(&StabilityFunction::of(&rk4));
        let point = curve.at(1e-3, AxisPoint { y: 0.0, log: Complex64::zero() });
        assert!((point.log.re * -144e18 - 1.0).abs() < 1e-5, "{point:?}");
    }
}
