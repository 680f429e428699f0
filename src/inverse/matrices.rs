//! What a loop learns from ẋ = Ax: every real Â with `R(hÂ)^m = e^{HA}` that is a function of A.
//!
//! Each eigenvalue of A picks a branch. Â is real exactly when conjugate eigenvalues pick conjugate branches and real ones pick real
//! branches: a planar oscillator under RK4 has four real Â. An eigenvalue that occurs more than once picks one branch for all its
//! copies here; a matrix with a repeated, not defective, eigenvalue has further logarithms that are no functions of A.

use super::branches::{BranchError, Branches};
use super::equation::LearningEquation;
use crate::exact::{self, EigenvaluesError};
use crate::method::Sampling;
use nalgebra::DMatrix;
use num_complex::Complex;
use num_traits::Zero;
use thiserror::Error;

/// Why a matrix has no learned counterparts here.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum MatrixError {
    /// Not square, or empty.
    #[error("the matrix must be square and not empty, not {rows} × {columns}")]
    Shape {
        /// Rows.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// An entry that is infinite or not a number.
    #[error("entry ({row}, {column}) of the matrix is {value}")]
    Entry {
        /// Row, from 0.
        row: usize,
        /// Column, from 0.
        column: usize,
        /// What was found.
        value: f64,
    },
    /// The eigenvalues could not be found.
    #[error(transparent)]
    Eigenvalues(#[from] EigenvaluesError),
    /// The branches of an eigenvalue could not be found.
    #[error(transparent)]
    Branches(#[from] BranchError),
}

/// A real eigenvalue, or a conjugate pair by its member in the upper half plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eigenvalue {
    /// λ, with Im λ ≥ 0.
    pub lambda: Complex<f64>,
    /// The exact one lies within this distance.
    pub radius: f64,
    /// How often it occurs in the characteristic polynomial.
    pub multiplicity: usize,
}

/// The eigenvalues of a real matrix of moderate size, from its exact characteristic polynomial: entries are taken as the f64 that
/// they are, so each eigenvalue is certified and multiple ones are proven. Conjugate pairs are given once.
pub fn eigenvalues(a: &DMatrix<f64>) -> Result<Vec<Eigenvalue>, MatrixError> {
    let (rows, columns) = a.shape();
    if rows != columns || rows == 0 {
        return Err(MatrixError::Shape { rows, columns });
    }
    if let Some((row, column)) = (0..rows).flat_map(|i| (0..columns).map(move |j| (i, j))).find(|at| !a[*at].is_finite()) {
        return Err(MatrixError::Entry { row, column, value: a[(row, column)] });
    }
    let mut found: Vec<Eigenvalue> = exact::eigenvalues(a)?
        .into_iter()
        .filter(|d| d.centre.im >= 0.0)
        .map(|d| Eigenvalue { lambda: d.centre, radius: d.radius, multiplicity: d.count })
        .collect();
    found.sort_by(|a, b| b.lambda.re.total_cmp(&a.lambda.re).then(a.lambda.im.total_cmp(&b.lambda.im)));
    Ok(found)
}

/// Every real Â, by the branches that the eigenvalues may pick.
#[derive(Clone, Debug, PartialEq)]
pub struct RealChoices {
    /// The eigenvalues of A.
    pub eigenvalues: Vec<Eigenvalue>,
    /// For each of them, all branches.
    pub branches: Vec<Branches>,
    /// For each of them, the indices of the branches that it may pick: all for a conjugate pair, the real ones for a real eigenvalue.
    pub allowed: Vec<Vec<usize>>,
}

/// The learned counterparts of a real matrix.
pub fn real_choices(equation: &LearningEquation, a: &DMatrix<f64>, sampling: Sampling) -> Result<RealChoices, MatrixError> {
    let eigenvalues = eigenvalues(a)?;
    let branches: Vec<Branches> = eigenvalues.iter().map(|e| equation.branches(e.lambda, sampling)).collect::<Result<_, _>>()?;
    let allowed = eigenvalues
        .iter()
        .zip(&branches)
        .map(|(e, found)| {
            let real = |index: &usize| e.lambda.im != 0.0 || found.branches[*index].lambda.im == 0.0;
            (0..found.branches.len()).filter(real).collect()
        })
        .collect();
    Ok(RealChoices { eigenvalues, branches, allowed })
}

impl RealChoices {
    /// How many real Â there are; zero where a real eigenvalue has no real branch.
    pub fn count(&self) -> u128 {
        self.allowed.iter().fold(1, |count: u128, allowed| count.saturating_mul(allowed.len() as u128))
    }

    /// Each choice in turn: for each eigenvalue the index of its branch. The first takes the branches nearest to the eigenvalues. Take
    /// as many as are wanted: the iterator computes one at a time.
    pub fn choices(&self) -> impl Iterator<Item = Vec<usize>> + '_ {
        let mut next = (!self.allowed.iter().any(Vec::is_empty)).then(|| vec![0; self.allowed.len()]);
        std::iter::from_fn(move || {
            let digits = next.clone()?;
            let mut following = digits.clone();
            let carried = following.iter_mut().zip(&self.allowed).all(|(digit, allowed)| {
                *digit += 1;
                let wrapped = *digit == allowed.len();
                if wrapped {
                    *digit = 0;
                }
                wrapped
            });
            next = (!carried).then_some(following);
            Some(digits.iter().zip(&self.allowed).map(|(&digit, allowed)| allowed[digit]).collect())
        })
    }

    /// The eigenvalues of the Â of a choice, conjugate pairs by their image of the upper member; `None` if it is no choice.
    pub fn eigenvalues_of(&self, choice: &[usize]) -> Option<Vec<Complex<f64>>> {
        if choice.len() != self.branches.len() {
            return None;
        }
        choice.iter().zip(&self.branches).map(|(&index, found)| found.branches.get(index).map(|b| b.lambda)).collect()
    }

    /// The matrix Â of a choice, as the polynomial in A that interpolates λ ↦ λ̂ (Newton's divided differences, in f64). `None` if it
    /// is no choice, or if an eigenvalue is repeated.
    pub fn matrix(&self, a: &DMatrix<f64>, choice: &[usize]) -> Option<DMatrix<f64>> {
        self.interpolated(a, &self.eigenvalues_of(choice)?)
    }

    /// The input matrix `B̂ = ÂA⁻¹B` of a choice, for ẋ = Ax + Bu with u held over each interval: a loop that feeds the same u to its
    /// model learns it beside Â, with no loss, through any Runge–Kutta method and any m.
    ///
    /// One step of it is `x⁺ = R^m x + (R^m − I)Â⁻¹B̂u`, which equals the exact map where R(hÂ)^m = e^{HA} and Â⁻¹B̂ = A⁻¹B: the static
    /// gain −A⁻¹B is exact on every branch. Computed as the polynomial in A that interpolates λ ↦ λ̂/λ, times B, so that A may be singular.
    /// `None` as for [`matrix`](Self::matrix), where B does not fit A, and where λ = 0 picks a branch λ̂ ≠ 0, which no input reaches.
    pub fn input_matrix(&self, a: &DMatrix<f64>, b: &DMatrix<f64>, choice: &[usize]) -> Option<DMatrix<f64>> {
        let ratio = |(e, image): (&Eigenvalue, Complex<f64>)| match (e.lambda.is_zero(), image.is_zero()) {
            (false, _) => Some(image / e.lambda),
            (true, true) => Some(Complex::new(1.0, 0.0)),
            (true, false) => None,
        };
        let ratios: Vec<_> = self.eigenvalues.iter().zip(self.eigenvalues_of(choice)?).map(ratio).collect::<Option<_>>()?;
        let quotient = self.interpolated(a, &ratios)?;
        (b.nrows() == quotient.ncols()).then(|| quotient * b)
    }

    /// The real polynomial in A that takes these values at the eigenvalues.
    fn interpolated(&self, a: &DMatrix<f64>, images: &[Complex<f64>]) -> Option<DMatrix<f64>> {
        let (mut nodes, mut values) = (Vec::new(), Vec::new());
        for (e, image) in self.eigenvalues.iter().zip(images) {
            if e.multiplicity > 1 {
                return None;
            }
            nodes.push(e.lambda);
            values.push(*image);
            if e.lambda.im != 0.0 {
                nodes.push(e.lambda.conj());
                values.push(image.conj());
            }
        }
        let n = a.nrows();
        if nodes.len() != n || a.ncols() != n {
            return None;
        }
        for order in 1..n {
            for i in (order..n).rev() {
                values[i] = (values[i] - values[i - 1]) / (nodes[i] - nodes[i - order]);
            }
        }
        let a = a.map(|x| Complex { re: x, im: 0.0 });
        let identity = DMatrix::<Complex<f64>>::identity(n, n);
        let polynomial = (0..n).rev().fold(DMatrix::zeros(n, n), |sum, k| {
            let shifted = if sum.iter().all(Zero::is_zero) { DMatrix::zeros(n, n) } else { (&a - &identity * nodes[k]) * sum };
            shifted + &identity * values[k]
        });
        Some(polynomial.map(|z| z.re))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::catalog;

    fn equation(name: &str) -> LearningEquation {
        LearningEquation::of(&catalog::find(name).unwrap()).unwrap()
    }

    fn rk4_step(a: &DMatrix<f64>) -> DMatrix<f64> {
        let one = DMatrix::identity(a.nrows(), a.nrows());
        &one + a * (&one + a * (&one + a * (&one + a / 4.0) / 3.0) / 2.0)
    }

    #[test]
    fn the_planar_oscillator_has_four_real_matrices_under_rk4() {
        let a = DMatrix::from_row_slice(2, 2, &[-0.1, 2.0, -2.0, -0.1]);
        let choices = real_choices(&equation("rk4"), &a, Sampling::new(1.0, 1).unwrap()).unwrap();
        assert_eq!(choices.eigenvalues.len(), 1);
        assert!((choices.eigenvalues[0].lambda - Complex::new(-0.1, 2.0)).norm() < 1e-15);
        assert_eq!(choices.count(), 4);
        let exact = a.clone().exp();
        for choice in choices.choices() {
            let learned = choices.matrix(&a, &choice).unwrap();
            assert!((rk4_step(&learned) - &exact).abs().max() < 1e-13);
        }
        assert_eq!(choices.choices().count(), 4);
    }

    /// A stiff oscillator under a held force: B̂ on every branch (reference values from training 2×2 and 2×1 matrices, scipy 1.17, to six digits).
    #[test]
    fn held_inputs_are_learned_on_every_branch() {
        let a = DMatrix::from_row_slice(2, 2, &[0.0, 1.0, -4.01, -0.2]);
        let b = DMatrix::from_column_slice(2, 1, &[0.0, 1.0]);
        let table: [(&str, f64, &[[f64; 2]]); 6] = [
            ("forward-euler", 1.0, &[[0.333019, 0.411383]]),
            ("midpoint", 1.0, &[[0.089090, 0.720892], [0.409663, -0.720892]]),
            ("rk4", 1.0, &[[-0.050236, 0.963416], [0.649500, -0.581984], [0.364069, 1.012056]]),
            ("implicit-midpoint", 1.0, &[[0.046332, 1.544173]]),
            ("rk4", 0.2, &[[-1.5e-5, 1.000217]]),
            ("forward-euler", 0.2, &[[0.097371, 0.954268]]),
        ];
        for (name, interval, expected) in table {
            let choices = real_choices(&equation(name), &a, Sampling::new(interval, 1).unwrap()).unwrap();
            let found: Vec<_> = choices
                .choices()
                .map(|choice| (choices.matrix(&a, &choice).unwrap(), choices.input_matrix(&a, &b, &choice).unwrap()))
                .collect();
            for [x, y] in expected {
                let near = |(_, b): &&(DMatrix<f64>, DMatrix<f64>)| (b[0] - x).abs() < 1e-6 && (b[1] - y).abs() < 1e-6;
                assert!(found.iter().any(|pair| near(&pair)), "{name}, H = {interval}: {x}, {y} not among {found:?}");
            }
            for (learned, input) in &found {
                let gain = -learned.clone().try_inverse().unwrap() * input;
                assert!((gain[0] - 0.249377).abs() < 1e-6 && gain[1].abs() < 1e-12, "{name}: {gain}");
            }
        }
        // The step itself: x and u together through RK4 are the exact map of both.
        let choices = real_choices(&equation("rk4"), &a, Sampling::new(1.0, 1).unwrap()).unwrap();
        let joined = |a: &DMatrix<f64>, b: &DMatrix<f64>| {
            let mut joined = DMatrix::zeros(3, 3);
            joined.view_mut((0, 0), (2, 2)).copy_from(a);
            joined.view_mut((0, 2), (2, 1)).copy_from(b);
            joined
        };
        let exact = joined(&a, &b).exp();
        for choice in choices.choices() {
            let step = rk4_step(&joined(&choices.matrix(&a, &choice).unwrap(), &choices.input_matrix(&a, &b, &choice).unwrap()));
            assert!((step - &exact).amax() < 1e-12);
        }
    }

    #[test]
    fn an_integrator_of_its_input_is_learned_as_it_is() {
        let a = DMatrix::from_row_slice(2, 2, &[0.0, 0.0, 0.0, -1.0]);
        let b = DMatrix::from_column_slice(2, 1, &[2.0, 3.0]);
        let choices = real_choices(&equation("forward-euler"), &a, Sampling::new(0.5, 1).unwrap()).unwrap();
        let found = choices.input_matrix(&a, &b, &choices.choices().next().unwrap()).unwrap();
        let learned = ((-0.5f64).exp() - 1.0) / 0.5;
        assert!((found[0] - 2.0).abs() < 1e-12 && (found[1] + 3.0 * learned).abs() < 1e-12, "{found}");
    }

    #[test]
    fn real_eigenvalues_need_real_branches() {
        // Eigenvalues −0.5 and −0.2 ± i under Heun: 1 + z + z²/2 = e^{−0.5} has two real solutions, the pair two.
        let a = DMatrix::from_row_slice(3, 3, &[-0.5, 0.3, 0.1, 0.0, -0.2, 1.0, 0.0, -1.0, -0.2]);
        let choices = real_choices(&equation("heun2"), &a, Sampling::new(1.0, 1).unwrap()).unwrap();
        assert_eq!((choices.eigenvalues.len(), choices.count(), choices.choices().count()), (2, 4, 4));
        let exact = a.clone().exp();
        let one = DMatrix::identity(3, 3);
        for choice in choices.choices() {
            let z = choices.matrix(&a, &choice).unwrap();
            assert!((&one + &z + &z * &z / 2.0 - &exact).abs().max() < 1e-13);
        }
        // At −1 (e^{−1} < 1/2) both solutions are complex: no real Â.
        let a = DMatrix::from_row_slice(1, 1, &[-1.0]);
        let choices = real_choices(&equation("heun2"), &a, Sampling::new(1.0, 1).unwrap()).unwrap();
        assert_eq!((choices.count(), choices.choices().count()), (0, 0));
    }

    #[test]
    fn repeated_eigenvalues_are_proven() {
        let a = DMatrix::from_row_slice(3, 3, &[1.5, 1.0, 0.0, 0.0, 1.5, 0.0, 0.0, 0.0, -2.0]);
        let found = eigenvalues(&a).unwrap();
        assert_eq!(found.iter().map(|e| (e.lambda.re, e.multiplicity)).collect::<Vec<_>>(), [(1.5, 2), (-2.0, 1)]);
        let choices = real_choices(&equation("implicit-midpoint"), &a, Sampling::new(0.1, 1).unwrap()).unwrap();
        assert_eq!(choices.count(), 1);
        assert_eq!(choices.matrix(&a, &[0, 0]), None);
    }

    #[test]
    fn bad_matrices_say_so() {
        assert!(matches!(eigenvalues(&DMatrix::zeros(2, 3)), Err(MatrixError::Shape { rows: 2, columns: 3 })));
        assert!(matches!(eigenvalues(&DMatrix::zeros(0, 0)), Err(MatrixError::Shape { .. })));
        let a = DMatrix::from_row_slice(1, 1, &[f64::NAN]);
        assert!(matches!(eigenvalues(&a), Err(MatrixError::Entry { row: 0, column: 0, .. })));
    }
}
