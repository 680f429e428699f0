//! Stabilised explicit methods for diffusion: Runge–Kutta–Chebyshev and Runge–Kutta–Legendre.

use super::FamilyError;
use super::recipe::{Recipe, Value, whole};
use crate::exact::ratio;
use crate::method::{Identity, Method};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// The coefficients of one stage of
/// `Y_j = (1 − μ − ν) Y_0 + μ Y_{j−1} + ν Y_{j−2} + μ̃ h F_{j−1} + γ̃ h F_0`.
struct Term {
    mu: BigRational,
    nu: BigRational,
    mu_tilde: BigRational,
    gamma_tilde: BigRational,
}

fn method(first: BigRational, terms: impl Iterator<Item = Term>, identity: Identity) -> Result<Method, FamilyError> {
    let mut recipe = Recipe::default();
    let start = Value::default();
    let f0 = recipe.evaluate(&start);
    let (mut before, mut now) = (start.clone(), start.clone().plus(&first, f0));
    for Term { mu, nu, mu_tilde, gamma_tilde } in terms {
        let stage = recipe.evaluate(&now);
        let rest = BigRational::one() - &mu - &nu;
        let next = Value::mix(&[(rest, &start), (mu, &now), (nu, &before)]).plus(&mu_tilde, stage).plus(&gamma_tilde, f0);
        before = std::mem::replace(&mut now, next);
    }
    recipe.finish(identity, &now, None)
}

/// `T_j, T_j′, T_j″` at x for j = 0, …, s.
fn chebyshev(s: usize, x: &BigRational) -> Vec<[BigRational; 3]> {
    let (zero, one, two) = (BigRational::zero(), BigRational::one(), whole(2));
    let mut t = vec![[one.clone(), zero.clone(), zero.clone()], [x.clone(), one, zero]];
    for j in 2..=s {
        let ([a, da, dda], [b, db, ddb]) = (&t[j - 1], &t[j - 2]);
        let next = [&two * x * a - b, &two * (a + x * da) - db, &two * (&two * da + x * dda) - ddb];
        t.push(next);
    }
    t
}

fn first_order_chebyshev(s: usize, epsilon: BigRational, identity: Identity) -> Result<Method, FamilyError> {
    let w0 = BigRational::one() + epsilon / whole(s * s);
    let t = chebyshev(s, &w0);
    let w1 = &t[s][0] / &t[s][1];
    let b = |j: usize| t[j][0].recip();
    let terms = (2..=s).map(|j| {
        let mu = whole(2) * b(j) * &w0 / b(j - 1);
        let mu_tilde = &mu * &w1 / &w0;
        Term { mu, nu: -b(j) / b(j - 2), mu_tilde, gamma_tilde: BigRational::zero() }
    });
    method(&w1 / &w0, terms, identity)
}

/// Undamped: R is the shifted Chebyshev polynomial `T_s(1 + z/s²)`, real interval 2s².
pub(super) fn rkc1(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    first_order_chebyshev(s, BigRational::zero(), identity)
}

/// Damped with ε = 1/20.
pub(super) fn rkc1_damped(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    first_order_chebyshev(s, ratio(1, 20), identity)
}

/// Second order, damped with ε = 2/13, as in the code RKC.
pub(super) fn rkc2(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    let w0 = BigRational::one() + ratio(2, 13) / whole(s * s);
    let t = chebyshev(s, &w0);
    let w1 = &t[s][1] / &t[s][2];
    let b = |j: usize| match j {
        1 => w0.recip(),
        _ => {
            let [_, slope, curvature] = &t[j.max(2)];
            curvature / (slope * slope)
        }
    };
    let terms = (2..=s).map(|j| {
        let mu = whole(2) * b(j) * &w0 / b(j - 1);
        let mu_tilde = &mu * &w1 / &w0;
        let gamma_tilde = -(BigRational::one() - b(j - 1) * &t[j - 1][0]) * &mu_tilde;
        Term { mu, nu: -b(j) / b(j - 2), mu_tilde, gamma_tilde }
    });
    method(&w1 / &w0, terms, identity)
}

/// First order: R is the shifted Legendre polynomial, real interval s² + s.
pub(super) fn rkl1(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    let w1 = ratio(2, 1) / whole(s * s + s);
    let terms = (2..=s).map(|j| {
        let mu = whole(2 * j - 1) / whole(j);
        let mu_tilde = &mu * &w1;
        Term { mu, nu: -whole(j - 1) / whole(j), mu_tilde, gamma_tilde: BigRational::zero() }
    });
    method(w1.clone(), terms, identity)
}

/// Second order.
pub(super) fn rkl2(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    let w1 = ratio(4, 1) / whole(s * s + s - 2);
    let b = |j: usize| if j < 2 { ratio(1, 3) } else { whole(j * j + j - 2) / whole(2 * j * (j + 1)) };
    let terms = (2..=s).map(|j| {
        let mu = whole(2 * j - 1) / whole(j) * b(j) / b(j - 1);
        let nu = -whole(j - 1) / whole(j) * b(j) / b(j - 2);
        let mu_tilde = &mu * &w1;
        let gamma_tilde = -(BigRational::one() - b(j - 1)) * &mu_tilde;
        Term { mu, nu, mu_tilde, gamma_tilde }
    });
    method(ratio(1, 3) * &w1, terms, identity)
}
