//! A learned field followed in time, by any one-step method: with the step of its training, or with one so small that the field itself is seen.

use super::fit_error::FitError;
use super::loss::Block;
use super::model::Learned;
use super::step::{LossForm, Step};
use super::sweep::Sweep;
use super::through::Through;
use crate::data::Paths;
use crate::method::{Method, Sampling};
use crate::simd::Width;

/// States beyond this have left: what a diverging field does further is of no interest.
const FAR: f64 = 1e6;
/// Steps of a sweep: an interval of more is taken in parts, so that the memory does not grow with m.
const PART: usize = 64;

/// The states at 0, H, …, nH from each start as a library's call returns them: one call from the start over all `samples`. Calls are chained
/// from their last sample, `calls` of them. A trajectory ends early where it leaves the finite numbers, or a million; all end where the
/// call cannot be followed.
///
/// Errors for a start of another dimension, or a call with implicit stages.
pub fn rollout_through(
    learned: &Learned,
    through: &Through,
    interval: f64,
    starts: &[Vec<f64>],
    samples: usize,
    calls: usize,
) -> Result<Paths, FitError> {
    let step = Step::through(through, interval)?;
    let d = learned.model.dimension();
    let mut paths = begun(starts, d)?;
    let mut moving: Vec<usize> = (0..starts.len()).filter(|&t| !paths[t].is_empty()).collect();
    for _ in 0..calls {
        if moving.is_empty() {
            break;
        }
        let states: Vec<&[f64]> = moving.iter().map(|&t| last(&paths[t], d)).collect();
        let block = Block::towards_zero(d, &states, samples);
        let mut sweep = Sweep::new(&learned.model, &step, samples, block.n);
        if sweep.forward(&learned.model, &step, Width::detected(), &learned.parameters, &block).is_err() {
            break;
        }
        let mut staying = Vec::with_capacity(moving.len());
        for (i, &t) in moving.iter().enumerate() {
            let state = |j: usize| -> Vec<f64> { (0..d).map(|c| sweep.residuals[(j * d + c) * block.n + i]).collect() };
            let near: Vec<Vec<f64>> = (0..samples).map(state).take_while(|x| x.iter().all(|x| x.abs() <= FAR)).collect();
            if near.len() == samples {
                staying.push(t);
            }
            paths[t].extend(near.concat());
        }
        moving = staying;
    }
    Ok(Paths::flat(d, paths))
}

/// The states at 0, H, …, nH from each start (of d numbers), `m` steps of the method an interval. A trajectory ends early where it leaves
/// the finite numbers, or a million.
///
/// Errors for a multistep method (which has no step from one state), a start of another dimension, or a failing Newton iteration.
pub fn rollout(learned: &Learned, method: &Method, sampling: Sampling, starts: &[Vec<f64>], intervals: usize) -> Result<Paths, FitError> {
    rollout_over(learned, method, sampling, starts, intervals, None)
}

/// H_k/H of interval k from a start; `None` where its intervals end.
pub(crate) type Ratio<'a> = dyn Fn(usize, usize) -> Option<f64> + 'a;

/// The same where each start has intervals of its own lengths, in ratio to H; a trajectory ends where they end.
pub(crate) fn rollout_over(
    learned: &Learned,
    method: &Method,
    sampling: Sampling,
    starts: &[Vec<f64>],
    intervals: usize,
    ratio: Option<&Ratio<'_>>,
) -> Result<Paths, FitError> {
    let step = Step::new(method, sampling, LossForm::Step)?;
    let d = learned.model.dimension();
    if step.span() > 1 || step.residual_groups(2) == 1 {
        let why = "a rollout needs a method that steps from one state".to_owned();
        return Err(FitError::Method { method: method.name().to_owned(), why });
    }
    let mut paths = begun(starts, d)?;
    // Those that still move; each block has their present states, and zero targets.
    let mut moving: Vec<usize> = (0..starts.len()).filter(|&t| !paths[t].is_empty()).collect();
    let part = Step { substeps: step.substeps.min(PART), ..step.clone() };
    let mut sweep: Option<(usize, Sweep)> = None;
    for interval in 0..intervals {
        if let Some(ratio) = ratio {
            moving.retain(|&t| ratio(t, interval).is_some());
        }
        if moving.is_empty() {
            break;
        }
        let states: Vec<&[f64]> = moving.iter().map(|&t| last(&paths[t], d)).collect();
        let mut block = Block::from_states(d, &states, moving.iter().map(|&t| (t, interval)).collect());
        if let Some(ratio) = ratio {
            block = block.with_ratios(1, |_, i| ratio(moving[i], interval).unwrap_or(1.0));
        }
        let fits = sweep.as_ref().is_some_and(|(n, _)| *n == block.n);
        let (_, memory) = match &mut sweep {
            Some(kept) if fits => kept,
            slot => slot.insert((block.n, Sweep::new(&learned.model, &part, 1, block.n))),
        };
        for done in (0..step.substeps).step_by(PART) {
            if done > 0 {
                block.restart(&memory.residuals);
            }
            let now = Step { substeps: PART.min(step.substeps - done), ..part.clone() };
            match memory.forward(&learned.model, &now, Width::detected(), &learned.parameters, &block) {
                // One that leaves the finite numbers is found below.
                Ok(()) | Err(FitError::NotFinite { .. }) => {}
                Err(FitError::Newton { trajectory, sample, substep, state, iterations, residual }) => {
                    return Err(FitError::Newton { trajectory, sample, substep: substep + done, state, iterations, residual });
                }
                Err(error) => return Err(error),
            }
        }
        let mut staying = Vec::with_capacity(moving.len());
        for (i, &t) in moving.iter().enumerate() {
            let state: Vec<f64> = (0..d).map(|c| memory.residuals[c * block.n + i]).collect();
            if state.iter().all(|x| x.abs() <= FAR) {
                paths[t].extend(state);
                staying.push(t);
            }
        }
        moving = staying;
    }
    Ok(Paths::flat(d, paths))
}

/// The paths with their starts; one that does not start from finite numbers has no state.
fn begun(starts: &[Vec<f64>], d: usize) -> Result<Vec<Vec<f64>>, FitError> {
    if let Some(start) = starts.iter().find(|start| start.len() != d) {
        return Err(FitError::Dimension { model: d, data: start.len() });
    }
    Ok(starts.iter().map(|start| if start.iter().all(|x| x.is_finite()) { start.clone() } else { Vec::new() }).collect())
}

/// The last of the states that lie one after the other.
fn last(path: &[f64], d: usize) -> &[f64] {
    &path[path.len() - d..]
}
