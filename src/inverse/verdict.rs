//! The verdict that a person understands: is what the loop learns faithful, distorted, or an artifact?

use super::branches::{Branch, Branches};
use super::undefined::Undefined;
use num_complex::Complex;
use serde::Serialize;
use std::collections::HashSet;
use std::fmt;

/// Branches farther out than this many |λ| are not counted by default: no optimiser is likely to land there from a reasonable start.
pub const REACH: f64 = 3.0;
/// The relative error of the principal branch that is still called faithful by default.
pub const TOLERANCE: f64 = 0.01;
/// Growth or decay of less than this times |λ| counts as none, in the mode as in what is learned: it takes a hundred million turns to show.
pub const NEGLIGIBLE: f64 = 1e-9;

/// From best to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing changes in kind, and the principal branch is right to within the tolerance.
    Faithful,
    /// Nothing changes in kind, but the principal branch misses λ by more than the tolerance, or there is none.
    Distorted,
    /// The principal branch, or another within reach, flips growth into decay or the reverse, adds growth or decay to a
    /// conservative mode, or reverses the rotation.
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
    /// The principal branch is right to within the tolerance.
    Accurate {
        /// λ̂.
        learned: Complex<f64>,
        /// |λ̂ − λ|/|λ|, or |λ̂| where λ = 0.
        error: f64,
    },
    /// The principal branch is off by more than the tolerance.
    Inaccurate {
        /// λ̂.
        learned: Complex<f64>,
        /// |λ̂ − λ|/|λ|, or |λ̂| where λ = 0.
        error: f64,
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
    /// The verdict.
    pub verdict: Verdict,
    /// Why: one reason for each branch that counts against the method, or one that says how good it is.
    pub reasons: Vec<Reason>,
}

/// Judges what a loop learns from one mode. `reach` is in units of |λ| ([`REACH`]), `tolerance` relative to it ([`TOLERANCE`]).
///
/// ```
/// use lambdahat::{inverse::{branches, verdict, Verdict}, method::{catalog, Sampling}};
/// use num_complex::Complex;
/// let judge = |name: &str, h: f64| {
///     let method = catalog::find(name).unwrap();
///     let found = branches(&method, Complex::new(-0.1, 2.0), Sampling::new(h, 1).unwrap()).unwrap();
///     verdict(&found, 3.0, 0.01).verdict
/// };
/// assert_eq!(judge("rk4", 1.0), Verdict::Artifact);
/// assert_eq!(judge("rk4", 0.1), Verdict::Faithful);
/// assert_eq!(judge("implicit-midpoint", 1.0), Verdict::Distorted);
/// ```
pub fn verdict(found: &Branches, reach: f64, tolerance: f64) -> Judgement {
    let size = found.lambda.norm();
    let mut changes: Vec<Reason> = Vec::new();
    // The members of a cluster share their λ̂.
    let mut seen: HashSet<[u64; 2]> = HashSet::new();
    for branch in &found.branches {
        if !branch.principal && branch.lambda.norm() > reach * size {
            continue;
        }
        if !seen.insert([branch.lambda.re.to_bits(), branch.lambda.im.to_bits()]) {
            continue;
        }
        changes.extend(change(found.lambda, branch));
    }
    if !changes.is_empty() {
        changes.sort_by_key(|reason| !matches!(reason, Reason::ChangesKind { principal: true, .. }));
        return Judgement { verdict: Verdict::Artifact, reasons: changes };
    }
    let Some(principal) = found.principal() else {
        let why = found.principal.undefined().unwrap_or(Undefined::NotSeparated);
        return Judgement { verdict: Verdict::Distorted, reasons: vec![Reason::NoPrincipal { why }] };
    };
    let learned = principal.lambda;
    let distance = (learned - found.lambda).norm();
    let error = if size > 0.0 { distance / size } else { distance };
    if distance <= tolerance * size {
        Judgement { verdict: Verdict::Faithful, reasons: vec![Reason::Accurate { learned, error }] }
    } else {
        Judgement { verdict: Verdict::Distorted, reasons: vec![Reason::Inaccurate { learned, error }] }
    }
}

/// What the branch changes in kind.
fn change(lambda: Complex<f64>, branch: &Branch) -> Option<Reason> {
    let (learned, size) = (branch.lambda, lambda.norm());
    let sign = |x: f64, radius: f64| {
        let least = radius.max(NEGLIGIBLE * size);
        i8::from(x > least) - i8::from(x < -least)
    };
    let growth = match (sign(lambda.re, 0.0), sign(learned.re, branch.radius)) {
        (-1, 1) => Some(Growth::GrowsForDecay),
        (1, -1) => Some(Growth::DecaysForGrowth),
        (0, 1) => Some(Growth::GrowsForNeither),
        (0, -1) => Some(Growth::DecaysForNeither),
        _ => None,
    };
    let reversed = sign(lambda.im, 0.0) * sign(learned.im, branch.radius) < 0;
    (growth.is_some() || reversed).then_some(Reason::ChangesKind { learned, principal: branch.principal, growth, reversed })
}

/// The judgement of several modes together: the worst verdict, with the reasons of the modes that have it.
pub fn worst(judgements: impl IntoIterator<Item = Judgement>) -> Option<Judgement> {
    judgements.into_iter().reduce(|mut a, mut b| match a.verdict.cmp(&b.verdict) {
        std::cmp::Ordering::Less => b,
        std::cmp::Ordering::Greater => a,
        std::cmp::Ordering::Equal => {
            b.reasons.retain(|reason| !a.reasons.contains(reason));
            a.reasons.append(&mut b.reasons);
            a
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::branches;
    use super::*;
    use crate::method::{Sampling, catalog};

    fn judge(name: &str, lambda: (f64, f64), h: f64, m: u32) -> Judgement {
        let found = branches(&catalog::find(name).unwrap(), Complex::new(lambda.0, lambda.1), Sampling::new(h, m).unwrap()).unwrap();
        verdict(&found, REACH, TOLERANCE)
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
        assert_eq!(verdict(&found, 30.0, TOLERANCE).verdict, Verdict::Artifact);
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
