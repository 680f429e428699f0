//! Repair of a polynomial model: the modified equation of S_h[f̂], exactly, then truncated.

use super::repair_error::RepairError;
use crate::dynamics::{Field, PolynomialField};
use crate::exact::rational;
use crate::fit::{Dictionary, Features, Learned, Model, scaled_field};
use crate::method::RungeKutta;
use crate::order::{FieldExpansion, LARGEST_POWER, OrderError, Trees};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::Serialize;
use std::collections::BTreeMap;

/// The power of h up to which terms are computed unless another is given, and whether more are computed while fewer than two of them are not zero
/// (a method of order p has its first at h^p, a symmetric one its second at h^(p+2)).
pub const DEFAULT_POWER: (usize, bool) = (6, true);
/// The largest degree of a repaired model.
const LARGEST_DEGREE: usize = 64;
/// Bits kept of a coefficient of the sum: what is stored has 53.
const BITS: u32 = 192;

/// The size of one term of the series over the states.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct TermSize {
    /// k of h^k f_k.
    pub power: usize,
    /// The largest component of `h^k f_k` over the states, or over 256 points of the model's box where there are none.
    pub size: f64,
}

/// A polynomial model repaired.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesRepair {
    /// `f̂ + h f_1 + … + h^power f_power`.
    pub learned: Learned,
    /// Its total degree.
    pub degree: usize,
    /// The last power kept.
    pub power: usize,
    /// The first term left out, the smallest of those computed; `None` where no term beyond the last one kept was computed, or none of any size.
    pub left_out: Option<TermSize>,
    /// All terms but f̂ that are not zero.
    pub terms: Vec<TermSize>,
}

/// The field that the map S_h[f̂] follows in continuous time (Hairer, Lubich & Wanner, IX.1), through the term before the smallest one
/// up to h^most: an asymptotic series is best cut there. With `further`, more terms than that are computed until one is smaller than the first, or four are not zero. Where only one is, it is kept, and
/// nothing is said of what is left out. The coefficients of f̂ are taken as the f64 that they are; everything up to the last rounding is exact.
///
/// Errors where the model is no polynomial, the first of two or more terms is the smallest over the states, its degree passes 64, or `stop` says so.
pub fn series_repair(
    learned: &Learned,
    method: &RungeKutta,
    h: f64,
    states: &[Vec<f64>],
    (most, further): (usize, bool),
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<SeriesRepair, RepairError> {
    let Features::Polynomial(dictionary) = learned.model.features() else { return Err(RepairError::NotPolynomial) };
    let d = learned.dimension();
    let field = scaled_field(learned, dictionary).ok_or(RepairError::Variables { found: learned.dimension() })?;
    let largest = largest_power(field.degree()).ok_or(RepairError::Degree { degree: field.degree() })?;
    let mut most = most.min(largest);
    let half = dictionary.half_widths();
    let exact_h = rational::from_f64(h).unwrap_or_else(BigRational::zero);
    let (expansion, sizes) = loop {
        let expansion = FieldExpansion::modified_until(method, &field, most, stop).map_err(|error| match error {
            OrderError::Stopped => RepairError::Interrupted,
            other => other.into(),
        })?;
        let size = |(k, term): (usize, &PolynomialField)| TermSize { power: k, size: h.powi(k as i32) * size(term, dictionary, states) };
        let sizes: Vec<TermSize> = expansion.terms().iter().enumerate().skip(1).map(size).filter(|t| t.size > 0.0).collect();
        // The first coefficient of a good method may be small by design: two larger ones after it are no divergence yet.
        let shrinks = sizes.iter().skip(1).any(|term| term.size < sizes[0].size);
        if shrinks || sizes.len() >= 4 || !further || most == largest {
            break (expansion, sizes);
        }
        // Two powers beyond the first correction, which is the next one where there is none yet.
        most = sizes.first().map_or(most, |first| first.power).saturating_add(2).max(most + 1).min(largest);
    };
    let (Some(first), Some(&smallest)) = (sizes.first(), sizes.iter().min_by(|a, b| a.size.total_cmp(&b.size))) else {
        // S_h[f̂] = φ_h[f̂] as far as was computed: nothing is to be repaired.
        return Ok(SeriesRepair { learned: learned.clone(), degree: dictionary.degree(), power: most, left_out: None, terms: sizes });
    };
    if sizes.len() >= 2 && smallest.power == first.power {
        return Err(RepairError::Diverges { power: first.power, size: first.size, count: sizes.len() });
    }
    let left_out = (sizes.len() >= 2).then_some(smallest);
    let power = left_out.map_or(first.power, |term| term.power - 1);
    let mut components: Vec<BTreeMap<Vec<usize>, BigRational>> = vec![BTreeMap::new(); d];
    let mut weight = BigRational::one();
    for term in expansion.terms().iter().take(power + 1) {
        for (i, polynomial) in term.components().iter().enumerate() {
            let unit = rational::from_f64(half[i]).unwrap_or_else(BigRational::one) * &weight;
            for (monomial, c) in polynomial.terms() {
                let exponents: Vec<usize> = (0..d).map(|j| monomial.exponent(j)).collect();
                *components[i].entry(exponents).or_insert_with(BigRational::zero) += c * &unit;
            }
        }
        weight *= &exact_h;
    }
    let in_chebyshev: Vec<BTreeMap<Vec<usize>, BigRational>> = components.iter().map(chebyshev).collect();
    let degree = in_chebyshev.iter().flatten().filter(|(_, c)| !c.is_zero()).map(|(e, _)| e.iter().sum()).max().unwrap_or(0);
    let repaired = Dictionary::chebyshev(dictionary.centre().to_vec(), half.to_vec(), degree);
    let coefficient = |component: &BTreeMap<Vec<usize>, BigRational>, e: &Vec<usize>| component.get(e).map_or(0.0, rational::to_f64);
    let parameters = in_chebyshev.iter().flat_map(|c| repaired.exponents().iter().map(|e| coefficient(c, e)).collect::<Vec<_>>()).collect();
    let learned = Learned { model: Model::polynomial(repaired), parameters };
    Ok(SeriesRepair { learned, degree, power, left_out, terms: sizes })
}

/// The largest power of h whose term may be computed, to be left out, for a field of this degree; `None` where that is not even the first.
fn largest_power(degree: usize) -> Option<usize> {
    let grown = |power: usize| (degree.max(1) - 1) * (power + 1) + 1;
    (1..=LARGEST_POWER).rev().find(|&power| grown(power - 1) <= LARGEST_DEGREE)
}

/// What the terms through h^power take: how many products of a coefficient by a coefficient, to within a small factor. `None` for a model that is no polynomial.
///
/// Each tree of order n multiplies a polynomial of degree about (degree − 1)(n − 1) + 1 by one of the field's, for every variable.
pub fn series_cost(learned: &Learned, power: usize) -> Option<f64> {
    let Features::Polynomial(dictionary) = learned.model.features() else { return None };
    let (d, degree) = (learned.dimension(), dictionary.degree().max(1));
    let power = power.min(largest_power(degree)?);
    let trees = Trees::up_to(power + 1).ok()?;
    let terms = |n: usize| (1..=d).fold(1.0, |product, j| product * (n + j) as f64 / j as f64);
    let of_order =
        |n: usize| trees.of_order(n).len() as f64 * terms((degree - 1) * n.saturating_sub(1) + 1) * terms(degree) * (d * d) as f64;
    Some((1..=power + 1).map(of_order).sum())
}

/// The largest component over the states, in the units of x; without states over points all over the box.
fn size(term: &PolynomialField, dictionary: &Dictionary, states: &[Vec<f64>]) -> f64 {
    let (centre, half) = (dictionary.centre(), dictionary.half_widths());
    let compiled = term.compiled();
    let mut value = vec![0.0; half.len()];
    let mut largest = |u: &[f64]| {
        compiled.value(u, &mut value);
        value.iter().zip(half).fold(0.0, |largest: f64, (v, h)| largest.max((v * h).abs()))
    };
    if states.is_empty() {
        return box_points(half.len()).iter().map(|u| largest(u)).fold(0.0, f64::max);
    }
    states.iter().fold(0.0, |most: f64, x| {
        let u: Vec<f64> = x.iter().zip(centre.iter().zip(half)).map(|(x, (c, h))| (x - c) / h).collect();
        most.max(largest(&u))
    })
}

/// 256 points of [−1, 1]^d: corners first (all of them for d ≤ 6), then the fractional parts of multiples of square roots of primes, which leave no part empty.
fn box_points(d: usize) -> Vec<Vec<f64>> {
    let primes = (2u32..).filter(|n| (2..*n).all(|k| n % k != 0)).take(d).map(|p| f64::from(p).sqrt()).collect::<Vec<_>>();
    let corner = |k: usize| (0..d).map(|j| if k >> j & 1 == 0 { -1.0 } else { 1.0 }).collect();
    let inside = |k: usize| primes.iter().map(|root| 2.0 * (k as f64 * root).fract() - 1.0).collect();
    let corners = 1usize << d.min(6);
    (0..256).map(|k| if k < corners { corner(k) } else { inside(k) }).collect()
}

/// Powers to Chebyshev products, one variable after another: `u^n = 2^{1−n} Σ_k C(n, k) T_{n−2k}`, the term of T_0 halved.
fn chebyshev(powers: &BTreeMap<Vec<usize>, BigRational>) -> BTreeMap<Vec<usize>, BigRational> {
    let d = powers.keys().next().map_or(0, Vec::len);
    let mut all: BTreeMap<Vec<usize>, BigRational> = powers.iter().map(|(e, c)| (e.clone(), rational::round_to_bits(c, BITS))).collect();
    for j in 0..d {
        let mut next: BTreeMap<Vec<usize>, BigRational> = BTreeMap::new();
        for (e, c) in all {
            let n = e[j];
            let mut binomial = BigInt::one();
            for k in 0..=n / 2 {
                let mut to = e.clone();
                to[j] = n - 2 * k;
                let halved = i64::from(to[j] == 0);
                let weight = BigRational::from(binomial.clone()) * rational::power_of_two(1 - n as i64 - halved);
                *next.entry(to).or_insert_with(BigRational::zero) += &c * weight;
                binomial = binomial * BigInt::from(n - k) / BigInt::from(k + 1);
            }
        }
        all = next.into_iter().map(|(e, c)| (e, rational::round_to_bits(&c, BITS))).collect();
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::ratio;

    #[test]
    fn powers_become_chebyshev_polynomials() {
        // u³ v² = (3 T_1 + T_3)/4 · (T_0 + T_2)/2
        let found = chebyshev(&BTreeMap::from([(vec![3, 2], ratio(1, 1))]));
        let expected = [([1, 0], 3), ([1, 2], 3), ([3, 0], 1), ([3, 2], 1)].map(|(e, n)| (e.to_vec(), ratio(n, 8)));
        assert_eq!(found, BTreeMap::from(expected));
        assert_eq!(chebyshev(&BTreeMap::from([(vec![0], ratio(5, 1))])), BTreeMap::from([(vec![0], ratio(5, 1))]));
    }
}
