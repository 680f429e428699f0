//! The samples of a file for the estimators: in segments without long gaps, on their grid where they have one.

use super::runs::{Samples, Stretch};
use crate::data::{Spacing, Trajectories};

/// Intervals are those of a clock where they are whole numbers of its ticks to this part, …
const TICK: f64 = 0.1;
/// … all but this part of them.
const STRAYS: f64 = 0.1;

/// The samples for the estimators, with the grid of their times.
pub(crate) fn samples_of(data: &Trajectories, rests_at_zero: bool) -> Option<Samples> {
    let owned = segments_of(data);
    let segments: Vec<Stretch> = owned.iter().map(|(times, states)| Stretch { times, states, dimension: data.dimension() }).collect();
    let grid = match data.spacing() {
        Spacing::Even { interval } => Some(interval),
        Spacing::Uneven { median, .. } if is_nearly_even(&segments, median) => Some(median),
        Spacing::Uneven { alias_period, .. } => alias_period,
    };
    Some(Samples::about(&segments, rests_at_zero)?.on_grid(grid))
}

/// Whether the times are those of a clock that is not quite even: then its errors, and no motion, are what would tell a frequency from its alias.
fn is_nearly_even(segments: &[Stretch], tick: f64) -> bool {
    let intervals = || segments.iter().flat_map(|s| s.times.windows(2)).map(|t| (t[1] - t[0]) / tick);
    let strays = intervals().filter(|ticks| (ticks - ticks.round().max(1.0)).abs() > TICK).count();
    strays as f64 <= STRAYS * intervals().count() as f64
}

/// The segments of data for the estimators: on their grid where they have one, missing cells as NaN.
fn segments_of(data: &Trajectories) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut all = Vec::new();
    let mut gaps = data.gaps().iter().filter(|g| g.missing.is_none() || g.missing.is_some_and(|n| n > 20)).peekable();
    for (k, t) in data.trajectories().iter().enumerate() {
        let times: Vec<f64> = match data.spacing() {
            Spacing::Even { interval } => {
                let start = t.start();
                t.times().iter().map(|time| ((time - start) / interval).round() * interval).collect()
            }
            Spacing::Uneven { .. } => t.times().iter().map(|time| time - t.start()).collect(),
        };
        let d = data.dimension();
        let mut from = 0;
        let mut ends = Vec::new();
        while let Some(gap) = gaps.next_if(|gap| gap.trajectory == k) {
            ends.push(gap.after + 1);
        }
        ends.push(times.len());
        for end in ends {
            if end >= from + 2 {
                all.push((times[from..end].to_vec(), t.states()[from * d..end * d].to_vec()));
            }
            from = end;
        }
    }
    all
}
