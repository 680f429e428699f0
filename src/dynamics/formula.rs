//! Right-hand sides as text: what a text says, before anything is computed with it.

mod parse;

pub use parse::ParseError;
pub(crate) use parse::{Names, parse};

use num_rational::BigRational;
use num_traits::{One, ToPrimitive, Zero};

/// Whole powers up to this size are multiplied out.
pub(crate) const LARGEST_WHOLE_POWER: i32 = 1000;
/// Bits of a power of a number that is computed exactly, at most.
const LARGEST_EXACT_POWER: u64 = 4096;

/// A function of one number that a text may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Function {
    Sin,
    Cos,
    Tan,
    Exp,
    Log,
    Sqrt,
    Tanh,
    Sinh,
    Cosh,
    Atan,
    Abs,
    /// −1, 0 or 1: the slope of |u|.
    Sign,
    /// u − 1 − ln u, without cancellation near 1.
    Excess,
}

impl Function {
    /// All, with the names that a text calls them by.
    pub(crate) const NAMES: [(&'static str, Self); 14] = [
        ("sin", Self::Sin),
        ("cos", Self::Cos),
        ("tan", Self::Tan),
        ("exp", Self::Exp),
        ("log", Self::Log),
        ("ln", Self::Log),
        ("sqrt", Self::Sqrt),
        ("tanh", Self::Tanh),
        ("sinh", Self::Sinh),
        ("cosh", Self::Cosh),
        ("atan", Self::Atan),
        ("abs", Self::Abs),
        ("sign", Self::Sign),
        ("excess", Self::Excess),
    ];

    pub(crate) fn value(self, u: f64) -> f64 {
        match self {
            Self::Sin => u.sin(),
            Self::Cos => u.cos(),
            Self::Tan => u.tan(),
            Self::Exp => u.exp(),
            Self::Log => u.ln(),
            Self::Sqrt => u.sqrt(),
            Self::Tanh => u.tanh(),
            Self::Sinh => u.sinh(),
            Self::Cosh => u.cosh(),
            Self::Atan => u.atan(),
            Self::Abs => u.abs(),
            Self::Sign if u == 0.0 => 0.0,
            Self::Sign => u.signum(),
            Self::Excess => (u - 1.0) - (u - 1.0).ln_1p(),
        }
    }
}

/// A part of a text, and the byte of the file where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Expression {
    pub(crate) at: usize,
    pub(crate) term: Term,
}

/// What a part of a text is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// An exact number.
    Number(BigRational),
    Pi,
    /// A variable; on a grid, the one so many points further on.
    Variable {
        index: usize,
        offset: i64,
    },
    Parameter(usize),
    /// The number of the grid point, from 0.
    Point,
    /// Terms; the second is whether a term is subtracted.
    Sum(Vec<(Expression, bool)>),
    /// Factors; the second is whether it is divided by.
    Product(Vec<(Expression, bool)>),
    Power(Box<Expression>, Box<Expression>),
    Call(Function, Box<Expression>),
}

/// Where names get their values from when a text is evaluated directly.
#[derive(Clone, Copy, Default)]
pub(crate) struct Values<'a> {
    /// The state.
    pub(crate) state: &'a [f64],
    /// The parameters.
    pub(crate) parameters: &'a [f64],
    /// The number of points of the grid and the point; 1 and 0 where there is none.
    pub(crate) point: (usize, usize),
}

impl Expression {
    /// A variable, wherever it is from.
    pub(crate) fn variable(index: usize) -> Self {
        Self { at: 0, term: Term::Variable { index, offset: 0 } }
    }

    /// The exact value of an expression without names.
    pub(crate) fn number(&self) -> Option<BigRational> {
        match &self.term {
            Term::Number(value) => Some(value.clone()),
            Term::Sum(terms) => terms.iter().try_fold(BigRational::zero(), |sum, (term, negative)| {
                let value = term.number()?;
                Some(if *negative { sum - value } else { sum + value })
            }),
            Term::Product(factors) => factors.iter().try_fold(BigRational::one(), |product, (factor, divides)| {
                let value = factor.number()?;
                if *divides && value.is_zero() { None } else { Some(if *divides { product / value } else { product * value }) }
            }),
            Term::Power(base, exponent) => {
                let (base, n) = (base.number()?, exponent.whole()?);
                let bits = base.numer().bits().max(base.denom().bits()).saturating_mul(u64::from(n.unsigned_abs()));
                if bits > LARGEST_EXACT_POWER || (n < 0 && base.is_zero()) {
                    return None;
                }
                let power = num_traits::pow(base, n.unsigned_abs() as usize);
                Some(if n < 0 { power.recip() } else { power })
            }
            _ => None,
        }
    }

    /// The expression as a whole number of modest size.
    pub(crate) fn whole(&self) -> Option<i32> {
        self.number().filter(BigRational::is_integer)?.to_i32().filter(|n| n.abs() <= LARGEST_WHOLE_POWER)
    }

    /// Whether no variable of the state occurs.
    pub(crate) fn is_still(&self) -> bool {
        match &self.term {
            Term::Variable { .. } => false,
            Term::Number(_) | Term::Pi | Term::Parameter(_) | Term::Point => true,
            Term::Sum(parts) | Term::Product(parts) => parts.iter().all(|(part, _)| part.is_still()),
            Term::Power(base, exponent) => base.is_still() && exponent.is_still(),
            Term::Call(_, argument) => argument.is_still(),
        }
    }

    /// The value, part by part as the text has it.
    pub(crate) fn evaluate(&self, values: Values<'_>) -> f64 {
        match &self.term {
            Term::Number(value) => value.to_f64().unwrap_or(f64::NAN),
            Term::Pi => std::f64::consts::PI,
            Term::Variable { index, offset } => {
                let (points, point) = values.point;
                let at = (point as i64 + offset).rem_euclid(points as i64) as usize;
                values.state.get(index * points + at).copied().unwrap_or(f64::NAN)
            }
            Term::Parameter(index) => values.parameters.get(*index).copied().unwrap_or(f64::NAN),
            Term::Point => values.point.1 as f64,
            Term::Sum(terms) => terms.iter().fold(0.0, |sum, (term, negative)| {
                let value = term.evaluate(values);
                if *negative { sum - value } else { sum + value }
            }),
            Term::Product(factors) => factors.iter().fold(1.0, |product, (factor, divides)| {
                let value = factor.evaluate(values);
                if *divides { product / value } else { product * value }
            }),
            Term::Power(base, exponent) => match exponent.whole() {
                Some(n) => base.evaluate(values).powi(n),
                None => base.evaluate(values).powf(exponent.evaluate(values)),
            },
            Term::Call(function, argument) => function.value(argument.evaluate(values)),
        }
    }

    /// The expression over a variable at its own point, where that can be read off: a product that has it as a factor, or a sum of such products.
    pub(crate) fn divided_by(&self, index: usize) -> Option<Self> {
        let at = self.at;
        match &self.term {
            Term::Variable { index: own, offset: 0 } if *own == index => Some(Self { at, term: Term::Number(BigRational::one()) }),
            Term::Product(factors) => {
                let (place, rest) = factors
                    .iter()
                    .enumerate()
                    .filter(|(_, (_, divides))| !divides)
                    .find_map(|(k, (f, _))| Some((k, f.divided_by(index)?)))?;
                let mut factors = factors.clone();
                factors[place].0 = rest;
                Some(Self { at, term: Term::Product(factors) })
            }
            Term::Sum(terms) => {
                let terms = terms.iter().map(|(term, negative)| Some((term.divided_by(index)?, *negative))).collect::<Option<_>>()?;
                Some(Self { at, term: Term::Sum(terms) })
            }
            _ => None,
        }
    }
}
