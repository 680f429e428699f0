//! Matrix products, Cholesky's factorisation and integers: ours beside the crates', one thread, the same numbers, in one run.

// The project's own files, of which only the kernels are used here; the program's build tells what is dead in them, and this one says so when nothing is.
#[path = "../../../src/fit/cholesky.rs"]
#[expect(dead_code, reason = "only the kernel is measured here")]
mod cholesky;
#[path = "../../../src/exact/integer.rs"]
mod integer;
#[path = "../../../src/simd/mod.rs"]
#[expect(dead_code, unused_imports, reason = "only the kernels are measured here")]
mod simd;

use dashu_int::IBig;
use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use integer::Integer;
use num_bigint::BigInt;
use simd::Width;
use simd::gemm::{Pairs, Rows, RowsMut, Strided, Update};
use std::hint::black_box;
use std::time::Instant;

fn main() {
    println!("products C = A·B, GFLOP/s (rows × columns × inner)");
    for (m, n, k) in [(32, 416, 32), (64, 416, 64), (64, 1200, 64), (16, 416, 2), (600, 600, 64)] {
        product(m, n, k);
    }
    println!("products C += A·Bᵀ, GFLOP/s");
    for (m, n, k) in [(32, 33, 416), (64, 65, 416), (64, 3, 416)] {
        transposed(m, n, k);
    }
    println!("Cholesky, milliseconds");
    for n in [200, 600, 1200] {
        factorisation(n);
    }
    println!("sums of 10000 products of integers, microseconds");
    for bits in [20, 50, 60] {
        integers(bits);
    }
}

/// Seconds a call: the least of nine batches, each of some milliseconds.
fn seconds(mut work: impl FnMut()) -> f64 {
    let mut calls = 1;
    loop {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        if start.elapsed().as_secs_f64() > 4e-3 {
            break;
        }
        calls *= 2;
    }
    let batch = |_| {
        let start = Instant::now();
        (0..calls).for_each(|_| work());
        start.elapsed().as_secs_f64() / f64::from(calls)
    };
    (0..9).map(batch).fold(f64::INFINITY, f64::min)
}

fn numbers(count: usize, seed: usize) -> Vec<f64> {
    (0..count).map(|i| ((i * 7919 + seed * 104_729) % 1009) as f64 / 1009.0 - 0.5).collect()
}

fn row(name: &str, value: f64) {
    print!("  {name} {value:.3}");
}

fn product(m: usize, n: usize, k: usize) {
    let (a, b, mut c) = (numbers(m * k, 1), numbers(k * n, 2), vec![0.0; m * n]);
    let rate = |t: f64| 2e-9 * (m * n * k) as f64 / t;
    print!("{m} × {n} × {k}:");
    for width in Width::available() {
        let ours = seconds(|| simd::gemm::multiply(width, (m, n, k), Strided::rows(&a, k), Rows(&b, n), RowsMut(&mut c, n), Update::Assign));
        row(&format!("{width:?}"), rate(ours));
    }
    #[cfg(feature = "before")]
    {
        use before::gemm::{Strided, Update, multiply};
        let width = before::lanes::Width::detected();
        row("before", rate(seconds(|| multiply(width, (m, n, k), Strided::rows(&a, k), &b, n, &mut c, n, Update::Assign))));
    }
    // SAFETY: the matrices are as large as said.
    let theirs = seconds(|| unsafe {
        let (steps_a, steps_b) = ((k as isize, 1), (n as isize, 1));
        matrixmultiply::dgemm(m, k, n, 1.0, a.as_ptr(), steps_a.0, 1, b.as_ptr(), steps_b.0, 1, 0.0, c.as_mut_ptr(), n as isize, 1);
    });
    row("matrixmultiply", rate(theirs));
    let theirs = seconds(|| {
        let (a, b) = (MatRef::from_row_major_slice(&a, m, k), MatRef::from_row_major_slice(&b, k, n));
        matmul(MatMut::from_row_major_slice_mut(&mut c, m, n), Accum::Replace, a, b, 1.0, Par::Seq);
    });
    row("faer (gemm)", rate(theirs));
    println!();
    black_box(&c);
}

fn transposed(m: usize, n: usize, k: usize) {
    let (a, b, mut c) = (numbers(m * k, 1), numbers(n * k, 2), vec![0.0; m * n]);
    let rate = |t: f64| 2e-9 * (m * n * k) as f64 / t;
    print!("{m} × {n} × {k}:");
    let ours = seconds(|| simd::gemm::multiply_transposed(Width::detected(), (m, n, k), Pairs::one(Rows(&a, k), Rows(&b, k)), RowsMut(&mut c, n)));
    row("ours", rate(ours));
    #[cfg(feature = "before")]
    {
        use before::gemm::{Slots, multiply_transposed};
        let (width, one) = (before::lanes::Width::detected(), Slots { count: 1, a: 0, b: 0 });
        row("before", rate(seconds(|| multiply_transposed(width, (m, n, k), one, &a, k, &b, k, &mut c, n))));
    }
    // SAFETY: the matrices are as large as said.
    let theirs = seconds(|| unsafe {
        matrixmultiply::dgemm(m, k, n, 1.0, a.as_ptr(), k as isize, 1, b.as_ptr(), 1, k as isize, 1.0, c.as_mut_ptr(), n as isize, 1);
    });
    row("matrixmultiply", rate(theirs));
    let theirs = seconds(|| {
        let (a, b) = (MatRef::from_row_major_slice(&a, m, k), MatRef::from_row_major_slice(&b, n, k).transpose());
        matmul(MatMut::from_row_major_slice_mut(&mut c, m, n), Accum::Add, a, b, 1.0, Par::Seq);
    });
    row("faer (gemm)", rate(theirs));
    println!();
    black_box(&c);
}

fn factorisation(n: usize) {
    let b = numbers(n * n, 3);
    let matrix: Vec<f64> = (0..n * n)
        .map(|at| {
            let (i, j) = (at / n, at % n);
            (0..32).map(|p| b[i * n + p] * b[j * n + p]).sum::<f64>() + if i == j { 1.0 } else { 0.0 }
        })
        .collect();
    let mut work = matrix.clone();
    let ours = seconds(|| {
        work.copy_from_slice(&matrix);
        assert!(cholesky::factor(Width::detected(), &mut work, n));
    });
    let theirs = seconds(|| {
        let factors = MatRef::from_row_major_slice(&matrix, n, n).llt(faer::Side::Lower).expect("positive definite");
        black_box(factors.L());
    });
    println!("{n}:  ours {:.3}  faer {:.3}", ours * 1e3, theirs * 1e3);
}

fn integers(bits: u32) {
    let small = |seed: u64| -> Vec<i64> { (0..10_000u64).map(|i| ((i.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(seed)) >> (64 - bits)) as i64).collect() };
    let (a, b) = (small(11), small(23));
    fn sum<T: Clone>(a: &[T], b: &[T], zero: T, add: impl Fn(T, &T, &T) -> T) -> T {
        a.iter().zip(b).fold(zero, |sum, (a, b)| add(sum, a, b))
    }
    let (x, y): (Vec<Integer>, Vec<Integer>) = (a.iter().map(|&n| n.into()).collect(), b.iter().map(|&n| n.into()).collect());
    let ours = seconds(|| drop(black_box(sum(&x, &y, Integer::from(0), |s, a, b| s + a.clone() * b))));
    let (x, y): (Vec<IBig>, Vec<IBig>) = (a.iter().map(|&n| n.into()).collect(), b.iter().map(|&n| n.into()).collect());
    let dashu = seconds(|| drop(black_box(sum(&x, &y, IBig::ZERO, |s, a, b| s + a * b))));
    let (x, y): (Vec<BigInt>, Vec<BigInt>) = (a.iter().map(|&n| n.into()).collect(), b.iter().map(|&n| n.into()).collect());
    let big = seconds(|| drop(black_box(sum(&x, &y, BigInt::ZERO, |s, a, b| s + a * b))));
    println!("{bits} bits each:  ours {:.1}  dashu {:.1}  num-bigint {:.1}", ours * 1e6, dashu * 1e6, big * 1e6);
}
