//! `P − wQ` as the root finder takes it: exact P and Q, a factor w known to any precision.

use super::factor::{FactorValue, StepFactor};
use crate::exact::certify::{Coefficients, Enclosure};
use crate::exact::coefficients::{double_double, fits};
use crate::exact::precision::{Magnitude, Real, add, magnitude, rounded, subtract};
use crate::exact::{BigFloat, DoubleDouble, Number};
use num_bigint::BigInt;
use num_complex::Complex;
use num_rational::BigRational;

/// A coefficient of P or Q, converted once: exact as a ball, and in double-double with a bound.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    centre: BigRational,
    radius: Magnitude,
    pub(crate) value: DoubleDouble,
    /// Of `value`, the radius included.
    error: Magnitude,
}

impl Known {
    pub(crate) fn new(number: &Number) -> Self {
        let ball = number.to_ball();
        let centre = ball.centre();
        let value = double_double(&centre);
        let radius = Magnitude::of(ball.radius());
        let rounding = if BigInt::from(1) == *centre.denom() && centre.numer().bits() <= 53 {
            Magnitude::ZERO
        } else {
            Magnitude::of(value.to_f64()).shifted(-104)
        };
        Self { centre, radius, value, error: radius.plus(rounding) }
    }

    fn to_bits(&self, bits: u32) -> (BigFloat, Magnitude) {
        let value = BigFloat::from_rational(&self.centre, bits);
        let size = value.exponent().map_or(Magnitude::ZERO, |e| Magnitude::power_of_two(e + 3 - i64::from(bits)));
        (value, size.plus(self.radius))
    }

    /// How far [`value`](Self::value) may lie from the coefficient.
    pub(crate) fn wide_error(&self) -> f64 {
        self.error.to_f64()
    }

    /// How far [`value`](Self::value) rounded to f64 may lie from the coefficient.
    pub(crate) fn f64_error(&self) -> f64 {
        self.error.to_f64() + self.value.tail().abs()
    }
}

/// `(P − Q) − (w − 1) Q`. Written so because P and Q agree at zero: the small constant coefficient of a small hλ keeps its digits.
pub(crate) struct Pencil<'a> {
    pub(crate) difference: &'a [Known],
    pub(crate) denominator: &'a [Known],
    pub(crate) factor: StepFactor,
    pub(crate) value: &'a FactorValue,
    pub(crate) exact: bool,
}

fn scaled<T: Real>(z: &Complex<T>, by: &T) -> Complex<T> {
    Complex { re: z.re.times(by), im: z.im.times(by) }
}

impl Coefficients for Pencil<'_> {
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>> {
        let v = self.value;
        let size = magnitude(&v.less_one);
        let (mut centres, mut errors) = (Vec::new(), Vec::new());
        for (k, d) in self.difference.iter().enumerate() {
            let d_value = Complex { re: d.value, im: DoubleDouble::ZERO };
            let Some(q) = self.denominator.get(k) else {
                centres.push(d_value);
                errors.push(d.error);
                continue;
            };
            let product = scaled(&v.less_one, &q.value);
            let c = subtract(&d_value, &product);
            let q_size = Magnitude::of(q.value.to_f64()).plus(q.error);
            let rounding = magnitude(&product).shifted(-102).plus(magnitude(&c).shifted(-103));
            errors.push(d.error.plus(q.error.times(size)).plus(v.less_one_error.times(q_size)).plus(rounding));
            centres.push(c);
        }
        let rough: Vec<Complex<f64>> = centres.iter().map(rounded).collect();
        fits(rough.iter()).then_some(Enclosure { centres, errors })
    }

    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat> {
        let (v, v_error) = self.factor.less_one(bits);
        let size = magnitude(&v);
        let zero = BigFloat::of(0.0, bits);
        let (mut centres, mut errors) = (Vec::new(), Vec::new());
        for (k, d) in self.difference.iter().enumerate() {
            let (d_value, d_error) = d.to_bits(bits);
            let d_value = Complex { re: d_value, im: zero.clone() };
            let Some((q, q_error)) = self.denominator.get(k).map(|q| q.to_bits(bits)) else {
                centres.push(d_value);
                errors.push(d_error);
                continue;
            };
            let product = scaled(&v, &q);
            let q_size = magnitude(&Complex { re: q, im: zero.clone() }).plus(q_error);
            let c = add(&d_value, &Complex { re: zero.minus(&product.re), im: zero.minus(&product.im) });
            let rounding = magnitude(&product).plus(magnitude(&c)).shifted(4 - i64::from(bits));
            errors.push(d_error.plus(q_error.times(size)).plus(v_error.times(q_size)).plus(rounding));
            centres.push(c);
        }
        Enclosure { centres, errors }
    }

    fn best_bits(&self) -> u32 {
        if self.exact { 1536 } else { 106 }
    }
}
