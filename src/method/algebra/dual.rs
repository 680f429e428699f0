//! The discrete adjoint: what becomes of a method when a loss is differentiated through its steps.

use crate::exact::Number;
use crate::method::{Identity, RungeKutta};
use num_traits::Zero;
use thiserror::Error;

/// Why a method has no dual.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DualError {
    /// The formula divides by every weight.
    #[error("weight b[{stage}] is zero, and the dual divides by every weight")]
    ZeroWeight {
        /// Counted from one.
        stage: usize,
    },
}

/// The dual with `â_ij = b_j − b_j a_ji/b_i` and the same weights: reverse-mode differentiation of a step integrates the adjoint
/// equations with it, so that `(A, b)` and `(Â, b)` together form a symplectic partitioned method (Hager 2000; Sanz-Serna 2016).
///
/// Its stability function is 1/R(−z), it is its own dual's dual, and a method is its own dual exactly where it is symplectic. Lobatto IIIA and IIIB are each other's duals.
///
/// ```
/// use lambdahat::method::{Method, algebra, catalog};
/// let Method::RungeKutta(gauss) = catalog::find("gauss2")? else { unreachable!() };
/// assert_eq!(algebra::dual(&gauss).unwrap().a(), gauss.a());
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
///
/// # Errors
/// [`DualError::ZeroWeight`]; a weight known to within a rounding that holds zero counts as zero.
pub fn dual(method: &RungeKutta) -> Result<RungeKutta, DualError> {
    let (a, b, s) = (method.a(), method.b(), method.stages());
    if let Some(i) = b.iter().position(Zero::is_zero) {
        return Err(DualError::ZeroWeight { stage: i + 1 });
    }
    let entry = |i: usize, j: usize| -> Number { b[j].clone() - b[j].clone() * &a[j][i] / &b[i] };
    let rows = (0..s).map(|i| (0..s).map(|j| entry(i, j)).collect()).collect();
    let of = method.identity();
    let identity = Identity {
        name: format!("{}-dual", of.name),
        title: format!("Dual of {}", if of.title.is_empty() { &of.name } else { &of.title }),
        source: of.source.clone(),
        ..Identity::default()
    };
    Ok(RungeKutta::formed(identity, rows, b.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::stability::{StabilityFunction, is_symplectic, reduce};

    fn method(name: &str) -> RungeKutta {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        method
    }

    /// Hairer, Lubich & Wanner, IV.2 and VI.4.2: the pair of Lobatto.
    #[test]
    fn lobatto_iiia_and_iiib_are_a_pair() {
        for (one, other) in [("trapezoid", "lobatto-iiib-2"), ("lobatto-iiia-3", "lobatto-iiib-3")] {
            let (one, other) = (method(one), method(other));
            assert_eq!(dual(&one).unwrap().a(), other.a());
            assert_eq!(dual(&other).unwrap().a(), one.a());
        }
    }

    #[test]
    fn self_dual_exactly_where_symplectic() {
        for name in
            ["implicit-midpoint", "gauss2", "gauss3", "radau-iia-2", "radau-iia-3", "lobatto-iiic-3", "rk4", "rk38", "implicit-euler"]
        {
            let method = method(name);
            let dual = dual(&method).unwrap();
            assert_eq!(dual.a() == method.a(), is_symplectic(&reduce(&method)), "{name}");
            let (r, star) = (StabilityFunction::of(&method), StabilityFunction::of(&dual));
            assert_eq!((star.numerator(), star.denominator()), (&r.denominator().reflected(), &r.numerator().reflected()), "{name}");
        }
    }

    #[test]
    fn zero_weights_are_named() {
        assert_eq!(dual(&method("dormand-prince5")).unwrap_err(), DualError::ZeroWeight { stage: 2 });
    }
}
