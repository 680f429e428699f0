//! Enclosed functions of two real variables: a value and both partial derivatives, each a ball.
//!
//! Over a box of the variables a jet holds the values of a function and its slopes. Where a function has a kink inside the box
//! (the larger of two, an absolute value), its slopes are the hull of those on both sides: for the mean value theorem of
//! a Lipschitz function that is what is needed.

use super::tight_ball::TightBall;
use std::ops::{Add, Div, Mul, Sub};

/// Exponents are taken as fractions of a denominator up to this, and an enclosed rest.
const LARGEST_DENOMINATOR: u32 = 400;

/// A value f and ∂f/∂x, ∂f/∂y.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Jet {
    /// f.
    pub value: TightBall,
    /// ∂f/∂x and ∂f/∂y.
    pub slopes: [TightBall; 2],
}

impl Jet {
    /// A constant.
    pub fn constant(value: TightBall) -> Self {
        Self { value, slopes: [TightBall::default(); 2] }
    }

    /// The first variable (`which` 0) or the second (1), over a ball.
    pub fn variable(value: TightBall, which: usize) -> Self {
        let mut slopes = [TightBall::default(); 2];
        slopes[which] = TightBall::exactly(1.0);
        Self { value, slopes }
    }

    fn map(self, value: TightBall, slope: TightBall) -> Self {
        Self { value, slopes: self.slopes.map(|s| s * slope) }
    }

    fn hull(self, other: Self) -> Self {
        let [a, b] = self.slopes;
        let [c, d] = other.slopes;
        Self { value: self.value.hull(other.value), slopes: [a.hull(c), b.hull(d)] }
    }

    /// The larger of two.
    pub fn max(self, other: Self) -> Self {
        match self.value.is_below(other.value) {
            Some(true) => other,
            Some(false) => self,
            None => self.hull(other),
        }
    }

    /// The smaller of two.
    pub fn min(self, other: Self) -> Self {
        match self.value.is_below(other.value) {
            Some(true) => self,
            Some(false) => other,
            None => self.hull(other),
        }
    }

    /// |f|.
    pub fn abs(self) -> Self {
        let zero = TightBall::default();
        match self.value.is_below(zero) {
            Some(false) => self,
            Some(true) => self * -1.0,
            None => Self { value: self.value.either_sign(), slopes: self.slopes.map(TightBall::either_sign) },
        }
    }

    /// √f of a positive function; `None` where it may vanish.
    pub fn sqrt(self) -> Option<Self> {
        let root = self.value.sqrt()?;
        Some(self.map(root, TightBall::exactly(0.5) / root))
    }

    /// f^p of a positive function; `None` where it may vanish, or where p is no fraction with a small denominator.
    pub fn powf(self, p: f64) -> Option<Self> {
        if p == 0.0 {
            return Some(Self::constant(TightBall::exactly(1.0)));
        }
        let (numerator, denominator) = fraction(p.abs())?;
        let mut value = self.value.root(denominator)?.power(numerator);
        // f^(p − a/b) = 1 + (p − a/b) log f + …, where the rounding of an exponent such as 0.2 makes the first term some 1e-16.
        let fraction = TightBall::exactly(f64::from(numerator)) / TightBall::exactly(f64::from(denominator));
        let left = TightBall::exactly(p.abs()) - fraction;
        let middle = self.value.middle();
        if self.value.spread() > 0.5 * middle {
            return None;
        }
        let logarithm = TightBall::around(middle.ln(), 4.0 * f64::EPSILON * middle.ln().abs() + 2.0 * self.value.spread() / middle);
        let first = left * logarithm;
        value = value * (TightBall::exactly(1.0) + first + TightBall::around(0.0, first.size() * first.size()));
        if p < 0.0 {
            value = TightBall::exactly(1.0) / value;
        }
        Some(self.map(value, value.times(p) / self.value))
    }
}

/// a/b with p ≈ a/b to within a few roundings.
fn fraction(p: f64) -> Option<(u32, u32)> {
    (1..=LARGEST_DENOMINATOR).find_map(|b| {
        let a = (p * f64::from(b)).round();
        ((p * f64::from(b) - a).abs() <= 4.0 * f64::EPSILON * a && a < 1e4).then_some((a as u32, b))
    })
}

impl Add for Jet {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.slopes, other.slopes);
        Self { value: self.value + other.value, slopes: [a + c, b + d] }
    }
}

impl Sub for Jet {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.slopes, other.slopes);
        Self { value: self.value - other.value, slopes: [a - c, b - d] }
    }
}

impl Mul for Jet {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let ([a, b], [c, d]) = (self.slopes, other.slopes);
        let (u, v) = (self.value, other.value);
        Self { value: u * v, slopes: [a * v + u * c, b * v + u * d] }
    }
}

impl Mul<f64> for Jet {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self { value: self.value.times(factor), slopes: self.slopes.map(|s| s.times(factor)) }
    }
}

impl Div for Jet {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let quotient = self.value / other.value;
        let ([a, b], [c, d]) = (self.slopes, other.slopes);
        Self { value: quotient, slopes: [(a - quotient * c) / other.value, (b - quotient * d) / other.value] }
    }
}

impl From<f64> for Jet {
    fn from(x: f64) -> Self {
        Self::constant(TightBall::exactly(x))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// f(x, y) and its slopes by differences, over points of a box, against the enclosure.
    #[test]
    fn values_and_slopes_are_enclosed() {
        let f = |x: f64, y: f64| ((x * x + y * y).sqrt() / (x - 3.0 * y)).abs().powf(-0.14).max(x).min(5.0 * y);
        let enclosed = |x: TightBall, y: TightBall| {
            let (x, y) = (Jet::variable(x, 0), Jet::variable(y, 1));
            let ratio = ((x * x + y * y).sqrt()? / (x - y * 3.0)).abs();
            Some(ratio.powf(-0.14)?.max(x).min(y * 5.0))
        };
        let holds = |ball: TightBall, x: f64, slack: f64| (ball.middle() - x).abs() <= ball.spread() + slack;
        for (x, y) in [(0.3, 0.8), (1.2, 0.5), (2.0, 0.7), (0.9, 0.9), (-1.0, 0.1)] {
            let jet = enclosed(TightBall::around(x, 1e-3), TightBall::around(y, 1e-3)).unwrap();
            for (i, j) in (-2..=2).flat_map(|i| (-2..=2).map(move |j| (i, j))) {
                let (a, b) = (x + 4e-4 * f64::from(i), y + 4e-4 * f64::from(j));
                assert!(holds(jet.value, f(a, b), 1e-14), "{a} {b}");
                let step = 1e-7;
                assert!(holds(jet.slopes[0], (f(a + step, b) - f(a - step, b)) / (2.0 * step), 1e-7), "{a} {b} {jet:?}");
                assert!(holds(jet.slopes[1], (f(a, b + step) - f(a, b - step)) / (2.0 * step), 1e-7), "{a} {b} {jet:?}");
            }
        }
    }

    #[test]
    fn exponents_of_controllers_are_fractions() {
        assert_eq!(
            (fraction(0.2), fraction(1.0 / 6.0), fraction(7.0 / 50.0), fraction(0.4 / 5.0)),
            (Some((1, 5)), Some((1, 6)), Some((7, 50)), Some((2, 25)))
        );
        assert_eq!(fraction(0.123_456_789), None);
    }
}
