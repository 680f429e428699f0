//! What is left of samples beside a sum of exponentials with given rates: amplitudes and the shared constant are eliminated run by run, by the QR of their basis.

use super::rate::Rate;
use super::runs::Samples;
use nalgebra::{DMatrix, DVector};

/// A column of the basis that is dependent on those before it to this part adds nothing.
const DEPENDENT: f64 = 1e-13;

/// The projected problem at given rates.
pub(super) struct Projected {
    pub square: f64,
    /// As they count in the sum of squares.
    pub residuals: Vec<DMatrix<f64>>,
    /// −∂residual by each parameter, each as one long vector in the order of `residuals`; empty unless asked for.
    pub jacobian: Vec<Vec<f64>>,
    pub long_residual: Vec<f64>,
    pub constant: DVector<f64>,
    pub parts: Vec<f64>,
}

/// How many numbers the rates have.
pub(super) fn number(rates: &[Rate]) -> usize {
    rates.iter().map(|r| r.count()).sum()
}

/// The basis of a run (its own columns) and the one column that the runs share, which is zero where they come to rest there.
pub(super) fn basis(times: &[f64], rates: &[Rate], trend: usize, samples: &Samples) -> (DMatrix<f64>, DMatrix<f64>) {
    let (own, duration) = (number(rates) + trend, samples.duration());
    let mut phi = DMatrix::zeros(times.len(), own);
    for (i, &t) in times.iter().enumerate() {
        let mut k = 0;
        for rate in rates {
            let (values, _) = rate.at(t);
            phi[(i, k)] = values[0];
            if rate.count() == 2 {
                phi[(i, k + 1)] = values[1];
            }
            k += rate.count();
        }
        for power in 0..trend {
            phi[(i, k + power)] = (t / duration).powi(power as i32);
        }
    }
    let shared = |i: usize, _| if samples.rests_at_zero { 0.0 } else { (times[i] / duration).powi(trend as i32) };
    (phi, DMatrix::from_fn(times.len(), 1, shared))
}

/// A run's orthonormal basis and its triangular factor for a choice of rows.
pub(super) struct Factor {
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
    pub fn without(&self, y: DMatrix<f64>) -> DMatrix<f64> {
        let inside = self.q.tr_mul(&y);
        y - &self.q * inside
    }

    /// The amplitudes of the basis for what it is to meet; 0 for dependent columns, and for those beyond the number of rows.
    fn amplitudes(&self, y: &DMatrix<f64>) -> DMatrix<f64> {
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

/// The amplitudes of each run, and of the shared column, where no cell is missing.
pub(super) fn amplitudes(samples: &Samples, rates: &[Rate], trend: usize) -> Option<(f64, Vec<DMatrix<f64>>, DMatrix<f64>)> {
    let parts: Option<Vec<(Factor, DMatrix<f64>)>> = samples
        .runs
        .iter()
        .map(|run| {
            let (phi, power) = basis(&run.times, rates, trend, samples);
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

/// Everything at given rates; columns apart where cells are missing.
pub(super) fn projected(samples: &Samples, rates: &[Rate], trend: usize, with_jacobian: bool) -> Option<Projected> {
    let d = samples.dimension();
    let groups: Vec<Vec<usize>> = if samples.missing { (0..d).map(|j| vec![j]).collect() } else { vec![(0..d).collect()] };
    let m = if with_jacobian { number(rates) } else { 0 };
    let mut out = Projected {
        square: 0.0,
        residuals: samples.runs.iter().map(|r| DMatrix::from_element(r.rows(), d, f64::NAN)).collect(),
        jacobian: vec![Vec::new(); m],
        long_residual: Vec::new(),
        constant: DVector::zeros(d),
        parts: vec![0.0; rates.len()],
    };
    for columns in &groups {
        project_group(samples, rates, trend, columns, &mut out)?;
    }
    let cells = samples.cells().max(1) as f64;
    out.parts.iter_mut().for_each(|p| *p = (*p / cells).sqrt());
    out.square.is_finite().then_some(out)
}

fn project_group(samples: &Samples, rates: &[Rate], trend: usize, columns: &[usize], out: &mut Projected) -> Option<()> {
    struct Part {
        run: usize,
        rows: Vec<usize>,
        times: Vec<f64>,
        weights: Vec<f64>,
        y: DMatrix<f64>,
        factor: Factor,
        power: DMatrix<f64>,
        outside: DMatrix<f64>,
    }
    let mut parts = Vec::with_capacity(samples.runs.len());
    for (k, run) in samples.runs.iter().enumerate() {
        let rows: Vec<usize> = (0..run.rows()).filter(|&i| !run.states[(i, columns[0])].is_nan()).collect();
        let times: Vec<f64> = rows.iter().map(|&i| run.times[i]).collect();
        let (mut phi, mut power) = basis(&times, rates, trend, samples);
        if rows.len() <= phi.ncols() {
            continue;
        }
        let weights: Vec<f64> = rows.iter().map(|&i| run.weight(i)).collect();
        for matrix in [&mut phi, &mut power] {
            matrix.row_iter_mut().zip(&weights).for_each(|(mut row, w)| row *= *w);
        }
        let y = DMatrix::from_fn(rows.len(), columns.len(), |i, j| weights[i] * run.states[(rows[i], columns[j])]);
        let factor = Factor::of(phi)?;
        let outside = factor.without(power.clone());
        parts.push(Part { run: k, rows, times, weights, y, factor, power, outside });
    }
    let square: f64 = parts.iter().map(|p| p.outside.norm_squared()).sum();
    let rows: usize = parts.iter().map(|p| p.rows.len()).sum();
    let mut shared = DMatrix::zeros(1, columns.len());
    let independent = square > DEPENDENT * rows as f64;
    if independent {
        parts.iter().for_each(|p| shared += p.outside.tr_mul(&p.y) / square);
    }
    let project = |p: &Part, y: DMatrix<f64>| p.factor.without(y);
    for p in &parts {
        let r = project(p, p.y.clone()) - &p.outside * &shared;
        out.square += r.norm_squared();
        for (i, &row) in p.rows.iter().enumerate() {
            for (j, &column) in columns.iter().enumerate() {
                out.residuals[p.run][(row, column)] = r[(i, j)];
            }
        }
        if !out.jacobian.is_empty() {
            out.long_residual.extend(r.iter());
        }
    }
    for (j, &column) in columns.iter().enumerate() {
        out.constant[column] = if trend == 0 { shared[(0, j)] } else { 0.0 };
    }
    if out.jacobian.is_empty() {
        return Some(());
    }
    let bs: Vec<DMatrix<f64>> = parts.iter().map(|p| p.factor.amplitudes(&(&p.y - &p.power * &shared))).collect();
    let mut place = 0;
    for (which, rate) in rates.iter().enumerate() {
        for (p, b) in parts.iter().zip(&bs) {
            for &t in &p.times {
                let (values, _) = rate.at(t);
                for j in 0..columns.len() {
                    let part = values[0] * b[(place, j)] + if rate.count() == 2 { values[1] * b[(place + 1, j)] } else { 0.0 };
                    out.parts[which] += part * part;
                }
            }
        }
        for parameter in 0..rate.count() {
            let mut along = 0.0;
            let mut pushed = Vec::with_capacity(parts.len());
            for (p, b) in parts.iter().zip(&bs) {
                let mut g = DMatrix::zeros(p.times.len(), columns.len());
                for (i, &t) in p.times.iter().enumerate() {
                    let (_, d) = rate.at(t);
                    for j in 0..columns.len() {
                        g[(i, j)] = p.weights[i]
                            * (d[parameter][0] * b[(place, j)] + if rate.count() == 2 { d[parameter][1] * b[(place + 1, j)] } else { 0.0 });
                    }
                }
                pushed.push(project(p, g));
            }
            if independent {
                let mut inside = DMatrix::zeros(1, columns.len());
                for (p, g) in parts.iter().zip(&pushed) {
                    inside += p.outside.tr_mul(g) / square;
                }
                for (p, g) in parts.iter().zip(&mut pushed) {
                    *g -= &p.outside * &inside;
                }
            }
            for g in &pushed {
                along += g.norm_squared();
                out.jacobian[place + parameter].extend(g.iter());
            }
            if !along.is_finite() {
                return None;
            }
        }
        place += rate.count();
    }
    Some(())
}
