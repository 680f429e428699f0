//! Real coefficients that are known by enclosures, as the root finder takes them.

use super::certify::{self, Coefficients, Enclosure};
use super::discs::RootDisc;
use super::precision::{Magnitude, lifted, magnitude};
use super::{BigFloat, DoubleDouble, rational};
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::Zero;

/// Centres, each within `2^(−bits)` of its coefficient. The largest is of size one.
struct Enclosed<'a> {
    centres: &'a [BigRational],
    bits: u32,
}

impl Coefficients for Enclosed<'_> {
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>> {
        let enclosure = self.to_bits(106);
        let centres: Vec<Complex<DoubleDouble>> = self
            .centres
            .iter()
            .map(|q| {
                let hi = rational::to_f64(q);
                let lo = rational::from_f64(hi).map_or(0.0, |h| rational::to_f64(&(q - h)));
                Complex { re: DoubleDouble::sum(hi, lo), im: DoubleDouble::sum(0.0, 0.0) }
            })
            .collect();
        let lost = self.centres.iter().zip(&centres).any(|(q, z)| q.is_zero() != magnitude(z).is_zero());
        (!lost).then_some(Enclosure { centres, errors: enclosure.errors })
    }

    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat> {
        let zero: Complex<BigFloat> = lifted(Complex { re: 0.0, im: 0.0 }, bits);
        let centres: Vec<Complex<BigFloat>> =
            self.centres.iter().map(|q| Complex { re: BigFloat::from_rational(q, bits), im: zero.im.clone() }).collect();
        let given = Magnitude::power_of_two(-i64::from(self.bits));
        let errors = centres.iter().map(|z| magnitude(z).shifted(2 - i64::from(bits)).plus(given)).collect();
        Enclosure { centres, errors }
    }

    fn best_bits(&self) -> u32 {
        self.bits
    }
}

/// Discs about all roots of the polynomial whose coefficients lie within `2^(−bits)` of the centres; `None` where the leading one may be zero, or a
/// root is out of the range of f64.
pub(super) fn discs(centres: &[BigRational], bits: u32) -> Option<Vec<RootDisc>> {
    certify::discs(&Enclosed { centres, bits }).ok()
}
