//! Numbers known to within a radius: what a coefficient printed in decimals really is.

use super::rational;
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

/// Centres are rounded to this many significant bits, which costs far less than any coefficient's own rounding.
const PRECISION: u64 = 320;

/// Every real number within `radius` of `centre`. Operations enclose: the result holds every value the operands could give.
#[derive(Clone, Debug)]
pub struct Ball {
    centre: BigRational,
    /// Never negative; infinite after a division by a ball that holds zero.
    radius: f64,
}

/// One step up: covers the rounding of the few operations that made `r`.
fn up(r: f64) -> f64 {
    r * (1.0 + 8.0 * f64::EPSILON) + f64::MIN_POSITIVE
}

impl Ball {
    /// The ball with this centre and radius; a negative radius counts as zero.
    pub fn new(centre: BigRational, radius: f64) -> Self {
        Self { centre, radius: radius.max(0.0) }.shortened()
    }

    /// The centre.
    pub fn centre(&self) -> &BigRational {
        &self.centre
    }

    /// The radius.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// Whether zero is one of the values: "zero to within the rounding".
    pub fn holds_zero(&self) -> bool {
        // The double of the centre is within one part in 2^53 of it.
        rational::to_f64(&self.centre).abs() * (1.0 - 2.0 * f64::EPSILON) <= self.radius
    }

    /// An upper bound of `|x|` over the ball.
    fn size(&self) -> f64 {
        up(rational::to_f64(&self.centre).abs())
    }

    /// Rounds a long centre, and widens the radius by what that moved it.
    fn shortened(self) -> Self {
        let excess = self.centre.numer().bits().max(self.centre.denom().bits());
        if excess <= PRECISION + 64 {
            return self;
        }
        let magnitude = self.centre.numer().bits() as i64 - self.centre.denom().bits() as i64;
        let shift = PRECISION as i64 - magnitude;
        let moved = rational::to_f64(&rational::power_of_two(-shift));
        let centre = if shift >= 0 {
            rational::round_to_bits(&self.centre, shift as u32)
        } else {
            let unit = BigInt::from(1) << shift.unsigned_abs();
            BigRational::from_integer((self.centre / &unit).round().to_integer() * unit)
        };
        Self { centre, radius: up(self.radius + moved) }
    }

    /// `self + other`.
    pub fn plus(&self, other: &Self) -> Self {
        Self { centre: &self.centre + &other.centre, radius: up(self.radius + other.radius) }.shortened()
    }

    /// `self · other`.
    pub fn times(&self, other: &Self) -> Self {
        let radius = self.size() * other.radius + other.size() * self.radius + self.radius * other.radius;
        Self { centre: &self.centre * &other.centre, radius: up(up(radius)) }.shortened()
    }

    /// `1/self`; of infinite radius where the ball holds zero.
    pub fn inverse(&self) -> Self {
        let low = rational::to_f64(&self.centre).abs() * (1.0 - 2.0 * f64::EPSILON) - up(self.radius);
        if low <= 0.0 || self.centre.is_zero() {
            return Self { centre: BigRational::zero(), radius: f64::INFINITY };
        }
        let radius = up(up(self.radius / low) / (rational::to_f64(&self.centre).abs() * (1.0 - 2.0 * f64::EPSILON)));
        Self { centre: self.centre.recip(), radius }.shortened()
    }

    /// `−self`.
    pub fn negated(&self) -> Self {
        Self { centre: -&self.centre, radius: self.radius }
    }

    /// A rational that is at least `|x|` for each `x` in the ball.
    pub fn bound(&self) -> BigRational {
        match rational::from_f64(self.radius) {
            Some(r) => self.centre.abs() + r,
            None => BigRational::from_integer(BigInt::from(1) << 1100),
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

    #[test]
    fn a_third_in_sixteen_digits_is_a_third_to_within_rounding() {
        let third = Ball::new(ratio(3_333_333_333_333_333, 10_000_000_000_000_000), 0.5e-16);
        assert!(third.plus(&Ball::new(ratio(-1, 3), 0.0)).holds_zero());
        assert!(!third.plus(&Ball::new(ratio(-333_333_333, 1_000_000_000), 0.0)).holds_zero());
    }
}
