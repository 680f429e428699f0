//! How an invariant of the true system drifts along a learned or followed field.

use super::FieldExpansion;
use crate::dynamics::norm::{distance, norm};
use crate::dynamics::{CompiledField, DynamicsError, Field, Flow, PolynomialField, Section};
use serde::Serialize;
use thiserror::Error;

/// The change of an invariant in one turn along a truncated modified field.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InvariantDrift {
    /// Where the orbit starts.
    pub start: Vec<f64>,
    /// V after one turn less V at the start.
    pub per_period: f64,
    /// The change of `per_period` when the next term of the expansion is included: an estimate of the error. Infinite (JSON: null)
    /// where the orbit with that term does not come back.
    pub truncation: f64,
    /// The last power of h that is included.
    pub power: usize,
    /// The time of one turn.
    pub period: f64,
    /// The time of one turn of the true field.
    pub true_period: f64,
    /// The change of the distance from the centre of the true orbit (its mean over time) in one turn, relative to that distance: positive outward.
    /// What the true field itself does, which need not be periodic, is taken off.
    pub amplitude_shift: f64,
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

/// A function of the state that the true field keeps.
pub type Invariant<'a> = dyn Fn(&[f64]) -> f64 + Sync + 'a;

/// Orbits are followed in steps of this part of h, or of 8 or 64 times as much where they turn slowly.
const PART: f64 = 0.25;
/// Parts after which an orbit is given up.
const MOST_PARTS: usize = 16_000;
/// Turns of the truth after which that of a truncated field is.
const MOST_TURNS: f64 = 4.0;
/// Distances from the centre, in those of the true orbit, beyond which a truncated field has led away.
const AWAY: f64 = 20.0;
/// Steps of the integrator beyond one a part: a truncated series can be very stiff where it means nothing.
const MORE_STEPS: usize = 5_000;
/// Slower than this part of the speed at the start, an orbit has come to rest.
const AT_REST: f64 = 1e-9;

/// The drift of `invariant` in one turn along `Σ_{k ≤ power} h^k f_k`, from `start` back to the plane through it that the true field f_0 crosses at a right angle.
/// Without an invariant the distance from the true orbit's centre takes its place, less what the true field makes of that distance.
///
/// The expansion is asymptotic: it is judged by the largest sizes of its terms along the orbit ([`converging`](InvariantDrift::converging)), and the error is estimated
/// by the effect of the first term left out.
///
/// # Errors
/// See [`DriftError`].
pub fn drift(
    expansion: &FieldExpansion,
    h: f64,
    power: usize,
    start: &[f64],
    invariant: Option<&Invariant<'_>>,
) -> Result<InvariantDrift, DriftError> {
    let truth = TrueOrbit::of(expansion, h, power, start)?;
    let followed = truth.turn(&expansion.truncated(h, power))?;
    let distance = |x: &[f64]| distance(x, &truth.centre);
    let measured = |x: &[f64]| invariant.map_or_else(|| distance(x), |invariant| invariant(x));
    // What the truth itself does is no drift; an invariant has none.
    let before = if invariant.is_some() { measured(start) } else { measured(&truth.exact.end) };
    let per_period = measured(&followed.end) - before;
    let truncation = truth
        .turn(&expansion.truncated(h, power + 1))
        .map_or(f64::INFINITY, |beyond| (measured(&beyond.end) - measured(&followed.end)).abs());
    let sizes = sizes(expansion, h, power, &followed.orbit);
    Ok(InvariantDrift {
        start: start.to_vec(),
        per_period,
        truncation,
        power,
        period: followed.period,
        true_period: truth.exact.period,
        amplitude_shift: (distance(&followed.end) - distance(&truth.exact.end)) / distance(start),
        converging: shrinking(&sizes),
        sizes,
    })
}

/// Whether the expansion through h^(power + 1) still shrinks along the *true* orbit from `start`, and the sizes of its terms: what can be said where
/// [`drift`] itself fails because the truncated field leads astray.
///
/// # Errors
/// See [`DriftError`].
pub fn convergence(expansion: &FieldExpansion, h: f64, power: usize, start: &[f64]) -> Result<(Vec<f64>, bool), DriftError> {
    let truth = TrueOrbit::of(expansion, h, power, start)?;
    let sizes = sizes(expansion, h, power, &truth.exact.orbit);
    let converging = shrinking(&sizes);
    Ok((sizes, converging))
}

/// `max |h^k f_k|` over the states, k = 0 to power + 1.
fn sizes(expansion: &FieldExpansion, h: f64, power: usize, orbit: &[Vec<f64>]) -> Vec<f64> {
    let size = |term: &PolynomialField| {
        let field = term.compiled();
        let mut value = vec![0.0; field.dimension()];
        orbit.iter().fold(0.0, |largest: f64, x| {
            field.value(x, &mut value);
            value.iter().fold(largest, |largest, v| largest.max(v.abs()))
        })
    };
    expansion.terms().iter().take(power + 2).enumerate().map(|(k, term)| h.powi(k as i32) * size(term)).collect()
}

/// Whether the last two sizes shrink. Terms may vanish for symmetry, so each is compared with the largest of the two before.
fn shrinking(sizes: &[f64]) -> bool {
    let shrinks = |k: usize| sizes[k] < 0.9 * sizes[k.saturating_sub(2)..k].iter().copied().fold(0.0, f64::max) || sizes[k] == 0.0;
    let last = sizes.len() - 1;
    shrinks(last) && (last == 1 || shrinks(last - 1))
}

/// The plane through a start that the true field crosses at a right angle, and the true orbit from it back to it.
struct TrueOrbit<'a> {
    start: &'a [f64],
    section: Section<'a>,
    /// In which the orbit is followed.
    part: f64,
    exact: Turn,
    /// The mean over time of the true orbit.
    centre: Vec<f64>,
    /// How far from there an orbit may go.
    reach: f64,
    /// For how many parts it is followed.
    parts: usize,
}

impl<'a> TrueOrbit<'a> {
    fn of(expansion: &FieldExpansion, h: f64, power: usize, start: &'a [f64]) -> Result<Self, DriftError> {
        let last = expansion.terms().len().saturating_sub(1);
        if power >= last {
            return Err(DriftError::TooShort { power, needed: power + 1, found: last });
        }
        let field = expansion.terms()[0].compiled();
        let d = field.dimension();
        if start.len() != d {
            return Err(DynamicsError::Dimension { expected: d, found: start.len() }.into());
        }
        let plane = Section::of(&field, start);
        if plane.normal().iter().all(|&x| x == 0.0) {
            return Err(DriftError::Equilibrium(start.to_vec()));
        }
        let mut truth = Self {
            start,
            section: plane,
            part: PART * h,
            exact: Turn { period: 0.0, end: Vec::new(), orbit: Vec::new() },
            centre: start.to_vec(),
            reach: f64::INFINITY,
            parts: MOST_PARTS,
        };
        // A turn may take thousands of short steps.
        let mut slower = 0;
        truth.exact = loop {
            match truth.turn(&field) {
                Err(DriftError::NoTurn { .. }) if slower < 2 => {
                    slower += 1;
                    truth.part *= 8.0;
                }
                other => break other?,
            }
        };
        let Turn { period, end, orbit } = &truth.exact;
        // The trapezoid rule, its last panel the shorter one that closes the turn.
        let last = period - (orbit.len() - 1) as f64 * truth.part;
        let panel = |x: &[f64], y: &[f64], width: f64, j: usize| 0.5 * width * (x[j] + y[j]);
        let mean = |j: usize| {
            let whole: f64 = orbit.windows(2).map(|pair| panel(&pair[0], &pair[1], truth.part, j)).sum();
            (whole + orbit.last().map_or(0.0, |x| panel(x, end, last, j))) / period
        };
        let centre: Vec<f64> = (0..d).map(mean).collect();
        let furthest = orbit.iter().map(|x| distance(x, &centre)).fold(0.0, f64::max);
        let parts = (MOST_TURNS * period / truth.part).ceil() as usize + 8;
        truth.centre = centre;
        truth.reach = AWAY * furthest;
        truth.parts = parts.min(MOST_PARTS);
        Ok(truth)
    }

    /// From the start to the first return through the plane, in the direction of the true field.
    fn turn(&self, field: &CompiledField) -> Result<Turn, DriftError> {
        let flow = Flow { absolute: 1e-12, relative: 1e-12 };
        let height = |x: &[f64]| self.section.height(x);
        let part = self.part;
        let mut orbit = vec![self.start.to_vec()];
        let mut below = false;
        let no_turn = |parts: usize| DriftError::NoTurn { start: self.start.to_vec(), time: parts as f64 * part };
        let mut steps = self.parts + MORE_STEPS;
        let mut speed = vec![0.0; self.start.len()];
        let at_rest = AT_REST * norm(self.section.normal());
        // In batches, so that the integrator keeps its step.
        const BATCH: usize = 8;
        while orbit.len() < self.parts {
            let from = orbit.last().cloned().ok_or_else(|| no_turn(0))?;
            field.value(&from, &mut speed);
            if norm(&speed) < at_rest || distance(&from, &self.centre) > self.reach {
                return Err(no_turn(orbit.len()));
            }
            let batch = flow.trajectory_within(field, &from, part, BATCH, &mut steps)?;
            for pair in batch.windows(2) {
                let (a, b) = (height(&pair[0]), height(&pair[1]));
                if below && a < 0.0 && b >= 0.0 {
                    let time = (orbit.len() - 1) as f64 * part;
                    let follow = |t: f64| flow.trajectory(field, &pair[0], t, 1).map(|states| states[1].clone());
                    let (last, end) = self.section.crossing((&pair[0], &pair[1]), part, follow)?;
                    return Ok(Turn { period: time + last, end, orbit });
                }
                below |= b < 0.0;
                orbit.push(pair[1].clone());
            }
        }
        Err(no_turn(orbit.len()))
    }
}

/// One turn of an orbit.
struct Turn {
    period: f64,
    end: Vec<f64>,
    orbit: Vec<Vec<f64>>,
}
