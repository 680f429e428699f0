//! A model that was trained through an integrator, turned back into the continuous-time one.
//!
//! The loop fitted the map `S_h[f̂]^m` to the data's flow over H. What is wanted is the field whose *flow* is that map, and it can be had
//! without training again: exactly for linear models, as a series for polynomial ones, and by a fit to the map for the others.

use super::bearable::bearable;
use super::judged::judge;
use super::learned_modes::{is_linear, standstills};
use super::linear_repair::linear_repair;
use super::refit::{FAITHFUL, MAP_STEPS, REFIT_STEPS, distance_from_map, map_pairs, refit};
use super::repair_error::RepairError;
use super::repair_notes::RepairNote;
use super::repair_report::{AgainstMap, FieldModes, RepairReport, RolloutError, Way};
use super::series_repair::{DEFAULT_POWER, SeriesRepair, series_repair};
use super::turns::{MOST_ORBITS, TurnDrift, turn_drifts};
use crate::data::{Paths, States};
use crate::dynamics::System;
use crate::fit::{Fit, Learned, ModelFile, ModelSpec, Optimiser, Stop, Through, Training, Watch, rollout, rollout_through};
use crate::method::{Method, RungeKutta, Sampling, catalog};
use nalgebra::DMatrix;
use num_complex::Complex;

/// Intervals followed at most for the errors of rollouts.
const LONGEST: usize = 200;
/// Trajectories followed at most for them.
const MOST_STARTS: usize = 4;
/// Steps at most to the end of one interval: of the trained map, and of the two flows that are compared with it.
const MOST_STEPS: f64 = 1e7;
/// Steps at most of the rollouts at one division of the step.
const MOST_ROLLOUT_STEPS: f64 = 3e7;
/// A term left out that is larger than this part of the first correction asks for a refit beside the series.
const LEFT_OUT: f64 = 0.01;

/// What to repair, and with what.
#[derive(Clone, Copy)]
pub struct Repair<'a> {
    /// The trained model.
    pub file: &'a ModelFile,
    /// Its method.
    pub method: &'a Method,
    /// The library's call that it was trained through, where that takes steps of its own; the method is then its scheme.
    pub through: Option<&'a Through>,
    /// Its data; empty where they are not at hand.
    pub trajectories: &'a Paths,
    /// The system that the data are from, where that is known.
    pub system: Option<&'a System>,
    /// How; what suits the model where nothing is said.
    pub way: Option<Way>,
    /// For a series, the power of h up to which terms are computed.
    pub power: Option<usize>,
    /// Asked while a series is computed: whether to give up.
    pub stop: Option<&'a (dyn Fn() -> bool + Sync)>,
}

impl Repair<'_> {
    /// The repaired model, ready to be kept, and what was done. `watch` follows a refit.
    ///
    /// Where no way is asked for and the series of a polynomial model diverges, or leaves out more than one per cent of its first correction, the refit is tried as well,
    /// and the one that meets the map S_h\[f̂\]^m better is kept.
    ///
    /// The file names a method of order 5 with steps small enough for the field, so that whoever goes on from it stays
    /// in continuous time; its `step` is the step of that method. Its loss is that of the trained model (the map over H is the same), for a refit that of the
    /// fit to the map. What was done stands in it as `repaired`.
    pub fn run(&self, watch: &mut Watch<'_>) -> Result<(ModelFile, RepairReport), RepairError> {
        if let Some(through) = self.through {
            return self.run_call(through, watch);
        }
        let Method::RungeKutta(tableau) = self.method else {
            return Err(RepairError::Multistep { method: self.method.name().to_owned() });
        };
        let file = self.file;
        let sampling = Sampling::new(file.interval, file.substeps)?;
        let states = self.trajectories.to_states();
        let steps = f64::from(file.substeps) * f64::from(1 + 2 * MAP_STEPS);
        bearable(file, tableau, states.len(), steps, MOST_STEPS, "")?;
        let pairs = map_pairs(&file.learned, self.method, sampling, &states)?;
        let way = self.way.unwrap_or_else(|| Way::of(&file.learned));
        let mut report = RepairReport {
            method: self.method.name().to_owned(),
            class: file.class.clone(),
            interval: file.interval,
            substeps: file.substeps,
            way,
            before: modes(&file.learned, &states)?,
            after: FieldModes { modes: Vec::new(), equilibria: Vec::new() },
            mismatch: None,
            power: None,
            left_out: None,
            terms: Vec::new(),
            against_map: None,
            turns: Vec::new(),
            rollouts: Vec::new(),
            notes: Vec::new(),
        };
        let (mut steps, mut spec): (u32, ModelSpec) = (file.substeps.saturating_mul(REFIT_STEPS), file.class.parse()?);
        let mut fit = kept(file, file.learned.clone());
        match way {
            Way::ExactLinear => {
                let learned = self.linear(tableau, sampling, &mut report)?;
                let largest = modes(&learned, &states)?.modes.iter().map(|z| z[0].hypot(z[1])).fold(0.0, f64::max);
                steps = steps.max((8.0 * largest * file.interval).ceil().min(1e4) as u32);
                fit.learned = learned;
            }
            Way::Series => match self.series(tableau, sampling, &states) {
                Ok(found) => {
                    let first = found.terms.first().map_or(0.0, |t| t.size);
                    let rough = found.left_out.is_some_and(|t| t.size > LEFT_OUT * first);
                    let series = found.learned.clone();
                    (report.power, report.left_out, report.terms) = (Some(found.power), found.left_out, found.terms);
                    let better =
                        if rough && self.way.is_none() { self.better(&series, sampling, &pairs, steps, &mut report, watch)? } else { None };
                    match better {
                        Some(refitted) => self.refitted(refitted, &mut fit, &mut report),
                        None => (fit.learned, spec) = (series, ModelSpec::Polynomial(found.degree)),
                    }
                }
                Err(RepairError::Diverges { power, size, count }) if self.way.is_none() && !pairs.is_empty() => {
                    report.notes.push(RepairNote::SeriesDiverges { power, size, count });
                    let refitted = self.refit(sampling, &pairs, steps, &mut report, watch)?;
                    self.refitted(refitted, &mut fit, &mut report);
                }
                Err(error) => return Err(error),
            },
            Way::Refit => {
                if pairs.is_empty() {
                    return Err(RepairError::NoStates { source_name: file.data.source.clone() });
                }
                let refitted = self.refit(sampling, &pairs, steps, &mut report, watch)?;
                self.refitted(refitted, &mut fit, &mut report);
            }
        }
        self.measure(&fit.learned, sampling, steps, &pairs, &mut report)?;
        judge(file, self.trajectories, &states, &mut report);
        let training = Training::new(spec, catalog::find(FAITHFUL)?, Sampling::new(file.interval, steps)?);
        let mut out = ModelFile::new(&training, file.data.clone(), fit);
        out.repaired = serde_json::to_value(&report).ok();
        Ok((out, report))
    }

    /// Everything that is reported of the repaired model.
    pub(super) fn measure(
        &self,
        repaired: &Learned,
        sampling: Sampling,
        steps: u32,
        pairs: &Paths,
        report: &mut RepairReport,
    ) -> Result<(), RepairError> {
        report.after = modes(repaired, &self.trajectories.to_states())?;
        if !pairs.is_empty() {
            let before = distance_from_map(&self.file.learned, sampling, pairs)?;
            report.against_map = Some(AgainstMap { before, after: distance_from_map(repaired, sampling, pairs)? });
        }
        if let Some(system) = self.system {
            let starts: Vec<Vec<f64>> = self.trajectories.starts().map(<[f64]>::to_vec).take(MOST_ORBITS).collect();
            if !starts.is_empty() && starts.iter().all(|start| system.invariant(start).is_some()) {
                let before = turn_drifts(&self.file.learned, system, sampling.interval(), &starts)?;
                let after = turn_drifts(repaired, system, sampling.interval(), &starts)?;
                report.turns = starts
                    .into_iter()
                    .zip(before.into_iter().zip(after))
                    .map(|(start, (before, after))| TurnDrift { start, before, after })
                    .collect();
            }
        }
        if self.trajectories.iter().any(|t| t.len() > 1) {
            let faithful = Sampling::new(sampling.interval(), steps)?;
            report.rollouts = self.rollouts(repaired, &catalog::find(FAITHFUL)?, sampling, faithful, &mut report.notes)?;
        }
        Ok(())
    }

    fn series(&self, tableau: &RungeKutta, sampling: Sampling, states: &[Vec<f64>]) -> Result<SeriesRepair, RepairError> {
        let never = || false;
        let stop = self.stop.unwrap_or(&never);
        let most = self.power.map_or(DEFAULT_POWER, |power| (power, false));
        series_repair(&self.file.learned, tableau, sampling.step().get(), states, most, stop)
    }

    /// A refit, where it meets the map better than the series does.
    fn better(
        &self,
        series: &Learned,
        sampling: Sampling,
        pairs: &Paths,
        steps: u32,
        report: &mut RepairReport,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Fit>, RepairError> {
        if pairs.is_empty() {
            report.notes.push(RepairNote::NoStatesForRefit);
            return Ok(None);
        }
        let by_series = distance_from_map(series, sampling, pairs)?;
        let refitted = match self.refit(sampling, pairs, steps, report, watch) {
            Err(RepairError::Memory { needed, limit, .. }) => {
                report.notes.push(RepairNote::RefitNeedsMemory { needed, limit });
                return Ok(None);
            }
            refitted => refitted?,
        };
        let by_refit = distance_from_map(&refitted.learned, sampling, pairs)?;
        report.notes.push(RepairNote::Compared { series: by_series, refit: by_refit });
        Ok((by_refit < by_series).then_some(refitted))
    }

    /// The refit; where it was stopped, the report says that it is not finished.
    fn refit(
        &self,
        sampling: Sampling,
        pairs: &Paths,
        steps: u32,
        report: &mut RepairReport,
        watch: &mut Watch<'_>,
    ) -> Result<Fit, RepairError> {
        let refitted = refit(self.file, sampling, pairs, steps, watch)?;
        if refitted.stop == Stop::Interrupted {
            report.notes.push(RepairNote::Interrupted { iterations: refitted.iterations });
        }
        Ok(refitted)
    }

    fn refitted(&self, refitted: Fit, fit: &mut Fit, report: &mut RepairReport) {
        report.way = Way::Refit;
        report.mismatch = Some(refitted.loss.sqrt());
        *fit = refitted;
    }

    /// The affine field as the matrix [[Â, b̂], [0, 0]], which every Runge–Kutta method treats like any other.
    fn linear(&self, tableau: &RungeKutta, sampling: Sampling, report: &mut RepairReport) -> Result<Learned, RepairError> {
        let learned = &self.file.learned;
        if !is_linear(learned) {
            return Err(RepairError::NotLinear { class: self.file.class.clone() });
        }
        let d = learned.model.dimension();
        let columns = learned.model.layers()[0].columns();
        let entry = |i: usize, j: usize| if i < d { learned.parameters[i * columns + j] } else { 0.0 };
        let found = linear_repair(tableau, &DMatrix::from_fn(columns, columns, entry), sampling)?;
        report.mismatch = Some(found.residual);
        report.notes.push(RepairNote::Aliases { interval: sampling.interval() });
        report.notes.extend(found.half_turns.iter().map(|&learned| RepairNote::HalfTurn { learned }));
        let parameters = (0..d * columns).map(|k| found.matrix[(k / columns, k % columns)]).collect();
        Ok(Learned { model: learned.model.clone(), parameters })
    }

    fn rollouts(
        &self,
        repaired: &Learned,
        through: &Method,
        sampling: Sampling,
        faithful: Sampling,
        notes: &mut Vec<RepairNote>,
    ) -> Result<Vec<RolloutError>, RepairError> {
        let data: Vec<States<'_>> = self.trajectories.iter().filter(|t| t.len() > 1).take(MOST_STARTS).collect();
        let intervals = data.iter().map(|t| t.len() - 1).min().unwrap_or(0).min(LONGEST);
        let starts: Vec<Vec<f64>> = data.iter().filter_map(|t| t.first()).map(<[f64]>::to_vec).collect();
        let measured = |found: &Paths| {
            let invariant = |x: &[f64]| self.system.and_then(|system| system.invariant(x));
            // Of a rollout that left there is no change.
            let change = |t: States<'_>| Some(invariant(t.last()?)? - invariant(t.first()?)?).filter(|change| change.is_finite());
            (distance(found, &data, intervals), found.iter().filter_map(change).collect::<Vec<f64>>())
        };
        let follow = |learned: &Learned, method: &Method, of: Sampling, division: u32| -> Result<_, RepairError> {
            let fine = Sampling::new(of.interval(), of.substeps().saturating_mul(division))?;
            Ok(measured(&rollout(learned, method, fine, &starts, intervals)?))
        };
        let trained = |division: u32| match self.through {
            Some(through) => {
                let finer = through.finer(f64::from(division)).unwrap_or_else(|| through.clone());
                Ok(measured(&rollout_through(&self.file.learned, &finer, sampling.interval(), &starts, 1, intervals)?))
            }
            None => follow(&self.file.learned, self.method, sampling, division),
        };
        let mut all = Vec::new();
        for division in [1, 10, 100] {
            let steps = intervals as f64 * f64::from(division) * (f64::from(sampling.substeps()) + f64::from(faithful.substeps()));
            if steps > MOST_ROLLOUT_STEPS {
                notes.push(RepairNote::RolloutsLeftOut { division, steps, most: MOST_ROLLOUT_STEPS });
                break;
            }
            let (before, drift_before) = trained(division)?;
            let (after, drift_after) = follow(repaired, through, faithful, division)?;
            all.push(RolloutError { division, before, after, drift_before, drift_after });
        }
        Ok(all)
    }
}

/// The root mean square distance of whole rollouts from the data.
fn distance(found: &Paths, data: &[States<'_>], intervals: usize) -> Option<f64> {
    let whole = found.iter().all(|t| t.len() == intervals + 1);
    let differences = found.iter().zip(data).flat_map(|(f, t)| f.as_flat().iter().zip(t.as_flat()).map(|(a, b)| (a - b).powi(2)));
    let (sum, count) = differences.fold((0.0, 0usize), |(sum, n), square| (sum + square, n + 1));
    (whole && count > 0).then(|| (sum / count as f64).sqrt())
}

/// The fit of the file with another field of the same map.
fn kept(file: &ModelFile, learned: Learned) -> Fit {
    Fit {
        seed: file.seed,
        optimiser: Optimiser::Direct,
        learned,
        loss: file.loss,
        iterations: 0,
        stop: Stop::Converged,
        history: Vec::new(),
        trouble: None,
    }
}

pub(super) fn modes(learned: &Learned, states: &[Vec<f64>]) -> Result<FieldModes, RepairError> {
    let both = |z: Complex<f64>| if z.im == 0.0 { vec![[z.re, 0.0]] } else { vec![[z.re, z.im], [z.re, -z.im]] };
    let found = standstills(learned, states)?;
    let equilibria = found.iter().map(|place| place.state.clone()).collect();
    Ok(FieldModes { modes: found.into_iter().flat_map(|place| place.modes).flat_map(both).collect(), equilibria })
}
