//! Linear multistep methods: order, error constant, zero-, A- and discovery stability, each decided from (ρ, σ).

use super::multiplicity::{common_factor, without};
use super::root_condition::{RootCondition, is_schur, strong_root_condition};
use super::{Extent, RootLocus};
use crate::exact::{Number, Polynomial};
use crate::method::Multistep;
use num_traits::{One, Zero};
use serde::Serialize;
use std::cmp::Ordering;

/// Beyond `2k + 2` no irreducible k-step method has an order; this many conditions more are never needed.
const SPARE_CONDITIONS: usize = 3;

/// Order and error constant of a multistep method.
#[derive(Clone, Debug, PartialEq)]
pub struct MultistepOrder {
    /// The largest p with `C_0 = … = C_p = 0`.
    pub order: usize,
    /// `C_{p+1}/σ(1)`, so that `ρ(e^z)/(zσ(e^z)) = 1 + C z^p + …` (Henrici 1962; Hairer, Nørsett & Wanner I, III.2, (2.13)). `None` where σ(1) = 0.
    pub error_constant: Option<Number>,
    /// The first condition that fails; `None` where the search ended before.
    pub failing: Option<FailingCoefficient>,
}

/// An order condition C_q = 0 of a multistep method that does not hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FailingCoefficient {
    /// q.
    pub number: usize,
    /// C_q.
    pub found: Number,
}

/// The order, from `C_q = Σ_j (α_j j^q/q! − β_j j^{q−1}/(q−1)!)` (Hairer, Nørsett & Wanner I, III.2, (2.6)).
///
/// ```
/// use lambdahat::{exact::Number, method::{Method, catalog}, stability::multistep};
/// let Method::Multistep(bdf2) = catalog::find("bdf2")? else { unreachable!() };
/// let found = multistep::order(&bdf2);
/// assert_eq!((found.order, found.error_constant), (2, Some(Number::ratio(-1, 3))));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
pub fn order(method: &Multistep) -> MultistepOrder {
    let sum = |list: &[Number], power: usize| {
        list.iter().enumerate().fold(Number::zero(), |sum, (j, c)| {
            if j == 0 && power > 0 {
                sum
            } else {
                sum + c.clone() * &Number::from(num_rational::BigRational::from_integer(num_bigint::BigInt::from(j).pow(power as u32)))
            }
        })
    };
    let mut factorial = Number::one();
    for q in 0..=2 * method.steps() + SPARE_CONDITIONS {
        let before = factorial.clone();
        if q > 1 {
            factorial = factorial * &Number::from(q as i64);
        }
        let beta = if q == 0 { Number::zero() } else { sum(method.beta(), q - 1) / &before };
        let residual = sum(method.alpha(), q) / &factorial - beta;
        if !residual.is_zero() {
            let sigma = method.sigma().eval(&Number::one());
            let error_constant = (!sigma.is_zero()).then(|| residual.clone() / sigma);
            return MultistepOrder {
                order: q.saturating_sub(1),
                error_constant,
                failing: Some(FailingCoefficient { number: q, found: residual }),
            };
        }
    }
    MultistepOrder { order: 2 * method.steps() + SPARE_CONDITIONS, error_constant: None, failing: None }
}

/// ρ and σ without common factors: a reducible method has the stability of the reduced one, and further roots that z does not move.
pub fn reduced(method: &Multistep) -> (Polynomial<Number>, Polynomial<Number>) {
    let (rho, sigma) = (method.rho(), method.sigma());
    let common = common_factor(&rho, &sigma);
    if common.degree().is_none_or(|n| n == 0) {
        return (rho, sigma);
    }
    (without(&rho, &common), without(&sigma, &common))
}

/// Where the zeros of ρ lie; the method is zero-stable when the root condition [holds](RootCondition::holds) (Dahlquist 1956).
pub fn zero_stability(method: &Multistep) -> RootCondition {
    RootCondition::of(&method.rho())
}

/// Whether all zeros of ρ but 1 lie strictly inside the circle, which rules out weak instability.
pub fn is_strongly_stable(method: &Multistep) -> bool {
    strong_root_condition(&method.rho())
}

/// Where the zeros of σ lie: learning f from exact states is a recurrence with this characteristic polynomial, stable when the root
/// condition holds (Keller & Du 2021, *Discovery of dynamics using linear multistep methods*, SIAM J. Numer. Anal. 59).
pub fn discovery_stability(method: &Multistep) -> RootCondition {
    RootCondition::of(&method.sigma())
}

/// Whether the stability region contains the closed left half plane.
///
/// ρ/σ must have positive real part for |ζ| > 1 (Dahlquist 1963). By the Cayley transform that is: ρ + σ has all its k zeros strictly inside
/// the circle, and `Re ρ(e^{iθ})σ(e^{−iθ}) ≥ 0` for all θ. Poles of ρ/σ on the circle need no special care.
pub fn is_a_stable(method: &Multistep) -> bool {
    let (rho, sigma) = reduced(method);
    is_positive_real(&rho, &sigma) && RootCondition::of(&common_factor(&method.rho(), &method.sigma())).holds()
}

fn is_positive_real(rho: &Polynomial<Number>, sigma: &Polynomial<Number>) -> bool {
    let sum = rho.clone() + sigma;
    sum.degree() == rho.degree() && is_schur(&sum) && RootLocus::new(rho, sigma).stays_right()
}

/// Whether the imaginary axis lies in the stability region; for an A-stable method it does.
pub fn is_i_stable(method: &Multistep) -> bool {
    let (rho, sigma) = reduced(method);
    RootLocus::new(&rho, &sigma).imaginary_interval().is_infinite()
}

/// Whether the method is A-stable and all zeros of σ lie strictly inside: infinitely stiff modes are damped.
pub fn is_l_stable(method: &Multistep) -> bool {
    damps_infinitely_stiff_modes(method) && is_a_stable(method)
}

/// Whether all zeros of σ are 0.
pub fn damps_infinitely_stiff_modes(method: &Multistep) -> bool {
    let (_, sigma) = reduced(method);
    sigma.coefficients().iter().rev().skip(1).all(Zero::is_zero) && sigma.degree() == Some(method.steps())
}

/// Whether the method is its own adjoint: `α_{k−j} = −α_j` and `β_{k−j} = β_j`, or both with the other sign (Hairer, Lubich & Wanner, XV.1).
pub fn is_symmetric(method: &Multistep) -> bool {
    let mirrored = |list: &[Number], sign: i64| list.iter().zip(list.iter().rev()).all(|(a, b)| *a == Number::from(sign) * b);
    [1, -1].into_iter().any(|sign| mirrored(method.alpha(), -sign) && mirrored(method.beta(), sign))
}

/// Whether the learned λ̂ = ρ(e^{hλ})/(hσ(e^{hλ})) has the sign of λ for every λ: `Re ρσ̄ ≡ 0` on the circle and ρ/σ positive real.
pub fn is_sign_faithful(method: &Multistep) -> bool {
    let (rho, sigma) = reduced(method);
    RootLocus::new(&rho, &sigma).is_imaginary() && is_positive_real(&rho, &sigma)
}

/// Radius of the SSP property, `min_j −α_j/β_j` over the old steps with α_k = 1; zero where some `−α_j` or `β_j` is negative
/// (Gottlieb, Shu & Tadmor 2001, section 5; Lenferink 1989).
pub fn ssp_coefficient(method: &Multistep) -> Extent {
    let lead = method.alpha()[method.steps()].clone();
    let scaled = |c: &Number| c.clone() / &lead;
    if method.beta().iter().any(|b| scaled(b).sign() == Ordering::Less) {
        return Extent::Zero;
    }
    let mut smallest = Extent::Infinite;
    for (alpha, beta) in method.alpha().iter().zip(method.beta()).take(method.steps()) {
        let (old, beta) = (-scaled(alpha), scaled(beta));
        if old.sign() == Ordering::Less || (old.is_zero() && !beta.is_zero()) {
            return Extent::Zero;
        }
        if !beta.is_zero() {
            smallest = smallest.min(Extent::Value(old / beta));
        }
    }
    smallest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog, identity::Identity};

    fn method(name: &str) -> Multistep {
        let Method::Multistep(method) = catalog::find(name).unwrap() else { unreachable!() };
        method
    }

    /// Hairer, Nørsett & Wanner I, III.2 (tables 2.1, 2.2) and III.3.
    #[test]
    fn orders_and_error_constants() {
        for (name, p, n, d) in [
            ("leap-frog", 2, 1, 6),
            ("adams-bashforth-2", 2, 5, 12),
            ("adams-bashforth-3", 3, 3, 8),
            ("adams-bashforth-4", 4, 251, 720),
            ("adams-moulton-2", 3, -1, 24),
            ("adams-moulton-3", 4, -19, 720),
            ("bdf1", 1, -1, 2),
            ("bdf2", 2, -1, 3),
            ("bdf3", 3, -1, 4),
            ("bdf6", 6, -1, 7),
        ] {
            let found = order(&method(name));
            assert_eq!((found.order, &found.error_constant), (p, &Some(Number::ratio(n, d))), "{name}");
            let FailingCoefficient { number: q, found: residual } = found.failing.unwrap();
            assert!(q == p + 1 && !residual.is_zero(), "{name}");
        }
    }

    #[test]
    fn zero_stability_ends_with_bdf_six() {
        for k in 1..=6 {
            let bdf = method(&format!("bdf{k}"));
            assert!(is_strongly_stable(&bdf), "{k}");
            assert_eq!(is_a_stable(&bdf), k <= 2, "{k}");
            assert_eq!(discovery_stability(&bdf), RootCondition::Inside);
        }
        // Σ_{j=1}^{7} (1/j) ∇^j: Cryer (1972)
        let mut alpha = vec![Number::zero(); 8];
        for j in 1..=7i64 {
            let mut binomial = 1i64;
            for i in 0..=j {
                let sign = if i % 2 == 0 { 1 } else { -1 };
                alpha[(7 - i) as usize] = alpha[(7 - i) as usize].clone() + Number::ratio(sign * binomial, j);
                binomial = binomial * (j - i) / (i + 1);
            }
        }
        let mut beta = vec![Number::zero(); 8];
        beta[7] = Number::one();
        let bdf7 = Multistep::new(Identity::default(), alpha, beta).unwrap();
        assert_eq!(order(&bdf7).order, 7);
        assert_eq!(zero_stability(&bdf7), RootCondition::Outside);
    }

    #[test]
    fn weak_stability_of_leap_frog() {
        let leap_frog = method("leap-frog");
        assert!(is_symmetric(&leap_frog) && is_symmetric(&method("milne-simpson")) && is_symmetric(&method("adams-moulton-1")));
        assert!(!is_symmetric(&method("bdf1")) && !is_symmetric(&method("adams-bashforth-2")));
        assert_eq!(zero_stability(&leap_frog), RootCondition::SimpleOnCircle);
        assert!(!is_strongly_stable(&leap_frog) && !is_sign_faithful(&leap_frog));
    }

    /// The trapezoidal rule written as a one-step multistep method.
    #[test]
    fn trapezoid_is_sign_faithful_and_only_just_discovery_stable() {
        let halves = vec![Number::ratio(1, 2), Number::ratio(1, 2)];
        let trapezoid = Multistep::new(Identity::default(), vec![Number::from(-1), Number::one()], halves).unwrap();
        assert!(is_sign_faithful(&trapezoid) && is_a_stable(&trapezoid) && !is_l_stable(&trapezoid));
        assert_eq!(discovery_stability(&trapezoid), RootCondition::SimpleOnCircle);
        assert!(is_l_stable(&method("bdf2")) && !is_sign_faithful(&method("bdf2")));
    }
}
