//! How an equilibrium moves with the parameters of its field.

use super::ParameterisedField;
use nalgebra::DMatrix;

/// dx*/dθ = −(∂f/∂x)⁻¹ ∂f/∂θ at an equilibrium x*: d rows of p numbers (the implicit function theorem). `None` where ∂f/∂x is singular: the
/// equilibrium is then not isolated, or is about to vanish.
///
/// ```
/// use lambdahat::dynamics::{System, equilibrium_shift};
/// let system = System::named("lotka-volterra")?; // the equilibrium is (γ/δ, α/β)
/// let shift = equilibrium_shift(&system, &[1.0, 1.0, 3.0, 2.0], &[1.5, 1.0]).expect("isolated");
/// assert!((shift[(0, 2)] - 0.5).abs() < 1e-15 && (shift[(0, 3)] + 0.75).abs() < 1e-15); // 1/δ, −γ/δ²
/// # Ok::<(), lambdahat::dynamics::DynamicsError>(())
/// ```
pub fn equilibrium_shift(field: &dyn ParameterisedField, theta: &[f64], x: &[f64]) -> Option<DMatrix<f64>> {
    let (d, p) = (field.dimension(), field.parameter_count());
    let mut jacobian = vec![0.0; d * d];
    field.jacobian_batch(theta, x, &mut jacobian);
    let mut slopes = DMatrix::zeros(d, p);
    let (mut adjoint, mut row) = (vec![0.0; d], vec![0.0; p]);
    for i in 0..d {
        adjoint.fill(0.0);
        adjoint[i] = 1.0;
        field.vjp_batch(theta, x, &adjoint, &mut row);
        row.iter().enumerate().for_each(|(k, slope)| slopes[(i, k)] = -slope);
    }
    let shift = DMatrix::from_row_slice(d, d, &jacobian).lu().solve(&slopes)?;
    shift.iter().all(|x| x.is_finite()).then_some(shift)
}
