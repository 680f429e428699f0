//! A learned field followed in continuous time, which an audit lays its rollouts beside.

use super::learned_modes::{Standstill, standstills, starts};
use super::repair_error::RepairError;
use crate::data::{Paths, States};
use crate::fit::{Learned, rollout};
use crate::inverse::faithful::orbit_error;
use crate::method::{Sampling, catalog};

/// A trajectory is followed until those beside it have parted by this factor: beyond, no step size reproduces it.
const SENSITIVE: f64 = 1000.0;
/// The distance of the one beside it, relative to the largest state.
const BESIDE: f64 = 1e-7;
/// Trajectories followed.
const MOST_STARTS: usize = 64;
/// Steps an interval of the reference, of order 5: at least, and at most for fields with fast modes.
const REFERENCE_STEPS: (u32, u32) = (64, 8192);

/// Where an audit's rollouts start, and the equilibria among the states.
pub(super) struct Beginning {
    /// The equilibria, with their modes.
    pub found: Vec<Standstill>,
    /// The starts: of the data, or beside the equilibria.
    pub from: Vec<Vec<f64>>,
    /// Whether there were no data to start from.
    pub without_data: bool,
}

impl Beginning {
    /// Of a field, with the data where they are at hand.
    pub fn of(learned: &Learned, trajectories: &Paths) -> Result<Self, RepairError> {
        let found = standstills(learned, &trajectories.to_states())?;
        let from = starts(learned, trajectories, &found, MOST_STARTS);
        Ok(Self { found, from, without_data: trajectories.is_empty() })
    }
}

/// The trajectories of a field in continuous time.
pub(super) struct Reference {
    states: Paths,
    /// Samples of each before a neighbouring one has parted.
    lengths: Vec<usize>,
    horizon: usize,
}

impl Reference {
    /// Followed over `horizon` intervals.
    pub fn of(learned: &Learned, beginning: &Beginning, interval: f64, horizon: usize) -> Result<Self, RepairError> {
        let from = &beginning.from;
        // It must be stable for the fastest mode.
        let fastest = beginning.found.iter().flat_map(|place| &place.modes).map(|z| z.norm()).fold(0.0, f64::max);
        let steps = ((2.0 * fastest * interval).ceil() as u32).clamp(REFERENCE_STEPS.0, REFERENCE_STEPS.1);
        let (method, fine) = (catalog::find("dormand-prince5")?, Sampling::new(interval, steps)?);
        let states = rollout(learned, &method, fine, from, horizon)?;
        let largest = from.iter().flatten().fold(0.0f64, |m, x| m.max(x.abs()));
        let off = BESIDE * if largest > 0.0 { largest } else { 1.0 };
        let moved: Vec<Vec<f64>> =
            from.iter().map(|x| x.iter().enumerate().map(|(k, x)| if k % 2 == 0 { x + off } else { x - off }).collect()).collect();
        let beside = rollout(learned, &method, fine, &moved, horizon)?;
        let lengths = lengths(&states, &beside, off);
        Ok(Self { states, lengths, horizon })
    }

    /// Whether a trajectory diverges (|x| > 1e6).
    pub fn diverges(&self) -> bool {
        self.states.iter().any(|t| t.len() <= self.horizon)
    }

    /// The largest error of a rollout ([`orbit_error`]): a small trajectory beside a large one counts as much. Each is as long as it can be
    /// followed; `None` where a rollout ended before.
    pub fn difference(&self, found: &Paths) -> Option<f64> {
        let horizon = self.horizon;
        let whole = |t: States<'_>, length: usize| t.len() >= length.min(horizon + 1);
        let all = || found.iter().zip(self.states.iter()).zip(&self.lengths);
        all()
            .all(|((f, r), &length)| whole(f, length) && r.len() >= length && (r.len() > horizon || length < r.len()))
            .then(|| all().map(|((f, r), &length)| orbit_error(f.until(length), r.until(length))).fold(0.0, f64::max))
    }
}

/// The number of samples of each reference trajectory before a neighbouring one has parted.
fn lengths(reference: &Paths, beside: &Paths, off: f64) -> Vec<usize> {
    let apart = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    let one = |(t, other): (States<'_>, States<'_>)| {
        let parted = t.iter().zip(other).position(|(a, b)| apart(a, b) > SENSITIVE * off);
        parted.unwrap_or(t.len()).max(2).min(t.len())
    };
    reference.iter().zip(beside.iter()).map(one).collect()
}
