//! Two methods one after the other, as one step.

use crate::exact::Number;
use crate::method::{Identity, RungeKutta};
use num_traits::{One, Zero};

/// The method whose step with h is a step of `first` with θh and then a step of `second` with (1 − θ)h.
///
/// Its tableau is `A = [θA₁ 0; θ𝟙b₁ᵀ (1 − θ)A₂]`, `b = (θb₁, (1 − θ)b₂)` and its stability function `R₁(θz)R₂((1 − θ)z)`
/// (Hairer, Lubich & Wanner, *Geometric Numerical Integration*, II.4 and III.1.3). With θ = 1/2 two half steps; any θ is allowed,
/// also outside [0, 1] (one of the two then steps back). Embedded weights are dropped, and nothing is reduced.
///
/// ```
/// use lambdahat::{exact::Number, method::{Method, algebra, catalog}, stability::reduce};
/// let euler = |name| match catalog::find(name) {
///     Ok(Method::RungeKutta(method)) => method,
///     _ => unreachable!(),
/// };
/// let half = Number::ratio(1, 2);
/// let midpoint = algebra::compose(&euler("implicit-euler"), &euler("forward-euler"), &half);
/// assert_eq!(reduce(&midpoint).method.a(), [[half]]);
/// ```
pub fn compose(first: &RungeKutta, second: &RungeKutta, weight: &Number) -> RungeKutta {
    let rest = Number::one() - weight;
    let (s, t) = (first.stages(), second.stages());
    let scaled = |list: &[Number], factor: &Number| list.iter().map(|x| x.clone() * factor).collect::<Vec<_>>();
    let zeros = |n: usize| vec![Number::zero(); n];
    let before = scaled(first.b(), weight);
    let mut a: Vec<Vec<Number>> = first.a().iter().map(|row| [scaled(row, weight), zeros(t)].concat()).collect();
    a.extend(second.a().iter().map(|row| [before.clone(), scaled(row, &rest)].concat()));
    let b = [before, scaled(second.b(), &rest)].concat();
    debug_assert_eq!(b.len(), s + t);
    let identity = Identity {
        name: format!("{}-after-{}", second.name(), first.name()),
        title: format!("{} over {rest} of the step, after {} over {weight} of it", second.title(), first.title()),
        source: format!("composed of {} and {}", first.name(), second.name()),
        ..Identity::default()
    };
    RungeKutta::formed(identity, a, b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::stability::{StabilityFunction, reduce};

    fn method(name: &str) -> RungeKutta {
        let Method::RungeKutta(method) = catalog::find(name).unwrap() else { unreachable!() };
        method
    }

    /// Hairer, Lubich & Wanner, II.1 and V.1: the trapezoidal rule is Euler's explicit, then his implicit method, the midpoint rule the reverse.
    #[test]
    fn eulers_half_steps() {
        let half = Number::ratio(1, 2);
        let (explicit, implicit) = (method("forward-euler"), method("implicit-euler"));
        let trapezoid = compose(&explicit, &implicit, &half);
        assert_eq!((trapezoid.a(), trapezoid.b()), (method("trapezoid").a(), method("trapezoid").b()));
        let midpoint = reduce(&compose(&implicit, &explicit, &half)).method;
        assert_eq!((midpoint.a(), midpoint.b()), (method("implicit-midpoint").a(), method("implicit-midpoint").b()));
    }

    /// `R(z) = R₁(θz)R₂((1 − θ)z)`, and unequal parts with surds in both.
    #[test]
    fn stability_functions_multiply() {
        let third = Number::ratio(1, 3);
        for (first, second) in [("rk4", "gauss2"), ("sdirk2", "radau-iia-3"), ("gauss2", "gauss3")] {
            let (first, second) = (method(first), method(second));
            let whole = StabilityFunction::of(&compose(&first, &second, &third));
            let (one, two) = (StabilityFunction::of(&first), StabilityFunction::of(&second));
            let at = |p: &crate::exact::Polynomial<Number>, x: &Number, z: &Number| p.eval(&(x.clone() * z));
            let rest = Number::ratio(2, 3);
            for z in [Number::ratio(1, 2), Number::ratio(-3, 4)] {
                let left = at(whole.numerator(), &Number::one(), &z) * at(one.denominator(), &third, &z) * at(two.denominator(), &rest, &z);
                let right = at(whole.denominator(), &Number::one(), &z) * at(one.numerator(), &third, &z) * at(two.numerator(), &rest, &z);
                assert_eq!(left, right);
            }
        }
    }
}
