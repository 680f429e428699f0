//! Vector fields (polynomial, systems from text files) and their flows.

mod brent;
mod equilibria;
mod error;
mod expression;
mod field;
mod flow;
pub(crate) mod norm;
pub mod polynomial_field;
mod section;
mod sensitivity;
mod stepper;
mod system;
mod tape;

pub use equilibria::{Equilibrium, equilibria};
pub use error::DynamicsError;
pub use field::{At, Field, ParameterisedField};
pub use flow::Flow;
pub use polynomial_field::{CompiledField, Monomial, Multivariate, PolynomialField, RationalPolynomial};
pub(crate) use section::Section;
pub use section::{Return, returns};
pub use sensitivity::equilibrium_shift;
pub(crate) use stepper::implicit_slopes;
pub use stepper::{Stepper, Values};
pub use system::{System, SystemFileError, SystemFileReason};
