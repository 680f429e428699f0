//! A user's polynomial field from a TOML file.

use super::{MOST_VARIABLES, PolynomialField, RationalPolynomial};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The largest degree that a file may ask for.
const LARGEST_DEGREE: usize = 20;
/// The most terms that a power may expand to.
const MOST_TERMS: usize = 20_000;

/// What is wrong with a field file, and where.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{origin}:{line}:{column}: {reason}")]
pub struct FieldFileError {
    /// The file.
    pub origin: String,
    /// Counted from one.
    pub line: usize,
    /// Counted from one, in characters.
    pub column: usize,
    /// What it is.
    pub reason: FieldFileReason,
}

/// The ways in which a field file can be wrong.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum FieldFileReason {
    /// No TOML, or values that are not strings.
    #[error("{0}")]
    Toml(String),
    /// No variable at all.
    #[error("no components: write [field] and below it, for each variable, a line such as x = \"x - x y\"")]
    Empty,
    /// Too many of them.
    #[error("{0} variables: at most {MOST_VARIABLES} can be had")]
    TooManyVariables(usize),
    /// A key that is no name.
    #[error("`{0}` is no name for a variable: letters, digits and _ after a letter, with or without a prime")]
    Name(String),
    /// The same variable with and without its prime.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// A name that is no variable of the field.
    #[error("`{name}` is no variable: the field has {known}{hint}")]
    Unknown {
        /// As written.
        name: String,
        /// All variables.
        known: String,
        /// Where the name is several variables run together.
        hint: String,
    },
    /// Something that cannot stand there.
    #[error("expected {expected}, found {found}")]
    Syntax {
        /// What could.
        expected: &'static str,
        /// What does.
        found: String,
    },
    /// Division by something that is not a number, or by zero.
    #[error("division is by numbers other than zero only")]
    Division,
    /// An exponent or a degree beyond what is kept.
    #[error("degrees beyond {LARGEST_DEGREE}, and powers of more than {MOST_TERMS} terms, are not supported")]
    Degree,
}

/// A failure at a byte of the file.
type Failure = (usize, FieldFileReason);

/// Reads a field.
pub(super) fn field(text: &str, origin: &str) -> Result<PolynomialField, FieldFileError> {
    // A byte-order mark is no part of the field.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    read(text).map_err(|(offset, reason)| {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        FieldFileError { origin: origin.into(), line, column, reason }
    })
}

fn read(text: &str) -> Result<PolynomialField, Failure> {
    let table = DeTable::parse(text).map_err(|e| (e.span().map_or(0, |span| span.start), FieldFileReason::Toml(e.message().to_owned())))?;
    // Beside variables at the top level stand what the file calls itself; within [field] everything is a variable.
    let (table, at_top) = match table.get_ref().get("field") {
        Some(value) => match value.get_ref() {
            DeValue::Table(inner) => (inner, false),
            _ => return Err((value.span().start, FieldFileReason::Toml("field must be a table: write [field]".into()))),
        },
        None => (table.get_ref(), true),
    };
    // Variables in the sequence of the file, not of the alphabet.
    let mut entries: Vec<(usize, String, &Spanned<DeValue>)> = Vec::new();
    for (key, value) in table.iter().filter(|(key, _)| !(at_top && matches!(key.get_ref().as_ref(), "name" | "title" | "source"))) {
        let name = key.get_ref().strip_suffix('\'').unwrap_or(key.get_ref()).to_owned();
        let is_name = name.starts_with(|c: char| c.is_alphabetic()) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        if !is_name {
            return Err((key.span().start, FieldFileReason::Name(key.get_ref().to_string())));
        }
        if entries.iter().any(|(_, known, _)| *known == name) {
            return Err((key.span().start, FieldFileReason::Twice(name)));
        }
        entries.push((key.span().start, name, value));
    }
    entries.sort_by_key(|entry| entry.0);
    let variables: Vec<String> = entries.iter().map(|entry| entry.1.clone()).collect();
    if variables.is_empty() {
        return Err((0, FieldFileReason::Empty));
    }
    if variables.len() > MOST_VARIABLES {
        return Err((entries[MOST_VARIABLES].0, FieldFileReason::TooManyVariables(variables.len())));
    }
    let components = entries.iter().map(|(_, _, value)| component(text, value, &variables)).collect::<Result<_, _>>()?;
    // The counts agree by construction.
    PolynomialField::new(variables, components).ok_or((0, FieldFileReason::Empty))
}

/// One value: an expression in a string, or a bare number.
fn component(text: &str, value: &Spanned<DeValue>, variables: &[String]) -> Result<RationalPolynomial, Failure> {
    let span = value.span();
    let written = &text[span.clone()];
    let (expression, start) = match value.get_ref() {
        DeValue::String(content) => {
            // Where the file shows the content itself, errors point into it.
            let quotes = if written.starts_with("\"\"\"") || written.starts_with("'''") { 3 } else { 1 };
            (content.to_string(), written.find(content.as_ref()).map_or(span.start + quotes, |at| span.start + at))
        }
        DeValue::Integer(_) | DeValue::Float(_) => (written.to_owned(), span.start),
        _ => return Err((span.start, FieldFileReason::Toml("a component is a string such as \"2/3 x - 4/3 x y\"".into()))),
    };
    let mut parser = Parser { text: &expression, at: 0, depth: 0, variables };
    let polynomial = parser.sum().and_then(|p| match parser.peek() {
        None => Ok(p),
        Some(_) => Err(parser.expected("an operator or the end")),
    });
    let polynomial = polynomial.map_err(|(at, reason)| (start + at, reason))?;
    if polynomial.degree() > LARGEST_DEGREE { Err((start, FieldFileReason::Degree)) } else { Ok(polynomial) }
}

/// Recursive descent: sum → product → power → atom.
struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    variables: &'a [String],
}

impl Parser<'_> {
    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn take(&mut self, symbol: char) -> bool {
        let found = self.peek() == Some(symbol);
        if found {
            self.at += symbol.len_utf8();
        }
        found
    }

    fn expected(&mut self, expected: &'static str) -> Failure {
        let found = self.peek().map_or("the end".to_owned(), |c| format!("`{c}`"));
        (self.at, FieldFileReason::Syntax { expected, found })
    }

    fn sum(&mut self) -> Result<RationalPolynomial, Failure> {
        let mut total = RationalPolynomial::zero();
        let mut negative = self.take('-') || self.take('−');
        if !negative {
            self.take('+');
        }
        loop {
            let product = self.product()?;
            total = total.plus(&if negative { product.scaled(&-BigRational::one()) } else { product });
            negative = match self.peek() {
                Some('+') => false,
                Some('-' | '−') => true,
                _ => return Ok(total),
            };
            self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
        }
    }

    fn product(&mut self) -> Result<RationalPolynomial, Failure> {
        let mut total = self.power()?;
        loop {
            match self.peek() {
                Some('*' | '·') => {
                    self.at += self.text[self.at..].chars().next().map_or(0, char::len_utf8);
                    let factor = self.power()?;
                    total = self.bounded(&total, &factor)?;
                }
                Some('/') => {
                    let place = self.at;
                    self.at += 1;
                    let divisor = self.power()?;
                    match divisor.terms() {
                        [(m, c)] if m.degree() == 0 => total = total.scaled(&c.recip()),
                        _ => return Err((place, FieldFileReason::Division)),
                    }
                }
                // A factor without a sign between.
                Some(c) if c.is_alphanumeric() || c == '(' || c == '.' => {
                    let factor = self.power()?;
                    total = self.bounded(&total, &factor)?;
                }
                _ => return Ok(total),
            }
        }
    }

    fn power(&mut self) -> Result<RationalPolynomial, Failure> {
        let base = self.atom()?;
        if !self.take('^') {
            return Ok(base);
        }
        self.peek();
        let place = self.at;
        let digits = self.text[self.at..].chars().take_while(char::is_ascii_digit).count();
        if digits == 0 {
            return Err(self.expected("a whole number of at least 0 after ^"));
        }
        let exponent = self.text[place..place + digits].parse::<usize>().ok().filter(|&n| n <= LARGEST_DEGREE);
        let Some(exponent) = exponent else { return Err((place, FieldFileReason::Degree)) };
        self.at += digits;
        (0..exponent).try_fold(RationalPolynomial::constant(BigRational::one()), |power, _| self.bounded(&power, &base))
    }

    /// The product, where it is small enough.
    fn bounded(&self, a: &RationalPolynomial, b: &RationalPolynomial) -> Result<RationalPolynomial, Failure> {
        let fits = a.degree() + b.degree() <= LARGEST_DEGREE && a.terms().len() * b.terms().len() <= MOST_TERMS;
        if fits { Ok(a.times(b)) } else { Err((self.at, FieldFileReason::Degree)) }
    }

    fn atom(&mut self) -> Result<RationalPolynomial, Failure> {
        match self.peek() {
            Some('(') => {
                if self.depth >= 64 {
                    return Err((self.at, FieldFileReason::Degree));
                }
                self.at += 1;
                self.depth += 1;
                let inner = self.sum()?;
                self.depth -= 1;
                if self.take(')') { Ok(inner) } else { Err(self.expected("`)`")) }
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_alphabetic() => {
                let rest = &self.text[self.at..];
                let name = &rest[..rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())];
                let known = self.variables.iter().position(|variable| variable == name).and_then(RationalPolynomial::variable);
                let Some(variable) = known else { return Err((self.at, self.unknown(name))) };
                self.at += name.len();
                Ok(variable)
            }
            _ => Err(self.expected("a number, a variable or `(`")),
        }
    }

    fn unknown(&self, name: &str) -> FieldFileReason {
        // xy for x y
        let mut rest = name;
        let mut parts: Vec<&str> = Vec::new();
        while let Some(variable) = self.variables.iter().filter(|v| rest.starts_with(v.as_str())).max_by_key(|v| v.len()) {
            parts.push(variable);
            rest = &rest[variable.len()..];
        }
        let hint =
            if rest.is_empty() && parts.len() > 1 { format!("; write `{}` for the product", parts.join(" ")) } else { String::new() };
        FieldFileReason::Unknown { name: name.into(), known: self.variables.join(", "), hint }
    }

    /// A decimal, exactly: digits, a point, an exponent of ten.
    fn number(&mut self) -> Result<RationalPolynomial, Failure> {
        let rest = &self.text[self.at..];
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
            // `2e` followed by no digits is twice a variable that begins with e.
            if count > 0 {
                let Some(shift) = exponent[..sign + count].parse::<i64>().ok().filter(|n| n.abs() <= 400) else {
                    return Err((self.at, FieldFileReason::Syntax { expected: "an exponent from -400 to 400", found: exponent.into() }));
                };
                power += shift;
                end += 1 + sign + count;
            }
        }
        self.at += end;
        let scale = num_traits::pow(BigInt::from(10), power.unsigned_abs() as usize);
        let value = if power < 0 { BigRational::new(digits, scale) } else { BigRational::from_integer(digits * scale) };
        Ok(if value.is_zero() { RationalPolynomial::zero() } else { RationalPolynomial::constant(value) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
        ] {
            assert_eq!(field(text, "b").unwrap(), expected, "{text}");
        }
        // A variable of a table may have any name; at the top level these three are the file's own, unless primed.
        assert_eq!(field("[field]\nname = 'title'\ntitle = '-name'", "d").unwrap().variables(), ["name", "title"]);
        assert_eq!(field("\"source'\" = '-source'", "d").unwrap().variables(), ["source"]);
        // in the sequence of the file, numbers exact, bare numbers allowed
        let other = field("[field]\nv = '0.1 (v - w)^2 + 2.5e-1'\na = 3\nw = '-v^3/3 + 1e2 w'", "c").unwrap();
        assert_eq!(other.variables(), ["v", "a", "w"]);
        assert_eq!(other.to_text(), ["1/10*v^2 - 1/5*v*w + 1/10*w^2 + 1/4", "3", "-1/3*v^3 + 100*w"]);
    }

    #[test]
    fn what_is_wrong_and_where() {
        assert_eq!(error("[field]\nx = 'x - 2 z'"), "f.toml:2:12: `z` is no variable: the field has x");
        assert_eq!(error("[field]\nx = 'xy'\ny = 'x'"), "f.toml:2:6: `xy` is no variable: the field has x, y; write `x y` for the product");
        assert_eq!(error("[field]\nx = 'x +'"), "f.toml:2:9: expected a number, a variable or `(`, found the end");
        assert_eq!(error("[field]\nx = '(x'"), "f.toml:2:8: expected `)`, found the end");
        assert_eq!(error("[field]\nx = '1/x'"), "f.toml:2:7: division is by numbers other than zero only");
        assert_eq!(error("[field]\nx = '1/0'"), "f.toml:2:7: division is by numbers other than zero only");
        assert!(error("[field]\nx = 'x^-1'").starts_with("f.toml:2:8: expected a whole number"));
        assert!(error("[field]\nx = 'x^21'").contains("degrees beyond 20"));
        assert!(error("[field]\nx = '(x+1)^20 x'").contains("degrees beyond 20"));
        assert!(error("[field]\nx = [1]").starts_with("f.toml:2:5: a component is a string"));
        assert!(error("[field]\n").contains("no components"));
        assert!(error("field = 3").contains("must be a table"));
        assert!(error("[field]\n\"2x\" = 'x'").contains("no name for a variable"));
        assert!(error("[field]\nx = 'x'\n\"x'\" = 'x'").contains("given twice"));
        assert!(error("x = ").starts_with("f.toml:1:"));
        assert!(error(&format!("[field]\nx = '{}x{}'", "(".repeat(500), ")".repeat(500))).contains("degrees"));
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
