//! Tableaux and stability functions as LaTeX.

use super::{FieldSymbol, Method, Multistep, RungeKutta};
use crate::exact::{Number, Polynomial};
use num_traits::{One, Zero};

/// Fields of a larger degree than this are hard to read: their decimals come beside the exact form.
const READABLE_DEGREE: usize = 3;
/// Digits of those decimals.
const DIGITS: usize = 15;

/// How a number is written: itself, in terms of the scheme's own symbol, or as a decimal.
#[derive(Clone, Copy)]
enum Style<'a> {
    Exact(Option<&'a FieldSymbol>),
    Decimal,
}

impl Style<'_> {
    fn number(self, x: &Number) -> String {
        match self {
            Self::Exact(Some(symbol)) => formula(&symbol.number(x)),
            Self::Exact(None) => number(x),
            Self::Decimal => formula(&x.decimal(DIGITS)),
        }
    }
}

/// The method as LaTeX: a Butcher tableau, or the formula of a multistep method.
///
/// ```
/// use lambdahat::method::{catalog, latex};
/// let text = latex::method(&catalog::find("heun2")?);
/// assert!(text.contains(r"\hline & \frac{1}{2} & \frac{1}{2}"));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn method(method: &Method) -> String {
    let symbol = FieldSymbol::of(method);
    let written = |style: Style<'_>| match method {
        Method::RungeKutta(method) => tableau(method, style),
        Method::Multistep(method) => multistep(method, style),
    };
    let mut text = written(Style::Exact(symbol.as_ref()));
    if let Some(symbol) = &symbol {
        if symbol.degree() > READABLE_DEGREE {
            text += &format!("\n\\approx\n{}", written(Style::Decimal));
        }
        text += &format!("\n\n{}", root(symbol));
    }
    text
}

/// `g \approx 0.4358…,\quad 6 g^{3} - … = 0`: what the symbol stands for.
pub fn root(symbol: &FieldSymbol) -> String {
    let name = symbol.symbol();
    let mut equation = String::new();
    for word in symbol.equation().split(' ') {
        equation += &match word {
            "+" | "-" => format!(" {word} "),
            term => match term.split_once('x') {
                None => term.to_owned(),
                Some((c, "")) => format!("{c} {name}"),
                Some((c, power)) => format!("{c} {name}^{{{}}}", power.trim_start_matches('^')),
            },
        };
    }
    format!("{equation} = 0, \\quad {name} \\approx {}", symbol.near())
}

fn tableau(method: &RungeKutta, style: Style<'_>) -> String {
    let explicit = method.is_explicit();
    let row = |cells: &[Number], shown: usize| -> String {
        let cell = |(j, x): (usize, &Number)| if explicit && j >= shown { String::new() } else { style.number(x) };
        cells.iter().enumerate().map(cell).collect::<Vec<_>>().join(" & ")
    };
    let mut text = format!("\\begin{{array}}{{c|{}}}\n", "c".repeat(method.stages()));
    for (i, (c, a)) in method.c().iter().zip(method.a()).enumerate() {
        text += &format!("{} & {} \\\\\n", style.number(c), row(a, i));
    }
    text += &format!("\\hline & {}", row(method.b(), method.stages()));
    if let Some(b_hat) = method.b_hat() {
        text += &format!(" \\\\\n\\hline & {}", row(b_hat, method.stages()));
    }
    text + "\n\\end{array}"
}

fn multistep(method: &Multistep, style: Style<'_>) -> String {
    let sum = |coefficients: &[Number], symbol: &str| {
        let mut text = String::new();
        for (j, c) in coefficients.iter().enumerate().rev().filter(|(_, c)| !c.is_zero()) {
            let index = match j {
                0 => "n".to_owned(),
                j => format!("n+{j}"),
            };
            append(&mut text, c, &format!("{symbol}_{{{index}}}"), style);
        }
        text
    };
    format!("{} = h \\left( {} \\right)", sum(method.alpha(), "y"), sum(method.beta(), "f"))
}

/// `R(z) = \frac{P(z)}{Q(z)}` of two polynomials in z.
pub fn quotient(numerator: &Polynomial<Number>, denominator: &Polynomial<Number>, symbol: Option<&FieldSymbol>) -> String {
    let (p, q) = (polynomial(numerator, symbol), polynomial(denominator, symbol));
    if q == "1" { format!("R(z) = {p}") } else { format!("R(z) = \\frac{{{p}}}{{{q}}}") }
}

/// A polynomial in z, lowest degree first.
pub fn polynomial(p: &Polynomial<Number>, symbol: Option<&FieldSymbol>) -> String {
    let style = Style::Exact(symbol);
    let mut text = String::new();
    for (k, c) in p.coefficients().iter().enumerate().filter(|(_, c)| !c.is_zero()) {
        match k {
            0 => append(&mut text, c, "", style),
            1 => append(&mut text, c, "z", style),
            k => append(&mut text, c, &format!("z^{{{k}}}"), style),
        }
    }
    if text.is_empty() { "0".into() } else { text }
}

/// Appends `± c·symbol` to a sum.
fn append(text: &mut String, c: &Number, symbol: &str, style: Style<'_>) {
    let printed = style.number(c);
    let compound = printed.contains(" + ") || printed.contains(" - ");
    let (negative, size) = match printed.strip_prefix('-') {
        Some(size) if !compound => (true, size.to_owned()),
        _ if compound && !symbol.is_empty() => (false, format!("\\left( {printed} \\right)")),
        _ => (false, printed.clone()),
    };
    text.push_str(match (text.is_empty(), negative) {
        (true, false) => "",
        (true, true) => "-",
        (false, false) => " + ",
        (false, true) => " - ",
    });
    let unit = Number::one();
    if symbol.is_empty() || !(*c == unit || -c.clone() == unit) {
        text.push_str(&size);
        if !symbol.is_empty() {
            text.push(' ');
        }
    }
    text.push_str(symbol);
}

/// A number: fractions as `\frac`, surds as `\sqrt`.
pub fn number(x: &Number) -> String {
    formula(&x.to_string())
}

/// A plain form as LaTeX, term by term: signs stand alone between spaces.
fn formula(plain: &str) -> String {
    let mut text = String::new();
    for word in plain.split(' ') {
        match word {
            "+" | "-" => {
                text.push(' ');
                text.push_str(word);
                text.push(' ');
            }
            term => text.push_str(&factor(term)),
        }
    }
    text
}

/// One term, `-1/6*sqrt(3)`.
fn factor(term: &str) -> String {
    let (sign, size) = term.strip_prefix('-').map_or(("", term), |size| ("-", size));
    let (coefficient, symbol) = match size.split_once('*') {
        Some((coefficient, symbol)) => (coefficient, symbol),
        None if size.starts_with(|c: char| c.is_ascii_digit()) => (size, ""),
        None => ("", size),
    };
    let coefficient = match coefficient.split_once('/') {
        Some((n, d)) => format!("\\frac{{{n}}}{{{d}}}"),
        None => match coefficient.split_once('e') {
            Some((mantissa, exponent)) => format!("{mantissa} \\cdot 10^{{{exponent}}}"),
            None => coefficient.to_owned(),
        },
    };
    let symbol = match symbol.strip_prefix("sqrt(").and_then(|rest| rest.strip_suffix(')')) {
        Some(radicand) => format!("\\sqrt{{{radicand}}}"),
        None => match symbol.split_once('^') {
            Some((base, exponent)) => format!("{base}^{{{exponent}}}"),
            None => symbol.to_owned(),
        },
    };
    format!("{sign}{coefficient}{symbol}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    #[test]
    fn numbers() {
        assert_eq!(number(&Number::ratio(-3, 8)), "-\\frac{3}{8}");
        let s = Number::sqrt(&Number::from(3)).unwrap();
        assert_eq!(number(&(Number::ratio(1, 4) - s.clone() / Number::from(6))), "\\frac{1}{4} - \\frac{1}{6}\\sqrt{3}");
        assert_eq!(number(&-s), "-\\sqrt{3}");
    }

    #[test]
    fn formulas() {
        assert_eq!(
            method(&catalog::find("bdf2").unwrap()),
            "\\frac{3}{2} y_{n+2} - 2 y_{n+1} + \\frac{1}{2} y_{n} = h \\left( f_{n+2} \\right)"
        );
        let p = Polynomial::new(vec![Number::one(), Number::ratio(-1, 2), Number::zero(), -Number::one()]);
        assert_eq!(polynomial(&p, None), "1 - \\frac{1}{2} z - z^{3}");
        assert_eq!(quotient(&p, &Polynomial::one(), None), "R(z) = 1 - \\frac{1}{2} z - z^{3}");
    }
}
