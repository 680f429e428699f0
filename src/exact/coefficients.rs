//! Polynomials as the root finder takes them: f64 coefficients with or without uncertainty, and exact rational ones.

use super::certify::{Coefficients, Enclosure, SPAN};
use super::precision::{Magnitude, Real, lifted, magnitude, scale};
use super::{BigFloat, DoubleDouble, Number, rational};
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::Zero;

/// f64 coefficients, each known to within an absolute error.
pub(crate) struct Doubles {
    centres: Vec<Complex<f64>>,
    errors: Vec<Magnitude>,
    exact: bool,
}

impl Doubles {
    /// Scaled by the power of two that brings the largest coefficient near one; the zeros stay.
    pub(crate) fn new(coefficients: &[Complex<f64>], uncertainty: &[f64]) -> Self {
        let exponent = coefficients.iter().filter_map(|a| a.re.exponent().max(a.im.exponent())).max().unwrap_or(0);
        let scaled = |z: &Complex<f64>| Complex { re: scale(z.re, exponent), im: scale(z.im, exponent) };
        Self {
            centres: coefficients.iter().map(scaled).collect(),
            errors: (0..coefficients.len()).map(|k| Magnitude::of(uncertainty.get(k).copied().unwrap_or(0.0)).shifted(-exponent)).collect(),
            exact: uncertainty.iter().all(|u| *u == 0.0),
        }
    }
}

/// Whether nonzero magnitudes stay within the span that f64 and double-double evaluate without underflow.
pub(crate) fn fits<'a>(sizes: impl Iterator<Item = &'a Complex<f64>>) -> bool {
    let exponents: Vec<i64> = sizes.filter_map(|a| a.re.exponent().max(a.im.exponent())).collect();
    exponents.iter().all(|e| e.abs() < SPAN)
}

impl Coefficients for Doubles {
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>> {
        fits(self.centres.iter())
            .then(|| Enclosure { centres: self.centres.iter().map(|z| lifted(*z, 106)).collect(), errors: self.errors.clone() })
    }

    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat> {
        Enclosure { centres: self.centres.iter().map(|z| lifted(*z, bits)).collect(), errors: self.errors.clone() }
    }

    fn best_bits(&self) -> u32 {
        // An exact cluster that 384 bits do not separate is settled by the exact square-free decomposition.
        if self.exact { 384 } else { 106 }
    }
}

/// Exact coefficients.
pub(crate) struct Rationals {
    coefficients: Vec<Complex<BigRational>>,
    best_bits: u32,
}

impl Rationals {
    /// Scaled by the power of two that brings the largest coefficient near one.
    pub(crate) fn new(coefficients: &[Complex<BigRational>], best_bits: u32) -> Self {
        let exponent = |q: &BigRational| (!q.is_zero()).then(|| q.numer().bits() as i64 - q.denom().bits() as i64);
        let largest = coefficients.iter().filter_map(|z| exponent(&z.re).max(exponent(&z.im))).max().unwrap_or(0);
        let factor = rational::power_of_two(-largest);
        let coefficients = coefficients.iter().map(|z| Complex { re: &z.re * &factor, im: &z.im * &factor }).collect();
        Self { coefficients, best_bits }
    }
}

/// The double-double nearest to a rational, to within 2⁻¹⁰⁵ of it.
pub(crate) fn double_double(q: &BigRational) -> DoubleDouble {
    let hi = rational::to_f64(q);
    let lo = rational::from_f64(hi).map_or(0.0, |h| rational::to_f64(&(q - h)));
    DoubleDouble::sum(hi, lo)
}

impl Coefficients for Rationals {
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>> {
        let centres: Vec<Complex<DoubleDouble>> =
            self.coefficients.iter().map(|z| Complex { re: double_double(&z.re), im: double_double(&z.im) }).collect();
        let rough: Vec<Complex<f64>> = centres.iter().map(|z| Complex { re: z.re.to_f64(), im: z.im.to_f64() }).collect();
        let lost = self.coefficients.iter().zip(&rough).any(|(q, z)| (z.re == 0.0) != q.re.is_zero() || (z.im == 0.0) != q.im.is_zero());
        let errors = centres.iter().map(|z| magnitude(z).shifted(-104)).collect();
        (!lost && fits(rough.iter())).then_some(Enclosure { centres, errors })
    }

    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat> {
        let round = |q: &BigRational| BigFloat::from_rational(q, bits);
        let centres: Vec<Complex<BigFloat>> = self.coefficients.iter().map(|z| Complex { re: round(&z.re), im: round(&z.im) }).collect();
        let errors = centres.iter().map(|z| magnitude(z).shifted(2 - i64::from(bits))).collect();
        Enclosure { centres, errors }
    }

    fn best_bits(&self) -> u32 {
        self.best_bits
    }
}

/// Exact or rounded real numbers as parts of the coefficients: rationals, algebraic numbers, balls.
pub(crate) struct Numbers {
    pub(super) coefficients: Vec<Complex<Number>>,
}

impl Numbers {
    /// The polynomial with these coefficients, lowest degree first; leading zeros are dropped.
    pub(crate) fn new(mut coefficients: Vec<Complex<Number>>) -> Self {
        while coefficients.last().is_some_and(|c| c.re.is_zero() && c.im.is_zero()) {
            coefficients.pop();
        }
        Self { coefficients }
    }

    fn balls(&self) -> impl Iterator<Item = (Complex<BigRational>, Magnitude)> + '_ {
        self.coefficients.iter().map(|c| {
            let (re, im) = (c.re.to_ball(), c.im.to_ball());
            let radius = Magnitude::of(re.radius()).plus(Magnitude::of(im.radius()));
            (Complex { re: re.centre(), im: im.centre() }, radius)
        })
    }
}

impl Coefficients for Numbers {
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>> {
        let (centres, radii): (Vec<Complex<BigRational>>, Vec<Magnitude>) = self.balls().unzip();
        let mut enclosure = Rationals { coefficients: centres, best_bits: 0 }.double_double()?;
        enclosure.errors.iter_mut().zip(radii).for_each(|(error, radius)| *error = error.plus(radius));
        Some(enclosure)
    }

    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat> {
        let (centres, radii): (Vec<Complex<BigRational>>, Vec<Magnitude>) = self.balls().unzip();
        let mut enclosure = Rationals { coefficients: centres, best_bits: 0 }.to_bits(bits);
        enclosure.errors.iter_mut().zip(radii).for_each(|(error, radius)| *error = error.plus(radius));
        enclosure
    }

    fn best_bits(&self) -> u32 {
        if self.coefficients.iter().all(|c| c.re.is_exact() && c.im.is_exact()) { 768 } else { 106 }
    }
}
