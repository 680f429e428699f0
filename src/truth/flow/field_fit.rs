//! A polynomial field fitted to samples through its own converged flow.
//!
//! Levenberg–Marquardt on windows of samples: of one interval with the sample as their start, where samples are exact, and of several intervals with fitted
//! starts (multiple shooting: Bock 1981), which noise in the samples does not bias. Coordinates fill [−1, 1], time is in intervals. Degrees are nested: each
//! starts from the one below.

use super::polynomial_flow::{PolynomialFlow, Powers, Workspace};
use crate::truth::chance::bounded_work::Effort;
use crate::truth::chance::whiteness::Whiteness;
use crate::truth::samples::windows::{Window, motion};
use nalgebra::{DMatrix, DVector, SVD};
use rayon::prelude::*;

/// Steps of Levenberg–Marquardt at most.
const MOST_STEPS: usize = 30;
/// A gain in the sum of squares below this part ends the descent.
const LEAST_GAIN: f64 = 1e-7;
/// Fewer windows than these are not worth a second core.
const WINDOWS_A_TASK: usize = 16;

/// A fitted field.
#[derive(Clone, Debug)]
pub(crate) struct FieldFit {
    pub flow: PolynomialFlow,
    pub degree: usize,
    /// Extrapolated steps of the flow an interval.
    pub steps: usize,
    /// Root mean square of the residuals over that of the motion in one interval.
    pub rms: f64,
    /// Root mean square of the residuals, in the frame.
    pub noise: f64,
    /// Residuals of each window, rows × variables, in order.
    pub residuals: Vec<DMatrix<f64>>,
    pub windows: Vec<Window>,
    /// Orthonormal columns of what the start of each window takes of the noise in its cells, row after row; none where starts are not fitted.
    pub by_starts: Vec<DMatrix<f64>>,
    /// Right singular vectors (rows) of the Jacobian with columns of unit length, their singular values, and those lengths.
    pub directions: DMatrix<f64>,
    pub singular: Vec<f64>,
    pub lengths: Vec<f64>,
    /// Numbers that were met.
    pub equations: usize,
    /// Whether starts were fitted.
    pub free: bool,
}

struct Linearised {
    square: f64,
    /// The triangular factor of [J | r], starts eliminated.
    triangle: DMatrix<f64>,
    residuals: Vec<DMatrix<f64>>,
    /// For each window how its start follows: δs = −(a + B δθ).
    follow: Vec<(DVector<f64>, DMatrix<f64>)>,
    by_starts: Vec<DMatrix<f64>>,
    equations: usize,
}

impl FieldFit {
    /// The field of this degree, from the best of some first guesses: `below` (of a lower degree), and regression on slopes.
    pub fn fitted(
        windows: &[Window],
        free: bool,
        degree: usize,
        below: &[&PolynomialFlow],
        steps: usize,
        effort: &mut Effort,
    ) -> Option<Self> {
        let d = windows.first()?.start.len();
        let powers = Powers::up_to(degree, d);
        let q = powers.count();
        let mut guesses: Vec<PolynomialFlow> = Vec::new();
        for lower in below {
            let mut coefficients = DMatrix::zeros(d, q);
            let shared = lower.powers.count().min(q);
            coefficients.columns_mut(0, shared).copy_from(&lower.coefficients.columns(0, shared));
            guesses.push(PolynomialFlow { powers: powers.clone(), coefficients });
        }
        if !free && let Some(coefficients) = by_slopes(windows, &powers) {
            guesses.push(PolynomialFlow { powers: powers.clone(), coefficients });
        }
        let cost = |flow: &PolynomialFlow| square(flow, windows, free, steps).unwrap_or(f64::INFINITY);
        let flow = guesses.into_iter().map(|g| (cost(&g), g)).filter(|(c, _)| c.is_finite()).min_by(|a, b| a.0.total_cmp(&b.0))?.1;
        Self::descended(flow, windows.to_vec(), free, degree, steps, effort)
    }

    fn descended(
        mut flow: PolynomialFlow,
        mut windows: Vec<Window>,
        free: bool,
        degree: usize,
        steps: usize,
        effort: &mut Effort,
    ) -> Option<Self> {
        let d = flow.dimension();
        let p = flow.coefficients.len();
        let mut now = linearised(&flow, &windows, free, steps, effort)?;
        let mut damping = 1e-6;
        for _ in 0..MOST_STEPS {
            if !effort.is_left() || now.square == 0.0 {
                break;
            }
            let lengths = lengths(&now.triangle, p);
            let mut gained = None;
            while damping < 1e10 {
                let Some(step) = damped_step(&now.triangle, &lengths, damping, p) else { break };
                let mut trial = flow.clone();
                trial.coefficients += DMatrix::from_row_slice(d, p / d, step.as_slice());
                let mut moved = windows.clone();
                for (w, (a, b)) in moved.iter_mut().zip(&now.follow) {
                    let change = a + b * &step;
                    w.start.iter_mut().zip(change.iter()).for_each(|(s, c)| *s -= c);
                }
                effort.spend(work(&trial, &moved, steps, false));
                if let Some(there) = square(&trial, &moved, free, steps)
                    && there < now.square
                {
                    gained = Some((trial, moved, now.square - there));
                    break;
                }
                damping *= 10.0;
            }
            let Some((trial, moved, gain)) = gained else { break };
            let before = now.square;
            flow = trial;
            windows = moved;
            now = linearised(&flow, &windows, free, steps, effort)?;
            damping = (damping * 0.1).max(1e-15);
            if gain <= LEAST_GAIN * before {
                break;
            }
        }
        let lengths = lengths(&now.triangle, p);
        let mut scaled = now.triangle.view((0, 0), (now.triangle.nrows().min(p), p)).into_owned();
        scaled.column_iter_mut().zip(&lengths).for_each(|(mut c, l)| c /= *l);
        let svd = SVD::try_new(scaled, false, true, f64::EPSILON, 10_000)?;
        let motion = motion(&windows);
        let noise = (now.square / now.equations.max(1) as f64).sqrt();
        Some(Self {
            rms: noise / motion.max(f64::MIN_POSITIVE),
            noise,
            degree,
            steps,
            residuals: now.residuals,
            by_starts: now.by_starts,
            directions: svd.v_t?,
            singular: svd.singular_values.iter().copied().collect(),
            lengths,
            equations: now.equations,
            free,
            flow,
            windows,
        })
    }

    /// The flow's remaining error: the root mean square change of a window's first interval when the steps are doubled, over some of the windows.
    pub fn flow_error(&self, effort: &mut Effort) -> Option<f64> {
        let mut w = self.flow.workspace(false);
        let some: Vec<&Window> = self.windows.iter().step_by(self.windows.len().div_ceil(200).max(1)).collect();
        effort.spend(60.0 * (some.len() * self.steps * self.flow.coefficients.len()) as f64);
        let (mut sum, mut count) = (0.0, 0usize);
        for window in some {
            let time = window.times[0];
            let (mut once, mut twice) = (window.start.clone(), window.start.clone());
            let steps = self.steps * (time.ceil() as usize).max(1);
            if !self.flow.advance(&mut once, time, steps, &mut w) || !self.flow.advance(&mut twice, time, 2 * steps, &mut w) {
                return None;
            }
            sum += once.iter().zip(&twice).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
            count += once.len();
        }
        Some((sum / count.max(1) as f64).sqrt())
    }

    /// The same fit with twice the steps of the flow, from where it stands.
    pub fn refined(&self, effort: &mut Effort) -> Option<Self> {
        Self::descended(self.flow.clone(), self.windows.clone(), self.free, self.degree, 2 * self.steps, effort)
    }

    /// The norm of all residuals.
    pub fn residual_norm(&self) -> f64 {
        self.noise * (self.equations as f64).sqrt()
    }

    /// Equations beyond the starts that were fitted.
    pub fn beyond_starts(&self) -> usize {
        let starts = if self.free { self.windows.len() * self.flow.dimension() } else { 0 };
        self.equations.saturating_sub(starts)
    }

    /// Equations beyond the numbers that were fitted.
    pub fn freedom(&self) -> usize {
        self.beyond_starts().saturating_sub(self.lengths.len())
    }

    /// The standard deviation of the noise that leaves these residuals.
    pub fn deviation(&self) -> f64 {
        self.residual_norm() / (self.freedom().max(1) as f64).sqrt()
    }

    /// Whether what windows leave, each with a start of its own, is noise.
    pub fn leaves_noise(&self) -> bool {
        let d = self.flow.dimension();
        let taken = |window: usize, j: usize, (row, later): (usize, usize)| {
            let by_start = &self.by_starts[window];
            by_start.row(row * d + j).dot(&by_start.row(later * d + j))
        };
        Whiteness::of_fitted(&self.residuals, taken).holds(false)
    }

    /// The residuals of each run in order, for windows of one interval that follow each other.
    pub fn residual_runs(&self) -> Vec<DMatrix<f64>> {
        let d = self.flow.dimension();
        let mut runs: Vec<(usize, Vec<f64>)> = Vec::new();
        for (w, r) in self.windows.iter().zip(&self.residuals) {
            if runs.last().is_none_or(|(run, _)| *run != w.run) {
                runs.push((w.run, Vec::new()));
            }
            if let Some((_, cells)) = runs.last_mut() {
                (0..r.nrows()).for_each(|i| cells.extend(r.row(i).iter()));
            }
        }
        runs.into_iter().map(|(_, cells)| DMatrix::from_row_slice(cells.len() / d, d, &cells)).collect()
    }
}

pub(super) fn work(flow: &PolynomialFlow, windows: &[Window], steps: usize, derivatives: bool) -> f64 {
    let d = flow.dimension() as f64;
    let intervals: usize = windows.iter().map(|w| w.times.len()).sum();
    let q = flow.powers.count() as f64;
    let each = 2.0 * q * d * (1.0 + d) + if derivatives { (d * d + d) * flow.columns() as f64 } else { 0.0 };
    20.0 * intervals as f64 * steps as f64 * each
}

/// Regression of the slope between two rows on the mean of the monomials there (the trapezoid rule, to start only).
fn by_slopes(windows: &[Window], powers: &Powers) -> Option<DMatrix<f64>> {
    let d = windows.first()?.start.len();
    let q = powers.count();
    let flow = PolynomialFlow { powers: powers.clone(), coefficients: DMatrix::zeros(d, q) };
    let pairs: Vec<(&Vec<f64>, &Vec<f64>, f64)> = windows
        .iter()
        .flat_map(|w| w.rows.windows(2).zip(&w.times).map(|(r, t)| (&r[0], &r[1], *t)))
        .filter(|(a, b, _)| a.iter().chain(b.iter()).all(|x| !x.is_nan()))
        .collect();
    if pairs.len() < q {
        return None;
    }
    let mut design = DMatrix::zeros(pairs.len(), q);
    let mut slopes = DMatrix::zeros(pairs.len(), d);
    for (i, (a, b, t)) in pairs.iter().enumerate() {
        let (va, vb) = (flow.monomials(a), flow.monomials(b));
        for k in 0..q {
            design[(i, k)] = 0.5 * (va[k] + vb[k]);
        }
        for j in 0..d {
            slopes[(i, j)] = (b[j] - a[j]) / t;
        }
    }
    let qr = design.qr();
    let inside = qr.q().tr_mul(&slopes);
    let solution = SVD::try_new(qr.r(), true, true, f64::EPSILON, 10_000)?;
    let largest = solution.singular_values.max();
    Some(solution.solve(&inside, 1e-8 * largest).ok()?.transpose())
}

/// The sum of squares, or `None` where the flow leaves the range of f64. Windows share the cores; their sums are added in order, whoever made them.
fn square(flow: &PolynomialFlow, windows: &[Window], free: bool, steps: usize) -> Option<f64> {
    let of = |window: &Window, w: &mut Workspace| {
        let mut sum = 0.0;
        let mut z = window.start.clone();
        let mut meet = |z: &[f64], row: &[f64]| z.iter().zip(row).filter(|(_, y)| !y.is_nan()).for_each(|(z, y)| sum += (z - y).powi(2));
        if free {
            meet(&z, &window.rows[0]);
        }
        for (row, &time) in window.rows[1..].iter().zip(&window.times) {
            if !flow.advance(&mut z, time, steps * (time.ceil() as usize).max(1), w) {
                return None;
            }
            meet(&z, row);
        }
        Some(sum)
    };
    let sum: f64 = of_each(windows, || flow.workspace(false), of)?.into_iter().sum();
    sum.is_finite().then_some(sum)
}

/// What `of` makes of every window, in order; `None` where it fails for one.
fn of_each<T: Send>(
    windows: &[Window],
    workspace: impl Fn() -> Workspace + Sync + Send,
    of: impl Fn(&Window, &mut Workspace) -> Option<T> + Sync + Send,
) -> Option<Vec<T>> {
    windows.par_iter().with_min_len(WINDOWS_A_TASK).map_init(workspace, |w, window| of(window, w)).collect()
}

/// What one window adds to the least squares.
struct LinearisedWindow {
    square: f64,
    residuals: DMatrix<f64>,
    /// Rows of [J | r], its start eliminated.
    rows: Vec<f64>,
    follow: (DVector<f64>, DMatrix<f64>),
    by_start: DMatrix<f64>,
    equations: usize,
}

fn linearised_window(flow: &PolynomialFlow, window: &Window, free: bool, steps: usize, w: &mut Workspace) -> Option<LinearisedWindow> {
    let (d, p, columns) = (flow.dimension(), flow.coefficients.len(), flow.columns());
    let mut whole = flow.start(&window.start, true);
    let mut local: Vec<f64> = Vec::new();
    let mut residuals = DMatrix::from_element(window.rows.len() - usize::from(!free), d, f64::NAN);
    let mut place = 0;
    let mut square = 0.0;
    for (i, row) in window.rows.iter().enumerate() {
        if i > 0 {
            let time = window.times[i - 1];
            if !flow.advance(&mut whole, time, steps * (time.ceil() as usize).max(1), w) {
                return None;
            }
        } else if !free {
            continue;
        }
        for j in (0..d).filter(|&j| !row[j].is_nan()) {
            let r = whole[j] - row[j];
            residuals[(place, j)] = r;
            square += r * r;
            local.extend_from_slice(&whole[d + j * columns..d + (j + 1) * columns]);
            local.push(r);
        }
        place += 1;
    }
    let equations = local.len() / (columns + 1);
    if !free {
        let rows = local.chunks_exact(columns + 1).flat_map(|row| row[..p].iter().chain(&row[columns..])).copied().collect();
        let follow = (DVector::zeros(d), DMatrix::zeros(d, p));
        let by_start = DMatrix::zeros(residuals.len(), 0);
        return Some(LinearisedWindow { square, residuals, rows, follow, by_start, equations });
    }
    let whole = DMatrix::from_row_slice(equations, columns + 1, &local);
    let by_start = whole.columns(p, d).into_owned();
    let mut others = DMatrix::zeros(equations, p + 1);
    others.columns_mut(0, p).copy_from(&whole.columns(0, p));
    others.column_mut(p).copy_from(&whole.column(columns));
    let qr = by_start.qr();
    let q = qr.q();
    let inside = q.tr_mul(&others);
    let solved = qr.r().solve_upper_triangular(&inside)?;
    others -= &q * inside;
    let mut by_start = DMatrix::zeros(residuals.len(), q.ncols());
    let there = (0..residuals.len()).filter(|&cell| !residuals[(cell / d, cell % d)].is_nan());
    there.zip(q.row_iter()).for_each(|(cell, row)| by_start.row_mut(cell).copy_from(&row));
    let follow = (solved.column(p).into_owned(), solved.columns(0, p).into_owned());
    Some(LinearisedWindow { square, residuals, rows: others.transpose().as_slice().to_vec(), follow, by_start, equations })
}

fn linearised(flow: &PolynomialFlow, windows: &[Window], free: bool, steps: usize, effort: &mut Effort) -> Option<Linearised> {
    let p = flow.coefficients.len();
    effort.spend(work(flow, windows, steps, true));
    let each = of_each(windows, || flow.workspace(true), |window, w| linearised_window(flow, window, free, steps, w))?;
    let square: f64 = each.iter().map(|w| w.square).sum();
    let equations = each.iter().map(|w| w.equations).sum();
    let rows: usize = each.iter().map(|w| w.rows.len()).sum::<usize>() / (p + 1);
    effort.spend(2.0 * rows as f64 * (p * p) as f64);
    let stacked = DMatrix::from_row_iterator(rows, p + 1, each.iter().flat_map(|w| w.rows.iter().copied()));
    if !stacked.iter().all(|x| x.is_finite()) || !square.is_finite() {
        return None;
    }
    let triangle = stacked.qr().r();
    let (mut residuals, mut follow, mut by_starts) = (Vec::new(), Vec::new(), Vec::new());
    for window in each {
        residuals.push(window.residuals);
        follow.push(window.follow);
        by_starts.push(window.by_start);
    }
    Some(Linearised { square, triangle, residuals, follow, by_starts, equations })
}

/// The lengths of the Jacobian's columns.
fn lengths(triangle: &DMatrix<f64>, p: usize) -> Vec<f64> {
    let all: Vec<f64> = triangle.column_iter().take(p).map(|c| c.norm()).collect();
    let most = all.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    all.into_iter().map(|l| l.max(1e-12 * most)).collect()
}

/// The step of Levenberg–Marquardt: least squares of [J; √μ D] without forming JᵀJ.
fn damped_step(triangle: &DMatrix<f64>, lengths: &[f64], damping: f64, p: usize) -> Option<DVector<f64>> {
    let top = triangle.nrows();
    let mut system = DMatrix::zeros(top + p, p + 1);
    system.view_mut((0, 0), (top, p + 1)).copy_from(triangle);
    system.columns_mut(0, p).column_iter_mut().zip(lengths).for_each(|(mut c, l)| c /= *l);
    for k in 0..p {
        system[(top + k, k)] = damping.sqrt();
    }
    let r = system.qr().r();
    let mut step = r.view((0, 0), (p, p)).solve_upper_triangular(&r.view((0, p), (p, 1)).into_owned())?.column(0).into_owned();
    step.iter_mut().zip(lengths).for_each(|(s, l)| *s /= -l);
    step.iter().all(|x| x.is_finite()).then_some(step)
}
