//! What a loop learns from samples at uneven times: the minima of the loss, since no λ̂ reproduces all intervals.
//!
//! With m_k steps of h_k = H_k/m_k over the interval H_k, and the weight w_k of the mode at its start (its mean square amplitude there),
//!
//! ```text
//! J(λ̂) = Σ_k w_k |R(h_k λ̂)^{m_k} − e^{H_kλ}|².
//! ```
//!
//! A simple root of the even problem at the middle interval persists as a local minimum while the spread s = sd(H)/H̄ is small, at the level
//! √(J/Σ w|e^{Hλ}|²) ≈ s·H̄|λ̂R′(hλ̂)/R(hλ̂) − λ| (first order in s). So the branches of the even problem are starts, and a grid beside them. Gauss–Newton with
//! damping, then Newton; a minimum counts where the Hessian is positive definite, and is certified by Newton–Kantorovich on ∇J.

use crate::method::Method;
use crate::stability::StabilityFunction;
use num_complex::Complex;
use serde::Serialize;
use thiserror::Error;

/// Steps of damped Gauss–Newton from a start.
const MOST_STEPS: usize = 80;
/// Steps of Newton at its end.
const NEWTON_STEPS: usize = 40;
/// Minima nearer to each other than this, relative to their size, are one.
const SAME: f64 = 1e-7;
/// Starts along a side of the grid.
const GRID: usize = 9;
/// Roundings in the sum of a gradient, in units of the last place.
const ROUNDINGS: f64 = 64.0;

/// Why there is no loss to minimise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum UnevenError {
    /// A multistep method spans several intervals, which are of different length.
    #[error("a multistep method needs even times")]
    Multistep,
    /// No interval, or one that is not positive, or no weight.
    #[error("the intervals must be positive and have weights")]
    Intervals,
    /// Inputs that are not one for each pair, or not finite.
    #[error("each pair needs the same inputs, as finite numbers")]
    Inputs,
    /// e^{Hλ} leaves the range of f64.
    #[error("e^(Hλ) leaves the range of double precision: use shorter intervals")]
    Range,
}

/// One interval between samples.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Stretch {
    /// H_k.
    pub interval: f64,
    /// m_k.
    pub substeps: u32,
    /// w_k.
    pub weight: f64,
}

/// A local minimum of the loss.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnevenMinimum {
    /// λ̂.
    #[serde(serialize_with = "super::branches::pair")]
    pub lambda: Complex<f64>,
    /// The root mean square of what stays, relative to the motion: √(J/Σ w|e^{Hλ}|²).
    pub level: f64,
    /// H̄|λ̂R′/R − λ| at the mean interval: times the spread of the intervals, it is the level to first order. `None` where inputs and not the times stall the loss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mismatch: Option<f64>,
    /// The eigenvalues of the Hessian of J, the smaller first; `None` where the loss is not that of one mode.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub curvature: Option<[f64; 2]>,
    /// A minimum lies within this distance of `lambda`, where it is certified.
    pub radius: Option<f64>,
    /// Whether it is one of the loss of all pairs of the samples, and not of one mode alone.
    #[serde(skip)]
    pub of_samples: bool,
}

/// The loss of one mode through one method.
#[derive(Clone, Debug)]
pub struct UnevenLoss {
    numerator: Vec<f64>,
    denominator: Vec<f64>,
    lambda: Complex<f64>,
    stretches: Vec<Stretch>,
    targets: Vec<Complex<f64>>,
}

/// R and its first three derivatives.
type Jet<T> = [T; 4];

impl UnevenLoss {
    /// The loss of the mode λ on these intervals.
    ///
    /// # Errors
    /// A multistep method, intervals or weights that are not positive, e^{Hλ} beyond the range of f64.
    pub fn new(method: &Method, lambda: Complex<f64>, stretches: Vec<Stretch>) -> Result<Self, UnevenError> {
        let Method::RungeKutta(method) = method else { return Err(UnevenError::Multistep) };
        let fits = |s: &Stretch| s.interval > 0.0 && s.interval.is_finite() && s.substeps > 0 && s.weight >= 0.0 && s.weight.is_finite();
        if !stretches.iter().all(fits) || !stretches.iter().any(|s| s.weight > 0.0) {
            return Err(UnevenError::Intervals);
        }
        let targets: Vec<Complex<f64>> = stretches.iter().map(|s| (lambda * s.interval).exp()).collect();
        if !targets.iter().all(|t| t.is_finite() && t.norm() > 0.0) {
            return Err(UnevenError::Range);
        }
        let (numerator, denominator) = StabilityFunction::of(method).to_f64();
        Ok(Self { numerator, denominator, lambda, stretches, targets })
    }

    /// The mean interval.
    pub fn mean_interval(&self) -> f64 {
        self.stretches.iter().map(|s| s.interval).sum::<f64>() / self.stretches.len() as f64
    }

    /// sd(H)/H̄.
    pub fn spread(&self) -> f64 {
        let mean = self.mean_interval();
        let square = self.stretches.iter().map(|s| (s.interval - mean).powi(2)).sum::<f64>() / self.stretches.len() as f64;
        square.sqrt() / mean
    }

    /// J.
    pub fn value(&self, at: Complex<f64>) -> f64 {
        let error = |(s, target): (&Stretch, &Complex<f64>)| {
            let h = s.interval / f64::from(s.substeps);
            s.weight * (self.step(at * h)[0].powu(s.substeps) - target).norm_sqr()
        };
        self.stretches.iter().zip(&self.targets).map(error).sum()
    }

    /// The level of a value of J.
    pub fn level(&self, value: f64) -> f64 {
        let motion: f64 = self.stretches.iter().zip(&self.targets).map(|(s, t)| s.weight * t.norm_sqr()).sum();
        (value / motion).sqrt()
    }

    /// H̄|λ̂R′(hλ̂)/R(hλ̂) − λ| at the mean interval and the usual m.
    pub fn mismatch(&self, at: Complex<f64>) -> f64 {
        let mean = self.mean_interval();
        let m = self.stretches.iter().map(|s| s.interval * f64::from(s.substeps)).sum::<f64>() / (mean * self.stretches.len() as f64);
        let [r, slope, ..] = self.step(at * (mean / m.round().max(1.0)));
        mean * (at * slope / r - self.lambda).norm()
    }

    /// Every local minimum that is found from `starts` and, where `reach` is positive, from a grid over |Re λ̂|, |Im λ̂| ≤ `reach`; the lowest first.
    ///
    /// ```
    /// use lambdahat::{inverse::{Stretch, UnevenLoss}, method::catalog};
    /// use num_complex::Complex;
    /// let rk4 = catalog::find("rk4").unwrap();
    /// let turn = |interval| Stretch { interval, substeps: 1, weight: 1.0 };
    /// let loss = UnevenLoss::new(&rk4, Complex::new(-0.1, 2.0), vec![turn(1.0), turn(0.5f64.sqrt())]).unwrap();
    /// let minima = loss.minima(&[], 6.0);
    /// assert!((minima[0].lambda - Complex::new(0.07272683, 1.94885251)).norm() < 1e-7);     // the lowest loss is that of a model that grows
    /// assert!((minima[0].level - 0.0814348).abs() < 1e-7);
    /// ```
    pub fn minima(&self, starts: &[Complex<f64>], reach: f64) -> Vec<UnevenMinimum> {
        let side = |k: usize| reach * (2.0 * k as f64 / (GRID - 1) as f64 - 1.0);
        let grid = (0..if reach > 0.0 { GRID * GRID } else { 0 }).map(|k| Complex::new(side(k % GRID), side(k / GRID)));
        let mut found: Vec<UnevenMinimum> = Vec::new();
        for start in starts.iter().copied().chain(grid) {
            let Some(minimum) = self.descended(start).and_then(|at| self.polished(at)) else { continue };
            let same = |other: &UnevenMinimum| (other.lambda - minimum.lambda).norm() <= SAME * (1.0 + minimum.lambda.norm());
            if !found.iter().any(same) {
                found.push(minimum);
            }
        }
        found.sort_by(|a, b| a.level.total_cmp(&b.level));
        found
    }

    /// The minimum that a descent from one start ends on.
    pub fn minimum_near(&self, start: Complex<f64>) -> Option<UnevenMinimum> {
        self.polished(self.descended(start)?)
    }

    /// R and its derivatives at z.
    fn step(&self, z: Complex<f64>) -> Jet<Complex<f64>> {
        let [p, q] = [&self.numerator, &self.denominator].map(|c| taylor(c, z));
        let r = p[0] / q[0];
        let r1 = (p[1] - r * q[1]) / q[0];
        let r2 = (p[2] - r1 * q[1] * 2.0 - r * q[2]) / q[0];
        let r3 = (p[3] - r2 * q[1] * 3.0 - r1 * q[2] * 3.0 - r * q[3]) / q[0];
        [r, r1, r2, r3]
    }

    /// Bounds of |R| and its derivatives within `radius` of z; `None` where a pole may lie there.
    fn step_bounds(&self, z: Complex<f64>, radius: f64) -> Option<Jet<f64>> {
        let outer = z.norm() + radius;
        let sizes = |c: &[f64]| taylor(&c.iter().map(|x| x.abs()).collect::<Vec<_>>(), Complex::new(outer, 0.0)).map(|x| x.re);
        let (p, q) = (sizes(&self.numerator), sizes(&self.denominator));
        let least = taylor(&self.denominator, z)[0].norm() - radius * q[1];
        if least <= 0.0 {
            return None;
        }
        let r = p[0] / least;
        let r1 = (p[1] + r * q[1]) / least;
        let r2 = (p[2] + 2.0 * r1 * q[1] + r * q[2]) / least;
        let r3 = (p[3] + 3.0 * r2 * q[1] + 3.0 * r1 * q[2] + r * q[3]) / least;
        Some([r, r1, r2, r3])
    }

    /// Σ w Ē F′ conjugated, Σ w|F′|², Σ w Ē F″, and the size of the terms of the first: J = Σ w|E|², E = F − e^{Hλ}.
    fn sums(&self, at: Complex<f64>) -> Sums {
        let mut sums = Sums::default();
        for (s, target) in self.stretches.iter().zip(&self.targets) {
            let h = s.interval / f64::from(s.substeps);
            let m = s.substeps as i32;
            let [r, r1, r2, _] = self.step(at * h);
            let below = r.powi(m - 1);
            let error = below * r - target;
            let slope = below * r1 * s.interval;
            let bend = (if m > 1 { r.powi(m - 2) * r1 * r1 * f64::from(m - 1) } else { Complex::ZERO } + below * r2) * (s.interval * h);
            sums.value += s.weight * error.norm_sqr();
            sums.gradient += error * slope.conj() * s.weight;
            sums.square += s.weight * slope.norm_sqr();
            sums.bend += error.conj() * bend * s.weight;
            sums.rounding += s.weight * (error.norm() + target.norm() * f64::EPSILON) * slope.norm();
        }
        sums
    }

    /// Damped Gauss–Newton: E is analytic in λ̂, so its step is −Σ w E F̄′/Σ w|F′|².
    fn descended(&self, start: Complex<f64>) -> Option<Complex<f64>> {
        let mut at = start;
        let mut here = self.sums(at);
        let mut damping = 1e-3;
        for _ in 0..MOST_STEPS {
            if !here.value.is_finite() || here.square == 0.0 {
                return None;
            }
            let mut moved = None;
            while damping < 1e12 {
                let trial = at - here.gradient / (here.square * (1.0 + damping));
                if self.value(trial) < here.value {
                    moved = Some(trial);
                    break;
                }
                damping *= 10.0;
            }
            let Some(trial) = moved else { break };
            let step = (trial - at).norm();
            at = trial;
            here = self.sums(at);
            damping = (damping * 0.1).max(1e-12);
            if step <= 1e-10 * (1.0 + at.norm()) {
                break;
            }
        }
        Some(at)
    }

    /// Newton on ∇J to rounding; `None` where it ends on no minimum, or far from where it began.
    fn polished(&self, start: Complex<f64>) -> Option<UnevenMinimum> {
        let mut at = start;
        let mut here = self.sums(at);
        for _ in 0..NEWTON_STEPS {
            let step = here.newton()?;
            at += step;
            here = self.sums(at);
            if step.norm() <= 4.0 * f64::EPSILON * at.norm() {
                break;
            }
        }
        let curvature = [2.0 * (here.square - here.bend.norm()), 2.0 * (here.square + here.bend.norm())];
        if (at - start).norm() > 1e-2 * (1.0 + start.norm()) || curvature[0].is_nan() || curvature[0] <= 0.0 {
            return None;
        }
        let radius = self.certified(at, &here);
        Some(UnevenMinimum {
            lambda: at,
            level: self.level(here.value),
            mismatch: Some(self.mismatch(at)),
            curvature: Some(curvature),
            radius,
            of_samples: false,
        })
    }

    /// Newton–Kantorovich: with η the Newton step (and what rounding may hide of it), β the norm of the inverse Hessian and L a bound of the third
    /// derivative within 4η, a root of ∇J lies within 2η where βηL ≤ 1/2.
    fn certified(&self, at: Complex<f64>, here: &Sums) -> Option<f64> {
        let least = 2.0 * (here.square - here.bend.norm());
        let eta = (2.0 * (here.gradient.norm() + ROUNDINGS * f64::EPSILON * here.rounding) / least).max(4.0 * f64::EPSILON * at.norm());
        let mut bound = 0.0;
        for (s, target) in self.stretches.iter().zip(&self.targets) {
            let h = s.interval / f64::from(s.substeps);
            let m = f64::from(s.substeps);
            let [r, r1, r2, r3] = self.step_bounds(at * h, 4.0 * eta * h)?;
            let power = |k: f64| if k < 0.0 { 0.0 } else { r.powf(k) };
            let f = power(m) + target.norm();
            let f1 = s.interval * power(m - 1.0) * r1;
            let f2 = s.interval * h * ((m - 1.0) * power(m - 2.0) * r1 * r1 + power(m - 1.0) * r2);
            let f3 = s.interval
                * h
                * h
                * ((m - 1.0) * (m - 2.0) * power(m - 3.0) * r1.powi(3) + 3.0 * (m - 1.0) * power(m - 2.0) * r1 * r2 + power(m - 1.0) * r3);
            bound += 2.0 * s.weight * (3.0 * f1 * f2 + f * f3);
        }
        (eta * bound / least <= 0.5).then_some(2.0 * eta)
    }
}

/// Sums over the intervals.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    value: f64,
    /// Half of ∇J, as a complex number.
    gradient: Complex<f64>,
    square: f64,
    bend: Complex<f64>,
    rounding: f64,
}

impl Sums {
    /// The δ with square·δ + conj(bend)·conj(δ) = −gradient.
    fn newton(&self) -> Option<Complex<f64>> {
        let determinant = self.square * self.square - self.bend.norm_sqr();
        let step = (self.bend.conj() * self.gradient.conj() - self.gradient * self.square) / determinant;
        step.is_finite().then_some(step)
    }
}

/// A polynomial and its first three derivatives.
fn taylor(coefficients: &[f64], z: Complex<f64>) -> Jet<Complex<f64>> {
    let mut jet = [Complex::ZERO; 4];
    for c in coefficients.iter().rev() {
        jet[3] = jet[3] * z + jet[2];
        jet[2] = jet[2] * z + jet[1];
        jet[1] = jet[1] * z + jet[0];
        jet[0] = jet[0] * z + c;
    }
    [jet[0], jet[1], jet[2] * 2.0, jet[3] * 6.0]
}
