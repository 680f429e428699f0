//! The verdict that a person understands: is what the loop learns faithful, distorted, or an artifact?

use super::ambiguity::reachable_by_real_models;
use super::branches::{Branch, BranchError, Branches};
use super::faithful::{Discrepancy, shows};
use super::limits::Limits;
use super::undefined::Undefined;
use num_complex::Complex;
use serde::Serialize;
use std::collections::HashSet;
use std::f64::consts::LN_2;
use std::fmt;

/// Growth or decay of less than this times |λ| counts as none, in the mode as in what is learned: it takes a hundred million turns to show.
pub const NEGLIGIBLE: f64 = 1e-9;
/// λ lies within so many of its uncertainties.
pub const DEVIATIONS: f64 = 2.0;

/// From best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing changes visibly in kind, and the learned motion is the true one over the horizon, to within the tolerance.
    Faithful,
    /// Nothing changes visibly in kind, but the learned motion is further off, or there is no principal branch.
    Distorted,
    /// Within the horizon it shows that the principal branch, or another within reach, flips growth into decay or the reverse, adds growth or
    /// decay to a conservative mode, or reverses the rotation.
    Artifact,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Faithful => "faithful",
            Self::Distorted => "distorted",
            Self::Artifact => "artifact",
        })
    }
}

/// A change of growth in kind, from the mode to what is learned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Growth {
    /// The model grows, the mode decays.
    GrowsForDecay,
    /// The model decays, the mode grows.
    DecaysForGrowth,
    /// The model grows, the mode does neither.
    GrowsForNeither,
    /// The model decays, the mode does neither.
    DecaysForNeither,
}

/// What a verdict rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Reason {
    /// A branch differs from the mode in kind.
    ChangesKind {
        /// λ̂.
        learned: Complex<f64>,
        /// Whether it is the principal branch; else another one within reach.
        principal: bool,
        /// How growth changes, if it does.
        growth: Option<Growth>,
        /// Whether it rotates the other way.
        reversed: bool,
    },
    /// The principal branch moves as the mode does over the horizon, to within the tolerance.
    Accurate {
        /// λ̂.
        learned: Complex<f64>,
        /// |λ̂ − λ|/|λ|, or |λ̂| where λ = 0.
        error: f64,
        /// Over the horizon.
        #[serde(flatten)]
        off: Discrepancy,
    },
    /// The principal branch is off by more than the tolerance over the horizon.
    Inaccurate {
        /// λ̂.
        learned: Complex<f64>,
        /// |λ̂ − λ|/|λ|, or |λ̂| where λ = 0.
        error: f64,
        /// Over the horizon.
        #[serde(flatten)]
        off: Discrepancy,
    },
    /// The principal branch changes growth in kind, too slowly to show within the horizon.
    TurnsInvisibly {
        /// λ̂.
        learned: Complex<f64>,
        /// How growth changes.
        growth: Growth,
        /// The time in which the learned amplitude doubles, or halves where it decays.
        doubling: f64,
    },
    /// The uncertainty of λ allows other verdicts.
    Open {
        /// The best that it allows.
        best: Verdict,
        /// The worst.
        worst: Verdict,
    },
    /// There is no finite principal branch.
    NoPrincipal {
        /// Why.
        why: Undefined,
    },
}

/// A verdict with its reasons, the principal branch's first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// The verdict: of several that the uncertainty of λ allows, the best.
    pub verdict: Verdict,
    /// The worst verdict that the uncertainty of λ allows; the same where it leaves no doubt.
    pub worst: Verdict,
    /// Why: one reason for each branch that counts against the method, or one that says how good it is.
    pub reasons: Vec<Reason>,
}

impl Judgement {
    fn certain(verdict: Verdict, reasons: Vec<Reason>) -> Self {
        Self { verdict, worst: verdict, reasons }
    }

    /// The verdict where it is settled: not where the uncertainty of λ could turn "faithful" into another.
    pub fn settled(&self) -> Option<Verdict> {
        (self.verdict == self.worst || self.verdict > Verdict::Faithful).then_some(self.verdict)
    }
}

/// Judges what a loop learns from one mode: over the horizon of `limits`, else over [`SAMPLES`](super::faithful::SAMPLES) intervals.
///
/// ```
/// use lambdahat::{inverse::{Limits, Verdict, branches, verdict}, method::{Sampling, catalog}};
/// use num_complex::Complex;
/// let judge = |name: &str, h: f64| {
///     let method = catalog::find(name).unwrap();
///     let found = branches(&method, Complex::new(-0.1, 2.0), Sampling::new(h, 1).unwrap()).unwrap();
///     verdict(&found, Limits::default()).verdict
/// };
/// assert_eq!(judge("rk4", 1.0), Verdict::Artifact);
/// assert_eq!(judge("rk4", 0.1), Verdict::Faithful);
/// assert_eq!(judge("implicit-midpoint", 1.0), Verdict::Distorted);
/// ```
pub fn verdict(found: &Branches, limits: Limits) -> Judgement {
    let sign = growth_sign(found.lambda, 0.0, limits, found.sampling.interval());
    judged(found, limits, sign)
}

impl Limits {
    /// The judgement of one mode's branches; of a lone real mode only real ones count.
    pub fn judge(self, found: &Branches, alone: bool) -> Judgement {
        if alone { verdict(&reachable_by_real_models(found), self) } else { verdict(found, self) }
    }

    /// The same for a mode that is known to within an uncertainty: judged also at λ ± 2u and λ ± 2ui, with what `branches_of` finds there.
    ///
    /// # Errors
    /// Those of `branches_of`.
    pub fn judge_within(
        self,
        found: &Branches,
        alone: bool,
        uncertainty: f64,
        branches_of: impl Fn(Complex<f64>) -> Result<Branches, BranchError>,
    ) -> Result<Judgement, BranchError> {
        let radius = DEVIATIONS * uncertainty;
        let kept = |found: &Branches| if alone { reachable_by_real_models(found) } else { found.clone() };
        // A sign that is open, and shows on neither side of zero, is none.
        let (lambda, sampling) = (found.lambda, found.sampling);
        let centre = growth_sign(lambda, radius, self, sampling.interval());
        let mut judgement = judged(&kept(found), self, centre);
        if radius <= NEGLIGIBLE * lambda.norm() {
            return Ok(judgement);
        }
        let about = [Complex::new(radius, 0.0), Complex::new(-radius, 0.0), Complex::new(0.0, radius), Complex::new(0.0, -radius)];
        // A real mode stays real.
        let along = about.into_iter().filter(|off| lambda.im != 0.0 || off.im == 0.0);
        let (mut best, mut worst) = (judgement.verdict, judgement.verdict);
        for off in along {
            let beside = lambda + off;
            let sign = if centre == 0 { 0 } else { growth_sign(beside, 0.0, self, sampling.interval()) };
            let there = judged(&kept(&branches_of(beside)?), self, sign).verdict;
            (best, worst) = (best.min(there), worst.max(there));
        }
        if best < worst {
            judgement.reasons.push(Reason::Open { best, worst });
        }
        (judgement.verdict, judgement.worst) = (best, worst);
        Ok(judgement)
    }
}

/// The sign of Re λ: zero where it is negligible, and where it is open to within `radius` but on no side shows within the horizon.
fn growth_sign(lambda: Complex<f64>, radius: f64, limits: Limits, interval: f64) -> i8 {
    let rate = lambda.re;
    let hidden = rate.abs() <= radius && !shows(rate.abs() + radius, limits.horizon_for(interval), limits.tolerance);
    if hidden { 0 } else { sign(rate, NEGLIGIBLE * lambda.norm()) }
}

fn sign(x: f64, least: f64) -> i8 {
    i8::from(x > least) - i8::from(x < -least)
}

fn judged(found: &Branches, limits: Limits, truth: i8) -> Judgement {
    let size = found.lambda.norm();
    let horizon = limits.horizon_for(found.sampling.interval());
    let mut changes: Vec<Reason> = Vec::new();
    let mut hidden: Option<Reason> = None;
    // The members of a cluster share their λ̂.
    let mut seen: HashSet<[u64; 2]> = HashSet::new();
    for branch in &found.branches {
        if !branch.principal && branch.lambda.norm() > limits.reach * size {
            continue;
        }
        if !seen.insert([branch.lambda.re.to_bits(), branch.lambda.im.to_bits()]) {
            continue;
        }
        let learned = branch.lambda;
        let off = Discrepancy::of(found.lambda, learned, horizon);
        let turned = turned(found.lambda, branch, truth);
        let growth = turned.filter(|_| shows(learned.re, horizon, limits.tolerance));
        let reversed = sign(found.lambda.im, NEGLIGIBLE * size) * sign(learned.im, branch.radius.max(NEGLIGIBLE * size)) < 0
            && off.phase > limits.tolerance;
        if growth.is_some() || reversed {
            changes.push(Reason::ChangesKind { learned, principal: branch.principal, growth, reversed });
        } else if let Some(growth) = turned.filter(|_| branch.principal) {
            hidden = Some(Reason::TurnsInvisibly { learned, growth, doubling: LN_2 / learned.re.abs() });
        }
    }
    if !changes.is_empty() {
        changes.sort_by_key(|reason| !matches!(reason, Reason::ChangesKind { principal: true, .. }));
        return Judgement::certain(Verdict::Artifact, changes);
    }
    let Some(principal) = found.principal() else {
        let why = found.principal.undefined().unwrap_or(Undefined::NotSeparated);
        return Judgement::certain(Verdict::Distorted, vec![Reason::NoPrincipal { why }]);
    };
    let learned = principal.lambda;
    let distance = (learned - found.lambda).norm();
    let error = if size > 0.0 { distance / size } else { distance };
    let off = Discrepancy::of(found.lambda, learned, horizon);
    let (verdict, reason) = if off.within(limits.tolerance) {
        (Verdict::Faithful, Reason::Accurate { learned, error, off })
    } else {
        (Verdict::Distorted, Reason::Inaccurate { learned, error, off })
    };
    Judgement::certain(verdict, std::iter::once(reason).chain(hidden).collect())
}

/// How the branch changes the sign of growth, where the disc of λ̂ leaves no doubt.
fn turned(lambda: Complex<f64>, branch: &Branch, truth: i8) -> Option<Growth> {
    match (truth, sign(branch.lambda.re, branch.radius.max(NEGLIGIBLE * lambda.norm()))) {
        (-1, 1) => Some(Growth::GrowsForDecay),
        (1, -1) => Some(Growth::DecaysForGrowth),
        (0, 1) => Some(Growth::GrowsForNeither),
        (0, -1) => Some(Growth::DecaysForNeither),
        _ => None,
    }
}

/// The judgement of several modes together: the worst verdict, with the reasons of the modes that have it.
pub fn worst(judgements: impl IntoIterator<Item = Judgement>) -> Option<Judgement> {
    judgements.into_iter().reduce(|mut a, mut b| {
        let worst = a.worst.max(b.worst);
        let mut together = match a.verdict.cmp(&b.verdict) {
            std::cmp::Ordering::Less => b,
            std::cmp::Ordering::Greater => a,
            std::cmp::Ordering::Equal => {
                b.reasons.retain(|reason| !a.reasons.contains(reason));
                a.reasons.append(&mut b.reasons);
                a
            }
        };
        together.worst = worst;
        together
    })
}

#[cfg(test)]
mod tests {
    use super::super::branches;
    use super::*;
    use crate::method::{Sampling, catalog};

    fn judge(name: &str, lambda: (f64, f64), h: f64, m: u32) -> Judgement {
        let found = branches(&catalog::find(name).unwrap(), Complex::new(lambda.0, lambda.1), Sampling::new(h, m).unwrap()).unwrap();
        verdict(&found, Limits::default())
    }

    #[test]
    fn rk4_on_the_oscillator() {
        let judgement = judge("rk4", (-0.1, 2.0), 1.0, 1);
        assert_eq!(judgement.verdict, Verdict::Artifact);
        let Reason::ChangesKind { learned, principal: true, growth: Some(Growth::GrowsForDecay), reversed: false } = judgement.reasons[0]
        else {
            panic!("{:?}", judgement.reasons)
        };
        assert!((learned - Complex::new(0.1051, 1.9268)).norm() < 1e-4);
        assert_eq!(judgement.reasons.len(), 3, "{:?}", judgement.reasons);
        let last = judgement.reasons[2];
        assert!(
            matches!(last, Reason::ChangesKind { principal: false, growth: Some(Growth::GrowsForDecay), reversed: true, .. }),
            "{last:?}"
        );
    }

    #[test]
    fn other_branches_count_only_within_reach() {
        // hλ small: RK4's other branches are near −2.7 and −0.27 ± 2.5i, sixteen and more times |λ| away.
        assert_eq!(judge("rk4", (-0.1, 2.0), 0.1, 1).verdict, Verdict::Faithful);
        let found = branches(&catalog::find("rk4").unwrap(), Complex::new(-0.1, 2.0), Sampling::new(0.1, 1).unwrap()).unwrap();
        assert_eq!(verdict(&found, Limits { reach: 30.0, ..Limits::default() }).verdict, Verdict::Artifact);
    }

    #[test]
    fn conservative_modes() {
        assert_eq!(judge("rk4", (0.0, 1.0), 0.5, 1).verdict, Verdict::Artifact);
        assert_eq!(judge("implicit-midpoint", (0.0, 1.0), 0.1, 1).verdict, Verdict::Faithful);
        assert_eq!(judge("implicit-midpoint", (0.0, 1.0), 1.0, 1).verdict, Verdict::Distorted);
        let reason = judge("forward-euler", (0.0, 1.0), 0.1, 1).reasons[0];
        assert!(matches!(reason, Reason::ChangesKind { principal: true, growth: Some(Growth::DecaysForNeither), .. }), "{reason:?}");
    }

    #[test]
    fn no_principal_branch_is_a_distortion() {
        let judgement = judge("heun2", (-1.0, 0.0), 1.0, 1);
        assert_eq!(judgement.verdict, Verdict::Distorted);
        let reason = judgement.reasons[0];
        assert!(matches!(reason, Reason::NoPrincipal { why: Undefined::PathMeetsCriticalPoint { .. } }), "{reason:?}");
    }

    #[test]
    fn the_worst_of_several() {
        let all = [judge("rk4", (-0.1, 2.0), 0.1, 1), judge("rk4", (-0.1, 2.0), 1.0, 1), judge("rk4", (-0.1, -2.0), 1.0, 1)];
        let worst = worst(all).unwrap();
        assert_eq!((worst.verdict, worst.reasons.len()), (Verdict::Artifact, 6));
        assert_eq!(super::worst([]), None);
        assert_eq!(serde_json::to_string(&worst.verdict).unwrap(), "\"artifact\"");
    }
}
