//! Polynomial vector fields over Q: exact, printable, and compiled for stepping.

mod compiled_field;
mod exact;
mod multivariate;

pub use compiled_field::CompiledField;
pub use multivariate::{MOST_VARIABLES, Monomial, Multivariate};

use super::{DynamicsError, System, SystemFileError};
use crate::exact::{rational, simplest_between};
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use std::fmt::Write;

/// A polynomial over Q in the variables of a field.
pub type RationalPolynomial = Multivariate<BigRational>;

/// ẋ = f(x) with polynomial components over Q.
///
/// ```
/// use lambdahat::dynamics::PolynomialField;
/// let field = PolynomialField::parse("[field]\nx = '2/3 x - 4/3 x y'\ny = 'x y - y'", "example").unwrap();
/// assert_eq!(field.variables(), ["x", "y"]);
/// assert_eq!(field.to_text(), ["-4/3*x*y + 2/3*x", "x*y - y"]);
/// assert_eq!(field.to_latex()[0], r"-\frac{4}{3} x y + \frac{2}{3} x");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct PolynomialField {
    variables: Vec<String>,
    components: Vec<RationalPolynomial>,
}

impl PolynomialField {
    /// A field from its components, one for each variable. `None` when the counts differ, when there are none or more than `MOST_VARIABLES`.
    pub fn new(variables: Vec<String>, components: Vec<RationalPolynomial>) -> Option<Self> {
        let fits = variables.len() == components.len() && (1..=MOST_VARIABLES).contains(&variables.len());
        fits.then_some(Self { variables, components })
    }

    /// The polynomial field in the text of a system file (docs/systems.md), with the file's parameters:
    ///
    /// ```toml
    /// [field]                       # or at the top level:  "x'" = "2/3 x - 4/3 x y"
    /// x = "2/3 x - 4/3 x y"
    /// y = "x y - y"
    /// ```
    ///
    /// Numbers are integers, fractions and decimals, taken exactly; `*` may be left out; `^` takes whole powers; division is by numbers. A prime
    /// after a key may be written or left out. `origin` names the text in errors.
    ///
    /// # Errors
    /// Those of [`System::from_text`], and what makes the field no polynomial, with line and column.
    pub fn parse(text: &str, origin: &str) -> Result<Self, DynamicsError> {
        Self::require(&System::from_text(text, origin)?)
    }

    /// As [`of_system`](Self::of_system).
    ///
    /// # Errors
    /// What makes the field no polynomial, with the line and column of the system's file.
    pub fn require(system: &System) -> Result<Self, DynamicsError> {
        exact::field(system).map_err(|(at, reason)| SystemFileError::at(system.text(), system.address(), at, reason).into())
    }

    /// A system as an exact field, each parameter the simplest fraction that rounds to its double (so 8/3 is 8/3 and
    /// 0.1 is 1/10). `None` for systems that are not polynomial, or of more than `MOST_VARIABLES` variables.
    pub fn of_system(system: &System) -> Option<Self> {
        exact::field(system).ok()
    }

    /// The names of the variables.
    pub fn variables(&self) -> &[String] {
        &self.variables
    }

    /// The components, one for each variable.
    pub fn components(&self) -> &[RationalPolynomial] {
        &self.components
    }

    /// The largest degree of a component.
    pub fn degree(&self) -> usize {
        self.components.iter().map(Multivariate::degree).max().unwrap_or(0)
    }

    /// The components as text, `-1/2*x^2*y + 3*x`: higher degrees first.
    pub fn to_text(&self) -> Vec<String> {
        self.components.iter().map(|p| print(p, &self.variables, &TEXT)).collect()
    }

    /// The components as LaTeX, `-\frac{1}{2} x^{2} y + 3 x`.
    pub fn to_latex(&self) -> Vec<String> {
        self.components.iter().map(|p| print(p, &self.variables, &LATEX)).collect()
    }

    /// The components as text with coefficients in so many significant digits, for coefficients that are not meant exactly.
    pub fn to_decimals(&self, digits: usize) -> Vec<String> {
        let number = |q: &BigRational| rational::decimal(q, digits);
        self.components.iter().map(|p| print(p, &self.variables, &Notation { number: &number, ..TEXT })).collect()
    }

    /// The components as LaTeX with coefficients in so many significant digits, for coefficients that are not meant exactly.
    pub fn to_latex_decimals(&self, digits: usize) -> Vec<String> {
        let number = |q: &BigRational| match rational::decimal(q, digits).split_once('e') {
            Some((mantissa, exponent)) => format!(r"{mantissa} \cdot 10^{{{exponent}}}"),
            None => rational::decimal(q, digits),
        };
        self.components.iter().map(|p| print(p, &self.variables, &Notation { number: &number, ..LATEX })).collect()
    }

    /// The field in doubles.
    pub fn compiled(&self) -> CompiledField {
        CompiledField::combination(&[(1.0, self)])
    }
}

/// The simplest fraction that rounds to this double.
fn simplest(x: f64) -> Option<BigRational> {
    let centre = rational::from_f64(x)?;
    if centre.is_zero() {
        return Some(centre);
    }
    // Strictly inside half the distance to the nearer neighbour.
    let gap = (x.next_up() - x).min(x - x.next_down());
    let half = rational::from_f64(gap)? * crate::exact::ratio(1023, 2048);
    Some(simplest_between(&(&centre - &half), &(&centre + &half)))
}

/// How products, powers and fractions are written.
struct Notation<'a> {
    times: &'static str,
    power: fn(&str, usize) -> String,
    number: &'a dyn Fn(&BigRational) -> String,
}

const TEXT: Notation = Notation { times: "*", power: |name, n| format!("{name}^{n}"), number: &|q| q.to_string() };

const LATEX: Notation = Notation {
    times: " ",
    power: |name, n| format!("{name}^{{{n}}}"),
    number: &|q| if q.is_integer() { q.to_string() } else { format!(r"\frac{{{}}}{{{}}}", q.numer(), q.denom()) },
};

fn print(p: &RationalPolynomial, variables: &[String], notation: &Notation<'_>) -> String {
    let exponents = |m: Monomial| (0..variables.len()).map(|i| m.exponent(i)).collect::<Vec<_>>();
    let mut terms: Vec<(Vec<usize>, &BigRational)> = p.terms().iter().map(|(m, c)| (exponents(*m), c)).collect();
    terms.sort_by_key(|(e, _)| std::cmp::Reverse((e.iter().sum::<usize>(), e.clone())));
    let mut text = String::new();
    for (exponents, c) in terms {
        let sign = match (text.is_empty(), c.is_negative()) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        let powers = exponents.iter().zip(variables).filter(|(n, _)| **n > 0);
        let mut factors: Vec<String> = powers.map(|(&n, name)| if n == 1 { name.clone() } else { (notation.power)(name, n) }).collect();
        let size = c.abs();
        if factors.is_empty() || !size.is_one() {
            factors.insert(0, (notation.number)(&size));
        }
        // Writing into a string cannot fail.
        let _ = write!(text, "{sign}{}", factors.join(notation.times));
    }
    if text.is_empty() { "0".into() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::Field;
    use proptest::prelude::*;

    #[test]
    fn named_systems_are_the_fields_that_they_name() {
        for name in [
            "damped-oscillator",
            "lotka-volterra:alpha=2/3,beta=4/3",
            "cubic-oscillator",
            "van-der-pol",
            "duffing",
            "lorenz",
            "fitzhugh-nagumo",
            "linear:-0.1,-2;2,-0.1",
            "convection-diffusion",
        ] {
            let system = System::parse(name).unwrap();
            let field = PolynomialField::of_system(&system).unwrap();
            let compiled = field.compiled();
            let d = system.dimension();
            let x: Vec<f64> = (0..d).map(|i| 0.3 + 0.7 * i as f64 / d as f64).collect();
            let (mut expected, mut found) = (vec![0.0; d], vec![0.0; d]);
            system.value(&x, &mut expected);
            compiled.value(&x, &mut found);
            let (mut j_expected, mut j_found) = (vec![0.0; d * d], vec![0.0; d * d]);
            system.jacobian(&x, &mut j_expected);
            compiled.jacobian(&x, &mut j_found);
            for (a, b) in expected.iter().zip(&found).chain(j_expected.iter().zip(&j_found)) {
                assert!((a - b).abs() <= 1e-13 * (1.0 + a.abs()), "{name}: {a} {b}");
            }
        }
        assert!(PolynomialField::of_system(&System::named("pendulum").unwrap()).is_none());
        let lorenz = PolynomialField::of_system(&System::named("lorenz").unwrap()).unwrap();
        assert_eq!(lorenz.to_text(), ["-10*x + 10*y", "-x*z + 28*x - y", "x*y - 8/3*z"]);
    }

    fn polynomial() -> impl Strategy<Value = RationalPolynomial> {
        prop::collection::vec((0usize..4, 0usize..4, -9i64..9, 1i64..5), 0..6).prop_map(|terms| {
            let term = |(i, j, n, d): (usize, usize, i64, i64)| {
                let monomial = Monomial::power(0, i).unwrap().times(Monomial::power(1, j).unwrap());
                (monomial, crate::exact::ratio(n, d))
            };
            RationalPolynomial::new(terms.into_iter().map(term).collect())
        })
    }

    proptest! {
        #[test]
        fn a_ring_with_a_derivation(a in polynomial(), b in polynomial(), c in polynomial()) {
            prop_assert_eq!(a.plus(&b).times(&c), a.times(&c).plus(&b.times(&c)));
            prop_assert_eq!(a.times(&b).derivative(1), a.derivative(1).times(&b).plus(&a.times(&b.derivative(1))));
            prop_assert_eq!(a.derivative(0).derivative(1), a.derivative(1).derivative(0));
        }

        #[test]
        fn what_is_printed_is_read_back(a in polynomial(), b in polynomial()) {
            let field = PolynomialField::new(vec!["x".into(), "y".into()], vec![a, b]).unwrap();
            let [first, second] = &field.to_text()[..] else { panic!() };
            let file = format!("[field]\nx = \"{first}\"\ny = \"{second}\"\n");
            prop_assert_eq!(PolynomialField::parse(&file, "printed").unwrap(), field);
        }
    }
}
