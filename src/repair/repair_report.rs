//! What a repair did: the ways, and the report.

use super::learned_modes::is_linear;
use super::repair_notes::RepairNote;
use super::series_repair::TermSize;
use super::turns::TurnDrift;
use crate::fit::{Features, Learned};
use serde::{Deserialize, Serialize};

/// How a model is repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// `A = log(R(hÂ)^m)/H`, for linear and affine models.
    ExactLinear,
    /// The modified equation of S_h[f̂], truncated, for polynomial models.
    Series,
    /// A model of the same class fitted to the map `S_h[f̂]^m` through a method of order 5 with small steps.
    Refit,
}

impl Way {
    /// What suits a model; for a polynomial one the refit is tried beside the series where that leaves much out.
    pub fn of(learned: &Learned) -> Self {
        match learned.model.features() {
            _ if is_linear(learned) => Self::ExactLinear,
            Features::Polynomial(_) => Self::Series,
            _ => Self::Refit,
        }
    }
}

/// The eigenvalues of a field where it stands still.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldModes {
    /// Both members of conjugate pairs.
    pub modes: Vec<[f64; 2]>,
    /// Where the field stands still among the states.
    pub equilibria: Vec<Vec<f64>>,
}

/// How far a flow over one interval is from the map that the loop fitted, root mean square over the states.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AgainstMap {
    /// The trained field, followed in continuous time.
    pub before: f64,
    /// The repaired one; `null` where it leaves.
    pub after: f64,
}

/// Rollouts against the data at one step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RolloutError {
    /// What the step of the training, h, was divided by.
    pub division: u32,
    /// The root mean square distance from the data of the trained model through its own method; `null` where a rollout left.
    pub before: Option<f64>,
    /// That of the repaired model through a method of order 5.
    pub after: Option<f64>,
    /// The change of the system's invariant over the longest rollout from each start, trained model; empty where none is known.
    pub drift_before: Vec<f64>,
    /// That of the repaired model.
    pub drift_after: Vec<f64>,
}

/// What a repair did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RepairReport {
    /// The method of the training.
    pub method: String,
    /// The class before.
    pub class: String,
    /// H.
    pub interval: f64,
    /// m.
    pub substeps: u32,
    /// How it was repaired.
    pub way: Way,
    /// The trained model.
    pub before: FieldModes,
    /// The repaired one.
    pub after: FieldModes,
    /// How well the repaired model meets the map: `‖e^{HA} − R(hÂ)^m‖/‖R(hÂ)^m‖` for the exact way, the root mean square of
    /// the residuals for a refit; `null` for a series, whose first term left out says it.
    pub mismatch: Option<f64>,
    /// For a series, the last power of h kept.
    pub power: Option<usize>,
    /// For a series, the first term left out.
    pub left_out: Option<TermSize>,
    /// For a series, all corrections.
    pub terms: Vec<TermSize>,
    /// The distance from the map `S_h[f̂]^m`, where states are at hand.
    pub against_map: Option<AgainstMap>,
    /// The change of the system's invariant in one turn of every orbit of the data, where one is known.
    pub turns: Vec<TurnDrift>,
    /// Rollouts against the data, where they are at hand.
    pub rollouts: Vec<RolloutError>,
    /// What a reader must know.
    pub notes: Vec<RepairNote>,
}
