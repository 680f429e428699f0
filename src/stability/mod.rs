//! What a scheme does to ẏ = λy: `R = P/Q`, its exact properties, its regions and their boundaries.
pub mod function;
pub mod region;

pub use function::StabilityFunction;
