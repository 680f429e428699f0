//! The libraries whose loops are known, and the versions that were read.

use serde::Serialize;
use std::fmt;

/// A library whose integration loop is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum Library {
    /// `torchdiffeq.odeint` (Chen, 2018).
    #[serde(rename = "torchdiffeq")]
    Torchdiffeq,
    /// `diffrax.diffeqsolve` (Kidger, 2021).
    #[serde(rename = "diffrax")]
    Diffrax,
    /// `scipy.integrate.solve_ivp`.
    #[serde(rename = "scipy")]
    Scipy,
    /// `torchdyn.numerics.odeint`.
    #[serde(rename = "torchdyn")]
    Torchdyn,
    /// OrdinaryDiffEq.jl's `solve`.
    #[serde(rename = "OrdinaryDiffEq")]
    OrdinaryDiffEq,
}

impl Library {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Torchdiffeq, Self::Diffrax, Self::Scipy, Self::Torchdyn, Self::OrdinaryDiffEq];

    /// The name before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Self::Torchdiffeq => "torchdiffeq",
            Self::Diffrax => "diffrax",
            Self::Scipy => "scipy",
            Self::Torchdyn => "torchdyn",
            Self::OrdinaryDiffEq => "OrdinaryDiffEq",
        }
    }

    /// The library of this name, in any case of letters.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|library| library.name().eq_ignore_ascii_case(name))
    }

    /// The versions whose source was read for this model, the newest last.
    pub fn versions(self) -> &'static [&'static str] {
        match self {
            Self::Torchdiffeq => &["0.2.5"],
            Self::Diffrax => &["0.6.2", "0.7.0", "0.7.1", "0.7.2"],
            Self::Scipy => &["1.17.1"],
            Self::Torchdyn => &["1.0.6"],
            Self::OrdinaryDiffEq => &[],
        }
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
