//! Polynomials as the root finder takes them: f64 coefficients with or without uncertainty, and exact rational ones.

use super::certify::{Coefficients, Enclosure, SPAN};
use super::precision::{Magnitude, Real, lifted, magnitude, scale};
use super::{BigFloat, DoubleDouble, rational};
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
