//! How far the modes would scatter if the noise had fallen otherwise.

use super::fixed_points;
use super::observer::{Observer, Samples};
use crate::exact::{RootDisc, eigenvalues};
use nalgebra::{DMatrix, DVector};
use num_complex::Complex;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// The share of draws that an uncertainty holds: that of one standard deviation on a line.
const SHARE: f64 = 0.6827;

/// What the rounding of samples to f64 leaves uncertain of log μ, in multiples of 1 + |log μ|.
const ROUNDING: f64 = 16.0 * f64::EPSILON;

/// A fixed point of the fitted map and the eigenvalues μ of its Jacobian there.
pub(super) struct Centre {
    pub point: DVector<f64>,
    pub multipliers: Vec<Complex<f64>>,
}

/// For each fixed point and each of its eigenvalues, the radius around `λ = log μ / H` that holds 68 % of the draws.
///
/// The wild bootstrap (Wu 1986; Liu 1988): each draw turns the signs of all prediction errors at random, one sign a sample, so that
/// their sizes, their order and their dependence within a sample are kept; the coefficients answer linearly, and the fixed point, the
/// eigenvalues and the logarithm are computed afresh. `None` where more than 32 % of the draws have no such fixed point, or where
/// there are no errors to speak of.
pub(super) fn uncertainties(
    observer: &Observer,
    samples: &Samples,
    centres: &[Centre],
    interval: f64,
    draws: usize,
    seed: u64,
) -> Vec<Vec<Option<f64>>> {
    let unknown = || centres.iter().map(|c| vec![None; c.multipliers.len()]).collect();
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (r, terms) = observer.map.coefficients.shape();
    let mut pushed = vec![DVector::<f64>::zeros(r * terms); draws];
    let factor = observer.influences(samples, |influence| {
        let mut signs = 0;
        for (draw, change) in pushed.iter_mut().enumerate() {
            if draw % 64 == 0 {
                signs = random.next_u64();
            }
            change.axpy(if signs & 1 == 0 { 1.0 } else { -1.0 }, influence, 1.0);
            signs >>= 1;
        }
    });
    let Some(factor) = factor else { return unknown() };
    let mut distances: Vec<Vec<Vec<f64>>> = centres.iter().map(|c| vec![Vec::with_capacity(draws); c.multipliers.len()]).collect();
    for change in pushed {
        let change = factor.solve(&change);
        let map = observer.map.with(&observer.map.coefficients + DMatrix::from_row_slice(r, terms, change.as_slice()));
        for (centre, distances) in centres.iter().zip(&mut distances) {
            let drawn = fixed_points::from_start(&map, centre.point.clone())
                .and_then(|z| eigenvalues(&map.image_and_jacobian(&z).1).ok())
                .map(|discs| listed(&discs));
            match drawn {
                Some(drawn) => matched(&centre.multipliers, drawn)
                    .zip(&centre.multipliers)
                    .zip(distances)
                    .for_each(|((new, old), distances)| distances.push((new / old).ln().norm() / interval)),
                None => distances.iter_mut().for_each(|d| d.push(f64::INFINITY)),
            }
        }
    }
    let quantile = |(mut distances, mu): (Vec<f64>, &Complex<f64>)| {
        distances.sort_by(f64::total_cmp);
        let radius = *distances.get((SHARE * distances.len() as f64) as usize)?;
        radius.is_finite().then(|| radius.hypot(ROUNDING * (1.0 + mu.ln().norm()) / interval))
    };
    std::iter::zip(distances, centres).map(|(of_centre, c)| of_centre.into_iter().zip(&c.multipliers).map(quantile).collect()).collect()
}

/// The eigenvalues one by one: a disc's centre as often as its count says.
pub(super) fn listed(discs: &[RootDisc]) -> Vec<Complex<f64>> {
    discs.iter().flat_map(|d| std::iter::repeat_n(d.centre, d.count)).collect()
}

/// The drawn eigenvalues in the order of the ones they stem from: the nearest pair first.
fn matched(old: &[Complex<f64>], mut drawn: Vec<Complex<f64>>) -> impl Iterator<Item = Complex<f64>> {
    let mut order = vec![Complex::new(f64::NAN, f64::NAN); old.len()];
    let mut open: Vec<usize> = (0..old.len()).collect();
    while !open.is_empty() && !drawn.is_empty() {
        let mut best = (0, 0, f64::INFINITY);
        for (a, &i) in open.iter().enumerate() {
            for (b, z) in drawn.iter().enumerate() {
                let distance = (old[i] - z).norm();
                if distance < best.2 {
                    best = (a, b, distance);
                }
            }
        }
        order[open.swap_remove(best.0)] = drawn.swap_remove(best.1);
    }
    order.into_iter()
}
