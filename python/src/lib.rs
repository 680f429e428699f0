//! The Python face of `lambdahat`: schemes, branches and predictions, numpy in and out, documents as JSON.
//!
//! Each function computes with the same library as the command line, without the interpreter's lock; Ctrl-C raises
//! `KeyboardInterrupt`, and what the library refuses raises `LambdahatError` with its message. What users see is made of it in Python.

mod asked;
mod call;
mod called_field;
mod errors;
mod figures;
mod interruptible;
mod method;
mod modified;
mod pool;
mod prediction;
mod system;
mod training;
mod training_options;

use lambdahat::inverse::{Discrepancy, FAITHFUL_TOLERANCE};
use lambdahat::method::catalog;
use num_complex::Complex64;
use pyo3::prelude::*;
use std::ffi::OsString;

/// The names of the catalogue, sorted.
#[pyfunction]
fn method_names() -> Vec<&'static str> {
    catalog::names().collect()
}

/// How far learned modes are from true ones over a horizon: the errors of amplitude and phase, in parts of the largest true amplitude.
#[pyfunction]
fn discrepancy(true_mode: Complex64, learned: Complex64, horizon: f64) -> (f64, f64) {
    let off = Discrepancy::of(true_mode, learned, horizon);
    (off.amplitude, off.phase)
}

/// The command line: the exit status for these arguments, the program's name first.
#[pyfunction]
fn main(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| lambdahat::cli::main(arguments))
}

/// The compiled part of `lambdahat`.
#[pymodule]
fn _core(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("LambdahatError", module.py().get_type::<errors::LambdahatError>())?;
    module.add("__version__", env!("CARGO_PKG_VERSION"))?;
    module.add_class::<method::Scheme>()?;
    module.add_class::<call::Call>()?;
    module.add_class::<system::System>()?;
    module.add_class::<training::Model>()?;
    module.add("TOLERANCE", FAITHFUL_TOLERANCE)?;
    module.add_function(wrap_pyfunction!(discrepancy, module)?)?;
    module.add_function(wrap_pyfunction!(method_names, module)?)?;
    module.add_function(wrap_pyfunction!(system::system_names, module)?)?;
    module.add_function(wrap_pyfunction!(figures::regions, module)?)?;
    module.add_function(wrap_pyfunction!(figures::map, module)?)?;
    module.add_function(wrap_pyfunction!(figures::basins, module)?)?;
    module.add_function(wrap_pyfunction!(modified::modified, module)?)?;
    module.add_function(wrap_pyfunction!(training::fit, module)?)?;
    module.add_function(wrap_pyfunction!(training::check, module)?)?;
    module.add_function(wrap_pyfunction!(prediction::predict_samples, module)?)?;
    module.add_function(wrap_pyfunction!(prediction::seconds_in, module)?)?;
    module.add_function(wrap_pyfunction!(prediction::predict_system, module)?)?;
    module.add_function(wrap_pyfunction!(main, module)?)
}
