//! Small dense products over feature-major matrices: rows are features, columns are samples, padded and contiguous.
//!
//! Two shapes are all that a network and its normal matrix need:
//! - [`multiply`]: `C ⟵ A·B`, with any strides in A (so A or Aᵀ) and vectors along the columns of B and C: forward
//!   sweeps, adjoints, Gram matrices (`A = Bᵀ`), the trailing update of a Cholesky factorisation;
//! - [`multiply_transposed`]: `C += Σ_s A_s·B_sᵀ`, vectors along the summed columns: gradients of weights, `Σ_n δ_n z_nᵀ` over all slots,
//!   so that each entry of C is summed across its vector once.
//!
//! Both hold a tile of C in registers (8 rows × 3 vectors where the processor has 32 of them, 6 × 2 where it has 16: 4 × 3 leaves none free and spills), so that each loaded number
//! is used many times; the operands are small enough to sit in the second-level cache, and nothing is packed.

mod dots;

use super::lanes::{Lanes, PADDING};
use super::width::{Width, vectorised};
use dots::{Dots, transposed_kernel};

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
    /// C = (AB)∘M
    Times(&'a [f64], usize),
    /// C = (AB)∘(1 − M∘M): the adjoint before a tanh whose values are M
    TimesTanhSlope(&'a [f64], usize),
}

#[derive(Clone, Copy, PartialEq)]
enum Raw {
    Assign,
    Add,
    Subtract,
    AddTimes(*const f64, usize),
    Times(*const f64, usize),
    TimesTanhSlope(*const f64, usize),
}

/// A row-major matrix: its numbers, and the length of a row.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a>(pub(crate) &'a [f64], pub(crate) usize);

/// A row-major matrix to be written.
pub(crate) struct RowsMut<'a>(pub(crate) &'a mut [f64], pub(crate) usize);

/// `C (m×n) ⟵ A (m×k) · B (k×n)`; `shape` = (m, n, k), `n` a multiple of [`PADDING`].
///
/// # Panics
/// If a slice is too short: the kernels below read through pointers.
pub(crate) fn multiply(width: Width, shape: (usize, usize, usize), a: Strided<'_>, b: Rows<'_>, c: RowsMut<'_>, update: Update<'_>) {
    let ((m, n, k), Rows(b, ldb), RowsMut(c, ldc)) = (shape, b, c);
    if m == 0 || n == 0 {
        return;
    }
    assert!(n.is_multiple_of(PADDING));
    assert!(c.len() >= (m - 1) * ldc + n);
    if k > 0 {
        assert!(a.numbers.len() > (m - 1) * a.row + (k - 1) * a.column);
        assert!(b.len() >= (k - 1) * ldb + n);
    }
    let checked = |numbers: &[f64], ldm: usize| {
        assert!(numbers.len() >= (m - 1) * ldm + n);
        (numbers.as_ptr(), ldm)
    };
    let update = match update {
        Update::Assign => Raw::Assign,
        Update::Add => Raw::Add,
        Update::Subtract => Raw::Subtract,
        Update::AddTimes(numbers, ldm) => {
            let (numbers, ldm) = checked(numbers, ldm);
            Raw::AddTimes(numbers, ldm)
        }
        Update::Times(numbers, ldm) => {
            let (numbers, ldm) = checked(numbers, ldm);
            Raw::Times(numbers, ldm)
        }
        Update::TimesTanhSlope(numbers, ldm) => {
            let (numbers, ldm) = checked(numbers, ldm);
            Raw::TimesTanhSlope(numbers, ldm)
        }
    };
    let (ar, ac) = (a.row, a.column);
    let product = Product { k, a: a.numbers.as_ptr(), ar, ac, b: b.as_ptr(), ldb, c: c.as_mut_ptr(), ldc, update };
    // SAFETY: the lengths were checked above.
    unsafe { multiply_width(width, m, n, product) }
}

/// Several pairs of matrices, row-major, each as far behind the one before it as said.
#[derive(Clone, Copy)]
pub(crate) struct Pairs<'a> {
    pub(crate) count: usize,
    pub(crate) a: Rows<'a>,
    pub(crate) a_step: usize,
    pub(crate) b: Rows<'a>,
    pub(crate) b_step: usize,
}

impl<'a> Pairs<'a> {
    /// One pair.
    pub(crate) fn one(a: Rows<'a>, b: Rows<'a>) -> Self {
        Self { count: 1, a, a_step: 0, b, b_step: 0 }
    }
}

/// `C (m×n) += Σ_s A_s (m×k) · B_sᵀ`, B_s (n×k); `shape` = (m, n, k), `k` a multiple of [`PADDING`].
///
/// # Panics
/// If a slice is too short.
pub(crate) fn multiply_transposed(width: Width, shape: (usize, usize, usize), pairs: Pairs<'_>, c: RowsMut<'_>) {
    let ((m, n, k), RowsMut(c, ldc)) = (shape, c);
    let Pairs { count, a: Rows(a, lda), a_step, b: Rows(b, ldb), b_step } = pairs;
    if m == 0 || n == 0 || k == 0 || count == 0 {
        return;
    }
    assert!(k.is_multiple_of(PADDING));
    assert!(a.len() >= (count - 1) * a_step + (m - 1) * lda + k);
    assert!(b.len() >= (count - 1) * b_step + (n - 1) * ldb + k);
    assert!(c.len() >= (m - 1) * ldc + n);
    // Three loads of every eight multiply-adds here are unaligned, and 512-bit ones straddle two cache lines each: the
    // 256-bit kernel is 1.8 times faster even where both are there (Zen 4: 55 against 30 GFLOP/s, 64 × 65 × 416).
    let width = width.at_most_256();
    let dots = Dots { k, count, a: a.as_ptr(), lda, a_step, b: b.as_ptr(), ldb, b_step, c: c.as_mut_ptr(), ldc };
    // SAFETY: the lengths were checked above.
    unsafe { transposed_width(width, m, n, dots) }
}

vectorised! { unsafe fn multiply_width(m: usize, n: usize, product: Product) = multiply_kernel }
vectorised! { unsafe fn transposed_width(m: usize, n: usize, dots: Dots) = transposed_kernel }

/// `C ⟵ A·B` with k terms a number: where the matrices begin, and their steps.
#[derive(Clone, Copy)]
struct Product {
    k: usize,
    a: *const f64,
    /// From row to row, and from column to column, of A.
    ar: usize,
    ac: usize,
    b: *const f64,
    ldb: usize,
    c: *mut f64,
    ldc: usize,
    update: Raw,
}

#[inline(always)]
unsafe fn multiply_kernel<L: Lanes>(m: usize, n: usize, product: Product) {
    // SAFETY: the columns from j on are within n; the rest is the caller's promise.
    unsafe {
        let mut j = 0;
        // Three vectors of columns only where the registers hold 8 × 3 sums.
        while L::WIDTH == 8 && j + 3 * L::WIDTH <= n {
            panel::<L, 3>(m, product, j);
            j += 3 * L::WIDTH;
        }
        while j + 2 * L::WIDTH <= n {
            panel::<L, 2>(m, product, j);
            j += 2 * L::WIDTH;
        }
        while j + L::WIDTH <= n {
            panel::<L, 1>(m, product, j);
            j += L::WIDTH;
        }
    }
}

/// All rows of `VECTORS` vectors of columns, from column `j`.
#[inline(always)]
unsafe fn panel<L: Lanes, const VECTORS: usize>(m: usize, product: Product, j: usize) {
    // SAFETY: the rows from i on are within m; the rest is the caller's promise.
    unsafe {
        let mut i = 0;
        if L::WIDTH == 8 {
            while i + 8 <= m {
                tile::<L, 8, VECTORS>(product, i, j);
                i += 8;
            }
        } else if L::WIDTH == 4 {
            while i + 6 <= m {
                tile::<L, 6, VECTORS>(product, i, j);
                i += 6;
            }
        }
        while i + 4 <= m {
            tile::<L, 4, VECTORS>(product, i, j);
            i += 4;
        }
        while i + 2 <= m {
            tile::<L, 2, VECTORS>(product, i, j);
            i += 2;
        }
        while i < m {
            tile::<L, 1, VECTORS>(product, i, j);
            i += 1;
        }
    }
}

/// `ROWS` rows from `i` of `VECTORS` vectors of columns from `j`, summed in registers.
#[inline(always)]
unsafe fn tile<L: Lanes, const ROWS: usize, const VECTORS: usize>(product: Product, i: usize, j: usize) {
    let Product { k, a, ar, ac, b, ldb, c, ldc, update } = product;
    // SAFETY: the tile lies within the matrices, whose lengths were checked.
    unsafe {
        let (a, b, c) = (a.add(i * ar), b.add(j), c.add(i * ldc + j));
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
                for (v, s) in sum.iter_mut().enumerate() {
                    *s = L::fma(x, right[v], *s);
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
            Raw::Times(times, ldm) => {
                let times = times.add(i * ldm + j);
                store::<L, ROWS, VECTORS>(c, ldc, |r, v, sum, _| L::mul(sum, L::load(times.add(r * ldm + v * L::WIDTH))), &sums);
            }
            Raw::TimesTanhSlope(values, ldm) => {
                let values = values.add(i * ldm + j);
                let slope = |r: usize, v: usize| {
                    let t = L::load(values.add(r * ldm + v * L::WIDTH));
                    L::fnma(t, t, L::splat(1.0))
                };
                store::<L, ROWS, VECTORS>(c, ldc, |r, v, sum, _| L::mul(sum, slope(r, v)), &sums);
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
    // SAFETY: as for the tile.
    unsafe {
        for (r, sum) in sums.iter().enumerate() {
            for (v, s) in sum.iter().enumerate() {
                let at = c.add(r * ldc + v * L::WIDTH);
                L::store(at, combine(r, v, *s, at));
            }
        }
    }
}

#[cfg(test)]
mod tests;
