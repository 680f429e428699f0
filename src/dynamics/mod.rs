//! Vector fields (polynomial, systems from text files) and their flows.

mod brent;
mod compile;
mod dynamics_error;
mod enclosure;
mod equilibria;
mod equilibrium_search;
mod field;
mod flow;
mod formula;
mod limit_cycle;
pub(crate) mod norm;
pub(crate) mod polynomial_field;
mod section;
mod sensitivity;
mod spectrum;
mod stepper;
mod system;

pub use dynamics_error::DynamicsError;
pub use equilibria::{Equilibrium, equilibria};
pub use equilibrium_search::{FoundEquilibria, equilibria_within};
pub use field::{At, Field, ParameterisedField};
pub use flow::Flow;
pub use formula::ParseError;
pub use limit_cycle::LimitCycle;
pub use polynomial_field::{CompiledField, Monomial, Multivariate, PolynomialField, RationalPolynomial};
pub(crate) use section::Section;
pub use section::{Return, returns};
pub use sensitivity::equilibrium_shift;
pub(crate) use spectrum::spectrum;
pub(crate) use stepper::implicit_slopes;
pub use stepper::{Stepper, Values};
pub use system::{System, SystemFileError, SystemFileReason};
