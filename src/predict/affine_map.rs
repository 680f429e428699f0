//! The affine map x⁺ = Φx + Γu + c that a loss prefers on given samples, u being inputs that are held: what a linear model learns from them through an exact integrator.
//!
//! | loss | minimised |
//! | --- | --- |
//! | pairs | Σ \|Φx_n + Γu_n + c − x_{n+1}\|², by least squares |
//! | windows of K | Σ \|x̂_j − x_{n+j}\|² over j ≤ K, x̂_0 = x_n, by Levenberg–Marquardt |
//! | rollout | the same with one window a trajectory, as long as the shortest of them, or of 20,000 intervals |
//! | rollout with free starts | the same with x̂_0 fitted too, and compared |
//!
//! Through a Runge–Kutta method the linear model Â that reaches the same least loss has R(hÂ)^m = Φ: the loss depends on Â through that matrix only, and B̂ is free to give every Γ.

use super::sampled_run::Run;
use crate::exact::eigenvalues;
use crate::fit::Loss;
use nalgebra::{Cholesky, DMatrix, DVector, SVD};
use num_complex::Complex;

/// Components up to which losses that follow several intervals are minimised.
const MOST_COMPONENTS: usize = 8;
/// Columns up to which eigenvalues are certified.
const CERTIFIED: usize = 12;
/// Samples that these losses look at, in whole windows spread over the data.
const MOST_SAMPLES: usize = 20_000;
/// Steps of Levenberg–Marquardt.
const MOST_STEPS: usize = 60;
/// The descent ends at a gain of this part of the loss: among 20,000 samples with noise that is far below an uncertainty.
const GAIN: f64 = 1e-10;
/// Samples up to which a rollout that ended in a poor minimum is begun anew.
const MOST_FREED: usize = 5_000;
/// Rows that are factored at once.
const ROWS_AT_ONCE: usize = 256;
/// A window K times as long is begun from the map of the shorter one.
const LONGER: usize = 4;

/// An affine map and its loss.
#[derive(Clone, Debug)]
pub(super) struct AffineMap {
    /// Φ.
    pub linear: DMatrix<f64>,
    /// Γ; without columns where there are no inputs.
    pub inputs: DMatrix<f64>,
    /// c.
    pub constant: DVector<f64>,
    /// The mean square of the residuals.
    pub loss: f64,
}

impl AffineMap {
    /// The eigenvalues of Φ, with their multiplicities.
    pub fn multipliers(&self) -> Option<Vec<Complex<f64>>> {
        // Discs around so many would take seconds, and a column more moves them less than its noise does.
        if self.linear.nrows() > CERTIFIED {
            return Some(self.linear.complex_eigenvalues().iter().copied().collect());
        }
        let discs = eigenvalues(&self.linear).ok()?;
        Some(discs.iter().flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect())
    }
}

/// The best map; without `affine` c = 0. `None` where the samples do not suffice or the loss is not followed in so many components.
pub(super) fn best_map(runs: &[Run], loss: Loss, affine: bool) -> Option<AffineMap> {
    let pairs = by_pairs(runs, affine)?;
    let mut map = pairs.clone();
    let shortest = runs.iter().map(Run::rows).min()?.saturating_sub(1);
    let longest = match loss {
        Loss::Pairs => return Some(map),
        Loss::Windows(k) => k,
        // What a longer rollout teaches differs by less than the noise in so many samples.
        Loss::Rollout | Loss::RolloutFreeStart => shortest.min(MOST_SAMPLES),
    };
    if map.linear.nrows() > MOST_COMPONENTS || longest == 0 {
        return None;
    }
    let one_each = !matches!(loss, Loss::Windows(_));
    let mut length = 1;
    while length < longest {
        length = (LONGER * length).min(longest);
        map = Windows::of(runs, length, one_each && length == longest, false)?.descend(map, affine)?;
    }
    if loss == Loss::RolloutFreeStart {
        map = Windows::of(runs, longest, true, true)?.descend(map, affine)?;
        // Where a motion grows, or has many turns, long rollouts from noisy starts end in poor minima: then starts are free from the first window on.
        let rows: usize = runs.iter().map(Run::rows).sum();
        if map.loss > 2.0 * pairs.loss && rows <= MOST_FREED {
            let freed = freed(runs, pairs, longest, affine);
            map = freed.filter(|freed| freed.loss < map.loss).unwrap_or(map);
        }
    }
    Some(map)
}

/// Free starts in windows that double in length, up to a rollout.
fn freed(runs: &[Run], mut map: AffineMap, longest: usize, affine: bool) -> Option<AffineMap> {
    let mut length = 1;
    while length < longest {
        length = (2 * length).min(longest);
        map = Windows::of(runs, length, length == longest, true)?.descend(map, affine)?;
    }
    Some(map)
}

/// Ordinary least squares over successive samples.
fn by_pairs(runs: &[Run], affine: bool) -> Option<AffineMap> {
    regression(runs, &[0.0, 1.0], &[1.0, 0.0], &[Vec::new(), Vec::new()], affine)
}

/// Ordinary least squares of Σ_j to_j x_{n+j} on Σ_j from_j x_{n+j}: the matrix Â in the place of Φ, over all whole windows of as many samples as there are weights.
/// A multistep method has α for `to` and hβ for `from`, a regression on estimated derivatives its two filters, and for the first and the last rows `borders`: the weights
/// of the first samples for each row from the first one on, and those of the last samples backwards from the last, on the sample itself. Inputs are weighed as the states beside them.
pub(super) fn regression(runs: &[Run], to: &[f64], from: &[f64], borders: &[Vec<Vec<f64>>; 2], affine: bool) -> Option<AffineMap> {
    let (d, p) = (runs.first()?.states.ncols(), runs.first()?.inputs.ncols());
    let span = to.len().min(from.len());
    // A run too short for its borders is left out of them.
    let borders_of = |run: &Run| borders.iter().flatten().filter(|weights| weights.len() <= run.rows()).count();
    let rows: usize = runs.iter().map(|run| (run.rows() + 1).saturating_sub(span) + borders_of(run)).sum();
    let width = d + p + usize::from(affine);
    if rows < width || span == 0 {
        return None;
    }
    // About a point between the samples the columns are as independent as they can be.
    let middle: DVector<f64> = if affine {
        let sum = runs.iter().fold(DVector::zeros(d), |sum, run| sum + run.states.row_sum().transpose());
        sum / runs.iter().map(Run::rows).sum::<usize>() as f64
    } else {
        DVector::zeros(d)
    };
    // The triangular factor of (from | to), a block of rows at a time: the block stays in the processor's cache, and rounding is that of one factorisation.
    let all = width + d;
    let mut block = DMatrix::zeros(all + ROWS_AT_ONCE, all);
    let mut row = all;
    let mut add = |values: &dyn Fn(usize) -> (f64, f64), input: &dyn Fn(usize) -> f64| {
        if row == block.nrows() {
            let factor = block.clone().qr().unpack_r();
            block.rows_mut(0, all).copy_from(&factor);
            row = all;
        }
        for k in 0..d {
            (block[(row, k)], block[(row, width + k)]) = values(k);
        }
        (0..p).for_each(|j| block[(row, d + j)] = input(j));
        if affine {
            block[(row, d + p)] = 1.0;
        }
        row += 1;
    };
    for run in runs {
        let weighed = |weights: &[f64], n: usize, k: usize| -> f64 {
            weights.iter().enumerate().map(|(j, w)| w * (run.states[(n + j, k)] - middle[k])).sum()
        };
        for n in 0..(run.rows() + 1).saturating_sub(span) {
            let input = |j: usize| from[..span].iter().enumerate().map(|(i, w)| w * run.inputs[(n + i, j)]).sum();
            add(&|k| (weighed(&from[..span], n, k), weighed(&to[..span], n, k)), &input);
        }
        for (side, rows) in borders.iter().enumerate() {
            for (i, weights) in rows.iter().enumerate().filter(|(_, weights)| weights.len() <= run.rows()) {
                let (here, n) = if side == 0 { (i, 0) } else { (run.rows() - 1 - i, run.rows() - weights.len()) };
                add(&|k| (run.states[(here, k)] - middle[k], weighed(weights, n, k)), &|j| run.inputs[(here, j)]);
            }
        }
    }
    let factor = block.rows(0, row).into_owned().qr().unpack_r();
    let (right, left) = (factor.view((0, 0), (width, width)), factor.view((0, width), (width, d)));
    // Columns in their own units: a length in nanometres beside a pressure in pascals.
    let sizes: Vec<f64> = right.column_iter().map(|column| Some(column.norm()).filter(|size| *size > 0.0).unwrap_or(1.0)).collect();
    let scaled = DMatrix::from_fn(width, width, |i, j| right[(i, j)] / sizes[j]);
    // Squares of the largest numbers overflow.
    if !scaled.iter().chain(left.iter()).all(|v| v.is_finite()) {
        return None;
    }
    let mut solution = SVD::try_new(scaled, true, true, f64::EPSILON, 10_000)?.solve(&left, 1e-12 * (width as f64).sqrt()).ok()?;
    solution.row_iter_mut().zip(&sizes).for_each(|(mut row, size)| row /= *size);
    let missed = (right * &solution - left).norm_squared() + factor.view((width, width), (d, d)).norm_squared();
    let loss = missed / (rows * d) as f64;
    let linear = solution.rows(0, d).transpose();
    let inputs = solution.rows(d, p).transpose();
    let shift = if affine { solution.row(d + p).transpose() } else { DVector::zeros(d) };
    let sum = |weights: &[f64]| weights.iter().sum::<f64>();
    let constant = &middle * sum(&to[..span]) + shift - &linear * &middle * sum(&from[..span]);
    Some(AffineMap { constant: if affine { constant } else { DVector::zeros(d) }, linear, inputs, loss })
}

/// Stretches of samples that are predicted from their first, or from a fitted start.
struct Windows {
    windows: Vec<Run>,
    free: bool,
}

/// A loss with its Gauss–Newton matrix and descent.
struct Evaluated {
    square: f64,
    count: usize,
    normal: DMatrix<f64>,
    descent: DVector<f64>,
}

impl Windows {
    fn of(runs: &[Run], length: usize, one_each: bool, free: bool) -> Option<Self> {
        let d = runs.first()?.states.ncols();
        let mut windows = Vec::new();
        for run in runs {
            let mut start = 0;
            while start + length < run.rows() {
                windows.push(run.part(start, length + 1));
                start += length;
                if one_each {
                    break;
                }
            }
        }
        let most = (MOST_SAMPLES / (length + 1)).max(1);
        let every = windows.len().div_ceil(most).max(1);
        let windows: Vec<_> = windows.into_iter().step_by(every).collect();
        let enough = windows.len() * length > d;
        enough.then_some(Self { windows, free })
    }

    /// Levenberg–Marquardt from a map.
    fn descend(&self, mut map: AffineMap, affine: bool) -> Option<AffineMap> {
        let mut here = self.evaluate(&map, affine)?;
        let mut damping = 1e-3;
        for _ in 0..MOST_STEPS {
            let mut moved = None;
            while damping < 1e10 {
                let mut normal = here.normal.clone();
                for k in 0..normal.nrows() {
                    normal[(k, k)] += damping * here.normal[(k, k)] + f64::MIN_POSITIVE;
                }
                if let Some(factor) = Cholesky::new(normal) {
                    let trial = stepped(&map, &factor.solve(&here.descent), affine);
                    if let Some(there) = self.evaluate(&trial, affine).filter(|there| there.square < here.square) {
                        moved = Some((trial, there));
                        break;
                    }
                }
                damping *= 10.0;
            }
            let Some((trial, there)) = moved else { break };
            let gain = here.square - there.square;
            (map, here) = (trial, there);
            damping = (damping * 0.1).max(1e-12);
            if gain <= GAIN * here.square {
                break;
            }
        }
        map.loss = here.square / here.count as f64;
        Some(map)
    }

    fn evaluate(&self, map: &AffineMap, affine: bool) -> Option<Evaluated> {
        let d = map.linear.nrows();
        let p = d * (d + map.inputs.ncols()) + if affine { d } else { 0 };
        let mut all = Evaluated { square: 0.0, count: 0, normal: DMatrix::zeros(p, p), descent: DVector::zeros(p) };
        for window in &self.windows {
            self.add(window, map, affine, &mut all)?;
        }
        all.square.is_finite().then_some(all)
    }

    /// One window; a free start is the best one for this map, and is eliminated from the Gauss–Newton matrix.
    fn add(&self, window: &Run, map: &AffineMap, affine: bool, all: &mut Evaluated) -> Option<()> {
        let (d, p, driven) = (map.linear.nrows(), all.normal.nrows(), map.inputs.ncols());
        let state = |j: usize| window.states.row(j).transpose();
        // What is added in the interval from sample j on.
        let added = |j: usize| &map.inputs * window.inputs.row(j).transpose() + &map.constant;
        let (mut own, mut cross, mut along) = (DMatrix::zeros(d, d), DMatrix::zeros(d, p), DVector::zeros(d));
        let mut x = state(0);
        if self.free {
            let (mut power, mut offset) = (DMatrix::identity(d, d), DVector::zeros(d));
            let (mut normal, mut sum) = (DMatrix::zeros(d, d), DVector::zeros(d));
            for j in 0..window.rows() {
                normal += power.tr_mul(&power);
                sum += power.tr_mul(&(state(j) - &offset));
                power = &map.linear * power;
                offset = &map.linear * offset + added(j);
            }
            x = Cholesky::new(normal)?.solve(&sum);
        }
        // ∂x by the entries of Φ, Γ and c, one component of x a column.
        let (mut slope, mut slope_after) = (DMatrix::<f64>::zeros(p, d), DMatrix::<f64>::zeros(p, d));
        let (mut power, mut power_after) = (DMatrix::<f64>::identity(d, d), DMatrix::<f64>::zeros(d, d));
        let (mut after, mut error) = (DVector::zeros(d), DVector::zeros(d));
        for j in usize::from(!self.free)..window.rows() {
            if j > 0 {
                for i in 0..d {
                    let mut column = slope_after.column_mut(i);
                    column.fill(0.0);
                    (0..d).for_each(|l| column.axpy(map.linear[(i, l)], &slope.column(l), 1.0));
                    (0..d).for_each(|k| column[i * d + k] += x[k]);
                    (0..driven).for_each(|k| column[d * d + i * driven + k] += window.inputs[(j - 1, k)]);
                    if affine {
                        column[d * (d + driven) + i] += 1.0;
                    }
                }
                std::mem::swap(&mut slope, &mut slope_after);
                after.copy_from(&added(j - 1));
                after.gemv(1.0, &map.linear, &x, 1.0);
                std::mem::swap(&mut x, &mut after);
                if self.free {
                    power_after.gemm(1.0, &map.linear, &power, 0.0);
                    std::mem::swap(&mut power, &mut power_after);
                }
            }
            (0..d).for_each(|i| error[i] = window.states[(j, i)] - x[i]);
            all.square += error.norm_squared();
            all.count += d;
            for (i, column) in slope.column_iter().enumerate() {
                all.descent.axpy(error[i], &column, 1.0);
                // The lower triangle, which is all that Cholesky's factorisation reads.
                for (a, share) in column.iter().enumerate().filter(|(_, share)| **share != 0.0) {
                    all.normal.view_mut((a, a), (p - a, 1)).column_mut(0).axpy(*share, &column.rows(a, p - a), 1.0);
                }
            }
            if self.free {
                own.gemm_tr(1.0, &power, &power, 1.0);
                cross += power.transpose() * slope.transpose();
                along.gemv_tr(1.0, &power, &error, 1.0);
            }
        }
        if self.free {
            let factor = Cholesky::new(own)?;
            all.normal -= cross.tr_mul(&factor.solve(&cross));
            all.descent -= cross.tr_mul(&factor.solve(&along));
        }
        Some(())
    }
}

fn stepped(map: &AffineMap, step: &DVector<f64>, affine: bool) -> AffineMap {
    let (d, p) = map.inputs.shape();
    let linear = &map.linear + DMatrix::from_row_slice(d, d, &step.as_slice()[..d * d]);
    let inputs = &map.inputs + DMatrix::from_row_slice(d, p, &step.as_slice()[d * d..d * (d + p)]);
    let constant = if affine { &map.constant + step.rows(d * (d + p), d) } else { map.constant.clone() };
    AffineMap { linear, inputs, constant, loss: map.loss }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spiral(rows: usize, noise: f64) -> Run {
        let step = Complex::new(-0.01, 0.2).exp();
        let mut z = Complex::new(1.0, 0.0);
        let mut state = 1u64;
        let mut random = || {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 11) as f64 / (1u64 << 53) as f64 - 0.5
        };
        let mut run = DMatrix::zeros(rows, 2);
        for n in 0..rows {
            run[(n, 0)] = 3.0 + z.re + noise * random();
            run[(n, 1)] = z.im + noise * random();
            z *= step;
        }
        Run::free(run)
    }

    fn turn(map: &AffineMap) -> Complex<f64> {
        let trace = map.linear.trace() / 2.0;
        Complex::new(trace, (map.linear.determinant() - trace * trace).sqrt()).ln()
    }

    #[test]
    fn clean_samples_teach_the_truth_through_every_loss() {
        for loss in [Loss::Pairs, Loss::Windows(5), Loss::Rollout, Loss::RolloutFreeStart] {
            let map = best_map(&[spiral(80, 0.0), spiral(60, 0.0)], loss, true).unwrap();
            assert!((turn(&map) - Complex::new(-0.01, 0.2)).norm() < 1e-10, "{loss}: {}", turn(&map));
            assert!(map.loss < 1e-20);
        }
    }

    #[test]
    fn noise_damps_through_short_windows() {
        let runs: Vec<Run> = (0..6).map(|_| spiral(80, 0.3)).collect();
        let damping = |loss| turn(&best_map(&runs, loss, true).unwrap()).re;
        let all = [Loss::Pairs, Loss::Windows(5), Loss::Windows(20), Loss::RolloutFreeStart].map(damping);
        assert!(all[0] < all[1] && all[1] < all[2] && all[0] < -0.015, "{all:?}");
        assert!((all[3] + 0.01).abs() < 5e-3, "{all:?}");
    }

    /// Least squares do not depend on the units of the columns.
    #[test]
    fn units_do_not_matter() {
        let run = spiral(200, 0.2);
        let units = [1e9, 1e-9];
        let other = Run::free(DMatrix::from_fn(run.rows(), 2, |i, j| run.states[(i, j)] * units[j]));
        let [map, same] = [run, other].map(|run| best_map(&[run], Loss::Pairs, true).unwrap().linear);
        for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let told = same[(i, j)] * units[j] / units[i];
            assert!((told - map[(i, j)]).abs() < 1e-12, "{told} {}", map[(i, j)]);
        }
    }
}
