//! The numbers that a training computes with.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The numbers that a training computes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32 bits.
    Float32,
    /// 64 bits.
    Float64,
}

impl Precision {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Float32, Self::Float64];

    /// As NumPy, PyTorch and JAX call it: `float32`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        }
    }

    /// The precision of this name, in any case of letters (Julia writes `Float32`).
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|precision| precision.name().eq_ignore_ascii_case(name))
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
