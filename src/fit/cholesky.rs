//! Cholesky's factorisation of the damped normal matrix, blocked so that nearly all of it is matrix products.

use crate::simd::gemm::{Rows, RowsMut, Strided, Update, multiply};
use crate::simd::{PADDING, Width};

/// Rows factorised before the rest is updated.
const BLOCK: usize = 32;

/// Overwrites the upper triangle of the symmetric row-major n×n matrix (n padded) by U with UᵀU = A; `false` where A is not positive
/// definite to rounding. The lower triangle is not read, and left as it may be.
pub(crate) fn factor(width: Width, a: &mut [f64], n: usize) -> bool {
    debug_assert!(n.is_multiple_of(PADDING) && a.len() >= n * n);
    let mut k = 0;
    while k < n {
        let rows = BLOCK.min(n - k);
        // The block's rows were updated by all before them: factorise them, the whole row at a time.
        for i in k..k + rows {
            let (above, rest) = a.split_at_mut(i * n);
            let row = &mut rest[..n];
            for p in k..i {
                let factor = above[p * n + i];
                let upper = &above[p * n + i..p * n + n];
                row[i..].iter_mut().zip(upper).for_each(|(r, u)| *r -= factor * u);
            }
            let pivot = row[i];
            if !(pivot > 0.0 && pivot.is_finite()) {
                return false;
            }
            let inverse = 1.0 / pivot.sqrt();
            row[i..].iter_mut().for_each(|r| *r *= inverse);
        }
        // A_rest −= U_blockᵀ U_block, on and above the diagonal.
        let (done, rest) = a.split_at_mut((k + rows) * n);
        let block = &done[k * n..];
        let mut i = k + rows;
        while i < n {
            let height = BLOCK.min(n - i);
            let u = Strided { numbers: &block[i..], row: 1, column: n };
            let target = &mut rest[(i - k - rows) * n + i..];
            multiply(width, (height, n - i, rows), u, Rows(&block[i..], n), RowsMut(target, n), Update::Subtract);
            i += height;
        }
        k += rows;
    }
    true
}

/// Solves UᵀU x = b in place.
pub(crate) fn solve(u: &[f64], n: usize, b: &mut [f64]) {
    for i in 0..n {
        let x = b[i] / u[i * n + i];
        b[i] = x;
        let (_, rest) = b.split_at_mut(i + 1);
        rest.iter_mut().zip(&u[i * n + i + 1..i * n + n]).for_each(|(b, u)| *b -= u * x);
    }
    for i in (0..n).rev() {
        let sum: f64 = b[i + 1..n].iter().zip(&u[i * n + i + 1..i * n + n]).map(|(b, u)| b * u).sum();
        b[i] = (b[i] - sum) / u[i * n + i];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_solution_satisfies_the_system() {
        for n in [8, 40, 96, 136] {
            let g: Vec<f64> = (0..n * n).map(|i| ((i * 7919 % 1009) as f64 - 504.0) / 500.0).collect();
            let mut a = vec![0.0; n * n];
            for i in 0..n {
                for j in 0..n {
                    a[i * n + j] = (0..n).map(|p| g[i * n + p] * g[j * n + p]).sum::<f64>() + if i == j { 1.0 } else { 0.0 };
                }
            }
            let x: Vec<f64> = (0..n).map(|i| (i as f64).sin()).collect();
            let mut b: Vec<f64> = (0..n).map(|i| (0..n).map(|j| a[i * n + j] * x[j]).sum()).collect();
            let mut u = a.clone();
            assert!(factor(Width::detected(), &mut u, n));
            solve(&u, n, &mut b);
            let worst = b.iter().zip(&x).map(|(b, x)| (b - x).abs()).fold(0.0, f64::max);
            assert!(worst < 1e-10, "{n}: {worst:e}");
            a[0] = -1.0;
            assert!(!factor(Width::detected(), &mut a, n));
        }
    }
}
