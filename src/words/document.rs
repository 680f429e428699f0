//! The documents of `--json`: the facts, with their texts beside them.
//!
//! A fact is written as `{"code": …, its fields, "text": its sentence}`. Programs decide on the code and the fields; the text is for people.

use super::{Dialect, Say, why};
use crate::check::Check;
use crate::data::Trajectories;
use crate::inverse::Branches;
use crate::predict::{CallMode, Report};
use crate::repair::{Audit, RepairReport};
use crate::verify::{Algebra, Verification};
use serde::Serialize;
use serde_json::{Error, Value, json};

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

/// The document of `branches --json`.
pub fn branches(found: &Branches, to: Dialect) -> Result<Value, Error> {
    let mut document = serde_json::to_value(found)?;
    tell_undefined(&mut document, found, to)?;
    Ok(document)
}

/// The document of `predict --json`.
pub fn prediction(report: &Report, to: Dialect) -> Result<Value, Error> {
    let mut document = serde_json::to_value(report)?;
    tell_prediction(&mut document, report, to)?;
    Ok(document)
}

/// The document of `check --json`.
pub fn check(found: &Check, to: Dialect) -> Result<Value, Error> {
    let mut document = serde_json::to_value(found)?;
    tell_prediction(&mut document, &found.report, to)?;
    Ok(document)
}

/// The document of `audit --json`.
pub fn audit(found: &Audit, to: Dialect) -> Result<Value, Error> {
    let mut document = serde_json::to_value(found)?;
    document["notes"] = told(&found.notes, to)?;
    Ok(document)
}

/// The document of `repair --json`, without the file that was written.
pub fn repair(report: &RepairReport, to: Dialect) -> Result<Value, Error> {
    let mut document = serde_json::to_value(report)?;
    document["notes"] = told(&report.notes, to)?;
    Ok(document)
}

/// The document of a verification.
pub fn verification(report: &Verification, to: Dialect) -> Result<Value, Error> {
    let mut document = serde_json::to_value(report)?;
    tell_verification(&mut document, report, to)?;
    Ok(document)
}

/// Adds the texts of a verification to a document that has its fields.
pub fn tell_verification(document: &mut Value, report: &Verification, to: Dialect) -> Result<(), Error> {
    for (k, part) in report.left_out.iter().enumerate() {
        document["left_out"][k]["why"] = one(&part.why, to)?;
    }
    for (k, claim) in report.claims.iter().enumerate() {
        if let Some(why) = &claim.why {
            document["claims"][k]["why"] = one(why, to)?;
        }
    }
    if let Some(reason) = &report.right_half_plane_reason {
        document["right_half_plane_reason"] = one(reason, to)?;
    }
    if let Some(condition) = &report.failing_condition {
        document["failing_condition"] = one(condition, to)?;
    }
    let Some(learning) = &report.learning else { return Ok(()) };
    let place = &mut document["learning"];
    place["sign_reason"] = one(&learning.sign_reason, to)?;
    place["unique_reason"] = one(&learning.unique_reason, to)?;
    if let Some(condition) = &learning.zeros_of_sigma {
        place["discovery_reason"] = json!({ "code": condition, "text": condition.say(to) });
    }
    if let Some(reason) = &learning.artifact_reason {
        place["artifact_reason"] = one(reason, to)?;
    }
    if let Some(mode) = &learning.mode {
        place["smallest_substeps_reasons"] = told(&mode.smallest_substeps_reasons, to)?;
    }
    Ok(())
}

/// Adds the texts of its remarks to a document that has the fields of a scheme's relatives.
pub fn tell_algebra(place: &mut Value, algebra: &Algebra, to: Dialect) -> Result<(), Error> {
    let relatives = [("method", &algebra.method), ("adjoint", &algebra.adjoint), ("dual", &algebra.dual), ("reduced", &algebra.reduced)];
    for (name, relative) in relatives {
        if let Some(note) = &relative.note {
            place[name]["note"] = one(note, to)?;
        }
    }
    if let Some(note) = &algebra.shu_osher_note {
        place["shu_osher_note"] = one(note, to)?;
    }
    Ok(())
}

/// How samples were read: the columns, the unit of time, the spacing with its gaps, missing cells, and what looks odd.
pub fn samples(data: &Trajectories, to: Dialect) -> Result<Value, Error> {
    let mut document = serde_json::to_value(data.taken())?;
    document["remarks"] = told(&data.taken().remarks, to)?;
    document["variables"] = data.variables().into();
    document["inputs"] = data.inputs().into();
    document["hold"] = serde_json::to_value(data.hold())?;
    document["time_unit"] = serde_json::to_value(data.time_unit())?;
    document["spacing"] = serde_json::to_value(data.spacing())?;
    document["gaps"] = serde_json::to_value(data.gaps())?;
    document["missing_cells"] = data.missing_cells().into();
    document["text"] = super::read_as(data).into();
    Ok(document)
}

/// Adds the texts of a report to a document that has its fields.
fn tell_prediction(document: &mut Value, report: &Report, to: Dialect) -> Result<(), Error> {
    document["caveats"] = told(&report.caveats, to)?;
    for (i, call) in report.calls.iter().enumerate() {
        for (j, mode) in call.modes.iter().enumerate() {
            if let CallMode::Assessed(found) = mode {
                let place = &mut document["calls"][i]["modes"][j];
                place["concerns"] = told(&found.concerns, to)?;
                place["advice"] = told(&found.advice, to)?;
            }
        }
    }
    for (i, found) in report.regressions.iter().enumerate() {
        for (j, mode) in found.modes.iter().enumerate() {
            document["regressions"][i]["modes"][j]["reasons"] = told(&mode.reasons, to)?;
        }
    }
    for (k, method) in report.methods.iter().enumerate() {
        for (j, mode) in method.modes.iter().enumerate() {
            let place = &mut document["methods"][k]["modes"][j];
            place["reasons"] = told(&mode.reasons, to)?;
            tell_undefined(place, &mode.branches, to)?;
        }
    }
    if let Some(advice) = &report.recommendation {
        let place = &mut document["recommendation"];
        place["reason"] = one(&advice.why, to)?;
        place["why"] = why(report, advice, to).into();
        if let Some(orbits) = &advice.orbits {
            place["orbits"] = one(orbits, to)?;
        }
        if let Some(any) = &advice.any_step {
            place["any_step"]["why"] = any.say(to).into();
        }
    }
    Ok(())
}

fn tell_undefined(place: &mut Value, found: &Branches, to: Dialect) -> Result<(), Error> {
    if let Some(undefined) = found.principal.undefined() {
        place["principal_undefined"] = one(&undefined, to)?;
    }
    Ok(())
}
