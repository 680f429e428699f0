//! The loss of one mode, λ = −0.1 + 2i, on uneven intervals: Σ w|R(hλ̂)^m − e^{Hλ}|².

use crate::golden::golden;
use lambdahat::inverse::{LearningEquation, Stretch, UnevenLoss, UnevenMinimum};
use lambdahat::method::{Sampling, catalog};
use num_complex::Complex;

pub const LAMBDA: Complex<f64> = Complex::new(-0.1, 2.0);

/// Nodes and weights of Gauss–Legendre, by Newton on P_n.
fn legendre(n: usize) -> Vec<(f64, f64)> {
    (0..n)
        .map(|k| {
            let mut x = (std::f64::consts::PI * (k as f64 + 0.75) / (n as f64 + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..50 {
                let (mut before, mut now) = (1.0, x);
                for j in 2..=n {
                    (before, now) = (now, ((2 * j - 1) as f64 * x * now - (j - 1) as f64 * before) / j as f64);
                }
                slope = n as f64 * (x * now - before) / (x * x - 1.0);
                x -= now / slope;
            }
            (x, 2.0 / ((1.0 - x * x) * slope * slope))
        })
        .collect()
}

/// Golden intervals, uniform ones as an integral, or 1 and √½ in turn; all of equal weight, one step each.
pub fn stretches(pattern: &str) -> Vec<Stretch> {
    let equal = |intervals: Vec<f64>| intervals.into_iter().map(|interval| Stretch { interval, substeps: 1, weight: 1.0 }).collect();
    let integral = |p: f64| legendre(40).into_iter().map(|(x, weight)| Stretch { interval: 1.0 + p * x, substeps: 1, weight }).collect();
    match pattern {
        "golden 10" => equal(golden(0.1, 40)),
        "golden 50" => equal(golden(0.5, 40)),
        "integral 10" => integral(0.1),
        "integral 50" => integral(0.5),
        "alternating" => equal(vec![1.0, 0.5f64.sqrt()]),
        other => panic!("{other}"),
    }
}

pub fn loss(method: &str, stretches: Vec<Stretch>) -> UnevenLoss {
    UnevenLoss::new(&catalog::find(method).unwrap(), LAMBDA, stretches).unwrap()
}

/// Every λ̂ with R(Hλ̂/m)^m = e^{Hλ}.
pub fn branches(method: &str, lambda: Complex<f64>, interval: f64, substeps: u32) -> Vec<Complex<f64>> {
    let equation = LearningEquation::of(&catalog::find(method).unwrap()).unwrap();
    let found = equation.branches(lambda, Sampling::new(interval, substeps).unwrap()).unwrap();
    found.branches.iter().map(|b| b.lambda).collect()
}

/// Every minimum from the branches at H = 1 and a grid, the lowest first.
pub fn minima(method: &str, stretches: Vec<Stretch>) -> Vec<UnevenMinimum> {
    loss(method, stretches).minima(&branches(method, LAMBDA, 1.0, 1), 6.0)
}
