//! First guesses of the exponentials in samples at any times: a scan over frequencies and growth rates.
//!
//! For uneven times the basin of the right frequency is 1/T wide, so it is looked for on a grid of ω up to a turn in a short interval (`highest_looked_for`) with step 2/T, at several
//! growth rates; what is found is taken out, and the rest is scanned again. Uneven times lift the aliasing at π/H̄ (Eyer & Bartholdi, A&AS 135, 1999).

use super::exponentials::Exponentials;
use super::rate::Rate;
use crate::simd::gemm::{Pairs, Rows, RowsMut, multiply_transposed};
use crate::simd::{Width, padded};
use crate::truth::samples::runs::Samples;
use nalgebra::DMatrix;

/// Growth rates tried, in units of 1/T.
const GROWTHS: [f64; 6] = [0.0, -1.2, -4.0, -12.0, -40.0, 3.0];
/// More exponentials than are asked for leave less than this part of what those leave.
const MUCH_LESS: f64 = 0.2;
/// Rows that the scan looks at.
const MOST_ROWS: usize = 240;

/// At most `few` exponentials (a pair as two), and up to `most` where those leave a fifth of what the few do or less: of many frequencies some take a part of any noise.
pub(super) fn scanned(samples: &Samples, few: usize, most: usize, enough: f64) -> Vec<Rate> {
    let short = samples.thinned(MOST_ROWS, 2);
    let (rates, left) = continued(&short, Vec::new(), few, enough);
    if most <= few || left < enough {
        return rates;
    }
    let (more, least) = continued(&short, rates.clone(), most, enough);
    if least < MUCH_LESS * left { more } else { rates }
}

/// The exponentials one after the other, each scanned in what those before leave, and all polished together; and what the last leave.
fn continued(samples: &Samples, mut rates: Vec<Rate>, most: usize, enough: f64) -> (Vec<Rate>, f64) {
    let mut before = f64::INFINITY;
    loop {
        let found: usize = rates.iter().map(|r| r.count()).sum();
        let Some(fit) = Exponentials::roughly(samples, &rates, 0) else { break };
        let enough = found >= most || fit.rms < enough || fit.rms > 0.9 * before;
        before = fit.rms;
        if enough {
            break;
        }
        let Some(next) = strongest(samples, &fit.residuals, most - found) else { break };
        let mut longer = rates.clone();
        longer.push(next);
        match Exponentials::roughly(samples, &longer, 0) {
            Some(polished) => rates = polished.rates,
            None => break,
        }
    }
    (rates, before)
}

/// The rate that takes most out of the residuals.
fn strongest(samples: &Samples, residuals: &[DMatrix<f64>], room: usize) -> Option<Rate> {
    let duration = samples.duration();
    let highest = samples.highest_looked_for();
    let step = 2.0 / duration;
    let count = (highest / step).floor() as usize;
    let mut best: Option<(f64, Rate)> = None;
    let mut consider = |rate: Rate, gain: f64| {
        if gain.is_finite() && best.as_ref().is_none_or(|(most, _)| gain > *most) {
            best = Some((gain, rate));
        }
    };
    let mut runs: Vec<ScannedRun> = samples.runs.iter().zip(residuals).map(|(run, r)| ScannedRun::of(&run.times, r)).collect();
    if room >= 2 {
        let growths = GROWTHS.map(|growth| growth / duration);
        // Every frequency meets every growth rate: sines and exponentials are computed once for each.
        let sizes: Vec<Vec<f64>> = runs.iter().map(|run| run.sizes(&growths)).collect();
        for k in 1..=count {
            let omega = k as f64 * step;
            let mut gains = [0.0; GROWTHS.len()];
            runs.iter_mut().zip(&sizes).for_each(|(run, sizes)| run.explained(sizes, omega, &mut gains));
            growths.iter().zip(gains).for_each(|(growth, gain)| consider(Rate::Pair(*growth, omega.powi(2)), gain));
        }
    }
    let mut fall = 0.5 / duration;
    while fall < 3.0 / samples.interval {
        for rate in [-fall, fall.min(8.0 / duration)] {
            let mut gain = [0.0];
            runs.iter_mut().for_each(|run| run.explained(&run.sizes(&[rate]), 0.0, &mut gain));
            consider(Rate::Real(rate), gain[0]);
        }
        fall *= 1.5;
    }
    best.map(|(_, rate)| rate)
}

/// Products of a wave's functions that are summed with each column: c = e^{αt} cos ωt, s = e^{αt} sin ωt, c², cs, s².
const PRODUCTS: usize = 5;

/// The residuals of a run, laid out so that their products with many waves are one matrix product.
struct ScannedRun {
    width: Width,
    times: Vec<f64>,
    /// Rows, padded.
    n: usize,
    /// A column of the residuals a row (0 where a cell is missing), then for each pattern of missing cells a row of ones and zeros.
    beside: Vec<f64>,
    /// The pattern and the sum of each column.
    columns: Vec<(usize, f64)>,
    /// Cells that are there, for each pattern.
    cells: Vec<f64>,
    waves: Vec<f64>,
    sums: Vec<f64>,
}

impl ScannedRun {
    fn of(times: &[f64], residuals: &DMatrix<f64>) -> Self {
        let n = padded(times.len());
        let mut patterns: Vec<Vec<bool>> = Vec::new();
        let (mut beside, mut columns) = (Vec::with_capacity((residuals.ncols() + 1) * n), Vec::with_capacity(residuals.ncols()));
        for column in residuals.as_slice().chunks_exact(residuals.nrows().max(1)) {
            let there: Vec<bool> = column.iter().map(|x| !x.is_nan()).collect();
            let pattern = patterns.iter().position(|p| *p == there).unwrap_or(patterns.len());
            let values = column.iter().map(|x| if x.is_nan() { 0.0 } else { *x });
            columns.push((pattern, values.clone().sum()));
            beside.extend(values);
            beside.resize(columns.len() * n, 0.0);
            if pattern == patterns.len() {
                patterns.push(there);
            }
        }
        let mut cells = Vec::with_capacity(patterns.len());
        for pattern in &patterns {
            let from = beside.len();
            beside.extend(pattern.iter().map(|there| f64::from(u8::from(*there))));
            cells.push(beside[from..].iter().sum());
            beside.resize(from + n, 0.0);
        }
        Self { width: Width::detected(), times: times.to_vec(), n, beside, columns, cells, waves: Vec::new(), sums: Vec::new() }
    }

    /// e^{αt} of each row for each growth rate, row by row.
    fn sizes(&self, growths: &[f64]) -> Vec<f64> {
        self.times.iter().flat_map(|t| growths.iter().map(move |growth| (growth * t).exp())).collect()
    }

    /// Adds for each growth rate the sum of squares that its wave of this frequency and a constant explain beyond what a constant does; of frequency 0, an exponential.
    fn explained(&mut self, sizes: &[f64], omega: f64, gains: &mut [f64]) {
        let (n, beside, growths) = (self.n, self.columns.len() + self.cells.len(), gains.len());
        self.waves.clear();
        self.waves.resize(growths * PRODUCTS * n, 0.0);
        for (i, (t, sizes)) in self.times.iter().zip(sizes.chunks_exact(growths)).enumerate() {
            let (sine, cosine) = (omega * t).sin_cos();
            for (k, size) in sizes.iter().enumerate() {
                let (c, s) = (size * cosine, size * sine);
                for (row, product) in [c, s, c * c, c * s, s * s].into_iter().enumerate() {
                    self.waves[(k * PRODUCTS + row) * n + i] = product;
                }
            }
        }
        self.sums.clear();
        self.sums.resize(growths * PRODUCTS * beside, 0.0);
        let shape = (growths * PRODUCTS, beside, n);
        multiply_transposed(self.width, shape, Pairs::one(Rows(&self.waves, n), Rows(&self.beside, n)), RowsMut(&mut self.sums, beside));
        for (sums, gain) in self.sums.chunks_exact(PRODUCTS * beside).zip(gains) {
            let sum = |product: usize, column: usize| sums[product * beside + column];
            for (j, &(pattern, total)) in self.columns.iter().enumerate() {
                let (p, cells) = (self.columns.len() + pattern, self.cells[pattern]);
                if cells < 4.0 {
                    continue;
                }
                // Less what a constant explains, then by Gram and Schmidt.
                let (c, s) = (sum(0, p), sum(1, p));
                let (cc, cs, ss) = (sum(2, p) - c * c / cells, sum(3, p) - c * s / cells, sum(4, p) - s * s / cells);
                let (along_c, along_s) = (sum(0, j) - c * total / cells, sum(1, j) - s * total / cells);
                if cc <= 1e-12 * cells {
                    continue;
                }
                *gain += along_c.powi(2) / cc;
                let rest = ss - cs * cs / cc;
                if rest > 1e-9 * cc {
                    *gain += (along_s - cs / cc * along_c).powi(2) / rest;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_explains_what_least_squares_with_it_explain() {
        let times: Vec<f64> = (0..29).map(|i| 0.1 * f64::from(i) + 0.03 * f64::from(i % 3)).collect();
        let cell = |i: usize, j: usize| ((3 * i + 5 * j) as f64).sin() + if (i, j) == (7, 1) { f64::NAN } else { 0.0 };
        let residuals = DMatrix::from_fn(times.len(), 2, cell);
        let (growth, omega) = (-0.4, 2.5);
        let mut gains = [0.0; 2];
        let mut run = ScannedRun::of(&times, &residuals);
        run.explained(&run.sizes(&[growth, 0.0]), omega, &mut gains);
        let mut expected = 0.0;
        for column in residuals.column_iter() {
            let there: Vec<usize> = (0..times.len()).filter(|&i| !column[i].is_nan()).collect();
            let left = |functions: usize| {
                let wave = |i: usize, k: usize| match k {
                    0 => 1.0,
                    1 => (growth * times[i]).exp() * (omega * times[i]).cos(),
                    _ => (growth * times[i]).exp() * (omega * times[i]).sin(),
                };
                let basis = DMatrix::from_fn(there.len(), functions, |i, k| wave(there[i], k));
                let values = DMatrix::from_fn(there.len(), 1, |i, _| column[there[i]]);
                let solved = basis.clone().svd(true, true).solve(&values, 1e-12).unwrap();
                (values - basis * solved).norm_squared()
            };
            expected += left(1) - left(3);
        }
        assert!((gains[0] - expected).abs() < 1e-12 * expected, "{} {expected}", gains[0]);
        assert!(gains[1] != gains[0]);
    }
}
