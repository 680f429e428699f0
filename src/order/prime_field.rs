//! Arithmetic modulo 61-bit primes: the fast exact arithmetic behind order conditions and B-series.
//!
//! An integer that vanishes modulo primes whose product exceeds its absolute value is zero, and one that does not vanish
//! modulo one prime is not. So equalities between rationals with known denominators are decided by machine arithmetic alone.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, Zero};

/// Z/p for one of the larger primes 2^60 < p < 2^61 (above 2^61 − 2^56), in Montgomery's form: the element x is stored as x·2^64 mod p.
///
/// Products of two elements are below 2^122, so a sum of up to 64 of them fits 128 bits and is reduced once.
/// Source: Montgomery, *Modular multiplication without trial division*, Math. Comp. 44 (1985) 519–521.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrimeField {
    p: u64,
    /// p⁻¹ mod 2^64.
    inverse: u64,
    /// 2^64 mod p: the element one.
    one: u64,
    /// 2^128 mod p.
    square: u64,
}

/// Less than `log₂ p` for each prime in use.
pub(super) const PRIME_BITS: f64 = 60.95;

/// So many products may be summed before a reduction.
pub(super) const TERMS: usize = 64;

impl PrimeField {
    /// The field of an odd modulus in (2^61 − 2^56, 2^61), prime or still to be tested.
    const fn of(p: u64) -> Self {
        // Newton's iteration doubles the correct low bits: 3, 6, 12, 24, 48, 96.
        let mut inverse = p.wrapping_mul(3) ^ 2;
        let mut i = 0;
        while i < 4 {
            inverse = inverse.wrapping_mul(2u64.wrapping_sub(p.wrapping_mul(inverse)));
            i += 1;
        }
        let one = ((1u128 << 64) % p as u128) as u64;
        let square = ((one as u128 * one as u128) % p as u128) as u64;
        Self { p, inverse, one, square }
    }

    /// The primes below 2^61, largest first, each as a field.
    pub fn descending() -> impl Iterator<Item = Self> {
        ((1u64 << 61) - (1 << 56)..1 << 61).rev().step_by(2).filter(|&n| passes_sieve(n)).map(Self::of).filter(Self::is_prime)
    }

    /// The element 1.
    pub fn one(&self) -> u64 {
        self.one
    }

    /// `t / 2^64 mod p`, in `[0, p)`, for `t < 2^64 p`.
    #[inline(always)]
    pub(super) const fn reduce(&self, t: u128) -> u64 {
        let m = (t as u64).wrapping_mul(self.inverse);
        let carry = ((m as u128 * self.p as u128) >> 64) as u64;
        let high = (t >> 64) as u64;
        if high >= carry { high - carry } else { high.wrapping_sub(carry).wrapping_add(self.p) }
    }

    /// The same for any `t`.
    #[inline(always)]
    pub(super) const fn reduce_any(&self, t: u128) -> u64 {
        // The high half is brought below p first: its quotient by p < 2^61 is its top three bits or one more.
        let high = (t >> 64) as u64;
        let high = high - (high >> 61) * self.p;
        let high = if high >= self.p { high - self.p } else { high };
        self.reduce(((high as u128) << 64) | (t as u64 as u128))
    }

    /// `x + y`.
    #[inline(always)]
    pub const fn add(&self, x: u64, y: u64) -> u64 {
        let sum = x + y;
        if sum >= self.p { sum - self.p } else { sum }
    }

    /// `x − y`.
    #[inline(always)]
    pub const fn sub(&self, x: u64, y: u64) -> u64 {
        if x >= y { x - y } else { x + self.p - y }
    }

    /// `x · y`.
    #[inline(always)]
    pub const fn mul(&self, x: u64, y: u64) -> u64 {
        self.reduce(x as u128 * y as u128)
    }

    /// `x^n`.
    pub fn pow(&self, x: u64, mut n: u64) -> u64 {
        let (mut base, mut result) = (x, self.one);
        while n > 0 {
            if n & 1 == 1 {
                result = self.mul(result, base);
            }
            base = self.mul(base, base);
            n >>= 1;
        }
        result
    }

    /// `1/x`; `None` for zero.
    pub fn inverse(&self, x: u64) -> Option<u64> {
        (x != 0).then(|| self.pow(x, self.p - 2))
    }

    /// The element of a machine integer.
    #[inline]
    pub const fn element(&self, n: u64) -> u64 {
        self.mul(n, self.square)
    }

    /// The element of an integer.
    pub fn of_integer(&self, n: &BigInt) -> u64 {
        let size = n.magnitude().iter_u64_digits().rev().fold(0, |x, digit| self.add(self.mul(x, self.square), self.element(digit)));
        if n.is_negative() { self.sub(0, size) } else { size }
    }

    /// The integer in `[0, p)` that the element stands for.
    #[inline]
    pub const fn residue(&self, x: u64) -> u64 {
        self.reduce(x as u128)
    }

    /// Strong pseudoprime tests to seven bases that together admit no composite below 2^64 (Sinclair 2011, checked against Feitsma's tables).
    fn is_prime(&self) -> bool {
        let shift = (self.p - 1).trailing_zeros();
        let minus_one = self.p - self.one;
        [2u64, 325, 9375, 28178, 450775, 9780504, 1795265022].into_iter().all(|base| {
            let mut x = self.pow(self.element(base), (self.p - 1) >> shift);
            if x == self.one || x == minus_one {
                return true;
            }
            (1..shift).any(|_| {
                x = self.mul(x, x);
                x == minus_one
            })
        })
    }

    /// The distinct roots in Z/p of the polynomial with these integer coefficients, lowest degree first and the last one 1.
    pub fn roots(&self, monic: &[BigInt]) -> Vec<u64> {
        let f: Vec<u64> = monic.iter().map(|c| self.of_integer(c)).collect();
        // x^p − x has every element for a root, once.
        let mut power = self.power_of_linear(0, self.p, &f);
        power.resize(power.len().max(2), 0);
        power[1] = self.sub(power[1], self.one);
        let product = self.gcd(f, power);
        let mut roots = Vec::new();
        self.split(product, 1, &mut roots);
        roots.sort_unstable();
        roots
    }

    /// Splits a product of distinct linear factors: `(x + shift)^((p−1)/2) − 1` vanishes at about half of the roots (Cantor & Zassenhaus 1981).
    fn split(&self, f: Vec<u64>, shift: u64, roots: &mut Vec<u64>) {
        match f.len() {
            0 | 1 => {}
            2 => roots.push(self.sub(0, f[0])),
            n => {
                let mut half = self.power_of_linear(self.element(shift), (self.p - 1) / 2, &f);
                half.resize(half.len().max(1), 0);
                half[0] = self.sub(half[0], self.one);
                let g = self.gcd(f.clone(), half);
                if g.len() > 1 && g.len() < n {
                    let (quotient, _) = self.div_rem(f, &g);
                    self.split(g, shift + 1, roots);
                    self.split(quotient, shift + 1, roots);
                } else {
                    self.split(f, shift + 1, roots);
                }
            }
        }
    }

    /// `(x + shift)^n mod f`, f monic of degree 1 at least.
    fn power_of_linear(&self, shift: u64, n: u64, f: &[u64]) -> Vec<u64> {
        let mut result = vec![self.one];
        for bit in (0..64 - n.leading_zeros()).rev() {
            let mut square = vec![0; 2 * result.len() + 1];
            for (i, &x) in result.iter().enumerate() {
                for (j, &y) in result.iter().enumerate() {
                    square[i + j] = self.add(square[i + j], self.mul(x, y));
                }
            }
            if n >> bit & 1 == 1 {
                for i in (0..square.len()).rev() {
                    let below = if i > 0 { square[i - 1] } else { 0 };
                    square[i] = self.add(self.mul(square[i], shift), below);
                }
            }
            result = self.div_rem(square, f).1;
        }
        result
    }

    /// Quotient and remainder by a monic divisor.
    fn div_rem(&self, mut a: Vec<u64>, monic: &[u64]) -> (Vec<u64>, Vec<u64>) {
        let n = monic.len() - 1;
        let mut quotient = vec![0; a.len().saturating_sub(n)];
        for k in (0..quotient.len()).rev() {
            let lead = a[k + n];
            quotient[k] = lead;
            for (slot, &c) in a[k..].iter_mut().zip(monic) {
                *slot = self.sub(*slot, self.mul(lead, c));
            }
        }
        a.truncate(n);
        (quotient, trimmed(a))
    }

    /// The monic greatest common divisor.
    fn gcd(&self, a: Vec<u64>, b: Vec<u64>) -> Vec<u64> {
        let (mut a, mut b) = (a, trimmed(b));
        while let Some(scale) = b.last().and_then(|&lead| self.inverse(lead)) {
            b.iter_mut().for_each(|c| *c = self.mul(*c, scale));
            let (_, remainder) = self.div_rem(a, &b);
            a = b;
            b = remainder;
        }
        a
    }
}

fn trimmed(mut a: Vec<u64>) -> Vec<u64> {
    while a.last() == Some(&0) {
        a.pop();
    }
    a
}

/// Whether an odd number has no factor below 100: most composites end here.
fn passes_sieve(n: u64) -> bool {
    const SMALL: [u64; 24] = [3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97];
    SMALL.iter().all(|&q| !n.is_multiple_of(q))
}

/// The Chinese remainder theorem for one list of primes and many integers (Garner's mixed radix).
#[derive(Clone, Debug)]
pub struct Remainders {
    fields: Vec<PrimeField>,
    /// `inverses[k]` is 1/(p_0 ⋯ p_(k−1)) modulo p_k; `products[k][i]` is p_0 ⋯ p_(i−1) modulo p_k.
    inverses: Vec<u64>,
    products: Vec<Vec<u64>>,
    modulus: BigInt,
}

impl Remainders {
    /// For these distinct primes.
    pub fn new(fields: Vec<PrimeField>) -> Self {
        let products: Vec<Vec<u64>> = fields
            .iter()
            .enumerate()
            .map(|(k, field)| {
                let steps = fields[..k].iter().scan(field.one, |product, earlier| {
                    let before = *product;
                    *product = field.mul(*product, field.element(earlier.p));
                    Some(before)
                });
                steps.collect()
            })
            .collect();
        let inverses = fields
            .iter()
            .enumerate()
            .map(|(k, field)| {
                let all = fields[..k].iter().fold(field.one, |product, earlier| field.mul(product, field.element(earlier.p)));
                // Distinct primes: never zero.
                field.inverse(all).unwrap_or(field.one)
            })
            .collect();
        let modulus = fields.iter().fold(BigInt::from(1), |product, field| product * field.p);
        Self { fields, inverses, products, modulus }
    }

    /// The integer of least absolute value with these elements, one for each prime.
    pub fn integer(&self, elements: impl Iterator<Item = u64>) -> BigInt {
        let mut digits: Vec<u64> = Vec::with_capacity(self.fields.len());
        for (k, (field, x)) in self.fields.iter().zip(elements).enumerate() {
            // Earlier digits are plain integers, products are elements: each product of the two is an integer below p.
            let known = digits.iter().zip(&self.products[k]).fold(0, |sum, (&digit, &weight)| field.add(sum, field.mul(digit, weight)));
            let known = field.element(known);
            digits.push(field.residue(field.mul(field.sub(x, known), self.inverses[k])));
        }
        let last = digits.iter().rposition(|&d| d != 0).map_or(0, |i| i + 1);
        let negative_run = self.fields.iter().zip(&digits).rposition(|(field, &d)| d != field.p - 1).map_or(0, |i| i + 1);
        let sum = |digits: &mut dyn DoubleEndedIterator<Item = (&PrimeField, u64)>| {
            digits.rev().fold(BigInt::zero(), |sum, (field, digit)| sum * field.p + digit)
        };
        if negative_run < last.min(digits.len()) && last == digits.len() {
            // A negative number of small size has the digits p − 1 at the top: its complement is short.
            let complement = sum(&mut self.fields.iter().zip(&digits).map(|(field, &d)| (field, field.p - 1 - d)).take(negative_run));
            return -complement - 1;
        }
        let value = sum(&mut self.fields.iter().zip(digits.iter().copied()).take(last));
        if &value * 2 > self.modulus { value - &self.modulus } else { value }
    }

    /// How many primes `descending` from 2^61 it takes for a product above `2^bits`, with one bit for the sign.
    pub fn primes_for(bits: f64) -> usize {
        ((bits + 1.0) / PRIME_BITS).ceil().max(1.0) as usize
    }
}

/// The largest `k` with `2^k ≤ |n|`, plus one: an upper bound of `log₂|n|`; 0 for zero.
pub(super) fn bits(n: &BigInt) -> f64 {
    n.bits() as f64
}

/// The least common multiple of the denominators' list.
pub(super) fn common_multiple<'a>(denominators: impl Iterator<Item = &'a BigInt>) -> BigInt {
    denominators.fold(BigInt::from(1), |common, d| common.lcm(d))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_primes_below_two_to_the_61() {
        // 2^61 − k is prime for these k (Caldwell, *The prime pages*, primes just less than a power of two).
        let first: Vec<u64> = PrimeField::descending().take(8).map(|field| (1u64 << 61) - field.p).collect();
        assert_eq!(first, [1, 31, 45, 229, 259, 283, 339, 391]);
    }

    #[test]
    fn roots_of_a_quadratic_and_a_split_polynomial() {
        for field in PrimeField::descending().take(20) {
            for &root in &field.roots(&[BigInt::from(-2), BigInt::from(0), BigInt::from(1)]) {
                assert_eq!(field.mul(root, root), field.element(2));
            }
            // (x−1)(x−2)(x−3)(x−5), and (x−1)²
            let split = [30, -61, 41, -11, 1].map(BigInt::from);
            let residues: Vec<u64> = field.roots(&split).into_iter().map(|r| field.residue(r)).collect();
            assert_eq!(residues.len(), 4);
            assert!([1, 2, 3, 5].iter().all(|r| residues.contains(r)));
            assert_eq!(field.roots(&[1, -2, 1].map(BigInt::from)), [field.one()]);
        }
    }

    proptest! {
        #[test]
        fn the_remainders_give_the_integer_back(digits in prop::collection::vec(any::<u32>(), 1..12), negative: bool, spare in 1usize..4) {
            let size = digits.iter().fold(BigInt::zero(), |n, &d| (n << 32) + d);
            let n = if negative { -size } else { size };
            let count = Remainders::primes_for(bits(&n)) + spare - 1;
            let remainders = Remainders::new(PrimeField::descending().take(count).collect());
            prop_assert_eq!(remainders.integer(remainders.fields.iter().map(|field| field.of_integer(&n))), n);
        }

        #[test]
        fn a_field(x: u64, y: u64, z: u64) {
            let field = PrimeField::descending().nth(3).unwrap();
            let p = u128::from(field.p);
            let (a, b) = (field.element(x), field.element(y));
            prop_assert_eq!(u128::from(field.residue(field.mul(a, b))), u128::from(x) % p * (u128::from(y) % p) % p);
            prop_assert_eq!(u128::from(field.residue(field.add(a, b))), (u128::from(x) + u128::from(y)) % p);
            prop_assert_eq!(field.reduce_any(u128::from(x) << 64 | u128::from(z)),
                field.add(field.element(0), field.reduce((u128::from(x % field.p) << 64) | u128::from(z))));
            if let Some(inverse) = field.inverse(a) {
                prop_assert_eq!(field.mul(a, inverse), field.one());
            }
        }
    }
}
