//! How a coefficient is written: exactly, or rounded to so many digits. Published schemes are often the latter, and say nothing of it.

use super::{Method, Multistep, RungeKutta};
use crate::exact::{Ball, Number};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Decimals with fewer places count as exact unless the file states `digits` or `tolerance`: 1/64 has six, but few schemes have only such.
const FEWEST_PLACES: u32 = 5;
/// Decimals may end in zeros: those with so many places fewer than the longest count as rounded too.
const DROPPED_ZEROS: u32 = 2;
/// A numerator and a denominator with so many bits each (seven digits) make a long ratio.
const LONG_BITS: u64 = 23;

/// What the form of a coefficient says of its precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    /// A short fraction, an algebraic number, a whole number: as it stands.
    Short,
    /// A decimal with so many places.
    Decimal {
        /// Digits after the point.
        places: u32,
    },
    /// A decimal of twelve digits or more, read as every number that rounds to it.
    Rounded,
    /// A ratio of long integers, which often stands for an irrational number.
    LongRatio,
}

impl Form {
    /// Of one coefficient.
    ///
    /// ```
    /// use lambdahat::{exact::Number, method::rounding::Form};
    /// assert_eq!(Form::of(&Number::ratio(1, 6)), Form::Short);
    /// assert_eq!(Form::of(&Number::ratio(16_666_667, 100_000_000)), Form::Decimal { places: 8 });
    /// assert_eq!(Form::of(&Number::ratio(1_432_997_174_477, 9_575_080_441_755)), Form::LongRatio);
    /// ```
    pub fn of(x: &Number) -> Self {
        match x {
            Number::Rounded(_) => Self::Rounded,
            Number::Algebraic(_) => Self::Short,
            Number::Rational(q) => match places(q) {
                Some(0) => Self::Short,
                Some(places) => Self::Decimal { places },
                None if q.numer().abs().bits() >= LONG_BITS && q.denom().bits() >= LONG_BITS => Self::LongRatio,
                None => Self::Short,
            },
        }
    }
}

/// The number of decimal places of a fraction that has a finite decimal expansion of at most 40 places.
fn places(q: &BigRational) -> Option<u32> {
    let ten = BigInt::from(10);
    let mut power = BigInt::one();
    for places in 0..=40 {
        if (&power % q.denom()).is_zero() {
            return Some(places);
        }
        power *= &ten;
    }
    None
}

/// What the coefficients of a scheme, taken together, say of their precision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WrittenPrecision {
    /// The most places among the decimals.
    pub places: u32,
    /// Whether any coefficient is a long decimal or a long ratio.
    pub long: bool,
}

impl WrittenPrecision {
    /// Of a list of coefficients.
    pub fn of<'a>(numbers: impl IntoIterator<Item = &'a Number>) -> Self {
        numbers.into_iter().fold(Self { places: 0, long: false }, |so_far, x| match Form::of(x) {
            Form::Short => so_far,
            Form::Decimal { places } => Self { places: so_far.places.max(places), ..so_far },
            Form::Rounded | Form::LongRatio => Self { long: true, ..so_far },
        })
    }

    /// The largest residual of an order condition that rounding of this kind explains; none where the coefficients look exact.
    ///
    /// Long decimals and ratios are often good to fewer digits than they show (an optimiser's, a formula evaluated in doubles), so 1e-8 is
    /// allowed; decimals of k places make residuals of a few units, so 100 units are.
    pub fn largest_defect(self) -> Option<f64> {
        if self.long {
            Some(1e-8)
        } else if self.places >= FEWEST_PLACES {
            Some(100.0 * 0.1f64.powi(self.places as i32))
        } else {
            None
        }
    }
}

/// The coefficients of a method, of whatever kind; embedded weights included.
pub fn coefficients(method: &Method) -> Vec<&Number> {
    match method {
        Method::RungeKutta(m) => m.a().iter().flatten().chain(m.b()).chain(m.b_hat().into_iter().flatten()).collect(),
        Method::Multistep(m) => m.alpha().iter().chain(m.beta()).collect(),
    }
}

/// The same method, each coefficient that looks rounded known to within `tolerance` only: all decisions about it hold "to within" that.
/// `None` where nothing looks rounded.
pub fn blurred(method: &Method, tolerance: f64) -> Option<Method> {
    let precision = WrittenPrecision::of(coefficients(method));
    let fewest = precision.places.saturating_sub(DROPPED_ZEROS).max(1);
    let mut changed = false;
    let mut blur = |x: &Number| {
        let rounded = match Form::of(x) {
            Form::Short => false,
            Form::Decimal { places } => places >= fewest,
            Form::Rounded | Form::LongRatio => true,
        };
        if !rounded {
            return x.clone();
        }
        changed = true;
        let ball = x.to_ball();
        Number::Rounded(Ball::new(ball.centre(), ball.radius().max(tolerance)))
    };
    let mut row = |list: &[Number]| list.iter().map(&mut blur).collect::<Vec<_>>();
    let blurred = match method {
        Method::RungeKutta(m) => {
            let a = m.a().iter().map(|r| row(r)).collect();
            let (b, b_hat) = (row(m.b()), m.b_hat().map(&mut row));
            Method::RungeKutta(RungeKutta::new(m.identity().clone(), a, b, b_hat, None).ok()?)
        }
        Method::Multistep(m) => {
            let (alpha, beta) = (row(m.alpha()), row(m.beta()));
            Method::Multistep(Multistep::new(m.identity().clone(), alpha, beta).ok()?)
        }
    };
    changed.then_some(blurred)
}
