//! Small dense products over feature-major matrices: rows are features, columns are samples, padded and contiguous.
//!
//! Two shapes are all that a network and its normal matrix need:
//! - [`multiply`]: `C ⟵ A·B`, with any strides in A (so A or Aᵀ) and vectors along the columns of B and C: forward
//!   sweeps, adjoints, Gram matrices (`A = Bᵀ`), the trailing update of a Cholesky factorisation;
//! - [`multiply_transposed`]: `C += A·Bᵀ`, vectors along the summed columns: gradients of weights, `Σ_n δ_n z_nᵀ`.
//!
//! Both hold a tile of C in registers (8 rows × 3 vectors where the processor has 32 of them), so that each loaded number
//! is used many times; the operands are small enough to sit in the second-level cache, and nothing is packed.

use super::lanes::{Lanes, PADDING, Width, vectorised};

/// A matrix with its own step from row to row and from column to column.
#[derive(Clone, Copy)]
pub(crate) struct Strided<'a> {
    pub(crate) numbers: &'a [f64],
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl<'a> Strided<'a> {
    /// Row-major, `columns` long rows.
    pub(crate) fn rows(numbers: &'a [f64], columns: usize) -> Self {
        Self { numbers, row: columns, column: 1 }
    }
    /// The transpose of a row-major matrix whose rows are `columns` long.
    pub(crate) fn transposed(numbers: &'a [f64], columns: usize) -> Self {
        Self { numbers, row: 1, column: columns }
    }
}

/// What becomes of the product.
#[derive(Clone, Copy)]
pub(crate) enum Update<'a> {
    /// C = AB
    Assign,
    /// C = C + AB
    Add,
    /// C = C − AB
    Subtract,
    /// C = C + (AB)∘M, M row-major with the given row length
    AddTimes(&'a [f64], usize),
}

#[derive(Clone, Copy, PartialEq)]
enum Raw {
    Assign,
    Add,
    Subtract,
    AddTimes(*const f64, usize),
}

/// `C (m×n) ⟵ A (m×k) · B (k×n)`; `n` a multiple of [`PADDING`]; `ldb`, `ldc` the lengths of the rows of B and C.
///
/// # Panics
/// If a slice is too short: the kernels below read through pointers.
#[allow(clippy::too_many_arguments)]
pub(crate) fn multiply(
    width: Width,
    (m, n, k): (usize, usize, usize),
    a: Strided<'_>,
    b: &[f64],
    ldb: usize,
    c: &mut [f64],
    ldc: usize,
    update: Update<'_>,
) {
    if m == 0 || n == 0 {
        return;
    }
    assert!(n.is_multiple_of(PADDING));
    assert!(c.len() >= (m - 1) * ldc + n);
    if k > 0 {
        assert!(a.numbers.len() > (m - 1) * a.row + (k - 1) * a.column);
        assert!(b.len() >= (k - 1) * ldb + n);
    }
    let raw = match update {
        Update::Assign => Raw::Assign,
        Update::Add => Raw::Add,
        Update::Subtract => Raw::Subtract,
        Update::AddTimes(m_numbers, ldm) => {
            assert!(m_numbers.len() >= (m - 1) * ldm + n);
            Raw::AddTimes(m_numbers.as_ptr(), ldm)
        }
    };
    // SAFETY: the lengths were checked above; the width was detected.
    unsafe {
        multiply_width(width, m, n, k, a.numbers.as_ptr(), a.row, a.column, b.as_ptr(), ldb, c.as_mut_ptr(), ldc, raw);
    }
}

/// `C (m×n) += A (m×k) · Bᵀ`, B (n×k); `k` a multiple of [`PADDING`]; `lda`, `ldb`, `ldc` the lengths of the rows.
///
/// # Panics
/// If a slice is too short.
#[allow(clippy::too_many_arguments)]
pub(crate) fn multiply_transposed(
    width: Width,
    (m, n, k): (usize, usize, usize),
    a: &[f64],
    lda: usize,
    b: &[f64],
    ldb: usize,
    c: &mut [f64],
    ldc: usize,
) {
    if m == 0 || n == 0 || k == 0 {
        return;
    }
    assert!(k.is_multiple_of(PADDING));
    assert!(a.len() >= (m - 1) * lda + k);
    assert!(b.len() >= (n - 1) * ldb + k);
    assert!(c.len() >= (m - 1) * ldc + n);
    // Three loads of every eight multiply-adds here are unaligned, and 512-bit ones straddle two cache lines each: the
    // 256-bit kernel is 1.8 times faster even where both are there (Zen 4: 55 against 30 GFLOP/s, 64 × 65 × 416).
    #[cfg(target_arch = "x86_64")]
    let width = if width == Width::Avx512 && is_x86_feature_detected!("fma") { Width::Avx2 } else { width };
    // SAFETY: the lengths were checked above; the width was detected.
    unsafe {
        transposed_width(width, m, n, k, a.as_ptr(), lda, b.as_ptr(), ldb, c.as_mut_ptr(), ldc);
    }
}

vectorised! {
    unsafe fn multiply_width(
        m: usize, n: usize, k: usize, a: *const f64, ar: usize, ac: usize, b: *const f64, ldb: usize,
        c: *mut f64, ldc: usize, update: Raw,
    ) = multiply_kernel
}

vectorised! {
    unsafe fn transposed_width(
        m: usize, n: usize, k: usize, a: *const f64, lda: usize, b: *const f64, ldb: usize, c: *mut f64, ldc: usize,
    ) = transposed_kernel
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn multiply_kernel<L: Lanes>(
    m: usize,
    n: usize,
    k: usize,
    a: *const f64,
    ar: usize,
    ac: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
    update: Raw,
) {
    unsafe {
        let mut j = 0;
        while j + 3 * L::WIDTH <= n {
            panel::<L, 3>(m, k, a, ar, ac, b.add(j), ldb, c, ldc, j, update);
            j += 3 * L::WIDTH;
        }
        while j + L::WIDTH <= n {
            if j + 2 * L::WIDTH <= n {
                panel::<L, 2>(m, k, a, ar, ac, b.add(j), ldb, c, ldc, j, update);
                j += 2 * L::WIDTH;
            } else {
                panel::<L, 1>(m, k, a, ar, ac, b.add(j), ldb, c, ldc, j, update);
                j += L::WIDTH;
            }
        }
    }
}

/// All rows of `VECTORS` vectors of columns, from column `j`.
#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn panel<L: Lanes, const VECTORS: usize>(
    m: usize,
    k: usize,
    a: *const f64,
    ar: usize,
    ac: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
    j: usize,
    update: Raw,
) {
    unsafe {
        let mut i = 0;
        if L::WIDTH == 8 {
            while i + 8 <= m {
                tile::<L, 8, VECTORS>(k, a.add(i * ar), ar, ac, b, ldb, c.add(i * ldc + j), ldc, i, j, update);
                i += 8;
            }
        }
        while i + 4 <= m {
            tile::<L, 4, VECTORS>(k, a.add(i * ar), ar, ac, b, ldb, c.add(i * ldc + j), ldc, i, j, update);
            i += 4;
        }
        while i < m {
            tile::<L, 1, VECTORS>(k, a.add(i * ar), ar, ac, b, ldb, c.add(i * ldc + j), ldc, i, j, update);
            i += 1;
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn tile<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    k: usize,
    a: *const f64,
    ar: usize,
    ac: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
    i: usize,
    j: usize,
    update: Raw,
) {
    unsafe {
        let mut sums = [[L::splat(0.0); VECTORS]; ROWS];
        for p in 0..k {
            let row = b.add(p * ldb);
            let mut right = [L::splat(0.0); VECTORS];
            for (v, r) in right.iter_mut().enumerate() {
                *r = L::load(row.add(v * L::WIDTH));
            }
            let left = a.add(p * ac);
            for (r, sum) in sums.iter_mut().enumerate() {
                let x = L::splat(*left.add(r * ar));
                for (s, y) in sum.iter_mut().zip(right) {
                    *s = L::fma(x, y, *s);
                }
            }
        }
        match update {
            Raw::Assign => store::<L, ROWS, VECTORS>(c, ldc, |_, _, sum, _| sum, &sums),
            Raw::Add => store::<L, ROWS, VECTORS>(c, ldc, |_, _, sum, at| L::add(L::load(at), sum), &sums),
            Raw::Subtract => store::<L, ROWS, VECTORS>(c, ldc, |_, _, sum, at| L::sub(L::load(at), sum), &sums),
            Raw::AddTimes(times, ldm) => {
                let times = times.add(i * ldm + j);
                store::<L, ROWS, VECTORS>(
                    c,
                    ldc,
                    |r, v, sum, at| L::fma(sum, L::load(times.add(r * ldm + v * L::WIDTH)), L::load(at)),
                    &sums,
                );
            }
        }
    }
}

#[inline(always)]
unsafe fn store<L: Lanes, const ROWS: usize, const VECTORS: usize>(
    c: *mut f64,
    ldc: usize,
    combine: impl Fn(usize, usize, L::V, *const f64) -> L::V,
    sums: &[[L::V; VECTORS]; ROWS],
) {
    unsafe {
        for (r, sum) in sums.iter().enumerate() {
            for (v, s) in sum.iter().enumerate() {
                let at = c.add(r * ldc + v * L::WIDTH);
                L::store(at, combine(r, v, *s, at));
            }
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn transposed_kernel<L: Lanes>(
    m: usize,
    n: usize,
    k: usize,
    a: *const f64,
    lda: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
) {
    unsafe {
        let mut i = 0;
        if L::WIDTH == 8 {
            while i + 8 <= m {
                strip::<L, 8>(n, k, a.add(i * lda), lda, b, ldb, c.add(i * ldc), ldc);
                i += 8;
            }
        }
        while i + 4 <= m {
            strip::<L, 4>(n, k, a.add(i * lda), lda, b, ldb, c.add(i * ldc), ldc);
            i += 4;
        }
        while i < m {
            strip::<L, 1>(n, k, a.add(i * lda), lda, b, ldb, c.add(i * ldc), ldc);
            i += 1;
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn strip<L: Lanes, const ROWS: usize>(
    n: usize,
    k: usize,
    a: *const f64,
    lda: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
) {
    unsafe {
        let mut j = 0;
        while j + 3 <= n {
            dots::<L, ROWS, 3>(k, a, lda, b.add(j * ldb), ldb, c.add(j), ldc);
            j += 3;
        }
        while j < n {
            dots::<L, ROWS, 1>(k, a, lda, b.add(j * ldb), ldb, c.add(j), ldc);
            j += 1;
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn dots<L: Lanes, const ROWS: usize, const COLUMNS: usize>(
    k: usize,
    a: *const f64,
    lda: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
) {
    unsafe {
        let mut sums = [[L::splat(0.0); COLUMNS]; ROWS];
        let mut p = 0;
        while p < k {
            let mut right = [L::splat(0.0); COLUMNS];
            for (v, r) in right.iter_mut().enumerate() {
                *r = L::load(b.add(v * ldb + p));
            }
            for (r, sum) in sums.iter_mut().enumerate() {
                let x = L::load(a.add(r * lda + p));
                for (s, y) in sum.iter_mut().zip(right) {
                    *s = L::fma(x, y, *s);
                }
            }
            p += L::WIDTH;
        }
        for (r, sum) in sums.iter().enumerate() {
            for (v, s) in sum.iter().enumerate() {
                *c.add(r * ldc + v) += L::sum(*s);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn widths() -> Vec<Width> {
        let mut all = vec![Width::Portable];
        #[cfg(target_arch = "x86_64")]
        {
            if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                all.push(Width::Avx2);
            }
            if is_x86_feature_detected!("avx512f") {
                all.push(Width::Avx512);
            }
        }
        all
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
                for (case, update) in [Update::Assign, Update::Add, Update::Subtract, Update::AddTimes(&times, n)].into_iter().enumerate() {
                    for turned in [false, true] {
                        let strided = if turned { Strided::transposed(&a, m) } else { Strided::rows(&a, k) };
                        let mut c = c0.clone();
                        multiply(width, (m, n, k), strided, &b, n, &mut c, n, update);
                        for i in 0..m {
                            for j in 0..n {
                                let sum: f64 = (0..k).map(|p| a[i * strided.row + p * strided.column] * b[p * n + j]).sum();
                                let old = c0[i * n + j];
                                let expected = [sum, old + sum, old - sum, old + sum * times[i * n + j]][case];
                                prop_assert_eq!(c[i * n + j], expected);
                            }
                        }
                    }
                }
                // C (m × k) += A (m × n) Bᵀ
                let (left, mut c) = (numbers(m * n, seed), numbers(m * k, 3));
                let old = c.clone();
                multiply_transposed(width, (m, k, n), &left, n, &b, n, &mut c, k);
                for i in 0..m {
                    for j in 0..k {
                        let sum: f64 = (0..n).map(|p| left[i * n + p] * b[j * n + p]).sum();
                        prop_assert_eq!(c[i * k + j], old[i * k + j] + sum);
                    }
                }
            }
        }
    }
}
