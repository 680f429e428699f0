//! An oscillation that noise keeps going, in one column: regression on its own past.
//!
//! ```text
//! y_n = c + a_1 y_{n−1} + … + a_p y_{n−p} + e_n,     λ = log(z)/H for the zeros z of z^p − a_1 z^{p−1} − … − a_p
//! ```
//!
//! The order minimises Schwarz's criterion. Sunspots are the classical case (Yule, Phil. Trans. R. Soc. A 226, 1927): no sum of exponentials meets them, and
//! without delays they show a real decay that is not there.

use crate::dynamics::spectrum;
use crate::truth::chance::whiteness::Whiteness;
use crate::truth::samples::runs::Samples;
use nalgebra::{DMatrix, DVector};
use num_complex::Complex;

type C = Complex<f64>;

/// Orders that are tried, and rows for each coefficient.
const MOST_ORDER: usize = 12;
const ROWS_PER_COEFFICIENT: usize = 10;
/// A zero this near the unit circle stands for a cycle.
const LASTING: f64 = 0.8;

/// The cycle that noise drives.
#[derive(Clone, Debug)]
pub(crate) struct DrivenCycle {
    /// Im λ > 0.
    pub lambda: C,
    /// One standard deviation.
    pub uncertainty: f64,
    /// The mean, in the data's own variable.
    pub mean: Vec<f64>,
}

struct Regression {
    /// a_1 … a_p
    coefficients: DVector<f64>,
    /// Of (c, a_1 … a_p).
    covariance: DMatrix<f64>,
    information: f64,
    residuals: DMatrix<f64>,
}

/// The slowest cycle to die out, where it outlasts everything else and what is left is white; of one column at even times.
pub(crate) fn driven_cycle(samples: &Samples) -> Option<DrivenCycle> {
    if samples.dimension() != 1 || !samples.even || samples.missing {
        return None;
    }
    let most = MOST_ORDER.min(samples.rows() / ROWS_PER_COEFFICIENT);
    // All orders on the same rows, so that their criteria compare.
    let all: Vec<Regression> = (1..=most).filter_map(|order| regression(samples, order, most)).collect();
    let best = all.into_iter().min_by(|a, b| a.information.total_cmp(&b.information))?;
    let p = best.coefficients.len();
    if p < 2 || !Whiteness::of(std::slice::from_ref(&best.residuals)).holds(false) {
        return None;
    }
    let companion = DMatrix::from_fn(p, p, |i, j| if i == 0 { best.coefficients[j] } else { f64::from(u8::from(i == j + 1)) });
    let z = spectrum(&companion)?.into_iter().max_by(|a, b| a.norm().total_cmp(&b.norm()))?;
    if z.im == 0.0 || z.norm() < LASTING || z.norm() >= 1.0 {
        return None;
    }
    let z = C::new(z.re, z.im.abs());
    // ∂z/∂a_k = z^{p−k} / P′(z)
    let slope = z.powu(p as u32 - 1) * p as f64
        - (1..p).map(|k| z.powu((p - k - 1) as u32) * ((p - k) as f64 * best.coefficients[k - 1])).sum::<C>();
    let by_coefficient: Vec<C> = (1..=p).map(|k| z.powu((p - k) as u32) / (slope * z * samples.interval)).collect();
    let mut variance = 0.0;
    for (j, x) in by_coefficient.iter().enumerate() {
        for (k, y) in by_coefficient.iter().enumerate() {
            variance += (x * y.conj()).re * best.covariance[(j + 1, k + 1)];
        }
    }
    Some(DrivenCycle { lambda: z.ln() / samples.interval, uncertainty: variance.max(0.0).sqrt(), mean: samples.centre.clone() })
}

/// The regression of this order on all rows with `skipped` rows before them.
fn regression(samples: &Samples, order: usize, skipped: usize) -> Option<Regression> {
    let rows: Vec<(usize, usize)> =
        samples.runs.iter().enumerate().flat_map(|(k, run)| (skipped..run.rows()).map(move |i| (k, i))).collect();
    if rows.len() < 2 * (order + 1) {
        return None;
    }
    let at = |(k, i): (usize, usize), back: usize| samples.runs[k].states[(i - back, 0)];
    let design = DMatrix::from_fn(rows.len(), order + 1, |r, j| if j == 0 { 1.0 } else { at(rows[r], j) });
    let target = DVector::from_fn(rows.len(), |r, _| at(rows[r], 0));
    let normal = design.tr_mul(&design).cholesky()?;
    let solution = normal.solve(&design.tr_mul(&target));
    let residual = target - &design * &solution;
    let n = rows.len() as f64;
    let square = residual.norm_squared();
    Some(Regression {
        information: n * (square / n).max(f64::MIN_POSITIVE).ln() + (order + 1) as f64 * n.ln(),
        covariance: normal.inverse() * (square / (n - (order + 1) as f64)),
        coefficients: solution.rows(1, order).into_owned(),
        residuals: DMatrix::from_column_slice(rows.len(), 1, residual.as_slice()),
    })
}
