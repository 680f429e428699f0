//! What a scheme is: Runge–Kutta tableau, linear multistep (ρ, σ), the scheme file, the catalogue.

pub mod algebra;
pub mod catalog;
mod declarations;
pub mod expression;
pub mod families;
pub(crate) mod field_symbol;
pub(crate) mod identity;
pub mod latex;
pub(crate) mod linear_multistep;
pub(crate) mod property;
pub mod rounding;
pub(crate) mod sampling;
pub mod scheme;
mod scheme_error;
mod scheme_value;
pub(crate) mod tableau;

pub use field_symbol::FieldSymbol;
pub use identity::{Claim, Identity, Stated};
pub use linear_multistep::{Multistep, MultistepError};
pub use property::{Certainty, PROPERTIES, Property, PropertyEntry, PropertyKind, RestsOn};
pub use sampling::{Sampling, SamplingError, StepSize};
pub use tableau::{Coefficients, RungeKutta, TableauError};

/// A scheme of either kind.
#[derive(Clone, Debug)]
pub enum Method {
    /// One step, several stages.
    RungeKutta(RungeKutta),
    /// Several steps, one evaluation each.
    Multistep(Multistep),
}

impl Method {
    /// What the scheme says of itself.
    pub fn identity(&self) -> &Identity {
        match self {
            Self::RungeKutta(method) => method.identity(),
            Self::Multistep(method) => method.identity(),
        }
    }

    /// The catalogue's name.
    pub fn name(&self) -> &str {
        &self.identity().name
    }

    /// `"runge-kutta"` or `"multistep"`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::RungeKutta(_) => "runge-kutta",
            Self::Multistep(_) => "multistep",
        }
    }

    /// Whether a step needs no equation solved.
    pub fn is_explicit(&self) -> bool {
        match self {
            Self::RungeKutta(method) => method.is_explicit(),
            Self::Multistep(method) => method.is_explicit(),
        }
    }

    /// Whether every coefficient is known exactly.
    pub fn is_exact(&self) -> bool {
        match self {
            Self::RungeKutta(method) => method.is_exact(),
            Self::Multistep(method) => method.is_exact(),
        }
    }
}
