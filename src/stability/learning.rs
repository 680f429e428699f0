//! What a scheme does to a model that learns through it: decided from R, or from ρ and σ, with the reason.

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
    pub sign_reason: SignReason,
    /// Whether each λ has one λ̂ only.
    pub unique: bool,
    /// Why.
    pub unique_reason: UniqueReason,
    /// How many λ̂ each λ has, those at infinity included; m substeps make it m times as many.
    pub branches: usize,
    /// For a multistep method, whether f can be learned from exact states by its recurrence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discovery_stable: Option<bool>,
    /// Why: where the zeros of σ lie.
    #[serde(skip_serializing_if = "Option::is_none", rename = "discovery_reason")]
    pub zeros_of_sigma: Option<RootCondition>,
}

/// Why a scheme is sign-faithful, or is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum SignReason {
    /// R is constant.
    Constant,
    /// R is a polynomial, so |R| = 1 fails on the imaginary axis.
    Polynomial,
    /// R(z)R(−z) is not 1.
    ModulusOnAxis,
    /// R(z)R(−z) = 1, and a pole lies in the left half plane.
    PoleInLeftHalfPlane,
    /// R(z)R(−z) = 1, and all poles lie in the right half plane.
    UnitModulus,
    /// Re ρ/σ = 0 on the unit circle and > 0 outside it.
    KeepsHalfPlanes,
    /// ρ/σ maps points outside the unit circle to the left half plane, or points inside to the right one.
    MixesHalfPlanes,
}

/// Why each λ has one λ̂ only, or has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum UniqueReason {
    /// R is constant.
    Constant,
    /// The degree of R.
    Degree {
        /// max(deg P, deg Q).
        degree: usize,
    },
    /// λ̂ = ρ(e^{hλ})/(hσ(e^{hλ})) is single-valued.
    SingleValued,
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
    /// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
    /// ```
    pub fn one_step(r: &StabilityFunction) -> Self {
        let branches = r.degree();
        let on_axis = e_polynomial(r).is_zero();
        let poles = on_axis && poles_in_right_half_plane(r);
        let (sign_faithful, sign_reason) = match (branches, on_axis, poles) {
            (0, ..) => (false, SignReason::Constant),
            (_, false, _) if r.denominator_degree() == 0 => (false, SignReason::Polynomial),
            (_, false, _) => (false, SignReason::ModulusOnAxis),
            (_, true, false) => (false, SignReason::PoleInLeftHalfPlane),
            (_, true, true) => (true, SignReason::UnitModulus),
        };
        let unique_reason = match branches {
            0 => UniqueReason::Constant,
            degree => UniqueReason::Degree { degree },
        };
        Self { sign_faithful, sign_reason, unique: branches == 1, unique_reason, branches, discovery_stable: None, zeros_of_sigma: None }
    }

    /// Through a linear multistep method, where `λ̂ = ρ(e^{hλ})/(hσ(e^{hλ}))` is the only one.
    pub fn multistep(method: &Multistep) -> Self {
        let sign_faithful = is_sign_faithful(method);
        let condition = discovery_stability(method);
        Self {
            sign_faithful,
            sign_reason: if sign_faithful { SignReason::KeepsHalfPlanes } else { SignReason::MixesHalfPlanes },
            unique: true,
            unique_reason: UniqueReason::SingleValued,
            branches: 1,
            discovery_stable: Some(condition.holds()),
            zeros_of_sigma: Some(condition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    /// Midpoint, trapezoid and Gauss are sign-faithful; only degree 1 is unique. Keller & Du (2021) for discovery stability.
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
