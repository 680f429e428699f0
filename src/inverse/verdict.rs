//! The verdict that a person understands: is what the loop learns faithful, distorted, or an artifact?

use super::branches::{Branch, Branches, Principal};
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

/// A verdict with its reasons in words, the principal branch's first.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why; one sentence for each branch that counts against the method, or one that says how good it is.
    pub reasons: Vec<String>,
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
    let mut changes: Vec<(bool, String)> = Vec::new();
    // The members of a cluster share their λ̂.
    let mut seen: HashSet<[u64; 2]> = HashSet::new();
    for branch in &found.branches {
        if !branch.principal && branch.lambda.norm() > reach * size {
            continue;
        }
        if !seen.insert([branch.lambda.re.to_bits(), branch.lambda.im.to_bits()]) {
            continue;
        }
        if let Some(change) = change(found.lambda, branch) {
            let who = if branch.principal { "the principal branch" } else { "a branch within reach," };
            changes.push((branch.principal, format!("{who} {} {change}", complex(branch.lambda))));
        }
    }
    if !changes.is_empty() {
        changes.sort_by_key(|(principal, _)| !principal);
        return Judgement { verdict: Verdict::Artifact, reasons: changes.into_iter().map(|(_, reason)| reason).collect() };
    }
    let Some(principal) = found.principal() else {
        let reason = match &found.principal {
            Principal::Undefined(why) => format!("there is no principal branch: {why}"),
            _ => "the principal branch lies at infinity".to_owned(),
        };
        return Judgement { verdict: Verdict::Distorted, reasons: vec![reason] };
    };
    let error = (principal.lambda - found.lambda).norm();
    let (verdict, comparison) = if error <= tolerance * size { (Verdict::Faithful, "right to") } else { (Verdict::Distorted, "off by") };
    let relative = if size > 0.0 { format!("{:.2} %", 100.0 * error / size) } else { format!("{error:.2e}") };
    Judgement { verdict, reasons: vec![format!("the principal branch {} is {comparison} {relative}", complex(principal.lambda))] }
}

/// What the branch changes in kind, in words.
fn change(lambda: Complex<f64>, branch: &Branch) -> Option<String> {
    let (learned, size) = (branch.lambda, lambda.norm());
    let sign = |x: f64, radius: f64| {
        let least = radius.max(NEGLIGIBLE * size);
        i8::from(x > least) - i8::from(x < -least)
    };
    let (was, is) = (sign(lambda.re, 0.0), sign(learned.re, branch.radius));
    let growth = match (was, is) {
        (-1, 1) => Some("grows where the mode decays"),
        (1, -1) => Some("decays where the mode grows"),
        (0, 1) => Some("grows where the mode is conservative"),
        (0, -1) => Some("decays where the mode is conservative"),
        _ => None,
    };
    let turned = sign(lambda.im, 0.0) * sign(learned.im, branch.radius) < 0;
    match (growth, turned) {
        (Some(growth), true) => Some(format!("{growth} and turns the other way")),
        (Some(growth), false) => Some(growth.to_owned()),
        (None, true) => Some("turns the other way".to_owned()),
        (None, false) => None,
    }
}

fn complex(z: Complex<f64>) -> String {
    // Four decimals, or powers of ten where those say nothing or too much.
    let number = |x: f64, sign: bool| match (x == 0.0 || (5e-5..1e6).contains(&x.abs()), sign) {
        (true, false) => format!("{x:.4}"),
        (true, true) => format!("{x:+.4}"),
        (false, false) => format!("{x:.1e}"),
        (false, true) => format!("{x:+.1e}"),
    };
    match z.im {
        0.0 => number(z.re, false),
        _ => format!("{}{}i", number(z.re, false), number(z.im, true)),
    }
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
        assert_eq!(judgement.reasons[0], "the principal branch 0.1051+1.9268i grows where the mode decays");
        assert_eq!(judgement.reasons.len(), 3, "{:?}", judgement.reasons);
        assert!(judgement.reasons[2].ends_with("grows where the mode decays and turns the other way"));
    }

    #[test]
    fn what_is_small_is_not_written_as_zero() {
        assert_eq!(complex(Complex::new(-3e-6, 0.9996)), "-3.0e-6+0.9996i");
        assert_eq!(complex(Complex::new(0.0, -2e9)), "0.0000-2.0e9i");
        assert_eq!(complex(Complex::new(-0.25, 0.0)), "-0.2500");
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
        assert_eq!(
            judge("forward-euler", (0.0, 1.0), 0.1, 1).reasons[0],
            "the principal branch -0.0500+0.9983i decays where the mode is conservative"
        );
    }

    #[test]
    fn no_principal_branch_is_a_distortion() {
        let judgement = judge("heun2", (-1.0, 0.0), 1.0, 1);
        assert_eq!(judgement.verdict, Verdict::Distorted);
        assert!(judgement.reasons[0].contains("zero of R′"));
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
