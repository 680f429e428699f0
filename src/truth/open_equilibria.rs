//! Which equilibria the samples support, and whether a slow trend has one at all.

use super::caveat::Caveat;
use super::examined::Examination;
use super::finding::{Because, Motion};
use super::map::fixed_points::Extent;
use super::map::modes::Mode;
use crate::data::Trajectories;

/// A mode within so many uncertainties of zero may be zero.
const VANISHES: f64 = 3.0;
/// How far outside the samples an equilibrium may be extrapolated, in sides of their box.
const FARTHEST: f64 = 3.0;
/// A trend changes by less than this power of e over the whole time, its uncertainty with it.
const SLOW: f64 = 1.0;

/// Drops equilibria that the samples do not support: farther outside their box than a decay that was seen in part leads, or outside at all where a mode there
/// is zero within its uncertainty, as it is for every steady trend. Whether the motion comes to rest is open only where it is not `at_rest`, nor known to go on for ever.
pub(super) fn leave_open(found: &mut Examination, data: &Trajectories, at_rest: bool) {
    let complete = data.all_states().filter(|x| x.iter().all(|v| v.is_finite()));
    let filled = Extent::of(complete, data.dimension());
    let vanishes = |mode: &Mode| {
        mode.because.contains(&Because::LinearPartVanishes) || mode.uncertainty.is_none_or(|u| mode.lambda.norm() <= VANISHES * u)
    };
    let vanishing: Vec<Vec<f64>> = found.modes.iter().filter(|mode| vanishes(mode)).map(|mode| mode.equilibrium.clone()).collect();
    let is_open = |place: &Vec<f64>| !filled.holds(place) && (vanishing.contains(place) || !filled.reaches(place, FARTHEST));
    // What may be zero because nothing is known of it is no trend, nor is a part of the state.
    let known = !found.caveats.iter().any(|caveat| matches!(caveat, Caveat::LagTells { .. } | Caveat::MotionMissed { .. }));
    let is_slow = |mode: &Mode| mode.uncertainty.is_some_and(|u| (mode.lambda.norm() + u) * data.duration() < SLOW);
    let mut drifts = false;
    for mode in &mut found.modes {
        if is_open(&mode.equilibrium) {
            drifts |= known && vanishes(mode) && mode.lambda.im == 0.0 && is_slow(mode);
            mode.equilibrium.clear();
        }
    }
    let seasonal = found.caveats.iter().any(|caveat| matches!(caveat, Caveat::SteadyCycle { .. }));
    let apart = found.caveats.contains(&Caveat::RestsApart);
    let goes_on = found.finding.settled && found.finding.motion == Motion::Drift;
    if !seasonal && !apart && !at_rest && !goes_on && found.modes.iter().any(|mode| mode.equilibrium.is_empty()) {
        found.caveats.retain(|caveat| *caveat != Caveat::EquilibriumOutside);
        found.caveats.push(Caveat::EquilibriumOpen);
    }
    if drifts && matches!(found.finding.motion, Motion::Undetermined | Motion::Rest) {
        found.finding.motion = Motion::Drift;
    }
}
