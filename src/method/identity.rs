//! What a scheme says of itself: name, source, aliases and claims.

use super::property::Property;
use crate::exact::Number;
use serde::Serialize;
use std::fmt;

/// Who a scheme is, and what its file claims of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Identity {
    /// The catalogue's name, lower case with hyphens.
    pub name: String,
    /// The name in words.
    pub title: String,
    /// Author, year, where.
    pub source: String,
    /// The names by which training libraries call it, as `library:Name`.
    pub aliases: Vec<String>,
    /// Statements to be verified, in the order of the file.
    pub claims: Vec<Claim>,
    /// How many digits its coefficients were rounded to, where the file says so (`digits = 7`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digits: Option<u32>,
    /// What a residual of an order condition may be, where the file says so (`tolerance = 1e-6`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<f64>,
    /// The names that its file declares under `[where]`, with their values.
    #[serde(skip)]
    pub symbols: Vec<(String, Number)>,
    /// The scheme file that it was read from, whole, so that a result can carry its method with it.
    #[serde(skip)]
    pub text: Option<String>,
}

impl Identity {
    /// The tolerance that the file asks for: as stated, or ten units of the last of its `digits` (a condition sums over several coefficients).
    pub fn stated_tolerance(&self) -> Option<f64> {
        self.tolerance.or_else(|| self.digits.map(|digits| format!("1e-{}", digits.saturating_sub(1)).parse().unwrap_or(1.0)))
    }
}

/// One statement of a scheme file, such as `order = 4`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Claim {
    /// What it is about.
    pub claim: Property,
    /// What is stated.
    pub stated: Stated,
}

/// The value of a claim.
#[derive(Clone, Debug, PartialEq)]
pub enum Stated {
    /// `a_stable = true`
    Truth(bool),
    /// `order = 4`, `imaginary_interval = "2*sqrt(2)"`
    Value(Number),
    /// `real_interval = "infinite"`
    Infinite,
}

impl Serialize for Stated {
    /// `true`, the number as a text, or `"Infinity"`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Truth(truth) => serializer.serialize_bool(*truth),
            Self::Value(number) => number.serialize(serializer),
            Self::Infinite => serializer.serialize_str("Infinity"),
        }
    }
}

impl fmt::Display for Stated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Value(number) => write!(f, "{number}"),
            Self::Infinite => f.write_str("infinite"),
        }
    }
}
