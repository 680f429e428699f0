//! The exact expressions of scheme files: `1/4 - s/6`, `6x^3 - 18x^2 + 9x - 1`, `sqrt(3)`, `0.25`.

use crate::exact::{Ball, Number, Polynomial};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::str::FromStr;
use thiserror::Error;

/// A decimal with this many significant digits or more is taken as rounded in its last place; a shorter one as exact.
pub const ROUNDED_DIGITS: usize = 12;

/// Deeper nesting than any coefficient needs, and shallow enough for the stack.
const DEEPEST: usize = 64;

/// The highest degree that a `^` or a product may reach.
const HIGHEST_DEGREE: usize = 128;

/// Larger decimal exponents than this would fill the memory with zeros.
const LARGEST_EXPONENT: i64 = 400;

/// What is wrong with an expression, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{reason}")]
pub struct ExpressionError {
    /// Byte offset into the expression.
    pub at: usize,
    /// What is wrong, in words.
    pub reason: String,
    /// The name that is not known, where that is what is wrong: whoever reads a whole file may know where it is declared.
    pub unknown: Option<String>,
}

/// The value of an expression in named numbers, and in one polynomial variable where there is one.
///
/// Grammar: sums of products of signed powers; juxtaposition multiplies (`9x`, `2(1 - s)`); `^` takes a whole exponent; `sqrt(…)` a
/// non-negative constant. Numbers are whole or decimal, with an exponent (`1.5e-3`) if need be.
pub struct Expression<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    names: &'a [(String, Number)],
    variable: bool,
}

impl<'a> Expression<'a> {
    /// The number that `text` stands for, where `names` may occur.
    pub fn number(text: &'a str, names: &'a [(String, Number)]) -> Result<Number, ExpressionError> {
        let value = Self { text, at: 0, depth: 0, names, variable: false }.whole()?;
        Ok(value.coefficient(0))
    }

    /// The polynomial in `x` (or `z`) that `text` stands for.
    pub fn polynomial(text: &'a str) -> Result<Polynomial<Number>, ExpressionError> {
        Self { text, at: 0, depth: 0, names: &[], variable: true }.whole()
    }

    fn whole(mut self) -> Result<Polynomial<Number>, ExpressionError> {
        let value = self.sum()?;
        match self.peek() {
            None => Ok(value),
            Some(c) => Err(self.error(format!("unexpected `{c}`"))),
        }
    }

    fn error(&self, reason: impl Into<String>) -> ExpressionError {
        ExpressionError { at: self.at, reason: reason.into(), unknown: None }
    }

    fn peek(&mut self) -> Option<char> {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.at += wanted.len_utf8();
        }
        found
    }

    fn sum(&mut self) -> Result<Polynomial<Number>, ExpressionError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error(format!("nested deeper than {DEEPEST} levels")));
        }
        let mut value = self.product()?;
        loop {
            if self.eat('+') {
                value = value + self.product()?;
            } else if self.eat('-') || self.eat('−') {
                value = value - self.product()?;
            } else {
                self.depth -= 1;
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Result<Polynomial<Number>, ExpressionError> {
        let mut value = self.signed()?;
        loop {
            if self.eat('*') || self.eat('·') {
                let factor = self.signed()?;
                value = self.times(value, &factor)?;
            } else if self.eat('/') {
                let at = self.at;
                let divisor = self.signed()?;
                let fail = |reason: &str| ExpressionError { at, reason: reason.into(), unknown: None };
                match divisor.degree() {
                    None => return Err(fail("division by zero")),
                    Some(0) => value = value.scaled(&(Number::one() / divisor.coefficient(0))),
                    Some(_) => return Err(fail("division by a polynomial")),
                }
            } else if matches!(self.peek(), Some(c) if c == '(' || c.is_alphabetic() || c == '_') {
                let factor = self.power()?;
                value = self.times(value, &factor)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn times(&self, a: Polynomial<Number>, b: &Polynomial<Number>) -> Result<Polynomial<Number>, ExpressionError> {
        if a.degree().unwrap_or(0) + b.degree().unwrap_or(0) > HIGHEST_DEGREE {
            return Err(self.error(format!("degree above {HIGHEST_DEGREE}")));
        }
        Ok(a * b)
    }

    fn signed(&mut self) -> Result<Polynomial<Number>, ExpressionError> {
        let mut negative = false;
        loop {
            if self.eat('-') || self.eat('−') {
                negative = !negative;
            } else if !self.eat('+') {
                let value = self.power()?;
                return Ok(if negative { -value } else { value });
            }
        }
    }

    fn power(&mut self) -> Result<Polynomial<Number>, ExpressionError> {
        let base = self.atom()?;
        if !self.eat('^') {
            return Ok(base);
        }
        self.peek();
        let digits: String = self.text[self.at..].chars().take_while(char::is_ascii_digit).collect();
        let exponent: usize = digits.parse().map_err(|_| self.error("`^` needs a whole exponent"))?;
        if exponent > HIGHEST_DEGREE {
            return Err(self.error(format!("exponent above {HIGHEST_DEGREE}")));
        }
        self.at += digits.len();
        (0..exponent).try_fold(Polynomial::one(), |value, _| self.times(value, &base))
    }

    fn atom(&mut self) -> Result<Polynomial<Number>, ExpressionError> {
        match self.peek() {
            None => Err(self.error("the expression ends where a number should stand")),
            Some('(') => {
                self.at += 1;
                let value = self.sum()?;
                if self.eat(')') { Ok(value) } else { Err(self.error("missing `)`")) }
            }
            Some(c) if c.is_ascii_digit() || c == '.' => self.literal(),
            Some(c) if c.is_alphabetic() || c == '_' => self.named(),
            Some(c) => Err(self.error(format!("unexpected `{c}`"))),
        }
    }

    fn literal(&mut self) -> Result<Polynomial<Number>, ExpressionError> {
        let rest = &self.text[self.at..];
        let mut end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        // An exponent only where digits follow: `2e` is 2·e.
        let after = &rest[end..];
        if let Some(tail) = after.strip_prefix(['e', 'E']) {
            let sign = usize::from(tail.starts_with(['+', '-']));
            let digits = tail[sign..].chars().take_while(char::is_ascii_digit).count();
            if digits > 0 {
                end += 1 + sign + digits;
            }
        }
        let value = decimal_number(&rest[..end]).map_err(|reason| self.error(reason))?;
        self.at += end;
        Ok(Polynomial::constant(value))
    }

    fn named(&mut self) -> Result<Polynomial<Number>, ExpressionError> {
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (start, name) = (self.at, &rest[..end]);
        self.at += end;
        if let Some((_, value)) = self.names.iter().find(|(known, _)| known == name) {
            return Ok(Polynomial::constant(value.clone()));
        }
        if self.variable && matches!(name, "x" | "z") {
            return Ok(Polynomial::variable());
        }
        if name != "sqrt" {
            self.at = start;
            let error = self.error(format!("unknown name `{name}`; declare it under [where]"));
            return Err(ExpressionError { unknown: Some(name.to_owned()), ..error });
        }
        if !self.eat('(') {
            return Err(self.error("`sqrt` needs a number in parentheses"));
        }
        let argument = self.sum()?;
        if !self.eat(')') {
            return Err(self.error("missing `)`"));
        }
        if argument.degree().is_some_and(|n| n > 0) {
            return Err(self.error("square root of a polynomial"));
        }
        let square = argument.coefficient(0);
        match Number::sqrt(&square) {
            Some(root) => Ok(Polynomial::constant(root)),
            None if square.sign().is_lt() => Err(self.error("the square root of a negative number is not real")),
            None => Err(self.error("this square root lies in too large a field: nest fewer roots, or give the number as a decimal")),
        }
    }
}

/// The number that a decimal literal stands for: exact below [`ROUNDED_DIGITS`] significant digits, else rounded in its last place.
pub fn decimal_number(text: &str) -> Result<Number, String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => {
            (mantissa, exponent.parse::<i64>().map_err(|_| format!("`{text}`: the exponent is not a whole number"))?)
        }
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!("`{text}` is not a number"));
    }
    if exponent.abs() > LARGEST_EXPONENT || digits.len() > 4000 {
        return Err(format!("`{text}` is out of range: at most 4000 digits and exponents to {LARGEST_EXPONENT}"));
    }
    let numerator = BigInt::from_str(&digits).map_err(|e| e.to_string())?;
    let power = exponent - fraction.len() as i64;
    let ten = |n: u64| BigInt::from(10).pow(n as u32);
    let unit = if power >= 0 {
        BigRational::from_integer(ten(power.unsigned_abs()))
    } else {
        BigRational::new(BigInt::one(), ten(power.unsigned_abs()))
    };
    let value = BigRational::from_integer(numerator) * &unit;
    let significant = digits.trim_start_matches('0').len();
    let is_whole = fraction.is_empty() && exponent == 0;
    if is_whole || significant < ROUNDED_DIGITS || value.is_zero() {
        return Ok(Number::from(value));
    }
    let half = crate::exact::rational::to_f64(&(unit / BigRational::from_integer(2.into())));
    Ok(Number::Rounded(Ball::new(value, half * (1.0 + f64::EPSILON))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn coefficients_of_the_literature() {
        let names = [("s".to_owned(), Number::sqrt(&Number::from(3)).unwrap())];
        assert_eq!(Expression::number("1/4 - s/6", &names).unwrap().to_string(), "1/4 - 1/6*sqrt(3)");
        assert_eq!(Expression::number("-2.5e-1", &[]).unwrap(), Number::ratio(-1, 4));
        assert_eq!(Expression::number("2(1 - 1/2)^2", &[]).unwrap(), Number::ratio(1, 2));
        let cubic = Expression::polynomial("6x^3 - 18x^2 + 9x - 1").unwrap();
        assert_eq!(cubic.to_string(), "-1 + 9 z - 18 z^2 + 6 z^3");
    }

    #[test]
    fn sixteen_digits_are_rounded_and_four_are_exact() {
        assert!(Expression::number("0.1234", &[]).unwrap().is_exact());
        let third = Expression::number("0.3333333333333333", &[]).unwrap();
        assert!(!third.is_exact());
        assert_eq!(third, Number::ratio(1, 3));
        assert!(Expression::number("14873939200", &[]).unwrap().is_exact());
    }

    #[test]
    fn errors_point_at_the_place() {
        let fail = |text| Expression::number(text, &[]).unwrap_err();
        assert_eq!(fail("1/0").at, 2);
        assert_eq!(fail("1 + t").to_string(), "unknown name `t`; declare it under [where]");
        assert_eq!(fail("(1").reason, "missing `)`");
        assert!(fail("sqrt(-1)").reason.contains("not real"));
        assert!(fail("1e999999999").reason.contains("out of range"));
        let deep = "(".repeat(100_000);
        assert!(Expression::number(&deep, &[]).unwrap_err().reason.contains("nested"));
        assert!(fail("").reason.contains("ends"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn no_text_panics(text in "[-+*/()^. 0-9esqrtxé]{0,24}") {
            let _ = Expression::number(&text, &[]);
            let _ = Expression::polynomial(&text);
        }
    }
}
