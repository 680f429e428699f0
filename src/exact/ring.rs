//! The two algebraic structures that this project computes over.
//!
//! Both are blanket-implemented: `f64`, `Complex<f64>`, `BigInt`, `BigRational`, [`Number`](super::Number) and
//! [`Polynomial`](super::Polynomial)s over them are rings without a line of code.

use num_traits::{One, Zero};
use std::fmt::Debug;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// A commutative ring with one: what polynomials, determinants and elementary weights need.
pub trait Ring:
    Clone
    + Debug
    + PartialEq
    + Zero
    + One
    + Neg<Output = Self>
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + for<'a> Add<&'a Self, Output = Self>
    + for<'a> Sub<&'a Self, Output = Self>
    + for<'a> Mul<&'a Self, Output = Self>
{
}

impl<T> Ring for T where
    T: Clone
        + Debug
        + PartialEq
        + Zero
        + One
        + Neg<Output = T>
        + Add<Output = T>
        + Sub<Output = T>
        + Mul<Output = T>
        + for<'a> Add<&'a T, Output = T>
        + for<'a> Sub<&'a T, Output = T>
        + for<'a> Mul<&'a T, Output = T>
{
}

/// A ring in which every non-zero element divides (a field, in the language of algebra; here `Field` is a vector field): what gcds, Sturm
/// sequences and linear solves need.
pub trait DivisionRing: Ring + Div<Output = Self> + for<'a> Div<&'a Self, Output = Self> {}

impl<T> DivisionRing for T where T: Ring + Div<Output = T> + for<'a> Div<&'a T, Output = T> {}
