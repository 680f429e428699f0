//! The largest disc `|z + r| ≤ r` in the stability region of a one-step method: the step that dissipative problems of bounded stiffness allow.

use super::multiplicity::cleared;
use super::root_condition::is_schur;
use super::root_locus::{non_negative_on_circle, product_on_circle};
use super::{Extent, StabilityFunction};
use crate::exact::{Ball, Number, Polynomial, ratio, rational};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// Halvings of the interval that holds the radius.
const BISECTIONS: usize = 24;
/// Radii above this count as infinite; a larger disc is a half plane for any purpose.
const LARGEST: i64 = 1 << 20;

/// The largest r with `|R(z)| ≤ 1` for `|z + r| ≤ r` (Jeltsch & Nevanlinna 1978), enclosed by bisection with an exact decision at each r.
///
/// Such discs are nested, and by the maximum principle the circle decides: `|Q|² − |P|²` at `z = −r + re^{iθ}` is a polynomial in cos θ,
/// non-negative on [−1, 1] or not; and no pole lies inside.
pub fn disc_radius(r: &StabilityFunction) -> Extent {
    let holds = |radius: &BigRational| disc_is_stable(r, radius);
    if super::is_a_stable(r) || holds(&ratio(LARGEST, 1)) {
        return Extent::Infinite;
    }
    let two = ratio(2, 1);
    let (mut low, mut high) = (BigRational::zero(), BigRational::one());
    while holds(&high) {
        low = high.clone();
        high *= &two;
    }
    for _ in 0..BISECTIONS {
        let middle = (&low + &high) / &two;
        if holds(&middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    if low.is_zero() {
        return Extent::Zero;
    }
    let half = (&high - &low) / &two;
    Extent::Value(Number::Rounded(Ball::new(&low + &half, rational::to_f64(&half) * (1.0 + 4.0 * f64::EPSILON))))
}

fn disc_is_stable(r: &StabilityFunction, radius: &BigRational) -> bool {
    // z = r(w − 1) with |w| = 1; with r = n/d the coefficients of zⁱ are scaled by nⁱd^(N−i), which keeps integers integers.
    let inner = Polynomial::new([-1, 1].map(Number::from).to_vec());
    let (n, d) =
        (Number::from(BigRational::from_integer(radius.numer().clone())), Number::from(BigRational::from_integer(radius.denom().clone())));
    let [p, q] = cleared([r.numerator(), r.denominator()]).map(|f| {
        let powers =
            |x: &Number| std::iter::successors(Some(Number::one()), |p| Some(p.clone() * x)).take(r.degree() + 1).collect::<Vec<_>>();
        let (up, down) = (powers(&n), powers(&d));
        let scaled = f.coefficients().iter().enumerate().map(|(i, c)| c.clone() * &up[i] * &down[r.degree() - i]);
        Polynomial::new(scaled.collect()).compose(&inner)
    });
    // Zeros of q(w) in |w| ≤ 1 are zeros of the reversed polynomial in |w| ≥ 1.
    let degree = q.degree().unwrap_or(0);
    if degree > 0 && (q.coefficient(0).is_zero() || !is_schur(&q.reversed())) {
        return false;
    }
    let square = |f: &Polynomial<Number>| product_on_circle(f, f).0;
    non_negative_on_circle(&(square(&q) - square(&p)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use num_complex::Complex64;

    fn radius(name: &str) -> (f64, StabilityFunction) {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        let r = StabilityFunction::of(&method);
        (disc_radius(&r).to_f64(), r)
    }

    #[test]
    fn evaluation_agrees() {
        for name in ["forward-euler", "heun2", "kutta3", "rk4", "dormand-prince5", "fehlberg45"] {
            let (disc, r) = radius(name);
            let worst = |radius: f64| {
                (0..4000).map(|k| r.eval(Complex64::from_polar(radius, k as f64 * 0.001) - radius).norm()).fold(0.0, f64::max)
            };
            assert!(worst(disc) <= 1.0 + 1e-6 && worst(disc * 1.001) > 1.0, "{name}: {disc:?}");
        }
        assert!((radius("forward-euler").0 - 1.0).abs() < 1e-6);
        assert!(radius("radau-iia-2").0.is_infinite());
    }
}
