//! How far a Runge–Kutta method is stable along the two axes, exactly.
//!
//! On ẏ = λy at z = hλ the growth in one step is `|R(z)|²= |P|²/|Q|²`. Along a half-line through 0 the sign of
//! `|Q|² − |P|²` is that of a real polynomial, so the question is where that polynomial first turns negative.

use super::multiplicity::cleared;
use super::{Extent, StabilityFunction};
use crate::exact::{Number, Polynomial};

/// `E(x) = |Q(iy)|² − |P(iy)|²` as a polynomial in `x = y²`, the *E-polynomial* (Nørsett 1975; Hairer & Wanner II, IV.3, (3.8)).
///
/// `|R(iy)| ≤ 1` exactly where `E(y²) ≥ 0`. Rational coefficients are scaled to integers by a positive factor.
pub fn e_polynomial(r: &StabilityFunction) -> Polynomial<Number> {
    let [p, q] = cleared([r.numerator(), r.denominator()]);
    square_modulus(&q) - square_modulus(&p)
}

/// `|p(iy)|²` in `x = y²`: `even(−x)² + x·odd(−x)²`.
fn square_modulus(p: &Polynomial<Number>) -> Polynomial<Number> {
    let part = |parity: usize| {
        let coefficients = p.coefficients().iter().skip(parity).step_by(2).cloned();
        Polynomial::new(coefficients.collect()).reflected()
    };
    let (even, odd) = (part(0), part(1));
    even.clone() * &even + odd.clone() * &odd * Polynomial::variable()
}

/// The imaginary stability interval: the largest y such that `|R(it)| ≤ 1` for all `0 ≤ t ≤ y`.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, stability::{StabilityFunction, imaginary_interval}};
/// let Method::RungeKutta(rk4) = catalog::find("rk4")? else { unreachable!() };
/// assert_eq!(imaginary_interval(&StabilityFunction::of(&rk4)).decimal(15), "2.82842712474619");
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn imaginary_interval(r: &StabilityFunction) -> Extent {
    Extent::of_non_negativity(&e_polynomial(r)).sqrt()
}

/// The real stability interval: the largest x such that `|R(−t)| ≤ 1` for all `0 ≤ t ≤ x`.
///
/// `Q² − P²` at −t, as the product `(Q − P)(Q + P)`.
pub fn real_interval(r: &StabilityFunction) -> Extent {
    let [p, q] = cleared([r.numerator(), r.denominator()]).map(|p| p.reflected());
    // The two factors have no common root, since P and Q have none: each decides its own sign changes.
    let (difference, sum) = (q.clone() - &p, q + &p);
    Extent::of_non_negativity(&difference).min(Extent::of_non_negativity(&sum))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog, scheme};
    use num_complex::Complex64;

    fn function(name: &str) -> StabilityFunction {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        StabilityFunction::of(&method)
    }

    /// Hairer & Wanner II, IV.2; van der Houwen (1977), table 2.6.1 for the intervals of truncated exponentials.
    #[test]
    fn intervals_of_the_literature() {
        let both = |name: &str| {
            let r = function(name);
            (imaginary_interval(&r).decimal(16), real_interval(&r).decimal(16))
        };
        assert_eq!(both("forward-euler"), ("0".into(), "2".into()));
        assert_eq!(both("heun2"), ("0".into(), "2".into()));
        assert_eq!(both("kutta3"), ("1.732050807568877".into(), "2.512745326618329".into()));
        assert_eq!(both("rk4"), ("2.828427124746190".into(), "2.785293563405282".into()));
        assert_eq!(both("gauss2"), ("inf".into(), "inf".into()));
        assert_eq!(both("implicit-euler"), ("inf".into(), "inf".into()));
    }

    #[test]
    fn sixteen_digits_give_the_same_interval() {
        let text = "[runge-kutta]\nA = [[0, 0, 0], [\"0.333333333333333333\", 0, 0], [0, \"0.666666666666666667\", 0]]\nb = [\"0.250000000000000000\", 0, \"0.750000000000000000\"]";
        let Method::RungeKutta(typed) = scheme::parse(text, "typed").unwrap() else { unreachable!() };
        let r = StabilityFunction::of(&typed);
        assert!((imaginary_interval(&r).to_f64() - 3f64.sqrt()).abs() < 1e-14);
        assert!((real_interval(&r).to_f64() - 2.512_745_326_618_329).abs() < 1e-14);
    }

    /// |R| ≤ 1 along the interval and not just beyond it, by evaluation: an independent route to the same number.
    #[test]
    fn evaluation_agrees_over_the_catalogue() {
        for name in ["rk4", "dormand-prince5", "bogacki-shampine3", "tsitouras5", "fehlberg45", "sdirk2", "lobatto-iiic-3"] {
            let r = function(name);
            for (extent, direction) in [(imaginary_interval(&r), Complex64::new(0.0, 1.0)), (real_interval(&r), Complex64::new(-1.0, 0.0))]
            {
                let end = extent.to_f64();
                let inside = end.min(1e3);
                for k in 0..=1000 {
                    let t = inside * (k as f64) / 1000.0;
                    assert!(r.eval(direction * t).norm() <= 1.0 + 1e-12, "{name} at {t}");
                }
                if end.is_finite() {
                    assert!(r.eval(direction * (end * (1.0 + 1e-6) + 0.2 * f64::from(end == 0.0))).norm() > 1.0, "{name} beyond {end}");
                }
            }
        }
    }
}
