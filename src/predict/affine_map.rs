//! The affine map x⁺ = Φx + Γu + c that is nearest to pairs of samples, u being inputs that are held, by least squares.

use super::sampled_run::Run;
use crate::dynamics::spectrum;
use crate::exact::eigenvalues;
use nalgebra::{DMatrix, DVector, SVD};
use num_complex::Complex;

/// Columns up to which eigenvalues are certified.
const CERTIFIED: usize = 12;
/// Rows that are factored at once.
const ROWS_AT_ONCE: usize = 256;

/// An affine map and its loss.
#[derive(Clone, Debug)]
pub(super) struct AffineMap {
    /// Φ.
    pub linear: DMatrix<f64>,
    /// Γ; without columns where there are no inputs.
    pub inputs: DMatrix<f64>,
    /// c.
    pub constant: DVector<f64>,
    /// The mean square of the residuals.
    pub loss: f64,
}

impl AffineMap {
    /// The eigenvalues of Φ, with their multiplicities.
    pub fn multipliers(&self) -> Option<Vec<Complex<f64>>> {
        // Discs around so many would take seconds, and a column more moves them less than its noise does.
        if self.linear.nrows() > CERTIFIED {
            return spectrum(&self.linear);
        }
        let discs = eigenvalues(&self.linear).ok()?;
        Some(discs.iter().flat_map(|disc| std::iter::repeat_n(disc.centre, disc.count)).collect())
    }
}

/// Ordinary least squares over successive samples.
pub(super) fn by_pairs(runs: &[Run], affine: bool) -> Option<AffineMap> {
    regression(runs, &[0.0, 1.0], &[1.0, 0.0], &[Vec::new(), Vec::new()], affine)
}

/// Ordinary least squares of Σ_j to_j x_{n+j} on Σ_j from_j x_{n+j}: the matrix Â in the place of Φ, over all whole windows of as many samples as there are weights.
/// A multistep method has α for `to` and hβ for `from`, a regression on estimated derivatives its two filters, and for the first and the last rows `borders`: the weights
/// of the first samples for each row from the first one on, and those of the last samples backwards from the last, on the sample itself. Inputs are weighed as the states beside them.
pub(super) fn regression(runs: &[Run], to: &[f64], from: &[f64], borders: &[Vec<Vec<f64>>; 2], affine: bool) -> Option<AffineMap> {
    let (d, p) = (runs.first()?.states.ncols(), runs.first()?.inputs.ncols());
    let span = to.len().min(from.len());
    // A run too short for its borders is left out of them.
    let borders_of = |run: &Run| borders.iter().flatten().filter(|weights| weights.len() <= run.rows()).count();
    let rows: usize = runs.iter().map(|run| (run.rows() + 1).saturating_sub(span) + borders_of(run)).sum();
    let width = d + p + usize::from(affine);
    if rows < width || span == 0 {
        return None;
    }
    // About a point between the samples the columns are as independent as they can be.
    let middle: DVector<f64> = if affine {
        let sum = runs.iter().fold(DVector::zeros(d), |sum, run| sum + run.states.row_sum().transpose());
        sum / runs.iter().map(Run::rows).sum::<usize>() as f64
    } else {
        DVector::zeros(d)
    };
    // The triangular factor of (from | to), a block of rows at a time: the block stays in the processor's cache, and rounding is that of one factorisation.
    let all = width + d;
    let mut block = DMatrix::zeros(all + ROWS_AT_ONCE, all);
    let mut row = all;
    let mut add = |values: &dyn Fn(usize) -> (f64, f64), input: &dyn Fn(usize) -> f64| {
        if row == block.nrows() {
            let factor = block.clone().qr().unpack_r();
            block.rows_mut(0, all).copy_from(&factor);
            row = all;
        }
        for k in 0..d {
            (block[(row, k)], block[(row, width + k)]) = values(k);
        }
        (0..p).for_each(|j| block[(row, d + j)] = input(j));
        if affine {
            block[(row, d + p)] = 1.0;
        }
        row += 1;
    };
    for run in runs {
        let weighed = |weights: &[f64], n: usize, k: usize| -> f64 {
            weights.iter().enumerate().map(|(j, w)| w * (run.states[(n + j, k)] - middle[k])).sum()
        };
        for n in 0..(run.rows() + 1).saturating_sub(span) {
            let input = |j: usize| from[..span].iter().enumerate().map(|(i, w)| w * run.inputs[(n + i, j)]).sum();
            add(&|k| (weighed(&from[..span], n, k), weighed(&to[..span], n, k)), &input);
        }
        for (side, rows) in borders.iter().enumerate() {
            for (i, weights) in rows.iter().enumerate().filter(|(_, weights)| weights.len() <= run.rows()) {
                let (here, n) = if side == 0 { (i, 0) } else { (run.rows() - 1 - i, run.rows() - weights.len()) };
                add(&|k| (run.states[(here, k)] - middle[k], weighed(weights, n, k)), &|j| run.inputs[(here, j)]);
            }
        }
    }
    let factor = block.rows(0, row).into_owned().qr().unpack_r();
    let (right, left) = (factor.view((0, 0), (width, width)), factor.view((0, width), (width, d)));
    // Columns in their own units: a length in nanometres beside a pressure in pascals.
    let sizes: Vec<f64> = right.column_iter().map(|column| Some(column.norm()).filter(|size| *size > 0.0).unwrap_or(1.0)).collect();
    let scaled = DMatrix::from_fn(width, width, |i, j| right[(i, j)] / sizes[j]);
    // Squares of the largest numbers overflow.
    if !scaled.iter().chain(left.iter()).all(|v| v.is_finite()) {
        return None;
    }
    let mut solution = SVD::try_new(scaled, true, true, f64::EPSILON, 10_000)?.solve(&left, 1e-12 * (width as f64).sqrt()).ok()?;
    solution.row_iter_mut().zip(&sizes).for_each(|(mut row, size)| row /= *size);
    let missed = (right * &solution - left).norm_squared() + factor.view((width, width), (d, d)).norm_squared();
    let loss = missed / (rows * d) as f64;
    let linear = solution.rows(0, d).transpose();
    let inputs = solution.rows(d, p).transpose();
    let shift = if affine { solution.row(d + p).transpose() } else { DVector::zeros(d) };
    let sum = |weights: &[f64]| weights.iter().sum::<f64>();
    let constant = &middle * sum(&to[..span]) + shift - &linear * &middle * sum(&from[..span]);
    Some(AffineMap { constant: if affine { constant } else { DVector::zeros(d) }, linear, inputs, loss })
}
