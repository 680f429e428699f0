//! Double-double arithmetic: an unevaluated sum of two f64, 106 bits of significand.
//!
//! Polynomials are evaluated in it at their f64 roots, so that a residual is not its own rounding noise and a certified
//! radius is as small as the f64 spacing. Algorithms: Dekker (1971); error bounds: Joldes, Muller & Popescu, *Tight and
//! rigorous error bounds for basic building blocks of double-word arithmetic* (2017). With u = 2⁻⁵³: sums are right to
//! 3u² relative also where they cancel, products to 7u². No fused multiply-add is used, so every platform gives the same bits.

use super::precision::{Magnitude, Real, add, multiply, scale};
use num_complex::Complex;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `hi + lo`, with `|lo|` at most half a unit in the last place of `hi`.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct DoubleDouble {
    hi: f64,
    lo: f64,
}

fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    let t = s - a;
    (s, (a - (s - t)) + (b - t))
}

fn fast_two_sum(a: f64, b: f64) -> (f64, f64) {
    let s = a + b;
    (s, b - (s - a))
}

fn split(a: f64) -> (f64, f64) {
    let t = 134_217_729.0 * a; // 2²⁷ + 1
    let hi = t - (t - a);
    (hi, a - hi)
}

fn two_product(a: f64, b: f64) -> (f64, f64) {
    let p = a * b;
    let ((ah, al), (bh, bl)) = (split(a), split(b));
    (p, ((ah * bh - p) + ah * bl + al * bh) + al * bl)
}

impl DoubleDouble {
    /// Zero.
    pub const ZERO: Self = Self { hi: 0.0, lo: 0.0 };

    /// The sum `a + b`, exactly.
    pub fn sum(a: f64, b: f64) -> Self {
        let (hi, lo) = two_sum(a, b);
        Self { hi, lo }
    }

    /// The product `a · b`, exactly unless it underflows or overflows.
    pub fn product(a: f64, b: f64) -> Self {
        let (hi, lo) = two_product(a, b);
        Self { hi, lo }
    }

    /// The nearest f64.
    pub fn to_f64(self) -> f64 {
        self.hi
    }

    /// What [`to_f64`](Self::to_f64) leaves out.
    pub fn tail(self) -> f64 {
        self.lo
    }

    /// `self · 2^k`, exactly unless it underflows or overflows.
    pub fn ldexp(self, k: i32) -> Self {
        Self { hi: scale(self.hi, -i64::from(k)), lo: scale(self.lo, -i64::from(k)) }
    }
}

impl From<f64> for DoubleDouble {
    fn from(x: f64) -> Self {
        Self { hi: x, lo: 0.0 }
    }
}

impl Neg for DoubleDouble {
    type Output = Self;
    fn neg(self) -> Self {
        Self { hi: -self.hi, lo: -self.lo }
    }
}

impl Add for DoubleDouble {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let (sh, sl) = two_sum(self.hi, other.hi);
        let (th, tl) = two_sum(self.lo, other.lo);
        let (vh, vl) = fast_two_sum(sh, sl + th);
        let (hi, lo) = fast_two_sum(vh, tl + vl);
        Self { hi, lo }
    }
}

impl Sub for DoubleDouble {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for DoubleDouble {
    type Output = Self;
    fn mul(self, other: Self) -> Self {
        let (ch, cl) = two_product(self.hi, other.hi);
        let (hi, lo) = fast_two_sum(ch, cl + (self.hi * other.lo + self.lo * other.hi));
        Self { hi, lo }
    }
}

impl Div for DoubleDouble {
    type Output = Self;
    /// Two steps of long division, right to 15u².
    fn div(self, other: Self) -> Self {
        let first = self.hi / other.hi;
        let rest = self - other * Self::from(first);
        let second = rest.hi / other.hi;
        let rest = rest - other * Self::from(second);
        let (hi, lo) = fast_two_sum(first, second);
        Self { hi, lo } + Self::from(rest.hi / other.hi)
    }
}

impl Real for DoubleDouble {
    fn step_error(_: u32) -> Magnitude {
        Magnitude::power_of_two(-101) // (10√2 + 3)·2⁻¹⁰⁶ < 2⁻¹⁰¹
    }
    fn step_cost(_: u32) -> u64 {
        100
    }
    fn of(x: f64, _: u32) -> Self {
        Self::from(x)
    }
    fn plus(&self, other: &Self) -> Self {
        *self + *other
    }
    fn minus(&self, other: &Self) -> Self {
        *self - *other
    }
    fn times(&self, other: &Self) -> Self {
        *self * *other
    }
    fn exponent(&self) -> Option<i64> {
        self.hi.exponent()
    }
    fn scaled(&self, exponent: i64) -> f64 {
        scale(self.hi, exponent)
    }
    fn is_finite(&self) -> bool {
        self.hi.is_finite() && self.lo.is_finite()
    }
}

/// ln 2 and π/2 as sums of three f64.
const LN_2: [f64; 3] = [std::f64::consts::LN_2, 2.3190468138462996e-17, 5.707708438416212e-34];
const HALF_PI: [f64; 3] = [std::f64::consts::FRAC_PI_2, 6.123233995736766e-17, -1.4973849048591698e-33];

/// `x − k·c`, right to a few u² of the result and `|k|·2⁻¹⁶⁰`.
fn reduced(x: DoubleDouble, k: f64, c: [f64; 3]) -> DoubleDouble {
    c.iter().fold(x, |x, &part| x - DoubleDouble::product(k, part))
}

/// `Σ x^j/j!` over `j = first, first + step, …`, signs alternating where `alternate`.
fn exponential_series(x: DoubleDouble, power: DoubleDouble, first: u32, step: u32, alternate: bool) -> DoubleDouble {
    let (mut term, mut total, mut j) = (x, x, first);
    while term.hi.abs() > 1e-34 * total.hi.abs() {
        for k in 1..=step {
            term = term / DoubleDouble::from(f64::from(j + k));
        }
        term = term * power;
        if alternate {
            term = -term;
        }
        j += step;
        total = total + term;
    }
    total
}

/// `e^z`, with a bound on its relative error (a few units of 2⁻¹⁰⁰, growing with |z|); none where `e^z` leaves the range of
/// f64 or the imaginary part exceeds 2⁴⁰.
///
/// The argument is reduced by multiples of ln 2 and π/2 held to 160 bits and the Taylor series summed.
pub fn exp(z: Complex<DoubleDouble>) -> Option<(Complex<DoubleDouble>, f64)> {
    let (x, y) = (z.re, z.im);
    if !(x.hi.abs() < 708.0 && y.hi.abs() < 2f64.powi(40)) {
        return None;
    }
    let doublings = (x.hi / LN_2[0]).round();
    let r = reduced(x, doublings, LN_2);
    let one = DoubleDouble::from(1.0);
    let growth = exponential_series(one, r, 0, 1, false).ldexp(doublings as i32);
    let quarters = (y.hi / HALF_PI[0]).round();
    let r = reduced(y, quarters, HALF_PI);
    let square = r * r;
    let (sine, cosine) = if r.hi == 0.0 {
        (DoubleDouble::ZERO, one)
    } else {
        (exponential_series(r, square, 1, 2, true), exponential_series(one, square, 0, 2, true))
    };
    let (cosine, sine) = match quarters.rem_euclid(4.0) as u8 {
        0 => (cosine, sine),
        1 => (-sine, cosine),
        2 => (-cosine, -sine),
        _ => (sine, -cosine),
    };
    let error = 2f64.powi(-97) * (1.0 + (x.hi.abs() + y.hi.abs()) * 2f64.powi(-8));
    Some((Complex { re: growth * cosine, im: growth * sine }, error))
}

/// `e^z − 1` for `|z| ≤ 1/2`, with a relative error below 2⁻⁹⁶ also where z is tiny: the Taylor series by Horner's rule.
pub fn exp_minus_one(z: Complex<DoubleDouble>) -> Complex<DoubleDouble> {
    let one = Complex { re: DoubleDouble::from(1.0), im: DoubleDouble::ZERO };
    let series = (2..=27).rev().fold(one, |series, k| {
        let k = DoubleDouble::from(f64::from(k));
        let term = multiply(&series, &z);
        add(&one, &Complex { re: term.re / k, im: term.im / k })
    });
    multiply(&series, &z)
}

/// `a / b`, right to about 2⁻¹⁰⁰ unless the quotient itself overflows or underflows.
pub fn divide(a: Complex<DoubleDouble>, b: Complex<DoubleDouble>) -> Complex<DoubleDouble> {
    // Divisors of size one: their squares neither overflow nor underflow.
    let shift = |z: &Complex<DoubleDouble>| z.re.exponent().max(z.im.exponent()).unwrap_or(0).clamp(-1100, 1100) as i32;
    let moved = |z: Complex<DoubleDouble>, k: i32| Complex { re: z.re.ldexp(k), im: z.im.ldexp(k) };
    let (up, down) = (shift(&a), shift(&b));
    let (a, b) = (moved(a, -up), moved(b, -down));
    let size = b.re * b.re + b.im * b.im;
    let product = multiply(&a, &Complex { re: b.re, im: -b.im });
    moved(Complex { re: product.re / size, im: product.im / size }, up - down)
}

#[cfg(test)]
mod tests {
    use super::super::multiprecision::BigFloat;
    use super::*;
    use proptest::prelude::*;

    fn big(x: DoubleDouble) -> BigFloat {
        BigFloat::of(x.hi, 400).plus(&BigFloat::of(x.lo, 400))
    }

    fn relative(found: &BigFloat, exact: &BigFloat) -> f64 {
        found.minus(exact).scaled(0).abs() / exact.scaled(0).abs().max(1e-300)
    }

    fn double_double() -> impl Strategy<Value = DoubleDouble> {
        (-1e3..1e3f64, -1.0..1.0f64).prop_map(|(a, b)| DoubleDouble::sum(a, a * b * 1e-16))
    }

    proptest! {
        #[test]
        fn operations_keep_their_bounds(a in double_double(), b in double_double()) {
            prop_assume!(a.hi != 0.0 && b.hi != 0.0);
            let u2 = 2f64.powi(-106);
            prop_assert!(relative(&big(a + b), &big(a).plus(&big(b))) <= 3.01 * u2);
            prop_assert!(relative(&big(a * b), &big(a).times(&big(b))) <= 7.01 * u2);
            prop_assert!(relative(&big((a / b) * b), &big(a)) <= 22.0 * u2);
        }

        #[test]
        fn exponentials_keep_their_bound(x in -700.0..700.0f64, y in -1e6..1e6f64, tail in -1.0..1.0f64) {
            let z = Complex { re: DoubleDouble::sum(x, x * tail * 1e-16), im: DoubleDouble::sum(y, y * tail * 1e-16) };
            let (w, error) = exp(z).unwrap();
            let exact = super::super::multiprecision::exp(&Complex { re: big(z.re), im: big(z.im) }, 300);
            let size = exact.re.times(&exact.re).plus(&exact.im.times(&exact.im)).scaled(0).sqrt();
            prop_assume!(size > 1e-290 && size < 1e300);
            let off = (big(w.re).minus(&exact.re).scaled(0)).hypot(big(w.im).minus(&exact.im).scaled(0));
            prop_assert!(off <= error * size, "{} of {}", off / size, error);
        }
    }

    proptest! {
        #[test]
        fn small_exponentials_less_one_keep_their_bound(x in -0.35..0.35f64, y in -0.35..0.35f64, shrink in 0i32..60) {
            let z = Complex { re: DoubleDouble::from(x).ldexp(-shrink), im: DoubleDouble::from(y).ldexp(-shrink) };
            let v = exp_minus_one(z);
            let exact = super::super::multiprecision::exp(&Complex { re: big(z.re), im: big(z.im) }, 300);
            let re = exact.re.minus(&BigFloat::of(1.0, 400));
            let size = re.scaled(0).hypot(exact.im.scaled(0));
            let off = big(v.re).minus(&re).scaled(0).hypot(big(v.im).minus(&exact.im).scaled(0));
            prop_assert!(off <= 2f64.powi(-96) * size);
            let w = divide(v, z);
            let back = multiply(&w, &z);
            prop_assert!((back.re - v.re).hi.hypot((back.im - v.im).hi) <= 2f64.powi(-98) * size);
        }
    }

    #[test]
    fn exponential_knows_its_range() {
        assert!(exp(Complex { re: DoubleDouble::from(800.0), im: DoubleDouble::ZERO }).is_none());
        assert!(exp(Complex { re: DoubleDouble::from(f64::NAN), im: DoubleDouble::ZERO }).is_none());
        let (one, _) = exp(Complex { re: DoubleDouble::ZERO, im: DoubleDouble::ZERO }).unwrap();
        assert_eq!((one.re.to_f64(), one.im.to_f64()), (1.0, 0.0));
    }
}
