//! Lotka–Volterra: the truth, and two models trained on its samples through two methods, run at a hundredth of their step.

use super::{Axis, Figure, Ink, Mark, Panel};
use crate::data::Paths;
use crate::dynamics::{DynamicsError, Field, System};
use crate::fit::{Activation, FitError, Learned, LossForm, ModelSpec, Optimiser, Training, rollout, unwatched};
use crate::inverse::{BranchError, branches};
use crate::method::catalog::{self, CatalogError};
use crate::method::{Sampling, SamplingError};
use crate::words::number::{DIGITS, complex};
use num_complex::Complex;
use std::collections::BTreeMap;

/// Time between samples; one step of the method.
const INTERVAL: f64 = 1.5;
/// Time that each trajectory is sampled for, and drawn.
const END: f64 = 60.0;
/// Where the trajectories that are drawn start. Implicit midpoint sees the field only in the middle of a chord, well inside the orbit, so a model
/// trained through it knows nothing of the field as far out as its samples: the drawn ones start further in.
const STARTS: [[f64; 2]; 3] = [[1.2, 1.0], [1.35, 1.0], [1.5, 1.0]];
/// Prey at the start of the trajectories that are trained on (one predator each): close enough that the field between them is seen too.
const TRAINED_ON: [f64; 8] = [1.05, 1.2, 1.35, 1.5, 1.65, 1.8, 2.0, 2.2];

/// A method and the model that was trained through it, kept because training takes ten seconds where drawing takes one, and its last digits depend on the processor.
/// `lambdahat figures --train assets/models` makes them anew.
const MODELS: [(&str, &str); 2] = [
    ("rk4", include_str!("../../assets/models/lotka-volterra-rk4.json")),
    ("implicit-midpoint", include_str!("../../assets/models/lotka-volterra-implicit-midpoint.json")),
];

/// Why there is no figure of Lotka–Volterra.
#[derive(Debug, thiserror::Error)]
pub enum LotkaVolterraError {
    /// A kept model cannot be read.
    #[error("the kept model of {method} cannot be read: {source}; train it anew")]
    Model {
        /// The method it was trained through.
        method: &'static str,
        /// Why.
        source: serde_json::Error,
    },
    /// The truth.
    #[error(transparent)]
    Dynamics(#[from] DynamicsError),
    /// Training or running.
    #[error(transparent)]
    Fit(#[from] FitError),
    /// The catalogue.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The sampling.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// The prediction.
    #[error(transparent)]
    Branch(#[from] BranchError),
}

/// Trains the models of the figure, networks 2-32-32-2, tanh, from seed 0: each a file name and the model as JSON. Through RK4 by 6000 steps
/// of Adam, because where it lands is the optimizer's choice; through implicit midpoint, where there is only one branch to land on, by
/// least squares on the method's equation.
pub fn train_lotka_volterra() -> Result<Vec<(String, String)>, LotkaVolterraError> {
    let system = System::named("lotka-volterra")?;
    let count = (END / INTERVAL).round() as usize;
    let data = system.paths(&TRAINED_ON.map(|prey| [prey, 1.0]), INTERVAL, count)?;
    MODELS
        .iter()
        .map(|&(name, _)| {
            let (method, sampling) = (catalog::find(name)?, Sampling::new(INTERVAL, 1)?);
            let network = ModelSpec::Perceptron(vec![32, 32], Activation::Tanh);
            let training = if name == "rk4" {
                Training { optimiser: Optimiser::Adam, iterations: Some(6000), ..Training::new(network, method, sampling) }
            } else {
                Training { form: LossForm::Residual, ..Training::new(network, method, sampling) }
            };
            let fit = training.prepare(&data)?.fit(0, None, &mut unwatched)?;
            let text = serde_json::to_string(&fit.learned).map_err(|source| LotkaVolterraError::Model { method: name, source })?;
            Ok((format!("lotka-volterra-{name}.json"), text + "\n"))
        })
        .collect()
}

/// Phase planes with arrows: the truth, the model learned with RK4, the model learned with implicit midpoint, the models run at h/100.
///
/// Facts: real and imaginary part of H times the eigenvalue of each model's Jacobian at its equilibrium, and of the branch nearest to it.
pub fn lotka_volterra() -> Result<Figure, LotkaVolterraError> {
    let system = System::named("lotka-volterra")?;
    let fine = INTERVAL / 100.0;
    let count = (END / fine).round() as usize;
    let mut facts = BTreeMap::new();
    let truth = system.paths(&STARTS, 0.02, 400)?;
    let mut panels = vec![phase_plane("the truth", &truth, Ink::Blue, "the truth")];
    let mut ends = Vec::new();
    for (name, text) in MODELS {
        let learned: Learned = serde_json::from_str(text).map_err(|source| LotkaVolterraError::Model { method: name, source })?;
        let method = catalog::find(name)?;
        let starts: Vec<Vec<f64>> = STARTS.iter().map(|start| start.to_vec()).collect();
        let orbits = rollout(&learned, &method, Sampling::new(fine, 1)?, &starts, count)?;
        let eigenvalue = eigenvalue_at_rest(&learned);
        let found = branches(&method, Complex::new(0.0, 1.0), Sampling::new(INTERVAL, 1)?)?;
        let nearest = found.branches.iter().map(|b| b.lambda).min_by(|a, b| (a - eigenvalue).norm().total_cmp(&(b - eigenvalue).norm()));
        facts.insert(format!("Re H·eigenvalue, {name}"), INTERVAL * eigenvalue.re);
        facts.insert(format!("Im H·eigenvalue, {name}"), INTERVAL * eigenvalue.im);
        if let Some(branch) = nearest {
            facts.insert(format!("Re of the nearest branch, {name}"), INTERVAL * branch.re);
            facts.insert(format!("Im of the nearest branch, {name}"), INTERVAL * branch.im);
            ends.push(format!(
                "through {} it is {} where a branch is {}",
                told(name),
                complex(eigenvalue * INTERVAL, DIGITS),
                complex(branch * INTERVAL, DIGITS)
            ));
        }
        let mut panel = phase_plane(&format!("through {}", told(name)), &orbits, Ink::Red, "the learned model at h/100");
        // Under what was learned lies what should have been.
        panel.marks.splice(0..0, truth.iter().map(|orbit| Mark::line(orbit.iter().map(|x| [x[0], x[1]]).collect(), Ink::Blue, 0.8, "")));
        panels.push(panel);
    }
    Ok(Figure {
        name: "lotka-volterra".into(),
        title: "Closed orbits, learned".into(),
        caption: format!(
            "Lotka–Volterra, ẋ = x − xy, ẏ = xy − y, sampled every H = {INTERVAL}: networks of one size, trained through one step per sample, run at \
             h/100 for t ≤ {END}. H times the eigenvalue at rest: {}.",
            ends.join("; ")
        ),
        columns: 3,
        panels,
        facts,
    })
}

/// What the method of a kept model is called in a sentence.
fn told(name: &str) -> &str {
    if name == "rk4" { "RK4" } else { "implicit midpoint" }
}

/// An orbit of the figure, to be started anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orbit {
    /// The true field.
    Truth,
    /// The model learned through RK4.
    RungeKutta4,
    /// The model learned through implicit midpoint.
    ImplicitMidpoint,
}

/// Prey at the start of the widest orbit on which training determines the model learned through implicit midpoint.
const DETERMINED_TO: f64 = 1.5;
/// The longest turn of an orbit that is drawn, in units of time.
const TURN: f64 = 6.5;
/// A smaller excursion from the equilibrium is none.
const AT_REST: f64 = 1e-6;

impl Orbit {
    /// The method it was learned through.
    pub fn method(self) -> Option<&'static str> {
        match self {
            Self::Truth => None,
            Self::RungeKutta4 => Some(MODELS[0].0),
            Self::ImplicitMidpoint => Some(MODELS[1].0),
        }
    }

    /// Prey at the start, one predator, of the widest orbit on which its training determines it.
    pub fn determined_to(self) -> Option<f64> {
        match self {
            Self::Truth => None,
            Self::RungeKutta4 => TRAINED_ON.last().copied(),
            Self::ImplicitMidpoint => Some(DETERMINED_TO),
        }
    }

    /// Whether training determines the model on the true orbit of a start: by x − ln x + y − ln y, which the truth keeps.
    pub fn is_determined_on(self, start: [f64; 2]) -> bool {
        let kept = |[x, y]: [f64; 2]| x - x.ln() + y - y.ln();
        self.determined_to().is_none_or(|prey| kept(start) <= kept([prey, 1.0]) + 1e-9)
    }
}

/// The widest excursion from the equilibrium (1, 1) in the last two turns of a run at H divided by `refinement`, against that of the first two: it does
/// not depend on the phase at which the time runs out. `None` for an orbit that rests.
pub fn widening(states: &[[f64; 2]], refinement: usize) -> Option<f64> {
    let turns = ((2.0 * TURN * refinement.max(1) as f64 / INTERVAL).ceil() as usize).min(states.len());
    let widest = |part: &[[f64; 2]]| part.iter().map(|[x, y]| (x - 1.0).hypot(y - 1.0)).fold(0.0, f64::max);
    let first = widest(&states[..turns]);
    (first >= AT_REST).then(|| widest(&states[states.len() - turns..]) / first)
}

/// One orbit from a start: the truth, or a kept model run by its own method at H divided by `refinement` (at least 1) until `end`. It stops where it leaves.
pub fn lotka_volterra_orbit(orbit: Orbit, start: [f64; 2], refinement: usize, end: f64) -> Result<Vec<[f64; 2]>, LotkaVolterraError> {
    let step = INTERVAL / refinement.max(1) as f64;
    let count = (end / step).round() as usize;
    let paths = match orbit {
        Orbit::Truth => System::named("lotka-volterra")?.paths(&[start], step, count)?,
        Orbit::RungeKutta4 | Orbit::ImplicitMidpoint => {
            let (name, text) = MODELS[usize::from(orbit == Orbit::ImplicitMidpoint)];
            let learned: Learned = serde_json::from_str(text).map_err(|source| LotkaVolterraError::Model { method: name, source })?;
            let sampling = Sampling::new(step, 1)?;
            rollout(&learned, &catalog::find(name)?, sampling, &[start.to_vec()], count)?
        }
    };
    Ok(paths.states().map(|x| [x[0], x[1]]).collect())
}

fn phase_plane(title: &str, orbits: &Paths, ink: Ink, label: &str) -> Panel {
    let mut marks: Vec<Mark> = orbits
        .iter()
        .enumerate()
        .map(|(k, orbit)| Mark::Line {
            points: orbit.iter().step_by(4).map(|x| [x[0], x[1]]).collect(),
            ink,
            width: 1.3,
            dashed: false,
            arrows: 2,
            label: if k == 0 { label.to_owned() } else { String::new() },
        })
        .collect();
    marks.push(Mark::Dots { points: STARTS.to_vec(), ink: Ink::Black, radius: 4.5, filled: false, label: "starts".into() });
    Panel { title: title.into(), x: Axis::new("prey x", [0.5, 1.7]), y: Axis::new("predators y", [0.5, 1.7]), equal: true, marks }
}

/// The eigenvalue with Im ≥ 0 of the Jacobian at the field's equilibrium near (1, 1), by Newton's method.
fn eigenvalue_at_rest(field: &dyn Field) -> Complex<f64> {
    let (mut x, mut f, mut j) = ([1.0, 1.0], [0.0; 2], [0.0; 4]);
    for _ in 0..50 {
        field.value(&x, &mut f);
        field.jacobian(&x, &mut j);
        let determinant = j[0] * j[3] - j[1] * j[2];
        x[0] -= (j[3] * f[0] - j[1] * f[1]) / determinant;
        x[1] -= (j[0] * f[1] - j[2] * f[0]) / determinant;
    }
    field.jacobian(&x, &mut j);
    let half = 0.5 * (j[0] + j[3]);
    let root = Complex::new(half * half - (j[0] * j[3] - j[1] * j[2]), 0.0).sqrt();
    Complex::new(half, 0.0) + if root.im >= 0.0 { root } else { -root }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At the step that it was trained with, the model learned through implicit midpoint can be run from every start that its training determines.
    #[test]
    fn orbits_run_at_every_divisor() {
        let mut wrong = Vec::new();
        for refinement in [1, 2, 3, 5, 10, 100] {
            for start in [[1.5, 1.0], [1.2, 1.0], [1.35, 1.0], [1.0, 1.5], [1.0, 0.8]] {
                for orbit in [Orbit::RungeKutta4, Orbit::ImplicitMidpoint] {
                    if let Err(e) = lotka_volterra_orbit(orbit, start, refinement, 60.0) {
                        wrong.push(format!("{orbit:?} {start:?} {refinement}: {e}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn the_truth_keeps_its_width_and_a_start_is_inside_or_outside() {
        let truth = lotka_volterra_orbit(Orbit::Truth, [1.5, 1.0], 100, 60.0).unwrap();
        assert!((widening(&truth, 100).unwrap() - 1.0).abs() < 1e-3);
        assert_eq!(widening(&[[1.0, 1.0]; 40], 1), None);
        assert!(Orbit::ImplicitMidpoint.is_determined_on([1.5, 1.0]) && !Orbit::ImplicitMidpoint.is_determined_on([1.7, 1.7]));
        assert!(Orbit::RungeKutta4.is_determined_on([1.7, 1.7]) && Orbit::Truth.is_determined_on([9.0, 9.0]));
    }
}
