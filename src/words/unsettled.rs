//! Why a mode is not settled.

use super::{Dialect, Say};
use crate::truth::Because;

impl Say for Because {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::NotExplained => "No model explains the motion.",
            Self::EstimatorsDisagree => "Estimators disagree by more than the uncertainty.",
            Self::NotDetermined => "Other models that fit as well have another λ.",
            Self::NoRealFlow => "No real flow can have this mode.",
            Self::FewSamples => "There are too few samples to try a richer model.",
            Self::StillImproving => "Richer models still explain the motion better, and no samples surround the equilibrium.",
            Self::Vague => "Its uncertainty is not small beside λ.",
            Self::Harmonic => "Modes are sums or multiples of others, as in the series of a nonlinear motion.",
            Self::MayBeDriven => "It is a steady oscillation that may come from outside.",
            Self::LineOfEquilibria => "The equilibrium is one of a line of them.",
            Self::LinearPartVanishes => "λ is zero within its uncertainty.",
            Self::DrivenByNoise => "Noise keeps the motion going.",
            Self::RunsDiffer => "Each trajectory shows modes of its own: they may be runs of different systems.",
            Self::OneSize => {
                "All of the motion has one size, and the noise would hide what tells an orbit's frequency from that of small motions."
            }
        }
        .into()
    }
}
