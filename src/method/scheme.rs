//! Scheme files: a method as TOML, read exactly, with errors that point at the place.

use super::Method;
use super::expression::{Expression, decimal_number};
use super::identity::{Claim, Identity, Stated};
use super::multistep::{Multistep, MultistepError};
use super::property::{PROPERTIES, Property, PropertyKind};
use super::tableau::{RungeKutta, TableauError};
use crate::exact::{Number, NumberField, RealRoot};
use num_rational::BigRational;
use num_traits::Signed;
use std::cmp::Ordering;
use std::ops::Range;
use thiserror::Error;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The most stages or steps of a scheme file.
pub const MOST_STAGES: usize = 128;

/// The most digits that a scheme file may say its coefficients have.
pub const MOST_DIGITS: u32 = 60;

/// What is wrong with a scheme file, and where.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{origin}:{line}:{column}: {reason}")]
pub struct SchemeError {
    /// The file, or another name of the text.
    pub origin: String,
    /// Counted from one.
    pub line: usize,
    /// In characters, counted from one.
    pub column: usize,
    /// What is wrong and what to do.
    pub reason: SchemeReason,
}

/// What is wrong with a scheme file.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum SchemeReason {
    /// Not TOML.
    #[error("not valid TOML: {0}")]
    Toml(String),
    /// A key that scheme files do not have.
    #[error("unknown key `{key}`; expected one of: {expected}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that are understood here.
        expected: String,
    },
    /// Tables or keys that must be there, or must not.
    #[error("{0}")]
    Layout(&'static str),
    /// A value of the wrong type.
    #[error("expected {expected}, found {found}")]
    Type {
        /// In words.
        expected: &'static str,
        /// TOML's name of what stands there.
        found: &'static str,
    },
    /// A coefficient or a claim that cannot be read.
    #[error("{0}")]
    Expression(String),
    /// A declaration under `[where]` that names no number.
    #[error("`{name}` under [where]: {reason}")]
    Where {
        /// The declared name.
        name: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Numbers whose common field is too large to compute in.
    #[error(
        "the algebraic numbers of this scheme need a common field of degree above {0}",
        crate::exact::real::number_field::LARGEST_DEGREE
    )]
    FieldTooLarge,
    /// Too many stages or steps.
    #[error("{0} rows; at most {MOST_STAGES} stages or steps are read")]
    TooLarge(usize),
    /// The coefficients make no Runge–Kutta method.
    #[error(transparent)]
    Tableau(TableauError),
    /// The coefficients make no multistep method.
    #[error(transparent)]
    Multistep(MultistepError),
}

type Value<'a> = Spanned<DeValue<'a>>;
type Failure = (Range<usize>, SchemeReason);

/// Reads a scheme. `origin` names the text in errors, a path for instance; it is also the name of a scheme that states none.
///
/// ```
/// use lambdahat::method::{scheme, Method};
/// let text = r#"
/// name = "sdirk2"
/// [where]
/// g = "1 - sqrt(2)/2"
/// [runge-kutta]
/// A = [["g", 0], ["1 - g", "g"]]
/// b = ["1 - g", "g"]
/// "#;
/// let Method::RungeKutta(method) = scheme::parse(text, "sdirk2.toml")? else { unreachable!() };
/// assert_eq!(method.c()[1], 1.into());
/// # Ok::<(), lambdahat::method::scheme::SchemeError>(())
/// ```
pub fn parse(text: &str, origin: &str) -> Result<Method, SchemeError> {
    // A byte-order mark is no part of the scheme.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let located = |(span, reason): Failure| {
        let before = &text[..floor_boundary(text, span.start)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        SchemeError {
            origin: origin.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            reason,
        }
    };
    let table = DeTable::parse(text).map_err(|e| {
        let reason = SchemeReason::Toml(e.message().to_owned());
        located((e.span().unwrap_or(0..0), reason))
    })?;
    read(table.get_ref(), origin, text).map_err(located)
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn read(table: &DeTable<'_>, origin: &str, text: &str) -> Result<Method, Failure> {
    const KEYS: &[&str] =
        &["name", "title", "source", "aliases", "note", "digits", "tolerance", "where", "runge-kutta", "multistep", "claims"];
    only(table, KEYS)?;
    let stem = origin.rsplit(['/', '\\']).next().unwrap_or(origin);
    let stem = stem.strip_suffix(".toml").unwrap_or(stem);
    // What is printed must not move a terminal's cursor.
    let name = optional(table, "name", line)?.unwrap_or_else(|| stem.replace(char::is_control, "?"));
    let names = match table.get("where") {
        Some(value) => declarations(value)?,
        None => Vec::new(),
    };
    let identity = Identity {
        title: optional(table, "title", line)?.unwrap_or_else(|| name.clone()),
        source: optional(table, "source", string)?.unwrap_or_default(),
        aliases: optional(table, "aliases", |v| list(v, string))?.unwrap_or_default(),
        claims: optional(table, "claims", claims)?.unwrap_or_default(),
        digits: optional(table, "digits", digits)?,
        tolerance: optional(table, "tolerance", tolerance)?,
        symbols: names.clone(),
        text: Some(text.to_owned()),
        name,
    };
    match (table.get("runge-kutta"), table.get("multistep")) {
        (Some(value), None) => runge_kutta(value, identity, &names).map(Method::RungeKutta),
        (None, Some(value)) => multistep(value, identity, &names).map(Method::Multistep),
        (Some(_), Some(value)) => Err((value.span(), SchemeReason::Layout("a scheme has either [runge-kutta] or [multistep], not both"))),
        (None, None) => {
            Err((0..0, SchemeReason::Layout("a scheme needs a table [runge-kutta] with A and b, or [multistep] with alpha and beta")))
        }
    }
}

fn runge_kutta(value: &Value<'_>, identity: Identity, names: &[(String, Number)]) -> Result<RungeKutta, Failure> {
    let table = table(value)?;
    only(table, &["A", "b", "b_hat", "c"])?;
    let required = |key: &str, reason| table.get(key).ok_or((value.span(), SchemeReason::Layout(reason)));
    let a_value = required("A", "[runge-kutta] needs A, a list of rows")?;
    let coefficient = |v: &Value<'_>| number(v, names);
    let a = list(a_value, |row| list(row, coefficient))?;
    let b = list(required("b", "[runge-kutta] needs b, a list of weights")?, coefficient)?;
    if let Some(n) = [a.len(), b.len()].into_iter().find(|&n| n > MOST_STAGES) {
        return Err((a_value.span(), SchemeReason::TooLarge(n)));
    }
    let b_hat = optional(table, "b_hat", |v| list(v, coefficient))?;
    let c = optional(table, "c", |v| list(v, coefficient))?;
    // All in one field from here on.
    let lengths: Vec<usize> = a.iter().map(Vec::len).collect();
    let optional_lengths = [b_hat.as_ref().map(Vec::len), c.as_ref().map(Vec::len)];
    let stages = b.len();
    let mut all: Vec<Number> = a.into_iter().flatten().chain(b).chain(b_hat.into_iter().flatten()).chain(c.into_iter().flatten()).collect();
    if !NumberField::unify(&mut all) {
        return Err((a_value.span(), SchemeReason::FieldTooLarge));
    }
    let mut rest = all.into_iter();
    let mut take = |n: usize| rest.by_ref().take(n).collect::<Vec<_>>();
    let a = lengths.into_iter().map(&mut take).collect();
    let b = take(stages);
    let [b_hat, c] = optional_lengths.map(|n| n.map(&mut take));
    RungeKutta::new(identity, a, b, b_hat, c).map_err(|error| {
        let key = match &error {
            TableauError::NoStages => "b",
            TableauError::Rows { .. } | TableauError::RowLength { .. } => "A",
            TableauError::Length { what, .. } => what,
            TableauError::Node { .. } => "c",
        };
        let mut span = table.get(key).map_or(value.span(), Spanned::span);
        // Point at the very row or node.
        if let (Some(DeValue::Array(entries)), TableauError::RowLength { row: at, .. } | TableauError::Node { stage: at, .. }) =
            (table.get(key).map(Spanned::get_ref), &error)
            && let Some(entry) = entries.get(at - 1)
        {
            span = entry.span();
        }
        (span, SchemeReason::Tableau(error))
    })
}

fn multistep(value: &Value<'_>, identity: Identity, names: &[(String, Number)]) -> Result<Multistep, Failure> {
    let table = table(value)?;
    only(table, &["alpha", "beta"])?;
    let required = |key: &str, reason| table.get(key).ok_or((value.span(), SchemeReason::Layout(reason)));
    let coefficient = |v: &Value<'_>| number(v, names);
    let alpha_value = required("alpha", "[multistep] needs alpha, lowest j first")?;
    let alpha = list(alpha_value, coefficient)?;
    let beta = list(required("beta", "[multistep] needs beta, lowest j first")?, coefficient)?;
    // A method of k steps has k + 1 coefficients in each.
    if alpha.len().max(beta.len()) > MOST_STAGES + 1 {
        return Err((alpha_value.span(), SchemeReason::TooLarge(alpha.len().max(beta.len()) - 1)));
    }
    let count = alpha.len();
    let mut all: Vec<Number> = alpha.into_iter().chain(beta).collect();
    if !NumberField::unify(&mut all) {
        return Err((alpha_value.span(), SchemeReason::FieldTooLarge));
    }
    let beta = all.split_off(count);
    Multistep::new(identity, all, beta).map_err(|error| (alpha_value.span(), SchemeReason::Multistep(error)))
}

/// The numbers under `[where]`, each of which may use the ones above it.
fn declarations(value: &Value<'_>) -> Result<Vec<(String, Number)>, Failure> {
    let mut entries: Vec<_> = table(value)?.iter().collect();
    // The map may be sorted; the order of the file is the order of the spans.
    entries.sort_by_key(|(key, _)| key.span().start);
    let mut names: Vec<(String, Number)> = Vec::new();
    for (k, (key, value)) in entries.iter().enumerate() {
        let name = key.get_ref().to_string();
        let fail = |reason: String| (value.span(), SchemeReason::Where { name: name.clone(), reason });
        if name == "sqrt" || !name.chars().next().is_some_and(char::is_alphabetic) || !name.chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            return Err((
                key.span(),
                SchemeReason::Where { name: name.clone(), reason: "a name is a letter, then letters, digits or _".into() },
            ));
        }
        let declared = match value.get_ref() {
            DeValue::Table(table) => {
                only(table, &["polynomial", "near"])?;
                let (Some(polynomial), Some(near)) = (table.get("polynomial"), table.get("near")) else {
                    return Err(fail("a root needs both `polynomial` and `near`".into()));
                };
                let text = string(polynomial)?;
                let p = Expression::polynomial(&text).map_err(|e| (within(polynomial, e.at), SchemeReason::Expression(e.reason)))?;
                let near = number(near, &[])?;
                root_near(&p, &near).map_err(fail)?
            }
            _ => {
                let later: Vec<&str> = entries[k..].iter().map(|(key, _)| key.get_ref().as_ref()).collect();
                number(value, &names).map_err(|failure| declared_below(value, &names, &later).unwrap_or(failure))?
            }
        };
        names.push((name, declared));
    }
    // In one field before the coefficients are formed, so that each product need not look for it.
    let (keys, mut values): (Vec<String>, Vec<Number>) = names.into_iter().unzip();
    if !NumberField::unify(&mut values) {
        return Err((value.span(), SchemeReason::FieldTooLarge));
    }
    Ok(keys.into_iter().zip(values).collect())
}

/// What to say of an expression that uses a name of `later`, its own or one declared further down.
fn declared_below(value: &Value<'_>, names: &[(String, Number)], later: &[&str]) -> Option<Failure> {
    let DeValue::String(text) = value.get_ref() else { return None };
    let error = Expression::number(text, names).err()?;
    let name = error.unknown.filter(|name| later.contains(&name.as_str()))?;
    let reason = format!("`{text}`: `{name}` is declared further down (or circular): a name may use only those above it");
    Some((within(value, error.at), SchemeReason::Expression(reason)))
}

/// The real root of `p` nearest to `near`, where one is: closer than half the distance to any other.
fn root_near(p: &crate::exact::Polynomial<Number>, near: &Number) -> Result<Number, String> {
    let degree = p.degree().unwrap_or(0);
    if degree == 0 {
        return Err("the polynomial is constant".into());
    }
    if degree > crate::exact::real::number_field::LARGEST_DEGREE {
        return Err(format!("the polynomial has degree {degree}, above {}", crate::exact::real::number_field::LARGEST_DEGREE));
    }
    if p.coefficients().iter().any(|c| !c.is_exact()) {
        return Err("the polynomial's coefficients must be exact: integers, fractions or short decimals".into());
    }
    let centre = match near {
        Number::Rational(q) => q.clone(),
        other => other.approximate(120),
    };
    let mut roots = RealRoot::all(p);
    let accuracy = crate::exact::rational::power_of_two(-100);
    roots.iter_mut().for_each(|root| root.refine(&accuracy));
    let middle = |root: &RealRoot<Number>| {
        let (low, high) = root.interval();
        (low + high) / BigRational::from_integer(2.into())
    };
    let mut by_distance: Vec<(BigRational, RealRoot<Number>)> =
        roots.into_iter().map(|root| ((middle(&root) - &centre).abs(), root)).collect();
    by_distance.sort_by(|a, b| a.0.cmp(&b.0));
    let listed = || {
        let mut values: Vec<f64> = by_distance.iter().map(|(_, root)| root.to_f64()).collect();
        values.sort_by(f64::total_cmp);
        values.iter().map(f64::to_string).collect::<Vec<_>>().join(", ")
    };
    let chosen = match by_distance.as_slice() {
        [] => return Err("the polynomial has no real root".into()),
        [(_, only)] => only,
        [(first, root), (second, _), ..] => {
            if (first * BigRational::from_integer(2.into())).cmp(second) == Ordering::Less {
                root
            } else {
                return Err(format!("`near` isolates no root: the real roots are {}; state the wanted one more closely", listed()));
            }
        }
    };
    let (low, high) = chosen.interval();
    let margin = crate::exact::rational::power_of_two(-101);
    NumberField::adjoin(p, &(low - margin), high, &[])
        .map(|(root, _)| root)
        .ok_or_else(|| format!("the root near {} could not be isolated", near.to_f64()))
}

fn claims(value: &Value<'_>) -> Result<Vec<Claim>, Failure> {
    let mut entries: Vec<_> = table(value)?.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
        .into_iter()
        .map(|(key, value)| {
            let Some(claim) = Property::from_key(key.get_ref()) else {
                let expected = PROPERTIES.iter().map(|entry| entry.key).collect::<Vec<_>>().join(", ");
                return Err((key.span(), SchemeReason::UnknownKey { key: key.get_ref().to_string(), expected }));
            };
            let entry = claim.entry();
            let stated = match (entry.kind, value.get_ref()) {
                (PropertyKind::Truth, DeValue::Boolean(truth)) => Stated::Truth(*truth),
                (PropertyKind::Truth, other) => {
                    return Err((value.span(), SchemeReason::Type { expected: "true or false", found: other.type_str() }));
                }
                (_, DeValue::String(text)) if entry.may_be_infinite && matches!(text.as_ref(), "infinite" | "infinity") => Stated::Infinite,
                _ => Stated::Value(number(value, &[])?),
            };
            Ok(Claim { claim, stated })
        })
        .collect()
}

/// `digits = 7`: a whole number from 1 to [`MOST_DIGITS`].
fn digits(value: &Value<'_>) -> Result<u32, Failure> {
    let found = match value.get_ref() {
        DeValue::Integer(integer) => integer.as_str().parse::<u32>().ok(),
        _ => None,
    };
    let expected = "the digits that the coefficients were rounded to, from 1 to 60";
    found
        .filter(|n| (1..=MOST_DIGITS).contains(n))
        .ok_or((value.span(), SchemeReason::Type { expected, found: value.get_ref().type_str() }))
}

/// `tolerance = 1e-6`: what a residual may be, above 0 and below 1.
fn tolerance(value: &Value<'_>) -> Result<f64, Failure> {
    let tolerance = number(value, &[])?.to_f64();
    let expected = "a tolerance above 0 and below 1";
    if tolerance > 0.0 && tolerance < 1.0 {
        Ok(tolerance)
    } else {
        Err((value.span(), SchemeReason::Type { expected, found: "another number" }))
    }
}

/// A coefficient: a TOML integer, a decimal with the digits as written, or an expression in quotes.
fn number(value: &Value<'_>, names: &[(String, Number)]) -> Result<Number, Failure> {
    let literal = |text: &str| {
        let (negative, size) = match text.strip_prefix('-') {
            Some(size) => (true, size),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let size = decimal_number(&size.replace('_', "")).map_err(|reason| (value.span(), SchemeReason::Expression(reason)))?;
        Ok(if negative { -size } else { size })
    };
    match value.get_ref() {
        DeValue::String(text) => {
            Expression::number(text, names).map_err(|e| (within(value, e.at), SchemeReason::Expression(format!("`{text}`: {}", e.reason))))
        }
        DeValue::Integer(integer) if integer.radix() == 10 => literal(integer.as_str()),
        DeValue::Float(float) => literal(float.as_str()),
        other => Err((value.span(), SchemeReason::Type { expected: "a number, or an expression in quotes", found: other.type_str() })),
    }
}

/// The place `at` bytes into a quoted string.
fn within(value: &Value<'_>, at: usize) -> Range<usize> {
    let span = value.span();
    let start = (span.start + 1 + at).min(span.end.saturating_sub(1));
    start..span.end
}

fn only(table: &DeTable<'_>, expected: &[&str]) -> Result<(), Failure> {
    match table.keys().find(|key| !expected.contains(&key.get_ref().as_ref())) {
        None => Ok(()),
        Some(key) => Err((key.span(), SchemeReason::UnknownKey { key: key.get_ref().to_string(), expected: expected.join(", ") })),
    }
}

fn optional<T>(table: &DeTable<'_>, key: &str, read: impl FnOnce(&Value<'_>) -> Result<T, Failure>) -> Result<Option<T>, Failure> {
    table.get(key).map(read).transpose()
}

fn table<'a, 'b>(value: &'a Value<'b>) -> Result<&'a DeTable<'b>, Failure> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        other => Err((value.span(), SchemeReason::Type { expected: "a table", found: other.type_str() })),
    }
}

fn string(value: &Value<'_>) -> Result<String, Failure> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        other => Err((value.span(), SchemeReason::Type { expected: "a text in quotes", found: other.type_str() })),
    }
}

/// A text without line breaks and other control characters.
fn line(value: &Value<'_>) -> Result<String, Failure> {
    let text = string(value)?;
    if text.contains(char::is_control) {
        return Err((value.span(), SchemeReason::Type { expected: "one line of text", found: "a text with control characters" }));
    }
    Ok(text)
}

fn list<T>(value: &Value<'_>, read: impl Fn(&Value<'_>) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
    match value.get_ref() {
        DeValue::Array(entries) => entries.iter().map(read).collect(),
        other => Err((value.span(), SchemeReason::Type { expected: "a list", found: other.type_str() })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(text, "test.toml").unwrap_err().to_string()
    }

    const EULER: &str = "[runge-kutta]\nA = [[0]]\nb = [1]\n";

    #[test]
    fn the_smallest_scheme_takes_its_name_from_its_origin() {
        let method = parse(EULER, "some/where/euler.toml").unwrap();
        assert_eq!(method.name(), "euler");
    }

    #[test]
    fn errors_name_line_column_and_remedy() {
        assert_eq!(error("[runge-kutta]\nA = [[0, 0], [1]]\nb = [1, 0]"), "test.toml:2:14: row 2 of A has 1 entries, not 2");
        assert_eq!(
            error("[runge-kutta]\nA = [[0, 0], [\"1/2\", 0]]\nb = [0, 1]\nc = [0, 1]"),
            "test.toml:4:9: c[2] is stated as 1, but row 2 of A sums to 1/2"
        );
        assert!(error("[runge-kutta]\nA = [[\"1/0\"]]\nb = [1]").starts_with("test.toml:2:10: `1/0`: division by zero"));
        assert!(error("[runge-kutta]\nA = []\nb = []").contains("at least one stage"));
        assert!(error("").contains("needs a table [runge-kutta]"));
        assert!(error("A = [").contains("not valid TOML"));
        assert!(error(&format!("{EULER}[claims]\nordr = 1")).contains("unknown key `ordr`"));
        assert!(error(&format!("{EULER}[claims]\na_stable = 1")).contains("expected true or false"));
        assert!(error("[multistep]\nalpha = [-1, 0]\nbeta = [1, 0]").contains("last alpha is zero"));
    }

    #[test]
    fn where_declares_roots_and_refuses_vague_ones() {
        let scheme = |declared: &str| format!("[where]\n{declared}\n[runge-kutta]\nA = [[\"g\"]]\nb = [1]\n");
        let Method::RungeKutta(method) = parse(&scheme("g = { polynomial = \"6x^3 - 18x^2 + 9x - 1\", near = 0.4358665 }"), "x").unwrap()
        else {
            unreachable!()
        };
        assert_eq!(method.c()[0].to_f64(), 0.435_866_521_508_459);
        // reducible: the root near 1 of (x − 1)(x² − 2) is rational
        let Method::RungeKutta(method) = parse(&scheme("g = { polynomial = \"(x - 1)(x^2 - 2)\", near = 1.05 }"), "x").unwrap() else {
            unreachable!()
        };
        assert_eq!(method.c()[0], Number::from(1));
        assert!(error(&scheme("g = { polynomial = \"x^2 - 2\", near = 0 }")).contains("isolates no root: the real roots are -1.41"));
        assert!(error(&scheme("g = { polynomial = \"x^2 + 2\", near = 0 }")).contains("no real root"));
        let roots: Vec<String> = [2, 3, 5, 7, 11, 13].iter().map(|n| format!("g{n} = \"sqrt({n})\"")).collect();
        assert!(error(&scheme(&roots.join("\n"))).contains("common field of degree above 32"));
        assert!(error(&scheme("g = \"g + 1\"")).contains("`g` is declared further down (or circular)"));
        assert!(error(&scheme("g = \"k\"\nk = \"g\"")).contains("`k` is declared further down (or circular)"));
        assert!(error(&scheme("g = \"k\"")).contains("unknown name `k`; declare it under [where]"));
    }
}
