//! Tableaux and stability functions as LaTeX.

use super::{Method, Multistep, RungeKutta};
use crate::exact::{Number, Polynomial};
use num_traits::{One, Zero};

/// The method as LaTeX: a Butcher tableau, or the formula of a multistep method.
///
/// ```
/// use lambdahat::method::{catalog, latex};
/// let text = latex::method(&catalog::find("heun2")?);
/// assert!(text.contains(r"\hline & \frac{1}{2} & \frac{1}{2}"));
/// # Ok::<(), lambdahat::method::CatalogError>(())
/// ```
pub fn method(method: &Method) -> String {
    match method {
        Method::RungeKutta(method) => tableau(method),
        Method::Multistep(method) => multistep(method),
    }
}

fn tableau(method: &RungeKutta) -> String {
    let explicit = method.is_explicit();
    let row = |cells: &[Number], shown: usize| -> String {
        let cell = |(j, x): (usize, &Number)| if explicit && j >= shown { String::new() } else { number(x) };
        cells.iter().enumerate().map(cell).collect::<Vec<_>>().join(" & ")
    };
    let mut text = format!("\\begin{{array}}{{c|{}}}\n", "c".repeat(method.stages()));
    for (i, (c, a)) in method.c().iter().zip(method.a()).enumerate() {
        text += &format!("{} & {} \\\\\n", number(c), row(a, i));
    }
    text += &format!("\\hline & {}", row(method.b(), method.stages()));
    if let Some(b_hat) = method.b_hat() {
        text += &format!(" \\\\\n\\hline & {}", row(b_hat, method.stages()));
    }
    text + "\n\\end{array}"
}

fn multistep(method: &Multistep) -> String {
    let sum = |coefficients: &[Number], symbol: &str| {
        let mut text = String::new();
        for (j, c) in coefficients.iter().enumerate().rev().filter(|(_, c)| !c.is_zero()) {
            let index = match j {
                0 => "n".to_owned(),
                j => format!("n+{j}"),
            };
            append(&mut text, c, &format!("{symbol}_{{{index}}}"));
        }
        text
    };
    format!("{} = h \\left( {} \\right)", sum(method.alpha(), "y"), sum(method.beta(), "f"))
}

/// `R(z) = \frac{P(z)}{Q(z)}` of two polynomials in z.
pub fn quotient(numerator: &Polynomial<Number>, denominator: &Polynomial<Number>) -> String {
    let (p, q) = (polynomial(numerator), polynomial(denominator));
    if q == "1" { format!("R(z) = {p}") } else { format!("R(z) = \\frac{{{p}}}{{{q}}}") }
}

/// A polynomial in z, lowest degree first.
pub fn polynomial(p: &Polynomial<Number>) -> String {
    let mut text = String::new();
    for (k, c) in p.coefficients().iter().enumerate().filter(|(_, c)| !c.is_zero()) {
        match k {
            0 => append(&mut text, c, ""),
            1 => append(&mut text, c, "z"),
            k => append(&mut text, c, &format!("z^{{{k}}}")),
        }
    }
    if text.is_empty() { "0".into() } else { text }
}

/// Appends `± c·symbol` to a sum.
fn append(text: &mut String, c: &Number, symbol: &str) {
    let printed = number(c);
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
    // The terms of the plain form: signs stand alone between spaces.
    let plain = x.to_string();
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
        assert_eq!(polynomial(&p), "1 - \\frac{1}{2} z - z^{3}");
        assert_eq!(quotient(&p, &Polynomial::one()), "R(z) = 1 - \\frac{1}{2} z - z^{3}");
    }
}
