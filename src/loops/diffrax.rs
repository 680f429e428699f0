//! diffrax: `diffeqsolve(ODETerm(f), SOLVER(), t0, t1, dt0, y0, stepsize_controller=…, saveat=SaveAt(ts=ts))`.
//!
//! Read: 0.6.2 and 0.7.2, run: 0.7.2. With rtol and atol the controller is `PIDController(rtol, atol)`, an integral controller
//! unless pcoeff or dcoeff are given; without, `ConstantStepSize()`. Without dt0 the controller's first step is 0.01 in whatever unit of time:
//! the choice of a first step is never reached, because every term has been wrapped by then (`pid.py:48`, since 0.5.0). From 0.7.1
//! on a constant step is dt0 only once; the rest of the interval is divided evenly (`constant.py`). Only the last step is clipped;
//! samples inside come from the solver's interpolant. Implicit solvers are followed as if their equations were solved exactly, which on a
//! linear mode they are. KenCarp's are followed with all of the field on the implicit side, `MultiTerm(ODETerm(zero), ODETerm(f))`.

use super::call::{Advance, Call, CallCheck};
use super::call_error::CallError;
use super::control::{Acceptance, End, Factor, FirstStep, SampleTimes, StepControl};
use super::dense::Dense;
use super::embedded_pair::{EmbeddedPair, ErrorWeights};
use super::grid::{Grid, GridTimes};
use super::library::Library;
use super::name::CallName;
use super::options::{self, Options};
use super::tables;
use super::tolerances::Tolerances;

/// The solvers: diffrax's name, then the catalogue's and the order of the error estimate where there is one.
pub(crate) const SOLVERS: [(&str, (&str, Option<f64>)); 15] = [
    ("Tsit5", ("tsitouras5", Some(5.0))),
    ("Dopri5", ("dormand-prince5", Some(5.0))),
    ("Dopri8", ("prince-dormand8", Some(8.0))),
    ("Bosh3", ("bogacki-shampine3", Some(3.0))),
    ("Heun", ("heun2", Some(2.0))),
    ("Midpoint", ("midpoint", Some(2.0))),
    ("Ralston", ("ralston2", Some(2.0))),
    ("Euler", ("forward-euler", None)),
    ("ImplicitEuler", ("implicit-euler", Some(2.0))),
    ("Kvaerno3", ("kvaerno3", Some(3.0))),
    ("Kvaerno4", ("kvaerno4", Some(4.0))),
    ("Kvaerno5", ("kvaerno5", Some(5.0))),
    ("KenCarp3", ("kencarp3", Some(3.0))),
    ("KenCarp4", ("kencarp4", Some(4.0))),
    ("KenCarp5", ("kencarp5", Some(5.0))),
];

const ADAPTIVE: [&str; 13] =
    ["rtol", "atol", "dt0", "pcoeff", "icoeff", "dcoeff", "dtmax", "factormin", "factormax", "safety", "step_ts", "error_order", "dtype"];
const CONSTANT: [&str; 4] = ["dt0", "rtol", "atol", "dtype"];

/// The call that a name means.
pub(crate) fn call(name: CallName) -> Result<Call, CallError> {
    let &(method, (scheme, order)) = options::method(Library::Diffrax, &name.method, &SOLVERS)?;
    let mut options = Options::of(&name);
    let precision = options.precision()?;
    let dt0 = options.positive("dt0")?;
    let tolerances = (options.tolerance("rtol")?, options.tolerance("atol")?);
    let combination = |why| CallError::Combination { call: name.to_string(), why };
    let advance = match tolerances {
        (None, None) => {
            options.finish(if order.is_some() { &ADAPTIVE } else { &CONSTANT })?;
            let times = dt0.map_or(GridTimes::Samples, |step| GridTimes::of_diffrax(name.version.as_deref(), step));
            Advance::Grid(Grid { times, evaluations_interpolant: 0 })
        }
        (Some(relative), Some(absolute)) => {
            let order = order.ok_or_else(|| {
                combination("Euler has no error estimate, so diffrax refuses it under a PIDController; leave rtol and atol out")
            })?;
            let control = control(&mut options, Tolerances { relative, absolute }, dt0, order)?;
            options.finish(&ADAPTIVE)?;
            Advance::Controlled(control)
        }
        _ => return Err(combination("PIDController has no default tolerances: give both rtol and atol, or neither for a constant step")),
    };
    let (pair, dense) = solver(method, scheme)?;
    let run = ["rtol", "atol", "dt0", "pcoeff", "icoeff", "dcoeff", "dtype"];
    let plain = name.options.iter().all(|(key, _)| run.contains(&key.as_str()));
    let verification = if plain { CallCheck::Run } else { CallCheck::Read };
    Ok(Call { method, scheme, verification, precision, pair, dense, advance, name })
}

fn control(options: &mut Options<'_>, tolerances: Tolerances, dt0: Option<f64>, order: f64) -> Result<StepControl, CallError> {
    let order = options.positive("error_order")?.unwrap_or(order);
    let p = options.any("pcoeff")?.unwrap_or(0.0);
    let i = options.any("icoeff")?.unwrap_or(1.0);
    let d = options.any("dcoeff")?.unwrap_or(0.0);
    let safety = options.positive("safety")?.unwrap_or(0.9);
    let least = options.positive("factormin")?.unwrap_or(0.2);
    let most = options.positive("factormax")?.unwrap_or(10.0);
    let landed = options.word("step_ts", &["ts"], "ts, which lands on the samples (ClipStepSizeController)")?.is_some();
    Ok(StepControl {
        tolerances,
        first: FirstStep::Given(dt0.unwrap_or(0.01)),
        acceptance: Acceptance::BelowOne,
        factor: Factor {
            exponents: [(p + i + d) / order, -(p + 2.0 * d) / order, d / order],
            ..Factor::integral(order, safety, [1.0, most], [least, safety])
        },
        longest: options.positive("dtmax")?.unwrap_or(f64::INFINITY),
        end: End::Clipped,
        samples: if landed { SampleTimes::Landed } else { SampleTimes::Interpolated },
        evaluations_before: 1,
        evaluations_interpolant: 0,
    })
}

fn solver(method: &str, scheme: &str) -> Result<(EmbeddedPair, Dense), CallError> {
    let pair = EmbeddedPair::of_scheme(scheme, method == "Dopri8")?;
    let weights = |table: &[&[f64]]| Dense::Weights(tables::rows(table));
    Ok(match method {
        "Tsit5" => (pair, weights(&tables::TSITOURAS_INTERPOLANT)),
        "Dopri5" => (
            pair.with_error(tables::DORMAND_PRINCE_SHAMPINE_ERROR.to_vec()),
            Dense::Quartic { middle: tables::DORMAND_PRINCE_MIDDLE.to_vec() },
        ),
        "Dopri8" => (pair.with_error(tables::DOPRI8_ERROR.to_vec()), weights(&tables::DOPRI8_INTERPOLANT)),
        "Heun" => (pair.with_error(vec![0.5, -0.5]), Dense::HermiteOfStages),
        "Midpoint" => (pair.with_error(vec![1.0, -1.0]), Dense::HermiteOfStages),
        "Ralston" => (pair.with_error(vec![0.75, -0.75]), Dense::HermiteOfStages),
        "Euler" => (pair, Dense::Linear),
        // The trapezoidal rule is the partner: an explicit stage at the start is evaluated for it alone.
        "ImplicitEuler" => (
            EmbeddedPair {
                stages: 2,
                a: vec![0.0, 0.0, 0.0, 1.0],
                b: vec![0.0, 1.0],
                error: ErrorWeights::Weighted(vec![-0.5, 0.5]),
                ..pair
            },
            Dense::Linear,
        ),
        "KenCarp3" => (pair, weights(&tables::KENCARP3_INTERPOLANT)),
        "KenCarp4" => (pair, weights(&tables::KENCARP4_INTERPOLANT)),
        "KenCarp5" => (pair, weights(&tables::KENCARP5_INTERPOLANT)),
        _ => (pair, Dense::HermiteOfStages),
    })
}
