//! Sturm sequences, which count real roots over any field whose order is decided.

use super::ordered::{Ordered, sign_at};
use super::polynomial::Polynomial;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::cmp::Ordering;

/// The chain `p, p′, −rem, …` of a square-free polynomial, which counts its real roots (Sturm 1829).
#[derive(Clone, Debug)]
pub struct SturmSequence<T> {
    chain: Vec<Polynomial<T>>,
}

impl<T: Ordered> SturmSequence<T> {
    /// The chain of `p`.
    pub fn new(p: &Polynomial<T>) -> Self {
        let mut chain = vec![p.clone(), p.derivative()];
        while let [.., a, b] = chain.as_slice() {
            match a.div_rem(b) {
                Some((_, r)) if !r.is_zero() => {
                    // A positive factor changes no sign and keeps the coefficients short.
                    let size = T::from_rational(r.leading().map(Ordered::bound).filter(|q| !q.is_zero()).unwrap_or_else(BigRational::one));
                    let next = -Polynomial::new(r.coefficients().iter().map(|c| c.clone() / &size).collect());
                    chain.push(next);
                }
                _ => break,
            }
        }
        Self { chain }
    }

    /// The number of sign variations of the chain at `x`.
    pub fn variations(&self, x: &BigRational) -> usize {
        let mut last = Ordering::Equal;
        let mut count = 0;
        for p in &self.chain {
            let sign = sign_at(p, x);
            if sign != Ordering::Equal {
                count += usize::from(last != Ordering::Equal && last != sign);
                last = sign;
            }
        }
        count
    }

    /// The number of distinct real roots in `(low, high]`.
    pub fn count(&self, low: &BigRational, high: &BigRational) -> usize {
        self.variations(low).saturating_sub(self.variations(high))
    }
}
