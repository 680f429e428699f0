//! What is wrong with a scheme file, and where.

use super::linear_multistep::MultistepError;
use super::tableau::TableauError;
use thiserror::Error;

/// The most stages or steps of a scheme file.
pub const MOST_STAGES: usize = 128;

/// The most digits that a scheme file may say its coefficients have.
pub const MOST_DIGITS: u32 = 60;

/// What is wrong with a scheme file, and where.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{origin}:{line}:{column}: {reason}")]
pub struct SchemeError {
    /// The file, or another name of the text.
    pub origin: String,
    /// Counted from one.
    pub line: usize,
    /// In characters, counted from one.
    pub column: usize,
    /// What is wrong and what to do.
    pub reason: SchemeReason,
}

/// What is wrong with a scheme file.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SchemeReason {
    /// Not TOML.
    #[error("not valid TOML: {0}")]
    Toml(String),
    /// A key that scheme files do not have.
    #[error("unknown key `{key}`; expected one of: {expected}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that are understood here.
        expected: String,
    },
    /// Tables or keys that must be there, or must not.
    #[error("{0}")]
    Layout(&'static str),
    /// A value of the wrong type.
    #[error("expected {expected}, found {found}")]
    Type {
        /// In words.
        expected: &'static str,
        /// TOML's name of what stands there.
        found: &'static str,
    },
    /// A coefficient or a claim that cannot be read.
    #[error("{0}")]
    Expression(String),
    /// A declaration under `[where]` that names no number.
    #[error("`{name}` under [where]: {reason}")]
    Where {
        /// The declared name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Numbers whose common field is too large to compute in.
    #[error(
        "the algebraic numbers of this scheme need a common field of degree above {0}",
        crate::exact::real::number_field::LARGEST_DEGREE
    )]
    FieldTooLarge,
    /// Too many stages or steps.
    #[error("{0} rows; at most {MOST_STAGES} stages or steps are read")]
    TooLarge(usize),
    /// The coefficients make no Runge–Kutta method.
    #[error(transparent)]
    Tableau(TableauError),
    /// The coefficients make no multistep method.
    #[error(transparent)]
    Multistep(MultistepError),
}
