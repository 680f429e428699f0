//! Values of a scheme file, read as what they must be, each failure with its place.

use super::expression::{Expression, decimal_number};
use super::scheme_error::SchemeReason;
use crate::exact::Number;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) type Value<'a> = Spanned<DeValue<'a>>;
pub(super) type Failure = (Range<usize>, SchemeReason);

/// A coefficient: a TOML integer, a decimal with the digits as written, or an expression in quotes.
pub(super) fn number(value: &Value<'_>, names: &[(String, Number)]) -> Result<Number, Failure> {
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
pub(super) fn within(value: &Value<'_>, at: usize) -> Range<usize> {
    let span = value.span();
    let start = (span.start + 1 + at).min(span.end.saturating_sub(1));
    start..span.end
}

pub(super) fn only(table: &DeTable<'_>, expected: &[&str]) -> Result<(), Failure> {
    match table.keys().find(|key| !expected.contains(&key.get_ref().as_ref())) {
        None => Ok(()),
        Some(key) => Err((key.span(), SchemeReason::UnknownKey { key: key.get_ref().to_string(), expected: expected.join(", ") })),
    }
}

pub(super) fn optional<T>(
    table: &DeTable<'_>,
    key: &str,
    read: impl FnOnce(&Value<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    table.get(key).map(read).transpose()
}

pub(super) fn table<'a, 'b>(value: &'a Value<'b>) -> Result<&'a DeTable<'b>, Failure> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        other => Err((value.span(), SchemeReason::Type { expected: "a table", found: other.type_str() })),
    }
}

pub(super) fn string(value: &Value<'_>) -> Result<String, Failure> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        other => Err((value.span(), SchemeReason::Type { expected: "a text in quotes", found: other.type_str() })),
    }
}

/// A text without line breaks and other control characters.
pub(super) fn line(value: &Value<'_>) -> Result<String, Failure> {
    let text = string(value)?;
    if text.contains(char::is_control) {
        return Err((value.span(), SchemeReason::Type { expected: "one line of text", found: "a text with control characters" }));
    }
    Ok(text)
}

pub(super) fn list<T>(value: &Value<'_>, read: impl Fn(&Value<'_>) -> Result<T, Failure>) -> Result<Vec<T>, Failure> {
    match value.get_ref() {
        DeValue::Array(entries) => entries.iter().map(read).collect(),
        other => Err((value.span(), SchemeReason::Type { expected: "a list", found: other.type_str() })),
    }
}
