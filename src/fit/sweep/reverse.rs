//! The reverse sweep: from weights on the residuals to every layer's adjoint at every slot.

#![allow(clippy::needless_range_loop, reason = "sums over stages and components read as in the formulas")]

use super::{Adjoint, Seeds, Sweep, axpy};
use crate::fit::lu;
use crate::fit::model::Model;
use crate::fit::step::{Kind, Lengths, Step};
use crate::fit::tape::Tape;
use crate::method::Coefficients;
use crate::simd::Width;

impl Sweep {
    /// The reverse sweep after [`forward`](Self::forward) at the same parameters: leaves every layer's adjoint at every slot in `adjoint`.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn reverse(
        &mut self,
        model: &Model,
        step: &Step,
        width: Width,
        theta: &[f64],
        count: usize,
        seeds: Seeds<'_>,
        adjoint: &mut Adjoint,
    ) {
        let (d, n, copies) = (self.d, self.n, adjoint.copies);
        let size = d * n;
        adjoint.lambda.fill(0.0);
        if let Kind::Call(call) = &step.kind {
            return self.reverse_called(model, call, width, theta, count, seeds, adjoint);
        }
        let ratios = self.ratios.clone();
        for j in (0..self.groups).rev() {
            let lengths = Lengths::of(step.h, ratios.as_deref(), j, n);
            match seeds {
                Seeds::Weighted(weights) => axpy(1.0, &weights[j * size..(j + 1) * size], &mut adjoint.lambda),
                Seeds::Unit => {
                    for c in 0..d {
                        let row = ((j * d + c) * d + c) * n;
                        adjoint.lambda[row..row + count].fill(1.0);
                    }
                }
            }
            match &step.kind {
                Kind::RungeKutta { method, explicit } => {
                    for substep in (0..step.substeps).rev() {
                        let at = j * step.substeps + substep;
                        if *explicit {
                            reverse_explicit(model, method, lengths, width, theta, &self.tape, at, adjoint);
                        } else {
                            self.reverse_implicit(model, method, lengths, width, theta, at, adjoint);
                        }
                        for i in 0..method.stages {
                            let x_bar = &adjoint.x_bar[i * copies * size..(i + 1) * copies * size];
                            axpy(1.0, x_bar, &mut adjoint.lambda);
                        }
                    }
                }
                // Taken apart above, in the order of its own steps.
                Kind::Call(_) => {}
                Kind::Residual { points, .. } => {
                    for (slot, point) in points.iter().enumerate() {
                        adjoint.k_bar.fill(0.0);
                        axpy(-step.h * point.beta, &adjoint.lambda, &mut adjoint.k_bar);
                        lengths.stretch(&mut adjoint.k_bar);
                        model.reverse(width, theta, &self.tape, slot, &mut adjoint.deltas, (slot, copies), &adjoint.k_bar, None);
                    }
                }
            }
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn reverse_implicit(
        &mut self,
        model: &Model,
        method: &Coefficients,
        lengths: Lengths<'_>,
        width: Width,
        theta: &[f64],
        step: usize,
        adjoint: &mut Adjoint,
    ) {
        let (s, d, n, copies) = (method.stages, self.d, self.n, adjoint.copies);
        let (size, system) = (d * n, s * d);
        let Some(newton) = self.newton.as_mut() else { return };
        for i in 0..n {
            let factors = &newton.factors[(step * n + i) * system * system..(step * n + i + 1) * system * system];
            let pivots = &newton.pivots[(step * n + i) * system..(step * n + i + 1) * system];
            for copy in 0..copies {
                for p in 0..s {
                    for a in 0..d {
                        newton.rhs[p * d + a] = lengths.h * method.b[p] * adjoint.lambda[copy * size + a * n + i];
                    }
                }
                lu::solve_transposed(factors, pivots, &mut newton.rhs);
                for p in 0..s {
                    for a in 0..d {
                        adjoint.k_bar[(p * copies + copy) * size + a * n + i] = newton.rhs[p * d + a];
                    }
                }
            }
        }
        lengths.stretch(&mut adjoint.k_bar);
        for p in 0..s {
            let range = p * copies * size..(p + 1) * copies * size;
            let slot = step * s + p;
            let (k_bar, x_bar) = (&adjoint.k_bar[range.clone()], &mut adjoint.x_bar[range]);
            model.reverse(width, theta, &self.tape, slot, &mut adjoint.deltas, (slot, copies), k_bar, Some(x_bar));
        }
    }
}

#[allow(clippy::too_many_arguments)]
fn reverse_explicit(
    model: &Model,
    method: &Coefficients,
    lengths: Lengths<'_>,
    width: Width,
    theta: &[f64],
    tape: &Tape,
    step: usize,
    adjoint: &mut Adjoint,
) {
    let (s, copies) = (method.stages, adjoint.copies);
    let block = adjoint.lambda.len();
    for i in (0..s).rev() {
        let slot = step * s + i;
        let later = (i + 1..s).filter(|l| method.a[l * s + i] != 0.0);
        if method.b[i] == 0.0 && later.clone().next().is_none() {
            adjoint.deltas.clear(model, slot);
            adjoint.x_bar[i * block..(i + 1) * block].fill(0.0);
            continue;
        }
        let k_bar = &mut adjoint.k_bar[..block];
        for (k, lambda) in k_bar.iter_mut().zip(&adjoint.lambda) {
            *k = lengths.h * method.b[i] * lambda;
        }
        let (earlier, known) = adjoint.x_bar.split_at_mut((i + 1) * block);
        for l in later {
            let x_bar = &known[(l - i - 1) * block..(l - i) * block];
            axpy(lengths.h * method.a[l * s + i], x_bar, k_bar);
        }
        lengths.stretch(k_bar);
        // Nothing comes before the first stage of the first step: its own state is a sample.
        let x_bar = (slot > 0 || adjoint.to_the_start).then_some(&mut earlier[i * block..]);
        model.reverse(width, theta, tape, slot, &mut adjoint.deltas, (slot, copies), k_bar, x_bar);
    }
}
