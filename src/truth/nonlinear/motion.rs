//! The object in the data, by following the field that explains them: rest, a limit cycle, closed orbits, chaos.

use crate::truth::finding::Motion;
use crate::truth::flow::field_fit::FieldFit;

/// Intervals that are followed before anything is measured, and while it is.
const SETTLING: usize = 600;
const FOLLOWED: usize = 3000;
/// Parts of an interval between two looks at a section.
const LOOKS: usize = 8;
/// A speed below this part of the fastest is rest.
const REST: f64 = 1e-4;
/// A return within this distance of where it started, in half-widths, closes.
const CLOSED: f64 = 1e-6;
/// A turn smaller than this, in half-widths, is the last of a spiral.
const POINT: f64 = 1e-3;
/// A multiplier this near 1 is that of closed orbits.
const NEUTRAL: f64 = 0.02;
/// Growth of a small distance an interval beyond which the motion is chaotic.
const PARTING: f64 = 2e-3;

/// A closed motion.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Closed {
    /// In intervals.
    pub period: f64,
    /// Half the range of each variable, in the frame.
    pub amplitude: Vec<f64>,
    /// The product of the non-trivial Floquet multipliers, exp ∮ div f dt.
    pub multiplier: f64,
    /// A point of it, in the frame.
    pub through: Vec<f64>,
}

/// The kind of motion that the fitted field goes on with after `start` (in its frame), and its facts where it is closed.
pub(crate) fn motion_after(fit: &FieldFit, start: &[f64]) -> (Motion, Option<Closed>) {
    let undetermined = (Motion::Undetermined, None);
    let mut w = fit.flow.workspace(false);
    let mut z = start.to_vec();
    let mut fastest = 0.0f64;
    for _ in 0..SETTLING {
        fastest = fastest.max(speed(fit, &z));
        if !fit.flow.advance(&mut z, 1.0, fit.steps, &mut w) || z.iter().any(|x| x.abs() > 5.0) {
            return undetermined;
        }
        if speed(fit, &z) < REST * fastest {
            return (Motion::Rest, None);
        }
    }
    // Return after return on a section through the motion, until one closes.
    for _ in 0..40 {
        let Some((there, closed)) = first_return(fit, &z) else { break };
        let apart = distance(&there, &z);
        let size = closed.amplitude.iter().copied().fold(0.0, f64::max);
        if size < POINT {
            return (Motion::Rest, None);
        }
        if apart < CLOSED * size.min(1.0) {
            let kind = match closed.multiplier {
                m if (m - 1.0).abs() < NEUTRAL => Motion::Orbits,
                m if m < 1.0 => Motion::Cycle,
                _ => Motion::Undetermined,
            };
            return (kind, Some(closed));
        }
        z = there;
    }
    if parts(fit, &z) { (Motion::Chaos, None) } else { undetermined }
}

fn speed(fit: &FieldFit, z: &[f64]) -> f64 {
    fit.flow.field(z).0.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt()
}

/// Where the motion crosses the plane through `z` across the flow again, near `z` and the same way.
fn first_return(fit: &FieldFit, z: &[f64]) -> Option<(Vec<f64>, Closed)> {
    let normal = fit.flow.field(z).0;
    let side = |x: &[f64]| -> f64 { x.iter().zip(z).zip(&normal).map(|((x, z), n)| (x - z) * n).sum() };
    let divergence = |x: &[f64]| fit.flow.field(x).1.trace();
    let mut w = fit.flow.workspace(false);
    let step = 1.0 / LOOKS as f64;
    let (mut x, mut grown) = (z.to_vec(), 0.0);
    let (mut low, mut high) = (z.to_vec(), z.to_vec());
    let mut left = false;
    for k in 0..FOLLOWED * LOOKS {
        let before = x.clone();
        if !fit.flow.advance(&mut x, step, fit.steps.div_ceil(2), &mut w) {
            return None;
        }
        for (j, v) in x.iter().enumerate() {
            (low[j], high[j]) = (low[j].min(*v), high[j].max(*v));
        }
        left |= side(&x) < 0.0;
        if left && side(&before) < 0.0 && side(&x) >= 0.0 && distance(&x, z) < 0.5 {
            // The moment of the crossing, by regula falsi with the flow itself.
            let (mut from, mut to) = (0.0, step);
            let (mut at_from, mut at_to) = (side(&before), side(&x));
            let mut there = x.clone();
            for _ in 0..60 {
                let t = (from * at_to - to * at_from) / (at_to - at_from);
                there.clone_from(&before);
                if t <= 0.0 || !fit.flow.advance(&mut there, t, fit.steps.div_ceil(2), &mut w) {
                    break;
                }
                let at = side(&there);
                if at < 0.0 {
                    (from, at_from) = (t, at);
                    at_to *= 0.5;
                } else {
                    (to, at_to) = (t, at);
                    at_from *= 0.5;
                }
                if to - from < 1e-13 || at == 0.0 {
                    break;
                }
            }
            let rest = 0.5 * (from + to);
            grown += 0.5 * rest * (divergence(&before) + divergence(&there));
            let amplitude = low.iter().zip(&high).map(|(l, h)| 0.5 * (h - l)).collect();
            let closed = Closed { period: k as f64 * step + rest, amplitude, multiplier: grown.exp(), through: there.clone() };
            return Some((there, closed));
        }
        grown += 0.5 * step * (divergence(&before) + divergence(&x));
    }
    None
}

/// Whether a small distance grows on average (Benettin, Galgani, Giorgilli & Strelcyn 1980).
fn parts(fit: &FieldFit, z: &[f64]) -> bool {
    const APART: f64 = 1e-7;
    let mut w = fit.flow.workspace(false);
    let (mut x, mut y) = (z.to_vec(), z.to_vec());
    y[0] += APART;
    let mut sum = 0.0;
    for _ in 0..FOLLOWED {
        if !fit.flow.advance(&mut x, 1.0, fit.steps, &mut w) || !fit.flow.advance(&mut y, 1.0, fit.steps, &mut w) {
            return false;
        }
        let apart = distance(&x, &y).max(1e-300);
        sum += (apart / APART).ln();
        y.iter_mut().zip(&x).for_each(|(y, x)| *y = x + (*y - x) * APART / apart);
    }
    sum / FOLLOWED as f64 > PARTING
}
