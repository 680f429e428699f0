//! The limit cycle that a field settles on from a start: its period, its size, and how fast it attracts.

use super::norm::{distance, norm};
use super::{Field, Flow};

/// Returns after which a start is given up, and states between two of them at most.
const MOST_RETURNS: usize = 60;
const MOST_PARTS: usize = 16_000;
/// Steps of the integrator in all.
const MOST_STEPS: usize = 400_000;
/// A return within this part of the size of the motion closes the cycle.
const CLOSED: f64 = 1e-10;
/// A multiplier nearer to 1 is that of closed orbits around a centre, whichever turns the search has followed.
const NEUTRAL: f64 = 1e-3;
/// Samples of one turn.
const SAMPLES: usize = 1024;
/// Batches in which the flow is followed, so that the integrator keeps its step.
const BATCH: usize = 16;

/// A limit cycle.
#[derive(Clone, Debug, PartialEq)]
pub struct LimitCycle {
    /// The time of one turn.
    pub period: f64,
    /// A state on it.
    pub point: Vec<f64>,
    /// Half the range of each variable over a turn.
    pub amplitude: Vec<f64>,
    /// The product of the non-trivial Floquet multipliers, exp ∮ div f dt (Liouville): less than 1.
    pub multiplier: f64,
}

impl LimitCycle {
    /// The cycle that the orbit from `start` settles on, looked at every `part`; `None` where there is none that attracts, or it is not reached in 60 turns.
    ///
    /// A turn ends where the orbit crosses the plane through its start that the field crosses at a right angle; the crossing is placed by the flow itself. The amplitudes
    /// are those of 1024 samples of a turn, each extremum on the parabola through three.
    pub fn reached(field: &dyn Field, start: &[f64], part: f64) -> Option<Self> {
        let mut steps = MOST_STEPS;
        let mut point = start.to_vec();
        for _ in 0..MOST_RETURNS {
            let (period, there, size) = turn(field, &point, part, &mut steps)?;
            if distance(&there, &point) <= CLOSED * size {
                return Self::of(field, there, period);
            }
            point = there;
        }
        None
    }

    fn of(field: &dyn Field, point: Vec<f64>, period: f64) -> Option<Self> {
        let d = point.len();
        let orbit = flow().trajectory(field, &point, period / SAMPLES as f64, SAMPLES).ok()?;
        let mut jacobian = vec![0.0; d * d];
        // The trapezoid rule, which is spectral for a periodic integrand.
        let mut sum = 0.0;
        for x in &orbit[..SAMPLES] {
            field.jacobian(x, &mut jacobian);
            sum += (0..d).map(|i| jacobian[i * d + i]).sum::<f64>();
        }
        let multiplier = (sum * period / SAMPLES as f64).exp();
        let at = |k: usize, j: usize| orbit[k % SAMPLES][j];
        let extremum = |j: usize, sign: f64| {
            let k = (0..SAMPLES).max_by(|&a, &b| (sign * at(a, j)).total_cmp(&(sign * at(b, j)))).unwrap_or(0);
            let (before, here, after) = (at(k + SAMPLES - 1, j), at(k, j), at(k + 1, j));
            let (slope, bend) = (0.5 * (after - before), after - 2.0 * here + before);
            if bend == 0.0 { here } else { here - 0.5 * slope * slope / bend }
        };
        let amplitude = (0..d).map(|j| 0.5 * (extremum(j, 1.0) - extremum(j, -1.0))).collect();
        (multiplier < 1.0 - NEUTRAL).then_some(Self { period, point, amplitude, multiplier })
    }
}

const fn flow() -> Flow {
    Flow { absolute: 1e-12, relative: 1e-12 }
}

/// The time and the place of the next crossing of the plane through `start`, and the largest distance from there in between.
fn turn(field: &dyn Field, start: &[f64], part: f64, steps: &mut usize) -> Option<(f64, Vec<f64>, f64)> {
    let mut normal = vec![0.0; start.len()];
    field.value(start, &mut normal);
    let height = |x: &[f64]| x.iter().zip(start).zip(&normal).map(|((x, s), n)| (x - s) * n).sum::<f64>();
    if norm(&normal) == 0.0 {
        return None;
    }
    let (mut state, mut parts, mut below, mut size) = (start.to_vec(), 0, false, 0.0f64);
    while parts < MOST_PARTS {
        let batch = flow().trajectory_within(field, &state, part, BATCH, steps).ok()?;
        for pair in batch.windows(2) {
            let (a, b) = (height(&pair[0]), height(&pair[1]));
            size = size.max(distance(&pair[1], start));
            // Of the two crossings of a turn the one near the start, in the same direction.
            if below && a < 0.0 && b >= 0.0 && distance(&pair[1], start) < 0.5 * size {
                let (time, there) = crossing(field, &pair[0], part, height)?;
                return Some((parts as f64 * part + time, there, size));
            }
            below |= b < 0.0;
            parts += 1;
        }
        state.clone_from(batch.last()?);
        if !state.iter().all(|x| x.is_finite()) {
            return None;
        }
    }
    None
}

/// When and where the height is zero between 0 and `part` from x: the secant through a bracket, bisected where that stalls (Illinois).
fn crossing(field: &dyn Field, x: &[f64], part: f64, height: impl Fn(&[f64]) -> f64) -> Option<(f64, Vec<f64>)> {
    let at = |t: f64| flow().trajectory(field, x, t, 1).ok().map(|states| states[1].clone());
    let (mut low, mut high) = ((0.0, height(x)), (part, height(&at(part)?)));
    let (mut time, mut there) = (part, at(part)?);
    for _ in 0..60 {
        time = high.0 - high.1 * (high.0 - low.0) / (high.1 - low.1);
        if !(time > low.0 && time < high.0) {
            time = 0.5 * (low.0 + high.0);
        }
        if time <= 0.0 {
            break;
        }
        there = at(time)?;
        let value = height(&there);
        if value == 0.0 || high.0 - low.0 < 1e-14 * part {
            break;
        }
        if value > 0.0 {
            let stalls = (high.0 - time).abs() < 1e-15 * part;
            high = (time, value);
            low.1 *= 0.5;
            if stalls {
                break;
            }
        } else {
            low = (time, value);
            high.1 *= 0.5;
        }
    }
    Some((time, there))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dynamics::System;

    /// Periods, amplitudes and the multiplier of Van der Pol's cycle, computed with scipy 1.17.
    #[test]
    fn van_der_pol() {
        for (mu, period, amplitude) in [(1.0, 6.6632868593, 2.0086198609), (3.0, 8.8590954997, 2.0233041417)] {
            let system = System::parse(&format!("van-der-pol:mu={mu}")).expect("a system");
            let found = LimitCycle::reached(&system, &[2.0, 0.0], 0.05).expect("a cycle");
            assert!((found.period - period).abs() < 1e-8, "{found:?}");
            assert!((found.amplitude[0] - amplitude).abs() < 1e-7, "{found:?}");
            if mu == 1.0 {
                assert!((found.multiplier / 8.59695064e-4 - 1.0).abs() < 1e-6, "{found:?}");
            }
        }
        let closed = System::named("lotka-volterra").expect("a system");
        assert_eq!(LimitCycle::reached(&closed, &[1.5, 1.0], 0.05), None);
    }
}
