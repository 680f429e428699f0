//! What can be wrong with a system or a flow.

use thiserror::Error;

/// What can go wrong in this module.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum DynamicsError {
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
        system: &'static str,
        /// What was asked for.
        parameter: String,
        /// The parameters that it has.
        known: String,
    },
    /// A parameter's value is not a number, not finite, or outside the system's range.
    #[error("parameter `{parameter}` of system `{system}`: `{value}` is not {expected}")]
    Value {
        /// The system.
        system: &'static str,
        /// The parameter.
        parameter: String,
        /// The value as given.
        value: String,
        /// What it should have been.
        expected: &'static str,
    },
    /// A parameter is given twice, and the two need not agree.
    #[error("parameter `{parameter}` of system `{system}` is given more than once; give it once")]
    Repeated {
        /// The system.
        system: &'static str,
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
        system: &'static str,
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
