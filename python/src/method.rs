//! A scheme, ready to be asked.

use crate::asked;
use crate::errors::refused;
use crate::interruptible::interruptible;
use lambdahat::inverse::{BranchError, LearningEquation, branches};
use lambdahat::method::{self, Sampling, scheme};
use lambdahat::stability::StabilityFunction;
use lambdahat::stability::region::{Region, Window};
use lambdahat::verify::verify;
use lambdahat::words::{Dialect, document};
use num_complex::Complex64;
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyUntypedArrayMethods};
use pyo3::prelude::*;
use rayon::prelude::*;
use std::sync::Arc;

/// A numerical integrator: its coefficients, and the equation by which a fit through it learns.
#[pyclass(frozen, module = "lambdahat._core")]
pub struct Scheme {
    method: Arc<method::Method>,
}

/// What [`Scheme::branches`] hands over: λ̂ and radii of shape (modes, solutions), and the index of each principal one, −1 where there is none.
type BranchArrays<'py> = (Bound<'py, PyArray2<Complex64>>, Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<i64>>);

#[pymethods]
impl Scheme {
    /// A method of the catalogue, by its name or a library's name for it.
    #[staticmethod]
    fn named(py: Python<'_>, name: &str) -> PyResult<Self> {
        Ok(Self { method: Arc::new(asked::named(py, name)?) })
    }

    /// A scheme from the text of a scheme file; `origin` names it in messages.
    #[staticmethod]
    fn parse(text: &str, origin: &str) -> PyResult<Self> {
        Ok(Self { method: Arc::new(scheme::parse(text, origin).map_err(refused)?) })
    }

    /// The method's name.
    #[getter]
    fn name(&self) -> &str {
        self.method.name()
    }

    /// The method's name in words.
    #[getter]
    fn title(&self) -> &str {
        &self.method.identity().title
    }

    /// `runge-kutta` or `multistep`.
    #[getter]
    fn kind(&self) -> &'static str {
        self.method.kind()
    }

    /// Whether a step needs no equation solved.
    #[getter]
    fn explicit(&self) -> bool {
        self.method.is_explicit()
    }

    /// Everything known of it, as the JSON of `lambdahat verify --json`.
    fn verify(&self, py: Python<'_>) -> PyResult<String> {
        let method = Arc::clone(&self.method);
        interruptible(py, move || serde_json::to_string(&verify(&method)))?.map_err(refused)
    }

    /// R(z) at each of these points.
    fn stability_function<'py>(&self, py: Python<'py>, z: PyReadonlyArray1<'py, Complex64>) -> PyResult<Bound<'py, PyArray1<Complex64>>> {
        let method::Method::RungeKutta(tableau) = self.method.as_ref() else {
            return Err(refused(format!(
                "{} is a multistep method: it has no stability function R(z), but a polynomial ρ(ζ) − zσ(ζ)",
                self.name()
            )));
        };
        let (r, points) = (StabilityFunction::of(tableau), z.as_array().to_vec());
        let values: Vec<Complex64> = interruptible(py, move || points.par_iter().map(|&z| r.eval(z)).collect())?;
        Ok(PyArray1::from_vec(py, values))
    }

    /// A (s × s) and b (s) of a Runge–Kutta method.
    fn tableau<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyArray2<f64>>, Bound<'py, PyArray1<f64>>)> {
        let method::Method::RungeKutta(tableau) = self.method.as_ref() else {
            return Err(refused(format!("{} is a multistep method: it has no tableau", self.name())));
        };
        let rows: Vec<Vec<f64>> = tableau.a().iter().map(|row| row.iter().map(|a| a.to_f64()).collect()).collect();
        let weights: Vec<f64> = tableau.b().iter().map(|b| b.to_f64()).collect();
        Ok((PyArray2::from_vec2(py, &rows).map_err(refused)?, PyArray1::from_vec(py, weights)))
    }

    /// All λ̂ for each mode.
    fn branches<'py>(
        &self,
        py: Python<'py>,
        lambda: PyReadonlyArray1<'py, Complex64>,
        interval: f64,
        substeps: u32,
    ) -> PyResult<BranchArrays<'py>> {
        let sampling = Sampling::new(interval, substeps).map_err(refused)?;
        let modes = lambda.as_array().to_vec();
        let method = Arc::clone(&self.method);
        let count = lambda.len();
        let arrays = interruptible(py, move || {
            let mut arrays = LearningEquation::of(&method)?.batch(&modes, sampling)?.into_arrays();
            let step = sampling.step().get();
            arrays.z.par_iter_mut().for_each(|z| *z /= step);
            arrays.radius.par_iter_mut().for_each(|r| *r /= step);
            Ok::<_, BranchError>(arrays)
        })?
        .map_err(refused)?;
        let shape = [count, arrays.solutions];
        let (learned, radius) = (PyArray1::from_vec(py, arrays.z).reshape(shape)?, PyArray1::from_vec(py, arrays.radius).reshape(shape)?);
        let principal = PyArray1::from_iter(py, arrays.principal.iter().map(|principal| principal.map_or(-1, i64::from)));
        Ok((learned, radius, principal))
    }

    /// All λ̂ for one mode with everything known of them, as the JSON of `lambdahat branches --json`.
    fn branches_of_one(&self, py: Python<'_>, lambda: Complex64, interval: f64, substeps: u32) -> PyResult<String> {
        let sampling = Sampling::new(interval, substeps).map_err(refused)?;
        let method = Arc::clone(&self.method);
        interruptible(py, move || {
            let found = branches(&method, lambda, sampling).map_err(refused)?;
            serde_json::to_string(&document::branches(&found, Dialect::Terminal).map_err(refused)?).map_err(refused)
        })?
    }

    /// Whether each point of a grid is in the stability region, row by row from the greatest Im z.
    fn region<'py>(&self, py: Python<'py>, re: [f64; 2], im: [f64; 2], width: usize, height: usize) -> PyResult<Bound<'py, PyArray2<u8>>> {
        let window = Window::new(re, im).map_err(refused)?;
        let method = Arc::clone(&self.method);
        let raster =
            interruptible(py, move || Region::of(&method).and_then(|region| region.raster(window, width, height)))?.map_err(refused)?;
        let rows: Vec<Vec<u8>> = raster.as_bytes().chunks(width).map(<[u8]>::to_vec).collect();
        PyArray2::from_vec2(py, &rows).map_err(refused)
    }
}
