//! Why a scheme has a property, or has it not, in sentences without a capital letter: they follow `yes: ` or `no: `.

use super::super::{Dialect, Say};
use crate::inverse::artifact_boundary::NoBoundary;
use crate::stability::{RootCondition, SignReason, UniqueReason};

impl Say for SignReason {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::Constant => "R is constant: a step does not depend on the field",
            Self::Polynomial => {
                "R is a polynomial, so |R| = 1 cannot hold on the imaginary axis: undamped modes are learned as decaying or growing"
            }
            Self::ModulusOnAxis => {
                "R(z)R(-z) is not 1, so |R| = 1 fails on the imaginary axis: undamped modes are learned as decaying or growing"
            }
            Self::PoleInLeftHalfPlane => "R(z)R(-z) = 1, but R has a pole in the left half plane",
            Self::UnitModulus => "R(z)R(-z) = 1 and all poles lie in the right half plane, so |R(z)| < 1 exactly where Re z < 0",
            Self::KeepsHalfPlanes => "Re ρ/σ = 0 on the unit circle and > 0 outside it",
            Self::MixesHalfPlanes => {
                "ρ/σ does not map the outside of the unit circle to the right half plane and its inside to the left one"
            }
        }
        .into()
    }
}

impl Say for UniqueReason {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::Constant => "R is constant: it gives no equation for the learned eigenvalue".into(),
            Self::Degree { degree: 1 } => "R has degree 1: one learned eigenvalue for each true one (with m = 1)".into(),
            Self::Degree { degree } => format!("R has degree {degree}: {degree} learned eigenvalues fit each true one equally well"),
            Self::SingleValued => "λ̂ = ρ(e^{hλ})/(hσ(e^{hλ})) is single-valued; the other characteristic roots are parasitic".into(),
        }
    }
}

impl Say for RootCondition {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::Inside => "all zeros of σ lie inside the unit circle",
            Self::SimpleOnCircle => "only just: zeros of σ lie on the unit circle, and are simple",
            Self::MultipleOnCircle => "σ has a multiple zero on the unit circle, so errors of the learned f grow algebraically",
            Self::Outside => "σ has a zero outside the unit circle, so errors of the learned f grow geometrically along the trajectory",
        }
        .into()
    }
}

impl Say for NoBoundary {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::NothingLearned => "R is constant, so nothing is learned",
            Self::SignFaithful => "the method is sign-faithful: a decaying mode is learned as decaying at every step",
            Self::NeverReached => "|R| ≥ 1 on the whole imaginary axis, so the principal λ̂ of a decaying mode never reaches it",
        }
        .into()
    }
}
