//! Linear multistep methods as exact pairs (ρ, σ).

use super::identity::Identity;
use crate::exact::{Number, Polynomial};
use num_traits::Zero;
use thiserror::Error;

/// Why coefficients make no linear multistep method.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MultistepError {
    /// Fewer than two coefficients.
    #[error("a multistep method needs at least alpha_0 and alpha_1; alpha has {0} entries")]
    TooShort(usize),
    /// The lists differ in length.
    #[error("alpha has {alpha} entries and beta {beta}: they must have the same number")]
    Lengths {
        /// Entries of alpha.
        alpha: usize,
        /// Entries of beta.
        beta: usize,
    },
    /// `alpha_k = 0`: the newest value does not occur.
    #[error("the last alpha is zero, so the newest value would not be determined")]
    NoLead,
    /// Both first coefficients vanish: the method has fewer steps than stated.
    #[error("alpha_0 and beta_0 are both zero: leave them out, the method has one step fewer")]
    FewerSteps,
    /// All of `beta` vanish: the vector field does not occur.
    #[error("beta is zero throughout, so the vector field does not occur")]
    NoField,
}

/// A linear multistep method `Σ_j α_j y_{n+j} = h Σ_j β_j f_{n+j}`, j = 0…k, with `ρ(ζ) = Σ α_j ζ^j` and `σ(ζ) = Σ β_j ζ^j`.
#[derive(Clone, Debug)]
pub struct Multistep {
    identity: Identity,
    alpha: Vec<Number>,
    beta: Vec<Number>,
}

impl Multistep {
    /// A method from its coefficients, lowest j first.
    pub fn new(identity: Identity, alpha: Vec<Number>, beta: Vec<Number>) -> Result<Self, MultistepError> {
        if alpha.len() != beta.len() {
            return Err(MultistepError::Lengths { alpha: alpha.len(), beta: beta.len() });
        }
        match alpha.as_slice() {
            [] | [_] => return Err(MultistepError::TooShort(alpha.len())),
            [.., last] if last.is_zero() => return Err(MultistepError::NoLead),
            [first, ..] if first.is_zero() && beta[0].is_zero() => return Err(MultistepError::FewerSteps),
            _ => {}
        }
        if beta.iter().all(Zero::is_zero) {
            return Err(MultistepError::NoField);
        }
        Ok(Self { identity, alpha, beta })
    }

    /// What the scheme says of itself.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The catalogue's name.
    pub fn name(&self) -> &str {
        &self.identity.name
    }

    /// The name in words.
    pub fn title(&self) -> &str {
        &self.identity.title
    }

    /// Author, year, where.
    pub fn source(&self) -> &str {
        &self.identity.source
    }

    /// Library names.
    pub fn aliases(&self) -> &[String] {
        &self.identity.aliases
    }

    /// The number of steps k.
    pub fn steps(&self) -> usize {
        self.alpha.len() - 1
    }

    /// α₀ … α_k.
    pub fn alpha(&self) -> &[Number] {
        &self.alpha
    }

    /// β₀ … β_k.
    pub fn beta(&self) -> &[Number] {
        &self.beta
    }

    /// ρ(ζ) = Σ α_j ζ^j.
    pub fn rho(&self) -> Polynomial<Number> {
        Polynomial::new(self.alpha.clone())
    }

    /// σ(ζ) = Σ β_j ζ^j.
    pub fn sigma(&self) -> Polynomial<Number> {
        Polynomial::new(self.beta.clone())
    }

    /// Whether `β_k = 0`.
    pub fn is_explicit(&self) -> bool {
        self.beta[self.steps()].is_zero()
    }

    /// Whether every coefficient is known exactly.
    pub fn is_exact(&self) -> bool {
        self.alpha.iter().chain(&self.beta).all(Number::is_exact)
    }
}
