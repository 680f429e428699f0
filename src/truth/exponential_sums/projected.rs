//! The problem in the rates alone: what is left of samples beside exponentials with given rates, and how that changes with the rates.
//!
//! ```text
//! r = P⊥ y,     −∂r/∂α = P⊥ (∂Φ/∂α) b
//! ```
//!
//! with the basis Φ of each run, the projection P⊥ onto what is outside its columns and the shared constant, and the amplitudes b (Kaufman, BIT 15, 1975). A rate's slopes ∂Φ/∂α are projected before they meet the
//! amplitudes: there are at most three of them, and as many products with b as there are columns.

use super::projection::{Basis, DEPENDENT, Factor, number};
use super::rate::Rate;
use crate::simd::gemm::{Pairs, Rows, RowsMut, multiply_transposed};
use crate::simd::{Width, padded};
use crate::truth::samples::runs::{Run, Samples};
use nalgebra::{DMatrix, DMatrixViewMut, DVector};

/// What is left at given rates.
pub(crate) struct Projected<'a> {
    samples: &'a Samples,
    rates: &'a [Rate],
    groups: Vec<Group>,
    /// The sum of squares of the residuals as they count.
    pub square: f64,
    /// The shared constant, in scaled columns; 0 beside a trend.
    pub constant: DVector<f64>,
}

/// Columns whose cells are missing in the same rows.
struct Group {
    columns: Vec<usize>,
    parts: Vec<Part>,
    /// The square of what of the shared column is outside the runs' own; 0 where that is nothing.
    outside: f64,
}

/// The rows of a run that have these columns.
struct Part {
    run: usize,
    rows: Vec<usize>,
    /// The basis, each row as it is.
    phi: DMatrix<f64>,
    factor: Factor,
    /// The shared column outside the basis, each row as it counts.
    outside: DMatrix<f64>,
    /// The samples without the shared column's part, and what the basis leaves of them.
    y: DMatrix<f64>,
    residual: DMatrix<f64>,
}

impl<'a> Projected<'a> {
    /// Columns apart where different cells are missing. `None` where numbers overflow.
    pub fn at(samples: &'a Samples, rates: &'a [Rate], trend: usize) -> Option<Self> {
        let mut out = Self { samples, rates, groups: Vec::new(), square: 0.0, constant: DVector::zeros(samples.dimension()) };
        for columns in alike(samples) {
            let group = out.group(columns, trend)?;
            out.groups.push(group);
        }
        out.square.is_finite().then_some(out)
    }

    fn group(&mut self, columns: Vec<usize>, trend: usize) -> Option<Group> {
        let basis = Basis::of(self.samples, self.rates, trend);
        let (mut parts, mut powers) = (Vec::with_capacity(self.samples.runs.len()), Vec::new());
        for (k, run) in self.samples.runs.iter().enumerate() {
            let rows: Vec<usize> = (0..run.rows()).filter(|&i| !run.states[(i, columns[0])].is_nan()).collect();
            let times: Vec<f64> = rows.iter().map(|&i| run.times[i]).collect();
            let (phi, power) = basis.at(&times);
            if rows.len() <= phi.ncols() {
                continue;
            }
            let factor = Factor::of(weighed(run, &rows, phi.clone()))?;
            let power = weighed(run, &rows, power);
            let outside = factor.without(power.clone());
            let y = DMatrix::from_fn(rows.len(), columns.len(), |i, j| run.states[(rows[i], columns[j])]);
            let y = weighed(run, &rows, y);
            parts.push(Part { run: k, rows, phi, factor, outside, residual: y.clone(), y });
            powers.push(power);
        }
        let square: f64 = parts.iter().map(|p| p.outside.norm_squared()).sum();
        let rows: usize = parts.iter().map(|p| p.rows.len()).sum();
        let outside = if square > DEPENDENT * rows as f64 { square } else { 0.0 };
        let mut shared = DMatrix::zeros(1, columns.len());
        if outside > 0.0 {
            parts.iter().for_each(|p| shared += p.outside.tr_mul(&p.y) / outside);
        }
        for (p, power) in parts.iter_mut().zip(&powers) {
            p.residual = p.factor.without(std::mem::take(&mut p.residual)) - &p.outside * &shared;
            p.y -= power * &shared;
            self.square += p.residual.norm_squared();
        }
        if trend == 0 {
            columns.iter().enumerate().for_each(|(j, &column)| self.constant[column] = shared[(0, j)]);
        }
        Some(Group { columns, parts, outside })
    }

    /// rows × columns of each run, as they count; NaN where a cell is missing.
    pub fn residuals(&self) -> Vec<DMatrix<f64>> {
        let d = self.samples.dimension();
        let mut all: Vec<DMatrix<f64>> = self.samples.runs.iter().map(|r| DMatrix::from_element(r.rows(), d, f64::NAN)).collect();
        for (group, p) in self.groups.iter().flat_map(|g| g.parts.iter().map(move |p| (g, p))) {
            for (j, &column) in group.columns.iter().enumerate() {
                p.rows.iter().enumerate().for_each(|(i, &row)| all[p.run][(row, column)] = p.residual[(i, j)]);
            }
        }
        all
    }

    /// The root mean square of each rate's part of the samples, in scaled columns.
    pub fn shares(&self) -> Vec<f64> {
        let mut squares = vec![0.0; self.rates.len()];
        for p in self.groups.iter().flat_map(|g| &g.parts) {
            let b = p.factor.amplitudes(&p.y);
            let mut place = 0;
            for (square, rate) in squares.iter_mut().zip(self.rates) {
                *square += (p.phi.columns(place, rate.count()) * b.rows(place, rate.count())).norm_squared();
                place += rate.count();
            }
        }
        let cells = self.samples.cells().max(1) as f64;
        squares.iter().map(|square| (square / cells).sqrt()).collect()
    }

    /// Each rate's part of the samples in scaled columns: for each run's column that is there its place, the times of its rows, and rows × rates.
    pub fn parts(&self) -> Vec<(usize, Vec<f64>, DMatrix<f64>)> {
        let mut all = Vec::new();
        for (group, p) in self.groups.iter().flat_map(|g| g.parts.iter().map(move |p| (g, p))) {
            let b = p.factor.amplitudes(&p.y);
            let times: Vec<f64> = p.rows.iter().map(|&i| self.samples.runs[p.run].times[i]).collect();
            for (j, &column) in group.columns.iter().enumerate() {
                let mut parts = DMatrix::zeros(p.rows.len(), self.rates.len());
                let mut place = 0;
                for (k, rate) in self.rates.iter().enumerate() {
                    parts.column_mut(k).gemv(
                        1.0,
                        &p.phi.columns(place, rate.count()),
                        &b.view((place, j), (rate.count(), 1)).column(0),
                        0.0,
                    );
                    place += rate.count();
                }
                all.push((column, times.clone(), parts));
            }
        }
        all
    }

    /// How the residuals change with the rates; `None` where numbers overflow.
    pub fn jacobian(&self) -> Option<Jacobian> {
        let numbers = number(self.rates);
        let cells = self.groups.iter().flat_map(|g| g.parts.iter().map(|p| p.residual.len())).sum();
        let mut out = Jacobian::zeros(numbers, cells);
        let mut from = 0;
        for group in &self.groups {
            let slopes: Vec<DMatrix<f64>> = group.parts.iter().map(|p| self.slopes(p)).collect();
            // What of them is along the shared column, which all runs have.
            let along: Vec<DMatrix<f64>> = group.parts.iter().zip(&slopes).map(|(p, slopes)| p.outside.tr_mul(slopes)).collect();
            let amplitudes: Vec<DMatrix<f64>> = group.parts.iter().map(|p| p.factor.amplitudes(&p.y)).collect();
            let (mut place, mut slope) = (0, 0);
            for rate in self.rates {
                for parameter in 0..rate.count() {
                    let weights = |b: &DMatrix<f64>| {
                        DMatrix::from_fn(rate.slopes(), b.ncols(), |k, j| {
                            rate.slope_weights(parameter, [b[(place, j)], b[(place + rate.count() - 1, j)]])[k]
                        })
                    };
                    let weights: Vec<DMatrix<f64>> = amplitudes.iter().map(weights).collect();
                    let mut inside = DMatrix::zeros(1, group.columns.len());
                    if group.outside > 0.0 {
                        along.iter().zip(&weights).for_each(|(along, w)| inside += along.columns(slope, rate.slopes()) * w / group.outside);
                    }
                    let mut at = from;
                    for ((p, slopes), w) in group.parts.iter().zip(&slopes).zip(&weights) {
                        let (rows, columns) = p.residual.shape();
                        let to = &mut out.row_mut(place + parameter)[at..at + rows * columns];
                        let mut pushed = DMatrixViewMut::from_slice(to, rows, columns);
                        pushed.gemm(1.0, &slopes.columns(slope, rate.slopes()), w, 0.0);
                        pushed.gemm(-1.0, &p.outside, &inside, 1.0);
                        at += rows * columns;
                    }
                }
                (place, slope) = (place + rate.count(), slope + rate.slopes());
            }
            for p in &group.parts {
                out.row_mut(numbers)[from..from + p.residual.len()].copy_from_slice(p.residual.as_slice());
                from += p.residual.len();
            }
        }
        out.rows.iter().all(|x| x.is_finite()).then_some(out)
    }

    /// What of a part's slopes is outside its basis: [`Rate::slopes`] columns a rate.
    fn slopes(&self, p: &Part) -> DMatrix<f64> {
        let run = &self.samples.runs[p.run];
        let mut all = DMatrix::zeros(p.rows.len(), self.rates.iter().map(|r| r.slopes()).sum());
        let (mut place, mut slope) = (0, 0);
        for rate in self.rates {
            for (i, &row) in p.rows.iter().enumerate() {
                let values = [p.phi[(i, place)], p.phi[(i, place + rate.count() - 1)]];
                let by = rate.slopes_of(run.times[row], values);
                (0..rate.slopes()).for_each(|k| all[(i, slope + k)] = by[k]);
            }
            (place, slope) = (place + rate.count(), slope + rate.slopes());
        }
        p.factor.without(weighed(run, &p.rows, all))
    }
}

/// −∂residual by each number of the rates, and the residual.
pub(crate) struct Jacobian {
    /// How many numbers the rates have.
    numbers: usize,
    /// A number's cells a row, padded; the residual's are the last row.
    rows: Vec<f64>,
    length: usize,
}

impl Jacobian {
    fn zeros(numbers: usize, cells: usize) -> Self {
        let length = padded(cells);
        Self { numbers, rows: vec![0.0; (numbers + 1) * length], length }
    }

    fn row_mut(&mut self, number: usize) -> &mut [f64] {
        &mut self.rows[number * self.length..(number + 1) * self.length]
    }

    /// JᵀJ and Jᵀr.
    pub fn normal(&self) -> (DMatrix<f64>, DVector<f64>) {
        let products = products(&self.rows, self.numbers, self.length);
        (products.columns(0, self.numbers).into_owned(), products.column(self.numbers).into_owned())
    }

    /// Σ r_i² J_i J_iᵀ.
    pub fn squares(&self) -> DMatrix<f64> {
        let (slopes, residual) = self.rows.split_at(self.numbers * self.length);
        let mut weighed: Vec<f64> = slopes.iter().zip(residual.iter().cycle()).map(|(x, r)| x * r).collect();
        weighed.resize(self.rows.len(), 0.0);
        products(&weighed, self.numbers, self.length).columns(0, self.numbers).into_owned()
    }
}

/// Of the first rows with each of them and with the one after them.
fn products(rows: &[f64], count: usize, length: usize) -> DMatrix<f64> {
    let mut sums = vec![0.0; count * (count + 1)];
    let shape = (count, count + 1, length);
    multiply_transposed(Width::detected(), shape, Pairs::one(Rows(rows, length), Rows(rows, length)), RowsMut(&mut sums, count + 1));
    DMatrix::from_row_slice(count, count + 1, &sums)
}

/// The columns in groups in which the same cells are there.
fn alike(samples: &Samples) -> Vec<Vec<usize>> {
    let d = samples.dimension();
    if !samples.missing {
        return vec![(0..d).collect()];
    }
    let same = |a: usize, b: usize| {
        let there = |run: &Run, j: usize| run.states.column(j).iter().map(|x| !x.is_nan()).collect::<Vec<bool>>();
        samples.runs.iter().all(|run| there(run, a) == there(run, b))
    };
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for j in 0..d {
        match groups.iter_mut().find(|group| same(group[0], j)) {
            Some(group) => group.push(j),
            None => groups.push(vec![j]),
        }
    }
    groups
}

/// These rows of a run's, each as it counts.
fn weighed(run: &Run, rows: &[usize], mut all: DMatrix<f64>) -> DMatrix<f64> {
    if run.weights.is_some() {
        all.row_iter_mut().zip(rows).for_each(|(mut row, &i)| row *= run.weight(i));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::truth::samples::runs::Stretch;

    /// Two runs, one of them uneven, with a missing cell and with rows that count differently.
    fn samples() -> Samples {
        let times = |n: usize, uneven: f64| -> Vec<f64> { (0..n).map(|i| 0.3 * i as f64 + uneven * (i as f64).sin()).collect() };
        let state =
            |t: f64, j: usize| (-0.3 * t).exp() * (1.7 * t + j as f64).cos() + 0.4 * (-0.9 * t).exp() + 0.05 * (7.0 * t + j as f64).sin();
        let (one, two) = (times(23, 0.1), times(17, 0.0));
        let rows = |times: &[f64]| -> Vec<f64> { times.iter().flat_map(|t| (0..2).map(|j| state(*t, j))).collect() };
        let (mut first, second) = (rows(&one), rows(&two));
        first[9] = f64::NAN;
        let stretch = |times, states| Stretch { times, states, dimension: 2 };
        let mut samples = Samples::of(&[stretch(&one, &first), stretch(&two, &second)]).unwrap();
        samples.runs[1].weights = Some((0..17).map(|i| 1.0 + 0.05 * f64::from(i)).collect());
        samples
    }

    #[test]
    fn the_gradient_is_that_of_the_sum_of_squares() {
        let samples = samples();
        for trend in 0..3 {
            for rates in [vec![Rate::Real(-0.8), Rate::Pair(-0.2, 2.5)], vec![Rate::Pair(-0.5, 1e-9)], vec![Rate::Pair(-0.6, -0.05)]] {
                let square = |numbers: &[f64]| {
                    let mut place = 0;
                    let mut next = || {
                        place += 1;
                        numbers[place - 1]
                    };
                    let moved: Vec<Rate> = rates
                        .iter()
                        .map(|rate| match rate {
                            Rate::Real(_) => Rate::Real(next()),
                            Rate::Pair(..) => {
                                let growth = next();
                                Rate::Pair(growth, next())
                            }
                        })
                        .collect();
                    Projected::at(&samples, &moved, trend).unwrap().square
                };
                let at: Vec<f64> = rates
                    .iter()
                    .flat_map(|rate| match *rate {
                        Rate::Real(growth) => vec![growth],
                        Rate::Pair(growth, square) => vec![growth, square],
                    })
                    .collect();
                let found = Projected::at(&samples, &rates, trend).unwrap();
                let (normal, gradient) = found.jacobian().unwrap().normal();
                assert_eq!(normal.nrows(), at.len());
                for k in 0..at.len() {
                    let (mut up, mut down) = (at.clone(), at.clone());
                    (up[k], down[k]) = (at[k] + 1e-5, at[k] - 1e-5);
                    let expected = -(square(&up) - square(&down)) / 4e-5;
                    assert!(
                        (gradient[k] - expected).abs() < 1e-6 * (1.0 + expected.abs()),
                        "{trend} {rates:?} {k}: {} {expected}",
                        gradient[k]
                    );
                }
            }
        }
    }
}
