//! Eight modes side by side: arithmetic on arrays of f64 that the compiler turns into vector instructions.
//!
//! Every operation is a plain loop over the lanes, inlined into a function compiled for the widest instruction set that the
//! processor has. `FMA` says whether that set has a fused multiply-add; without one `f64::mul_add` would be a function call.
#![expect(clippy::needless_range_loop, reason = "lanes and coefficients are indexed alike in several arrays, and unrolled")]

use std::ops::{Add, Div, Mul, Neg, Sub};

/// Lanes a block.
pub(crate) const LANES: usize = 8;

/// A real number in each lane.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(crate) struct Real(pub(crate) [f64; LANES]);

/// A truth in each lane.
pub(crate) type Mask = [bool; LANES];

impl Real {
    #[inline(always)]
    pub(crate) fn splat(x: f64) -> Self {
        Self([x; LANES])
    }

    #[inline(always)]
    pub(crate) fn map(self, f: impl Fn(f64) -> f64) -> Self {
        let mut out = self;
        for lane in 0..LANES {
            out.0[lane] = f(self.0[lane]);
        }
        out
    }

    #[inline(always)]
    pub(crate) fn zip(self, other: Self, f: impl Fn(f64, f64) -> f64) -> Self {
        let mut out = self;
        for lane in 0..LANES {
            out.0[lane] = f(self.0[lane], other.0[lane]);
        }
        out
    }

    #[inline(always)]
    pub(crate) fn sqrt(self) -> Self {
        self.map(f64::sqrt)
    }

    /// `self · a + b`.
    #[inline(always)]
    pub(crate) fn times_plus<const FMA: bool>(self, a: Self, b: Self) -> Self {
        let mut out = self;
        for lane in 0..LANES {
            out.0[lane] = if FMA { self.0[lane].mul_add(a.0[lane], b.0[lane]) } else { self.0[lane] * a.0[lane] + b.0[lane] };
        }
        out
    }

    #[inline(always)]
    pub(crate) fn exceeds(self, other: Self) -> Mask {
        let mut out = [false; LANES];
        for lane in 0..LANES {
            out[lane] = self.0[lane] > other.0[lane];
        }
        out
    }

    /// `self` where the mask holds, `other` elsewhere.
    #[inline(always)]
    pub(crate) fn or(self, mask: Mask, other: Self) -> Self {
        let mut out = other;
        for lane in 0..LANES {
            out.0[lane] = if mask[lane] { self.0[lane] } else { other.0[lane] };
        }
        out
    }
}

macro_rules! lanewise {
    ($($trait:ident $method:ident $op:tt),*) => {$(
        impl $trait for Real {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a $op b)
            }
        }
    )*};
}
lanewise!(Add add +, Sub sub -, Mul mul *, Div div /);

impl Neg for Real {
    type Output = Self;
    #[inline(always)]
    fn neg(self) -> Self {
        self.map(|x| -x)
    }
}

/// A complex number in each lane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Complex {
    pub(crate) re: Real,
    pub(crate) im: Real,
}

impl Complex {
    #[inline(always)]
    pub(crate) fn splat(re: f64, im: f64) -> Self {
        Self { re: Real::splat(re), im: Real::splat(im) }
    }

    #[inline(always)]
    pub(crate) fn plus(self, b: Self) -> Self {
        Self { re: self.re + b.re, im: self.im + b.im }
    }

    #[inline(always)]
    pub(crate) fn minus(self, b: Self) -> Self {
        Self { re: self.re - b.re, im: self.im - b.im }
    }

    /// `self · b + c`.
    #[inline(always)]
    pub(crate) fn times_plus<const FMA: bool>(self, b: Self, c: Self) -> Self {
        let re = self.re.times_plus::<FMA>(b.re, (-self.im).times_plus::<FMA>(b.im, c.re));
        let im = self.re.times_plus::<FMA>(b.im, self.im.times_plus::<FMA>(b.re, c.im));
        Self { re, im }
    }

    #[inline(always)]
    pub(crate) fn times<const FMA: bool>(self, b: Self) -> Self {
        let re = self.re.times_plus::<FMA>(b.re, -(self.im * b.im));
        let im = self.re.times_plus::<FMA>(b.im, self.im * b.re);
        Self { re, im }
    }

    #[inline(always)]
    pub(crate) fn scaled(self, by: Real) -> Self {
        Self { re: self.re * by, im: self.im * by }
    }

    #[inline(always)]
    pub(crate) fn square<const FMA: bool>(self) -> Real {
        self.re.times_plus::<FMA>(self.re, self.im * self.im)
    }

    #[inline(always)]
    pub(crate) fn modulus<const FMA: bool>(self) -> Real {
        self.square::<FMA>().sqrt()
    }

    /// `self / b`.
    #[inline(always)]
    pub(crate) fn over<const FMA: bool>(self, b: Self) -> Self {
        let inverse = Real::splat(1.0) / b.square::<FMA>();
        let re = self.re.times_plus::<FMA>(b.re, self.im * b.im);
        let im = self.im.times_plus::<FMA>(b.re, -(self.re * b.im));
        Self { re, im }.scaled(inverse)
    }

    #[inline(always)]
    pub(crate) fn or(self, mask: Mask, other: Self) -> Self {
        Self { re: self.re.or(mask, other.re), im: self.im.or(mask, other.im) }
    }
}
