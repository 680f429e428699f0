//! Levenberg–Marquardt with the Jacobian of all residuals, in the smaller of two spaces.
//!
//! The damped step solves (JᵀJ + μI)δ = −Jᵀr. With more parameters than residuals it is taken in the space of residuals, δ = −Jᵀw with
//! (JJᵀ + μI)w = r, where JJᵀ is built layer by layer without J ([`normal`](super::normal)) and Jᵀw is one reverse sweep. With fewer
//! parameters J is formed: by a QR factorisation of J, then of (R; √μ I), up to 256 parameters (no squared condition number), by
//! Cholesky's factorisation of JᵀJ + μI beyond.

use super::cholesky;
use super::error::{FitError, bytes};
use super::gemm::multiply_transposed;
use super::lanes::{Width, padded};
use super::loss::{Block, Windows};
use super::model::Model;
use super::normal::{Gram, jacobian};
use super::objective::square;
use super::progress::{Outcome, Progress, Stop, Watch};
use super::step::Step;
use super::sweep::{Adjoint, Seeds, Sweep};
use nalgebra::{DMatrix, DVector};
use std::ops::ControlFlow;

/// Parameters up to which J is factorised by QR.
const QR_COLUMNS: usize = 256;

/// Settings of the optimiser.
#[derive(Clone, Debug, PartialEq)]
pub struct LevenbergMarquardt {
    /// Iterations at most.
    pub iterations: usize,
    /// The loss at which to stop.
    pub target: f64,
    /// The first damping, in units of the largest diagonal entry of JᵀJ or JJᵀ.
    pub damping: f64,
    /// Added to the sum of squares: ridge·|θ|². Needs the space of parameters.
    pub ridge: f64,
    /// Bytes that may be allocated.
    pub memory: usize,
}

impl Default for LevenbergMarquardt {
    fn default() -> Self {
        Self { iterations: 200, target: 1e-28, damping: 1e-3, ridge: 0.0, memory: 4 << 30 }
    }
}

impl LevenbergMarquardt {
    /// Bytes that a run allocates.
    pub fn bytes(&self, model: &Model, step: &Step, windows: &Windows) -> usize {
        let (n, intervals) = (padded(windows.count()), windows.intervals());
        let copies = step.residual_groups(intervals) * model.dimension();
        let slots = step.slots(intervals);
        let p = model.parameter_count();
        let sweeps = 2 * Sweep::size(model, step, intervals, n, 0) + Sweep::size(model, step, intervals, n, copies + 1);
        let solve =
            if self.dual(model, copies * n) { 2 * Gram::size(model, n, slots, copies) } else { 2 * p * copies * n + 2 * padded(p).pow(2) };
        8usize.saturating_mul(sweeps.saturating_add(solve))
    }

    fn dual(&self, model: &Model, residuals: usize) -> bool {
        self.ridge == 0.0 && model.parameter_count() > residuals
    }

    /// Lowers the loss from θ. `frozen` parameters (where given) stay as they are, and the space of parameters is used.
    ///
    /// Errors when the memory does not suffice, or the loss cannot be evaluated at the start.
    pub fn run(
        &self,
        model: &Model,
        step: &Step,
        windows: &Windows,
        start: Vec<f64>,
        frozen: Option<&[bool]>,
        watch: &mut Watch<'_>,
    ) -> Result<Outcome, FitError> {
        if model.dimension() != windows.dimension() {
            return Err(FitError::Dimension { model: model.dimension(), data: windows.dimension() });
        }
        let needed = self.bytes(model, step, windows);
        if needed > self.memory {
            let what = "Levenberg–Marquardt with this model and these samples";
            return Err(FitError::Memory { what, needed: bytes(needed), limit: bytes(self.memory) });
        }
        let mut state = State::new(self, model, step, windows, start, frozen)?;
        state.run(self, watch)
    }
}

struct State<'a> {
    model: &'a Model,
    step: &'a Step,
    width: Width,
    block: Block,
    slots: usize,
    copies: usize,
    count: usize,
    frozen: Option<&'a [bool]>,
    theta: Vec<f64>,
    trial: Vec<f64>,
    /// At θ.
    here: Sweep,
    /// At the trial point; the two change places when it is accepted.
    there: Sweep,
    unit: Adjoint,
    single: Adjoint,
    space: Space,
}

enum Space {
    /// JJᵀ, its factor, w.
    Residuals { gram: Gram, factor: Vec<f64>, w: Vec<f64> },
    /// Jᵀ (a row a parameter) and what was made of it.
    Parameters { rows: Vec<f64>, reduced: Reduced },
}

enum Reduced {
    /// R of J = QR, Qᵀr.
    Qr(DMatrix<f64>, DVector<f64>),
    /// JᵀJ (padded) and its factor, Jᵀr.
    Normal { matrix: Vec<f64>, factor: Vec<f64>, gradient: Vec<f64> },
}

impl<'a> State<'a> {
    fn new(
        settings: &LevenbergMarquardt,
        model: &'a Model,
        step: &'a Step,
        windows: &Windows,
        theta: Vec<f64>,
        frozen: Option<&'a [bool]>,
    ) -> Result<Self, FitError> {
        let intervals = windows.intervals();
        let block = windows.block(0, windows.count());
        let n = block.n;
        let slots = step.slots(intervals);
        let copies = step.residual_groups(intervals) * model.dimension();
        let p = model.parameter_count();
        let space = if settings.dual(model, copies * n) && frozen.is_none() {
            let size = copies * n;
            Space::Residuals { gram: Gram::new(model, n, slots, copies), factor: vec![0.0; size * size], w: vec![0.0; size] }
        } else {
            let reduced = if p <= QR_COLUMNS {
                Reduced::Qr(DMatrix::zeros(0, 0), DVector::zeros(0))
            } else {
                let size = padded(p);
                Reduced::Normal { matrix: vec![0.0; size * size], factor: vec![0.0; size * size], gradient: vec![0.0; size] }
            };
            Space::Parameters { rows: vec![0.0; p * copies * n], reduced }
        };
        Ok(Self {
            model,
            step,
            width: Width::detected(),
            slots,
            copies,
            count: windows.count() * copies,
            frozen,
            trial: theta.clone(),
            theta,
            here: Sweep::new(model, step, intervals, n),
            there: Sweep::new(model, step, intervals, n),
            unit: Adjoint::new(model, step, intervals, n, copies),
            single: Adjoint::new(model, step, intervals, n, 1),
            space,
            block,
        })
    }

    fn run(&mut self, settings: &LevenbergMarquardt, watch: &mut Watch<'_>) -> Result<Outcome, FitError> {
        self.here.forward(self.model, self.step, self.width, &self.theta, &self.block)?;
        let mut cost = square(&self.here.residuals) + settings.ridge * square(&self.theta);
        let mut history = Vec::new();
        let mut mu = 0.0;
        let mut stop = Stop::Iterations;
        let mut quiet = 0;
        for iteration in 0..settings.iterations {
            if square(&self.here.residuals) / self.count as f64 <= settings.target {
                stop = Stop::Target;
                break;
            }
            let largest = self.linearise();
            if iteration == 0 {
                mu = settings.damping * largest;
            }
            // Below this the damping is lost in the rounding of the Gram matrix.
            let floor = match &self.space {
                Space::Parameters { reduced: Reduced::Qr(..), .. } => 1e-30 * largest,
                _ => 1e-15 * largest,
            };
            mu = mu.max(floor);
            let mut lowered = false;
            for _ in 0..40 {
                if !mu.is_finite() {
                    break;
                }
                let Some(predicted) = self.propose(mu, settings.ridge, cost) else {
                    mu *= 4.0;
                    continue;
                };
                let evaluated = self.there.forward(self.model, self.step, self.width, &self.trial, &self.block);
                let next = evaluated.map_or(f64::INFINITY, |()| square(&self.there.residuals) + settings.ridge * square(&self.trial));
                if next < cost {
                    let gain = (cost - next) / (cost - predicted).max(f64::MIN_POSITIVE);
                    let relative = (cost - next) / cost;
                    quiet = if relative < 1e-7 { quiet + 1 } else { 0 };
                    cost = next;
                    std::mem::swap(&mut self.here, &mut self.there);
                    std::mem::swap(&mut self.theta, &mut self.trial);
                    lowered = true;
                    if gain > 0.25 {
                        mu *= if gain > 0.75 { 0.1 } else { 0.3 };
                    } else {
                        mu *= 2.0;
                    }
                    break;
                }
                mu *= 4.0;
            }
            let loss = square(&self.here.residuals) / self.count as f64;
            history.push(loss);
            if !lowered || quiet >= 8 {
                stop = if loss <= settings.target { Stop::Target } else { Stop::Converged };
                break;
            }
            let progress = Progress { iteration: iteration + 1, of: settings.iterations, loss, parameters: &self.theta };
            if watch(progress) == ControlFlow::Break(()) {
                stop = Stop::Interrupted;
                break;
            }
        }
        let loss = square(&self.here.residuals) / self.count as f64;
        if loss <= settings.target {
            stop = Stop::Target;
        }
        Ok(Outcome { parameters: self.theta.clone(), loss, iterations: history.len(), history, stop })
    }

    /// J at θ in the space's form; the largest diagonal entry of the normal matrix.
    fn linearise(&mut self) -> f64 {
        let count = self.block.count;
        self.here.reverse(self.model, self.step, self.width, &self.theta, count, Seeds::Unit, &mut self.unit);
        let n = self.block.n;
        let size = self.copies * n;
        match &mut self.space {
            Space::Residuals { gram, .. } => {
                gram.fill(self.model, self.width, &self.here.tape, &self.unit, self.slots);
                (0..size).map(|i| gram.matrix[i * size + i]).fold(f64::MIN_POSITIVE, f64::max)
            }
            Space::Parameters { rows, reduced } => {
                jacobian(self.model, &self.here.tape, &self.unit, self.slots, self.copies, n, rows);
                if let Some(frozen) = self.frozen {
                    for (row, _) in rows.chunks_exact_mut(size).zip(frozen).filter(|(_, frozen)| **frozen) {
                        row.fill(0.0);
                    }
                }
                let p = self.theta.len();
                match reduced {
                    Reduced::Qr(r, projected) => {
                        let j = DMatrix::from_column_slice(size, p, rows);
                        let qr = j.qr();
                        let mut right = DMatrix::from_column_slice(size, 1, &self.here.residuals);
                        qr.q_tr_mul(&mut right);
                        *r = qr.unpack_r();
                        *projected = DVector::from_column_slice(&right.as_slice()[..r.nrows()]);
                        (0..p).map(|c| r.column(c).norm_squared()).fold(f64::MIN_POSITIVE, f64::max)
                    }
                    Reduced::Normal { matrix, gradient, .. } => {
                        let padded = padded(p);
                        matrix.fill(0.0);
                        gradient.fill(0.0);
                        multiply_transposed(self.width, (p, p, size), rows, size, rows, size, matrix, padded);
                        multiply_transposed(self.width, (p, 1, size), rows, size, &self.here.residuals, size, gradient, 1);
                        (0..p).map(|i| matrix[i * padded + i]).fold(f64::MIN_POSITIVE, f64::max)
                    }
                }
            }
        }
    }

    /// The trial point for this damping, and the cost that the linear model predicts there; `None` where the system cannot be factorised.
    fn propose(&mut self, mu: f64, ridge: f64, cost: f64) -> Option<f64> {
        match &mut self.space {
            Space::Residuals { gram, factor, w } => {
                let size = w.len();
                factor.copy_from_slice(&gram.matrix);
                (0..size).for_each(|i| factor[i * size + i] += mu);
                if !cholesky::factor(self.width, factor, size) {
                    return None;
                }
                w.copy_from_slice(&self.here.residuals);
                cholesky::solve(factor, size, w);
                // r + Jδ = r − JJᵀw = μw.
                let predicted = mu * mu * square(w);
                let seeds = Seeds::Weighted(w);
                self.here.reverse(self.model, self.step, self.width, &self.theta, self.block.count, seeds, &mut self.single);
                self.trial.fill(0.0);
                self.single.deltas.gradient(self.model, self.width, &self.here.tape, 0..self.slots, 0, &mut self.trial);
                self.trial.iter_mut().zip(&self.theta).for_each(|(t, x)| *t = x - *t);
                Some(predicted)
            }
            Space::Parameters { reduced, .. } => {
                let p = self.theta.len();
                let delta: Vec<f64> = match reduced {
                    Reduced::Qr(r, projected) => {
                        // min |R δ + Qᵀr|² + μ|δ|² + ridge|θ + δ|²
                        let rows = r.nrows();
                        let damped = if ridge > 0.0 { 2 } else { 1 };
                        let mut stacked = DMatrix::zeros(rows + damped * p, p);
                        stacked.view_mut((0, 0), (rows, p)).copy_from(r);
                        let mut right = DMatrix::zeros(rows + damped * p, 1);
                        (0..rows).for_each(|i| right[i] = -projected[i]);
                        for i in 0..p {
                            stacked[(rows + i, i)] = mu.sqrt();
                            if ridge > 0.0 {
                                stacked[(rows + p + i, i)] = ridge.sqrt();
                                right[rows + p + i] = -ridge.sqrt() * self.theta[i];
                            }
                        }
                        let qr = stacked.qr();
                        qr.q_tr_mul(&mut right);
                        let upper = qr.unpack_r();
                        let mut delta = DVector::from_column_slice(&right.as_slice()[..p]);
                        if !upper.solve_upper_triangular_mut(&mut delta) {
                            return None;
                        }
                        delta.as_slice().to_vec()
                    }
                    Reduced::Normal { matrix, factor, gradient } => {
                        let size = padded(p);
                        factor.copy_from_slice(matrix);
                        (0..size).for_each(|i| factor[i * size + i] += if i < p { mu + ridge } else { 1.0 });
                        if !cholesky::factor(self.width, factor, size) {
                            return None;
                        }
                        let mut delta: Vec<f64> = gradient.iter().map(|g| -g).collect();
                        (0..p).for_each(|i| delta[i] -= ridge * self.theta[i]);
                        cholesky::solve(factor, size, &mut delta);
                        delta.truncate(p);
                        delta
                    }
                };
                let mut moved = 0.0;
                for i in 0..p {
                    let step = if self.frozen.is_some_and(|frozen| frozen[i]) { 0.0 } else { delta[i] };
                    self.trial[i] = self.theta[i] + step;
                    moved += step * step;
                }
                // |r + Jδ|² (+ ridge) = cost − |Jδ|² − (2μ + ridge)|δ|²: bounded here by its last part, which is all that the
                // damping rule needs to tell a good step from a bad one once QR has no rounding to hide.
                let predicted = match reduced {
                    Reduced::Qr(r, projected) => {
                        let model = r.clone() * DVector::from_column_slice(&delta) + projected.clone();
                        cost - projected.norm_squared() + model.norm_squared()
                    }
                    Reduced::Normal { gradient, .. } => {
                        let slope: f64 = delta.iter().zip(gradient.iter()).map(|(d, g)| d * g).sum();
                        cost + slope - mu * moved
                    }
                };
                Some(predicted)
            }
        }
    }
}
