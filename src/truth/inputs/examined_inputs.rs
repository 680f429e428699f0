//! The examination of samples with inputs: those are regressors.

use super::between::Between;
use super::feedback::follows_state;
use super::one_more_order::beside_one_more_order;
use super::state_space::StateSpace;
use super::with_inputs::{DrivenRun, driven};
use crate::data::{Hold, Spacing, Trajectories};
use crate::truth::caveat::Caveat;
use crate::truth::examined::Examination;
use crate::truth::finding::{Because, Finding, Motion};
use crate::truth::map::modes::Mode;
use crate::truth::samples::runs::{Samples, Stretch};
use nalgebra::DMatrix;

/// Where inputs are given, times that are even to this part of an interval are taken to be so.
pub const NEARLY_EVEN: f64 = 0.02;

/// What the samples tell where their inputs are given.
pub(crate) fn examined_with_inputs(data: &Trajectories) -> Examination {
    let mut found = Examination { finding: Finding { motion: Motion::Driven, settled: false }, linear: true, ..Examination::nothing() };
    if let Spacing::Uneven { shortest, longest, .. } = data.spacing() {
        found.caveats.push(Caveat::UnevenInputs { shortest, longest });
    }
    let Ok(even) = data.require_even() else { return found };
    let owned: Vec<(Vec<f64>, Vec<f64>)> = even.segments().iter().map(|s| (s.times.to_vec(), s.states.to_vec())).collect();
    let segments: Vec<Stretch> = owned.iter().map(|(times, states)| Stretch { times, states, dimension: data.dimension() }).collect();
    let Some(samples) = Samples::of(&segments) else { return found };
    let inputs = even.segments().iter().filter(|s| s.samples() >= 2);
    let runs: Vec<DrivenRun> = samples
        .runs
        .iter()
        .zip(inputs)
        .map(|(run, s)| DrivenRun { states: run.states.clone(), inputs: DMatrix::from_row_slice(s.samples(), s.input_dimension, s.inputs) })
        .collect();
    let Some(mut model) = driven(&runs, even.interval(), data.hold()) else { return found };
    beside_one_more_order(&mut model, &runs, even.interval(), data.hold());
    found.caveats.push(Caveat::InputsUsed { inputs: data.inputs().len(), hold: model.between, residual: model.residual });
    let equilibrium = samples.to_state(&model.equilibrium);
    if data.hold() == Hold::Linear || model.between == Between::Held {
        let (phi, gamma) = &model.map;
        let system = StateSpace::of_map(phi, gamma, &samples.scale, even.interval());
        found.driven = system.map(|system| StateSpace { hold: data.hold(), rest: equilibrium.clone(), ..system });
    }
    let follows = follows_state(&runs) || !model.causal;
    found.driven = found.driven.filter(|_| !follows);
    for mode in model.modes {
        let because = if follows { vec![Because::InputFollows] } else { mode.because };
        found.modes.extend(Mode::told(mode.lambda, equilibrium.clone(), mode.uncertainty, because, false));
    }
    found.finding.settled = found.modes.iter().any(|m| m.settled);
    // What the inputs do is no better known than what the state does by itself.
    found.driven = found.driven.filter(|_| found.finding.settled);
    found
}
