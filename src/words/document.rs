//! The documents of `--json`: the facts, with their texts beside them.
//!
//! A fact is written as `{"code": …, its fields, "text": its sentence}`. Programs decide on the code and the fields; the text is for people.

use super::{Dialect, Say};
use crate::predict::Report;
use serde::Serialize;
use serde_json::{Error, Value};

/// The facts of a list, each with its text.
pub fn told<T: Serialize + Say>(facts: &[T], to: Dialect) -> Result<Value, Error> {
    facts.iter().map(|fact| one(fact, to)).collect::<Result<Vec<Value>, Error>>().map(Value::Array)
}

/// A fact with its text.
pub fn one<T: Serialize + Say>(fact: &T, to: Dialect) -> Result<Value, Error> {
    let mut value = serde_json::to_value(fact)?;
    if let Value::Object(fields) = &mut value {
        fields.insert("text".into(), fact.say(to).into());
    }
    Ok(value)
}

/// The document of `predict --json`.
pub fn prediction(report: &Report, to: Dialect) -> Result<Value, Error> {
    let mut document = serde_json::to_value(report)?;
    tell_prediction(&mut document, report, to)?;
    Ok(document)
}

/// Adds the texts of a report to a document that has its fields.
fn tell_prediction(document: &mut Value, report: &Report, to: Dialect) -> Result<(), Error> {
    document["caveats"] = told(&report.caveats, to)?;
    Ok(())
}
