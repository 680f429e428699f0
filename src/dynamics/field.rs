//! A vector field: what moves, and how its motion changes from place to place.

/// An autonomous vector field ẋ = f(x) on ℝᵈ.
pub trait Field {
    /// d.
    fn dimension(&self) -> usize;

    /// Writes f(x); both slices have d numbers.
    fn value(&self, x: &[f64], out: &mut [f64]);

    /// Writes ∂f_i/∂x_j to `out[i·d + j]`; `out` has d² numbers.
    fn jacobian(&self, x: &[f64], out: &mut [f64]);
}
