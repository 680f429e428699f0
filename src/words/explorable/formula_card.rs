//! The card of the page with R(z).

use crate::exact::{Number, Polynomial};
use crate::method::Method;
use crate::stability::StabilityFunction;

/// Longer formulas say nothing to a reader: what is shown of one, in characters.
const LONGEST: usize = 400;
const BEGINNING: usize = 160;

/// R(z) of a one-step method, with its exact coefficients; for a multistep method, what stands in its place.
///
/// ```
/// use lambdahat::{method::catalog, words::explorable::formula};
/// assert_eq!(formula(&catalog::find("rk4").unwrap()), "R(z) = 1 + z + (1/2)z² + (1/6)z³ + (1/24)z⁴");
/// ```
pub fn formula(method: &Method) -> String {
    let Method::RungeKutta(tableau) = method else {
        return format!(
            "{} is a multistep method: instead of R(z) it has the roots of ρ(ζ) − zσ(ζ), and λ̂ = ρ(e^(hλ))/(hσ(e^(hλ))) is unique.",
            method.name()
        );
    };
    let r = StabilityFunction::of(tableau);
    let numerator = polynomial(r.numerator());
    let whole = match r.denominator().coefficients().len() {
        0 | 1 => format!("R(z) = {numerator}"),
        _ => format!("R(z) = ({numerator}) / ({})", polynomial(r.denominator())),
    };
    if whole.chars().count() <= LONGEST {
        return whole;
    }
    let first: String = whole.chars().take(BEGINNING).collect();
    format!("R(z) of {} has {} coefficients; the first: {first} …", method.name(), r.numerator().coefficients().len())
}

fn polynomial(p: &Polynomial<Number>) -> String {
    let mut text = String::new();
    for (k, coefficient) in p.coefficients().iter().enumerate() {
        let exact = coefficient.to_string();
        if exact == "0" {
            continue;
        }
        let (sign, size) = exact.strip_prefix('-').map_or(('+', exact.as_str()), |size| ('−', size));
        match (text.is_empty(), sign) {
            (true, '+') => {}
            (true, _) => text.push('−'),
            (false, _) => text.extend([' ', sign, ' ']),
        }
        let compound = size.contains(['/', '+', '-', ' ']);
        if k == 0 {
            text.push_str(size);
        } else if size != "1" {
            text.push_str(&if compound { format!("({size})") } else { size.to_owned() });
        }
        match k {
            0 => {}
            1 => text.push('z'),
            _ => text.extend(std::iter::once('z').chain(k.to_string().chars().map(superscript))),
        }
    }
    if text.is_empty() { "0".into() } else { text }
}

fn superscript(digit: char) -> char {
    digit.to_digit(10).and_then(|d| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(d as usize)).unwrap_or(digit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    #[test]
    fn implicit_multistep_and_long_formulas() {
        let of = |name: &str| formula(&catalog::find(name).unwrap());
        assert_eq!(of("implicit-midpoint"), "R(z) = (1 + (1/2)z) / (1 − (1/2)z)");
        assert!(of("leap-frog").starts_with("leap-frog is a multistep method"));
        assert!(of("feagin10").chars().count() < LONGEST);
    }
}
