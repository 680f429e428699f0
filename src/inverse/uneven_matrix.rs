//! What a linear model learns from given pairs of samples at uneven times: local minima of the pairs' own loss.
//!
//! ```text
//! L(Â, c) = Σ_k |R(h_k Â)^{m_k}(x_k − c) + c − x_{k+1}|² / Σ_k |x_{k+1} − c₀|²,     h_k = H_k/m_k
//! ```
//!
//! The loss of one mode with its mean weights (`uneven`) knows neither the directions of the samples nor their noise; its minima are starts for this one. Levenberg–Marquardt
//! on the entries of Â, and of the centre c where it is free, with derivatives by a complex step: Im F(Â + iεE)/ε, exact to rounding for every ε that small.

use super::uneven::UnevenError;
use crate::method::Method;
use crate::stability::StabilityFunction;
use nalgebra::{Cholesky, DMatrix, DVector};
use num_complex::Complex;

/// Steps of Levenberg–Marquardt at most, and the relative step that ends them.
const MOST_STEPS: usize = 400;
const LEAST_STEP: f64 = 1e-12;
/// The complex step.
const EPSILON: f64 = 1e-40;

/// Two samples in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct StatePair {
    /// x_k.
    pub from: Vec<f64>,
    /// x_{k+1}.
    pub to: Vec<f64>,
    /// H_k.
    pub interval: f64,
    /// m_k.
    pub substeps: u32,
}

/// A local minimum of the loss of matrices.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixMinimum {
    /// Â.
    pub matrix: DMatrix<f64>,
    /// The point that it leaves in place.
    pub centre: DVector<f64>,
    /// The root mean square of what stays, relative to the motion: √L.
    pub level: f64,
}

/// The loss of linear models through one method.
#[derive(Clone, Debug)]
pub struct MatrixLoss {
    numerator: Vec<f64>,
    denominator: Vec<f64>,
    /// The different (H, m), and for each pair its place among them.
    steps: Vec<(f64, u32)>,
    places: Vec<usize>,
    from: DMatrix<f64>,
    to: DMatrix<f64>,
    centre: DVector<f64>,
    free: bool,
}

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
        let Method::RungeKutta(method) = method else { return Err(UnevenError::Multistep) };
        let d = centre.len();
        let fits = |p: &StatePair| {
            let finite = p.from.iter().chain(&p.to).all(|x| x.is_finite());
            finite && p.from.len() == d && p.to.len() == d && p.interval > 0.0 && p.interval.is_finite() && p.substeps > 0
        };
        if pairs.is_empty() || d == 0 || !pairs.iter().all(fits) {
            return Err(UnevenError::Intervals);
        }
        let mut steps: Vec<(f64, u32)> = pairs.iter().map(|p| (p.interval, p.substeps)).collect();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        steps.dedup();
        let place = |p: &StatePair| steps.partition_point(|s| (s.0, s.1) < (p.interval, p.substeps));
        let places = pairs.iter().map(place).collect();
        let (numerator, denominator) = StabilityFunction::of(method).to_f64();
        Ok(Self {
            numerator,
            denominator,
            places,
            from: DMatrix::from_fn(d, pairs.len(), |i, k| pairs[k].from[i]),
            to: DMatrix::from_fn(d, pairs.len(), |i, k| pairs[k].to[i]),
            centre: DVector::from_column_slice(centre),
            free,
            steps,
        })
    }

    /// The local minimum that a descent from a matrix ends on; `None` where a step is not defined on the way, or the descent does not end.
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
        let d = self.centre.len();
        let mut at = DVector::from_iterator(d * d, start.iter().copied());
        if self.free {
            at = DVector::from_iterator(d * d + d, at.iter().chain(self.centre.iter()).copied());
        }
        let mut here = self.linearised(&at)?;
        let mut value = here.residuals.norm_squared();
        let mut damping = 1e-3;
        let mut ended = false;
        for _ in 0..MOST_STEPS {
            let normal = DMatrix::from_fn(at.len(), at.len(), |i, j| here.jacobian[i].dot(&here.jacobian[j]));
            let gradient = DVector::from_fn(at.len(), |i, _| here.jacobian[i].dot(&here.residuals));
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
            let Some((trial, there)) = moved else {
                ended = true;
                break;
            };
            let small = (&trial - &at).norm() <= LEAST_STEP * (1.0 + at.norm());
            (at, value) = (trial, there);
            if small {
                ended = true;
                break;
            }
            here = self.linearised(&at)?;
            damping = (damping * 0.1).max(1e-14);
        }
        let (matrix, centre) = self.parts(&at);
        let motion: f64 = self.to.column_iter().map(|x| (x - &self.centre).norm_squared()).sum();
        ended.then(|| MatrixMinimum { matrix, centre, level: (value / motion.max(f64::MIN_POSITIVE)).sqrt() })
    }

    /// Â and c.
    fn parts(&self, at: &DVector<f64>) -> (DMatrix<f64>, DVector<f64>) {
        let d = self.centre.len();
        let matrix = DMatrix::from_iterator(d, d, at.iter().take(d * d).copied());
        let centre = if self.free { at.rows(d * d, d).into_owned() } else { self.centre.clone() };
        (matrix, centre)
    }

    /// R(hÂ)^m for each (H, m).
    fn maps(&self, matrix: &DMatrix<Complex<f64>>) -> Option<Vec<DMatrix<Complex<f64>>>> {
        let map = |&(interval, substeps): &(f64, u32)| {
            let z = matrix * Complex::from(interval / f64::from(substeps));
            let numerator = horner(&self.numerator, &z);
            let step = if self.denominator.len() > 1 { horner(&self.denominator, &z).lu().solve(&numerator)? } else { numerator };
            Some(if substeps == 1 { step } else { step.pow(substeps) })
        };
        self.steps.iter().map(map).collect()
    }

    /// The error of each pair, and with `along` its derivative in that direction of Â.
    fn errors(&self, at: &DVector<f64>, along: Option<usize>) -> Option<DMatrix<Complex<f64>>> {
        let (matrix, centre) = self.parts(at);
        let mut matrix = matrix.map(Complex::from);
        if let Some(k) = along {
            matrix[k] += Complex::new(0.0, EPSILON);
        }
        let maps = self.maps(&matrix)?;
        let mut errors = DMatrix::zeros(self.from.nrows(), self.from.ncols());
        for (k, place) in self.places.iter().enumerate() {
            let x = (self.from.column(k) - &centre).map(Complex::from);
            let error = &maps[*place] * x + (&centre - self.to.column(k)).map(Complex::from);
            errors.set_column(k, &error);
        }
        errors.iter().all(|e| e.is_finite()).then_some(errors)
    }

    fn residuals(&self, at: &DVector<f64>) -> Option<DMatrix<f64>> {
        Some(self.errors(at, None)?.map(|e| e.re))
    }

    fn linearised(&self, at: &DVector<f64>) -> Option<Linearised> {
        let d = self.centre.len();
        let residuals = self.residuals(at)?;
        let slope = |k| Some(self.errors(at, Some(k))?.map(|e| e.im / EPSILON));
        let mut jacobian = (0..d * d).map(slope).collect::<Option<Vec<_>>>()?;
        if self.free {
            // ∂/∂c = I − R(hÂ)^m.
            let maps = self.maps(&self.parts(at).0.map(Complex::from))?;
            let column =
                |j: usize| DMatrix::from_fn(d, self.places.len(), |i, k| f64::from(u8::from(i == j)) - maps[self.places[k]][(i, j)].re);
            jacobian.extend((0..d).map(column));
        }
        Some(Linearised { residuals, jacobian })
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
