//! Sparse polynomials in several variables over any ring.

use crate::exact::Ring;

/// The most variables that a monomial can have.
pub const MOST_VARIABLES: usize = 16;
/// The largest exponent of one variable.
pub const LARGEST_EXPONENT: usize = 255;

/// A product of powers of variables, one byte an exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Monomial(u128);

impl Monomial {
    /// The empty product.
    pub const ONE: Self = Self(0);

    /// The variable number `i < 16` to the power `n ≤ 255`; `None` beyond.
    pub fn power(i: usize, n: usize) -> Option<Self> {
        (i < MOST_VARIABLES && n <= LARGEST_EXPONENT).then(|| Self((n as u128) << (8 * i)))
    }

    /// The exponent of variable `i`.
    pub fn exponent(self, i: usize) -> usize {
        if i < MOST_VARIABLES { (self.0 >> (8 * i)) as usize & 0xff } else { 0 }
    }

    /// The sum of the exponents.
    pub fn degree(self) -> usize {
        (0..MOST_VARIABLES).map(|i| self.exponent(i)).sum()
    }

    /// The product. Exponents must not pass 255 together: callers bound degrees beforehand.
    pub fn times(self, other: Self) -> Self {
        debug_assert!((0..MOST_VARIABLES).all(|i| self.exponent(i) + other.exponent(i) <= LARGEST_EXPONENT));
        Self(self.0 + other.0)
    }
}

/// `Σ c_m m` over monomials, no zero coefficient kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Multivariate<T> {
    /// Ascending by monomial.
    terms: Vec<(Monomial, T)>,
}

impl<T: Ring> Multivariate<T> {
    /// The polynomial with these terms, equal monomials added up.
    pub fn new(mut terms: Vec<(Monomial, T)>) -> Self {
        terms.sort_unstable_by_key(|term| term.0);
        let mut merged: Vec<(Monomial, T)> = Vec::with_capacity(terms.len());
        for (monomial, c) in terms {
            match merged.last_mut() {
                Some((last, sum)) if *last == monomial => *sum = std::mem::replace(sum, T::zero()) + c,
                _ => merged.push((monomial, c)),
            }
        }
        merged.retain(|(_, c)| !c.is_zero());
        Self { terms: merged }
    }

    /// Zero.
    pub fn zero() -> Self {
        Self { terms: Vec::new() }
    }

    /// A constant.
    pub fn constant(c: T) -> Self {
        Self::new(vec![(Monomial::ONE, c)])
    }

    /// The variable number `i`; `None` from `MOST_VARIABLES` on.
    pub fn variable(i: usize) -> Option<Self> {
        Some(Self { terms: vec![(Monomial::power(i, 1)?, T::one())] })
    }

    /// Its terms.
    pub fn terms(&self) -> &[(Monomial, T)] {
        &self.terms
    }

    /// Whether it is zero.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The largest degree of a monomial; 0 for constants and for zero.
    pub fn degree(&self) -> usize {
        self.terms.iter().map(|(m, _)| m.degree()).max().unwrap_or(0)
    }

    /// `self + other`.
    pub fn plus(&self, other: &Self) -> Self {
        Self::new(self.terms.iter().chain(&other.terms).cloned().collect())
    }

    /// `c · self`.
    pub fn scaled(&self, c: &T) -> Self {
        Self::new(self.terms.iter().map(|(m, x)| (*m, x.clone() * c)).collect())
    }

    /// `self · other`; the exponents must not pass `LARGEST_EXPONENT`.
    pub fn times(&self, other: &Self) -> Self {
        self.times_where(other, |_| true)
    }

    /// The terms of `self · other` whose monomials are kept.
    pub fn times_where(&self, other: &Self, keep: impl Fn(Monomial) -> bool) -> Self {
        let mut terms = Vec::with_capacity(self.terms.len() * other.terms.len());
        for (m, x) in &self.terms {
            terms.extend(other.terms.iter().map(|(n, y)| (m.times(*n), y)).filter(|(p, _)| keep(*p)).map(|(p, y)| (p, x.clone() * y)));
        }
        Self::new(terms)
    }

    /// The terms whose monomials are kept.
    pub fn filtered(&self, keep: impl Fn(Monomial) -> bool) -> Self {
        Self { terms: self.terms.iter().filter(|(m, _)| keep(*m)).cloned().collect() }
    }

    /// ∂/∂x_i.
    pub fn derivative(&self, i: usize) -> Self {
        let term = |(m, c): &(Monomial, T)| {
            let n = m.exponent(i);
            // n·c by doubling, in any ring
            let multiple = (0..usize::BITS - n.leading_zeros()).rev().fold(T::zero(), |sum, bit| {
                let double = sum.clone() + &sum;
                if n >> bit & 1 == 1 { double + c } else { double }
            });
            (n > 0).then(|| (Monomial(m.0 - (1 << (8 * i))), multiple))
        };
        Self::new(self.terms.iter().filter_map(term).collect())
    }

    /// The same with other coefficients.
    pub fn map<U: Ring>(&self, mut map: impl FnMut(&T) -> U) -> Multivariate<U> {
        Multivariate::new(self.terms.iter().map(|(m, c)| (*m, map(c))).collect())
    }
}
