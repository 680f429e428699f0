//! What is found of a property.

use crate::exact::Number;
use crate::stability::Extent;
use serde::Serialize;

/// What was found of a property.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum PropertyFound {
    /// A truth.
    Truth(bool),
    /// An order.
    Order(usize),
    /// An interval or a radius.
    Extent(Extent),
    /// An exact value.
    Value(Number),
    /// An angle in degrees.
    Degrees(f64),
}

impl std::fmt::Display for PropertyFound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Truth(truth) => write!(f, "{truth}"),
            Self::Order(order) => write!(f, "{order}"),
            Self::Extent(extent) if extent.is_infinite() => f.write_str("infinite"),
            Self::Extent(extent) => f.write_str(&extent.decimal(15)),
            Self::Value(number) => write!(f, "{number}"),
            Self::Degrees(degrees) => write!(f, "{degrees:.10}"),
        }
    }
}
