//! Vector fields (linear, polynomial, the named systems) and their flows.

mod error;
mod field;
mod flow;
mod systems;

pub use error::DynamicsError;
pub use field::Field;
pub use flow::Flow;
pub use systems::{System, SystemKind};
