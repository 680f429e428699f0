//! Samples with inputs that go straight from one to the next: the minima that a loop can land on, since no Â and B̂ reproduce them.
//!
//! A step of a Runge–Kutta method whose stages see the input on its line meets the true `x⁺ = e^{AH}x + Γ₀u + Γ₁u⁺` only where (R(z) − 1)/z = (e^z − 1)/z as well, which is so for
//! none. What is learned is the least loss on the pairs of samples, from the branches as starts, with the model's rest where that of the samples is.

use super::learned_inputs::{LearnedInputs, SAME};
use super::uneven_times::{ANOTHER, counted, counts};
use crate::data::{Hold, Trajectories};
use crate::inverse::{Branch, Branches, InputPair, LearningEquation, Limits, MatrixLoss, StatePair, StatePairs, UnevenMinimum};
use crate::method::{Method, Sampling};
use crate::truth::{Mode, StateSpace};
use nalgebra::DMatrix;
use num_complex::Complex;

/// State variables and inputs up to which the minima are looked for.
const MOST_COLUMNS: usize = 4;
const MOST_INPUTS: usize = 8;
/// Two minima whose λ̂ differ by less than this part of them are one.
const ONE: f64 = 1e-6;

/// Pairs of samples with straight inputs, and the system behind them.
#[derive(Clone, Debug)]
pub struct StraightInputs {
    pairs: StatePairs,
    system: StateSpace,
    /// λ of each mode, both members of a pair.
    lambdas: Vec<Complex<f64>>,
}

/// A minimum, as one mode sees it.
struct Landing {
    minimum: UnevenMinimum,
    /// λ̂ of each mode with Im λ ≥ 0.
    learned: Vec<Complex<f64>>,
    /// B̂ by rows.
    b: Vec<Vec<f64>>,
}

impl StraightInputs {
    /// Of samples whose inputs go straight, with the modes of the system behind them; `None` for others, and where there are too many columns.
    pub fn of(data: &Trajectories, modes: &[Mode], driven: Option<&StateSpace>) -> Option<Self> {
        let system = driven.filter(|system| system.hold == Hold::Linear)?.clone();
        let interval = data.spacing().even()?;
        let d = data.dimension();
        if d > MOST_COLUMNS || data.inputs().len() > MOST_INPUTS || modes.len() != d {
            return None;
        }
        let (states, inputs): (Vec<StatePair>, Vec<InputPair>) = data
            .pairs()
            .map(|pair| {
                let states = StatePair { from: pair.from.to_vec(), to: pair.to.to_vec(), interval, substeps: 1 };
                (states, InputPair { from: pair.input.to_vec(), to: pair.next_input.to_vec() })
            })
            .unzip();
        let pairs = StatePairs::new(&states, d).and_then(|pairs| pairs.with_inputs(&inputs, Hold::Linear)).ok()?;
        Some(Self { pairs, system, lambdas: modes.iter().map(|mode| mode.lambda).collect() })
    }

    /// The minima for one mode, the lowest first, and those of them that count as branches beside `lambda`.
    pub fn minima(
        &self,
        method: &Method,
        mode: usize,
        lambda: Complex<f64>,
        sampling: Sampling,
        limits: Limits,
    ) -> Option<(Branches, Vec<UnevenMinimum>)> {
        let (even, landings) = self.landings(method, (mode, lambda), sampling, limits)?;
        let minima: Vec<UnevenMinimum> = landings.into_iter().map(|landing| landing.minimum).collect();
        Some((counted(even, &minima, &counts(&minima), lambda, sampling)?, minima))
    }

    /// B̂ at the lowest minimum; where there is one mode (a pair counts as one), at its others too, as far as they count.
    pub(super) fn learned_inputs(&self, method: &Method, sampling: Sampling, limits: Limits) -> Vec<LearnedInputs> {
        let Some(first) = self.lambdas.iter().position(|lambda| lambda.im >= 0.0) else { return Vec::new() };
        let Some((_, landings)) = self.landings(method, (first, self.lambdas[first]), sampling, limits) else { return Vec::new() };
        let minima: Vec<UnevenMinimum> = landings.iter().map(|landing| landing.minimum.clone()).collect();
        let several = self.upper().count() > 1;
        let kept = landings.into_iter().zip(counts(&minima)).enumerate().filter(|(k, (_, counts))| *counts && (*k == 0 || !several));
        kept.map(|(k, (landing, _))| LearnedInputs {
            learned: landing.learned,
            principal: k == 0,
            b: landing.b,
            level: Some(landing.minimum.level),
        })
        .collect()
    }

    fn upper(&self) -> impl Iterator<Item = Complex<f64>> {
        self.lambdas.iter().copied().filter(|lambda| lambda.im >= 0.0)
    }

    /// The minima that descents from the branches of one mode end on, the other modes where the method puts them; the lowest first.
    fn landings(
        &self,
        method: &Method,
        (mode, lambda): (usize, Complex<f64>),
        sampling: Sampling,
        limits: Limits,
    ) -> Option<(Branches, Vec<Landing>)> {
        let pairs = self.pairs.clone().with_substeps(sampling.substeps());
        let loss = MatrixLoss::of(method, pairs, &self.system.rest, false).ok()?;
        let equation = LearningEquation::of(method).ok()?;
        let even = equation.branches(lambda, sampling).ok()?;
        let reach = 1.5 * limits.reach * lambda.norm();
        // A mode below the real axis is the mirror image of one above it.
        let below = self.lambdas[mode].im < 0.0;
        let mirrored = |z: Complex<f64>| if below { z.conj() } else { z };
        let own = mirrored(self.lambdas[mode]);
        let principal = |lambda| Some(equation.branches(lambda, sampling).ok()?.principal()?.lambda);
        let others: Vec<(Complex<f64>, Complex<f64>)> = self.upper().map(|lambda| (lambda, principal(lambda).unwrap_or(lambda))).collect();
        let near = |b: &&Branch| b.principal || b.lambda.norm() <= reach;
        let mut landings: Vec<Landing> = Vec::new();
        for start in even.branches.iter().filter(near).map(|b| mirrored(b.lambda)).chain([own]) {
            let began: Vec<_> = others.iter().map(|(truth, learned)| if *truth == own { start } else { *learned }).collect();
            let image = |z: Complex<f64>| others.iter().position(|(truth, _)| (truth - z).norm() <= SAME * z.norm()).map(|k| began[k]);
            let Some(found) = self.system.learned_a(image).and_then(|matrix| loss.minimum_near(&matrix)) else { continue };
            let values = found.matrix.complex_eigenvalues();
            let nearest = |z: &Complex<f64>| values.iter().copied().min_by(|a, b| (a - z).norm().total_cmp(&(b - z).norm()));
            let Some(learned) = began.iter().map(nearest).collect::<Option<Vec<_>>>() else { continue };
            let Some(at) = nearest(&start).filter(|at| (at - start).norm() <= ANOTHER * start.norm()) else { continue };
            let at = mirrored(at);
            if (own.im == 0.0 && at.im != 0.0) || landings.iter().any(|l| (l.minimum.lambda - at).norm() <= ONE * at.norm()) {
                continue;
            }
            let minimum = UnevenMinimum { lambda: at, level: found.level, mismatch: None, curvature: None, radius: None };
            landings.push(Landing { minimum, learned, b: by_rows(&found.inputs) });
        }
        landings.sort_by(|a, b| a.minimum.level.total_cmp(&b.minimum.level));
        Some((even, landings))
    }
}

fn by_rows(m: &DMatrix<f64>) -> Vec<Vec<f64>> {
    m.row_iter().map(|row| row.iter().copied().collect()).collect()
}
