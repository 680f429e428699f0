//! Repair of a model that was trained through a library's own steps: its class fitted to what the call makes of the training's windows.

use super::judged::judge;
use super::refit::{REFIT_STEPS, call_windows, distance_from_map, refit};
use super::repair_error::RepairError;
use super::repair_report::{FieldModes, RepairReport, Way};
use super::repaired::{Repair, modes};
use crate::data::Paths;
use crate::fit::{ModelFile, ModelSpec, Through, Training, Watch};
use crate::method::{Sampling, catalog};

/// A map this near to the field's own flow, relative to the motion over a window, leaves nothing to repair.
const FAITHFUL_MAP: f64 = 1e-6;
/// A refit that leaves more than this part of the distance has found no field behind the map. (Over trajectories of a grid that misses the samples a good one leaves four fifths.)
const NEARER: f64 = 0.9;
/// Steps at most an interval, for each of the refit.
const MOST_STEPS: f64 = 2500.0;

impl Repair<'_> {
    /// The field whose flow meets what the call makes of the trained one. Refused where the two are the same already, and where the refit
    /// does not come nearer.
    pub(super) fn run_call(&self, through: &Through, watch: &mut Watch<'_>) -> Result<(ModelFile, RepairReport), RepairError> {
        let file = self.file;
        let call = || through.call.name.to_string();
        if self.way.is_some_and(|way| way != Way::Refit) {
            return Err(RepairError::WayForCall { call: call() });
        }
        if self.trajectories.iter().all(|t| t.len() < 2) {
            return Err(RepairError::NoStates { source_name: file.data.source.clone() });
        }
        let windows = call_windows(&file.learned, through, (file.loss_kind()?, file.interval), self.trajectories)?;
        let states = self.trajectories.to_states();
        let before = modes(&file.learned, &states)?;
        let fastest = before.modes.iter().map(|z| z[0].hypot(z[1])).fold(0.0, f64::max);
        let sampling = Sampling::new(file.interval, (2.0 * fastest * file.interval).ceil().clamp(1.0, MOST_STEPS) as u32)?;
        let apart = distance_from_map(&file.learned, sampling, &windows)?;
        let motion = motion(&windows);
        if apart <= FAITHFUL_MAP * motion {
            return Err(RepairError::Faithful { call: call(), distance: apart / motion });
        }
        let steps = sampling.substeps().saturating_mul(REFIT_STEPS);
        let fit = refit(file, sampling, &windows, steps, watch)?;
        let after = distance_from_map(&fit.learned, sampling, &windows)?;
        if !(after < NEARER * apart) {
            return Err(RepairError::NoBetter { call: call(), before: apart, after });
        }
        let mut report = RepairReport {
            method: call(),
            class: file.class.clone(),
            interval: file.interval,
            substeps: file.substeps,
            way: Way::Refit,
            before,
            after: FieldModes { modes: Vec::new(), equilibria: Vec::new() },
            mismatch: Some(fit.loss.sqrt()),
            power: None,
            left_out: None,
            terms: Vec::new(),
            against_map: None,
            turns: Vec::new(),
            rollouts: Vec::new(),
            notes: Vec::new(),
        };
        self.measure(&fit.learned, sampling, steps, &windows, &mut report)?;
        judge(file, self.trajectories, &states, &mut report);
        let spec: ModelSpec = file.class.parse()?;
        let training = Training::new(spec, catalog::find(super::refit::FAITHFUL)?, Sampling::new(file.interval, steps)?);
        let mut out = ModelFile::new(&training, file.data.clone(), fit);
        out.repaired = serde_json::to_value(&report).ok();
        Ok((out, report))
    }
}

/// The root mean square distance of the windows' states from their starts.
fn motion(windows: &Paths) -> f64 {
    let squares = windows
        .iter()
        .flat_map(|w| w.iter().skip(1).zip(w.first().into_iter().cycle()))
        .map(|(x, start)| x.iter().zip(start).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / x.len() as f64);
    let (sum, count) = squares.fold((0.0, 0usize), |(sum, n), square| (sum + square, n + 1));
    if count == 0 { 0.0 } else { (sum / count as f64).sqrt() }
}
