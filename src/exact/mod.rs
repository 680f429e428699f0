//! Exact numbers: rationals, real algebraic numbers, polynomials over any ring, certified roots.

pub(crate) mod aberth;
pub(crate) mod ball;
pub(crate) mod certify;
pub(crate) mod coefficients;
pub(crate) mod descartes;
pub(crate) mod discs;
pub(crate) mod double_double;
pub mod effort;
pub(crate) mod eigenvalues;
pub(crate) mod enclosures;
pub(crate) mod factor;
pub(crate) mod integer;
pub(crate) mod irrational;
pub(crate) mod isolation;
pub(crate) mod jet;
pub(crate) mod multiprecision;
pub(crate) mod polynomial;
pub(crate) mod precision;
pub(crate) mod rational;
pub(crate) mod real;
pub(crate) mod ring;
pub(crate) mod roots;
pub(crate) mod tight_ball;

pub use ball::Ball;
pub use discs::RootDisc;
pub use double_double::DoubleDouble;
pub use eigenvalues::{EigenvaluesError, eigenvalues};
pub use factor::irreducible_factors;
pub use integer::Integer;
pub use isolation::{Ordered, RealRoot, SturmSequence};
pub use multiprecision::BigFloat;
pub use polynomial::Polynomial;
pub use rational::{decimal, full_decimal, ratio, simplest_between};
pub use real::{Algebraic, Number, NumberField};
pub use ring::{Field, Ring};
pub use roots::{RootsError, exact_roots, roots, uncertain_roots};
