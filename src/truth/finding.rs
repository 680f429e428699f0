//! What kind of motion the samples show, and why a mode of it may not be settled.

use serde::{Deserialize, Serialize};

/// The object in the data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Motion {
    /// Everything decays to an equilibrium.
    Rest,
    /// A limit cycle, reached from either side.
    Cycle,
    /// Closed orbits around a centre, one for each start.
    Orbits,
    /// Bounded, and nearby starts part.
    Chaos,
    /// A steady trend: no equilibrium.
    Drift,
    /// Driven from outside.
    Driven,
    /// Nothing of the above is certain.
    #[default]
    Undetermined,
}

/// The answer to "what is true?".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The object in the data.
    pub motion: Motion,
    /// Whether the samples determine it.
    pub settled: bool,
}

/// Why a mode is not settled: the samples do not determine it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Because {
    /// The model does not explain the motion.
    NotExplained,
    /// Estimators disagree by more than the uncertainty.
    EstimatorsDisagree,
    /// λ moves along parameter directions that the residuals do not see.
    NotDetermined,
    /// No real flow can have this mode.
    NoRealFlow,
    /// Fewer samples than the model, or a richer one, can be tested by.
    FewSamples,
    /// A richer model still explains the motion materially better, and no samples surround the equilibrium.
    StillImproving,
    /// The uncertainty is not small beside λ.
    Vague,
    /// A sum or a multiple of other modes is among them, as in the series of a nonlinear motion: of an orbit, or of one that comes to rest.
    Harmonic,
    /// A steady oscillation beside modes that die out, in more modes than columns: it may come from outside.
    MayBeDriven,
    /// The equilibrium is one of a line of them.
    LineOfEquilibria,
    /// λ is zero within its uncertainty: the motion near the equilibrium is not that of a linear part.
    LinearPartVanishes,
    /// Noise keeps the motion going, and its modes are those of chance as much as of the system.
    DrivenByNoise,
    /// Each trajectory shows modes of its own, no more than a model of its columns can have: they may be runs of different systems.
    RunsDiffer,
    /// A steady oscillation of one size in noise that can hide its harmonics: its frequency may be that of an orbit, not of small motions.
    OneSize,
    /// The frequency of a steady motion of one size or another, which no model explains: small motions may have another.
    OfItsSize,
    /// A nonlinear system with another λ could decay just like this: its terms of second order are exponentials as well.
    MayBeNonlinear,
    /// So small a part of the motion that errors that grow with it, as those of rounding, could look like it.
    Faint,
    /// An input is a function of the state: what it does is not told from what the state does by itself.
    InputFollows,
    /// Rates that change in the course of a run explain as much: the parameters of the system may drift.
    ChangesInTime,
}
