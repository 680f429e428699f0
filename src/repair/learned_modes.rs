//! What is known of a trained model: the states that it was trained on, where it stands still, its modes there.

use crate::data::Paths;
use crate::dynamics::{Equilibrium, Field, equilibria};
use crate::exact::{EigenvaluesError, eigenvalues};
use crate::fit::{Features, Learned};
use num_complex::Complex;
use std::f64::consts::TAU;

/// An equilibrium of a learned field with the eigenvalues of its Jacobian, the upper ones of conjugate pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Standstill {
    /// Where.
    pub state: Vec<f64>,
    /// λ̂ with Im λ̂ ≥ 0, once for each multiplicity.
    pub modes: Vec<Complex<f64>>,
}

/// The equilibria among the states (all that Newton's method finds where there are no states) and their modes.
pub fn standstills(learned: &Learned, states: &[Vec<f64>]) -> Result<Vec<Standstill>, EigenvaluesError> {
    let near = |found: &Equilibrium| {
        (0..learned.dimension()).all(|j| {
            let (low, high) = states.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), s| (l.min(s[j]), h.max(s[j])));
            // A quarter of the box beyond it: there the model has seen nothing.
            let margin = 0.25 * (high - low);
            states.is_empty() || (low - margin..=high + margin).contains(&found.state[j])
        })
    };
    equilibria(learned, &guesses(learned, states))
        .into_iter()
        .filter(|found| is_linear(learned) || near(found))
        .map(|found| {
            let upper = eigenvalues(&found.jacobian)?.into_iter().filter(|disc| disc.centre.im >= 0.0);
            let modes = upper.flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect();
            Ok(Standstill { state: found.state, modes })
        })
        .collect()
}

/// How near an alias is to λ̂ where the two agree, in |λ̂|.
const AGREES: f64 = 0.01;

/// The principal `shown` + 2πik/H that is nearest to λ̂, where it agrees with λ̂; else `shown`. Samples tell none of these from another, and a field that turns by more than half a
/// turn an interval is its own map's where each step is short.
pub(super) fn nearest_alias(shown: Complex<f64>, learned: Complex<f64>, interval: f64) -> Complex<f64> {
    let turn = TAU / interval;
    let nearest = Complex::new(shown.re, shown.im + turn * ((learned.im - shown.im) / turn).round());
    if (nearest - learned).norm() < AGREES * learned.norm() { nearest } else { shown }
}

/// Whether the field is `Ax + b`: it then has its modes everywhere.
pub fn is_linear(learned: &Learned) -> bool {
    learned.model.layers().len() == 1 && matches!(learned.model.features(), Features::Identity)
}

/// Points along each side of the states' box from which Newton's method starts too, up to three variables.
const GRID: usize = 7;

/// States to look around in: some of those given, with their mean and a grid of their box; else the centre and the faces of the model's box; else unit vectors.
pub fn guesses(learned: &Learned, states: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let d = learned.dimension();
    if !states.is_empty() {
        let mean = (0..d).map(|j| states.iter().map(|s| s[j]).sum::<f64>() / states.len() as f64).collect();
        let some = states.iter().step_by(states.len().div_ceil(24)).cloned();
        return std::iter::once(mean).chain(some).chain(grid(states, d)).collect();
    }
    let (centre, half) = match learned.model.features() {
        Features::Polynomial(dictionary) => (dictionary.centre().to_vec(), dictionary.half_widths().to_vec()),
        _ => (vec![0.0; d], vec![2.0; d]),
    };
    let beside = |j: usize, part: f64| (0..d).map(|i| centre[i] + if i == j { part * half[i] } else { 0.0 }).collect::<Vec<f64>>();
    let sides = (0..d).flat_map(|j| [beside(j, 0.5), beside(j, -0.5)]).collect::<Vec<_>>();
    std::iter::once(centre.clone()).chain(sides).collect()
}

/// A grid of the states' box; nothing beyond three variables.
fn grid(states: &[Vec<f64>], d: usize) -> impl Iterator<Item = Vec<f64>> {
    let side =
        |j: usize| states.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high): (f64, f64), s| (low.min(s[j]), high.max(s[j])));
    let sides: Vec<(f64, f64)> = (0..d).map(side).collect();
    let points = if d <= 3 { GRID.pow(d as u32) } else { 0 };
    (0..points).map(move |n| {
        let part = |j: usize| ((n / GRID.pow(j as u32)) % GRID) as f64 / (GRID - 1) as f64;
        sides.iter().enumerate().map(|(j, (low, high))| low + part(j) * (high - low)).collect()
    })
}

/// Where rollouts start: the trajectories' starts; else beside the equilibria, displaced along every coordinate in turn, so that no mode stays at rest; else
/// the guesses.
pub fn starts(learned: &Learned, trajectories: &Paths, found: &[Standstill], most: usize) -> Vec<Vec<f64>> {
    if !trajectories.is_empty() {
        return trajectories.starts().map(<[f64]>::to_vec).take(most).collect();
    }
    if found.is_empty() {
        return guesses(learned, &[]).into_iter().take(most).collect();
    }
    let beside = |place: &Standstill, j: usize| {
        let mut start = place.state.clone();
        start[j] += 0.2 * (1.0 + start[j].abs());
        start
    };
    let beside = &beside;
    // Every coordinate about the first places before a further place.
    found.iter().flat_map(|place| (0..place.state.len()).map(move |j| beside(place, j))).take(most.max(learned.dimension())).collect()
}
