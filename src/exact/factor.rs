//! Factoring over Q: modulo a prime, lifted, recombined (Zassenhaus 1969).
//!
//! It serves one purpose here, finding the minimal polynomial of an algebraic number, so the degrees are small
//! (tens) and the recombination tries subsets.

use super::modulo;
use super::polynomial::Polynomial;
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

/// The primitive integer multiple of a rational polynomial, with positive leading coefficient.
pub fn primitive(p: &Polynomial<BigRational>) -> Vec<BigInt> {
    let denominator = p.coefficients().iter().fold(BigInt::one(), |d, c| d.lcm(c.denom()));
    let mut integers: Vec<BigInt> = p.coefficients().iter().map(|c| c.numer() * (&denominator / c.denom())).collect();
    let mut content = integers.iter().fold(BigInt::zero(), |g, c| g.gcd(c));
    if integers.last().is_some_and(Signed::is_negative) {
        content = -content;
    }
    if !content.is_zero() {
        integers.iter_mut().for_each(|c| *c /= &content);
    }
    integers
}

/// The distinct irreducible factors over Q of a polynomial, each monic, multiplicities dropped. Empty for constants.
///
/// ```
/// use lambdahat::exact::{Polynomial, irreducible_factors, ratio};
/// let p = Polynomial::new([-6, 0, 5, 0, -1].map(|c| ratio(c, 1)).to_vec()); // −(z² − 2)(z² − 3)
/// assert_eq!(irreducible_factors(&p).len(), 2);
/// ```
pub fn irreducible_factors(p: &Polynomial<BigRational>) -> Vec<Polynomial<BigRational>> {
    let square_free = p.square_free();
    let integers = primitive(&square_free);
    let degree = integers.len().saturating_sub(1);
    let to_monic = |c: &[BigInt]| Polynomial::new(c.iter().map(|c| BigRational::from_integer(c.clone())).collect()).monic();
    match degree {
        0 => Vec::new(),
        1 => vec![to_monic(&integers)],
        _ => zassenhaus(integers).iter().map(|f| to_monic(f)).collect(),
    }
}

/// The primitive irreducible factors of a primitive square-free integer polynomial of degree 2 or more.
fn zassenhaus(f: Vec<BigInt>) -> Vec<Vec<BigInt>> {
    let lead = f[f.len() - 1].clone();
    // Of the first few primes that keep f square-free, the one with the fewest factors leaves the least to recombine.
    let mut best: Option<(u64, Vec<Vec<u64>>)> = None;
    let mut tried = 0;
    for p in (1_000..).map(|k| 2 * k + 1).filter(|&n| is_prime(n)) {
        let image = modulo::reduce(&f, p);
        if image.len() != f.len() || modulo::gcd(&image, &modulo::derivative(&image, p), p).len() > 1 {
            continue;
        }
        let factors = modulo::factor(&modulo::monic(&image, p), p);
        if factors.len() == 1 {
            return vec![f];
        }
        if best.as_ref().is_none_or(|(_, known)| factors.len() < known.len()) {
            best = Some((p, factors));
        }
        tried += 1;
        if tried == 6 {
            break;
        }
    }
    let Some((p, factors)) = best else { return vec![f] };
    // Landau–Mignotte: a factor's coefficients, times lead, are below this.
    let norm = f.iter().map(|c| c * c).sum::<BigInt>().sqrt() + 1u32;
    let bound = (BigInt::one() << f.len()) * norm * lead.abs();
    let mut modulus = BigInt::from(p);
    while modulus <= &bound * 2u32 {
        modulus = &modulus * p;
    }
    let lifted = lift(&f, &factors, p, &modulus);
    recombine(f, lifted, &modulus)
}

/// Trial division for the small primes wanted here.
fn is_prime(n: u64) -> bool {
    (2..).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d))
}

/// The representative of `x` modulo `modulus` in `(−modulus/2, modulus/2]`.
fn symmetric(x: &BigInt, modulus: &BigInt) -> BigInt {
    let r = x.mod_floor(modulus);
    if &r * 2u32 > *modulus { r - modulus } else { r }
}

fn times(a: &[BigInt], b: &[BigInt]) -> Vec<BigInt> {
    let mut product = vec![BigInt::zero(); a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            product[i + j] += x * y;
        }
    }
    product
}

/// Monic factors of `f` modulo `p`, lifted to factors modulo `modulus = p^k`, one split after another (linear Hensel lifting).
fn lift(f: &[BigInt], factors: &[Vec<u64>], p: u64, modulus: &BigInt) -> Vec<Vec<BigInt>> {
    let inverse = modular_inverse(&f[f.len() - 1], modulus);
    let mut rest: Vec<BigInt> = f.iter().map(|c| (c * &inverse).mod_floor(modulus)).collect();
    let mut lifted = Vec::with_capacity(factors.len());
    for (k, g) in factors.iter().enumerate() {
        if k + 1 == factors.len() {
            break;
        }
        let h = factors[k + 1..].iter().fold(vec![1], |h, x| modulo::multiply(&h, x, p));
        let (g, h) = lift_pair(&rest, g, &h, p, modulus);
        lifted.push(g);
        rest = h;
    }
    lifted.push(rest);
    lifted
}

/// `f = g·h` modulo `p` with coprime monic `g`, `h`, lifted to hold modulo `modulus`.
fn lift_pair(f: &[BigInt], g: &[u64], h: &[u64], p: u64, modulus: &BigInt) -> (Vec<BigInt>, Vec<BigInt>) {
    let (s, t) = modulo::bezout(g, h, p);
    let widen = |v: &[u64]| v.iter().map(|&c| BigInt::from(c)).collect::<Vec<_>>();
    let (mut big_g, mut big_h) = (widen(g), widen(h));
    let mut power = BigInt::from(p);
    while &power < modulus {
        // error = (f − g h)/power modulo p; then g += power·(t·error mod g), h += power·(s·error + …)
        let product = times(&big_g, &big_h);
        let error: Vec<u64> =
            f.iter().zip(&product).map(|(a, b)| ((a - b) / &power).mod_floor(&BigInt::from(p)).to_u64().unwrap_or(0)).collect();
        let error = modulo::trimmed(error);
        let (q, dg) = modulo::div_rem(&modulo::multiply(&t, &error, p), g, p);
        let dh = modulo::add(&modulo::multiply(&s, &error, p), &modulo::multiply(&q, h, p), p);
        for (c, d) in big_g.iter_mut().zip(dg) {
            *c += &power * d;
        }
        for (c, d) in big_h.iter_mut().zip(dh) {
            *c += &power * d;
        }
        power *= p;
    }
    (big_g, big_h)
}

/// `1/a` modulo `modulus`, for coprime arguments.
fn modular_inverse(a: &BigInt, modulus: &BigInt) -> BigInt {
    a.extended_gcd(modulus).x.mod_floor(modulus)
}

/// True factors from the lifted ones: products of ever larger subsets, tried by division.
fn recombine(mut f: Vec<BigInt>, mut lifted: Vec<Vec<BigInt>>, modulus: &BigInt) -> Vec<Vec<BigInt>> {
    let mut found = Vec::new();
    let mut size = 1;
    'sizes: while 2 * size <= lifted.len() {
        let mut chosen: Vec<usize> = (0..size).collect();
        loop {
            let lead = f[f.len() - 1].clone();
            // The constant term alone refutes nearly every subset: that of a factor divides f's.
            let constant = symmetric(&chosen.iter().fold(lead.clone(), |c, &k| (c * &lifted[k][0]).mod_floor(modulus)), modulus);
            if !constant.is_zero() && !(&lead * &f[0]).is_multiple_of(&constant) {
                if !next_subset(&mut chosen, lifted.len()) {
                    break;
                }
                continue;
            }
            let product =
                chosen.iter().fold(vec![lead], |product, &k| times(&product, &lifted[k]).iter().map(|c| c.mod_floor(modulus)).collect());
            let candidate: Vec<BigInt> = product.iter().map(|c| symmetric(c, modulus)).collect();
            let content = candidate.iter().fold(BigInt::zero(), |g, c| g.gcd(c));
            let candidate: Vec<BigInt> = candidate.into_iter().map(|c| c / &content).collect();
            if let Some(quotient) = exact_quotient(&f, &candidate) {
                found.push(candidate);
                f = quotient;
                for &k in chosen.iter().rev() {
                    lifted.remove(k);
                }
                continue 'sizes;
            }
            if !next_subset(&mut chosen, lifted.len()) {
                break;
            }
        }
        size += 1;
    }
    if f.len() > 1 {
        found.push(f);
    }
    found
}

/// The next subset of 0 … n − 1 of the same size in lexicographic order; false after the last.
fn next_subset(chosen: &mut [usize], n: usize) -> bool {
    let size = chosen.len();
    let Some(i) = (0..size).rev().find(|&i| chosen[i] < n - size + i) else { return false };
    chosen[i] += 1;
    for j in i + 1..size {
        chosen[j] = chosen[j - 1] + 1;
    }
    true
}

/// `f/g` where `g` divides `f` over the integers.
fn exact_quotient(f: &[BigInt], g: &[BigInt]) -> Option<Vec<BigInt>> {
    let (n, lead) = (g.len() - 1, g.last()?);
    if f.len() < g.len() || lead.is_zero() {
        return None;
    }
    let mut rest = f.to_vec();
    let mut quotient = vec![BigInt::zero(); f.len() - n];
    for k in (0..quotient.len()).rev() {
        let (q, r) = rest[k + n].div_rem(lead);
        if !r.is_zero() {
            return None;
        }
        for (j, c) in g.iter().enumerate() {
            rest[k + j] -= &q * c;
        }
        quotient[k] = q;
    }
    rest.iter().all(Zero::is_zero).then_some(quotient)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;
    use proptest::prelude::*;

    fn integers(c: &[i64]) -> Polynomial<BigRational> {
        Polynomial::new(c.iter().map(|&c| ratio(c, 1)).collect())
    }

    #[test]
    fn irreducible_although_it_splits_modulo_every_prime() {
        // The minimal polynomial of √2 + √3, and Swinnerton-Dyer's of √2 + √3 + √5.
        assert_eq!(irreducible_factors(&integers(&[1, 0, -10, 0, 1])).len(), 1);
        assert_eq!(irreducible_factors(&integers(&[576, 0, -960, 0, 352, 0, -40, 0, 1])).len(), 1);
    }

    #[test]
    fn cyclotomic_product() {
        // z^24 − 1 has one factor for each of the 8 divisors of 24.
        let mut c = vec![0; 25];
        (c[0], c[24]) = (-1, 1);
        assert_eq!(irreducible_factors(&integers(&c)).len(), 8);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn product_of_factors_is_the_square_free_part(a in prop::collection::vec(-20i64..20, 2..6), b in prop::collection::vec(-20i64..20, 2..6)) {
            let p = integers(&a) * integers(&b);
            prop_assume!(p.degree().is_some_and(|n| n > 0));
            let factors = irreducible_factors(&p);
            let product = factors.iter().fold(Polynomial::one(), |q, f| q * f);
            prop_assert_eq!(product, p.square_free().monic());
            for f in &factors {
                prop_assert_eq!(irreducible_factors(f).len(), 1);
            }
        }
    }
}
