//! The named systems: fields, their equilibria, their trajectories.

use crate::errors::refused;
use crate::interruptible::interruptible;
use lambdahat::dynamics::{self, Field};
use numpy::{PyArray2, PyArrayMethods, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

/// The names that [`System::parse`] knows.
#[pyfunction]
pub fn system_names() -> Vec<String> {
    dynamics::System::names().map(|name| name.to_string()).collect()
}

/// A system with its parameters.
#[pyclass(frozen, module = "lambdahat._core")]
pub struct System {
    system: dynamics::System,
}

#[pymethods]
impl System {
    /// NAME or FILE.toml, then :parameter=value,…
    #[staticmethod]
    fn parse(text: &str) -> PyResult<Self> {
        Ok(Self { system: dynamics::System::open(text).map_err(refused)? })
    }

    /// Its name, without parameters.
    #[getter]
    fn name(&self) -> String {
        self.system.name().to_string()
    }

    /// The parameters with their values.
    #[getter]
    fn parameters(&self) -> Vec<(String, f64)> {
        self.system.parameters().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// d.
    #[getter]
    fn dimension(&self) -> usize {
        self.system.dimension()
    }

    /// The sampling interval of a first look.
    #[getter]
    fn interval(&self) -> f64 {
        self.system.default_interval()
    }

    /// Starts of a first look.
    #[getter]
    fn starts(&self) -> Vec<Vec<f64>> {
        self.system.default_starts()
    }

    /// Its known equilibria.
    #[getter]
    fn equilibria(&self) -> Vec<Vec<f64>> {
        self.system.equilibria()
    }

    /// f at each row.
    fn value<'py>(&self, py: Python<'py>, states: PyReadonlyArray2<'py, f64>) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let d = self.system.dimension();
        if states.shape()[1] != d {
            return Err(refused(format!("states of {} components; the system {} has {d}", states.shape()[1], self.system.name())));
        }
        let mut out = vec![0.0; states.len()];
        let rows: Vec<f64> = states.as_array().iter().copied().collect();
        for (x, f) in rows.chunks(d).zip(out.chunks_mut(d)) {
            self.system.value(x, f);
        }
        numpy::PyArray1::from_vec(py, out).reshape([states.shape()[0], d])
    }

    /// The states at 0, H, 2H, … n·H.
    fn trajectory<'py>(&self, py: Python<'py>, start: Vec<f64>, interval: f64, n: usize) -> PyResult<Bound<'py, PyArray2<f64>>> {
        let system = self.system.clone();
        let states = interruptible(py, move || system.trajectory(&start, interval, n))?.map_err(refused)?;
        PyArray2::from_vec2(py, &states).map_err(refused)
    }
}
