//! Whether noisy samples show that a closed motion of a fitted field attracts, as a limit cycle does.
//!
//! A run that lies on one closed curve from its first row to its last shows nothing of what happens beside it: there the field is what the fit makes of noise. So a cycle is one that a
//! run approaches, or whose multiplier is known: log m = ∮ div f dt is linear in the coefficients, and moves with them as far as the residuals allow.

use super::motion::Closed;
use crate::truth::flow::field_fit::FieldFit;
use crate::truth::flow::polynomial_flow::PolynomialFlow;
use crate::truth::samples::runs::Run;
use crate::truth::samples::windows::Frame;
use nalgebra::DMatrix;

/// Points of the cycle for each interval, and at least.
const POINTS: f64 = 8.0;
const LEAST_POINTS: f64 = 64.0;
/// A run starts off the cycle by this part of its size at least, and by so many times the noise.
const OFF: f64 = 0.1;
const ABOVE_NOISE: f64 = 5.0;
/// It has come near where less than this part of that is left in its last turn.
const LEFT: f64 = 0.5;
/// The multiplier is known where its logarithm is so many standard deviations from 0.
const KNOWN: f64 = 5.0;

/// The cycle as a polygon in the frame.
pub(super) struct Polygon {
    points: Vec<Vec<f64>>,
    /// Intervals from point to point.
    step: f64,
    size: f64,
    period: f64,
}

impl Polygon {
    /// Of a closed motion of this field; `None` where it cannot be followed.
    pub fn of(fit: &FieldFit, closed: &Closed) -> Option<Self> {
        let count = (POINTS * closed.period).max(LEAST_POINTS).ceil();
        let step = closed.period / count;
        let mut w = fit.flow.workspace(false);
        let mut z = closed.through.clone();
        let mut points = vec![z.clone()];
        for _ in 0..count as usize {
            fit.flow.advance(&mut z, step, fit.steps, &mut w).then_some(())?;
            points.push(z.clone());
        }
        let size = closed.amplitude.iter().copied().fold(0.0, f64::max);
        Some(Self { points, step, size, period: closed.period })
    }

    /// The distance of a place to the nearest side.
    fn distance(&self, place: &[f64]) -> f64 {
        let to_side = |side: &[Vec<f64>]| {
            let along = |of: &[f64]| -> f64 { of.iter().zip(&side[0]).zip(&side[1]).map(|((x, a), b)| (x - a) * (b - a)).sum() };
            let part = (along(place) / along(&side[1]).max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
            place.iter().zip(&side[0]).zip(&side[1]).map(|((x, a), b)| (x - a - part * (b - a)).powi(2)).sum::<f64>()
        };
        self.points.windows(2).map(to_side).fold(f64::INFINITY, f64::min).sqrt()
    }

    /// Whether a run starts well off the cycle, and is near it in its last turn.
    pub fn is_approached(&self, run: &Run, frame: &Frame, noise: f64) -> bool {
        let turn = frame.interval * self.period;
        let off = |i: usize| self.distance(&frame.inward(&run.states.row(i).iter().copied().collect::<Vec<_>>()));
        let Some(first) = (0..run.rows()).find(|&i| run.complete(i)).map(off) else { return false };
        if run.duration() < 2.0 * turn || first < (OFF * self.size).max(ABOVE_NOISE * noise) {
            return false;
        }
        let from = run.duration() - turn;
        let last: Vec<f64> = (0..run.rows()).filter(|&i| run.times[i] - run.times[0] >= from && run.complete(i)).map(off).collect();
        !last.is_empty() && (last.iter().map(|x| x * x).sum::<f64>() / last.len() as f64).sqrt() < LEFT * first
    }

    /// Whether chance alone does not make the multiplier of this field, whose residuals are those of the samples, less than 1.
    pub fn multiplier_is_known(&self, fit: &FieldFit) -> bool {
        let (d, p) = (fit.flow.dimension(), fit.lengths.len());
        let divergence = |flow: &PolynomialFlow| self.step * self.points[1..].iter().map(|x| flow.field(x).1.trace()).sum::<f64>();
        let noise = fit.residual_norm() / (fit.freedom().max(1) as f64).sqrt();
        let size = fit.flow.coefficients.transpose().iter().zip(&fit.lengths).map(|(c, l)| (c * l).powi(2)).sum::<f64>().sqrt();
        let moved = |(k, s): (usize, &f64)| {
            let by = |i: usize, j: usize| fit.directions[(k, i * (p / d) + j)] / fit.lengths[i * (p / d) + j];
            let change = PolynomialFlow { coefficients: DMatrix::from_fn(d, p / d, by), ..fit.flow.clone() };
            divergence(&change) * (noise / s.max(f64::MIN_POSITIVE)).min(size)
        };
        let deviation = fit.singular.iter().enumerate().map(|direction| moved(direction).powi(2)).sum::<f64>().sqrt();
        KNOWN * deviation < -divergence(&fit.flow)
    }
}
