//! From text to an expression: sum → product → power → atom.

use super::{Expression, Function, Term};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;
use thiserror::Error;

/// Brackets within brackets at most.
const DEEPEST: usize = 64;
/// Names and numbers of one text at most.
const MOST_PARTS: usize = 100_000;
/// The largest power of ten of a number.
const LARGEST_EXPONENT: i64 = 400;
/// How far a neighbour on a grid may be.
const FURTHEST_NEIGHBOUR: i64 = 100;

/// The names that may stand in a text.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Names<'a> {
    /// Of the variables, in order.
    pub(crate) variables: &'a [String],
    /// Of the parameters, in order.
    pub(crate) parameters: &'a [String],
    /// Whether variables stand on a grid and have neighbours: `u[1]`, `u[-1]`.
    pub(crate) grid: bool,
    /// Whether `i` is the number of the grid point.
    pub(crate) point: bool,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ParseError {
    /// A name that means nothing here.
    #[error("`{name}` is no {}: there {} {}{}", if .parameters.is_empty() { "variable" } else { "variable or parameter" },
        if .variables.len() + .parameters.len() == 1 { "is" } else { "are" },
        .variables.iter().chain(.parameters).cloned().collect::<Vec<_>>().join(", "),
        if .product.is_empty() { String::new() } else { format!("; write `{}` for the product", .product.join(" ")) })]
    Unknown {
        /// The name.
        name: String,
        /// The variables that there are.
        variables: Vec<String>,
        /// The parameters that there are.
        parameters: Vec<String>,
        /// The known names that it is made of, where it is several run together.
        product: Vec<String>,
    },
    /// A function without its brackets.
    #[error("write {0}(…): a function takes its argument in brackets")]
    Argument(&'static str),
    /// Something that cannot stand there.
    #[error("expected {expected}, found {}", found.map_or("the end".to_owned(), |c| format!("`{c}`")))]
    Syntax {
        /// What could.
        expected: &'static str,
        /// What does; `None` at the end of the text.
        found: Option<char>,
    },
    /// An exponent of ten that is too large.
    #[error("powers of ten from -{LARGEST_EXPONENT} to {LARGEST_EXPONENT} are read")]
    Exponent,
    /// Division by the number zero.
    #[error("division by zero")]
    DivisionByZero,
    /// More than is worth reading.
    #[error("at most {DEEPEST} brackets within each other and {MOST_PARTS} names and numbers are read")]
    TooLong,
}

/// Reads a text that begins at byte `start` of its file.
///
/// Numbers are integers, decimals and powers of ten, taken exactly; `*` may be left out, `a/b c` is (a/b)·c; `^` or `**` is a power; functions
/// take their argument in brackets; `pi` is π unless something else has that name.
///
/// # Errors
/// With the byte of the file.
pub(crate) fn parse(text: &str, start: usize, names: Names<'_>) -> Result<Expression, (usize, ParseError)> {
    let mut parser = Parser { text, start, at: 0, depth: 0, parts: 0, names };
    let expression = parser.sum()?;
    match parser.peek() {
        None => Ok(expression),
        Some(_) => Err(parser.expected("an operator or the end")),
    }
}

type Parsed = Result<Expression, (usize, ParseError)>;

struct Parser<'a> {
    text: &'a str,
    start: usize,
    at: usize,
    depth: usize,
    parts: usize,
    names: Names<'a>,
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    /// Takes one of these symbols.
    fn take(&mut self, symbols: &[&str]) -> bool {
        self.peek();
        let found = symbols.iter().find(|symbol| self.text[self.at..].starts_with(**symbol));
        self.at += found.map_or(0, |symbol| symbol.len());
        found.is_some()
    }

    fn fail(&self, at: usize, error: ParseError) -> (usize, ParseError) {
        (self.start + at, error)
    }

    fn expected(&mut self, expected: &'static str) -> (usize, ParseError) {
        let found = self.peek();
        self.fail(self.at, ParseError::Syntax { expected, found })
    }

    fn place(&mut self) -> usize {
        self.peek();
        self.start + self.at
    }

    fn sum(&mut self) -> Parsed {
        let at = self.place();
        let mut negative = self.take(&["-", "−"]);
        if !negative {
            self.take(&["+"]);
        }
        let mut terms = Vec::new();
        loop {
            terms.push((self.product()?, negative));
            negative = self.take(&["-", "−"]);
            if !negative && !self.take(&["+"]) {
                break;
            }
        }
        let single = terms.len() == 1 && !terms[0].1;
        Ok(match terms.pop() {
            Some((only, _)) if single => only,
            last => {
                terms.extend(last);
                Expression { at, term: Term::Sum(terms) }
            }
        })
    }

    fn product(&mut self) -> Parsed {
        let at = self.place();
        let first = self.signed()?;
        let mut factors = vec![(first, false)];
        loop {
            if self.take(&["*", "·"]) {
                factors.push((self.signed()?, false));
            } else if self.take(&["/"]) {
                let place = self.at - 1;
                let divisor = self.signed()?;
                if divisor.number().is_some_and(|n| n.is_zero()) {
                    return Err(self.fail(place, ParseError::DivisionByZero));
                }
                factors.push((divisor, true));
            } else if self.peek().is_some_and(|c| c.is_alphanumeric() || matches!(c, '(' | '.' | '_')) {
                factors.push((self.power()?, false));
            } else {
                break;
            }
        }
        if factors.len() > 1 {
            return Ok(Expression { at, term: Term::Product(factors) });
        }
        // One factor: itself.
        factors.pop().map(|(only, _)| only).ok_or_else(|| self.expected("a number, a name or `(`"))
    }

    /// A factor with signs before it: `2 * -x`.
    fn signed(&mut self) -> Parsed {
        let at = self.place();
        let mut negative = false;
        loop {
            if self.take(&["-", "−"]) {
                negative = !negative;
            } else if !self.take(&["+"]) {
                break;
            }
        }
        let factor = self.power()?;
        Ok(if negative { Expression { at, term: Term::Sum(vec![(factor, true)]) } } else { factor })
    }

    fn power(&mut self) -> Parsed {
        let base = self.atom()?;
        if !self.take(&["^", "**"]) {
            return Ok(base);
        }
        let at = self.place();
        let negative = self.take(&["-", "−"]);
        if self.depth >= DEEPEST {
            return Err(self.fail(self.at, ParseError::TooLong));
        }
        self.depth += 1;
        let mut exponent = self.power()?;
        self.depth -= 1;
        if negative {
            exponent = Expression { at, term: Term::Sum(vec![(exponent, true)]) };
        }
        if base.number().is_some_and(|n| n.is_zero()) && exponent.number().is_some_and(|n| n < BigRational::zero()) {
            return Err((at, ParseError::DivisionByZero));
        }
        Ok(Expression { at: base.at, term: Term::Power(Box::new(base), Box::new(exponent)) })
    }

    fn atom(&mut self) -> Parsed {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return Err(self.fail(self.at, ParseError::TooLong));
        }
        match self.peek() {
            Some('(') => self.bracket(),
            Some(c) if c.is_ascii_digit() || c == '.' => self.literal(),
            Some(c) if c.is_alphabetic() || c == '_' => self.name(),
            _ => Err(self.expected("a number, a name or `(`")),
        }
    }

    /// `( … )`.
    fn bracket(&mut self) -> Parsed {
        if self.depth >= DEEPEST {
            return Err(self.fail(self.at, ParseError::TooLong));
        }
        self.at += 1;
        self.depth += 1;
        let inner = self.sum()?;
        self.depth -= 1;
        if self.take(&[")"]) { Ok(inner) } else { Err(self.expected("`)`")) }
    }

    fn name(&mut self) -> Parsed {
        let rest = &self.text[self.at..];
        let name = &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())];
        let place = self.at;
        let at = self.start + place;
        self.at += name.len();
        if let Some(index) = self.names.variables.iter().position(|known| known == name) {
            let offset = if self.names.grid && self.take(&["["]) { self.offset()? } else { 0 };
            return Ok(Expression { at, term: Term::Variable { index, offset } });
        }
        if let Some(index) = self.names.parameters.iter().position(|known| known == name) {
            return Ok(Expression { at, term: Term::Parameter(index) });
        }
        if let Some((known, function)) = Function::NAMES.iter().find(|(known, _)| *known == name) {
            if self.peek() != Some('(') {
                return Err(self.fail(place, ParseError::Argument(known)));
            }
            return Ok(Expression { at, term: Term::Call(*function, Box::new(self.bracket()?)) });
        }
        match name {
            "i" if self.names.point => Ok(Expression { at, term: Term::Point }),
            "pi" | "π" => Ok(Expression { at, term: Term::Pi }),
            _ => Err(self.fail(place, self.unknown(name))),
        }
    }

    /// What follows `u[`: `1]`, `-1]`, `i + 1]`.
    fn offset(&mut self) -> Result<i64, (usize, ParseError)> {
        let indexed = self.take(&["i"]);
        let negative = self.take(&["-", "−"]);
        if !negative {
            self.take(&["+"]);
        }
        if indexed && self.take(&["]"]) {
            return Ok(0);
        }
        self.peek();
        let digits = self.text[self.at..].chars().take_while(char::is_ascii_digit).count();
        let number = self.text[self.at..self.at + digits].parse::<i64>().ok().filter(|n| *n <= FURTHEST_NEIGHBOUR);
        let Some(number) = number else { return Err(self.expected("how many points further on, from -100 to 100")) };
        self.at += digits;
        if self.take(&["]"]) { Ok(if negative { -number } else { number }) } else { Err(self.expected("`]`")) }
    }

    fn unknown(&self, name: &str) -> ParseError {
        // xy for x y
        let known = || self.names.variables.iter().chain(self.names.parameters);
        let (mut rest, mut parts) = (name, Vec::new());
        while let Some(part) = known().filter(|part| rest.starts_with(part.as_str())).max_by_key(|part| part.len()) {
            parts.push(part.clone());
            rest = &rest[part.len()..];
        }
        let product = if rest.is_empty() && parts.len() > 1 { parts } else { Vec::new() };
        ParseError::Unknown {
            name: name.into(),
            variables: self.names.variables.to_vec(),
            parameters: self.names.parameters.to_vec(),
            product,
        }
    }

    /// A decimal, exactly: digits, a point, an exponent of ten.
    fn literal(&mut self) -> Parsed {
        let rest = &self.text[self.at..];
        let at = self.start + self.at;
        let length = |text: &str| text.chars().take_while(char::is_ascii_digit).count();
        let whole = length(rest);
        let fraction = if rest[whole..].starts_with('.') { 1 + length(&rest[whole + 1..]) } else { 0 };
        let mantissa: String = rest[..whole + fraction].chars().filter(|&c| c != '.').collect();
        let Ok(digits) = mantissa.parse::<BigInt>() else { return Err(self.expected("digits")) };
        let mut power = -(fraction.saturating_sub(1) as i64);
        let mut end = whole + fraction;
        if let Some(exponent) = rest[end..].strip_prefix(['e', 'E']) {
            let sign = usize::from(exponent.starts_with(['+', '-']));
            let count = length(&exponent[sign..]);
            // `2e` followed by no digits is twice a name that begins with e.
            if count > 0 {
                let Some(shift) = exponent[..sign + count].parse::<i64>().ok().filter(|n| n.abs() <= LARGEST_EXPONENT) else {
                    return Err(self.fail(self.at, ParseError::Exponent));
                };
                power += shift;
                end += 1 + sign + count;
            }
        }
        self.at += end;
        let scale = num_traits::pow(BigInt::from(10), power.unsigned_abs() as usize);
        let value = if power < 0 { BigRational::new(digits, scale) } else { BigRational::from_integer(digits * scale) };
        Ok(Expression { at, term: Term::Number(value) })
    }
}
