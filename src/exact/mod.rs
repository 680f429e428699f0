//! Exact numbers: rationals, real algebraic numbers, polynomials over any ring, certified roots.

pub mod ball;
pub mod factor;
pub mod isolation;
pub mod number;
pub mod number_field;
pub mod polynomial;
pub mod rational;
pub mod ring;

pub use ball::Ball;
pub use factor::irreducible_factors;
pub use isolation::{Ordered, RealRoot, SturmSequence};
pub use number::Number;
pub use number_field::{Algebraic, NumberField};
pub use polynomial::Polynomial;
pub use rational::{decimal, ratio, simplest_between};
pub use ring::{Field, Ring};
