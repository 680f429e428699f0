//! The three working precisions of the root finder, and magnitudes that neither overflow nor underflow.
//!
//! Roots are looked for in f64, polished in [`DoubleDouble`](super::DoubleDouble) and, where that cannot separate
//! them, in [`BigFloat`](super::BigFloat) of any number of bits. One algorithm runs in all three; [`Real`] is what it
//! asks of a number.

use num_complex::Complex;

/// A non-negative number `mantissa · 2^exponent` with an exponent that never runs out: products of hundreds of root
/// distances, values of polynomials at 2^(±5000).
///
/// Every operation is right to a relative 2⁻⁵²; whoever rests a bound on a chain of them inflates it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Magnitude {
    /// Zero, or in [1, 2).
    mantissa: f64,
    exponent: i64,
}

impl Magnitude {
    pub(crate) const ZERO: Self = Self { mantissa: 0.0, exponent: 0 };
    pub(crate) const ONE: Self = Self { mantissa: 1.0, exponent: 0 };

    /// `|x|`, for a finite `x`.
    pub(crate) fn of(x: f64) -> Self {
        let x = x.abs();
        if x >= f64::MIN_POSITIVE {
            let bits = x.to_bits();
            let exponent = (bits >> 52) as i64 - 1023;
            let mantissa = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
            Self { mantissa, exponent }
        } else if x > 0.0 {
            Self::of(x * two_to(200)).shifted(-200)
        } else {
            Self::ZERO
        }
    }

    /// `2^exponent`.
    pub(crate) fn power_of_two(exponent: i64) -> Self {
        Self { mantissa: 1.0, exponent }
    }

    pub(crate) fn is_zero(self) -> bool {
        self.mantissa == 0.0
    }

    pub(crate) fn shifted(self, by: i64) -> Self {
        Self { exponent: self.exponent + by, ..self }
    }

    pub(crate) fn times(self, other: Self) -> Self {
        let mantissa = self.mantissa * other.mantissa;
        let exponent = self.exponent + other.exponent;
        if mantissa >= 2.0 {
            Self { mantissa: mantissa * 0.5, exponent: exponent + 1 }
        } else if mantissa > 0.0 {
            Self { mantissa, exponent }
        } else {
            Self::ZERO
        }
    }

    /// `self / other`; the caller has seen that `other` is not zero.
    pub(crate) fn over(self, other: Self) -> Self {
        let mantissa = self.mantissa / other.mantissa;
        let exponent = self.exponent - other.exponent;
        if mantissa >= 1.0 {
            Self { mantissa, exponent }
        } else if mantissa > 0.0 {
            Self { mantissa: mantissa * 2.0, exponent: exponent - 1 }
        } else {
            Self::ZERO
        }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        let (large, small) = if other.exceeds(self) { (other, self) } else { (self, other) };
        let gap = large.exponent - small.exponent;
        if small.is_zero() || gap > 1000 {
            return large;
        }
        let mantissa = large.mantissa + small.mantissa * two_to(-gap);
        if mantissa >= 2.0 {
            Self { mantissa: mantissa * 0.5, exponent: large.exponent + 1 }
        } else {
            Self { mantissa, exponent: large.exponent }
        }
    }

    /// `self − other`, zero where that is negative.
    pub(crate) fn minus(self, other: Self) -> Self {
        if other.is_zero() {
            return self;
        }
        if !self.exceeds(other) {
            return Self::ZERO;
        }
        let gap = self.exponent - other.exponent;
        if gap > 1000 {
            return self;
        }
        Self::of(self.mantissa - other.mantissa * two_to(-gap)).shifted(self.exponent)
    }

    pub(crate) fn exceeds(self, other: Self) -> bool {
        match (self.is_zero(), other.is_zero()) {
            (true, _) => false,
            (false, true) => true,
            (false, false) => (self.exponent, self.mantissa) > (other.exponent, other.mantissa),
        }
    }

    /// As f64: infinite where it is too large, the least positive number where it is too small.
    pub(crate) fn to_f64(self) -> f64 {
        match self.exponent {
            _ if self.is_zero() => 0.0,
            1024.. => f64::INFINITY,
            -1022..=1023 => self.mantissa * two_to(self.exponent),
            _ => f64::from_bits(1).max(self.mantissa * two_to(-1022) * two_to((self.exponent + 1022).max(-60))),
        }
    }

    /// log₂, minus infinity for zero.
    pub(crate) fn log2(self) -> f64 {
        self.mantissa.log2() + self.exponent as f64
    }
}

/// A real number of one of the working precisions.
///
/// `bits` is the precision asked for; the hardware types ignore it.
pub(crate) trait Real: Clone {
    /// A bound on the relative error of one complex multiplication and addition, `|fl(b·z + a) − (b·z + a)| ≤ ε(|b||z| + |a|)`.
    fn step_error(bits: u32) -> Magnitude;
    /// Units of [`effort`](super::effort) of one step of Horner's rule for a complex polynomial and its derivative.
    fn step_cost(bits: u32) -> u64;
    /// `x`, exactly.
    fn of(x: f64, bits: u32) -> Self;
    fn plus(&self, other: &Self) -> Self;
    fn minus(&self, other: &Self) -> Self;
    fn times(&self, other: &Self) -> Self;
    /// Some `e` with `|x| < 2^(e+1)`, within one of the least; none for zero.
    fn exponent(&self) -> Option<i64>;
    /// `x · 2^(−exponent)`, rounded to f64.
    fn scaled(&self, exponent: i64) -> f64;
    fn is_finite(&self) -> bool;
}

impl Real for f64 {
    fn step_error(_: u32) -> Magnitude {
        Magnitude::power_of_two(-51) // (2√2 + 1)·2⁻⁵³
    }
    fn step_cost(_: u32) -> u64 {
        8
    }
    fn of(x: f64, _: u32) -> Self {
        x
    }
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    fn minus(&self, other: &Self) -> Self {
        self - other
    }
    fn times(&self, other: &Self) -> Self {
        self * other
    }
    fn exponent(&self) -> Option<i64> {
        (*self != 0.0).then(|| Magnitude::of(*self).exponent)
    }
    fn scaled(&self, exponent: i64) -> f64 {
        scale(*self, exponent)
    }
    fn is_finite(&self) -> bool {
        f64::is_finite(*self)
    }
}

/// `2^e` for −1022 ≤ e ≤ 1023, by its bits: a call of `powi` costs more than the arithmetic around it.
fn two_to(e: i64) -> f64 {
    debug_assert!((-1022..=1023).contains(&e));
    f64::from_bits(((e + 1023) as u64) << 52)
}

/// `x · 2^(−exponent)`, in two steps so that neither factor overflows.
pub(crate) fn scale(x: f64, exponent: i64) -> f64 {
    if exponent == 0 {
        return x;
    }
    let shift = exponent.clamp(-2000, 2000);
    x * two_to(-(shift / 2)) * two_to(-(shift - shift / 2))
}

pub(crate) fn add<T: Real>(a: &Complex<T>, b: &Complex<T>) -> Complex<T> {
    Complex { re: a.re.plus(&b.re), im: a.im.plus(&b.im) }
}

pub(crate) fn subtract<T: Real>(a: &Complex<T>, b: &Complex<T>) -> Complex<T> {
    Complex { re: a.re.minus(&b.re), im: a.im.minus(&b.im) }
}

pub(crate) fn multiply<T: Real>(a: &Complex<T>, b: &Complex<T>) -> Complex<T> {
    Complex { re: a.re.times(&b.re).minus(&a.im.times(&b.im)), im: a.re.times(&b.im).plus(&a.im.times(&b.re)) }
}

/// `z` as a complex f64 of moderate size times `2^exponent`; the exponent is zero for zero.
pub(crate) fn split<T: Real>(z: &Complex<T>) -> (Complex<f64>, i64) {
    let exponent = z.re.exponent().max(z.im.exponent()).unwrap_or(0);
    (Complex { re: z.re.scaled(exponent), im: z.im.scaled(exponent) }, exponent)
}

/// `|z|`.
pub(crate) fn magnitude<T: Real>(z: &Complex<T>) -> Magnitude {
    let (z, exponent) = split(z);
    Magnitude::of((z.re * z.re + z.im * z.im).sqrt()).shifted(exponent)
}

/// `z` rounded to f64.
pub(crate) fn rounded<T: Real>(z: &Complex<T>) -> Complex<f64> {
    Complex { re: z.re.scaled(0), im: z.im.scaled(0) }
}

pub(crate) fn lifted<T: Real>(z: Complex<f64>, bits: u32) -> Complex<T> {
    Complex { re: T::of(z.re, bits), im: T::of(z.im, bits) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn magnitudes_agree_with_f64(a in 1e-140..1e140f64, b in 1e-140..1e140f64) {
            let (x, y) = (Magnitude::of(a), Magnitude::of(b));
            let close = |m: Magnitude, v: f64| (m.to_f64() - v).abs() <= 1e-15 * v.abs();
            prop_assert!(close(x.times(y), a * b));
            prop_assert!(close(x.over(y), a / b));
            prop_assert!(close(x.plus(y), a + b));
            prop_assert!((x.minus(y).to_f64() - (a - b).max(0.0)).abs() <= 1e-15 * a);
            prop_assert_eq!(x.exceeds(y), a > b);
        }
    }

    #[test]
    fn magnitudes_reach_beyond_f64() {
        let tiny = Magnitude::of(1e-300).times(Magnitude::of(1e-300));
        assert_eq!(tiny.to_f64(), f64::from_bits(1));
        assert!((tiny.over(Magnitude::of(1e-300)).to_f64() / 1e-300 - 1.0).abs() < 1e-14);
        assert_eq!(Magnitude::power_of_two(5000).to_f64(), f64::INFINITY);
        assert_eq!(Magnitude::of(5e-324).to_f64(), 5e-324);
        assert_eq!(Magnitude::of(0.0), Magnitude::ZERO);
    }
}
