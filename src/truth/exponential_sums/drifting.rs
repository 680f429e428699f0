//! Exponentials whose rates change in the course of a run, fitted to samples by variable projection.
//!
//! ```text
//! y(t) = x* + Σ_r Re b_r(τ) exp(c_{r,1} τ + c_{r,2} τ² + …),     τ = 2t/T − 1
//! ```
//!
//! with b_r a polynomial of each run and column, and c shared by all. What ages, warms up or wears off moves like this, the time counted from the start of each run.

use super::projection::{Factor, below};
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{Cholesky, DMatrix, DVector};
use num_complex::Complex;

/// Exponents beyond this are not computed.
const STEEPEST: f64 = 600.0;
/// Steps of Levenberg–Marquardt at most, and the part of the sum of squares whose gain ends them.
const MOST_STEPS: usize = 30;
const LEAST_GAIN: f64 = 1e-6;

/// One exponential with a rate that changes.
#[derive(Clone, Debug)]
pub(crate) struct Changing {
    /// Whether it turns; else it is real.
    pub turns: bool,
    /// c₁, c₂, …
    pub exponents: Vec<Complex<f64>>,
    /// Numbers of its amplitude in time: 1 where that is constant.
    pub powers: usize,
}

impl Changing {
    /// With the constant rate λ, over the duration T.
    pub fn constant(lambda: Complex<f64>, duration: f64) -> Self {
        Self { turns: lambda.im > 0.0, exponents: vec![0.5 * duration * lambda], powers: 1 }
    }

    fn width(&self) -> usize {
        if self.turns { 2 } else { 1 }
    }

    /// What it is at τ, were its amplitude 1.
    pub fn value(&self, tau: f64) -> Complex<f64> {
        let exponent = self.exponents.iter().rev().fold(Complex::<f64>::ZERO, |sum, c| (sum + c) * tau);
        Complex::new(exponent.re.clamp(-STEEPEST, STEEPEST), exponent.im).exp()
    }

    /// The rate at τ over the duration T.
    pub fn rate(&self, tau: f64, duration: f64) -> Complex<f64> {
        let slope = self.exponents.iter().enumerate().rev().fold(Complex::<f64>::ZERO, |sum, (k, c)| sum * tau + (k + 1) as f64 * c);
        2.0 / duration * slope
    }
}

/// A sum of them beside a polynomial in time.
#[derive(Clone, Debug)]
pub(crate) struct Drifting {
    pub parts: Vec<Changing>,
    /// The sum of squares of the residuals as they count.
    pub square: f64,
    /// Numbers that were fitted.
    pub numbers: usize,
    /// JᵀJ of the numbers of the exponents, in their order.
    pub normal: DMatrix<f64>,
}

impl Drifting {
    /// With these parts as they are. The samples have no missing cell.
    pub fn at(samples: &Samples, trend: usize, parts: Vec<Changing>) -> Option<Self> {
        Some(Self::of(&Beside::of(samples, trend, &parts)?, samples, trend, parts))
    }

    fn of(here: &Beside, samples: &Samples, trend: usize, parts: Vec<Changing>) -> Self {
        Self { square: here.square(), numbers: numbers(samples, trend, &parts), normal: here.normal(samples, &parts).0, parts }
    }

    /// The best near these parts.
    pub fn fitted(samples: &Samples, trend: usize, mut parts: Vec<Changing>) -> Option<Self> {
        let mut here = Beside::of(samples, trend, &parts)?;
        let mut damping = 1e-3;
        for _ in 0..MOST_STEPS {
            let (normal, gradient) = here.normal(samples, &parts);
            let square = here.square();
            let mut gained = None;
            while damping < 1e9 {
                let mut damped = normal.clone();
                (0..damped.nrows()).for_each(|k| damped[(k, k)] += damping * normal[(k, k)] + f64::MIN_POSITIVE);
                if let Some(factor) = Cholesky::new(damped) {
                    let trial = moved(&parts, &factor.solve(&gradient));
                    if let Some(there) = Beside::of(samples, trend, &trial)
                        && there.square() < square
                    {
                        parts = trial;
                        gained = Some(there);
                        break;
                    }
                }
                damping *= 8.0;
            }
            let Some(there) = gained else { break };
            damping = (damping * 0.1).max(1e-12);
            here = there;
            if square - here.square() <= LEAST_GAIN * square {
                break;
            }
        }
        Some(Self::of(&here, samples, trend, parts))
    }
}

fn numbers(samples: &Samples, trend: usize, parts: &[Changing]) -> usize {
    let rates: usize = parts.iter().map(|part| part.width() * part.exponents.len()).sum();
    let own = trend + parts.iter().map(|part| part.width() * part.powers).sum::<usize>();
    let columns = samples.dimension();
    rates + own * columns * samples.runs.len() + if samples.rests_at_zero { 0 } else { columns }
}

fn moved(parts: &[Changing], step: &DVector<f64>) -> Vec<Changing> {
    let mut all = parts.to_vec();
    let mut steps = step.iter();
    let mut next = || steps.next().copied().unwrap_or(0.0);
    for part in &mut all {
        for exponent in &mut part.exponents {
            exponent.re += next();
            exponent.im += if part.turns { next() } else { 0.0 };
        }
    }
    all
}

/// τ of each row.
fn scaled_times(run: &Run, samples: &Samples) -> Vec<f64> {
    let duration = samples.duration().max(f64::MIN_POSITIVE);
    run.times.iter().map(|t| 2.0 * t / duration - 1.0).collect()
}

/// What is left beside given parts.
struct Beside {
    factors: Vec<Factor>,
    shared: Option<Factor>,
    residuals: DMatrix<f64>,
    /// Of each run, in the order of the parts.
    amplitudes: Vec<DMatrix<f64>>,
}

impl Beside {
    fn of(samples: &Samples, trend: usize, parts: &[Changing]) -> Option<Self> {
        let own = |run: &Run| {
            let columns: usize = trend + parts.iter().map(|part| part.width() * part.powers).sum::<usize>();
            let mut phi = DMatrix::zeros(run.rows(), columns);
            for (i, tau) in scaled_times(run, samples).into_iter().enumerate() {
                let mut place = 0;
                for part in parts {
                    let value = part.value(tau);
                    for power in 0..part.powers {
                        let value = value * tau.powi(power as i32);
                        phi[(i, place)] = value.re;
                        if part.turns {
                            phi[(i, place + 1)] = value.im;
                        }
                        place += part.width();
                    }
                }
                (0..trend).for_each(|power| phi[(i, place + power)] = tau.powi(power as i32));
            }
            Factor::of(run.weighed(phi))
        };
        let factors: Vec<Factor> = samples.runs.iter().map(own).collect::<Option<_>>()?;
        let highest = |run: &Run| {
            let times = scaled_times(run, samples);
            run.weighed(DMatrix::from_fn(run.rows(), 1, |i, _| times[i].powi(trend as i32)))
        };
        let states: Vec<DMatrix<f64>> = samples.runs.iter().map(|run| run.weighed(run.states.clone())).collect();
        let outside = |all: &[DMatrix<f64>]| below(factors.iter().zip(all).map(|(f, part)| f.without(part.clone())).collect());
        let powers: Vec<DMatrix<f64>> = samples.runs.iter().map(highest).collect();
        let shared = if samples.rests_at_zero { None } else { Some(Factor::of(outside(&powers))?) };
        let left = outside(&states);
        let constant = shared.as_ref().map(|shared| shared.amplitudes(&left));
        let amplitudes = factors
            .iter()
            .zip(states.iter().zip(&powers))
            .map(|(f, (states, power))| f.amplitudes(&constant.as_ref().map_or_else(|| states.clone(), |c| states - power * c)))
            .collect();
        let residuals = shared.as_ref().map_or_else(|| left.clone(), |shared| shared.without(left.clone()));
        Some(Self { factors, shared, residuals, amplitudes })
    }

    fn square(&self) -> f64 {
        self.residuals.norm_squared()
    }

    /// JᵀJ and Jᵀr of the numbers of the exponents.
    fn normal(&self, samples: &Samples, parts: &[Changing]) -> (DMatrix<f64>, DVector<f64>) {
        let mut slopes: Vec<DMatrix<f64>> = Vec::new();
        let mut place = 0;
        for part in parts {
            for k in 0..part.exponents.len() {
                let turned = if part.turns { vec![Complex::<f64>::ONE, Complex::I] } else { vec![Complex::ONE] };
                for turn in turned {
                    let of_run = |(run, own): (&Run, &DMatrix<f64>)| {
                        let times = scaled_times(run, samples);
                        run.weighed(DMatrix::from_fn(run.rows(), samples.dimension(), |i, j| {
                            let tau = times[i];
                            let base: Complex<f64> = turn * part.value(tau) * tau.powi(k as i32 + 1);
                            let amplitude = |power: usize| {
                                let at = place + power * part.width();
                                base.re * own[(at, j)] + if part.turns { base.im * own[(at + 1, j)] } else { 0.0 }
                            };
                            (0..part.powers).map(|power| amplitude(power) * tau.powi(power as i32)).sum()
                        }))
                    };
                    let all = samples.runs.iter().zip(&self.amplitudes).map(of_run);
                    let outside = below(self.factors.iter().zip(all).map(|(f, slope)| f.without(slope)).collect());
                    slopes.push(self.shared.as_ref().map_or_else(|| outside.clone(), |shared| shared.without(outside.clone())));
                }
            }
            place += part.width() * part.powers;
        }
        let n = slopes.len();
        let normal = DMatrix::from_fn(n, n, |a, b| slopes[a].dot(&slopes[b]));
        (normal, DVector::from_fn(n, |a, _| slopes[a].dot(&self.residuals)))
    }
}
