//! The loss of a model on windows of samples, and its gradient: by blocks that stay in the processor's cache.

use super::fit_error::FitError;
use super::loss::{Block, Windows};
use super::model::Model;
use super::saturating::product;
use super::step::Step;
use super::sweep::{Adjoint, Seeds, Sweep};
use crate::simd::{PADDING, Width, padded};

/// Bytes of activations and adjoints that a block may have: half of a second-level cache.
const BLOCK_BYTES: usize = 480 << 10;

/// The mean square of all residuals, as a function of θ; with a ridge the mean of the squares and of ridge·|θ|².
///
/// ```
/// use lambdahat::data::Paths;
/// use lambdahat::fit::{LossForm, Loss, Model, Objective, Step, Windows};
/// use lambdahat::method::{Sampling, catalog};
/// // ẏ = −y sampled every 0.5, one forward Euler step an interval: â = (e^{−1/2} − 1)/0.5 fits exactly.
/// let samples: Vec<Vec<f64>> = (0..10).map(|i| vec![(-0.5 * f64::from(i)).exp()]).collect();
/// let step = Step::new(&catalog::find("forward-euler")?, Sampling::new(0.5, 1)?, LossForm::Step)?;
/// let model = Model::new(&"linear".parse()?, &samples)?;
/// let windows = Windows::new(&Paths::of(&[samples])?, Loss::Pairs, &step)?;
/// let mut objective = Objective::new(&model, &step, &windows)?;
/// let learned = ((-0.5_f64).exp() - 1.0) / 0.5;
/// assert!(objective.loss(&[learned])? < 1e-30);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Objective<'a> {
    model: &'a Model,
    step: &'a Step,
    width: Width,
    blocks: Vec<Block>,
    sweep: Sweep,
    adjoint: Adjoint,
    seeds: Vec<f64>,
    residual_count: usize,
    ridge: f64,
    frozen: Option<Vec<bool>>,
    mean_square: f64,
}

impl<'a> Objective<'a> {
    /// Allocates all that evaluations need. Errors when the model and the windows differ in dimension.
    pub fn new(model: &'a Model, step: &'a Step, windows: &Windows) -> Result<Self, FitError> {
        if model.dimension() != windows.dimension() {
            return Err(FitError::Dimension { model: model.dimension(), data: windows.dimension() });
        }
        let (count, intervals) = (windows.count(), windows.intervals());
        let n = block_width(model, step, windows);
        let blocks: Vec<Block> = (0..count).step_by(n).map(|from| windows.block(from, (from + n).min(count))).collect();
        // The last block may be shorter, padded to less than n: give every block the same width.
        let blocks: Vec<Block> = blocks.into_iter().map(|block| block.widened(n)).collect();
        let groups = step.residual_groups(intervals);
        Ok(Self {
            model,
            step,
            width: Width::detected(),
            blocks,
            sweep: Sweep::new(model, step, intervals, n),
            adjoint: Adjoint::new(model, step, intervals, n, 1),
            seeds: vec![0.0; groups * model.dimension() * n],
            residual_count: count * groups * model.dimension(),
            ridge: 0.0,
            frozen: None,
            mean_square: f64::INFINITY,
        })
    }

    /// Adds ridge·|θ|² to the sum of squares.
    pub fn with_ridge(self, ridge: f64) -> Self {
        Self { ridge, ..self }
    }

    /// Takes these parameters (one flag each) out of the gradient, so that a descent leaves them as they are.
    pub fn with_frozen(self, frozen: Option<&[bool]>) -> Self {
        Self { frozen: frozen.map(<[bool]>::to_vec), ..self }
    }

    /// Bytes that [`new`](Self::new) allocates, the largest number where they cannot be counted.
    pub fn bytes(model: &Model, step: &Step, windows: &Windows) -> usize {
        let n = block_width(model, step, windows);
        let numbers = windows.dimension() + usize::from(windows.is_uneven());
        let samples = product(&[windows.intervals().saturating_add(1), numbers, padded(windows.count()).saturating_add(n)]);
        let seeds = product(&[step.residual_groups(windows.intervals()), windows.dimension(), n]);
        let sweep = Sweep::size(model, step, windows.intervals(), n, 1);
        product(&[8, sweep.saturating_add(samples).saturating_add(seeds)])
    }

    /// The mean square of the residuals alone at the last θ that was asked for: without a ridge the loss itself.
    pub fn mean_square(&self) -> f64 {
        self.mean_square
    }

    /// How many residuals are averaged.
    pub fn residual_count(&self) -> usize {
        self.residual_count
    }

    /// The loss at θ. Errors where a step cannot be made, or leaves the finite numbers.
    pub fn loss(&mut self, theta: &[f64]) -> Result<f64, FitError> {
        let mut sum = 0.0;
        for block in &self.blocks {
            self.sweep.forward(self.model, self.step, self.width, theta, block)?;
            sum += square(&self.sweep.residuals);
        }
        self.finish(theta, sum)
    }

    /// The loss at θ, its gradient written to `gradient` (as long as θ).
    pub fn gradient(&mut self, theta: &[f64], gradient: &mut [f64]) -> Result<f64, FitError> {
        gradient.fill(0.0);
        let mut sum = 0.0;
        let scale = 2.0 / self.residual_count as f64;
        if self.step.is_differenced() {
            return self.differences(theta, gradient);
        }
        for block in &self.blocks {
            self.sweep.forward(self.model, self.step, self.width, theta, block)?;
            sum += square(&self.sweep.residuals);
            self.seeds.iter_mut().zip(&self.sweep.residuals).for_each(|(s, r)| *s = scale * r);
            let seeds = Seeds::Weighted(&self.seeds);
            self.sweep.reverse(self.model, self.step, self.width, theta, block.count, seeds, &mut self.adjoint);
            let slots = self.sweep.slots(self.step);
            self.adjoint.deltas.gradient(self.model, self.width, &self.sweep.tape, 0..slots, 0, gradient);
        }
        if self.ridge > 0.0 {
            gradient.iter_mut().zip(theta).for_each(|(g, x)| *g += scale * self.ridge * x);
        }
        if let Some(frozen) = &self.frozen {
            gradient.iter_mut().zip(frozen).filter(|(_, frozen)| **frozen).for_each(|(g, _)| *g = 0.0);
        }
        self.finish(theta, sum)
    }

    /// The gradient by central differences of the loss, the controller's decisions included.
    fn differences(&mut self, theta: &[f64], gradient: &mut [f64]) -> Result<f64, FitError> {
        let mut moved = theta.to_vec();
        for k in (0..theta.len()).filter(|&k| self.frozen.as_ref().is_none_or(|frozen| !frozen[k])).collect::<Vec<_>>() {
            let delta = difference(theta[k]);
            moved[k] = theta[k] + delta;
            let ahead = self.loss(&moved)?;
            moved[k] = theta[k] - delta;
            let behind = self.loss(&moved)?;
            gradient[k] = (ahead - behind) / (2.0 * delta);
            moved[k] = theta[k];
        }
        self.loss(theta)
    }

    fn finish(&mut self, theta: &[f64], sum: f64) -> Result<f64, FitError> {
        self.mean_square = sum / self.residual_count as f64;
        let penalty = if self.ridge > 0.0 { self.ridge * square(theta) / self.residual_count as f64 } else { 0.0 };
        let loss = self.mean_square + penalty;
        if loss.is_finite() {
            return Ok(loss);
        }
        // Each residual is finite, their squares are not: any window may stand for all.
        let block = &self.blocks[0];
        let (trajectory, sample) = block.origin(0);
        let state = (0..self.model.dimension()).map(|c| block.sample(0)[c * block.n]).collect();
        Err(FitError::NotFinite { trajectory, sample, state })
    }
}

/// How far a parameter is moved for a central difference.
pub(crate) fn difference(parameter: f64) -> f64 {
    6e-6 * parameter.abs().max(0.1)
}

/// Windows a block, so that a block's memory stays in the cache.
fn block_width(model: &Model, step: &Step, windows: &Windows) -> usize {
    let count = windows.count();
    if step.couples_windows() {
        return padded(count);
    }
    // Numbers for eight windows are bytes for one.
    let per_window = Sweep::size(model, step, windows.intervals(), PADDING, 1);
    let most = (BLOCK_BYTES / per_window.max(1)).clamp(16, count.max(16));
    padded(count.div_ceil(count.div_ceil(most)))
}

/// Σ r².
pub(crate) fn square(r: &[f64]) -> f64 {
    // Eight running sums: vectors, and a smaller rounding error than one.
    let mut sums = [0.0; 8];
    for chunk in r.chunks(8) {
        chunk.iter().zip(&mut sums).for_each(|(x, s)| *s += x * x);
    }
    sums.iter().sum()
}
