//! A polynomial in ζ with exact coefficients, evaluated with a bound wherever ζ lies.
//!
//! ρ and σ of a multistep method nearly cancel about ζ = 1, where small steps are, and about ζ = 0, where strongly damped modes are: `1 + v`
//! with a tiny v loses its digits in powers of ζ, and a tiny ζ loses them in powers of `ζ − 1`. So both forms are kept.

use super::pencil::Known;
use super::step_factor::FactorValue;
use crate::exact::aberth::evaluate;
use crate::exact::precision::{Magnitude, Real, lifted, magnitude};
use crate::exact::{BigFloat, DoubleDouble, Number, Polynomial};
use num_complex::Complex;
use num_traits::One;

/// A working precision that takes coefficients and divides.
pub(crate) trait Working: Real {
    /// The coefficient, with a bound on its error.
    fn known(coefficient: &Known, bits: u32) -> (Self, Magnitude);
    /// `self / other`, right to [`Real::step_error`].
    fn over(&self, other: &Self) -> Self;
}

impl Working for DoubleDouble {
    fn known(coefficient: &Known, _: u32) -> (Self, Magnitude) {
        (coefficient.value, Magnitude::of(coefficient.wide_error()))
    }
    fn over(&self, other: &Self) -> Self {
        *self / *other
    }
}

impl Working for BigFloat {
    fn known(coefficient: &Known, bits: u32) -> (Self, Magnitude) {
        coefficient.to_bits(bits)
    }
    fn over(&self, other: &Self) -> Self {
        self.divided(other)
    }
}

/// A polynomial about ζ = 0 and about ζ = 1.
#[derive(Clone, Debug)]
pub(crate) struct Expansion {
    about_zero: Vec<Known>,
    about_one: Vec<Known>,
    vanishes: bool,
    at_one: Number,
}

impl Expansion {
    pub(crate) fn new(p: &Polynomial<Number>) -> Self {
        let known = |p: &Polynomial<Number>| p.coefficients().iter().map(Known::new).collect::<Vec<_>>();
        let shifted = p.compose(&Polynomial::new(vec![Number::one(), Number::one()]));
        Self { about_zero: known(p), about_one: known(&shifted), vanishes: p.coefficients().is_empty(), at_one: p.eval(&Number::one()) }
    }

    /// Whether it is the zero polynomial.
    pub(crate) fn vanishes(&self) -> bool {
        self.vanishes
    }

    /// Its value at ζ = 1, exactly.
    pub(crate) fn at_one(&self) -> &Number {
        &self.at_one
    }

    /// The value at ζ, and a bound on its error.
    pub(crate) fn at<T: Working>(&self, zeta: &FactorValue<T>, bits: u32) -> (Complex<T>, Magnitude) {
        let near_one = !magnitude(&zeta.less_one).exceeds(Magnitude::power_of_two(-1));
        let (list, point, point_error) =
            if near_one { (&self.about_one, &zeta.less_one, zeta.less_one_error) } else { (&self.about_zero, &zeta.w, zeta.w_error) };
        if list.is_empty() {
            return (lifted(Complex { re: 0.0, im: 0.0 }, bits), Magnitude::ZERO);
        }
        let known: Vec<(T, Magnitude)> = list.iter().map(|c| T::known(c, bits)).collect();
        let centres: Vec<Complex<T>> = known.iter().map(|(c, _)| Complex { re: c.clone(), im: T::of(0.0, bits) }).collect();
        let sizes: Vec<Magnitude> = centres.iter().zip(&known).map(|(c, (_, error))| magnitude(c).plus(*error)).collect();
        let value = evaluate(&centres, &sizes, point, bits);
        let reach = magnitude(point).plus(point_error);
        let (mut slope, mut own) = (Magnitude::ZERO, Magnitude::ZERO);
        for (k, (size, (_, error))) in sizes.iter().zip(&known).enumerate().rev() {
            if k > 0 {
                slope = slope.times(reach).plus(size.times(Magnitude::of(k as f64)));
            }
            own = own.times(reach).plus(*error);
        }
        (value.p, value.rounding.plus(slope.times(point_error)).plus(own).times(Magnitude::of(1.0 + 1e-9)))
    }
}

/// `a / b`. The components' squares must stay within the range of `T`.
pub(crate) fn quotient<T: Working>(a: &Complex<T>, b: &Complex<T>) -> Complex<T> {
    let size = b.re.times(&b.re).plus(&b.im.times(&b.im));
    let re = a.re.times(&b.re).plus(&a.im.times(&b.im));
    let im = a.im.times(&b.re).minus(&a.re.times(&b.im));
    Complex { re: re.over(&size), im: im.over(&size) }
}

#[cfg(test)]
mod tests {
    use super::super::step_factor::StepFactor;
    use super::*;
    use crate::exact::precision::subtract;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_precisions_agree_within_their_bounds(re in -9.0..9.0f64, im in -4.0..4.0f64, shrink in 0i32..60, c in proptest::collection::vec(-9i64..9, 1..6)) {
            let polynomial = Polynomial::new(c.into_iter().map(|c| Number::ratio(c, 7)).collect());
            let expansion = Expansion::new(&polynomial);
            let factor = StepFactor { lambda: Complex { re, im } * 2f64.powi(-shrink), interval: 1.0, substeps: 1, index: 0 };
            let (low, low_error) = expansion.at(&factor.double_double().unwrap(), 106);
            let (high, high_error) = expansion.at(&factor.to_bits(300), 300);
            let wide = |x: DoubleDouble| BigFloat::of(x.to_f64(), 300).plus(&BigFloat::of(x.tail(), 300));
            let off = magnitude(&subtract(&Complex { re: wide(low.re), im: wide(low.im) }, &high));
            prop_assert!(!off.exceeds(low_error.plus(high_error)));
            prop_assert!(high_error.to_f64() <= 1e-70);
        }
    }

    #[test]
    fn a_tiny_zeta_keeps_its_digits() {
        // ζ(ζ − 1) at ζ = e^{−600}: −ζ to every digit.
        let p = Polynomial::new([0, -1, 1].map(Number::from).to_vec());
        let zeta = StepFactor { lambda: Complex { re: -600.0, im: 0.0 }, interval: 1.0, substeps: 1, index: 0 }.to_bits(192);
        let (value, error) = Expansion::new(&p).at(&zeta, 192);
        assert!((value.re.scaled(0) / -(-600f64).exp() - 1.0).abs() < 1e-12);
        assert!(magnitude(&value).shifted(-180).exceeds(error));
        let (one, two) = (
            Complex { re: BigFloat::of(1.0, 100), im: BigFloat::of(1.0, 100) },
            Complex { re: BigFloat::of(0.0, 100), im: BigFloat::of(2.0, 100) },
        );
        let ratio = quotient(&one, &two);
        assert_eq!((ratio.re.scaled(0), ratio.im.scaled(0)), (0.5, -0.5));
    }
}
