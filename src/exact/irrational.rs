//! Real roots of polynomials over Q(α) from approximations of their coefficients: discs that are proved to hold one root each, and signs that bounds
//! decide. Sturm sequences in Q(α), whose coefficients grow to thousands of digits, are left for multiple roots.

use super::discs::RootDisc;
use super::enclosures::discs;
use super::{effort, rational};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::cmp::Ordering;

/// Bits to which coefficients are known to the root finder.
const BITS: u32 = 384;

/// A polynomial by its coefficients to within `2^(−bits)`, for any number of bits; `None` where some are only known to within a radius.
pub(super) type Source<'a> = &'a dyn Fn(u32) -> Option<Vec<BigRational>>;

/// A polynomial times a power of two, with coefficients rounded to whole numbers: each is off by at most two.
pub(super) struct Approximated {
    coefficients: Vec<BigInt>,
}

impl Approximated {
    /// The polynomial, scaled to coefficients of size one at most, to so many bits.
    pub(super) fn of(p: Source, bits: u32) -> Option<Self> {
        let (coefficients, scale) = scaled(p, bits)?;
        let shift = rational::power_of_two(i64::from(bits) - scale);
        Some(Self { coefficients: coefficients.into_iter().map(|c| (c * &shift).round().to_integer()).collect() })
    }

    /// The sign at a rational point, where the bounds leave no doubt.
    pub(super) fn sign(&self, x: &BigRational) -> Option<Ordering> {
        let (n, d) = (x.numer(), x.denom());
        if effort::is_counted() {
            let (bits, count) = (effort::bits(&self.coefficients), self.coefficients.len() as u64);
            effort::charge(3 * count * effort::product(bits + d.bits() * count / 2, d.bits()));
        }
        let size = n.abs();
        let (mut value, mut error, mut power) = (BigInt::zero(), BigInt::zero(), BigInt::one());
        for c in self.coefficients.iter().rev() {
            value = value * n + c * &power;
            error = error * &size + &power * 2u32;
            power *= d;
        }
        (value.abs() > error).then(|| value.cmp(&BigInt::zero()))
    }
}

/// The coefficients to within `2^(scale − bits)`, none larger than `2^scale`.
fn scaled(p: Source, bits: u32) -> Option<(Vec<BigRational>, i64)> {
    let exponent = |q: &BigRational| q.numer().bits() as i64 - q.denom().bits() as i64 + 2;
    let scale = p(64)?.iter().filter(|q| !q.is_zero()).map(exponent).max()?;
    // A polynomial of tiny coefficients takes as many bits more.
    let precise = i64::from(bits) - scale.min(0) + 1;
    Some((p(precise as u32)?, scale))
}

/// A closed interval with one root in it, and no root at its ends; or the root itself.
pub(super) type Alone = (BigRational, BigRational);

/// The real roots in `(low, high]`, ascending; `None` where it is not proved which there are: multiple roots, or nearly so, and a root at 0. `exact_sign` is asked
/// where bounds do not tell.
pub(super) fn simple_roots(
    p: Source,
    exact_sign: &dyn Fn(&BigRational) -> Ordering,
    low: &BigRational,
    high: &BigRational,
) -> Option<Vec<Alone>> {
    let (coefficients, scale) = scaled(p, BITS)?;
    let degree = coefficients.len().checked_sub(1).filter(|n| *n > 0)?;
    let factor = rational::power_of_two(-scale);
    let centres: Vec<BigRational> = coefficients.iter().map(|c| c * &factor).collect();
    // The root finder takes off no root at zero.
    if centres[0].is_zero() {
        return None;
    }
    let found = discs(&centres, BITS)?;
    if found.len() != degree || found.iter().any(|disc| disc.count != 1) {
        return None;
    }
    // A disc that meets its mirror image, and no other disc meets that, holds a real root; one that does not meet the axis holds none.
    let alone = |disc: &RootDisc| {
        let image = RootDisc { centre: disc.centre.conj(), ..*disc };
        found.iter().filter(|other| image.touches(other)).count() == 1
    };
    let real: Vec<&RootDisc> = found.iter().filter(|disc| disc.centre.im.abs() <= disc.radius).collect();
    if !real.iter().all(|disc| alone(disc)) {
        return None;
    }
    let approximated = Approximated::of(p, BITS)?;
    let sign = |x: &BigRational| approximated.sign(x).unwrap_or_else(|| exact_sign(x));
    let mut roots: Vec<Alone> = real.into_iter().map(|disc| bracket(disc, &sign)).collect::<Option<_>>()?;
    roots.sort();
    if roots.windows(2).any(|pair| pair[0].1 >= pair[1].0) {
        return None;
    }
    let is_right_of =
        |root: &Alone, x: &BigRational| *x < root.0 || (*x < root.1 && sign(x) != Ordering::Equal && sign(x) == sign(&root.0));
    roots.retain(|root| is_right_of(root, low) && !is_right_of(root, high));
    Some(roots)
}

/// The interval of a disc's real root, with opposite signs at its ends, or the root itself.
fn bracket(disc: &RootDisc, sign: &dyn Fn(&BigRational) -> Ordering) -> Option<Alone> {
    let (centre, radius) = (disc.centre.re, disc.radius * 1.01 + disc.centre.re.abs() * f64::EPSILON + f64::MIN_POSITIVE);
    let (low, high) = (rational::from_f64(centre - radius)?, rational::from_f64(centre + radius)?);
    match (sign(&low), sign(&high)) {
        (Ordering::Equal, _) => Some((low.clone(), low)),
        (_, Ordering::Equal) => Some((high.clone(), high)),
        (a, b) if a != b => Some((low, high)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::exact::{Number, Polynomial, RealRoot, SturmSequence, ratio};
    use proptest::prelude::*;

    fn root_of_two(p: i64, q: i64, d: i64) -> Number {
        Number::ratio(p, d) + Number::ratio(q, d) * Number::sqrt(&Number::from(2)).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// The roots that discs prove are those that a Sturm sequence counts, also where an end is a root, or two are near each other.
        #[test]
        fn discs_and_sturm_agree(parts in prop::collection::vec((-9i64..9, -9i64..9), 2..6), low in -3i64..0, high in 0i64..3, root in -3i64..3) {
            let p = Polynomial::new(parts.iter().map(|&(a, b)| root_of_two(a, b, 3)).collect()) * Polynomial::linear(Number::from(root));
            prop_assume!(p.degree().is_some_and(|n| n > 0));
            let found = RealRoot::between(&p, &ratio(low, 1), &ratio(high, 1));
            // A root of even multiplicity does not change p's sign; it changes that of the square-free part.
            let p = p.square_free();
            let counted = SturmSequence::new(&p).count(&ratio(low, 1), &ratio(high, 1));
            prop_assert_eq!(found.len(), counted);
            for mut root in found {
                root.refine(&ratio(1, 1 << 40));
                let (low, high) = root.interval();
                prop_assert!(low == high || p.eval(&Number::from(low.clone())).sign() != p.eval(&Number::from(high.clone())).sign());
            }
        }
    }
}
