//! A learned field followed from the starts of its training: with the step of the training, which should pass through the samples, and with a
//! hundredth of it, which shows the field itself.

use crate::data::{Paths, States};
use crate::dynamics::{Field, System, implicit_slopes, returns};
use crate::fit::{Learned, Ratio, rollout_over};
use crate::method::{Method, Multistep, Sampling, catalog};
use crate::truth::Mode;
use nalgebra::DMatrix;
use serde::Serialize;
use std::f64::consts::TAU;

/// How much finer the fine step is.
const FINE: u32 = 100;
/// Trajectories that are followed.
const MOST_STARTS: usize = 8;
/// Steps of the training's size that each is followed for.
const MOST_STEPS: usize = 400;
/// How long an orbit is followed, in turns: ten, and a margin so that the tenth return is seen.
const TURNS: f64 = 10.6;
/// A rollout has left once a state exceeds this.
const FAR: f64 = 1e6;

/// How far a rollout is from the samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Followed {
    /// The root mean square distance from the samples, in units of the samples' own root mean square distance from their mean; `null` where a rollout
    /// left (a million), or a step could not be solved, before the samples end.
    pub error: Option<f64>,
    /// The time for which the shortest of the rollouts went on, at most that of the samples compared.
    pub time: f64,
}

/// The learned field followed with both steps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rollouts {
    /// Through the method of the training, with its step h. A k-step method starts from the first k samples.
    pub step: Followed,
    /// Through RK4 with h/100.
    pub fine: Followed,
    /// The states at h, for a figure.
    #[serde(skip)]
    pub step_paths: Paths,
    /// The states at h/100.
    #[serde(skip)]
    pub fine_paths: Paths,
    /// States of a fine path in a sampling interval.
    #[serde(skip)]
    pub fine_in_interval: usize,
}

/// What the learned field does to a quantity that the truth keeps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LearnedDrift {
    /// The start.
    pub start: Vec<f64>,
    /// The invariant there.
    pub before: f64,
    /// The invariant after `time`, with the step of the training; `null` where the rollout left.
    pub discrete: Option<f64>,
    /// The invariant at the last return to the ray from the equilibrium through the start's side, with a hundredth of that step: from turn to turn, so
    /// that what it does within a turn does not count. `null` where the rollout left or never returned.
    pub continuous: Option<f64>,
    /// The time followed.
    pub time: f64,
    /// How many turns the fine rollout made.
    pub turns: usize,
    /// What the invariant is multiplied by in one turn of the fine rollout, on average over the turns.
    pub per_turn: Option<f64>,
}

/// What is followed, and what it is compared with.
pub(super) struct Following<'a> {
    pub method: &'a Method,
    pub sampling: Sampling,
    pub samples: &'a Paths,
    pub system: Option<&'a System>,
    pub modes: &'a [Mode],
}

impl Following<'_> {
    /// Both rollouts from every start, and the change of the invariant where one is known.
    pub fn follow(&self, learned: &Learned) -> (Option<Rollouts>, Vec<LearnedDrift>) {
        let span = match self.method {
            Method::RungeKutta(_) => 1,
            Method::Multistep(multistep) => multistep.steps(),
        };
        let samples: Vec<States<'_>> = self.samples.iter().filter(|t| t.len() > span).take(MOST_STARTS).collect();
        let steps = MOST_STEPS / self.sampling.substeps() as usize;
        let intervals = samples.iter().map(|t| t.len() - 1).max().unwrap_or(0).max(self.turning()).min(steps.max(1));
        if samples.is_empty() || self.samples.dimension() != learned.dimension() {
            return (None, Vec::new());
        }
        let starts: Vec<Vec<f64>> = samples.iter().filter_map(|t| t.first()).map(<[f64]>::to_vec).collect();
        let coarse = match self.method {
            Method::RungeKutta(_) => each(learned, (self.method, self.sampling), &starts, intervals, self.ratio(&samples, 1)),
            Method::Multistep(multistep) => {
                let path = |t: &States<'_>| multistep_path(learned, multistep, self.sampling.step().get(), *t, intervals).concat();
                Paths::flat(learned.dimension(), samples.iter().map(path))
            }
        };
        let fine_in_interval = (FINE * self.sampling.substeps()) as usize;
        let fine = catalog::find("rk4")
            .ok()
            .zip(Sampling::new(self.sampling.interval() / fine_in_interval as f64, 1).ok())
            .map_or_else(Paths::default, |(rk4, step)| {
                each(learned, (&rk4, step), &starts, intervals * fine_in_interval, self.ratio(&samples, fine_in_interval))
            });
        let drift = self.drift(&starts, &coarse, &fine, intervals, fine_in_interval);
        let rollouts = Rollouts {
            step: self.compare(&samples, &coarse, 1, intervals),
            fine: self.compare(&samples, &fine, fine_in_interval, intervals),
            step_paths: coarse,
            fine_paths: fine,
            fine_in_interval,
        };
        (Some(rollouts), drift)
    }

    /// The lengths of the intervals in ratio to H, each in so many parts; `None` at even times.
    fn ratio<'b>(&'b self, samples: &'b [States<'b>], parts: usize) -> Option<Box<Ratio<'b>>> {
        let uneven = self.samples.is_uneven();
        uneven.then(|| {
            Box::new(move |t: usize, k: usize| Some(samples.get(t)?.duration(k / parts)? / self.sampling.interval())) as Box<Ratio<'b>>
        })
    }

    /// Sampling intervals in some ten turns of the fastest true mode; none where nothing turns or no invariant is known.
    fn turning(&self) -> usize {
        let fastest = self.modes.iter().map(|mode| mode.lambda.im.abs()).fold(0.0, f64::max);
        let kept = self.system.is_some_and(|system| self.samples.states().take(1).any(|x| system.invariant(x).is_some()));
        if kept && fastest > 0.0 { (TURNS * TAU / fastest / self.sampling.interval()).ceil() as usize } else { 0 }
    }

    fn compare(&self, samples: &[States<'_>], paths: &Paths, stride: usize, most: usize) -> Followed {
        let d = self.samples.dimension();
        let count = samples.iter().map(|t| t.len()).sum::<usize>() as f64;
        let mean: Vec<f64> = (0..d).map(|c| samples.iter().flat_map(|t| t.iter()).map(|x| x[c]).sum::<f64>() / count).collect();
        let (mut off, mut spread, mut compared, mut left) = (0.0, 0.0, 0usize, paths.count() < samples.len());
        let mut time = f64::INFINITY;
        for (samples, path) in samples.iter().zip(paths.iter()) {
            let wanted = (samples.len() - 1).min(most);
            let reached = (path.len().max(1) - 1) / stride;
            left |= reached < wanted;
            time = time.min(samples.elapsed(reached.min(wanted), 1, self.sampling.interval()));
            for (k, x) in samples.iter().enumerate().take(wanted + 1).skip(1) {
                spread += square(x, &mean);
                if let Some(y) = path.get(k * stride) {
                    off += square(x, y);
                    compared += 1;
                }
            }
        }
        let error = (off / spread).sqrt();
        let time = if time.is_finite() { time } else { 0.0 };
        Followed { error: (!left && compared > 0 && error.is_finite()).then_some(error), time }
    }

    fn drift(&self, starts: &[Vec<f64>], coarse: &Paths, fine: &Paths, intervals: usize, fine_in_interval: usize) -> Vec<LearnedDrift> {
        let Some(system) = self.system else { return Vec::new() };
        let mut drifts = Vec::new();
        for (k, start) in starts.iter().enumerate() {
            let Some(before) = system.invariant(start).filter(|v| v.is_finite()) else { continue };
            let invariant = |x: &[f64]| system.invariant(x).filter(|v| v.is_finite());
            let discrete = coarse.get(k).filter(|path| path.len() > intervals).and_then(|path| invariant(path.last()?));
            let nearest = self.modes.iter().min_by(|a, b| square(&a.equilibrium, start).total_cmp(&square(&b.equilibrium, start)));
            let (mut turns, mut continuous, mut per_turn) = (0, None, None);
            if let (Some(path), Some(mode)) = (fine.get(k), nearest)
                && start.len() == 2
            {
                let centre = &mode.equilibrium;
                let (found, _) = returns(path, centre);
                turns = found.len();
                let at = |x: f64| invariant(&[x, centre[1]]);
                continuous = found.last().filter(|_| path.len() > intervals * fine_in_interval).and_then(|last| at(last.x));
                // From the start, where it lies on the ray; from the first return where it does not.
                let on_ray = start[1] == centre[1] && start[0] > centre[0];
                let (from, made) =
                    if on_ray { (Some(before), turns) } else { (found.first().and_then(|r| at(r.x)), turns.saturating_sub(1)) };
                let ratio = found.last().and_then(|last| at(last.x)).zip(from).map(|(after, before)| after / before);
                per_turn = ratio.filter(|r| made > 0 && *r > 0.0 && r.is_finite()).map(|r| r.powf(1.0 / made as f64));
            }
            let time = intervals as f64 * self.sampling.interval();
            drifts.push(LearnedDrift { start: start.clone(), before, discrete, continuous, time, turns, per_turn });
        }
        drifts
    }
}

fn square(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum()
}

/// A rollout from each start, so that one which cannot be continued does not end the others.
fn each(
    learned: &Learned,
    (method, sampling): (&Method, Sampling),
    starts: &[Vec<f64>],
    intervals: usize,
    ratio: Option<Box<Ratio<'_>>>,
) -> Paths {
    if let Ok(all) = rollout_over(learned, method, sampling, starts, intervals, ratio.as_deref()) {
        return all;
    }
    let alone = |(t, start): (usize, &Vec<f64>)| {
        // Some intervals from one state.
        let follow = |from: &Vec<f64>, first: usize, intervals: usize| {
            let own = |_: usize, k: usize| ratio.as_deref().and_then(|ratio| ratio(t, first + k));
            let own = ratio.as_ref().map(|_| &own as &Ratio<'_>);
            rollout_over(learned, method, sampling, std::slice::from_ref(from), intervals, own).ok()
        };
        if let Some(path) = follow(start, 0, intervals).as_ref().and_then(|paths| paths.get(0)) {
            return path.as_flat().to_vec();
        }
        // Up to where Newton's iteration fails.
        let (mut path, mut here) = (start.clone(), start.clone());
        for k in 0..intervals {
            let step = follow(&here, k, 1);
            let Some(next) = step.as_ref().and_then(|paths| paths.get(0)?.get(1)) else { break };
            here.copy_from_slice(next);
            path.extend_from_slice(next);
        }
        path
    };
    Paths::flat(learned.dimension(), starts.iter().enumerate().map(alone))
}

/// Σ α_j y_{n+j} = h Σ β_j f(y_{n+j}) from k states, the newest y by Newton's method where β_k is not zero; ends early where it leaves or the iteration
/// fails.
fn multistep_path(learned: &Learned, method: &Multistep, h: f64, initial: States<'_>, intervals: usize) -> Vec<Vec<f64>> {
    let (k, d) = (method.steps(), learned.dimension());
    let alpha: Vec<f64> = method.alpha().iter().map(|a| a.to_f64()).collect();
    let beta: Vec<f64> = method.beta().iter().map(|b| b.to_f64()).collect();
    let value = |x: &[f64]| {
        let mut f = vec![0.0; d];
        learned.value(x, &mut f);
        f
    };
    let mut path: Vec<Vec<f64>> = initial.iter().take(k).map(<[f64]>::to_vec).collect();
    let mut slopes: Vec<Vec<f64>> = path.iter().map(|x| value(x)).collect();
    while path.len() <= intervals {
        let n = path.len() - k;
        let past: Vec<f64> =
            (0..d).map(|c| (0..k).map(|j| h * beta[j] * slopes[n + j][c] - alpha[j] * path[n + j][c]).sum::<f64>() / alpha[k]).collect();
        let weight = h * beta[k] / alpha[k];
        let mut slope = slopes[n + k - 1].clone();
        let next = if weight == 0.0 {
            Some(past)
        } else {
            implicit_slopes(learned, &past, &DMatrix::from_element(1, 1, weight), &mut slope)
                .map(|()| past.iter().zip(&slope).map(|(x, k)| x + weight * k).collect::<Vec<f64>>())
        };
        match next.filter(|x| x.iter().all(|v| v.abs() <= FAR)) {
            Some(next) => {
                slopes.push(value(&next));
                path.push(next);
            }
            None => break,
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{Training, unwatched};

    fn damped() -> Paths {
        let w = num_complex::Complex::new(-0.1, 2.0);
        Paths::flat(2, [(0..=20).map(|k| (w * f64::from(k)).exp()).flat_map(|z| [z.re, z.im]).collect()])
    }

    #[test]
    fn a_fit_passes_through_the_samples_at_its_own_step_whatever_the_kind_of_method() {
        for name in ["rk4", "implicit-midpoint", "forward-euler", "adams-bashforth-2", "bdf2"] {
            let method = catalog::find(name).expect("in the catalogue");
            let sampling = Sampling::new(1.0, 1).expect("positive");
            let samples = damped();
            let training = Training::new("linear".parse().expect("a model"), method.clone(), sampling);
            let prepared = training.prepare(&samples).expect("fits together");
            let fit = (0..9).find_map(|s| prepared.fit(s, None, &mut unwatched).ok().filter(|f| f.loss < 1e-20)).expect("converges");
            let following = Following { method: &method, sampling, samples: &samples, system: None, modes: &[] };
            let (rollouts, drift) = following.follow(&fit.learned);
            let rollouts = rollouts.expect("one trajectory");
            assert!(drift.is_empty());
            assert!(rollouts.step.error.is_some_and(|e| e < 1e-8), "{name} {:?}", rollouts.step);
            assert!(rollouts.fine.error.is_none_or(|e| e > 0.1), "{name} at h/100: {:?}", rollouts.fine);
            assert_eq!((rollouts.step_paths.samples(), rollouts.fine_paths.samples() > 100), (21, true));
        }
    }

    #[test]
    fn one_start_that_leaves_does_not_end_the_others() {
        // ẋ = x² blows up at t = 1/x₀: the implicit step has no solution from there on.
        let square =
            Learned { model: crate::fit::Model::polynomial(crate::fit::Dictionary::powers(1, 2)), parameters: vec![0.0, 0.0, 1.0] };
        let method = catalog::find("implicit-euler").expect("in the catalogue");
        let paths = each(&square, (&method, Sampling::new(0.1, 1).expect("positive")), &[vec![-1.0], vec![2.0]], 50, None);
        let lengths: Vec<usize> = paths.iter().map(States::len).collect();
        assert_eq!(lengths[0], 51);
        assert!((2..15).contains(&lengths[1]), "{lengths:?}");
    }

    #[test]
    fn the_invariant_is_read_off_from_turn_to_turn() {
        // The true field: within a turn the invariant of a truncated integrator does not move, and neither does it from turn to turn.
        let system = System::named("lotka-volterra").expect("listed");
        let samples = system.paths(&[[1.5, 1.0]], 1.0, 30).expect("flows");
        let method = catalog::find("rk4").expect("in the catalogue");
        let truth = Learned {
            model: crate::fit::Model::polynomial(crate::fit::Dictionary::powers(2, 2)),
            parameters: {
                // Products 1, x, y, x², xy, y² in the order of the dictionary: ẋ = x − xy, ẏ = xy − y.
                let mut theta = vec![0.0; 12];
                (theta[1], theta[4], theta[6 + 2], theta[6 + 4]) = (1.0, -1.0, -1.0, 1.0);
                theta
            },
        };
        let modes = [Mode::determined(num_complex::Complex::new(0.0, 1.0), vec![1.0, 1.0], Some(0.0))];
        let sampling = Sampling::new(1.0, 1).expect("positive");
        let following = Following { method: &method, sampling, samples: &samples, system: Some(&system), modes: &modes };
        let (_, drift) = following.follow(&truth);
        assert_eq!(drift.len(), 1);
        assert!(drift[0].turns >= 9 && drift[0].per_turn.is_some_and(|r| (r - 1.0).abs() < 1e-5), "{drift:?}");
        // The step of RK4 itself, H = 1, is another matter.
        assert!(drift[0].discrete.is_none_or(|v| (v / drift[0].before - 1.0).abs() > 1e-2), "{drift:?}");
    }
}
