//! Values of a system's parameters as text.

use crate::dynamics::DynamicsError;

/// Errors where it is not finite; `text` is what the user wrote.
pub(super) fn finite(system: &str, parameter: &str, value: f64, text: &str) -> Result<(), DynamicsError> {
    if value.is_finite() {
        return Ok(());
    }
    let expected = "a finite number".into();
    Err(DynamicsError::Value { system: system.into(), parameter: parameter.to_owned(), value: text.to_owned(), expected })
}

/// A decimal or a fraction of two.
pub(super) fn number(system: &str, key: &str, text: &str) -> Result<f64, DynamicsError> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let value = match (numerator.trim().parse::<f64>(), denominator.trim().parse::<f64>()) {
        (Ok(p), Ok(q)) => p / q,
        _ => f64::NAN,
    };
    finite(system, key.trim(), value, text.trim())?;
    Ok(value)
}
