//! Equilibria of a field, found by Newton's method, and how the field turns about them.

use super::Field;
use nalgebra::{DMatrix, DVector};

/// A point where the field vanishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Equilibrium {
    /// Where.
    pub state: Vec<f64>,
    /// ∂f there.
    pub jacobian: DMatrix<f64>,
    /// The largest component of f left there.
    pub residual: f64,
}

/// Newton's iteration from each guess, each result once: the damped steps of it that lower |f|, until no step does.
///
/// A guess that leads nowhere (a singular Jacobian, no decrease, a residual above 1e-8 of the field's size at the guess) gives nothing.
///
/// ```
/// use lambdahat::dynamics::{System, equilibria};
/// let system = System::named("lotka-volterra")?;
/// let found = equilibria(&system, &[vec![1.2, 0.9]]);
/// assert!((found[0].state[0] - 1.0).abs() < 1e-14);
/// # Ok::<(), lambdahat::dynamics::DynamicsError>(())
/// ```
pub fn equilibria(field: &dyn Field, guesses: &[Vec<f64>]) -> Vec<Equilibrium> {
    let mut found: Vec<Equilibrium> = Vec::new();
    for guess in guesses {
        let Some(equilibrium) = newton(field, guess) else { continue };
        let distance = |other: &Equilibrium| -> f64 {
            let scale = 1.0 + other.state.iter().fold(0.0f64, |m, x| m.max(x.abs()));
            equilibrium.state.iter().zip(&other.state).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / scale
        };
        if found.iter().all(|other| distance(other) > 1e-6) {
            found.push(equilibrium);
        }
    }
    found
}

fn newton(field: &dyn Field, guess: &[f64]) -> Option<Equilibrium> {
    let d = field.dimension();
    let (mut x, mut f, mut j) = (DVector::from_column_slice(guess), DVector::zeros(d), vec![0.0; d * d]);
    let value = |x: &DVector<f64>, f: &mut DVector<f64>| field.value(x.as_slice(), f.as_mut_slice());
    value(&x, &mut f);
    let scale = 1e-8 * (1.0 + f.amax());
    for _ in 0..100 {
        field.jacobian(x.as_slice(), &mut j);
        let Some(step) = DMatrix::from_row_slice(d, d, &j).lu().solve(&f) else { break };
        let mut part = 1.0;
        let mut moved = false;
        while part > 1e-6 {
            let trial = &x - &step * part;
            let mut there = DVector::zeros(d);
            value(&trial, &mut there);
            if there.amax() < f.amax() {
                (x, f, moved) = (trial, there, true);
                break;
            }
            part *= 0.5;
        }
        if !moved {
            break;
        }
    }
    if f.amax().is_nan() || f.amax() > scale || x.iter().any(|v| !v.is_finite()) {
        return None;
    }
    field.jacobian(x.as_slice(), &mut j);
    let jacobian = DMatrix::from_row_slice(d, d, &j);
    jacobian.iter().all(|v| v.is_finite()).then(|| Equilibrium { state: x.as_slice().to_vec(), jacobian, residual: f.amax() })
}
