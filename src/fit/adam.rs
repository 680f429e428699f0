//! Adam (Kingma & Ba 2015) on the full batch, with a cosine schedule.

use super::fit_error::FitError;
use super::objective::Objective;
use super::progress::{Outcome, Progress, Stop, Watch};
use crate::simd::{Loops, Width, run};
use std::ops::ControlFlow;

/// Settings of the optimiser: β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
#[derive(Clone, Debug, PartialEq)]
pub struct Adam {
    /// Steps.
    pub iterations: usize,
    /// The learning rate at the first step.
    pub rate: f64,
    /// The rate at the last step, as a part of the first: the rate goes down as a cosine. 1 keeps it constant.
    pub last: f64,
    /// The loss at which to stop.
    pub target: f64,
}

impl Default for Adam {
    fn default() -> Self {
        Self { iterations: 3000, rate: 3e-3, last: 0.01, target: 0.0 }
    }
}

impl Adam {
    /// Lowers the loss from θ; keeps the best θ seen. A loss that leaves the finite numbers, or grows a millionfold beyond the
    /// best, ends the run as [`Stop::Diverged`]; the history holds finite losses only.
    ///
    /// Errors when the loss cannot be evaluated at the start.
    pub fn run(&self, objective: &mut Objective<'_>, start: Vec<f64>, watch: &mut Watch<'_>) -> Result<Outcome, FitError> {
        let mut theta = start;
        let p = theta.len();
        let (mut g, mut m, mut v) = (vec![0.0; p], vec![0.0; p], vec![0.0; p]);
        let (mut best, mut best_loss, mut best_square) = (theta.clone(), f64::INFINITY, f64::INFINITY);
        let mut history = Vec::with_capacity(self.iterations.min(1 << 16));
        let mut stop = Stop::Iterations;
        let mut trouble = None;
        let (mut power1, mut power2) = (1.0, 1.0);
        let width = Width::detected();
        for iteration in 0..self.iterations {
            let loss = match objective.gradient(&theta, &mut g) {
                Ok(loss) => loss,
                Err(error) if iteration == 0 => return Err(error),
                Err(error) => {
                    trouble = Some(error.to_string());
                    stop = Stop::Diverged;
                    break;
                }
            };
            let square = objective.mean_square();
            history.push(square);
            if loss < best_loss {
                (best_loss, best_square) = (loss, square);
                best.copy_from_slice(&theta);
            }
            if loss > 1e6 * best_loss.max(1e-300) && loss > 1.0 {
                stop = Stop::Diverged;
                break;
            }
            if square <= self.target {
                stop = Stop::Target;
                break;
            }
            let progress = Progress { iteration: iteration + 1, of: self.iterations, loss: square, parameters: &theta };
            if watch(progress) == ControlFlow::Break(()) {
                stop = Stop::Interrupted;
                break;
            }
            power1 *= 0.9;
            power2 *= 0.999;
            let part = iteration as f64 / self.iterations as f64;
            let cosine = 0.5 * (1.0 + (std::f64::consts::PI * part).cos());
            let rate = self.rate * (self.last + (1.0 - self.last) * cosine);
            update(width, rate / (1.0 - power1), 1.0 / (1.0 - power2), &mut theta, &g, (&mut m, &mut v));
        }
        if stop == Stop::Iterations
            && let Ok(loss) = objective.loss(&theta)
            && loss < best_loss
        {
            best_square = objective.mean_square();
            best.copy_from_slice(&theta);
        }
        Ok(Outcome { parameters: best, loss: best_square, iterations: history.len(), history, stop, trouble })
    }
}

/// m ⟵ 0.9 m + 0.1 g, v ⟵ 0.999 v + 0.001 g², θ ⟵ θ − scale₁ m/(√(scale₂ v) + ε).
fn update(width: Width, scale1: f64, scale2: f64, theta: &mut [f64], g: &[f64], moments: (&mut [f64], &mut [f64])) {
    run(width, Update { scale1, scale2, theta, g, m: moments.0, v: moments.1 });
}

struct Update<'a> {
    scale1: f64,
    scale2: f64,
    theta: &'a mut [f64],
    g: &'a [f64],
    m: &'a mut [f64],
    v: &'a mut [f64],
}

impl Loops for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let times_plus = |a: f64, b: f64, c: f64| if FMA { a.mul_add(b, c) } else { a * b + c };
        for (((x, &g), m), v) in self.theta.iter_mut().zip(self.g).zip(self.m).zip(self.v) {
            *m = times_plus(0.9, *m, 0.1 * g);
            *v = times_plus(0.999, *v, 0.001 * g * g);
            *x -= self.scale1 * *m / ((*v * self.scale2).sqrt() + 1e-8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_update_is_the_formula_for_every_length() {
        for width in Width::available() {
            for p in [1, 7, 8, 21] {
                let numbers = |scale: f64| -> Vec<f64> { (0..p).map(|i| scale * (1.0 + i as f64).sin()).collect() };
                let (mut theta, g, mut m) = (numbers(1.0), numbers(0.3), numbers(0.1));
                let mut v: Vec<f64> = numbers(0.2).iter().map(|x| x * x).collect();
                let expected: Vec<f64> = (0..p)
                    .map(|i| {
                        let (first, second) = (0.9 * m[i] + 0.1 * g[i], 0.999 * v[i] + 0.001 * g[i] * g[i]);
                        theta[i] - 0.02 * first / ((3.0 * second).sqrt() + 1e-8)
                    })
                    .collect();
                update(width, 0.02, 3.0, &mut theta, &g, (&mut m, &mut v));
                assert!(theta.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-15), "{width:?} {p}");
            }
        }
    }
}
