//! A call in single precision: every operation on the state is rounded to 32 bits, start by start.
//!
//! The order of operations is torchdiffeq's (`rk_common.py`, `fixed_grid.py`), in which the other libraries differ only by the order of a
//! sum. Times and the controller are of 64 bits in torchdiffeq's adaptive methods; elsewhere the ends of a step are rounded to 32 bits
//! before they are subtracted. The scaled error is formed in 64 bits from rounded values: what its own rounding changes is 1e-7 of a step.

use super::control::StepControl;
use super::dense::Dense;
use super::embedded_pair::{EmbeddedPair, ErrorWeights};
use super::grid::Grid;
use super::pilot::Pilot;
use super::stages::{MOST_STAGES, weighted};
use super::state_norm::StateNorm;
use super::tolerances::Tolerances;
use super::trace::{Attempt, FollowError, Trace};
use num_complex::Complex;
use std::ops::{Add, Mul, Sub};

/// A pair of numbers of 32 bits; each operation rounds.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Single(Complex<f32>);

impl Single {
    fn of(z: Complex<f64>) -> Self {
        Self(Complex::new(z.re as f32, z.im as f32))
    }

    fn exactly(self) -> Complex<f64> {
        Complex::new(f64::from(self.0.re), f64::from(self.0.im))
    }
}

impl Add for Single {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Single {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Mul<f64> for Single {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self(self.0 * factor as f32)
    }
}

/// One start of one mode on its way.
#[derive(Clone, Copy, Debug)]
struct Strand {
    mode: Complex<f32>,
    start: Single,
    value: Single,
    slope: Single,
}

impl Strand {
    fn of(mode: Complex<f64>, start: Complex<f64>) -> Self {
        let mode = Single::of(mode).0;
        let start = Single::of(start);
        Self { mode, start, value: start, slope: Single(mode * start.0) }
    }

    fn field(&self, y: Single) -> Single {
        Single(self.mode * y.0)
    }
}

/// What one attempt makes of a strand: h·f of each stage, the end, the slope that is carried on.
#[derive(Clone, Copy)]
struct Ended {
    stages: [Single; MOST_STAGES],
    value: Single,
    slope: Single,
}

/// All starts of a batch, and the modes that share its norm.
struct Strands<'a> {
    /// The mode's own strands, then those of each companion, as many each.
    all: Vec<Strand>,
    /// Components of the batch.
    rows: usize,
    norm: &'a StateNorm,
}

/// The golden angle: starts of which only the size is known are spread by it.
const TURN: f64 = 2.399_963_229_728_653;

impl<'a> Strands<'a> {
    fn of(mode: Complex<f64>, norm: &'a StateNorm) -> Self {
        let own: Vec<Complex<f64>> = match norm {
            StateNorm::Modulus(sizes) => {
                sizes.iter().enumerate().map(|(k, size)| Complex::from_polar(*size, 0.7 + TURN * k as f64)).collect()
            }
            StateNorm::Components(starts) => starts.clone(),
            StateNorm::Real(factors) => factors.clone(),
            StateNorm::Joint(joint) => joint.factors.clone(),
        };
        let mut all: Vec<Strand> = own.iter().map(|start| Strand::of(mode, *start)).collect();
        for companion in norm.companions() {
            all.extend(companion.factors.iter().map(|start| Strand::of(companion.mode, *start)));
        }
        Self { all, rows: own.len(), norm }
    }

    /// The root mean square of v/(atol + rtol·max(|a|, |b|)) over the components, \[v, a, b\] a strand.
    fn scaled(&self, parts: impl Fn(usize, &Strand) -> [Complex<f64>; 3], tolerances: Tolerances) -> f64 {
        let Tolerances { relative, absolute } = tolerances;
        let ratio = |v: f64, a: f64, b: f64| (v / (absolute + relative * a.abs().max(b.abs()))).powi(2);
        let mut sum = 0.0;
        for row in 0..self.rows {
            let mut total = [Complex::new(0.0, 0.0); 3];
            for k in (row..self.all.len()).step_by(self.rows) {
                for (total, part) in total.iter_mut().zip(parts(k, &self.all[k])) {
                    *total += part;
                }
            }
            let [v, a, b] = total;
            sum += match self.norm {
                StateNorm::Modulus(_) => ratio(v.norm(), a.norm(), b.norm()),
                StateNorm::Components(_) => (ratio(v.re, a.re, b.re) + ratio(v.im, a.im, b.im)) / 2.0,
                StateNorm::Real(_) | StateNorm::Joint(_) => ratio(v.re, a.re, b.re),
            };
        }
        (sum / self.rows as f64).sqrt()
    }

    fn first_step(&self, control: &StepControl, end: f64) -> f64 {
        let (tolerances, first) = (control.tolerances, &control.first);
        let sized = |value: &dyn Fn(&Strand) -> Single| {
            self.scaled(|_, strand| [value(strand).exactly(), strand.start.exactly(), strand.start.exactly()], tolerances)
        };
        let sizes = [sized(&|strand| strand.start), sized(&|strand| strand.slope)];
        let change = |h0: f64| {
            let change = |strand: &Strand| strand.field(strand.start + strand.slope * h0) - strand.slope;
            Ok::<f64, std::convert::Infallible>(sized(&change))
        };
        let Ok(step) = first.choose(sizes, end, change);
        step
    }

    /// Σ ȳ(0)·y / Σ |y(0)|² over the mode's own strands: its multiplier by least squares.
    fn multiplier(&self, value: impl Fn(usize, &Strand) -> Single) -> Complex<f64> {
        let mut sum = Complex::new(0.0, 0.0);
        let mut mass = 0.0;
        for (k, strand) in self.all[..self.rows].iter().enumerate() {
            let start = strand.start.exactly();
            sum += start.conj() * value(k, strand).exactly();
            mass += start.norm_sqr();
        }
        sum / mass
    }
}

/// A batch on its way in single precision; the multipliers are those of the whole batch, by least squares.
pub(crate) struct SinglePrecision<'a> {
    pub pair: &'a EmbeddedPair,
    pub dense: &'a Dense,
    pub norm: &'a StateNorm,
    /// Whether times are of 64 bits all the same.
    pub double_times: bool,
}

impl SinglePrecision<'_> {
    pub(crate) fn controlled(&self, control: &StepControl, mode: Complex<f64>, times: &[f64]) -> Result<Trace, FollowError> {
        let mut strands = Strands::of(mode, self.norm);
        let (end, tolerances) = (times.last().copied().ok_or(FollowError::Times)?, control.tolerances);
        if tolerances.absolute == 0.0 && strands.norm.has_zero() {
            return Err(FollowError::ZeroScale);
        }
        let mut trace = Trace::default();
        let mut calls = self.pair.evaluations().map(|_| control.evaluations_before);
        let mut pilot = Pilot::new(control, times, strands.first_step(control, end))?;
        while !pilot.is_done() {
            let time = pilot.time();
            let step = pilot.attempt()?;
            let taken = if self.double_times { f64::from(step as f32) } else { between(time, time + step) };
            let ended: Vec<Ended> = strands.all.iter().map(|strand| self.attempt(strand, taken)).collect();
            calls = calls.zip(self.pair.evaluations()).map(|(all, more)| all + more);
            let ratio = match &self.pair.error {
                ErrorWeights::Weighted(weights) => strands.scaled(
                    |k, strand| [weighted(weights, &ended[k].stages).exactly(), strand.value.exactly(), ended[k].value.exactly()],
                    tolerances,
                ),
                // The others belong to SciPy, which computes in double precision.
                ErrorWeights::None | ErrorWeights::Collocation | ErrorWeights::Dop853 { .. } => 0.0,
            };
            if !ratio.is_finite() || ended.iter().any(|e| !e.value.exactly().is_finite()) {
                return Err(FollowError::NotFinite { time });
            }
            let reached = pilot.clone();
            let kept = pilot.judge(ratio, None);
            trace.attempts.push(Attempt { time, step, ratio: Some(ratio), kept, choice: None });
            if !kept {
                continue;
            }
            for sample in reached.reached() {
                let value = |k: usize, strand: &Strand| match sample.at_end {
                    true => ended[k].value,
                    false => self.inside(strand, &ended[k], sample.place, taken),
                };
                trace.multipliers.push(strands.multiplier(value));
                trace.places.push(sample.place);
            }
            advance(&mut strands.all, &ended);
        }
        trace.evaluations = calls;
        Ok(trace)
    }

    pub(crate) fn on_grid(&self, grid: &Grid, mode: Complex<f64>, samples: &[f64]) -> Result<Trace, FollowError> {
        let mut strands = Strands::of(mode, self.norm);
        let mut trace = Trace::default();
        let per_step = self.pair.evaluations().map(|n| n + u64::from(self.pair.first_same_as_last));
        let mut calls = per_step.map(|_| 0);
        let (mut time, mut next) = (0.0, 0);
        for arrival in grid.points(samples)? {
            let (step, taken) = (arrival - time, between(time, arrival));
            let ended: Vec<Ended> = strands.all.iter().map(|strand| self.attempt(strand, taken)).collect();
            if ended.iter().any(|e| !e.value.exactly().is_finite()) {
                return Err(FollowError::NotFinite { time });
            }
            calls = calls.zip(per_step).map(|(all, more)| all + more);
            trace.attempts.push(Attempt { time, step, ratio: None, kept: true, choice: None });
            while let Some(sample) = samples.get(next).copied().filter(|t| *t <= arrival) {
                let place = (sample - time) / step;
                calls = calls.map(|all| all + grid.evaluations_interpolant);
                let value = |k: usize, strand: &Strand| match sample == arrival {
                    true => ended[k].value,
                    false => self.inside(strand, &ended[k], place, taken),
                };
                trace.multipliers.push(strands.multiplier(value));
                trace.places.push(place);
                next += 1;
            }
            advance(&mut strands.all, &ended);
            time = arrival;
        }
        trace.evaluations = calls;
        Ok(trace)
    }

    /// One step: stages f(y + Σ (a·h) f), as torchdiffeq's `_runge_kutta_step` adds them up.
    fn attempt(&self, strand: &Strand, h: f64) -> Ended {
        let pair = self.pair;
        let s = pair.stages;
        // Products with h are formed once, and rounded.
        let product = |weight: f64| f64::from(weight as f32 * h as f32);
        let mut slopes = [Single::default(); MOST_STAGES];
        for i in 0..s {
            let row = &pair.a[i * s..i * s + s];
            if i == 0 && pair.carries_last_stage {
                slopes[0] = strand.slope;
                continue;
            }
            let sum = row[..i].iter().zip(&slopes).fold(Single::default(), |sum, (a, f)| sum + *f * product(*a));
            let y = strand.value + sum;
            // A stage with itself on the right is solved for: on one mode f = μ y/(1 − h a μ).
            slopes[i] =
                if row[i] == 0.0 { strand.field(y) } else { Single(strand.field(y).0 / (1.0 - strand.mode * product(row[i]) as f32)) };
        }
        let change = pair.b.iter().zip(&slopes).fold(Single::default(), |sum, (b, f)| sum + *f * product(*b));
        let value = strand.value + change;
        let slope = if pair.carries_last_stage { slopes[s - 1] } else { strand.field(value) };
        let mut stages = [Single::default(); MOST_STAGES];
        for (stage, slope) in stages.iter_mut().zip(&slopes[..s]) {
            *stage = *slope * h;
        }
        Ended { stages, value, slope }
    }

    fn inside(&self, strand: &Strand, ended: &Ended, place: f64, h: f64) -> Single {
        let slopes = [strand.field(strand.value) * h, strand.field(ended.value) * h];
        self.dense.value(place, slopes, self.pair.stages - 1, strand.value, ended.value, &ended.stages)
    }
}

/// The distance of two times of 32 bits.
fn between(from: f64, to: f64) -> f64 {
    f64::from(to as f32 - from as f32)
}

fn advance(strands: &mut [Strand], ended: &[Ended]) {
    for (strand, ended) in strands.iter_mut().zip(ended) {
        (strand.value, strand.slope) = (ended.value, ended.slope);
    }
}
