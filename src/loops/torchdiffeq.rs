//! torchdiffeq: `odeint(f, y0, t, rtol=1e-7, atol=1e-9, method=None, options=None)`; without a method, dopri5.
//!
//! Read and run: 0.2.5. Adaptive methods step past the samples and read a quartic there, the last one included; an accepted step
//! is never followed by a shorter one; the last stage is carried as the next first one, although for adaptive_heun and fehlberg2 it
//! is not f at the end. Fixed grids end on the last sample and interpolate the others linearly unless told otherwise. `rk4` is
//! the 3/8 rule. Files: `rk_common.py`, `misc.py`, `interp.py`, `solvers.py`, `fixed_grid.py`.

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

/// What a method is.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Under step control, with this order.
    Adaptive(f64),
    /// On a fixed grid.
    Fixed,
}

/// The methods: torchdiffeq's name, then the catalogue's and the kind.
pub(crate) const METHODS: [(&str, (&str, Kind)); 10] = [
    ("dopri5", ("dormand-prince5", Kind::Adaptive(5.0))),
    ("bosh3", ("bogacki-shampine3", Kind::Adaptive(3.0))),
    ("adaptive_heun", ("heun2", Kind::Adaptive(2.0))),
    ("fehlberg2", ("fehlberg2", Kind::Adaptive(2.0))),
    ("dopri8", ("prince-dormand8", Kind::Adaptive(8.0))),
    ("euler", ("forward-euler", Kind::Fixed)),
    ("midpoint", ("midpoint", Kind::Fixed)),
    ("heun2", ("heun2", Kind::Fixed)),
    ("heun3", ("heun3", Kind::Fixed)),
    ("rk4", ("rk38", Kind::Fixed)),
];

const ADAPTIVE: [&str; 10] = ["rtol", "atol", "first_step", "step_t", "max_step", "safety", "ifactor", "dfactor", "min_step", "dtype"];
const FIXED: [&str; 5] = ["step_size", "interp", "rtol", "atol", "dtype"];

/// The call that a name means.
pub(crate) fn call(name: CallName) -> Result<Call, CallError> {
    let &(method, (scheme, kind)) = options::method(Library::Torchdiffeq, &name.method, &METHODS)?;
    let mut options = Options::of(&name);
    let precision = options.precision()?;
    let (pair, dense, advance) = match kind {
        Kind::Adaptive(order) => {
            let control = control(&mut options, order)?;
            options.finish(&ADAPTIVE)?;
            let (pair, dense) = adaptive(method, scheme)?;
            (pair, dense, Advance::Controlled(control))
        }
        Kind::Fixed => {
            let times = options.positive("step_size")?.map_or(GridTimes::Samples, GridTimes::Multiples);
            let cubic = options.word("interp", &["linear", "cubic"], "linear or cubic")? == Some("cubic");
            // odeint passes both on; a fixed grid ignores them.
            options.tolerance("rtol")?;
            options.tolerance("atol")?;
            options.finish(&FIXED)?;
            let dense = if cubic { Dense::Hermite } else { Dense::Linear };
            // solvers.py evaluates f at the end of the step for every sample it interpolates by a cubic.
            let grid = Grid { times, evaluations_interpolant: u64::from(cubic) };
            (EmbeddedPair { first_same_as_last: false, ..EmbeddedPair::of_scheme(scheme, false)? }, dense, Advance::Grid(grid))
        }
    };
    let verification = CallCheck::Run;
    Ok(Call { method, scheme, verification, precision, pair, dense, advance, name })
}

fn adaptive(method: &str, scheme: &str) -> Result<(EmbeddedPair, Dense), CallError> {
    let pair = EmbeddedPair::of_scheme(scheme, method == "dopri8")?;
    let quartic = |middle: &[f64]| Dense::Quartic { middle: middle.to_vec() };
    Ok(match method {
        "dopri5" => (pair.with_error(tables::DORMAND_PRINCE_SHAMPINE_ERROR.to_vec()), quartic(&tables::DORMAND_PRINCE_MIDDLE)),
        "dopri8" => (pair.with_error(tables::DOPRI8_ERROR.to_vec()), quartic(&tables::DOPRI8_MIDDLE)),
        "bosh3" => (pair, quartic(&[0.0, 0.5, 0.0, 0.0])),
        "adaptive_heun" => (EmbeddedPair { carries_last_stage: true, ..pair }.with_error(vec![0.5, -0.5]), quartic(&[0.5, 0.0])),
        _ => {
            (EmbeddedPair { carries_last_stage: true, ..pair }.with_error(vec![-1.0 / 512.0, 0.0, 1.0 / 512.0]), quartic(&[0.0, 0.5, 0.0]))
        }
    })
}

fn control(options: &mut Options<'_>, order: f64) -> Result<StepControl, CallError> {
    let relative = options.tolerance("rtol")?.unwrap_or(1e-7);
    let absolute = options.tolerance("atol")?.unwrap_or(1e-9);
    let first = options.positive("first_step")?;
    let landed = options.word("step_t", &["t"], "t, which lands on the samples")?.is_some();
    let safety = options.positive("safety")?.unwrap_or(0.9);
    let growth = options.positive("ifactor")?.unwrap_or(10.0);
    let shrink = options.positive("dfactor")?.unwrap_or(0.2);
    options.word("min_step", &["0"], "0, the default; others are not followed here")?;
    Ok(StepControl {
        tolerances: Tolerances { relative, absolute },
        first: first.map_or(FirstStep::Hairer { exponent: 1.0 / order, clipped: false, coincidence: 1.0 }, FirstStep::Given),
        acceptance: Acceptance::AtMostOne,
        factor: Factor::integral(order, safety, [1.0, growth], [shrink, growth]),
        longest: options.positive("max_step")?.unwrap_or(f64::INFINITY),
        end: End::Overshoots,
        samples: if landed { SampleTimes::Landed } else { SampleTimes::Interpolated },
        evaluations_before: 1 + u64::from(first.is_none()),
        evaluations_interpolant: 0,
    })
}
