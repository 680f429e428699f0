//! A library's training call as what a fit integrates with: its own steps, its own interpolation, on the model as it is.

use super::fit_error::FitError;
use crate::loops::{Advance, Call, Dense, Library, Tolerances};
use serde::{Deserialize, Serialize};

/// Which starts share their steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Batch {
    /// One call for all: the error norm runs over the whole batch, and all windows take the same steps.
    Together,
    /// A call for each start (`jax.vmap`, a loop over `solve_ivp`): each window has its own steps.
    Each,
}

impl Batch {
    /// How people call a library: batches in one tensor for torchdiffeq and torchdyn, one start a call for the others.
    pub fn usual(library: Library) -> Self {
        match library {
            Library::Torchdiffeq | Library::Torchdyn => Self::Together,
            Library::Diffrax | Library::Scipy | Library::OrdinaryDiffEq => Self::Each,
        }
    }
}

/// How step sizes enter derivatives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepDerivatives {
    /// As constants: the convention of the libraries, which take the controller out of the graph. (torchdiffeq leaves its choice of a
    /// first step in; that share is not followed.) Off from the gradient of the loss by about the tolerance; solutions without loss are not moved.
    #[default]
    Constant,
    /// As the functions of the parameters that they are: central differences of the whole loop, two loops a parameter.
    Whole,
}

/// A training call, and how it is used.
#[derive(Clone, Debug, PartialEq)]
pub struct Through {
    /// The call.
    pub call: Call,
    /// Which starts share their steps.
    pub batch: Batch,
    /// How step sizes enter derivatives.
    pub derivatives: StepDerivatives,
}

impl Through {
    /// A call as people use its library.
    pub fn new(call: Call) -> Self {
        let batch = Batch::usual(call.name.library);
        Self { call, batch, derivatives: StepDerivatives::default() }
    }

    /// The same call with its tolerances or its step divided; `None` where it has neither.
    pub fn finer(&self, division: f64) -> Option<Self> {
        let call = match &self.call.advance {
            Advance::Controlled(control) => {
                let Tolerances { relative, absolute } = control.tolerances;
                self.call.with_tolerances(Tolerances { relative: relative / division, absolute: absolute / division })
            }
            Advance::Grid(grid) => self.call.with_step(grid.step()? / division),
        };
        Some(Self { call: call?, ..self.clone() })
    }

    /// Whether the steps of a window depend on the others.
    pub(crate) fn couples_windows(&self) -> bool {
        self.call.is_adaptive() && self.batch == Batch::Together
    }
}

/// One step of a call as rows of coefficients: k_i = f(y + h Σ_l a_il k_l), those of the interpolant after those of the method.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CallStep {
    pub through: Through,
    /// H.
    pub interval: f64,
    /// a_il, l < i.
    pub rows: Vec<Vec<f64>>,
    /// Stages of the method itself.
    pub stages: usize,
    /// Whether the last of these is the next step's first one.
    pub carries: bool,
    /// y₁ = y + h Σ b_i k_i, over all rows.
    pub result: Vec<f64>,
}

/// A library's usual explicit call, to be named beside an implicit one.
fn explicit(library: Library) -> &'static str {
    match library {
        Library::Torchdiffeq => "torchdiffeq:dopri5",
        Library::Diffrax => "diffrax:Tsit5:rtol=1e-3,atol=1e-6",
        Library::Scipy => "scipy:RK45",
        Library::Torchdyn => "torchdyn:tsit5",
        Library::OrdinaryDiffEq => "OrdinaryDiffEq:Tsit5",
    }
}

/// Steps of a call in one interval that memory is set aside for; more are made room for when they are taken.
const USUAL_STEPS: usize = 6;

impl CallStep {
    /// Whether the training computes in float32.
    pub fn single(&self) -> bool {
        self.through.call.is_single()
    }

    /// Errors where stages are implicit.
    pub fn new(through: &Through, interval: f64) -> Result<Self, FitError> {
        let pair = &through.call.pair;
        let s = pair.stages;
        if pair.evaluations().is_none() {
            return Err(FitError::Method {
                method: through.call.name.to_string(),
                why: format!(
                    "has implicit stages; fits through a library's own steps follow explicit methods only. Fit through its scheme with constant steps, {}, \
                     or through an explicit call of the library, as {}",
                    through.call.scheme,
                    explicit(through.call.name.library)
                ),
            });
        }
        let mut rows: Vec<Vec<f64>> = (0..s).map(|i| pair.a[i * s..i * s + i].to_vec()).collect();
        rows.extend(pair.interpolant_rows.iter().cloned());
        if through.call.dense == Dense::Hermite {
            // f at the end of the step, the cubic's slope there.
            rows.push(pair.b.clone());
        }
        let mut result = pair.b.clone();
        result.resize(rows.len(), 0.0);
        let carries = pair.first_same_as_last || pair.carries_last_stage;
        Ok(Self { through: through.clone(), interval, rows, stages: s, carries, result })
    }

    /// Evaluations that memory is set aside for.
    pub fn usual_slots(&self, intervals: usize) -> usize {
        let steps = match &self.through.call.advance {
            Advance::Grid(grid) => grid.step().map_or(1, |h| (self.interval / h).ceil().min(1e6) as usize + 1),
            Advance::Controlled(_) => USUAL_STEPS,
        };
        steps.saturating_mul(intervals).saturating_mul(self.rows.len()).saturating_add(2)
    }

    /// The weights w_i of the stages in the value at θ of a step, y + h Σ w_i k_i.
    pub fn weights(&self, theta: f64, out: &mut [f64]) {
        let dense = &self.through.call.dense;
        let last = self.rows.len() - 1;
        let mut unit = [0.0; crate::loops::MOST_STAGES];
        for (i, weight) in out.iter_mut().enumerate() {
            unit[i] = 1.0;
            let slopes = [if i == 0 { 1.0 } else { 0.0 }, if i == last { 1.0 } else { 0.0 }];
            *weight = dense.value(theta, slopes, self.stages - 1, 0.0, self.result[i], &unit);
            unit[i] = 0.0;
        }
    }
}
