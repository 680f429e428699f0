//! Sums of stages, whatever the stages are: numbers, or polynomials in z.

use std::ops::{Add, Mul, Sub};

/// The most stages that a library's pair has, those of its interpolant included.
pub(crate) const MOST_STAGES: usize = 18;

/// What an interpolant adds up: numbers, or polynomials in z. The default is zero.
pub(crate) trait Value: Copy + Default + Add<Output = Self> + Sub<Output = Self> + Mul<f64, Output = Self> {}

impl<T: Copy + Default + Add<Output = T> + Sub<Output = T> + Mul<f64, Output = T>> Value for T {}

/// What the weights of an interpolant are made of: doubles, or what encloses them.
pub(crate) trait Weight: Copy + Default + From<f64> + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> {}

impl<S: Copy + Default + From<f64> + Add<Output = S> + Sub<Output = S> + Mul<Output = S>> Weight for S {}

/// Σ w_i k_i.
pub(crate) fn weighted<S: Copy, T: Value + Mul<S, Output = T>>(weights: &[S], stages: &[T]) -> T {
    weights.iter().zip(stages).fold(T::default(), |sum, (w, k)| sum + *k * *w)
}
