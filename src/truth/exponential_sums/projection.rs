//! Sums of exponentials with given rates beside samples: the basis of a run, its QR, and the amplitudes that meet the samples best.

use super::rate::Rate;
use crate::truth::samples::runs::Samples;
use nalgebra::DMatrix;
use num_complex::Complex;

/// A column of the basis that is dependent on those before it to this part adds nothing.
pub(crate) const DEPENDENT: f64 = 1e-13;

/// How many numbers the rates have.
pub(crate) fn number(rates: &[Rate]) -> usize {
    rates.iter().map(|r| r.count()).sum()
}

/// The functions of time that make a run: exponentials, and the powers of a trend in the time of the longest run.
pub(crate) struct Basis<'a> {
    rates: &'a [Rate],
    trend: usize,
    duration: f64,
    rests_at_zero: bool,
}

impl<'a> Basis<'a> {
    pub fn of(samples: &Samples, rates: &'a [Rate], trend: usize) -> Self {
        Self { rates, trend, duration: samples.duration(), rests_at_zero: samples.rests_at_zero }
    }

    /// The columns that a run has of its own, at these times, and the one column that the runs share, which is zero where they come to rest there.
    pub fn at(&self, times: &[f64]) -> (DMatrix<f64>, DMatrix<f64>) {
        let mut phi = DMatrix::zeros(times.len(), number(self.rates) + self.trend);
        for (i, &t) in times.iter().enumerate() {
            let mut k = 0;
            for rate in self.rates {
                let values = rate.values(t);
                phi[(i, k)] = values[0];
                if rate.count() == 2 {
                    phi[(i, k + 1)] = values[1];
                }
                k += rate.count();
            }
            for power in 0..self.trend {
                phi[(i, k + power)] = (t / self.duration).powi(power as i32);
            }
        }
        let shared = |i: usize, _| if self.rests_at_zero { 0.0 } else { (times[i] / self.duration).powi(self.trend as i32) };
        (phi, DMatrix::from_fn(times.len(), 1, shared))
    }
}

/// A run's orthonormal basis and its triangular factor for a choice of rows.
pub(crate) struct Factor {
    q: DMatrix<f64>,
    r: DMatrix<f64>,
    lengths: Vec<f64>,
}

impl Factor {
    pub fn of(mut phi: DMatrix<f64>) -> Option<Self> {
        if !phi.iter().all(|x| x.is_finite()) {
            return None;
        }
        let lengths: Vec<f64> = phi.column_iter().map(|c| c.norm().max(f64::MIN_POSITIVE)).collect();
        phi.column_iter_mut().zip(&lengths).for_each(|(mut c, l)| c /= *l);
        let qr = phi.qr();
        Some(Self { q: qr.q(), r: qr.r(), lengths })
    }

    /// What is outside its columns' span.
    pub fn without(&self, mut y: DMatrix<f64>) -> DMatrix<f64> {
        let inside = self.q.tr_mul(&y);
        y.gemm(-1.0, &self.q, &inside, 1.0);
        y
    }

    /// The entry of QQᵀ at two rows: what of the noise in the one the amplitudes put into the other.
    pub fn taken(&self, (row, other): (usize, usize)) -> f64 {
        self.q.row(row).dot(&self.q.row(other))
    }

    /// The amplitudes of the basis for what it is to meet; 0 for dependent columns, and for those beyond the number of rows.
    pub fn amplitudes(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
        let (independent, n) = self.r.shape();
        let mut b = self.q.tr_mul(y).resize_vertically(n, 0.0);
        for j in 0..b.ncols() {
            for i in (0..independent).rev() {
                let rest: f64 = (i + 1..n).map(|k| self.r[(i, k)] * b[(k, j)]).sum();
                b[(i, j)] = if self.r[(i, i)].abs() > DEPENDENT { (b[(i, j)] - rest) / self.r[(i, i)] } else { 0.0 };
            }
        }
        for (i, l) in self.lengths.iter().enumerate() {
            b.row_mut(i).apply(|x| *x /= l);
        }
        b
    }
}

/// Blocks below each other.
pub(crate) fn below(parts: Vec<DMatrix<f64>>) -> DMatrix<f64> {
    let mut all = DMatrix::zeros(parts.iter().map(DMatrix::nrows).sum(), parts.first().map_or(0, DMatrix::ncols));
    let mut row = 0;
    for part in parts {
        all.rows_mut(row, part.nrows()).copy_from(&part);
        row += part.nrows();
    }
    all
}

/// a in Re a e^{λt}, of the numbers that the amplitudes of a run hold from `place` on for a rate in this column.
pub(crate) fn complex_amplitude(rate: &Rate, amplitudes: &DMatrix<f64>, place: usize, column: usize) -> Complex<f64> {
    let sine = if rate.count() == 2 { -amplitudes[(place + 1, column)] / rate.lambda().im.max(f64::MIN_POSITIVE) } else { 0.0 };
    Complex::new(amplitudes[(place, column)], sine)
}

/// The amplitudes of each run, and of the shared column, where no cell is missing.
pub(crate) fn amplitudes(samples: &Samples, rates: &[Rate], trend: usize) -> Option<(f64, Vec<DMatrix<f64>>, DMatrix<f64>)> {
    let basis = Basis::of(samples, rates, trend);
    let parts: Option<Vec<(Factor, DMatrix<f64>)>> = samples
        .runs
        .iter()
        .map(|run| {
            let (phi, power) = basis.at(&run.times);
            Some((Factor::of(run.weighed(phi))?, run.weighed(power)))
        })
        .collect();
    let parts = parts?;
    let outside: Vec<DMatrix<f64>> = parts.iter().map(|(f, power)| f.without(power.clone())).collect();
    let square: f64 = outside.iter().map(|c| c.norm_squared()).sum();
    let states: Vec<DMatrix<f64>> = samples.runs.iter().map(|run| run.weighed(run.states.clone())).collect();
    let mut shared = DMatrix::zeros(1, samples.dimension());
    if square > DEPENDENT * samples.rows() as f64 {
        outside.iter().zip(&states).for_each(|(c, states)| shared += c.tr_mul(states) / square);
    }
    let amplitudes = parts.iter().zip(&states).map(|((f, power), states)| f.amplitudes(&(states - power * &shared))).collect();
    Some((square, amplitudes, shared))
}
