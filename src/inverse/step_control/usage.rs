//! How a call is used: on which batch, over how many samples.

use crate::loops::StateNorm;
use num_complex::Complex;

/// How a call is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Usage {
    /// What enters the error norm.
    pub norm: StateNorm,
    /// The size of the mode in the data.
    pub amplitude: f64,
    /// The size of all modes together.
    pub total: f64,
    /// Parts of the data as batches of their own, over which what is learned may differ.
    pub batches: Vec<StateNorm>,
    /// Samples that one call covers: 1 for pairs.
    pub samples: usize,
    /// What the loss prefers in the place of the mode, where noise in the samples moves it by more than they leave open.
    pub apparent: Option<Complex<f64>>,
}

impl Default for Usage {
    /// Pairs of one complex state of size 1.
    fn default() -> Self {
        Self { norm: StateNorm::default(), amplitude: 1.0, total: 1.0, batches: Vec::new(), samples: 1, apparent: None }
    }
}

impl Usage {
    /// Pairs of one complex state of this size.
    pub fn amplitude(size: f64) -> Self {
        Self { norm: StateNorm::amplitude(size), amplitude: size, total: size, ..Self::default() }
    }
}
