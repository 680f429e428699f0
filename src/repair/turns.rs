//! What a field does to an invariant of the truth in one turn of an orbit, by the return to the section through its start.

use super::refit::FAITHFUL;
use super::repair_error::RepairError;
use crate::dynamics::{Section, System};
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
    for (start, path) in starts.iter().zip(paths.iter()) {
        let section = Section::of(system, start);
        let Some(before) = section.first_return(path) else {
            all.push(None);
            continue;
        };
        // One short step, of which the crossing takes a part; `None` where it leaves the finite numbers.
        let at = |time: f64| -> Result<Vec<f64>, Option<RepairError>> {
            let sampling = Sampling::new(time, 1).map_err(|error| Some(error.into()))?;
            let steps = rollout(learned, &method, sampling, &[path[before].to_vec()], 1).map_err(|error| Some(error.into()))?;
            steps.get(0).and_then(|path| path.get(1)).map(<[f64]>::to_vec).ok_or(None)
        };
        let end = match section.crossing((&path[before], &path[before + 1]), part, at) {
            Ok((_, end)) => end,
            Err(None) => {
                all.push(None);
                continue;
            }
            Err(Some(error)) => return Err(error),
        };
        all.push(system.invariant(&end).zip(system.invariant(start)).map(|(end, start)| end - start).filter(|x| x.is_finite()));
    }
    Ok(all)
}
