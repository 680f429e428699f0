//! The examination of samples with inputs: those are regressors.

use super::between::Between;
use super::by_responses::{Told, by_responses};
use super::feedback::follows_state;
use super::state_space::StateSpace;
use super::with_inputs::{DrivenModel, DrivenRun, driven};
use crate::data::{Hold, Spacing, Trajectories};
use crate::truth::caveat::Caveat;
use crate::truth::examined::Examination;
use crate::truth::finding::{Because, Finding, Motion};
use crate::truth::linear::linear_model::VAGUE;
use crate::truth::map::modes::Mode;
use crate::truth::samples::runs::{Samples, Stretch};
use nalgebra::DMatrix;
use num_complex::Complex;

/// Where inputs are given, times that are even to this part of an interval are taken to be so.
pub const NEARLY_EVEN: f64 = 0.02;

/// A mode of another estimator is the same within this part of it.
const CONFIRMED: f64 = 0.01;

/// What the samples tell where their inputs are given.
pub(crate) fn examined_with_inputs(data: &Trajectories) -> Examination {
    let mut found = Examination { finding: Finding { motion: Motion::Driven, settled: false }, linear: true, ..Examination::nothing() };
    let even = EvenRows::of(data);
    let known: Vec<_> = even.iter().flat_map(|even| even.model.modes.iter().map(|mode| mode.lambda)).collect();
    let told = by_responses(data, &known);
    let causal = even.as_ref().is_none_or(|even| even.model.causal);
    let follows = !causal || follows_state(&runs(data));
    match (even, told) {
        (Some(even), told) if !told.as_ref().is_some_and(|told| even.gives_way_to(told, data.dimension())) => {
            even.tell(&mut found, (data, told), follows)
        }
        (_, Some(told)) => tell(&mut found, told, data, follows),
        (None, None) => {
            if let Spacing::Uneven { shortest, longest, .. } = data.spacing() {
                found.caveats.push(Caveat::UnevenInputs { shortest, longest });
            }
        }
        (Some(_), None) => {}
    }
    found.finding.settled = found.modes.iter().any(|m| m.settled);
    // What the inputs do is no better known than what the state does by itself.
    found.driven = found.driven.filter(|_| found.finding.settled);
    found
}

/// Complete rows with their inputs, between gaps.
fn runs(data: &Trajectories) -> Vec<DrivenRun> {
    let (d, m) = (data.dimension(), data.inputs().len());
    let of = |s: &crate::data::Segment<'_>| DrivenRun {
        states: DMatrix::from_row_slice(s.samples(), d, s.states),
        inputs: DMatrix::from_row_slice(s.samples(), m, s.inputs),
    };
    data.segments().iter().map(of).collect()
}

/// What responses tell.
fn tell(found: &mut Examination, told: Told, data: &Trajectories, follows: bool) {
    found.caveats.push(Caveat::InputsUsed { inputs: data.inputs().len(), hold: told.between, residual: told.residual });
    if told.explains && told.count > data.dimension() {
        found.caveats.push(Caveat::part_of_state(data.dimension(), told.count));
    }
    for mode in told.modes {
        let because = if follows { vec![Because::InputFollows] } else { mode.because };
        found.modes.extend(Mode::told(mode.lambda, told.equilibrium.clone(), mode.uncertainty, because, true));
    }
}

/// A model of even rows whose columns are all of the state.
struct EvenRows {
    model: DrivenModel,
    samples: Samples,
    interval: f64,
}

impl EvenRows {
    fn of(data: &Trajectories) -> Option<Self> {
        let even = data.require_even().ok()?;
        let owned: Vec<(Vec<f64>, Vec<f64>)> = even.segments().iter().map(|s| (s.times.to_vec(), s.states.to_vec())).collect();
        let segments: Vec<Stretch> = owned.iter().map(|(times, states)| Stretch { times, states, dimension: data.dimension() }).collect();
        let samples = Samples::of(&segments)?;
        let inputs = even.segments().iter().filter(|s| s.samples() >= 2);
        let runs: Vec<DrivenRun> = samples
            .runs
            .iter()
            .zip(inputs)
            .map(|(run, s)| DrivenRun {
                states: run.states.clone(),
                inputs: DMatrix::from_row_slice(s.samples(), s.input_dimension, s.inputs),
            })
            .collect();
        let model = driven(&runs, even.interval(), data.hold())?;
        Some(Self { model, samples, interval: even.interval() })
    }

    /// Whether responses tell what this model does not: more modes than columns, another idea of the inputs, or some where it has none.
    fn gives_way_to(&self, told: &Told, columns: usize) -> bool {
        let settled = self.model.modes.iter().any(|mode| mode.because.is_empty());
        let tells = told.modes.iter().any(|mode| mode.because.is_empty());
        // What an input does between rows, where nobody sees it, takes more exponentials: those of the columns are the system's all the same.
        told.explains
            && !self.is_confirmed_by(told)
            && (told.count > columns || (tells && (!settled || self.model.between == Between::Smooth && told.between != Between::Smooth)))
    }

    /// Whether each mode is settled, and one of those that responses have.
    fn is_confirmed_by(&self, told: &Told) -> bool {
        let confirmed = |lambda: Complex<f64>| {
            let up = Complex::new(lambda.re, lambda.im.abs());
            told.modes.iter().any(|mode| (mode.lambda - up).norm() < CONFIRMED * up.norm())
        };
        self.model.modes.iter().all(|mode| mode.because.is_empty() && confirmed(mode.lambda))
    }

    fn tell(self, found: &mut Examination, (data, told): (&Trajectories, Option<Told>), follows: bool) {
        let model = self.model;
        found.caveats.push(Caveat::InputsUsed { inputs: data.inputs().len(), hold: model.between, residual: model.residual });
        let equilibrium = self.samples.to_state(&model.equilibrium);
        if data.hold() == Hold::Linear || model.between == Between::Held {
            let (phi, gamma) = &model.map;
            let system = StateSpace::of_map(phi, gamma, &self.samples.scale, self.interval);
            found.driven = system.map(|system| StateSpace { hold: data.hold(), rest: equilibrium.clone(), ..system });
        }
        found.driven = found.driven.take().filter(|_| !follows);
        for mut mode in model.modes {
            let hidden = told.as_ref().map_or(0.0, |told| told.hidden_near(mode.lambda));
            mode.uncertainty = mode.uncertainty.hypot(hidden);
            if mode.because.is_empty() && mode.uncertainty > VAGUE * mode.lambda.norm() {
                mode.because.push(Because::NotDetermined);
            }
            let because = if follows { vec![Because::InputFollows] } else { mode.because };
            found.modes.extend(Mode::told(mode.lambda, equilibrium.clone(), mode.uncertainty, because, false));
        }
    }
}
