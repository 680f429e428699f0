//! Which method to train with: the cheapest that is faithful, and the one that keeps signs at any step.

use super::cost::{EVALUATIONS_PER_IMPLICIT_STAGE, evaluations};
use super::drift::OrbitShift;
use super::report::PredictError;
use super::subject::Subject;
use crate::inverse::{Branches, LearningEquation, Limits, Verdict, without_aliases};
use crate::method::{Method, Sampling};
use crate::stability::{Learning, StabilityFunction};
use num_complex::Complex;
use serde::Serialize;
use std::f64::consts::TAU;

/// More substeps than these are not looked at: a smaller sampling interval serves better.
const MOST_SUBSTEPS: u32 = 64;
/// Once a choice is found that is faithful but for aliases, others are looked at up to so many times its cost.
const MOST_TIMES_DEARER: u64 = 4;

/// What to train with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Recommendation {
    /// The method's name.
    pub method: String,
    /// m.
    pub substeps: u32,
    /// Evaluations of f from sample to sample, by the convention of [`evaluations`].
    pub evaluations: u64,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why, in words.
    pub why: String,
    /// The method that never mistakes growth for decay, at whatever step.
    pub any_step: Option<AnyStep>,
    /// What orbits say against it, where they change more through this method than a mode may.
    pub along_orbits: Option<OrbitShift>,
}

/// A method whose only branch keeps the sign of Re λ at any step, with one step a sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnyStep {
    /// The method's name.
    pub method: String,
    /// One.
    pub substeps: u32,
    /// What it is good for and what not.
    pub why: String,
}

/// How well a method serves, by its worst mode.
struct Trial {
    verdict: Verdict,
    without_aliases: Verdict,
    ignites: bool,
}

/// The cheapest faithful (method, m) of the candidates; where there is none, the cheapest whose only fault are the samples' own aliases;
/// where there is none either, the one that keeps signs at any step.
pub(super) fn recommend(subject: &Subject, candidates: &[&Method], limits: Limits) -> Result<Option<Recommendation>, PredictError> {
    if subject.settled_modes().next().is_none() {
        return Ok(None);
    }
    let any_step = candidates.iter().find(|method| keeps_signs(method)).map(|method| any_step(subject, method)).transpose()?;
    if let Some(Choice { method, substeps, cost, verdict }) = cheapest(subject, candidates, limits)? {
        let solves =
            if method.is_explicit() { String::new() } else { format!(", an implicit stage counted as {EVALUATIONS_PER_IMPLICIT_STAGE}") };
        let of = format!(
            "the cheapest of {} methods and up to {MOST_SUBSTEPS} substeps: {} of f a sample{solves}",
            candidates.len(),
            if cost == 1 { "1 evaluation".to_owned() } else { format!("{cost} evaluations") }
        );
        let why = if verdict == Verdict::Faithful {
            format!("every mode faithful, {of}")
        } else {
            format!("{}; {of}", about_aliases(subject, limits))
        };
        return Ok(Some(Recommendation {
            method: method.name().into(),
            substeps,
            evaluations: cost,
            verdict,
            why,
            any_step,
            along_orbits: None,
        }));
    }
    // The default methods, which are always candidates, hold the implicit midpoint rule.
    let Some(kept) = any_step else { return Ok(None) };
    let method = candidates.iter().find(|m| m.name() == kept.method).copied();
    let cost = method.map_or(0, |m| evaluations(m, 1));
    let trial = method.map(|m| trial(subject, m, 1, limits)).transpose()?.flatten();
    Ok(Some(Recommendation {
        method: kept.method.clone(),
        substeps: 1,
        evaluations: cost,
        verdict: trial.map_or(Verdict::Distorted, |t| t.verdict),
        why: format!("no method tried is faithful with up to {MOST_SUBSTEPS} substeps, but this one keeps growth and decay: {}", kept.why),
        any_step: Some(kept),
        along_orbits: None,
    }))
}

/// A method, m, and what they cost and do.
#[derive(Clone, Copy)]
struct Choice<'a> {
    method: &'a Method,
    substeps: u32,
    cost: u64,
    verdict: Verdict,
}

/// The cheapest choice that is faithful; failing that, the cheapest that is so but for the samples' own aliases.
fn cheapest<'a>(subject: &Subject, candidates: &[&'a Method], limits: Limits) -> Result<Option<Choice<'a>>, PredictError> {
    let mut tries: Vec<(u64, u32, usize)> = (1..=MOST_SUBSTEPS)
        .flat_map(|substeps| candidates.iter().enumerate().map(move |(k, method)| (evaluations(method, substeps), substeps, k)))
        .collect();
    tries.sort_unstable();
    let mut aliased: Option<Choice> = None;
    let mut settled = vec![false; candidates.len()];
    for (cost, substeps, k) in tries {
        // Accurate methods all have the aliases; one that has not reached them at such a price will.
        if settled[k] || aliased.is_some_and(|a| cost > MOST_TIMES_DEARER * a.cost) {
            continue;
        }
        let method = candidates[k];
        let Some(trial) = trial(subject, method, substeps, limits)? else { continue };
        let choice = Choice { method, substeps, cost, verdict: trial.verdict };
        if trial.ignites {
            continue;
        }
        if trial.verdict == Verdict::Faithful {
            return Ok(Some(choice));
        }
        if trial.without_aliases == Verdict::Faithful {
            // More substeps bring its aliases nearer to λ + 2πik/H, and leave none out.
            settled[k] = true;
            aliased.get_or_insert(choice);
        }
    }
    Ok(aliased)
}

/// All modes through one method; `None` where a mode has no branches through it.
fn trial(subject: &Subject, method: &Method, substeps: u32, limits: Limits) -> Result<Option<Trial>, PredictError> {
    let sampling = Sampling::new(subject.interval, substeps)?;
    let Ok(equation) = LearningEquation::of(method) else { return Ok(None) };
    let mut trial = Trial { verdict: Verdict::Faithful, without_aliases: Verdict::Faithful, ignites: false };
    // A mode below the real axis is judged as its mirror image.
    for mode in subject.settled_modes().filter(|m| m.lambda.im >= 0.0) {
        let Ok(found) = equation.branches(mode.lambda, sampling) else { return Ok(None) };
        let alone = subject.is_alone(mode);
        trial.ignites |= ignites(&found);
        trial.verdict = trial.verdict.max(limits.judge(&found, alone).verdict);
        trial.without_aliases = trial.without_aliases.max(limits.judge(&without_aliases(&found, limits.tolerance), alone).verdict);
    }
    Ok(Some(trial))
}

fn ignites(found: &Branches) -> bool {
    found.characteristic.as_ref().is_some_and(|c| c.roots.iter().any(|root| root.ignited))
}

/// A complex number to four digits; a part that is rounding beside the other is left at zero.
fn short(z: Complex<f64>) -> String {
    let number = |x: f64| if x.abs() <= 1e-12 * z.norm() { 0.0 } else { format!("{x:.3e}").parse().unwrap_or(x) };
    if z.im == 0.0 {
        number(z.re).to_string()
    } else {
        format!("{} {} {}i", number(z.re), if z.im < 0.0 { "-" } else { "+" }, number(z.im.abs()))
    }
}

/// Whether a method has one branch, which decays exactly where the mode does, at any step.
fn keeps_signs(method: &Method) -> bool {
    let Method::RungeKutta(method) = method else { return false };
    let learning = Learning::one_step(&StabilityFunction::of(method));
    learning.sign_faithful && learning.unique
}

/// What the sign-keeping method does to these modes.
fn any_step(subject: &Subject, method: &Method) -> Result<AnyStep, PredictError> {
    let equation = LearningEquation::of(method)?;
    let sampling = Sampling::new(subject.interval, 1)?;
    let mut worst: Option<(f64, Complex<f64>, Complex<f64>)> = None;
    for mode in subject.settled_modes().filter(|m| m.lambda.im >= 0.0 && m.lambda.norm() > 0.0) {
        let found = equation.branches(mode.lambda, sampling)?;
        if let Some(branch) = found.principal() {
            let miss = (branch.lambda - mode.lambda).norm() / mode.lambda.norm();
            if worst.is_none_or(|(most, ..)| miss > most) {
                worst = Some((miss, mode.lambda, branch.lambda));
            }
        }
    }
    let here = worst.map_or_else(String::new, |(miss, lambda, learned)| {
        format!("; here {} is learned as {}, {:.1} % off", short(lambda), short(learned), 100.0 * miss)
    });
    Ok(AnyStep {
        method: method.name().into(),
        substeps: 1,
        why: format!(
            "at any step there is one branch only, and it decays, rests or grows as the truth does (R(z)R(-z) = 1, all poles on the right); \
             no method has the right frequency at any step, and this one's is off by a known function of hλ, which can be undone{here}"
        ),
    })
}

/// What to say when the samples allow a second frequency that is too near.
fn about_aliases(subject: &Subject, limits: Limits) -> String {
    // |λ − 2πi/H| > reach·|λ| for every mode, solved for H.
    let longest = subject
        .settled_modes()
        .filter(|m| m.lambda.im > 0.0)
        .map(|m| {
            let beyond = (limits.reach * m.lambda.norm()).powi(2) - m.lambda.re.powi(2);
            TAU / (m.lambda.im + beyond.max(0.0).sqrt())
        })
        .fold(f64::INFINITY, f64::min);
    format!(
        "its principal branch is faithful, but samples every {} do not exclude λ - 2πi/H, which turns the other way; every accurate \
         method shares that, and only samples closer than {longest:.3} apart exclude it (or a fit that starts near a slow model)",
        subject.interval
    )
}
