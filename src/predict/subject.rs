//! What is to be learned: the modes, from samples or from a named system.

use crate::data::Trajectories;
use crate::dynamics::norm::distance;
use crate::dynamics::{Field, System, SystemKind};
use crate::exact::{EigenvaluesError, eigenvalues};
use crate::truth::{Caveat, Finding, Mode, ModesError, ModesOptions, Motion, find_modes};
use nalgebra::DMatrix;
use num_complex::Complex;

/// Real and imaginary parts below this, relative to the eigenvalue, are rounding: they are set to zero, since whether a mode is
/// conservative or real decides its verdict.
const ROUNDING: f64 = 1e-12;

/// Where every degree predicts left-out samples to this part of their spread, the choice between them does not matter.
const NEAR_EXACT: f64 = 1e-9;

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
    /// The kind of motion.
    pub finding: Finding,
    /// λ with its equilibrium and its uncertainty.
    pub modes: Vec<Mode>,
    /// What limits the modes, or says how they were found.
    pub caveats: Vec<Caveat>,
}

impl Subject {
    /// The modes of samples; see [`find_modes`].
    pub fn from_data(data: &Trajectories, options: &ModesOptions) -> Result<Self, ModesError> {
        let mut found = find_modes(data, options)?;
        found.modes.iter_mut().for_each(|mode| mode.lambda = rounded(mode.lambda));
        let mut caveats = found.caveats;
        if found.scores.iter().any(|s| s.error > NEAR_EXACT) {
            caveats.push(Caveat::MapDegree { degree: found.degree, scores: found.scores });
        }
        let open = |mode: &&Mode| mode.uncertainty.is_some_and(|u| mode.lambda.re != 0.0 && mode.lambda.re.abs() <= u);
        if let Some(mode) = found.modes.iter().find(open) {
            caveats.push(Caveat::SignOpen { growth: mode.lambda.re, uncertainty: mode.uncertainty.unwrap_or(0.0) });
        }
        Ok(Self {
            source: data.source().into(),
            interval: data.spacing().typical(),
            trajectories: data.count(),
            samples: data.samples(),
            finding: Finding::default(),
            modes: found.modes,
            caveats,
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
            modes.extend(here.into_iter().map(|lambda| Mode::determined(lambda, equilibrium.clone(), Some(0.0))));
        }
        let parameters: Vec<String> = system.parameters().iter().map(|(key, value)| format!("{key} = {value}")).collect();
        let source = if parameters.is_empty() { system.name().into() } else { format!("{} ({})", system.name(), parameters.join(", ")) };
        let finding = motion_of(system, &modes);
        Ok(Self { source, interval, trajectories: starts.len(), samples: 0, finding, modes, caveats: Vec::new() })
    }

    /// The modes that the samples determine: only these get a verdict and drive a recommendation.
    pub fn settled_modes(&self) -> impl Iterator<Item = &Mode> {
        self.modes.iter().filter(|mode| mode.settled)
    }

    /// Whether a mode is the only one with its λ at its equilibrium.
    pub fn is_alone(&self, mode: &Mode) -> bool {
        self.modes.iter().filter(|m| m.lambda == mode.lambda && m.equilibrium == mode.equilibrium).count() == 1
    }
}

/// What a named system does near its equilibria, as far as its modes decide that.
fn motion_of(system: &System, modes: &[Mode]) -> Finding {
    let kept = system.default_starts().iter().any(|start| system.invariant(start).is_some());
    let motion = match modes {
        [] => Motion::Undetermined,
        modes if modes.iter().all(|mode| mode.lambda.re < 0.0) => Motion::Rest,
        modes if kept && modes.iter().all(|mode| mode.lambda.re == 0.0) => Motion::Orbits,
        _ => Motion::Undetermined,
    };
    Finding { motion, settled: motion != Motion::Undetermined }
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
