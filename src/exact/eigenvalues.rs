//! The eigenvalues of a small real matrix, with certified radii.

use super::{Polynomial, RootDisc, RootsError, exact_roots};
use nalgebra::DMatrix;
use num_bigint::BigInt;
use num_complex::Complex;
use num_rational::BigRational;
use num_traits::{One, Zero};
use thiserror::Error;

/// A matrix whose eigenvalues cannot be given.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum EigenvaluesError {
    /// Not square.
    #[error("only a square matrix has eigenvalues, not one of {0} by {1}")]
    NotSquare(usize, usize),
    /// An entry that is no number.
    #[error("a matrix with the entry {0} has no eigenvalues")]
    NotFinite(f64),
    /// The characteristic polynomial's roots could not be found.
    #[error("the eigenvalues of the matrix cannot be computed: {0}")]
    Roots(#[from] RootsError),
}

/// The eigenvalues of a real matrix, with multiplicity; conjugate pairs are exactly conjugate.
///
/// The entries are taken as the f64 that they are. The characteristic polynomial is computed exactly, in integers
/// (Faddeev–LeVerrier: `M_1 = A`, `c_k = −tr M_k / k`, `M_{k+1} = A (M_k + c_k I)`), and its roots by [`exact_roots`]: the discs
/// together hold all eigenvalues, and multiple ones are proven. The cost grows as n⁴, for the small matrices of a Jacobian.
///
/// ```
/// use lambdahat::exact::eigenvalues;
/// use nalgebra::DMatrix;
/// let rotation = DMatrix::from_row_slice(2, 2, &[0.0, 2.0, -2.0, 0.0]);
/// let discs = eigenvalues(&rotation)?;
/// assert!(discs.iter().all(|d| d.centre.re == 0.0 && d.centre.im.abs() == 2.0));
/// # Ok::<(), lambdahat::exact::EigenvaluesError>(())
/// ```
pub fn eigenvalues(a: &DMatrix<f64>) -> Result<Vec<RootDisc>, EigenvaluesError> {
    let n = a.nrows();
    if n != a.ncols() {
        return Err(EigenvaluesError::NotSquare(n, a.ncols()));
    }
    if let Some(x) = a.iter().find(|x| !x.is_finite()) {
        return Err(EigenvaluesError::NotFinite(*x));
    }
    let largest = a.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    if largest == 0.0 {
        let zero = RootDisc { centre: Complex::zero(), radius: 0.0, count: n, resolved: true };
        return Ok(if n == 0 { Vec::new() } else { vec![zero] });
    }
    // A = 2^−shift·(integers), and its entries are below 2^exponent in size.
    let exponent = largest.log2().floor() as i32 + 2;
    let shift = a.iter().map(|x| -lowest_power(*x)).max().unwrap_or(0);
    let coefficients = characteristic(&a.map(|x| integer(x, shift)));
    // c_k/2^((shift + exponent) k) belongs to the eigenvalues of A/2^exponent, which f64 holds.
    let unit = shift + exponent;
    let scaled = |(k, c): (usize, BigInt)| {
        let denominator = BigInt::one() << (k * usize::try_from(unit).unwrap_or(0));
        Complex { re: BigRational::new(c, denominator), im: BigRational::zero() }
    };
    let mut polynomial: Vec<Complex<BigRational>> = coefficients.into_iter().enumerate().map(scaled).collect();
    polynomial.reverse();
    let discs = exact_roots(&Polynomial::new(polynomial))?;
    let scale = |x: f64| x * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2);
    Ok(discs
        .into_iter()
        .map(|d| RootDisc { centre: Complex::new(scale(d.centre.re), scale(d.centre.im)), radius: scale(d.radius), ..d })
        .collect())
}

/// `x = ±mantissa·2^power`.
fn parts(x: f64) -> (u64, i32) {
    let bits = x.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match ((bits >> 52) & 0x7ff) as i32 {
        0 => (fraction, -1074),
        biased => (fraction | (1 << 52), biased - 1075),
    }
}

/// The power of two that is x's last bit; large for zero, which has none.
fn lowest_power(x: f64) -> i32 {
    let (mantissa, power) = parts(x);
    if mantissa == 0 { i32::from(i16::MAX) } else { power + mantissa.trailing_zeros() as i32 }
}

/// `x·2^shift`, which is an integer for every shift from [`lowest_power`]'s negative on.
fn integer(x: f64, shift: i32) -> BigInt {
    let (mantissa, power) = parts(x);
    let zeros = if mantissa == 0 { 0 } else { mantissa.trailing_zeros() as i32 };
    let size = BigInt::from(mantissa >> zeros) << usize::try_from(shift + power + zeros).unwrap_or(0);
    if x < 0.0 { -size } else { size }
}

/// The coefficients of det(xI − A), highest power first.
fn characteristic(a: &DMatrix<BigInt>) -> Vec<BigInt> {
    let n = a.nrows();
    let mut coefficients = vec![BigInt::one()];
    let mut m = a.clone();
    for k in 1..=n {
        let trace: BigInt = (0..n).map(|i| &m[(i, i)]).sum();
        let c = -trace / BigInt::from(k);
        for i in 0..n {
            m[(i, i)] += &c;
        }
        coefficients.push(c);
        if k < n {
            m = DMatrix::from_fn(n, n, |i, j| (0..n).map(|l| &a[(i, l)] * &m[(l, j)]).sum());
        }
    }
    coefficients
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::ToPrimitive;
    use proptest::prelude::*;

    fn nearest(discs: &[RootDisc], z: Complex<f64>) -> f64 {
        discs.iter().map(|d| (d.centre - z).norm()).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn integers_are_exact() {
        let to_f64 = |x, shift| integer(x, shift).to_f64().unwrap_or(f64::NAN);
        assert_eq!([to_f64(1.5, 1), to_f64(-1.5, 1), to_f64(5e-324, 1074), to_f64(0.0, 3), to_f64(6.0, -1)], [3.0, -3.0, 1.0, 0.0, 3.0]);
        assert_eq!([lowest_power(6.0), lowest_power(0.375), lowest_power(5e-324), lowest_power(-1.0)], [1, -3, -1074, 0]);
    }

    #[test]
    fn the_companion_of_z8_minus_1_on_which_schur_forms_stall() {
        let companion = DMatrix::from_fn(8, 8, |i, j| if i == j + 1 || (i, j) == (0, 7) { 1.0 } else { 0.0 });
        let discs = eigenvalues(&companion).unwrap();
        assert_eq!(discs.len(), 8);
        for k in 0..8 {
            assert!(nearest(&discs, Complex::from_polar(1.0, std::f64::consts::TAU * f64::from(k) / 8.0)) < 1e-15);
        }
    }

    #[test]
    fn a_jordan_block_has_one_eigenvalue_three_times() {
        let block = DMatrix::from_row_slice(3, 3, &[0.5, 1.0, 0.0, 0.0, 0.5, 1.0, 0.0, 0.0, 0.5]);
        let discs = eigenvalues(&block).unwrap();
        assert_eq!((discs.len(), discs[0].count, discs[0].centre), (1, 3, Complex::new(0.5, 0.0)));
        assert_eq!(eigenvalues(&DMatrix::zeros(2, 2)).unwrap()[0].count, 2);
        assert_eq!(eigenvalues(&DMatrix::zeros(2, 3)), Err(EigenvaluesError::NotSquare(2, 3)));
        assert_eq!(eigenvalues(&DMatrix::from_element(1, 1, f64::INFINITY)), Err(EigenvaluesError::NotFinite(f64::INFINITY)));
    }

    #[test]
    fn entries_of_any_size() {
        let of = |small: f64, large: f64| eigenvalues(&DMatrix::from_row_slice(2, 2, &[small, 0.0, 0.0, large]));
        let discs = of(1e-120, 1e120).unwrap();
        assert!(nearest(&discs, Complex::new(1e120, 0.0)) == 0.0 && nearest(&discs, Complex::new(1e-120, 0.0)) == 0.0, "{discs:?}");
        assert!(matches!(of(1e-300, 1e300), Err(EigenvaluesError::Roots(RootsError::Range { .. }))));
        for scale in [1e-280, 1e-30, 1.0, 1e30, 1e280] {
            let a = DMatrix::from_row_slice(2, 2, &[-0.1, 2.0, -2.0, -0.1]) * scale;
            let discs = eigenvalues(&a).unwrap();
            assert!(nearest(&discs, Complex::new(-0.1, 2.0) * scale) <= 1e-15 * scale, "{discs:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Similar matrices: a block diagonal with known eigenvalues, sheared by unit triangles.
        #[test]
        fn known_eigenvalues_are_found(re in -2.0..2.0f64, im in 0.1..3.0f64, real in -3.0..3.0f64, s in -1.0..1.0f64, t in -1.0..1.0f64) {
            let d = DMatrix::from_row_slice(3, 3, &[re, im, 0.0, -im, re, 0.0, 0.0, 0.0, real]);
            let lower = DMatrix::from_row_slice(3, 3, &[1.0, 0.0, 0.0, s, 1.0, 0.0, t, s, 1.0]);
            let inverse = DMatrix::from_row_slice(3, 3, &[1.0, 0.0, 0.0, -s, 1.0, 0.0, s * s - t, -s, 1.0]);
            let discs = eigenvalues(&(&lower * d * inverse)).unwrap();
            for z in [Complex::new(re, im), Complex::new(re, -im), Complex::new(real, 0.0)] {
                prop_assert!(nearest(&discs, z) < 1e-12);
            }
        }
    }
}
