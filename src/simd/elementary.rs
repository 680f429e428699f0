//! Exponential, tanh, softplus and GELU of whole rows.
//!
//! All three rest on one exponential: `e^x − 1` by reduction to |r| ≤ ln 2 / 2, a Taylor polynomial of degree 13 (its first
//! omitted term is below 2^−56 there), and a power of two. tanh x = −m/(2 + m) with m = e^{−2|x|} − 1 keeps its
//! relative accuracy near zero: at most 3 units in the last place were seen against the platform's library.

use super::lanes::{Lanes, PADDING};
use super::width::{Width, vectorised};

/// Replaces each x by tanh x. The length is a multiple of [`PADDING`], here and below.
pub(crate) fn tanh_of(width: Width, x: &mut [f64]) {
    assert!(x.len().is_multiple_of(PADDING));
    // SAFETY: the length was checked.
    unsafe { tanh_width(width, x.as_mut_ptr(), x.len()) }
}

/// Replaces each x by ln(1 + eˣ), and writes the derivative.
pub(crate) fn softplus_of(width: Width, x: &mut [f64], derivatives: &mut [f64]) {
    assert!(x.len().is_multiple_of(PADDING) && derivatives.len() >= x.len());
    // SAFETY: the lengths were checked.
    unsafe { softplus_width(width, x.as_mut_ptr(), derivatives.as_mut_ptr(), x.len()) }
}

/// Replaces each x by x/2 (1 + tanh(√(2/π)(x + 0.044715 x³))), and writes the derivative.
pub(crate) fn gelu_of(width: Width, x: &mut [f64], derivatives: &mut [f64]) {
    assert!(x.len().is_multiple_of(PADDING) && derivatives.len() >= x.len());
    // SAFETY: the lengths were checked.
    unsafe { gelu_width(width, x.as_mut_ptr(), derivatives.as_mut_ptr(), x.len()) }
}

/// Replaces each x ≤ 0 (the exponents of a Gaussian) by eˣ.
pub(crate) fn exp_of_negative(width: Width, x: &mut [f64]) {
    assert!(x.len().is_multiple_of(PADDING));
    // SAFETY: the length was checked.
    unsafe { exp_width(width, x.as_mut_ptr(), x.len()) }
}

vectorised! { unsafe fn tanh_width(x: *mut f64, n: usize) = tanh_kernel }
vectorised! { unsafe fn softplus_width(x: *mut f64, d: *mut f64, n: usize) = softplus_kernel }
vectorised! { unsafe fn gelu_width(x: *mut f64, d: *mut f64, n: usize) = gelu_kernel }
vectorised! { unsafe fn exp_width(x: *mut f64, n: usize) = exp_kernel }

/// (2^n, e^r − 1) with e^x = 2^n e^r, |r| ≤ ln 2 / 2, for −708 ≤ x ≤ 0 (the callers clamp).
#[inline(always)]
unsafe fn reduced<L: Lanes>(x: L::V) -> (L::V, L::V) {
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5·2^52: adding it rounds to an integer
    // SAFETY: the caller's promises are those of the operations: the width's features, and numbers at the pointers.
    unsafe {
        let shifted = L::fma(x, L::splat(std::f64::consts::LOG2_E), L::splat(SHIFT));
        let n = L::sub(shifted, L::splat(SHIFT));
        let r = L::fnma(n, L::splat(LN2_LOW), L::fnma(n, L::splat(LN2_HIGH), x));
        let scale = L::power_of_two(shifted);
        // (e^r − 1 − r)/r² by Estrin's scheme: four short chains instead of one long.
        let r2 = L::mul(r, r);
        let r4 = L::mul(r2, r2);
        let c = |k: usize| L::splat(1.0 / FACTORIAL[k]);
        let p0 = L::fma(c(3), r, c(2));
        let p1 = L::fma(c(5), r, c(4));
        let p2 = L::fma(c(7), r, c(6));
        let p3 = L::fma(c(9), r, c(8));
        let p4 = L::fma(c(11), r, c(10));
        let p5 = L::fma(c(13), r, c(12));
        let q0 = L::fma(p1, r2, p0);
        let q1 = L::fma(p3, r2, p2);
        let q2 = L::fma(p5, r2, p4);
        let tail = L::fma(L::fma(q2, r4, q1), r4, q0);
        (scale, L::fma(tail, r2, r))
    }
}

/// e^x − 1 = 2^n (e^r − 1) + (2^n − 1).
#[inline(always)]
unsafe fn exp_minus_one<L: Lanes>(x: L::V) -> L::V {
    // SAFETY: the caller's promises are those of the operations: the width's features, and numbers at the pointers.
    unsafe {
        let (scale, small) = reduced::<L>(x);
        L::fma(scale, small, L::sub(scale, L::splat(1.0)))
    }
}

/// e^x = 2^n (e^r − 1) + 2^n.
#[inline(always)]
unsafe fn exp<L: Lanes>(x: L::V) -> L::V {
    // SAFETY: the caller's promises are those of the operations: the width's features, and numbers at the pointers.
    unsafe {
        let (scale, small) = reduced::<L>(x);
        L::fma(scale, small, scale)
    }
}

const FACTORIAL: [f64; 14] =
    [1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40_320.0, 362_880.0, 3_628_800.0, 39_916_800.0, 479_001_600.0, 6_227_020_800.0];

#[inline(always)]
unsafe fn tanh<L: Lanes>(x: L::V) -> L::V {
    // SAFETY: the caller's promises are those of the operations: the width's features, and numbers at the pointers.
    unsafe {
        // tanh is 1 to the last digit from 20 on. A NaN is kept: min returns its second operand.
        let magnitude = L::min(L::splat(20.0), L::abs(x));
        let m = exp_minus_one::<L>(L::mul(magnitude, L::splat(-2.0)));
        L::copysign(L::div(m, L::add(m, L::splat(2.0))), x)
    }
}

#[inline(always)]
unsafe fn tanh_kernel<L: Lanes>(x: *mut f64, n: usize) {
    // SAFETY: the caller's promises are those of the operations: the width's features, and numbers at the pointers.
    unsafe {
        let mut i = 0;
        while i < n {
            L::store(x.add(i), tanh::<L>(L::load(x.add(i))));
            i += L::WIDTH;
        }
    }
}

/// ln(1 + eˣ) = max(x, 0) + ln(1 + e^{−|x|}); ln(1 + u) = 2 artanh(u/(2 + u)), |argument| ≤ 1/3, by its series.
#[inline(always)]
unsafe fn softplus_kernel<L: Lanes>(x: *mut f64, d: *mut f64, n: usize) {
    // SAFETY: the caller's promises are those of the operations: the width's features, and numbers at the pointers.
    unsafe {
        let (zero, one) = (L::splat(0.0), L::splat(1.0));
        let mut i = 0;
        while i < n {
            let v = L::load(x.add(i));
            let u = exp::<L>(L::sub(zero, L::min(L::splat(700.0), L::abs(v))));
            let s = L::div(u, L::add(u, L::splat(2.0)));
            let s2 = L::mul(s, s);
            let mut series = zero;
            let mut k = 33;
            while k >= 1 {
                series = L::fma(series, s2, L::splat(2.0 / f64::from(k)));
                k -= 2;
            }
            L::store(x.add(i), L::fma(series, s, L::max(zero, v)));
            // sigmoid: 1/(1 + u) for x ≥ 0, u/(1 + u) below, that is 1/2 ± (1/(1 + u) − 1/2).
            let positive = L::div(one, L::add(one, u));
            let half = L::splat(0.5);
            L::store(d.add(i), L::add(half, L::copysign(L::sub(positive, half), v)));
            i += L::WIDTH;
        }
    }
}

#[inline(always)]
unsafe fn gelu_kernel<L: Lanes>(x: *mut f64, d: *mut f64, n: usize) {
    const SCALE: f64 = 0.797_884_560_802_865_4; // √(2/π)
    const CUBIC: f64 = 0.044_715;
    // SAFETY: the caller's promises are those of the operations: the width's features, and numbers at the pointers.
    unsafe {
        let mut i = 0;
        while i < n {
            let v = L::load(x.add(i));
            let v2 = L::mul(v, v);
            let inner = L::mul(L::mul(L::splat(SCALE), v), L::fma(L::splat(CUBIC), v2, L::splat(1.0)));
            let t = tanh::<L>(inner);
            let half = L::mul(L::splat(0.5), L::add(L::splat(1.0), t));
            let slope = L::mul(L::splat(SCALE), L::fma(L::splat(3.0 * CUBIC), v2, L::splat(1.0)));
            let half_slope = L::mul(L::mul(L::splat(0.5), L::fnma(t, t, L::splat(1.0))), slope);
            L::store(x.add(i), L::mul(v, half));
            L::store(d.add(i), L::fma(v, half_slope, half));
            i += L::WIDTH;
        }
    }
}

#[inline(always)]
unsafe fn exp_kernel<L: Lanes>(x: *mut f64, n: usize) {
    // SAFETY: the caller's promises are those of the operations: the width's features, and numbers at the pointers.
    unsafe {
        let mut i = 0;
        while i < n {
            let v = L::max(L::splat(-700.0), L::load(x.add(i)));
            L::store(x.add(i), exp::<L>(v));
            i += L::WIDTH;
        }
    }
}
