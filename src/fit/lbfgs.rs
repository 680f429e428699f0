//! L-BFGS with a line search that satisfies the strong Wolfe conditions.
//!
//! Two-loop recursion (Nocedal & Wright 2006, algorithm 7.4), the last 20 pairs; bracketing and zoom with safeguarded cubic
//! interpolation (algorithms 3.5 and 3.6). A point where the loss cannot be evaluated counts as infinitely high.

use super::fit_error::FitError;
use super::objective::Objective;
use super::progress::{Outcome, Progress, Stop, Watch};
use std::collections::VecDeque;
use std::ops::ControlFlow;

/// Settings of the optimiser.
#[derive(Clone, Debug, PartialEq)]
pub struct Lbfgs {
    /// Iterations at most.
    pub iterations: usize,
    /// The loss at which to stop.
    pub target: f64,
    /// Pairs remembered.
    pub memory: usize,
}

impl Default for Lbfgs {
    fn default() -> Self {
        Self { iterations: 2000, target: 1e-28, memory: 20 }
    }
}

/// Sufficient decrease, and the part of the slope that must be gone.
const C1: f64 = 1e-4;
const C2: f64 = 0.9;

/// A point of the line: the step, the loss there, its slope along the line.
#[derive(Clone, Copy)]
struct Sample {
    step: f64,
    loss: f64,
    slope: f64,
}

impl Lbfgs {
    /// Lowers the loss from θ. Errors when the loss cannot be evaluated at the start.
    pub fn run(&self, objective: &mut Objective<'_>, start: Vec<f64>, watch: &mut Watch<'_>) -> Result<Outcome, FitError> {
        let p = start.len();
        let mut theta = start;
        let mut gradient = vec![0.0; p];
        let mut loss = objective.gradient(&theta, &mut gradient)?;
        let mut square = objective.mean_square();
        let mut trouble = None;
        let mut pairs: VecDeque<(Vec<f64>, Vec<f64>, f64)> = VecDeque::new();
        let (mut trial, mut slope_there) = (vec![0.0; p], vec![0.0; p]);
        let mut history = Vec::new();
        let mut stop = Stop::Iterations;
        let before = Progress { iteration: 0, of: self.iterations, loss: square, parameters: &theta };
        if watch(before) == ControlFlow::Break(()) {
            return Ok(Outcome { parameters: theta, loss: square, iterations: 0, history, stop: Stop::Interrupted, trouble });
        }
        for iteration in 0..self.iterations {
            if square <= self.target {
                stop = Stop::Target;
                break;
            }
            let mut direction = descent(&gradient, &pairs);
            let mut slope = dot(&direction, &gradient);
            if slope >= 0.0 || !slope.is_finite() {
                pairs.clear();
                direction = gradient.iter().map(|g| -g).collect();
                slope = -dot(&gradient, &gradient);
            }
            if slope == 0.0 {
                stop = Stop::Converged;
                break;
            }
            let first = if pairs.is_empty() { (1.0 / (-slope).sqrt()).min(1.0) } else { 1.0 };
            let mut evaluate = |step: f64| -> Sample {
                for ((t, x), d) in trial.iter_mut().zip(&theta).zip(&direction) {
                    *t = x + step * d;
                }
                match objective.gradient(&trial, &mut slope_there) {
                    Ok(loss) => Sample { step, loss, slope: dot(&slope_there, &direction) },
                    Err(error) => {
                        trouble = Some(error.to_string());
                        Sample { step, loss: f64::INFINITY, slope: 0.0 }
                    }
                }
            };
            let here = Sample { step: 0.0, loss, slope };
            let Some(found) = search(here, first, &mut evaluate) else {
                if pairs.is_empty() {
                    stop = Stop::Converged;
                    break;
                }
                pairs.clear();
                continue;
            };
            // The line search ends on the point that it returns: `trial` and its gradient are there.
            let s: Vec<f64> = trial.iter().zip(&theta).map(|(t, x)| t - x).collect();
            let y: Vec<f64> = slope_there.iter().zip(&gradient).map(|(t, g)| t - g).collect();
            let curvature = dot(&s, &y);
            if curvature > 1e-12 * dot(&y, &y).sqrt() * dot(&s, &s).sqrt() {
                if pairs.len() == self.memory {
                    pairs.pop_front();
                }
                pairs.push_back((s, y, 1.0 / curvature));
            }
            theta.copy_from_slice(&trial);
            gradient.copy_from_slice(&slope_there);
            let relative = (loss - found.loss) / loss.max(f64::MIN_POSITIVE);
            loss = found.loss;
            square = objective.mean_square();
            history.push(square);
            if relative <= 1e-15 {
                stop = Stop::Converged;
                break;
            }
            let progress = Progress { iteration: iteration + 1, of: self.iterations, loss: square, parameters: &theta };
            if watch(progress) == ControlFlow::Break(()) {
                stop = Stop::Interrupted;
                break;
            }
        }
        Ok(Outcome { parameters: theta, loss: square, iterations: history.len(), history, stop, trouble })
    }
}

/// −Hg by the two-loop recursion.
fn descent(gradient: &[f64], pairs: &VecDeque<(Vec<f64>, Vec<f64>, f64)>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut alphas = Vec::with_capacity(pairs.len());
    for (s, y, rho) in pairs.iter().rev() {
        let alpha = rho * dot(s, &q);
        q.iter_mut().zip(y).for_each(|(q, y)| *q -= alpha * y);
        alphas.push(alpha);
    }
    if let Some((s, y, _)) = pairs.back() {
        let scale = dot(s, y) / dot(y, y);
        q.iter_mut().for_each(|q| *q *= scale);
    }
    for ((s, y, rho), alpha) in pairs.iter().zip(alphas.iter().rev()) {
        let beta = rho * dot(y, &q);
        q.iter_mut().zip(s).for_each(|(q, s)| *q += (alpha - beta) * s);
    }
    q
}

/// A step that satisfies the strong Wolfe conditions, the last one evaluated; `None` where none was found.
fn search(here: Sample, first: f64, evaluate: &mut dyn FnMut(f64) -> Sample) -> Option<Sample> {
    let high = |s: &Sample| s.loss > here.loss + C1 * s.step * here.slope;
    let flat = |s: &Sample| s.slope.abs() <= -C2 * here.slope;
    let mut before = here;
    let mut step = first;
    for attempt in 0..30 {
        let now = evaluate(step);
        if high(&now) || (attempt > 0 && now.loss >= before.loss) {
            return zoom(here, before, now, evaluate);
        }
        if flat(&now) {
            return Some(now);
        }
        if now.slope >= 0.0 {
            return zoom(here, now, before, evaluate);
        }
        before = now;
        step *= 2.5;
    }
    None
}

/// Between a low point and one that brackets a good step.
fn zoom(here: Sample, mut low: Sample, mut other: Sample, evaluate: &mut dyn FnMut(f64) -> Sample) -> Option<Sample> {
    for _ in 0..40 {
        let width = other.step - low.step;
        if width.abs() <= 1e-16 * low.step.abs().max(1e-300) {
            break;
        }
        let step = interpolate(low, other);
        let now = evaluate(step);
        if now.loss > here.loss + C1 * step * here.slope || now.loss >= low.loss {
            other = now;
        } else {
            if now.slope.abs() <= -C2 * here.slope {
                return Some(now);
            }
            if now.slope * width >= 0.0 {
                other = low;
            }
            low = now;
        }
    }
    // Rounding has hidden the slope: the low point still lowers the loss.
    (low.step > 0.0 && low.loss < here.loss).then(|| evaluate(low.step))
}

/// The minimum of the cubic through both points, kept away from their ends.
fn interpolate(a: Sample, b: Sample) -> f64 {
    let width = b.step - a.step;
    let middle = a.step + 0.5 * width;
    if !b.loss.is_finite() {
        return a.step + 0.1 * width;
    }
    let d1 = a.slope + b.slope - 3.0 * (b.loss - a.loss) / width;
    let square = d1 * d1 - a.slope * b.slope;
    if square < 0.0 {
        return middle;
    }
    let d2 = square.sqrt().copysign(width);
    let step = b.step - width * (b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2);
    let (near, far) = (a.step + 0.1 * width, a.step + 0.9 * width);
    if step.is_finite() { step.clamp(near.min(far), near.max(far)) } else { middle }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
