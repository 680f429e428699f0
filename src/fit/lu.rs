//! Small dense systems, one a sample: LU factors in place, solved forwards and transposed.

#![allow(clippy::needless_range_loop, reason = "rows and columns read as in the formulas")]

/// Factorises the row-major n×n matrix in place with partial pivoting; `false` where a pivot is zero or not finite.
pub(crate) fn factor(a: &mut [f64], pivots: &mut [usize]) -> bool {
    let n = pivots.len();
    for k in 0..n {
        let mut best = k;
        for i in k + 1..n {
            if a[i * n + k].abs() > a[best * n + k].abs() {
                best = i;
            }
        }
        pivots[k] = best;
        if best != k {
            (0..n).for_each(|j| a.swap(k * n + j, best * n + j));
        }
        let pivot = a[k * n + k];
        if pivot == 0.0 || !pivot.is_finite() {
            return false;
        }
        for i in k + 1..n {
            let factor = a[i * n + k] / pivot;
            a[i * n + k] = factor;
            for j in k + 1..n {
                a[i * n + j] -= factor * a[k * n + j];
            }
        }
    }
    true
}

/// Solves Ax = b in place.
pub(crate) fn solve(lu: &[f64], pivots: &[usize], b: &mut [f64]) {
    let n = pivots.len();
    for k in 0..n {
        b.swap(k, pivots[k]);
    }
    for i in 1..n {
        b[i] -= (0..i).map(|j| lu[i * n + j] * b[j]).sum::<f64>();
    }
    for i in (0..n).rev() {
        let sum: f64 = (i + 1..n).map(|j| lu[i * n + j] * b[j]).sum();
        b[i] = (b[i] - sum) / lu[i * n + i];
    }
}

/// Solves Aᵀx = b in place.
pub(crate) fn solve_transposed(lu: &[f64], pivots: &[usize], b: &mut [f64]) {
    let n = pivots.len();
    for i in 0..n {
        let sum: f64 = (0..i).map(|j| lu[j * n + i] * b[j]).sum();
        b[i] = (b[i] - sum) / lu[i * n + i];
    }
    for i in (0..n).rev() {
        b[i] -= (i + 1..n).map(|j| lu[j * n + i] * b[j]).sum::<f64>();
    }
    for k in (0..n).rev() {
        b.swap(k, pivots[k]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_solutions_satisfy_their_systems() {
        let n = 6;
        let a: Vec<f64> = (0..n * n).map(|i| ((i * i * 37 % 101) as f64 - 50.0) / 7.0).collect();
        let x: Vec<f64> = (0..n).map(|i| 1.0 + i as f64).collect();
        let (mut lu, mut pivots) = (a.clone(), vec![0; n]);
        assert!(factor(&mut lu, &mut pivots));
        let mut b: Vec<f64> = (0..n).map(|i| (0..n).map(|j| a[i * n + j] * x[j]).sum()).collect();
        solve(&lu, &pivots, &mut b);
        assert!(b.iter().zip(&x).all(|(b, x)| (b - x).abs() < 1e-11), "{b:?}");
        let mut b: Vec<f64> = (0..n).map(|i| (0..n).map(|j| a[j * n + i] * x[j]).sum()).collect();
        solve_transposed(&lu, &pivots, &mut b);
        assert!(b.iter().zip(&x).all(|(b, x)| (b - x).abs() < 1e-11), "{b:?}");
        assert!(!factor(&mut [0.0; 4], &mut [0; 2]));
    }
}
