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

use super::affine_map::{AffineMap, by_pairs};
use super::sampled_run::Run;
use crate::fit::Loss;
use nalgebra::{Cholesky, DMatrix, DVector};

/// Components up to which losses that follow several intervals are minimised.
const MOST_COMPONENTS: usize = 8;
/// Samples that these losses look at, in whole windows spread over the data.
const MOST_SAMPLES: usize = 20_000;
/// Steps of Levenberg–Marquardt.
const MOST_STEPS: usize = 60;
/// The descent ends at a gain of this part of the loss: among 20,000 samples with noise that is far below an uncertainty.
const GAIN: f64 = 1e-10;
/// The same for windows that only begin longer ones.
const GAIN_BETWEEN: f64 = 1e-4;
/// Samples up to which a rollout that ended in a poor minimum is begun anew.
const MOST_FREED: usize = 5_000;
/// A window K times as long is begun from the map of the shorter one.
const LONGER: usize = 4;

/// The best map; without `affine` c = 0. `None` where the samples do not suffice or the loss is not followed in so many components.
pub(super) fn best_map(runs: &[Run], loss: Loss, affine: bool) -> Option<AffineMap> {
    best_map_from(&by_pairs(runs, affine)?, runs, loss, affine)
}

/// The same where the best map for pairs is known.
pub(super) fn best_map_from(pairs: &AffineMap, runs: &[Run], loss: Loss, affine: bool) -> Option<AffineMap> {
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
        let is_last = length == longest && loss != Loss::RolloutFreeStart;
        let gain = if is_last { GAIN } else { GAIN_BETWEEN };
        map = Windows::of(runs, length, one_each && length == longest, false)?.descend(map, affine, gain)?;
    }
    if loss == Loss::RolloutFreeStart {
        map = Windows::of(runs, longest, true, true)?.descend(map, affine, GAIN)?;
        // Where a motion grows, or has many turns, long rollouts from noisy starts end in poor minima: then starts are free from the first window on.
        let rows: usize = runs.iter().map(Run::rows).sum();
        if map.loss > 2.0 * pairs.loss && rows <= MOST_FREED {
            let freed = freed(runs, pairs.clone(), longest, affine);
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
        let gain = if length == longest { GAIN } else { GAIN_BETWEEN };
        map = Windows::of(runs, length, length == longest, true)?.descend(map, affine, gain)?;
    }
    Some(map)
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
        let starts = |run: &Run| {
            let count = if run.rows() > length { (run.rows() - 1) / length } else { 0 };
            if one_each { count.min(1) } else { count }
        };
        let all = runs.iter().flat_map(|run| (0..starts(run)).map(move |k| (run, k * length)));
        let most = (MOST_SAMPLES / (length + 1)).max(1);
        let every = runs.iter().map(starts).sum::<usize>().div_ceil(most).max(1);
        let windows: Vec<_> = all.step_by(every).map(|(run, start)| run.part(start, length + 1)).collect();
        let enough = windows.len() * length > d;
        enough.then_some(Self { windows, free })
    }

    /// Levenberg–Marquardt from a map, until a step gains less than this part of the loss.
    fn descend(&self, mut map: AffineMap, affine: bool, least_gain: f64) -> Option<AffineMap> {
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
            if gain <= least_gain * here.square {
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
        let mut x = window.states.row(0).transpose();
        if self.free {
            x = best_start(window, map)?;
        }
        let (mut own, mut cross, mut along) = (DMatrix::zeros(d, d), DMatrix::zeros(d, p), DVector::zeros(d));
        // ∂x by the entries of Φ, Γ and c: those of a component of x next to each other.
        let (mut slope, mut slope_after) = (DMatrix::<f64>::zeros(p, d), DMatrix::<f64>::zeros(p, d));
        let (mut power, mut power_after) = (DMatrix::<f64>::identity(d, d), DMatrix::<f64>::zeros(d, d));
        let (mut after, mut error) = (DVector::zeros(d), DVector::zeros(d));
        for j in usize::from(!self.free)..window.rows() {
            if j > 0 {
                for i in 0..d {
                    let column = &mut slope_after.as_mut_slice()[i * p..(i + 1) * p];
                    column.fill(0.0);
                    for (l, from) in slope.as_slice().chunks_exact(p).enumerate() {
                        add_multiple(column, map.linear[(i, l)], from);
                    }
                    (0..d).for_each(|k| column[i * d + k] += x[k]);
                    (0..driven).for_each(|k| column[d * d + i * driven + k] += window.inputs[(j - 1, k)]);
                    if affine {
                        column[d * (d + driven) + i] += 1.0;
                    }
                }
                std::mem::swap(&mut slope, &mut slope_after);
                add_interval(map, window, j - 1, &x, &mut after);
                std::mem::swap(&mut x, &mut after);
                if self.free {
                    power_after.gemm(1.0, &map.linear, &power, 0.0);
                    std::mem::swap(&mut power, &mut power_after);
                }
            }
            (0..d).for_each(|i| error[i] = window.states[(j, i)] - x[i]);
            all.square += error.norm_squared();
            all.count += d;
            for (i, column) in slope.as_slice().chunks_exact(p).enumerate() {
                add_multiple(all.descent.as_mut_slice(), error[i], column);
                // The lower triangle, which is all that Cholesky's factorisation reads.
                for (a, normal) in all.normal.as_mut_slice().chunks_exact_mut(p).enumerate() {
                    add_multiple(&mut normal[a..], column[a], &column[a..]);
                }
                if self.free {
                    // Row i of Φ^j by this component's slopes.
                    for (a, of_start) in cross.as_mut_slice().chunks_exact_mut(d).enumerate() {
                        (0..d).for_each(|k| of_start[k] += power[(i, k)] * column[a]);
                    }
                }
            }
            if self.free {
                own.gemm_tr(1.0, &power, &power, 1.0);
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

/// y += a x.
fn add_multiple(y: &mut [f64], a: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += a * x);
}

/// The state one interval after `x`, from sample j of a run on.
fn add_interval(map: &AffineMap, run: &Run, j: usize, x: &DVector<f64>, after: &mut DVector<f64>) {
    after.copy_from(&map.constant);
    after.gemv(1.0, &map.linear, x, 1.0);
    for (k, column) in map.inputs.column_iter().enumerate() {
        after.axpy(run.inputs[(j, k)], &column, 1.0);
    }
}

/// The start from which a map comes nearest to a run: x_j = Φ^j x_0 + what the map adds.
fn best_start(run: &Run, map: &AffineMap) -> Option<DVector<f64>> {
    let d = map.linear.nrows();
    let (mut power, mut power_after) = (DMatrix::identity(d, d), DMatrix::zeros(d, d));
    let (mut offset, mut offset_after, mut left) = (DVector::zeros(d), DVector::zeros(d), DVector::zeros(d));
    let (mut normal, mut sum) = (DMatrix::zeros(d, d), DVector::zeros(d));
    for j in 0..run.rows() {
        (0..d).for_each(|i| left[i] = run.states[(j, i)] - offset[i]);
        normal.gemm_tr(1.0, &power, &power, 1.0);
        sum.gemv_tr(1.0, &power, &left, 1.0);
        power_after.gemm(1.0, &map.linear, &power, 0.0);
        std::mem::swap(&mut power, &mut power_after);
        add_interval(map, run, j, &offset, &mut offset_after);
        std::mem::swap(&mut offset, &mut offset_after);
    }
    Some(Cholesky::new(normal)?.solve(&sum))
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
    use num_complex::Complex;

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
