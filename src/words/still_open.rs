//! What the samples leave open, on the first screen.

use super::advice::aliases;
use super::caveats::field_fitted;
use super::modes_found::closes;
use super::{Dialect, Say, wrapped};
use crate::predict::Report;
use crate::truth::Caveat;

/// What is still open: the alias of the samples, then caveats that bear on the answer; in `brief` only the first, and one that leaves verdicts open.
pub(super) fn open(report: &Report, width: usize, brief: bool, to: Dialect) -> Vec<String> {
    let alias = report.recommendation.as_ref().and_then(|advice| aliases(&advice.why));
    let aliased = alias.is_some();
    let settled = report.modes.iter().any(|mode| mode.settled);
    let said = |caveat: &Caveat| match caveat {
        Caveat::Closed { .. } => closes(report).is_some(),
        // Where nothing is settled there is no verdict that could turn on a sign.
        Caveat::SignOpen { .. } => !settled,
        // Said where the recommendation would be.
        caveat if caveat.forbids_advice() => settled,
        _ => false,
    };
    let caveats = report
        .caveats
        .iter()
        .filter(|caveat| bears(caveat) && !said(caveat) && !(aliased && matches!(caveat, Caveat::CoarselySampled { .. })));
    let decides = |caveat: &Caveat| matches!(caveat, Caveat::SignOpen { .. } | Caveat::OrbitsOpen { .. } | Caveat::Stopped);
    let caveats = caveats.map(|caveat| (decides(caveat), shortly(caveat, to)));
    let mut texts: Vec<(bool, String)> = alias.into_iter().map(|text| (true, text)).chain(caveats).collect();
    // The recommendation points to it.
    if let Some(part) = report.caveats.iter().find(|caveat| matches!(caveat, Caveat::PartOfState { .. })) {
        let part = (false, part.say(to));
        texts.retain(|text| *text != part);
        texts.insert(0, part);
    }
    let shown = if to != Dialect::Terminal {
        texts.len()
    } else if brief && !texts.get(1).is_some_and(|(decides, _)| *decides) {
        1
    } else {
        2
    };
    let mut lines = Vec::new();
    for (_, text) in texts.iter().take(shown) {
        lines.extend(wrapped(&format!("Still open: {text}"), "", "  ", width).lines().map(str::to_owned));
    }
    if texts.len() > shown {
        lines.push(format!("… {} more: --all", texts.len() - shown));
    }
    lines
}

/// Its sentence without what leaves nothing open.
fn shortly(caveat: &Caveat, to: Dialect) -> String {
    match *caveat {
        // That the flow has converged is told among all notes.
        Caveat::FieldFitted { of_modes, degree, residual, every, .. } => field_fitted(of_modes, degree, residual, every),
        _ => caveat.say(to),
    }
}

/// Whether a caveat limits the answer; others say how it was found.
fn bears(caveat: &Caveat) -> bool {
    // Below this what a field misses is rounding or a solver's tolerance.
    const NOTICED: f64 = 1e-5;
    if let Caveat::FieldFitted { residual, .. } | Caveat::InputsUsed { residual, .. } = *caveat {
        return residual > NOTICED;
    }
    !matches!(
        caveat,
        Caveat::MapDegree { .. }
            | Caveat::SimplerMap { .. }
            | Caveat::SeveralEquilibria { .. }
            | Caveat::NoFixedPoint { .. }
            | Caveat::GapsBegin { .. }
            | Caveat::FallsToZero
            | Caveat::FittedOrbits { .. }
            | Caveat::FieldLeaves { .. }
    )
}
