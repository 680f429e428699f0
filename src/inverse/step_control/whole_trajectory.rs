//! Whole trajectories in one call: no model is without loss, the least-squares one is learned.

use super::controlled_equation::EquationError;
use super::float32_rounding::{Rounding, around, thinned};
use crate::loops::{Call, FollowError, StateNorm, Trace};
use num_complex::Complex;
use serde::Serialize;

/// The minimum of Σ_k |F_k(μ) − e^{t_kλ}|².
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Minimum {
    /// λ̂.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// The root mean square of |F_k − e^{t_kλ}| over the samples: the loss cannot go below its square (amplitude 1).
    pub floor: f64,
    /// Steps kept.
    pub accepted: usize,
    /// Steps rejected.
    pub rejected: usize,
    /// Calls of the field; null for implicit solvers.
    pub evaluations: Option<u64>,
    /// For a call in float32 what rounding adds; its shift is part of λ̂.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Rounding>,
    /// Whether the method converged.
    pub converged: bool,
}

const MOST_ITERATIONS: usize = 200;

/// Where a rejected step makes the loss jump, a descent may stop at the jump: then it is begun anew this far from λ, relative to |λ|, in so many directions.
const RESTARTS: (f64, usize) = (0.05, 8);

/// The least-squares λ̂ of one call over `samples` intervals H, by a damped Gauss–Newton method.
pub fn trajectory(call: &Call, lambda: Complex<f64>, interval: f64, samples: usize, norm: &StateNorm) -> Result<Minimum, EquationError> {
    least_squares(call, lambda, interval, samples, &[(norm.clone(), 1.0)])
}

/// The same where each start has a call to itself: the minimum of Σ_i w_i Σ_k |F_{i,k}(μ) − e^{t_kλ}|² over starts with these norms and weights.
pub fn least_squares(
    call: &Call,
    lambda: Complex<f64>,
    interval: f64,
    samples: usize,
    starts: &[(StateNorm, f64)],
) -> Result<Minimum, EquationError> {
    if samples == 1 {
        call.check_interval(interval)?;
    }
    let mass: f64 = starts.iter().map(|(_, w)| w).sum();
    if starts.is_empty() || !(mass > 0.0 && mass.is_finite()) {
        return Err(FollowError::Batch.into());
    }
    if !(interval > 0.0 && interval.is_finite() && samples > 0) {
        return Err(EquationError::Interval(interval));
    }
    let times: Vec<f64> = (1..=samples).map(|k| k as f64 * interval).collect();
    let last = times[samples - 1];
    if !lambda.is_finite() || (lambda.re * last).abs() > 700.0 {
        return Err(EquationError::Mode);
    }
    let truth: Vec<Complex<f64>> = times.iter().map(|t| (lambda * t).exp()).collect();
    let mut trace = Trace::default();
    let squares = |residual: &[Complex<f64>]| residual.iter().map(|r| r.norm_sqr()).sum::<f64>();
    let mut best = descent(call, lambda, &times, &truth, starts, &mut trace)?;
    if !best.converged {
        let (share, directions) = RESTARTS;
        for k in 0..directions {
            let turn = Complex::from_polar(share * lambda.norm(), std::f64::consts::TAU * k as f64 / directions as f64);
            let Ok(other) = descent(call, lambda + turn, &times, &truth, starts, &mut trace) else { continue };
            if squares(&other.residual) < squares(&best.residual) {
                best = other;
            }
        }
    }
    let rounding = if call.is_single() { best.rounding(call, &times, starts) } else { None };
    residuals(call, best.mode, &times, &truth, &starts[..1], &mut trace)?;
    Ok(Minimum {
        lambda: best.mode + rounding.map_or(Complex::new(0.0, 0.0), |rounding| rounding.shift),
        rounding,
        floor: (squares(&best.residual) / (samples as f64 * mass)).sqrt(),
        accepted: trace.accepted(),
        rejected: trace.rejected(),
        evaluations: trace.evaluations,
        converged: best.converged,
    })
}

/// Where a descent ended.
struct Descent {
    mode: Complex<f64>,
    residual: Vec<Complex<f64>>,
    converged: bool,
}

fn dot(a: &[Complex<f64>], b: &[Complex<f64>]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a.re * b.re + a.im * b.im).sum()
}

/// The change of the residuals with Re μ and Im μ, by central differences.
fn slopes(
    call: &Call,
    mode: Complex<f64>,
    times: &[f64],
    starts: &[(StateNorm, f64)],
    trace: &mut Trace,
) -> Result<[Vec<Complex<f64>>; 2], EquationError> {
    let last = times.last().copied().unwrap_or(1.0);
    let delta = 3e-6 * mode.norm().max(1e-3 / last);
    let mut along = |direction: Complex<f64>| -> Result<Vec<Complex<f64>>, EquationError> {
        let ahead = factors(call, mode + direction * delta, times, starts, trace)?;
        let behind = factors(call, mode - direction * delta, times, starts, trace)?;
        Ok(ahead.iter().zip(&behind).map(|(a, b)| (a - b) / (2.0 * delta)).collect())
    };
    Ok([along(Complex::new(1.0, 0.0))?, along(Complex::new(0.0, 1.0))?])
}

/// The step of least squares −(JᵀJ)⁻¹Jᵀr.
fn gauss_newton([x, y]: &[Vec<Complex<f64>>; 2], residual: &[Complex<f64>]) -> Option<Complex<f64>> {
    let normal = [dot(x, x), dot(x, y), dot(x, y), dot(y, y)];
    super::newton::solve(normal, Complex::new(-dot(x, residual), -dot(y, residual)))
}

impl Descent {
    /// What rounding to 32 bits adds: the answer of least squares to what it adds to each multiplier.
    fn rounding(&self, call: &Call, times: &[f64], starts: &[(StateNorm, f64)]) -> Option<Rounding> {
        let mut trace = Trace::default();
        let slopes = slopes(call, self.mode, times, starts, &mut trace).ok()?;
        let fewer: Vec<(StateNorm, f64, f64)> = starts
            .iter()
            .map(|(norm, weight)| {
                let (norm, share) = thinned(norm);
                (norm, *weight, share)
            })
            .collect();
        let found = around(self.mode, |model| {
            let mut added = Vec::with_capacity(starts.len() * times.len());
            for (norm, weight, _) in &fewer {
                call.follow_into(model, times, norm, None, &mut trace).ok()?;
                let single = call.follow(model, times, norm).ok()?;
                added.extend(single.multipliers.iter().zip(&trace.multipliers).map(|(a, b)| (a - b) * weight.sqrt()));
            }
            gauss_newton(&slopes, &added).filter(|z| z.is_finite())
        })?;
        let share = fewer.first().map_or(1.0, |(_, _, share)| *share);
        Some(Rounding { spread: found.spread * share, ..found })
    }
}

/// A damped Gauss–Newton descent from one start.
fn descent(
    call: &Call,
    start: Complex<f64>,
    times: &[f64],
    truth: &[Complex<f64>],
    starts: &[(StateNorm, f64)],
    trace: &mut Trace,
) -> Result<Descent, EquationError> {
    let mut mode = start;
    let mut residual = residuals(call, mode, times, truth, starts, trace)?;
    let mut converged = false;
    for _ in 0..MOST_ITERATIONS {
        let slopes = slopes(call, mode, times, starts, trace)?;
        let Some(step) = gauss_newton(&slopes, &residual) else { break };
        let before = dot(&residual, &residual);
        let mut share = 1.0;
        let better = loop {
            let tried = mode + step * share;
            match residuals(call, tried, times, truth, starts, trace) {
                Ok(next) if dot(&next, &next) <= before => break Some((tried, next)),
                _ if share < 1e-6 => break None,
                _ => share *= 0.5,
            }
        };
        let small = (step * share).norm() <= 1e-13 * (1.0 + mode.norm());
        match better {
            Some((tried, next)) => (mode, residual) = (tried, next),
            None => {
                converged = step.norm() <= 1e-8 * (1.0 + mode.norm());
                break;
            }
        }
        if small {
            converged = true;
            break;
        }
    }
    Ok(Descent { mode, residual, converged })
}

fn residuals(
    call: &Call,
    mode: Complex<f64>,
    times: &[f64],
    truth: &[Complex<f64>],
    starts: &[(StateNorm, f64)],
    trace: &mut Trace,
) -> Result<Vec<Complex<f64>>, EquationError> {
    let mut all = factors(call, mode, times, starts, trace)?;
    for (own, (_, weight)) in all.chunks_mut(times.len()).zip(starts) {
        own.iter_mut().zip(truth).for_each(|(f, y)| *f -= y * weight.sqrt());
    }
    Ok(all)
}

/// √w F(t), a sample time each, for one start after the other.
fn factors(
    call: &Call,
    mode: Complex<f64>,
    times: &[f64],
    starts: &[(StateNorm, f64)],
    trace: &mut Trace,
) -> Result<Vec<Complex<f64>>, EquationError> {
    let mut all = Vec::with_capacity(starts.len() * times.len());
    for (norm, weight) in starts {
        call.follow_into(mode, times, norm, None, trace)?;
        all.extend(trace.multipliers.iter().map(|f| f * weight.sqrt()));
    }
    Ok(all)
}
