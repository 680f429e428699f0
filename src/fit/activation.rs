//! The activations of a network and their derivatives, vectorised.
//!
//! All three rest on one exponential: `e^x − 1` by reduction to |r| ≤ ln 2 / 2, a Taylor polynomial of degree 13 (its first
//! omitted term is below 2^−56 there), and a power of two. tanh x = −m/(2 + m) with m = e^{−2|x|} − 1 keeps its
//! relative accuracy near zero: at most 3 units in the last place were seen against the platform's library.

use super::lanes::{Lanes, Width, vectorised};
use serde::{Deserialize, Serialize};

/// The function between two layers of a network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// tanh x
    #[default]
    Tanh,
    /// ln(1 + eˣ)
    Softplus,
    /// x/2 (1 + tanh(√(2/π)(x + 0.044715 x³))), the usual approximation of x Φ(x) (Hendrycks & Gimpel 2016)
    Gelu,
}

impl Activation {
    /// Replaces each x by its activation and, unless the derivative follows from the value (tanh), writes the derivative.
    pub(crate) fn apply(self, width: Width, values: &mut [f64], derivatives: &mut [f64]) {
        let n = values.len();
        assert!(n.is_multiple_of(super::lanes::PADDING));
        // SAFETY: lengths checked; the width was detected.
        unsafe {
            match self {
                Self::Tanh => tanh_width(width, values.as_mut_ptr(), n),
                Self::Softplus => {
                    assert!(derivatives.len() >= n);
                    softplus_width(width, values.as_mut_ptr(), derivatives.as_mut_ptr(), n);
                }
                Self::Gelu => {
                    assert!(derivatives.len() >= n);
                    gelu_width(width, values.as_mut_ptr(), derivatives.as_mut_ptr(), n);
                }
            }
        }
    }

    /// Whether [`apply`](Self::apply) writes derivatives.
    pub(crate) fn stores_derivatives(self) -> bool {
        self != Self::Tanh
    }
}

vectorised! { unsafe fn tanh_width(x: *mut f64, n: usize) = tanh_kernel }
vectorised! { unsafe fn softplus_width(x: *mut f64, d: *mut f64, n: usize) = softplus_kernel }
vectorised! { unsafe fn gelu_width(x: *mut f64, d: *mut f64, n: usize) = gelu_kernel }
vectorised! { unsafe fn exp_width(x: *mut f64, n: usize) = exp_kernel }

/// Replaces each x ≤ 0 (the exponents of a Gaussian) by eˣ.
pub(crate) fn exp_of_negative(width: Width, x: &mut [f64]) {
    assert!(x.len().is_multiple_of(super::lanes::PADDING));
    // SAFETY: length checked; the width was detected.
    unsafe { exp_width(width, x.as_mut_ptr(), x.len()) }
}

/// (2^n, e^r − 1) with e^x = 2^n e^r, |r| ≤ ln 2 / 2, for −708 ≤ x ≤ 0 (the callers clamp).
#[inline(always)]
unsafe fn reduced<L: Lanes>(x: L::V) -> (L::V, L::V) {
    const LN2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
    const LN2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);
    const SHIFT: f64 = 6_755_399_441_055_744.0; // 1.5·2^52: adding it rounds to an integer
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
    unsafe {
        let (scale, small) = reduced::<L>(x);
        L::fma(scale, small, L::sub(scale, L::splat(1.0)))
    }
}

/// e^x = 2^n (e^r − 1) + 2^n.
#[inline(always)]
unsafe fn exp<L: Lanes>(x: L::V) -> L::V {
    unsafe {
        let (scale, small) = reduced::<L>(x);
        L::fma(scale, small, scale)
    }
}

const FACTORIAL: [f64; 14] =
    [1.0, 1.0, 2.0, 6.0, 24.0, 120.0, 720.0, 5040.0, 40_320.0, 362_880.0, 3_628_800.0, 39_916_800.0, 479_001_600.0, 6_227_020_800.0];

#[inline(always)]
unsafe fn tanh<L: Lanes>(x: L::V) -> L::V {
    unsafe {
        // tanh is 1 to the last digit from 20 on. A NaN is kept: min returns its second operand.
        let magnitude = L::min(L::splat(20.0), L::abs(x));
        let m = exp_minus_one::<L>(L::mul(magnitude, L::splat(-2.0)));
        L::copysign(L::div(m, L::add(m, L::splat(2.0))), x)
    }
}

#[inline(always)]
unsafe fn tanh_kernel<L: Lanes>(x: *mut f64, n: usize) {
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
    unsafe {
        let mut i = 0;
        while i < n {
            let v = L::max(L::splat(-700.0), L::load(x.add(i)));
            L::store(x.add(i), exp::<L>(v));
            i += L::WIDTH;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths() -> [Width; 2] {
        [Width::Portable, Width::detected()]
    }

    fn grid() -> Vec<f64> {
        let mut x: Vec<f64> = (-4000..4000).map(|i| f64::from(i) * 0.006_123).collect();
        x.extend((0..160).map(|k| 2f64.powi(-k / 4) * 1.234_567));
        x.extend([0.0, -0.0, 1e-300, -1e-300, 700.0, -700.0, 1e300, -1e300]);
        x
    }

    fn units(a: f64, b: f64) -> f64 {
        (a - b).abs() / (b.abs() * f64::EPSILON).max(f64::MIN_POSITIVE)
    }

    #[test]
    fn tanh_is_right_to_three_units_in_the_last_place() {
        for width in widths() {
            let x = grid();
            let mut y = x.clone();
            Activation::Tanh.apply(width, &mut y, &mut []);
            for (x, y) in x.iter().zip(&y) {
                assert!(units(*y, x.tanh()) <= 3.0, "{width:?} tanh {x} = {y}, not {}", x.tanh());
            }
            let mut nan = [f64::NAN; 8];
            Activation::Tanh.apply(width, &mut nan, &mut []);
            assert!(nan.iter().all(|v| v.is_nan()));
        }
    }

    #[test]
    fn softplus_gelu_and_their_slopes() {
        for width in widths() {
            let x: Vec<f64> = grid().into_iter().filter(|x| x.abs() < 30.0).collect();
            let x = &x[..x.len() / 8 * 8];
            let (mut y, mut d) = (x.to_vec(), vec![0.0; x.len()]);
            Activation::Softplus.apply(width, &mut y, &mut d);
            for i in 0..x.len() {
                let expected = x[i].max(0.0) + (-x[i].abs()).exp().ln_1p();
                assert!((y[i] - expected).abs() <= 1e-15 * expected.max(1e-3), "{} {} {expected}", x[i], y[i]);
                assert!((d[i] - 1.0 / (1.0 + (-x[i]).exp())).abs() < 4e-16);
            }
            let (mut y, mut d) = (x.to_vec(), vec![0.0; x.len()]);
            Activation::Gelu.apply(width, &mut y, &mut d);
            let gelu = |x: f64| 0.5 * x * (1.0 + (0.797_884_560_802_865_4 * (x + 0.044_715 * x * x * x)).tanh());
            for i in 0..x.len() {
                assert!((y[i] - gelu(x[i])).abs() <= 1e-15 * x[i].abs().max(1.0));
                let h = 1e-5;
                let slope = (gelu(x[i] + h) - gelu(x[i] - h)) / (2.0 * h);
                assert!((d[i] - slope).abs() < 1e-9, "{} {} {slope}", x[i], d[i]);
            }
        }
    }

    #[test]
    fn the_exponential_of_negative_numbers() {
        for width in widths() {
            let mut x: Vec<f64> = (0..8000).map(|i| -f64::from(i) * 0.01).collect();
            let y = x.clone();
            exp_of_negative(width, &mut x);
            for (e, y) in x.iter().zip(&y) {
                assert!((e - y.exp()).abs() <= 3.0 * f64::EPSILON * y.exp());
            }
        }
    }
}
