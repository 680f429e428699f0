//! The discrete step and its exact derivative: forwards through the stages of every window, and back.
//!
//! Discretise, then differentiate. Explicit stages are taken in turn; implicit ones are solved by Newton's method, and the reverse sweep solves
//! the transposed system at the solution (the implicit function theorem): with N = I − h A ⊗ ∂f, `Nᵀ K̄ = h b ⊗ λ`, then
//! X̄_i = (∂f(X_i))ᵀ K̄_i and λ ⟵ λ + Σ X̄_i. The explicit rule `K̄_i = h (b_i λ + Σ_l a_li X̄_l)` is its triangular case.

#![allow(clippy::needless_range_loop, reason = "sums over stages and components read as in the formulas")]

use super::error::FitError;
use super::lanes::Width;
use super::loss::Block;
use super::lu;
use super::model::Model;
use super::step::{Kind, Point, Step};
use super::tape::{Deltas, Tape};
use crate::method::Coefficients;

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
        };
        Self {
            copies,
            deltas: Deltas::new(model, n, step.slots(intervals), copies),
            lambda: vec![0.0; block],
            k_bar: vec![0.0; block * stages],
            x_bar: vec![0.0; block * stages],
        }
    }
}

impl Sweep {
    pub(crate) fn new(model: &Model, step: &Step, intervals: usize, n: usize) -> Self {
        let d = model.dimension();
        let groups = step.residual_groups(intervals);
        let (stages, newton) = match &step.kind {
            Kind::RungeKutta { method, explicit } => (method.stages, (!explicit).then_some(method.stages)),
            Kind::Residual { .. } => (1, None),
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
        }
    }

    /// Numbers that a sweep and an adjoint of `copies` hold: asked before they are allocated.
    pub(crate) fn size(model: &Model, step: &Step, intervals: usize, n: usize, copies: usize) -> usize {
        let d = model.dimension();
        let slots = step.slots(intervals);
        let newton = match &step.kind {
            Kind::RungeKutta { method, explicit: false } => intervals * step.substeps * n * (method.stages * d).pow(2),
            _ => 0,
        };
        Tape::size(model, n, slots) + Deltas::size(model, n, slots, copies) + newton
    }

    /// Residuals of all windows of the block: prediction − sample.
    pub(crate) fn forward(&mut self, model: &Model, step: &Step, width: Width, theta: &[f64], block: &Block) -> Result<(), FitError> {
        match &step.kind {
            Kind::RungeKutta { method, explicit } => {
                self.state.copy_from_slice(block.sample(0));
                for j in 0..self.groups {
                    for substep in 0..step.substeps {
                        let at = (j, substep, j * step.substeps + substep);
                        if *explicit {
                            self.explicit(model, method, step.h, width, theta, at.2);
                        } else {
                            self.implicit(model, method, step.h, width, theta, at, block.count)?;
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
            return Err(FitError::NotFinite { state: (0..self.d).map(|c| block.sample(0)[c * n + i]).collect() });
        }
        Ok(())
    }

    /// K_1 … K_s in turn.
    fn explicit(&mut self, model: &Model, method: &Coefficients, h: f64, width: Width, theta: &[f64], step: usize) {
        let (s, size) = (method.stages, self.d * self.n);
        for i in 0..s {
            let slot = step * s + i;
            let x = self.tape.states(slot);
            x.copy_from_slice(&self.state);
            for l in 0..i {
                axpy(h * method.a[i * s + l], &self.stages[l * size..(l + 1) * size], x);
            }
            model.forward(width, theta, &mut self.tape, slot, &mut self.stages[i * size..(i + 1) * size]);
        }
    }

    /// All K_i together by Newton's method, from K_i = f(y).
    #[allow(clippy::too_many_arguments)]
    fn implicit(
        &mut self,
        model: &Model,
        method: &Coefficients,
        h: f64,
        width: Width,
        theta: &[f64],
        (interval, substep, step): (usize, usize, usize),
        count: usize,
    ) -> Result<(), FitError> {
        let (s, d, n) = (method.stages, self.d, self.n);
        let size = d * n;
        let system = s * d;
        let Some(newton) = self.newton.as_mut() else {
            // Sweep::new makes it for every method that is not explicit.
            return Ok(());
        };
        self.tape.states(step * s).copy_from_slice(&self.state);
        model.forward(width, theta, &mut self.tape, step * s, &mut self.values[..size]);
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
                model.forward(width, theta, &mut self.tape, slot, &mut self.values[i * size..(i + 1) * size]);
                let jacobian = &mut newton.jacobians[i * d * size..(i + 1) * d * size];
                model.reverse(width, theta, &self.tape, slot, &mut newton.deltas, (0, d), &newton.seeds, Some(jacobian));
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
            let done = worst <= 4e-16 || (worst <= 1e-12 && worst > 0.25 * before);
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
                return Err(FitError::Newton { interval, substep, state, iterations: iteration + 1, residual: worst });
            }
        }
        Ok(())
    }

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
        for j in (0..self.groups).rev() {
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
                            reverse_explicit(model, method, step.h, width, theta, &self.tape, at, adjoint);
                        } else {
                            self.reverse_implicit(model, method, step.h, width, theta, at, adjoint);
                        }
                        for i in 0..method.stages {
                            let x_bar = &adjoint.x_bar[i * copies * size..(i + 1) * copies * size];
                            axpy(1.0, x_bar, &mut adjoint.lambda);
                        }
                    }
                }
                Kind::Residual { points, .. } => {
                    for (slot, point) in points.iter().enumerate() {
                        adjoint.k_bar.fill(0.0);
                        axpy(-step.h * point.beta, &adjoint.lambda, &mut adjoint.k_bar);
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
        h: f64,
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
                        newton.rhs[p * d + a] = h * method.b[p] * adjoint.lambda[copy * size + a * n + i];
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
    h: f64,
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
            *k = h * method.b[i] * lambda;
        }
        let (earlier, known) = adjoint.x_bar.split_at_mut((i + 1) * block);
        for l in later {
            let x_bar = &known[(l - i - 1) * block..(l - i) * block];
            axpy(h * method.a[l * s + i], x_bar, k_bar);
        }
        let x_bar = &mut earlier[i * block..];
        model.reverse(width, theta, tape, slot, &mut adjoint.deltas, (slot, copies), k_bar, Some(x_bar));
    }
}

/// y += a·x; nothing where a = 0.
fn axpy(a: f64, x: &[f64], y: &mut [f64]) {
    if a != 0.0 {
        y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
    }
}

#[cfg(test)]
mod tests;
