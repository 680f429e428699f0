//! One attempted step of an embedded pair on a linear mode.

use super::stages::{MOST_STAGES, weighted};
use crate::method::{Method, RungeKutta, catalog};
use num_complex::Complex;
use serde::Serialize;

/// How the error of a step is estimated from its stages.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorWeights {
    /// Not at all: the method has no embedded partner here.
    None,
    /// h Σ e_i k_i.
    Weighted(Vec<f64>),
    /// Hairer's combination of two estimates, ‖e₅‖² / √(‖e₅‖² + 0.01 ‖e₃‖²).
    Dop853 {
        /// Weights of the fifth-order estimate.
        fifth: Vec<f64>,
        /// Weights of the third-order estimate.
        third: Vec<f64>,
    },
    /// SciPy's Radau: the defect of the collocation cubic, filtered by the real factor of the step.
    Collocation,
}

/// A Runge–Kutta pair as a library has it. A is lower triangular, but for collocation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EmbeddedPair {
    /// The number of stages s.
    pub stages: usize,
    /// A, row after row, s × s; a nonzero diagonal makes the stage implicit.
    pub a: Vec<f64>,
    /// The weights of the result.
    pub b: Vec<f64>,
    /// The weights of the error.
    pub error: ErrorWeights,
    /// Whether the last stage is f at the end of the step, so that the next step need not evaluate it again.
    pub first_same_as_last: bool,
    /// Whether the last stage is taken as the next step's first one although it is not f at the end of the step.
    pub carries_last_stage: bool,
    /// Rows of A for further stages that only the interpolant uses.
    pub interpolant_rows: Vec<Vec<f64>>,
}

/// The value and slope of a mode, as multiples of its start: y = value·y₀, ẏ = slope·y₀.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct State {
    pub value: Complex<f64>,
    pub slope: Complex<f64>,
}

/// The scaled stages h·k_i of a step, and where it leads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempted {
    pub stages: [Complex<f64>; MOST_STAGES],
    pub end: State,
}

impl EmbeddedPair {
    /// The catalogue's scheme as a pair, its error weights b − b̂ where it has them.
    ///
    /// A stage at the end of the step is appended where `with_end` asks for one and the scheme has none.
    pub(crate) fn of_scheme(name: &str, with_end: bool) -> Result<Self, catalog::CatalogError> {
        let unknown = || catalog::CatalogError::Unknown { name: name.to_owned(), nearest: Vec::new() };
        let Method::RungeKutta(tableau) = catalog::find(name)? else { return Err(unknown()) };
        Ok(Self::of(&tableau, with_end))
    }

    fn of(tableau: &RungeKutta, with_end: bool) -> Self {
        let c = tableau.coefficients();
        let s = c.stages;
        let ends = c.a[s * (s - 1)..] == c.b[..];
        let mut error: Option<Vec<f64>> = c.b_hat.map(|hat| c.b.iter().zip(hat).map(|(b, hat)| b - hat).collect());
        let (mut a, mut b, mut stages) = (c.a, c.b, s);
        if with_end && !ends {
            let mut wider = Vec::with_capacity((s + 1) * (s + 1));
            for row in a.chunks(s) {
                wider.extend_from_slice(row);
                wider.push(0.0);
            }
            wider.extend_from_slice(&b);
            wider.push(0.0);
            a = wider;
            b.push(0.0);
            if let Some(error) = &mut error {
                error.push(0.0);
            }
            stages += 1;
        }
        Self {
            stages,
            a,
            b,
            error: error.map_or(ErrorWeights::None, ErrorWeights::Weighted),
            first_same_as_last: ends || with_end,
            carries_last_stage: false,
            interpolant_rows: Vec::new(),
        }
    }

    /// The same pair with other error weights.
    pub(crate) fn with_error(self, weights: Vec<f64>) -> Self {
        Self { error: ErrorWeights::Weighted(weights), ..self }
    }

    /// Calls of the field in one attempted step.
    pub fn evaluations(&self) -> Option<u64> {
        let explicit = (0..self.stages).all(|i| self.a[i * self.stages + i] == 0.0);
        let saved = usize::from(self.first_same_as_last || self.carries_last_stage);
        explicit.then(|| (self.stages - saved) as u64)
    }

    /// Takes a step of size h on ẏ = μy: `k_i = z(y + Σ_j a_ij k_j)/(1 − z a_ii)` with z = hμ.
    pub(crate) fn attempt(&self, mode: Complex<f64>, h: f64, from: State) -> Attempted {
        let s = self.stages;
        let z = mode * h;
        let mut k = [Complex::new(0.0, 0.0); MOST_STAGES];
        for i in 0..s {
            let row = &self.a[i * s..i * s + s];
            if i == 0 && self.carries_last_stage {
                k[0] = from.slope * h;
                continue;
            }
            let mut sum = from.value;
            for (a, k) in row[..i].iter().zip(&k) {
                sum += k * *a;
            }
            k[i] = if row[i] == 0.0 { z * sum } else { z * sum / (1.0 - z * row[i]) };
        }
        let mut value = from.value;
        for (b, k) in self.b.iter().zip(&k) {
            value += k * *b;
        }
        let slope = if self.carries_last_stage { k[s - 1] / h } else { mode * value };
        Attempted { stages: k, end: State { value, slope } }
    }

    /// R(z) and Σ w_i k_i of one step from 1 in exact slopes.
    pub(crate) fn linear(&self, z: Complex<f64>, weights: &[f64]) -> Option<(Complex<f64>, Complex<f64>)> {
        let one = Complex::new(1.0, 0.0);
        let step = self.attempt(z, 1.0, State { value: one, slope: z });
        Some((step.end.value, weighted(weights, &step.stages))).filter(|(r, e)| r.is_finite() && e.is_finite())
    }

    /// Adds the stages that only the interpolant uses.
    pub(crate) fn extend(&self, mode: Complex<f64>, h: f64, from: State, attempted: &mut Attempted) {
        for (i, row) in self.interpolant_rows.iter().enumerate() {
            let mut sum = from.value;
            for (a, k) in row.iter().zip(&attempted.stages) {
                sum += k * *a;
            }
            attempted.stages[self.stages + i] = mode * h * sum;
        }
    }
}
