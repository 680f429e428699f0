//! A trend and the multiples of one frequency by least squares, and which frequency explains most (the periodogram: Schuster 1898).

use crate::truth::samples::runs::Run;
use nalgebra::DMatrix;
use num_complex::Complex;
use std::f64::consts::TAU;

type C = Complex<f64>;

/// Rows of a run that are looked at, from its first on: what a scan costs grows with their square.
pub(crate) const MOST_ROWS: usize = 4000;
/// Multiples of the frequency, with itself.
pub(crate) const MULTIPLES: usize = 3;
/// Frequencies in a line's width.
const PER_WIDTH: f64 = 4.0;

/// Least squares of a trend of degree 2 and of multiples of a frequency, column by column.
pub(crate) struct Regression {
    /// (1, s, s², cos ωt, sin ωt, cos 2ωt, …) × columns, s = t/T
    coefficients: DMatrix<f64>,
    pub residuals: DMatrix<f64>,
    pub square: f64,
}

impl Regression {
    /// `None` where a column has too few cells.
    pub fn of(run: &Run, frequency: f64, multiples: usize) -> Option<Self> {
        let (rows, columns, terms) = (run.rows(), run.states.ncols(), 3 + 2 * multiples);
        let duration = run.duration();
        let mut basis = DMatrix::zeros(rows, terms);
        for (i, t) in run.times.iter().enumerate() {
            for power in 0..3 {
                basis[(i, power)] = (t / duration).powi(power as i32);
            }
            for k in 1..=multiples {
                let (sine, cosine) = (k as f64 * frequency * t).sin_cos();
                basis[(i, 1 + 2 * k)] = cosine;
                basis[(i, 2 + 2 * k)] = sine;
            }
        }
        let mut out = Self { coefficients: DMatrix::zeros(terms, columns), residuals: run.states.clone(), square: 0.0 };
        for j in 0..columns {
            let there: Vec<usize> = (0..rows).filter(|&i| !run.states[(i, j)].is_nan()).collect();
            if there.len() < 2 * terms {
                return None;
            }
            let design = basis.select_rows(&there);
            let target = DMatrix::from_fn(there.len(), 1, |i, _| run.states[(there[i], j)]);
            let solution = design.tr_mul(&design).cholesky()?.solve(&design.tr_mul(&target));
            let residual = target - design * &solution;
            out.square += residual.norm_squared();
            out.coefficients.set_column(j, &solution.column(0));
            there.iter().zip(residual.iter()).for_each(|(&i, r)| out.residuals[(i, j)] = *r);
        }
        Some(out)
    }

    pub fn amplitudes(&self) -> Vec<f64> {
        self.coefficients.column_iter().map(|c| c[3].hypot(c[4])).collect()
    }

    pub fn rates(&self, duration: f64) -> Vec<f64> {
        self.coefficients.column_iter().map(|c| (c[1] + c[2]) / duration).collect()
    }
}

/// The frequency between `lowest` and `highest` with the largest sum of squares in the residuals.
pub(crate) fn peak(run: &Run, residuals: &DMatrix<f64>, lowest: f64, highest: f64, grid: Option<f64>) -> Option<f64> {
    let step = TAU / (PER_WIDTH * run.duration());
    let count = ((highest - lowest) / step).floor();
    let mut best = (0.0, None);
    for k in 0..=(count.max(-1.0) + 1.0) as usize {
        let frequency = lowest + k as f64 * step;
        if frequency > highest {
            break;
        }
        let turn = grid.map(|p| (p, C::cis(-frequency * p)));
        let mut phase = C::new(1.0, 0.0);
        let mut sums = vec![C::new(0.0, 0.0); residuals.ncols()];
        let mut before = run.times[0];
        for (i, &t) in run.times.iter().enumerate() {
            phase = match turn {
                Some((p, turn)) if i > 0 && i % 64 != 0 && (t - before - p).abs() < 1e-6 * p => phase * turn,
                _ => C::cis(-frequency * t),
            };
            before = t;
            for (sum, x) in sums.iter_mut().zip(residuals.row(i).iter()).filter(|(_, x)| !x.is_nan()) {
                *sum += phase * x;
            }
        }
        let power: f64 = sums.iter().map(C::norm_sqr).sum();
        if power > best.0 {
            best = (power, Some(frequency));
        }
    }
    best.1
}

/// The frequency of least squares within `width` of the start, by golden sections.
pub(crate) fn refined(run: &Run, start: f64, width: f64, multiples: usize) -> Option<f64> {
    let square = |frequency: f64| Regression::of(run, frequency, multiples).map(|r| r.square);
    let golden = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (start - 2.0 * width, start + 2.0 * width);
    let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_a, mut at_b) = (square(a)?, square(b)?);
    for _ in 0..32 {
        if at_a < at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - golden * (high - low);
            at_a = square(a)?;
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + golden * (high - low);
            at_b = square(b)?;
        }
    }
    Some(0.5 * (low + high))
}
