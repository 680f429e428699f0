//! What can be wrong with a system file, and where.

use crate::dynamics::formula::ParseError;
use thiserror::Error;

/// What is wrong with a system file, and where.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{origin}:{line}:{column}: {reason}")]
pub struct SystemFileError {
    /// The file.
    pub origin: String,
    /// Counted from one.
    pub line: usize,
    /// Counted from one, in characters.
    pub column: usize,
    /// What it is; in a box, so that results with this error stay small.
    pub reason: Box<SystemFileReason>,
}

impl SystemFileError {
    /// The error at a byte of a text.
    pub(crate) fn at(text: &str, origin: &str, offset: usize, reason: SystemFileReason) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Self { origin: origin.into(), line, column, reason: Box::new(reason) }
    }
}

/// The ways in which a system file can be wrong.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SystemFileReason {
    /// No TOML.
    #[error("{0}")]
    Toml(String),
    /// A value of another kind.
    #[error("expected {expected}")]
    Type {
        /// What should stand there.
        expected: &'static str,
    },
    /// A key that system files do not have.
    #[error("unknown key `{key}`; expected one of: {known}")]
    UnknownKey {
        /// The key.
        key: String,
        /// Those that there are, separated by commas.
        known: String,
    },
    /// No variable at all.
    #[error("no components: write [field] and below it, for each variable, a line such as x = \"x - x y\"")]
    Empty,
    /// Too many of them.
    #[error("{found} variables: at most {most} can be had")]
    TooManyVariables {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A key that is no name.
    #[error("`{0}` is no name: letters, digits and _ after a letter, for a variable with or without a prime")]
    Name(String),
    /// The same name twice.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// A state with too few or too many components.
    #[error("{found} components, the field has {expected}")]
    StateLength {
        /// Variables of the field.
        expected: usize,
        /// Components of the state.
        found: usize,
    },
    /// A grid without the parameter that counts its points.
    #[error("a grid needs points = \"NAME\", the parameter that is the number of its points")]
    NoPoints,
    /// An invariant on a grid.
    #[error("a system on a grid can have no invariant here")]
    GridInvariant,
    /// A condition without a comparison.
    #[error("expected a condition on parameters, such as \"alpha > 0\" or \"damping = 0\"")]
    Condition,
    /// The text of an expression.
    #[error(transparent)]
    Expression(#[from] ParseError),
    /// Division by something that is not a number, where only polynomials will do.
    #[error("not a polynomial: division is by numbers other than zero only")]
    Division,
    /// A function or a power, where only polynomials will do.
    #[error("not a polynomial: only sums, products and whole powers of variables are")]
    NotPolynomial,
    /// An exponent or a degree beyond what is kept of polynomials.
    #[error("polynomials of degrees beyond {degree}, and powers of more than {terms} terms, are not supported")]
    Degree {
        /// The largest degree.
        degree: usize,
        /// The largest number of terms.
        terms: usize,
    },
}
