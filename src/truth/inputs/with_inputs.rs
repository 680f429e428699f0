//! Modes of a system with known inputs, ẋ = Ax + Bu: the inputs are regressors, not states.
//!
//! ```text
//! x⁺ = Φx + Γ₀u + Γ₁u⁺ + c          (Γ₁ = 0 for an input that is held; u of the rows before and after as well for a smooth one)
//! ```
//!
//! (dynamic mode decomposition with control: Proctor, Brunton & Kutz, SIAM J. Appl. Dyn. Syst. 15, 2016). Regression shrinks Φ where x is noisy, so then the whole
//! run is followed from a fitted start instead (output error). λ = log μ / H for the eigenvalues μ of Φ.

use super::between::{Between, Tried, chosen, is_a_systems, off_a_system};
use crate::data::Hold;
use crate::dynamics::spectrum;
use crate::truth::chance::whiteness::Whiteness;
use crate::truth::finding::Because;
use crate::truth::flow::identifiability::matched;
use crate::truth::linear::linear_model::VAGUE;
use nalgebra::{Cholesky, DMatrix, DVector, SVD};
use num_complex::Complex;
use std::f64::consts::PI;

/// A complete, evenly spaced run with its inputs, rows × columns each.
pub(super) struct DrivenRun {
    pub states: DMatrix<f64>,
    pub inputs: DMatrix<f64>,
}

/// A mode of the driven system.
#[derive(Clone, Debug)]
pub(super) struct DrivenMode {
    pub lambda: Complex<f64>,
    pub uncertainty: f64,
    pub because: Vec<Because>,
}

/// What was found.
#[derive(Clone, Debug)]
pub(super) struct DrivenModel {
    pub modes: Vec<DrivenMode>,
    pub between: Between,
    /// Whether the inputs can be a cause of the motion.
    pub causal: bool,
    /// Where the system rests with all inputs at 0, in scaled columns.
    pub equilibrium: Vec<f64>,
    /// Root mean square of what is left, relative to the motion in one interval.
    pub residual: f64,
    /// Φ in scaled columns, and what a unit of each input adds in an interval over which it stays the same.
    pub map: (DMatrix<f64>, DMatrix<f64>),
}

/// One-step residuals below this part of the motion need not be noise: the hold is not exact.
const NEARLY: f64 = 1e-3;
/// Residuals below this are rounding.
const CLEAN: f64 = 1e-7;
/// A richer idea of the inputs has to leave less than this part of what a simpler one leaves.
const BETTER: f64 = 0.5;
/// Steps of Levenberg–Marquardt.
const MOST_STEPS: usize = 60;

/// A fitted one-step map with inputs.
struct OneStep {
    /// outputs × regressors: [Φ | Γ | c]
    coefficients: DMatrix<f64>,
    residuals: Vec<DMatrix<f64>>,
    square: f64,
    equations: usize,
    /// (XᵀX)⁻¹
    spread: DMatrix<f64>,
}

/// The modes of scaled runs, `interval` apart, where the loop takes inputs as `hold` says; `None` where the rows do not suffice.
pub(super) fn driven(runs: &[DrivenRun], interval: f64, hold: Hold) -> Option<DrivenModel> {
    let d = runs.first()?.states.ncols();
    let motion = {
        let (sum, count) = runs.iter().fold((0.0, 0usize), |(s, n), r| {
            let rows = r.states.nrows();
            let steps = r.states.rows(1, rows - 1) - r.states.rows(0, rows - 1);
            (s + steps.norm_squared(), n + steps.len())
        });
        (sum / count.max(1) as f64).sqrt().max(f64::MIN_POSITIVE)
    };
    let all: Vec<(Between, OneStep)> =
        [Between::Held, Between::Straight, Between::Smooth].into_iter().filter_map(|b| Some((b, regression(runs, b)?))).collect();
    let rms = |s: &OneStep| (s.square / s.equations as f64).sqrt() / motion;
    let mut best = 0;
    for k in 1..all.len() {
        if rms(&all[k].1) < BETTER * rms(&all[best].1) && rms(&all[best].1) > CLEAN {
            best = k;
        }
    }
    let (mut between, simplest) = all.get(best).map(|(b, s)| (*b, s))?;
    let mut map = simplest.coefficients.clone();
    let mut residual = rms(simplest);
    let mut deviations = deviations(simplest, d, interval)?;
    let mut white = true;
    if residual > NEARLY {
        // Where samples are noisy, whole runs tell the ideas of the input apart better than single steps.
        let tried = all.iter().filter_map(|(b, s)| Some((*b, output_error(runs, *b, s.coefficients.clone())?)));
        let mut tried: Vec<(Between, OneStep)> = tried.collect();
        let laid: Vec<Tried> = tried.iter().map(|(b, s)| s.tried(*b, runs, interval)).collect();
        let (found, followed) = tried.swap_remove(chosen(&laid, hold)?);
        between = found;
        map = followed.coefficients.clone();
        residual = (followed.square / followed.equations as f64).sqrt() / motion;
        white = Whiteness::of(&followed.residuals).holds(false);
        deviations = self::deviations(&followed, d, interval)?;
    }
    let lambdas = logarithms(&map, d, interval)?;
    // The next richer idea of the inputs is a second opinion.
    let other = all.get(best + 1).and_then(|(_, s)| logarithms(&s.coefficients, d, interval)).map(|new| matched(&lambdas, new));
    let modes = lambdas
        .iter()
        .enumerate()
        .map(|(k, &lambda)| {
            let mut because = Vec::new();
            let mut uncertainty = deviations[k].hypot(1e-12 * lambda.norm());
            if residual > CLEAN
                && residual <= NEARLY
                && let Some(other) = &other
            {
                uncertainty = uncertainty.hypot((other[k] - lambda).norm());
            }
            if !white {
                because.push(Because::NotExplained);
            }
            if lambda.im.abs() * interval > 0.95 * PI {
                because.push(Because::NoRealFlow);
            }
            if lambda.norm() <= 3.0 * uncertainty {
                because.push(Because::LinearPartVanishes);
            } else if uncertainty > VAGUE * lambda.norm() {
                because.push(Because::Vague);
            }
            DrivenMode { lambda, uncertainty, because }
        })
        .collect();
    let last = map.ncols() - 1;
    let rest = (DMatrix::identity(d, d) - map.columns(0, d)).lu().solve(&map.column(last).into_owned())?;
    let inputs = runs.first()?.inputs.ncols();
    let steady = steady(&map, d, inputs);
    let straight = between == Between::Straight && residual <= NEARLY;
    let end = straight.then(|| map.columns(d + inputs, inputs).into_owned());
    let map = (map.columns(0, d).into_owned(), steady);
    let causal = end.is_none_or(|end| is_a_systems(&map, &end, interval));
    Some(DrivenModel { modes, between, causal, equilibrium: rest.as_slice().to_vec(), residual, map })
}

/// What a unit of each input adds in an interval over which it stays the same.
fn steady(map: &DMatrix<f64>, d: usize, inputs: usize) -> DMatrix<f64> {
    DMatrix::from_fn(d, inputs, |i, j| (d + j..map.ncols() - 1).step_by(inputs).map(|column| map[(i, column)]).sum())
}

impl OneStep {
    /// What tells this idea of the inputs apart from another one, of whole runs that were followed.
    fn tried(&self, between: Between, runs: &[DrivenRun], interval: f64) -> Tried {
        let (d, inputs) = runs.first().map_or((0, 0), |run| (run.states.ncols(), run.inputs.ncols()));
        let numbers: usize = self.residuals.iter().map(DMatrix::len).sum();
        let variance = self.square / self.equations.max(1) as f64;
        let off_a_system = (between == Between::Straight).then(|| {
            let map = (self.coefficients.columns(0, d).into_owned(), steady(&self.coefficients, d, inputs));
            let (end, at) = (self.coefficients.columns(d + inputs, inputs).into_owned(), d + inputs);
            off_a_system(&map, &end, (self.spread.view((at, at), (inputs, inputs)).into_owned(), variance), interval)
        });
        let left = self.square / numbers.max(1) as f64;
        Tried { between, left, numbers, coefficients: self.coefficients.len(), off_a_system: off_a_system.flatten(), of_end: d * inputs }
    }
}

fn logarithms(map: &DMatrix<f64>, d: usize, interval: f64) -> Option<Vec<Complex<f64>>> {
    let values = spectrum(&map.columns(0, d).into_owned())?;
    let of = |mu: &Complex<f64>| (mu.norm() > 1e-12).then(|| mu.ln() / interval);
    // The lower half plane as the exact mirror image of the upper one.
    let twin =
        |mu: &Complex<f64>| values.iter().filter(|v| v.im > 0.0).min_by(|a, b| (*a - mu.conj()).norm().total_cmp(&(*b - mu.conj()).norm()));
    let both = |mu: &Complex<f64>| if mu.im < 0.0 { twin(mu).and_then(of).map(|lambda| lambda.conj()) } else { of(mu) };
    values.iter().map(both).collect()
}

/// The rows from which a step can be regressed: those with enough neighbours.
fn steps(run: &DrivenRun, between: Between) -> std::ops::Range<usize> {
    let rows = run.states.nrows();
    match between {
        Between::Held | Between::Straight => 0..rows.saturating_sub(1),
        Between::Smooth => 1..rows.saturating_sub(2).max(1),
    }
}

/// The regressors of inputs at a row, and 1.
fn drive(run: &DrivenRun, row: usize, between: Between) -> Vec<f64> {
    let rows: &[isize] = match between {
        Between::Held => &[0],
        Between::Straight => &[0, 1],
        Between::Smooth => &[-1, 0, 1, 2],
    };
    let mut all: Vec<f64> =
        rows.iter().flat_map(|&k| run.inputs.row(row.saturating_add_signed(k)).iter().copied().collect::<Vec<_>>()).collect();
    all.push(1.0);
    all
}

fn regression(runs: &[DrivenRun], between: Between) -> Option<OneStep> {
    let d = runs.first()?.states.ncols();
    let mut regressors: Vec<f64> = Vec::new();
    let mut images: Vec<f64> = Vec::new();
    let mut lengths = Vec::new();
    for run in runs {
        let range = steps(run, between);
        lengths.push(range.len());
        for row in range {
            regressors.extend(run.states.row(row).iter());
            regressors.extend(drive(run, row, between));
            images.extend(run.states.row(row + 1).iter());
        }
    }
    let rows = images.len() / d;
    let width = regressors.len().checked_div(rows)?;
    if rows < 2 * width {
        return None;
    }
    let x = DMatrix::from_row_slice(rows, width, &regressors);
    let y = DMatrix::from_row_slice(rows, d, &images);
    let svd = SVD::try_new(x.clone(), true, true, f64::EPSILON, 10_000)?;
    let least = 1e-10 * svd.singular_values.max();
    let solution = svd.solve(&y, least).ok()?;
    let v_t = svd.v_t.as_ref()?;
    let mut spread = DMatrix::zeros(width, width);
    for (k, s) in svd.singular_values.iter().enumerate().filter(|(_, s)| **s > least) {
        let v = v_t.row(k);
        spread += v.transpose() * v / (s * s);
    }
    let residual = &y - &x * &solution;
    let mut start = 0;
    let residuals = lengths
        .into_iter()
        .map(|n| {
            let part = residual.rows(start, n).into_owned();
            start += n;
            part
        })
        .collect();
    Some(OneStep {
        coefficients: solution.transpose(),
        residuals,
        square: residual.norm_squared(),
        equations: rows * d - width.min(rows - 1) * d,
        spread,
    })
}

/// One standard deviation of each λ: δλ = wᵀδΦv / (wᵀv μ H), rows of δΦ independent with covariance σ²·spread.
fn deviations(step: &OneStep, d: usize, interval: f64) -> Option<Vec<f64>> {
    let phi = step.coefficients.columns(0, d).into_owned();
    let values = spectrum(&phi)?;
    let sigma = (step.square / step.equations.max(1) as f64).sqrt();
    let block = step.spread.view((0, 0), (d, d)).into_owned();
    let root = Cholesky::new(&block + DMatrix::identity(d, d) * (1e-14 * block.trace().max(f64::MIN_POSITIVE)))?.l();
    let mut sums = vec![0.0; values.len()];
    for i in 0..d {
        for k in 0..d {
            // A perturbation of row i along one independent direction, small enough to be linear.
            let size = 1e-6 * phi.norm().max(1e-3) / root.column(k).norm().max(f64::MIN_POSITIVE);
            let mut moved = phi.clone();
            for j in 0..d {
                moved[(i, j)] += size * root[(j, k)];
            }
            for (sum, (old, new)) in sums.iter_mut().zip(values.iter().zip(matched(&values, spectrum(&moved)?))) {
                *sum += ((new / old).ln().norm() * sigma / (size * interval)).powi(2);
            }
        }
    }
    Some(sums.into_iter().map(f64::sqrt).collect())
}

/// The map that follows each run best from a fitted start, near `map`.
fn output_error(runs: &[DrivenRun], between: Between, map: DMatrix<f64>) -> Option<OneStep> {
    let (d, width) = map.shape();
    let p = d * width;
    let mut map = map;
    let mut starts: Vec<DVector<f64>> = runs.iter().map(|r| r.states.row(steps(r, between).start).transpose()).collect();
    let mut now = follow(runs, between, &map, &starts)?;
    let mut damping = 1e-4;
    for _ in 0..MOST_STEPS {
        let mut gained = None;
        while damping < 1e9 {
            let mut normal = now.normal.clone();
            for k in 0..normal.nrows() {
                normal[(k, k)] += damping * normal[(k, k)] + 1e-300;
            }
            if let Some(factor) = Cholesky::new(normal) {
                let change = factor.solve(&now.gradient);
                let trial = &map + DMatrix::from_row_slice(d, width, &change.as_slice()[..p]);
                let moved: Vec<DVector<f64>> = starts.iter().enumerate().map(|(k, s)| s + change.rows(p + k * d, d)).collect();
                if let Some(there) = follow(runs, between, &trial, &moved)
                    && there.square < now.square
                {
                    gained = Some((trial, moved, there));
                    break;
                }
            }
            damping *= 10.0;
        }
        let Some((trial, moved, there)) = gained else { break };
        let gain = now.square - there.square;
        (map, starts, now) = (trial, moved, there);
        damping = (damping * 0.1).max(1e-12);
        if gain <= 1e-10 * now.square {
            break;
        }
    }
    let mut regular = now.normal.clone();
    for k in 0..regular.nrows() {
        regular[(k, k)] *= 1.0 + 1e-10;
    }
    let covariance = Cholesky::new(regular)?.inverse();
    // The mean over the rows of Φ stands for each: the noise is alike in all scaled columns.
    let mut spread = DMatrix::zeros(width, width);
    for i in 0..d {
        spread += covariance.view((i * width, i * width), (width, width)) / d as f64;
    }
    Some(OneStep {
        coefficients: map,
        residuals: now.residuals,
        square: now.square,
        equations: now.equations.saturating_sub(now.normal.nrows()),
        spread,
    })
}

struct Followed {
    square: f64,
    equations: usize,
    residuals: Vec<DMatrix<f64>>,
    normal: DMatrix<f64>,
    gradient: DVector<f64>,
}

fn follow(runs: &[DrivenRun], between: Between, map: &DMatrix<f64>, starts: &[DVector<f64>]) -> Option<Followed> {
    let (d, width) = map.shape();
    let p = d * width;
    let total = p + d * runs.len();
    let mut out = Followed {
        square: 0.0,
        equations: 0,
        residuals: Vec::new(),
        normal: DMatrix::zeros(total, total),
        gradient: DVector::zeros(total),
    };
    let phi = map.columns(0, d).into_owned();
    for (index, (run, start)) in runs.iter().zip(starts).enumerate() {
        let range = steps(run, between);
        let mut x = start.clone();
        let mut slope = DMatrix::zeros(d, p + d);
        for i in 0..d {
            slope[(i, p + i)] = 1.0;
        }
        let mut residuals = DMatrix::zeros(range.len() + 1, d);
        for (place, row) in (range.start..=range.end).enumerate() {
            let r = run.states.row(row).transpose() - &x;
            out.square += r.norm_squared();
            out.equations += d;
            residuals.row_mut(place).copy_from(&r.transpose());
            let square = slope.tr_mul(&slope);
            let along = slope.tr_mul(&r);
            let own = p + index * d;
            let mut add = |i: usize, j: usize, v: f64| out.normal[(i, j)] += v;
            for i in 0..p + d {
                let to = if i < p { i } else { own + i - p };
                for j in 0..p + d {
                    add(to, if j < p { j } else { own + j - p }, square[(i, j)]);
                }
            }
            for i in 0..p + d {
                out.gradient[if i < p { i } else { own + i - p }] += along[i];
            }
            if row == range.end {
                break;
            }
            let mut regressors: Vec<f64> = x.iter().copied().collect();
            regressors.extend(drive(run, row, between));
            let mut next = &phi * &slope;
            for i in 0..d {
                for (k, v) in regressors.iter().enumerate() {
                    next[(i, i * width + k)] += v;
                }
            }
            x = map * DVector::from_vec(regressors);
            slope = next;
            if !x.iter().all(|v| v.abs() < 1e8) {
                return None;
            }
        }
        out.residuals.push(residuals);
    }
    out.square.is_finite().then_some(out)
}
