//! Sums of exponentials and of what they make of known inputs, fitted to samples at any times: variable projection with inputs.
//!
//! ```text
//! y(t) = x* + Σ_r b_r e^{λ_r t} + Σ_r g_r ∫₀ᵗ e^{λ_r(t−s)} u(s) ds,     b_r free for each run and column, g_r for each input and column, λ_r shared by all
//! ```
//!
//! That is every linear system with these modes, whether the columns are all of its state or not. b, g and x* are eliminated, so that only the λ_r are searched
//! (Golub & Pereyra, SIAM J. Numer. Anal. 10, 1973; Kaufman's Jacobian, BIT 15, 1975). The errors are those of the rows (output error: Ljung, *System Identification*, 1999, chapter 4).

use super::forced_run::ForcedRun;
use super::orthonormal::Orthonormal;
use super::run_basis::RunBasis;
use crate::truth::chance::whiteness::Whiteness;
use crate::truth::exponential_sums::exponentials::{moved, regular, spreads};
use crate::truth::exponential_sums::projection::{below, number};
use crate::truth::exponential_sums::rate::Rate;
use nalgebra::{Cholesky, DMatrix, DVector};
use num_complex::Complex;
use std::f64::consts::PI;

/// Steps of Levenberg–Marquardt at most, and the part of the sum of squares whose gain ends them.
const MOST_STEPS: usize = 60;
const GAIN: f64 = 1e-8;
/// Two rates nearer to each other than this over the whole time are one, of a pair that turns into two.
const ONE: f64 = 1e-3;
/// A rate that grows by more than this power of e is none, nor one that falls by more than the next from row to row, as what an input does at once would; nor one that turns by more than these parts of a half turn from row to row: of even rows, and of others.
const MOST_GROWTH: f64 = 40.0;
const MOST_FALL: f64 = 5.0;
const MOST_TURNS: (f64, f64) = (0.99, 2.0);

/// Runs with their inputs, and how each column counts.
#[derive(Clone, Debug)]
pub(super) struct Forced {
    pub runs: Vec<ForcedRun>,
    /// The usual time between rows.
    pub interval: f64,
    pub even: bool,
    /// 1 for each column, or less where it is noisier than others.
    pub weights: Vec<f64>,
}

impl Forced {
    pub fn columns(&self) -> usize {
        self.weights.len()
    }

    pub fn duration(&self) -> f64 {
        self.runs.iter().filter_map(|run| run.times.last()).copied().fold(0.0, f64::max)
    }

    pub fn cells(&self) -> usize {
        self.runs.iter().map(|run| run.states.iter().filter(|x| !x.is_nan()).count()).sum()
    }

    /// Columns whose cells are there in the same rows: all of them at once, or each by itself.
    fn groups(&self) -> Vec<Vec<usize>> {
        let all = 0..self.columns();
        if self.is_complete() { vec![all.collect()] } else { all.map(|j| vec![j]).collect() }
    }

    fn is_complete(&self) -> bool {
        !self.runs.iter().any(|run| run.states.iter().any(|x| x.is_nan()))
    }
}

/// A fitted sum.
#[derive(Clone, Debug)]
pub(super) struct ResponseSum {
    pub rates: Vec<Rate>,
    /// One standard deviation of each rate, as a radius that holds 68 %.
    pub uncertainty: Vec<f64>,
    /// The sum of squares of the residuals as they count.
    pub square: f64,
    pub cells: usize,
    pub parameters: usize,
    /// x*, in scaled columns.
    pub constant: Vec<f64>,
    /// Rows × columns of each run, as they count; NaN where a cell is missing.
    pub residuals: Vec<DMatrix<f64>>,
    /// Of each real rate κ where e^{λt + κt²/2} takes its place, as a sum of rates with the variance κ is.
    pub spread: Vec<Option<f64>>,
    white: bool,
}

impl ResponseSum {
    /// The best rates near `start`; `None` where the cells do not suffice.
    pub fn fitted(forced: &Forced, start: &[Rate]) -> Option<Self> {
        let mut rates = start.to_vec();
        let mut now = Projection::at(forced, &rates)?;
        let mut damping = 1e-3;
        for _ in 0..if rates.is_empty() { 0 } else { MOST_STEPS } {
            let (normal, gradient) = (now.jacobian.tr_mul(&now.jacobian), now.jacobian.tr_mul(&now.flat()));
            let mut gained = None;
            while damping < 1e8 {
                let mut damped = normal.clone();
                (0..damped.nrows()).for_each(|k| damped[(k, k)] += damping * normal[(k, k)] + f64::MIN_POSITIVE);
                if let Some(factor) = Cholesky::new(damped) {
                    let trial = moved(&rates, &factor.solve(&gradient), forced.interval);
                    if let Some(there) = Projection::at(forced, &trial).filter(|there| there.square < now.square) {
                        gained = Some((trial, there));
                        break;
                    }
                }
                damping *= 8.0;
            }
            let Some((trial, there)) = gained else { break };
            let gain = now.square - there.square;
            (rates, now) = (trial, there);
            damping = (damping * 0.1).max(1e-12);
            if gain <= GAIN * now.square {
                break;
            }
        }
        let split = apart(&rates, forced.duration());
        if split.len() > rates.len() {
            return Self::fitted(forced, &split);
        }
        Self::of(forced, rates, now)
    }

    fn of(forced: &Forced, rates: Vec<Rate>, found: Projection) -> Option<Self> {
        let (cells, parameters) = (forced.cells(), found.linear + number(&rates));
        let free = cells.checked_sub(parameters).filter(|free| *free > 0)?;
        let variance = found.square / free as f64;
        let normal = found.jacobian.tr_mul(&found.jacobian);
        let covariance = Cholesky::new(regular(normal)).map(|c| c.inverse() * variance);
        Some(Self {
            uncertainty: spreads(&rates, covariance.as_ref()),
            spread: found.spread_of_rates(&rates),
            square: found.square,
            cells,
            parameters,
            white: found.leaves_noise(),
            constant: found.constant,
            residuals: found.residuals,
            rates,
        })
    }

    /// Exponentials, a pair as two.
    pub fn count(&self) -> usize {
        number(&self.rates)
    }

    /// The variance of the noise.
    pub fn variance(&self) -> f64 {
        self.square / (self.cells - self.parameters) as f64
    }

    /// Whether the residuals are noise beyond what the fit takes of it.
    pub fn leaves_noise(&self) -> bool {
        self.white
    }

    pub fn lambdas(&self) -> Vec<Complex<f64>> {
        self.rates.iter().map(|rate| rate.lambda()).collect()
    }
}

/// What the best b, g and x* of these rates leave, as a sum of squares.
pub(super) fn square_of(forced: &Forced, rates: &[Rate]) -> Option<f64> {
    Some(Projection::with(forced, rates, false)?.square)
}

/// The rates with pairs that have become two real ones as those.
fn apart(rates: &[Rate], duration: f64) -> Vec<Rate> {
    let two = |rate: &Rate| match *rate {
        Rate::Pair(growth, square) if square < 0.0 => {
            let half = (-square).sqrt().max(ONE / duration);
            vec![Rate::Real(growth + half), Rate::Real(growth - half)]
        }
        other => vec![other],
    };
    rates.iter().flat_map(two).collect()
}

/// The residuals of the best b, g and x*, and their derivatives.
struct Projection {
    square: f64,
    residuals: Vec<DMatrix<f64>>,
    /// Cells, in the order of `flat`, × parameters of the rates.
    jacobian: DMatrix<f64>,
    /// The same × κ of the real rates.
    bends: DMatrix<f64>,
    /// Residuals in that order.
    left: Vec<f64>,
    constant: Vec<f64>,
    /// Numbers of b, g and x*.
    linear: usize,
    /// Of each run the basis of its own, where all cells are there.
    own: Option<Vec<Orthonormal>>,
}

impl Projection {
    fn at(forced: &Forced, rates: &[Rate]) -> Option<Self> {
        Self::with(forced, rates, true)
    }

    /// With derivatives or without.
    fn with(forced: &Forced, rates: &[Rate], sloped: bool) -> Option<Self> {
        let (duration, n) = (forced.duration(), number(rates));
        let fastest = if forced.even { MOST_TURNS.0 } else { MOST_TURNS.1 } * PI / forced.interval;
        let falls = |rate: &Rate| match *rate {
            Rate::Pair(growth, square) if square < 0.0 => growth - (-square).sqrt(),
            rate => rate.lambda().re,
        };
        let none = |rate: &Rate| {
            let grows = rate.lambda().re * duration > MOST_GROWTH;
            grows || rate.lambda().im > fastest || falls(rate) * forced.interval < -MOST_FALL
        };
        if rates.iter().any(none) {
            return None;
        }
        let bases: Vec<RunBasis> = forced.runs.iter().map(|run| RunBasis::of(run, rates, duration, sloped)).collect();
        let slopes = bases.first()?.own_slopes.len();
        let mut all = Self {
            square: 0.0,
            residuals: forced.runs.iter().map(|run| DMatrix::from_element(run.rows(), forced.columns(), f64::NAN)).collect(),
            jacobian: DMatrix::zeros(0, 0),
            bends: DMatrix::zeros(0, 0),
            left: Vec::new(),
            constant: vec![0.0; forced.columns()],
            linear: 0,
            own: None,
        };
        let mut slopes: Vec<Vec<f64>> = vec![Vec::new(); slopes];
        let (groups, complete) = (forced.groups(), forced.is_complete());
        for columns in &groups {
            let own = all.of_group(forced, &bases, columns, &mut slopes)?;
            all.own = complete.then_some(own);
        }
        let cells = all.left.len();
        let matrix = |of: &[Vec<f64>]| DMatrix::from_fn(cells, of.len(), |i, j| of[j][i]);
        (all.jacobian, all.bends) = (matrix(&slopes[..n.min(slopes.len())]), matrix(&slopes[n.min(slopes.len())..]));
        all.square.is_finite().then_some(all)
    }

    fn flat(&self) -> DVector<f64> {
        DVector::from_column_slice(&self.left)
    }

    /// Adds columns whose cells are there in the same rows; the bases of the runs' own.
    fn of_group(&mut self, forced: &Forced, bases: &[RunBasis], columns: &[usize], slopes: &mut [Vec<f64>]) -> Option<Vec<Orthonormal>> {
        let rows: Vec<Vec<usize>> =
            forced.runs.iter().map(|run| (0..run.rows()).filter(|i| !run.states[(*i, columns[0])].is_nan()).collect()).collect();
        let own: Vec<Orthonormal> = bases.iter().zip(&rows).map(|(b, rows)| Orthonormal::of(b.own.select_rows(rows), None)).collect();
        let without_own =
            |parts: Vec<DMatrix<f64>>| -> Vec<DMatrix<f64>> { own.iter().zip(parts).map(|(q, part)| q.without(part)).collect() };
        let shared: Vec<DMatrix<f64>> = bases.iter().zip(&rows).map(|(b, rows)| b.shared.select_rows(rows)).collect();
        let sizes: Vec<f64> =
            (0..shared.first()?.ncols()).map(|j| shared.iter().map(|s| s.column(j).norm_squared()).sum::<f64>().sqrt()).collect();
        let common = Orthonormal::of(below(without_own(shared.clone())), Some(&sizes));
        let values: Vec<DMatrix<f64>> = (forced.runs.iter().zip(&rows))
            .map(|(run, rows)| {
                DMatrix::from_fn(rows.len(), columns.len(), |i, j| run.states[(rows[i], columns[j])] * forced.weights[columns[j]])
            })
            .collect();
        let outside = below(without_own(values.clone()));
        let gains = common.amplitudes(&outside);
        let left = common.without(outside);
        let starts: Vec<DMatrix<f64>> =
            own.iter().zip(values.iter().zip(&shared)).map(|(q, (y, s))| q.amplitudes(&(y - s * &gains))).collect();
        self.square += left.norm_squared();
        self.linear += columns.len() * (common.rank() + own.iter().map(Orthonormal::rank).sum::<usize>());
        for (j, &column) in columns.iter().enumerate() {
            self.constant[column] = gains[(gains.nrows() - 1, j)] / forced.weights[column];
            let mut row = 0;
            for (run, rows) in rows.iter().enumerate() {
                rows.iter().enumerate().for_each(|(i, &at)| self.residuals[run][(at, column)] = left[(row + i, j)]);
                row += rows.len();
            }
        }
        self.left.extend(left.iter());
        for (p, slope) in slopes.iter_mut().enumerate() {
            let along = |(b, (rows, starts)): (&RunBasis, (&Vec<usize>, &DMatrix<f64>))| {
                b.own_slopes[p].select_rows(rows) * starts + b.shared_slopes[p].select_rows(rows) * &gains
            };
            let along = bases.iter().zip(rows.iter().zip(&starts)).map(along).collect();
            slope.extend(common.without(below(without_own(along))).iter());
        }
        Some(own)
    }

    fn leaves_noise(&self) -> bool {
        let taken = |run: usize, _, rows: (usize, usize)| self.own.as_ref().map_or(0.0, |own| own[run].taken(rows));
        Whiteness::of_fitted(&self.residuals, taken).holds(false)
    }

    /// κ of each real rate beside all rates.
    fn spread_of_rates(&self, rates: &[Rate]) -> Vec<Option<f64>> {
        let beside = Orthonormal::of(self.jacobian.clone(), None);
        let mut kappa = 0;
        let mut of = |rate: &Rate| {
            if rate.count() == 2 {
                return None;
            }
            kappa += 1;
            let bend = beside.without(self.bends.columns(kappa - 1, 1).into_owned());
            let square = bend.norm_squared();
            (square > 0.0).then(|| bend.column(0).dot(&self.flat()) / square)
        };
        rates.iter().map(&mut of).collect()
    }
}
