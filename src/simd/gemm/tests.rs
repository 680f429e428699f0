//! Both products against plain loops.

use super::*;
use proptest::prelude::*;

fn widths() -> Vec<Width> {
    Width::available().collect()
}

fn numbers(n: usize, seed: usize) -> Vec<f64> {
    (0..n).map(|i| (((i * 7919 + seed * 104_729) % 1009) as f64 - 504.0) / 64.0).collect()
}

proptest! {
    /// Against three plain loops, every width, every update; the numbers are dyadic, so that equality is exact.
    #[test]
    fn products_equal_the_plain_loops(m in 1usize..20, blocks in 1usize..8, k in 1usize..20, seed in 0usize..99) {
        let n = blocks * PADDING;
        let (a, b, c0, times) = (numbers(m * k, seed), numbers(k * n, seed + 1), numbers(m * n, seed + 2), numbers(m * n, 5));
        for width in widths() {
            let updates =
                [Update::Assign, Update::Add, Update::Subtract, Update::AddTimes(&times, n), Update::Times(&times, n), Update::TimesTanhSlope(&times, n)];
            for (case, update) in updates.into_iter().enumerate() {
                for turned in [false, true] {
                    let strided = if turned { Strided::transposed(&a, m) } else { Strided::rows(&a, k) };
                    let mut c = c0.clone();
                    multiply(width, (m, n, k), strided, Rows(&b, n), RowsMut(&mut c, n), update);
                    for i in 0..m {
                        for j in 0..n {
                            let sum: f64 = (0..k).map(|p| a[i * strided.row + p * strided.column] * b[p * n + j]).sum();
                            let old = c0[i * n + j];
                            let m = times[i * n + j];
                            let expected = [sum, old + sum, old - sum, old + sum * m, sum * m, sum * (1.0 - m * m)][case];
                            prop_assert_eq!(c[i * n + j], expected);
                        }
                    }
                }
            }
            // C (m × k) += Σ_s A_s (m × n) B_sᵀ, the second pair behind the first.
            for count in [1, 2] {
                let (left, right, mut c) = (numbers(count * m * n, seed), numbers(count * k * n, seed + 1), numbers(m * k, 3));
                let old = c.clone();
                let pairs = Pairs { count, a: Rows(&left, n), a_step: m * n, b: Rows(&right, n), b_step: k * n };
                multiply_transposed(width, (m, k, n), pairs, RowsMut(&mut c, k));
                for i in 0..m {
                    for j in 0..k {
                        let pair = |s: usize| -> f64 { (0..n).map(|p| left[(s * m + i) * n + p] * right[(s * k + j) * n + p]).sum() };
                        let sum: f64 = (0..count).map(pair).sum();
                        prop_assert_eq!(c[i * k + j], old[i * k + j] + sum);
                    }
                }
            }
        }
    }
}
