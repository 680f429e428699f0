//! What can be wrong with a fit.

use crate::loops::{CallError, FollowError};
use thiserror::Error;

/// What can go wrong in this module.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum FitError {
    /// A model that was trained through a library's own steps.
    #[error(
        "it was trained through {call}, which {}",
        if *.adaptive {
            "controls its steps: such a model is a field in continuous time to about its tolerance, and undoing a single step would spoil it; \
             at rtol 1e-4 or tighter it needs no repair"
        } else {
            "lays its own grid of steps and may interpolate: undoing a single step would spoil it"
        }
    )]
    OwnSteps {
        /// The call.
        call: String,
        /// Whether its steps are controlled.
        adaptive: bool,
    },
    /// A library's call that cannot be followed on the model.
    #[error("the call cannot be followed on this model: {0}")]
    Call(FollowError),
    /// A library's call that does not suit the samples.
    #[error(transparent)]
    CallOption(#[from] CallError),
    /// A model that cannot be read.
    #[error("model `{text}`: {why}; write linear, affine, polynomial:3, sindy:3, rbf, rbf:50, mlp:64x64 or mlp:32x32:softplus")]
    Model {
        /// As given.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// A model file of another class than is to be trained.
    #[error("the file holds a {file} model, what is asked for is {asked}; parameters of one class mean nothing to another")]
    OtherClass {
        /// The file's class.
        file: String,
        /// The class that is to be trained.
        asked: String,
    },
    /// A loss that cannot be read.
    #[error("loss `{0}`: write pairs, windows:5, rollout or rollout-free-start")]
    Loss(String),
    /// No trajectory is long enough.
    #[error("{needed} consecutive samples are needed ({why}), and the longest trajectory has {longest}")]
    TooFewSamples {
        /// Samples that one window needs.
        needed: usize,
        /// What needs them.
        why: String,
        /// Trajectories given.
        trajectories: usize,
        /// Samples of the longest.
        longest: usize,
    },
    /// A method that cannot be stepped as asked.
    #[error("method `{method}`: {why}")]
    Method {
        /// Its name.
        method: String,
        /// What is wrong.
        why: String,
    },
    /// Newton's iteration for the stages of an implicit method did not converge.
    #[error(
        "Newton's iteration for the stages failed in trajectory {trajectory}, in the interval after sample {sample}, step {substep}, from the state {state:?}: after {iterations} iterations the equations were still {residual:e} off; use more substeps or a smaller model"
    )]
    Newton {
        /// Which trajectory, from 0.
        trajectory: usize,
        /// The sample that the interval begins at, from 0.
        sample: usize,
        /// Step of the interval, from 0.
        substep: usize,
        /// Where the step began.
        state: Vec<f64>,
        /// Iterations made.
        iterations: usize,
        /// Largest stage residual.
        residual: f64,
    },
    /// The model's prediction is not finite.
    #[error(
        "the prediction from {state:?} (trajectory {trajectory}, sample {sample}) is not finite; start from smaller parameters, or use a smaller step"
    )]
    NotFinite {
        /// Which trajectory, from 0.
        trajectory: usize,
        /// The first sample of the window, from 0.
        sample: usize,
        /// The start of the first window that left the finite numbers.
        state: Vec<f64>,
    },
    /// More memory than allowed.
    #[error(
        "{what} would need {needed} of memory, {limit} is the limit; use fewer samples, a smaller model, the optimiser `adam`, or allow more memory"
    )]
    Memory {
        /// What would be allocated.
        what: &'static str,
        /// How much, in words.
        needed: String,
        /// The limit, in words.
        limit: String,
    },
    /// A model of another dimension than the data.
    #[error("the model is for {model} variables, the data have {data}")]
    Dimension {
        /// Of the model.
        model: usize,
        /// Of the data.
        data: usize,
    },
    /// A direct solution where the residuals are not linear in the parameters.
    #[error("a direct solution needs a model that is linear in its parameters and a loss that is linear in the field: {0}")]
    NotLinear(&'static str),
    /// A start whose turn had not come when the training was stopped.
    #[error("stopped before it began")]
    NotBegun,
    /// A model file that cannot be used.
    #[error("model file: {0}")]
    File(String),
}

/// Errors where `needed` bytes are more than allowed.
pub(crate) fn within(what: &'static str, needed: usize, limit: usize) -> Result<(), FitError> {
    if needed <= limit {
        return Ok(());
    }
    let (needed_text, limit_text) = (bytes(needed), bytes(limit));
    if needed_text != limit_text {
        return Err(FitError::Memory { what, needed: needed_text, limit: limit_text });
    }
    // Too near to each other to be told apart in round numbers.
    Err(FitError::Memory { what, needed: format!("{needed} bytes"), limit: format!("{limit} bytes") })
}

/// A number of bytes in words.
pub(crate) fn bytes(n: usize) -> String {
    if n == usize::MAX {
        return "more than can be addressed".into();
    }
    let gib = n as f64 / (1u64 << 30) as f64;
    if gib >= 1.0 { format!("{gib:.1} GiB") } else { format!("{:.0} MiB", (gib * 1024.0).ceil()) }
}
