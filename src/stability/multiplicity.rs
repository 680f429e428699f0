//! Common factors and multiplicities of polynomials in [`Number`]s: exact, or to within the rounding of the coefficients.

use crate::exact::descartes::{proved_coprime, proved_square_free};
use crate::exact::{Number, Ordered, Polynomial, rational};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Zero};

/// A common factor of rounded polynomials is believed when its own coefficients are known at least this well.
const BELIEVED: f64 = 1e-6;

/// The monic greatest common divisor.
///
/// Over rounded coefficients Euclid's algorithm takes every remainder that is compatible with zero for zero. Where the
/// uncertainty has grown so far that this says nothing, the polynomials count as coprime, as nearly all are.
pub(crate) fn common_factor(p: &Polynomial<Number>, q: &Polynomial<Number>) -> Polynomial<Number> {
    if let Some([p, q]) = integers([p, q])
        && proved_coprime(&p, &q)
    {
        return Polynomial::one();
    }
    if let (Some(p), Some(q)) = (enclosed_beside(p, q), enclosed_beside(q, p))
        && certainly_coprime(p, q)
    {
        return Polynomial::one();
    }
    let common = p.gcd(q);
    let blurred = |c: &Number| c.radius() > BELIEVED * (1.0 + c.to_f64().abs());
    if common.degree().is_some_and(|n| n > 0) && common.coefficients().iter().any(blurred) { Polynomial::one() } else { common }
}

/// Balls about exact coefficients, some of them irrational; `None` for all others, for which exact arithmetic is cheap or impossible.
pub(super) fn enclosed(p: &Polynomial<Number>) -> Option<Vec<Number>> {
    enclosed_beside(p, p)
}

/// The same where the irrational coefficients may be those of the other polynomial.
fn enclosed_beside(p: &Polynomial<Number>, other: &Polynomial<Number>) -> Option<Vec<Number>> {
    let all = || p.coefficients().iter().chain(other.coefficients());
    let irrational = all().all(Number::is_exact) && all().any(|c| c.as_rational().is_none());
    irrational.then(|| p.coefficients().iter().map(|c| Number::Rounded(c.to_ball())).collect())
}

/// Euclid's algorithm in balls: proves that there is no common factor where every leading coefficient, and the last remainder, is certainly not
/// zero. False says nothing. Over Q(α) exact remainders would grow to thousands of digits.
fn certainly_coprime(mut a: Vec<Number>, mut b: Vec<Number>) -> bool {
    while b.len() > 1 {
        let Some(lead) = b.last().filter(|lead| !lead.is_zero()).cloned() else { return false };
        while a.len() >= b.len() {
            let Some(top) = a.pop() else { return false };
            let factor = top / &lead;
            let start = a.len() + 1 - b.len();
            for (slot, c) in a[start..].iter_mut().zip(&b) {
                *slot = slot.clone() - factor.clone() * c;
            }
        }
        std::mem::swap(&mut a, &mut b);
    }
    b.first().is_some_and(|c| !c.is_zero())
}

/// Rational polynomials times their common denominator; `None` where some coefficient is not rational.
pub(super) fn integers<const N: usize>(polynomials: [&Polynomial<Number>; N]) -> Option<[Vec<BigInt>; N]> {
    let all = polynomials.iter().flat_map(|p| p.coefficients());
    let denominator = all.clone().try_fold(BigInt::one(), |d, c| Some(d.lcm(c.as_rational()?.denom())))?;
    let scaled = |c: &Number| c.as_rational().map_or_else(BigInt::zero, |q| q.numer() * (&denominator / q.denom()));
    Some(polynomials.map(|p| p.coefficients().iter().map(scaled).collect()))
}

/// The same polynomials times one positive number that makes rational coefficients integers, which spares every later gcd.
pub(crate) fn cleared<const N: usize>(polynomials: [&Polynomial<Number>; N]) -> [Polynomial<Number>; N] {
    match integers(polynomials) {
        Some(integers) => integers.map(|c| Polynomial::new(c.into_iter().map(|c| Number::from(BigRational::from_integer(c))).collect())),
        None => polynomials.map(Clone::clone),
    }
}

/// The same polynomial times a power of two that brings its largest coefficient near one: the radii of balls are doubles, and those about numbers of a
/// thousand bits would be infinite.
pub(crate) fn of_size_one(p: &Polynomial<Number>) -> Polynomial<Number> {
    if p.coefficients().iter().all(|c| c.as_rational().is_some()) {
        return p.clone();
    }
    let exponent = |q: &BigRational| q.numer().bits() as i64 - q.denom().bits() as i64;
    let Some(largest) = p.coefficients().iter().map(Ordered::bound).filter(|q| !q.is_zero()).map(|q| exponent(&q)).max() else {
        return p.clone();
    };
    // Within the range of doubles by far, nothing is gained.
    if largest.abs() <= 256 { p.clone() } else { p.scaled(&Number::from(rational::power_of_two(-largest))) }
}

/// `p / factor`, for a factor of it.
pub(crate) fn without(p: &Polynomial<Number>, factor: &Polynomial<Number>) -> Polynomial<Number> {
    p.div_rem(factor).map_or_else(|| p.clone(), |(quotient, _)| quotient)
}

/// The product of `p`'s factors of odd multiplicity, each once, by Yun's square-free decomposition (1976): what changes sign where `p` does.
pub(crate) fn odd_part(p: &Polynomial<Number>) -> Polynomial<Number> {
    if integers([p]).is_some_and(|[p]| proved_square_free(&p)) {
        return p.clone();
    }
    let mut repeated = common_factor(p, &p.derivative());
    if repeated.degree().is_none_or(|n| n == 0) {
        return p.clone();
    }
    let mut rest = without(p, &repeated);
    // The leading coefficient comes with the factors of multiplicity one, which are divided out first.
    let mut odd = Polynomial::one();
    let mut multiplicity = 1;
    while rest.degree().is_some_and(|n| n > 0) {
        let next = common_factor(&rest, &repeated);
        if multiplicity % 2 == 1 {
            odd = odd * without(&rest, &next);
        }
        repeated = without(&repeated, &next);
        rest = next;
        multiplicity += 1;
    }
    odd
}

/// The same polynomial with every rounded coefficient replaced by its centre, or by zero where that is possible: what
/// exact algorithms run on, once multiplicities are decided.
pub(crate) fn settled(p: &Polynomial<Number>) -> Polynomial<Number> {
    p.map(|c| match c {
        Number::Rounded(ball) if ball.holds_zero() => Number::zero(),
        Number::Rounded(ball) => Number::Rational(ball.centre()),
        exact => exact.clone(),
    })
}

/// `p / z^k` with the largest such `k`: `(k, quotient)`. The zero polynomial gives `None`.
pub(crate) fn stripped(p: &Polynomial<Number>) -> Option<(usize, Polynomial<Number>)> {
    let k = p.coefficients().iter().position(|c| !c.is_zero())?;
    Some((k, Polynomial::new(p.coefficients()[k..].to_vec())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integers(c: &[i64]) -> Polynomial<Number> {
        Polynomial::new(c.iter().map(|&c| Number::from(c)).collect())
    }

    #[test]
    fn a_double_root_in_sixteen_digits_is_double() {
        let third = Number::Rounded(crate::exact::Ball::new(crate::exact::ratio(3_333_333_333_333_333, 10_000_000_000_000_000), 5e-17));
        let square = Polynomial::linear(third.clone()) * Polynomial::linear(third);
        assert_eq!(odd_part(&square).degree(), Some(0));
        assert_eq!(odd_part(&(square * integers(&[-2, 1]))).degree(), Some(1));
    }

    proptest! {
        #[test]
        fn odd_part_changes_sign_where_the_polynomial_does(roots in prop::collection::vec(-4i64..5, 1..6), x in -9i64..9) {
            let p = roots.iter().fold(integers(&[-3]), |p, &r| p * integers(&[-r, 1]));
            let half = Number::ratio(2 * x + 1, 2);
            prop_assert_eq!(odd_part(&p).eval(&half).sign(), p.eval(&half).sign());
        }
    }
}
