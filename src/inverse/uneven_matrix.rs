//! What a linear model learns from given pairs of samples that no model reproduces through constant steps: local minima of the pairs' own loss. Times are uneven, or inputs go
//! straight from sample to sample.
//!
//! ```text
//! L(Â, B̂, c) = Σ_k |Ψ₀(x_k − c) + Ψ₁B̂u_k + Ψ₂B̂u̇_k + c − x_{k+1}|² / Σ_k |x_{k+1} − c₀|²,     h_k = H_k/m_k
//!
//! m = 1:  Ψ₀ = R(hÂ),  Ψ₁ = hR₁(hÂ),  Ψ₂ = h²R₂(hÂ),     R₁ = (R − 1)/z,  R₂ = (R₁ − 1)/z
//! ```
//!
//! and u + ihu̇ for u in the substep i. The stages of a Runge–Kutta method see an input at t + c_i h; with c_i = Σ_j a_ij that is the same as to step x, u and u̇ together, which
//! gives R₁ and R₂. Without inputs Ψ₀ = R(h_k Â)^{m_k} is all there is.
//!
//! The loss of one mode with its mean weights (`uneven`) knows neither the directions of the samples nor their noise; its minima, or the branches of the even problem, are
//! starts for this one. Levenberg–Marquardt on the entries of Â and B̂, and of the centre c where it is free, with derivatives by a complex step: Im F(Â + iεE)/ε, exact to
//! rounding for every ε that small. Without inputs it goes in the coordinates of the modes (`modal_loss`), unless those are near to dependent.

use super::modal_loss::{MatrixMinimum, ModalLoss, Step};
use super::state_pairs::{StatePair, StatePairs};
use super::uneven::UnevenError;
use crate::data::Hold;
use crate::method::Method;
use crate::stability::StabilityFunction;
use nalgebra::{Cholesky, DMatrix, DVector, SVD};
use num_complex::Complex;

/// Steps of Levenberg–Marquardt at most, and the relative step that ends them.
const MOST_STEPS: usize = 400;
const LEAST_STEP: f64 = 1e-12;
/// Sweeps of an iteration for singular values.
const MOST_SWEEPS: usize = 10_000;
/// Steps of Gauss–Newton at its end, and how short they have to be.
const SHARPENING_STEPS: usize = 12;
const NEAR: f64 = 1e-6;
/// The complex step.
const EPSILON: f64 = 1e-40;

/// The loss of linear models through one method.
#[derive(Clone, Debug)]
pub struct MatrixLoss {
    /// Of R, and with inputs of R₁ and R₂.
    numerators: Vec<Vec<f64>>,
    denominator: Vec<f64>,
    pairs: StatePairs,
    centre: DVector<f64>,
    free: bool,
}

/// Â, B̂ and c.
struct Parts {
    matrix: DMatrix<f64>,
    inputs: DMatrix<f64>,
    centre: DVector<f64>,
}

/// Ψ₀, and with inputs Ψ₁ and Ψ₂, beside each other.
type Maps = Vec<DMatrix<Complex<f64>>>;

/// Residuals as columns, and their derivatives by each parameter.
struct Linearised {
    residuals: DMatrix<f64>,
    jacobian: Vec<DMatrix<f64>>,
}

impl MatrixLoss {
    /// The loss on these pairs of a linear model that leaves `centre` in place; with `free` the centre is learned as well, as an affine model does.
    ///
    /// # Errors
    /// A multistep method, no pair, states of different dimension, intervals that are not positive.
    pub fn new(method: &Method, pairs: &[StatePair], centre: &[f64], free: bool) -> Result<Self, UnevenError> {
        Self::of(method, StatePairs::new(pairs, centre.len())?, centre, free)
    }

    /// The same on pairs that may have inputs: the centre is where the model rests without them.
    ///
    /// # Errors
    /// A multistep method, a centre of another dimension.
    pub fn of(method: &Method, pairs: StatePairs, centre: &[f64], free: bool) -> Result<Self, UnevenError> {
        let Method::RungeKutta(method) = method else { return Err(UnevenError::Multistep) };
        if pairs.dimension() != centre.len() {
            return Err(UnevenError::Intervals);
        }
        let (numerator, denominator) = StabilityFunction::of(method).to_f64();
        let mut numerators = vec![numerator];
        let more = match pairs.hold {
            None => 0,
            Some(Hold::Zero) => 1,
            Some(Hold::Linear) => 2,
        };
        for k in 0..more {
            // (P − Q)/z; the constants are equal, as R(0) = R′(0) = 1.
            let above = &numerators[k];
            let coefficient = |i: usize| above.get(i).unwrap_or(&0.0) - denominator.get(i).unwrap_or(&0.0);
            let next = (1..above.len().max(denominator.len()).max(2)).map(coefficient).collect();
            numerators.push(next);
        }
        Ok(Self { numerators, denominator, pairs, centre: DVector::from_column_slice(centre), free })
    }

    /// The local minimum that a descent from a matrix ends on, with the best B̂ beside it; `None` where a step is not defined on the way, or the descent does not end.
    ///
    /// ```
    /// use lambdahat::{inverse::{MatrixLoss, StatePair}, method::catalog};
    /// use nalgebra::dmatrix;
    /// // x halves in a unit of time: forward Euler learns (0.5 − 1)/1.
    /// let pair = StatePair { from: vec![1.0], to: vec![0.5], interval: 1.0, substeps: 1 };
    /// let loss = MatrixLoss::new(&catalog::find("forward-euler").unwrap(), &[pair], &[0.0], false).unwrap();
    /// let learned = loss.minimum_near(&dmatrix![-2.0]).unwrap();
    /// assert!((learned.matrix[(0, 0)] + 0.5).abs() < 1e-12 && learned.level < 1e-12);
    /// ```
    pub fn minimum_near(&self, start: &DMatrix<f64>) -> Option<MatrixMinimum> {
        if self.pairs.inputs() == 0 {
            let step = Step::Method { numerator: &self.numerators[0], denominator: &self.denominator };
            let modal = ModalLoss { step, pairs: &self.pairs, centre: &self.centre, free: self.free };
            // A matrix whose modes are too near to dependent is taken as it is.
            if let Ok(found) = modal.minimum_near(start) {
                return found;
            }
        }
        let at = self.sharpened(self.descended(self.begun(start)?)?);
        let left = self.residuals(&at)?.norm_squared();
        let Parts { matrix, inputs, centre } = self.parts(&at);
        let motion = self.pairs.motion(&self.centre).max(f64::MIN_POSITIVE);
        Some(MatrixMinimum { matrix, inputs, centre, level: (left / motion).sqrt() })
    }

    /// The parameters at a matrix: B̂, in which the residuals are linear, by least squares.
    fn begun(&self, start: &DMatrix<f64>) -> Option<DVector<f64>> {
        let (d, p) = (self.pairs.dimension(), self.pairs.inputs());
        let centre: &[f64] = if self.free { self.centre.as_slice() } else { &[] };
        let mut at = DVector::from_iterator(
            d * (d + p) + centre.len(),
            start.iter().copied().chain(std::iter::repeat_n(0.0, d * p)).chain(centre.iter().copied()),
        );
        if p > 0 {
            let here = self.linearised(&at)?;
            let columns: Vec<DVector<f64>> =
                here.jacobian[d * d..d * (d + p)].iter().map(|j| DVector::from_column_slice(j.as_slice())).collect();
            let inputs = SVD::try_new(DMatrix::from_columns(&columns), true, true, f64::EPSILON, MOST_SWEEPS)?
                .solve(&DVector::from_column_slice(here.residuals.as_slice()), 1e-12)
                .ok()?;
            at.rows_mut(d * d, d * p).copy_from(&-inputs);
        }
        Some(at)
    }

    /// Levenberg–Marquardt.
    fn descended(&self, mut at: DVector<f64>) -> Option<DVector<f64>> {
        let mut here = self.linearised(&at)?;
        let mut value = here.residuals.norm_squared();
        let mut damping = 1e-3;
        for _ in 0..MOST_STEPS {
            let (normal, gradient) = here.normal();
            let mut moved = None;
            while damping < 1e12 {
                let mut damped = normal.clone();
                (0..at.len()).for_each(|k| damped[(k, k)] += damping * normal[(k, k)] + f64::MIN_POSITIVE);
                if let Some(factor) = Cholesky::new(damped) {
                    let trial = &at - factor.solve(&gradient);
                    let there = self.residuals(&trial).map_or(f64::INFINITY, |r| r.norm_squared());
                    if there < value {
                        moved = Some((trial, there));
                        break;
                    }
                }
                damping *= 8.0;
            }
            let Some((trial, there)) = moved else { return Some(at) };
            let small = (&trial - &at).norm() <= LEAST_STEP * (1.0 + at.norm());
            (at, value) = (trial, there);
            if small {
                return Some(at);
            }
            here = self.linearised(&at)?;
            damping = (damping * 0.1).max(1e-14);
        }
        None
    }

    /// Gauss–Newton for as long as its steps become shorter: the loss itself tells a minimum to half of the digits only.
    fn sharpened(&self, mut at: DVector<f64>) -> DVector<f64> {
        let mut last = NEAR * (1.0 + at.norm());
        for _ in 0..SHARPENING_STEPS {
            let Some((normal, gradient)) = self.linearised(&at).map(|here| here.normal()) else { break };
            let Some(step) = Cholesky::new(normal).map(|factor| factor.solve(&gradient)) else { break };
            if step.norm().is_nan() || step.norm() >= last {
                break;
            }
            last = step.norm();
            at -= step;
            if last <= f64::EPSILON * (1.0 + at.norm()) {
                break;
            }
        }
        at
    }

    fn parts(&self, at: &DVector<f64>) -> Parts {
        let (d, p) = (self.pairs.dimension(), self.pairs.inputs());
        let matrix = DMatrix::from_iterator(d, d, at.iter().take(d * d).copied());
        let inputs = DMatrix::from_iterator(d, p, at.iter().skip(d * d).take(d * p).copied());
        let centre = if self.free { at.rows(d * (d + p), d).into_owned() } else { self.centre.clone() };
        Parts { matrix, inputs, centre }
    }

    /// [Ψ₀ Ψ₁ Ψ₂] for each (H, m), as far as there are inputs.
    fn maps(&self, matrix: &DMatrix<Complex<f64>>) -> Option<Maps> {
        self.pairs.steps.iter().map(|&(interval, substeps)| self.map(matrix, interval / f64::from(substeps), substeps)).collect()
    }

    fn map(&self, matrix: &DMatrix<Complex<f64>>, h: f64, substeps: u32) -> Option<DMatrix<Complex<f64>>> {
        let d = matrix.nrows();
        let z = matrix * Complex::from(h);
        let mut step = DMatrix::zeros(d, d * self.numerators.len());
        for (k, numerator) in self.numerators.iter().enumerate() {
            step.columns_mut(k * d, d).copy_from(&(horner(numerator, &z) * Complex::from(h.powi(k as i32))));
        }
        if self.denominator.len() > 1 {
            step = horner(&self.denominator, &z).lu().solve(&step)?;
        }
        let once = step.columns(0, d).into_owned();
        if step.ncols() == d {
            return Some(if substeps == 1 { step } else { once.pow(substeps) });
        }
        let mut all = step.clone();
        for i in 1..substeps {
            let mut next = &once * &all;
            for k in d..step.ncols() {
                let added =
                    step.column(k) + if k < 2 * d { DVector::zeros(d) } else { step.column(k - d) * Complex::from(f64::from(i) * h) };
                next.set_column(k, &(next.column(k) + added));
            }
            all = next;
        }
        Some(all)
    }

    /// The error of each pair, and with `along` its derivative in that direction of Â.
    fn errors(&self, at: &DVector<f64>, along: Option<usize>) -> Option<DMatrix<Complex<f64>>> {
        let Parts { matrix, inputs, centre } = self.parts(at);
        let mut matrix = matrix.map(Complex::from);
        if let Some(k) = along {
            matrix[k] += Complex::new(0.0, EPSILON);
        }
        let maps = self.maps(&matrix)?;
        let d = matrix.nrows();
        let rest = centre * self.pairs.constant.transpose();
        let (from, to) = (&self.pairs.from - &rest, &self.pairs.to - &rest);
        // What Ψ₀, Ψ₁ and Ψ₂ act on.
        let (input, slope) = (&inputs * &self.pairs.input, &inputs * &self.pairs.slope);
        let mut errors = DMatrix::zeros(d, self.pairs.places.len());
        for (k, place) in self.pairs.places.iter().enumerate() {
            let map = &maps[*place];
            let acted_on = DVector::from_fn(map.ncols(), |i, _| Complex::from([&from, &input, &slope][i / d][(i % d, k)]));
            errors.set_column(k, &(map * acted_on - to.column(k).map(Complex::from)));
        }
        errors.iter().all(|e| e.is_finite()).then_some(errors)
    }

    fn residuals(&self, at: &DVector<f64>) -> Option<DMatrix<f64>> {
        Some(self.errors(at, None)?.map(|e| e.re))
    }

    fn linearised(&self, at: &DVector<f64>) -> Option<Linearised> {
        let (d, p) = (self.pairs.dimension(), self.pairs.inputs());
        let residuals = self.residuals(at)?;
        let slope = |k| Some(self.errors(at, Some(k))?.map(|e| e.im / EPSILON));
        let mut jacobian = (0..d * d).map(slope).collect::<Option<Vec<_>>>()?;
        if p > 0 || self.free {
            let maps = self.maps(&self.parts(at).matrix.map(Complex::from))?;
            let map = |k: usize, i: usize, j: usize| maps[self.pairs.places[k]].get((i, j)).map_or(0.0, |z| z.re);
            let columns = self.pairs.places.len();
            // ∂/∂B_ij = Ψ₁e_i u_j + Ψ₂e_i u̇_j.
            let by_input = |n: usize| {
                let (row, input) = (n % d, n / d);
                let [at_start, rising] = [&self.pairs.input, &self.pairs.slope].map(|u| u.row(input));
                DMatrix::from_fn(d, columns, |i, k| map(k, i, d + row) * at_start[k] + map(k, i, 2 * d + row) * rising[k])
            };
            jacobian.extend((0..d * p).map(by_input));
            if self.free {
                // ∂/∂c = 1 − Ψ₀.
                let by_centre =
                    |j: usize| DMatrix::from_fn(d, columns, |i, k| (f64::from(u8::from(i == j)) - map(k, i, j)) * self.pairs.constant[k]);
                jacobian.extend((0..d).map(by_centre));
            }
        }
        Some(Linearised { residuals, jacobian })
    }
}

impl Linearised {
    /// JᵀJ and Jᵀr.
    fn normal(&self) -> (DMatrix<f64>, DVector<f64>) {
        let n = self.jacobian.len();
        let normal = DMatrix::from_fn(n, n, |i, j| self.jacobian[i].dot(&self.jacobian[j]));
        (normal, DVector::from_fn(n, |i, _| self.jacobian[i].dot(&self.residuals)))
    }
}

/// Σ c_k Z^k, lowest first.
fn horner(coefficients: &[f64], z: &DMatrix<Complex<f64>>) -> DMatrix<Complex<f64>> {
    let mut sum = DMatrix::zeros(z.nrows(), z.ncols());
    for c in coefficients.iter().rev() {
        sum = &sum * z;
        (0..z.nrows()).for_each(|i| sum[(i, i)] += Complex::from(*c));
    }
    sum
}
