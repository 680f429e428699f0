//! First guesses of the exponentials in samples at any times: a scan over frequencies and growth rates.
//!
//! For uneven times the basin of the right frequency is 1/T wide, so it is looked for on a grid of ω ∈ (0, 2π/H̄] with step 2/T, at several
//! growth rates; what is found is taken out, and the rest is scanned again. Uneven times lift the aliasing at π/H̄ (Eyer & Bartholdi, A&AS 135, 1999).

use super::exponentials::Exponentials;
use super::rate::Rate;
use super::runs::Samples;
use nalgebra::DMatrix;
use std::f64::consts::TAU;

/// Growth rates tried, in units of 1/T.
const GROWTHS: [f64; 6] = [0.0, -1.2, -4.0, -12.0, -40.0, 3.0];
/// Rows that the scan looks at.
const MOST_ROWS: usize = 240;

/// The exponentials one after the other, at most `most` of them (a pair as two): each scanned in what those before leave, and all polished together.
pub(super) fn scanned(samples: &Samples, most: usize, enough: f64) -> Vec<Rate> {
    let short = samples.thinned(MOST_ROWS);
    let mut rates: Vec<Rate> = Vec::new();
    let mut before = f64::INFINITY;
    loop {
        let found: usize = rates.iter().map(|r| r.count()).sum();
        let Some(fit) = Exponentials::roughly(&short, &rates, 0) else { break };
        if found >= most || fit.rms < enough || fit.rms > 0.9 * before {
            break;
        }
        before = fit.rms;
        let Some(next) = strongest(&short, &fit.residuals, most - found) else { break };
        let mut longer = rates.clone();
        longer.push(next);
        match Exponentials::roughly(&short, &longer, 0) {
            Some(polished) => rates = polished.rates,
            None => break,
        }
    }
    rates
}

/// The rate that takes most out of the residuals.
fn strongest(samples: &Samples, residuals: &[DMatrix<f64>], room: usize) -> Option<Rate> {
    let duration = samples.duration();
    let highest = (TAU / samples.interval).min(samples.highest_frequency().unwrap_or(f64::INFINITY));
    let step = 2.0 / duration;
    let count = (highest / step).floor() as usize;
    let mut best: Option<(f64, Rate)> = None;
    let mut consider = |rate: Rate, waves: &[Vec<[f64; 2]>]| {
        let gain = explained(residuals, rate.count(), waves);
        if gain.is_finite() && best.as_ref().is_none_or(|(most, _)| gain > *most) {
            best = Some((gain, rate));
        }
    };
    let over = |wave: &dyn Fn(f64) -> [f64; 2]| -> Vec<Vec<[f64; 2]>> {
        samples.runs.iter().map(|run| run.times.iter().map(|t| wave(*t)).collect()).collect()
    };
    if room >= 2 {
        // Every frequency meets every growth rate: sines and exponentials are computed once for each.
        let sizes = GROWTHS.map(|growth| over(&|t| [(growth / duration * t).exp(); 2]));
        let mut waves = sizes[0].clone();
        for k in 1..=count {
            let omega = k as f64 * step;
            let turns = over(&|t| {
                let (sine, cosine) = (omega * t).sin_cos();
                [cosine, sine]
            });
            for (growth, sizes) in GROWTHS.iter().zip(&sizes) {
                for ((wave, turn), size) in waves.iter_mut().flatten().zip(turns.iter().flatten()).zip(sizes.iter().flatten()) {
                    *wave = [size[0] * turn[0], size[1] * turn[1]];
                }
                consider(Rate::Pair(growth / duration, omega.powi(2)), &waves);
            }
        }
    }
    let mut fall = 0.5 / duration;
    while fall < 3.0 / samples.interval {
        for rate in [-fall, fall.min(8.0 / duration)] {
            consider(Rate::Real(rate), &over(&|t| [(rate * t).exp(), 0.0]));
        }
        fall *= 1.5;
    }
    best.map(|(_, rate)| rate)
}

/// The sum of squares that one or two functions and a constant explain, run by run.
fn explained(residuals: &[DMatrix<f64>], functions: usize, waves: &[Vec<[f64; 2]>]) -> f64 {
    let mut sum = 0.0;
    for (waves, r) in waves.iter().zip(residuals) {
        let whole = Wave::over(waves.iter(), functions);
        for column in r.as_slice().chunks_exact(r.nrows().max(1)) {
            if column.iter().all(|x| !x.is_nan()) {
                sum += whole.as_ref().map_or(0.0, |wave| wave.share(column));
            } else {
                let there: Vec<(f64, &[f64; 2])> = column.iter().copied().zip(waves).filter(|(x, _)| !x.is_nan()).collect();
                let wave = Wave::over(there.iter().map(|(_, wave)| *wave), functions);
                let values: Vec<f64> = there.iter().map(|(x, _)| *x).collect();
                sum += wave.map_or(0.0, |wave| wave.share(&values));
            }
        }
    }
    sum
}

/// Σ a_i b_i in four sums at once, which need not wait for each other.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (fours, others) = (a.chunks_exact(4).zip(b.chunks_exact(4)), a.len() - a.len() % 4);
    let mut sums = [0.0; 4];
    for (x, y) in fours {
        (0..4).for_each(|k| sums[k] += x[k] * y[k]);
    }
    let rest: f64 = a[others..].iter().zip(&b[others..]).map(|(x, y)| x * y).sum();
    (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
}

/// e^{αt} cos ωt and e^{αt} sin ωt over some rows, orthogonal to a constant and to each other.
struct Wave {
    cosine: Vec<f64>,
    /// Its square.
    length: f64,
    /// With its square, where it is another than the cosine.
    sine: Option<(Vec<f64>, f64)>,
}

impl Wave {
    /// By Gram–Schmidt; `None` where too few rows are there, or the wave does not differ from a constant.
    fn over<'a>(rows: impl Iterator<Item = &'a [f64; 2]> + Clone, functions: usize) -> Option<Self> {
        let n = rows.clone().count() as f64;
        if n < 4.0 {
            return None;
        }
        let column = |k: usize| -> Vec<f64> {
            let mean = rows.clone().map(|row| row[k]).sum::<f64>() / n;
            rows.clone().map(|row| row[k] - mean).collect()
        };
        let cosine = column(0);
        let length = dot(&cosine, &cosine);
        if length <= 1e-12 * n {
            return None;
        }
        let sine = (functions == 2).then(|| {
            let mut sine = column(1);
            let along = dot(&sine, &cosine) / length;
            sine.iter_mut().zip(&cosine).for_each(|(s, c)| *s -= along * c);
            let rest = dot(&sine, &sine);
            (sine, rest)
        });
        Some(Self { sine: sine.filter(|(_, rest)| *rest > 1e-9 * length), cosine, length })
    }

    /// The sum of squares that it explains of these values.
    fn share(&self, values: &[f64]) -> f64 {
        let along = |wave: &[f64]| dot(wave, values).powi(2);
        along(&self.cosine) / self.length + self.sine.as_ref().map_or(0.0, |(sine, rest)| along(sine) / rest)
    }
}
