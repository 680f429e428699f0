//! Gaussian kernels: radial basis functions whose ridge regression is the mean of a Gaussian process.
//!
//! With centres c_1 … c_r, k(x, c) = exp(−|x − c|²/(2ℓ²)) in the scaled state, and LLᵀ = K(c, c) + jitter, the features are
//! φ(x) = L⁻¹ k(c, x). Then |θ|² of the weights is the native-space norm of the function, so that least squares with ridge σ² is the mean
//! of a Gaussian process of noise variance σ² (Rasmussen & Williams 2006, 2.3 and 8.3.1): exactly where the centres are all
//! the samples, and the subset-of-regressors approximation where they are fewer.

use crate::simd::gemm::{Rows, RowsMut, Strided, Update, multiply};
use crate::simd::{Width, padded};
use serde::{Deserialize, Serialize};

/// Whitened Gaussians around centres.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kernel {
    dimension: usize,
    /// Rows of d scaled coordinates.
    centres: Vec<f64>,
    /// What a component is divided by before distances are taken.
    scale: Vec<f64>,
    length: f64,
    /// L⁻¹, lower triangular, row-major.
    whitening: Vec<f64>,
}

/// Added to the diagonal of K before it is factorised: the centres' Gaussians are nearly dependent when they overlap.
const JITTER: f64 = 1e-10;

impl Kernel {
    /// At most `most` of the states (rows of d numbers) as centres: the first, then always the one farthest from those
    /// chosen (Gonzalez 1985). The length ℓ is `length` times the median distance between centres.
    pub fn among(states: &[Vec<f64>], most: usize, length: f64) -> Self {
        let d = states.first().map_or(0, Vec::len);
        let scale: Vec<f64> = (0..d)
            .map(|j| {
                let mean = states.iter().map(|s| s[j]).sum::<f64>() / states.len() as f64;
                let variance = states.iter().map(|s| (s[j] - mean).powi(2)).sum::<f64>() / states.len() as f64;
                if variance > 0.0 { variance.sqrt() } else { 1.0 }
            })
            .collect();
        let scaled: Vec<Vec<f64>> = states.iter().map(|s| (0..d).map(|j| s[j] / scale[j]).collect()).collect();
        let distance = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let mut chosen: Vec<usize> = Vec::new();
        let mut nearest = vec![f64::INFINITY; scaled.len()];
        let mut next = 0;
        while chosen.len() < most && next < scaled.len() && nearest[next] > 1e-16 {
            chosen.push(next);
            for (near, state) in nearest.iter_mut().zip(&scaled) {
                *near = near.min(distance(state, &scaled[next]));
            }
            next = (0..scaled.len()).max_by(|&a, &b| nearest[a].total_cmp(&nearest[b])).unwrap_or(0);
        }
        let mut distances: Vec<f64> = Vec::new();
        for (k, &a) in chosen.iter().enumerate() {
            distances.extend(chosen[..k].iter().map(|&b| distance(&scaled[a], &scaled[b]).sqrt()));
        }
        distances.sort_by(f64::total_cmp);
        let median = distances.get(distances.len() / 2).copied().unwrap_or(1.0);
        let centres = chosen.iter().flat_map(|&k| scaled[k].iter().copied()).collect();
        let mut kernel = Self { dimension: d, centres, scale, length: length * median, whitening: Vec::new() };
        kernel.whitening = kernel.inverse_factor();
        kernel
    }

    /// Whether all parts fit together: asked of kernels that come from outside.
    pub(crate) fn consistent(&self, d: usize) -> Result<(), String> {
        let r = self.count();
        let lengths = self.dimension == d && r > 0 && self.centres.len() == r * d && self.scale.len() == d && self.whitening.len() == r * r;
        let numbers = self.centres.iter().chain(&self.whitening).all(|x| x.is_finite());
        let positive = self.scale.iter().chain([&self.length]).all(|&x| x.is_finite() && x > 0.0);
        if lengths && numbers && positive { Ok(()) } else { Err("its kernel's parts do not fit together".into()) }
    }

    /// How many centres.
    pub fn count(&self) -> usize {
        self.centres.len() / self.dimension.max(1)
    }

    /// ℓ, in units of the states' standard deviations.
    pub fn length(&self) -> f64 {
        self.length
    }

    /// What each component is divided by: the states' standard deviations.
    pub fn scale(&self) -> &[f64] {
        &self.scale
    }

    /// L⁻¹ of K + jitter = LLᵀ.
    fn inverse_factor(&self) -> Vec<f64> {
        let (r, d) = (self.count(), self.dimension);
        let mut factor = vec![0.0; r * r];
        for i in 0..r {
            for j in 0..=i {
                let square: f64 = (0..d).map(|c| (self.centres[i * d + c] - self.centres[j * d + c]).powi(2)).sum();
                let k = (-square / (2.0 * self.length * self.length)).exp() + if i == j { JITTER } else { 0.0 };
                let sum: f64 = (0..j).map(|l| factor[i * r + l] * factor[j * r + l]).sum();
                // K is positive definite with the jitter; what rounding leaves of a pivot is at least a part of it.
                factor[i * r + j] = if i == j { (k - sum).max(JITTER * 0.01).sqrt() } else { (k - sum) / factor[j * r + j] };
            }
        }
        let mut inverse = vec![0.0; r * r];
        for column in 0..r {
            for i in column..r {
                let unit = if i == column { 1.0 } else { 0.0 };
                let sum: f64 = (column..i).map(|l| factor[i * r + l] * inverse[l * r + column]).sum();
                inverse[i * r + column] = (unit - sum) / factor[i * r + i];
            }
        }
        inverse
    }

    /// k(c, x), r × n; n is padded.
    fn gaussians(&self, width: Width, x: &[f64], n: usize, out: &mut [f64]) {
        let (r, d) = (self.count(), self.dimension);
        let factor = -0.5 / (self.length * self.length);
        for k in 0..r {
            let row = &mut out[k * n..(k + 1) * n];
            row.fill(0.0);
            for j in 0..d {
                let (centre, inverse) = (self.centres[k * d + j], 1.0 / self.scale[j]);
                for (o, x) in row.iter_mut().zip(&x[j * n..(j + 1) * n]) {
                    let distance = x * inverse - centre;
                    *o += distance * distance;
                }
            }
            row.iter_mut().for_each(|o| *o *= factor);
            crate::simd::elementary::exp_of_negative(width, row);
        }
    }

    /// φ (r × n) of x (d × n), n padded.
    pub(crate) fn value(&self, width: Width, x: &[f64], n: usize, out: &mut [f64]) {
        debug_assert_eq!(n, padded(n));
        let r = self.count();
        let mut raw = vec![0.0; r * n];
        self.gaussians(width, x, n, &mut raw);
        multiply(width, (r, n, r), Strided::rows(&self.whitening, r), Rows(&raw, n), RowsMut(out, n), Update::Assign);
    }

    /// φ′(x)ᵀ·adjoint (d × n).
    pub(crate) fn pull_back(&self, width: Width, x: &[f64], n: usize, adjoint: &[f64], out: &mut [f64]) {
        let (r, d) = (self.count(), self.dimension);
        let (mut raw, mut weight) = (vec![0.0; r * n], vec![0.0; r * n]);
        self.gaussians(width, x, n, &mut raw);
        multiply(width, (r, n, r), Strided::transposed(&self.whitening, r), Rows(adjoint, n), RowsMut(&mut weight, n), Update::Assign);
        out.fill(0.0);
        let inverse_square = 1.0 / (self.length * self.length);
        for k in 0..r {
            for j in 0..d {
                let (centre, inverse) = (self.centres[k * d + j], 1.0 / self.scale[j]);
                for i in 0..n {
                    let distance = x[j * n + i] * inverse - centre;
                    out[j * n + i] -= weight[k * n + i] * raw[k * n + i] * distance * inverse * inverse_square;
                }
            }
        }
    }
}
