//! How far along a half-line something holds: nowhere, up to an algebraic number, or for ever.

use super::multiplicity::{enclosed, odd_part, of_size_one, settled, stripped};
use crate::exact::effort;
use crate::exact::{Ball, Number, Polynomial, RealRoot, ratio, rational};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use serde::{Serialize, Serializer};
use std::cmp::Ordering;

/// The supremum of a set `[0, r]`, `r ≥ 0`, or infinity.
#[derive(Clone, Debug)]
pub enum Extent {
    /// `r = 0`.
    Zero,
    /// `r` is this positive root.
    Root(RealRoot<Number>),
    /// `r` is this positive number: exact, or a ball that encloses it.
    Value(Number),
    /// There is no bound.
    Infinite,
}

impl Extent {
    /// `sup {r : p ≥ 0 on [0, r]}`, decided by the multiplicities of p's roots. Infinite for the zero polynomial.
    ///
    /// ```
    /// use lambdahat::{exact::{Number, Polynomial}, stability::Extent};
    /// let p = Polynomial::new([0, 2, 0, -1].map(Number::from).to_vec()); // 2t − t³
    /// assert_eq!(Extent::of_non_negativity(&p).decimal(15), "1.41421356237310");
    /// ```
    pub fn of_non_negativity(p: &Polynomial<Number>) -> Self {
        let Some((_, body)) = stripped(p) else { return Self::Infinite };
        if body.coefficient(0).sign() != Ordering::Greater {
            return Self::Zero;
        }
        if body.coefficients().iter().any(|c| !c.is_exact()) {
            return Self::of_rounded(&body);
        }
        if let Some(decided) = Self::by_bounds(&body, Self::of_non_negativity) {
            return decided;
        }
        match first_positive_root(&odd_part(&body)) {
            Some(root) => Self::Root(root),
            None => Self::Infinite,
        }
    }

    /// `sup {r : p > 0 on [0, r)}`: up to the first positive root, of whatever multiplicity; zero where p(0) is not positive.
    pub fn of_positivity(p: &Polynomial<Number>) -> Self {
        if p.coefficient(0).sign() != Ordering::Greater {
            return Self::Zero;
        }
        if let Some(decided) = Self::by_bounds(p, Self::of_positivity) {
            return decided;
        }
        first_positive_root(&settled(p)).map_or(Self::Infinite, Self::Root)
    }

    /// Either question for irrational coefficients: rational bounds decide all but tangencies, at a fraction of the cost of exact signs in Q(α). `None` where they
    /// leave it open, and for all other coefficients.
    fn by_bounds(p: &Polynomial<Number>, question: fn(&Polynomial<Number>) -> Self) -> Option<Self> {
        let [least, greatest] = envelope(&Polynomial::new(enclosed(&of_size_one(p))?)).map(|p| question(&p));
        match (&least, &greatest) {
            (Self::Infinite, _) => Some(Self::Infinite),
            (Self::Zero, _) | (_, Self::Infinite) => None,
            _ => {
                let hull = hull(&least, &greatest);
                // Tight bounds on both sides prove the one sign change between them.
                let tight = hull.radius() <= rational::to_f64(&hull.centre()) * 1e-30;
                tight.then_some(Self::Value(Number::Rounded(hull)))
            }
        }
    }

    /// Coefficients known to within a radius: the answer lies between those for the least and the greatest polynomial on t > 0. Where the
    /// greatest one never turns negative, nor does p, to within the rounding.
    fn of_rounded(body: &Polynomial<Number>) -> Self {
        let [least, greatest] = envelope(&of_size_one(body)).map(|p| Self::of_non_negativity(&p));
        match (&least, &greatest) {
            (_, Self::Infinite) => Self::Infinite,
            (Self::Zero, _) => Self::Zero,
            _ => Self::Value(Number::Rounded(hull(&least, &greatest))),
        }
    }

    /// The square root: `r` becomes `√r`.
    pub fn sqrt(self) -> Self {
        match self {
            Self::Root(root) => Self::Root(root_of_root(root)),
            Self::Value(Number::Rational(q)) if exact_root(&q).is_some() => {
                Self::Value(Number::from(exact_root(&q).unwrap_or_else(BigRational::zero)))
            }
            Self::Value(value) => {
                let ball = value.to_ball();
                let radius = rational::from_f64(ball.radius()).unwrap_or_else(BigRational::zero);
                let low = (ball.centre() - &radius).max(BigRational::zero());
                Self::Value(ball_between(&root_below(&low), &root_above(&(ball.centre() + radius))))
            }
            other => other,
        }
    }

    /// The smaller one.
    pub fn min(self, other: Self) -> Self {
        if self.cmp(&other) == Ordering::Greater { other } else { self }
    }

    /// Which one is larger; roots of different polynomials that agree to 300 bits count as equal.
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Infinite, Self::Infinite) => Ordering::Equal,
            (Self::Infinite, _) => Ordering::Greater,
            (_, Self::Infinite) => Ordering::Less,
            _ => {
                let difference = self.to_ball().plus(&other.to_ball().negated());
                if difference.holds_zero() { Ordering::Equal } else { difference.centre().cmp(&BigRational::zero()) }
            }
        }
    }

    /// Whether there is no bound.
    pub fn is_infinite(&self) -> bool {
        matches!(self, Self::Infinite)
    }

    /// The nearest double; infinity where there is no bound.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Zero => 0.0,
            Self::Root(root) => root.to_f64(),
            Self::Value(value) => value.to_f64(),
            Self::Infinite => f64::INFINITY,
        }
    }

    /// The decimal expansion, to so many significant digits; `inf` where there is no bound. An enclosed value gives the
    /// digits that its radius leaves certain, 80 at most.
    pub fn decimal(&self, digits: usize) -> String {
        match self {
            Self::Zero => "0".into(),
            Self::Root(root) => root.decimal(digits),
            Self::Value(value) if value.is_exact() => value.decimal(digits),
            Self::Value(value) => {
                let ball = value.to_ball();
                let certain = (rational::to_f64(&ball.centre()) / ball.radius().max(f64::MIN_POSITIVE)).log10().floor();
                value.decimal(digits.min(certain.clamp(1.0, 80.0) as usize))
            }
            Self::Infinite => "inf".into(),
        }
    }

    /// Whether it equals a stated number: exactly where both are exact, else to within the stated rounding.
    pub fn agrees_with(&self, stated: &Number) -> bool {
        match (self, stated) {
            (Self::Infinite, _) => false,
            (Self::Zero, stated) => stated.is_zero(),
            (Self::Value(value), stated) => value == stated,
            (Self::Root(_), Number::Rounded(ball)) => self.to_ball().plus(&ball.negated()).holds_zero(),
            (Self::Root(root), exact) => {
                // The stated number must be a root, and the one that this interval holds.
                root.polynomial().eval(exact).is_zero() && self.to_ball().plus(&exact.to_ball().negated()).holds_zero()
            }
        }
    }

    /// A ball that holds it, of relative radius about `2^(−250)`; meaningless where there is no bound.
    pub(crate) fn to_ball(&self) -> Ball {
        match self {
            Self::Zero | Self::Infinite => Ball::new(BigRational::zero(), 0.0),
            Self::Value(value) => value.to_ball(),
            Self::Root(root) => {
                let mut root = root.clone();
                root.refine(&rational::power_of_two(-260));
                let (low, high) = root.interval();
                enclosing(low, high)
            }
        }
    }
}

/// The least and the greatest exact polynomial on t > 0, a little outside so that their coefficients stay short.
pub(super) fn envelope(p: &Polynomial<Number>) -> [Polynomial<Number>; 2] {
    [-1, 1].map(|side| {
        p.map(|c| match c {
            Number::Rounded(ball) => {
                // The radius in whole units of some thousandth of it.
                let bits = (14.0 - ball.radius().max(1e-300).log2().ceil()).clamp(0.0, 1200.0) as u32;
                let radius = rational::from_f64(ball.radius()).unwrap_or_else(|| rational::power_of_two(1100));
                let unit = rational::power_of_two(-i64::from(bits));
                let centre = rational::round_to_bits(&ball.centre(), bits);
                let radius = rational::round_to_bits(&radius, bits) + unit * ratio(2, 1);
                Number::from(centre + ratio(side, 1) * radius)
            }
            exact => exact.clone(),
        })
    })
}

impl Serialize for Extent {
    /// A number, or the string `"Infinity"`, which JSON has no number for.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Infinite => serializer.serialize_str("Infinity"),
            finite => serializer.serialize_f64(finite.to_f64()),
        }
    }
}

/// A ball that holds both and all between.
fn hull(least: &Extent, greatest: &Extent) -> Ball {
    let outer =
        |ball: &Ball, side: i64| ball.centre() + ratio(side, 1) * rational::from_f64(ball.radius()).unwrap_or_else(BigRational::zero);
    enclosing(&outer(&least.to_ball(), -1), &outer(&greatest.to_ball(), 1))
}

fn enclosing(low: &BigRational, high: &BigRational) -> Ball {
    let half = (high - low) / BigRational::from_integer(2.into());
    Ball::new(low + &half, rational::to_f64(&half) * (1.0 + f64::EPSILON))
}

fn ball_between(low: &BigRational, high: &BigRational) -> Number {
    Number::Rounded(enclosing(low, high))
}

/// The smallest positive root of an exact polynomial that is not zero at 0.
fn first_positive_root(p: &Polynomial<Number>) -> Option<RealRoot<Number>> {
    if p.degree().is_none_or(|n| n == 0) || never_changes_sign(p) {
        return None;
    }
    RealRoot::first_positive(p)
}

/// Descartes' rule: coefficients of one sign leave no positive root.
fn never_changes_sign(p: &Polynomial<Number>) -> bool {
    let first = p.coefficient(0).sign();
    p.coefficients().iter().all(|c| c.sign() == Ordering::Equal || c.sign() == first)
}

/// `√r` of a positive root `r` of `p`, as a root of `p(y²)`: the bounds close in until no other root's square root lies between them.
fn root_of_root(mut root: RealRoot<Number>) -> RealRoot<Number> {
    let squares = Polynomial::new(vec![Number::zero(), Number::zero(), Number::from(1)]);
    let in_square = root.polynomial().compose(&squares);
    let mut width = rational::power_of_two(-32);
    loop {
        root.refine(&width);
        let (low, high) = root.interval();
        let (low, high) = (root_below(low), root_above(high));
        // The lower end is open, so it moves a little down.
        let found = RealRoot::between(&in_square, &(&low - &low * rational::power_of_two(-200)), &high);
        if let [only] = found.as_slice() {
            return only.clone();
        }
        if effort::is_spent() {
            return root;
        }
        width *= rational::power_of_two(-32);
    }
}

/// A dyadic below `√q`, to a relative `2^(−256)`.
fn root_below(q: &BigRational) -> BigRational {
    let shift = 512 + 2 * (q.denom().bits() as usize);
    let scaled: BigInt = (q.numer() << shift) / q.denom();
    BigRational::new(scaled.sqrt(), BigInt::from(1) << (shift / 2))
}

/// A dyadic above `√q`.
fn root_above(q: &BigRational) -> BigRational {
    let shift = 512 + 2 * (q.denom().bits() as usize);
    root_below(q) + BigRational::new(BigInt::from(2), BigInt::from(1) << (shift / 2))
}

fn exact_root(q: &BigRational) -> Option<BigRational> {
    let (n, d) = (q.numer().sqrt(), q.denom().sqrt());
    (&(&n * &n) == q.numer() && &(&d * &d) == q.denom()).then(|| BigRational::new(n, d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn integers(c: &[i64]) -> Polynomial<Number> {
        Polynomial::new(c.iter().map(|&c| Number::from(c)).collect())
    }

    #[test]
    fn tangencies_are_passed_and_crossings_are_not() {
        // (t − 1)²(3 − t): touches zero at 1, crosses at 3.
        let p = integers(&[-1, 1]) * integers(&[-1, 1]) * integers(&[3, -1]);
        assert_eq!(Extent::of_non_negativity(&p).to_f64(), 3.0);
        assert!(Extent::of_non_negativity(&integers(&[])).is_infinite());
        assert!(Extent::of_non_negativity(&integers(&[0, 0, 1])).is_infinite());
        assert_eq!(Extent::of_non_negativity(&integers(&[0, -1, 5])).to_f64(), 0.0);
    }

    #[test]
    fn stated_values_are_compared_exactly() {
        let extent = Extent::of_non_negativity(&integers(&[8, -1])).sqrt();
        let exact = Number::from(2) * Number::sqrt(&Number::from(2)).unwrap();
        assert!(extent.agrees_with(&exact));
        assert!(!extent.agrees_with(&Number::ratio(283, 100)));
        assert_eq!(extent.decimal(20), "2.8284271247461900976");
        assert!(Extent::of_non_negativity(&integers(&[9, -1])).sqrt().agrees_with(&Number::from(3)));
    }

    proptest! {
        #[test]
        fn square_root_squares_back(mut roots in prop::collection::btree_set(1i64..200, 1..5), d in 1i64..30) {
            let first = *roots.iter().next().unwrap();
            let p = std::mem::take(&mut roots).into_iter().fold(integers(&[1]), |p, r| p * Polynomial::new(vec![Number::ratio(r, d), Number::from(-1)]));
            let r = Extent::of_non_negativity(&p).sqrt().to_f64();
            prop_assert!((r * r - first as f64 / d as f64).abs() <= 1e-15 * r * r * 4.0);
        }
    }
}
