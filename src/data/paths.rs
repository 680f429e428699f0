//! States in order of time, a path a start, in one flat list: what a model is trained on, and what a rollout returns.

use super::data_error::{DataError, DataProblem};
use super::even::EvenSamples;
use super::segments::Segment;
use super::spacing::Spacing;
use super::trajectories::Trajectories;
use thiserror::Error;

/// Paths of finite states of one dimension, in equal steps of time unless they say otherwise ([`is_uneven`](Self::is_uneven)). What is in here was checked once and is
/// not checked again.
///
/// ```
/// use lambdahat::data::Paths;
/// let paths = Paths::of(&[vec![vec![1.0, 0.0], vec![0.5, -0.2]], vec![vec![2.0, 1.0]]])?;
/// assert_eq!((paths.dimension(), paths.count(), paths.samples()), (2, 2, 3));
/// assert_eq!(paths.get(0).map(|path| path[1][0]), Some(0.5));
/// assert!(Paths::of(&[vec![vec![f64::NAN]]]).is_err());
/// # Ok::<(), lambdahat::data::PathsError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Paths {
    dimension: usize,
    /// All states, one after the other.
    states: Vec<f64>,
    /// Where each path ends in `states`.
    ends: Vec<usize>,
    /// The time of each state; empty where they are in equal steps.
    times: Vec<f64>,
}

/// One of [`Paths`]: n states of d components, in order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct States<'a> {
    dimension: usize,
    states: &'a [f64],
    /// Empty where the states are in equal steps.
    times: &'a [f64],
}

/// Lists of states that are no paths.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PathsError {
    /// A state longer or shorter than the first of all, or without components.
    #[error("trajectory {path}, sample {sample}: has {found} components, where the first sample has {expected}")]
    Dimension {
        /// Which path, from 0.
        path: usize,
        /// Which of its states, from 0.
        sample: usize,
        /// Its components.
        found: usize,
        /// Those of the first.
        expected: usize,
    },
    /// A NaN or an infinity.
    #[error("trajectory {path}, sample {sample}: {value} is not finite")]
    NotFinite {
        /// Which path, from 0.
        path: usize,
        /// Which of its states, from 0.
        sample: usize,
        /// The value.
        value: f64,
    },
}

impl Paths {
    /// A list of states a path.
    ///
    /// Errors where dimensions differ or are zero, or where a component is not finite.
    pub fn of(lists: &[Vec<Vec<f64>>]) -> Result<Self, PathsError> {
        let expected = lists.iter().flatten().next().map_or(0, Vec::len);
        for (path, list) in lists.iter().enumerate() {
            for (sample, state) in list.iter().enumerate() {
                if state.len() != expected || expected == 0 {
                    return Err(PathsError::Dimension { path, sample, found: state.len(), expected });
                }
                if let Some(&value) = state.iter().find(|x| !x.is_finite()) {
                    return Err(PathsError::NotFinite { path, sample, value });
                }
            }
        }
        Ok(Self::flat(expected, lists.iter().map(|list| list.concat())))
    }

    /// Paths whose states lie one after the other already, each finite.
    pub(crate) fn flat(dimension: usize, paths: impl IntoIterator<Item = Vec<f64>>) -> Self {
        let mut all = Self { dimension, states: Vec::new(), ends: Vec::new(), times: Vec::new() };
        for path in paths {
            debug_assert!(path.len().is_multiple_of(dimension.max(1)) && path.iter().all(|x| x.is_finite()));
            all.states.extend(path);
            all.ends.push(all.states.len());
        }
        all
    }

    /// d, the components of a state; 0 where there is none.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// How many paths there are.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// How many states there are in all of them.
    pub fn samples(&self) -> usize {
        self.states.len() / self.dimension.max(1)
    }

    /// One path.
    pub fn get(&self, k: usize) -> Option<States<'_>> {
        self.ends.get(k).map(|_| self.path(k))
    }

    fn path(&self, k: usize) -> States<'_> {
        let (start, end) = (k.checked_sub(1).map_or(0, |before| self.ends[before]), self.ends[k]);
        let d = self.dimension.max(1);
        let times = if self.times.is_empty() { &[][..] } else { &self.times[start / d..end / d] };
        States { dimension: self.dimension, states: &self.states[start..end], times }
    }

    /// The paths in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = States<'_>> + ExactSizeIterator + Clone {
        (0..self.count()).map(|k| self.path(k))
    }

    /// Every state of every path.
    pub fn states(&self) -> std::slice::ChunksExact<'_, f64> {
        self.states.chunks_exact(self.dimension.max(1))
    }

    /// Every state with the one that follows it on its path.
    pub fn pairs(&self) -> impl Iterator<Item = (&[f64], &[f64])> {
        self.iter().flat_map(|path| path.iter().zip(path.iter().skip(1)))
    }

    /// Whether the states are at times of their own ([`States::times`]), and not in equal steps.
    pub fn is_uneven(&self) -> bool {
        !self.times.is_empty()
    }

    /// The shortest, the middle and the longest interval between successive states; `None` where they are in equal steps.
    pub fn spread(&self) -> Option<[f64; 3]> {
        let mut all: Vec<f64> = self.iter().flat_map(|path| path.times.windows(2).map(|pair| pair[1] - pair[0])).collect();
        all.sort_by(f64::total_cmp);
        Some([*all.first()?, all[(all.len() - 1) / 2], *all.last()?])
    }

    /// Whether there is no path.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The first state of each path that has one.
    pub fn starts(&self) -> impl Iterator<Item = &[f64]> {
        self.iter().filter_map(States::first)
    }

    /// Those of the paths that `keep` says.
    pub(crate) fn filtered(&self, keep: impl Fn(States<'_>) -> bool) -> Self {
        let kept: Vec<States<'_>> = self.iter().filter(|path| keep(*path)).collect();
        let times = kept.iter().flat_map(|path| path.times).copied().collect();
        Self { times, ..Self::flat(self.dimension, kept.iter().map(|path| path.states.to_vec())) }
    }

    /// The motion over an interval: the mean square, a component, of the difference between a state and the next; 0 where none follows another.
    pub fn motion(&self) -> f64 {
        let sum: f64 = self.pairs().map(|(from, to)| from.iter().zip(to).map(|(a, b)| (b - a).powi(2)).sum::<f64>()).sum();
        sum / (self.dimension * self.pairs().count()).max(1) as f64
    }

    /// A copy of every state, a vector each.
    pub fn to_states(&self) -> Vec<Vec<f64>> {
        self.states().map(<[f64]>::to_vec).collect()
    }

    /// Lists of lists, for those who want them.
    pub fn to_lists(&self) -> Vec<Vec<Vec<f64>>> {
        self.iter().map(|path| path.iter().map(<[f64]>::to_vec).collect()).collect()
    }
}

impl<'a> States<'a> {
    /// n.
    pub fn len(self) -> usize {
        self.states.len() / self.dimension.max(1)
    }

    /// Whether there is no state.
    pub fn is_empty(self) -> bool {
        self.states.is_empty()
    }

    /// The states in order.
    pub fn iter(self) -> std::slice::ChunksExact<'a, f64> {
        self.states.chunks_exact(self.dimension.max(1))
    }

    /// One state; `None` beyond the end.
    pub fn get(self, k: usize) -> Option<&'a [f64]> {
        self.states.get(k * self.dimension..(k + 1) * self.dimension)
    }

    /// The first state.
    pub fn first(self) -> Option<&'a [f64]> {
        self.iter().next()
    }

    /// The last state.
    pub fn last(self) -> Option<&'a [f64]> {
        self.iter().next_back()
    }

    /// The first `n` of them, or all.
    pub fn until(self, n: usize) -> Self {
        let states = &self.states[..self.states.len().min(n * self.dimension)];
        Self { states, times: &self.times[..self.times.len().min(n)], ..self }
    }

    /// The time of each state; empty where they are in equal steps.
    pub fn times(self) -> &'a [f64] {
        self.times
    }

    /// The time from state k to the next; `None` in equal steps, and beyond the last but one.
    pub fn duration(self, k: usize) -> Option<f64> {
        Some(self.times.get(k + 1)? - self.times[k])
    }

    /// The time from the first state to the end of part k, where each step has so many parts; equal steps are `interval` long. No time passes beyond the last state's.
    pub fn elapsed(self, k: usize, parts: usize, interval: f64) -> f64 {
        let Some(first) = self.times.first() else { return k as f64 * interval / parts as f64 };
        let before = (k / parts).min(self.times.len() - 1);
        let part = self.duration(before).map_or(0.0, |duration| (k % parts) as f64 * duration / parts as f64);
        self.times[before] - first + part
    }

    /// All components, one state after the other.
    pub fn as_flat(self) -> &'a [f64] {
        self.states
    }
}

impl std::ops::Index<usize> for States<'_> {
    type Output = [f64];

    fn index(&self, k: usize) -> &[f64] {
        &self.states[k * self.dimension..(k + 1) * self.dimension]
    }
}

impl<'a> IntoIterator for States<'a> {
    type Item = &'a [f64];
    type IntoIter = std::slice::ChunksExact<'a, f64>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl EvenSamples<'_> {
    /// The states alone, a path a segment.
    pub fn paths(&self) -> Paths {
        Paths::flat(self.dimension(), self.segments().iter().map(|segment| segment.states.to_vec()))
    }
}

impl Trajectories {
    /// The complete states, a path a run without gaps of at least two of them; with their times where these are uneven.
    ///
    /// Errors: no two successive complete samples.
    ///
    /// ```
    /// use lambdahat::data::Reading;
    /// let paths = Reading::default().parse(b"t,x\n0,1\n0.51,2\n1.3,4\n", "uneven.csv")?.paths()?;
    /// assert_eq!(paths.get(0).map(|path| path.times()), Some(&[0.0, 0.51, 1.3][..]));
    /// # Ok::<(), lambdahat::data::DataError>(())
    /// ```
    pub fn paths(&self) -> Result<Paths, DataError> {
        if matches!(self.spacing(), Spacing::Even { .. }) {
            return Ok(self.require_even()?.paths());
        }
        let runs: Vec<Segment<'_>> = self.segments().into_iter().filter(|run| run.samples() > 1).collect();
        if runs.is_empty() {
            return Err(self.error(DataProblem::NoPair));
        }
        let times = runs.iter().flat_map(|run| run.times).copied().collect();
        Ok(Paths { times, ..Paths::flat(self.dimension(), runs.iter().map(|run| run.states.to_vec())) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Trajectory;

    #[test]
    fn lists_of_other_lengths_and_numbers_are_refused_at_their_place() {
        let wrong = [vec![vec![1.0]], vec![vec![2.0], vec![3.0, 4.0]]];
        assert_eq!(Paths::of(&wrong), Err(PathsError::Dimension { path: 1, sample: 1, found: 2, expected: 1 }));
        let infinite = [vec![vec![1.0], vec![f64::INFINITY]]];
        assert_eq!(Paths::of(&infinite), Err(PathsError::NotFinite { path: 0, sample: 1, value: f64::INFINITY }));
        assert_eq!(Paths::of(&[vec![vec![]]]), Err(PathsError::Dimension { path: 0, sample: 0, found: 0, expected: 0 }));
    }

    #[test]
    fn paths_may_be_empty_and_of_other_lengths() {
        let lists = [vec![vec![1.0], vec![2.0], vec![4.0]], vec![], vec![vec![3.0], vec![9.0]]];
        let paths = Paths::of(&lists).unwrap();
        assert_eq!(paths.iter().map(States::len).collect::<Vec<_>>(), [3, 0, 2]);
        assert_eq!(paths.pairs().map(|(x, y)| (x[0], y[0])).collect::<Vec<_>>(), [(1.0, 2.0), (2.0, 4.0), (3.0, 9.0)]);
        assert_eq!(paths.motion(), (1.0 + 4.0 + 36.0) / 3.0);
        assert_eq!(paths.to_lists(), lists);
        assert_eq!(paths.get(2).and_then(States::last), Some(&[9.0][..]));
        assert_eq!(paths.get(3), None);
        let none = Paths::of(&[]).unwrap();
        assert_eq!((none.dimension(), none.samples(), none.states().count(), none.motion()), (0, 0, 0, 0.0));
    }
    #[test]
    fn uneven_paths_keep_their_times_and_split_at_gaps() {
        let times = [0.0, 1.0, 2.5, 3.1, 4.0, 99.0, 100.0];
        let rows = [1.0, 2.0, f64::NAN, 4.0, 8.0, 16.0, 32.0];
        let t = Trajectory::at(None, times.to_vec(), rows.to_vec());
        let paths = Trajectories::with_times("made up", vec!["x".into()], vec![], vec![t]).unwrap().paths().unwrap();
        let found: Vec<&[f64]> = paths.iter().map(States::times).collect();
        assert_eq!((found, paths.is_uneven()), (vec![&[0.0, 1.0][..], &[3.1, 4.0], &[99.0, 100.0]], true));
        let second = paths.get(1).unwrap();
        assert_eq!((second.duration(0), second.duration(1)), (Some(4.0 - 3.1), None));
        let after = [1, 2, 18].map(|half| second.elapsed(half, 2, 7.0));
        assert_eq!(after, [(4.0 - 3.1) / 2.0, 4.0 - 3.1, 4.0 - 3.1]);
        assert_eq!(paths.filtered(|path| path[0][0] == 16.0).get(0).map(States::times), Some(&[99.0, 100.0][..]));
        assert_eq!(paths.spread(), Some([4.0 - 3.1, 1.0, 1.0]));
        let even = Paths::of(&[vec![vec![1.0], vec![2.0]]]).unwrap();
        assert_eq!((even.is_uneven(), even.spread(), even.get(0).unwrap().elapsed(3, 2, 2.0)), (false, None, 3.0));
    }
}
