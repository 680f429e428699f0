//! Samples with inputs that go straight from one to the next: the minima that a loop can land on, since no Â and B̂ reproduce them.
//!
//! A step of a Runge–Kutta method whose stages see the input on its line meets the true `x⁺ = e^{AH}x + Γ₀u + Γ₁u⁺` only where (R(z) − 1)/z = (e^z − 1)/z as well, which is so for
//! none. What is learned is the least loss on the pairs of samples, from the branches as starts, with the model's rest where that of the samples is.

use super::learned_inputs::{LearnedInputs, SAME};
use super::uneven_times::{counted, counts};
use crate::data::{Hold, Trajectories};
use crate::dynamics::spectrum;
use crate::inverse::{Branch, Branches, InputPair, LearningEquation, Limits, MatrixLoss, StatePair, StatePairs, UnevenMinimum};
use crate::method::{Method, Sampling, catalog};
use crate::truth::{Mode, StateSpace, by_rows};
use nalgebra::{DMatrix, DVector};
use num_complex::Complex;

/// State variables and inputs up to which the minima are looked for.
const MOST_COLUMNS: usize = 4;
const MOST_INPUTS: usize = 8;
/// Two minima whose λ̂ differ by less than this part of them are one.
const ONE: f64 = 1e-6;
/// The explicit method of order 8 that is the flow here, and its steps for a time of 1/|λ|: they leave 1e-11 or so.
const FLOW: &str = "dop853";
const STEPS: f64 = 4.0;

/// Pairs of samples with straight inputs, and the system behind them.
#[derive(Clone, Debug)]
pub struct StraightInputs {
    pairs: StatePairs,
    /// The same with ends where the system takes the starts: what noise there is changes no λ̂ that is learned of them. `None` where the samples show that the input is held.
    noise_free: Option<StatePairs>,
    system: StateSpace,
    interval: f64,
    /// The mean square of x_{k+1} about the rest.
    motion: f64,
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
    /// Of samples whose inputs are taken to go straight, with the modes of the system behind them, and whether they may; `None` for others, and where there are too many columns.
    pub fn of(data: &Trajectories, modes: &[Mode], driven: Option<&StateSpace>, may: bool) -> Option<Self> {
        let system = driven.filter(|system| system.hold == Hold::Linear)?;
        let interval = data.spacing().even()?;
        let d = data.dimension();
        if d > MOST_COLUMNS || data.inputs().len() > MOST_INPUTS || modes.len() != d {
            return None;
        }
        let flow = Flow::of(system, data.inputs().len(), interval);
        let (mut states, mut ends, mut inputs) = (Vec::new(), Vec::new(), Vec::new());
        for pair in data.pairs() {
            let of = |to: Vec<f64>| StatePair { from: pair.from.to_vec(), to, interval, substeps: 1 };
            states.push(of(pair.to.to_vec()));
            ends.push(of(flow.end(pair.from, pair.input, pair.next_input)));
            inputs.push(InputPair { from: pair.input.to_vec(), to: pair.next_input.to_vec() });
        }
        let pairs = |states: &[StatePair]| StatePairs::new(states, d).and_then(|pairs| pairs.with_inputs(&inputs, Hold::Linear)).ok();
        let lambdas = modes.iter().map(|mode| mode.lambda).collect();
        let square = |pair: &StatePair| pair.to.iter().zip(&system.rest).map(|(x, rest)| (x - rest).powi(2)).sum::<f64>();
        let motion = states.iter().map(square).sum::<f64>() / (states.len() * d).max(1) as f64;
        Some(Self {
            pairs: pairs(&states)?,
            noise_free: if may { pairs(&ends) } else { None },
            system: system.clone(),
            interval,
            motion,
            lambdas,
        })
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
        self.counted(&self.pairs, method, (mode, lambda), sampling, limits)
    }

    /// What an integrator without error learns of each mode from these pairs, and the mean square of the residuals: the minimum that a descent from the system itself ends on.
    pub(super) fn through_the_flow(&self) -> Option<(Vec<Complex<f64>>, f64)> {
        let fastest = self.lambdas.iter().map(|lambda| lambda.norm()).fold(0.0, f64::max);
        let substeps = (STEPS * fastest * self.interval).ceil().max(1.0) as u32;
        let loss = MatrixLoss::of(&catalog::find(FLOW).ok()?, self.pairs.clone().with_substeps(substeps), &self.system.rest, false).ok()?;
        let found = loss.minimum_near(&self.system.learned_a(Some)?)?;
        let upper: Vec<Complex<f64>> = self.upper().collect();
        let learned = matched(&spectrum(&found.matrix)?, &upper)?;
        let of = |lambda: &Complex<f64>| {
            let own = |z: Complex<f64>| upper.iter().position(|truth| *truth == z).map(|k| learned[k]);
            if lambda.im < 0.0 { own(lambda.conj()).map(|z| z.conj()) } else { own(*lambda) }
        };
        Some((self.lambdas.iter().map(of).collect::<Option<_>>()?, found.level.powi(2) * self.motion))
    }

    /// Those that count, were there no noise and the inputs exactly straight: the integrator's part alone.
    pub(super) fn noise_free(
        &self,
        method: &Method,
        mode: usize,
        lambda: Complex<f64>,
        sampling: Sampling,
        limits: Limits,
    ) -> Option<Branches> {
        Some(self.counted(self.noise_free.as_ref()?, method, (mode, lambda), sampling, limits)?.0)
    }

    fn counted(
        &self,
        pairs: &StatePairs,
        method: &Method,
        (mode, lambda): (usize, Complex<f64>),
        sampling: Sampling,
        limits: Limits,
    ) -> Option<(Branches, Vec<UnevenMinimum>)> {
        let (even, landings) = self.landings(pairs, method, mode, sampling, limits)?;
        let minima: Vec<UnevenMinimum> = landings.into_iter().map(|landing| landing.minimum).collect();
        Some((counted(even, &minima, &counts(&minima), lambda, sampling)?, minima))
    }

    /// B̂ at the lowest minimum; where there is one mode (a pair counts as one), at its others too, as far as they count.
    pub(super) fn learned_inputs(&self, method: &Method, sampling: Sampling, limits: Limits) -> Vec<LearnedInputs> {
        let Some(first) = self.lambdas.iter().position(|lambda| lambda.im >= 0.0) else { return Vec::new() };
        let Some((_, landings)) = self.landings(&self.pairs, method, first, sampling, limits) else { return Vec::new() };
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
        pairs: &StatePairs,
        method: &Method,
        mode: usize,
        sampling: Sampling,
        limits: Limits,
    ) -> Option<(Branches, Vec<Landing>)> {
        let pairs = pairs.clone().with_substeps(sampling.substeps());
        let loss = MatrixLoss::of(method, pairs, &self.system.rest, false).ok()?;
        let equation = LearningEquation::of(method).ok()?;
        let lambda = self.lambdas[mode];
        let even = equation.branches(lambda, sampling).ok()?;
        let reach = 1.5 * limits.reach * lambda.norm();
        // A mode below the real axis is the mirror image of one above it.
        let mirrored = |z: Complex<f64>| if lambda.im < 0.0 { z.conj() } else { z };
        let upper: Vec<Complex<f64>> = self.upper().collect();
        let own = upper.iter().position(|truth| *truth == mirrored(lambda))?;
        let principal = |lambda: &Complex<f64>| Some(equation.branches(*lambda, sampling).ok()?.principal()?.lambda);
        let elsewhere: Vec<Complex<f64>> = upper.iter().map(|lambda| principal(lambda).unwrap_or(*lambda)).collect();
        let near = |b: &&Branch| b.principal || b.lambda.norm() <= reach;
        let mut landings: Vec<Landing> = Vec::new();
        for start in even.branches.iter().filter(near).map(|b| mirrored(b.lambda)).chain([upper[own]]) {
            let mut began = elsewhere.clone();
            began[own] = start;
            let image = |z: Complex<f64>| upper.iter().position(|truth| (truth - z).norm() <= SAME * z.norm()).map(|k| began[k]);
            let Some(found) = self.system.learned_a(image).and_then(|matrix| loss.minimum_near(&matrix)) else { continue };
            let Some(learned) = spectrum(&found.matrix).and_then(|values| matched(&values, &began)) else { continue };
            let at = mirrored(learned[own]);
            let known = landings.iter().any(|l| (l.minimum.lambda - at).norm() <= ONE * at.norm());
            if known || at.norm() > reach.max(1.5 * start.norm()) || (lambda.im == 0.0 && at.im != 0.0) {
                continue;
            }
            let minimum =
                UnevenMinimum { lambda: at, level: found.level, mismatch: None, curvature: None, radius: None, of_samples: false };
            landings.push(Landing { minimum, learned, b: by_rows(&found.inputs) });
        }
        landings.sort_by(|a, b| a.minimum.level.total_cmp(&b.minimum.level));
        Some((even, landings))
    }
}

/// For each λ̂ of a start the eigenvalue that it has become: the nearest that is left, with its mirror image where it turns.
fn matched(values: &[Complex<f64>], began: &[Complex<f64>]) -> Option<Vec<Complex<f64>>> {
    let mut left = values.to_vec();
    let mut take = |z: Complex<f64>| {
        let nearest = (0..left.len()).min_by(|&a, &b| (left[a] - z).norm().total_cmp(&(left[b] - z).norm()))?;
        Some(left.swap_remove(nearest))
    };
    let mut learned = vec![Complex::ZERO; began.len()];
    // Pairs first: they take two.
    let (pairs, real): (Vec<usize>, Vec<usize>) = (0..began.len()).partition(|k| began[*k].im != 0.0);
    for k in pairs.into_iter().chain(real) {
        learned[k] = take(began[k])?;
        if began[k].im != 0.0 {
            take(learned[k].conj())?;
        }
    }
    Some(learned)
}

/// The flow of the system over an interval with inputs on a line.
struct Flow {
    /// What acts on x, u and u̇: the first rows of exp(HZ).
    map: DMatrix<f64>,
    rest: Vec<f64>,
    interval: f64,
}

impl Flow {
    fn of(system: &StateSpace, inputs: usize, interval: f64) -> Self {
        let d = system.a.len();
        let mut together = DMatrix::zeros(d + 2 * inputs, d + 2 * inputs);
        for i in 0..d {
            (0..d).for_each(|j| together[(i, j)] = system.a[i][j]);
            (0..inputs).for_each(|j| together[(i, d + j)] = system.b[i][j]);
        }
        (0..inputs).for_each(|j| together[(d + j, d + inputs + j)] = 1.0);
        Self { map: (together * interval).exp().rows(0, d).into_owned(), rest: system.rest.clone(), interval }
    }

    fn end(&self, from: &[f64], input: &[f64], next: &[f64]) -> Vec<f64> {
        let state = from.iter().zip(&self.rest).map(|(x, rest)| x - rest);
        let slope = input.iter().zip(next).map(|(u, next)| (next - u) / self.interval);
        let all = DVector::from_iterator(self.map.ncols(), state.chain(input.iter().copied()).chain(slope));
        (&self.map * all).iter().zip(&self.rest).map(|(x, rest)| x + rest).collect()
    }
}
