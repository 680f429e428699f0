//! The reverse sweep of a call, its steps constants: from the samples back through interpolants, steps and carried slopes.

use super::{Adjoint, Seeds, Sweep, axpy, axpy_columns};
use crate::fit::model::Model;
use crate::fit::through::CallStep;
use crate::simd::Width;

impl Sweep {
    /// After [`called`](Self::called) at the same parameters. For a step y₁ = y + h Σ b_i k_i and samples y + h Σ w_i k_i in it,
    /// K̄_i = h b_i λ + h w_i σ + Σ_l h a_li X̄_l (and the adjoint of a slope that the next step carries on), X̄_i = (∂f)ᵀ K̄_i,
    /// λ ⟵ λ + σ + Σ X̄_i.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn reverse_called(
        &mut self,
        model: &Model,
        step: &CallStep,
        width: Width,
        theta: &[f64],
        count: usize,
        seeds: Seeds<'_>,
        adjoint: &mut Adjoint,
    ) {
        let Some(called) = &self.called else { return };
        let (d, n, copies, rows) = (self.d, self.n, adjoint.copies, step.rows.len());
        let block = copies * d * n;
        adjoint.deltas.grow(model, called.slots);
        let Adjoint { deltas, lambda, k_bar, x_bar, .. } = adjoint;
        let (x_bar, rest) = x_bar.split_at_mut(block);
        let carried = &mut rest[..block];
        carried.fill(0.0);
        let mut later = called.outputs.len();
        for (number, taken) in called.steps.iter().enumerate().rev() {
            let h = &called.sizes[number * n..(number + 1) * n];
            for (i, b) in step.result.iter().enumerate() {
                let bar = &mut k_bar[i * block..(i + 1) * block];
                bar.fill(0.0);
                axpy_columns(*b, h, lambda, bar);
            }
            while let Some(output) = later.checked_sub(1).filter(|o| called.outputs[*o].step == number) {
                later = output;
                let sample = called.outputs[output].sample;
                let marks = &called.marks[output * n..(output + 1) * n];
                let weights = &called.weights[output * rows * n..(output + 1) * rows * n];
                for copy in 0..copies {
                    for c in 0..d {
                        let row = (copy * d + c) * n;
                        for i in (0..n).filter(|i| marks[*i] != 0.0) {
                            let seed = match seeds {
                                Seeds::Weighted(weights) => weights[(sample * d + c) * n + i],
                                Seeds::Unit => f64::from(u8::from(copy == sample * d + c && i < count)),
                            };
                            if seed == 0.0 {
                                continue;
                            }
                            lambda[row + i] += seed;
                            for k in 0..rows {
                                k_bar[k * block + row + i] += h[i] * weights[k * n + i] * seed;
                            }
                        }
                    }
                }
            }
            if step.carries {
                let last = &mut k_bar[(step.stages - 1) * block..step.stages * block];
                for (at, (k, c)) in last.iter_mut().zip(carried.iter_mut()).enumerate() {
                    if h[at % n] != 0.0 {
                        *k += std::mem::take(c);
                    }
                }
            }
            let evaluated = if taken.extended { rows } else { step.stages };
            for i in (0..evaluated).rev() {
                let Some(slot) = step.slot(*taken, i) else { continue };
                let (before, bar) = k_bar.split_at_mut(i * block);
                model.reverse(width, theta, &self.tape, slot, deltas, (slot, copies), &bar[..block], Some(x_bar));
                axpy(1.0, x_bar, lambda);
                for (l, a) in step.rows[i].iter().enumerate() {
                    axpy_columns(*a, h, x_bar, &mut before[l * block..(l + 1) * block]);
                }
            }
            if step.carries {
                axpy(1.0, &k_bar[..block], carried);
            }
        }
        // What slot 0 holds is the slope at the starts: carried into the first step, or only asked by the controller.
        let first = called.steps.first().map_or(0, |taken| taken.base);
        for slot in 0..first {
            if slot == 0 && step.carries {
                model.reverse(width, theta, &self.tape, slot, deltas, (slot, copies), carried, None);
            } else {
                deltas.clear(model, slot);
            }
        }
    }
}
