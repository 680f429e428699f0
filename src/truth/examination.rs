//! What the samples determine: linear and nonlinear models side by side, and which modes are settled.

use super::directions::Directions;
use super::finding::{Because, Finding, Motion};
use super::linear_model::{LinearModel, CLEAN};
use super::nonlinear_model::NonlinearModel;
use super::segment::{Samples, Segment};
use num_complex::Complex;

/// Columns (or coordinates) up to which a field is fitted.
const MOST_FIELD_COLUMNS: usize = 4;

/// A mode with everything that is known of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ExaminedMode {
    /// λ, Im λ ≥ 0 or its mirror image.
    pub lambda: Complex<f64>,
    /// In the data's own variables.
    pub equilibrium: Vec<f64>,
    /// The radius that holds 68 %.
    pub uncertainty: f64,
    /// What keeps it from being settled; settled where empty.
    pub because: Vec<Because>,
}

/// Everything that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// The object, and whether it is settled.
    pub finding: Finding,
    /// Settled ones first, both members of a pair.
    pub modes: Vec<ExaminedMode>,
}

/// Examines samples without inputs.
pub fn examine(segments: &[Segment], rank: Option<usize>) -> Examination {
    let nothing = Examination { finding: Finding::default(), modes: Vec::new() };
    let Some(all) = Samples::of(segments) else { return nothing };
    let directions = Directions::of(&all, rank);
    if directions.as_ref().is_some_and(|d| d.count() == 0) {
        return nothing;
    }
    let samples = directions.as_ref().map_or_else(|| all.clone(), |d| d.apply(&all));
    let outward = |z: &[f64]| -> Vec<f64> {
        let scaled = directions.as_ref().map_or_else(|| z.to_vec(), |d| d.outward(z));
        all.to_state(&scaled)
    };
    let linear = LinearModel::of(&samples);
    let whole = linear.as_ref().is_some_and(|l| l.explains && l.fit.count() <= samples.dimension() && l.fit.trend == 0);
    let nonlinear = if whole || samples.dimension() > MOST_FIELD_COLUMNS { None } else { NonlinearModel::of(&samples) };
    let field_explains = nonlinear.as_ref().is_some_and(|n| n.explains || n.modes.iter().any(|m| m.because.is_empty()));
    let mut modes: Vec<ExaminedMode> = Vec::new();
    let mut motion = Motion::Undetermined;
    match (&linear, &nonlinear) {
        (Some(linear), _) if linear.explains && !field_explains => {
            let equilibrium = outward(linear.fit.constant.as_slice());
            for mode in linear.modes(&samples) {
                modes.push(ExaminedMode { lambda: mode.lambda, equilibrium: equilibrium.clone(), uncertainty: mode.uncertainty, because: mode.because });
            }
            let settled: Vec<&ExaminedMode> = modes.iter().filter(|m| m.because.is_empty()).collect();
            motion = if linear.fit.trend > 0 {
                Motion::Drift
            } else if modes.iter().any(|m| m.because.contains(&Because::MayBeDriven)) {
                Motion::Driven
            } else if modes.iter().any(|m| m.because.contains(&Because::Harmonic)) {
                Motion::Orbits
            } else if !settled.is_empty() && settled.iter().all(|m| m.lambda.re.abs() * samples.duration() < 0.1 || m.lambda.re.abs() < m.uncertainty) {
                Motion::Orbits
            } else {
                Motion::Rest
            };
        }
        (_, Some(nonlinear)) => {
            for mode in &nonlinear.modes {
                modes.push(ExaminedMode { lambda: mode.lambda, equilibrium: outward(&mode.equilibrium), uncertainty: mode.uncertainty, because: mode.because.clone() });
            }
        }
        (Some(linear), None) => {
            let equilibrium = outward(linear.fit.constant.as_slice());
            for mode in linear.modes(&samples) {
                modes.push(ExaminedMode { lambda: mode.lambda, equilibrium: equilibrium.clone(), uncertainty: mode.uncertainty, because: mode.because });
            }
        }
        (None, None) => {}
    }
    let _ = CLEAN;
    modes.sort_by_key(|m| !m.because.is_empty());
    let settled = modes.iter().any(|m| m.because.is_empty());
    Examination { finding: Finding { motion, settled }, modes }
}
