//! Vector fields: what moves, how its motion changes from place to place, and with its parameters.

/// An autonomous vector field ẋ = f(x) on ℝᵈ.
pub trait Field {
    /// d.
    fn dimension(&self) -> usize;

    /// Writes f(x); both slices have d numbers.
    fn value(&self, x: &[f64], out: &mut [f64]);

    /// Writes ∂f_i/∂x_j to `out[i·d + j]`; `out` has d² numbers.
    fn jacobian(&self, x: &[f64], out: &mut [f64]);

    /// Writes f of each of these states, one state after another: one by one, unless a field has a faster way.
    fn values(&self, states: &[f64], out: &mut [f64]) {
        let d = self.dimension();
        states.chunks_exact(d).zip(out.chunks_exact_mut(d)).for_each(|(x, f)| self.value(x, f));
    }
}

/// A vector field with parameters, ẋ = f(x; θ), asked for many states at once: n states are n·d numbers, one state after another.
///
/// The models of `fit` are such fields (θ: their weights), and so are the named systems (θ: their named parameters).
///
/// ```
/// use lambdahat::dynamics::{ParameterisedField, System};
/// let system = System::named("lotka-volterra")?; // θ = (α, β, γ, δ)
/// let (theta, states) = ([2.0, 1.0, 1.0, 1.0], [1.0, 2.0, 3.0, 1.0]);
/// let mut f = [0.0; 4];
/// system.value_batch(&theta, &states, &mut f);
/// assert_eq!(f, [0.0, 0.0, 3.0, 2.0]);
/// let mut gradient = [0.0; 4]; // of Σ ẋ over both states: (Σx, −Σxy, 0, 0)
/// system.vjp_batch(&theta, &states, &[1.0, 0.0, 1.0, 0.0], &mut gradient);
/// assert_eq!(gradient, [4.0, -5.0, 0.0, 0.0]);
/// # Ok::<(), lambdahat::dynamics::DynamicsError>(())
/// ```
pub trait ParameterisedField {
    /// d.
    fn dimension(&self) -> usize;

    /// p, the length of θ.
    fn parameter_count(&self) -> usize;

    /// Writes f(x; θ) of each state; `out` is as long as `states`.
    fn value_batch(&self, theta: &[f64], states: &[f64], out: &mut [f64]);

    /// Writes ∂f_i/∂x_j of each state, row by row; `out` has d² numbers per state.
    fn jacobian_batch(&self, theta: &[f64], states: &[f64], out: &mut [f64]);

    /// Writes Σ over the states of (∂f/∂θ)ᵀ·adjoint, p numbers; `adjoint` is as long as `states`.
    fn vjp_batch(&self, theta: &[f64], states: &[f64], adjoint: &[f64], out: &mut [f64]);
}

/// A parameterised field at one θ: a field like any other.
#[derive(Clone, Copy, Debug)]
pub struct At<'a, P: ?Sized> {
    /// The field.
    pub field: &'a P,
    /// θ.
    pub parameters: &'a [f64],
}

impl<P: ParameterisedField + ?Sized> Field for At<'_, P> {
    fn dimension(&self) -> usize {
        self.field.dimension()
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        self.field.value_batch(self.parameters, x, out);
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        self.field.jacobian_batch(self.parameters, x, out);
    }

    fn values(&self, states: &[f64], out: &mut [f64]) {
        self.field.value_batch(self.parameters, states, out);
    }
}
