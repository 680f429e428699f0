//! What Python sees when the library refuses: one exception with the library's own message.

use pyo3::PyErr;
use pyo3::exceptions::PyValueError;

pyo3::create_exception!(
    _core,
    LambdahatError,
    PyValueError,
    "Input that lambdahat cannot use; the message says what, where and what to do."
);

/// Any error of the library as that exception.
pub fn refused(error: impl std::fmt::Display) -> PyErr {
    LambdahatError::new_err(error.to_string())
}
