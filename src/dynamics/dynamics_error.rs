//! What can be wrong with a system or a flow.

use super::SystemFileError;
use thiserror::Error;

/// What can go wrong in this module.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum DynamicsError {
    /// A system file.
    #[error(transparent)]
    File(#[from] SystemFileError),
    /// A system file that cannot be read.
    #[error("cannot read the system file {path}: {why}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        why: String,
    },
    /// A stated invariant that the field does not keep.
    #[error("system `{system}`: its invariant changes along its field, by {rate:.3e} a unit of time at {start:?}; mend it or leave it out")]
    NotInvariant {
        /// The system.
        system: String,
        /// Where that was found.
        start: Vec<f64>,
        /// dV/dt there.
        rate: f64,
    },
    /// A requirement of the file that cannot hold.
    #[error("system `{system}` requires {requirement}, which does not hold")]
    Requirement {
        /// The system.
        system: String,
        /// As written.
        requirement: String,
    },
    /// No system has this name.
    #[error("unknown system `{name}`; the systems are {known}")]
    UnknownSystem {
        /// What was asked for.
        name: String,
        /// Every name, separated by commas.
        known: String,
    },
    /// The system has no such parameter.
    #[error("system `{system}` has no parameter `{parameter}`; it has {known}")]
    UnknownParameter {
        /// The system.
        system: String,
        /// What was asked for.
        parameter: String,
        /// The parameters that it has.
        known: String,
    },
    /// A parameter's value is not a number, not finite, or outside the system's range.
    #[error("parameter `{parameter}` of system `{system}`: `{value}` is not {expected}")]
    Value {
        /// The system.
        system: String,
        /// The parameter.
        parameter: String,
        /// The value as given.
        value: String,
        /// What it should have been.
        expected: String,
    },
    /// A parameter is given twice, and the two need not agree.
    #[error("parameter `{parameter}` of system `{system}` is given more than once; give it once")]
    Repeated {
        /// The system.
        system: String,
        /// The parameter.
        parameter: String,
    },
    /// The rows of a matrix are not as many as their entries.
    #[error("the matrix of `linear` is not square: {} row{} of length{} {}", .lengths.len(), plural(.lengths), plural(.lengths), listed(.lengths))]
    NotSquare {
        /// The length of each row.
        lengths: Vec<usize>,
    },
    /// The start has another dimension than the field.
    #[error("the start has {found} components, the field has {expected}")]
    Dimension {
        /// Components of the field.
        expected: usize,
        /// Components of the start.
        found: usize,
    },
    /// A start outside the field's domain (a Lotka–Volterra population that is not positive).
    #[error("the start {start:?} is outside the domain of `{system}`: {domain}")]
    Domain {
        /// The system.
        system: String,
        /// The start.
        start: Vec<f64>,
        /// Where it must be.
        domain: &'static str,
    },
    /// A sampling interval that is not positive and finite.
    #[error("the sampling interval {0} is not a positive finite number")]
    Interval(f64),
    /// The solution left the finite numbers, or its step shrank to nothing.
    #[error("the flow from {start:?} breaks down at t = {time}: {why}")]
    Breakdown {
        /// Where the trajectory began.
        start: Vec<f64>,
        /// When it broke down.
        time: f64,
        /// How.
        why: &'static str,
    },
}

fn plural(lengths: &[usize]) -> &'static str {
    if lengths.len() == 1 { "" } else { "s" }
}

fn listed(lengths: &[usize]) -> String {
    lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}
