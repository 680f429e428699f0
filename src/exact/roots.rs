//! All complex roots of a polynomial, each in a disc with a proof.
//!
//! | step | where |
//! | --- | --- |
//! | starting points from the coefficients' convex hull, Ehrlich–Aberth iteration | `aberth` |
//! | Smith's discs with rigorous bounds on rounding and on the coefficients | `certify` |
//! | f64, then double-double, then as many bits as it takes | `precision` |
//! | multiple roots of exact polynomials, by the square-free decomposition | here |
//!
//! The discs returned are disjoint and their counts add up to the degree: no root is missed silently. Roots that the
//! coefficients' uncertainty (or the spacing of f64) cannot separate come as one disc with their number.

use super::certify::{self, Failure};
use super::coefficients::{Doubles, Numbers, Rationals};
use super::discs::{RootDisc, joined, mirrored};
use super::{Number, Polynomial, rational};
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::Zero;
use thiserror::Error;

/// Why a polynomial's roots cannot be given.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum RootsError {
    /// Every number is a root.
    #[error("the zero polynomial: every number is a root")]
    Zero,
    /// A coefficient or its uncertainty is infinite, not a number, or negative where it must not be.
    #[error("coefficient {index} of the polynomial is not usable: {value}")]
    NotFinite {
        /// The power it belongs to.
        index: usize,
        /// What was found.
        value: Complex<f64>,
    },
    /// The leading coefficient may be zero, so a root may lie at infinity.
    #[error("the leading coefficient of degree {degree} is zero to within its uncertainty: the number of finite roots is not known")]
    Leading {
        /// Its power.
        degree: usize,
    },
    /// A root is too large or too small for f64.
    #[error("a root of the polynomial of degree {degree} lies outside the range of f64: rescale the variable")]
    Range {
        /// The degree.
        degree: usize,
    },
}

pub(crate) fn failure(degree: usize) -> impl Fn(Failure) -> RootsError {
    move |why| match why {
        Failure::Leading => RootsError::Leading { degree },
        Failure::Range => RootsError::Range { degree },
    }
}

/// The roots of `Σ c_k z^k`, lowest degree first, with the coefficients taken as the f64 that they are.
///
/// Multiple roots are found as such. See [`uncertain_roots`] for coefficients that are only known to within an error.
///
/// ```
/// use lambdahat::exact::roots;
/// use num_complex::Complex;
/// let discs = roots(&[2.0, -3.0, 1.0].map(|c| Complex::new(c, 0.0))).unwrap();   // (z − 1)(z − 2)
/// assert!(discs.iter().any(|d| d.centre == Complex::new(1.0, 0.0) && d.radius < 1e-15));
/// assert_eq!(discs.iter().map(|d| d.count).sum::<usize>(), 2);
/// ```
pub fn roots(coefficients: &[Complex<f64>]) -> Result<Vec<RootDisc>, RootsError> {
    let (body, at_zero) = stripped(coefficients, &[])?;
    let discs = if body.len() <= 1 { Vec::new() } else { certify::discs(&Doubles::new(body, &[])).map_err(failure(body.len() - 1))? };
    if discs.iter().any(|d| !d.resolved) {
        let exact = |x: f64| rational::from_f64(x).unwrap_or_else(BigRational::zero);
        return exact_roots(&Polynomial::new(coefficients.iter().map(|z| Complex { re: exact(z.re), im: exact(z.im) }).collect()));
    }
    Ok(finished(discs, at_zero, coefficients.iter().all(|c| c.im == 0.0)))
}

/// The roots of every polynomial whose coefficient of `z^k` is within `uncertainty[k]` of `coefficients[k]`: each disc holds as many
/// roots as it says of each such polynomial. Missing uncertainties count as zero.
pub fn uncertain_roots(coefficients: &[Complex<f64>], uncertainty: &[f64]) -> Result<Vec<RootDisc>, RootsError> {
    if uncertainty.iter().all(|u| *u == 0.0) {
        return roots(coefficients);
    }
    let (body, at_zero) = stripped(coefficients, uncertainty)?;
    let degree = body.len() - 1;
    if body[degree].norm() <= uncertainty.get(coefficients.len() - 1).copied().unwrap_or(0.0) {
        return Err(RootsError::Leading { degree: coefficients.len() - 1 });
    }
    let errors = uncertainty.get(at_zero..).unwrap_or(&[]);
    let discs = if degree == 0 { Vec::new() } else { certify::discs(&Doubles::new(body, errors)).map_err(failure(degree))? };
    // The errors may be complex, so nothing is mirrored.
    Ok(finished(discs, at_zero, false))
}

/// Checks the coefficients and takes off exact zeros at both ends: the body, and the multiplicity of the root at zero.
fn stripped<'a>(coefficients: &'a [Complex<f64>], uncertainty: &[f64]) -> Result<(&'a [Complex<f64>], usize), RootsError> {
    for (index, value) in coefficients.iter().enumerate() {
        let error = uncertainty.get(index).copied().unwrap_or(0.0);
        if !value.is_finite() {
            return Err(RootsError::NotFinite { index, value: *value });
        }
        if !(error.is_finite() && error >= 0.0) {
            return Err(RootsError::NotFinite { index, value: Complex { re: error, im: 0.0 } });
        }
    }
    let vanishes = |k: &usize| coefficients[*k].is_zero() && uncertainty.get(*k).is_none_or(|u| *u == 0.0);
    let last = (0..coefficients.len()).rev().find(|k| !vanishes(k)).ok_or(RootsError::Zero)?;
    let first = (0..=last).find(|k| !vanishes(k)).unwrap_or(last);
    Ok((&coefficients[first..=last], first))
}

pub(crate) fn finished(discs: Vec<RootDisc>, at_zero: usize, real: bool) -> Vec<RootDisc> {
    let mut discs = if real { mirrored(discs) } else { discs };
    if at_zero > 0 {
        discs.push(RootDisc { centre: Complex { re: 0.0, im: 0.0 }, radius: 0.0, count: at_zero, resolved: true });
    }
    joined(discs)
}

/// The roots of a polynomial with exact complex coefficients, multiple roots as one disc with their proven multiplicity.
///
/// ```
/// use lambdahat::exact::{exact_roots, ratio, Polynomial};
/// use num_complex::Complex;
/// use num_traits::Zero;
/// let c = |k| Complex::new(ratio(k, 1), ratio(0, 1));
/// let fifth_power = Polynomial::new([-1, 5, -10, 10, -5, 1].map(c).to_vec());      // (z − 1)^5
/// let discs = exact_roots(&fifth_power).unwrap();
/// assert_eq!((discs.len(), discs[0].count, discs[0].resolved), (1, 5, true));
/// ```
pub fn exact_roots(p: &Polynomial<Complex<BigRational>>) -> Result<Vec<RootDisc>, RootsError> {
    let degree = p.degree().ok_or(RootsError::Zero)?;
    let at_zero = p.coefficients().iter().take_while(|c| c.is_zero()).count();
    let body = Polynomial::new(p.coefficients()[at_zero..].to_vec());
    let real = p.coefficients().iter().all(|c| c.im.is_zero());
    if body.degree() == Some(0) {
        return Ok(finished(Vec::new(), at_zero, real));
    }
    let first = certify::discs(&Rationals::new(body.coefficients(), 192)).map_err(failure(degree))?;
    if first.iter().all(|d| d.resolved) {
        return Ok(finished(first, at_zero, real));
    }
    let mut discs = Vec::new();
    for (multiplicity, factor) in square_free_factors(&body) {
        // Simple roots separate at some precision; beyond this one their distance is far below the spacing of f64.
        let found = certify::discs(&Rationals::new(factor.coefficients(), 4096)).map_err(failure(degree))?;
        discs.extend(found.into_iter().map(|d| RootDisc { count: d.count * multiplicity, ..d }));
    }
    Ok(finished(joined(discs), at_zero, real))
}

impl Numbers {
    /// All roots; multiple ones proven where every coefficient is rational.
    pub(crate) fn roots(self) -> Result<Vec<RootDisc>, RootsError> {
        let rational = |z: &Complex<Number>| Some(Complex { re: z.re.as_rational()?.clone(), im: z.im.as_rational()?.clone() });
        if let Some(exact) = self.coefficients.iter().map(rational).collect() {
            return exact_roots(&Polynomial::new(exact));
        }
        let vanishes = |c: &Complex<Number>| c.re.is_exact() && c.im.is_exact() && c.re.is_zero() && c.im.is_zero();
        let at_zero = self.coefficients.iter().take_while(|c| vanishes(c)).count();
        let real = self.coefficients.iter().all(|c| c.im.is_exact() && c.im.is_zero());
        let body = Self { coefficients: self.coefficients[at_zero..].to_vec() };
        let degree = body.coefficients.len().saturating_sub(1);
        let discs = if degree == 0 { Vec::new() } else { certify::discs(&body).map_err(failure(degree))? };
        Ok(finished(discs, at_zero, real))
    }
}

/// Yun's decomposition `p = c Π f_k^k` with square-free, pairwise coprime `f_k` of positive degree: the pairs `(k, f_k)`.
fn square_free_factors(p: &Polynomial<Complex<BigRational>>) -> Vec<(usize, Polynomial<Complex<BigRational>>)> {
    let mut factors = Vec::new();
    let mut repeated = p.gcd(&p.derivative());
    let Some((mut distinct, _)) = p.monic().div_rem(&repeated) else { return factors };
    for multiplicity in 1.. {
        if distinct.degree().is_none_or(|d| d == 0) {
            break;
        }
        let next = distinct.gcd(&repeated);
        if let Some((factor, _)) = distinct.div_rem(&next)
            && factor.degree() > Some(0)
        {
            factors.push((multiplicity, factor));
        }
        if let Some((quotient, _)) = repeated.div_rem(&next) {
            repeated = quotient;
        }
        distinct = next;
    }
    factors
}
