//! OrdinaryDiffEq.jl: `solve(prob, Tsit5(); reltol=1e-3, abstol=1e-6, saveat=ts)`.
//!
//! Read, not run: OrdinaryDiffEqCore at commits 00f99c7 (`integrators/controllers.jl`) and 00c4047 (`initdt.jl`), `alg_utils.jl`.
//! A PI controller with β₂ = 2/(5·order) and β₁ = 7/(10·order); the error of the step before counts as at least 1e-4; a rejected step is
//! scaled by its own error alone; the step after the first one kept may grow by 10000, all later ones by 10 (older releases: 10
//! from the start, `qmax_first_step=10`). The first step is Hairer's with a factor 93/83 "to prevent numerical coincidences". The last
//! step ends on the last sample, those before come from Tsitouras' interpolant. The state is an array that is updated in place.

use super::call::{Advance, Call, CallCheck};
use super::call_error::CallError;
use super::control::{Acceptance, End, Factor, FirstStep, SampleTimes, StepControl};
use super::dense::Dense;
use super::embedded_pair::EmbeddedPair;
use super::library::Library;
use super::name::CallName;
use super::options::{self, Options};
use super::tables;
use super::tolerances::Tolerances;

/// The methods: the name there, then the catalogue's and the order.
pub(crate) const METHODS: [(&str, (&str, f64)); 1] = [("Tsit5", ("tsitouras5", 5.0))];

const OPTIONS: [&str; 6] = ["reltol", "abstol", "dt", "dtmax", "qmax_first_step", "dtype"];

/// The call that a name means.
pub(crate) fn call(name: CallName) -> Result<Call, CallError> {
    let &(method, (scheme, order)) = options::method(Library::OrdinaryDiffEq, &name.method, &METHODS)?;
    let mut options = Options::of(&name);
    let precision = options.precision()?;
    let relative = options.tolerance("reltol")?.unwrap_or(1e-3);
    let absolute = options.tolerance("abstol")?.unwrap_or(1e-6);
    let first = options.positive("dt")?;
    let control = StepControl {
        tolerances: Tolerances { relative, absolute },
        first: first.map_or(FirstStep::Hairer { exponent: 1.0 / order, clipped: true, coincidence: 93.0 / 83.0 }, FirstStep::Given),
        acceptance: Acceptance::AtMostOne,
        factor: Factor {
            // q = error^β₁ / previous^β₂ / safety and dt/q; in terms of 1/error the second exponent is −β₂.
            exponents: [0.7 / order, -0.4 / order, 0.0],
            history_after_rejection: false,
            first_growth: Some(options.positive("qmax_first_step")?.unwrap_or(1e4)),
            remembered_at_most: 1e4,
            remembered_first: 1e4,
            ..Factor::integral(order, 0.9, [0.2, 10.0], [0.2, f64::INFINITY])
        },
        longest: options.positive("dtmax")?.unwrap_or(f64::INFINITY),
        end: End::Clipped,
        samples: SampleTimes::Interpolated,
        evaluations_before: 1 + 2 * u64::from(first.is_none()),
        evaluations_interpolant: 0,
    };
    options.finish(&OPTIONS)?;
    let dense = Dense::Weights(tables::rows(&tables::TSITOURAS_INTERPOLANT));
    let pair = EmbeddedPair::of_scheme(scheme, false)?;
    Ok(Call { method, scheme, verification: CallCheck::Read, precision, pair, dense, advance: Advance::Controlled(control), name })
}
