//! SciPy: `solve_ivp(f, (0, H), y0, method="RK45", t_eval=ts, rtol=1e-3, atol=1e-6)`.
//!
//! Read and run: 1.17.1. First step and probe are kept within the interval; a step is kept where the error is below 1; an
//! accepted step may be followed by a shorter one, and after a rejection not by a longer one; the last step ends on the last sample, those before come
//! from the interpolant. Radau's loop is another one (`radau`). Files: `rk.py`, `radau.py`, `common.py`, `dop853_coefficients.py`.

use super::call::{Advance, Call, CallCheck};
use super::call_error::CallError;
use super::control::{Acceptance, End, Factor, FirstStep, SampleTimes, StepControl};
use super::dense::Dense;
use super::embedded_pair::{EmbeddedPair, ErrorWeights};
use super::float_width::Precision;
use super::library::Library;
use super::name::CallName;
use super::options::{self, Options};
use super::tables;
use super::tolerances::Tolerances;

/// The methods: SciPy's name, then the catalogue's and the order of the error estimate plus one.
pub(crate) const METHODS: [(&str, (&str, f64)); 4] = [
    ("RK45", ("dormand-prince5", 5.0)),
    ("RK23", ("bogacki-shampine3", 3.0)),
    ("DOP853", ("dop853", 8.0)),
    ("Radau", ("radau-iia-3", 4.0)),
];

const OPTIONS: [&str; 5] = ["rtol", "atol", "first_step", "max_step", "dtype"];

/// The call that a name means.
pub(crate) fn call(name: CallName) -> Result<Call, CallError> {
    let &(method, (scheme, order)) = options::method(Library::Scipy, &name.method, &METHODS)?;
    let mut options = Options::of(&name);
    let precision = options.precision()?;
    if precision == Some(Precision::Float32) {
        let why = "solve_ivp turns every real state into float64 and computes in it; leave dtype out";
        return Err(CallError::Combination { call: name.to_string(), why });
    }
    // validate_tol raises a smaller rtol to this, with a warning.
    let relative = options.tolerance("rtol")?.unwrap_or(1e-3).max(100.0 * f64::EPSILON);
    let absolute = options.tolerance("atol")?.unwrap_or(1e-6);
    let first = options.positive("first_step")?;
    let control = StepControl {
        tolerances: Tolerances { relative, absolute },
        first: first.map_or(FirstStep::Hairer { exponent: 1.0 / order, clipped: true, coincidence: 1.0 }, FirstStep::Given),
        acceptance: if method == "Radau" { Acceptance::AtMostOne } else { Acceptance::BelowOne },
        factor: Factor { no_growth_after_rejection: method != "Radau", ..Factor::integral(order, 0.9, [0.0, 10.0], [0.2, f64::INFINITY]) },
        longest: options.positive("max_step")?.unwrap_or(f64::INFINITY),
        end: End::Clipped,
        samples: SampleTimes::Interpolated,
        evaluations_before: 1 + u64::from(first.is_none()),
        evaluations_interpolant: if method == "DOP853" { 3 } else { 0 },
    };
    options.finish(&OPTIONS)?;
    let pair = EmbeddedPair::of_scheme(scheme, method != "Radau")?;
    let (pair, dense) = match method {
        "RK45" => (pair, Dense::Weights(tables::rows(&tables::RK45_INTERPOLANT))),
        "RK23" => (pair, Dense::Weights(tables::rows(&tables::RK23_INTERPOLANT))),
        "Radau" => (EmbeddedPair { error: ErrorWeights::Collocation, ..pair }, Dense::Linear),
        _ => {
            let error = ErrorWeights::Dop853 { fifth: tables::DOP853_FIFTH.to_vec(), third: tables::DOP853_THIRD.to_vec() };
            let dense = Dense::Dop853(tables::rows(&tables::DOP853_INTERPOLANT));
            (EmbeddedPair { error, interpolant_rows: tables::rows(&tables::DOP853_ROWS), ..pair }, dense)
        }
    };
    let verification = CallCheck::Run;
    Ok(Call { method, scheme, verification, precision, pair, dense, advance: Advance::Controlled(control), name })
}
