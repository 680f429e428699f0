//! Sums of exponentials fitted to samples at any times: variable projection.
//!
//! ```text
//! y(t) = x* + Σ_r b_r e^{λ_r t},     b_r free for each run and column, λ_r shared by all, x* shared by the runs
//! ```
//!
//! The amplitudes and x* are eliminated, so that only the λ_r are searched: minimise ‖(I − QQᵀ)Y‖ with Q from the QR of the basis
//! (Golub & Pereyra, SIAM J. Numer. Anal. 10, 1973; Kaufman's Jacobian, BIT 15, 1975; as optimised dynamic mode decomposition Askham & Kutz,
//! SIAM J. Appl. Dyn. Syst. 17, 2018). No integrator takes part: e^{λt} is exact. Rows may be at any times and cells may be missing.

use super::runs::{Run, Samples};
use nalgebra::{Cholesky, DMatrix, DVector};
use num_complex::Complex;

/// Steps of Levenberg–Marquardt at most, and the part of the sum of squares whose gain ends them: for a comparison of models, and for figures that are reported.
const ROUGH: (usize, f64) = (25, 1e-5);
const FINE: (usize, f64) = (80, 1e-10);
/// A column of the basis that is dependent on those before it to this part adds nothing.
const DEPENDENT: f64 = 1e-13;
/// Residuals of columns are alike in size down to this part of the largest; none is believed below that part; and so many rounds of weights.
const ALIKE: f64 = 0.5;
const LEAST_SIZE: f64 = 1e-6;
const MOST_WEIGHTINGS: usize = 12;
/// Exponents beyond this are not computed.
const STEEPEST: f64 = 600.0;

/// A real exponential, or a pair that can turn into two real ones on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rate {
    /// e^{αt}
    Real(f64),
    /// e^{αt} cos ωt and e^{αt} sin(ωt)/ω, by `(α, ω²)`: smooth through ω = 0.
    Pair(f64, f64),
}

impl Rate {
    pub fn of(lambda: Complex<f64>) -> Self {
        if lambda.im == 0.0 { Self::Real(lambda.re) } else { Self::Pair(lambda.re, lambda.im * lambda.im) }
    }

    /// λ with Im λ ≥ 0.
    pub fn lambda(self) -> Complex<f64> {
        match self {
            Self::Real(growth) => Complex::new(growth, 0.0),
            Self::Pair(growth, square) => Complex::new(growth, square.max(0.0).sqrt()),
        }
    }

    pub fn count(self) -> usize {
        if matches!(self, Self::Real(_)) { 1 } else { 2 }
    }

    /// The basis functions at `t`, and their derivatives by each of the parameters.
    fn at(self, t: f64) -> ([f64; 2], [[f64; 2]; 2]) {
        match self {
            Self::Real(growth) => {
                let e = (growth * t).clamp(-STEEPEST, STEEPEST).exp();
                ([e, 0.0], [[t * e, 0.0], [0.0, 0.0]])
            }
            Self::Pair(growth, square) => {
                let e = (growth * t).clamp(-STEEPEST, STEEPEST).exp();
                let x = square * t * t;
                let (c, s) = if x.abs() < 1e-6 {
                    (1.0 - x / 2.0 + x * x / 24.0, t * (1.0 - x / 6.0 + x * x / 120.0))
                } else if square > 0.0 {
                    let w = square.sqrt();
                    ((w * t).cos(), (w * t).sin() / w)
                } else {
                    let w = (-square).sqrt();
                    let a = (w * t).min(STEEPEST);
                    (a.cosh(), a.sinh() / w)
                };
                let by_square =
                    if x.abs() < 1e-3 { t * t * t * (-1.0 / 6.0 + x / 60.0 - x * x / 1680.0) } else { (t * c - s) / (2.0 * square) };
                ([e * c, e * s], [[t * e * c, t * e * s], [-0.5 * t * e * s, e * by_square]])
            }
        }
    }
}

/// A fitted sum of exponentials.
#[derive(Clone, Debug)]
pub(super) struct Exponentials {
    pub rates: Vec<Rate>,
    /// The degree of the polynomial in t beside the exponentials: 0 is x* alone.
    pub trend: usize,
    /// Root mean square of the residuals, in scaled columns.
    pub rms: f64,
    /// One standard deviation of each rate, as a radius in the complex plane that holds 68 %.
    pub uncertainty: Vec<f64>,
    /// How much of the samples each rate carries: the root mean square of its part, in scaled columns.
    pub share: Vec<f64>,
    /// x*, scaled; with a trend the constant of the first run.
    pub constant: DVector<f64>,
    /// rows × columns of each run; NaN where a cell is missing.
    pub residuals: Vec<DMatrix<f64>>,
    /// Numbers that were fitted.
    pub parameters: usize,
    /// Cells that were fitted.
    pub cells: usize,
}

/// The projected problem at given rates.
struct Projected {
    square: f64,
    residuals: Vec<DMatrix<f64>>,
    /// −∂residual by each parameter, each as one long vector in the order of `residuals`; empty unless asked for.
    jacobian: Vec<Vec<f64>>,
    long_residual: Vec<f64>,
    constant: DVector<f64>,
    parts: Vec<f64>,
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
    fn at(samples: &Samples, rates: Vec<Rate>, trend: usize) -> Option<Self> {
        let found = projected(samples, &rates, trend, true)?;
        let own: usize = rates.iter().map(|r| r.count()).sum::<usize>() + trend;
        let columns = samples.dimension();
        let cells = samples.cells();
        let constants = if samples.rests_at_zero { 0 } else { columns };
        let parameters = number(&rates) + own * columns * samples.runs.len() + constants;
        let free = cells.saturating_sub(parameters);
        let variance = if free > 0 { found.square / free as f64 } else { f64::INFINITY };
        let normal = normal_matrix(&found.jacobian);
        let covariance = Cholesky::new(regular(normal)).map(|c| c.inverse() * variance);
        let uncertainty = spreads(&rates, covariance.as_ref());
        Some(Self {
            rms: (found.square / cells.max(1) as f64).sqrt(),
            uncertainty,
            share: found.parts,
            constant: found.constant,
            residuals: found.residuals,
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
            let sizes = best.residual_sizes(samples.dimension());
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
            let after = back.residual_sizes(samples.dimension());
            best = back;
            if sizes.iter().zip(&after).all(|(a, b)| (a - b).abs() <= 0.1 * a.max(LEAST_SIZE * largest)) {
                break;
            }
        }
        best
    }

    /// The root mean square of each column's residuals.
    fn residual_sizes(&self, columns: usize) -> Vec<f64> {
        let cells =
            |j: usize| self.residuals.iter().flat_map(move |r| r.column(j).iter().copied().collect::<Vec<f64>>()).filter(|x| !x.is_nan());
        let size = |j: usize| {
            let (sum, count) = cells(j).fold((0.0, 0usize), |(s, n), x| (s + x * x, n + 1));
            (sum / count.max(1) as f64).sqrt()
        };
        (0..columns).map(size).collect()
    }

    /// How many exponentials there are, a pair as two.
    pub fn count(&self) -> usize {
        self.rates.iter().map(|r| r.count()).sum()
    }

    /// The root mean square of the error with which the rates and amplitudes found from the first two thirds of each run meet the last third,
    /// in scaled columns; `None` where the parts are too short.
    pub fn left_out_error(&self, samples: &Samples) -> Option<f64> {
        let cut = |run: &Run| 2 * run.rows() / 3;
        let own = self.count() + self.trend;
        if samples.missing || samples.runs.iter().any(|r| cut(r) < own + 3) {
            return None;
        }
        let first = Samples { runs: samples.runs.iter().map(|r| r.part(0..cut(r))).collect(), ..samples.clone() };
        let rates = descended(&first, self.rates.clone(), self.trend, ROUGH)?;
        let (mut sum, mut count) = (0.0, 0usize);
        let (_, amplitudes, shared) = amplitudes(&first, &rates, self.trend)?;
        for (run, b) in samples.runs.iter().zip(&amplitudes) {
            let (basis, power) = basis(&run.times, &rates, self.trend, samples);
            let (from, rest) = (cut(run), run.rows() - cut(run));
            let predicted = basis.rows(from, rest) * b + power.rows(from, rest) * &shared;
            sum += (run.states.rows(from, rest) - predicted).norm_squared();
            count += rest * samples.dimension();
        }
        Some((sum / count.max(1) as f64).sqrt())
    }
}

fn number(rates: &[Rate]) -> usize {
    rates.iter().map(|r| r.count()).sum()
}

/// A normal matrix that Cholesky's factorisation takes: with a trace of a diagonal.
fn regular(mut normal: DMatrix<f64>) -> DMatrix<f64> {
    for k in 0..normal.nrows() {
        normal[(k, k)] = normal[(k, k)] * (1.0 + 1e-14) + f64::MIN_POSITIVE;
    }
    normal
}

fn normal_matrix(jacobian: &[Vec<f64>]) -> DMatrix<f64> {
    let m = jacobian.len();
    let mut normal = DMatrix::zeros(m, m);
    for a in 0..m {
        for b in 0..=a {
            let dot: f64 = jacobian[a].iter().zip(&jacobian[b]).map(|(x, y)| x * y).sum();
            normal[(a, b)] = dot;
            normal[(b, a)] = dot;
        }
    }
    normal
}

fn spreads(rates: &[Rate], covariance: Option<&DMatrix<f64>>) -> Vec<f64> {
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
    let mut now = projected(samples, &rates, trend, true)?;
    let mut damping = 1e-3;
    for _ in 0..most {
        let normal = normal_matrix(&now.jacobian);
        let gradient = DVector::from_iterator(
            normal.nrows(),
            now.jacobian.iter().map(|j| j.iter().zip(&now.long_residual).map(|(x, r)| x * r).sum::<f64>()),
        );
        let mut gained = None;
        while damping < 1e9 {
            let mut damped = normal.clone();
            for k in 0..damped.nrows() {
                damped[(k, k)] += damping * normal[(k, k)] + f64::MIN_POSITIVE;
            }
            if let Some(factor) = Cholesky::new(damped) {
                let trial = moved(&rates, &factor.solve(&gradient), samples.interval);
                if let Some(there) = projected(samples, &trial, trend, false)
                    && there.square < now.square
                {
                    gained = Some((trial, now.square - there.square));
                    break;
                }
            }
            damping *= 8.0;
        }
        let Some((trial, gain)) = gained else { break };
        rates = trial;
        now = projected(samples, &rates, trend, true)?;
        damping = (damping * 0.1).max(1e-12);
        if gain <= least * now.square {
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

/// The rates after a step, no part of which is longer than a turn an interval.
fn moved(rates: &[Rate], step: &DVector<f64>, interval: f64) -> Vec<Rate> {
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

/// The basis of a run (its own columns) and the one column that the runs share, which is zero where they come to rest there.
fn basis(times: &[f64], rates: &[Rate], trend: usize, samples: &Samples) -> (DMatrix<f64>, DMatrix<f64>) {
    let (own, duration) = (number(rates) + trend, samples.duration());
    let mut phi = DMatrix::zeros(times.len(), own);
    for (i, &t) in times.iter().enumerate() {
        let mut k = 0;
        for rate in rates {
            let (values, _) = rate.at(t);
            phi[(i, k)] = values[0];
            if rate.count() == 2 {
                phi[(i, k + 1)] = values[1];
            }
            k += rate.count();
        }
        for power in 0..trend {
            phi[(i, k + power)] = (t / duration).powi(power as i32);
        }
    }
    let shared = |i: usize, _| if samples.rests_at_zero { 0.0 } else { (times[i] / duration).powi(trend as i32) };
    (phi, DMatrix::from_fn(times.len(), 1, shared))
}

/// A run's orthonormal basis and its triangular factor for a choice of rows.
struct Factor {
    q: DMatrix<f64>,
    r: DMatrix<f64>,
    lengths: Vec<f64>,
}

impl Factor {
    fn of(mut phi: DMatrix<f64>) -> Option<Self> {
        if !phi.iter().all(|x| x.is_finite()) {
            return None;
        }
        let lengths: Vec<f64> = phi.column_iter().map(|c| c.norm().max(f64::MIN_POSITIVE)).collect();
        phi.column_iter_mut().zip(&lengths).for_each(|(mut c, l)| c /= *l);
        let qr = phi.qr();
        Some(Self { q: qr.q(), r: qr.r(), lengths })
    }

    fn without(&self, y: DMatrix<f64>) -> DMatrix<f64> {
        let inside = self.q.tr_mul(&y);
        y - &self.q * inside
    }

    /// The amplitudes of the basis for what it is to meet; 0 for dependent columns.
    fn amplitudes(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
        let mut b = self.q.tr_mul(y);
        let n = self.r.ncols();
        for j in 0..b.ncols() {
            for i in (0..n).rev() {
                let rest: f64 = (i + 1..n).map(|k| self.r[(i, k)] * b[(k, j)]).sum();
                b[(i, j)] = if self.r[(i, i)].abs() > DEPENDENT { (b[(i, j)] - rest) / self.r[(i, i)] } else { 0.0 };
            }
        }
        for (i, l) in self.lengths.iter().enumerate() {
            b.row_mut(i).apply(|x| *x /= l);
        }
        b
    }
}

/// The amplitudes of each run, and of the shared column, where no cell is missing.
fn amplitudes(samples: &Samples, rates: &[Rate], trend: usize) -> Option<(f64, Vec<DMatrix<f64>>, DMatrix<f64>)> {
    let parts: Option<Vec<(Factor, DMatrix<f64>)>> = samples
        .runs
        .iter()
        .map(|run| {
            let (phi, power) = basis(&run.times, rates, trend, samples);
            Some((Factor::of(phi)?, power))
        })
        .collect();
    let parts = parts?;
    let outside: Vec<DMatrix<f64>> = parts.iter().map(|(f, power)| f.without(power.clone())).collect();
    let square: f64 = outside.iter().map(|c| c.norm_squared()).sum();
    let mut shared = DMatrix::zeros(1, samples.dimension());
    if square > DEPENDENT * samples.rows() as f64 {
        outside.iter().zip(&samples.runs).for_each(|(c, run)| shared += c.tr_mul(&run.states) / square);
    }
    let amplitudes = parts.iter().zip(&samples.runs).map(|((f, power), run)| f.amplitudes(&(&run.states - power * &shared))).collect();
    Some((square, amplitudes, shared))
}

/// Everything at given rates; columns apart where cells are missing.
fn projected(samples: &Samples, rates: &[Rate], trend: usize, with_jacobian: bool) -> Option<Projected> {
    let d = samples.dimension();
    let groups: Vec<Vec<usize>> = if samples.missing { (0..d).map(|j| vec![j]).collect() } else { vec![(0..d).collect()] };
    let m = if with_jacobian { number(rates) } else { 0 };
    let mut out = Projected {
        square: 0.0,
        residuals: samples.runs.iter().map(|r| DMatrix::from_element(r.rows(), d, f64::NAN)).collect(),
        jacobian: vec![Vec::new(); m],
        long_residual: Vec::new(),
        constant: DVector::zeros(d),
        parts: vec![0.0; rates.len()],
    };
    for columns in &groups {
        project_group(samples, rates, trend, columns, &mut out)?;
    }
    let cells = samples.cells().max(1) as f64;
    out.parts.iter_mut().for_each(|p| *p = (*p / cells).sqrt());
    out.square.is_finite().then_some(out)
}

fn project_group(samples: &Samples, rates: &[Rate], trend: usize, columns: &[usize], out: &mut Projected) -> Option<()> {
    let wanted = !out.jacobian.is_empty() || rates.is_empty();
    struct Part {
        run: usize,
        rows: Vec<usize>,
        times: Vec<f64>,
        y: DMatrix<f64>,
        factor: Factor,
        power: DMatrix<f64>,
        outside: DMatrix<f64>,
    }
    let mut parts = Vec::with_capacity(samples.runs.len());
    for (k, run) in samples.runs.iter().enumerate() {
        let rows: Vec<usize> = (0..run.rows()).filter(|&i| !run.states[(i, columns[0])].is_nan()).collect();
        let times: Vec<f64> = rows.iter().map(|&i| run.times[i]).collect();
        let (phi, power) = basis(&times, rates, trend, samples);
        if rows.len() <= phi.ncols() {
            continue;
        }
        let y = DMatrix::from_fn(rows.len(), columns.len(), |i, j| run.states[(rows[i], columns[j])]);
        let factor = Factor::of(phi)?;
        let outside = factor.without(power.clone());
        parts.push(Part { run: k, rows, times, y, factor, power, outside });
    }
    let square: f64 = parts.iter().map(|p| p.outside.norm_squared()).sum();
    let rows: usize = parts.iter().map(|p| p.rows.len()).sum();
    let mut shared = DMatrix::zeros(1, columns.len());
    let independent = square > DEPENDENT * rows as f64;
    if independent {
        parts.iter().for_each(|p| shared += p.outside.tr_mul(&p.y) / square);
    }
    let project = |p: &Part, y: DMatrix<f64>| p.factor.without(y);
    for p in &parts {
        let r = project(p, p.y.clone()) - &p.outside * &shared;
        out.square += r.norm_squared();
        for (i, &row) in p.rows.iter().enumerate() {
            for (j, &column) in columns.iter().enumerate() {
                out.residuals[p.run][(row, column)] = r[(i, j)];
            }
        }
        if !out.jacobian.is_empty() {
            out.long_residual.extend(r.iter());
        }
    }
    for (j, &column) in columns.iter().enumerate() {
        out.constant[column] = if trend == 0 { shared[(0, j)] } else { 0.0 };
    }
    if !wanted {
        return Some(());
    }
    let bs: Vec<DMatrix<f64>> = parts.iter().map(|p| p.factor.amplitudes(&(&p.y - &p.power * &shared))).collect();
    let mut place = 0;
    for (which, rate) in rates.iter().enumerate() {
        for (p, b) in parts.iter().zip(&bs) {
            for &t in &p.times {
                let (values, _) = rate.at(t);
                for j in 0..columns.len() {
                    let part = values[0] * b[(place, j)] + if rate.count() == 2 { values[1] * b[(place + 1, j)] } else { 0.0 };
                    out.parts[which] += part * part;
                }
            }
        }
        for parameter in 0..rate.count() {
            let mut along = 0.0;
            let mut pushed = Vec::with_capacity(parts.len());
            for (p, b) in parts.iter().zip(&bs) {
                let mut g = DMatrix::zeros(p.times.len(), columns.len());
                for (i, &t) in p.times.iter().enumerate() {
                    let (_, d) = rate.at(t);
                    for j in 0..columns.len() {
                        g[(i, j)] =
                            d[parameter][0] * b[(place, j)] + if rate.count() == 2 { d[parameter][1] * b[(place + 1, j)] } else { 0.0 };
                    }
                }
                pushed.push(project(p, g));
            }
            if independent {
                let mut inside = DMatrix::zeros(1, columns.len());
                for (p, g) in parts.iter().zip(&pushed) {
                    inside += p.outside.tr_mul(g) / square;
                }
                for (p, g) in parts.iter().zip(&mut pushed) {
                    *g -= &p.outside * &inside;
                }
            }
            for g in &pushed {
                along += g.norm_squared();
                out.jacobian[place + parameter].extend(g.iter());
            }
            if !along.is_finite() {
                return None;
            }
        }
        place += rate.count();
    }
    Some(())
}
