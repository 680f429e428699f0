//! What a reader of a repair must know: where it made things worse, where it cannot be trusted.

use num_complex::Complex;
use serde::Serialize;

/// What a reader of a repair must know.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum RepairNote {
    /// The trained model misses its data by this part of the motion over an interval; a repair keeps its map, with that error.
    MissesData {
        /// Root mean square residual over root mean square motion.
        share: f64,
    },
    /// The repaired field diverges within an interval from some state.
    Diverges,
    /// The repaired field is further from the map that was learned than the trained one.
    WorseAgainstMap {
        /// Distance of the trained field.
        before: f64,
        /// Distance of the repaired field.
        after: f64,
    },
    /// At a fine step the rollouts are further from the data after the repair.
    WorseRollouts {
        /// Error of the trained field.
        before: f64,
        /// Error of the repaired field.
        after: f64,
    },
    /// At a fine step a rollout of the repaired field diverges.
    RolloutDiverges {
        /// Whether one of the trained field does too.
        before_too: bool,
    },
    /// Orbits that drift more in a turn after the repair.
    WorseOrbits {
        /// How many.
        worse: usize,
        /// Of how many.
        of: usize,
    },
    /// The repaired field has an equilibrium where the trained one has none.
    NewEquilibrium {
        /// Where.
        place: Vec<f64>,
    },
    /// The series does not converge at this step, so the refit is used instead.
    SeriesDiverges {
        /// The power of h of its first correction, the smallest term.
        power: usize,
        /// The size of that term.
        size: f64,
        /// How many terms that are not zero were computed.
        count: usize,
    },
    /// The series leaves out more than one per cent of its first correction; with the states a refit would be tried.
    NoStatesForRefit,
    /// The same; a refit does not fit into memory.
    RefitNeedsMemory {
        /// How much it needs, with its unit.
        needed: String,
        /// How much is allowed.
        limit: String,
    },
    /// Series and refit against the map that the loop fitted, root mean square; the better one is kept.
    Compared {
        /// Distance of the series.
        series: f64,
        /// Distance of the refit.
        refit: f64,
    },
    /// The refit was stopped before its end.
    Interrupted {
        /// After so many iterations.
        iterations: usize,
    },
    /// Samples cannot tell λ from λ + 2πi/H: the logarithm with |Im λ| ≤ π/H is given.
    Aliases {
        /// The sampling interval H.
        interval: f64,
    },
    /// The pair turns by half a turn an interval: samples do not tell in which sense; that of the model is kept.
    HalfTurn {
        /// λ̂ with Im λ̂ > 0.
        learned: Complex<f64>,
    },
    /// Rollouts at this step and finer are left out.
    RolloutsLeftOut {
        /// What h was divided by.
        division: u32,
        /// Steps that they would take.
        steps: f64,
        /// Steps that are taken at most.
        most: f64,
    },
}
