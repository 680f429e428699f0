//! Eigenvalues of small real matrices in floating point, for searches that look at thousands of them.
//!
//! The single-shift QR algorithm in complex arithmetic on the Hessenberg form, with Wilkinson's shift and an exceptional shift
//! every tenth sweep (Golub & Van Loan, Matrix Computations, 4th ed. 2013, §7.5). What is reported of a Jacobian at last may come
//! from the certified roots of `exact`; here an error of a few units in the last place does not matter.

use nalgebra::DMatrix;
use num_complex::Complex;

type C = Complex<f64>;

/// Sweeps for each eigenvalue before the search gives up.
const MOST_SWEEPS: usize = 60;

/// The eigenvalues of a square matrix, growing ones first, or `None` where the matrix is not finite or the iteration does not settle.
pub(crate) fn spectrum(matrix: &DMatrix<f64>) -> Option<Vec<C>> {
    if !matrix.iter().all(|x| x.is_finite()) {
        return None;
    }
    let mut values = match matrix.nrows() {
        0 => Vec::new(),
        1 => vec![C::new(matrix[(0, 0)], 0.0)],
        2 => of_two(matrix),
        _ => by_sweeps(matrix)?,
    };
    values.sort_by(|a, b| b.re.total_cmp(&a.re).then(b.im.total_cmp(&a.im)));
    Some(values)
}

fn of_two(m: &DMatrix<f64>) -> Vec<C> {
    let (a, b, c, d) = (m[(0, 0)], m[(0, 1)], m[(1, 0)], m[(1, 1)]);
    let (half, gap) = (0.5 * (a + d), 0.5 * (a - d));
    let root = C::new(gap * gap + b * c, 0.0).sqrt();
    vec![half + root, half - root]
}

fn by_sweeps(matrix: &DMatrix<f64>) -> Option<Vec<C>> {
    let n = matrix.nrows();
    let mut h: DMatrix<C> = matrix.clone().hessenberg().unpack_h().map(|x| C::new(x, 0.0));
    let size = matrix.norm().max(f64::MIN_POSITIVE);
    let mut values = Vec::with_capacity(n);
    let (mut last, mut sweeps) = (n, 0);
    while last > 0 {
        if last == 1 {
            values.push(h[(0, 0)]);
            break;
        }
        let small = |h: &DMatrix<C>, k: usize| {
            let beside = h[(k, k)].norm() + h[(k - 1, k - 1)].norm();
            h[(k, k - 1)].norm() <= f64::EPSILON * if beside > 0.0 { beside } else { size }
        };
        let first = (1..last).rev().find(|&k| small(&h, k)).unwrap_or(0);
        if first == last - 1 {
            values.push(h[(first, first)]);
            last -= 1;
            sweeps = 0;
            continue;
        }
        sweeps += 1;
        if sweeps > MOST_SWEEPS {
            return None;
        }
        let shift = if sweeps % 10 == 0 { h[(last - 1, last - 1)] + h[(last - 1, last - 2)].norm() } else { wilkinson(&h, last) };
        sweep(&mut h, first, last, shift);
    }
    // Conjugate pairs as pairs, real ones as real: the matrix was real.
    let rounding = 1e-13 * size;
    Some(values.into_iter().map(|z| if z.im.abs() <= rounding { C::new(z.re, 0.0) } else { z }).collect())
}

/// The eigenvalue of the last two rows' block that is nearer to its corner.
fn wilkinson(h: &DMatrix<C>, last: usize) -> C {
    let (a, b, c, d) = (h[(last - 2, last - 2)], h[(last - 2, last - 1)], h[(last - 1, last - 2)], h[(last - 1, last - 1)]);
    let (half, gap) = ((a + d) * 0.5, (a - d) * 0.5);
    let root = (gap * gap + b * c).sqrt();
    let (one, other) = (half + root, half - root);
    if (one - d).norm() < (other - d).norm() { one } else { other }
}

/// One QR step with a shift on the block `first..last`, by Givens rotations.
fn sweep(h: &mut DMatrix<C>, first: usize, last: usize, shift: C) {
    for k in first..last {
        h[(k, k)] -= shift;
    }
    let mut rotations = Vec::with_capacity(last - first - 1);
    for k in first..last - 1 {
        let (a, b) = (h[(k, k)], h[(k + 1, k)]);
        let length = a.norm().hypot(b.norm());
        let (c, s) = if length > 0.0 { (a / length, b / length) } else { (C::new(1.0, 0.0), C::new(0.0, 0.0)) };
        for j in k..last {
            let (x, y) = (h[(k, j)], h[(k + 1, j)]);
            h[(k, j)] = c.conj() * x + s.conj() * y;
            h[(k + 1, j)] = c * y - s * x;
        }
        rotations.push((c, s));
    }
    for (k, (c, s)) in (first..).zip(rotations) {
        for i in first..(k + 2).min(last) {
            let (x, y) = (h[(i, k)], h[(i, k + 1)]);
            h[(i, k)] = x * c + y * s;
            h[(i, k + 1)] = y * c.conj() - x * s.conj();
        }
    }
    for k in first..last {
        h[(k, k)] += shift;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_of_unity_of_a_companion_matrix() {
        for n in [3, 8, 16] {
            let companion = DMatrix::from_fn(n, n, |i, j| if (i, j) == (0, n - 1) || i == j + 1 { 1.0 } else { 0.0 });
            let found = spectrum(&companion).unwrap();
            assert_eq!(found.len(), n);
            for z in &found {
                assert!((z.powu(n as u32) - 1.0).norm() < 1e-11, "{z}");
            }
        }
    }

    #[test]
    fn the_sum_and_the_product_are_trace_and_determinant() {
        let m = DMatrix::from_fn(6, 6, |i, j| ((3 * i + 7 * j) as f64).sin() + if i == j { 0.1 * i as f64 } else { 0.0 });
        let found = spectrum(&m).unwrap();
        let (sum, product) = found.iter().fold((C::new(0.0, 0.0), C::new(1.0, 0.0)), |(s, p), z| (s + z, p * z));
        assert!((sum - m.trace()).norm() < 1e-12);
        assert!((product - m.determinant()).norm() < 1e-12);
    }
}
