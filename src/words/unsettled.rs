//! Why a mode is not settled.

use super::{Dialect, Say};
use crate::predict::Report;
use crate::truth::{Because, Caveat, Motion};

impl Say for Because {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::NotExplained => "No model explains the motion.",
            Self::EstimatorsDisagree => "Estimators disagree by more than the uncertainty.",
            Self::NotDetermined => "Other models that fit as well have another λ.",
            Self::MayBeNonlinear => "A nonlinear system with another λ could move just like this.",
            Self::NoRealFlow => "No real flow can have this mode.",
            Self::FewSamples => "There are too few samples to put a model to the test.",
            Self::StillImproving => {
                "Richer models still explain the motion better, and no samples lie close to the equilibrium on all sides."
            }
            Self::Vague => "Its uncertainty is not small beside λ.",
            Self::Harmonic => "Modes are sums or multiples of others, as in the series of a nonlinear motion.",
            Self::MayBeDriven => "It is a steady oscillation that may come from outside.",
            Self::LineOfEquilibria => "The equilibrium is one of a line of them.",
            Self::LinearPartVanishes => "λ may be zero: these samples do not tell it from a motion without a rate.",
            Self::DrivenByNoise => "Noise, or what these columns do not show, keeps the motion going.",
            Self::RunsDiffer => "Each trajectory shows modes of its own: they may be runs of different systems.",
            Self::Faint => "It is so small a part of the motion that errors that grow with it, as rounding's do, could look like it.",
            Self::OfItsSize => "It is the frequency of a motion of this size: small motions may have another.",
            Self::InputFollows => "An input is a function of the state: what it does cannot be told from what the state does by itself.",
            Self::ChangesInTime => "A system whose parameters change in the course of a run could move just like this.",
            Self::OneSize => {
                "All of the motion has one size, and the noise would hide what tells an orbit's frequency from that of small motions."
            }
        }
        .into()
    }
}

/// What tells a nonlinear system from a linear one, and the same where its field near rest is open too.
const OTHER_SIZES: &str = "Add runs from starts of other sizes.";
const SIZES_AND_REST: &str = "Add runs from starts of other sizes, one near rest.";

/// What settles a mode that is not settled for this reason.
fn remedy(because: Because) -> &'static str {
    match because {
        Because::NotExplained => "Give what else moves: another column, or an input; or sample more closely.",
        Because::NoRealFlow => "Sample more closely.",
        Because::EstimatorsDisagree | Because::Vague | Because::FewSamples => "Give more samples, or more runs.",
        Because::NotDetermined | Because::StillImproving => "Add runs from other starts, one of them near rest.",
        Because::MayBeNonlinear => OTHER_SIZES,
        Because::Harmonic | Because::OfItsSize => {
            "Add a run that starts near rest; where a part of the state (a velocity) is missing, give it as a column."
        }
        Because::MayBeDriven => "If something drives it, give that as an input.",
        Because::LineOfEquilibria => "No samples change that: where on the line a run ends, and how fast, depends on its start.",
        Because::LinearPartVanishes => {
            "Give longer runs, or one that starts nearer to rest; where λ is zero no samples change that: the motion there has no rate."
        }
        Because::DrivenByNoise => "Give what else moves (another column, an input), or several times as many samples.",
        Because::RunsDiffer => "Examine each trajectory in a file of its own.",
        Because::Faint => "Write the samples with more digits.",
        Because::InputFollows => {
            "Give the state alone, for the modes under that control; for its own, add to the input what does not depend on the state."
        }
        Because::ChangesInTime => {
            "Cut the runs into shorter ones, and examine those apart: where their rates differ, parameters change, or rates depend on the size of the motion."
        }
        Because::OneSize => "Add a run from a start of another size.",
    }
}

/// What settles the mode of columns that level off, as docs/predict.md measures it.
const NEAR_REST: &str = "Give a file of runs that start near rest only: on either side of it, a tenth to a third as far away as here. Where one side alone can be \
                         reached, start within a hundredth, with less noise than that.";

/// What may be where a linear model with the given inputs does not explain the motion.
const NOT_BY_INPUT: &str =
    "Give what else moves: another column, or another input. Or the system is nonlinear: with inputs only linear models are tried.";

/// A mode that falls by this exponent from sample to sample is gone before it is seen.
const GONE: f64 = -3.0;

/// What settles a linear system.
fn known_linear(report: &Report, to: Dialect) -> &'static str {
    match (report.caveats.contains(&Caveat::FallsToZero), to) {
        (true, Dialect::Python) => "If the system is known to be linear, give degree=1 and, where it falls to zero, rest_at_zero=True.",
        (true, _) => "If the system is known to be linear, give --degree 1 and, where it falls to zero, --rest-at-zero.",
        (false, Dialect::Python) => "If the system is known to be linear, give degree=1.",
        (false, _) => "If the system is known to be linear, give --degree 1.",
    }
}

/// What to do where nothing is settled: at most two remedies, that of the first reason first.
pub(super) fn remedies(report: &Report, reasons: &[Because], to: Dialect) -> String {
    if reasons.contains(&Because::LineOfEquilibria) {
        return remedy(Because::LineOfEquilibria).into();
    }
    if report.caveats.iter().any(|caveat| matches!(caveat, Caveat::LagTells { .. })) {
        return "Add the columns that are missing (velocities, delayed copies), or the input; or sample more closely.".into();
    }
    if report.caveats.iter().any(|caveat| matches!(caveat, Caveat::UnevenInputs { .. })) {
        return "Give states and inputs at even times, as the clock of the input has them.".into();
    }
    if report.caveats.iter().any(|caveat| matches!(caveat, Caveat::LevelsOff { .. })) {
        let linear = if reasons.contains(&Because::MayBeNonlinear) { format!(" {}", known_linear(report, to)) } else { String::new() };
        return format!("{NEAR_REST}{linear}");
    }
    let mut said: Vec<&str> = Vec::new();
    if report.modes.iter().any(|mode| mode.lambda.re * report.interval < GONE) {
        said.push("Sample more closely.");
    }
    // One column cannot turn by itself.
    let cycle = report.caveats.iter().find_map(|caveat| match caveat {
        Caveat::SteadyCycle { amplitude, .. } => Some(amplitude.len()),
        _ => None,
    });
    let given = report.caveats.iter().any(|caveat| matches!(caveat, Caveat::InputsUsed { .. }));
    let near_rest = reasons.iter().any(|because| matches!(because, Because::NotDetermined | Because::StillImproving));
    let sizes = reasons.contains(&Because::MayBeNonlinear);
    for because in reasons {
        let text = match because {
            Because::NotExplained if given => NOT_BY_INPUT,
            Because::NotDetermined if given => "Give the rest of the state, a velocity, as a column.",
            Because::MayBeNonlinear | Because::NotDetermined | Because::StillImproving if near_rest && sizes => SIZES_AND_REST,
            Because::MayBeDriven if cycle == Some(1) => "Give what drives it, or the time, as an input.",
            Because::MayBeDriven if cycle.is_some() => {
                "If something drives it, give that, or the time, as an input. If nothing does, add runs from starts of other sizes, one near rest."
            }
            _ => remedy(*because),
        };
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said.truncate(2);
    if sizes && let Some(place) = said.iter().position(|text| [OTHER_SIZES, SIZES_AND_REST].contains(text)) {
        said.truncate(place + 1);
        said.push(known_linear(report, to));
    }
    match report.finding.motion {
        Motion::Drift if said.is_empty() => said.push(match to {
            Dialect::Terminal => "What drifts has no mode. Where other columns come to rest, name them: --columns.",
            Dialect::Python | Dialect::Page => "What drifts has no mode. Where other columns come to rest, give those alone.",
        }),
        _ if said.is_empty() => said.push("Sample more closely, for longer, or from more starts."),
        _ => {}
    }
    said.join(" ")
}
