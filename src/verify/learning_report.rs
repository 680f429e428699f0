//! What a scheme does to a model that learns through it: the exact verdicts, the artifact boundary, and what a mode of one's own needs.

use crate::inverse::artifact_boundary::{self, ArtifactBoundary, Crossing, NoBoundary, artifact_boundary};
use crate::inverse::parasites::{self, parasitic_growth};
use crate::inverse::{BranchError, LearningEquation, Limits, MOST_SUBSTEPS, ParasiticGrowth, Reason, Verdict, without_aliases};
use crate::method::{Method, Multistep, Sampling, SamplingError};
use crate::stability::{Learning, StabilityFunction};
use num_complex::Complex64;
use serde::Serialize;
use std::ops::Deref;
use thiserror::Error;

/// The verdicts on learning through a scheme.
#[derive(Clone, Debug, Serialize)]
pub struct LearningReport {
    /// What is decided from R, or from ρ and σ.
    #[serde(flatten)]
    pub scheme: Learning,
    /// Where the principal λ̂ of damped modes first turns anti-damped, with one step between samples: one entry per damping ratio; empty where there is no
    /// such boundary, or it was left out.
    pub artifact_boundary: Vec<Crossing>,
    /// Why there is no such boundary.
    pub artifact_reason: Option<NoBoundary>,
    /// For a multistep method, the growth of its parasites along the rays of damped modes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parasitic_growth: Option<Vec<ParasiticGrowth>>,
    /// What one mode needs, where one was asked for.
    #[serde(flatten)]
    pub mode: Option<SmallestSubsteps>,
}

impl Deref for LearningReport {
    type Target = Learning;

    fn deref(&self) -> &Learning {
        &self.scheme
    }
}

impl LearningReport {
    /// The verdicts on a scheme, which are exact and cheap; what is traced along rays is left to [`trace_boundary`](Self::trace_boundary) and
    /// [`trace_parasites`](Self::trace_parasites).
    pub fn verdicts(method: &Method) -> Self {
        let scheme = match method {
            Method::RungeKutta(method) => Learning::one_step(&StabilityFunction::of(method)),
            Method::Multistep(method) => Learning::multistep(method),
        };
        Self { scheme, artifact_boundary: Vec::new(), artifact_reason: None, parasitic_growth: None, mode: None }
    }

    /// The artifact boundary on the rays of `artifact_boundary::DAMPINGS`.
    pub fn trace_boundary(method: &Method) -> ArtifactBoundary {
        artifact_boundary(method, &artifact_boundary::DAMPINGS)
    }

    /// The growth of a multistep method's parasites on the rays of `parasites::DAMPINGS`.
    pub fn trace_parasites(method: &Multistep) -> Vec<ParasiticGrowth> {
        parasitic_growth(method, &parasites::DAMPINGS)
    }
}

/// Why no number of substeps can be looked for.
#[derive(Debug, Error)]
pub enum SubstepsError {
    /// The interval makes no sense.
    #[error(transparent)]
    Sampling(#[from] SamplingError),
    /// The branches of the mode cannot be given.
    #[error(transparent)]
    Branches(#[from] BranchError),
}

/// The smallest m with which a mode is learned faithfully.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SmallestSubsteps {
    /// λ, H and the limits that "faithful" refers to.
    pub faithful_for: AskedMode,
    /// The smallest m whose verdict is faithful; none up to `MOST_SUBSTEPS`.
    pub smallest_substeps: Option<u32>,
    /// The same, with the samples' own aliases λ + 2πik/H left out, which every accurate method shares.
    pub smallest_substeps_but_for_aliases: Option<u32>,
    /// Why: of the smallest m how good it is, else what was wrong with the last m.
    pub smallest_substeps_reasons: Vec<Reason>,
    /// Whether the last m looked at failed by a parasitic root that outgrows the solution, which amplifies an error of the start.
    pub parasite_grows: bool,
}

/// A mode and what counts as faithful to it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AskedMode {
    /// λ.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex64,
    /// H.
    pub interval: f64,
    /// The reach and the tolerance of the verdict.
    #[serde(flatten)]
    pub limits: Limits,
    /// The largest m looked at.
    pub most_substeps: u32,
}

/// Looks for the smallest m such that nothing within reach changes in kind and the principal λ̂ is right over the horizon: the verdict of `predict`.
///
/// For a multistep method the parasites must also stay below the physical root.
///
/// ```
/// use lambdahat::{method::catalog, inverse::Limits, verify::smallest_substeps};
/// use num_complex::Complex64;
/// let rk4 = catalog::find("rk4")?;
/// let found = smallest_substeps(&rk4, Complex64::new(-0.1, 2.0), 0.5, Limits::default()).unwrap();
/// assert_eq!(found.smallest_substeps, Some(2));
/// # Ok::<(), lambdahat::method::catalog::CatalogError>(())
/// ```
///
/// # Errors
/// [`SubstepsError`] where H is no interval, or the method or the mode has no branches.
pub fn smallest_substeps(method: &Method, lambda: Complex64, interval: f64, limits: Limits) -> Result<SmallestSubsteps, SubstepsError> {
    let limits = limits.over(limits.horizon_for(interval));
    let equation = LearningEquation::of(method)?;
    let (mut smallest, mut but_for_aliases) = (None, None);
    let (mut reasons, mut parasite_grows) = (Vec::new(), false);
    for substeps in 1..=MOST_SUBSTEPS {
        let found = equation.branches(lambda, Sampling::new(interval, substeps)?)?;
        let ignited = found.characteristic.as_ref().is_some_and(|c| c.roots.iter().any(|root| root.ignited));
        let judgement = limits.judge(&found, true);
        parasite_grows = ignited;
        if ignited {
            reasons.clear();
            continue;
        }
        if judgement.verdict == Verdict::Faithful {
            smallest = Some(substeps);
            but_for_aliases.get_or_insert(substeps);
            reasons = judgement.reasons;
            break;
        }
        if but_for_aliases.is_none() {
            reasons = judgement.reasons;
            let rest = limits.judge(&without_aliases(&found), true);
            if rest.verdict == Verdict::Faithful {
                but_for_aliases = Some(substeps);
                reasons.extend(rest.reasons);
            }
        }
    }
    Ok(SmallestSubsteps {
        faithful_for: AskedMode { lambda, interval, limits, most_substeps: MOST_SUBSTEPS },
        smallest_substeps: smallest,
        smallest_substeps_but_for_aliases: but_for_aliases,
        smallest_substeps_reasons: reasons,
        parasite_grows,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inverse::{Growth, branches};
    use crate::method::catalog;

    fn smallest(name: &str, lambda: (f64, f64), interval: f64) -> SmallestSubsteps {
        smallest_substeps(&catalog::find(name).unwrap(), Complex64::new(lambda.0, lambda.1), interval, Limits::default()).unwrap()
    }

    /// The m found has the verdict, and every smaller one has not.
    #[test]
    fn the_smallest_by_the_verdict_itself() {
        for (name, lambda, interval) in [("rk4", (-0.1, 2.0), 0.5), ("implicit-midpoint", (-0.1, 2.0), 0.5), ("heun2", (-0.5, 1.0), 0.4)] {
            let found = smallest(name, lambda, interval);
            let method = catalog::find(name).unwrap();
            let Some(m) = found.smallest_substeps else { panic!("{name}: {found:?}") };
            for substeps in 1..=m {
                let sampling = Sampling::new(interval, substeps).unwrap();
                let all = branches(&method, Complex64::new(lambda.0, lambda.1), sampling).unwrap();
                let faithful = Limits::default().judge(&all, true).verdict == Verdict::Faithful;
                assert_eq!(faithful, substeps == m, "{name} {substeps}");
            }
        }
    }

    #[test]
    fn none_is_said_with_the_reason() {
        // A conservative mode through Euler's method is learned decaying, whatever m.
        let found = smallest("forward-euler", (0.0, 1.0), 0.5);
        assert_eq!((found.smallest_substeps, found.smallest_substeps_but_for_aliases), (None, None));
        let neither = |reason: &Reason| {
            matches!(reason, Reason::ChangesKind { growth: Some(Growth::GrowsForNeither | Growth::DecaysForNeither), .. })
        };
        assert!(found.smallest_substeps_reasons.iter().any(neither), "{found:?}");
        // Leap frog's parasite is ignited by every damped mode.
        let found = smallest("leap-frog", (-0.1, 1.0), 0.5);
        assert!(found.smallest_substeps.is_none() && found.parasite_grows, "{found:?}");
    }
}
