//! The discrete step and its exact derivative: forwards through the stages of every window, and back.
//!
//! Discretise, then differentiate. Explicit stages are taken in turn; implicit ones are solved by Newton's method, and the reverse sweep solves
//! the transposed system at the solution (the implicit function theorem): with N = I − h A ⊗ ∂f, `Nᵀ K̄ = h b ⊗ λ`, then
//! X̄_i = (∂f(X_i))ᵀ K̄_i and λ ⟵ λ + Σ X̄_i. The explicit rule `K̄_i = h (b_i λ + Σ_l a_li X̄_l)` is its triangular case. At uneven times each column has its
//! own h_k: h is that of the middle interval, and f and its slope are multiplied by H_k/H ([`Lengths`]).

#![allow(clippy::needless_range_loop, reason = "sums over stages and components read as in the formulas")]

mod called;
mod called_reverse;
mod called_states;
mod drivers;
mod reverse;

pub use called_states::called_states;

use super::fit_error::FitError;
use super::loss::Block;
use super::lu;
use super::model::Model;
use super::saturating::product;
use super::step::{Kind, Lengths, Point, Step};
use super::tape::{Deltas, Tape};
use crate::method::Coefficients;
use crate::simd::Width;
use std::sync::Arc;

/// Newton's iterations for the stages before they are given up.
const NEWTON: usize = 40;

/// What is seeded into the reverse sweep.
#[derive(Clone, Copy)]
pub(crate) enum Seeds<'a> {
    /// One copy: a weight a residual, in the residuals' layout.
    Weighted(&'a [f64]),
    /// One copy a residual of a window: 1 for its own residual, 0 for the others.
    Unit,
}

/// The memory of forward and reverse sweeps over one block, allocated once.
pub(crate) struct Sweep {
    n: usize,
    d: usize,
    groups: usize,
    pub(crate) tape: Tape,
    /// (interval, component) × n: the residuals of the last forward sweep, zero for the padding.
    pub(crate) residuals: Vec<f64>,
    state: Vec<f64>,
    stages: Vec<f64>,
    values: Vec<f64>,
    newton: Option<Newton>,
    called: Option<called::Called>,
    /// The block's, for the reverse sweep.
    ratios: Option<Arc<[f64]>>,
}

/// What implicit stages need besides: ∂f at the stages, and a factorised system a sample and step.
struct Newton {
    deltas: Deltas,
    seeds: Vec<f64>,
    jacobians: Vec<f64>,
    factors: Vec<f64>,
    pivots: Vec<usize>,
    rhs: Vec<f64>,
}

/// The memory of a reverse sweep of a number of copies.
pub(crate) struct Adjoint {
    copies: usize,
    /// Whether what comes before the first stage of a window is wanted too.
    to_the_start: bool,
    pub(crate) deltas: Deltas,
    lambda: Vec<f64>,
    k_bar: Vec<f64>,
    x_bar: Vec<f64>,
}

impl Adjoint {
    pub(crate) fn new(model: &Model, step: &Step, intervals: usize, n: usize, copies: usize) -> Self {
        let block = copies * model.dimension() * n;
        let stages = match &step.kind {
            Kind::RungeKutta { method, .. } => method.stages,
            Kind::Residual { .. } => 1,
            // The adjoint of a carried slope besides.
            Kind::Call(call) => call.rows.len() + 1,
        };
        Self {
            copies,
            to_the_start: false,
            deltas: Deltas::new(model, n, step.slots(intervals), copies),
            lambda: vec![0.0; block],
            k_bar: vec![0.0; block * stages],
            x_bar: vec![0.0; block * stages],
        }
    }

    /// A sweep that reaches the windows' first states: their adjoints are then in [`start`](Self::start).
    pub(crate) fn towards_the_start(self) -> Self {
        Self { to_the_start: true, ..self }
    }

    /// The adjoint of the windows' first states, (copy, component) × n.
    pub(crate) fn start(&self) -> &[f64] {
        &self.lambda
    }
}

impl Sweep {
    pub(crate) fn new(model: &Model, step: &Step, intervals: usize, n: usize) -> Self {
        let d = model.dimension();
        let groups = step.residual_groups(intervals);
        let (stages, newton) = match &step.kind {
            Kind::RungeKutta { method, explicit } => (method.stages, (!explicit).then_some(method.stages)),
            Kind::Residual { .. } => (1, None),
            Kind::Call(call) => (call.rows.len(), None),
        };
        let newton = newton.map(|s| {
            let (size, steps) = (s * d, intervals * step.substeps);
            let mut seeds = vec![0.0; d * d * n];
            (0..d).for_each(|c| seeds[(c * d + c) * n..(c * d + c + 1) * n].fill(1.0));
            Newton {
                deltas: Deltas::new(model, n, 1, d),
                seeds,
                jacobians: vec![0.0; s * d * d * n],
                factors: vec![0.0; steps * n * size * size],
                pivots: vec![0; steps * n * size],
                rhs: vec![0.0; size],
            }
        });
        Self {
            n,
            d,
            groups,
            tape: Tape::new(model, n, step.slots(intervals)),
            residuals: vec![0.0; groups * d * n],
            state: vec![0.0; d * n],
            stages: vec![0.0; stages * d * n],
            values: vec![0.0; stages * d * n],
            newton,
            called: None,
            ratios: None,
        }
    }

    /// Slots that the last forward sweep used.
    pub(crate) fn slots(&self, step: &Step) -> usize {
        match &self.called {
            Some(called) => called.slots,
            None => step.slots(self.groups),
        }
    }

    /// Numbers that a sweep and an adjoint of `copies` hold: asked before they are allocated.
    pub(crate) fn size(model: &Model, step: &Step, intervals: usize, n: usize, copies: usize) -> usize {
        let d = model.dimension();
        let slots = step.slots(intervals);
        let (stages, newton) = match &step.kind {
            Kind::RungeKutta { method, explicit } => (method.stages, !explicit),
            Kind::Residual { .. } => (1, false),
            Kind::Call(call) => (call.rows.len() + 1, false),
        };
        let system = stages.saturating_mul(d);
        let newton = if newton {
            let steps = intervals.saturating_mul(step.substeps);
            // Factors and pivots of every step, ∂f at the stages of one, and the sweep that makes it.
            product(&[steps, n, system, system + 1])
                .saturating_add(product(&[stages + 1, d, d, n]))
                .saturating_add(Deltas::size(model, n, 1, d))
        } else {
            0
        };
        // The states of the window, its residuals, stages and values; λ, K̄ and X̄ of each copy.
        let states = product(&[intervals.saturating_mul(2) + 2 + 2 * stages, d, n]);
        let adjoint = product(&[copies, d, n, 1 + 2 * stages]);
        Tape::size(model, n, slots)
            .saturating_add(Deltas::size(model, n, slots, copies))
            .saturating_add(newton)
            .saturating_add(states)
            .saturating_add(adjoint)
    }

    /// Residuals of all windows of the block: prediction − sample.
    pub(crate) fn forward(&mut self, model: &Model, step: &Step, width: Width, theta: &[f64], block: &Block) -> Result<(), FitError> {
        self.ratios = block.ratios().cloned();
        let lengths = |j: usize| Lengths::of(step.h, block.ratios().map(|ratios| &**ratios), j, block.n);
        match &step.kind {
            Kind::RungeKutta { method, explicit } => {
                self.state.copy_from_slice(block.sample(0));
                for j in 0..self.groups {
                    for substep in 0..step.substeps {
                        let at = (j, substep, j * step.substeps + substep);
                        if *explicit {
                            self.explicit(model, method, lengths(j), width, theta, at.2);
                        } else {
                            self.implicit(model, method, lengths(j), width, theta, at, block)?;
                        }
                        for i in 0..method.stages {
                            let k = &self.stages[i * self.d * self.n..(i + 1) * self.d * self.n];
                            axpy(step.h * method.b[i], k, &mut self.state);
                        }
                    }
                    let size = self.d * self.n;
                    let residuals = &mut self.residuals[j * size..(j + 1) * size];
                    for ((r, y), target) in residuals.iter_mut().zip(&self.state).zip(block.sample(j + 1)) {
                        *r = y - target;
                    }
                }
            }
            Kind::Call(call) => self.called(model, call, width, theta, block)?,
            Kind::Residual { alpha, points } => {
                self.residuals.fill(0.0);
                for (j, alpha) in alpha.iter().enumerate() {
                    axpy(*alpha, block.sample(j), &mut self.residuals);
                }
                for (slot, Point { weights, beta }) in points.iter().enumerate() {
                    let x = self.tape.states(slot);
                    x.fill(0.0);
                    for (j, w) in weights.iter().enumerate() {
                        axpy(*w, block.sample(j), x);
                    }
                    model.forward(width, theta, &mut self.tape, slot, &mut self.values);
                    lengths(0).stretch(&mut self.values);
                    axpy(-step.h * beta, &self.values, &mut self.residuals);
                }
            }
        }
        let (n, count) = (self.n, block.count);
        for row in self.residuals.chunks_exact_mut(n) {
            row[count..].fill(0.0);
        }
        if let Some(at) = self.residuals.iter().position(|r| !r.is_finite()) {
            let i = at % n;
            let (trajectory, sample) = block.origin(i);
            return Err(FitError::NotFinite { trajectory, sample, state: (0..self.d).map(|c| block.sample(0)[c * n + i]).collect() });
        }
        Ok(())
    }

    /// K_1 … K_s in turn.
    fn explicit(&mut self, model: &Model, method: &Coefficients, lengths: Lengths<'_>, width: Width, theta: &[f64], step: usize) {
        let (s, size) = (method.stages, self.d * self.n);
        for i in 0..s {
            let slot = step * s + i;
            let x = self.tape.states(slot);
            x.copy_from_slice(&self.state);
            for l in 0..i {
                axpy(lengths.h * method.a[i * s + l], &self.stages[l * size..(l + 1) * size], x);
            }
            let stage = &mut self.stages[i * size..(i + 1) * size];
            model.forward(width, theta, &mut self.tape, slot, stage);
            lengths.stretch(stage);
        }
    }

    /// All K_i together by Newton's method, from K_i = f(y).
    #[allow(clippy::too_many_arguments)]
    fn implicit(
        &mut self,
        model: &Model,
        method: &Coefficients,
        lengths: Lengths<'_>,
        width: Width,
        theta: &[f64],
        (interval, substep, step): (usize, usize, usize),
        block: &Block,
    ) -> Result<(), FitError> {
        let (s, d, n, h) = (method.stages, self.d, self.n, lengths.h);
        let count = block.count;
        let size = d * n;
        let system = s * d;
        let Some(newton) = self.newton.as_mut() else {
            // Sweep::new makes it for every method that is not explicit.
            return Ok(());
        };
        self.tape.states(step * s).copy_from_slice(&self.state);
        model.forward(width, theta, &mut self.tape, step * s, &mut self.values[..size]);
        lengths.stretch(&mut self.values[..size]);
        for i in 0..s {
            self.stages[i * size..(i + 1) * size].copy_from_slice(&self.values[..size]);
        }
        let mut before = f64::INFINITY;
        for iteration in 0..NEWTON {
            for i in 0..s {
                let slot = step * s + i;
                let x = self.tape.states(slot);
                x.copy_from_slice(&self.state);
                for l in 0..s {
                    axpy(h * method.a[i * s + l], &self.stages[l * size..(l + 1) * size], x);
                }
                let values = &mut self.values[i * size..(i + 1) * size];
                model.forward(width, theta, &mut self.tape, slot, values);
                lengths.stretch(values);
                let jacobian = &mut newton.jacobians[i * d * size..(i + 1) * d * size];
                model.reverse(width, theta, &self.tape, slot, &mut newton.deltas, (0, d), &newton.seeds, Some(&mut *jacobian));
                lengths.stretch(jacobian);
            }
            let (mut worst, mut where_worst) = (0.0f64, 0);
            for i in 0..count {
                for row in 0..system {
                    let at = row * n + i;
                    let scale = 1.0 + self.state[(row % d) * n + i].abs() + h * self.values[at].abs();
                    let error = h * (self.stages[at] - self.values[at]).abs() / scale;
                    if error > worst || !error.is_finite() {
                        (worst, where_worst) = (if error.is_finite() { error } else { f64::INFINITY }, i);
                    }
                }
            }
            // Quadratic convergence ends at rounding: done there, or where it stops improving within reach of it.
            let done = worst <= 4e-16 || (worst <= 1e-12 && (worst > 0.25 * before || iteration + 1 == NEWTON));
            let mut solvable = worst.is_finite();
            for i in 0..n {
                let factors = &mut newton.factors[(step * n + i) * system * system..(step * n + i + 1) * system * system];
                let pivots = &mut newton.pivots[(step * n + i) * system..(step * n + i + 1) * system];
                for p in 0..s {
                    for a in 0..d {
                        for q in 0..s {
                            for b in 0..d {
                                let identity = if p == q && a == b { 1.0 } else { 0.0 };
                                let slope = newton.jacobians[((p * d + a) * d + b) * n + i];
                                factors[(p * d + a) * system + q * d + b] = identity - h * method.a[p * s + q] * slope;
                            }
                        }
                    }
                }
                solvable = solvable && lu::factor(factors, pivots);
                if !solvable {
                    break;
                }
                if !done {
                    for row in 0..system {
                        newton.rhs[row] = self.values[row * n + i] - self.stages[row * n + i];
                    }
                    lu::solve(factors, pivots, &mut newton.rhs);
                    for row in 0..system {
                        self.stages[row * n + i] += newton.rhs[row];
                    }
                }
            }
            if done && solvable {
                return Ok(());
            }
            before = worst;
            if !solvable || iteration + 1 == NEWTON {
                let state = (0..d).map(|c| self.state[c * n + where_worst]).collect();
                let (trajectory, first) = block.origin(where_worst);
                let sample = first + interval;
                return Err(FitError::Newton { trajectory, sample, substep, state, iterations: iteration + 1, residual: worst });
            }
        }
        Ok(())
    }
}

/// y += a·x; nothing where a = 0.
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    if a != 0.0 {
        y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
    }
}

/// y += a·h⊙x, with a factor h for each of the columns.
fn axpy_columns(a: f64, h: &[f64], x: &[f64], y: &mut [f64]) {
    if a != 0.0 {
        for (y, x) in y.chunks_exact_mut(h.len()).zip(x.chunks_exact(h.len())) {
            y.iter_mut().zip(x).zip(h).for_each(|((y, x), h)| *y += a * h * x);
        }
    }
}

#[cfg(test)]
mod tests;
