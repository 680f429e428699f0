//! Grids of constant steps, as libraries lay them.

use super::dense::Dense;
use super::embedded_pair::{EmbeddedPair, State};
use super::trace::{Attempt, FollowError, Trace};
use num_complex::Complex;
use serde::Serialize;

/// Where the steps of a grid end.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum GridTimes {
    /// One step a sample.
    Samples,
    /// torchdiffeq's step_size: multiples of it from the start, the last of ⌈T/h + 1⌉ points moved to T.
    Multiples(f64),
    /// diffrax before 0.7.1: t += dt0, the last step clipped to T.
    Accumulated(f64),
    /// diffrax from 0.7.1 on: the first step dt0, then t_k = T·k/n with n = ⌈T/dt0⌉.
    FirstThenEven(f64),
}

impl GridTimes {
    /// diffrax's constant steps: added up before 0.7.1, the first of them and an even rest since.
    pub(super) fn of_diffrax(version: Option<&str>, step: f64) -> Self {
        if version.is_some_and(|v| ["0.6.2", "0.7.0"].contains(&v)) { Self::Accumulated(step) } else { Self::FirstThenEven(step) }
    }
}

/// A grid of constant steps, and how samples between its points are obtained.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Grid {
    /// Where the steps end.
    pub times: GridTimes,
    /// Calls of the field for each sample that is interpolated.
    pub evaluations_interpolant: u64,
}

/// More steps than this are taken for a slip of the unit of time.
const MOST_STEPS: f64 = 1e6;

impl Grid {
    /// The step size that was asked for, where one was.
    pub fn step(&self) -> Option<f64> {
        match self.times {
            GridTimes::Samples => None,
            GridTimes::Multiples(h) | GridTimes::Accumulated(h) | GridTimes::FirstThenEven(h) => Some(h),
        }
    }

    /// The ends of the steps over the sample times, which begin after 0.
    pub fn points(&self, samples: &[f64]) -> Result<Vec<f64>, FollowError> {
        let end = samples.last().copied().ok_or(FollowError::Times)?;
        if self.step().is_some_and(|h| end / h > MOST_STEPS) {
            return Err(FollowError::TooMany { limit: MOST_STEPS as usize });
        }
        Ok(match self.times {
            GridTimes::Samples => samples.to_vec(),
            GridTimes::Multiples(h) => {
                let points = (end / h + 1.0).ceil() as usize;
                let mut times: Vec<f64> = (1..points).map(|k| k as f64 * h).collect();
                if let Some(last) = times.last_mut() {
                    *last = end;
                }
                times
            }
            GridTimes::Accumulated(h) => {
                let floor = end * (1.0 - 100.0 * 2.2e-16);
                let mut times = Vec::new();
                let mut t = 0.0;
                while t < end {
                    t += h;
                    times.push(if t > floor { end } else { t });
                    t = if t > floor { end } else { t };
                }
                times
            }
            GridTimes::FirstThenEven(h) => {
                let n = (end / h.next_up()).ceil().max(1.0) as usize;
                (1..=n)
                    .map(|k| {
                        if k == n {
                            end
                        } else if k == 1 {
                            h.min(end)
                        } else {
                            end * (k as f64 / n as f64)
                        }
                    })
                    .collect()
            }
        })
    }

    /// Follows ẏ = μy over the grid.
    pub(crate) fn follow(
        &self,
        pair: &EmbeddedPair,
        dense: &Dense,
        mode: Complex<f64>,
        samples: &[f64],
        trace: &mut Trace,
    ) -> Result<(), FollowError> {
        trace.clear();
        let per_step = pair.evaluations().map(|n| n + u64::from(pair.first_same_as_last));
        let mut calls = per_step.map(|_| 0);
        let mut state = State { value: Complex::new(1.0, 0.0), slope: mode };
        let (mut time, mut next) = (0.0, 0);
        for arrival in self.points(samples)? {
            let step = arrival - time;
            let mut attempted = pair.attempt(mode, step, state);
            if !attempted.end.value.is_finite() {
                return Err(FollowError::NotFinite { time });
            }
            calls = calls.zip(per_step).map(|(all, more)| all + more);
            trace.attempts.push(Attempt { time, step, ratio: None, kept: true, choice: None });
            while let Some(sample) = samples.get(next).filter(|t| **t <= arrival) {
                let place = (sample - time) / step;
                // Asked for at the end of the step too, where the interpolant is not needed.
                calls = calls.map(|all| all + self.evaluations_interpolant);
                let value = if *sample == arrival {
                    attempted.end.value
                } else {
                    pair.extend(mode, step, state, &mut attempted);
                    let (z, y0, y1) = (mode * step, state.value, attempted.end.value);
                    dense.value(place, [z * y0, z * y1], pair.stages - 1, y0, y1, &attempted.stages)
                };
                trace.multipliers.push(value);
                trace.places.push(place);
                next += 1;
            }
            state = attempted.end;
            time = arrival;
        }
        trace.evaluations = calls;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_of_each_library() {
        let points = |times, samples: &[f64]| Grid { times, evaluations_interpolant: 0 }.points(samples).unwrap();
        let close = |a: Vec<f64>, b: &[f64]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-15);
        assert!(close(points(GridTimes::Multiples(0.3), &[1.0]), &[0.3, 0.6, 0.9, 1.0]));
        assert!(close(points(GridTimes::Multiples(0.25), &[1.0]), &[0.25, 0.5, 0.75, 1.0]));
        assert!(close(points(GridTimes::FirstThenEven(0.3), &[1.0]), &[0.3, 0.5, 0.75, 1.0]));
        assert!(close(points(GridTimes::FirstThenEven(0.25), &[1.0]), &[0.25, 0.5, 0.75, 1.0]));
        assert!(close(points(GridTimes::Accumulated(0.3), &[1.0]), &[0.3, 0.6, 0.9, 1.0]));
        assert!(close(points(GridTimes::FirstThenEven(2.0), &[1.0]), &[1.0]));
        assert!(close(points(GridTimes::Samples, &[1.0, 2.0]), &[1.0, 2.0]));
    }
}
