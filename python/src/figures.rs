//! Figures as data: what each panel shows, in its own coordinates.

use crate::asked::MethodSource;
use crate::errors::refused;
use crate::interruptible::interruptible;
use lambdahat::figure;
use lambdahat::method::{Method, Sampling};
use lambdahat::stability::area_in_window;
use lambdahat::stability::region::{Region, Window};
use num_complex::Complex64;
use pyo3::prelude::*;
use serde_json::json;

/// Points along a side of the raster that counts an area without proved bounds.
const SIDE: usize = 2048;

fn methods(py: Python<'_>, sources: &[MethodSource]) -> PyResult<Vec<Method>> {
    sources.iter().map(|source| source.method(py)).collect()
}

/// The stability regions over a window: each method's area with its uncertainty, and the figure, as JSON.
#[pyfunction]
pub fn regions(py: Python<'_>, sources: Vec<MethodSource>, re: [f64; 2], im: [f64; 2]) -> PyResult<String> {
    let (methods, window) = (methods(py, &sources)?, Window::new(re, im).map_err(refused)?);
    interruptible(py, move || {
        let mut entries = Vec::with_capacity(methods.len());
        for method in &methods {
            let region = Region::of(method).map_err(refused)?;
            let curves = region.boundary(window).map_err(refused)?;
            let (area, uncertainty) = match area_in_window(method, window) {
                Some(proved) => proved,
                None => {
                    let raster = region.raster(window, SIDE, SIDE).map_err(refused)?;
                    (raster.area(), raster.area_uncertainty(&curves))
                }
            };
            entries.push(json!({
                "method": method.name(), "area": area, "area_uncertainty": uncertainty, "boundary_curves": curves.len(),
            }));
        }
        let figure = figure::regions(&methods, window).map_err(refused)?;
        serde_json::to_string(&json!({ "window": window, "regions": entries, "figure": figure })).map_err(refused)
    })?
}

/// The plane of the true hλ, coloured by what would be learned: the figure's JSON.
#[pyfunction]
pub fn map(py: Python<'_>, sources: Vec<MethodSource>, re: [f64; 2], im: [f64; 2]) -> PyResult<String> {
    let (methods, window) = (methods(py, &sources)?, Window::new(re, im).map_err(refused)?);
    interruptible(py, move || {
        let figure = figure::map(&methods, window).map_err(refused)?;
        serde_json::to_string(&json!({ "window": window, "facts": figure.facts, "figure": figure })).map_err(refused)
    })?
}

/// Which start lands on which branch: the figure's JSON.
#[pyfunction]
pub fn basins(py: Python<'_>, source: MethodSource, mode: Complex64, interval: f64, substeps: u32, starts: usize) -> PyResult<String> {
    let (method, sampling) = (source.method(py)?, Sampling::new(interval, substeps).map_err(refused)?);
    interruptible(py, move || {
        let figure = figure::basins(&method, mode, sampling, starts, &[]).map_err(refused)?;
        serde_json::to_string(&json!({ "method": method.name(), "facts": figure.facts, "figure": figure })).map_err(refused)
    })?
}
