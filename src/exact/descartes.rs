//! Real roots of integer polynomials by Descartes' rule of signs and bisection (Vincent 1836; Collins & Akritas 1976).
//!
//! A square-free polynomial is mapped to the unit interval and halved until the rule counts 0 or 1; only additions and shifts of integers, no gcd.

use super::effort;
use super::rational::dyadic;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

/// A root alone in the open interval between the two, or exactly where they agree.
pub type Isolated = (BigRational, BigRational);

/// A piece of the unit interval still to be looked at.
enum Piece {
    /// `(index, index + 1)/2^depth`, and the polynomial mapped from there to (0, 1).
    Interval { depth: u32, index: BigInt, p: Vec<BigInt> },
    /// The point `index/2^depth` is a root.
    Point { depth: u32, index: BigInt },
}

/// The roots of a square-free polynomial (coefficients lowest degree first) in the open interval `(low, high)`, ascending, at most `limit` of them.
pub fn isolate(p: &[BigInt], low: &BigRational, high: &BigRational, limit: usize) -> Vec<Isolated> {
    let width = high - low;
    if p.len() < 2 || !width.is_positive() {
        return Vec::new();
    }
    let place = |depth: u32, index: &BigInt| low + &width * dyadic(index.clone(), depth.into());
    let mut found = Vec::new();
    let mut open = vec![Piece::Interval { depth: 0, index: BigInt::zero(), p: mapped(p, low, &width) }];
    while let Some(piece) = open.pop() {
        if effort::is_spent() {
            break;
        }
        match piece {
            Piece::Point { depth, index } => {
                let x = place(depth, &index);
                found.push((x.clone(), x));
            }
            Piece::Interval { depth, index, p } => match variations(&p) {
                0 => {}
                1 => found.push((place(depth, &index), place(depth, &(&index + 1u32)))),
                _ => {
                    let n = p.len() - 1;
                    let left: Vec<BigInt> = p.iter().enumerate().map(|(i, c)| c << (n - i)).collect();
                    let mut right = left.clone();
                    shift_by_one(&mut right);
                    let (depth, index) = (depth + 1, index << 1u32);
                    let middle = &index + 1u32;
                    let at_middle = right[0].is_zero();
                    if at_middle {
                        right.remove(0);
                    }
                    open.push(Piece::Interval { depth, index: middle.clone(), p: right });
                    if at_middle {
                        open.push(Piece::Point { depth, index: middle });
                    }
                    open.push(Piece::Interval { depth, index, p: left });
                }
            },
        }
        if found.len() >= limit {
            break;
        }
    }
    found
}

/// A positive multiple of `p(low + width·t)`, over the integers.
fn mapped(p: &[BigInt], low: &BigRational, width: &BigRational) -> Vec<BigInt> {
    let d = low.denom().lcm(width.denom());
    let a = low.numer() * (&d / low.denom());
    let w = width.numer() * (&d / width.denom());
    let n = p.len() - 1;
    if effort::is_counted() {
        effort::charge((n * n / 2) as u64 * effort::product(effort::bits(p) + n as u64 * d.bits() / 2, a.bits()));
    }
    // In y = d·x, then about y = a, then in units of w.
    let mut power = BigInt::one();
    let mut q: Vec<BigInt> = p.to_vec();
    for c in q[..n].iter_mut().rev() {
        power *= &d;
        *c *= &power;
    }
    if !a.is_zero() {
        for i in 0..n {
            for j in (i..n).rev() {
                let carry = &q[j + 1] * &a;
                q[j] += carry;
            }
        }
    }
    let mut power = BigInt::one();
    for c in &mut q[1..] {
        power *= &w;
        *c *= &power;
    }
    let shared = q.iter().filter_map(BigInt::trailing_zeros).min().unwrap_or(0);
    q.iter_mut().for_each(|c| *c >>= shared);
    q
}

/// `p(x + 1)` in place.
fn shift_by_one(p: &mut [BigInt]) {
    let n = p.len();
    if effort::is_counted() {
        effort::charge((n * n / 2) as u64 * (10 + effort::bits(p.iter()) / 128));
    }
    for i in 0..n {
        for j in (i..n - 1).rev() {
            let (below, above) = p.split_at_mut(j + 1);
            below[j] += &above[0];
        }
    }
}

/// Sign variations of `(1 + x)ⁿ p(1/(1 + x))`: 0 or 1 is the number of roots in (0, 1), more is an upper bound.
fn variations(p: &[BigInt]) -> usize {
    let signs = |q: &[BigInt]| {
        let mut last = Ordering::Equal;
        let mut count = 0;
        for c in q.iter().filter(|c| !c.is_zero()) {
            let sign = c.cmp(&BigInt::zero());
            count += usize::from(last != Ordering::Equal && last != sign);
            last = sign;
        }
        count
    };
    // No change of sign at all: no positive root.
    if signs(p) == 0 {
        return 0;
    }
    let mut q: Vec<BigInt> = p.iter().rev().cloned().collect();
    shift_by_one(&mut q);
    signs(&q)
}

/// The sign of `p(x)`, by Horner's rule over the integers.
pub fn sign(p: &[BigInt], x: &BigRational) -> Ordering {
    let (n, d) = (x.numer(), x.denom());
    if effort::is_counted() {
        let (bits, point) = (effort::bits(p), n.bits().max(d.bits()));
        effort::charge(2 * p.len() as u64 * effort::product(bits + point * p.len() as u64 / 2, point));
    }
    let mut power = BigInt::one();
    let mut value = BigInt::zero();
    if d.is_one() {
        for c in p.iter().rev() {
            value = value * n + c;
        }
    } else if d.trailing_zeros() == Some(d.bits() - 1) {
        // A dyadic point: powers of its denominator are shifts.
        let step = d.bits() - 1;
        for (k, c) in p.iter().rev().enumerate() {
            value = value * n + (c << (step * k as u64));
        }
    } else {
        for c in p.iter().rev() {
            value = value * n + c * &power;
            power *= d;
        }
    }
    value.cmp(&BigInt::zero())
}

/// Halves the interval of a simple root so many times; the polynomial has opposite signs at the ends. Both ends agree where a midpoint is the root.
pub fn halved(p: &[BigInt], low: &BigRational, high: &BigRational, times: u32) -> Isolated {
    let width = high - low;
    let q = mapped(p, low, &width);
    let at_high = q.iter().sum::<BigInt>().cmp(&BigInt::zero());
    let place = |index: BigInt, depth: u32| low + &width * dyadic(index, depth.into());
    let mut index = BigInt::zero();
    if effort::is_counted() {
        let (bits, depth, n) = (effort::bits(&q), u64::from(times), q.len() as u64);
        effort::charge(depth * n * effort::product(bits + depth * n / 4, depth / 2));
    }
    for depth in 1..=times {
        index <<= 1u32;
        let middle = &index + 1u32;
        let mut value = BigInt::zero();
        for (k, c) in q.iter().rev().enumerate() {
            value = value * &middle + (c << (depth as usize * k));
        }
        match value.cmp(&BigInt::zero()) {
            Ordering::Equal => {
                let x = place(middle, depth);
                return (x.clone(), x);
            }
            sign if sign == at_high => {}
            _ => index = middle,
        }
    }
    (place(index.clone(), times), place(index + 1u32, times))
}

/// A power of two above every positive root of a polynomial (Fujiwara 1916, in whole powers).
pub fn positive_bound(p: &[BigInt]) -> BigRational {
    let Some((lead, rest)) = p.split_last() else { return BigRational::one() };
    let n = rest.len();
    let exponent = rest
        .iter()
        .enumerate()
        .filter(|(_, c)| !c.is_zero() && c.is_negative() != lead.is_negative())
        .map(|(i, c)| (c.bits() as i64 - lead.bits() as i64 + 1).div_euclid((n - i) as i64) + 1)
        .max();
    match exponent {
        None => BigRational::one(),
        Some(e) => super::rational::power_of_two(e + 1),
    }
}

/// Divides a polynomial by the highest power of `x − root` that it holds, for a root of −1, 0 or 1; which power that is. The zero polynomial is left alone.
pub fn divided_by_root(p: &mut Vec<BigInt>, root: i32) -> usize {
    let mut times = 0;
    while p.len() > 1 {
        // Synthetic division: the last carry is the value at the root.
        let mut quotient: Vec<BigInt> = Vec::with_capacity(p.len());
        let mut carry = BigInt::zero();
        for c in p.iter().rev() {
            carry = carry * root + c;
            quotient.push(carry.clone());
        }
        if !carry.is_zero() {
            break;
        }
        quotient.pop();
        quotient.reverse();
        *p = quotient;
        times += 1;
    }
    times
}

/// Multiplies a polynomial by `x − root`.
pub fn multiplied_by_root(p: &mut Vec<BigInt>, root: i32) {
    p.insert(0, BigInt::zero());
    for k in 1..p.len() {
        let carry = &p[k] * root;
        p[k - 1] -= carry;
    }
}

/// The prime 2^61 − 1.
const PRIME: u64 = (1 << 61) - 1;

/// Whether two integer polynomials are proved to have no common factor over Q: their images modulo a prime have none, and the prime does not divide the
/// first one's leading coefficient. False says nothing.
pub fn proved_coprime(p: &[BigInt], q: &[BigInt]) -> bool {
    let image = |p: &[BigInt]| -> Vec<u64> {
        let prime = BigInt::from(PRIME);
        let mut image: Vec<u64> = p.iter().map(|c| c.mod_floor(&prime).to_u64().unwrap_or(0)).collect();
        while image.last() == Some(&0) {
            image.pop();
        }
        image
    };
    let (mut a, mut b) = (image(p), image(q));
    if a.len() != p.len() || a.is_empty() {
        return false;
    }
    while !b.is_empty() {
        let r = remainder(a, &b);
        a = std::mem::replace(&mut b, r);
    }
    a.len() == 1
}

/// Whether `p` is proved to have no multiple root. False says nothing.
pub fn proved_square_free(p: &[BigInt]) -> bool {
    let derivative: Vec<BigInt> = p.iter().enumerate().skip(1).map(|(k, c)| c * k).collect();
    proved_coprime(p, &derivative)
}

fn times(a: u64, b: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(PRIME)) as u64
}

fn inverse(a: u64) -> u64 {
    let (mut base, mut exponent, mut result) = (a, PRIME - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = times(result, base);
        }
        base = times(base, base);
        exponent >>= 1;
    }
    result
}

fn remainder(mut a: Vec<u64>, b: &[u64]) -> Vec<u64> {
    let Some((&lead, rest)) = b.split_last() else { return a };
    let inverse = inverse(lead);
    while a.len() >= b.len() {
        let factor = times(a.pop().unwrap_or(0), inverse);
        let start = a.len() - rest.len();
        for (slot, &c) in a[start..].iter_mut().zip(rest) {
            *slot = (*slot + PRIME - times(factor, c)) % PRIME;
        }
        while a.last() == Some(&0) {
            a.pop();
        }
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use proptest::prelude::*;

    fn integers(c: &[i64]) -> Vec<BigInt> {
        c.iter().map(|&c| BigInt::from(c)).collect()
    }

    #[test]
    fn multiple_roots_are_never_proved_simple() {
        assert!(proved_square_free(&integers(&[-2, 0, 1])));
        assert!(!proved_square_free(&integers(&[1, -2, 1])));
        assert!(proved_coprime(&integers(&[-2, 0, 1]), &integers(&[-3, 0, 1])));
        assert!(!proved_coprime(&integers(&[-6, 1, 1]), &integers(&[-2, 1])));
    }

    proptest! {
        #[test]
        fn roots_divided_out_come_back(c in prop::collection::vec(-9i64..9, 1..6), root in -1i32..2, times in 0usize..4) {
            let mut p = integers(&c);
            prop_assume!(p.last().is_some_and(|lead| !lead.is_zero()) && sign(&p, &ratio(root.into(), 1)) != Ordering::Equal);
            let rest = p.clone();
            (0..times).for_each(|_| multiplied_by_root(&mut p, root));
            prop_assert_eq!(divided_by_root(&mut p, root), times);
            prop_assert_eq!(p, rest);
        }

        #[test]
        fn every_root_is_found_once(roots in prop::collection::btree_set(-40i64..40, 1..8), d in 1i64..9, low in -30i64..0, high in 1i64..30) {
            let p = roots.iter().fold(integers(&[1]), |p, &r| {
                let mut product = vec![BigInt::zero(); p.len() + 1];
                for (i, c) in p.iter().enumerate() {
                    product[i] -= c * r;
                    product[i + 1] += c * d;
                }
                product
            });
            let (low, high) = (ratio(low, 7), ratio(high, 5));
            let found = isolate(&p, &low, &high, usize::MAX);
            let inside: Vec<BigRational> = roots.iter().map(|&r| ratio(r, d)).filter(|x| *x > low && *x < high).collect();
            prop_assert_eq!(found.len(), inside.len());
            for ((a, b), x) in found.iter().zip(&inside) {
                prop_assert!((a < x && x < b) || (a == x && x == b));
            }
            prop_assert!(inside.iter().all(|x| *x < positive_bound(&p)));
            for x in &inside {
                prop_assert_eq!(sign(&p, x), Ordering::Equal);
            }
        }
    }
}
