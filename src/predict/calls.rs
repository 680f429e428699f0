//! What people really call: training calls of libraries, judged beside the methods.

use super::learned_orbits::{LearnedOrbits, OrbitReport};
use crate::inverse::step_control::{Assessment, EquationError, Usage, assess_apparent};
use crate::inverse::{Discrepancy, Limits, Verdict};
use crate::loops::{Call, CallError};
use crate::method::catalog;
use crate::truth::Mode;
use num_complex::Complex;
use serde::{Serialize, Serializer};

/// Calls for a report that names none: each library's most common one, at its defaults or those of its documentation.
const DEFAULT_CALLS: [&str; 3] = ["torchdiffeq:dopri5", "diffrax:Tsit5:rtol=1e-3,atol=1e-6", "scipy:RK45"];

/// What a loop learns through one training call.
#[derive(Clone, Debug, Serialize)]
pub struct CallReport {
    /// The call, as it was written.
    pub call: Call,
    /// The same as text.
    pub name: String,
    /// Whether the library chooses the steps.
    pub adaptive: bool,
    /// Whether several modes of the data share its error norm, so that each is judged beside the others.
    pub joint: bool,
    /// The worst verdict of the settled modes and of the orbits; `None` where none is settled, or none could be followed.
    pub verdict: Option<Verdict>,
    /// One for each mode with Im λ ≥ 0.
    pub modes: Vec<CallMode>,
    /// How far orbits of the learned field are from the truth over the horizon: of a nonlinear field, where its modes are learned faithfully.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub orbits: Vec<OrbitReport>,
}

/// What a training call makes of one mode.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum CallMode {
    /// Judged.
    Assessed(Box<Assessment>),
    /// The mode is not settled by the samples.
    Unsettled {
        /// λ.
        #[serde(serialize_with = "crate::inverse::branches::pair")]
        lambda: Complex<f64>,
    },
    /// The call could not be followed.
    Failed {
        /// λ.
        #[serde(serialize_with = "crate::inverse::branches::pair")]
        lambda: Complex<f64>,
        /// Why; its text in JSON.
        #[serde(serialize_with = "as_text")]
        error: EquationError,
    },
}

fn as_text<S: Serializer>(error: &EquationError, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(error)
}

/// The worst verdict; `None` where there is none.
fn worst(modes: &[CallMode]) -> Option<Verdict> {
    modes.iter().filter_map(|mode| if let CallMode::Assessed(a) = mode { Some(a.verdict) } else { None }).max()
}

/// The calls that a report covers when none is named.
pub fn default_calls() -> Result<Vec<Call>, CallError> {
    DEFAULT_CALLS.iter().map(|text| text.parse()).collect()
}

impl CallReport {
    /// A call that cannot be followed on any mode, and why.
    pub(super) fn refused<'a>(call: &Call, modes: impl Iterator<Item = &'a Mode>, error: &EquationError) -> Self {
        let modes = modes.map(|mode| CallMode::Failed { lambda: mode.lambda, error: error.clone() }).collect();
        Self {
            name: call.name.to_string(),
            adaptive: call.is_adaptive(),
            joint: false,
            verdict: None,
            modes,
            orbits: Vec::new(),
            call: call.clone(),
        }
    }

    /// The same with the orbits of a nonlinear field, each call over so many intervals, where the modes are faithful.
    pub(super) fn on_orbits(mut self, orbits: Option<&LearnedOrbits>, interval: f64, covered: usize) -> Self {
        let Some(orbits) = orbits.filter(|_| self.verdict == Some(Verdict::Faithful)) else { return self };
        let scheme = || catalog::find(self.call.scheme).ok();
        let steps = if covered == 1 { self.call.substeps(interval) } else { None };
        let found = match steps.zip(scheme()) {
            Some((substeps, method)) => Some(orbits.through(&method, substeps)),
            None => orbits.through_call(&self.call, covered),
        };
        self.verdict = orbits.beside(self.verdict, found.as_deref());
        self.orbits = found.unwrap_or_default();
        self
    }

    /// Whether every mode is faithful and the call is not: then its orbits decide.
    pub fn turns_on_orbits(&self) -> bool {
        worst(&self.modes) == Some(Verdict::Faithful) && self.verdict != Some(Verdict::Faithful)
    }

    /// The same where inputs go straight, and the loss prefers these modes through the flow: only that part of what is learned is known, so that a call whose own steps move a mode by more
    /// than is faithful is not judged on it.
    pub(super) fn by_the_flow(mut self, apparent: &[Option<Complex<f64>>], interval: f64, limits: Limits) -> Self {
        let horizon = limits.horizon_for(interval);
        for (mode, apparent) in self.modes.iter_mut().zip(apparent) {
            let CallMode::Assessed(found) = mode else { continue };
            let lambda = found.lambda;
            let flow = apparent.unwrap_or(lambda);
            if found.learned().is_none_or(|learned| !Discrepancy::of(flow, learned, horizon).within(limits.tolerance)) {
                *mode = CallMode::Failed { lambda, error: EquationError::InputsCoarse };
            }
        }
        self.verdict = worst(&self.modes);
        self
    }

    /// A call judged on modes, each used as is said; `joint` where they share its norm.
    pub(super) fn of(call: &Call, modes: &[(&Mode, Usage)], joint: bool, interval: f64, limits: Limits) -> Self {
        let judge = |(mode, usage): &(&Mode, Usage)| {
            let lambda = mode.lambda;
            if !mode.settled {
                return CallMode::Unsettled { lambda };
            }
            match assess_apparent(call, lambda, usage.apparent.unwrap_or(lambda), interval, usage, limits) {
                Ok(found) if mode.sign_is_open() => CallMode::Assessed(Box::new(found.of_open_sign(interval, limits))),
                Ok(found) => CallMode::Assessed(Box::new(found)),
                Err(error) => CallMode::Failed { lambda, error },
            }
        };
        let modes: Vec<CallMode> = modes.iter().map(judge).collect();
        let verdict = worst(&modes);
        Self { name: call.name.to_string(), adaptive: call.is_adaptive(), joint, verdict, modes, orbits: Vec::new(), call: call.clone() }
    }
}
