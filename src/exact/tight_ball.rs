//! Balls of real numbers with double-double centres: fast, and far tighter than a double's rounding.
//!
//! Every operation encloses: the result holds each value that the operands could give. The rounding of the centre is that of
//! [`DoubleDouble`], at most 2⁻¹⁰¹ of it for a sum or a product. Where an operation is undefined (a division by a ball that
//! holds zero), or leaves the doubles, the radius is infinite or not a number, and nothing is decided from it.

use super::double_double::DoubleDouble;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The relative rounding of one sum or product.
const ROUNDING: f64 = 1.0 / (1u128 << 100) as f64;

/// Every real number within `radius` of a centre.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TightBall {
    centre: DoubleDouble,
    radius: f64,
}

/// Covers the rounding of the few operations that made a radius.
fn up(radius: f64) -> f64 {
    radius * (1.0 + 16.0 * f64::EPSILON) + f64::MIN_POSITIVE
}

impl TightBall {
    /// What a double stands for, exactly.
    pub fn exactly(x: f64) -> Self {
        Self { centre: DoubleDouble::from(x), radius: 0.0 }
    }

    /// Everything within a radius of a double.
    pub fn around(x: f64, radius: f64) -> Self {
        Self { centre: DoubleDouble::from(x), radius: up(radius) }
    }

    /// All of two balls and what lies between them.
    pub fn hull(self, other: Self) -> Self {
        let low = (self.low()).min(other.low());
        let high = self.high().max(other.high());
        let middle = low + 0.5 * (high - low);
        Self::around(middle, (high - middle).max(middle - low))
    }

    /// A ball about zero that holds this one and its negative.
    pub fn either_sign(self) -> Self {
        Self::around(0.0, self.size())
    }

    /// The centre as a double.
    pub fn middle(self) -> f64 {
        self.centre.to_f64()
    }

    /// An upper bound of `|x − middle|`.
    pub fn spread(self) -> f64 {
        up(self.radius + self.centre.tail().abs())
    }

    /// An upper bound of `|x|`.
    pub fn size(self) -> f64 {
        up(self.centre.to_f64().abs() * (1.0 + f64::EPSILON) + self.radius)
    }

    fn low(self) -> f64 {
        (self.middle() - self.spread()).next_down()
    }

    fn high(self) -> f64 {
        (self.middle() + self.spread()).next_up()
    }

    /// Whether every value is below every value of the other (`Some(true)`), or above (`Some(false)`).
    pub fn is_below(self, other: Self) -> Option<bool> {
        let gap = other - self;
        let (middle, spread) = (gap.middle(), gap.spread());
        if middle > spread {
            Some(true)
        } else if middle < -spread {
            Some(false)
        } else {
            None
        }
    }

    /// Whether it is surely positive.
    pub fn is_positive(self) -> bool {
        self.middle() > self.spread()
    }

    /// √x of a positive ball; `None` where it may hold zero.
    pub fn sqrt(self) -> Option<Self> {
        self.root(2)
    }

    /// The n-th root of a positive ball; `None` where it may hold zero.
    pub fn root(self, n: u32) -> Option<Self> {
        if !self.is_positive() {
            return None;
        }
        if n == 1 {
            return Some(self);
        }
        let exact = Self { centre: self.centre, radius: 0.0 };
        let start = Self::exactly(self.middle().powf(1.0 / f64::from(n)));
        let slope = start.power(n - 1).times(f64::from(n));
        let y = Self { centre: (start - (start.power(n) - exact) / slope).centre, radius: 0.0 };
        // yⁿ − rⁿ = (y − r) Σ y^i r^(n−1−i), and every term of the sum is positive.
        let miss = y.power(n) - exact;
        let bound = miss.size() / (y.power(n - 1).low());
        // Over the ball the root moves by at most its slope at the low end.
        let low = (self.middle() - self.spread()).next_down();
        let moved = self.radius * y.size() / (f64::from(n) * low) * (1.0 + 8.0 * f64::EPSILON);
        Some(Self { centre: y.centre, radius: up(bound.abs() + moved) }).filter(|root| root.radius.is_finite() && low > 0.0)
    }

    /// x to an integer power.
    pub fn power(self, n: u32) -> Self {
        let (mut result, mut base, mut rest) = (Self::exactly(1.0), self, n);
        while rest > 0 {
            if rest & 1 == 1 {
                result = result * base;
            }
            base = base * base;
            rest >>= 1;
        }
        result
    }

    /// Times a double.
    pub fn times(self, factor: f64) -> Self {
        self * Self::exactly(factor)
    }
}

impl Neg for TightBall {
    type Output = Self;

    fn neg(self) -> Self {
        Self { centre: -self.centre, radius: self.radius }
    }
}

impl Add for TightBall {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let centre = self.centre + other.centre;
        Self { centre, radius: up(self.radius + other.radius + ROUNDING * centre.to_f64().abs()) }
    }
}

impl Sub for TightBall {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for TightBall {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let centre = self.centre * other.centre;
        let (a, b) = (self.centre.to_f64().abs() * (1.0 + f64::EPSILON), other.centre.to_f64().abs() * (1.0 + f64::EPSILON));
        let moved = a * other.radius + b * self.radius + self.radius * other.radius;
        Self { centre, radius: up(moved + ROUNDING * centre.to_f64().abs()) }
    }
}

impl Div for TightBall {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let least = (other.middle().abs() - other.spread()).next_down();
        if least.is_nan() || least <= 0.0 {
            return Self { centre: DoubleDouble::ZERO, radius: f64::INFINITY };
        }
        let quotient = Self { centre: self.centre / other.centre, radius: 0.0 };
        // x/y − q = (x − qy)/y.
        let rest = self - quotient * other;
        Self { centre: quotient.centre, radius: up(rest.size() / least) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::{ratio, rational};
    use num_rational::BigRational;
    use num_traits::Signed;
    use proptest::prelude::*;

    fn holds(ball: TightBall, value: &BigRational) -> bool {
        let exact = |x: f64| rational::from_f64(x).unwrap();
        (exact(ball.centre.to_f64()) + exact(ball.centre.tail()) - value).abs() <= exact(ball.radius)
    }

    proptest! {
        #[test]
        fn operations_enclose(a in -1000i64..1000, b in 1i64..1000, da in -8i64..=8, db in -8i64..=8, n in 2u32..9) {
            let around = |n: i64, d: i64| TightBall::exactly(n as f64) / TightBall::exactly(d as f64);
            let wide = |ball: TightBall| ball + TightBall::around(0.0, 0.008);
            let (x, y) = (wide(around(a, 7)), wide(around(b, 11)));
            let (u, v) = (ratio(a, 7) + ratio(da, 1000), ratio(b, 11) + ratio(db, 1000));
            prop_assert!(holds(x + y, &(&u + &v)) && holds(x - y, &(&u - &v)) && holds(x * y, &(&u * &v)) && holds(x / y, &(&u / &v)));
            // The root of vⁿ is v.
            let mut powered = v.clone();
            for _ in 1..n {
                powered *= &v;
            }
            prop_assert!(y.power(n).root(n).is_none_or(|root| holds(root, &v)));
            prop_assert!(holds(y.power(n), &powered));
            let below = (x - y).is_positive();
            prop_assert!(!below || u > v);
            prop_assert_eq!(x.is_below(y) == Some(false), below);
        }
    }

    #[test]
    fn a_third_and_a_fifth_root_to_thirty_digits() {
        let third = TightBall::exactly(1.0) / TightBall::exactly(3.0);
        assert!(third.radius < 1e-29 && holds(third, &ratio(1, 3)));
        let root = TightBall::exactly(2.0).root(5).unwrap();
        assert!(root.radius < 1e-29, "{root:?}");
        assert!((root.power(5) - TightBall::exactly(2.0)).size() < 1e-28);
    }

    #[test]
    fn nothing_is_decided_of_what_is_undefined() {
        let undefined = TightBall::exactly(1.0) / TightBall::around(0.0, 1.0);
        assert_eq!(undefined.is_below(TightBall::exactly(1.0)), None);
        assert!(!undefined.is_positive() && TightBall::around(0.0, 1.0).sqrt().is_none());
        let lost = TightBall::exactly(1e300) * TightBall::exactly(1e300);
        assert_eq!(lost.is_below(TightBall::exactly(1.0)), None);
    }
}
