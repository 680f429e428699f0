//! What to train with instead, in sentences.

use super::number::{DIGITS, complex, count, pair, percent, real};
use super::training_call::{TrainingCall, training_calls};
use super::{Dialect, Say};
use crate::inverse::{MOST_SUBSTEPS, Verdict};
use crate::predict::{Among, AnyStep, EVALUATIONS_PER_IMPLICIT_STAGE, OrbitChange, Recommendation, Report, Why};
use num_complex::Complex;
use std::f64::consts::TAU;

impl Say for Why {
    fn say(&self, _: Dialect) -> String {
        match *self {
            Self::CheapestFaithful { candidates, most_substeps } => {
                format!("Every mode is faithful, and of {candidates} methods with up to {most_substeps} substeps none is cheaper.")
            }
            Self::FaithfulButForAliases { candidates, most_substeps, .. } => format!(
                "Its principal branch is faithful, and of {candidates} methods with up to {most_substeps} substeps none is cheaper. {}",
                aliases(self).unwrap_or_default()
            ),
            Self::KeepsSigns { most_substeps } => {
                format!("No method tried is faithful with up to {most_substeps} substeps, but this one never mistakes growth for decay.")
            }
        }
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

/// Among which methods it was chosen, where some were asked for.
pub(super) fn among(among: Among) -> String {
    match among {
        Among::Common => String::new(),
        Among::Asked => "Of the methods asked for: ".into(),
        Among::CommonAsNoneAskedServes => {
            format!("None of the methods asked for is faithful with up to {MOST_SUBSTEPS} substeps; of the common ones: ")
        }
    }
}

/// The whole reason for a recommendation.
pub fn why(advice: &Recommendation, to: Dialect) -> String {
    let solves = if advice.scheme.is_explicit() {
        String::new()
    } else {
        format!(" (an implicit stage counts as {EVALUATIONS_PER_IMPLICIT_STAGE})")
    };
    let cost = format!(" It takes {} of f per sample{solves}.", count(advice.evaluations as usize, "evaluation", "evaluations"));
    let orbits = advice.orbits.as_ref().map_or_else(String::new, |orbits| format!(" {}", orbits.say(to)));
    format!("{}{}{cost}{orbits}", among(advice.among), advice.why.say(to))
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
    training_calls(&advice.scheme, advice.substeps, evenly(report)).into_iter().filter(move |call| !(noisy && call.residual))
}

/// H, where it is the same throughout.
fn evenly(report: &Report) -> Option<f64> {
    (!report.uneven).then_some(report.interval)
}
