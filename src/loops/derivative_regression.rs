//! Regression on estimated derivatives: no integrator, ẋ is estimated from the samples by a linear filter and f is fitted to it.
//!
//! On even samples of e^{λt} a linear filter is a number: with weights d_j of the samples j intervals away,
//!
//! ```text
//! D(λ) = (1/H) Σ_j d_j e^{jλH},     S(λ) = Σ_j s_j e^{jλH},     λ̂ = D(λ)/S(λ),
//! ```
//!
//! where S is the smoothing of the state that the derivative is compared with (1 where that is the sample itself). There is one λ̂ only, and the loss
//! is 0 there: central differences give sinh(λH)/H, which turns the other way or stands still at a few samples a turn.

use nalgebra::{DMatrix, DVector};
use num_complex::Complex;
use serde::Serialize;
use std::fmt;
use thiserror::Error;

/// |S| below this part of the sum of |s_j e^{jλH}|: the smoothing removes the mode, and λ̂ is a ratio of two small numbers.
const REMOVED: f64 = 0.1;
/// Longer stencils than this are no use.
pub(super) const LONGEST_STENCIL: usize = 101;

/// Why a text names no derivative regression.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RegressionError {
    /// The library or family has no such filter.
    #[error("{family} has no filter `{name}`: write one of {known}")]
    Unknown {
        /// `pysindy`, `numpy` or `derivative`.
        family: &'static str,
        /// What was asked for.
        name: String,
        /// What there is.
        known: &'static str,
    },
    /// An option that the filter does not have, or one given twice.
    #[error("{call} has no option `{option}`{}; it has {known}", if *.twice { " twice" } else { "" })]
    Option {
        /// The call.
        call: &'static str,
        /// Which option.
        option: String,
        /// Whether it was given before.
        twice: bool,
        /// What there is.
        known: &'static str,
    },
    /// A value that does not fit.
    #[error("{option}={text}: give {expected}")]
    Value {
        /// Which option.
        option: &'static str,
        /// Its value.
        text: String,
        /// What fits.
        expected: &'static str,
    },
}

/// Why nothing is learned from a mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotRegressed {
    /// Numbers leave the range of f64.
    #[error("e^(Hλ) leaves the range of double precision: use a shorter interval")]
    Range,
    /// One real mode leaves k and c of x″ = −kx − cx′ open.
    #[error("a real mode alone leaves k and c of x″ = −kx − cx′ open: name a complex one")]
    RealMode,
}

/// Weights of the samples around the one where the filter is evaluated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Filter {
    /// The first sample's place, in intervals from the one where the filter is evaluated.
    pub first: i32,
    /// One weight for each sample from there on.
    pub weights: Vec<f64>,
}

impl Filter {
    /// The weights that differentiate polynomials exactly on the samples `first..first + points` (times 1/H).
    pub fn difference(first: i32, points: usize) -> Option<Self> {
        let at = |j: usize| f64::from(first) + j as f64;
        let powers = DMatrix::from_fn(points, points, |k, j| at(j).powi(k as i32));
        let mut slope = DVector::zeros(points);
        *slope.get_mut(1)? = 1.0;
        let weights = powers.lu().solve(&slope)?;
        Some(Self { first, weights: weights.iter().copied().collect() })
    }

    /// The Savitzky–Golay weights of a window: value (`derivative` = 0) or slope (1, times 1/H) at its middle of the polynomial that fits the window best.
    pub fn savitzky_golay(window: usize, degree: usize, derivative: usize) -> Option<Self> {
        let mut wanted = DVector::zeros(degree + 1);
        *wanted.get_mut(derivative)? = half(window).powi(-(derivative as i32));
        Some(Self { first: -((window / 2) as i32), weights: of_polynomial(window, degree, &wanted)? })
    }

    /// The weights of the first samples of a trajectory for the smoothed value in one of its first rows, where the window does not fit around it: the polynomial of the first whole
    /// window there (`savgol_filter(mode="interp")`).
    pub fn savitzky_golay_at_end(window: usize, degree: usize, row: usize) -> Option<Vec<f64>> {
        of_polynomial(window, degree, &DVector::from_fn(degree + 1, |k, _| place(window, row).powi(k as i32)))
    }

    /// Σ w_j e^{jz} and its derivative by z.
    fn at(&self, z: Complex<f64>) -> (Complex<f64>, Complex<f64>) {
        let mut sums = (Complex::ZERO, Complex::ZERO);
        for (k, w) in self.weights.iter().enumerate() {
            let j = f64::from(self.first) + k as f64;
            let value = (z * j).exp() * w;
            sums.0 += value;
            sums.1 += value * j;
        }
        sums
    }

    /// Σ |w_j| e^{jx}.
    fn size(&self, x: f64) -> f64 {
        self.weights.iter().enumerate().map(|(k, w)| w.abs() * (x * (f64::from(self.first) + k as f64)).exp()).sum()
    }
}

/// Half a window, in intervals, and where one of its samples is between −1 and 1.
fn half(window: usize) -> f64 {
    ((window / 2) as f64).max(1.0)
}

fn place(window: usize, row: usize) -> f64 {
    (row as f64 - (window / 2) as f64) / half(window)
}

/// The weights that give Σ_k wanted_k c_k for the coefficients c of the polynomial in [`place`] that fits the window best.
fn of_polynomial(window: usize, degree: usize, wanted: &DVector<f64>) -> Option<Vec<f64>> {
    let powers = DMatrix::from_fn(window, degree + 1, |row, k| place(window, row).powi(k as i32));
    let weights = &powers * (powers.transpose() * &powers).lu().solve(wanted)?;
    Some(weights.iter().copied().collect())
}

/// The window and the degree of a Savitzky–Golay smoothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Smoother {
    /// Samples.
    pub window: usize,
    /// Of the polynomial.
    pub degree: usize,
}

/// What the filter does at the ends of a trajectory, where samples are missing on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ends {
    /// Rows without a full window are left out.
    Dropped,
    /// Other formulas are used there, which pollute the regression: the closed form then holds where the motion is as large inside as at the ends.
    OtherFormulas,
}

/// A regression on derivatives that a linear filter estimates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Regression {
    /// As it was written.
    pub name: String,
    /// The slope, times 1/H.
    pub derivative: Filter,
    /// The state that the slope is compared with, where it is smoothed.
    pub smoothing: Option<Filter>,
    /// The weights of ẍ (times 1/H²), where x″ = −kx − cx′ is fitted to one coordinate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second: Option<Filter>,
    /// How samples are smoothed first, where both sides are computed from the smoothed ones: on a mode that smoothing cancels.
    pub smoothed_before: Option<Smoother>,
    /// What happens at the ends.
    pub ends: Ends,
    /// How many samples the one-sided formulas at the ends take; `None` where there are none, or they are not at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub border: Option<usize>,
}

/// A complex number as `[re, im]`.
fn pair<S: serde::Serializer>(z: &Complex<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    [z.re, z.im].serialize(serializer)
}

/// What a derivative regression learns from one mode.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RegressedMode {
    /// λ̂ = D/S.
    #[serde(serialize_with = "pair")]
    pub lambda: Complex<f64>,
    /// D(λ).
    #[serde(serialize_with = "pair")]
    pub derivative: Complex<f64>,
    /// S(λ).
    #[serde(serialize_with = "pair")]
    pub smoothing: Complex<f64>,
    /// |dλ̂/dλ|.
    pub condition: f64,
    /// Whether the smoothing removes the mode, so that λ̂ says nothing.
    pub removed: bool,
}

impl Regression {
    /// λ̂ from samples of e^{λt} every H.
    ///
    /// With [`second`](Self::second) a pair of modes determines k and c in D₂(λ) = −k − cD(λ), and λ̂ is the root of x² + cx + k that is nearest to λ: with central
    /// differences c = (2/H) tanh(αH) and k = 2(1 − cos ωH/cosh αH)/H² for λ = −α ± iω, so that no damped oscillation is learned as a growing one.
    ///
    /// Errors where numbers leave the range of f64, and for a real mode that is to determine both k and c.
    ///
    /// ```
    /// use lambdahat::loops::Regression;
    /// use num_complex::Complex;
    /// let sindy = Regression::read("pysindy:FiniteDifference")?.expect("a regression");
    /// let learned = sindy.learned(Complex::new(-0.1, 2.0), 1.0).expect("moderate numbers");
    /// assert!((learned.lambda - Complex::new(0.04168408, 0.91384770)).norm() < 1e-8);      // grows, where the truth decays
    /// # Ok::<(), lambdahat::loops::RegressionError>(())
    /// ```
    pub fn learned(&self, lambda: Complex<f64>, interval: f64) -> Result<RegressedMode, NotRegressed> {
        let mode = match &self.second {
            Some(_) if lambda.im == 0.0 => return Err(NotRegressed::RealMode),
            Some(second) => self.second_order(second, lambda, interval),
            None => self.first_order(lambda, interval),
        };
        if mode.lambda.is_finite() && mode.condition.is_finite() { Ok(mode) } else { Err(NotRegressed::Range) }
    }

    /// λ̂ = D/S.
    fn first_order(&self, lambda: Complex<f64>, interval: f64) -> RegressedMode {
        let z = lambda * interval;
        let (d, d_slope) = self.derivative.at(z);
        let (s, s_slope) = self.smoothing.as_ref().map_or((Complex::ONE, Complex::ZERO), |filter| filter.at(z));
        let least = self.smoothing.as_ref().map_or(0.0, |filter| REMOVED * filter.size(z.re));
        RegressedMode {
            lambda: d / s / interval,
            derivative: d / interval,
            smoothing: s,
            condition: (d_slope / s - d * s_slope / (s * s)).norm(),
            removed: s.norm() <= least,
        }
    }

    /// The root of x² + cx + k with D₂ + cD + k = 0 at λ and its conjugate.
    fn second_order(&self, second: &Filter, lambda: Complex<f64>, interval: f64) -> RegressedMode {
        let learned = |lambda: Complex<f64>| {
            let z = lambda * interval;
            let (d, dd) = (self.derivative.at(z).0 / interval, second.at(z).0 / (interval * interval));
            let c = -dd.im / d.im;
            let k = -dd.re - c * d.re;
            let root = Complex::new(0.25 * c * c - k, 0.0).sqrt();
            [root, -root].map(|root| root - 0.5 * c).into_iter().min_by(|a, b| (a - lambda).norm().total_cmp(&(b - lambda).norm()))
        };
        let nan = Complex::new(f64::NAN, f64::NAN);
        let at = |lambda| learned(lambda).unwrap_or(nan);
        // k and c depend on λ and its conjugate, so that λ̂ is no holomorphic function of λ: the larger of its two slopes.
        let off = 1e-6 * lambda.norm();
        let slope = |way: Complex<f64>| (at(lambda + way * off) - at(lambda - way * off)).norm() / (2.0 * off);
        RegressedMode {
            lambda: at(lambda),
            derivative: self.derivative.at(lambda * interval).0 / interval,
            smoothing: Complex::ONE,
            condition: slope(Complex::ONE).max(slope(Complex::I)),
            removed: false,
        }
    }

    /// A trajectory, rows × columns, as it is where samples are smoothed beforehand; `None` where it is shorter than the window.
    pub fn smoothed(&self, run: &DMatrix<f64>) -> Option<DMatrix<f64>> {
        let Some(Smoother { window, degree }) = self.smoothed_before else { return Some(run.clone()) };
        let (rows, half) = (run.nrows(), window / 2);
        if rows < window {
            return None;
        }
        let inside = Filter::savitzky_golay(window, degree, 0)?.weights;
        let ends: Option<Vec<Vec<f64>>> = (0..half).map(|row| Filter::savitzky_golay_at_end(window, degree, row)).collect();
        let ends = ends?;
        let summed = |from: usize, weights: &mut dyn Iterator<Item = &f64>, k: usize| -> f64 {
            weights.enumerate().map(|(j, w)| w * run[(from + j, k)]).sum()
        };
        Some(DMatrix::from_fn(rows, run.ncols(), |i, k| match rows - 1 - i {
            _ if i < half => summed(0, &mut ends[i].iter(), k),
            back if back < half => summed(rows - window, &mut ends[back].iter().rev(), k),
            _ => summed(i - half, &mut inside.iter(), k),
        }))
    }

    /// The slopes of the rows without a full window by one-sided formulas: from the first sample on, and backwards from the last; the weights (times 1/H) of the first samples, and of
    /// the last ones in the order of time.
    pub fn borders(&self) -> [Vec<Vec<f64>>; 2] {
        let Some(points) = self.border else { return [Vec::new(), Vec::new()] };
        let one_sided = |row: i32| Filter::difference(-row, points).map(|filter| filter.weights);
        let mirrored = |weights: Vec<f64>| weights.into_iter().rev().map(|w| -w).collect::<Vec<f64>>();
        let after = self.derivative.first + self.derivative.weights.len() as i32 - 1;
        [(0..-self.derivative.first).filter_map(one_sided).collect(), (0..after).filter_map(one_sided).map(mirrored).collect()]
    }

    /// Rows at each end of a trajectory that have no full window.
    pub fn margin(&self) -> usize {
        let reach = |filter: &Filter| (-filter.first).max(filter.first + filter.weights.len() as i32 - 1).max(0) as usize;
        [Some(&self.derivative), self.smoothing.as_ref(), self.second.as_ref()].into_iter().flatten().map(reach).max().unwrap_or(0)
    }
}

impl fmt::Display for Regression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_as_the_literature_has_them() {
        let near = |filter: Option<Filter>, expected: &[f64]| {
            let filter = filter.unwrap();
            assert!(filter.weights.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-13), "{filter:?}");
        };
        near(Filter::difference(-1, 3), &[-0.5, 0.0, 0.5]);
        near(Filter::difference(-2, 5), &[1.0 / 12.0, -2.0 / 3.0, 0.0, 2.0 / 3.0, -1.0 / 12.0]);
        near(Filter::difference(0, 2), &[-1.0, 1.0]);
        // Savitzky & Golay (1964), five points, quadratic.
        near(Filter::savitzky_golay(5, 2, 0), &[-3.0 / 35.0, 12.0 / 35.0, 17.0 / 35.0, 12.0 / 35.0, -3.0 / 35.0]);
        near(Filter::savitzky_golay(5, 2, 1), &[-0.2, -0.1, 0.0, 0.1, 0.2]);
    }
}
