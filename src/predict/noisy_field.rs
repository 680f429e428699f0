//! What a polynomial model learns from noisy samples, the integrator apart.
//!
//! A nonlinear field has no map that says at once what a loss prefers, so that the model is fitted: polynomials of the degree that explains the samples, through steps so
//! short that they are the flow. Noise in the states biases it as it does a map ([`through_loss`](super::through_loss)). Through a Runge–Kutta method the loss meets the
//! same flow near an equilibrium, and a perfect fit has R(hλ̂)^m = e^{Hλ} for the λ found here; a multistep method puts the samples into its own equation, which is
//! solved as it is.

use super::nearest::nearest;
use crate::data::Paths;
use crate::dynamics::{Equilibrium, equilibria};
use crate::exact::eigenvalues;
use crate::fit::{Learned, Loss, LossForm, ModelSpec, Progress, Training, rollout, unwatched};
use crate::method::{Method, Sampling, catalog};
use crate::truth::Mode;
use num_complex::Complex;
use std::ops::ControlFlow;

/// Samples that are fitted, in whole stretches spread over the data.
const MOST_SAMPLES: usize = 10_000;
/// Such stretches.
const STRETCHES: usize = 10;
/// Coefficients of the model at most.
const MOST_COEFFICIENTS: usize = 200;
/// The explicit method of order 5 that is the flow here, and its steps for a time of 1/|λ|.
const FLOW: &str = "dormand-prince5";
const STEPS: f64 = 4.0;
/// Its steps an interval at most.
const MOST_STEPS: f64 = 32.0;
/// Steps of Levenberg–Marquardt.
const MOST_ITERATIONS: usize = 60;
/// A step that lowers the loss by no more than this part is the last.
const QUIET: f64 = 1e-7;
/// A window so many times as long is begun from the field of the shorter one.
const LONGER: usize = 4;
/// An equilibrium of the learned field belongs to one of the truth up to this part of half the samples' box.
const NEAR: f64 = 0.5;
/// The difference by which the flow's slope is taken, relative to half the samples' box.
const BESIDE: f64 = 1e-5;
/// States at which it is taken.
const SLOPES: usize = 200;

/// Noisy samples of a nonlinear system, and the class of models that explains them.
#[derive(Clone, Debug)]
pub(super) struct NoisyField {
    paths: Paths,
    interval: f64,
    degree: usize,
    /// Half the sides of the samples' box.
    half: Vec<f64>,
    /// Steps of the flow an interval.
    steps: u32,
    /// The field that pairs learn, with its loss: where all other losses begin.
    pairs: Option<(Learned, f64)>,
}

impl NoisyField {
    /// Of samples `interval` apart, in the middle where their times are uneven, that polynomials of this degree explain; `None` where these have too many coefficients, or the samples are few.
    pub fn of(paths: &Paths, interval: f64, degree: usize, modes: &[Mode]) -> Option<Self> {
        let d = paths.dimension();
        let coefficients = (1..=d).fold(d, |n, j| n * (degree + j) / j);
        // Stretches that are spread over the data would lose their times.
        let lost = paths.is_uneven() && paths.samples() > MOST_SAMPLES;
        if d == 0 || lost || coefficients > MOST_COEFFICIENTS || paths.samples() * d <= 2 * coefficients {
            return None;
        }
        let bounds = |j: usize| {
            paths.states().map(|x| x[j]).fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high): (f64, f64), x| (low.min(x), high.max(x)))
        };
        let half = (0..d).map(bounds).map(|(low, high)| if high > low { 0.5 * (high - low) } else { 1.0 }).collect();
        let fastest = modes.iter().map(|mode| mode.lambda.norm()).fold(0.0, f64::max);
        let steps = (STEPS * fastest * interval).ceil().clamp(2.0, MOST_STEPS) as u32;
        let mut field = Self { paths: thinned(paths), interval, degree, half, steps, pairs: None };
        field.pairs = Some(field.by_pairs()?);
        Some(field)
    }

    /// What `loss` learns of each mode through an exact integrator, and the mean square of the residuals; `None` where a fit fails, or a settled mode is not
    /// found again. Fitted starts have no error that could bias the field: the modes, which were found with such, stay.
    pub fn learned(&self, loss: Loss, modes: &[Mode]) -> Option<(Vec<Complex<f64>>, f64)> {
        if loss == Loss::RolloutFreeStart {
            return Some((modes.iter().map(|mode| mode.lambda).collect(), self.noise_square()?));
        }
        let (learned, least) = self.fitted(loss)?;
        Some((modes_of(&learned, &self.half, modes)?, least))
    }

    /// The noise in the samples, root mean square, relative to that of the motion.
    pub fn noise(&self) -> Option<f64> {
        let (square, d) = (self.noise_square()?, self.half.len());
        let count = self.paths.samples() as f64;
        let spread = |j: usize| {
            let mean = self.paths.states().map(|x| x[j]).sum::<f64>() / count;
            self.paths.states().map(|x| (x[j] - mean).powi(2)).sum::<f64>() / count
        };
        let clean = (0..d).map(spread).sum::<f64>() / d as f64 - square;
        (clean > 0.0).then(|| (square / clean).sqrt())
    }

    /// σ²: of pairs, each with one noisy end and another that the flow carries over, σ²(1 + ‖∂φ‖²/d) is left.
    fn noise_square(&self) -> Option<f64> {
        let (learned, least) = self.pairs.as_ref()?;
        Some(least / (1.0 + self.carried(learned)?))
    }

    /// What the regression that a multistep method is learns of the modes, nearest to `clean` in its place, and the mean square of the residuals.
    pub fn regressed(
        &self,
        method: &Method,
        sampling: Sampling,
        modes: &[Mode],
        clean: &[Complex<f64>],
    ) -> Option<(Vec<Complex<f64>>, f64)> {
        let training = Training::new(ModelSpec::Polynomial(self.degree), method.clone(), sampling);
        let fit = training.prepare(&self.paths).ok()?.fit(0, None, &mut unwatched).ok()?;
        let cleared: Vec<Mode> = modes.iter().zip(clean).map(|(mode, lambda)| Mode { lambda: *lambda, ..mode.clone() }).collect();
        Some((modes_of(&fit.learned, &self.half, &cleared)?, fit.loss))
    }

    /// What pairs learn: from the trapezoidal rule's equation on, which is linear in the field.
    fn by_pairs(&self) -> Option<(Learned, f64)> {
        let rule = Training {
            form: LossForm::Residual,
            ..Training::new(ModelSpec::Polynomial(self.degree), catalog::find("trapezoid").ok()?, Sampling::new(self.interval, 1).ok()?)
        };
        let begun = rule.prepare(&self.paths).ok()?.fit(0, None, &mut unwatched).ok()?;
        self.descended(Loss::Pairs, begun.learned.parameters)
    }

    /// The field with the least loss, from that of pairs on over windows that grow.
    fn fitted(&self, loss: Loss) -> Option<(Learned, f64)> {
        let mut found = self.pairs.clone()?;
        let longest = match loss {
            Loss::Pairs => return Some(found),
            Loss::Windows(k) => k,
            Loss::Rollout | Loss::RolloutFreeStart => self.paths.iter().map(|path| path.len()).min()?.saturating_sub(1),
        };
        let mut length = LONGER;
        while length < longest {
            found = self.descended(Loss::Windows(length), found.0.parameters)?;
            length *= LONGER;
        }
        self.descended(loss, found.0.parameters)
    }

    fn descended(&self, loss: Loss, start: Vec<f64>) -> Option<(Learned, f64)> {
        let sampling = Sampling::new(self.interval, self.steps).ok()?;
        let flow = Training::new(ModelSpec::Polynomial(self.degree), catalog::find(FLOW).ok()?, sampling);
        let training = Training { loss, iterations: Some(MOST_ITERATIONS), ..flow };
        // What lowers the loss by so little moves λ by a small part of its uncertainty.
        let mut last = (0, f64::INFINITY);
        let mut until_quiet = |at: Progress<'_>| {
            let quiet = at.iteration > last.0 && last.1 - at.loss <= QUIET * at.loss;
            last = (at.iteration, at.loss);
            if quiet { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let fit = training.prepare(&self.paths).ok()?.fit(0, Some(start), &mut until_quiet).ok()?;
        Some((fit.learned, fit.loss))
    }

    /// The mean of ‖∂φ_H/∂x‖² / d over some of the samples, in units of half the box.
    fn carried(&self, learned: &Learned) -> Option<f64> {
        let d = self.half.len();
        let every = self.paths.samples().div_ceil(SLOPES);
        let starts: Vec<Vec<f64>> = self.paths.states().step_by(every).map(<[f64]>::to_vec).collect();
        let sampling = Sampling::new(self.interval, self.steps).ok()?;
        let method = catalog::find(FLOW).ok()?;
        let ends = |starts: &[Vec<f64>]| rollout(learned, &method, sampling, starts, 1).ok();
        let here = ends(&starts)?;
        let (mut sum, mut count) = (0.0, 0usize);
        for j in 0..d {
            let moved: Vec<Vec<f64>> =
                starts.iter().map(|x| (0..d).map(|i| x[i] + if i == j { BESIDE * self.half[i] } else { 0.0 }).collect()).collect();
            for (a, b) in here.iter().zip(ends(&moved)?.iter()) {
                let (Some(a), Some(b)) = (a.get(1), b.get(1)) else { continue };
                sum += (0..d).map(|i| ((b[i] - a[i]) / (BESIDE * self.half[i])).powi(2)).sum::<f64>();
                count += 1;
            }
        }
        (count > 0).then(|| sum / count as f64)
    }
}

/// At most [`MOST_SAMPLES`] of the samples: whole stretches of each path, spread over it.
fn thinned(paths: &Paths) -> Paths {
    let all = paths.samples();
    if all <= MOST_SAMPLES {
        return paths.clone();
    }
    let d = paths.dimension();
    let mut kept = Vec::new();
    for path in paths.iter() {
        let part = (path.len() as f64 * MOST_SAMPLES as f64 / all as f64) as usize;
        let stretches = STRETCHES.min(part / 2).max(1);
        let each = (part / stretches).max(2).min(path.len());
        for s in 0..stretches {
            let from = (path.len() - each) * s / (stretches.max(2) - 1);
            kept.push(path.as_flat()[from * d..(from + each) * d].to_vec());
        }
    }
    Paths::flat(d, kept)
}

/// The modes of the learned field that belong to these, in the same order: at the equilibrium that Newton's method finds from each one's. An unsettled mode whose equilibrium is
/// lost stays as it is.
fn modes_of(learned: &Learned, half: &[f64], modes: &[Mode]) -> Option<Vec<Complex<f64>>> {
    let mut found: Vec<Complex<f64>> = modes.iter().map(|mode| mode.lambda).collect();
    let mut done = vec![false; modes.len()];
    while let Some(first) = done.iter().position(|done| !done) {
        let place = &modes[first].equilibrium;
        let here: Vec<usize> = (first..modes.len()).filter(|&k| modes[k].equilibrium == *place).collect();
        here.iter().for_each(|&k| done[k] = true);
        let targets: Vec<Complex<f64>> = here.iter().map(|&k| modes[k].lambda).collect();
        match equilibrium_near(learned, half, place).and_then(|there| nearest(&there, &targets)) {
            Some(lambdas) => here.iter().zip(lambdas).for_each(|(&k, lambda)| found[k] = lambda),
            None if here.iter().any(|&k| modes[k].settled) => return None,
            None => {}
        }
    }
    Some(found)
}

/// The eigenvalues at the learned field's equilibrium near `place`.
fn equilibrium_near(learned: &Learned, half: &[f64], place: &[f64]) -> Option<Vec<Complex<f64>>> {
    let near = |found: &Equilibrium| found.state.iter().zip(place).zip(half).all(|((a, b), half)| (a - b).abs() <= NEAR * half);
    let found = equilibria(learned, &[place.to_vec()]).into_iter().find(near)?;
    let discs = eigenvalues(&found.jacobian).ok()?;
    Some(discs.iter().flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect())
}
