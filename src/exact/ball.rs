//! Numbers known to within a radius: what a coefficient printed in decimals really is.

use super::rational;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// Centres are rounded to this many significant bits, which costs far less than any coefficient's own rounding.
const PRECISION: i64 = 320;

/// Every real number within `radius` of a centre. Operations enclose: the result holds every value the operands could give.
///
/// The centre is dyadic, `mantissa · 2^exponent`, so that sums and products need no gcd.
#[derive(Clone, Debug)]
pub struct Ball {
    mantissa: BigInt,
    exponent: i64,
    /// Never negative; infinite after a division by a ball that holds zero.
    radius: f64,
}

/// One step up: covers the rounding of the few operations that made `r`. Zero times infinity counts as infinite.
fn up(r: f64) -> f64 {
    if r.is_nan() {
        return f64::INFINITY;
    }
    r * (1.0 + 8.0 * f64::EPSILON) + f64::MIN_POSITIVE
}

/// `2^exponent` as a double, rounded up where it underflows.
fn power_up(exponent: i64) -> f64 {
    if exponent < -1021 { f64::MIN_POSITIVE } else { 2f64.powi(exponent.min(1100) as i32) }
}

impl Ball {
    /// The ball with this centre and radius; a negative radius counts as zero.
    pub fn new(centre: BigRational, radius: f64) -> Self {
        let radius = radius.max(0.0);
        let (numerator, denominator) = centre.into();
        let magnitude = numerator.bits() as i64 - denominator.bits() as i64;
        // A denominator that is a power of two costs no rounding.
        let twos = denominator.trailing_zeros().unwrap_or(0);
        if denominator.bits() == twos + 1 {
            return Self { mantissa: numerator, exponent: -(twos as i64), radius }.shortened();
        }
        let shift = PRECISION - magnitude;
        let mantissa = if shift >= 0 { (numerator << shift) / denominator } else { numerator / (denominator << -shift) };
        Self { mantissa, exponent: -shift, radius: up(radius + power_up(-shift)) }
    }

    /// Any number at all: what is known of a result once a budget of [`effort`](super::effort) is spent.
    pub(super) fn unknown() -> Self {
        Self { mantissa: BigInt::zero(), exponent: 0, radius: f64::INFINITY }
    }

    /// The centre.
    pub fn centre(&self) -> BigRational {
        BigRational::from_integer(self.mantissa.clone()) * rational::power_of_two(self.exponent)
    }

    /// The radius.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// `|centre|` as a double, to within a few units in its last place.
    fn magnitude(&self) -> f64 {
        let excess = (self.mantissa.bits() as i64 - 64).max(0);
        let top = (&self.mantissa >> excess).abs().to_f64().unwrap_or(f64::INFINITY);
        let power = self.exponent + excess;
        // In two factors, so that neither leaves the range before the product does.
        let half = (power / 2).clamp(-1000, 1000) as i32;
        let rest = (power - i64::from(half)).clamp(-1000, 1000) as i32;
        top * 2f64.powi(half) * 2f64.powi(rest)
    }

    /// Whether zero is one of the values: "zero to within the rounding".
    pub fn holds_zero(&self) -> bool {
        self.mantissa.is_zero() || self.magnitude() * (1.0 - 4.0 * f64::EPSILON) <= self.radius
    }

    /// An upper bound of `|x|` over the ball's centre.
    fn size(&self) -> f64 {
        up(self.magnitude())
    }

    /// Rounds a long mantissa, and widens the radius by what that moved it.
    fn shortened(self) -> Self {
        let excess = self.mantissa.bits() as i64 - PRECISION;
        if excess <= 64 {
            return self;
        }
        let exponent = self.exponent + excess;
        Self { mantissa: self.mantissa >> excess, exponent, radius: up(self.radius + power_up(exponent)) }
    }

    /// `self + other`.
    pub fn plus(&self, other: &Self) -> Self {
        let radius = up(self.radius + other.radius);
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        if high.mantissa.is_zero() {
            return Self { radius, ..low.clone() };
        }
        // What lies far below the last bit of the other counts as an error, whatever its exponent: shifting by the gap could take any amount of memory.
        if low.exponent + (low.mantissa.bits() as i64) < high.exponent - PRECISION {
            return Self { radius: up(radius + low.size()), ..high.clone() };
        }
        let mantissa = (&high.mantissa << (high.exponent - low.exponent)) + &low.mantissa;
        Self { mantissa, exponent: low.exponent, radius }.shortened()
    }

    /// `self · other`.
    pub fn times(&self, other: &Self) -> Self {
        let radius = self.size() * other.radius + other.size() * self.radius + self.radius * other.radius;
        Self { mantissa: &self.mantissa * &other.mantissa, exponent: self.exponent + other.exponent, radius: up(up(radius)) }.shortened()
    }

    /// `1/self`; of infinite radius where the ball holds zero.
    pub fn inverse(&self) -> Self {
        let size = self.magnitude() * (1.0 - 4.0 * f64::EPSILON);
        let low = size - up(self.radius);
        if self.mantissa.is_zero() || low <= 0.0 {
            return Self { mantissa: BigInt::zero(), exponent: 0, radius: f64::INFINITY };
        }
        let shift = PRECISION + self.mantissa.bits() as i64;
        let mantissa = (BigInt::from(1) << shift) / &self.mantissa;
        let exponent = -shift - self.exponent;
        let radius = up(up(self.radius / low) / size) + power_up(exponent);
        Self { mantissa, exponent, radius: up(radius) }
    }

    /// `−self`.
    pub fn negated(&self) -> Self {
        Self { mantissa: -&self.mantissa, ..*self }
    }

    /// A rational that is at least `|x|` for each `x` in the ball.
    pub fn bound(&self) -> BigRational {
        match rational::from_f64(self.radius) {
            Some(r) => self.centre().abs() + r,
            None => rational::power_of_two(1100),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn operations_enclose(a in -1000i64..1000, b in 1i64..1000, da in -8i64..=8, db in -8i64..=8) {
            let (x, y) = (ratio(a, 7), ratio(b, 11));
            let (r, s) = (8.0 / 1000.0, 8.0 / 1000.0);
            let (ball_x, ball_y) = (Ball::new(x.clone(), r), Ball::new(y.clone(), s));
            let (u, v) = (x + ratio(da, 1000), y + ratio(db, 1000));
            let holds = |ball: &Ball, value: BigRational| ball.plus(&Ball::new(-value, 0.0)).holds_zero();
            prop_assert!(holds(&ball_x.plus(&ball_y), &u + &v));
            prop_assert!(holds(&ball_x.times(&ball_y), &u * &v));
            prop_assert!(holds(&ball_x.times(&ball_y.inverse()), &u / &v));
        }
    }

    /// Numbers of any two magnitudes add up in no time, and the sum holds them.
    #[test]
    fn magnitudes_far_apart_add_up() {
        let mut tiny = Ball::new(ratio(1, 3), 0.0);
        (0..40).for_each(|_| tiny = tiny.times(&tiny));
        let one = Ball::new(ratio(1, 1), 0.0);
        let zero = tiny.times(&Ball::new(ratio(0, 1), 0.0));
        for sum in [one.plus(&tiny), tiny.plus(&one), one.plus(&zero), zero.plus(&one)] {
            assert!(!sum.holds_zero() && sum.plus(&one.negated()).holds_zero() && sum.radius() < 1e-300, "{sum:?}");
        }
    }

    #[test]
    fn a_third_in_sixteen_digits_is_a_third_to_within_rounding() {
        let third = Ball::new(ratio(3_333_333_333_333_333, 10_000_000_000_000_000), 0.5e-16);
        assert!(third.plus(&Ball::new(ratio(-1, 3), 0.0)).holds_zero());
        assert!(!third.plus(&Ball::new(ratio(-333_333_333, 1_000_000_000), 0.0)).holds_zero());
    }
}
