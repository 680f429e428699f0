//! Rollouts whose starts are parameters: the model and the starts are improved in turn.
//!
//! A prediction from a noisy first sample carries that noise through the whole window, and the fit pays for it with damping. With starts s_w fitted too the
//! loss is the mean square of |s_w − x_0|² and |x̂_j(s_w) − x_j|². The starts enter like d parameters a window, and windows do not share them: for a fixed
//! model each takes Gauss–Newton steps by differences of rollouts; then the optimiser goes on from there. Both lower the same loss. Turn by turn that converges slowly where model
//! and starts can stand in for each other: from the turns before, Anderson's method looks ahead.

use super::fit_error::FitError;
use super::loss::Windows;
use super::model::{Learned, Model};
use super::progress::{Outcome, Stop};
use super::rollout::{Ratio, rollout_over};
use crate::data::States;
use crate::method::{Method, Sampling};
use nalgebra::{Cholesky, DMatrix, DVector, SVD};

/// Turns at most.
const MOST_TURNS: usize = 100;
/// So many turns are extrapolated from.
const DEPTH: usize = 6;
/// A turn that lowers the loss by less than this part is the last.
const LEAST: f64 = 1e-9;
/// Steps of a start in a turn.
const STEPS: usize = 3;
/// Halvings of a step that does not lower the loss.
const HALVINGS: u32 = 8;
/// The difference from which slopes are taken, relative to the size of the states.
const DIFFERENCE: f64 = 1e-6;

/// The model's structure and what it steps with.
pub(super) struct Stepping<'a> {
    pub model: &'a Model,
    pub method: &'a Method,
    pub sampling: Sampling,
}

/// Lowers the loss with free starts; `optimise` lowers that of windows with given starts.
///
/// Errors as the optimiser's, and those of a rollout at the start.
pub(super) fn alternate(
    stepping: &Stepping<'_>,
    windows: &Windows,
    start: Vec<f64>,
    mut optimise: impl FnMut(&Windows, Vec<f64>) -> Result<Outcome, FitError>,
) -> Result<Outcome, FitError> {
    let mut now = windows.clone();
    // The turn after which `now` was extrapolated, where it was.
    let mut plain: Option<Windows> = None;
    let mut best = f64::INFINITY;
    let mut parameters = start;
    let mut turns = Turns::default();
    let mut all =
        Outcome { parameters: Vec::new(), loss: f64::INFINITY, iterations: 0, history: Vec::new(), stop: Stop::Iterations, trouble: None };
    for _ in 0..MOST_TURNS {
        let outcome = optimise(&now, parameters.clone())?;
        let loss = with_starts(windows, &now, outcome.loss);
        let ended = outcome.stop;
        all.iterations += outcome.iterations;
        all.history.push(loss);
        all.trouble = outcome.trouble.or(all.trouble);
        if loss < all.loss {
            (all.loss, all.parameters) = (loss, outcome.parameters.clone());
        }
        if matches!(ended, Stop::Interrupted | Stop::Diverged | Stop::Target) {
            return Ok(Outcome { stop: ended, ..all });
        }
        let gained = loss < best * (1.0 - LEAST);
        best = best.min(loss);
        if !gained {
            // An extrapolation that gains nothing is taken back.
            let Some(before) = plain.take() else { return Ok(Outcome { stop: Stop::Converged, ..all }) };
            now = before;
            turns.clear();
            continue;
        }
        parameters = outcome.parameters;
        let learned = Learned { model: stepping.model.clone(), parameters: parameters.clone() };
        let next = improved(stepping, &learned, windows, now.clone())?;
        (now, plain) = match turns.extrapolated(&now, &next) {
            Some(further) => (next.clone().with_starts(&further), Some(next)),
            None => (next, None),
        };
    }
    Ok(all)
}

/// The last turns, from which Anderson's method (1965) extrapolates: the affine combination of what they led to whose change is least.
#[derive(Default)]
struct Turns {
    /// The starts after a turn, and how far it moved them.
    kept: Vec<(DVector<f64>, DVector<f64>)>,
}

impl Turns {
    fn clear(&mut self) {
        self.kept.clear();
    }

    /// Starts ahead of those of a turn from `before` to `after`; none after the first turn.
    fn extrapolated(&mut self, before: &Windows, after: &Windows) -> Option<Vec<Vec<f64>>> {
        let (d, count) = (after.dimension(), after.count());
        let flat = |windows: &Windows| DVector::from_iterator(d * count, (0..count).flat_map(|w| windows.state(w, 0).to_vec()));
        let (from, to) = (flat(before), flat(after));
        let moved = &to - from;
        self.kept.push((to, moved));
        if self.kept.len() > DEPTH {
            self.kept.remove(0);
        }
        let ((last, change), earlier) = self.kept.split_last()?;
        if earlier.is_empty() {
            return None;
        }
        let differences = DMatrix::from_fn(d * count, earlier.len(), |i, k| change[i] - earlier[k].1[i]);
        let normal = differences.tr_mul(&differences);
        let shares = SVD::try_new(normal, true, true, f64::EPSILON, 1000)?.solve(&differences.tr_mul(change), 1e-14).ok()?;
        let mut further = last.clone();
        for (share, (other, _)) in shares.iter().zip(earlier) {
            further.axpy(-share, &(last - other), 1.0);
        }
        let starts: Vec<Vec<f64>> = further.as_slice().chunks(d).map(<[f64]>::to_vec).collect();
        starts.iter().flatten().all(|x| x.is_finite()).then_some(starts)
    }
}

/// The loss with the starts' own residuals, from that of the predictions alone.
fn with_starts(samples: &Windows, now: &Windows, loss: f64) -> f64 {
    let predictions = (samples.count() * samples.intervals() * samples.dimension()) as f64;
    let starts = (samples.count() * samples.dimension()) as f64;
    let own: f64 = (0..samples.count()).map(|w| distance(samples.state(w, 0), now.state(w, 0))).sum();
    (loss * predictions + own) / (predictions + starts)
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum()
}

/// Gauss–Newton steps of every start, each kept where it lowers its window's share of the loss.
fn improved(stepping: &Stepping<'_>, learned: &Learned, samples: &Windows, now: Windows) -> Result<Windows, FitError> {
    let (d, k, count) = (samples.dimension(), samples.intervals(), samples.count());
    let size = (0..count).flat_map(|w| samples.state(w, 0)).fold(0.0f64, |m, x| m.max(x.abs())).max(f64::MIN_POSITIVE);
    let step = DIFFERENCE * size;
    let follow = |starts: &[Vec<f64>], ratio: &Ratio<'_>| {
        let uneven = samples.is_uneven().then_some(ratio);
        rollout_over(learned, stepping.method, stepping.sampling, starts, k, uneven)
    };
    let mut starts: Vec<Vec<f64>> = (0..count).map(|w| now.state(w, 0).to_vec()).collect();
    let square = |w: usize, path: States<'_>| -> f64 {
        if path.len() <= k { f64::INFINITY } else { path.iter().enumerate().map(|(j, x)| distance(x, samples.state(w, j))).sum() }
    };
    for _ in 0..STEPS {
        let around: Vec<Vec<f64>> = starts
            .iter()
            .flat_map(|s| {
                let moved = (0..d).map(|c| {
                    let mut moved = s.clone();
                    moved[c] += step;
                    moved
                });
                std::iter::once(s.clone()).chain(moved)
            })
            .collect();
        let paths = follow(&around, &|i, j| samples.ratio(i / (d + 1), j))?;
        let mut moves: Vec<Vec<f64>> = vec![vec![0.0; d]; count];
        let mut before = vec![f64::INFINITY; count];
        let paths: Vec<States<'_>> = paths.iter().collect();
        for (w, own) in paths.chunks(d + 1).enumerate() {
            before[w] = square(w, own[0]);
            if own.iter().any(|path| path.len() <= k) {
                continue;
            }
            let mut normal = DMatrix::<f64>::zeros(d, d);
            let mut descent = DVector::<f64>::zeros(d);
            for (j, here) in own[0].iter().enumerate() {
                let slope = DMatrix::from_fn(d, d, |i, c| (own[c + 1][j][i] - here[i]) / step);
                let error = DVector::from_fn(d, |i, _| samples.state(w, j)[i] - here[i]);
                normal += slope.tr_mul(&slope);
                descent += slope.tr_mul(&error);
            }
            if let Some(factor) = Cholesky::new(normal) {
                moves[w] = factor.solve(&descent).iter().copied().collect();
            }
        }
        let mut open: Vec<usize> = (0..count).filter(|&w| moves[w].iter().any(|x| *x != 0.0)).collect();
        for halving in 0..HALVINGS {
            if open.is_empty() {
                break;
            }
            let part = 0.5f64.powi(halving as i32);
            let trials: Vec<Vec<f64>> =
                open.iter().map(|&w| starts[w].iter().zip(&moves[w]).map(|(s, m)| s + part * m).collect()).collect();
            let paths = follow(&trials, &|i, j| samples.ratio(open[i], j))?;
            let mut left = Vec::new();
            for ((&w, trial), path) in open.iter().zip(trials).zip(paths.iter()) {
                if square(w, path) < before[w] {
                    starts[w] = trial;
                } else {
                    left.push(w);
                }
            }
            open = left;
        }
    }
    Ok(now.with_starts(&starts))
}
