//! I-, A- and L-stability of a Runge–Kutta method, decided.

use super::{Extent, StabilityFunction, e_polynomial, is_hurwitz};
use crate::exact::Number;
use crate::method::RungeKutta;
use num_traits::Zero;
use std::cmp::Ordering;

/// Whether `|R(iy)| ≤ 1` for all real y: the E-polynomial is nowhere negative (Hairer & Wanner II, IV.3).
pub fn is_i_stable(r: &StabilityFunction) -> bool {
    Extent::of_non_negativity(&e_polynomial(r)).is_infinite()
}

/// Whether `|R(z)| ≤ 1` for all Re z ≤ 0: I-stable, and every pole in the right half plane (the maximum principle; Hairer & Wanner II, IV.3).
///
/// P and Q have no common zero, so no pole can hide behind a zero; and no pole lies on the axis of an I-stable method.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, stability::{StabilityFunction, is_a_stable}};
/// let stable = |name| match catalog::find(name) {
///     Ok(Method::RungeKutta(method)) => is_a_stable(&StabilityFunction::of(&method)),
///     _ => unreachable!(),
/// };
/// assert!(stable("gauss2") && stable("radau-iia-3") && !stable("rk4"));
/// ```
pub fn is_a_stable(r: &StabilityFunction) -> bool {
    r.numerator_degree() <= r.denominator_degree() && is_i_stable(r) && poles_in_right_half_plane(r)
}

/// Whether all poles of R lie in Re z > 0. True where there are none.
pub fn poles_in_right_half_plane(r: &StabilityFunction) -> bool {
    is_hurwitz(&r.denominator().reflected())
}

/// `R(∞)`, the damping of infinitely stiff modes; `None` where it is infinite.
pub fn at_infinity(r: &StabilityFunction) -> Option<Number> {
    match r.numerator_degree().cmp(&r.denominator_degree()) {
        Ordering::Less => Some(Number::zero()),
        Ordering::Equal => Some(r.numerator().coefficient(r.numerator_degree()) / r.denominator().coefficient(r.denominator_degree())),
        Ordering::Greater => None,
    }
}

/// Whether the method is A-stable and `R(∞) = 0` (Ehle 1969).
pub fn is_l_stable(r: &StabilityFunction) -> bool {
    at_infinity(r).is_some_and(|limit| limit.is_zero()) && is_a_stable(r)
}

/// Whether b is A's last row, so that the step ends on its last stage (Prothero & Robinson 1974).
pub fn is_stiffly_accurate(method: &RungeKutta) -> bool {
    method.a().last().is_some_and(|row| row.iter().zip(method.b()).all(|(a, b)| a == b))
}

/// Whether the last stage of a step is the first of the next, *first same as last*: A's first row is zero and its last row is b (Dormand & Prince 1980).
pub fn is_first_same_as_last(method: &RungeKutta) -> bool {
    method.stages() > 1 && method.a()[0].iter().all(Zero::is_zero) && is_stiffly_accurate(method)
}

#[cfg(test)]
mod tests {
    use super::super::multiplicity::{odd_part, settled, stripped};
    use super::*;
    use crate::method::{Method, catalog, scheme};

    /// Where I-stability fails: some y with `|R(iy)| > 1`, as a double; `None` for an I-stable method.
    fn violating_frequency(r: &StabilityFunction) -> Option<f64> {
        let (power, body) = stripped(&e_polynomial(r))?;
        let negative = |x: f64| {
            let value = body.coefficients().iter().rev().fold(0.0, |v, c| v * x + c.to_f64());
            value < 0.0 && (power == 0 || x > 0.0)
        };
        let roots: Vec<f64> =
            crate::exact::RealRoot::all(&settled(&odd_part(&body))).iter().map(|r| r.to_f64()).filter(|&x| x > 0.0).collect();
        let mut points = vec![roots.first().map_or(1.0, |x| x / 2.0)];
        points.extend(roots.windows(2).map(|pair| (pair[0] + pair[1]) / 2.0));
        points.extend(roots.last().map(|x| x * 2.0));
        points.into_iter().find(|&x| negative(x)).map(f64::sqrt)
    }

    fn of(name: &str) -> (RungeKutta, StabilityFunction) {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        let r = StabilityFunction::of(&method);
        (method, r)
    }

    /// (method, A, L, stiffly accurate): Hairer & Wanner II, table IV.5.13.
    #[test]
    fn properties_of_the_literature() {
        for (name, a, l, stiff) in [
            ("forward-euler", false, false, false),
            ("rk4", false, false, false),
            ("implicit-euler", true, true, true),
            ("implicit-midpoint", true, false, false),
            ("trapezoid", true, false, true),
            ("gauss2", true, false, false),
            ("gauss3", true, false, false),
            ("radau-iia-2", true, true, true),
            ("radau-iia-3", true, true, true),
            ("lobatto-iiia-3", true, false, true),
            ("lobatto-iiic-3", true, true, true),
            ("sdirk2", true, true, true),
        ] {
            let (method, r) = of(name);
            assert_eq!((is_a_stable(&r), is_l_stable(&r), is_stiffly_accurate(&method)), (a, l, stiff), "{name}");
            assert_eq!(violating_frequency(&r).is_some(), !is_i_stable(&r), "{name}");
        }
    }

    #[test]
    fn first_same_as_last() {
        for (name, fsal) in
            [("dormand-prince5", true), ("bogacki-shampine3", true), ("rk4", false), ("trapezoid", true), ("implicit-euler", false)]
        {
            assert_eq!(is_first_same_as_last(&of(name).0), fsal, "{name}");
        }
    }

    /// Ehle's conjecture, proved by Wanner, Hairer & Nørsett (1978): the Padé approximant of degrees (k, j) is A-stable iff k ≤ j ≤ k + 2.
    #[test]
    fn ehle() {
        let factorial = |n: usize| (1..=n).product::<usize>() as i64;
        for k in 0..5usize {
            for j in 0..6usize {
                let padé = |k: usize, j: usize, sign: i64| {
                    let c = |i: usize| {
                        Number::ratio(
                            sign.pow(i as u32) * factorial(j + k - i) * factorial(k),
                            factorial(j + k) * factorial(i) * factorial(k - i),
                        )
                    };
                    crate::exact::Polynomial::new((0..=k).map(c).collect())
                };
                let r = StabilityFunction::reduced(padé(k, j, 1), padé(j, k, -1));
                assert_eq!(is_a_stable(&r), k <= j && j <= k + 2, "({k}, {j})");
            }
        }
    }

    /// R = 1/(1 + z): |R| ≤ 1 on the axis, but the pole is at −1.
    #[test]
    fn poles_in_the_left_half_plane_are_seen() {
        let text = "[runge-kutta]\nA = [[-1]]\nb = [-1]";
        let Method::RungeKutta(backward) = scheme::parse(text, "backward").unwrap() else { unreachable!() };
        let r = StabilityFunction::of(&backward);
        assert!(is_i_stable(&r) && !is_a_stable(&r));
    }
}
