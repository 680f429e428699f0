//! How firmly the data hold what is read off a learned field, and where the loss asks the field at all.
//!
//! Near a fit θ the residuals are r + Jδ. With noise of variance σ² in each residual, and parameters of variance τ² before any data are seen, δ
//! has the covariance `(JᵀJ/σ² + I/τ²)⁻¹` (Laplace's approximation; MacKay 1992, Neural Computation 4). A quantity with the gradient g in the
//! parameters then has the variance `gᵀ(JᵀJ/σ² + I/τ²)⁻¹g`: small where the data see it, τ²|g|² where they do not. τ² is the mean square of
//! the parameters that were learned.

use super::error::FitError;
use super::lanes::Width;
use super::model::Learned;
use super::normal::jacobian;
use super::sweep::{Adjoint, Seeds, Sweep};
use super::training::Prepared;
use nalgebra::linalg::Cholesky;
use nalgebra::{DMatrix, DVector, Dyn};

/// The larger of J's sides times the smaller, and the smaller: what is answered within seconds.
const MOST_ENTRIES: usize = 20_000_000;
const MOST_UNKNOWNS: usize = 2_500;
/// Numbers that the sweeps may hold.
const MOST_NUMBERS: usize = 100_000_000;
/// Parameters up to which J is taken apart by its singular values.
const MOST_DIRECTIONS: usize = 256;
/// Windows whose stage points are listed.
const MOST_WINDOWS: usize = 2_000;

/// The spread that data and prior leave to the parameters.
#[derive(Clone, Debug)]
pub struct Evidence {
    noise: f64,
    prior: f64,
    known: Known,
}

#[derive(Clone, Debug)]
enum Known {
    /// Right singular vectors of J as rows, with their singular values.
    Directions(DMatrix<f64>, DVector<f64>),
    /// JᵀJ + (σ²/τ²) I.
    Parameters(Cholesky<f64, Dyn>),
    /// J, and JJᵀ + (σ²/τ²) I.
    Residuals(DMatrix<f64>, Cholesky<f64, Dyn>),
}

impl Evidence {
    /// The variance of a quantity with this gradient in the parameters.
    pub fn variance(&self, gradient: &[f64]) -> f64 {
        let g = DVector::from_column_slice(gradient);
        let variance = match &self.known {
            Known::Directions(directions, values) => {
                let along = directions * &g;
                let outside = (g.norm_squared() - along.norm_squared()).max(0.0);
                // What is left outside by rounding alone does not count as unseen.
                let outside = if outside <= 1e-14 * g.norm_squared() && directions.nrows() == g.len() { 0.0 } else { outside };
                let inside: f64 = along.iter().zip(values).map(|(a, s)| a * a / (s * s / self.noise + 1.0 / self.prior)).sum();
                inside + outside * self.prior
            }
            Known::Parameters(factor) => self.noise * g.dot(&factor.solve(&g)),
            Known::Residuals(j, factor) => {
                let seen = j * &g;
                self.prior * (g.norm_squared() - seen.dot(&factor.solve(&seen)))
            }
        };
        variance.max(0.0)
    }
}

impl Prepared {
    /// What the data of this training say of the parameters near those of `learned`, for residuals of variance `noise` (its loss, say); `None` where
    /// the model and the data are too large to be asked within seconds.
    ///
    /// Errors where the residuals cannot be evaluated there.
    pub fn evidence(&self, learned: &Learned, noise: f64) -> Result<Option<Evidence>, FitError> {
        let (model, step, windows) = (self.model(), self.step(), self.windows());
        if learned.model.dimension() != windows.dimension() || learned.model != *model {
            return Err(FitError::Dimension { model: learned.model.dimension(), data: windows.dimension() });
        }
        let (intervals, theta) = (windows.intervals(), &learned.parameters);
        let block = windows.block(0, windows.count());
        let (n, slots) = (block.n, step.slots(intervals));
        let copies = step.residual_groups(intervals) * model.dimension();
        let (p, size) = (model.parameter_count(), copies * n);
        let large = p.saturating_mul(size) > MOST_ENTRIES
            || p.min(size) > MOST_UNKNOWNS
            || Sweep::size(model, step, intervals, n, copies) > MOST_NUMBERS;
        let prior = theta.iter().map(|t| t * t).sum::<f64>() / p.max(1) as f64;
        if large || !(noise > 0.0 && noise.is_finite() && prior > 0.0 && prior.is_finite()) {
            return Ok(None);
        }
        let width = Width::detected();
        let mut sweep = Sweep::new(model, step, intervals, n);
        sweep.forward(model, step, width, theta, &block)?;
        let mut adjoint = Adjoint::new(model, step, intervals, n, copies);
        sweep.reverse(model, step, width, theta, block.count, Seeds::Unit, &mut adjoint);
        let mut rows = vec![0.0; p * size];
        jacobian(model, &sweep.tape, &adjoint, slots, copies, n, &mut rows);
        let j = DMatrix::from_column_slice(size, p, &rows);
        Ok(known(j, noise / prior).map(|known| Evidence { noise, prior, known }))
    }

    /// The states at which the loss asks the field when it is evaluated at this model: every stage of every step from every window (the first
    /// 2000 of them), or the points of the residual form.
    ///
    /// Errors where the residuals cannot be evaluated there.
    pub fn stage_points(&self, learned: &Learned) -> Result<Vec<Vec<f64>>, FitError> {
        let (model, step, windows) = (self.model(), self.step(), self.windows());
        if learned.model.dimension() != windows.dimension() {
            return Err(FitError::Dimension { model: learned.model.dimension(), data: windows.dimension() });
        }
        let block = windows.block(0, windows.count().min(MOST_WINDOWS));
        let (d, n, intervals) = (model.dimension(), block.n, windows.intervals());
        let mut sweep = Sweep::new(&learned.model, step, intervals, n);
        sweep.forward(&learned.model, step, Width::detected(), &learned.parameters, &block)?;
        let mut points = Vec::with_capacity(step.slots(intervals) * block.count);
        for slot in 0..step.slots(intervals) {
            let x = sweep.tape.states(slot);
            points.extend((0..block.count).map(|i| (0..d).map(|c| x[c * n + i]).collect::<Vec<f64>>()));
        }
        Ok(points)
    }
}

/// J in the form that is the cheapest to ask, `kappa` = σ²/τ².
fn known(j: DMatrix<f64>, kappa: f64) -> Option<Known> {
    let (size, p) = j.shape();
    if p <= MOST_DIRECTIONS {
        let r = j.qr().unpack_r();
        let svd = r.try_svd(false, true, f64::EPSILON, 10_000)?;
        return Some(Known::Directions(svd.v_t?, svd.singular_values));
    }
    // Below this the prior is lost in the rounding of the product.
    let damped = |mut matrix: DMatrix<f64>| {
        let largest = matrix.diagonal().amax();
        let least = kappa.max(1e-14 * largest);
        (0..matrix.nrows()).for_each(|i| matrix[(i, i)] += least);
        Cholesky::new(matrix)
    };
    if p <= size {
        return damped(j.tr_mul(&j)).map(Known::Parameters);
    }
    let factor = damped(&j * j.transpose())?;
    Some(Known::Residuals(j, factor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::{Training, unwatched};
    use crate::method::{Sampling, catalog};

    fn training(model: &str, method: &str) -> Training {
        let method = catalog::find(method).expect("in the catalogue");
        Training::new(model.parse().expect("a model"), method, Sampling::new(1.0, 1).expect("positive"))
    }

    #[test]
    fn least_squares_through_forward_euler_have_the_variance_of_the_textbook() {
        // ẏ = ay through y + h a y: r = y_k + a y_k − y_{k+1}, so that the variance of a is σ²/Σy².
        let data = vec![(0..6).map(|k| vec![0.8f64.powi(k)]).collect::<Vec<_>>()];
        let prepared = training("linear", "forward-euler").prepare(&data).expect("fits together");
        let fit = prepared.fit(0, None, &mut unwatched).expect("direct");
        let noise = 1e-6;
        let evidence = prepared.evidence(&fit.learned, noise).expect("finite").expect("small");
        let sum: f64 = (0..5).map(|k| 0.8f64.powi(2 * k)).sum();
        let prior = fit.learned.parameters[0].powi(2);
        let expected = 1.0 / (sum / noise + 1.0 / prior);
        assert!((evidence.variance(&[1.0]) / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_no_sample_shows_keeps_the_prior() {
        // Only the first component moves or is ever other than zero: the second column of A is not seen.
        let data = vec![(0..8).map(|k| vec![0.7f64.powi(k), 0.0]).collect::<Vec<_>>()];
        let prepared = training("linear", "rk4").prepare(&data).expect("fits together");
        let fit = prepared.fit(3, None, &mut unwatched).expect("finite");
        let evidence = prepared.evidence(&fit.learned, 1e-20).expect("finite").expect("small");
        let prior = fit.learned.parameters.iter().map(|t| t * t).sum::<f64>() / 4.0;
        assert!(evidence.variance(&[1.0, 0.0, 0.0, 0.0]) < 1e-15, "seen");
        assert!((evidence.variance(&[0.0, 0.0, 0.0, 1.0]) / prior - 1.0).abs() < 1e-6, "unseen");
    }

    #[test]
    fn the_three_forms_agree() {
        let j = DMatrix::from_fn(7, 4, |i, k| ((i * 5 + k * 3) as f64 * 0.7).sin());
        let (noise, prior) = (1e-2, 2.0);
        let kappa = noise / prior;
        let mut normal = j.tr_mul(&j);
        (0..4).for_each(|i| normal[(i, i)] += kappa);
        let mut dual = &j * j.transpose();
        (0..7).for_each(|i| dual[(i, i)] += kappa);
        let forms = [
            known(j.clone(), kappa).expect("small"),
            Known::Parameters(Cholesky::new(normal).expect("positive")),
            Known::Residuals(j, Cholesky::new(dual).expect("positive")),
        ];
        let values: Vec<f64> = forms.into_iter().map(|known| Evidence { noise, prior, known }.variance(&[1.0, -2.0, 0.5, 3.0])).collect();
        assert!((values[0] / values[1] - 1.0).abs() < 1e-10 && (values[0] / values[2] - 1.0).abs() < 1e-10, "{values:?}");
    }

    #[test]
    fn the_points_of_the_loss_are_the_stages() {
        let data = vec![(0..4).map(|k| vec![1.0 + f64::from(k), 0.5]).collect::<Vec<_>>()];
        let heun = training("linear", "heun2").prepare(&data).expect("fits together");
        let learned = Learned { model: heun.model().clone(), parameters: vec![0.0, 1.0, 0.0, 0.0] };
        let points = heun.stage_points(&learned).expect("finite");
        // y and y + h f(y), f = (y₂, 0).
        assert_eq!(points, [[1.0, 0.5], [2.0, 0.5], [3.0, 0.5], [1.5, 0.5], [2.5, 0.5], [3.5, 0.5]]);
    }
}
