//! `P − wQ` as the root finder takes it: exact P and Q, a factor w known to any precision.

use super::step_factor::{FactorValue, StepFactor};
use crate::exact::certify::{Coefficients, Enclosure};
use crate::exact::coefficients::{double_double, fits};
use crate::exact::precision::{Magnitude, Real, magnitude, rounded, subtract};
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

    /// To so many bits, with a bound on the error.
    pub(crate) fn to_bits(&self, bits: u32) -> (BigFloat, Magnitude) {
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

/// `(P − Q) − (w − 1) Q`: P and Q agree at zero, so the small constant coefficient of a small hλ keeps its digits. A coefficient that
/// cancels in this form, as where w is tiny and P of lower degree than Q, is formed as `P − wQ`, in which it does not.
pub(crate) struct Pencil<'a> {
    pub(crate) difference: &'a [Known],
    pub(crate) numerator: &'a [Known],
    pub(crate) denominator: &'a [Known],
    pub(crate) factor: StepFactor,
    pub(crate) value: &'a FactorValue,
    pub(crate) exact: bool,
}

fn scaled<T: Real>(z: &Complex<T>, by: &T) -> Complex<T> {
    Complex { re: z.re.times(by), im: z.im.times(by) }
}

/// A number and a bound on its error.
type Bounded<T> = (T, Magnitude);

/// `a − vb` and a bound on its error, each operation right to `unit` relative.
fn combined<T: Real>(a: &Bounded<T>, v: &Bounded<Complex<T>>, b: &Bounded<T>, unit: Magnitude, zero: &T) -> Bounded<Complex<T>> {
    let real = |x: &T| Complex { re: x.clone(), im: zero.clone() };
    let product = scaled(&v.0, &b.0);
    let c = subtract(&real(&a.0), &product);
    let b_size = magnitude(&real(&b.0)).plus(b.1);
    let rounding = magnitude(&product).plus(magnitude(&c)).times(unit);
    let error = a.1.plus(b.1.times(magnitude(&v.0))).plus(v.1.times(b_size)).plus(rounding);
    (c, error)
}

/// The better known of `d − vq` and `p − wq`, which are one number.
fn coefficient<T: Real>(
    (d, p, q): (&Bounded<T>, &Bounded<T>, &Bounded<T>),
    v: &Bounded<Complex<T>>,
    w: &Bounded<Complex<T>>,
    unit: Magnitude,
    zero: &T,
) -> Bounded<Complex<T>> {
    let first = combined(d, v, q, unit, zero);
    if !first.1.exceeds(magnitude(&first.0).times(unit.shifted(8))) {
        return first;
    }
    let second = combined(p, w, q, unit, zero);
    if first.1.exceeds(second.1) { second } else { first }
}

impl Pencil<'_> {
    fn enclosure<T: Real>(
        &self,
        take: impl Fn(&Known) -> Bounded<T>,
        v: &Bounded<Complex<T>>,
        w: &Bounded<Complex<T>>,
        unit: Magnitude,
        zero: &T,
    ) -> Enclosure<T> {
        let none = (zero.clone(), Magnitude::ZERO);
        let (mut centres, mut errors) = (Vec::new(), Vec::new());
        for (k, d) in self.difference.iter().enumerate() {
            let d = take(d);
            let (centre, error) = match self.denominator.get(k) {
                None => (Complex { re: d.0, im: zero.clone() }, d.1),
                Some(q) => {
                    let p = self.numerator.get(k).map_or(none.clone(), &take);
                    coefficient((&d, &p, &take(q)), v, w, unit, zero)
                }
            };
            centres.push(centre);
            errors.push(error);
        }
        Enclosure { centres, errors }
    }
}

impl Coefficients for Pencil<'_> {
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>> {
        let value = self.value;
        let take = |k: &Known| (k.value, k.error);
        let (v, w) = ((value.less_one, value.less_one_error), (value.w, value.w_error));
        let enclosure = self.enclosure(take, &v, &w, Magnitude::power_of_two(-102), &DoubleDouble::ZERO);
        let rough: Vec<Complex<f64>> = enclosure.centres.iter().map(rounded).collect();
        fits(rough.iter()).then_some(enclosure)
    }

    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat> {
        let point = self.factor.to_bits(bits);
        let (v, w) = ((point.less_one, point.less_one_error), (point.w, point.w_error));
        self.enclosure(|k| k.to_bits(bits), &v, &w, Magnitude::power_of_two(4 - i64::from(bits)), &BigFloat::of(0.0, bits))
    }

    fn best_bits(&self) -> u32 {
        if self.exact { 1536 } else { 106 }
    }
}
