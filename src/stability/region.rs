//! Stability regions: where a scheme damps ẏ = λy, as a raster, as filled vector shapes and as exact boundary curves.
//!
//! A one-step method has the region `{z : |R(z)| ≤ 1}`; a linear multistep method has `{z : every root ζ of ρ(ζ) − zσ(ζ)
//! lies in the closed unit disc, and those on the circle are simple}` (Hairer & Wanner, *Solving Ordinary Differential
//! Equations II*, IV.2 and V.1). This is the f64 edge of the house: what is decided exactly about regions lives in
//! [`properties`](crate::stability), this room draws.

pub mod boundary;
pub mod contour;
mod raster;
mod tile;

pub use raster::Raster;
pub(super) use tile::{locus_stays_within, root_count_is_constant};

use super::StabilityFunction;
use crate::method::Method;
use num_complex::Complex;
use serde::{Deserialize, Serialize};

/// What can be wrong with a request for a region.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum RegionError {
    /// The window is empty, reversed or not finite.
    #[error("the window re = {re:?}, im = {im:?} is empty or not finite: each range needs a lower end below its upper end")]
    Window {
        /// The asked range of Re z.
        re: [f64; 2],
        /// The asked range of Im z.
        im: [f64; 2],
    },
    /// The raster does not fit in memory.
    #[error("a raster of {width}x{height} needs {needed} bytes, more than the limit of {limit} bytes: choose a smaller size")]
    TooLarge {
        /// Points along Re z.
        width: usize,
        /// Points along Im z.
        height: usize,
        /// Bytes that it would take.
        needed: u128,
        /// Bytes that are allowed.
        limit: u128,
    },
    /// A raster with no points.
    #[error("a raster of {width}x{height} has no points: both sizes must be at least 1")]
    Empty {
        /// Points along Re z.
        width: usize,
        /// Points along Im z.
        height: usize,
    },
    /// A coefficient that is not finite, or no coefficients at all.
    #[error("the stability function has no usable coefficients: {0:?}")]
    Coefficients(Vec<f64>),
    /// The points that the boundary is followed from could not be found.
    #[error("the boundary cannot be traced: {0}")]
    Boundary(String),
}

/// A rectangle of the complex plane, `re[0] < Re z < re[1]`, `im[0] < Im z < im[1]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// Range of Re z.
    pub re: [f64; 2],
    /// Range of Im z.
    pub im: [f64; 2],
}

impl Window {
    /// A window, or an error where a range is empty, reversed or not finite.
    pub fn new(re: [f64; 2], im: [f64; 2]) -> Result<Self, RegionError> {
        let sound = |r: [f64; 2]| r[0].is_finite() && r[1].is_finite() && r[0] < r[1];
        if sound(re) && sound(im) { Ok(Self { re, im }) } else { Err(RegionError::Window { re, im }) }
    }

    /// The width along Re z.
    pub fn width(&self) -> f64 {
        self.re[1] - self.re[0]
    }

    /// The height along Im z.
    pub fn height(&self) -> f64 {
        self.im[1] - self.im[0]
    }

    /// Whether z lies in the window, its border included.
    pub fn contains(&self, z: Complex<f64>) -> bool {
        self.re[0] <= z.re && z.re <= self.re[1] && self.im[0] <= z.im && z.im <= self.im[1]
    }
}

/// A stability region, given by f64 coefficients, lowest degree first.
///
/// ```
/// use lambdahat::stability::region::Region;
/// use num_complex::Complex;
/// let rk4 = Region::one_step(&[1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0], &[1.0])?;
/// assert!(rk4.contains(Complex::new(-2.7, 0.0)) && !rk4.contains(Complex::new(-2.8, 0.0)));
/// let bdf2 = Region::multistep(&[0.5, -2.0, 1.5], &[0.0, 0.0, 1.0])?;
/// assert!(bdf2.contains(Complex::new(0.0, 1e3)) && !bdf2.contains(Complex::new(1.0, 0.0)));
/// # Ok::<(), lambdahat::stability::region::RegionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Region {
    /// `|P(z)| ≤ |Q(z)|`.
    OneStep {
        /// Coefficients of P.
        numerator: Vec<f64>,
        /// Coefficients of Q.
        denominator: Vec<f64>,
    },
    /// Root condition on `ρ(ζ) − zσ(ζ)`.
    Multistep {
        /// Coefficients of ρ.
        rho: Vec<f64>,
        /// Coefficients of σ.
        sigma: Vec<f64>,
    },
}

impl Region {
    /// The region of a method, its exact coefficients rounded to doubles.
    pub fn of(method: &Method) -> Result<Self, RegionError> {
        match method {
            Method::RungeKutta(tableau) => {
                let (numerator, denominator) = StabilityFunction::of(tableau).to_f64();
                Self::one_step(&numerator, &denominator)
            }
            Method::Multistep(multistep) => {
                let floats = |p: &[crate::exact::Number]| p.iter().map(crate::exact::Number::to_f64).collect::<Vec<_>>();
                Self::multistep(&floats(multistep.alpha()), &floats(multistep.beta()))
            }
        }
    }

    /// The region of a one-step method with stability function P/Q.
    pub fn one_step(numerator: &[f64], denominator: &[f64]) -> Result<Self, RegionError> {
        Ok(Self::OneStep { numerator: checked(numerator)?, denominator: checked(denominator)? })
    }

    /// The region of a linear multistep method with characteristic polynomials ρ and σ.
    pub fn multistep(rho: &[f64], sigma: &[f64]) -> Result<Self, RegionError> {
        Ok(Self::Multistep { rho: checked(rho)?, sigma: checked(sigma)? })
    }

    /// Whether z lies in the region, in f64.
    pub fn contains(&self, z: Complex<f64>) -> bool {
        match self {
            Self::OneStep { numerator, denominator } => horner(numerator, z).norm_sqr() <= horner(denominator, z).norm_sqr(),
            Self::Multistep { rho, sigma } => root_condition(rho, sigma, z),
        }
    }

    /// The raster of the region over a window: one byte a point, 1 inside.
    ///
    /// Point (column i, row j) is the middle of its cell; row 0 is the one with the greatest Im z. Whole tiles are decided
    /// at once where a bound proves that they hold no boundary, so the cost goes with the length of the boundary.
    pub fn raster(&self, window: Window, width: usize, height: usize) -> Result<Raster, RegionError> {
        raster::draw(self, window, width, height)
    }
}

fn checked(coefficients: &[f64]) -> Result<Vec<f64>, RegionError> {
    let degree = coefficients.iter().rposition(|&c| c != 0.0);
    match degree {
        Some(degree) if coefficients.iter().all(|c| c.is_finite()) => Ok(coefficients[..=degree].to_vec()),
        _ => Err(RegionError::Coefficients(coefficients.to_vec())),
    }
}

/// `Σ p_k z^k`.
pub(crate) fn horner(p: &[f64], z: Complex<f64>) -> Complex<f64> {
    p.iter().rev().fold(Complex::new(0.0, 0.0), |w, &c| w * z + c)
}

/// All roots of `ρ(ζ) − zσ(ζ)` in the closed unit disc, by the Schur–Cohn recursion (Henrici 1974, §6.8): with
/// `f*(ζ) = ζ^k conj(f(1/conj ζ))`, f has all roots inside exactly when `|f_0| < |f_k|` and so has
/// `(conj(f_k) f − f_0 f*)/ζ`. Equality, which is the border of the region, is settled as inside when the rest is inside.
fn root_condition(rho: &[f64], sigma: &[f64], z: Complex<f64>) -> bool {
    const LONGEST: usize = 32;
    let zero = Complex::new(0.0, 0.0);
    let length = rho.len().max(sigma.len());
    let mut short = [zero; LONGEST];
    let mut long;
    let f: &mut [Complex<f64>] = if length <= LONGEST {
        &mut short[..length]
    } else {
        long = vec![zero; length];
        &mut long
    };
    for (k, slot) in f.iter_mut().enumerate() {
        *slot = Complex::new(rho.get(k).copied().unwrap_or(0.0), 0.0) - z * sigma.get(k).copied().unwrap_or(0.0);
    }
    for degree in (1..length).rev() {
        let (first, last) = (f[0], f[degree]);
        if first.norm_sqr() > last.norm_sqr() || last == zero {
            return false;
        }
        if self_inversive(&f[..=degree]) {
            // All coefficients of the reduced polynomial would vanish. The roots are on the circle or paired about it; the former iff
            // those of the derivative are in the disc (Cohn 1922).
            for k in 1..=degree {
                f[k - 1] = f[k] * k as f64;
            }
            continue;
        }
        let (mut lo, mut hi) = (0, degree);
        // The reduced polynomial's coefficient k − 1 is conj(f_d) f_k − f_0 conj(f_{d−k}); pairs (k, d − k) are done together.
        while lo <= hi {
            let (a, b) = (f[lo], f[hi]);
            f[lo] = last.conj() * a - first * b.conj();
            f[hi] = last.conj() * b - first * a.conj();
            lo += 1;
            if hi == 0 {
                break;
            }
            hi -= 1;
        }
        f.copy_within(1..=degree, 0);
        let scale = f[..degree].iter().fold(0.0f64, |m, c| m.max(c.re.abs()).max(c.im.abs()));
        if scale == 0.0 {
            return false;
        }
        for c in &mut f[..degree] {
            *c /= scale;
        }
    }
    true
}

/// Whether `conj(f_d) f_k = f_0 conj(f_{d−k})` for every k, in doubles.
fn self_inversive(f: &[Complex<f64>]) -> bool {
    let (Some(first), Some(last)) = (f.first(), f.last()) else { return false };
    f.iter().zip(f.iter().rev()).all(|(a, b)| last.conj() * a == first * b.conj())
}
