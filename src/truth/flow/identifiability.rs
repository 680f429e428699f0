//! How far a fitted field's modes could be elsewhere without the samples noticing.
//!
//! Right singular vectors of the Jacobian (columns scaled to unit length) are directions in which the coefficients can be changed; the smaller the singular value,
//! the less the residuals see. λ is moved along each as far as the residuals allow, at most by the coefficients' own size. Agreement of degrees and small residuals
//! do not replace this: single orbits lie on algebraic curves, along which polynomials of high degree are free.

use super::field_fit::FieldFit;
use super::polynomial_flow::PolynomialFlow;
use crate::dynamics::equilibria_within;
use crate::dynamics::spectrum;
use nalgebra::DMatrix;
use num_complex::Complex;

type C = Complex<f64>;

/// A part of the step along a direction, on which the change is measured; it is linear in the limit.
const PART: f64 = 1e-3;
/// Residuals are never smaller than this, relative to coordinates of size one.
const ROUNDING: f64 = 1e-14;
/// Up to here, in half-widths of the samples from their middle, an equilibrium counts as near them.
const NEAR: f64 = 1.2;
/// In one variable every run goes from one equilibrium to the next, and up to here both count: a logistic growth from a tenth to nine tenths of its capacity has them at 1.25.
const BEYOND: f64 = 2.0;
/// Equilibria nearer to each other than this are one.
const SAME: f64 = 1e-5;
/// Samples that Newton's iteration starts from.
const STARTS: usize = 60;
/// Samples within this distance, in half-widths of the data, are close to an equilibrium.
pub(crate) const CLOSE: f64 = 0.35;
/// Noise puts hardly a sample further than so many standard deviations from where it belongs.
const ABOVE_NOISE: f64 = 4.0;

/// A mode of a field at one of its equilibria, per interval.
#[derive(Clone, Debug)]
pub(crate) struct FieldMode {
    pub lambda: C,
    /// One standard deviation from the noise, by the residuals.
    pub deviation: f64,
    /// The farthest it goes along a direction that the residuals allow.
    pub movement: f64,
}

/// An equilibrium of a fitted field near the samples.
#[derive(Clone, Debug)]
pub(crate) struct FieldEquilibrium {
    /// In the frame.
    pub point: Vec<f64>,
    pub modes: Vec<FieldMode>,
    /// Whether close samples lie in every direction.
    pub surrounded: bool,
    /// Whether such samples do that the noise leaves apart from it.
    pub shown: bool,
    /// Whether it lies among the samples, or hardly outside.
    pub near: bool,
    /// The equilibrium is one of a line of them.
    pub degenerate: bool,
}

/// Variables up to which a box is searched for every equilibrium.
const SEARCHED: usize = 3;

/// The equilibria near the samples (in the frame), those nearest to the middle first: from the samples by Newton's method, and in few variables by a search of
/// the whole box.
pub(crate) fn equilibria(fit: &FieldFit, samples: &[Vec<f64>], most: usize) -> Vec<FieldEquilibrium> {
    let d = fit.flow.dimension();
    let middle = vec![0.0; d];
    let farthest = if d == 1 { BEYOND } else { NEAR };
    let stride = samples.len().div_ceil(STARTS).max(1);
    let mut points: Vec<Vec<f64>> = Vec::new();
    let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| (x - y).powi(2)).sum::<f64>().sqrt();
    let searched = match d <= SEARCHED {
        true => equilibria_within(&fit.flow.compiled(), &vec![-farthest; d], &vec![farthest; d]).equilibria,
        false => Vec::new(),
    };
    let searched: Vec<Vec<f64>> = searched.into_iter().map(|zero| zero.state).collect();
    for start in std::iter::once(&middle).chain(samples.iter().step_by(stride)).chain(&searched) {
        let Some(z) = fit.flow.equilibrium(start) else { continue };
        if z.iter().all(|x| x.abs() <= farthest) && points.iter().all(|p| distance(p, &z) > SAME) {
            points.push(z);
        }
    }
    points.sort_by(|a, b| distance(a, &middle).total_cmp(&distance(b, &middle)));
    let nearer = points.clone();
    // Beyond those that the samples run between a polynomial has more of its own.
    points.retain(|p| p.iter().all(|x| x.abs() <= NEAR) || nearer.iter().all(|q| !(1.0..p[0].abs()).contains(&(q[0] * p[0].signum()))));
    points.truncate(most);
    points
        .into_iter()
        .filter_map(|point| {
            let jacobian = fit.flow.field(&point).1;
            let lambdas = spectrum(&jacobian)?;
            let largest = lambdas.iter().map(|l| l.norm()).fold(0.0, f64::max);
            let degenerate = lambdas.iter().any(|l| l.norm() <= 1e-5 * largest);
            let surrounded = surrounded(samples, &point, 0.0);
            let shown = surrounded && self::surrounded(samples, &point, ABOVE_NOISE * fit.noise);
            let near = point.iter().all(|x| x.abs() <= NEAR);
            Some(FieldEquilibrium { modes: modes(fit, &point, &lambdas), surrounded, shown, near, point, degenerate })
        })
        .collect()
}

/// Each eigenvalue with how far it scatters and moves.
fn modes(fit: &FieldFit, point: &[f64], lambdas: &[C]) -> Vec<FieldMode> {
    let (d, p) = (fit.flow.dimension(), fit.lengths.len());
    let norm = fit.residual_norm().max(ROUNDING * (fit.equations as f64).sqrt());
    let noise = norm / (fit.freedom().max(1) as f64).sqrt();
    let size = fit.flow.coefficients.transpose().iter().zip(&fit.lengths).map(|(c, l)| (c * l).powi(2)).sum::<f64>().sqrt();
    let mut found: Vec<FieldMode> = lambdas.iter().map(|&lambda| FieldMode { lambda, deviation: 0.0, movement: 0.0 }).collect();
    for (k, &s) in fit.singular.iter().enumerate() {
        let reach = (norm / s.max(f64::MIN_POSITIVE)).min(size);
        if reach == 0.0 {
            continue;
        }
        let change = DMatrix::from_fn(d, p / d, |i, j| {
            let n = i * (p / d) + j;
            PART * reach * fit.directions[(k, n)] / fit.lengths[n]
        });
        let mut farthest = vec![0.0f64; lambdas.len()];
        for sign in [1.0, -1.0] {
            let moved = PolynomialFlow { coefficients: &fit.flow.coefficients + &change * sign, ..fit.flow.clone() };
            let there = moved.equilibrium(point).filter(|z| z.iter().zip(point).all(|(a, b)| (a - b).abs() < 0.5));
            match there.and_then(|z| spectrum(&moved.field(&z).1)) {
                Some(new) => {
                    for (far, (old, new)) in farthest.iter_mut().zip(lambdas.iter().zip(matched(lambdas, new))) {
                        *far = far.max((old - new).norm() / PART);
                    }
                }
                None => farthest.fill(f64::INFINITY),
            }
        }
        for (mode, far) in found.iter_mut().zip(farthest) {
            mode.movement = mode.movement.max(far);
            // The same direction, as far as chance goes.
            mode.deviation = mode.deviation.hypot(far * (noise / s.max(f64::MIN_POSITIVE)).min(size) / reach);
        }
    }
    found
}

/// The new eigenvalues in the order of the old ones, the nearest pair first.
pub(crate) fn matched(old: &[C], mut new: Vec<C>) -> Vec<C> {
    let mut order = vec![C::new(f64::NAN, f64::NAN); old.len()];
    let mut open: Vec<usize> = (0..old.len()).collect();
    while !open.is_empty() && !new.is_empty() {
        let mut best = (0, 0, f64::INFINITY);
        for (a, &i) in open.iter().enumerate() {
            for (b, z) in new.iter().enumerate() {
                if (old[i] - z).norm() < best.2 {
                    best = (a, b, (old[i] - z).norm());
                }
            }
        }
        order[open.swap_remove(best.0)] = new.swap_remove(best.1);
    }
    order
}

/// Whether close samples lie in every direction: along none of a fan of directions is there a half-space without one.
pub(crate) fn surrounded(samples: &[Vec<f64>], point: &[f64], beyond: f64) -> bool {
    let d = point.len();
    let close: Vec<Vec<f64>> = samples
        .iter()
        .map(|x| x.iter().zip(point).map(|(a, b)| a - b).collect::<Vec<f64>>())
        .filter(|x| (beyond..=CLOSE).contains(&x.iter().map(|v| v * v).sum::<f64>().sqrt()))
        .collect();
    if close.len() <= 2 * d {
        return false;
    }
    let mut fan: Vec<Vec<f64>> = Vec::new();
    for i in 0..d {
        fan.push((0..d).map(|k| if k == i { 1.0 } else { 0.0 }).collect());
        for j in 0..i {
            for step in 1..8 {
                let angle = step as f64 * std::f64::consts::PI / 8.0;
                fan.push(
                    (0..d)
                        .map(|k| {
                            if k == i {
                                angle.cos()
                            } else if k == j {
                                angle.sin()
                            } else {
                                0.0
                            }
                        })
                        .collect(),
                );
            }
        }
    }
    let reaches = |u: &[f64], sign: f64| {
        close.iter().any(|x| {
            let along: f64 = sign * x.iter().zip(u).map(|(a, b)| a * b).sum::<f64>();
            along > 0.3 * x.iter().map(|v| v * v).sum::<f64>().sqrt() && along > 0.0
        })
    };
    fan.iter().all(|u| reaches(u, 1.0) && reaches(u, -1.0))
}
