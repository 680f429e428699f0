//! Whether the flow of a fitted field is no integrator on trial: through twice its steps the modes stay where they are.

use super::field_fit::{FieldFit, work};
use super::identifiability::{FieldEquilibrium, matched};
use crate::dynamics::spectrum;
use crate::truth::chance::bounded_work::Effort;
use num_complex::Complex;

/// Its own work, in steps of the descent: the first shows how far the modes go.
const STEPS: f64 = 4.0;
/// Most work of such a step.
const MOST: f64 = 5e8;

/// The largest change of a mode beside the largest at its equilibrium when the field is fitted anew through twice the steps; `None` where an equilibrium is lost, and where that is too much work.
///
/// It does not live on what the search for the field has left of its work: a fit that makes no step stays where it was.
pub(crate) fn change_when_doubled(fit: &FieldFit, found: &[FieldEquilibrium], stopped: &dyn Fn() -> bool) -> Option<f64> {
    let step = work(&fit.flow, &fit.windows, 2 * fit.steps, true);
    let finer = if step > MOST { None } else { fit.refined(&mut Effort::new(STEPS * step, stopped)).filter(|_| !stopped()) }?;
    let changes = found.iter().map(|equilibrium| {
        let point = finer.flow.equilibrium(&equilibrium.point)?;
        let lambdas: Vec<Complex<f64>> = equilibrium.modes.iter().map(|mode| mode.lambda).collect();
        let size = lambdas.iter().map(|lambda| lambda.norm()).fold(f64::MIN_POSITIVE, f64::max);
        let moved = matched(&lambdas, spectrum(&finer.flow.field(&point).1)?);
        Some(lambdas.iter().zip(moved).map(|(old, new)| (old - new).norm() / size).fold(0.0, f64::max))
    });
    changes.collect::<Option<Vec<f64>>>()?.into_iter().reduce(f64::max)
}
