//! The one scalar of schemes: a rational, a real algebraic number, or a decimal known to within its rounding.

use super::algebraic::Algebraic;
use super::number_field::NumberField;
use crate::exact::ball::Ball;
use crate::exact::effort;
use crate::exact::ordered::Ordered;
use crate::exact::polynomial::Polynomial;
use crate::exact::rational;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde::{Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// A real number, exact wherever the source was.
///
/// Zero tests, and with them equality, are decisions for the first two kinds. For [`Rounded`](Number::Rounded) they say
/// "to within the rounding": a ball that holds zero counts as zero. So one generic algorithm decides exactly over Q and Q(α) and
/// to within the rounding over printed decimals.
///
/// ```
/// use lambdahat::exact::Number;
/// let s = Number::sqrt(&Number::from(3)).unwrap();
/// let gamma = (Number::from(3) + &s) / Number::from(6);
/// assert_eq!(gamma.to_string(), "1/2 + 1/6*sqrt(3)");
/// assert_eq!(s.clone() * &s, Number::from(3));
/// ```
#[derive(Clone, Debug)]
pub enum Number {
    /// A rational.
    Rational(BigRational),
    /// An irrational element of a number field.
    Algebraic(Algebraic),
    /// Every real within a radius of a centre.
    Rounded(Ball),
}

impl Number {
    /// The rational `numerator/denominator`; the denominator must not be zero.
    pub fn ratio(numerator: i64, denominator: i64) -> Self {
        Self::Rational(rational::ratio(numerator, denominator))
    }

    /// The non-negative square root, in a field that also holds `x`. `None` for negative numbers and for rounded ones that hold zero.
    pub fn sqrt(x: &Self) -> Option<Self> {
        match x.sign() {
            Ordering::Less => None,
            Ordering::Equal => Some(Self::zero()),
            Ordering::Greater => {
                if let Self::Rounded(ball) = x {
                    return rounded_sqrt(ball);
                }
                if let Self::Rational(q) = x {
                    return Some(NumberField::square_root(q));
                }
                let polynomial = Polynomial::new(vec![-x.clone(), Self::zero(), Self::one()]);
                let high = x.bound() + BigRational::one();
                NumberField::adjoin(&polynomial, &BigRational::zero(), &high, &[]).map(|(root, _)| root)
            }
        }
    }

    /// Any number at all: the result of an operation for which no effort is left.
    pub(super) fn unknown() -> Self {
        Self::Rounded(Ball::unknown())
    }

    /// Whether the value is known exactly.
    pub fn is_exact(&self) -> bool {
        !matches!(self, Self::Rounded(_))
    }

    /// The rational that it is, when it is one.
    pub fn as_rational(&self) -> Option<&BigRational> {
        match self {
            Self::Rational(q) => Some(q),
            _ => None,
        }
    }

    /// The sign; `Equal` also for a ball that holds zero.
    pub fn sign(&self) -> Ordering {
        if effort::is_spent() {
            return Ordering::Equal;
        }
        match self {
            Self::Rational(q) => q.cmp(&BigRational::zero()),
            Self::Algebraic(a) => a.sign(),
            Self::Rounded(ball) if ball.holds_zero() => Ordering::Equal,
            Self::Rounded(ball) => ball.centre().cmp(&BigRational::zero()),
        }
    }

    /// The nearest double; correctly rounded for exact numbers, the centre's for balls.
    pub fn to_f64(&self) -> f64 {
        match self {
            Self::Rational(q) => rational::to_f64(q),
            Self::Algebraic(a) => a.refined(|low, high| {
                let (a, b) = (rational::to_f64(low), rational::to_f64(high));
                (a == b).then_some(a)
            }),
            Self::Rounded(ball) => rational::to_f64(&ball.centre()),
        }
    }

    /// How far the true value may lie from [`to_f64`](Self::to_f64)'s exact argument: zero for exact numbers, the radius for balls.
    pub fn radius(&self) -> f64 {
        match self {
            Self::Rounded(ball) => ball.radius(),
            _ => 0.0,
        }
    }

    /// A rational within `2^(−bits)` of it (of the centre, for a ball).
    pub fn approximate(&self, bits: u32) -> BigRational {
        match self {
            Self::Rational(q) => rational::round_to_bits(q, bits + 1),
            Self::Algebraic(a) => {
                let width = rational::power_of_two(-i64::from(bits));
                a.refined(|low, high| {
                    (high - low <= width).then(|| rational::round_to_bits(&((low + high) / BigRational::from_integer(2.into())), bits + 1))
                })
            }
            Self::Rounded(ball) => rational::round_to_bits(&ball.centre(), bits + 1),
        }
    }

    /// The decimal expansion to so many significant digits; of a rational without zeros at the end.
    pub fn decimal(&self, digits: usize) -> String {
        match self {
            Self::Rational(q) => rational::decimal(q, digits),
            Self::Algebraic(a) => a.refined(|low, high| {
                let (a, b) = (rational::full_decimal(low, digits), rational::full_decimal(high, digits));
                (a == b).then_some(a)
            }),
            Self::Rounded(ball) => rational::full_decimal(&ball.centre(), digits),
        }
    }

    /// The absolute value.
    pub fn abs(&self) -> Self {
        if self.sign() == Ordering::Less { -self.clone() } else { self.clone() }
    }

    /// A ball that holds it.
    pub fn to_ball(&self) -> Ball {
        match self {
            Self::Rational(q) => Ball::new(q.clone(), 0.0),
            Self::Algebraic(a) => {
                let scale = rational::power_of_two(-250);
                a.refined(|low, high| {
                    let half = (high - low) / BigRational::from_integer(2.into());
                    (half <= &scale * low.abs()).then(|| Ball::new(low + &half, rational::to_f64(&half) * (1.0 + f64::EPSILON)))
                })
            }
            Self::Rounded(ball) => ball.clone(),
        }
    }
}

/// The square root of a positive ball: Newton's iteration on the centre, `δ/(2√low)` for the radius.
fn rounded_sqrt(ball: &Ball) -> Option<Number> {
    let exact = Number::sqrt(&Number::Rational(ball.centre()))?;
    let low = rational::to_f64(&ball.centre()) - ball.radius();
    let spread = Ball::new(BigRational::zero(), ball.radius() / low.sqrt() * (1.0 + 8.0 * f64::EPSILON));
    Some(Number::Rounded(exact.to_ball().plus(&spread)))
}

impl From<i64> for Number {
    fn from(n: i64) -> Self {
        Self::Rational(BigRational::from_integer(n.into()))
    }
}

impl From<BigRational> for Number {
    fn from(q: BigRational) -> Self {
        Self::Rational(q)
    }
}

impl Ordered for Number {
    fn sign(&self) -> Ordering {
        Number::sign(self)
    }

    fn bound(&self) -> BigRational {
        match self {
            Self::Rational(q) => q.abs(),
            Self::Algebraic(a) => a.refined(|low, high| Some(low.abs().max(high.abs()))),
            Self::Rounded(ball) => ball.bound(),
        }
    }

    fn from_rational(q: BigRational) -> Self {
        Self::Rational(q)
    }

    fn rational(&self) -> Option<&BigRational> {
        self.as_rational()
    }

    fn approximation(&self, bits: u32) -> Option<BigRational> {
        self.is_exact().then(|| self.approximate(bits))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Rational(a), Self::Rational(b)) => a == b,
            (Self::Algebraic(_), Self::Rational(_)) | (Self::Rational(_), Self::Algebraic(_)) => false,
            (Self::Algebraic(a), Self::Algebraic(b)) if a.same_field(b) => a == b,
            _ => (self.clone() - other).is_zero(),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some((self.clone() - other).sign())
    }
}

impl fmt::Display for Number {
    /// `1/6`, `1/2 - 1/6*sqrt(3)`, or for a ball the digits that its radius leaves certain.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rational(q) => write!(f, "{q}"),
            Self::Algebraic(a) => write!(f, "{a}"),
            Self::Rounded(ball) => {
                let size = rational::to_f64(&ball.centre()).abs();
                let digits = if ball.radius() > 0.0 { (size / ball.radius()).log10().ceil().clamp(1.0, 80.0) } else { 40.0 };
                f.write_str(&rational::decimal(&ball.centre(), digits as usize))
            }
        }
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use proptest::prelude::*;

    fn sqrt(n: i64) -> Number {
        Number::sqrt(&Number::from(n)).unwrap()
    }

    #[test]
    fn square_roots_are_canonical() {
        assert_eq!(sqrt(12).to_string(), "2*sqrt(3)");
        assert_eq!(sqrt(49), Number::from(7));
        assert_eq!(sqrt(2).to_f64(), 2f64.sqrt());
        assert_eq!((sqrt(12) / sqrt(3)), Number::from(2));
        assert!(Number::sqrt(&Number::from(-1)).is_none());
    }

    #[test]
    fn different_fields_meet_in_their_compositum() {
        let sum = sqrt(2) + sqrt(3);
        let square = sum.clone() * &sum;
        assert_eq!(square, Number::from(5) + Number::from(2) * sqrt(6));
        assert_eq!(sum.to_f64(), 3.1462643699419726);
        assert_eq!(sqrt(2) * sqrt(8), Number::from(4));
    }

    #[test]
    fn nested_radicals() {
        // √(5 + 2√6) = √2 + √3, and Gauss 4's node
        let nested = Number::sqrt(&(Number::from(5) + Number::from(2) * sqrt(6))).unwrap();
        assert_eq!(nested, sqrt(2) + sqrt(3));
        let node = Number::sqrt(&((Number::from(15) + Number::from(2) * sqrt(30)) / Number::from(140))).unwrap();
        assert_eq!(node.to_f64() * 2.0, 0.8611363115940526);
    }

    #[test]
    fn alexanders_gamma_is_the_root_of_a_cubic() {
        let cubic = Polynomial::new([-1, 9, -18, 6].map(Number::from).to_vec());
        let (gamma, _) = NumberField::adjoin(&cubic, &ratio(2, 5), &ratio(1, 2), &[]).unwrap();
        assert_eq!(gamma.to_f64(), 0.435_866_521_508_459);
        assert!(cubic.eval(&gamma).is_zero());
        assert_eq!(gamma.clone() / &gamma, Number::one());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn field_axioms_in_a_quartic_field(a in prop::collection::vec(-9i64..9, 4), b in prop::collection::vec(-9i64..9, 4)) {
            let theta = sqrt(2) + sqrt(3);
            let element = |c: &[i64]| c.iter().rev().fold(Number::zero(), |v, &c| v * &theta + Number::from(c));
            let (x, y) = (element(&a), element(&b));
            prop_assert_eq!((x.clone() + &y) * (x.clone() - &y), x.clone() * &x - y.clone() * &y);
            if !y.is_zero() {
                prop_assert_eq!(x.clone() / &y * &y, x.clone());
            }
            let float = |c: &[i64]| c.iter().rev().fold(0.0, |v, &c| v * theta.to_f64() + c as f64);
            prop_assert!((x.to_f64() - float(&a)).abs() < 1e-10);
        }
    }
}
