//! How an invariant of the true system drifts along a learned or followed field.

use super::FieldExpansion;
use crate::dynamics::{CompiledField, DynamicsError, Field, Flow};
use serde::Serialize;
use thiserror::Error;

/// The change of an invariant in one turn along a truncated modified field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drift {
    /// Where the orbit starts.
    pub start: Vec<f64>,
    /// V after one turn less V at the start.
    pub per_period: f64,
    /// The change of `per_period` when the next term of the expansion is included: an estimate of the error.
    pub truncation: f64,
    /// The time of one turn.
    pub period: f64,
    /// The time of one turn of the true field.
    pub true_period: f64,
    /// `max |h^k f_k|` along the orbit, k = 0, 1, … through the first term that is left out.
    pub sizes: Vec<f64>,
    /// Whether those sizes still shrink where the expansion is cut off. If not, h is too large for it, and the numbers say little.
    pub converging: bool,
}

/// Why there is no drift to state.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DriftError {
    /// The expansion has no term beyond the one that is asked for, so its error cannot be estimated.
    #[error("truncation at h^{power} needs an expansion through h^{needed}; it ends at h^{found}")]
    TooShort {
        /// The last power asked for.
        power: usize,
        /// One more.
        needed: usize,
        /// What is there.
        found: usize,
    },
    /// The orbit did not come back.
    #[error("the orbit from {start:?} does not turn back through its start within {time}")]
    NoTurn {
        /// The start.
        start: Vec<f64>,
        /// The time waited.
        time: f64,
    },
    /// The start is an equilibrium.
    #[error("{0:?} is an equilibrium of the field: it has no orbit")]
    Equilibrium(Vec<f64>),
    /// The orbit could not be integrated.
    #[error(transparent)]
    Flow(#[from] DynamicsError),
}

/// Samples a period is expected to have at least; orbits are followed in steps of this part of h.
const PART: f64 = 0.25;
/// Orbits are followed for so many h before they are given up.
const LONGEST: f64 = 4000.0;

/// The drift of `invariant` in one turn along `Σ_{k ≤ power} h^k f_k`, from `start` back to the plane through it that the true field f_0 crosses at a right angle.
///
/// The expansion is asymptotic: it is judged by the largest sizes of its terms along the orbit, and the error is estimated by the effect of the first term left out.
///
/// # Errors
/// See [`DriftError`].
pub fn drift(
    expansion: &FieldExpansion,
    h: f64,
    power: usize,
    start: &[f64],
    invariant: impl Fn(&[f64]) -> f64,
) -> Result<Drift, DriftError> {
    let last = expansion.terms().len().saturating_sub(1);
    if power >= last {
        return Err(DriftError::TooShort { power, needed: power + 1, found: last });
    }
    let fields: Vec<CompiledField> = expansion.terms().iter().map(|term| term.compiled()).collect();
    let d = fields[0].dimension();
    if start.len() != d {
        return Err(DynamicsError::Dimension { expected: d, found: start.len() }.into());
    }
    let mut normal = vec![0.0; d];
    fields[0].value(start, &mut normal);
    if normal.iter().all(|&x| x == 0.0) {
        return Err(DriftError::Equilibrium(start.to_vec()));
    }
    let exact = turn(&fields[0], start, &normal, h)?;
    let followed = turn(&expansion.truncated(h, power), start, &normal, h)?;
    let per_period = invariant(&followed.end) - invariant(start);
    let beyond = turn(&expansion.truncated(h, power + 1), start, &normal, h)?;
    let truncation = (invariant(&beyond.end) - invariant(&followed.end)).abs();
    let mut value = vec![0.0; d];
    let mut size = |field: &CompiledField| {
        followed.orbit.iter().fold(0.0, |largest: f64, x| {
            field.value(x, &mut value);
            value.iter().fold(largest, |largest, v| largest.max(v.abs()))
        })
    };
    let sizes: Vec<f64> = fields.iter().take(power + 2).enumerate().map(|(k, field)| h.powi(k as i32) * size(field)).collect();
    // Terms may vanish for symmetry, so each is compared with the largest of the two before.
    let shrinks = |k: usize| sizes[k] < 0.9 * sizes[k.saturating_sub(2)..k].iter().copied().fold(0.0, f64::max) || sizes[k] == 0.0;
    let converging = shrinks(power + 1) && (power == 0 || shrinks(power));
    Ok(Drift { start: start.to_vec(), per_period, truncation, period: followed.period, true_period: exact.period, sizes, converging })
}

/// One turn of an orbit.
struct Turn {
    period: f64,
    end: Vec<f64>,
    orbit: Vec<Vec<f64>>,
}

/// From `start` to the first return through the plane there with this normal, in its direction.
fn turn(field: &CompiledField, start: &[f64], normal: &[f64], h: f64) -> Result<Turn, DriftError> {
    let flow = Flow { absolute: 1e-12, relative: 1e-12 };
    let height = |x: &[f64]| x.iter().zip(start).zip(normal).map(|((x, s), n)| (x - s) * n).sum::<f64>();
    let part = PART * h;
    let mut orbit = vec![start.to_vec()];
    let mut below = false;
    let no_turn = || DriftError::NoTurn { start: start.to_vec(), time: LONGEST * h };
    // In batches, so that the integrator keeps its step.
    const BATCH: usize = 32;
    while (orbit.len() as f64) * part < LONGEST * h {
        let from = orbit.last().cloned().ok_or_else(no_turn)?;
        let batch = flow.trajectory(field, &from, part, BATCH)?;
        for pair in batch.windows(2) {
            let (a, b) = (height(&pair[0]), height(&pair[1]));
            if below && a < 0.0 && b >= 0.0 {
                let time = (orbit.len() - 1) as f64 * part;
                let (last, end) = crossing(field, flow, &pair[0], part, height)?;
                return Ok(Turn { period: time + last, end, orbit });
            }
            below |= b < 0.0;
            orbit.push(pair[1].clone());
        }
    }
    Err(no_turn())
}

/// The crossing of height zero in a time between 0 and `part` from x: the secant through a bracket, bisected where that stalls (Illinois).
fn crossing(
    field: &CompiledField,
    flow: Flow,
    x: &[f64],
    part: f64,
    height: impl Fn(&[f64]) -> f64,
) -> Result<(f64, Vec<f64>), DynamicsError> {
    let at = |t: f64| flow.trajectory(field, x, t, 1).map(|states| states[1].clone());
    let (mut a, mut fa) = (0.0, height(x));
    let mut end = at(part)?;
    let (mut b, mut fb) = (part, height(&end));
    let mut time = part;
    for _ in 0..60 {
        time = b - fb * (b - a) / (fb - fa);
        if !(time > 0.0 && time <= part) {
            time = 0.5 * (a + b);
        }
        end = at(time)?;
        let value = height(&end);
        if value == 0.0 || (b - a).abs() < 1e-14 * part {
            break;
        }
        if (value > 0.0) == (fb > 0.0) {
            fa *= 0.5;
        } else {
            (a, fa) = (b, fb);
        }
        let moved = (time - b).abs();
        (b, fb) = (time, value);
        if moved < 1e-14 * part {
            break;
        }
    }
    Ok((time, end))
}
