//! Floating-point numbers of any precision on top of `BigInt`: the last resort of the root finder.

use super::precision::{Magnitude, Real, multiply, scale};
use num_bigint::{BigInt, Sign};
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{Signed, ToPrimitive, Zero};

/// `mantissa · 2^exponent`, every operation rounded to `bits` significant bits (relative error at most 2^−bits).
#[derive(Clone, Debug)]
pub struct BigFloat {
    mantissa: BigInt,
    exponent: i64,
    bits: u32,
}

impl BigFloat {
    fn rounded(mantissa: BigInt, exponent: i64, bits: u32) -> Self {
        let excess = mantissa.bits() as i64 - i64::from(bits);
        if excess <= 0 {
            return Self { mantissa, exponent, bits };
        }
        let half = BigInt::from(1) << (excess - 1);
        Self { mantissa: (mantissa + half) >> excess, exponent: exponent + excess, bits }
    }

    /// A rational, rounded.
    pub fn from_rational(x: &BigRational, bits: u32) -> Self {
        let shift = i64::from(bits) + 2 + x.denom().bits() as i64 - x.numer().bits() as i64;
        let quotient = if shift >= 0 { (x.numer() << shift) / x.denom() } else { x.numer() / (x.denom() << -shift) };
        Self::rounded(quotient, -shift, bits)
    }

    /// `self / k`, rounded. `k` is not zero.
    pub fn over(&self, k: u32) -> Self {
        let shift = i64::from(self.bits) + 40;
        Self::rounded((&self.mantissa << shift) / BigInt::from(k.max(1)), self.exponent - shift, self.bits)
    }

    /// `self / other`, rounded; zero where `other` is zero, which the caller has excluded.
    pub fn divided(&self, other: &Self) -> Self {
        if other.mantissa.is_zero() {
            return Self { mantissa: BigInt::zero(), exponent: 0, bits: self.bits };
        }
        let bits = self.bits.max(other.bits);
        let shift = (i64::from(bits) + 2 + other.mantissa.bits() as i64 - self.mantissa.bits() as i64).max(0);
        Self::rounded((&self.mantissa << shift) / &other.mantissa, self.exponent - other.exponent - shift, bits)
    }

    /// `self · 2^k`, exactly.
    pub fn ldexp(&self, k: i64) -> Self {
        Self { exponent: self.exponent + k, ..self.clone() }
    }

    /// π, by Machin's formula 16 arctan 1/5 − 4 arctan 1/239.
    pub fn pi(bits: u32) -> Self {
        let work = i64::from(bits) + 32;
        let arctan_of_inverse = |n: u32| {
            let mut power = (BigInt::from(1) << work) / n;
            let (mut total, mut k) = (power.clone(), 1u32);
            while !power.is_zero() {
                power = -power / (n * n);
                k += 2;
                total += &power / k;
            }
            total
        };
        Self::rounded(arctan_of_inverse(5) * 16 - arctan_of_inverse(239) * 4, -work, bits)
    }
}

impl Real for BigFloat {
    fn step_error(bits: u32) -> Magnitude {
        Magnitude::power_of_two(2 - i64::from(bits))
    }

    fn step_cost(bits: u32) -> u64 {
        1500 + 8 * super::effort::product(bits.into(), bits.into())
    }

    fn of(x: f64, bits: u32) -> Self {
        let magnitude = x.abs().to_bits();
        let (fraction, exponent) = (magnitude & ((1 << 52) - 1), (magnitude >> 52) as i64);
        let (mantissa, exponent) = if exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), exponent - 1075) };
        let sign = if x < 0.0 { Sign::Minus } else { Sign::Plus };
        Self { mantissa: BigInt::from_biguint(sign, mantissa.into()), exponent, bits }
    }

    fn plus(&self, other: &Self) -> Self {
        let bits = self.bits.max(other.bits);
        if self.mantissa.is_zero() {
            return Self { bits, ..other.clone() };
        }
        if other.mantissa.is_zero() {
            return Self { bits, ..self.clone() };
        }
        let (high, low) = if self.exponent >= other.exponent { (self, other) } else { (other, self) };
        let gap = high.exponent - low.exponent;
        // Far below the last bit of the larger one: a quarter of a unit there, whatever its value.
        if gap > i64::from(bits) + 4 + low.mantissa.bits() as i64 {
            let nudge = low.mantissa.signum();
            return Self::rounded((&high.mantissa << (bits + 2)) + nudge, high.exponent - i64::from(bits) - 2, bits);
        }
        Self::rounded((&high.mantissa << gap) + &low.mantissa, low.exponent, bits)
    }

    fn minus(&self, other: &Self) -> Self {
        self.plus(&Self { mantissa: -&other.mantissa, ..*other })
    }

    fn times(&self, other: &Self) -> Self {
        Self::rounded(&self.mantissa * &other.mantissa, self.exponent + other.exponent, self.bits.max(other.bits))
    }

    fn exponent(&self) -> Option<i64> {
        (!self.mantissa.is_zero()).then(|| self.exponent + self.mantissa.bits() as i64 - 1)
    }

    fn scaled(&self, exponent: i64) -> f64 {
        let excess = self.mantissa.bits() as i64 - 62;
        let (top, shift) = if excess > 0 {
            // A sticky last bit keeps the one rounding to f64 correct.
            let top: BigInt = &self.mantissa >> excess;
            let sticky = (&top << excess) != self.mantissa;
            (if sticky { top | BigInt::from(1) } else { top }, self.exponent + excess)
        } else {
            (self.mantissa.clone(), self.exponent)
        };
        scale(top.to_i64().unwrap_or(0) as f64, exponent.saturating_sub(shift))
    }

    fn is_finite(&self) -> bool {
        true
    }
}

/// `e^z` with relative error at most `2^−bits`, for `|z| < 2³⁰`: the Taylor series at `z/2^k`, squared `k` times.
pub fn exp(z: &Complex<BigFloat>, bits: u32) -> Complex<BigFloat> {
    let size = z.re.exponent().max(z.im.exponent()).map_or(0, |e| (e + 2).max(0));
    let halvings = size + 8;
    // k squarings multiply the relative error by 2^k, and N ≤ work/8 Taylor steps add 8N units: 2k + 32 spare bits cover both.
    let work = bits + 2 * halvings as u32 + 32;
    let widen = |x: &BigFloat| BigFloat { bits: work, ..x.ldexp(-halvings) };
    let z = Complex { re: widen(&z.re), im: widen(&z.im) };
    let one = Complex { re: BigFloat::of(1.0, work), im: BigFloat::of(0.0, work) };
    let (mut term, mut total) = (one.clone(), one);
    for k in 1.. {
        term = multiply(&term, &z);
        term = Complex { re: term.re.over(k), im: term.im.over(k) };
        total = super::precision::add(&total, &term);
        match term.re.exponent().max(term.im.exponent()) {
            Some(e) if e > -i64::from(work) => {}
            _ => break,
        }
    }
    for _ in 0..halvings {
        total = multiply(&total, &total);
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pi_to_a_hundred_bits() {
        let pi = BigFloat::pi(300);
        let rest = pi.minus(&BigFloat::of(std::f64::consts::PI, 300)).scaled(0);
        assert_eq!(rest, 1.2246467991473532e-16);
    }

    #[test]
    fn exponential_of_pi_i_is_minus_one() {
        let z = Complex { re: BigFloat::of(0.0, 400), im: BigFloat::pi(400) };
        let w = exp(&z, 380);
        assert!(w.re.plus(&BigFloat::of(1.0, 400)).exponent().is_none_or(|e| e < -370));
        assert!(w.im.exponent().is_none_or(|e| e < -370));
    }

    proptest! {
        #[test]
        fn agrees_with_f64_where_that_is_exact(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000, e in -60i64..60) {
            let (x, y) = (BigFloat::of(a as f64, 100).ldexp(e), BigFloat::of(b as f64, 100));
            prop_assert_eq!(x.times(&y).scaled(e), (a * b) as f64);
            prop_assert_eq!(x.plus(&y.ldexp(e)).scaled(e), (a + b) as f64);
            prop_assert_eq!(x.minus(&y.ldexp(e)).scaled(e), (a - b) as f64);
        }

        #[test]
        fn quotients_multiply_back(a in 1i64..1_000_000_000, b in 1i64..1_000_000_000, e in -2000i64..2000) {
            let (x, y) = (BigFloat::of(a as f64, 120), BigFloat::of(-b as f64, 120).ldexp(e));
            let off = x.divided(&y).times(&y).minus(&x);
            prop_assert!(off.exponent().is_none_or(|k| k <= x.exponent().unwrap() - 117));
        }

        #[test]
        fn exponential_agrees_with_f64(x in -40.0..40.0f64) {
            let z = Complex { re: BigFloat::of(x, 200), im: BigFloat::of(0.0, 200) };
            prop_assert!((exp(&z, 200).re.scaled(0) / x.exp() - 1.0).abs() < 1e-15);
        }

        #[test]
        fn rationals_round(a in -1_000_000i64..1_000_000, b in 1i64..1_000_000) {
            let x = BigFloat::from_rational(&BigRational::new(a.into(), b.into()), 90);
            prop_assert_eq!(x.scaled(0), a as f64 / b as f64);
        }
    }
}
