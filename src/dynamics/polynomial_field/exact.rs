//! The exact polynomial form of a system.

use super::{MOST_VARIABLES, PolynomialField, RationalPolynomial, simplest};
use crate::dynamics::formula::{Expression, ParseError, Term};
use crate::dynamics::{System, SystemFileReason};
use num_rational::BigRational;
use num_traits::{One, Zero};

/// The largest degree that is kept.
const LARGEST_DEGREE: usize = 20;
/// The most terms that a power may expand to.
const MOST_TERMS: usize = 20_000;

/// Why it has none, at a byte of the system's text.
type Failure = (usize, SystemFileReason);

const TOO_LARGE: SystemFileReason = SystemFileReason::Degree { degree: LARGEST_DEGREE, terms: MOST_TERMS };

/// The system with each parameter the simplest fraction that rounds to it.
pub(super) fn field(system: &System) -> Result<PolynomialField, Failure> {
    let variables = system.variables();
    let (components, points) = system.components();
    if variables.len() > MOST_VARIABLES {
        return Err((0, SystemFileReason::TooManyVariables { found: variables.len(), most: MOST_VARIABLES }));
    }
    // A parameter is finite, so it is a fraction.
    let parameters: Vec<BigRational> = system.parameters().map(|(_, x)| simplest(x).unwrap_or_else(BigRational::zero)).collect();
    let mut all = Vec::with_capacity(variables.len());
    for component in components {
        for point in 0..points {
            let polynomial = Expansion { parameters: &parameters, points, point }.of(component)?;
            if polynomial.degree() > LARGEST_DEGREE {
                return Err((component.at, TOO_LARGE));
            }
            all.push(polynomial);
        }
    }
    PolynomialField::new(variables, all).ok_or((0, SystemFileReason::Empty))
}

/// An expression at one point of a grid.
struct Expansion<'a> {
    parameters: &'a [BigRational],
    points: usize,
    point: usize,
}

impl Expansion<'_> {
    fn of(&self, expression: &Expression) -> Result<RationalPolynomial, Failure> {
        let at = expression.at;
        match &expression.term {
            Term::Number(value) => Ok(RationalPolynomial::constant(value.clone())),
            Term::Parameter(index) => Ok(RationalPolynomial::constant(self.parameters[*index].clone())),
            Term::Point => Ok(RationalPolynomial::constant(BigRational::from_integer(self.point.into()))),
            Term::Variable { index, offset } => {
                let there = (self.point as i64 + offset).rem_euclid(self.points as i64) as usize;
                let variable = RationalPolynomial::variable(index * self.points + there);
                variable.ok_or((at, SystemFileReason::TooManyVariables { found: index * self.points + there + 1, most: MOST_VARIABLES }))
            }
            Term::Sum(terms) => terms.iter().try_fold(RationalPolynomial::zero(), |sum, (term, negative)| {
                let term = self.of(term)?;
                Ok(sum.plus(&if *negative { term.scaled(&-BigRational::one()) } else { term }))
            }),
            Term::Product(factors) => {
                factors.iter().try_fold(RationalPolynomial::constant(BigRational::one()), |product, (factor, divides)| {
                    let polynomial = self.of(factor)?;
                    if *divides { divided(&product, &polynomial, factor.at) } else { times(&product, &polynomial, factor.at) }
                })
            }
            Term::Power(base, exponent) => self.power(base, exponent),
            Term::Call(..) | Term::Pi => Err((at, SystemFileReason::NotPolynomial)),
        }
    }

    fn power(&self, base: &Expression, exponent: &Expression) -> Result<RationalPolynomial, Failure> {
        let n = match self.of(exponent)?.terms() {
            [] => 0,
            [(m, n)] if m.degree() == 0 && n.is_integer() => match i32::try_from(n.to_integer()) {
                Ok(n) if n.unsigned_abs() as usize <= LARGEST_DEGREE => n,
                _ => return Err((exponent.at, TOO_LARGE)),
            },
            _ => return Err((exponent.at, SystemFileReason::NotPolynomial)),
        };
        let polynomial = self.of(base)?;
        let one = RationalPolynomial::constant(BigRational::one());
        let power = (0..n.unsigned_abs()).try_fold(one.clone(), |power, _| times(&power, &polynomial, base.at))?;
        if n < 0 { divided(&one, &power, exponent.at) } else { Ok(power) }
    }
}

/// The product, where it is small enough.
fn times(a: &RationalPolynomial, b: &RationalPolynomial, at: usize) -> Result<RationalPolynomial, Failure> {
    let fits = a.degree() + b.degree() <= LARGEST_DEGREE && a.terms().len() * b.terms().len() <= MOST_TERMS;
    if fits { Ok(a.times(b)) } else { Err((at, TOO_LARGE)) }
}

/// The quotient, where the divisor is a number.
fn divided(a: &RationalPolynomial, b: &RationalPolynomial, at: usize) -> Result<RationalPolynomial, Failure> {
    match b.terms() {
        [] => Err((at, ParseError::DivisionByZero.into())),
        [(m, c)] if m.degree() == 0 => Ok(a.scaled(&c.recip())),
        _ => Err((at, SystemFileReason::Division)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn field(text: &str, origin: &str) -> Result<PolynomialField, crate::dynamics::DynamicsError> {
        PolynomialField::parse(text, origin)
    }

    fn error(text: &str) -> String {
        field(text, "f.toml").unwrap_err().to_string()
    }

    #[test]
    fn ways_to_write_a_field() {
        let expected = field("[field]\nx = '2/3 x - 4/3 x y'\ny = 'x y - y'\n", "a").unwrap();
        for text in [
            "\"x'\" = \"2/3 x - 4/3 x y\"\n\"y'\" = \"x*y - y\"",
            "name = 'mine'\n[field]\n\"x'\" = 'x (2 - 4y)/3'\n\"y'\" = '-y + y·x'",
            "[field]\nx = 'x*(1 - 2*y)*2/3'\ny = 'y (x - 1)^1'",
            "[parameters]\nb = '4/3'\n[field]\nx = 'b (x/2 - x y)'\ny = 'y*(x - 1)**(3 - 2)'",
        ] {
            assert_eq!(field(text, "b").unwrap(), expected, "{text}");
        }
        // A variable of a table may have any name; at the top level the file's own need a prime.
        assert_eq!(field("[field]\nname = 'title'\ntitle = '-name'", "d").unwrap().variables(), ["name", "title"]);
        assert_eq!(field("\"source'\" = '-source'", "d").unwrap().variables(), ["source"]);
        // in the sequence of the file, numbers exact, bare numbers allowed
        let other = field("[field]\nv = '0.1 (v - w)^2 + 2.5e-1'\na = 3\nw = '-v^3/3 + 1e2 w'", "c").unwrap();
        assert_eq!(other.variables(), ["v", "a", "w"]);
        assert_eq!(other.to_text(), ["1/10*v^2 - 1/5*v*w + 1/10*w^2 + 1/4", "3", "-1/3*v^3 + 100*w"]);
    }

    #[test]
    fn what_is_wrong_and_where() {
        assert_eq!(error("[field]\nx = 'x - 2 z'"), "f.toml:2:12: `z` is no variable: there is x");
        assert_eq!(error("[field]\nx = 'xy'\ny = 'x'"), "f.toml:2:6: `xy` is no variable: there are x, y; write `x y` for the product");
        assert_eq!(error("[field]\nx = 'x +'"), "f.toml:2:9: expected a number, a name or `(`, found the end");
        assert_eq!(error("[field]\nx = '(x'"), "f.toml:2:8: expected `)`, found the end");
        assert_eq!(error("[field]\nx = 'sin x'"), "f.toml:2:6: write sin(…): a function takes its argument in brackets");
        assert_eq!(error("[field]\nx = '1/0'"), "f.toml:2:7: division by zero");
        assert_eq!(error("[field]\nx = '1/x'"), "f.toml:2:8: not a polynomial: division is by numbers other than zero only");
        assert!(error("[field]\nx = 'x^-1'").starts_with("f.toml:2:8: not a polynomial: division"));
        assert!(error("[field]\nx = 'x + sin(x)'").starts_with("f.toml:2:10: not a polynomial: only sums"));
        assert!(error("[field]\nx = 'x^21'").starts_with("f.toml:2:8: polynomials of degrees beyond 20"));
        assert!(error("[field]\nx = '(x+1)^20 x'").contains("degrees beyond 20"));
        assert!(error("[field]\nx = [1]").starts_with("f.toml:2:5: expected a string"));
        assert!(error("[field]\n").contains("no components"));
        assert!(error("field = 3").contains("expected a table"));
        assert!(error("[field]\n\"2x\" = 'x'").contains("is no name"));
        assert!(error("[field]\nx = 'x'\n\"x'\" = 'x'").contains("given twice"));
        assert!(error("[field]\nx = 'a x'\n[parameters]\na = 'b'").starts_with("f.toml:4:6: `b` is no variable"));
        assert!(error("strats = 1\n[field]\nx = 'x'").starts_with("f.toml:1:1: unknown key `strats`"));
        assert!(error("x = ").starts_with("f.toml:1:"));
        assert!(error(&format!("[field]\nx = '{}x{}'", "(".repeat(500), ")".repeat(500))).contains("64 brackets"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn no_text_makes_it_panic(text in "[xyz0-9+*/^(). eE·−é'-]{0,24}") {
            let _ = field(&format!("[field]\nx = \"{text}\"\ny = '1'"), "f");
            let _ = field(&text, "f");
        }
    }
}
