//! Complex numbers whose parts are jets.

use crate::exact::jet::Jet;
use crate::exact::tight_ball::TightBall;
use num_complex::Complex;
use std::ops::{Add, Mul, Sub};

/// A complex function of two real variables, enclosed with its slopes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ComplexJet {
    pub re: Jet,
    pub im: Jet,
}

impl ComplexJet {
    /// A constant, as its doubles stand.
    pub fn constant(z: Complex<f64>) -> Self {
        Self { re: Jet::from(z.re), im: Jet::from(z.im) }
    }

    /// The variables x + iy themselves, over the square of this half width about a centre.
    pub fn square(centre: Complex<f64>, half: f64) -> Self {
        Self { re: Jet::variable(TightBall::around(centre.re, half), 0), im: Jet::variable(TightBall::around(centre.im, half), 1) }
    }

    /// |z|; `None` where z may vanish.
    pub fn modulus(self) -> Option<Jet> {
        (self.re * self.re + self.im * self.im).sqrt()
    }

    /// Re(wz).
    pub fn part(self, w: Complex<f64>) -> Jet {
        self.re * w.re - self.im * w.im
    }

    /// 1/z.
    pub fn inverse(self) -> Self {
        let square = self.re * self.re + self.im * self.im;
        Self { re: self.re / square, im: self.im * -1.0 / square }
    }
}

impl Add for ComplexJet {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { re: self.re + other.re, im: self.im + other.im }
    }
}

impl Sub for ComplexJet {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self { re: self.re - other.re, im: self.im - other.im }
    }
}

impl Mul for ComplexJet {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        Self { re: self.re * other.re - self.im * other.im, im: self.re * other.im + self.im * other.re }
    }
}

impl Mul<Jet> for ComplexJet {
    type Output = Self;

    fn mul(self, factor: Jet) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }
}

impl Mul<f64> for ComplexJet {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self { re: self.re * factor, im: self.im * factor }
    }
}
