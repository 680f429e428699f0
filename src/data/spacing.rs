//! How samples are spaced in time: evenly, evenly with gaps, or unevenly.
//!
//! Times are even where one line a + kH passes within the resolution of every one of them, k a whole number that grows from sample
//! to sample. The line is the one of least maximum error (minimax), not of least squares: twelve months printed to two decimals
//! leave a least-squares line by more than half a unit, and are even. The error of the best line with slope H, the range of
//! t_k − kH, is convex in H, and is minimised by Kelley's cutting planes.

use serde::{Deserialize, Serialize};

/// Times are even to this part of the interval whatever their resolution: differences so small change no mode.
const NEGLIGIBLE: f64 = 1e-6;
/// In uneven data, intervals longer than so many medians are gaps.
const GAP_IN_MEDIANS: f64 = 20.0;
/// A common divisor below this part of the shortest interval is chance.
const SMALLEST_DIVISOR: f64 = 1e-3;
/// A last digit coarser than this part of the intervals blurs them: times are even within it only where so many intervals agree, and they are on no grid of whole digits.
/// Of the 2ⁿ sequences of n intervals of two lengths about n³/π² are those of an even grid: one in 10³ of 20.
const COARSE: f64 = 0.2;
const AGREEING: usize = 20;
/// Evaluations at most of each search on a convex, piecewise linear function, which needs a handful.
const MOST_CUTS: usize = 60;

/// How samples are spaced.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spacing {
    /// On one grid, from which rows may be missing: see [`Gap`].
    Even {
        /// H, the time between two points of the grid.
        interval: f64,
    },
    /// Not on a grid.
    Uneven {
        /// The shortest interval.
        shortest: f64,
        /// The middle one.
        median: f64,
        /// The longest one.
        longest: f64,
        /// The greatest common divisor p of all intervals, where they have one. Frequencies beyond π/p alias (Eyer & Bartholdi
        /// 1999); without one, uneven times tell all frequencies apart.
        alias_period: Option<f64>,
    },
}

impl Spacing {
    /// H of a grid, the median interval of uneven times.
    pub fn typical(self) -> f64 {
        match self {
            Self::Even { interval } => interval,
            Self::Uneven { median, .. } => median,
        }
    }

    /// H of a grid.
    pub fn even(self) -> Option<f64> {
        match self {
            Self::Even { interval } => Some(interval),
            Self::Uneven { .. } => None,
        }
    }
}

/// A place where rows are missing.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// Which trajectory, from 0.
    pub trajectory: usize,
    /// The row before the gap, from 0.
    pub after: usize,
    /// The time from that row to the next.
    pub duration: f64,
    /// How many rows of the grid are missing; `None` where the samples are on no grid and only the duration stands out.
    pub missing: Option<usize>,
}

/// What is known of the times of all trajectories together.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Times {
    pub spacing: Spacing,
    /// How far H may be off where times were rounded: half of the range of slopes that pass within the resolution of all of them, 0 for an H that was meant.
    pub interval_error: f64,
    pub gaps: Vec<Gap>,
}

/// Judges increasing, finite times of at least two samples each; `unit` is the last digit that they are given to, 0 where it is unknown.
pub(super) fn judge(trajectories: &[&[f64]], unit: f64) -> Times {
    let mut intervals: Vec<f64> = trajectories.iter().flat_map(|t| t.windows(2).map(|w| w[1] - w[0])).collect();
    let largest = trajectories.iter().flat_map(|t| t.iter()).fold(0.0, |m: f64, t| m.max(t.abs()));
    let middle = (intervals.len() - 1) / 2;
    let median = *intervals.select_nth_unstable_by(middle, f64::total_cmp).1;
    let within = |unit: f64| (0.5 * unit * (1.0 + 1e-9)).max(4.0 * f64::EPSILON * largest);
    let coarse = unit > COARSE * median;
    let known = within(if coarse { 0.0 } else { unit });
    let blurred = (coarse && trajectories.iter().any(|t| t.len() > AGREEING)).then(|| within(unit));
    if let Some(grid) = Grid::of(trajectories, median)
        && let Some((interval, interval_error)) = grid.interval(known, largest).or_else(|| grid.interval(blurred?, largest))
    {
        return Times { spacing: Spacing::Even { interval }, interval_error, gaps: grid.gaps(trajectories) };
    }
    let shortest = intervals.iter().copied().fold(f64::INFINITY, f64::min);
    let longest = intervals.iter().copied().fold(0.0, f64::max);
    let alias_period = common_divisor(&intervals, shortest, (2.0 * known).max(NEGLIGIBLE * shortest));
    let spacing = Spacing::Uneven { shortest, median, longest, alias_period };
    let long = |gap: &Gap| gap.duration > GAP_IN_MEDIANS * median;
    let gaps = each_interval(trajectories).map(|(trajectory, after, duration)| Gap { trajectory, after, duration, missing: None });
    Times { spacing, interval_error: 0.0, gaps: gaps.filter(long).collect() }
}

fn each_interval<'a>(trajectories: &'a [&[f64]]) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
    trajectories.iter().enumerate().flat_map(|(k, t)| t.windows(2).enumerate().map(move |(row, w)| (k, row, w[1] - w[0])))
}

/// Times with the whole numbers of the grid points that they may stand for.
struct Grid {
    /// Of each trajectory: (k, t − start) of each sample.
    points: Vec<Vec<(f64, f64)>>,
    /// A first estimate of H.
    estimate: f64,
}

/// The range of t − kH over one trajectory, and its slope in H.
#[derive(Clone, Copy)]
struct Cut {
    range: f64,
    slope: f64,
}

impl Grid {
    /// Numbers the samples by whole multiples of the typical interval. `None` where an interval is no multiple, or where a
    /// trajectory has no two neighbours on the grid.
    fn of(trajectories: &[&[f64]], median: f64) -> Option<Self> {
        let single = |d: f64| (0.5..1.5).contains(&(d / median));
        let (sum, count) =
            each_interval(trajectories).filter(|(_, _, d)| single(*d)).fold((0.0, 0.0), |(s, n), (_, _, d)| (s + d, n + 1.0));
        let estimate = sum / count;
        let mut points = Vec::with_capacity(trajectories.len());
        for times in trajectories {
            let mut k = 0.0;
            let mut neighbours = false;
            let mut numbered = Vec::with_capacity(times.len());
            numbered.push((0.0, 0.0));
            for w in times.windows(2) {
                let steps = ((w[1] - w[0]) / estimate).round();
                neighbours |= steps == 1.0;
                if !(1.0..1e9).contains(&steps) {
                    return None;
                }
                k += steps;
                numbered.push((k, w[1] - times[0]));
            }
            if !neighbours {
                return None;
            }
            points.push(numbered);
        }
        Some(Self { points, estimate })
    }

    /// The largest range over the trajectories of t − kH.
    fn cut(&self, interval: f64) -> Cut {
        let mut worst = Cut { range: -1.0, slope: 0.0 };
        // kH without rounding for k < 2²⁶, as a fused multiplication has it, which not every processor does.
        let leading = f64::from_bits(interval.to_bits() & !((1 << 26) - 1));
        let remainder = interval - leading;
        for points in &self.points {
            let (mut low, mut high) = ((0.0, f64::INFINITY), (0.0, f64::NEG_INFINITY));
            for &(k, t) in points {
                let rest = (t - k * leading) - k * remainder;
                if rest < low.1 {
                    low = (k, rest);
                }
                if rest > high.1 {
                    high = (k, rest);
                }
            }
            if high.1 - low.1 > worst.range {
                worst = Cut { range: high.1 - low.1, slope: low.0 - high.0 };
            }
        }
        worst
    }

    /// The H of the least range, and that range.
    fn minimax(&self) -> (f64, f64) {
        let mut at = self.estimate;
        let mut found = self.cut(at);
        let mut best = (at, found.range);
        let mut left: Option<(f64, Cut)> = None;
        let mut right: Option<(f64, Cut)> = None;
        for _ in 0..MOST_CUTS {
            match found.slope {
                s if s < 0.0 => left = Some((at, found)),
                s if s > 0.0 => right = Some((at, found)),
                _ => break,
            }
            at = match (left, right) {
                (Some((a, l)), Some((b, r))) => ((l.range - l.slope * a) - (r.range - r.slope * b)) / (r.slope - l.slope),
                (Some((a, l)), None) => a - l.range / l.slope,
                (None, Some((b, r))) => b - r.range / r.slope,
                (None, None) => break,
            };
            found = self.cut(at);
            let better = found.range < best.1;
            if better {
                best = (at, found.range);
            }
            if !better && left.is_some() && right.is_some() && at == best.0 {
                break;
            }
        }
        best
    }

    /// How far H can go to one side while every time is within `range`/2 of the line: Newton's method from outside, which on a convex,
    /// piecewise linear function ends.
    fn bound(&self, from: f64, range: f64) -> f64 {
        let mut at = from;
        for _ in 0..MOST_CUTS {
            let Cut { range: found, slope } = self.cut(at);
            if found <= range || slope == 0.0 {
                break;
            }
            let next = at - (found - range) / slope;
            if next == at {
                break;
            }
            at = next;
        }
        at
    }

    /// H, where a line passes within the resolution of every time, and how far it may be off.
    fn interval(&self, known: f64, largest: f64) -> Option<(f64, f64)> {
        let (best, range) = self.minimax();
        if range > 2.0 * known.max(NEGLIGIBLE * best) {
            return None;
        }
        let last = self.points.iter().filter_map(|p| p.last()).fold(1.0, |m: f64, p| m.max(p.0));
        // The least error is known to rounding only.
        let allowed = 2.0 * known.max(0.5 * range + 2.0 * f64::EPSILON * largest);
        let outside = 2.0 * allowed / last;
        let (low, high) = (self.bound(best - outside, allowed), self.bound(best + outside, allowed));
        Some(simplest(low, high, best))
    }

    fn gaps(&self, trajectories: &[&[f64]]) -> Vec<Gap> {
        let mut gaps = Vec::new();
        for (trajectory, (points, times)) in self.points.iter().zip(trajectories).enumerate() {
            for (after, (p, t)) in points.windows(2).zip(times.windows(2)).enumerate() {
                let steps = p[1].0 - p[0].0;
                if steps > 1.0 {
                    gaps.push(Gap { trajectory, after, duration: t[1] - t[0], missing: Some(steps as usize - 1) });
                }
            }
        }
        gaps
    }
}

/// The number that was probably meant between `low` and `high`: 1/n for a whole n, or a decimal of few digits, where fewer than one such
/// number in ten intervals of this length would be there by chance, which is then exact; else the middle, and the distance to either end.
fn simplest(low: f64, high: f64, best: f64) -> (f64, f64) {
    let middle = 0.5 * (low + high);
    if !(low > 0.0 && high.is_finite() && low <= high) {
        return (best, 0.0);
    }
    const BY_CHANCE: f64 = 0.1;
    let width = high - low;
    let decimal = (0..=16).find_map(|digits| {
        let candidate: f64 = format!("{middle:.digits$e}").parse().ok()?;
        let spacing = 10f64.powi(middle.log10().floor() as i32 - digits as i32);
        (candidate >= low && candidate <= high && width <= BY_CHANCE * spacing).then_some((candidate, width / spacing))
    });
    let n = (1.0 / middle).round();
    let reciprocal =
        (n >= 1.0 && 1.0 / n >= low && 1.0 / n <= high).then(|| (1.0 / n, width * n * n)).filter(|(_, chance)| *chance <= BY_CHANCE);
    match (decimal, reciprocal) {
        (Some((x, by_chance)), Some((y, y_by_chance))) => {
            if y_by_chance < by_chance && x != y {
                (y, 0.0)
            } else {
                (x, 0.0)
            }
        }
        (Some((x, _)), None) | (None, Some((x, _))) => (x, 0.0),
        (None, None) => (middle, 0.5 * width),
    }
}

/// The greatest p of which every interval is a whole multiple to the tolerance.
fn common_divisor(intervals: &[f64], shortest: f64, tolerance: f64) -> Option<f64> {
    let least = (SMALLEST_DIVISOR * shortest).max(4.0 * tolerance);
    let mut divisor = shortest;
    for &interval in intervals {
        let mut rest = interval;
        loop {
            let steps = (rest / divisor).round();
            let remainder = rest - steps * divisor;
            if remainder.abs() <= tolerance * steps.max(1.0) {
                break;
            }
            (rest, divisor) = (divisor, remainder.abs());
            if divisor < least {
                return None;
            }
        }
    }
    // The remainders' errors add up in p: the shortest interval, a whole number of p, has none.
    Some(shortest / (shortest / divisor).round().max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn even(times: &[f64], unit: f64) -> Option<f64> {
        judge(&[times], unit).spacing.even()
    }

    /// Frames at 60 Hz in whole milliseconds: H is within the error that is stated, which is a small part of it; an H of few digits was meant.
    #[test]
    fn rounded_times_leave_the_interval_open() {
        let frames: Vec<f64> = (0..120).map(|k| (f64::from(k) / 0.06).round()).collect();
        let found = judge(&[&frames], 1.0);
        let off = (found.spacing.even().unwrap() * 0.06 - 1.0).abs();
        let open = found.interval_error * 0.06;
        assert!(off < open && (1e-5..1e-3).contains(&open), "{off} {open}");
        let rounded: Vec<f64> = (0..90).map(|k| (f64::from(k) / 30.0 * 1e3).round() / 1e3).collect();
        assert_eq!(judge(&[&rounded], 1e-3).interval_error, 0.0);
    }

    #[test]
    fn even_within_the_digits_printed() {
        let grid = |n: usize, h: f64| (0..n).map(|k| k as f64 * h).collect::<Vec<_>>();
        assert_eq!(even(&grid(8, 0.1), 0.1), Some(0.1));
        assert_eq!(even(&grid(8, 0.1), 0.0), Some(0.1));
        let rounded = |t: &[f64], digits: i32| t.iter().map(|t| (t * 10f64.powi(digits)).round() / 10f64.powi(digits)).collect::<Vec<_>>();
        // 30 frames a second in whole milliseconds.
        assert_eq!(even(&rounded(&grid(90, 1.0 / 30.0), 3), 1e-3), Some(1.0 / 30.0));
        // Months in years, to two decimals: off a least-squares line by more than half a unit.
        let months: Vec<f64> = (0..60).map(|k| 2020.0 + f64::from(k) / 12.0).collect();
        let found = even(&rounded(&months, 2), 0.01).unwrap();
        assert!((found - 1.0 / 12.0).abs() < 1e-4, "{found}");
        assert_eq!(even(&rounded(&months, 3), 0.001), Some(1.0 / 12.0));
        // Frames in hundredths of a second; not so few of them, nor where the camera slows down.
        for rate in [24.0, 30.0, 60.0] {
            let frames = rounded(&grid(150, 1.0 / rate), 2);
            assert!((even(&frames, 0.01).unwrap() * rate - 1.0).abs() < 1e-3);
            assert!(even(&frames[..12], 0.01).is_none() && even(&frames, 0.0).is_none());
        }
        let slower: Vec<f64> = (0..100).map(|k: i32| 0.03 * f64::from(k) + 0.01 * f64::from((k - 50).max(0))).collect();
        assert!(even(&slower, 0.01).is_none());
        // Seconds since 1970, a hundred a second.
        let clock: Vec<f64> = (0..50).map(|k| 1.7e9 + 0.01 * f64::from(k)).collect();
        assert!((even(&clock, 0.01).unwrap() - 0.01).abs() < 1e-9);
    }

    #[test]
    fn a_grid_with_missing_rows() {
        let times: Vec<f64> = (0..61).filter(|k| ![7, 8, 23, 40].contains(k)).map(|k| f64::from(k) * 0.5).collect();
        let found = judge(&[&times], 0.1);
        assert_eq!(found.spacing, Spacing::Even { interval: 0.5 });
        let missing: Vec<_> = found.gaps.iter().map(|g| (g.after, g.missing)).collect();
        assert_eq!(missing, [(6, Some(2)), (20, Some(1)), (36, Some(1))]);
        // A long gap between rounded frames is counted by the true interval, not by a rounded one.
        let frames: Vec<f64> = (0..90).chain(400..490).map(|k| (f64::from(k) / 30.0 * 1e3).round() / 1e3).collect();
        let found = judge(&[&frames], 1e-3);
        assert_eq!(found.spacing, Spacing::Even { interval: 1.0 / 30.0 });
        assert_eq!(found.gaps[0].missing, Some(310));
    }

    #[test]
    fn uneven_times() {
        let golden = 0.5 * (5f64.sqrt() - 1.0);
        let jittered: Vec<f64> = (0..40)
            .scan(0.0, |t, k| {
                *t += 1.0 + 0.5 * (2.0 * (f64::from(k) * golden).fract() - 1.0);
                Some(*t)
            })
            .collect();
        assert!(matches!(judge(&[&jittered], 0.0).spacing, Spacing::Uneven { alias_period: None, .. }));
        let indometh = [0.25, 0.5, 0.75, 1.0, 1.25, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0];
        assert_eq!(
            judge(&[&indometh], 0.01).spacing,
            Spacing::Uneven { shortest: 0.25, median: 0.75, longest: 2.0, alias_period: Some(0.25) }
        );
        // Two trajectories on different grids.
        let (a, b) = ([0.0, 1.0, 2.0, 3.0], [0.0, 2.0, 4.0]);
        assert!(matches!(judge(&[&a, &b], 0.0).spacing, Spacing::Uneven { alias_period: Some(p), .. } if p == 1.0));
        // Nearly even is uneven.
        assert!(even(&[0.0, 1.0, 2.03, 3.0], 0.01).is_none());
        assert!(even(&[0.0, 1.0, 2.03, 3.0], 0.1).is_some());
    }
}
