//! Scheme files: a method as TOML, read exactly, with errors that point at the place.

use super::Method;
use super::declarations::declarations;
use super::identity::{Claim, Identity, Stated};
use super::linear_multistep::Multistep;
use super::property::{PROPERTIES, Property, PropertyKind};
pub use super::scheme_error::{MOST_DIGITS, MOST_STAGES, SchemeError, SchemeReason};
use super::scheme_value::{Failure, Value, line, list, number, only, optional, string, table};
use super::tableau::{RungeKutta, TableauError};
use crate::exact::{Number, NumberField};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

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
