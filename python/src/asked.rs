//! What the name of a method means: equal steps of a scheme, or a library's own training call.

use crate::errors::refused;
use lambdahat::loops::{self, Call, CallError, CallName, Regression};
use lambdahat::method::{Method, catalog, scheme};
use lambdahat::words::loops as words;
use lambdahat::words::no_integrator;
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use std::ffi::CString;

/// A method by its name, or by the text of its scheme file with the name for messages.
#[derive(FromPyObject)]
pub enum MethodSource {
    #[pyo3(transparent)]
    Name(String),
    #[pyo3(transparent)]
    Text((String, String)),
}

/// What a name means.
pub enum Asked {
    /// Equal steps of a method.
    Method(Box<Method>),
    /// A library's call that takes its own steps.
    Call(Box<Call>),
    /// A regression on estimated derivatives.
    Regression(Box<Regression>),
}

impl MethodSource {
    /// The method, or the call.
    pub fn asked(&self, py: Python<'_>) -> PyResult<Asked> {
        match self {
            Self::Name(name) => match regression(name)? {
                Some(found) => Ok(Asked::Regression(Box::new(found))),
                None => integrator(py, name),
            },
            Self::Text((text, origin)) => Ok(Asked::Method(Box::new(scheme::parse(text, origin).map_err(refused)?))),
        }
    }

    /// The method of equal steps; a call with steps of its own is refused.
    pub fn method(&self, py: Python<'_>) -> PyResult<Method> {
        match self.asked(py)? {
            Asked::Method(method) => Ok(*method),
            Asked::Call(call) => Err(refused(words::no_single_step(&call))),
            Asked::Regression(found) => Err(refused(no_integrator(&found.to_string()))),
        }
    }
}

fn integrator(py: Python<'_>, name: &str) -> PyResult<Asked> {
    match call(name)? {
        Some(call) if !call.is_one_step_a_sample() => Ok(Asked::Call(Box::new(call))),
        _ => named(py, name).map(|method| Asked::Method(Box::new(method))),
    }
}

/// The regression on estimated derivatives that a text means, where it names one.
fn regression(text: &str) -> PyResult<Option<Regression>> {
    Regression::read(text).map_err(refused)
}

/// The training call that a text means, where it names a library whose loop is known.
pub fn call(text: &str) -> PyResult<Option<Call>> {
    let Some(name) = CallName::read(text).map_err(refused)? else { return Ok(None) };
    match Call::of(name) {
        Ok(call) => Ok(Some(call)),
        // Libraries have many more methods; those of the catalogue are followed with equal steps.
        Err(CallError::UnknownMethod { .. }) if catalog::find(text).is_ok() => Ok(None),
        Err(error) => Err(refused(error)),
    }
}

/// The scheme that a name means; what was guessed is a `UserWarning`.
pub fn named(py: Python<'_>, text: &str) -> PyResult<Method> {
    if let Some(call) = call(text)? {
        return catalog::find(call.scheme).map_err(refused);
    }
    let missing = match catalog::find(text) {
        Ok(method) => {
            if CallName::read(text).is_ok_and(|name| name.is_some()) {
                warn(py, &words::loop_not_known(text, method.name()))?;
            }
            return Ok(method);
        }
        Err(error) => error,
    };
    let Some(found) = loops::bare(text) else { return Err(refused(missing)) };
    let [one] = found.schemes.as_slice() else { return Err(refused(words::ambiguous_name(text, &found))) };
    warn(py, &words::bare_name(text, &found))?;
    if *one == "leap-frog" {
        warn(py, words::LEAPFROG)?;
    }
    catalog::find(one).map_err(refused)
}

fn warn(py: Python<'_>, words: &str) -> PyResult<()> {
    let text = CString::new(words).map_err(refused)?;
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &text, 2)
}
