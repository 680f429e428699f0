//! Why there is no prediction.

use crate::inverse::BranchError;
use crate::loops::CallError;
use crate::method::SamplingError;
use crate::method::catalog::CatalogError;
use crate::truth::Caveat;
use thiserror::Error;

/// Why there is no prediction.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PredictError {
    /// The interval or the number of substeps cannot be used.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// A mode has no branches through a method.
    #[error(transparent)]
    Branches(#[from] BranchError),
    /// The catalogue cannot be read.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A call does not suit the interval between samples.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Nothing to predict.
    #[error("{subject} has no mode to predict")]
    NoModes {
        /// The file or the system.
        subject: String,
        /// How many samples there are: none, as it is for a system. Samples without a mode have a report.
        samples: usize,
        /// What became of its modes.
        caveats: Vec<Caveat>,
    },
}
