//! What an examination of samples found.

use super::caveat::Caveat;
use super::finding::Finding;
use super::inputs::state_space::StateSpace;
use super::map::modes::Mode;
use super::nonlinear::fitted_field::FittedField;

/// The kind of motion, its modes, and what limits them.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// The object, and whether any of its modes is settled.
    pub finding: Finding,
    /// Settled ones first, then by equilibrium; both members of a conjugate pair, +i first.
    pub modes: Vec<Mode>,
    /// What a reader must know.
    pub caveats: Vec<Caveat>,
    /// Whether the modes are those of a linear model: a sum of exponentials, or an affine map.
    pub linear: bool,
    /// The polynomial field that explains the samples, where one of a low degree does; none where logarithms were fitted.
    pub field: Option<FittedField>,
    /// ẋ = Ax + Bu, where the samples have inputs that are held, or are taken to go straight.
    pub driven: Option<StateSpace>,
}

impl Examination {
    /// What is known before anything is looked at.
    pub(super) fn nothing() -> Self {
        Self { finding: Finding::default(), modes: Vec::new(), caveats: Vec::new(), linear: false, field: None, driven: None }
    }
}
