//! The principal logarithm of a real matrix.

use nalgebra::DMatrix;

/// `log M`, the one whose eigenvalues have imaginary parts in (−π, π), and `‖exp(log M) − M‖/‖M‖`, the check on it (largest entries).
///
/// Square roots (Denman & Beavers 1976) until M is near I, then `log M = 2 artanh((M − I)(M + I)⁻¹)` by its series, then two corrections
/// `L ← L + log(e^{−L} M)` against the rounding of the roots. `None` where M is singular, has an eigenvalue on the negative real
/// axis, or is too near to either for double precision.
///
/// ```
/// use lambdahat::repair::principal_logarithm;
/// use nalgebra::DMatrix;
/// let a = DMatrix::from_row_slice(2, 2, &[-0.1, 2.0, -2.0, -0.1]);
/// let (log, residual) = principal_logarithm(&a.clone().exp()).unwrap();
/// assert!((log - a).amax() < 1e-14 && residual < 1e-14);
/// ```
pub fn principal_logarithm(m: &DMatrix<f64>) -> Option<(DMatrix<f64>, f64)> {
    let n = m.nrows();
    if n == 0 || n != m.ncols() || m.iter().any(|x| !x.is_finite()) {
        return None;
    }
    let identity = DMatrix::<f64>::identity(n, n);
    let mut root = m.clone();
    let mut halvings = 0;
    while (&root - &identity).norm() > 0.2 {
        if halvings == 64 {
            return None;
        }
        root = square_root(&root)?;
        halvings += 1;
    }
    let mut log = near_identity(&root)? * 2f64.powi(halvings);
    for _ in 0..2 {
        let quotient = (-&log).exp() * m;
        if (&quotient - &identity).norm() > 0.5 {
            return None;
        }
        log += near_identity(&quotient)?;
    }
    let residual = (log.clone().exp() - m).amax() / m.amax();
    (residual < 1e-6).then_some((log, residual))
}

/// `Y ← (Y + Z⁻¹)/2, Z ← (Z + Y⁻¹)/2` from (M, I): Y tends to the principal root.
fn square_root(m: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let n = m.nrows();
    let (mut y, mut z) = (m.clone(), DMatrix::<f64>::identity(n, n));
    for _ in 0..100 {
        let next = (&y + z.clone().try_inverse()?) * 0.5;
        z = (&z + y.clone().try_inverse()?) * 0.5;
        let change = (&next - &y).norm();
        y = next;
        if !change.is_finite() {
            return None;
        }
        if change <= 4.0 * f64::EPSILON * n as f64 * y.norm() {
            return Some(y);
        }
    }
    None
}

/// The logarithm of a matrix near I: the series of artanh in `X = (M − I)(M + I)⁻¹`.
fn near_identity(m: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let n = m.nrows();
    let identity = DMatrix::<f64>::identity(n, n);
    let x = (m - &identity) * (m + &identity).try_inverse()?;
    let square = &x * &x;
    let (mut power, mut sum) = (x.clone(), x);
    for k in 1..40 {
        power *= &square;
        sum += &power / f64::from(2 * k + 1);
        if power.norm() <= f64::EPSILON * sum.norm() {
            break;
        }
    }
    Some(sum * 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_inverts_the_exponential_of_defective_matrices_too() {
        let jordan = DMatrix::from_row_slice(3, 3, &[-0.5, 1.0, 0.0, 0.0, -0.5, 1.0, 0.0, 0.0, -0.5]);
        let (log, residual) = principal_logarithm(&jordan.clone().exp()).unwrap();
        assert!((log - jordan).amax() < 1e-13 && residual < 1e-14);
    }

    #[test]
    fn no_real_logarithm_is_told() {
        assert_eq!(principal_logarithm(&DMatrix::from_row_slice(1, 1, &[-0.5])), None);
        assert_eq!(principal_logarithm(&DMatrix::zeros(2, 2)), None);
    }
}
