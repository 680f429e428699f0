//! What Python sees when the library refuses: one exception with the library's own message.

use pyo3::exceptions::PyValueError;
use pyo3::{PyErr, PyResult};
use std::fmt::Display;
use std::str::FromStr;

pyo3::create_exception!(
    _core,
    LambdahatError,
    PyValueError,
    "Input that lambdahat cannot use; the message says what, where and what to do."
);

/// Any error of the library as that exception.
pub fn refused(error: impl Display) -> PyErr {
    LambdahatError::new_err(error.to_string())
}

/// A value from its text; `name` names it in the message.
pub fn parsed<T: FromStr<Err: Display>>(name: &str, text: &str) -> PyResult<T> {
    text.parse().map_err(|error: T::Err| refused(format!("{name}: {error}")))
}
