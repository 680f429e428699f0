//! Real roots, exactly: isolation (over Q by Descartes' rule, over Q(α) by Sturm sequences) and refinement to any width.

use super::descartes::{self, isolate, positive_bound, proved_square_free};
use super::effort;
use super::irrational::{self, Approximated};
use super::ordered::{Ordered, cauchy_bound, integer_multiple, sign_at};
use super::polynomial::Polynomial;
use super::rational;
use super::sturm::SturmSequence;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// The same roots, each once. Multiple zeros at 0, 1 and −1, where curves of contact meet, are taken off first: what is left is square-free as a rule, and
/// Euclid's algorithm over long rationals is spared.
fn square_free_integers<T: Ordered>(p: &Polynomial<T>, integers: Vec<BigInt>) -> Vec<BigInt> {
    if proved_square_free(&integers) {
        return integers;
    }
    let mut rest = integers.clone();
    let met: Vec<i32> = [0, 1, -1].into_iter().filter(|&x| descartes::divided_by_root(&mut rest, x) > 0).collect();
    if !proved_square_free(&rest) {
        return integer_multiple(&p.square_free()).unwrap_or(integers);
    }
    met.into_iter().for_each(|x| descartes::multiplied_by_root(&mut rest, x));
    rest
}

/// One real root of an exact polynomial: the only one in the closed interval `[low, high]`.
///
/// ```
/// use lambdahat::exact::{Polynomial, RealRoot, ratio};
/// let p = Polynomial::new(vec![ratio(-2, 1), ratio(0, 1), ratio(1, 1)]);
/// let roots = RealRoot::all(&p);
/// assert_eq!(roots.len(), 2);
/// assert_eq!(roots[1].to_f64(), 2f64.sqrt());
/// ```
#[derive(Clone, Debug)]
pub struct RealRoot<T> {
    polynomial: Polynomial<T>,
    low: BigRational,
    high: BigRational,
}

impl<T: Ordered> RealRoot<T> {
    /// All distinct real roots of `p`, ascending. Empty for constants, the zero polynomial included.
    pub fn all(p: &Polynomial<T>) -> Vec<Self> {
        if let Some(integers) = integer_multiple(p) {
            let mirrored: Vec<BigInt> = integers.iter().enumerate().map(|(k, c)| if k % 2 == 1 { -c } else { c.clone() }).collect();
            return Self::between(p, &-positive_bound(&mirrored), &positive_bound(&integers));
        }
        if p.degree().is_none_or(|n| n == 0) {
            return Vec::new();
        }
        let bound = cauchy_bound(p);
        Self::between(p, &-bound.clone(), &bound)
    }

    /// The distinct real roots of `p` in the half-open interval `(low, high]`, ascending.
    pub fn between(p: &Polynomial<T>, low: &BigRational, high: &BigRational) -> Vec<Self> {
        if let Some(integers) = integer_multiple(p) {
            return Self::by_descartes(p, integers, low, high, usize::MAX);
        }
        if let Some(found) = irrational::simple_roots(&|bits| approximations(p, bits), &|x| sign_at(p, x), low, high) {
            return found.into_iter().map(|(low, high)| Self { polynomial: p.clone(), low, high }).collect();
        }
        let polynomial = p.square_free();
        let sturm = SturmSequence::new(&polynomial);
        let mut found = Vec::new();
        // Intervals still to look at, with the variations at their ends, rightmost last out.
        let mut open = vec![(low.clone(), sturm.variations(low), high.clone(), sturm.variations(high))];
        while let Some((a, at_a, b, at_b)) = open.pop() {
            if effort::is_spent() {
                break;
            }
            match at_a.saturating_sub(at_b) {
                0 => {}
                1 => found.push(Self::pinned(&polynomial, a, b)),
                _ => {
                    let middle = (&a + &b) / BigRational::from_integer(2.into());
                    let at_middle = sturm.variations(&middle);
                    open.push((middle.clone(), at_middle, b, at_b));
                    open.push((a, at_a, middle, at_middle));
                }
            }
        }
        found
    }

    /// The smallest positive root of `p`.
    pub fn first_positive(p: &Polynomial<T>) -> Option<Self> {
        let zero = BigRational::zero();
        match integer_multiple(p) {
            Some(integers) => {
                let bound = positive_bound(&integers);
                Self::by_descartes(p, integers, &zero, &bound, 1).into_iter().next()
            }
            None => Self::between(p, &zero, &cauchy_bound(p)).into_iter().next(),
        }
    }

    /// As [`between`](Self::between), over the integers.
    fn by_descartes(p: &Polynomial<T>, integers: Vec<BigInt>, low: &BigRational, high: &BigRational, limit: usize) -> Vec<Self> {
        let integers = square_free_integers(p, integers);
        let polynomial = Polynomial::new(integers.iter().map(|c| T::from_rational(BigRational::from_integer(c.clone()))).collect());
        if polynomial.degree().is_none_or(|n| n == 0) || low >= high {
            return Vec::new();
        }
        let mut found: Vec<Self> =
            isolate(&integers, low, high, limit).into_iter().map(|(a, b)| Self::closed(&polynomial, &integers, a, b)).collect();
        if found.len() < limit && descartes::sign(&integers, high) == Ordering::Equal {
            found.push(Self { polynomial, low: high.clone(), high: high.clone() });
        }
        found
    }

    /// A root alone in the open interval `(a, b)`, in a closed one without roots at its ends; or a point.
    fn closed(polynomial: &Polynomial<T>, integers: &[BigInt], mut a: BigRational, mut b: BigRational) -> Self {
        let mut at_ends = [descartes::sign(integers, &a), descartes::sign(integers, &b)];
        if a != b && at_ends.contains(&Ordering::Equal) {
            // Beside a simple root at an end the sign is that of the slope.
            let slope: Vec<BigInt> = integers.iter().enumerate().skip(1).map(|(k, c)| c * k).collect();
            let right_of_a = if at_ends[0] == Ordering::Equal { descartes::sign(&slope, &a) } else { at_ends[0] };
            while at_ends.contains(&Ordering::Equal) {
                let middle = (&a + &b) / BigRational::from_integer(2.into());
                match descartes::sign(integers, &middle) {
                    Ordering::Equal => return Self { polynomial: polynomial.clone(), low: middle.clone(), high: middle },
                    sign if sign == right_of_a => (a, at_ends[0]) = (middle, sign),
                    sign => (b, at_ends[1]) = (middle, sign),
                }
            }
        }
        Self { polynomial: polynomial.clone(), low: a, high: b }
    }

    /// A root known to be alone in `(a, b]`, kept as a point where an end is the root itself.
    fn pinned(polynomial: &Polynomial<T>, mut a: BigRational, b: BigRational) -> Self {
        if sign_at(polynomial, &b) == Ordering::Equal {
            return Self { polynomial: polynomial.clone(), low: b.clone(), high: b };
        }
        // A root of the polynomial at the open end would make the closed interval hold two.
        while sign_at(polynomial, &a) == Ordering::Equal {
            let middle = (&a + &b) / BigRational::from_integer(2.into());
            match sign_at(polynomial, &middle) {
                Ordering::Equal => return Self { polynomial: polynomial.clone(), low: middle.clone(), high: middle },
                s if s == sign_at(polynomial, &b) => {
                    return Self::pinned_left(polynomial, a, middle);
                }
                _ => a = middle,
            }
        }
        Self { polynomial: polynomial.clone(), low: a, high: b }
    }

    /// As [`pinned`](Self::pinned), where the wanted root lies left of `b` and `a` is itself another root.
    fn pinned_left(polynomial: &Polynomial<T>, a: BigRational, b: BigRational) -> Self {
        let mut step = (&b - &a) / BigRational::from_integer(2.into());
        loop {
            let low = &a + &step;
            match sign_at(polynomial, &low) {
                _ if effort::is_spent() => return Self { polynomial: polynomial.clone(), low, high: b },
                Ordering::Equal => return Self { polynomial: polynomial.clone(), low: low.clone(), high: low },
                s if s != sign_at(polynomial, &b) => return Self { polynomial: polynomial.clone(), low, high: b },
                _ => step /= BigRational::from_integer(2.into()),
            }
        }
    }

    /// A root that its caller knows to be the only one in `[low, high]`, of a square-free polynomial with a change of sign there.
    pub(super) fn bracketed(polynomial: Polynomial<T>, low: BigRational, high: BigRational) -> Self {
        Self { polynomial, low, high }
    }

    /// The square-free polynomial that it is a root of.
    pub fn polynomial(&self) -> &Polynomial<T> {
        &self.polynomial
    }

    /// The interval that holds it, both ends included.
    pub fn interval(&self) -> (&BigRational, &BigRational) {
        (&self.low, &self.high)
    }

    /// Narrows the interval to at most `width`, by bisection.
    pub fn refine(&mut self, width: &BigRational) {
        if let Some(integers) = integer_multiple(&self.polynomial) {
            let ratio = (&self.high - &self.low) / width;
            let halvings = ratio.numer().bits() as i64 - ratio.denom().bits() as i64 + 1;
            if self.low != self.high && halvings > 0 {
                (self.low, self.high) = descartes::halved(&integers, &self.low, &self.high, halvings as u32);
            }
            return;
        }
        let two = BigRational::from_integer(2.into());
        if self.low == self.high {
            return;
        }
        // The values near a root are small: twice the bits of the width, and those of the root.
        let bits = 2 * (width.denom().bits() as i64 - width.numer().bits() as i64).max(0) + self.high.ceil().numer().bits() as i64 + 128;
        let approximated = Approximated::of(&|bits| approximations(&self.polynomial, bits), bits as u32);
        let sign = |x: &BigRational| approximated.as_ref().and_then(|p| p.sign(x)).unwrap_or_else(|| sign_at(&self.polynomial, x));
        let at_high = sign(&self.high);
        while &self.high - &self.low > *width {
            // A dyadic near the middle keeps the ends short.
            let middle = middle(&self.low, &self.high, &two);
            match sign(&middle) {
                Ordering::Equal => {
                    self.low = middle.clone();
                    self.high = middle;
                }
                s if s == at_high => self.high = middle,
                _ => self.low = middle,
            }
        }
    }

    /// The nearest double, correctly rounded.
    pub fn to_f64(&self) -> f64 {
        let mut root = self.clone();
        let mut width = &root.high - &root.low;
        loop {
            let (a, b) = (rational::to_f64(&root.low), rational::to_f64(&root.high));
            if a == b {
                return a;
            }
            // An exact tie between two doubles is rational; the bisection would never leave it.
            if let Some(tie) = tie_between(a, b)
                && root.low <= tie
                && tie <= root.high
                && sign_at(&root.polynomial, &tie) == Ordering::Equal
            {
                return rational::to_f64(&tie);
            }
            if a == 0.0 && b == 0.0 {
                return 0.0;
            }
            width /= BigRational::from_integer(1024.into());
            root.refine(&width);
        }
    }

    /// The sign of another polynomial at this root, exactly: zero iff the two share it.
    pub fn sign_of(&self, other: &Polynomial<T>) -> Ordering {
        if other.is_zero() {
            return Ordering::Equal;
        }
        let common = self.polynomial.gcd(other);
        if common.degree().is_some_and(|n| n > 0) {
            let (a, b) = (sign_at(&common, &self.low), sign_at(&common, &self.high));
            if a == Ordering::Equal || b == Ordering::Equal || a != b {
                return Ordering::Equal;
            }
        }
        let sturm = SturmSequence::new(&other.square_free());
        let mut root = self.clone();
        let mut width = &root.high - &root.low;
        loop {
            let at_low = sign_at(other, &root.low);
            if root.low == root.high || effort::is_spent() || (at_low != Ordering::Equal && sturm.count(&root.low, &root.high) == 0) {
                return at_low;
            }
            width /= BigRational::from_integer(16.into());
            root.refine(&width);
        }
    }

    /// The decimal expansion, `digits` significant digits, each certain (the last one rounded). A root that is a short decimal itself is given as that, any
    /// other with all of its digits.
    pub fn decimal(&self, digits: usize) -> String {
        let mut root = self.clone();
        let mut width = BigRational::one();
        // The digits take 3.33 bits each; what follows the point is most of them as a rule.
        let mut first = true;
        loop {
            let (a, b) = (rational::decimal(&root.low, digits), rational::decimal(&root.high, digits));
            if a == b
                || (root.low.is_negative() && root.high.is_positive() && sign_at(&root.polynomial, &BigRational::zero()) == Ordering::Equal)
            {
                if a != b {
                    return "0".into();
                }
                let snap = rational::simplest_between(&root.low, &root.high);
                let short = root.low == root.high || sign_at(&root.polynomial, &snap) == Ordering::Equal;
                return if short { a } else { rational::full_decimal(&root.low, digits) };
            }
            // A root that is itself a decimal tie: the midpoint in question is rational and can be tested.
            if root.high == root.low {
                return a;
            }
            width = if first { rational::power_of_two(-(4 * digits as i64)) } else { &width / BigRational::from_integer(1024.into()) };
            first = false;
            root.refine(&width);
            let snap = rational::simplest_between(&root.low, &root.high);
            if sign_at(&root.polynomial, &snap) == Ordering::Equal {
                return rational::decimal(&snap, digits);
            }
        }
    }
}

/// The coefficients to within `2^(−bits)`; `None` where one is only known to within a radius.
fn approximations<T: Ordered>(p: &Polynomial<T>, bits: u32) -> Option<Vec<BigRational>> {
    p.coefficients().iter().map(|c| c.approximation(bits)).collect()
}

/// The midpoint of two neighbouring doubles.
fn tie_between(a: f64, b: f64) -> Option<BigRational> {
    Some((rational::from_f64(a)? + rational::from_f64(b)?) / BigRational::from_integer(2.into()))
}

/// A point near the middle with a short binary expansion.
fn middle(low: &BigRational, high: &BigRational, two: &BigRational) -> BigRational {
    let width = high - low;
    let bits = (width.denom().bits() as i64 - width.numer().bits() as i64 + 3).max(0) as u32;
    let rounded = rational::round_to_bits(&((low + high) / two), bits);
    if rounded > *low && rounded < *high { rounded } else { (low + high) / two }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use proptest::prelude::*;

    fn from_roots(roots: &[BigRational]) -> Polynomial<BigRational> {
        roots.iter().fold(Polynomial::one(), |p, r| p * Polynomial::linear(r.clone()))
    }

    #[test]
    fn wilkinson_twenty_is_isolated_exactly() {
        let roots: Vec<_> = (1..=20).map(|k| ratio(k, 1)).collect();
        let found = RealRoot::all(&from_roots(&roots));
        assert_eq!(found.iter().map(RealRoot::to_f64).collect::<Vec<_>>(), (1..=20).map(f64::from).collect::<Vec<_>>());
    }

    #[test]
    fn sign_of_another_polynomial_is_exact() {
        let two = Polynomial::new(vec![ratio(-2, 1), ratio(0, 1), ratio(1, 1)]);
        let root = &RealRoot::all(&two)[1];
        assert_eq!(root.sign_of(&(two.clone() * Polynomial::linear(ratio(7, 1)))), Ordering::Equal);
        assert_eq!(root.sign_of(&Polynomial::linear(ratio(1_414_213_562, 1_000_000_000))), Ordering::Greater);
        assert_eq!(root.sign_of(&Polynomial::linear(ratio(1_414_213_563, 1_000_000_000))), Ordering::Less);
        assert_eq!(root.decimal(30), "1.41421356237309504880168872421");
    }

    proptest! {
        #[test]
        fn every_rational_root_is_found(mut numerators in prop::collection::btree_set(-60i64..60, 1..7), d in 1i64..12) {
            let roots: Vec<_> = std::mem::take(&mut numerators).into_iter().map(|n| ratio(n, d)).collect();
            let p = from_roots(&roots) * from_roots(&roots[..1]);
            let found = RealRoot::all(&p);
            prop_assert_eq!(found.len(), roots.len());
            for (mut root, exact) in found.into_iter().zip(&roots) {
                root.refine(&ratio(1, 1_000_000));
                let (low, high) = root.interval();
                prop_assert!(low <= exact && exact <= high);
                prop_assert_eq!(root.to_f64(), rational::to_f64(exact));
            }
        }
    }
}
