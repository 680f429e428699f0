//! The adjoint: the method that steps back where another stepped forward.

use crate::exact::Number;
use crate::method::{Identity, Multistep, MultistepError, RungeKutta};

/// The adjoint `Φ*_h = (Φ_{−h})⁻¹`, with `a*_ij = b_{s+1−j} − a_{s+1−i,s+1−j}` and `b*_j = b_{s+1−j}`.
///
/// Its stability function is 1/R(−z), its order that of the method, and the adjoint of the adjoint is the method; a method that is its own adjoint is symmetric
/// (Hairer, Nørsett & Wanner I, II.8, theorem 8.3). Embedded weights are dropped.
///
/// ```
/// use lambdahat::method::{Method, algebra, catalog};
/// let Method::RungeKutta(explicit) = catalog::find("forward-euler")? else { unreachable!() };
/// let Method::RungeKutta(implicit) = catalog::find("implicit-euler")? else { unreachable!() };
/// assert_eq!(algebra::adjoint(&explicit).a(), implicit.a());
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn adjoint(method: &RungeKutta) -> RungeKutta {
    let (a, b, s) = (method.a(), method.b(), method.stages());
    let last = s - 1;
    let rows = (0..s).map(|i| (0..s).map(|j| b[last - j].clone() - &a[last - i][last - j]).collect()).collect();
    RungeKutta::formed(adjoint_identity(method.identity()), rows, b.iter().rev().cloned().collect())
}

/// The adjoint of a linear multistep method, `α*_j = −α_{k−j}` and `β*_j = β_{k−j}`; symmetric ones are their own adjoints up to a factor of −1
/// (Stetter 1973; Hairer, Lubich & Wanner, XV.1).
///
/// # Errors
/// Where α₀ = 0: the newest value would not be determined when stepping back.
pub fn multistep_adjoint(method: &Multistep) -> Result<Multistep, MultistepError> {
    let alpha: Vec<Number> = method.alpha().iter().rev().map(|c| -c.clone()).collect();
    Multistep::new(adjoint_identity(method.identity()), alpha, method.beta().iter().rev().cloned().collect())
}

fn adjoint_identity(of: &Identity) -> Identity {
    Identity {
        name: format!("{}-adjoint", of.name),
        title: format!("Adjoint of {}", if of.title.is_empty() { &of.name } else { &of.title }),
        source: of.source.clone(),
        ..Identity::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::stability::StabilityFunction;

    fn methods() -> Vec<RungeKutta> {
        [
            "forward-euler",
            "heun2",
            "kutta3",
            "rk4",
            "dormand-prince5",
            "implicit-euler",
            "trapezoid",
            "gauss2",
            "gauss3",
            "radau-iia-2",
            "radau-iia-3",
            "lobatto-iiia-3",
            "lobatto-iiic-3",
            "sdirk2",
        ]
        .into_iter()
        .map(|name| match catalog::find(name).unwrap() {
            Method::RungeKutta(method) => method,
            Method::Multistep(_) => unreachable!(),
        })
        .collect()
    }

    #[test]
    fn twice_is_the_method_and_r_is_inverted() {
        for method in methods() {
            let once = adjoint(&method);
            let twice = adjoint(&once);
            assert_eq!((twice.a(), twice.b()), (method.a(), method.b()), "{}", method.name());
            let (r, star) = (StabilityFunction::of(&method), StabilityFunction::of(&once));
            assert_eq!(*star.numerator(), r.denominator().reflected(), "{}", method.name());
            assert_eq!(*star.denominator(), r.numerator().reflected(), "{}", method.name());
        }
    }

    /// Hairer, Nørsett & Wanner I, II.8; Radau IA is not the adjoint of Radau IIA.
    #[test]
    fn gauss_and_lobatto_iiia_are_their_own() {
        for method in methods() {
            let own = adjoint(&method);
            let same = own.a() == method.a() && own.b() == method.b();
            let expected = matches!(method.name(), "gauss2" | "gauss3" | "lobatto-iiia-3" | "trapezoid");
            assert_eq!(same, expected, "{}", method.name());
        }
    }

    #[test]
    fn multistep_methods() {
        let adjoint_of = |name: &str| {
            let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
            let star = multistep_adjoint(&method).unwrap();
            (star.alpha() == method.alpha() && star.beta() == method.beta(), multistep_adjoint(&star).unwrap().alpha() == method.alpha())
        };
        assert_eq!(adjoint_of("leap-frog"), (true, true));
        assert_eq!(adjoint_of("bdf2"), (false, true));
        let Method::Multistep(ab2) = catalog::find("adams-bashforth-2").unwrap() else { unreachable!() };
        assert!(multistep_adjoint(&ab2).is_err());
    }
}
