//! Gaps over which a motion forgets where it came from.
//!
//! Over a time of 3/|Re λ| a decaying mode loses all but e⁻³ of itself. What is recorded after a gap as long as that may have been started anew, and a model that flows through the gap then settles nothing,
//! or a wrong λ; where it was not, a start of its own costs next to nothing (docs/data-files.md has the figures). So where nothing is settled through the gaps, such gaps begin new runs; and where a λ is
//! settled through them which the runs apart contradict, it is not settled. Neither does it count where the runs apart tell it better: that a rate may change in the course of a run, or a new start in its gap, makes it uncertain.

use super::caveat::Caveat;
use super::examined::Examination;
use super::finding::Because;
use super::map::modes::Mode;
use super::samples::runs::LONG_GAP;
use crate::data::Trajectories;

/// In units of 1/|Re λ| of the slowest mode.
const FORGOTTEN: f64 = 3.0;
/// Uncertainties beyond which two answers differ.
const BEYOND: f64 = 3.0;
/// So many times the uncertainty of the runs apart is more than more rows in one run can have by chance.
const LESS: f64 = 3.0;

/// What is found where the motion may have forgotten itself over gaps: of the runs apart where it has, what was `found` through the gaps where not.
pub(super) fn begun_anew(data: &Trajectories, found: Examination, examine: impl Fn(&Trajectories) -> Option<Examination>) -> Examination {
    let longest = data.gaps().iter().filter_map(|gap| gap.missing).max().unwrap_or(0);
    let interval = data.spacing().typical();
    // A gap of n rows lasts n + 1 intervals: the rows up to which gaps last no longer than this.
    let rows = |time: f64| (time / interval).ceil() as usize - 1;
    if longest <= LONG_GAP {
        return found;
    }
    let Some(apart) = examine(&data.split_at_gaps(LONG_GAP)).filter(|apart| apart.finding.settled) else { return found };
    let found = if found.finding.settled { disputed(found, &apart) } else { found };
    if found.finding.settled {
        return found;
    }
    let forgotten = time_to_forget(&apart).map(|time| rows(time.max(interval)).max(1)).filter(|kept| longest > *kept);
    let Some(kept) = forgotten else { return found };
    let again = if kept == LONG_GAP { Some(apart) } else { examine(&data.split_at_gaps(kept)) };
    // Any decay of one column, which may have been begun anew, is that of some nonlinear field.
    let whole = |again: &Examination| again.linear || data.dimension() > 1;
    match again.filter(|again| whole(again) && time_to_forget(again).is_some()) {
        Some(mut again) => {
            again.caveats.push(Caveat::GapsBegin { longer: (kept + 1) as f64 * interval });
            again
        }
        None => found,
    }
}

/// 3/|Re λ| of the slowest of the settled modes, where all decay beyond doubt.
fn time_to_forget(found: &Examination) -> Option<f64> {
    let mut slowest = f64::INFINITY;
    for mode in found.modes.iter().filter(|mode| mode.settled) {
        if mode.lambda.re >= 0.0 || mode.sign_is_open() {
            return None;
        }
        slowest = slowest.min(-mode.lambda.re);
    }
    slowest.is_finite().then(|| FORGOTTEN / slowest)
}

/// The modes through the gaps, not settled where the runs apart have another λ, or know it better.
fn disputed(mut found: Examination, apart: &Examination) -> Examination {
    let settled: Vec<Mode> = apart.modes.iter().filter(|mode| mode.settled).cloned().collect();
    for mode in found.modes.iter_mut().filter(|mode| mode.settled) {
        let agrees = |other: &Mode| {
            let (own, others) = (mode.uncertainty.unwrap_or(0.0), other.uncertainty.unwrap_or(0.0));
            let rounding = 1e-6 * mode.lambda.norm();
            (other.lambda - mode.lambda).norm() <= BEYOND * own.hypot(others) + rounding && own <= LESS * others + rounding
        };
        if !settled.iter().any(agrees) {
            mode.settled = false;
            mode.because.push(Because::RunsDiffer);
        }
    }
    found.finding.settled = found.modes.iter().any(|mode| mode.settled);
    found
}
