//! Repair by a fit: the same class of models, fitted to the map that the trained one is, through a faithful method.

use super::repair_error::RepairError;
use crate::data::Paths;
use crate::fit::{
    Features, Fit, FitError, Learned, LevenbergMarquardt, Loss, LossForm, ModelFile, Optimiser, Step, Through, Watch, Windows, rollout,
    rollout_through,
};
use crate::method::{Method, Sampling, catalog};

/// The explicit method of order 5 that repaired models are followed and fitted with.
pub(super) const FAITHFUL: &str = "dormand-prince5";
/// Its steps an interval, for each step of the training.
pub(super) const REFIT_STEPS: u32 = 4;
/// Its steps an interval where a flow is compared with the trained map, for each step of the training.
pub(super) const MAP_STEPS: u32 = 4 * REFIT_STEPS;

/// States and where one interval of the trained map takes them; those thrown out of reach are left out.
pub(super) fn map_pairs(learned: &Learned, method: &Method, sampling: Sampling, states: &[Vec<f64>]) -> Result<Paths, RepairError> {
    Ok(rollout(learned, method, sampling, states, 1)?.filtered(|pair| pair.len() == 2))
}

/// The starts of the training's windows and what its call makes of them; those thrown out of reach are left out.
pub(super) fn call_windows(
    learned: &Learned,
    through: &Through,
    (loss, interval): (Loss, f64),
    trajectories: &Paths,
) -> Result<Paths, RepairError> {
    let windows = Windows::new(trajectories, loss, &Step::through(through, interval)?)?;
    let samples = windows.intervals();
    let found = rollout_through(learned, through, interval, &windows.starts(), samples, 1)?;
    Ok(found.filtered(|window| window.len() == samples + 1))
}

/// The root mean square distance between one interval of the flow of a field (by the faithful method, four steps of it for each of a refit) and the map
/// that these pairs are of; infinite where the flow leaves.
pub(super) fn distance_from_map(learned: &Learned, sampling: Sampling, pairs: &Paths) -> Result<f64, RepairError> {
    let states: Vec<Vec<f64>> = pairs.starts().map(<[f64]>::to_vec).collect();
    let fine = Sampling::new(sampling.interval(), sampling.substeps().saturating_mul(MAP_STEPS))?;
    let intervals = pairs.iter().map(|pair| pair.len() - 1).max().unwrap_or(0);
    let flown = rollout(learned, &catalog::find(FAITHFUL)?, fine, &states, intervals)?;
    let mut sum = 0.0;
    let mut count = 0usize;
    for (flown, pair) in flown.iter().zip(pairs.iter()) {
        if flown.len() < pair.len() {
            return Ok(f64::INFINITY);
        }
        for (reached, target) in flown.iter().zip(pair).skip(1) {
            sum += reached.iter().zip(target).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
            count += target.len();
        }
    }
    Ok(if count == 0 { f64::INFINITY } else { (sum / count as f64).sqrt() })
}

/// The class of the trained model fitted to the pairs through the faithful method with so many steps an interval, from the trained parameters on.
pub(super) fn refit(file: &ModelFile, sampling: Sampling, pairs: &Paths, steps: u32, watch: &mut Watch<'_>) -> Result<Fit, RepairError> {
    let learned = &file.learned;
    let step = Step::new(&catalog::find(FAITHFUL)?, Sampling::new(sampling.interval(), steps)?, LossForm::Step)?;
    let loss = if pairs.iter().any(|pair| pair.len() > 2) { Loss::Rollout } else { Loss::Pairs };
    let windows = Windows::new(pairs, loss, &step)?;
    let ridge = if matches!(learned.model.features(), Features::Gaussian(_)) { 1e-10 } else { 0.0 };
    let optimiser = LevenbergMarquardt { ridge, ..LevenbergMarquardt::default() };
    let run = optimiser.run(&learned.model, &step, &windows, learned.parameters.clone(), None, watch);
    let outcome = run.map_err(|error| match error {
        // What it advises is for `fit`.
        FitError::Memory { needed, limit, .. } => RepairError::Memory { steps, needed, limit },
        error => error.into(),
    })?;
    Ok(Fit {
        seed: file.seed,
        optimiser: Optimiser::LevenbergMarquardt,
        learned: Learned { model: learned.model.clone(), parameters: outcome.parameters },
        loss: outcome.loss,
        iterations: outcome.iterations,
        stop: outcome.stop,
        history: outcome.history,
        trouble: outcome.trouble,
    })
}
