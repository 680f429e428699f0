//! Samples as matrices, with the inputs that a loop gives its model beside them.

use crate::data::{EvenSamples, Paths};
use nalgebra::DMatrix;

/// The samples of a trajectory, a row each.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// x.
    pub states: DMatrix<f64>,
    /// u; without columns where there are no inputs.
    pub inputs: DMatrix<f64>,
}

/// Runs of states that nothing drives; `None` without a component.
pub(super) fn free_runs(paths: &Paths) -> Option<Vec<Run>> {
    let d = paths.dimension();
    let whole = paths.iter().filter(|run| run.len() >= 2);
    (d > 0).then(|| whole.map(|run| Run::free(DMatrix::from_row_slice(run.len(), d, run.as_flat()))).collect())
}

/// Runs of samples with their inputs.
pub(super) fn driven_runs(samples: &EvenSamples<'_>) -> Vec<Run> {
    let run = |s: &crate::data::Segment<'_>| Run {
        states: DMatrix::from_row_slice(s.samples(), s.dimension, s.states),
        inputs: DMatrix::from_row_slice(s.samples(), s.input_dimension, s.inputs),
    };
    samples.segments().iter().map(run).collect()
}

impl Run {
    /// Of states that nothing drives.
    pub fn free(states: DMatrix<f64>) -> Self {
        Self { inputs: DMatrix::zeros(states.nrows(), 0), states }
    }

    /// How many samples there are.
    pub fn rows(&self) -> usize {
        self.states.nrows()
    }

    /// The same with the inputs of the next row as further ones; the last row's next is itself.
    pub fn with_next(&self) -> Self {
        let (rows, p) = self.inputs.shape();
        let at = |k: usize, j: usize| if j < p { self.inputs[(k, j)] } else { self.inputs[((k + 1).min(rows - 1), j - p)] };
        Self { inputs: DMatrix::from_fn(rows, 2 * p, at), ..self.clone() }
    }

    /// Successive samples of it.
    pub fn part(&self, start: usize, length: usize) -> Self {
        Self { states: self.states.rows(start, length).into_owned(), inputs: self.inputs.rows(start, length).into_owned() }
    }
}
