//! Sums of exponentials fitted to samples at any times: variable projection.
//!
//! ```text
//! y(t) = x* + Σ_r b_r e^{λ_r t},     b_r free for each run and column, λ_r shared by all, x* shared by the runs
//! ```
//!
//! The amplitudes and x* are eliminated, so that only the λ_r are searched: minimise ‖(I − QQᵀ)Y‖ with Q from the QR of the basis
//! (Golub & Pereyra, SIAM J. Numer. Anal. 10, 1973; Kaufman's Jacobian, BIT 15, 1975; as optimised dynamic mode decomposition Askham & Kutz,
//! SIAM J. Appl. Dyn. Syst. 17, 2018). No integrator takes part: e^{λt} is exact. Rows may be at any times and cells may be missing.

use super::projected::Projected;
use super::projection::{Basis, Factor, amplitudes, number};
use super::rate::Rate;
use crate::truth::chance::whiteness::Whiteness;
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{Cholesky, DMatrix, DVector};

/// Steps of Levenberg–Marquardt at most, and the part of the sum of squares whose gain ends them: for a comparison of models, and for figures that are reported.
const ROUGH: (usize, f64) = (25, 1e-5);
const FINE: (usize, f64) = (80, 1e-10);
/// A step that is to gain less than this part of that is not tried.
const HARDLY: f64 = 0.1;
/// Residuals of columns are alike in size down to this part of the largest; none is believed below that part; and so many rounds of weights.
const ALIKE: f64 = 0.5;
const LEAST_SIZE: f64 = 1e-6;
const MOST_WEIGHTINGS: usize = 12;
/// A mode that grows by more than this power of e, and by so many uncertainties, makes of a small error of its rate a large one later; but a model that leaves more
/// than this part of the motion has to predict.
const GROWS: f64 = 0.5;
const SURELY: f64 = 3.0;
const CLEARLY: f64 = 0.1;

/// A fitted sum of exponentials.
#[derive(Clone, Debug)]
pub(crate) struct Exponentials {
    pub rates: Vec<Rate>,
    /// The degree of the polynomial in t beside the exponentials: 0 is x* alone.
    pub trend: usize,
    /// Root mean square of the residuals, in scaled columns.
    pub rms: f64,
    /// The sum of squares of the residuals as they count.
    pub square: f64,
    /// Root mean square of the residuals as they count, were the weights' geometric mean 1.
    pub level: f64,
    /// One standard deviation of each rate, as a radius in the complex plane that holds 68 %.
    pub uncertainty: Vec<f64>,
    /// How much of the samples each rate carries: the root mean square of its part, in scaled columns.
    pub share: Vec<f64>,
    /// x*, scaled; with a trend the constant of the first run.
    pub constant: DVector<f64>,
    /// rows × columns of each run, as they count, but of the size `rms`; NaN where a cell is missing.
    pub residuals: Vec<DMatrix<f64>>,
    /// Numbers that were fitted.
    pub parameters: usize,
    /// Cells that were fitted.
    pub cells: usize,
}

impl Exponentials {
    /// The best rates near `start`.
    pub fn fitted(samples: &Samples, start: &[Rate], trend: usize) -> Option<Self> {
        Self::descended(samples, start, trend, FINE)
    }

    /// The same to a few digits, for a comparison of models. Residuals that are rounding are met as well.
    pub fn roughly(samples: &Samples, start: &[Rate], trend: usize) -> Option<Self> {
        Self::descended(samples, start, trend, ROUGH)
    }

    fn descended(samples: &Samples, start: &[Rate], trend: usize, until: (usize, f64)) -> Option<Self> {
        let mut rates = descended(samples, start.to_vec(), trend, until)?;
        // A pair that has become two real exponentials goes on as two.
        if rates.iter().any(|r| matches!(r, Rate::Pair(_, square) if *square < 0.0)) {
            let split = |r: &Rate| match *r {
                Rate::Pair(growth, square) if square < 0.0 => {
                    let half = (-square).sqrt();
                    vec![Rate::Real(growth + half), Rate::Real(growth - half)]
                }
                other => vec![other],
            };
            rates = descended(samples, rates.iter().flat_map(split).collect(), trend, until)?;
            if rates.iter().any(|r| matches!(r, Rate::Pair(_, square) if *square < 0.0)) {
                return None;
            }
        }
        Self::at(samples, rates, trend)
    }

    /// The model with these rates as they are.
    pub fn at(samples: &Samples, rates: Vec<Rate>, trend: usize) -> Option<Self> {
        let found = Projected::at(samples, &rates, trend)?;
        let jacobian = found.jacobian()?;
        let mut residuals = found.residuals();
        let own: usize = rates.iter().map(|r| r.count()).sum::<usize>() + trend;
        let columns = samples.dimension();
        let cells = samples.cells();
        let constants = if samples.rests_at_zero { 0 } else { columns };
        let parameters = number(&rates) + own * columns * samples.runs.len() + constants;
        let free = cells.saturating_sub(parameters);
        // A column that is met exactly, as a setting of each run is, tells nothing of the noise.
        let sizes = residual_sizes(&residuals, columns);
        let largest = sizes.iter().copied().fold(0.0, f64::max);
        let noisy = sizes.iter().filter(|size| **size >= LEAST_SIZE * largest).count() as f64 / columns.max(1) as f64;
        let variance = if free > 0 { found.square / (free as f64 * noisy) } else { f64::INFINITY };
        let inverse = Cholesky::new(regular(jacobian.normal().0)).map(|c| c.inverse());
        let mut uncertainty = spreads(&rates, inverse.as_ref().map(|inverse| inverse * variance).as_ref());
        if samples.is_weighted() {
            // The law of the weights is a guess: what residuals themselves say of their sizes counts where it is more (White, Econometrica 48, 1980).
            let squares = jacobian.squares() * (cells as f64 / free.max(1) as f64);
            let robust = inverse.as_ref().map(|inverse| inverse * &squares * inverse);
            uncertainty.iter_mut().zip(spreads(&rates, robust.as_ref())).for_each(|(u, robust)| *u = u.max(robust));
        }
        let as_counted = (found.square / cells.max(1) as f64).sqrt();
        let (rms, level) = match without_weights(samples, &residuals) {
            Some((square, log)) => ((square / cells.max(1) as f64).sqrt(), as_counted * (-log / cells.max(1) as f64).exp()),
            None => (as_counted, as_counted),
        };
        if rms != as_counted && as_counted > 0.0 {
            residuals.iter_mut().for_each(|r| *r *= rms / as_counted);
        }
        Some(Self {
            rms,
            square: found.square,
            level,
            uncertainty,
            share: found.shares(),
            constant: found.constant,
            residuals,
            parameters,
            cells,
            rates,
            trend,
        })
    }

    /// The same model where columns have noise of different sizes: each column counts by the size of its residuals (Aitken's generalised least squares, iterated).
    ///
    /// The amplitudes are those of each column anyway; rates and their uncertainties change. `self` where sizes are alike.
    pub fn weighted(self, samples: &Samples) -> Self {
        let mut best = self;
        for _ in 0..MOST_WEIGHTINGS {
            let sizes = residual_sizes(&best.residuals, samples.dimension());
            let largest = sizes.iter().copied().fold(0.0, f64::max);
            if best.rates.is_empty() || sizes.iter().all(|s| *s > ALIKE * largest) {
                break;
            }
            let mut weighted = samples.clone();
            for run in &mut weighted.runs {
                for (mut column, size) in run.states.column_iter_mut().zip(&sizes) {
                    column /= size.max(LEAST_SIZE * largest.max(f64::MIN_POSITIVE)) / largest;
                }
            }
            let Some(there) = Self::fitted(&weighted, &best.rates, best.trend) else { break };
            let Some(mut back) = Self::at(samples, there.rates, there.trend) else { break };
            back.uncertainty = there.uncertainty;
            let after = residual_sizes(&back.residuals, samples.dimension());
            best = back;
            if sizes.iter().zip(&after).all(|(a, b)| (a - b).abs() <= 0.1 * a.max(LEAST_SIZE * largest)) {
                break;
            }
        }
        best
    }

    /// How many exponentials there are, a pair as two.
    pub fn count(&self) -> usize {
        self.rates.iter().map(|r| r.count()).sum()
    }

    /// Whether the residuals are noise, beyond what the amplitudes of each run take of it (where no cell is missing).
    pub fn leaves_noise(&self, samples: &Samples) -> bool {
        if samples.missing {
            return Whiteness::of(&self.residuals).holds(false);
        }
        let basis = Basis::of(samples, &self.rates, self.trend);
        let factor = |run: &Run| Factor::of(run.weighed(basis.at(&run.times).0));
        let Some(factors) = samples.runs.iter().map(factor).collect::<Option<Vec<_>>>() else { return false };
        Whiteness::of_fitted(&self.residuals, |run, _, rows| factors[run].taken(rows)).holds(false)
    }

    /// The root mean square of the error with which the rates and amplitudes found from two thirds of each run meet the other third, in scaled columns; `None`
    /// where the parts are too short. The last third is left out; where a mode grows in little noise, whose errors grow with it, the middle one:
    /// unless there are more exponentials than columns, which bend to any curve between rows.
    pub fn left_out_error(&self, samples: &Samples) -> Option<f64> {
        let own = self.count() + self.trend;
        let growing = |(rate, u): (&Rate, &f64)| rate.lambda().re > (GROWS / samples.duration()).max(SURELY * u);
        let whole = self.count() <= samples.dimension() && self.trend == 0;
        let grows = whole && self.rms < CLEARLY && self.rates.iter().zip(&self.uncertainty).any(growing);
        let left_out = |run: &Run| if grows { run.rows() / 3..2 * run.rows() / 3 } else { 2 * run.rows() / 3..run.rows() };
        if samples.missing || samples.runs.iter().any(|r| r.rows() - left_out(r).len() < own + 3) {
            return None;
        }
        let kept = Samples { runs: samples.runs.iter().map(|r| r.without(left_out(r))).collect(), ..samples.clone() };
        let rates = descended(&kept, self.rates.clone(), self.trend, ROUGH)?;
        let (mut sum, mut count) = (0.0, 0usize);
        let (_, amplitudes, shared) = amplitudes(&kept, &rates, self.trend)?;
        // In the units of time of the amplitudes.
        let basis = Basis::of(&kept, &rates, self.trend);
        for (run, b) in samples.runs.iter().zip(&amplitudes) {
            let (own, power) = basis.at(&run.times);
            let (from, rest) = (left_out(run).start, left_out(run).len());
            let predicted = own.rows(from, rest) * b + power.rows(from, rest) * &shared;
            sum += (run.states.rows(from, rest) - predicted).norm_squared();
            count += rest * samples.dimension();
        }
        Some((sum / count.max(1) as f64).sqrt())
    }
}

/// A normal matrix that Cholesky's factorisation takes: with a trace of a diagonal.
pub(crate) fn regular(mut normal: DMatrix<f64>) -> DMatrix<f64> {
    for k in 0..normal.nrows() {
        normal[(k, k)] = normal[(k, k)] * (1.0 + 1e-14) + f64::MIN_POSITIVE;
    }
    normal
}

pub(crate) fn spreads(rates: &[Rate], covariance: Option<&DMatrix<f64>>) -> Vec<f64> {
    let mut place = 0;
    rates
        .iter()
        .map(|rate| {
            let k = place;
            place += rate.count();
            let Some(c) = covariance else { return f64::INFINITY };
            match rate {
                Rate::Real(_) => c[(k, k)].max(0.0).sqrt(),
                Rate::Pair(_, square) => {
                    let frequency = c[(k + 1, k + 1)].max(0.0) / (4.0 * square.max(f64::MIN_POSITIVE));
                    1.07 * (c[(k, k)].max(0.0) + frequency).sqrt()
                }
            }
        })
        .collect()
}

/// Levenberg–Marquardt on the projected residual.
fn descended(samples: &Samples, mut rates: Vec<Rate>, trend: usize, (most, least): (usize, f64)) -> Option<Vec<Rate>> {
    if rates.is_empty() {
        return Some(rates);
    }
    let start = Projected::at(samples, &rates, trend)?;
    let (mut square, mut jacobian) = (start.square, start.jacobian()?);
    let mut damping = 1e-3;
    for _ in 0..most {
        let (normal, gradient) = jacobian.normal();
        let mut gained = None;
        while damping < 1e9 {
            let mut damped = normal.clone();
            for k in 0..damped.nrows() {
                damped[(k, k)] += damping * normal[(k, k)] + f64::MIN_POSITIVE;
            }
            if let Some(factor) = Cholesky::new(damped) {
                let step = factor.solve(&gradient);
                // What the step is to gain, were the residuals straight in the rates.
                let expected = step.dot(&gradient) + damping * (0..step.len()).map(|k| normal[(k, k)] * step[k] * step[k]).sum::<f64>();
                if expected <= HARDLY * least * square {
                    break;
                }
                let trial = moved(&rates, &step, samples.interval);
                if let Some(there) = Projected::at(samples, &trial, trend)
                    && there.square < square
                {
                    gained = Some((there.square, there.jacobian()?));
                    rates = trial;
                    break;
                }
            }
            damping *= 8.0;
        }
        let Some((after, there)) = gained else { break };
        let gain = square - after;
        (square, jacobian) = (after, there);
        damping = (damping * 0.1).max(1e-12);
        if gain <= least * square {
            break;
        }
    }
    Some(rates.iter().map(|rate| folded(*rate, samples)).collect())
}

/// The rate below the highest frequency that the times tell from others; the same model at these times.
fn folded(rate: Rate, samples: &Samples) -> Rate {
    match rate {
        Rate::Pair(growth, square) if square > 0.0 => Rate::Pair(growth, samples.folded(square.sqrt()).powi(2)),
        other => other,
    }
}

/// The rates after a step: growth changes by at most 1/H, ω² by at most half of itself or 1/H², whichever is larger.
pub(crate) fn moved(rates: &[Rate], step: &DVector<f64>, interval: f64) -> Vec<Rate> {
    let most = 1.0 / interval;
    let mut place = 0;
    let mut next = || {
        place += 1;
        step[place - 1]
    };
    rates
        .iter()
        .map(|rate| match *rate {
            Rate::Real(growth) => Rate::Real(growth + next().clamp(-most, most)),
            Rate::Pair(growth, square) => {
                let growth = growth + next().clamp(-most, most);
                let room = (0.5 * square.abs()).max(most * most);
                Rate::Pair(growth, square + next().clamp(-room, room))
            }
        })
        .collect()
}

/// The sum of squares of residuals that count by their rows' weights, were there none, and the sum of the weights' logarithms; `None` where there are none.
fn without_weights(samples: &Samples, residuals: &[DMatrix<f64>]) -> Option<(f64, f64)> {
    let weighted = samples.is_weighted();
    let cells = samples.runs.iter().zip(residuals).flat_map(|(run, r)| {
        r.row_iter().enumerate().flat_map(|(i, row)| row.iter().filter(|x| !x.is_nan()).map(|x| (run.weight(i), *x)).collect::<Vec<_>>())
    });
    weighted.then(|| cells.fold((0.0, 0.0), |(square, log), (w, x)| (square + (x / w).powi(2), log + w.ln())))
}

/// The root mean square of each column's residuals.
pub(crate) fn residual_sizes(residuals: &[DMatrix<f64>], columns: usize) -> Vec<f64> {
    let cells = |j: usize| residuals.iter().flat_map(move |r| r.column(j).iter().copied().collect::<Vec<f64>>()).filter(|x| !x.is_nan());
    let size = |j: usize| {
        let (sum, count) = cells(j).fold((0.0, 0usize), |(s, n), x| (s + x * x, n + 1));
        (sum / count.max(1) as f64).sqrt()
    };
    (0..columns).map(size).collect()
}
