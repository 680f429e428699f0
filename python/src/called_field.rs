//! A field of Python, asked for rows of states.

use lambdahat::dynamics::{Field, Values};
use numpy::{PyArray2, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::cell::RefCell;

/// A callable that takes rows of states and returns their derivatives. Where it raises, the values are not numbers, and the exception is kept.
pub struct CalledField<'a, 'py> {
    field: &'a Bound<'py, PyAny>,
    dimension: usize,
    raised: RefCell<Option<PyErr>>,
}

impl<'a, 'py> CalledField<'a, 'py> {
    /// For states of this dimension.
    pub fn new(field: &'a Bound<'py, PyAny>, dimension: usize) -> Self {
        Self { field, dimension, raised: RefCell::new(None) }
    }

    /// What it raised first.
    pub fn raised(&self) -> Option<PyErr> {
        self.raised.borrow_mut().take()
    }

    fn asked(&self, states: &[f64], out: &mut [f64]) -> PyResult<()> {
        let py = self.field.py();
        let rows = PyArray2::from_vec2(py, &states.chunks_exact(self.dimension).map(<[f64]>::to_vec).collect::<Vec<_>>())
            .map_err(|error| PyValueError::new_err(error.to_string()))?;
        let found: PyReadonlyArray2<'py, f64> = self.field.call1((rows,))?.extract()?;
        let found = found.as_array();
        if found.len() != out.len() {
            return Err(PyValueError::new_err(format!("f returns {} numbers for {} of its states", found.len(), out.len())));
        }
        out.iter_mut().zip(found.iter()).for_each(|(out, value)| *out = *value);
        Ok(())
    }
}

impl Field for CalledField<'_, '_> {
    fn dimension(&self) -> usize {
        self.dimension
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        self.values(x, out);
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        Values::new(self.dimension, |x: &[f64], out: &mut [f64]| self.value(x, out)).jacobian(x, out);
    }

    fn values(&self, states: &[f64], out: &mut [f64]) {
        if self.raised.borrow().is_some() {
            return out.fill(f64::NAN);
        }
        if let Err(error) = self.asked(states, out) {
            *self.raised.borrow_mut() = Some(error);
            out.fill(f64::NAN);
        }
    }
}
