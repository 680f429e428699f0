//! The loss of pairs at uneven times in the coordinates in which a linear model's modes move apart.
//!
//! With Â = VΛV⁻¹ a step, or the exact flow, is V g(Λ) V⁻¹, g(λ) = R(hλ)^m or e^{Hλ}, and its derivative in the direction V e_a e_bᵀ V⁻¹ is
//! V e_a g\[λ_a, λ_b\] e_bᵀ V⁻¹ with the divided difference of g (Higham, Functions of Matrices, 2008, §3.2): one number a pair in place of a product of matrices.
//! The normal equations of Levenberg–Marquardt then are
//!
//! ```text
//! N[(a,b),(a′,b′)] = (VᴴV)[a,a′] Σ_k w̄_ab,k w_a′b′,k ,   w_ab,k = g_k[λ_a, λ_b] (V⁻¹(x_k − c))_b ;   for the centre  w_a,k = 1 − g_k(λ_a)
//! ```

use super::state_pairs::{StatePair, StatePairs};
use super::uneven::UnevenError;
use nalgebra::{Cholesky, DMatrix, DVector, Schur};
use num_complex::Complex;

/// Steps of Levenberg–Marquardt at most, and the relative step that ends them.
const MOST_STEPS: usize = 400;
const LEAST_STEP: f64 = 1e-12;
/// Steps of Gauss–Newton at its end, and how short they have to be.
const SHARPENING_STEPS: usize = 12;
const NEAR: f64 = 1e-6;
/// ‖V‖‖V⁻¹‖, columns of length 1, up to which V is trusted.
const DEFECTIVE: f64 = 1e4;
/// How far a start whose eigenvectors are dependent is moved, in parts of itself: its eigenvalues then differ by about as much.
const APART: f64 = 1e-6;
/// Sweeps of the iteration for eigenvalues.
const MOST_SWEEPS: usize = 10_000;
/// How far from an eigenvalue inverse iteration shifts, in parts of the matrix.
const SHIFT: f64 = 1e-12;

/// A local minimum of the loss of matrices.
#[derive(Clone, Debug, PartialEq)]
pub struct MatrixMinimum {
    /// Â.
    pub matrix: DMatrix<f64>,
    /// B̂; without columns where there are no inputs.
    pub inputs: DMatrix<f64>,
    /// The point that it leaves in place.
    pub centre: DVector<f64>,
    /// The root mean square of what stays, relative to the motion: √L.
    pub level: f64,
}

/// What a model's matrix becomes over one interval.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'a> {
    /// R(hÂ)^m: the coefficients of R, lowest first.
    Method { numerator: &'a [f64], denominator: &'a [f64] },
    /// e^{HÂ}.
    Flow,
}

/// A matrix whose eigenvectors are too near to dependent: it has to be taken as it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Defective;

/// The loss of linear models on pairs without inputs.
#[derive(Clone, Copy, Debug)]
pub(super) struct ModalLoss<'a> {
    pub step: Step<'a>,
    pub pairs: &'a StatePairs,
    pub centre: &'a DVector<f64>,
    /// Whether the centre is learned as well.
    pub free: bool,
}

/// The matrix that an exact flow learns from pairs, and with `free` the centre: a local minimum of Σ_k |e^{H_kÂ}(x_k − c) + c − x_{k+1}|².
///
/// `None` where the descent is held up by a matrix with dependent eigenvectors, or does not end.
///
/// ```
/// use lambdahat::inverse::{StatePair, flow_minimum};
/// use nalgebra::dmatrix;
/// // x halves in a unit of time.
/// let pair = |interval: f64| StatePair { from: vec![1.0], to: vec![0.5f64.powf(interval)], interval, substeps: 1 };
/// let learned = flow_minimum(&[pair(0.5), pair(1.5)], &[0.0], false, &dmatrix![-2.0])?.unwrap();
/// assert!((learned.matrix[(0, 0)] + 2f64.ln()).abs() < 1e-12 && learned.level < 1e-12);
/// # Ok::<(), lambdahat::inverse::UnevenError>(())
/// ```
///
/// # Errors
/// No pair, states of different dimension, intervals that are not positive.
pub fn flow_minimum(pairs: &[StatePair], centre: &[f64], free: bool, start: &DMatrix<f64>) -> Result<Option<MatrixMinimum>, UnevenError> {
    let pairs = StatePairs::new(pairs, centre.len())?;
    let centre = DVector::from_column_slice(centre);
    let loss = ModalLoss { step: Step::Flow, pairs: &pairs, centre: &centre, free };
    Ok(loss.minimum_near(start).ok().flatten())
}

/// Numbers of each kind of interval.
type Values = Vec<Vec<Complex<f64>>>;

/// Â and c with the modes.
struct Place {
    matrix: DMatrix<f64>,
    centre: DVector<f64>,
    values: Vec<Complex<f64>>,
    vectors: DMatrix<Complex<f64>>,
    inverse: DMatrix<Complex<f64>>,
}

/// A Gauss–Newton matrix, and the gradient; of Â row after row of its modal coordinates with the centre behind each.
struct Normal {
    matrix: DMatrix<Complex<f64>>,
    gradient: DVector<Complex<f64>>,
}

impl ModalLoss<'_> {
    /// The local minimum that a descent from a matrix ends on; `None` where a step is not defined on the way, or the descent does not end.
    ///
    /// A start with an eigenvalue twice, as a loop has it that learns two real modes as one, is first moved a little.
    ///
    /// # Errors
    /// Dependent eigenvectors at the start even so, or where the descent cannot get past them.
    pub fn minimum_near(&self, start: &DMatrix<f64>) -> Result<Option<MatrixMinimum>, Defective> {
        let begun =
            Place::of(start.clone(), self.centre.clone()).or_else(|Defective| Place::of(moved_apart(start), self.centre.clone()))?;
        let Some(place) = self.descended(begun)? else { return Ok(None) };
        let place = self.sharpened(place);
        let left = self.square(&place);
        let motion = self.pairs.motion(self.centre).max(f64::MIN_POSITIVE);
        let level = (left / motion).sqrt();
        let inputs = DMatrix::zeros(place.matrix.nrows(), 0);
        Ok(level.is_finite().then_some(MatrixMinimum { matrix: place.matrix, inputs, centre: place.centre, level }))
    }

    /// Levenberg–Marquardt. A step to dependent eigenvectors is one that does not descend.
    fn descended(&self, mut place: Place) -> Result<Option<Place>, Defective> {
        let mut value = self.square(&place);
        let mut damping = 1e-3;
        let mut ever_dependent = false;
        for _ in 0..MOST_STEPS {
            if !value.is_finite() {
                return Ok(None);
            }
            let normal = self.normal(&place);
            let mut moved = None;
            let mut dependent = false;
            while damping < 1e12 {
                let mut damped = normal.matrix.clone();
                (0..damped.nrows()).for_each(|k| damped[(k, k)] += normal.matrix[(k, k)] * damping + Complex::from(f64::MIN_POSITIVE));
                match Cholesky::new(damped).map(|factor| place.moved(&factor.solve(&normal.gradient), self.free)) {
                    Some(Ok(trial)) => {
                        let there = self.square(&trial);
                        if there < value {
                            moved = Some((trial, there));
                            break;
                        }
                    }
                    Some(Err(Defective)) => dependent = true,
                    None => {}
                }
                damping *= 8.0;
            }
            ever_dependent |= dependent;
            let small = moved.as_ref().is_none_or(|(trial, _)| place.distance(trial) <= LEAST_STEP * (1.0 + place.size()));
            if let Some((trial, there)) = moved {
                (place, value) = (trial, there);
            }
            if small {
                // Damping alone makes steps short as well.
                return if dependent { Err(Defective) } else { Ok(Some(place)) };
            }
            damping = (damping * 0.1).max(1e-14);
        }
        if ever_dependent { Err(Defective) } else { Ok(None) }
    }

    /// Gauss–Newton for as long as its steps become shorter: the loss itself tells a minimum to half of the digits only.
    fn sharpened(&self, mut place: Place) -> Place {
        let mut last = NEAR * (1.0 + place.size());
        for _ in 0..SHARPENING_STEPS {
            let normal = self.normal(&place);
            let Some(factor) = Cholesky::new(normal.matrix) else { break };
            let Ok(next) = place.moved(&factor.solve(&normal.gradient), self.free) else { break };
            let step = place.distance(&next);
            if step.is_nan() || step >= last {
                break;
            }
            (last, place) = (step, next);
            if last <= f64::EPSILON * (1.0 + place.size()) {
                break;
            }
        }
        place
    }

    /// g and its derivative at λ over one kind of interval.
    fn function(&self, (interval, substeps): (f64, u32), lambda: Complex<f64>) -> (Complex<f64>, Complex<f64>) {
        match self.step {
            Step::Flow => {
                let value = (lambda * interval).exp();
                (value, value * interval)
            }
            Step::Method { numerator, denominator } => {
                let h = interval / f64::from(substeps);
                let z = lambda * h;
                let ((p, dp), (q, dq)) = (horner(numerator, z), horner(denominator, z));
                let (once, slope) = (p / q, (dp * q - p * dq) / (q * q) * h);
                let before = once.powu(substeps - 1);
                (before * once, before * slope * f64::from(substeps))
            }
        }
    }

    /// For each kind of interval g of every mode, and the divided differences row by row.
    fn functions(&self, place: &Place) -> (Values, Values) {
        let of = |step: &(f64, u32)| {
            let both: Vec<_> = place.values.iter().map(|lambda| self.function(*step, *lambda)).collect();
            let d = both.len();
            let between = |a: usize, b: usize| {
                let apart = place.values[a] - place.values[b];
                if a == b || apart.norm() == 0.0 { both[a].1 } else { (both[a].0 - both[b].0) / apart }
            };
            (both.iter().map(|(g, _)| *g).collect(), (0..d * d).map(|k| between(k / d, k % d)).collect())
        };
        self.pairs.steps.iter().map(of).unzip()
    }

    /// For each pair V⁻¹(x_k − c) and V⁻¹ r_k.
    fn errors(&self, place: &Place, values: &[Vec<Complex<f64>>]) -> (DMatrix<Complex<f64>>, DMatrix<Complex<f64>>) {
        let rest = &place.centre * self.pairs.constant.transpose();
        let inside = |x: &DMatrix<f64>| &place.inverse * (x - &rest).map(Complex::from);
        let (from, mut errors) = (inside(&self.pairs.from), -inside(&self.pairs.to));
        for (k, kind) in self.pairs.places.iter().enumerate() {
            for (a, g) in values[*kind].iter().enumerate() {
                errors[(a, k)] += g * from[(a, k)];
            }
        }
        (from, errors)
    }

    fn square(&self, place: &Place) -> f64 {
        let values: Values =
            self.pairs.steps.iter().map(|step| place.values.iter().map(|l| self.function(*step, *l).0).collect()).collect();
        let (_, errors) = self.errors(place, &values);
        (&place.vectors * errors).iter().map(|r| r.re * r.re).sum()
    }

    fn normal(&self, place: &Place) -> Normal {
        let d = place.values.len();
        let each = d + usize::from(self.free);
        let (values, differences) = self.functions(place);
        let (from, errors) = self.errors(place, &values);
        let gram = place.vectors.ad_mul(&place.vectors);
        let along = &gram * errors;
        let mut sums = DMatrix::<Complex<f64>>::zeros(d * each, d * each);
        let mut gradient = DVector::zeros(d * each);
        let mut w = vec![Complex::ZERO; d * each];
        for (k, kind) in self.pairs.places.iter().enumerate() {
            for a in 0..d {
                (0..d).for_each(|b| w[a * each + b] = differences[*kind][a * d + b] * from[(b, k)]);
                if self.free {
                    w[a * each + d] = (Complex::from(1.0) - values[*kind][a]) * self.pairs.constant[k];
                }
            }
            for (j, right) in w.iter().enumerate() {
                gradient[j] += right.conj() * along[(j / each, k)];
                // The lower triangle.
                for (sum, left) in sums.column_mut(j).iter_mut().zip(&w).skip(j) {
                    *sum += left.conj() * right;
                }
            }
        }
        let matrix = DMatrix::from_fn(d * each, d * each, |i, j| {
            let sum = if i >= j { sums[(i, j)] } else { sums[(j, i)].conj() };
            gram[(i / each, j / each)] * sum
        });
        Normal { matrix, gradient }
    }
}

impl Place {
    /// A matrix with its eigenvectors, by inverse iteration.
    fn of(matrix: DMatrix<f64>, centre: DVector<f64>) -> Result<Self, Defective> {
        let d = matrix.nrows();
        let size = matrix.norm();
        if !size.is_finite() || !centre.iter().all(|c| c.is_finite()) {
            return Err(Defective);
        }
        // A step that leads far off may lead to a matrix on which the iteration does not end.
        let schur = Schur::try_new(matrix.clone(), f64::EPSILON, MOST_SWEEPS).ok_or(Defective)?;
        let values: Vec<Complex<f64>> = schur.complex_eigenvalues().iter().copied().collect();
        let mut vectors = DMatrix::<Complex<f64>>::zeros(d, d);
        for (k, lambda) in values.iter().enumerate() {
            // The second of a pair is the mirror image of the first.
            let twin = values[..k].iter().position(|other| lambda.im != 0.0 && *other == lambda.conj());
            let vector = match twin {
                Some(twin) => vectors.column(twin).map(|z| z.conj()),
                None => {
                    let shift = lambda + Complex::from(SHIFT * size.max(f64::MIN_POSITIVE));
                    let shifted = matrix.map(Complex::from) - DMatrix::from_diagonal_element(d, d, shift);
                    let factor = shifted.lu();
                    // No start that is likely to be orthogonal to an eigenvector.
                    let mut vector = DVector::from_fn(d, |i, _| Complex::from(1.0 + 0.37 * i as f64));
                    for _ in 0..3 {
                        vector = factor.solve(&vector).ok_or(Defective)?;
                        let length = vector.norm();
                        vector.unscale_mut(length);
                    }
                    vector
                }
            };
            vectors.set_column(k, &vector);
        }
        let inverse = vectors.clone().try_inverse().ok_or(Defective)?;
        let condition = vectors.norm() * inverse.norm();
        if condition.is_nan() || condition > DEFECTIVE {
            return Err(Defective);
        }
        Ok(Self { matrix, centre, values, vectors, inverse })
    }

    /// Where a step in the modal coordinates leads, against its direction.
    fn moved(&self, step: &DVector<Complex<f64>>, free: bool) -> Result<Self, Defective> {
        let d = self.values.len();
        let each = d + usize::from(free);
        let inside = DMatrix::from_fn(d, d, |a, b| step[a * each + b]);
        let matrix = &self.matrix - (&self.vectors * inside * &self.inverse).map(|z| z.re);
        let mut centre = self.centre.clone();
        if free {
            let inside = DVector::from_fn(d, |a, _| step[a * each + d]);
            centre -= (&self.vectors * inside).map(|z| z.re);
        }
        Self::of(matrix, centre)
    }

    fn size(&self) -> f64 {
        self.matrix.norm().hypot(self.centre.norm())
    }

    fn distance(&self, other: &Self) -> f64 {
        (&self.matrix - &other.matrix).norm().hypot((&self.centre - &other.centre).norm())
    }
}

/// The matrix with its diagonal moved, each entry by another part.
fn moved_apart(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    let d = matrix.nrows();
    let by = APART * matrix.norm();
    let parts = (0..d).map(|k| by * (k + 1) as f64 / d as f64);
    matrix + DMatrix::from_diagonal(&DVector::from_iterator(d, parts))
}

/// Σ c_k z^k, lowest first, and its derivative.
fn horner(coefficients: &[f64], z: Complex<f64>) -> (Complex<f64>, Complex<f64>) {
    coefficients.iter().rev().fold((Complex::ZERO, Complex::ZERO), |(value, slope), c| (value * z + c, slope * z + value))
}
