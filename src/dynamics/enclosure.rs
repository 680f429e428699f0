//! Closed intervals of doubles, each operation rounded outwards: what a polynomial field can be over a whole box.

use std::ops::{Add, Mul, Sub};

/// Every real from `low` to `high`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The least.
    pub low: f64,
    /// The greatest.
    pub high: f64,
}

impl Interval {
    /// One number.
    pub fn point(x: f64) -> Self {
        Self { low: x, high: x }
    }

    /// The middle.
    pub fn middle(self) -> f64 {
        self.low + 0.5 * (self.high - self.low)
    }

    /// How wide it is.
    pub fn width(self) -> f64 {
        self.high - self.low
    }

    /// Whether it holds a number.
    pub fn holds(self, x: f64) -> bool {
        self.low <= x && x <= self.high
    }

    /// What both hold; `None` where that is nothing.
    pub fn common(self, other: Self) -> Option<Self> {
        let (low, high) = (self.low.max(other.low), self.high.min(other.high));
        (low <= high).then_some(Self { low, high })
    }

    /// Whether it lies in the inside of another.
    pub fn is_inside(self, other: Self) -> bool {
        other.low < self.low && self.high < other.high
    }

    /// The same, wider by this part of its width on either side.
    pub fn widened(self, part: f64) -> Self {
        let margin = part * self.width() + f64::MIN_POSITIVE;
        Self { low: self.low - margin, high: self.high + margin }
    }

    /// The power, tight for even ones of intervals about zero.
    pub fn power(self, n: u32) -> Self {
        let (mut result, base) = (Self::point(1.0), self);
        if n.is_multiple_of(2) && base.low < 0.0 && base.high > 0.0 {
            let largest = base.low.abs().max(base.high);
            return Self { low: 0.0, ..Self::point(largest).power(n) };
        }
        for _ in 0..n {
            result = result * base;
        }
        result
    }

    fn outward(low: f64, high: f64) -> Self {
        Self { low: low.next_down(), high: high.next_up() }
    }
}

impl Add for Interval {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self::outward(self.low + other.low, self.high + other.high)
    }
}

impl Sub for Interval {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self::outward(self.low - other.high, self.high - other.low)
    }
}

impl Mul for Interval {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let ends = [self.low * other.low, self.low * other.high, self.high * other.low, self.high * other.high];
        let (low, high) = ends.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &x| (low.min(x), high.max(x)));
        Self::outward(low, high)
    }
}
