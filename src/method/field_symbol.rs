//! The letter in which numbers of a larger field are printed, and what it stands for.

use super::{Method, identity::Identity};
use crate::exact::{Number, NumberField, Polynomial};
use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// The letter that [`Number`]s of degree three and more are printed in.
pub const GENERATOR: &str = "a";

/// What stands in the printed coefficients of a method over Q(α), deg α ≥ 3: the generator, or the name that the scheme file gave to a rational multiple of it.
///
/// ```
/// use lambdahat::method::{FieldSymbol, scheme};
/// let text = "[where]\ng = { polynomial = \"6x^3 - 18x^2 + 9x - 1\", near = 0.44 }\n[runge-kutta]\nA = [[\"g\"]]\nb = [1]\n";
/// let method = scheme::parse(text, "x.toml")?;
/// let symbol = FieldSymbol::of(&method).unwrap();
/// assert_eq!(symbol.to_string(), "g = the root near 0.435866521508459 of 6x^3 - 18x^2 + 9x - 1; a = 6*g");
/// # Ok::<(), lambdahat::method::scheme::SchemeError>(())
/// ```
#[derive(Clone, Debug)]
pub struct FieldSymbol {
    field: Arc<NumberField>,
    /// The name that the scheme gave, and q with name = q·a.
    named: Option<(String, BigRational)>,
    /// The other names under `[where]` that lie in the field, in terms of a.
    declared: Vec<(String, Number)>,
}

impl FieldSymbol {
    /// The symbol of a method's coefficients; `None` where they need none.
    pub fn of(method: &Method) -> Option<Self> {
        let coefficients: Vec<&Number> = match method {
            Method::RungeKutta(method) => {
                method.b().iter().chain(method.a().iter().flatten()).chain(method.b_hat().unwrap_or_default()).collect()
            }
            Method::Multistep(method) => method.alpha().iter().chain(method.beta()).collect(),
        };
        Self::in_numbers(coefficients, method.identity())
    }

    fn in_numbers(numbers: Vec<&Number>, identity: &Identity) -> Option<Self> {
        let field = numbers.into_iter().find_map(|x| match x {
            Number::Algebraic(a) if a.field().degree() > 2 => Some(a.field().clone()),
            _ => None,
        })?;
        let within = |x: &Number| matches!(x, Number::Algebraic(a) if **a.field() == *field);
        let declared: Vec<(String, Number)> = identity.symbols.iter().filter(|(_, x)| within(x)).cloned().collect();
        let named = declared.iter().find_map(|(name, x)| {
            let Number::Algebraic(a) = x else { return None };
            let coordinates = a.coefficients();
            coordinates.iter().enumerate().all(|(k, c)| k == 1 || c.is_zero()).then(|| (name.clone(), coordinates[1].clone()))
        });
        Some(Self { field, named, declared })
    }

    /// The degree of the field.
    pub fn degree(&self) -> usize {
        self.field.degree()
    }

    /// The letter: the scheme's own name where it has one, else `a`.
    pub fn symbol(&self) -> &str {
        self.named.as_ref().map_or(GENERATOR, |(name, _)| name)
    }

    /// name/a.
    fn scale(&self) -> BigRational {
        self.named.as_ref().map_or_else(BigRational::one, |(_, q)| q.clone())
    }

    /// The value of the symbol.
    pub fn near(&self) -> f64 {
        let a = Number::from(self.scale());
        let generator = self.field.generator().to_f64();
        a.to_f64() * generator
    }

    /// The minimal polynomial of the symbol, over the integers, lowest degree first.
    pub fn polynomial(&self) -> Vec<BigInt> {
        let inverse = self.scale().recip();
        let mut power = BigRational::one();
        let over_q: Vec<BigRational> = self
            .field
            .minimal_polynomial()
            .iter()
            .map(|m| {
                let c = BigRational::from_integer(m.clone()) * &power;
                power *= &inverse;
                c
            })
            .collect();
        let denominator = over_q.iter().fold(BigInt::one(), |d, c| d.lcm(c.denom()));
        let integers: Vec<BigInt> = over_q.iter().map(|c| c.numer() * (&denominator / c.denom())).collect();
        let common = integers.iter().fold(BigInt::zero(), |d, c| d.gcd(c));
        let sign = if integers.last().is_some_and(Signed::is_negative) { -BigInt::one() } else { BigInt::one() };
        integers.into_iter().map(|c| c / &common * &sign).collect()
    }

    /// The polynomial in x, highest power first: `6x^3 - 18x^2 + 9x - 1`.
    pub fn equation(&self) -> String {
        let mut text = String::new();
        for (k, c) in self.polynomial().iter().enumerate().rev().filter(|(_, c)| !c.is_zero()) {
            text += match (text.is_empty(), c.is_negative()) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            let size = c.abs();
            if k == 0 || !size.is_one() {
                text += &size.to_string();
            }
            match k {
                0 => {}
                1 => text.push('x'),
                k => text += &format!("x^{k}"),
            }
        }
        text
    }

    /// A number of the field in terms of the symbol; others as they print themselves.
    pub fn number(&self, x: &Number) -> String {
        let Number::Algebraic(a) = x else { return x.to_string() };
        if self.named.is_none() || **a.field() != *self.field {
            return x.to_string();
        }
        let inverse = self.scale().recip();
        let mut power = BigRational::one();
        let mut text = String::new();
        for (k, c) in a.coefficients().iter().enumerate() {
            let c = c * &power;
            power *= &inverse;
            if c.is_zero() {
                continue;
            }
            text += match (text.is_empty(), c.is_negative()) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            let size = c.abs();
            let symbol = match k {
                0 => String::new(),
                1 => self.symbol().to_owned(),
                k => format!("{}^{k}", self.symbol()),
            };
            text += &match (k, size.is_one()) {
                (0, _) => size.to_string(),
                (_, true) => symbol,
                (_, false) => format!("{size}*{symbol}"),
            };
        }
        text
    }

    /// A polynomial in z with its coefficients in terms of the symbol.
    pub fn polynomial_text(&self, p: &Polynomial<Number>) -> String {
        let mut text = String::new();
        for (k, c) in p.coefficients().iter().enumerate().filter(|(_, c)| !c.is_zero()) {
            let printed = self.number(c);
            let compound = printed.contains(' ');
            let (sign, size) = match printed.strip_prefix('-') {
                Some(size) if !compound => ("-", size),
                _ => ("+", printed.as_str()),
            };
            text += &match (text.is_empty(), sign) {
                (true, "-") => "-".to_owned(),
                (true, _) => String::new(),
                (false, sign) => format!(" {sign} "),
            };
            match (k, size) {
                (0, size) => text += size,
                (_, "1") => {}
                (_, size) if compound => text += &format!("({size}) "),
                (_, size) => text += &format!("{size} "),
            }
            match k {
                0 => {}
                1 => text.push('z'),
                k => text += &format!("z^{k}"),
            }
        }
        if text.is_empty() { "0".into() } else { text }
    }
}

impl std::fmt::Display for FieldSymbol {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} = the root near {} of {}", self.symbol(), self.near(), self.equation())?;
        if let Some((name, q)) = &self.named {
            let inverse = q.recip();
            write!(f, "; {GENERATOR} = {}", if inverse.is_one() { name.clone() } else { format!("{inverse}*{name}") })?;
        }
        for (name, x) in self.declared.iter().filter(|(name, _)| name != self.symbol()) {
            write!(f, "; {name} = {}", self.number(x))?;
        }
        Ok(())
    }
}

impl Serialize for FieldSymbol {
    /// The generator as the document's strings have it, and the scheme's names in terms of it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Document {
            symbol: &'static str,
            degree: usize,
            polynomial: String,
            near: f64,
            #[serde(rename = "where")]
            declared: serde_json::Map<String, serde_json::Value>,
        }
        let generator = Self { field: self.field.clone(), named: None, declared: Vec::new() };
        Document {
            symbol: GENERATOR,
            degree: self.degree(),
            polynomial: generator.equation(),
            near: generator.near(),
            declared: self.declared.iter().map(|(name, x)| (name.clone(), x.to_string().into())).collect(),
        }
        .serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{catalog, scheme};
    use crate::stability::StabilityFunction;

    #[test]
    fn only_larger_fields_need_a_symbol() {
        for name in ["rk4", "gauss2", "sdirk2", "bdf2"] {
            assert!(FieldSymbol::of(&catalog::find(name).unwrap()).is_none(), "{name}");
        }
        // No name in the file: the generator itself.
        let symbol = FieldSymbol::of(&catalog::find("gauss:s=4").unwrap()).unwrap();
        assert_eq!(symbol.symbol(), "a");
        assert!(symbol.degree() >= 4 && symbol.to_string().starts_with("a = the root near "), "{symbol}");
    }

    /// Alexander's third-order SDIRK pole: R's denominator is (1 − gz) here, and what is printed is the number.
    #[test]
    fn the_users_own_name_is_printed() {
        let text = "[where]\ng = { polynomial = \"6x^3 - 18x^2 + 9x - 1\", near = 0.44 }\nk = \"g^2 - 1\"\n[runge-kutta]\nA = [[\"g\"]]\nb = [1]\n";
        let method = scheme::parse(text, "x.toml").unwrap();
        let symbol = FieldSymbol::of(&method).unwrap();
        let Method::RungeKutta(tableau) = &method else { unreachable!() };
        let r = StabilityFunction::of(tableau);
        assert_eq!(symbol.polynomial_text(r.denominator()), "1 - g z");
        assert_eq!(symbol.polynomial_text(r.numerator()), "1 + (1 - g) z");
        assert_eq!(symbol.number(&tableau.a()[0][0]), "g");
        assert!(symbol.to_string().ends_with("; a = 6*g; k = -1 + g^2"), "{symbol}");
        let json = serde_json::to_value(&symbol).unwrap();
        assert_eq!((json["symbol"].as_str(), json["where"]["g"].as_str()), (Some("a"), Some("1/6*a")));
        assert_eq!(json["polynomial"].as_str(), Some("x^3 - 18x^2 + 54x - 36"));
    }
}
