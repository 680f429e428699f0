//! The Jacobian of long windows, in time and memory that grow with their length and not with its square.
//!
//! A window's predictions are y_{j+1} = S(y_j, θ). The reverse sweep of one interval from each y_j gives ∂S/∂y and ∂S/∂θ there,
//! and the chain rule gives the rest: J_{j+1} = ∂S/∂y · J_j + ∂S/∂θ, with J_0 = 0.

use crate::fit::fit_error::FitError;
use crate::fit::loss::{Block, Windows};
use crate::fit::model::Model;
use crate::fit::normal::jacobian;
use crate::fit::saturating::product;
use crate::fit::step::Step;
use crate::fit::sweep::{Adjoint, Seeds, Sweep};
use crate::simd::{Width, padded};

/// One interval from every predicted state, and what the chain makes of them.
pub(super) struct Chain {
    intervals: usize,
    block: Block,
    sweep: Sweep,
    adjoint: Adjoint,
    starts: Vec<f64>,
    slopes: Vec<f64>,
    /// The residuals without padding, in the order of J's columns.
    pub(super) residuals: Vec<f64>,
}

impl Chain {
    pub(super) fn new(model: &Model, step: &Step, windows: &Windows) -> Self {
        let (d, intervals) = (model.dimension(), windows.intervals());
        let count = intervals * windows.count();
        let zero = vec![0.0; d];
        let mut block = Block::from_states(d, &vec![zero.as_slice(); count], vec![(0, 0); count]);
        if windows.is_uneven() {
            let wide = windows.count();
            block = block.with_ratios(1, |_, i| windows.ratio(i % wide, i / wide).unwrap_or(1.0));
        }
        let n = block.n;
        Self {
            intervals,
            block,
            sweep: Sweep::new(model, step, 1, n),
            adjoint: Adjoint::new(model, step, 1, n, d).towards_the_start(),
            starts: vec![0.0; d * n],
            slopes: vec![0.0; model.parameter_count() * d * n],
            residuals: vec![0.0; Self::columns(model, windows)],
        }
    }

    /// Columns of Jᵀ: the residuals, and what makes them a multiple of the widest vector.
    pub(super) fn columns(model: &Model, windows: &Windows) -> usize {
        padded(product(&[windows.intervals(), model.dimension(), windows.count()]))
    }

    /// Numbers that it holds.
    pub(super) fn size(model: &Model, step: &Step, windows: &Windows) -> usize {
        let (d, n) = (model.dimension(), padded(product(&[windows.intervals(), windows.count()])));
        Sweep::size(model, step, 1, n, d).saturating_add(product(&[n, d, model.parameter_count().saturating_add(4)]))
    }

    /// Jᵀ at θ, one row per parameter, columns (interval, component, window), after the forward sweep `here` of the whole windows.
    ///
    /// Errors where one interval cannot be stepped that could be as part of its window.
    pub(super) fn jacobian(
        &mut self,
        model: &Model,
        step: &Step,
        width: Width,
        theta: &[f64],
        (here, whole): (&Sweep, &Block),
        out: &mut [f64],
    ) -> Result<(), FitError> {
        let (d, count, wide, n) = (model.dimension(), whole.count, whole.n, self.block.n);
        for j in 0..self.intervals {
            for c in 0..d {
                let from = &whole.sample(j)[c * wide..c * wide + count];
                let to = &mut self.starts[c * n + j * count..c * n + (j + 1) * count];
                to.copy_from_slice(from);
                // What was predicted, not what was sampled.
                if j > 0 {
                    let row = ((j - 1) * d + c) * wide;
                    to.iter_mut().zip(&here.residuals[row..row + count]).for_each(|(y, r)| *y += r);
                }
                let row = (j * d + c) * wide;
                let place = (j * d + c) * count;
                self.residuals[place..place + count].copy_from_slice(&here.residuals[row..row + count]);
            }
        }
        self.block.restart(&self.starts);
        self.sweep.forward(model, step, width, theta, &self.block)?;
        self.sweep.reverse(model, step, width, theta, self.block.count, Seeds::Unit, &mut self.adjoint);
        jacobian(model, &self.sweep.tape, &self.adjoint, step.slots(1), d, n, &mut self.slopes);
        let columns = self.residuals.len();
        let by_state = self.adjoint.start();
        for (row, slope) in out.chunks_exact_mut(columns).zip(self.slopes.chunks_exact(d * n)) {
            for j in 0..self.intervals {
                let (known, next) = row.split_at_mut(j * d * count);
                let before = &known[known.len().saturating_sub(d * count)..];
                for c in 0..d {
                    let target = &mut next[c * count..(c + 1) * count];
                    target.copy_from_slice(&slope[c * n + j * count..c * n + (j + 1) * count]);
                    if j == 0 {
                        continue;
                    }
                    for b in 0..d {
                        let through = &by_state[(c * d + b) * n + j * count..(c * d + b) * n + (j + 1) * count];
                        for ((t, s), y) in target.iter_mut().zip(through).zip(&before[b * count..(b + 1) * count]) {
                            *t += s * y;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Paths, Trajectories, Trajectory};
    use crate::fit::{Loss, LossForm};
    use crate::method::{Sampling, catalog};

    /// The reverse sweep of whole windows, a copy a residual, gives the same.
    #[test]
    fn the_chain_gives_the_jacobian_of_whole_windows() {
        let trajectory = |shift: f64| -> Vec<Vec<f64>> {
            (0..13).map(|i| vec![(0.4 * f64::from(i) + shift).cos(), 0.7 * (0.4 * f64::from(i) + shift).sin()]).collect()
        };
        let data = Paths::of(&[trajectory(0.0), trajectory(0.3), trajectory(1.0)]).expect("finite");
        let times = (0..13).map(|k| 0.4 * (f64::from(k) + 0.3 * (1.7 * f64::from(k)).sin()));
        let runs = data.iter().map(|run| Trajectory::at(None, times.clone().collect(), run.as_flat().to_vec())).collect();
        let variables = vec!["x".into(), "y".into()];
        let uneven = Trajectories::with_times("made up", variables, vec![], runs).expect("increase").paths().expect("neighbours");
        for method in ["rk4", "implicit-midpoint", "gauss2", "forward-euler"] {
            for spec in ["linear", "polynomial:2", "mlp:5x4"] {
                for (loss, data) in
                    [(Loss::Rollout, &data), (Loss::Windows(3), &data), (Loss::Rollout, &uneven), (Loss::Windows(3), &uneven)]
                {
                    let method = catalog::find(method).expect("in the catalogue");
                    let step = Step::new(&method, Sampling::new(0.4, 2).expect("positive"), LossForm::Step).expect("steps");
                    let windows = Windows::new(data, loss, &step).expect("long enough");
                    let model = Model::new(&spec.parse().expect("a model"), &data.to_states()).expect("states");
                    let theta: Vec<f64> = (0..model.parameter_count()).map(|k| 0.1 * (k as f64 + 1.0).sin()).collect();
                    let block = windows.block(0, windows.count());
                    let (width, copies) = (Width::detected(), windows.intervals() * 2);
                    let mut here = Sweep::new(&model, &step, windows.intervals(), block.n);
                    here.forward(&model, &step, width, &theta, &block).expect("steps");
                    let mut unit = Adjoint::new(&model, &step, windows.intervals(), block.n, copies);
                    here.reverse(&model, &step, width, &theta, block.count, Seeds::Unit, &mut unit);
                    let mut whole = vec![0.0; theta.len() * copies * block.n];
                    jacobian(&model, &here.tape, &unit, step.slots(windows.intervals()), copies, block.n, &mut whole);
                    let columns = Chain::columns(&model, &windows);
                    let mut chained = vec![0.0; theta.len() * columns];
                    let mut chain = Chain::new(&model, &step, &windows);
                    chain.jacobian(&model, &step, width, &theta, (&here, &block), &mut chained).expect("steps");
                    let largest = whole.iter().fold(0.0f64, |m, x| m.max(x.abs()));
                    for (a, row) in chained.chunks_exact(columns).enumerate() {
                        for q in 0..copies {
                            for w in 0..block.count {
                                let expected = whole[(a * copies + q) * block.n + w];
                                assert!((row[q * block.count + w] - expected).abs() <= 1e-12 * largest, "{spec} {loss}");
                            }
                        }
                    }
                }
            }
        }
    }
}
