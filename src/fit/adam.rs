//! Adam (Kingma & Ba 2015) on the full batch, with a cosine schedule.

use super::error::FitError;
use super::objective::Objective;
use super::progress::{Outcome, Progress, Stop, Watch};
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
    /// best, ends the run as [`Stop::Diverged`].
    ///
    /// Errors when the loss cannot be evaluated at the start.
    pub fn run(&self, objective: &mut Objective<'_>, start: Vec<f64>, watch: &mut Watch<'_>) -> Result<Outcome, FitError> {
        let mut theta = start;
        let p = theta.len();
        let (mut g, mut m, mut v) = (vec![0.0; p], vec![0.0; p], vec![0.0; p]);
        let (mut best, mut best_loss) = (theta.clone(), f64::INFINITY);
        let mut history = Vec::with_capacity(self.iterations);
        let mut stop = Stop::Iterations;
        let (mut power1, mut power2) = (1.0, 1.0);
        for iteration in 0..self.iterations {
            let loss = match objective.gradient(&theta, &mut g) {
                Ok(loss) => loss,
                Err(error) if iteration == 0 => return Err(error),
                Err(_) => f64::INFINITY,
            };
            history.push(loss);
            if loss < best_loss {
                best_loss = loss;
                best.copy_from_slice(&theta);
            }
            if !loss.is_finite() || loss > 1e6 * best_loss.max(1e-300) && loss > 1.0 {
                stop = Stop::Diverged;
                break;
            }
            if loss <= self.target {
                stop = Stop::Target;
                break;
            }
            let progress = Progress { iteration: iteration + 1, of: self.iterations, loss, parameters: &theta };
            if watch(progress) == ControlFlow::Break(()) {
                stop = Stop::Interrupted;
                break;
            }
            power1 *= 0.9;
            power2 *= 0.999;
            let part = iteration as f64 / self.iterations as f64;
            let cosine = 0.5 * (1.0 + (std::f64::consts::PI * part).cos());
            let rate = self.rate * (self.last + (1.0 - self.last) * cosine);
            let (scale1, scale2) = (rate / (1.0 - power1), 1.0 / (1.0 - power2));
            for (((x, &g), m), v) in theta.iter_mut().zip(&g).zip(&mut m).zip(&mut v) {
                *m = 0.9 * *m + 0.1 * g;
                *v = 0.999 * *v + 0.001 * g * g;
                *x -= scale1 * *m / ((*v * scale2).sqrt() + 1e-8);
            }
        }
        if stop == Stop::Iterations
            && let Ok(loss) = objective.loss(&theta)
            && loss < best_loss
        {
            best_loss = loss;
            best.copy_from_slice(&theta);
        }
        Ok(Outcome { parameters: best, loss: best_loss, iterations: history.len(), history, stop })
    }
}
