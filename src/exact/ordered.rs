//! Fields with an order that is decided, and what follows at once of polynomials over them: signs at rational points, a bound of the roots.

use super::descartes;
use super::polynomial::Polynomial;
use super::rational;
use super::ring::DivisionRing;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// A field with an order that is decided, not estimated: `BigRational` and [`Number`](super::Number).
pub trait Ordered: DivisionRing {
    /// The sign: `Less` below zero, `Equal` at zero, `Greater` above.
    fn sign(&self) -> Ordering;

    /// A rational that is at least `|self|`.
    fn bound(&self) -> BigRational;

    /// The element that a rational is.
    fn from_rational(q: BigRational) -> Self;

    /// The rational that it is, where it is one.
    fn rational(&self) -> Option<&BigRational>;

    /// A rational within `2^(−bits)` of it; `None` for what is only known to within a radius.
    fn approximation(&self, bits: u32) -> Option<BigRational>;
}

/// A positive integer multiple of a polynomial whose coefficients are all rational.
pub(super) fn integer_multiple<T: Ordered>(p: &Polynomial<T>) -> Option<Vec<BigInt>> {
    let rationals = p.coefficients().iter().map(Ordered::rational).collect::<Option<Vec<_>>>()?;
    let denominator = rationals.iter().fold(BigInt::one(), |d, q| d.lcm(q.denom()));
    let mut integers: Vec<BigInt> = rationals.iter().map(|q| q.numer() * (&denominator / q.denom())).collect();
    let content = integers.iter().fold(BigInt::zero(), |g, c| if g.is_one() { g } else { g.gcd(c) });
    if !content.is_zero() && !content.is_one() {
        integers.iter_mut().for_each(|c| *c /= &content);
    }
    Some(integers)
}

impl Ordered for BigRational {
    fn sign(&self) -> Ordering {
        self.cmp(&BigRational::zero())
    }

    fn bound(&self) -> BigRational {
        self.abs()
    }

    fn from_rational(q: BigRational) -> Self {
        q
    }

    fn rational(&self) -> Option<&BigRational> {
        Some(self)
    }

    fn approximation(&self, bits: u32) -> Option<BigRational> {
        Some(rational::round_to_bits(self, bits + 1))
    }
}

/// The sign of `p` at a rational point.
pub fn sign_at<T: Ordered>(p: &Polynomial<T>, x: &BigRational) -> Ordering {
    // Integer coefficients, as isolated roots have them, need no gcd.
    let integer = |c: &T| c.rational().filter(|q| q.is_integer()).map(|q| q.numer().clone());
    if let Some(integers) = p.coefficients().iter().map(integer).collect::<Option<Vec<_>>>() {
        return descartes::sign(&integers, x);
    }
    p.eval(&T::from_rational(x.clone())).sign()
}

/// Cauchy's bound: every root has modulus below `1 + max |c_k/c_n|`; one for constants.
pub fn cauchy_bound<T: Ordered>(p: &Polynomial<T>) -> BigRational {
    let monic = p.monic();
    let largest = monic.coefficients().iter().rev().skip(1).map(Ordered::bound).max().unwrap_or_else(BigRational::zero);
    // An integer bound keeps the bisection dyadic.
    largest.ceil() + BigRational::one()
}
