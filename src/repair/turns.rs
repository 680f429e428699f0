//! What a field does to an invariant of the truth in one turn of an orbit, by the return to the section through its start.

use super::refit::FAITHFUL;
use super::repair_error::RepairError;
use crate::dynamics::{Field, System};
use crate::fit::{Learned, rollout};
use crate::method::{Sampling, catalog};
use serde::Serialize;

/// An orbit of the data, followed in continuous time for one turn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TurnDrift {
    /// Where it starts.
    pub start: Vec<f64>,
    /// The change of the system's invariant in one turn of the trained model; `null` where it does not come back.
    pub before: Option<f64>,
    /// That of the repaired model.
    pub after: Option<f64>,
}

/// Steps an interval.
const STEPS: u32 = 32;
/// Intervals followed at most.
const LONGEST: usize = 200;
/// Orbits followed at most.
pub(super) const MOST_ORBITS: usize = 16;

/// The change of the invariant in one turn of this field from each start, H apart in time: back to the plane through the start that the truth crosses there
/// at a right angle (a field that spirals fast need not come back to its own).
pub fn turn_drifts(learned: &Learned, system: &System, interval: f64, starts: &[Vec<f64>]) -> Result<Vec<Option<f64>>, RepairError> {
    let method = catalog::find(FAITHFUL)?;
    let part = interval / f64::from(STEPS);
    let paths = rollout(learned, &method, Sampling::new(part, 1)?, starts, LONGEST * STEPS as usize)?;
    let mut all = Vec::with_capacity(starts.len());
    for (start, path) in starts.iter().zip(&paths) {
        let mut normal = vec![0.0; start.len()];
        system.value(start, &mut normal);
        let height = |x: &[f64]| x.iter().zip(start).zip(&normal).map(|((x, s), n)| (x - s) * n).sum::<f64>();
        let first_below = path.iter().position(|x| height(x) < 0.0);
        let crossing = first_below.and_then(|from| (from..path.len().saturating_sub(1)).find(|&k| height(&path[k + 1]) >= 0.0));
        let Some(before) = crossing else {
            all.push(None);
            continue;
        };
        // Illinois on the time of one short step.
        let at = |time: f64| -> Result<Option<Vec<f64>>, RepairError> {
            let steps = rollout(learned, &method, Sampling::new(time, 1)?, &path[before..=before], 1)?;
            Ok(steps.into_iter().next().and_then(|mut path| (path.len() == 2).then(|| path.swap_remove(1))))
        };
        let (mut a, mut fa, mut b, mut fb) = (0.0, height(&path[before]), part, height(&path[before + 1]));
        let mut end = path[before + 1].clone();
        for _ in 0..40 {
            let time = b - fb * (b - a) / (fb - fa);
            if !(time > 0.0 && time <= part) {
                break;
            }
            let Some(next) = at(time)? else { break };
            let value = height(&next);
            end = next;
            if (value > 0.0) == (fb > 0.0) {
                fa *= 0.5;
            } else {
                (a, fa) = (b, fb);
            }
            let moved = (time - b).abs();
            (b, fb) = (time, value);
            if value == 0.0 || moved < 1e-13 * part {
                break;
            }
        }
        all.push(system.invariant(&end).zip(system.invariant(start)).map(|(end, start)| end - start).filter(|x| x.is_finite()));
    }
    Ok(all)
}
