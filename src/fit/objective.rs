//! The loss of a model on windows of samples, and its gradient: by blocks that stay in the processor's cache.

use super::error::FitError;
use super::lanes::{Width, padded};
use super::loss::{Block, Windows};
use super::model::Model;
use super::step::Step;
use super::sweep::{Adjoint, Seeds, Sweep};

/// Bytes of activations and adjoints that a block may have: most of a second-level cache.
const BLOCK_BYTES: usize = 700 << 10;

/// The mean square of all residuals, as a function of θ.
///
/// ```
/// use lambdahat::fit::{Form, Loss, Model, Objective, Step, Windows};
/// use lambdahat::method::{Sampling, catalog};
/// // ẏ = −y sampled every 0.5, one forward Euler step an interval: â = (e^{−1/2} − 1)/0.5 fits exactly.
/// let samples: Vec<Vec<f64>> = (0..10).map(|i| vec![(-0.5 * f64::from(i)).exp()]).collect();
/// let step = Step::new(&catalog::find("forward-euler")?, Sampling::new(0.5, 1)?, Form::Step)?;
/// let model = Model::new(&"linear".parse()?, &samples)?;
/// let windows = Windows::new(&[samples], Loss::Pairs, &step)?;
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
}

impl<'a> Objective<'a> {
    /// Allocates all that evaluations need. Errors when the model and the windows differ in dimension.
    pub fn new(model: &'a Model, step: &'a Step, windows: &Windows) -> Result<Self, FitError> {
        if model.dimension() != windows.dimension() {
            return Err(FitError::Dimension { model: model.dimension(), data: windows.dimension() });
        }
        let (count, intervals) = (windows.count(), windows.intervals());
        let per_window = 8 * Sweep::size(model, step, intervals, 8, 1) / 8;
        let most = (BLOCK_BYTES / per_window.max(1)).clamp(16, count.max(16));
        let chunks = count.div_ceil(most);
        let n = padded(count.div_ceil(chunks));
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
        })
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
        Ok(sum / self.residual_count as f64)
    }

    /// The loss at θ, its gradient written to `gradient` (as long as θ).
    pub fn gradient(&mut self, theta: &[f64], gradient: &mut [f64]) -> Result<f64, FitError> {
        gradient.fill(0.0);
        let mut sum = 0.0;
        let scale = 2.0 / self.residual_count as f64;
        let slots = self.step.slots(self.blocks.first().map_or(1, Block::intervals));
        for block in &self.blocks {
            self.sweep.forward(self.model, self.step, self.width, theta, block)?;
            sum += square(&self.sweep.residuals);
            self.seeds.iter_mut().zip(&self.sweep.residuals).for_each(|(s, r)| *s = scale * r);
            let seeds = Seeds::Weighted(&self.seeds);
            self.sweep.reverse(self.model, self.step, self.width, theta, block.count, seeds, &mut self.adjoint);
            self.adjoint.deltas.gradient(self.model, self.width, &self.sweep.tape, 0..slots, 0, gradient);
        }
        Ok(sum / self.residual_count as f64)
    }
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
