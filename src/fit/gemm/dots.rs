//! The kernel of `C += Σ_s A_s·B_sᵀ`: a tile of dot products at a time.

use super::Slots;
use crate::fit::lanes::Lanes;

#[inline(always)]
#[allow(clippy::too_many_arguments)]
pub(super) unsafe fn transposed_kernel<L: Lanes>(
    m: usize,
    n: usize,
    k: usize,
    slots: Slots,
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
                strip::<L, 8, 3>(n, k, slots, a.add(i * lda), lda, b, ldb, c.add(i * ldc), ldc);
                i += 8;
            }
        }
        while i + 4 <= m {
            strip::<L, 4, 3>(n, k, slots, a.add(i * lda), lda, b, ldb, c.add(i * ldc), ldc);
            i += 4;
        }
        // Few rows: more columns, so that enough sums are under way.
        while i + 2 <= m {
            strip::<L, 2, 6>(n, k, slots, a.add(i * lda), lda, b, ldb, c.add(i * ldc), ldc);
            i += 2;
        }
        while i < m {
            strip::<L, 1, 8>(n, k, slots, a.add(i * lda), lda, b, ldb, c.add(i * ldc), ldc);
            i += 1;
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn strip<L: Lanes, const ROWS: usize, const COLUMNS: usize>(
    n: usize,
    k: usize,
    slots: Slots,
    a: *const f64,
    lda: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
) {
    unsafe {
        let mut j = 0;
        while j + COLUMNS <= n {
            dots::<L, ROWS, COLUMNS>(k, slots, a, lda, b.add(j * ldb), ldb, c.add(j), ldc);
            j += COLUMNS;
        }
        while j < n {
            dots::<L, ROWS, 1>(k, slots, a, lda, b.add(j * ldb), ldb, c.add(j), ldc);
            j += 1;
        }
    }
}

#[inline(always)]
#[allow(clippy::too_many_arguments)]
unsafe fn dots<L: Lanes, const ROWS: usize, const COLUMNS: usize>(
    k: usize,
    slots: Slots,
    a: *const f64,
    lda: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
) {
    unsafe {
        let mut sums = [[L::splat(0.0); COLUMNS]; ROWS];
        let (mut a, mut b) = (a, b);
        for slot in 0..slots.count {
            if slot > 0 {
                a = a.add(slots.a);
                b = b.add(slots.b);
            }
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
        }
        for (r, sum) in sums.iter().enumerate() {
            for (v, s) in sum.iter().enumerate() {
                *c.add(r * ldc + v) += L::sum(*s);
            }
        }
    }
}
