//! torchdyn: `odeint(f, x, t_span, solver, atol=1e-3, rtol=1e-3)`; `NeuralODE` takes tsit5 at the same tolerances.
//!
//! Read: 1.0.6, run: its numerics at 95cc74b. Without an interpolator every sample is landed on, and the step that follows is scaled from
//! what the landing cut off, so that the samples' grid shuffles the steps. The first step takes the exponent 1/6. atol is absolute: 1e-3 is
//! far from small for a mode of amplitude 0.01. Files: `numerics/odeint.py`, `numerics/utils.py`.
//!
//! 1.0.6 keeps the safety factor and its bounds as tensors of 32 bits (`numerics/solvers/templates.py`). By PyTorch's rules of promotion each step after the
//! first, and its products with coefficients up to 29, are then rounded to 24 bits for states of 64 bits too: its multipliers
//! differ from these by up to 2e-5 (tsit5 at rtol 1e-2). With those three numbers in 64 bits they agree to 1e-11
//! (`benches/peers/multipliers.py torchdyn_in_double`).

use super::call::{Advance, Call, CallCheck};
use super::call_error::CallError;
use super::control::{Acceptance, End, Factor, FirstStep, SampleTimes, StepControl};
use super::dense::Dense;
use super::embedded_pair::EmbeddedPair;
use super::grid::{Grid, GridTimes};
use super::library::Library;
use super::name::CallName;
use super::options::{self, Options};
use super::tables;
use super::tolerances::Tolerances;

/// The solvers: torchdyn's name, then the catalogue's and whether it is under step control.
pub(crate) const SOLVERS: [(&str, (&str, bool)); 5] = [
    ("tsit5", ("tsitouras5", true)),
    ("dopri5", ("dormand-prince5", true)),
    ("euler", ("forward-euler", false)),
    ("midpoint", ("midpoint", false)),
    ("rk4", ("rk4", false)),
];

/// The call that a name means.
pub(crate) fn call(name: CallName) -> Result<Call, CallError> {
    let &(method, (scheme, adaptive)) = options::method(Library::Torchdyn, &name.method, &SOLVERS)?;
    let mut options = Options::of(&name);
    let precision = options.precision()?;
    let relative = options.tolerance("rtol")?.unwrap_or(1e-3);
    let absolute = options.tolerance("atol")?.unwrap_or(1e-3);
    options.finish(&["rtol", "atol", "dtype"])?;
    let pair = EmbeddedPair::of_scheme(scheme, false)?;
    let (pair, advance) = if adaptive {
        let control = StepControl {
            tolerances: Tolerances { relative, absolute },
            first: FirstStep::Hairer { exponent: 1.0 / 6.0, clipped: false, coincidence: 1.0 },
            acceptance: Acceptance::AtMostOne,
            factor: Factor::integral(5.0, 0.9, [1.0, 10.0], [0.2, 10.0]),
            longest: f64::INFINITY,
            end: End::Clipped,
            samples: SampleTimes::LandedKeepingRest,
            evaluations_before: 2,
            evaluations_interpolant: 0,
        };
        let pair = if method == "dopri5" { pair.with_error(tables::DORMAND_PRINCE_SHAMPINE_ERROR.to_vec()) } else { pair };
        (pair, Advance::Controlled(control))
    } else {
        (pair, Advance::Grid(Grid { times: GridTimes::Samples, evaluations_interpolant: 0 }))
    };
    Ok(Call { method, scheme, verification: CallCheck::Run, precision, pair, dense: Dense::Linear, advance, name })
}
