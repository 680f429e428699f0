//! Orbits of what is learned, to first order in what a formula leaves of the truth: for formulas whose learned field has no closed form.
//!
//! A perfect fit repeats the samples through its formula. Of the truth the formula leaves something, and over each interval the learned flow is away from the
//! true one by just that, with the other sign; so what is learned goes, with φ_H the true flow,
//!
//! ```text
//! y_{k+1} = φ_H(y_k) + c_k
//! c_k = x_{k+1} − S(x_k)                                a call S, which takes its own steps
//! c_k = Σ_j (α_j x_{k+j} − hβ_j f(x_{k+j})) / σ(1)       a multistep method
//! c_k = H (Dx − f(Sx))_k                                a regression on the slopes Dx, at the states Sx
//! ```
//!
//! A call's c is where an interval ends. The others' is H times what f̂ has beyond f, at the formula's own place: it is taken from there to the middle of each interval, and added there.
//! What is left out is relative to this what c changes by on the way: with the field that is pushed by c/H, of a call; from sample to sample beyond a straight line, of the others; and from x_k to y_k, a few times
//! the error. So much of the error is left open.

use super::learned_orbits::{ACROSS, LOST, LearnedOrbits, MOST_STEPS_A_STEP, OrbitReport, TrueOrbit, farthest};
use crate::dynamics::Field;
use crate::fit::{Through, called_states};
use crate::inverse::Verdict;
use crate::loops::{Call, Filter, Regression};
use crate::method::Multistep;
use nalgebra::DMatrix;

/// From x_k to y_k, c changes by this many times their distance, in units of the motion.
const CURVED: f64 = 3.0;
/// Windows in which the field is pushed.
const PROBES: usize = 12;

/// c at each sample of each window.
type Windows = Vec<Vec<Vec<f64>>>;

impl LearnedOrbits {
    /// Each orbit through a call from each sample over so many intervals; `None` for one that cannot be followed on states, as one with implicit stages.
    pub fn through_call(&self, call: &Call, covered: usize) -> Option<Vec<OrbitReport>> {
        let through = Through::new(call.clone());
        let each = |truth: &TrueOrbit| {
            let covered = covered.clamp(1, truth.states.len() - 1);
            let whole = (truth.states.len() - 1) / covered;
            let starts: Vec<&[f64]> = truth.states.iter().step_by(covered).take(whole).map(Vec::as_slice).collect();
            let follow = |pushed: &[Vec<f64>]| called_states(&through, &self.field, pushed, &starts, (self.interval, covered));
            let found = follow(&[])?;
            let left = |(w, found): (usize, &Vec<Vec<f64>>)| {
                (1..=covered).map(|j| difference(&truth.states[w * covered + j], &found[j - 1])).collect()
            };
            let windows: Windows = found.iter().enumerate().map(left).collect();
            // What the call makes of a field that is pushed by c/H, beside what its flow makes of it.
            let span = covered as f64 * self.interval;
            let by: Vec<Vec<f64>> = windows.iter().map(|window| window[covered - 1].iter().map(|c| c / span).collect()).collect();
            let pushed = follow(&by)?;
            let (mut changed, mut size) = (0.0f64, 0.0f64);
            for w in (0..whole).step_by(whole.div_ceil(PROBES)) {
                let flow = |by: &[f64]| {
                    let field = Pushed { field: &self.field, by };
                    ACROSS.across(&field, starts[w], span, covered.saturating_mul(MOST_STEPS_A_STEP))
                };
                let flowed = difference(&flow(&by[w])?, &flow(&vec![0.0; by[w].len()])?);
                let called = difference(&pushed[w][covered - 1], &found[w][covered - 1]);
                changed = changed.max(farthest(&called, &flowed));
                size = size.max(farthest(&windows[w][covered - 1], &vec![0.0; by[w].len()]));
            }
            Some(self.report(truth, &windows, Added::AtTheEnd, changed / size.max(f64::MIN_POSITIVE)))
        };
        self.truths.iter().map(each).collect()
    }

    /// Each orbit through a method of several steps, one a sample.
    pub fn through_multistep(&self, method: &Multistep) -> Vec<OrbitReport> {
        let [alpha, beta] = [method.alpha(), method.beta()].map(|all| all.iter().map(|x| x.to_f64()).collect::<Vec<f64>>());
        let sigma: f64 = beta.iter().sum();
        let each = |truth: &TrueOrbit| {
            let slopes = self.slopes(&truth.states);
            let left = |k: usize| -> Vec<f64> {
                let one = |j: usize, c: usize| alpha[j] * truth.states[k + j][c] - self.interval * beta[j] * slopes[k + j][c];
                (0..self.field.dimension()).map(|c| (0..alpha.len()).map(|j| one(j, c)).sum::<f64>() / sigma).collect()
            };
            let all: Vec<Vec<f64>> = (0..(truth.states.len() + 1).saturating_sub(alpha.len())).map(left).collect();
            let place = beta.iter().enumerate().map(|(j, b)| j as f64 * b).sum::<f64>() / sigma;
            self.report(truth, &in_the_middle(&all, place, truth.states.len()), Added::InTheMiddle, bend(&all))
        };
        self.truths.iter().map(each).collect()
    }

    /// Each orbit of what a regression on estimated derivatives learns; `None` where it fits another equation than ẋ = f(x), or a run is too short for it.
    pub fn regressed(&self, regression: &Regression) -> Option<Vec<OrbitReport>> {
        if regression.second.is_some() {
            return None;
        }
        let each = |truth: &TrueOrbit| {
            let rows = DMatrix::from_fn(truth.states.len(), self.field.dimension(), |i, j| truth.states[i][j]);
            let rows = if regression.smoothed_before.is_some() { regression.smoothed(&rows)? } else { rows };
            let same = Filter { first: 0, weights: vec![1.0] };
            let state = regression.smoothing.as_ref().unwrap_or(&same);
            let first = regression.derivative.first.min(state.first);
            let last = |filter: &Filter| filter.first + filter.weights.len() as i32 - 1;
            let span = usize::try_from(last(&regression.derivative).max(last(state)) - first).ok()?;
            let applied = |filter: &Filter, k: usize, c: usize| -> f64 {
                let from = k + usize::try_from(filter.first - first).unwrap_or(0);
                filter.weights.iter().enumerate().map(|(j, w)| w * rows[(from + j, c)]).sum()
            };
            let left = |k: usize| -> Vec<f64> {
                let at: Vec<f64> = (0..rows.ncols()).map(|c| applied(state, k, c)).collect();
                let mut f = vec![0.0; at.len()];
                self.field.value(&at, &mut f);
                f.iter().enumerate().map(|(c, f)| applied(&regression.derivative, k, c) - self.interval * f).collect()
            };
            let all: Vec<Vec<f64>> = (0..rows.nrows().saturating_sub(span)).map(left).collect();
            let windows = in_the_middle(&all, -f64::from(first), rows.nrows());
            (!all.is_empty()).then(|| self.report(truth, &windows, Added::InTheMiddle, bend(&all)))
        };
        self.truths.iter().map(each).collect()
    }

    /// The worst of the verdicts on modes and orbits, where the modes are faithful: `None` where the orbits leave it open, or were not followed.
    pub fn beside(&self, modes: Option<Verdict>, found: Option<&[OrbitReport]>) -> Option<Verdict> {
        if modes == Some(Verdict::Faithful) { found.and_then(|found| self.verdict(found)) } else { modes }
    }

    fn slopes(&self, states: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let slope = |x: &Vec<f64>| {
            let mut f = vec![0.0; x.len()];
            self.field.value(x, &mut f);
            f
        };
        states.iter().map(slope).collect()
    }

    /// The orbit that is moved away in windows by c, which changes by this part of itself.
    fn report(&self, truth: &TrueOrbit, windows: &Windows, added: Added, change: f64) -> OrbitReport {
        let found = if windows.is_empty() { None } else { self.moved(truth, windows, added) };
        let horizon = (truth.states.len() - 1) as f64 * self.interval;
        let uncertainty = found.map(|error| error * (change + CURVED * error));
        OrbitReport { start: truth.states[0].clone(), horizon, state_error: found, uncertainty }
    }

    fn moved(&self, truth: &TrueOrbit, windows: &Windows, added: Added) -> Option<f64> {
        let across = |state: &[f64], span: f64| ACROSS.across(&self.field, state, span, MOST_STEPS_A_STEP);
        let (mut state, mut row, mut error) = (truth.states[0].clone(), 0, 0.0f64);
        for window in windows {
            let mut flowed = state;
            let mut moved = flowed.clone();
            for c in window {
                row += 1;
                (flowed, moved) = match added {
                    Added::AtTheEnd => {
                        let end = across(&flowed, self.interval)?;
                        let moved = sum(&end, c);
                        (end, moved)
                    }
                    Added::InTheMiddle => {
                        let middle = across(&flowed, 0.5 * self.interval)?;
                        let end = across(&sum(&middle, c), 0.5 * self.interval)?;
                        (end.clone(), end)
                    }
                };
                let here = farthest(&moved, &truth.states[row]) / truth.motion;
                if !here.is_finite() {
                    return None;
                }
                error = error.max(here);
                if error > LOST {
                    return Some(error);
                }
            }
            state = moved;
        }
        Some(error)
    }
}

/// Where in an interval c is added.
#[derive(Clone, Copy)]
enum Added {
    AtTheEnd,
    InTheMiddle,
}

/// c for each interval of so many samples, one a window: by straight lines through `all`, the k-th of which is c at the sample k + place.
fn in_the_middle(all: &[Vec<f64>], place: f64, samples: usize) -> Windows {
    let at = |interval: usize| -> Vec<f64> {
        let k = interval as f64 + 0.5 - place;
        let Some(last) = all.len().checked_sub(2) else { return all[0].clone() };
        let from = (k.floor().max(0.0) as usize).min(last);
        let part = k - from as f64;
        all[from].iter().zip(&all[from + 1]).map(|(a, b)| a + part * (b - a)).collect()
    };
    // Too few for the formula: nothing is known of any interval.
    if all.is_empty() { Vec::new() } else { (0..samples - 1).map(|interval| vec![at(interval)]).collect() }
}

/// How far the largest of three in a row is from a straight line, as a part of the largest.
fn bend(all: &[Vec<f64>]) -> f64 {
    let largest = all.iter().flatten().map(|c| c.abs()).fold(0.0, f64::max);
    let off = |three: &[Vec<f64>]| (0..three[0].len()).map(|c| (three[0][c] - 2.0 * three[1][c] + three[2][c]).abs()).fold(0.0, f64::max);
    // Of fewer than three nothing is known.
    if all.len() < 3 { f64::INFINITY } else { all.windows(3).map(off).fold(0.0, f64::max) / largest.max(f64::MIN_POSITIVE) }
}

fn sum(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

/// A field with a constant beside it.
struct Pushed<'a> {
    field: &'a dyn Field,
    by: &'a [f64],
}

impl Field for Pushed<'_> {
    fn dimension(&self) -> usize {
        self.field.dimension()
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        self.field.value(x, out);
        out.iter_mut().zip(self.by).for_each(|(f, by)| *f += by);
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        self.field.jacobian(x, out);
    }
}
