//! Operations on [`BigRational`] that the library of rationals leaves out.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// The rational `numerator / denominator` of two machine integers; the denominator must not be zero.
///
/// ```
/// use lambdahat::exact::{ratio, simplest_between};
/// assert_eq!(simplest_between(&ratio(31, 100), &ratio(32, 100)), ratio(5, 16));
/// ```
pub fn ratio(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(numerator.into(), denominator.into())
}

/// The nearest double, correctly rounded; ±∞ beyond their range.
pub fn to_f64(q: &BigRational) -> f64 {
    // `ToPrimitive` for `Ratio` rounds correctly and saturates; it answers `None` for no finite ratio.
    q.to_f64().unwrap_or(if q.is_negative() { f64::NEG_INFINITY } else { f64::INFINITY })
}

/// The exact value of a finite double; `None` for infinities and NaN.
pub fn from_f64(x: f64) -> Option<BigRational> {
    BigRational::from_float(x)
}

/// `2^exponent`, exactly.
pub fn power_of_two(exponent: i64) -> BigRational {
    let size = BigInt::one() << exponent.unsigned_abs();
    if exponent < 0 { BigRational::new_raw(BigInt::one(), size) } else { BigRational::from_integer(size) }
}

/// The rational with the smallest denominator in `[low, high]`, by the Stern–Brocot descent: the continued fractions of both ends, in whole numbers, as far
/// as they agree.
pub fn simplest_between(low: &BigRational, high: &BigRational) -> BigRational {
    if high.is_negative() {
        return -simplest_between(&-high, &-low);
    }
    if !low.is_positive() {
        return BigRational::zero();
    }
    let (mut a, mut b) = (low.numer().clone(), low.denom().clone());
    let (mut c, mut d) = (high.numer().clone(), high.denom().clone());
    let mut agreed = Vec::new();
    let last = loop {
        let (floor, rest) = a.div_rem(&b);
        if rest.is_zero() {
            break floor;
        }
        let next: BigInt = &floor + 1u32;
        if &next * &d <= c {
            break next;
        }
        // Both lie above the same whole number: on with the reciprocals of what is left, which change places.
        let above = &c - &floor * &d;
        (a, b, c, d) = (d, above, b, rest);
        agreed.push(floor);
    };
    let (mut p, mut q) = (last, BigInt::one());
    for floor in agreed.into_iter().rev() {
        (p, q) = (floor * &p + q, p);
    }
    BigRational::new_raw(p, q)
}

/// `numerator·2^(−bits)`, in lowest terms by shifts alone.
pub(super) fn dyadic(numerator: BigInt, bits: u64) -> BigRational {
    let Some(zeros) = numerator.trailing_zeros() else { return BigRational::zero() };
    let common = zeros.min(bits);
    BigRational::new_raw(numerator >> common, BigInt::one() << (bits - common))
}

/// Rounds to the nearest multiple of `2^(−bits)`.
pub fn round_to_bits(q: &BigRational, bits: u32) -> BigRational {
    let scaled = (q.numer() << (bits + 1)).div_floor(q.denom()) + 1u32;
    dyadic(scaled >> 1u32, bits.into())
}

/// The decimal expansion of `q` rounded to `digits` significant digits, in plain notation between 1e-5 and 1e16 and scientific beyond.
///
/// ```
/// use lambdahat::exact::{decimal, ratio};
/// assert_eq!(decimal(&ratio(2, 3), 5), "0.66667");
/// assert_eq!(decimal(&ratio(1, 4), 15), "0.25");
/// ```
pub fn decimal(q: &BigRational, digits: usize) -> String {
    expansion(q, digits, true)
}

/// The same with all digits written, zeros at the end too: what a rounded irrational number shows.
///
/// ```
/// use lambdahat::exact::{full_decimal, ratio};
/// assert_eq!(full_decimal(&ratio(1, 4), 5), "0.25000");
/// ```
pub fn full_decimal(q: &BigRational, digits: usize) -> String {
    expansion(q, digits, false)
}

fn expansion(q: &BigRational, digits: usize, trimmed: bool) -> String {
    if q.is_zero() {
        return "0".into();
    }
    let digits = digits.max(1) as i64;
    let size = q.abs();
    let ten = BigInt::from(10);
    let scale = |power: i64| -> BigInt {
        // round(size · 10^power), halves away from zero
        let (mut n, mut d) = (size.numer().clone(), size.denom().clone());
        if power >= 0 {
            n *= ten.pow(power as u32);
        } else {
            d *= ten.pow((-power) as u32);
        }
        (n * 2u32 + &d).div_floor(&(d * 2u32))
    };
    let bits = size.numer().bits() as f64 - size.denom().bits() as f64;
    let mut exponent = (bits * std::f64::consts::LOG10_2).floor() as i64;
    let mut mantissa = scale(digits - 1 - exponent);
    // The estimate of the exponent is one off at most either way, and rounding may carry.
    while mantissa.to_string().len() as i64 != digits {
        exponent += mantissa.to_string().len() as i64 - digits;
        mantissa = scale(digits - 1 - exponent);
    }
    let mut text = mantissa.to_string();
    if trimmed {
        let kept = text.trim_end_matches('0').len().max(1);
        text.truncate(kept);
    }
    let sign = if q.numer().sign() == Sign::Minus { "-" } else { "" };
    let body = match exponent {
        e if (-5..0).contains(&e) => format!("0.{}{text}", "0".repeat((-e - 1) as usize)),
        e if (0..16).contains(&e) => {
            let whole = e as usize + 1;
            if text.len() <= whole {
                format!("{text}{}", "0".repeat(whole - text.len()))
            } else {
                format!("{}.{}", &text[..whole], &text[whole..])
            }
        }
        e if text.len() == 1 => format!("{text}e{e}"),
        e => format!("{}.{}e{e}", &text[..1], &text[1..]),
    };
    format!("{sign}{body}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_carry_and_scale() {
        assert_eq!(decimal(&ratio(999_999, 1_000_000), 3), "1");
        assert_eq!(decimal(&ratio(-1, 3_000_000), 4), "-3.333e-7");
        assert_eq!(decimal(&ratio(123_456, 1), 3), "123000");
        assert_eq!(decimal(&ratio(1, 16), 2), "0.063");
    }

    proptest! {
        #[test]
        fn dyadics_are_in_lowest_terms(n in any::<i64>(), bits in 0u64..80) {
            let (found, usual) = (dyadic(n.into(), bits), BigRational::new(n.into(), BigInt::one() << bits));
            prop_assert_eq!((found.numer(), found.denom()), (usual.numer(), usual.denom()));
        }

        #[test]
        fn simplest_lies_between(n in -1000i64..1000, d in 1i64..500, width in 1i64..100) {
            let low = ratio(n, d);
            let high = &low + ratio(width, 1009);
            let q = simplest_between(&low, &high);
            prop_assert!(low <= q && q <= high);
            prop_assert!(q.denom() <= low.denom());
        }

        #[test]
        fn seventeen_digits_give_the_double_back(x in -1e30f64..1e30) {
            let q = from_f64(x).unwrap();
            prop_assert_eq!(decimal(&q, 17).parse::<f64>().unwrap(), x);
            prop_assert_eq!(to_f64(&q), x);
        }
    }
}
