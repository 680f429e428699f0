//! Who decides on the steps of a call over a block of windows: a grid, one controller for all, or one each.

use crate::loops::{ErrorWeights, FollowError, Pilot, Reached, Tolerances};
use std::ops::Range;

/// A sample that a window reaches, or all windows do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit {
    pub window: Option<usize>,
    pub sample: Reached,
}

/// Who decides on the steps.
pub(super) enum Drivers<'a> {
    /// The ends of constant steps, the samples, the steps done, the samples reached.
    Grid { ends: Vec<f64>, times: &'a [f64], done: usize, reached: usize },
    /// One controller for all windows.
    Together(Box<Pilot<'a>>, Tolerances),
    /// One for each window.
    Each(Vec<Pilot<'a>>, Tolerances),
}

/// An attempted step of all windows, before it is judged.
pub(super) struct Attempted<'a> {
    pub error: &'a ErrorWeights,
    /// (stage, component) × n.
    pub stages: &'a [f64],
    pub h: &'a [f64],
    pub before: &'a [f64],
    pub after: &'a [f64],
    /// n, d, and the windows that count.
    pub shape: (usize, usize, usize),
}

impl Drivers<'_> {
    /// Writes the size of the next step of each window, 0 where one has ended; `false` where all have.
    pub fn propose(&mut self, h: &mut [f64]) -> Result<bool, FollowError> {
        match self {
            Self::Grid { ends, done, .. } => {
                let Some(end) = ends.get(*done) else { return Ok(false) };
                h.fill(end - if *done == 0 { 0.0 } else { ends[*done - 1] });
                Ok(true)
            }
            Self::Together(pilot, _) => {
                if pilot.is_done() {
                    return Ok(false);
                }
                h.fill(pilot.attempt()?);
                Ok(true)
            }
            Self::Each(pilots, _) => {
                let mut any = false;
                for (h, pilot) in h.iter_mut().zip(pilots) {
                    *h = 0.0;
                    if !pilot.is_done() {
                        *h = pilot.attempt()?;
                        any = true;
                    }
                }
                Ok(any)
            }
        }
    }

    /// Keeps or repeats the step: what the kept ones reach is added to `hits`, and the windows that repeat it are named in `repeated`
    /// (one entry where all share their steps). Errors with the window whose error is not a number.
    pub fn judge(&mut self, step: &Attempted<'_>, scratch: &mut [f64], hits: &mut Vec<Hit>, repeated: &mut Vec<bool>) -> Result<(), usize> {
        let (_, _, count) = step.shape;
        hits.clear();
        repeated.clear();
        match self {
            Self::Grid { ends, times, done, reached } => {
                let before = if *done == 0 { 0.0 } else { ends[*done - 1] };
                let end = ends[*done];
                while let Some(sample) = times.get(*reached).filter(|t| **t <= end) {
                    let place = (sample - before) / (end - before);
                    hits.push(Hit { window: None, sample: Reached { index: *reached, place, at_end: *sample == end } });
                    *reached += 1;
                }
                *done += 1;
                repeated.push(false);
            }
            Self::Together(pilot, tolerances) => {
                let ratio = step.ratio(*tolerances, 0..count, scratch);
                if !ratio.is_finite() {
                    return Err(0);
                }
                let ahead = pilot.clone();
                let kept = pilot.judge(ratio, None);
                repeated.push(!kept);
                if kept {
                    hits.extend(ahead.reached().map(|sample| Hit { window: None, sample }));
                }
            }
            Self::Each(pilots, tolerances) => {
                for (i, pilot) in pilots.iter_mut().enumerate() {
                    if step.h[i] == 0.0 {
                        repeated.push(false);
                        continue;
                    }
                    let ratio = step.ratio(*tolerances, i..i + 1, scratch);
                    if !ratio.is_finite() {
                        return Err(i);
                    }
                    let ahead = pilot.clone();
                    let kept = pilot.judge(ratio, None);
                    repeated.push(!kept);
                    if kept {
                        hits.extend(ahead.reached().map(|sample| Hit { window: Some(i), sample }));
                    }
                }
            }
        }
        Ok(())
    }
}

impl Attempted<'_> {
    /// The scaled error over these windows.
    fn ratio(&self, tolerances: Tolerances, windows: Range<usize>, scratch: &mut [f64]) -> f64 {
        let (n, d, _) = self.shape;
        let mut size = |weights: &[f64]| {
            for c in 0..d {
                scratch[c * n + windows.start..c * n + windows.end].fill(0.0);
                for (i, w) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
                    let row = (i * d + c) * n;
                    for k in windows.clone() {
                        scratch[c * n + k] += w * self.h[k] * self.stages[row + k];
                    }
                }
            }
            scaled(scratch, [self.before, self.after], tolerances, (n, d), windows.clone())
        };
        match self.error {
            // No fit goes through implicit stages.
            ErrorWeights::None | ErrorWeights::Collocation => 0.0,
            ErrorWeights::Weighted(weights) => size(weights),
            ErrorWeights::Dop853 { fifth, third } => {
                let (fifth, third) = (size(fifth), size(third));
                if fifth == 0.0 && third == 0.0 { 0.0 } else { fifth * fifth / (fifth * fifth + 0.01 * third * third).sqrt() }
            }
        }
    }
}

/// The root mean square of `|x|/(atol + rtol·max(|a|, |b|))` over these windows and all components.
pub(super) fn scaled(x: &[f64], [a, b]: [&[f64]; 2], tolerances: Tolerances, (n, d): (usize, usize), windows: Range<usize>) -> f64 {
    let mut sum = 0.0;
    for c in 0..d {
        for k in windows.clone() {
            let at = c * n + k;
            let ratio = x[at] / (tolerances.absolute + tolerances.relative * a[at].abs().max(b[at].abs()));
            sum += ratio * ratio;
        }
    }
    (sum / (d * windows.len()) as f64).sqrt()
}
