//! Levenberg–Marquardt with the Jacobian of all residuals, in the smaller of two spaces.
//!
//! The damped step solves (JᵀJ + μI)δ = −Jᵀr. With more parameters than residuals it is taken in the space of residuals, δ = −Jᵀw with
//! (JJᵀ + μI)w = r, where JJᵀ is built layer by layer without J ([`normal`](super::normal)) and Jᵀw is one reverse sweep. With fewer
//! parameters J is formed: by a QR factorisation of J, then of (R; √μ I), up to 256 parameters (no squared condition number), by
//! Cholesky's factorisation of JᵀJ + μI beyond. J of windows of several intervals is built interval by interval (`chain`).

mod chain;
mod linear;

use chain::Chain;

use super::fit_error::{FitError, within};
use super::loss::{Block, Windows};
use super::model::Model;
use super::normal::Gram;
use super::objective::square;
use super::progress::{Outcome, Progress, Stop, Watch};
use super::saturating::product;
use super::step::Step;
use super::sweep::{Adjoint, Sweep};
use crate::simd::{Width, padded};
use nalgebra::{DMatrix, DVector};
use std::ops::ControlFlow;

/// Parameters up to which J is factorised by QR.
const QR_COLUMNS: usize = 256;

/// Bytes that may be allocated where nothing is said: 4 GiB, or all where pointers have 32 bits.
const MEMORY: usize = (1usize << 30).saturating_mul(4);

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
        Self { iterations: 200, target: 1e-28, damping: 1e-3, ridge: 0.0, memory: MEMORY }
    }
}

impl LevenbergMarquardt {
    /// Bytes that a run allocates, the largest number where they cannot be counted.
    pub fn bytes(&self, model: &Model, step: &Step, windows: &Windows) -> usize {
        self.bytes_with(model, step, windows, false)
    }

    /// The same where parameters may be frozen, which needs the space of parameters.
    pub(crate) fn bytes_with(&self, model: &Model, step: &Step, windows: &Windows, frozen: bool) -> usize {
        let (n, intervals) = (padded(windows.count()), windows.intervals());
        let copies = product(&[step.residual_groups(intervals), model.dimension()]);
        let slots = step.slots(intervals);
        let p = padded(model.parameter_count());
        let sweep = |copies: usize| Sweep::size(model, step, intervals, n, copies);
        let residuals = product(&[copies, n]);
        let chained = intervals > 1 && step.is_chained();
        let (unit, solve) = if self.dual(model, step, residuals) && !frozen {
            (copies, Gram::size(model, n, slots, copies).saturating_add(product(&[residuals, residuals + 1])))
        } else {
            let (unit, columns, chain) = match chained {
                true => (0, Chain::columns(model, windows), Chain::size(model, step, windows)),
                false => (copies, residuals, 0),
            };
            // Jᵀ, and by QR two copies of it; R and what is stacked on it, or JᵀJ and its factor.
            (unit, product(&[3, p, columns]).saturating_add(product(&[6, p, p])).saturating_add(chain))
        };
        let sweeps = sweep(0).saturating_add(sweep(unit.saturating_add(1)));
        let vectors = product(&[6, p]);
        product(&[8, sweeps.saturating_add(solve).saturating_add(vectors)])
    }

    fn dual(&self, model: &Model, step: &Step, residuals: usize) -> bool {
        self.ridge == 0.0 && !step.is_differenced() && model.parameter_count() > residuals
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
        within(
            "Levenberg–Marquardt with this model and these samples",
            self.bytes_with(model, step, windows, frozen.is_some()),
            self.memory,
        )?;
        let mut state = State::new(self, model, step, windows, start, frozen)?;
        state.run(self, watch)
    }
}

struct State<'a> {
    model: &'a Model,
    step: &'a Step,
    width: Width,
    block: Block,
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
    /// Jᵀ (one row per parameter, one column per residual) and what was made of it; how J is built where windows have several intervals.
    Parameters { rows: Vec<f64>, columns: usize, chain: Option<Box<Chain>>, reduced: Reduced },
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
        let space = if settings.dual(model, step, copies * n) && frozen.is_none() {
            let size = copies * n;
            Space::Residuals { gram: Gram::new(model, n, slots, copies), factor: vec![0.0; size * size], w: vec![0.0; size] }
        } else {
            let reduced = if p <= QR_COLUMNS {
                Reduced::Qr(DMatrix::zeros(0, 0), DVector::zeros(0))
            } else {
                let size = padded(p);
                Reduced::Normal { matrix: vec![0.0; size * size], factor: vec![0.0; size * size], gradient: vec![0.0; size] }
            };
            let chain = (intervals > 1 && step.is_chained()).then(|| Box::new(Chain::new(model, step, windows)));
            let columns = if chain.is_some() { Chain::columns(model, windows) } else { copies * n };
            Space::Parameters { rows: vec![0.0; p * columns], columns, chain, reduced }
        };
        let unit = if matches!(space, Space::Parameters { chain: Some(_), .. }) { 0 } else { copies };
        Ok(Self {
            model,
            step,
            width: Width::detected(),
            copies,
            count: windows.count() * copies,
            frozen,
            trial: theta.clone(),
            theta,
            here: Sweep::new(model, step, intervals, n),
            there: Sweep::new(model, step, intervals, n),
            unit: Adjoint::new(model, step, intervals, n, unit),
            single: Adjoint::new(model, step, intervals, n, 1),
            space,
            block,
        })
    }

    fn run(&mut self, settings: &LevenbergMarquardt, watch: &mut Watch<'_>) -> Result<Outcome, FitError> {
        self.here.forward(self.model, self.step, self.width, &self.theta, &self.block)?;
        let mut cost = square(&self.here.residuals) + settings.ridge * square(&self.theta);
        if !cost.is_finite() {
            let (trajectory, sample) = self.block.origin(0);
            let state = (0..self.model.dimension()).map(|c| self.block.sample(0)[c * self.block.n]).collect();
            return Err(FitError::NotFinite { trajectory, sample, state });
        }
        let mut history = Vec::new();
        let mut trouble = None;
        let mut mu = 0.0;
        let mut stop = Stop::Iterations;
        let mut quiet = 0;
        for iteration in 0..settings.iterations {
            let loss = square(&self.here.residuals) / self.count as f64;
            if loss <= settings.target {
                stop = Stop::Target;
                break;
            }
            let here = |theta: &[f64], watch: &mut Watch<'_>| {
                watch(Progress { iteration, of: settings.iterations, loss, parameters: theta }) == ControlFlow::Break(())
            };
            if iteration == 0 && here(&self.theta, watch) {
                stop = Stop::Interrupted;
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
            for attempt in 0..40 {
                if !mu.is_finite() {
                    break;
                }
                if attempt > 0 && here(&self.theta, watch) {
                    stop = Stop::Interrupted;
                    break;
                }
                let Some(predicted) = self.propose(mu, settings.ridge, cost) else {
                    mu *= 4.0;
                    continue;
                };
                let evaluated = self.there.forward(self.model, self.step, self.width, &self.trial, &self.block);
                let next = match evaluated {
                    Ok(()) => square(&self.there.residuals) + settings.ridge * square(&self.trial),
                    Err(error) => {
                        trouble = Some(error.to_string());
                        f64::INFINITY
                    }
                };
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
            if stop == Stop::Interrupted {
                break;
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
        Ok(Outcome { parameters: self.theta.clone(), loss, iterations: history.len(), history, stop, trouble })
    }
}
