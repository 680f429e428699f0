//! What is to be learned: the modes, from samples or from a named system.

use super::report::PredictError;
use crate::data::Trajectories;
use crate::dynamics::norm::distance;
use crate::dynamics::{Field, System, SystemKind};
use crate::exact::{EigenvaluesError, eigenvalues};
use crate::truth::{Mode, ModesError, ModesOptions, find_modes};
use nalgebra::DMatrix;
use num_complex::Complex;

/// Real and imaginary parts below this, relative to the eigenvalue, are rounding: they are set to zero, since whether a mode is
/// conservative or real decides its verdict.
const ROUNDING: f64 = 1e-12;

/// The modes to learn, and where they are from.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The file's name, or the system's with its parameters.
    pub source: String,
    /// H.
    pub interval: f64,
    /// How many trajectories there are; for a system, how many it starts by default.
    pub trajectories: usize,
    /// How many samples there are; none for a system.
    pub samples: usize,
    /// λ with its equilibrium and its uncertainty.
    pub modes: Vec<Mode>,
    /// What a reader must know of the modes.
    pub notes: Vec<String>,
}

impl Subject {
    /// The modes of samples; see [`find_modes`].
    pub fn from_data(data: &Trajectories, options: &ModesOptions) -> Result<Self, ModesError> {
        let mut found = find_modes(data, options)?;
        found.modes.iter_mut().for_each(|mode| mode.lambda = rounded(mode.lambda));
        let mut notes = found.notes;
        if found.scores.iter().any(|s| s.error > 1e-9) {
            let scores: Vec<String> = found.scores.iter().map(|s| format!("{:.2} % for degree {}", 100.0 * s.error, s.degree)).collect();
            notes.push(format!(
                "the map from sample to sample is of degree {}: error on left-out samples {}, of their spread",
                found.degree,
                scores.join(", ")
            ));
        }
        let unsettled = |mode: &&Mode| mode.uncertainty.is_some_and(|u| mode.lambda.re != 0.0 && mode.lambda.re.abs() <= u);
        if let Some(mode) = found.modes.iter().find(unsettled) {
            notes.push(format!(
                "Re λ = {:.2e} is smaller than its uncertainty: whether this mode decays or grows is not settled by the data, and neither \
                 are verdicts that turn on it",
                mode.lambda.re
            ));
        }
        Ok(Self {
            source: data.source().into(),
            interval: data.interval(),
            trajectories: data.count(),
            samples: data.samples(),
            modes: found.modes,
            notes,
        })
    }

    /// The modes of a named system: the eigenvalues of its Jacobian at every equilibrium that is known of it, those nearest to its default starts first.
    pub fn from_system(system: &System, interval: f64) -> Result<Self, EigenvaluesError> {
        let starts = system.default_starts();
        let mut modes = Vec::new();
        for equilibrium in by_nearness(system, &starts) {
            let d = equilibrium.len();
            let mut jacobian = vec![0.0; d * d];
            system.jacobian(&equilibrium, &mut jacobian);
            let mut here: Vec<Complex<f64>> = match system.grid_modes() {
                Some(modes) => modes,
                None => {
                    let discs = eigenvalues(&DMatrix::from_row_slice(d, d, &jacobian))?;
                    discs.iter().flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect()
                }
            };
            // A matrix that somebody typed means what it says; the entries of others are rounded, to parts of the largest.
            let largest = here.iter().map(|lambda| lambda.norm()).fold(0.0, f64::max);
            let blur = if system.kind() == SystemKind::Linear { 0.0 } else { 8.0 * f64::EPSILON * largest };
            here.iter_mut().for_each(|lambda| *lambda = rounded_beyond(*lambda, blur));
            here.sort_by(|a, b| b.re.total_cmp(&a.re).then(b.im.total_cmp(&a.im)));
            modes.extend(here.into_iter().map(|lambda| Mode { lambda, equilibrium: equilibrium.clone(), uncertainty: Some(0.0) }));
        }
        let parameters: Vec<String> = system.parameters().iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let source = if parameters.is_empty() { system.name().into() } else { format!("{} ({})", system.name(), parameters.join(", ")) };
        Ok(Self { source, interval, trajectories: starts.len(), samples: 0, modes, notes: Vec::new() })
    }

    /// What to say where there is no mode.
    pub(super) fn without_modes(&self) -> PredictError {
        let why = match (self.samples, &self.notes[..]) {
            (0, _) => "no equilibrium is known; give samples of it as CSV".to_owned(),
            (_, []) => "the samples show none; give samples of a slower motion, or more of them".to_owned(),
            (_, notes) => format!("{}; sample more closely, or from other starts", notes.join("; ")),
        };
        PredictError::NoModes { subject: self.source.clone(), why }
    }

    /// Whether a mode is the only one with its λ at its equilibrium.
    pub fn is_alone(&self, mode: &Mode) -> bool {
        self.modes.iter().filter(|m| m.lambda == mode.lambda && m.equilibrium == mode.equilibrium).count() == 1
    }
}

fn rounded(lambda: Complex<f64>) -> Complex<f64> {
    rounded_beyond(lambda, 0.0)
}

/// The same where also anything up to `blur` is rounding.
fn rounded_beyond(lambda: Complex<f64>, blur: f64) -> Complex<f64> {
    let part = |x: f64| if x.abs() <= (ROUNDING * lambda.norm()).max(blur) { 0.0 } else { x };
    Complex::new(part(lambda.re), part(lambda.im))
}

/// The known equilibria, those nearest to the starts first: whatever a perfect fit learns vanishes at each of them.
fn by_nearness(system: &System, starts: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let nearest = |x: &Vec<f64>| starts.iter().map(|start| distance(x, start)).fold(f64::INFINITY, f64::min);
    let mut equilibria = system.equilibria();
    equilibria.sort_by(|a, b| nearest(a).total_cmp(&nearest(b)));
    equilibria
}
