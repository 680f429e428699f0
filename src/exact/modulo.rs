//! Polynomials over the integers modulo a small prime: coefficients lowest first, no trailing zeros; factored by Cantor and Zassenhaus's algorithm (1981).

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::ToPrimitive;

pub fn trimmed(mut a: Vec<u64>) -> Vec<u64> {
    while a.last() == Some(&0) {
        a.pop();
    }
    a
}

pub fn reduce(f: &[BigInt], p: u64) -> Vec<u64> {
    trimmed(f.iter().map(|c| c.mod_floor(&BigInt::from(p)).to_u64().unwrap_or(0)).collect())
}

fn power(mut base: u64, mut exponent: u64, p: u64) -> u64 {
    let mut result = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * base % p;
        }
        base = base * base % p;
        exponent >>= 1;
    }
    result
}

pub fn monic(a: &[u64], p: u64) -> Vec<u64> {
    let inverse = a.last().map_or(1, |&lead| power(lead, p - 2, p));
    a.iter().map(|c| c * inverse % p).collect()
}

pub fn derivative(a: &[u64], p: u64) -> Vec<u64> {
    trimmed(a.iter().enumerate().skip(1).map(|(k, c)| k as u64 % p * c % p).collect())
}

pub fn add(a: &[u64], b: &[u64], p: u64) -> Vec<u64> {
    let at = |v: &[u64], k: usize| v.get(k).copied().unwrap_or(0);
    trimmed((0..a.len().max(b.len())).map(|k| (at(a, k) + at(b, k)) % p).collect())
}

fn subtract(a: &[u64], b: &[u64], p: u64) -> Vec<u64> {
    let negative: Vec<u64> = b.iter().map(|&c| if c == 0 { 0 } else { p - c }).collect();
    add(a, &negative, p)
}

pub fn multiply(a: &[u64], b: &[u64], p: u64) -> Vec<u64> {
    if a.is_empty() || b.is_empty() {
        return Vec::new();
    }
    let mut product = vec![0; a.len() + b.len() - 1];
    for (i, x) in a.iter().enumerate() {
        for (j, y) in b.iter().enumerate() {
            product[i + j] = (product[i + j] + x * y) % p;
        }
    }
    trimmed(product)
}

pub fn div_rem(a: &[u64], b: &[u64], p: u64) -> (Vec<u64>, Vec<u64>) {
    if a.len() < b.len() {
        return (Vec::new(), a.to_vec());
    }
    let n = b.len() - 1;
    let inverse = power(b[n], p - 2, p);
    let mut rest = a.to_vec();
    let mut quotient = vec![0; a.len() - n];
    for k in (0..quotient.len()).rev() {
        let q = rest[k + n] * inverse % p;
        for (j, c) in b.iter().enumerate() {
            rest[k + j] = (rest[k + j] + (p - q) * c) % p;
        }
        quotient[k] = q;
    }
    (trimmed(quotient), trimmed(rest))
}

pub fn gcd(a: &[u64], b: &[u64], p: u64) -> Vec<u64> {
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    while !b.is_empty() {
        let r = div_rem(&a, &b, p).1;
        a = std::mem::replace(&mut b, r);
    }
    monic(&a, p)
}

/// `s`, `t` with `s·g + t·h = 1`, for coprime `g`, `h`; `deg s < deg h`, `deg t < deg g`.
pub fn bezout(g: &[u64], h: &[u64], p: u64) -> (Vec<u64>, Vec<u64>) {
    let (mut r0, mut r1) = (g.to_vec(), h.to_vec());
    let (mut s0, mut s1) = (vec![1], Vec::new());
    let (mut t0, mut t1) = (Vec::new(), vec![1]);
    while !r1.is_empty() {
        let (q, r) = div_rem(&r0, &r1, p);
        r0 = std::mem::replace(&mut r1, r);
        let s = subtract(&s0, &multiply(&q, &s1, p), p);
        s0 = std::mem::replace(&mut s1, s);
        let t = subtract(&t0, &multiply(&q, &t1, p), p);
        t0 = std::mem::replace(&mut t1, t);
    }
    let inverse = [power(r0[0], p - 2, p)];
    (multiply(&s0, &inverse, p), multiply(&t0, &inverse, p))
}

/// `base^exponent` modulo `f`.
fn power_modulo(base: &[u64], mut exponent: BigInt, f: &[u64], p: u64) -> Vec<u64> {
    let mut base = div_rem(base, f, p).1;
    let mut result = vec![1];
    let zero = BigInt::from(0);
    while exponent > zero {
        if exponent.is_odd() {
            result = div_rem(&multiply(&result, &base, p), f, p).1;
        }
        base = div_rem(&multiply(&base, &base, p), f, p).1;
        exponent >>= 1;
    }
    result
}

/// Irreducible factors of a monic square-free polynomial: distinct degrees, then equal degrees (Cantor & Zassenhaus 1981).
pub fn factor(f: &[u64], p: u64) -> Vec<Vec<u64>> {
    let mut factors = Vec::new();
    let mut rest = f.to_vec();
    let mut x_power = vec![0, 1];
    let mut degree = 0;
    while rest.len() > 1 {
        degree += 1;
        if 2 * degree >= rest.len() {
            factors.push(rest);
            break;
        }
        x_power = power_modulo(&x_power, BigInt::from(p), &rest, p);
        let product = gcd(&rest, &subtract(&x_power, &[0, 1], p), p);
        if product.len() > 1 {
            rest = div_rem(&rest, &product, p).0;
            split(product, degree, p, 1, &mut factors);
        }
    }
    factors
}

/// Splits a product of irreducibles of one degree; `seed` makes the trial polynomials, so that the run repeats.
fn split(f: Vec<u64>, degree: usize, p: u64, mut seed: u64, factors: &mut Vec<Vec<u64>>) {
    if f.len() - 1 == degree {
        factors.push(f);
        return;
    }
    let exponent: BigInt = (BigInt::from(p).pow(degree as u32) - 1) / 2;
    loop {
        let trial: Vec<u64> = (0..f.len() - 1)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (seed >> 33) % p
            })
            .collect();
        let value = power_modulo(&trimmed(trial), exponent.clone(), &f, p);
        let part = gcd(&f, &subtract(&value, &[1], p), p);
        if part.len() > 1 && part.len() < f.len() {
            let other = div_rem(&f, &part, p).0;
            split(part, degree, p, seed, factors);
            split(monic(&other, p), degree, p, seed.wrapping_add(1), factors);
            return;
        }
    }
}
