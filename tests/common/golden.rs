//! Uneven intervals that any language can reproduce.

/// H_k = 1 + p(2 frac(kφ) − 1) for k = 1 … `count`, φ = (√5 − 1)/2.
pub fn golden(p: f64, count: usize) -> Vec<f64> {
    let phi = 0.5 * (5f64.sqrt() - 1.0);
    (1..=count).map(|k| 1.0 + p * (2.0 * (k as f64 * phi).fract() - 1.0)).collect()
}
