//! The complete, evenly spaced samples of a data set: what is needed where one interval H must hold for all.

use super::data_error::{DataError, DataProblem};
use super::segments::Segment;
use super::spacing::Spacing;
use super::trajectories::Trajectories;

/// Samples on one grid of interval H, in segments without gaps of at least two samples each. A segment stands for a trajectory of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct EvenSamples<'a> {
    data: &'a Trajectories,
    interval: f64,
    segments: Vec<Segment<'a>>,
}

impl Trajectories {
    /// The complete samples on their even grid, split at gaps, for what needs one interval H.
    ///
    /// Errors: uneven times, or no two successive complete samples.
    pub fn require_even(&self) -> Result<EvenSamples<'_>, DataError> {
        EvenSamples::of(self)
    }
}

impl<'a> EvenSamples<'a> {
    fn of(data: &'a Trajectories) -> Result<Self, DataError> {
        let interval = match data.spacing() {
            Spacing::Even { interval } => interval,
            Spacing::Uneven { shortest, median, longest, .. } => {
                return Err(data.error(DataProblem::Uneven { shortest, median, longest }));
            }
        };
        let segments: Vec<_> = data.segments().into_iter().filter(|s| s.samples() > 1).collect();
        if segments.is_empty() {
            return Err(data.error(DataProblem::NoPair));
        }
        Ok(Self { data, interval, segments })
    }

    /// The data that they are from.
    pub fn data(&self) -> &'a Trajectories {
        self.data
    }

    /// H, the time between two samples.
    pub fn interval(&self) -> f64 {
        self.interval
    }

    /// How many components a state has.
    pub fn dimension(&self) -> usize {
        self.data.dimension()
    }

    /// The segments.
    pub fn segments(&self) -> &[Segment<'a>] {
        &self.segments
    }

    /// How many segments there are.
    pub fn count(&self) -> usize {
        self.segments.len()
    }

    /// How many samples there are in all segments together.
    pub fn samples(&self) -> usize {
        self.segments.iter().map(Segment::samples).sum()
    }

    /// The states of each segment in order of time.
    pub fn states(&self) -> impl Iterator<Item = std::slice::ChunksExact<'a, f64>> {
        self.segments.iter().map(Segment::rows)
    }

    /// Every state of every segment.
    pub fn all_states(&self) -> impl Iterator<Item = &'a [f64]> {
        self.states().flatten()
    }

    /// Every state with the one that follows it, `(x_n, x_{n+1})`, within segments.
    pub fn pairs(&self) -> impl Iterator<Item = (&'a [f64], &'a [f64])> {
        self.states().flat_map(|states| states.clone().zip(states.skip(1)))
    }

    /// A list of states a segment, copied.
    pub fn to_lists(&self) -> Vec<Vec<Vec<f64>>> {
        self.states().map(|states| states.map(<[f64]>::to_vec).collect()).collect()
    }
}
