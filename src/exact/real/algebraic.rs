//! Elements of a real number field: polynomials in its generator, reduced by the minimal polynomial.

use super::number_field::NumberField;
use super::real_number::Number;
use crate::exact::effort;
use crate::exact::polynomial::Polynomial;
use crate::exact::rational;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// An irrational element of a number field: `Σ numerators_k α^k / denominator`.
#[derive(Clone, Debug)]
pub struct Algebraic {
    pub(super) field: Arc<NumberField>,
    /// At most `degree` of them, the last not zero; at least two.
    pub(super) numerators: Vec<BigInt>,
    /// Positive, with no factor common to all numerators.
    pub(super) denominator: BigInt,
}

impl Algebraic {
    /// The field that it lives in.
    pub fn field(&self) -> &Arc<NumberField> {
        &self.field
    }

    /// Its `d` rational coordinates in the basis 1, α, …, α^(d−1).
    pub fn coefficients(&self) -> Vec<BigRational> {
        (0..self.field.degree())
            .map(|k| match self.numerators.get(k) {
                Some(c) => BigRational::new(c.clone(), self.denominator.clone()),
                None => BigRational::zero(),
            })
            .collect()
    }

    pub(super) fn from_coefficients(field: Arc<NumberField>, coefficients: &[BigRational]) -> Number {
        let denominator = coefficients.iter().fold(BigInt::one(), |d, c| d.lcm(c.denom()));
        let numerators = coefficients.iter().map(|c| c.numer() * (&denominator / c.denom())).collect();
        Self { field, numerators, denominator }.reduced()
    }

    /// Canonical form: trailing zeros and common factors gone; rational where it is.
    pub(super) fn reduced(mut self) -> Number {
        if effort::is_counted() {
            // One gcd a coordinate.
            let bits = effort::bits(&self.numerators).max(self.denominator.bits());
            effort::charge(self.numerators.len() as u64 * effort::gcd(bits));
        }
        while self.numerators.last().is_some_and(Zero::is_zero) {
            self.numerators.pop();
        }
        match self.numerators.len() {
            0 => return Number::zero(),
            1 => return Number::from(BigRational::new(self.numerators.remove(0), self.denominator)),
            _ => {}
        }
        let mut common = self.denominator.clone();
        for c in &self.numerators {
            if common.is_one() {
                break;
            }
            common = common.gcd(c);
        }
        if self.denominator.is_negative() {
            common = -common.abs();
        }
        if !common.is_one() {
            self.numerators.iter_mut().for_each(|c| *c /= &common);
            self.denominator /= &common;
        }
        Number::Algebraic(self)
    }

    /// The same combination of the powers of another number in α's place (α's image in a larger field).
    pub(super) fn at(&self, alpha: &Number) -> Number {
        let value = self
            .numerators
            .iter()
            .rev()
            .fold(Number::zero(), |value, c| value * alpha + Number::from(BigRational::from_integer(c.clone())));
        value * Number::from(BigRational::new(BigInt::one(), self.denominator.clone()))
    }

    pub(super) fn same_field(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.field, &other.field) || self.field == other.field
    }

    /// `self + other` in one field.
    pub(super) fn plus(&self, other: &Self) -> Number {
        let n = self.numerators.len().max(other.numerators.len());
        let zero = BigInt::zero();
        let at = |v: &'_ [BigInt], k: usize| v.get(k).unwrap_or(&zero).clone();
        let (numerators, denominator) = if self.denominator == other.denominator {
            ((0..n).map(|k| at(&self.numerators, k) + at(&other.numerators, k)).collect(), self.denominator.clone())
        } else {
            let scaled = |k| at(&self.numerators, k) * &other.denominator + at(&other.numerators, k) * &self.denominator;
            ((0..n).map(scaled).collect(), &self.denominator * &other.denominator)
        };
        Self { field: self.field.clone(), numerators, denominator }.reduced()
    }

    /// `self + q`.
    pub(super) fn plus_rational(&self, q: &BigRational) -> Number {
        let mut numerators: Vec<BigInt> = self.numerators.iter().map(|c| c * q.denom()).collect();
        numerators[0] += q.numer() * &self.denominator;
        Self { field: self.field.clone(), numerators, denominator: &self.denominator * q.denom() }.reduced()
    }

    /// `self · other` in one field.
    pub(super) fn times(&self, other: &Self) -> Number {
        let (a, b, d) = (&self.numerators, &other.numerators, self.field.degree());
        if effort::is_counted() {
            effort::charge(2 * (a.len() * b.len()) as u64 * effort::product(effort::bits(a), effort::bits(b)));
        }
        let mut product = vec![BigInt::zero(); a.len() + b.len() - 1];
        for (i, x) in a.iter().enumerate() {
            for (j, y) in b.iter().enumerate() {
                product[i + j] += x * y;
            }
        }
        // α^d = −Σ m_k α^k, over the integers because the polynomial is monic
        while product.len() > d {
            let top = product.len() - 1;
            let lead = std::mem::take(&mut product[top]);
            product.pop();
            if !lead.is_zero() {
                for (k, m) in self.field.minimal[..d].iter().enumerate().filter(|(_, m)| !m.is_zero()) {
                    product[top - d + k] -= &lead * m;
                }
            }
        }
        Self { field: self.field.clone(), numerators: product, denominator: &self.denominator * &other.denominator }.reduced()
    }

    /// `self · q`.
    pub(super) fn times_rational(&self, q: &BigRational) -> Number {
        let numerators = self.numerators.iter().map(|c| c * q.numer()).collect();
        Self { field: self.field.clone(), numerators, denominator: &self.denominator * q.denom() }.reduced()
    }

    /// `1/self`, by the extended Euclidean algorithm against the minimal polynomial.
    pub(super) fn inverse(&self) -> Number {
        if effort::is_counted() {
            // Remainders grow to as many times the bits as the field has degrees.
            let d = self.field.degree() as u64;
            effort::charge(d * d * effort::gcd(d * effort::bits(&self.numerators).max(effort::bits(&self.field.minimal))));
        }
        let over_q = |v: &[BigInt]| Polynomial::new(v.iter().cloned().map(BigRational::from_integer).collect());
        let (mut r0, mut r1) = (over_q(&self.field.minimal), over_q(&self.numerators));
        let (mut t0, mut t1) = (Polynomial::zero(), Polynomial::<BigRational>::one());
        while r1.degree().is_some_and(|n| n > 0) {
            let Some((q, r)) = r0.div_rem(&r1) else { break };
            r0 = std::mem::replace(&mut r1, r);
            let t = t0 - q * &t1;
            t0 = std::mem::replace(&mut t1, t);
        }
        // Irreducible, so the last remainder is a non-zero constant.
        let scale = BigRational::from_integer(self.denominator.clone()) / r1.coefficient(0);
        Self::from_coefficients(self.field.clone(), t1.scaled(&scale).coefficients())
    }

    /// Bounds `low ≤ self ≤ high`: Horner's rule on whole numbers, from bounds of the generator times a power of two.
    fn enclosure(&self, level: usize) -> (BigRational, BigRational) {
        let (generator, bits) = self.field.scaled_generator(level);
        let [a, b] = &*generator;
        if effort::is_counted() {
            let size = bits + effort::bits(&self.numerators);
            effort::charge(4 * self.numerators.len() as u64 * effort::product(size, size));
        }
        let up = |x: BigInt| -(-x >> bits);
        let (mut low, mut high) = (BigInt::zero(), BigInt::zero());
        for c in self.numerators.iter().rev() {
            let mut ends = [&low * a, &low * b, &high * a, &high * b];
            ends.sort();
            let [least, .., most] = ends;
            let c = c << bits;
            // A shift to the right rounds down.
            (low, high) = ((least >> bits) + &c, up(most) + c);
        }
        let bound = |scaled: BigInt| rational::dyadic(scaled, bits);
        (bound(low.div_floor(&self.denominator)), bound(high.div_ceil(&self.denominator)))
    }

    /// The value to within `2^(−bits)` relative to the generator's width: refines until `enough` is satisfied with the bounds.
    pub(super) fn refined<R>(&self, enough: impl Fn(&BigRational, &BigRational) -> Option<R>) -> R {
        let mut level = 0;
        loop {
            let (low, high) = self.enclosure(level);
            if let Some(answer) = enough(&low, &high) {
                return answer;
            }
            level += 1;
        }
    }

    /// The sign, which is never zero.
    pub(super) fn sign(&self) -> Ordering {
        self.refined(|low, high| {
            if low.is_positive() {
                Some(Ordering::Greater)
            } else if high.is_negative() {
                Some(Ordering::Less)
            } else {
                None
            }
        })
    }
}

impl PartialEq for Algebraic {
    fn eq(&self, other: &Self) -> bool {
        if self.same_field(other) {
            self.denominator == other.denominator && self.numerators == other.numerators
        } else {
            Number::Algebraic(self.clone()) == Number::Algebraic(other.clone())
        }
    }
}

impl fmt::Display for Algebraic {
    /// `1/2 - 1/6*sqrt(3)` in a quadratic field; in others a polynomial in `a`, the generator.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quadratic = self.field.degree() == 2;
        let mut first = true;
        for (k, c) in self.coefficients().iter().enumerate().filter(|(_, c)| !c.is_zero()) {
            match (first, c.is_negative()) {
                (true, true) => f.write_str("-")?,
                (true, false) => {}
                (false, true) => f.write_str(" - ")?,
                (false, false) => f.write_str(" + ")?,
            }
            first = false;
            let size = c.abs();
            let symbol = match k {
                0 => String::new(),
                1 if quadratic => format!("sqrt({})", -&self.field.minimal[0]),
                1 => "a".into(),
                k => format!("a^{k}"),
            };
            match (k, size.is_one()) {
                (0, _) => write!(f, "{size}")?,
                (_, true) => f.write_str(&symbol)?,
                (_, false) => write!(f, "{size}*{symbol}")?,
            }
        }
        Ok(())
    }
}
