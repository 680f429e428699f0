//! What a loop learns of known inputs: B̂ = ÂA⁻¹B where they are held; where they go straight, see `straight_inputs`.
//!
//! With an input that is held over the interval, m steps of a Runge–Kutta method of step h give `x⁺ = R(hÂ)^m x + (R(hÂ)^m − I)Â⁻¹B̂u`. They meet the true
//! `x⁺ = e^{HA}x + (e^{HA} − I)A⁻¹Bu` exactly where R(hÂ)^m = e^{HA} and Â⁻¹B̂ = A⁻¹B: on every branch of Â the gain at rest, −A⁻¹B, is the true one.

use crate::inverse::Branches;
use crate::method::Method;
use crate::truth::StateSpace;
use num_complex::Complex;
use serde::Serialize;

/// λ̂ and λ are those of the same mode up to rounding of what is told.
pub(super) const SAME: f64 = 1e-6;

/// B̂ on one choice of branches, or at one minimum.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LearnedInputs {
    /// λ̂ of each mode with Im λ ≥ 0.
    pub learned: Vec<Complex<f64>>,
    /// Whether these are the principal branches, or the lowest minimum.
    pub principal: bool,
    /// States × inputs, by rows.
    pub b: Vec<Vec<f64>>,
    /// Where inputs go straight: the root mean square of what stays of the loss there, relative to the motion.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<f64>,
}

/// B̂ on the principal branches; where there is one mode (a pair counts as one), on its other branches too. `branches`: those of the modes with Im λ ≥ 0.
///
/// Empty where a mode has no principal branch, and for multistep methods, whose input is not that of one step.
pub(super) fn learned_inputs(system: &StateSpace, method: &Method, branches: &[&Branches]) -> Vec<LearnedInputs> {
    if !matches!(method, Method::RungeKutta(_)) {
        return Vec::new();
    }
    let of = |learned: Vec<Complex<f64>>, principal: bool| {
        let image = |lambda: Complex<f64>| {
            let near = |k: &usize| (branches[*k].lambda - lambda).norm() <= SAME * lambda.norm();
            (0..branches.len()).find(near).map(|k| learned[k])
        };
        let b = system.learned_b(image)?;
        Some(LearnedInputs { learned, principal, b, level: None })
    };
    let mut all = Vec::new();
    if let Some(principal) = branches.iter().map(|b| Some(b.principal()?.lambda)).collect::<Option<Vec<_>>>() {
        all.extend(of(principal, true));
    }
    if let [one] = branches {
        let real = one.lambda.im == 0.0;
        let others = one.branches.iter().filter(|b| !b.principal && (!real || b.lambda.im == 0.0));
        all.extend(others.filter_map(|b| of(vec![b.lambda], false)));
    }
    all
}
