//! Why a scheme has a property, or has it not, in sentences without a capital letter: they follow `yes: ` or `no: `.

use super::super::{Dialect, Say};
use crate::inverse::artifact_boundary::NoBoundary;
use crate::order::FailingCondition;
use crate::stability::multistep::FailingCoefficient;
use crate::stability::{RootCondition, SignReason, UniqueReason, UnknownRoom};
use crate::verify::{ClaimFault, Numbers, WhyLeftOut, Work};

/// Longer numbers are left to their difference.
const LONGEST: usize = 24;

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

impl Say for UnknownRoom {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::ModulusOne => "|R(∞)| = 1 leaves open whether the region is bounded on the right",
            Self::NoBound => "no bound of the region was found below |z| = 10^6",
            Self::Rounding => "the digits of the coefficients leave open the degree of R, and with it how far out its zeros lie, which are all in the region",
            Self::ZerosOnCircle => "σ has zeros on the unit circle, which leaves open whether the region is bounded on the right",
        }
        .into()
    }
}

impl Say for WhyLeftOut {
    fn say(&self, to: Dialect) -> String {
        let above =
            |noun: &str, found: usize, most: usize| format!("{noun} {found} is above {most}: the exact decision would take minutes");
        match *self {
            Self::Slow => "the exact decision takes longer than some seconds".into(),
            Self::Spent => "the decisions before it took what time there is for a report".into(),
            Self::Stopped => "the work was ended before".into(),
            Self::Degree { found, most } => above("degree", found, most),
            Self::Stages { found, most } => above("the number of stages", found, most),
            Self::Costly { work, numbers, minutes } => {
                format!("{} {} would take about {minutes:.0} minutes", work.say(to), numbers.say(to))
            }
        }
    }
}

impl Say for Work {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::StabilityFunction { stages } => format!("R of {stages} stages"),
            Self::Decisions { count, degree } => format!("some {count} decisions at degree {degree}"),
            Self::RationalFunctions { count, stages } => format!("{count} rational functions of {stages} stages"),
        }
    }
}

impl Say for Numbers {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::Decimals => "in decimals".into(),
            Self::Rationals { bits } => format!("over rationals of {bits} bits"),
            Self::Field { degree, bits } => format!("in a field of degree {degree}, with numbers of {bits} bits,"),
        }
    }
}

impl Say for FailingCondition {
    fn say(&self, _: Dialect) -> String {
        let Self { tree, found, needed, residual, .. } = self;
        if found.chars().count() > LONGEST {
            return format!("tree {tree} misses {needed} by {:.2e}", residual.abs());
        }
        format!("tree {tree} has {found}, needs {needed}")
    }
}

impl Say for FailingCoefficient {
    fn say(&self, _: Dialect) -> String {
        format!("C_{} = {}, needs 0", self.number, self.found)
    }
}

impl Say for ClaimFault {
    fn say(&self, to: Dialect) -> String {
        match self {
            Self::LeftOut { because } => format!("left out: {}", because.say(to)),
            Self::SearchEnded { order } => {
                format!("all conditions through order {order} hold, and the search ended there; no simplifying assumptions decide more")
            }
            Self::Condition(condition) => condition.say(to),
            Self::Coefficient(coefficient) => coefficient.say(to),
            Self::Difference { order } => {
                format!("b_hat sums to 0, so it looks like b − b̂; with b̂ = b − b_hat the embedded order is {order}: write b̂ itself")
            }
            Self::Quadrature { condition: n, found } => format!("B({n}): Σ b c^{} has {found}, needs 1/{n}", n - 1),
            Self::Stage { condition: n, stage, found, needed } => {
                format!("C({n}) at stage {stage}: Σ a c^{} has {found}, needs {needed}", n - 1)
            }
            Self::TallTree { order, found, needed, exponential } => {
                let tree = if *order == 1 { "τ".into() } else { format!("{}τ{}", "[".repeat(order - 1), "]".repeat(order - 1)) };
                format!("tree {tree} has {found}, needs {needed} for this constant, {exponential} for none")
            }
            Self::LastRow { stage, row, weight } => format!("the last row of A has {row} at stage {stage}, b has {weight}"),
            Self::FirstStageImplicit => "the first stage is implicit".into(),
        }
    }
}
