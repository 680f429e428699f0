//! Orbits of a linear field: what a turn does to them is known exactly, with no series in h.

use super::drift::{Measure, NoOrbit, PredictedDrift};
use crate::dynamics::norm::norm;
use crate::dynamics::{Field, PolynomialField};
use crate::exact::eigenvalues;
use crate::inverse::LearningEquation;
use crate::method::{Method, Sampling};
use nalgebra::{DMatrix, DVector};
use num_complex::Complex;
use std::f64::consts::TAU;

/// A field A(x − x*) whose motion turns in one plane.
///
/// A fit learns Â with A's eigenvectors and `R(hλ̂)^m = e^{Hλ}`, so that a turn takes `2π/Im λ̂` and multiplies the distance from x* in that plane by
/// `e^{2π Re λ̂/Im λ̂}`.
pub(super) struct LinearOrbits {
    centre: DVector<f64>,
    /// Onto the plane of the pair λ, λ̄, along the other eigenvector.
    plane: DMatrix<f64>,
    /// The one with Im λ > 0.
    pub lambda: Complex<f64>,
}

impl LinearOrbits {
    /// `None` where the field is not of degree 1, has no single equilibrium, or not one pair of complex eigenvalues and at most one real one.
    pub fn of(field: &PolynomialField) -> Option<Self> {
        let d = field.variables().len();
        if field.degree() != 1 || !(2..=3).contains(&d) {
            return None;
        }
        let compiled = field.compiled();
        let (mut jacobian, mut constant) = (vec![0.0; d * d], vec![0.0; d]);
        compiled.jacobian(&vec![0.0; d], &mut jacobian);
        compiled.value(&vec![0.0; d], &mut constant);
        let a = DMatrix::from_row_slice(d, d, &jacobian);
        let centre = a.clone().lu().solve(&-DVector::from_vec(constant))?;
        let found = eigenvalues(&a).ok()?;
        let all: Vec<Complex<f64>> = found.iter().flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect();
        let lambda = *all.iter().find(|lambda| lambda.im > 0.0)?;
        let mut plane = DMatrix::identity(d, d);
        if let Some(real) = all.iter().find(|lambda| lambda.im == 0.0) {
            // ((A − α)² + ω²)/((r − α)² + ω²) keeps the real eigenvector alone.
            let shifted = &a - DMatrix::identity(d, d) * lambda.re;
            let square = &shifted * &shifted + DMatrix::identity(d, d) * lambda.im.powi(2);
            plane -= square / ((real.re - lambda.re).powi(2) + lambda.im.powi(2));
        }
        Some(Self { centre, plane, lambda })
    }

    /// In two variables, from the pair and the equilibrium alone.
    pub fn of_pair(lambda: Complex<f64>, centre: &[f64]) -> Self {
        Self { centre: DVector::from_column_slice(centre), plane: DMatrix::identity(centre.len(), centre.len()), lambda }
    }

    /// What a turn through the method makes of the orbits from these starts, with λ known better than from the field.
    pub fn through(&self, method: &Method, sampling: Sampling, lambda: Complex<f64>, starts: &[Vec<f64>]) -> Vec<PredictedDrift> {
        let principal = LearningEquation::of(method).ok().and_then(|equation| equation.branches(lambda, sampling).ok());
        let learned = principal.and_then(|found| found.principal().map(|branch| branch.lambda));
        let turn = |lambda: Complex<f64>| (TAU / lambda.im.abs(), (TAU * lambda.re / lambda.im.abs()).exp());
        let (true_period, true_ratio) = turn(lambda);
        let one = |start: &Vec<f64>| {
            let distance = norm((&self.plane * (DVector::from_column_slice(start) - &self.centre)).as_slice());
            let known = PredictedDrift {
                power: None,
                true_period: Some(true_period),
                converging: true,
                ..PredictedDrift::none(start, 0, Measure::Distance)
            };
            match learned {
                None => PredictedDrift { why: Some(NoOrbit::NoPrincipalBranch), ..known },
                Some(learned) if learned.im == 0.0 => PredictedDrift { why: Some(NoOrbit::DoesNotTurn), ..known },
                Some(learned) => {
                    let (period, ratio) = turn(learned);
                    PredictedDrift {
                        per_period: Some(distance * (ratio - true_ratio)),
                        truncation: Some(0.0),
                        period: Some(period),
                        amplitude_shift: Some(ratio - true_ratio),
                        ..known
                    }
                }
            }
        };
        starts.iter().map(one).collect()
    }
}
