//! Columns that are a part of the state: what a linear model learns of them alone, and the delayed copies that it takes for the rest.
//!
//! A linear model ẋ = Ax + b of columns that show more modes than there are columns has a least loss above zero. Through an exact integrator it ends on the map that the loss prefers
//! ([`best_map`]), whose multipliers μ are those of λ = log μ/H. With earlier rows beside each row (Takens, *Detecting strange attractors in turbulence*, 1981) a linear motion is one of a linear
//! model again. Without noise any lag will do; with noise the lag decides how much of the motion a pair tells, and is chosen by what pairs learn of these samples.

use super::best_map::best_map;
use super::loss_mode::ROUNDING;
use super::nearest::nearest;
use super::sampled_run::free_runs;
use crate::data::Paths;
use crate::fit::Loss;
use crate::inverse::Discrepancy;
use crate::inverse::faithful::TOLERANCE;
use crate::truth::{DelayedCopies, Mode};
use nalgebra::DMatrix;
use num_complex::Complex;

/// Lags that are tried, in rows.
const LAGS: [usize; 15] = [1, 2, 3, 4, 5, 6, 8, 10, 12, 16, 20, 24, 32, 48, 64];
/// Columns with their copies up to which lags are tried.
const MOST_COLUMNS: usize = 40;
/// Rows that the lags are tried on.
const MOST_ROWS: usize = 20_000;
/// The part of the rows that delays may take.
const MOST_TAKEN: usize = 4;
/// What is off by this part of what is called faithful is as good as right.
const AS_GOOD: f64 = 0.1;
/// Of lags that are at most so many times as far off as the best one, the shortest is taken
const NEARLY: f64 = 1.2;
/// whose copies are this part as little alike as those of any of them.
const UNLIKE: f64 = 0.5;

/// The modes that a linear model of these columns alone learns through an exact integrator, with the place where they belong; `None` where no real matrix has such a flow, as with
/// one negative μ, or the samples do not suffice.
pub(super) fn alone(samples: &Paths, interval: f64, (loss, affine): (Loss, bool)) -> Option<Vec<Mode>> {
    let map = best_map(&free_runs(samples)?, loss, affine)?;
    let d = map.linear.nrows();
    let multipliers = map.multipliers()?;
    let flows = multipliers.iter().all(|mu| mu.im != 0.0 || mu.re > 0.0);
    // One that is zero but for rounding drifts, and rests nowhere.
    let still = |mu: &Complex<f64>| (mu - 1.0).norm() <= ROUNDING;
    let rest = match multipliers.iter().any(still) {
        true => Vec::new(),
        false => (DMatrix::identity(d, d) - &map.linear).lu().solve(&map.constant)?.as_slice().to_vec(),
    };
    let lambda = |mu: &Complex<f64>| if still(mu) { Complex::ZERO } else { mu.ln() / interval };
    flows.then(|| multipliers.iter().map(|mu| Mode::determined(lambda(mu), rest.clone(), Some(0.0))).collect())
}

/// Each row with earlier rows beside it; runs too short for that are left out.
pub(super) fn delayed(samples: &Paths, delays: DelayedCopies) -> Paths {
    let (d, taken) = (samples.dimension(), delays.copies * delays.rows);
    let runs = samples.iter().filter(|run| run.len() > taken + 1).map(|run| {
        let states = run.as_flat();
        let row = |n: usize| (0..=delays.copies).flat_map(move |k| &states[(n - k * delays.rows) * d..][..d]);
        (taken..run.len()).flat_map(row).copied().collect()
    });
    Paths::flat((delays.copies + 1) * d, runs)
}

/// The delays by which pairs of these samples teach the settled modes best; `None` where no lag will do. `count` is how many modes the samples show.
pub(super) fn chosen(samples: &Paths, interval: f64, modes: &[Mode], count: usize) -> Option<DelayedCopies> {
    let columns = samples.dimension();
    let copies = count.div_ceil(columns.max(1)).checked_sub(1).filter(|copies| *copies > 0)?;
    if (copies + 1) * columns > MOST_COLUMNS {
        return None;
    }
    let looked_at = first_rows(samples);
    let longest = samples.iter().map(|run| run.len()).max()? as f64 * interval;
    let taken = |rows: usize| looked_at.iter().map(|run| run.len().min(copies * rows)).sum::<usize>();
    let lags = LAGS.into_iter().filter(|rows| taken(*rows) * MOST_TAKEN <= looked_at.samples());
    let tried = lags.filter_map(|rows| {
        let delays = DelayedCopies { copies, rows, lag: rows as f64 * interval };
        let with_copies = delayed(&looked_at, delays);
        let map = best_map(&free_runs(&with_copies)?, Loss::Pairs, true)?;
        let targets: Vec<Complex<f64>> = modes.iter().map(|mode| (mode.lambda * interval).exp()).collect();
        let learned = nearest(&map.multipliers()?, &targets)?;
        let settled = modes.iter().zip(learned).filter(|(mode, _)| mode.settled);
        let off = settled.map(|(mode, mu)| Discrepancy::of(mode.lambda, mu.ln() / interval, longest).worst()).fold(0.0, f64::max);
        Some((delays, off.max(AS_GOOD * TOLERANCE), unlikeness(&with_copies)?))
    });
    let mut tried: Vec<(DelayedCopies, f64, f64)> = tried.collect();
    let least = tried.iter().map(|(_, off, _)| *off).min_by(f64::total_cmp)?;
    tried.retain(|(_, off, _)| *off <= NEARLY * least);
    let most = tried.iter().map(|(.., unlike)| *unlike).max_by(f64::total_cmp)?;
    tried.into_iter().find(|(.., unlike)| *unlike >= UNLIKE * most).map(|(delays, ..)| delays)
}

/// Whole runs, or their beginnings, of as many rows as lags are tried on.
fn first_rows(samples: &Paths) -> Paths {
    let mut left = MOST_ROWS;
    let runs = samples.iter().map(|run| {
        let rows = run.len().min(left);
        left -= rows;
        run.as_flat()[..rows * samples.dimension()].to_vec()
    });
    Paths::flat(samples.dimension(), runs.filter(|run| !run.is_empty()).collect::<Vec<_>>())
}

/// The least eigenvalue of the correlations: 1 where no two columns are alike, 0 where one tells another.
fn unlikeness(samples: &Paths) -> Option<f64> {
    let d = samples.dimension();
    let rows = samples.samples() as f64;
    let mut middle = vec![0.0; d];
    samples.states().for_each(|x| middle.iter_mut().zip(x).for_each(|(m, x)| *m += x / rows));
    let mut products = DMatrix::<f64>::zeros(d, d);
    for x in samples.states() {
        for i in 0..d {
            (0..d).for_each(|j| products[(i, j)] += (x[i] - middle[i]) * (x[j] - middle[j]));
        }
    }
    let size: Vec<f64> = products.diagonal().iter().map(|square| square.sqrt()).collect();
    let correlations = DMatrix::from_fn(d, d, |i, j| products[(i, j)] / (size[i] * size[j]));
    let finite = correlations.iter().all(|v| v.is_finite());
    finite.then(|| correlations.symmetric_eigenvalues().min())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One coordinate of λ = −0.1 ± 2i.
    fn coordinate() -> (Paths, Vec<Mode>) {
        let lambda = Complex::new(-0.1, 2.0);
        let run: Vec<Vec<f64>> = (0..200).map(|n| vec![(lambda * 0.1 * n as f64).exp().re]).collect();
        let modes = [lambda, lambda.conj()].map(|lambda| Mode::determined(lambda, vec![0.0], Some(0.0)));
        (Paths::of(&[run]).unwrap(), modes.to_vec())
    }

    #[test]
    fn one_lag_gives_the_rest_of_an_oscillation() {
        let (samples, modes) = coordinate();
        let delays = chosen(&samples, 0.1, &modes, 2).unwrap();
        // Copies are least alike a quarter of the period later, after 7.9 rows, and at least half as little so from the fifth on.
        assert_eq!((delays.copies, delays.rows), (1, 5));
        let copies = delayed(&samples, delays);
        assert_eq!((copies.dimension(), copies.samples()), (2, 195));
        let row = |n: usize| samples.states().nth(n).unwrap()[0];
        assert_eq!(copies.states().next().unwrap(), [row(5), row(0)]);
    }

    /// The slope of x⁺ on x, by hand.
    #[test]
    fn alone_a_column_teaches_its_autocorrelation() {
        let (samples, _) = coordinate();
        let x: Vec<f64> = samples.states().map(|x| x[0]).collect();
        let (before, after) = (&x[..199], &x[1..]);
        let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
        let (m, n) = (mean(before), mean(after));
        let product: f64 = before.iter().zip(after).map(|(a, b)| (a - m) * (b - n)).sum();
        let square: f64 = before.iter().map(|a| (a - m).powi(2)).sum();
        let modes = alone(&samples, 0.1, (Loss::Pairs, true)).unwrap();
        assert!((modes[0].lambda - (product / square).ln() / 0.1).norm() < 1e-12, "{modes:?}");
    }
}
