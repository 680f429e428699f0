//! Runs of complete samples, and the pairs of neighbours in them.

use super::trajectory::Trajectory;

/// A run of complete samples of one trajectory without a gap.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Segment<'a> {
    /// Which trajectory, from 0.
    pub trajectory: usize,
    /// Its first sample in that trajectory, from 0.
    pub first: usize,
    /// The times, n of them.
    pub times: &'a [f64],
    /// The states, n × d, one after the other, none missing.
    pub states: &'a [f64],
    /// The inputs, n × p, one after the other, none missing.
    pub inputs: &'a [f64],
    /// d, components of a state.
    pub dimension: usize,
    /// p, components of an input.
    pub input_dimension: usize,
}

/// Two successive complete samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair<'a> {
    /// Which trajectory, from 0.
    pub trajectory: usize,
    /// The first sample's place in its trajectory, from 0.
    pub row: usize,
    /// The first state.
    pub from: &'a [f64],
    /// The state that follows.
    pub to: &'a [f64],
    /// The time between them.
    pub interval: f64,
    /// The inputs at the first; empty where there are none.
    pub input: &'a [f64],
    /// The inputs at the second.
    pub next_input: &'a [f64],
}

impl<'a> Segment<'a> {
    /// How many samples there are.
    pub fn samples(&self) -> usize {
        self.times.len()
    }

    /// One state.
    pub fn state(&self, k: usize) -> &'a [f64] {
        &self.states[k * self.dimension..(k + 1) * self.dimension]
    }

    /// The inputs at one sample.
    pub fn input(&self, k: usize) -> &'a [f64] {
        &self.inputs[k * self.input_dimension..(k + 1) * self.input_dimension]
    }

    /// The states in order of time.
    pub fn rows(&self) -> std::slice::ChunksExact<'a, f64> {
        self.states.chunks_exact(self.dimension)
    }

    /// Its pairs of successive samples.
    pub fn into_pairs(self) -> impl Iterator<Item = Pair<'a>> {
        (1..self.samples()).map(move |k| Pair {
            trajectory: self.trajectory,
            row: self.first + k - 1,
            from: self.state(k - 1),
            to: self.state(k),
            interval: self.times[k] - self.times[k - 1],
            input: self.input(k - 1),
            next_input: self.input(k),
        })
    }

    /// Adds the segments of a trajectory, which ends before each row of `breaks` and at incomplete samples.
    pub(super) fn split(trajectory: usize, t: &'a Trajectory, d: usize, p: usize, breaks: &[usize], segments: &mut Vec<Self>) {
        let complete = |row: usize| {
            t.states[row * d..(row + 1) * d].iter().all(|x| !x.is_nan()) && t.inputs[row * p..(row + 1) * p].iter().all(|u| !u.is_nan())
        };
        let mut add = |first: usize, end: usize| {
            if first < end {
                segments.push(Self {
                    trajectory,
                    first,
                    times: &t.times[first..end],
                    states: &t.states[first * d..end * d],
                    inputs: &t.inputs[first * p..end * p],
                    dimension: d,
                    input_dimension: p,
                });
            }
        };
        let mut breaks = breaks.iter().copied().peekable();
        let mut first = 0;
        for row in 0..t.samples() {
            if breaks.next_if_eq(&row).is_some() {
                add(first, row);
                first = row;
            }
            if !complete(row) {
                add(first, row);
                first = row + 1;
            }
        }
        add(first, t.samples());
    }
}

#[cfg(test)]
mod tests {
    use crate::data::{Trajectories, Trajectory};

    #[test]
    fn segments_end_at_missing_rows_and_cells() {
        let rows = [1.0, 2.0, 4.0, f64::NAN, 16.0, 64.0, 128.0];
        let times = [0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 7.0];
        let t = Trajectory::at(None, times.to_vec(), rows.to_vec());
        let data = Trajectories::with_times("made up", vec!["x".into()], vec![], vec![t]).unwrap();
        let found: Vec<_> = data.segments().iter().map(|s| (s.first, s.states.to_vec(), s.times.to_vec())).collect();
        assert_eq!(found.len(), 3);
        assert_eq!(found[0], (0, vec![1.0, 2.0, 4.0], vec![0.0, 1.0, 2.0]));
        assert_eq!(found[1], (4, vec![16.0], vec![4.0]));
        assert_eq!(found[2], (5, vec![64.0, 128.0], vec![6.0, 7.0]));
        let even = data.require_even().unwrap();
        assert_eq!((even.interval(), even.count(), even.samples(), even.pairs().count()), (1.0, 2, 5, 3));
    }
}
