//! Which method to train with: the cheapest that is faithful, and the one that keeps signs at any step.

use super::cost::evaluations;
use super::learned_orbits::LearnedOrbits;
use super::noisy_modes::NoisyModes;
use super::predict_error::PredictError;
use super::subject::Subject;
use super::through_loss::ThroughLoss;
use crate::fit::Loss;
use crate::inverse::{Branches, Discrepancy, LearningEquation, Limits, MOST_SUBSTEPS, Verdict, without_aliases};
use crate::loops::Library;
use crate::method::{Method, Sampling};
use crate::stability::{Learning, StabilityFunction};
use crate::truth::{Caveat, Mode};
use num_complex::Complex;
use serde::Serialize;
use std::f64::consts::TAU;

/// Once a choice is found that is faithful but for aliases, others are looked at up to so many times its cost.
const MOST_TIMES_DEARER: u64 = 4;

/// What to train with.
#[derive(Clone, Debug, Serialize)]
pub struct Recommendation {
    /// The method's name.
    pub method: String,
    /// Steps per sampling interval.
    pub substeps: u32,
    /// Evaluations of f from sample to sample, by the convention of [`evaluations`].
    pub evaluations: u64,
    /// Its verdict.
    pub verdict: Verdict,
    /// Why this one.
    pub why: Why,
    /// Among which methods it was chosen.
    pub among: Among,
    /// The settled mode that it learns worst, and the λ̂ of its principal branch.
    pub learns: Option<LearnedMode>,
    /// The loss to train with, where noise makes a difference between losses.
    #[serde(serialize_with = "loss_text", skip_serializing_if = "Option::is_none")]
    pub loss: Option<Loss>,
    /// What it does to orbits, where that is more than a mode may change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orbits: Option<OrbitChange>,
    /// The method that never mistakes growth for decay, whatever the step.
    pub any_step: Option<AnyStep>,
    /// The method itself.
    #[serde(skip)]
    pub scheme: Method,
}

/// Why a method is recommended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
pub enum Why {
    /// The cheapest through which every settled mode is faithful.
    CheapestFaithful {
        /// How many methods were compared.
        candidates: usize,
        /// Up to how many substeps.
        most_substeps: u32,
    },
    /// The cheapest whose only fault are the aliases of the samples themselves, λ − 2πi/H, which every accurate method shares.
    FaithfulButForAliases {
        /// The sampling interval H.
        interval: f64,
        /// Samples closer together than this exclude the aliases.
        closer_than: f64,
        /// The mode with the nearest alias.
        lambda: Complex<f64>,
        /// How many methods were compared.
        candidates: usize,
        /// Up to how many substeps.
        most_substeps: u32,
    },
    /// None is faithful; this one keeps growth and decay apart.
    KeepsSigns {
        /// Up to how many substeps.
        most_substeps: u32,
    },
}

/// Which methods were compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Among {
    /// The common ones, as none was asked for.
    Common,
    /// Those asked for.
    Asked,
    /// The common ones, as none of those asked for is faithful with as many substeps as are tried.
    CommonAsNoneAskedServes,
}

/// The methods to choose from.
#[derive(Clone, Copy)]
pub(super) struct Candidates<'a> {
    /// Those asked for: chosen among, where there are any and one of them serves.
    pub asked: &'a [Method],
    /// The common ones.
    pub others: &'a [Method],
    /// The orbits that must be followed faithfully too.
    pub orbits: Option<&'a LearnedOrbits>,
    /// Whether there are orbits, or uneven times, which take a while.
    pub long: bool,
    /// Whether no more of that is to be done; then nothing is recommended that turns on it.
    pub stopped: &'a dyn Fn() -> bool,
}

impl Candidates<'_> {
    /// Whether what takes a while matters and is not done any more.
    fn cut(&self) -> bool {
        self.long && (self.stopped)()
    }
}

/// A true mode and what is learned of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LearnedMode {
    /// λ.
    pub lambda: Complex<f64>,
    /// λ̂ of the principal branch.
    pub learned: Complex<f64>,
    /// |λ̂ − λ|/|λ|.
    pub error: f64,
}

/// What the learned field of the recommended method does to the orbits of the data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrbitChange {
    /// The largest change of an amplitude in one turn, relative to it.
    pub amplitude: f64,
    /// The method that changes them least, with its change; none where no other changes them less.
    pub better: Option<(String, f64)>,
}

/// A method whose only branch keeps the sign of Re λ at any step, with one step per sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnyStep {
    /// The method's name.
    pub method: String,
    /// One.
    pub substeps: u32,
    /// The settled mode that it learns worst.
    pub learns: Option<LearnedMode>,
}

/// How well a method serves, by its worst mode.
struct Trial {
    verdict: Verdict,
    without_aliases: Verdict,
    ignites: bool,
}

/// The cheapest faithful (method, m) of those asked for, else of the common ones; where there is none, the cheapest whose only fault are the samples' own
/// aliases; where there is none either, the one that keeps signs at any step.
pub(super) fn recommend(subject: &Subject, candidates: Candidates<'_>, limits: Limits) -> Result<Option<Recommendation>, PredictError> {
    if subject.settled_modes().next().is_none() || subject.caveats.iter().any(Caveat::forbids_advice) {
        return Ok(None);
    }
    let common: Vec<&Method> = candidates.others.iter().collect();
    let any_step = common.iter().find(|method| keeps_signs(method)).map(|method| any_step(subject, method, limits)).transpose()?;
    let asked: Vec<&Method> = candidates.asked.iter().collect();
    let tried = if asked.is_empty() {
        vec![(Among::Common, &common)]
    } else {
        vec![(Among::Asked, &asked), (Among::CommonAsNoneAskedServes, &common)]
    };
    let most_substeps = MOST_SUBSTEPS;
    for &(among, methods) in &tried {
        let Some(Choice { method, substeps, cost, verdict }) = cheapest(subject, methods, &candidates, limits)? else { continue };
        let why = if verdict == Verdict::Faithful {
            Why::CheapestFaithful { candidates: methods.len(), most_substeps }
        } else {
            about_aliases(subject, limits, methods.len())
        };
        return Ok(Some(Recommendation {
            method: method.name().into(),
            substeps,
            evaluations: cost,
            verdict,
            why,
            among,
            learns: worst_learned(subject, method, substeps, limits)?,
            loss: loss(subject),
            orbits: None,
            any_step,
            scheme: method.clone(),
        }));
    }
    if candidates.cut() {
        return Ok(None);
    }
    // The common methods hold the implicit midpoint rule.
    let Some(kept) = any_step else { return Ok(None) };
    let all = asked.iter().map(|method| (Among::Asked, *method));
    let fallback = tried.last().map_or(Among::Common, |&(among, _)| among);
    let mut all = all.chain(common.iter().map(|method| (fallback, *method)));
    let Some((among, method)) = all.find(|(_, method)| keeps_signs(method)) else { return Ok(None) };
    Ok(Some(Recommendation {
        method: method.name().into(),
        substeps: 1,
        evaluations: evaluations(method, 1),
        verdict: trial(subject, method, 1, limits)?.map_or(Verdict::Distorted, |t| t.verdict.max(Verdict::Distorted)),
        why: Why::KeepsSigns { most_substeps },
        among,
        learns: worst_learned(subject, method, 1, limits)?,
        loss: loss(subject),
        orbits: None,
        any_step: Some(kept),
        scheme: method.clone(),
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

/// Whether a library that people train with has the method: of two that cost the same, that one is of more use.
fn has_call(method: &Method) -> bool {
    let libraries = [Library::Torchdiffeq, Library::Diffrax].map(Library::name);
    let of_library = |alias: &String| alias.split_once(':').is_some_and(|(library, _)| libraries.contains(&library));
    method.identity().aliases.iter().any(of_library)
}

/// The cheapest choice that is faithful; failing that, the cheapest that is so but for the samples' own aliases.
fn cheapest<'a>(
    subject: &Subject,
    candidates: &[&'a Method],
    from: &Candidates<'_>,
    limits: Limits,
) -> Result<Option<Choice<'a>>, PredictError> {
    let mut tries: Vec<(u64, u32, bool, usize)> = (1..=MOST_SUBSTEPS)
        .flat_map(|substeps| {
            candidates.iter().enumerate().map(move |(k, method)| (evaluations(method, substeps), substeps, !has_call(method), k))
        })
        .collect();
    tries.sort_unstable();
    let mut aliased: Option<Choice> = None;
    let mut settled = vec![false; candidates.len()];
    // More substeps than these, where orbits have shown that fewer are too few.
    let mut more_than = vec![0; candidates.len()];
    // A multistep method puts the samples themselves into its equation: there is no other training through it.
    let by_pairs = loss(subject).or(subject.through_loss.as_ref().map(|through| through.loss)).unwrap_or_default() == Loss::Pairs;
    let trains = |method: &Method, substeps: u32| matches!(method, Method::RungeKutta(_)) || (substeps == 1 && by_pairs);
    let follows = |method: &Method, substeps: u32| from.orbits.is_none_or(|orbits| orbits.faithful(method, substeps));
    for (cost, substeps, _, k) in tries {
        if from.cut() {
            return Ok(None);
        }
        // Accurate methods all have the aliases; one that has not reached them at such a price will.
        if settled[k] || substeps <= more_than[k] || aliased.is_some_and(|a| cost > MOST_TIMES_DEARER * a.cost) {
            continue;
        }
        let method = candidates[k];
        if !trains(method, substeps) {
            continue;
        }
        let Some(trial) = trial(subject, method, substeps, limits)? else { continue };
        let choice = Choice { method, substeps, cost, verdict: trial.verdict };
        if trial.ignites {
            continue;
        }
        if trial.without_aliases == Verdict::Faithful && !follows(method, substeps) {
            // Orbits take a while: between two trials the substeps grow by a half.
            more_than[k] = substeps + substeps / 2;
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
    // Where no loss keeps the modes, the integrator's part alone is judged.
    let kept = subject.through_loss.as_ref().and_then(ThroughLoss::kept);
    let noise_shows = |k: usize| kept.is_some_and(|modes| modes[k].significant);
    let from_samples = subject.learns_from_samples(method);
    let noisy = match method {
        Method::Multistep(_) => NoisyModes::of(subject, method, &equation, sampling)?,
        // Minima are those of the noisy samples themselves.
        Method::RungeKutta(_) if from_samples => NoisyModes::default(),
        Method::RungeKutta(_) => kept.map_or_else(NoisyModes::default, NoisyModes::through),
    };
    // A mode below the real axis is judged as its mirror image.
    for (k, mode) in subject.modes.iter().enumerate().filter(|(_, m)| m.settled && m.lambda.im >= 0.0) {
        let branches_of = |lambda| subject.branches_in_short((method, &equation), k, lambda, sampling, limits);
        let of_samples =
            if from_samples && noise_shows(k) { subject.minima_of_samples(method, k, mode.lambda, sampling, limits) } else { None };
        let Ok(found) = of_samples.map_or_else(|| branches_of(mode.lambda), Ok) else { return Ok(None) };
        let alone = subject.is_alone(mode);
        let even = if from_samples { equation.branches(mode.lambda, sampling).ok() } else { None };
        trial.ignites |= ignites(&found);
        let shown = noisy.modes.get(k).copied().flatten().filter(|(_, significant)| *significant);
        let judge = |kept: fn(&Branches) -> Branches| -> Result<Verdict, PredictError> {
            // What noise adds may be larger than what is unknown of λ: then the verdict rests on it.
            if let Some(Ok(shown)) = shown.map(|(apparent, _)| branches_of(apparent)) {
                return Ok(limits.judge(&kept(&shown.beside(mode.lambda)), alone).verdict);
            }
            let found = kept(&found);
            let here = limits.judge(&found, alone).verdict;
            let Some(uncertainty) = mode.uncertainty.filter(|_| here == Verdict::Faithful) else { return Ok(here) };
            let moved = |lambda| {
                if let Some(even) = &even {
                    // The system that makes the samples is as uncertain as λ: what is learned moves with it.
                    return equation.branches(lambda, sampling).map(|moved| found.clone().moved_as(even, &moved));
                }
                branches_of(lambda).map(|found| kept(&found))
            };
            Ok(limits.judge_within(&found, alone, uncertainty, moved)?.worst)
        };
        let here = judge(Branches::clone)?;
        trial.verdict = trial.verdict.max(here);
        // What is faithful with its aliases is so without them.
        trial.without_aliases = trial.without_aliases.max(if here == Verdict::Faithful { here } else { judge(without_aliases)? });
    }
    Ok(Some(trial))
}

fn ignites(found: &Branches) -> bool {
    found.characteristic.as_ref().is_some_and(|c| c.roots.iter().any(|root| root.ignited))
}

/// Whether a method has one branch, which decays exactly where the mode does, at any step.
fn keeps_signs(method: &Method) -> bool {
    let Method::RungeKutta(method) = method else { return false };
    let learning = Learning::one_step(&StabilityFunction::of(method));
    learning.sign_faithful && learning.unique
}

/// What the sign-keeping method does to these modes.
fn any_step(subject: &Subject, method: &Method, limits: Limits) -> Result<AnyStep, PredictError> {
    Ok(AnyStep { method: method.name().into(), substeps: 1, learns: worst_learned(subject, method, 1, limits)? })
}

fn loss_text<S: serde::Serializer>(loss: &Option<Loss>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&loss.unwrap_or_default())
}

/// The loss that leaves the modes in place, where noise makes the one asked for move them.
fn loss(subject: &Subject) -> Option<Loss> {
    subject.through_loss.as_ref().filter(|through| through.acts).map(|through| through.recommended().0)
}

/// The settled mode whose principal branch is furthest off over the horizon: through the loss that is recommended.
fn worst_learned(subject: &Subject, method: &Method, substeps: u32, limits: Limits) -> Result<Option<LearnedMode>, PredictError> {
    let equation = LearningEquation::of(method)?;
    let sampling = Sampling::new(subject.interval, substeps)?;
    let horizon = limits.horizon_for(subject.interval);
    let mut worst: Option<(f64, LearnedMode)> = None;
    let through = subject.through_loss.as_ref().filter(|through| through.acts).map(|through| through.recommended().1);
    for (k, mode) in subject.modes.iter().enumerate().filter(|(_, m)| m.settled && m.lambda.im >= 0.0 && m.lambda.norm() > 0.0) {
        let learned = through.map_or(mode.lambda, |modes| modes[k].learned);
        let target = if subject.straight.is_some() { mode.lambda } else { learned };
        let found = match subject.minima_of_samples(method, k, target, sampling, limits) {
            Some(found) => found,
            None => equation.branches(learned, sampling).or_else(|_| equation.branches(mode.lambda, sampling))?,
        };
        let Some(branch) = found.principal() else { continue };
        let error = (branch.lambda - mode.lambda).norm() / mode.lambda.norm();
        let off = Discrepancy::of(mode.lambda, branch.lambda, horizon).worst();
        if worst.is_none_or(|(most, _)| off > most) {
            worst = Some((off, LearnedMode { lambda: mode.lambda, learned: branch.lambda, error }));
        }
    }
    Ok(worst.map(|(_, mode)| mode))
}

/// The interval at which the samples' own alias λ − 2πi/H leaves the reach of every mode: |λ − 2πi/H| > reach·|λ|, solved for H.
fn about_aliases(subject: &Subject, limits: Limits, candidates: usize) -> Why {
    let interval = subject.interval;
    let longest = |mode: &Mode| {
        let beyond = (limits.reach * mode.lambda.norm()).powi(2) - mode.lambda.re.powi(2);
        TAU / (mode.lambda.im + beyond.max(0.0).sqrt())
    };
    // A real model gives a real mode that no other equals no complex one.
    let aliased = subject.settled_modes().filter(|m| m.lambda.im > 0.0 || (m.lambda.norm() > 0.0 && !subject.is_alone(m)));
    let nearest = aliased.map(|mode| (longest(mode), mode.lambda)).min_by(|a, b| a.0.total_cmp(&b.0));
    let (closer_than, lambda) = nearest.unwrap_or((interval, Complex::ZERO));
    Why::FaithfulButForAliases { interval, closer_than, lambda, candidates, most_substeps: MOST_SUBSTEPS }
}
