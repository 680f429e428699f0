//! What an exact answer would cost, estimated before it is begun: what would take long is left out, and said so.

use super::left_out::{Numbers, WhyLeftOut, Work};
use crate::exact::Number;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::One;

/// Estimates above so many seconds are left out.
const LONGEST: f64 = 10.0;
/// Decisions that a bisection of a disc's radius or a sector's angle takes.
const DECISIONS: f64 = 50.0;
/// How often a report forms R: for itself, for the verdicts on learning, and twice for the artifact boundary.
const FORMED: f64 = 4.0;
/// Nanoseconds of a multiplication and an addition of balls.
const BALL: f64 = 1000.0;

/// How large the coefficients of a tableau or a polynomial are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    /// The degree of their field over Q.
    field: usize,
    /// Bits of the common denominator and the largest numerator over it.
    bits: f64,
    rounded: bool,
}

impl Size {
    pub(super) fn of<'a>(numbers: impl Iterator<Item = &'a Number> + Clone) -> Self {
        let field = |x: &Number| if let Number::Algebraic(a) = x { a.field().degree() } else { 1 };
        let rationals = numbers.clone().flat_map(|x| match x {
            Number::Rational(q) => vec![q.clone()],
            Number::Algebraic(a) => a.coefficients(),
            Number::Rounded(_) => Vec::new(),
        });
        let (denominator, excess) = rationals
            .fold((BigInt::one(), 0), |(d, excess), q| (d.lcm(q.denom()), excess.max(q.numer().bits().saturating_sub(q.denom().bits()))));
        Self {
            field: numbers.clone().map(field).max().unwrap_or(1),
            bits: (denominator.bits() + excess) as f64,
            rounded: numbers.into_iter().any(|x| !x.is_exact()),
        }
    }

    /// Nanoseconds of a product of two such numbers, of so many times their bits, and its addition to a sum.
    fn step(self, times: f64, other: f64) -> f64 {
        if self.rounded {
            return BALL;
        }
        let (f, bits) = (self.field as f64, self.bits * times);
        let product = 40.0 + bits / 64.0 * (self.bits * other / 64.0);
        // Over the integers no gcd is taken; in Q(α) one a coordinate after each operation.
        if self.field == 1 { product } else { 2.0 * f * f * product + f * gcd(bits) }
    }

    /// Whether R of so many stages is within reach, or why not: a full matrix takes s products of matrices, whose numbers grow to s times the bits.
    /// A triangular one has its poles on the diagonal.
    pub(super) fn stability_function(self, stages: usize, triangular: bool) -> Result<(), WhyLeftOut> {
        if triangular {
            return Ok(());
        }
        let s = stages as f64;
        self.within(FORMED * s.powi(4) * self.step(s / 2.0, 1.0), Work::StabilityFunction { stages })
    }

    /// The same for a bisection whose decisions are exact, self being the size of R's coefficients.
    pub(super) fn bisection(self, degree: usize) -> Result<(), WhyLeftOut> {
        // Over Q the limits of the degree say it all.
        if self.field == 1 {
            return Ok(());
        }
        let n = degree as f64;
        // Each radius or slope adds its own bits, which a power of the degree multiplies.
        let grown = Self { bits: self.bits + 84.0 * n, ..self };
        self.within(DECISIONS * 4.0 * n * n * grown.step(1.0, 1.0), Work::Decisions { count: DECISIONS as usize, degree })
    }

    /// The same for the powers of A and the rows times them, self being the size of R's coefficients.
    pub(super) fn absolute_monotonicity(self, stages: usize) -> Result<(), WhyLeftOut> {
        // Over Q the limit of the stages says it all.
        if self.field == 1 {
            return Ok(());
        }
        let work = 2.0 * (stages as f64).powi(4) * self.step(0.5, 0.5);
        self.within(work, Work::RationalFunctions { count: stages * (stages + 1), stages })
    }

    fn within(self, nanoseconds: f64, work: Work) -> Result<(), WhyLeftOut> {
        let seconds = nanoseconds * 1e-9;
        if seconds <= LONGEST {
            return Ok(());
        }
        let numbers = match (self.rounded, self.field) {
            (true, _) => Numbers::Decimals,
            (false, 1) => Numbers::Rationals { bits: self.bits },
            (false, degree) => Numbers::Field { degree, bits: self.bits },
        };
        Err(WhyLeftOut::Costly { work, numbers, minutes: (seconds / 60.0).ceil() })
    }
}

/// Nanoseconds of a gcd of two numbers of so many bits.
fn gcd(bits: f64) -> f64 {
    100.0 + 0.7 * bits * bits / 64.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_schemes_are_within_reach_and_large_ones_say_why_not() {
        let thirds = Size::of([Number::ratio(1, 3), Number::ratio(-7, 12)].iter());
        assert_eq!((thirds.field, thirds.bits, thirds.rounded), (1, 4.0, false));
        assert!(thirds.stability_function(60, false).is_ok() && thirds.absolute_monotonicity(32).is_ok());
        let large = Size { bits: 1400.0, ..thirds };
        let why = large.stability_function(60, false).unwrap_err();
        let WhyLeftOut::Costly { work, numbers, minutes } = why else { panic!("{why:?}") };
        assert_eq!((work, numbers), (Work::StabilityFunction { stages: 60 }, Numbers::Rationals { bits: 1400.0 }));
        assert!(minutes >= 1.0);
        let root = Size::of([Number::sqrt(&Number::from(2)).unwrap()].iter());
        assert!(root.field == 2 && root.bisection(12).is_ok());
    }
}
