//! The colours of figures.

use serde::{Deserialize, Serialize};

/// The colours of Okabe & Ito (2008), which people with any common colour blindness tell apart, and two greys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ink {
    /// Data.
    Black,
    /// The fourth of a series.
    Orange,
    /// The lighter blue.
    Sky,
    /// The fit at its own step.
    Green,
    /// The lightest.
    Yellow,
    /// The truth.
    Blue,
    /// What was learned; the artifact.
    Red,
    /// The fifth of a series.
    Purple,
    /// What stands back.
    Grey,
    /// Behind everything.
    Pale,
}

impl Ink {
    /// Colours for members of a series, in order.
    pub const SERIES: [Self; 7] = [Self::Blue, Self::Red, Self::Green, Self::Orange, Self::Purple, Self::Sky, Self::Grey];

    /// The colour as `#rrggbb`.
    pub fn hex(self) -> &'static str {
        match self {
            Self::Black => "#000000",
            Self::Orange => "#e69f00",
            Self::Sky => "#56b4e9",
            Self::Green => "#009e73",
            Self::Yellow => "#f0e442",
            Self::Blue => "#0072b2",
            Self::Red => "#d55e00",
            Self::Purple => "#cc79a7",
            Self::Grey => "#6b6b6b",
            Self::Pale => "#d9d9d9",
        }
    }
}
