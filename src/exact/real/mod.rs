//! Real numbers, exactly: rationals and the elements of Q(α). The three need each other, so they stand together.

pub(crate) mod algebraic;
mod arithmetic;
pub(crate) mod number_field;
pub(crate) mod real_number;

pub use algebraic::Algebraic;
pub use number_field::NumberField;
pub use real_number::Number;
