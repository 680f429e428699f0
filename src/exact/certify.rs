//! Certified radii: from approximate roots to discs that provably hold the true ones.
//!
//! For any n distinct points z_i and a polynomial of degree n with leading coefficient a_n, the discs
//! `|z − z_i| ≤ n |p(z_i)| / |a_n Π_{j≠i} (z_i − z_j)|` together hold every zero, and a connected component made of k discs holds
//! exactly k (B. T. Smith, *Error bounds for zeros of a polynomial based upon Gerschgorin's theorems*, J. ACM 1970). `|p(z_i)|`
//! here is the computed value plus a bound on the rounding of its evaluation and on the uncertainty of the coefficients.
//! Once all discs are isolated the factor n is removed: with ζ_j in disc j, `|z_i − ζ_i| = |p(z_i)| / |a_n Π (z_i − ζ_j)|`.

use super::aberth::{evaluate, iterate, starts, weighted};
use super::discs::{RootDisc, joined};
use super::precision::{Magnitude, Real, lifted, magnitude, rounded, subtract};
use super::{BigFloat, DoubleDouble, effort};
use num_complex::Complex;

/// Polynomial coefficients, lowest degree first, each within `errors[k]` of `centres[k]`.
pub(crate) struct Enclosure<T> {
    pub(crate) centres: Vec<Complex<T>>,
    pub(crate) errors: Vec<Magnitude>,
}

/// What a polynomial gives to the root finder: its coefficients to any precision asked for.
pub(crate) trait Coefficients {
    /// In double-double; none where their magnitudes do not fit.
    fn double_double(&self) -> Option<Enclosure<DoubleDouble>>;
    /// To so many bits, or as exactly as they are known.
    fn to_bits(&self, bits: u32) -> Enclosure<BigFloat>;
    /// The number of bits beyond which [`to_bits`](Self::to_bits) says nothing new, or beyond which nobody should wait.
    fn best_bits(&self) -> u32;
}

/// Why no discs can be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The leading coefficient is zero to within its uncertainty.
    Leading,
    /// A root is too large or too small for f64.
    Range,
}

/// An eighth of the relative width that the rounding to f64 itself adds.
const ENOUGH: i64 = -56;

/// Double-double work is certain not to suffer underflow where nonzero coefficients span less than this.
pub(crate) const SPAN: i64 = 450;

struct Certified {
    radii: Vec<Magnitude>,
    /// Disjoint, and as narrow as f64 can say.
    settled: bool,
    /// What is not settled owes it to the coefficients' uncertainty, not to the precision of the work.
    limited: bool,
}

/// Discs for the zeros of a polynomial of degree at least one with a nonzero constant coefficient. Precision rises from f64 to
/// double-double to multiprecision, until every zero is separated or the coefficients' own uncertainty leaves it in a cluster.
pub(crate) fn discs(source: &impl Coefficients) -> Result<Vec<RootDisc>, Failure> {
    let mut found: Option<Vec<Complex<f64>>> = None;
    let mut fallback = None;
    if let Some(enclosure) = source.double_double()
        && let Some(start) = starts(&logs(&enclosure))
    {
        let rough: Vec<Complex<f64>> = enclosure.centres.iter().map(rounded).collect();
        let sizes: Vec<Magnitude> = enclosure.centres.iter().map(magnitude).collect();
        let mut roots = start.clone();
        if !iterate(&rough, &sizes, &enclosure.errors, &mut roots, Magnitude::power_of_two(-40), 60, 53) {
            roots = start;
        }
        let mut roots: Vec<Complex<DoubleDouble>> = roots.into_iter().map(|z| lifted(z, 106)).collect();
        if iterate(&enclosure.centres, &sizes, &enclosure.errors, &mut roots, Magnitude::power_of_two(-58), 60, 106) {
            let certified = certify(&enclosure, &sizes, &roots, 106);
            let discs = rounded_discs(&roots, &certified.radii);
            if certified.settled || source.best_bits() <= 106 {
                if discs.iter().any(|d| !d.radius.is_finite()) {
                    return Err(Failure::Leading);
                }
                return Ok(joined(discs));
            }
            found = Some(roots.iter().map(rounded).collect());
            fallback = Some(discs);
        }
    }
    let mut bits = 192;
    let mut roots: Option<Vec<Complex<BigFloat>>> = found.map(|z| z.into_iter().map(|z| lifted(z, bits)).collect());
    while bits <= source.best_bits().max(192) && !effort::is_spent() {
        let enclosure = source.to_bits(bits);
        let sizes: Vec<Magnitude> = enclosure.centres.iter().map(magnitude).collect();
        let mut working = match roots.take() {
            Some(roots) => roots,
            None => starts(&logs(&enclosure)).ok_or(Failure::Range)?.into_iter().map(|z| lifted(z, bits)).collect(),
        };
        iterate(&enclosure.centres, &sizes, &enclosure.errors, &mut working, Magnitude::power_of_two(-64 - i64::from(bits) / 4), 80, bits);
        let certified = certify(&enclosure, &sizes, &working, bits);
        fallback = Some(rounded_discs(&working, &certified.radii));
        // More bits narrow the errors of exact coefficients, however large they are where coefficients cancel.
        if certified.settled || (certified.limited && source.best_bits() <= 106) {
            break;
        }
        roots = Some(working);
        bits *= 2;
    }
    match fallback {
        Some(discs) if discs.iter().all(|d| d.radius.is_finite() && d.centre.is_finite()) => Ok(joined(discs)),
        Some(discs) if discs.iter().all(|d| d.centre.is_finite()) => Err(Failure::Leading),
        _ => Err(Failure::Range),
    }
}

fn logs<T: Real>(enclosure: &Enclosure<T>) -> Vec<f64> {
    enclosure.centres.iter().map(|a| magnitude(a).log2()).collect()
}

/// Radii for the approximate roots. See the module's page for the theorem.
fn certify<T: Real>(enclosure: &Enclosure<T>, sizes: &[Magnitude], roots: &[Complex<T>], bits: u32) -> Certified {
    let n = roots.len();
    // Covers the roundings of the magnitudes, at most a few hundred of 2⁻⁵² each.
    let inflation = Magnitude::of(1.0 + 1e-9);
    let infinite = Magnitude::power_of_two(1 << 40);
    let lead = sizes[n].minus(enclosure.errors[n].times(inflation)).over(inflation);
    let mut values = Vec::with_capacity(n);
    let mut coefficient_share = Vec::with_capacity(n);
    let mut distances = vec![Magnitude::ONE; n * n];
    for i in 0..n {
        let value = evaluate(&enclosure.centres, sizes, &roots[i], bits);
        let from_coefficients = weighted(&enclosure.errors, magnitude(&roots[i]));
        let total = magnitude(&value.p).plus(value.rounding).plus(from_coefficients).times(inflation);
        let total = if value.p.re.is_finite() && value.p.im.is_finite() { total } else { infinite };
        // Far above the precision of the work, so that it is the coefficients' own.
        let intrinsic = from_coefficients.exceeds(value.rounding.shifted(14));
        coefficient_share.push(intrinsic && from_coefficients.times(Magnitude::of(4.0)).exceeds(total));
        values.push(total);
        for j in 0..i {
            let d = magnitude(&subtract(&roots[i], &roots[j]));
            distances[i * n + j] = d;
            distances[j * n + i] = d;
        }
    }
    let radius = |i: usize, factor: f64, gap: &dyn Fn(usize) -> Magnitude| {
        let product = (0..n).filter(|&j| j != i).fold(lead, |product, j| product.times(gap(j)));
        if product.is_zero() { infinite } else { values[i].over(product).times(Magnitude::of(factor)).times(inflation) }
    };
    let mut radii: Vec<Magnitude> = (0..n).map(|i| radius(i, n as f64, &|j| distances[i * n + j])).collect();
    let isolated = (0..n).all(|i| (0..i).all(|j| distances[i * n + j].exceeds(radii[i].plus(radii[j]).times(inflation))));
    if isolated {
        let refined: Vec<Magnitude> =
            (0..n).map(|i| radius(i, 1.0, &|j| distances[i * n + j].minus(radii[j].times(inflation)).over(inflation))).collect();
        for (radius, refined) in radii.iter_mut().zip(refined) {
            if radius.exceeds(refined) {
                *radius = refined;
            }
        }
    }
    let narrow = |i: usize| !radii[i].exceeds(magnitude(&roots[i]).shifted(ENOUGH));
    let settled = isolated && (0..n).all(narrow);
    let limited = !settled && (0..n).all(|i| narrow(i) || coefficient_share[i]);
    Certified { radii, settled, limited }
}

fn rounded_discs<T: Real>(roots: &[Complex<T>], radii: &[Magnitude]) -> Vec<RootDisc> {
    roots
        .iter()
        .zip(radii)
        .map(|(z, radius)| {
            let centre = rounded(z);
            let offset = if centre.is_finite() { magnitude(&subtract(z, &lifted(centre, 64))) } else { Magnitude::ZERO };
            let radius = radius.plus(offset).times(Magnitude::of(1.0 + 1e-12)).to_f64();
            RootDisc { centre, radius, count: 1, resolved: true }
        })
        .collect()
}
