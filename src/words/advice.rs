//! What to train with instead, in sentences.

use super::number::{DIGITS, complex, count, pair, percent, real};
use super::training_call::{TrainingCall, training_calls};
use super::{Dialect, Say};
use crate::fit::Loss;
use crate::inverse::{MOST_SUBSTEPS, Verdict};
use crate::predict::{Among, AnyStep, EVALUATIONS_PER_IMPLICIT_STAGE, OrbitChange, Recommendation, Report, ThroughLoss, Why};
use num_complex::Complex;
use std::f64::consts::TAU;

impl Say for Why {
    fn say(&self, _: Dialect) -> String {
        because(self, Among::Common)
    }
}

/// Why it is recommended, of these methods.
fn because(why: &Why, among: Among) -> String {
    let cheapest = |candidates: usize, most_substeps: u32, what: &str| {
        let of = match among {
            // As the page says it.
            Among::Common => {
                let what = if what == "every mode" { "Every mode" } else { "Its principal branch" };
                return format!("{what} is faithful, and of {candidates} methods with up to {most_substeps} substeps none is cheaper.");
            }
            Among::Asked => "the methods asked for".into(),
            Among::CommonAsNoneAskedServes => count(candidates, "common method", "common methods"),
        };
        format!("Cheapest of {of} with {what} faithful (up to {most_substeps} substeps).")
    };
    let reason = match *why {
        Why::CheapestFaithful { candidates, most_substeps } => cheapest(candidates, most_substeps, "every mode"),
        Why::FaithfulButForAliases { candidates, most_substeps, .. } => {
            format!("{} {}", cheapest(candidates, most_substeps, "every principal branch"), aliases(why).unwrap_or_default())
        }
        Why::KeepsSigns { most_substeps } => {
            let none = match among {
                Among::Common => "No method tried",
                Among::Asked => "None of the methods asked for",
                Among::CommonAsNoneAskedServes => "None of the common ones",
            };
            format!("{none} is faithful with up to {most_substeps} substeps, but this one never mistakes growth for decay.")
        }
    };
    match among {
        Among::CommonAsNoneAskedServes => {
            format!("None of the methods asked for is faithful with up to {MOST_SUBSTEPS} substeps. {reason}")
        }
        Among::Common | Among::Asked => reason,
    }
}

/// What the samples leave open, where they do: their own alias of a mode is within reach.
pub(super) fn aliases(why: &Why) -> Option<String> {
    let Why::FaithfulButForAliases { interval, closer_than, lambda, .. } = *why else { return None };
    let alias = Complex::new(lambda.re, TAU / interval - lambda.im);
    Some(format!(
        "Samples every {} cannot tell λ = {} from its alias {} (λ − 2πi/H), whatever the method. Sample closer than {} apart, or start \
         training near a slow model.",
        real(interval, DIGITS),
        pair(lambda, DIGITS),
        pair(alias, DIGITS).replacen('±', "∓", 1),
        real(closer_than, 3)
    ))
}

impl Say for AnyStep {
    fn say(&self, _: Dialect) -> String {
        let here = self.learns.map_or_else(String::new, |mode| {
            format!(" Here it learns {} as {}, {} off.", complex(mode.lambda, DIGITS), complex(mode.learned, DIGITS), percent(mode.error))
        });
        format!(
            "At any step there is one branch only, and it decays, rests or grows as the truth does. Its frequency is off by a known function \
             of hλ, which can be undone.{here}"
        )
    }
}

impl Say for OrbitChange {
    fn say(&self, _: Dialect) -> String {
        let instead = match &self.better {
            Some((method, least)) => format!("{method} changes them least, by {}.", percent(*least)),
            None => "Take a smaller step.".to_owned(),
        };
        format!(
            "That is by the modes alone: along the orbits of the data its learned field changes the amplitude by {} a turn. {instead}",
            percent(self.amplitude)
        )
    }
}

/// The whole reason for a recommendation.
pub fn why(report: &Report, advice: &Recommendation, to: Dialect) -> String {
    let solves = if advice.scheme.is_explicit() {
        String::new()
    } else {
        format!(" (an implicit stage counts as {EVALUATIONS_PER_IMPLICIT_STAGE})")
    };
    let cost = format!(" It takes {} of f per sample{solves}.", count(advice.evaluations as usize, "evaluation", "evaluations"));
    let orbits = advice.orbits.as_ref().map_or_else(String::new, |orbits| format!(" {}", orbits.say(to)));
    let apart = if is_noise_apart(report) { "Noise biases the loss, whatever the method. The integrator's part alone: " } else { "" };
    format!("{apart}{}{cost}{orbits}", because(&advice.why, advice.among))
}

/// Whether noise moves the modes through every loss that is known, so that a recommendation is of the integrator's part alone.
pub(super) fn is_noise_apart(report: &Report) -> bool {
    report.through_loss.as_ref().is_some_and(|through| through.acts && !through.keeps && through.instead.is_none())
}

/// What is recommended, in one line: the method, its steps, what it learns.
pub(super) fn headline(advice: &Recommendation) -> String {
    let steps = count(advice.substeps as usize, "step", "steps");
    let learns = advice.learns.map_or_else(String::new, |mode| format!(", which learns {}", pair(mode.learned, DIGITS)));
    let verdict = if advice.verdict == Verdict::Distorted { " (distorted, but never of the wrong kind)" } else { "" };
    let loss = advice.loss.map_or_else(String::new, |loss| format!(" and the loss {loss}"));
    format!("{} with {steps} per sample{loss}{learns}{verdict}", advice.method)
}

/// The calls that do what is advised. Where noise makes a difference between losses, those that put the samples into the method's equation do not.
pub(super) fn calls(report: &Report, advice: &Recommendation) -> impl Iterator<Item = TrainingCall> {
    let noisy = report.through_loss.as_ref().is_some_and(|through| through.acts);
    training_calls(&advice.scheme, advice.substeps, evenly(report), sliced(report))
        .into_iter()
        .filter(move |call| !(noisy && call.residual))
}

/// Intervals of a window up to which a linear model ends where it is predicted to from nearly every random start.
const SHORT: usize = 5;

/// Whether training with this loss is to begin from the model that pairs learns: from a random start long windows, and any of a nonlinear model, may end in poor minima.
pub(super) fn begins_with_pairs(through: &ThroughLoss, loss: Loss) -> bool {
    match loss {
        Loss::Pairs => false,
        Loss::Windows(intervals) => through.is_of_field() || intervals > SHORT,
        Loss::Rollout | Loss::RolloutFreeStart => true,
    }
}

/// The loss whose samples the recommended calls start from: one that is not what training does anyway, and that takes the same times of each of its windows.
pub(super) fn sliced(report: &Report) -> Option<Loss> {
    let advice = report.recommendation.as_ref()?;
    let asked = report.through_loss.as_ref().map(|through| through.loss);
    let same_times = |loss: &Loss| !report.uneven || matches!(loss, Loss::Rollout | Loss::RolloutFreeStart);
    advice.loss.filter(|loss| (*loss != Loss::Pairs || asked != Some(*loss)) && same_times(loss))
}

/// H, where it is the same throughout.
fn evenly(report: &Report) -> Option<f64> {
    (!report.uneven).then_some(report.interval)
}
