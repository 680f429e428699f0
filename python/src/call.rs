//! A library's training call, ready to be followed on modes.

use crate::asked;
use crate::called_field::CalledField;
use crate::errors::refused;
use crate::interruptible::interruptible;
use lambdahat::fit::{Through, called_states};
use lambdahat::inverse::Limits;
use lambdahat::inverse::step_control::{Completeness, ControlledEquation, Search, Usage, assess, solutions};
use lambdahat::loops::{self, StateNorm, Trace};
use lambdahat::words::{Dialect, document};
use num_complex::Complex64;
use numpy::{PyArray1, PyArray2, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;
use rayon::prelude::*;
use serde_json::json;
use std::f64::consts::TAU;
use std::sync::Arc;

/// Aliases on either side of λ that are looked for.
const ALIASES: f64 = 2.0;
/// Starts along a diameter of the search.
const STARTS: usize = 48;

/// What a library does between two samples.
#[pyclass(frozen, module = "lambdahat._core")]
pub struct Call {
    call: Arc<loops::Call>,
}

/// The numbers that enter the call's error norm: the mode's amplitudes in a batch of real starts, one number each for a real mode and two for
/// an oscillation; without starts, one complex state of size 1.
fn norm(starts: Option<&PyReadonlyArray1<'_, Complex64>>, oscillates: bool) -> StateNorm {
    match starts {
        Some(starts) if starts.len() > 0 && oscillates => StateNorm::Components(starts.as_array().to_vec()),
        Some(starts) if starts.len() > 0 => StateNorm::Modulus(starts.as_array().iter().map(|start| start.norm()).collect()),
        _ => StateNorm::default(),
    }
}

#[pymethods]
impl Call {
    /// The call that a text names; none where it names no library whose loop is known.
    #[staticmethod]
    fn parse(text: &str) -> PyResult<Option<Self>> {
        Ok(asked::call(text)?.map(|call| Self { call: Arc::new(call) }))
    }

    /// The call as it is written.
    #[getter]
    fn name(&self) -> String {
        self.call.name.to_string()
    }

    /// The catalogue's name of the scheme that advances the solution.
    #[getter]
    fn scheme(&self) -> &'static str {
        self.call.scheme
    }

    /// Whether it takes exactly one step of its scheme from sample to sample.
    #[getter]
    fn is_one_step_a_sample(&self) -> bool {
        self.call.is_one_step_a_sample()
    }

    /// Whether the library chooses the steps.
    #[getter]
    fn is_adaptive(&self) -> bool {
        self.call.is_adaptive()
    }

    /// The equal steps between samples `interval` apart, where it takes such.
    fn substeps(&self, interval: f64) -> Option<u32> {
        self.call.substeps(interval)
    }

    /// F(μ), the factor from sample to sample of each mode; not a number where the call cannot be followed.
    #[pyo3(signature = (modes, interval, starts=None))]
    fn multiplier<'py>(
        &self,
        py: Python<'py>,
        modes: PyReadonlyArray1<'py, Complex64>,
        interval: f64,
        starts: Option<PyReadonlyArray1<'py, Complex64>>,
    ) -> PyResult<Bound<'py, PyArray1<Complex64>>> {
        self.call.check_interval(interval).map_err(refused)?;
        let modes = modes.as_array().to_vec();
        let (call, norm) = (Arc::clone(&self.call), norm(starts.as_ref(), modes.iter().any(|mode| mode.im != 0.0)));
        let factors: Vec<Complex64> = interruptible(py, move || {
            let followed = |trace: &mut Trace, mode: &Complex64| {
                let done = call.follow_into(*mode, &[interval], &norm, None, trace);
                done.ok().and_then(|()| trace.multipliers.first().copied()).unwrap_or(Complex64::new(f64::NAN, f64::NAN))
            };
            modes.par_iter().map_init(Trace::default, followed).collect()
        })?;
        Ok(PyArray1::from_vec(py, factors))
    }

    /// The states that the call returns an interval after these rows of starts, which share their steps where the library's batches do. `field` takes and returns
    /// rows of states. None where the call cannot be followed; what `field` raises is raised.
    fn advance<'py>(
        &self,
        py: Python<'py>,
        field: &Bound<'py, PyAny>,
        starts: PyReadonlyArray2<'py, f64>,
        interval: f64,
    ) -> PyResult<Option<Bound<'py, PyArray2<f64>>>> {
        self.call.check_interval(interval).map_err(refused)?;
        let rows: Vec<Vec<f64>> = starts.as_array().rows().into_iter().map(|row| row.to_vec()).collect();
        let (through, called) = (Through::new((*self.call).clone()), CalledField::new(field, starts.shape()[1]));
        let starts: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let found = called_states(&through, &called, &[], &starts, (interval, 1));
        if let Some(raised) = called.raised() {
            return Err(raised);
        }
        let ends = found.map(|found| found.into_iter().flatten().collect::<Vec<_>>());
        ends.map(|ends| PyArray2::from_vec2(py, &ends).map_err(refused)).transpose()
    }

    /// Every λ̂ that is found for one mode, as the JSON of `lambdahat branches --json`.
    #[pyo3(signature = (mode, interval, starts=None))]
    fn branches(
        &self,
        py: Python<'_>,
        mode: Complex64,
        interval: f64,
        starts: Option<PyReadonlyArray1<'_, Complex64>>,
    ) -> PyResult<String> {
        let (call, norm) = (Arc::clone(&self.call), norm(starts.as_ref(), mode.im != 0.0));
        interruptible(py, move || {
            let usage = Usage { norm: norm.clone(), ..Usage::default() };
            let equation = ControlledEquation::pairs(&call, mode, interval, norm).map_err(refused)?;
            let limits = Limits::default();
            let radius = limits.reach * mode.norm() + ALIASES * TAU / interval;
            let found = solutions(&equation, Search::Within { radius, starts: STARTS }).map_err(refused)?;
            let judged = assess(&call, mode, interval, &usage, limits).map_err(refused)?;
            let document = json!({
                "method": call.name.to_string(),
                "lambda": [mode.re, mode.im],
                "interval": interval,
                "substeps": call.substeps(interval),
                "step": call.substeps(interval).map(|m| interval / f64::from(m)),
                "at_infinity": (found.completeness == Completeness::Certified).then_some(0),
                "branches": found.solutions,
                "completeness": found.completeness,
                "gap": found.gap,
                "norm": equation.norm,
                "call": *call,
                "verdict": judged.verdict,
                "threshold": judged.threshold.map(|t| t.decay),
                "concerns": document::told(&judged.concerns, Dialect::Terminal).map_err(refused)?,
                "advice": document::told(&judged.advice, Dialect::Terminal).map_err(refused)?,
            });
            serde_json::to_string(&document).map_err(refused)
        })?
    }
}
