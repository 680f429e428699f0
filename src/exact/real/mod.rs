//! Real numbers, exactly: rationals and the elements of Q(α). The three need each other, so they stand together.

pub mod algebraic;
pub mod number_field;
pub mod real_number;

pub use algebraic::Algebraic;
pub use number_field::NumberField;
pub use real_number::Number;
