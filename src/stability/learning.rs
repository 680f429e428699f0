//! What a scheme does to a model that learns through it: decided from R, or from ρ and σ, with the reason in words.

use super::multistep::{discovery_stability, is_sign_faithful};
use super::root_condition::RootCondition;
use super::{StabilityFunction, e_polynomial, poles_in_right_half_plane};
use crate::method::Multistep;
use num_traits::Zero;
use serde::Serialize;

/// The verdicts on learning through a scheme with one step between samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Learning {
    /// Whether every branch of every damped (growing) mode is damped (growing).
    pub sign_faithful: bool,
    /// Why.
    pub sign_reason: String,
    /// Whether each λ has one λ̂ only.
    pub unique: bool,
    /// Why.
    pub unique_reason: String,
    /// How many λ̂ each λ has, those at infinity included; m substeps make it m times as many.
    pub branches: usize,
    /// For a multistep method, whether f can be learned from exact states by its recurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_stable: Option<bool>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_reason: Option<String>,
}

impl Learning {
    /// Through a Runge–Kutta method.
    ///
    /// Sign-faithful means `|R(z)| < 1 ⇔ Re z < 0`. By continuity |R| = 1 on the imaginary axis, that is `R(z)R(−z) ≡ 1`, the
    /// E-polynomial vanishes; and a damped half plane has no pole. Conversely these make R a Blaschke product.
    ///
    /// ```
    /// use lambdahat::{method::{Method, catalog}, stability::{Learning, StabilityFunction}};
    /// let Method::RungeKutta(midpoint) = catalog::find("implicit-midpoint")? else { unreachable!() };
    /// let learning = Learning::one_step(&StabilityFunction::of(&midpoint));
    /// assert!(learning.sign_faithful && learning.unique);
    /// # Ok::<(), lambdahat::method::CatalogError>(())
    /// ```
    pub fn one_step(r: &StabilityFunction) -> Self {
        let branches = r.degree();
        let on_axis = e_polynomial(r).is_zero();
        let poles = on_axis && poles_in_right_half_plane(r);
        let (sign_faithful, sign_reason) = match (branches, on_axis, poles) {
            (0, ..) => (false, "R is constant: a step does not depend on the field"),
            (_, false, _) if r.denominator_degree() == 0 => {
                (false, "R is a polynomial, so |R| = 1 does not hold on the imaginary axis: undamped modes are learned damped or growing")
            }
            (_, false, _) => {
                (false, "R(z)R(-z) is not 1, so |R| = 1 fails on the imaginary axis: undamped modes are learned damped or growing")
            }
            (_, true, false) => (false, "R(z)R(-z) = 1, but R has a pole in the left half plane"),
            (_, true, true) => (true, "R(z)R(-z) = 1 and all poles lie in the right half plane, so |R(z)| < 1 exactly where Re z < 0"),
        };
        let unique_reason = match branches {
            0 => "R is constant: no equation for the learned eigenvalue".into(),
            1 => "R has degree 1: one learned eigenvalue for each true one (with m = 1)".into(),
            n => format!("R has degree {n}: {n} learned eigenvalues fit each true one equally well"),
        };
        Self {
            sign_faithful,
            sign_reason: sign_reason.into(),
            unique: branches == 1,
            unique_reason,
            branches,
            discovery_stable: None,
            discovery_reason: None,
        }
    }

    /// Through a linear multistep method, where `λ̂ = ρ(e^{hλ})/(hσ(e^{hλ}))` is the only one.
    pub fn multistep(method: &Multistep) -> Self {
        let sign_faithful = is_sign_faithful(method);
        let sign_reason = if sign_faithful {
            "Re ρ/σ = 0 on the unit circle and > 0 outside it"
        } else {
            "ρ/σ does not map the outside of the unit circle to the right half plane and the inside to the left one"
        };
        let condition = discovery_stability(method);
        let discovery_reason = match condition {
            RootCondition::Inside => "all zeros of σ lie inside the unit circle",
            RootCondition::SimpleOnCircle => "only just: zeros of σ lie on the unit circle, and are simple",
            RootCondition::MultipleOnCircle => "σ has a multiple zero on the unit circle, so errors of the learned f grow algebraically",
            RootCondition::Outside => {
                "σ has a zero outside the unit circle, so errors of the learned f grow geometrically along the trajectory"
            }
        };
        Self {
            sign_faithful,
            sign_reason: sign_reason.into(),
            unique: true,
            unique_reason: "λ̂ = ρ(e^{hλ})/(hσ(e^{hλ})) is single-valued; the other characteristic roots are parasitic".into(),
            branches: 1,
            discovery_stable: Some(condition.holds()),
            discovery_reason: Some(discovery_reason.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    /// DESIGN's table: midpoint, trapezoid and Gauss are sign-faithful; only degree 1 is unique. Keller & Du (2021) for discovery stability.
    #[test]
    fn verdicts() {
        for (name, sign, unique, branches, discovery) in [
            ("forward-euler", false, true, 1, None),
            ("implicit-euler", false, true, 1, None),
            ("implicit-midpoint", true, true, 1, None),
            ("trapezoid", true, true, 1, None),
            ("gauss2", true, false, 2, None),
            ("gauss3", true, false, 3, None),
            ("lobatto-iiia-3", true, false, 2, None),
            ("radau-iia-2", false, false, 2, None),
            ("rk4", false, false, 4, None),
            ("leap-frog", false, true, 1, Some(true)),
            ("bdf4", false, true, 1, Some(true)),
            ("adams-bashforth-5", false, true, 1, Some(true)),
            ("adams-moulton-2", false, true, 1, Some(false)),
        ] {
            let learning = match catalog::find(name).unwrap() {
                Method::RungeKutta(method) => Learning::one_step(&StabilityFunction::of(&method)),
                Method::Multistep(method) => Learning::multistep(&method),
            };
            assert_eq!(
                (learning.sign_faithful, learning.unique, learning.branches, learning.discovery_stable),
                (sign, unique, branches, discovery),
                "{name}"
            );
        }
    }
}
