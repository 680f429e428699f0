//! What `audit` and `repair` remark, in sentences.

use super::number::{DIGITS, count, pair, percent, point, real};
use super::{Dialect, Say};
use crate::repair::{AuditNote, RepairNote};
use std::f64::consts::{PI, TAU};

impl Say for AuditNote {
    fn say(&self, to: Dialect) -> String {
        match self {
            Self::NoEquilibrium => "The field has no equilibrium among the states, so no branch is named.".into(),
            Self::NoData => match to {
                Dialect::Terminal => {
                    "The training data are not at hand, so the rollouts start beside the equilibria. Give --data DATA.csv for the real ones."
                }
                Dialect::Python | Dialect::Page => "The training data are not at hand, so the rollouts start beside the equilibria.",
            }
            .into(),
            Self::Diverges => "Followed in continuous time, the field diverges (|x| > 1e6).".into(),
            Self::SingularMatrix => "The matrix is singular.".into(),
            Self::TightEnough => {
                "The library controlled its steps tightly enough for this model: it needs no repair. The table's steps are values of rtol.".into()
            }
            Self::LooseTolerance => {
                "The library's tolerance was too loose for this model; training at a tighter one avoids it. The table's steps are values of rtol.".into()
            }
            Self::OwnGrid => "The library laid its own grid and interpolates samples inside a step. The table's steps are those of the grid.".into(),
        }
    }
}

impl Say for RepairNote {
    fn say(&self, to: Dialect) -> String {
        match self {
            Self::MissesData { share } => format!(
                "The trained model misses its data by {} of the motion over an interval. A repair keeps the map that was learned, with that error.",
                percent(*share)
            ),
            Self::Diverges => "The repaired field diverges (|x| > 1e6) within an interval from some state.".into(),
            Self::WorseAgainstMap { before, after } => format!(
                "Worse than before: the repaired field is further from the map that was learned ({}) than the trained one ({}).",
                real(*after, 2),
                real(*before, 2)
            ),
            Self::WorseRollouts { before, after } => format!(
                "Worse than before: at a fine step the rollouts are {} from the data after the repair, {} before.",
                real(*after, 2),
                real(*before, 2)
            ),
            Self::RolloutDiverges { before_too } => format!(
                "\"Diverged\": at a fine step a rollout of the repaired field leaves |x| < 1e6{}.",
                if *before_too { ", as one of the trained field does" } else { "; that of the trained field stays" }
            ),
            Self::WorseOrbits { worse, of } => format!("Worse than before: {worse} of {of} orbits drift more in a turn."),
            Self::NewEquilibrium { place } => {
                format!("The repaired field has an equilibrium at {}, where the trained one has none.", point(place))
            }
            Self::SeriesDiverges { power, size, count } => format!(
                "The series does not converge at this step: its first correction, h^{power} f_{power}, is the smallest of its {count} terms ({}). \
                 The refit is used instead.",
                real(*size, 3)
            ),
            Self::NoStatesForRefit => match to {
                Dialect::Terminal => {
                    "The series leaves out more than 1 % of its first correction. With the states (--data DATA.csv) a refit would be tried."
                }
                Dialect::Python | Dialect::Page => {
                    "The series leaves out more than 1 % of its first correction. With the states a refit would be tried."
                }
            }
            .into(),
            Self::RefitNeedsMemory { needed, limit } => format!(
                "The series leaves out more than 1 % of its first correction. A refit would need {needed} of memory, and the limit is {limit}. Give \
                 fewer samples for one."
            ),
            Self::Compared { series, refit } => format!(
                "Against the map that the loop fitted: series {}, refit {} (root mean square). The {} is kept.",
                real(*series, 2),
                real(*refit, 2),
                if refit < series { "refit" } else { "series" }
            ),
            Self::Interrupted { iterations } => {
                format!("Interrupted after {}: the refit is not finished.", count(*iterations, "iteration", "iterations"))
            }
            Self::Aliases { interval } => format!(
                "Samples {} apart cannot tell λ from λ + {}i. The logarithm with |Im λ| at most {} is given.",
                real(*interval, DIGITS),
                real(TAU / interval, DIGITS),
                real(PI / interval, DIGITS)
            ),
            Self::HalfTurn { learned } => format!(
                "The pair λ̂ = {} turns by half a turn an interval. The samples do not tell in which sense; that of the model is kept.",
                pair(*learned, DIGITS)
            ),
            Self::RolloutsLeftOut { division, steps, most } => format!(
                "Rollouts at {} and finer are left out: they would take {} steps, at most {} are taken.",
                step(*division),
                real(*steps, 2),
                real(*most, 1)
            ),
        }
    }
}

/// h, or a part of it.
pub(super) fn step(division: u32) -> String {
    if division == 1 { "h".to_owned() } else { format!("h/{division}") }
}
