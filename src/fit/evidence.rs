//! How firmly the data hold what is read off a learned field, and where the loss asks the field at all.
//!
//! Near a fit θ the residuals are r + Jδ. Which other parameters fit about as well, and are no farther from θ than θ is large? To first order those of
//! the ellipsoid `|Jδ|²/S + |δ|²/|θ|² ≤ 1`, with S the sum of squared residuals, however the residuals are arranged. A quantity with the gradient g in
//! the parameters changes within it by at most `√(gᵀ(JᵀJ/S + I/|θ|²)⁻¹g)`: little where the data see it, |θ||g| where they do not. (With S and
//! |θ|² divided by their numbers of terms it is the standard deviation of Laplace's approximation; MacKay 1992, Neural Computation 4.)

use super::fit_error::FitError;
use super::model::Learned;
use super::normal::jacobian;
use super::sweep::{Adjoint, Seeds, Sweep};
use super::training::Prepared;
use crate::simd::Width;
use nalgebra::linalg::Cholesky;
use nalgebra::{DMatrix, DVector, Dyn};

/// The larger of J's sides times the smaller, and the smaller: what is answered within seconds.
const MOST_ENTRIES: usize = 20_000_000;
const MOST_UNKNOWNS: usize = 2_500;
/// Numbers that the sweeps may hold.
const MOST_NUMBERS: usize = 100_000_000;
/// Products of the reverse sweep.
const MOST_PRODUCTS: u64 = 20_000_000_000;
/// Parameters up to which J is taken apart by its singular values.
const MOST_DIRECTIONS: usize = 256;
/// Windows whose stage points are listed.
const MOST_WINDOWS: usize = 2_000;

/// What data and size leave open of the parameters.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// S.
    misfit: f64,
    /// |θ|².
    size: f64,
    known: Known,
}

#[derive(Clone, Debug)]
enum Known {
    /// Right singular vectors of J as rows, with their singular values.
    Directions(DMatrix<f64>, DVector<f64>),
    /// JᵀJ + (S/|θ|²) I.
    Parameters(Cholesky<f64, Dyn>),
    /// J, and JJᵀ + (S/|θ|²) I.
    Residuals(DMatrix<f64>, Cholesky<f64, Dyn>),
}

impl Evidence {
    /// The square of the largest change of a quantity with this gradient in the parameters.
    pub fn square_of_change(&self, gradient: &[f64]) -> f64 {
        let g = DVector::from_column_slice(gradient);
        let square = match &self.known {
            Known::Directions(directions, values) => {
                let along = directions * &g;
                let outside = (g.norm_squared() - along.norm_squared()).max(0.0);
                // What is left outside by rounding alone does not count as unseen.
                let outside = if outside <= 1e-14 * g.norm_squared() && directions.nrows() == g.len() { 0.0 } else { outside };
                let inside: f64 = along.iter().zip(values).map(|(a, s)| a * a / (s * s / self.misfit + 1.0 / self.size)).sum();
                inside + outside * self.size
            }
            Known::Parameters(factor) => self.misfit * g.dot(&factor.solve(&g)),
            Known::Residuals(j, factor) => {
                let seen = j * &g;
                self.size * (g.norm_squared() - seen.dot(&factor.solve(&seen)))
            }
        };
        square.max(0.0)
    }
}

impl Prepared {
    /// What the data of this training leave open near the parameters of `learned`, for residuals of mean square `loss`; `None` where the model and
    /// the data are too large to be asked within seconds.
    ///
    /// Errors where the residuals cannot be evaluated there.
    pub fn evidence(&self, learned: &Learned, loss: f64) -> Result<Option<Evidence>, FitError> {
        let (model, step, windows) = (self.model(), self.step(), self.windows());
        if learned.model.dimension() != windows.dimension() || learned.model != *model {
            return Err(FitError::Dimension { model: learned.model.dimension(), data: windows.dimension() });
        }
        let (intervals, theta) = (windows.intervals(), &learned.parameters);
        let block = windows.block(0, windows.count());
        let n = block.n;
        let copies = step.residual_groups(intervals) * model.dimension();
        let (p, size) = (model.parameter_count(), copies * n);
        let large = p.saturating_mul(size) > MOST_ENTRIES
            || p.min(size) > MOST_UNKNOWNS
            || Sweep::size(model, step, intervals, n, copies) > MOST_NUMBERS
            // Each residual of a long window goes back through all steps before it.
            || [copies, step.slots(intervals), n, p].iter().fold(1u64, |all, &size| all.saturating_mul(size as u64)) > MOST_PRODUCTS;
        let (misfit, reach) = (loss * (copies * block.count) as f64, theta.iter().map(|t| t * t).sum::<f64>());
        if large || !(misfit > 0.0 && misfit.is_finite() && reach > 0.0 && reach.is_finite()) {
            return Ok(None);
        }
        let width = Width::detected();
        let mut sweep = Sweep::new(model, step, intervals, n);
        sweep.forward(model, step, width, theta, &block)?;
        let mut adjoint = Adjoint::new(model, step, intervals, n, copies);
        sweep.reverse(model, step, width, theta, block.count, Seeds::Unit, &mut adjoint);
        let mut rows = vec![0.0; p * size];
        jacobian(model, &sweep.tape, &adjoint, sweep.slots(step), copies, n, &mut rows);
        let j = DMatrix::from_column_slice(size, p, &rows);
        Ok(known(j, misfit / reach).map(|known| Evidence { misfit, size: reach, known }))
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
        let slots = sweep.slots(step);
        let mut points = Vec::with_capacity(slots * block.count);
        for slot in 0..slots {
            let x = sweep.tape.states(slot);
            points.extend((0..block.count).map(|i| (0..d).map(|c| x[c * n + i]).collect::<Vec<f64>>()));
        }
        Ok(points)
    }
}

/// J in the form that is the cheapest to ask, `kappa` = S/|θ|².
fn known(j: DMatrix<f64>, kappa: f64) -> Option<Known> {
    let (size, p) = j.shape();
    if p <= MOST_DIRECTIONS {
        let r = j.qr().unpack_r();
        let svd = r.try_svd(false, true, f64::EPSILON, 10_000)?;
        return Some(Known::Directions(svd.v_t?, svd.singular_values));
    }
    // Below this the bound is lost in the rounding of the product.
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
    use crate::data::Paths;
    use crate::fit::{Training, unwatched};
    use crate::method::{Sampling, catalog};

    fn training(model: &str, method: &str) -> Training {
        let method = catalog::find(method).expect("in the catalogue");
        Training::new(model.parse().expect("a model"), method, Sampling::new(1.0, 1).expect("positive"))
    }

    #[test]
    fn one_parameter_through_forward_euler_by_hand() {
        // ẏ = ay through y + h a y: r = y_k + a y_k − y_{k+1}, so that J has the entries y_k.
        let data = Paths::of(&[(0..6).map(|k| vec![0.8f64.powi(k)]).collect()]).expect("finite");
        let prepared = training("linear", "forward-euler").prepare(&data).expect("fits together");
        let fit = prepared.fit(0, None, &mut unwatched).expect("direct");
        let evidence = prepared.evidence(&fit.learned, 1e-6).expect("finite").expect("small");
        let sum: f64 = (0..5).map(|k| 0.8f64.powi(2 * k)).sum();
        let expected = 1.0 / (sum / 5e-6 + 1.0 / fit.learned.parameters[0].powi(2));
        assert!((evidence.square_of_change(&[1.0]) / expected - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_no_sample_shows_is_open_to_the_size_of_the_parameters() {
        // Only the first component moves or is ever other than zero: the second column of A is not seen.
        let data = Paths::of(&[(0..8).map(|k| vec![0.7f64.powi(k), 0.0]).collect()]).expect("finite");
        let prepared = training("linear", "rk4").prepare(&data).expect("fits together");
        let fit = prepared.fit(3, None, &mut unwatched).expect("finite");
        let evidence = prepared.evidence(&fit.learned, 1e-20).expect("finite").expect("small");
        let size = fit.learned.parameters.iter().map(|t| t * t).sum::<f64>();
        assert!(evidence.square_of_change(&[1.0, 0.0, 0.0, 0.0]) < 1e-15, "seen");
        assert!((evidence.square_of_change(&[0.0, 0.0, 0.0, 1.0]) / size - 1.0).abs() < 1e-6, "unseen");
    }

    #[test]
    fn the_three_forms_agree() {
        let j = DMatrix::from_fn(7, 4, |i, k| ((i * 5 + k * 3) as f64 * 0.7).sin());
        let (misfit, size) = (1e-2, 2.0);
        let kappa = misfit / size;
        let mut normal = j.tr_mul(&j);
        (0..4).for_each(|i| normal[(i, i)] += kappa);
        let mut dual = &j * j.transpose();
        (0..7).for_each(|i| dual[(i, i)] += kappa);
        let forms = [
            known(j.clone(), kappa).expect("small"),
            Known::Parameters(Cholesky::new(normal).expect("positive")),
            Known::Residuals(j, Cholesky::new(dual).expect("positive")),
        ];
        let values: Vec<f64> =
            forms.into_iter().map(|known| Evidence { misfit, size, known }.square_of_change(&[1.0, -2.0, 0.5, 3.0])).collect();
        assert!((values[0] / values[1] - 1.0).abs() < 1e-10 && (values[0] / values[2] - 1.0).abs() < 1e-10, "{values:?}");
    }

    #[test]
    fn the_points_of_the_loss_are_the_stages() {
        let data = Paths::of(&[(0..4).map(|k| vec![1.0 + f64::from(k), 0.5]).collect()]).expect("finite");
        let heun = training("linear", "heun2").prepare(&data).expect("fits together");
        let learned = Learned { model: heun.model().clone(), parameters: vec![0.0, 1.0, 0.0, 0.0] };
        let points = heun.stage_points(&learned).expect("finite");
        // y and y + h f(y), f = (y₂, 0).
        assert_eq!(points, [[1.0, 0.5], [2.0, 0.5], [3.0, 0.5], [1.5, 0.5], [2.5, 0.5], [3.5, 0.5]]);
    }
}
