//! Vectors of f64 as the processor has them: one set of operations, three widths.

/// Every row of numbers that a kernel reads has a length that is a multiple of this.
pub(crate) const PADDING: usize = 8;

/// The least multiple of [`PADDING`] that is at least `n`.
pub(crate) const fn padded(n: usize) -> usize {
    n.div_ceil(PADDING) * PADDING
}

/// The operations on one vector of f64.
///
/// # Safety
/// Each method needs the features of its implementor; `load` and `store` need `WIDTH` valid numbers at the pointer.
pub(crate) trait Lanes: Copy {
    /// Lanes a vector.
    const WIDTH: usize;
    type V: Copy;
    unsafe fn splat(x: f64) -> Self::V;
    unsafe fn load(p: *const f64) -> Self::V;
    unsafe fn store(p: *mut f64, v: Self::V);
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V;
    /// a·b + c, in one rounding where the processor can.
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// c − a·b.
    unsafe fn fnma(a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V;
    unsafe fn abs(a: Self::V) -> Self::V;
    /// |magnitude| with the sign bit of `sign`.
    unsafe fn copysign(magnitude: Self::V, sign: Self::V) -> Self::V;
    /// 2^n for n = `shifted` − 1.5·2^52, an integer in [−1022, 1023] held in the low bits of a shifted number.
    unsafe fn power_of_two(shifted: Self::V) -> Self::V;
    unsafe fn sum(a: Self::V) -> f64;
}

/// The operations that are one instruction each.
#[cfg(target_arch = "x86_64")]
macro_rules! intrinsics {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $ret:ty = $intrinsic:ident;)*) => {
        $(
            #[inline(always)]
            unsafe fn $name($($arg: $ty),*) -> $ret {
                // SAFETY: the caller has this width's features and, to load and store, `WIDTH` numbers at the pointer.
                unsafe { std::arch::x86_64::$intrinsic($($arg),*) }
            }
        )*
    };
}

/// 512-bit vectors.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx512;

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx512 {
    const WIDTH: usize = 8;
    type V = std::arch::x86_64::__m512d;
    intrinsics! {
        splat(x: f64) -> Self::V = _mm512_set1_pd;
        load(p: *const f64) -> Self::V = _mm512_loadu_pd;
        store(p: *mut f64, v: Self::V) -> () = _mm512_storeu_pd;
        add(a: Self::V, b: Self::V) -> Self::V = _mm512_add_pd;
        sub(a: Self::V, b: Self::V) -> Self::V = _mm512_sub_pd;
        mul(a: Self::V, b: Self::V) -> Self::V = _mm512_mul_pd;
        div(a: Self::V, b: Self::V) -> Self::V = _mm512_div_pd;
        fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V = _mm512_fmadd_pd;
        fnma(a: Self::V, b: Self::V, c: Self::V) -> Self::V = _mm512_fnmadd_pd;
        min(a: Self::V, b: Self::V) -> Self::V = _mm512_min_pd;
        max(a: Self::V, b: Self::V) -> Self::V = _mm512_max_pd;
        abs(a: Self::V) -> Self::V = _mm512_abs_pd;
        sum(a: Self::V) -> f64 = _mm512_reduce_add_pd;
    }
    #[inline(always)]
    unsafe fn copysign(magnitude: Self::V, sign: Self::V) -> Self::V {
        use std::arch::x86_64::*;
        // SAFETY: the caller has this width's features.
        unsafe {
            let bit = _mm512_set1_epi64(i64::MIN);
            // 0xb8: sign where the mask is set, magnitude elsewhere.
            _mm512_castsi512_pd(_mm512_ternarylogic_epi64::<0xb8>(_mm512_castpd_si512(magnitude), bit, _mm512_castpd_si512(sign)))
        }
    }
    #[inline(always)]
    unsafe fn power_of_two(shifted: Self::V) -> Self::V {
        use std::arch::x86_64::*;
        // SAFETY: the caller has this width's features.
        unsafe {
            let n = _mm512_castpd_si512(shifted);
            _mm512_castsi512_pd(_mm512_slli_epi64::<52>(_mm512_add_epi64(n, _mm512_set1_epi64(1023))))
        }
    }
}

/// 256-bit vectors with fused multiply-add.
#[cfg(target_arch = "x86_64")]
#[derive(Clone, Copy)]
pub(crate) struct Avx2;

#[cfg(target_arch = "x86_64")]
impl Lanes for Avx2 {
    const WIDTH: usize = 4;
    type V = std::arch::x86_64::__m256d;
    intrinsics! {
        splat(x: f64) -> Self::V = _mm256_set1_pd;
        load(p: *const f64) -> Self::V = _mm256_loadu_pd;
        store(p: *mut f64, v: Self::V) -> () = _mm256_storeu_pd;
        add(a: Self::V, b: Self::V) -> Self::V = _mm256_add_pd;
        sub(a: Self::V, b: Self::V) -> Self::V = _mm256_sub_pd;
        mul(a: Self::V, b: Self::V) -> Self::V = _mm256_mul_pd;
        div(a: Self::V, b: Self::V) -> Self::V = _mm256_div_pd;
        fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V = _mm256_fmadd_pd;
        fnma(a: Self::V, b: Self::V, c: Self::V) -> Self::V = _mm256_fnmadd_pd;
        min(a: Self::V, b: Self::V) -> Self::V = _mm256_min_pd;
        max(a: Self::V, b: Self::V) -> Self::V = _mm256_max_pd;
    }
    #[inline(always)]
    unsafe fn abs(a: Self::V) -> Self::V {
        use std::arch::x86_64::*;
        // SAFETY: the caller has this width's features.
        unsafe { _mm256_andnot_pd(_mm256_set1_pd(-0.0), a) }
    }
    #[inline(always)]
    unsafe fn copysign(magnitude: Self::V, sign: Self::V) -> Self::V {
        use std::arch::x86_64::*;
        // SAFETY: the caller has this width's features.
        unsafe {
            let bit = _mm256_set1_pd(-0.0);
            _mm256_or_pd(_mm256_andnot_pd(bit, magnitude), _mm256_and_pd(bit, sign))
        }
    }
    #[inline(always)]
    unsafe fn power_of_two(shifted: Self::V) -> Self::V {
        use std::arch::x86_64::*;
        // SAFETY: the caller has this width's features.
        unsafe {
            let n = _mm256_castpd_si256(shifted);
            _mm256_castsi256_pd(_mm256_slli_epi64::<52>(_mm256_add_epi64(n, _mm256_set1_epi64x(1023))))
        }
    }
    #[inline(always)]
    unsafe fn sum(a: Self::V) -> f64 {
        use std::arch::x86_64::*;
        // SAFETY: the caller has this width's features.
        unsafe {
            let pair = _mm_add_pd(_mm256_castpd256_pd128(a), _mm256_extractf128_pd::<1>(a));
            _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)))
        }
    }
}

/// Two lanes in plain Rust: what every processor has, and the browser.
#[derive(Clone, Copy)]
pub(crate) struct Portable;

impl Lanes for Portable {
    const WIDTH: usize = 2;
    type V = [f64; 2];
    #[inline(always)]
    unsafe fn splat(x: f64) -> Self::V {
        [x; 2]
    }
    #[inline(always)]
    unsafe fn load(p: *const f64) -> Self::V {
        // SAFETY: the caller has two numbers at the pointer.
        unsafe { [*p, *p.add(1)] }
    }
    #[inline(always)]
    unsafe fn store(p: *mut f64, v: Self::V) {
        // SAFETY: the caller has two numbers at the pointer.
        unsafe {
            *p = v[0];
            *p.add(1) = v[1];
        }
    }
    #[inline(always)]
    unsafe fn add(a: Self::V, b: Self::V) -> Self::V {
        [a[0] + b[0], a[1] + b[1]]
    }
    #[inline(always)]
    unsafe fn sub(a: Self::V, b: Self::V) -> Self::V {
        [a[0] - b[0], a[1] - b[1]]
    }
    #[inline(always)]
    unsafe fn mul(a: Self::V, b: Self::V) -> Self::V {
        [a[0] * b[0], a[1] * b[1]]
    }
    #[inline(always)]
    unsafe fn div(a: Self::V, b: Self::V) -> Self::V {
        [a[0] / b[0], a[1] / b[1]]
    }
    #[inline(always)]
    unsafe fn fma(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        // Two roundings: f64::mul_add without the instruction is a slow library call.
        [a[0] * b[0] + c[0], a[1] * b[1] + c[1]]
    }
    #[inline(always)]
    unsafe fn fnma(a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        [c[0] - a[0] * b[0], c[1] - a[1] * b[1]]
    }
    #[inline(always)]
    unsafe fn min(a: Self::V, b: Self::V) -> Self::V {
        let pick = |a: f64, b: f64| if a < b { a } else { b };
        [pick(a[0], b[0]), pick(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn max(a: Self::V, b: Self::V) -> Self::V {
        let pick = |a: f64, b: f64| if a > b { a } else { b };
        [pick(a[0], b[0]), pick(a[1], b[1])]
    }
    #[inline(always)]
    unsafe fn abs(a: Self::V) -> Self::V {
        [a[0].abs(), a[1].abs()]
    }
    #[inline(always)]
    unsafe fn copysign(magnitude: Self::V, sign: Self::V) -> Self::V {
        [magnitude[0].copysign(sign[0]), magnitude[1].copysign(sign[1])]
    }
    #[inline(always)]
    unsafe fn power_of_two(shifted: Self::V) -> Self::V {
        let one = |x: f64| f64::from_bits(x.to_bits().wrapping_add(1023) << 52);
        [one(shifted[0]), one(shifted[1])]
    }
    #[inline(always)]
    unsafe fn sum(a: Self::V) -> f64 {
        a[0] + a[1]
    }
}
