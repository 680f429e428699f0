//! Exact numbers: rationals, real algebraic numbers, polynomials over any ring, certified roots.

pub(crate) mod aberth;
pub mod ball;
pub(crate) mod certify;
pub(crate) mod coefficients;
pub(crate) mod descartes;
pub mod discs;
pub mod double_double;
pub mod effort;
pub mod eigenvalues;
pub(crate) mod enclosures;
pub mod factor;
pub mod integer;
pub(crate) mod irrational;
pub mod isolation;
pub mod multiprecision;
pub mod polynomial;
pub(crate) mod precision;
pub mod rational;
pub mod real;
pub mod ring;
pub mod roots;

pub use ball::Ball;
pub use discs::RootDisc;
pub use double_double::DoubleDouble;
pub use eigenvalues::{EigenvaluesError, eigenvalues};
pub use factor::irreducible_factors;
pub use integer::Integer;
pub use isolation::{Ordered, RealRoot, SturmSequence};
pub use multiprecision::BigFloat;
pub use polynomial::Polynomial;
pub use rational::{decimal, ratio, simplest_between};
pub use real::{Algebraic, Number, NumberField};
pub use ring::{Field, Ring};
pub use roots::{RootsError, exact_roots, roots, uncertain_roots};
