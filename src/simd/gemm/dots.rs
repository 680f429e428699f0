//! The kernel of `C += Σ_s A_s·B_sᵀ`: a tile of dot products at a time.

use crate::simd::lanes::Lanes;

/// `count` pairs of matrices with rows of k numbers: where they begin, and their steps from row to row and from pair to pair.
#[derive(Clone, Copy)]
pub(super) struct Dots {
    pub(super) k: usize,
    pub(super) count: usize,
    pub(super) a: *const f64,
    pub(super) lda: usize,
    pub(super) a_step: usize,
    pub(super) b: *const f64,
    pub(super) ldb: usize,
    pub(super) b_step: usize,
    pub(super) c: *mut f64,
    pub(super) ldc: usize,
}

#[inline(always)]
pub(super) unsafe fn transposed_kernel<L: Lanes>(m: usize, n: usize, dots: Dots) {
    // SAFETY: the rows from i on are within m; the rest is the caller's promise.
    unsafe {
        let mut i = 0;
        if L::WIDTH == 8 {
            while i + 8 <= m {
                strip::<L, 8, 3>(n, dots, i);
                i += 8;
            }
        }
        while i + 4 <= m {
            strip::<L, 4, 3>(n, dots, i);
            i += 4;
        }
        // Few rows: more columns, so that enough sums are under way.
        while i + 2 <= m {
            strip::<L, 2, 6>(n, dots, i);
            i += 2;
        }
        while i < m {
            strip::<L, 1, 8>(n, dots, i);
            i += 1;
        }
    }
}

/// `ROWS` rows of C from `i`.
#[inline(always)]
unsafe fn strip<L: Lanes, const ROWS: usize, const COLUMNS: usize>(n: usize, dots: Dots, i: usize) {
    // SAFETY: the columns from j on are within n; the rest is the caller's promise.
    unsafe {
        let mut j = 0;
        while j + COLUMNS <= n {
            tile::<L, ROWS, COLUMNS>(dots, i, j);
            j += COLUMNS;
        }
        while j < n {
            tile::<L, ROWS, 1>(dots, i, j);
            j += 1;
        }
    }
}

#[inline(always)]
unsafe fn tile<L: Lanes, const ROWS: usize, const COLUMNS: usize>(dots: Dots, i: usize, j: usize) {
    let Dots { k, count, a, lda, a_step, b, ldb, b_step, c, ldc } = dots;
    // SAFETY: the tile lies within the matrices, whose lengths were checked.
    unsafe {
        let mut sums = [[L::splat(0.0); COLUMNS]; ROWS];
        let (mut a, mut b, c) = (a.add(i * lda), b.add(j * ldb), c.add(i * ldc + j));
        for pair in 0..count {
            if pair > 0 {
                a = a.add(a_step);
                b = b.add(b_step);
            }
            let mut p = 0;
            while p < k {
                let mut right = [L::splat(0.0); COLUMNS];
                for (v, r) in right.iter_mut().enumerate() {
                    *r = L::load(b.add(v * ldb + p));
                }
                for (r, sum) in sums.iter_mut().enumerate() {
                    let x = L::load(a.add(r * lda + p));
                    for (v, s) in sum.iter_mut().enumerate() {
                        *s = L::fma(x, right[v], *s);
                    }
                }
                p += L::WIDTH;
            }
        }
        for (r, sum) in sums.iter().enumerate() {
            for (v, s) in sum.iter().enumerate() {
                *c.add(r * ldc + v) += L::sum(*s);
            }
        }
    }
}
