//! What a model sees of a state: the state itself, polynomials of it, or Gaussians around centres.
//!
//! States are feature-major: row j holds component j of n samples.

use super::dictionary::Dictionary;
use super::kernel::Kernel;
use crate::simd::Width;
use serde::{Deserialize, Serialize};

/// The fixed functions φ(x) under the first layer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Features {
    /// φ(x) = x.
    Identity,
    /// Products of powers or Chebyshev polynomials.
    Polynomial(Dictionary),
    /// Whitened Gaussians.
    Gaussian(Kernel),
}

impl Features {
    /// How many functions, for states of dimension d.
    pub fn count(&self, d: usize) -> usize {
        match self {
            Self::Identity => d,
            Self::Polynomial(dictionary) => dictionary.count(),
            Self::Gaussian(kernel) => kernel.count(),
        }
    }

    /// Writes φ (count × n) of the states x (d × n).
    pub(crate) fn value(&self, width: Width, x: &[f64], n: usize, out: &mut [f64]) {
        match self {
            Self::Identity => out[..x.len()].copy_from_slice(x),
            Self::Polynomial(dictionary) => dictionary.value(width, x, n, out),
            Self::Gaussian(kernel) => kernel.value(width, x, n, out),
        }
    }

    /// Writes φ′(x)ᵀ·adjoint (d × n); adjoint is count × n.
    pub(crate) fn pull_back(&self, width: Width, x: &[f64], n: usize, adjoint: &[f64], out: &mut [f64]) {
        match self {
            Self::Identity => out.copy_from_slice(&adjoint[..out.len()]),
            Self::Polynomial(dictionary) => dictionary.pull_back(width, x, n, adjoint, out),
            Self::Gaussian(kernel) => kernel.pull_back(width, x, n, adjoint, out),
        }
    }
}
