//! What one step must do: `w_j = e^{(Hλ + 2πij)/m}`, the m roots of `w^m = e^{Hλ}`, to any precision.

use crate::exact::double_double::{exp, exp_minus_one};
use crate::exact::precision::{Magnitude, Real, add, magnitude, multiply, subtract};
use crate::exact::{BigFloat, DoubleDouble, multiprecision};
use num_complex::Complex;

/// The j-th of the m roots of `w^m = e^{Hλ}`; j = 0 is `e^{hλ}`. λ and H are taken as the f64 that they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StepFactor {
    pub(crate) lambda: Complex<f64>,
    pub(crate) interval: f64,
    pub(crate) substeps: u32,
    pub(crate) index: u32,
}

/// `w` and `w − 1`, the latter with its own error, so that it is accurate also where hλ is tiny.
pub(crate) struct FactorValue<T = DoubleDouble> {
    pub(crate) w: Complex<T>,
    pub(crate) w_error: Magnitude,
    pub(crate) less_one: Complex<T>,
    pub(crate) less_one_error: Magnitude,
}

/// The exact product of an f64 and a complex f64.
fn product(h: f64, z: Complex<f64>) -> Complex<DoubleDouble> {
    Complex { re: DoubleDouble::product(h, z.re), im: DoubleDouble::product(h, z.im) }
}

impl StepFactor {
    /// hλ = Hλ/m in double-double.
    pub(crate) fn exponent(&self) -> Complex<DoubleDouble> {
        // Exact products split their factors, which overflows within 2^27 of the largest double.
        let shift = if self.lambda.re.abs().max(self.lambda.im.abs()) > 1e250 { 200 } else { 0 };
        let m = DoubleDouble::from(f64::from(self.substeps));
        let x = product(self.interval, self.lambda * 2f64.powi(-shift));
        Complex { re: (x.re / m).ldexp(shift), im: (x.im / m).ldexp(shift) }
    }

    /// `e^{2πij/m}`, exactly where it is ±1 or ±i, with a bound on its error.
    fn root_of_unity(&self) -> Option<(Complex<DoubleDouble>, f64)> {
        let (j, m) = (u64::from(self.index), u64::from(self.substeps));
        let unit = |re: f64, im: f64| Some((Complex { re: DoubleDouble::from(re), im: DoubleDouble::from(im) }, 0.0));
        match (4 * j).checked_rem(m) {
            Some(0) => match 4 * j / m {
                0 => unit(1.0, 0.0),
                1 => unit(0.0, 1.0),
                2 => unit(-1.0, 0.0),
                _ => unit(0.0, -1.0),
            },
            _ => {
                let tau = DoubleDouble::sum(std::f64::consts::TAU, 2.4492935982947064e-16);
                let angle = tau * DoubleDouble::from(j as f64) / DoubleDouble::from(m as f64);
                exp(Complex { re: DoubleDouble::ZERO, im: angle }).map(|(w, error)| (w, error + 2f64.powi(-97)))
            }
        }
    }

    /// Whether w is certainly real: λ is, and the root of unity is ±1.
    pub(crate) fn is_real(&self) -> bool {
        self.lambda.im == 0.0 && (2 * u64::from(self.index)).is_multiple_of(u64::from(self.substeps))
    }

    /// Whether w is exactly ±1 or ±i: for λ = 0 and a fourth root of one.
    pub(crate) fn is_fourth_root_of_one(&self) -> bool {
        self.lambda == Complex { re: 0.0, im: 0.0 } && (4 * u64::from(self.index)).is_multiple_of(u64::from(self.substeps))
    }

    /// In double-double; none where e^{hλ} leaves the range of f64.
    pub(crate) fn double_double(&self) -> Option<FactorValue> {
        if self.is_fourth_root_of_one() {
            let (w, _) = self.root_of_unity()?;
            let less_one = Complex { re: w.re - DoubleDouble::from(1.0), im: w.im };
            return Some(FactorValue { w, w_error: Magnitude::ZERO, less_one, less_one_error: Magnitude::ZERO });
        }
        let x = self.exponent();
        let size = x.re.to_f64().abs() + x.im.to_f64().abs();
        let one = Complex { re: DoubleDouble::from(1.0), im: DoubleDouble::ZERO };
        // A product of f64 below the range of its own error term loses at most this.
        let underflow = Magnitude::power_of_two(-1000);
        let (growth, error) = exp(x)?;
        let (unit, unit_error) = self.root_of_unity()?;
        let w = multiply(&growth, &unit);
        let relative = error + unit_error + size * 2f64.powi(-100) + 2f64.powi(-100);
        let w_error = magnitude(&w).times(Magnitude::of(relative)).plus(underflow);
        if self.index == 0 && size < 0.5 {
            let less_one = exp_minus_one(x);
            let less_one_error = magnitude(&less_one).shifted(-95).plus(underflow);
            return Some(FactorValue { w, w_error, less_one, less_one_error });
        }
        let less_one = subtract(&w, &one);
        let less_one_error = w_error.plus(magnitude(&less_one).shifted(-102));
        Some(FactorValue { w, w_error, less_one, less_one_error })
    }

    /// Both to a relative `2^(−bits)` (`w − 1` absolute, times |w| + 1, where j ≠ 0), with bounds on their errors.
    pub(crate) fn to_bits(self, bits: u32) -> FactorValue<BigFloat> {
        let cancelled = magnitude(&self.exponent()).log2().clamp(-1100.0, 0.0);
        let work = bits + 64 + (-cancelled) as u32;
        let h = BigFloat::of(self.interval, work);
        let part = |x: f64| BigFloat::of(x, work).times(&h).over(self.substeps);
        let turn = BigFloat::pi(work).ldexp(1).times(&BigFloat::of(f64::from(self.index), work)).over(self.substeps);
        let exponent = Complex { re: part(self.lambda.re), im: part(self.lambda.im).plus(&turn) };
        let w = multiprecision::exp(&exponent, work);
        let one = Complex { re: BigFloat::of(-1.0, work), im: BigFloat::of(0.0, work) };
        let less_one = add(&w, &one);
        // The exponent is right to a few 2^(−work) of itself, and |exponent| < 2⁴⁸ here.
        let unit = magnitude(&exponent).plus(Magnitude::ONE).shifted(4 - i64::from(work));
        let w_error = magnitude(&w).times(unit);
        let less_one_error = magnitude(&w).plus(Magnitude::ONE).times(unit);
        FactorValue { w, w_error, less_one, less_one_error }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn double_double_and_multiprecision_agree(re in -30.0..30.0f64, im in -30.0..30.0f64, shrink in 0i32..40, substeps in 1u32..7, turn in 0u32..7) {
            let scale = 2f64.powi(-shrink);
            let factor = StepFactor { lambda: Complex { re, im } * scale, interval: 0.7, substeps, index: turn % substeps };
            let value = factor.double_double().unwrap();
            let wider = factor.to_bits(200);
            let (v, error) = (wider.less_one, wider.less_one_error);
            let wide = |z: &Complex<DoubleDouble>| Complex {
                re: BigFloat::of(z.re.to_f64(), 300).plus(&BigFloat::of(z.re.tail(), 300)),
                im: BigFloat::of(z.im.to_f64(), 300).plus(&BigFloat::of(z.im.tail(), 300)),
            };
            let off = magnitude(&subtract(&wide(&value.less_one), &v));
            prop_assert!(!off.exceeds(value.less_one_error.plus(error)), "{} of {}", off.to_f64(), value.less_one_error.to_f64());
            prop_assert!(!error.exceeds(magnitude(&v).shifted(-150)));
            let off = magnitude(&subtract(&wide(&value.w), &wider.w));
            prop_assert!(!off.exceeds(value.w_error.plus(wider.w_error)) && !wider.w_error.exceeds(magnitude(&wider.w).shifted(-190)));
        }
    }

    #[test]
    fn fourth_roots_of_one_are_exact() {
        let factor =
            |index| StepFactor { lambda: Complex { re: 0.0, im: 0.0 }, interval: 1.0, substeps: 4, index }.double_double().unwrap().w;
        let known = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)];
        for (index, (re, im)) in known.into_iter().enumerate() {
            let w = factor(index as u32);
            assert_eq!((w.re.to_f64(), w.re.tail(), w.im.to_f64(), w.im.tail()), (re, 0.0, im, 0.0));
        }
    }
}
