//! Whether samples leave a fitted field open beside the orbits that they lie on.

use crate::data::Trajectories;
use crate::truth::FittedField;
use nalgebra::{DMatrix, SVD};

/// The misfit of a field below which it is rounding, relative to the motion in an interval.
const EXACT: f64 = 1e-8;
/// Coefficients that are open by more than this part of their size leave the field open beside the orbit.
const OPEN: f64 = 0.1;
/// A polynomial with coefficients of norm 1 that the samples hold below this size vanishes on them.
const VANISHES: f64 = 1e-6;

/// Whether another field of the same degree meets the samples about as well.
///
/// A polynomial that nearly vanishes on all samples can be added to a field without their noticing; on one orbit that is a circle x² + y² − 1 does. With M the products of
/// the variables at the n samples, the smallest singular value σ of M is √n times the root mean square over the samples of the polynomial, with coefficients of norm 1,
/// that is smallest there; a coefficient is open by the misfit over σ, the field's size over its coefficients' being about one in these units.
pub(super) fn is_open(fitted: &FittedField, data: &Trajectories) -> bool {
    let samples: Vec<Vec<f64>> = data.all_states().filter(|x| x.iter().all(|v| !v.is_nan())).map(|x| fitted.coordinates(x)).collect();
    let exponents = exponents(fitted.field.variables().len(), fitted.degree);
    let product = |x: &[f64], e: &[i32]| x.iter().zip(e).map(|(x, &e)| x.powi(e)).product();
    let matrix: DMatrix<f64> = DMatrix::from_fn(samples.len(), exponents.len(), |k, c| product(&samples[k], &exponents[c]));
    let Some(found) = SVD::try_new(matrix, false, false, f64::EPSILON, 10_000) else { return true };
    let smallest = if samples.len() < exponents.len() { 0.0 } else { found.singular_values.min() };
    smallest < VANISHES * (samples.len() as f64).sqrt() || fitted.residual.max(EXACT) > OPEN * smallest
}

/// The exponents of all products of d variables up to a degree.
fn exponents(d: usize, degree: usize) -> Vec<Vec<i32>> {
    let mut all: Vec<Vec<i32>> = vec![Vec::new()];
    for _ in 0..d {
        all = all.iter().flat_map(|e| (0..=degree as i32).map(move |n| e.iter().copied().chain([n]).collect())).collect();
    }
    all.retain(|e| e.iter().sum::<i32>() <= degree as i32);
    all
}
