//! The arithmetic of numbers of every kind: exact where both are, in balls else, each operation charged to the effort that is counted.

use super::algebraic::Algebraic;
use super::number_field::NumberField;
use super::real_number::Number;
use crate::exact::ball::Ball;
use crate::exact::effort;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::ops::{Add, Div, Mul, Neg, Sub};

impl Zero for Number {
    fn zero() -> Self {
        Self::Rational(BigRational::zero())
    }

    fn is_zero(&self) -> bool {
        match self {
            Self::Rational(q) => q.is_zero(),
            Self::Algebraic(_) => false,
            Self::Rounded(ball) => ball.holds_zero(),
        }
    }
}

impl One for Number {
    fn one() -> Self {
        Self::Rational(BigRational::one())
    }
}

impl Neg for Number {
    type Output = Self;

    fn neg(self) -> Self {
        match self {
            Self::Rational(q) => Self::Rational(-q),
            Self::Algebraic(a) => a.times_rational(&-BigRational::one()),
            Self::Rounded(ball) => Self::Rounded(ball.negated()),
        }
    }
}

/// `operation` on elements of different fields: in their compositum, or as balls where that would be too large.
fn across(a: &Algebraic, b: &Algebraic, exact: impl Fn(Number, &Number) -> Number, rounded: impl Fn(&Ball, &Ball) -> Ball) -> Number {
    let other = Number::Algebraic(b.clone());
    match NumberField::join(a, std::slice::from_ref(&other)) {
        Some((a, moved)) => exact(a, &moved[0]),
        None => Number::Rounded(rounded(&Number::Algebraic(a.clone()).to_ball(), &other.to_ball())),
    }
}

/// Charges a sum or a product of two numbers to the [`effort`] that is counted, by their sizes; false where none is left.
fn affordable(a: &Number, b: &Number, is_product: bool) -> bool {
    let bits = |q: &BigRational| q.numer().bits().max(q.denom().bits());
    effort::charge(match (a, b) {
        (Number::Rational(p), Number::Rational(q)) if p.is_integer() && q.is_integer() => {
            if is_product {
                effort::product(p.numer().bits(), q.numer().bits())
            } else {
                20 + p.numer().bits().max(q.numer().bits()) / 64
            }
        }
        (Number::Rational(p), Number::Rational(q)) => 2 * effort::gcd(bits(p).max(bits(q))),
        // Elements of a field charge by themselves.
        (Number::Algebraic(_), _) | (_, Number::Algebraic(_)) => 20,
        _ => 500,
    });
    !effort::is_spent()
}

impl Add<&Number> for Number {
    type Output = Self;

    fn add(self, other: &Self) -> Self {
        if effort::is_counted() && !affordable(&self, other, false) {
            return Self::unknown();
        }
        match (self, other) {
            // Integers first: the library of rationals would look for a gcd with one.
            (Self::Rational(a), Self::Rational(b)) if a.is_integer() && b.is_integer() => {
                Self::Rational(BigRational::from_integer(a.into_raw().0 + b.numer()))
            }
            (Self::Rational(a), Self::Rational(b)) => Self::Rational(a + b),
            (Self::Rational(q), b) if q.is_zero() => b.clone(),
            (a, Self::Rational(q)) if q.is_zero() => a,
            (Self::Rational(q), Self::Algebraic(a)) => a.plus_rational(&q),
            (Self::Algebraic(a), Self::Rational(q)) => a.plus_rational(q),
            (Self::Algebraic(a), Self::Algebraic(b)) if a.same_field(b) => a.plus(b),
            (Self::Algebraic(a), Self::Algebraic(b)) => across(&a, b, |x, y| x + y, Ball::plus),
            (a, b) => Self::Rounded(a.to_ball().plus(&b.to_ball())),
        }
    }
}

impl Sub<&Number> for Number {
    type Output = Self;

    fn sub(self, other: &Self) -> Self {
        match (self, other) {
            (Self::Rational(a), Self::Rational(b)) if a.is_integer() && b.is_integer() => {
                Self::Rational(BigRational::from_integer(a.into_raw().0 - b.numer()))
            }
            (Self::Rational(a), Self::Rational(b)) => Self::Rational(a - b),
            (a, b) => a + &-b.clone(),
        }
    }
}

impl Mul<&Number> for Number {
    type Output = Self;

    fn mul(self, other: &Self) -> Self {
        if effort::is_counted() && !affordable(&self, other, true) {
            return Self::unknown();
        }
        match (self, other) {
            (Self::Rational(a), Self::Rational(b)) if a.is_integer() && b.is_integer() => {
                Self::Rational(BigRational::from_integer(a.into_raw().0 * b.numer()))
            }
            (Self::Rational(a), Self::Rational(b)) => Self::Rational(a * b),
            (Self::Rational(q), _) if q.is_zero() => Self::zero(),
            (_, Self::Rational(q)) if q.is_zero() => Self::zero(),
            (Self::Rational(q), b) if q.is_one() => b.clone(),
            (a, Self::Rational(q)) if q.is_one() => a,
            (Self::Rational(q), Self::Algebraic(a)) => a.times_rational(&q),
            (Self::Algebraic(a), Self::Rational(q)) => a.times_rational(q),
            (Self::Algebraic(a), Self::Algebraic(b)) if a.same_field(b) => a.times(b),
            (Self::Algebraic(a), Self::Algebraic(b)) => across(&a, b, |x, y| x * y, Ball::times),
            (a, b) => Self::Rounded(a.to_ball().times(&b.to_ball())),
        }
    }
}

impl Div<&Number> for Number {
    type Output = Self;

    /// Panics on an exact zero divisor, as division of rationals does.
    fn div(self, other: &Self) -> Self {
        if effort::is_counted() && !affordable(&self, other, true) {
            return Self::unknown();
        }
        match other {
            Self::Rational(q) => match self {
                Self::Rational(p) => Self::Rational(p / q),
                a => a * &Self::Rational(q.recip()),
            },
            Self::Algebraic(b) => self * &b.inverse(),
            Self::Rounded(ball) => self * &Self::Rounded(ball.inverse()),
        }
    }
}

macro_rules! by_value {
    ($($trait:ident $method:ident),*) => {$(
        impl $trait for Number {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                $trait::$method(self, &other)
            }
        }
    )*};
}
by_value!(Add add, Sub sub, Mul mul, Div div);
