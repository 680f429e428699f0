//! A(α)-stability (Widlund 1967): the widest sector about the negative real axis in which every mode is damped.

use super::a_stability::poles_in_right_half_plane;
use super::multiplicity::cleared;
use super::{Extent, StabilityFunction, is_a_stable};
use crate::exact::{Number, Polynomial, RootDisc, rational, roots};
use num_complex::Complex64;
use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::Serialize;

/// Halvings of the interval that holds the sector's edge; the angle is then known to `180/π · 2^(−BISECTIONS)` degrees.
const BISECTIONS: i64 = 44;

/// An angle in degrees with a bound of its error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Angle {
    degrees: f64,
    error: f64,
}

impl Angle {
    /// Ninety degrees exactly: A-stable.
    pub const RIGHT: Self = Self { degrees: 90.0, error: 0.0 };
    /// Zero: stable on the negative real axis, in no sector.
    pub const ZERO: Self = Self { degrees: 0.0, error: 0.0 };

    /// The angle of a positive tangent. The arctangent of the platform is taken to be right to four units in its last place.
    pub(crate) fn of_tangent(tangent: &Extent) -> Self {
        let t = tangent.to_f64();
        let degrees = t.atan().to_degrees();
        // d(atan t) = dt/(1 + t²), and the tangent is known to an ulp or to its ball.
        let slope = 1.0f64.to_degrees() / (1.0 + t * t);
        let radius = tangent.to_ball().radius() + t * f64::EPSILON;
        Self { degrees, error: 4.0 * f64::EPSILON * degrees + slope * radius }
    }

    /// Between the angles of the directions `−(1 − low) + low·i` and `−(1 − high) + high·i`.
    fn between(low: &BigRational, high: &BigRational) -> Self {
        let angle = |p: &BigRational| {
            let p = rational::to_f64(p);
            p.atan2(1.0 - p).to_degrees()
        };
        let (low, high) = (angle(low), angle(high));
        Self { degrees: (low + high) / 2.0, error: (high - low) / 2.0 + 8.0 * f64::EPSILON * high }
    }

    /// The angle in degrees.
    pub fn degrees(self) -> f64 {
        self.degrees
    }

    /// How far the true angle may be from [`degrees`](Self::degrees), in degrees.
    pub fn error(self) -> f64 {
        self.error
    }
}

/// The largest α such that `|R(z)| ≤ 1` in the sector `|arg(−z)| ≤ α`; `None` where not even the negative real axis is stable.
///
/// For one direction the question is the sign of a real polynomial, decided exactly as in [`real_interval`](super::real_interval); stable edges
/// and a sector without poles make the sector stable (Phragmén–Lindelöf), and sectors are nested, so bisection encloses α.
pub fn a_alpha(r: &StabilityFunction) -> Option<Angle> {
    if is_a_stable(r) {
        return Some(Angle::RIGHT);
    }
    if r.numerator_degree() > r.denominator_degree() || !super::real_interval(r).is_infinite() {
        return None;
    }
    let first_pole = if poles_in_right_half_plane(r) { f64::INFINITY } else { widest_pole_free_angle(r) };
    if first_pole <= 0.0 {
        return None;
    }
    let (mut low, mut high) = (BigRational::zero(), BigRational::one());
    for _ in 0..BISECTIONS {
        let middle = (&low + &high) * rational::power_of_two(-1);
        let p = rational::to_f64(&middle);
        if p.atan2(1.0 - p) < first_pole && ray_is_stable(r, &middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    // Nothing but the axis itself was found stable: the sector has no width that could be told from zero.
    if low.is_zero() { Some(Angle::ZERO) } else { Some(Angle::between(&low, &high)) }
}

/// An upper bound of the angle of the pole nearest to the negative real axis; zero when it may lie on the axis.
fn widest_pole_free_angle(r: &StabilityFunction) -> f64 {
    let q: Vec<Complex64> = r.to_f64().1.into_iter().map(|c| Complex64::new(c, 0.0)).collect();
    let angle = |disc: &RootDisc| {
        let (z, radius) = (-disc.centre, disc.radius);
        if z.norm() <= radius { 0.0 } else { z.arg().abs() + (radius / z.norm()).asin() }
    };
    roots(&q).map_or(0.0, |discs| discs.iter().map(angle).fold(f64::INFINITY, f64::min))
}

/// Whether `|R(td)| ≤ 1` for all t ≥ 0, in the direction `d = −(1 − p) + p·i`.
fn ray_is_stable(r: &StabilityFunction, p: &BigRational) -> bool {
    let [numerator, denominator] = cleared([r.numerator(), r.denominator()]);
    let gap = square_on_ray(&denominator, p) - square_on_ray(&numerator, p);
    Extent::of_non_negativity(&gap).is_infinite()
}

/// `|f(td)|²` in t.
fn square_on_ray(f: &Polynomial<Number>, p: &BigRational) -> Polynomial<Number> {
    // The length of the direction does not matter: whole numbers are the cheapest.
    let whole = |x: BigRational| Number::from(x * BigRational::from_integer(p.denom().clone()));
    let (re, im) = (whole(p - BigRational::one()), whole(p.clone()));
    let (mut power_re, mut power_im) = (Number::one(), Number::zero());
    let (mut real, mut imaginary) = (Vec::new(), Vec::new());
    for c in f.coefficients() {
        real.push(c.clone() * &power_re);
        imaginary.push(c.clone() * &power_im);
        let next_re = power_re.clone() * &re - power_im.clone() * &im;
        power_im = power_re * &im + power_im * &re;
        power_re = next_re;
    }
    let (real, imaginary) = (Polynomial::new(real), Polynomial::new(imaginary));
    real.clone() * &real + imaginary.clone() * &imaginary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog, scheme};

    fn of(text: &str) -> Option<Angle> {
        let Method::RungeKutta(method) = scheme::parse(text, "test").unwrap() else { unreachable!() };
        a_alpha(&StabilityFunction::of(&method))
    }

    #[test]
    fn explicit_methods_have_no_sector_and_a_stable_ones_the_half_plane() {
        for (name, angle) in [("rk4", None), ("gauss2", Some(Angle::RIGHT)), ("radau-iia-2", Some(Angle::RIGHT))] {
            let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
            assert_eq!(a_alpha(&StabilityFunction::of(&method)), angle, "{name}");
        }
    }

    /// R = (1 + az + bz²)/(1 − gz)² that is not A-stable: the edge, by evaluation on both sides of it.
    #[test]
    fn sector_of_a_diagonally_implicit_method() {
        let text =
            "[runge-kutta]\nA = [[\"1/5\", 0, 0], [\"2/5\", \"1/5\", 0], [\"1/4\", \"1/4\", \"1/5\"]]\nb = [\"1/6\", \"1/2\", \"1/3\"]";
        let Method::RungeKutta(method) = scheme::parse(text, "test").unwrap() else { unreachable!() };
        let r = StabilityFunction::of(&method);
        let Some(angle) = of(text) else { panic!("no sector: real interval {}", super::super::real_interval(&r).decimal(10)) };
        assert!(angle.error() < 1e-10 && angle.degrees() > 1.0 && angle.degrees() < 90.0, "{angle:?}");
        let worst = |degrees: f64| {
            (1..20_000).map(|k| r.eval(Complex64::from_polar(k as f64 * 1e-2, (180.0 - degrees).to_radians())).norm()).fold(0.0, f64::max)
        };
        assert!(worst(angle.degrees() - 1e-3) <= 1.0 + 1e-12 && worst(angle.degrees() + 0.5) > 1.0);
    }
}
