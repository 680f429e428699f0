//! Polynomials in one variable over any ring.

use super::ring::{DivisionRing, Ring};
use num_traits::{One, Zero};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Mul, Neg, Sub};

/// `c₀ + c₁z + … + c_n zⁿ`, lowest degree first; the leading coefficient is never zero and the zero polynomial has none.
///
/// ```
/// use lambdahat::exact::Polynomial;
/// let p = Polynomial::new(vec![1, 2, 1]);
/// assert_eq!(p.eval(&3), 16);
/// assert_eq!(p.clone() * &p, Polynomial::new(vec![1, 4, 6, 4, 1]));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Polynomial<T> {
    coefficients: Vec<T>,
}

impl<T: Ring> Polynomial<T> {
    /// The polynomial with these coefficients, lowest degree first. Leading zeros are dropped.
    pub fn new(mut coefficients: Vec<T>) -> Self {
        while coefficients.last().is_some_and(Zero::is_zero) {
            coefficients.pop();
        }
        Self { coefficients }
    }

    /// The constant `c`.
    pub fn constant(c: T) -> Self {
        Self::new(vec![c])
    }

    /// The variable `z`.
    pub fn variable() -> Self {
        Self::new(vec![T::zero(), T::one()])
    }

    /// `z − root`.
    pub fn linear(root: T) -> Self {
        Self::new(vec![-root, T::one()])
    }

    /// Coefficients, lowest degree first; empty for the zero polynomial.
    pub fn coefficients(&self) -> &[T] {
        &self.coefficients
    }

    /// The coefficient of `z^k`, zero beyond the degree.
    pub fn coefficient(&self, k: usize) -> T {
        self.coefficients.get(k).cloned().unwrap_or_else(T::zero)
    }

    /// The degree; `None` for the zero polynomial.
    pub fn degree(&self) -> Option<usize> {
        self.coefficients.len().checked_sub(1)
    }

    /// The leading coefficient; `None` for the zero polynomial.
    pub fn leading(&self) -> Option<&T> {
        self.coefficients.last()
    }

    /// The value at `z`, by Horner's rule.
    pub fn eval(&self, z: &T) -> T {
        self.coefficients.iter().rev().fold(T::zero(), |value, c| value * z + c)
    }

    /// The derivative.
    pub fn derivative(&self) -> Self {
        let mut k = T::zero();
        let mut derived = Vec::with_capacity(self.coefficients.len());
        for c in self.coefficients.iter().skip(1) {
            k = k + T::one();
            derived.push(k.clone() * c);
        }
        Self::new(derived)
    }

    /// `zⁿ p(1/z)` with `n` the degree: the coefficients in reverse.
    pub fn reversed(&self) -> Self {
        Self::new(self.coefficients.iter().rev().cloned().collect())
    }

    /// `p(−z)`.
    pub fn reflected(&self) -> Self {
        Self::new(self.coefficients.iter().enumerate().map(|(k, c)| if k % 2 == 1 { -c.clone() } else { c.clone() }).collect())
    }

    /// `p(q(z))`, by Horner's rule.
    pub fn compose(&self, q: &Self) -> Self {
        self.coefficients.iter().rev().fold(Self::zero(), |value, c| value * q + Self::constant(c.clone()))
    }

    /// Every coefficient times `factor`.
    pub fn scaled(&self, factor: &T) -> Self {
        Self::new(self.coefficients.iter().map(|c| c.clone() * factor).collect())
    }

    /// The same polynomial with each coefficient mapped to another ring.
    pub fn map<U: Ring>(&self, map: impl FnMut(&T) -> U) -> Polynomial<U> {
        Polynomial::new(self.coefficients.iter().map(map).collect())
    }

    /// The remainder modulo `zⁿ`: the first `n` coefficients.
    pub fn truncated(&self, n: usize) -> Self {
        Self::new(self.coefficients.iter().take(n).cloned().collect())
    }
}

impl<T: DivisionRing> Polynomial<T> {
    /// Quotient and remainder, `self = quotient · divisor + remainder` with `deg remainder < deg divisor`; `None` for the zero divisor.
    pub fn div_rem(&self, divisor: &Self) -> Option<(Self, Self)> {
        let (n, lead) = (divisor.degree()?, divisor.leading()?);
        let mut remainder = self.coefficients.clone();
        if remainder.len() <= n {
            return Some((Self::zero(), self.clone()));
        }
        let mut quotient = vec![T::zero(); remainder.len() - n];
        for k in (0..quotient.len()).rev() {
            let factor = remainder[k + n].clone() / lead;
            if !factor.is_zero() {
                for (j, d) in divisor.coefficients[..n].iter().enumerate() {
                    remainder[k + j] = remainder[k + j].clone() - factor.clone() * d;
                }
            }
            quotient[k] = factor;
        }
        // The top n coefficients cancel by construction, also where the arithmetic rounds.
        remainder.truncate(n);
        Some((Self::new(quotient), Self::new(remainder)))
    }

    /// The polynomial divided by its leading coefficient.
    pub fn monic(&self) -> Self {
        match self.leading() {
            Some(lead) => Self::new(self.coefficients.iter().map(|c| c.clone() / lead).collect()),
            None => Self::zero(),
        }
    }

    /// The monic greatest common divisor, by Euclid's algorithm; zero only when both are.
    pub fn gcd(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.monic(), other.monic());
        while let Some((_, remainder)) = a.div_rem(&b) {
            a = std::mem::replace(&mut b, remainder.monic());
        }
        a
    }

    /// `p / gcd(p, p′)`: the same roots, each once.
    pub fn square_free(&self) -> Self {
        match self.div_rem(&self.gcd(&self.derivative())) {
            Some((quotient, _)) => quotient,
            None => Self::zero(),
        }
    }
}

impl<T: Ring> Zero for Polynomial<T> {
    fn zero() -> Self {
        Self { coefficients: Vec::new() }
    }

    fn is_zero(&self) -> bool {
        self.coefficients.is_empty()
    }
}

impl<T: Ring> One for Polynomial<T> {
    fn one() -> Self {
        Self::constant(T::one())
    }
}

impl<T: Ring> Neg for Polynomial<T> {
    type Output = Self;

    fn neg(self) -> Self {
        Self { coefficients: self.coefficients.into_iter().map(Neg::neg).collect() }
    }
}

impl<T: Ring> Add<&Polynomial<T>> for Polynomial<T> {
    type Output = Self;

    fn add(self, other: &Self) -> Self {
        let n = self.coefficients.len().max(other.coefficients.len());
        Self::new((0..n).map(|k| self.coefficient(k) + other.coefficient(k)).collect())
    }
}

impl<T: Ring> Sub<&Polynomial<T>> for Polynomial<T> {
    type Output = Self;

    fn sub(self, other: &Self) -> Self {
        let n = self.coefficients.len().max(other.coefficients.len());
        Self::new((0..n).map(|k| self.coefficient(k) - other.coefficient(k)).collect())
    }
}

impl<T: Ring> Mul<&Polynomial<T>> for Polynomial<T> {
    type Output = Self;

    fn mul(self, other: &Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::zero();
        }
        let mut product = vec![T::zero(); self.coefficients.len() + other.coefficients.len() - 1];
        for (i, a) in self.coefficients.iter().enumerate() {
            if a.is_zero() {
                continue;
            }
            for (j, b) in other.coefficients.iter().enumerate() {
                let slot = &mut product[i + j];
                *slot = std::mem::replace(slot, T::zero()) + a.clone() * b;
            }
        }
        Self::new(product)
    }
}

macro_rules! by_value {
    ($($trait:ident $method:ident),*) => {$(
        impl<T: Ring> $trait for Polynomial<T> {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                $trait::$method(self, &other)
            }
        }
    )*};
}
by_value!(Add add, Sub sub, Mul mul);

impl<T: Ring + fmt::Display> fmt::Display for Polynomial<T> {
    /// `1 + z + 1/2 z^2`, terms with a zero coefficient left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (k, c) in self.coefficients.iter().enumerate().filter(|(_, c)| !c.is_zero()) {
            let text = c.to_string();
            let (sign, size) = match text.strip_prefix('-') {
                Some(size) if !size.contains([' ', '+']) => ("-", size),
                _ => ("+", text.as_str()),
            };
            match (first, sign) {
                (true, "-") => f.write_str("-")?,
                (true, _) => {}
                (false, sign) => write!(f, " {sign} ")?,
            }
            first = false;
            let compound = size.contains(' ');
            match (k, size) {
                (0, size) => f.write_str(size)?,
                (_, "1") => {}
                (_, size) if compound => write!(f, "({size}) ")?,
                (_, size) => write!(f, "{size} ")?,
            }
            match k {
                0 => {}
                1 => f.write_str("z")?,
                k => write!(f, "z^{k}")?,
            }
        }
        if first { f.write_str("0") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_rational::BigRational;
    use proptest::prelude::*;

    fn rational(coefficients: &[i64]) -> Polynomial<BigRational> {
        Polynomial::new(coefficients.iter().map(|&c| BigRational::from_integer(c.into())).collect())
    }

    #[test]
    fn prints_as_mathematics() {
        assert_eq!(rational(&[1, -1, 0, 3]).to_string(), "1 - z + 3 z^3");
        assert_eq!(rational(&[]).to_string(), "0");
        assert_eq!(rational(&[0, -1]).to_string(), "-z");
    }

    #[test]
    fn division_by_zero_is_none() {
        assert_eq!(rational(&[1]).div_rem(&rational(&[0])), None);
    }

    proptest! {
        #[test]
        fn division_recombines(a in prop::collection::vec(-9i64..9, 0..8), b in prop::collection::vec(-9i64..9, 1..5)) {
            let (a, b) = (rational(&a), rational(&b));
            if let Some((q, r)) = a.div_rem(&b) {
                prop_assert!(r.degree() < b.degree());
                prop_assert_eq!(q * &b + &r, a);
            } else {
                prop_assert!(b.is_zero());
            }
        }

        #[test]
        fn gcd_contains_the_common_factor(a in prop::collection::vec(-5i64..5, 1..4), b in prop::collection::vec(-5i64..5, 1..4), c in prop::collection::vec(-5i64..5, 1..4)) {
            let (a, b, c) = (rational(&a), rational(&b), rational(&c));
            prop_assume!(!a.is_zero() && !b.is_zero() && !c.is_zero());
            let g = (a.clone() * &c).gcd(&(b.clone() * &c));
            prop_assert!(g.div_rem(&c).is_some_and(|(_, r)| r.is_zero()));
        }

        #[test]
        fn composition_evaluates(a in prop::collection::vec(-5i64..5, 0..5), b in prop::collection::vec(-5i64..5, 0..4), x in -4i64..4) {
            let (a, b, x) = (rational(&a), rational(&b), BigRational::from_integer(x.into()));
            prop_assert_eq!(a.compose(&b).eval(&x), a.eval(&b.eval(&x)));
        }
    }
}
