//! Regression on estimated derivatives, judged beside the methods.

use crate::inverse::{Judgement, Limits, Reason, Verdict, regressed};
use crate::loops::{NotRegressed, RegressedMode, Regression};
use crate::method::Sampling;
use num_complex::Complex;
use serde::Serialize;

/// What a derivative regression learns.
#[derive(Clone, Debug, Serialize)]
pub struct RegressionReport {
    /// The regression.
    pub regression: Regression,
    /// The worst verdict of the settled modes; `None` where none is settled.
    pub verdict: Option<Verdict>,
    /// One for each mode with Im λ ≥ 0.
    pub modes: Vec<RegressionMode>,
}

/// What a derivative regression makes of one mode.
#[derive(Clone, Debug, Serialize)]
pub struct RegressionMode {
    /// λ.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// What is learned of it from clean samples.
    pub learned: Option<RegressedMode>,
    /// Why that is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undefined: Option<NotRegressed>,
    /// In one word; `None` for a mode that is not settled, and where the smoothing removes the mode.
    pub verdict: Option<Verdict>,
    /// Why.
    pub reasons: Vec<Reason>,
}

/// A mode with Im λ ≥ 0: λ, whether it is settled, whether it is the only one with its λ.
pub(super) type UpperMode = (Complex<f64>, bool, bool);

/// A derivative regression on clean, even samples of these modes.
pub(super) fn judged(regression: &Regression, sampling: Sampling, limits: Limits, modes: &[UpperMode]) -> RegressionReport {
    let judge = |&(lambda, settled, alone): &UpperMode| {
        let (found, learned) = match regressed(regression, lambda, sampling) {
            Ok(found) => found,
            Err(why) => return RegressionMode { lambda, learned: None, undefined: Some(why), verdict: None, reasons: Vec::new() },
        };
        let judged = (settled && !learned.removed).then(|| limits.judge(&found, alone));
        let (verdict, reasons) = judged.map_or((None, Vec::new()), |Judgement { verdict, reasons, .. }| (Some(verdict), reasons));
        RegressionMode { lambda, learned: Some(learned), undefined: None, verdict, reasons }
    };
    let modes: Vec<RegressionMode> = modes.iter().map(judge).collect();
    RegressionReport { regression: regression.clone(), verdict: modes.iter().filter_map(|mode| mode.verdict).max(), modes }
}
