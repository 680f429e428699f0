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
    let mut consider = |rate: Rate| {
        let gain = explained(samples, residuals, rate);
        if gain.is_finite() && best.as_ref().is_none_or(|(most, _)| gain > *most) {
            best = Some((gain, rate));
        }
    };
    if room >= 2 {
        for k in 1..=count {
            for growth in GROWTHS {
                consider(Rate::Pair(growth / duration, (k as f64 * step).powi(2)));
            }
        }
    }
    let mut fall = 0.5 / duration;
    while fall < 3.0 / samples.interval {
        consider(Rate::Real(-fall));
        consider(Rate::Real((fall).min(8.0 / duration)));
        fall *= 1.5;
    }
    best.map(|(_, rate)| rate)
}

/// The sum of squares that one rate and a constant explain, run by run.
fn explained(samples: &Samples, residuals: &[DMatrix<f64>], rate: Rate) -> f64 {
    let lambda = rate.lambda();
    let mut sum = 0.0;
    for (run, r) in samples.runs.iter().zip(residuals) {
        for j in 0..r.ncols() {
            // Gram–Schmidt of (1, cos, sin) over the rows that are there.
            let rows: Vec<usize> = (0..r.nrows()).filter(|&i| !r[(i, j)].is_nan()).collect();
            let n = rows.len() as f64;
            if rows.len() < 4 {
                continue;
            }
            let column = |f: &dyn Fn(f64) -> f64| -> Vec<f64> {
                let mut v: Vec<f64> = rows.iter().map(|&i| f(run.times[i])).collect();
                let mean = v.iter().sum::<f64>() / n;
                v.iter_mut().for_each(|x| *x -= mean);
                v
            };
            let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
            let y: Vec<f64> = rows.iter().map(|&i| r[(i, j)]).collect();
            let e = |t: f64| (lambda.re * t).exp();
            let c = column(&|t| e(t) * (lambda.im * t).cos());
            let length = dot(&c, &c);
            if length <= 1e-12 * n {
                continue;
            }
            let first = dot(&c, &y);
            sum += first * first / length;
            if rate.count() == 2 {
                let mut s = column(&|t| e(t) * (lambda.im * t).sin());
                let along = dot(&s, &c) / length;
                s.iter_mut().zip(&c).for_each(|(s, c)| *s -= along * c);
                let rest = dot(&s, &s);
                if rest > 1e-9 * length {
                    sum += dot(&s, &y).powi(2) / rest;
                }
            }
        }
    }
    sum
}
