//! Where the zeros of a real polynomial lie with respect to the unit circle, decided exactly.

use super::multiplicity::{common_factor, enclosed, integers, settled, without};
use crate::exact::{Number, Polynomial, RealRoot, effort, ratio};
use num_bigint::BigInt;
use num_traits::{One, Zero};
use serde::Serialize;
use std::cmp::Ordering;

/// The zeros of a polynomial and the unit circle, from best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RootCondition {
    /// All zeros strictly inside.
    Inside,
    /// All in the closed disc, those on the circle simple.
    SimpleOnCircle,
    /// All in the closed disc, some multiple on the circle.
    MultipleOnCircle,
    /// Some zero outside; or the zero polynomial.
    Outside,
}

impl RootCondition {
    /// Where the zeros of `p` lie. Constants have none, so they are `Inside`.
    ///
    /// Zeros on the circle are shared by `p` and its reversal `p*` (real polynomials), so `g = gcd(p, p*)` splits them off. The rest
    /// is tested by the Schur–Cohn recursion; `g` is self-reciprocal, and all its zeros lie on the circle iff those of the
    /// polynomial that it is in `ζ + 1/ζ` are real in `[−2, 2]`, which Sturm decides.
    ///
    /// ```
    /// use lambdahat::{exact::{Number, Polynomial}, stability::RootCondition};
    /// let p = |c: &[i64]| Polynomial::new(c.iter().map(|&c| Number::from(c)).collect());
    /// assert_eq!(RootCondition::of(&p(&[-1, 0, 1])), RootCondition::SimpleOnCircle);      // ±1
    /// assert_eq!(RootCondition::of(&p(&[1, -2, 1])), RootCondition::MultipleOnCircle);    // 1, 1
    /// assert_eq!(RootCondition::of(&p(&[-1, 2])), RootCondition::Inside);                 // 1/2
    /// ```
    pub fn of(p: &Polynomial<Number>) -> Self {
        if p.is_zero() {
            return Self::Outside;
        }
        let shared = common_factor(p, &p.reversed());
        if !is_schur(&without(p, &shared)) {
            return Self::Outside;
        }
        on_circle(&shared)
    }

    /// All zeros in the closed unit disc, those on the circle simple: the root condition (Dahlquist 1956).
    pub fn holds(self) -> bool {
        self <= Self::SimpleOnCircle
    }
}

/// The root condition of ρ − zσ. At the z at which the leading coefficient vanishes a root is at infinity, and so outside.
pub(crate) fn root_condition_at(rho: &Polynomial<Number>, sigma: &Polynomial<Number>, z: &Number) -> RootCondition {
    let difference = rho.clone() - sigma.scaled(z);
    if difference.degree() < rho.degree() { RootCondition::Outside } else { RootCondition::of(&difference) }
}

/// Whether all zeros of `p` lie strictly inside the unit circle: `|a_n| > |a_0|` at each step of `p ← (a_n p − a_0 p*)/ζ` (Schur 1917).
pub fn is_schur(p: &Polynomial<Number>) -> bool {
    // Exact coefficients grow at each step: bounds decide all but zeros on or very near the circle, at a fraction of the cost.
    if let Some(balls) = enclosed(p).or_else(|| long_rationals(p)) {
        let bounded = schur(balls);
        if bounded != Ordering::Equal {
            return bounded == Ordering::Greater;
        }
    }
    match integers([p]) {
        Some([integers]) => schur_over_integers(integers) == Ordering::Greater,
        None => schur(p.coefficients().to_vec()) == Ordering::Greater,
    }
}

/// The degree from which bounds of rational coefficients are tried before the rationals themselves.
const LONG: usize = 8;

/// Balls about the coefficients of a polynomial of high degree over the leading one; `None` where the rationals are short work.
fn long_rationals(p: &Polynomial<Number>) -> Option<Vec<Number>> {
    let lead = p.leading()?.as_rational()?;
    if p.degree()? < LONG {
        return None;
    }
    p.coefficients().iter().map(|c| Some(Number::Rounded(Number::from(c.as_rational()? / lead).to_ball()))).collect()
}

/// `Greater` where all zeros are inside; `Equal` where some step cannot tell `|a_n|` from `|a_0|`.
fn schur(mut a: Vec<Number>) -> Ordering {
    while a.len() > 1 {
        let (low, high) = (a[0].clone(), a[a.len() - 1].clone());
        let side = (high.clone() * &high - low.clone() * &low).sign();
        if side != Ordering::Greater {
            return side;
        }
        // Dividing by the lead keeps the coefficients of moderate size.
        let factor = low / &high;
        let reversed: Vec<Number> = a.iter().rev().cloned().collect();
        a = a.iter().zip(&reversed).skip(1).map(|(x, y)| x.clone() - factor.clone() * y).collect();
    }
    if a.is_empty() { Ordering::Less } else { Ordering::Greater }
}

/// The same over the integers, without a gcd: `p_{k+1} = (a_n p_k − a_0 p_k*)/ζ` is, from k = 2 on, divisible by the leading coefficient of p_{k−1}, since the
/// quotients are minors of the Schur–Cohn matrix (Jury 1991). Their lengths grow by the same amount at each step instead of doubling.
fn schur_over_integers(mut a: Vec<BigInt>) -> Ordering {
    let mut leads: Vec<BigInt> = Vec::new();
    while let [low, .., high] = a.as_slice() {
        if effort::is_counted() {
            let bits = effort::bits(&a);
            effort::charge(4 * a.len() as u64 * effort::product(bits, bits));
        }
        let side = high.magnitude().cmp(low.magnitude());
        if side != Ordering::Greater || effort::is_spent() {
            return side;
        }
        let next = a.iter().zip(a.iter().rev()).skip(1).map(|(x, y)| high * x - low * y);
        let next: Vec<BigInt> = match leads.as_slice() {
            [_, .., divisor] => next.map(|c| c / divisor).collect(),
            _ => next.collect(),
        };
        leads.push(high.clone());
        a = next;
    }
    if a.is_empty() { Ordering::Less } else { Ordering::Greater }
}

/// A self-reciprocal polynomial: whether all its zeros lie on the circle, and simply.
fn on_circle(g: &Polynomial<Number>) -> RootCondition {
    if g.degree().is_none_or(|n| n == 0) {
        return RootCondition::Inside;
    }
    let repeated = common_factor(g, &g.derivative());
    let simple = repeated.degree().is_none_or(|n| n == 0);
    let mut rest = without(g, &repeated);
    // ±1 are the zeros that pair with themselves.
    for unit in [1, -1] {
        if rest.eval(&Number::from(unit)).is_zero() {
            rest = without(&rest, &Polynomial::linear(Number::from(unit)));
        }
    }
    let all_on_circle = match rest.degree() {
        None | Some(0) => true,
        Some(n) if n % 2 == 1 => false,
        Some(n) => {
            let folded = settled(&folded(&rest));
            RealRoot::between(&folded, &ratio(-2, 1), &ratio(2, 1)).len() == n / 2
        }
    };
    match (all_on_circle, simple) {
        (false, _) => RootCondition::Outside,
        (true, false) => RootCondition::MultipleOnCircle,
        (true, true) => RootCondition::SimpleOnCircle,
    }
}

/// `h` with `g(ζ) = ζ^m h(ζ + 1/ζ)`, for self-reciprocal `g` of degree 2m: `ζ^j + ζ^(−j)` is `2T_j(x/2)` in `x = ζ + 1/ζ`.
fn folded(g: &Polynomial<Number>) -> Polynomial<Number> {
    let m = g.degree().unwrap_or(0) / 2;
    let x = Polynomial::variable();
    let (mut before, mut current) = (Polynomial::constant(Number::from(2)), x.clone());
    let mut h = Polynomial::constant(g.coefficient(m));
    for j in 1..=m {
        h = h + current.scaled(&g.coefficient(m + j));
        let next = x.clone() * &current - &before;
        before = std::mem::replace(&mut current, next);
    }
    h
}

/// Whether `p` satisfies the root condition with 1 its only zero on the circle: the strong root condition.
pub fn strong_root_condition(p: &Polynomial<Number>) -> bool {
    p.eval(&Number::one()).is_zero() && is_schur(&without(p, &Polynomial::linear(Number::one())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(c: &[i64]) -> Polynomial<Number> {
        Polynomial::new(c.iter().map(|&c| Number::from(c)).collect())
    }

    #[test]
    fn reciprocal_pairs_off_the_circle_are_outside() {
        // 2 and 1/2 are shared by p and p*; so are (3 ± 4i)/10·… pairs.
        assert_eq!(RootCondition::of(&whole(&[2, -5, 2])), RootCondition::Outside);
        // ζ⁴ + 3ζ² + 1: zeros ±i·0.618, ±i·1.618
        assert_eq!(RootCondition::of(&whole(&[1, 0, 3, 0, 1])), RootCondition::Outside);
        assert_eq!(RootCondition::of(&whole(&[1, 1, 1, 1, 1])), RootCondition::SimpleOnCircle);
    }

    proptest! {
        /// Zeros n/4 and conjugate pairs (a ± bi)/5, of modulus known exactly.
        #[test]
        fn known_zeros(reals in prop::collection::vec(-5i64..6, 0..6), pairs in prop::collection::vec((-5i64..6, 1i64..6), 0..5)) {
            let p = reals.iter().fold(Polynomial::one(), |p, &n| p * whole(&[-n, 4]));
            let p = pairs.iter().fold(p, |p, &(a, b)| p * whole(&[a * a + b * b, -10 * a, 25]));
            let mut expected = RootCondition::Inside;
            let mut on_circle = Vec::new();
            for &n in &reals {
                match n.abs().cmp(&4) {
                    Ordering::Greater => expected = RootCondition::Outside,
                    Ordering::Equal => on_circle.push((n, 0)),
                    Ordering::Less => {}
                }
            }
            for &(a, b) in &pairs {
                match (a * a + b * b).cmp(&25) {
                    Ordering::Greater => expected = RootCondition::Outside,
                    Ordering::Equal => on_circle.push((a, b)),
                    Ordering::Less => {}
                }
            }
            let count = on_circle.len();
            on_circle.sort_unstable();
            on_circle.dedup();
            if expected == RootCondition::Inside && count > 0 {
                expected = if on_circle.len() == count { RootCondition::SimpleOnCircle } else { RootCondition::MultipleOnCircle };
            }
            prop_assert_eq!(schur(p.coefficients().to_vec()), schur_over_integers(integers([&p]).unwrap()[0].clone()));
            prop_assert_eq!(RootCondition::of(&p), expected);
            prop_assert_eq!(is_schur(&p), expected == RootCondition::Inside);
        }
    }
}
