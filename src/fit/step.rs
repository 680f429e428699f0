//! From the start of a sampling interval to its end: which equations tie a field to the samples.

use super::fit_error::FitError;
use super::through::{CallStep, StepDerivatives, Through};
use crate::method::{Coefficients, Method, Sampling};
use serde::{Deserialize, Serialize};

/// How a loss uses a method.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LossForm {
    /// The method is stepped from one sample to the next, its stages solved for where it is implicit.
    #[default]
    Step,
    /// The samples are put into the method's equation, and what is left is the residual: explicit in f.
    Residual,
}

/// Why a multistep method is not trained through at uneven times, and what is.
pub(super) const EQUAL_STEPS: &str = "a multistep method's coefficients hold for equal steps, and the samples are at uneven times; use a one-step method, as rk4 \
                                      or implicit-midpoint";

/// The step h of each column of a block: at uneven times h_k = h·H_k/H, and then it is the field that is multiplied by H_k/H.
#[derive(Clone, Copy)]
pub(super) struct Lengths<'a> {
    pub h: f64,
    /// H_k/H, one a column; `None` at even times.
    ratios: Option<&'a [f64]>,
}

impl<'a> Lengths<'a> {
    /// Those of interval j, of the ratios interval × n.
    pub fn of(h: f64, ratios: Option<&'a [f64]>, j: usize, n: usize) -> Self {
        Self { h, ratios: ratios.map(|ratios| &ratios[j * n..(j + 1) * n]) }
    }

    /// Rows of field values, or of their adjoints and slopes, times H_k/H.
    pub fn stretch(self, rows: &mut [f64]) {
        let Some(ratios) = self.ratios else { return };
        for row in rows.chunks_exact_mut(ratios.len()) {
            row.iter_mut().zip(ratios).for_each(|(value, ratio)| *value *= ratio);
        }
    }
}

/// A method, its step, and the form of its equations.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub(crate) h: f64,
    pub(crate) substeps: usize,
    pub(crate) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// y₊ = y + h Σ b_i K_i, K_i = f(y + h Σ_j a_ij K_j).
    RungeKutta { method: Coefficients, explicit: bool },
    /// r = Σ_j α_j y_j − h Σ_p β_p f(Σ_j w_pj y_j), all y_j samples.
    Residual { alpha: Vec<f64>, points: Vec<Point> },
    /// The steps that a library's call takes, one call a window.
    Call(Box<CallStep>),
}

/// Where the field is asked, as a combination of the window's samples, and with which weight.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Point {
    pub(crate) weights: Vec<f64>,
    pub(crate) beta: f64,
}

impl Step {
    /// The equations of `method` over one sampling interval.
    ///
    /// A multistep method always has the residual form. A Runge–Kutta method has it where each stage lies on the chord between the two ends,
    /// that is, each row of A is a multiple of b (the Euler methods, implicit midpoint, trapezoid). Both take m = 1 only: the states
    /// between the samples are not known. Errors where this is not so.
    pub fn new(method: &Method, sampling: Sampling, form: LossForm) -> Result<Self, FitError> {
        let h = sampling.step().get();
        let substeps = sampling.substeps() as usize;
        let fail = |why: &str| FitError::Method { method: method.name().to_owned(), why: why.to_owned() };
        let alone = |kind: Kind| {
            if substeps == 1 {
                Ok(Self { h, substeps, kind })
            } else {
                Err(fail("its equations hold at the samples themselves, so substeps must be 1 (the states between samples are not known)"))
            }
        };
        match method {
            Method::RungeKutta(tableau) => {
                let coefficients = tableau.coefficients();
                if form == LossForm::Step {
                    return Ok(Self { h, substeps, kind: Kind::RungeKutta { explicit: tableau.is_explicit(), method: coefficients } });
                }
                let points = chord(&coefficients).ok_or_else(|| {
                    fail("has no residual form: a stage does not lie on the chord between two samples; use the stepped form")
                })?;
                alone(Kind::Residual { alpha: vec![-1.0, 1.0], points })
            }
            Method::Multistep(multistep) => {
                let alpha: Vec<f64> = multistep.alpha().iter().map(|a| a.to_f64()).collect();
                let beta: Vec<f64> = multistep.beta().iter().map(|b| b.to_f64()).collect();
                let points = beta
                    .iter()
                    .enumerate()
                    .filter(|&(_, &beta)| beta != 0.0)
                    .map(|(j, &beta)| {
                        let mut weights = vec![0.0; alpha.len()];
                        weights[j] = 1.0;
                        Point { weights, beta }
                    })
                    .collect();
                alone(Kind::Residual { alpha, points })
            }
        }
    }

    /// The steps that a library's call takes between samples `interval` apart, one call a window.
    ///
    /// Errors where the call has implicit stages.
    pub fn through(through: &Through, interval: f64) -> Result<Self, FitError> {
        Ok(Self { h: interval, substeps: 1, kind: Kind::Call(Box::new(CallStep::new(through, interval)?)) })
    }

    /// h; H where a call chooses its steps. At uneven times that of the middle interval.
    pub fn size(&self) -> f64 {
        self.h
    }

    /// H; at uneven times that of the middle interval, to which the others are in ratio.
    pub(crate) fn interval(&self) -> f64 {
        self.h * self.substeps as f64
    }

    /// Errors for what is called `name` where the equations hold between equally spaced samples only.
    pub(crate) fn at_uneven_times(&self, name: &str) -> Result<(), FitError> {
        let why = match &self.kind {
            Kind::Call(call) => format!(
                "takes its own steps, which are followed between equally spaced samples only, and these are at uneven times; fit through its scheme with \
                 equal steps in each interval, {}",
                call.through.call.scheme
            ),
            Kind::Residual { .. } if self.span() > 1 => EQUAL_STEPS.to_owned(),
            Kind::RungeKutta { .. } | Kind::Residual { .. } => return Ok(()),
        };
        Err(FitError::Method { method: name.to_owned(), why })
    }

    /// m.
    pub fn substeps(&self) -> usize {
        self.substeps
    }

    /// Sampling intervals that one residual spans: 1, or the steps of a multistep method.
    pub fn span(&self) -> usize {
        match &self.kind {
            Kind::RungeKutta { .. } | Kind::Call(_) => 1,
            Kind::Residual { alpha, .. } => alpha.len() - 1,
        }
    }

    /// Whether the residuals are linear in the field, so that a model that is linear in its parameters can be solved for directly.
    pub fn is_linear_in_field(&self) -> bool {
        match &self.kind {
            Kind::RungeKutta { method, .. } => method.stages == 1 && method.a[0] == 0.0 && self.substeps == 1,
            Kind::Residual { .. } => true,
            Kind::Call(_) => false,
        }
    }

    /// Whether stages are solved for.
    pub(crate) fn is_implicit(&self) -> bool {
        matches!(self.kind, Kind::RungeKutta { explicit: false, .. })
    }

    /// Whether the windows can only be stepped all together.
    pub(crate) fn couples_windows(&self) -> bool {
        matches!(&self.kind, Kind::Call(call) if call.through.couples_windows())
    }

    /// Whether derivatives are differences of the whole loop.
    pub(crate) fn is_differenced(&self) -> bool {
        matches!(&self.kind, Kind::Call(call) if call.through.derivatives == StepDerivatives::Whole)
    }

    /// Whether a window of several intervals is that many windows of one.
    pub(crate) fn is_chained(&self) -> bool {
        matches!(self.kind, Kind::RungeKutta { .. })
    }

    /// Evaluations of the field in a window of `intervals`; where a call chooses its steps, as many as are usual.
    pub(crate) fn slots(&self, intervals: usize) -> usize {
        match &self.kind {
            Kind::RungeKutta { method, .. } => intervals.saturating_mul(self.substeps).saturating_mul(method.stages),
            Kind::Residual { points, .. } => points.len(),
            Kind::Call(call) => call.usual_slots(intervals),
        }
    }

    /// Residual vectors of a window of `intervals`.
    pub(crate) fn residual_groups(&self, intervals: usize) -> usize {
        match &self.kind {
            Kind::RungeKutta { .. } | Kind::Call(_) => intervals,
            Kind::Residual { .. } => 1,
        }
    }
}

/// The points of the residual form, where row i of A is w_i b.
fn chord(method: &Coefficients) -> Option<Vec<Point>> {
    let s = method.stages;
    let largest = (0..s).max_by(|&i, &j| method.b[i].abs().total_cmp(&method.b[j].abs()))?;
    let mut points = Vec::with_capacity(s);
    for i in 0..s {
        let row = &method.a[i * s..(i + 1) * s];
        let w = row[largest] / method.b[largest];
        if row.iter().zip(&method.b).any(|(a, b)| (a - w * b).abs() > 4.0 * f64::EPSILON) {
            return None;
        }
        if method.b[i] != 0.0 {
            points.push(Point { weights: vec![1.0 - w, w], beta: method.b[i] });
        }
    }
    Some(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    fn step(name: &str, m: u32, form: LossForm) -> Result<Step, FitError> {
        Step::new(&catalog::find(name).expect("in the catalogue"), Sampling::new(1.0, m).expect("positive"), form)
    }

    #[test]
    fn residual_forms_are_those_whose_stages_lie_on_the_chord() {
        for name in ["implicit-midpoint", "trapezoid", "implicit-euler", "forward-euler"] {
            assert!(step(name, 1, LossForm::Residual).is_ok(), "{name}");
        }
        for name in ["rk4", "gauss2", "heun2"] {
            assert!(matches!(step(name, 1, LossForm::Residual), Err(FitError::Method { .. })), "{name}");
        }
        assert!(matches!(step("leap-frog", 2, LossForm::Step), Err(FitError::Method { .. })));
        assert_eq!(step("bdf3", 1, LossForm::Step).expect("residual").span(), 3);
        assert!(step("forward-euler", 1, LossForm::Step).expect("explicit").is_linear_in_field());
        assert!(!step("forward-euler", 2, LossForm::Step).expect("explicit").is_linear_in_field());
    }
}
