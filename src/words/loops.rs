//! Training calls in words: what a call does between two samples, what it makes of a mode, what to change.

use super::number::{DIGITS, complex, count, pair, percent, real, signed};
use super::verdicts::{orbits_off, verdict};
use super::{Dialect, Say, Table, flag, wrapped};
use crate::check::CalledCheck;
use crate::inverse::Verdict;
use crate::inverse::step_control::{Advice, Batches, Completeness, Concern, EquationError, HiddenBy, Solution, SolutionOrigin, Unproven};
use crate::loops::{
    Acceptance, Advance, Bare, Call, CallCheck, End, FirstStep, GridTimes, Library, NotEnclosed, Precision, SampleTimes, StepControl,
};
use crate::predict::{CallMode, CallReport, Report};

/// What a call does, one sentence a line.
pub fn description(call: &Call) -> Vec<String> {
    let mut lines = match &call.advance {
        Advance::Controlled(control) => controlled(call, control),
        Advance::Grid(grid) => {
            let steps = match grid.times {
                GridTimes::Samples => "One step per sample.".to_owned(),
                GridTimes::Multiples(h) => {
                    format!(
                        "Steps of {} from the start; the last one ends on the last sample. Samples inside a step are interpolated.",
                        real(h, 6)
                    )
                }
                GridTimes::Accumulated(h) => format!("Steps of {}; the last one is shortened to end on the last sample.", real(h, 6)),
                GridTimes::FirstThenEven(h) => {
                    format!("The first step is {}; the rest of the interval is divided evenly into steps of at most that.", real(h, 6))
                }
            };
            vec![steps]
        }
    };
    match call.precision {
        Some(Precision::Float32) => lines.push("In float32: every operation on the state is rounded to 24 bits.".to_owned()),
        Some(Precision::Float64) => lines.push("In float64.".to_owned()),
        None => {}
    }
    if call.verification == CallCheck::Read {
        lines.push("Modelled from the library's source; not compared with a run of it.".to_owned());
    }
    lines
}

fn controlled(call: &Call, control: &StepControl) -> Vec<String> {
    let (rtol, atol) = (control.tolerances.relative, control.tolerances.absolute);
    let defaults = if call.name.options.is_empty() { ", the library's defaults" } else { "" };
    let first = match control.first {
        FirstStep::Given(h) if given_first(call) => format!("The first step is {}.", real(h, 6)),
        FirstStep::Given(h) => format!("The first step is {} in your unit of time, because none is given.", real(h, 6)),
        FirstStep::Hairer { .. } => "The first step follows from the size of the state and its slope (one extra evaluation).".to_owned(),
    };
    let kept = match control.acceptance {
        Acceptance::AtMostOne => "at most 1",
        Acceptance::BelowOne => "below 1",
    };
    let [low, high] = control.factor.kept;
    let growth = if low >= 1.0 {
        format!("the next one is up to {} times as long, never shorter", real(high, 3))
    } else {
        format!("the next one is up to {} times as long", real(high, 3))
    };
    let samples = match (control.end, control.samples) {
        (End::Overshoots, SampleTimes::Interpolated) => "Steps go past the samples, which are interpolated, the last one too.",
        (End::Clipped, SampleTimes::Interpolated) => "The last step ends on the last sample; samples before it are interpolated.",
        (_, SampleTimes::Landed) => "Steps are shortened to land on every sample.",
        (_, SampleTimes::LandedKeepingRest) => {
            "Steps are shortened to land on every sample; the next step is scaled from what was cut off."
        }
    };
    vec![
        format!("Adaptive steps, rtol = {}, atol = {}{defaults}.", real(rtol, 3), real(atol, 3)),
        first,
        format!("A step is kept where its scaled error is {kept}; {growth}."),
        samples.to_owned(),
    ]
}

fn given_first(call: &Call) -> bool {
    call.name.options.iter().any(|(key, _)| ["dt0", "first_step", "dt"].contains(&key.as_str()))
}

/// Why a command that takes one step size cannot take a call.
pub fn no_single_step(call: &Call) -> String {
    let why = if call.is_adaptive() { "chooses its own steps" } else { "lays a grid of steps of its own" };
    format!(
        "{} {why}; this command needs one method with equal steps. Write {} for its scheme with constant steps; the commands branches, predict and loop \
         follow the call itself",
        call.name, call.scheme
    )
}

/// What a name without a library was taken for.
pub fn bare_name(name: &str, found: &Bare) -> String {
    let scheme = found.schemes.first().copied().unwrap_or_default();
    let calls = match found.calls.as_slice() {
        [] => String::new(),
        calls => format!(" For a library's own steps write {}.", calls.join(" or ")),
    };
    format!("`{name}` is taken as the scheme {scheme} with constant steps.{calls}")
}

/// Why a name without a library is not understood: libraries mean different schemes by it.
pub fn ambiguous_name(name: &str, found: &Bare) -> String {
    format!(
        "`{name}` means different schemes in different libraries: write {}, or one of {}",
        found.schemes.join(" or "),
        found.calls.join(", ")
    )
}

/// The warning that goes with leap frog.
pub const LEAPFROG: &str = "leap-frog here is the two-step explicit midpoint rule, which is diffrax's LeapfrogMidpoint. The kick–drift–kick leapfrog \
     (Verlet) of Hamiltonian systems is another method.";

/// A scheme whose library steps adaptively, but whose loop is not known.
pub fn loop_not_known(name: &str, scheme: &str) -> String {
    format!("the step control of {name} is not modelled: {scheme} is followed with constant steps")
}

impl Say for Concern {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::SignTurned { growth } => {
                let time = real(std::f64::consts::LN_2 / growth.abs(), 3);
                if *growth > 0.0 {
                    format!("A decaying mode is learned as one that grows: it doubles every {time}.")
                } else {
                    format!("A growing mode is learned as one that decays: it halves every {time}.")
                }
            }
            Self::OverDamped { share } => format!("The decay is learned {} too strong.", percent(*share)),
            Self::UnderDamped { share } => format!("The decay is learned {} too weak.", percent(*share)),
            Self::OtherSolution { lambda } => {
                format!("A fit can also land on {}, which behaves differently and fits as well.", complex(*lambda, 4))
            }
            Self::NoSolution { between: Some([a, b]) } => {
                format!("No model fits without loss: the fit hovers between {} and {}.", complex(*a, 4), complex(*b, 4))
            }
            Self::NoSolution { between: None } => "No model without loss was found near the mode.".into(),
            Self::BatchDependent { growth, frequency, over, of, none } => {
                let (which, places) = match over {
                    Batches::Phases => ("for one real start".to_owned(), "phases"),
                    Batches::Data => (format!("over {of} parts of the data"), "of them"),
                };
                let missing = match (over, none) {
                    (_, 0) => String::new(),
                    (Batches::Phases, n) => format!(" At {n} of {of} {places} there is no solution."),
                    (Batches::Data, n) => format!(" For {n} {places} there is no solution."),
                };
                format!(
                    "What is learned depends on the batch: {which}, Re λ̂ from {} to {} and Im λ̂ from {} to {}.{missing}",
                    real(growth.low, 4),
                    real(growth.high, 4),
                    real(frequency.low, 4),
                    real(frequency.high, 4)
                )
            }
            Self::Uncontrolled { effective, by } => {
                let why = match by {
                    HiddenBy::Absolute => "atol is large beside this mode",
                    HiddenBy::LargerModes => "Other modes are much larger than this one",
                };
                format!("{why}: its error is controlled only to {} of its size.", percent(*effective))
            }
            Self::InterpolationLimited { shift, landing } => format!(
                "The interpolation between steps causes most of the error: |λ̂ − λ| is {}, and {} landing on the samples.",
                real(*shift, 2),
                real(*landing, 2)
            ),
            Self::RoundingLimited { shift, rounding } => {
                format!(
                    "In single precision rounding (about {}) outweighs the error of the steps ({}).",
                    real(*rounding, 2),
                    real(*shift, 2)
                )
            }
            Self::Noise { apparent } => {
                let learned = pair(*apparent, DIGITS);
                format!("Of these samples even an exact integrator learns {learned}.")
            }
            Self::LossFloor { floor } => {
                format!(
                    "Over whole trajectories no model fits without loss: the error stays above {} of the mode, root mean square.",
                    percent(*floor)
                )
            }
            Self::FixedFirstStep { step } => format!("Without dt0 the first step is {} in your unit of time.", real(*step, 3)),
        }
    }
}

impl Say for Advice {
    fn say(&self, _: Dialect) -> String {
        match self {
            Self::Tighten { relative, growth } => {
                let kept = if *growth < 0.0 {
                    "this damping to 10 %"
                } else if *growth > 0.0 {
                    "this growth to 10 %"
                } else {
                    "this motion faithful"
                };
                format!("rtol ≤ {} (atol in proportion) keeps {kept}.", real(*relative, 3))
            }
            Self::LandOnSamples { library } => match library {
                Library::Torchdiffeq => "Land on the samples: options=dict(step_t=t).".into(),
                Library::Diffrax => "Land on the samples: ClipStepSizeController(controller, step_ts=ts).".into(),
                _ => "Land on the samples: end each call on one.".into(),
            },
            Self::DivideInterval { option, substeps, step } => match substeps {
                1 => format!("{option}=H, {} here: one step per sample.", real(*step, 6)),
                m => format!("{option}=H/{m}, {} here, divides the interval.", real(*step, 6)),
            },
            Self::InterpolateCubically => "Or interpolate by a cubic: options=dict(interp=\"cubic\").".into(),
            Self::GiveFirstStep { step } => format!("Give the first step: dt0={} is about a tenth of 1/|λ|.", real(*step, 3)),
            Self::LowerAbsolute { absolute } => format!("Scale the data, or lower atol to about {}.", real(*absolute, 2)),
        }
    }
}

/// Steps, rejections and evaluations of a solution: `3 steps, 1 rejected, 20 evaluations`.
pub fn effort(steps: usize, rejected: usize, evaluations: Option<u64>) -> String {
    let mut text = count(steps, "step", "steps");
    if rejected > 0 {
        text.push_str(&format!(", {rejected} rejected"));
    }
    if let Some(calls) = evaluations {
        text.push_str(&format!(", {}", count(calls as usize, "evaluation", "evaluations")));
    }
    text
}

/// What training calls make of the modes of a report: a heading and a table; empty without calls.
pub fn calls(report: &Report, width: usize) -> String {
    if report.calls.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&["CALL", "VERDICT", "λ̂", "STEPS", "WHY"]).details(&[3]);
    for call in &report.calls {
        for (row, mode) in call.modes.iter().enumerate() {
            table.row(call_row(if row == 0 { &call.name } else { "" }, call, mode));
        }
    }
    let heading = wrapped(&format!("Trained through a library's own steps{}", as_if_even(report)), "", "", width);
    format!("\n{heading}\n{}\n", table.fit(width))
}

/// The same in one sentence, for a screen that has little room: which calls are faithful, and what the others are. Empty where no mode is settled.
pub fn calls_in_short(report: &Report, width: usize) -> String {
    // A call of each library: their options are in the table of --all.
    let short = |call: &CallReport| format!("{}:{}", call.call.name.library, call.call.name.method);
    let named = |verdict: Verdict| -> Vec<String> { report.calls.iter().filter(|call| call.verdict == Some(verdict)).map(short).collect() };
    let settled = report.modes.iter().any(|mode| mode.settled);
    let followed = |call: &CallReport| !call.modes.iter().any(|mode| matches!(mode, CallMode::Failed { .. }));
    let failed = |call: &&CallReport| settled && call.verdict.is_none() && (call.turns_on_orbits() || !followed(call));
    let unknown: Vec<String> = report.calls.iter().filter(failed).map(short).collect();
    let parts: Vec<String> = [Verdict::Artifact, Verdict::Distorted, Verdict::Faithful]
        .into_iter()
        .map(|verdict| (verdict, named(verdict)))
        .filter(|(_, names)| !names.is_empty())
        .map(|(verdict, names)| format!("{} {verdict}", names.join(", ")))
        .chain((!unknown.is_empty()).then(|| format!("{} not settled (why: --all)", unknown.join(", "))))
        .collect();
    if parts.is_empty() {
        return String::new();
    }
    wrapped(&format!("Library calls{}: {}.", as_if_even(report), parts.join("; ")), "", "  ", width) + "\n"
}

/// Calls are followed from sample to sample at one interval, whatever the samples' own.
fn as_if_even(report: &Report) -> String {
    if report.uneven { format!(" (as if every {})", real(report.interval, DIGITS)) } else { String::new() }
}

/// A row of the table of calls: call, verdict, λ̂, effort, the weightiest concern and what to do.
fn call_row(name: &str, call: &CallReport, mode: &CallMode) -> [String; 5] {
    let defaults = if call.adaptive && call.call.name.options.is_empty() { " (adaptive, its defaults)" } else { "" };
    let name = if name.is_empty() { String::new() } else { format!("{name}{defaults}") };
    match mode {
        CallMode::Unsettled { .. } => [name, "not settled".into(), String::new(), String::new(), String::new()],
        CallMode::Failed {
            error: error @ (EquationError::Inputs | EquationError::InputsWithin | EquationError::InputsCoarse | EquationError::Noise),
            ..
        } => [name, "not settled".into(), String::new(), String::new(), error.to_string()],
        CallMode::Failed { error, .. } => [name, "unknown".into(), String::new(), String::new(), error.to_string()],
        CallMode::Assessed(found) => {
            let principal = found.found.principal();
            let whole = found.trajectory.as_ref();
            let learned = principal.map(|s| s.lambda).or(whole.map(|t| t.lambda)).map_or_else(|| "none".to_owned(), |z| pair(z, 6));
            let steps = principal.map(|s| (s.steps.len(), s.rejected)).or(whole.map(|t| (t.accepted, t.rejected)));
            let steps = steps.map_or_else(String::new, |(kept, rejected)| effort(kept, rejected, None));
            let why = found.concerns.first().map(|c| c.say(Dialect::Terminal)).into_iter();
            let remedy = found.advice.first().map(|a| a.say(Dialect::Terminal)).into_iter();
            if call.turns_on_orbits() {
                let shown = verdict(call.verdict).to_owned();
                return [name, shown, learned, steps, format!("It {}.", orbits_off(&call.orbits, call.verdict))];
            }
            [name, found.verdict.to_string(), learned, steps, why.chain(remedy).collect::<Vec<_>>().join(" ")]
        }
    }
}

/// What a check of a call found, in a few sentences.
pub fn checked(check: &CalledCheck) -> String {
    let over = if check.samples == 1 { "pairs of samples".to_owned() } else { format!("trajectories of {} samples", check.samples) };
    let fitted = check.fits.iter().filter(|fit| fit.fitted).count();
    let answer = match (check.agrees, fitted) {
        _ if check.interrupted => "the fits were ended before their time, and nothing is claimed of them",
        (true, _) => "every eigenvalue of a fit of small loss is one that was predicted",
        (false, 0) => "no start reached a small loss",
        (false, _) => "a fit of small loss has an eigenvalue that was not predicted",
    };
    let mut text = format!("{} on {over}, H = {}: {answer}.", check.call, real(check.interval, 6));
    for mode in &check.modes {
        let first = mode.predicted.first().map_or_else(|| "nothing".to_owned(), |z| complex(*z, 10));
        text.push_str(&format!(" λ = {} is predicted to be learned as {first}", complex(mode.lambda, 6)));
        if let Some(floor) = mode.floor {
            text.push_str(&format!(", with an error of at least {} of the mode", percent(floor)));
        }
        if let Some(gap) = &mode.gap {
            text.push_str(&format!("; a fit hovers between {} and {}", complex(gap.fewer.lambda, 6), complex(gap.more.lambda, 6)));
        }
        text.push('.');
        if mode.misfit > 1e-3 {
            text.push_str(&format!(" The prediction is of the linear part: {} of the samples are not in it.", percent(mode.misfit)));
        }
    }
    text
}

/// How a solution is related to λ, and how it differs in kind.
pub fn origin(solution: &Solution) -> String {
    let mut words = vec![match solution.origin {
        SolutionOrigin::Principal => "principal".to_owned(),
        SolutionOrigin::Alias(k) => format!("alias, {} turns per sample", signed(f64::from(k), DIGITS)),
        SolutionOrigin::Other => "other".to_owned(),
    }];
    words.extend(solution.flags.iter().map(|f| flag(*f).to_owned()));
    words.join(", ")
}

/// How far a solution is known: to within a proven radius, or found only.
pub fn proof(solution: &Solution) -> String {
    match (solution.certified, solution.rounding) {
        (true, _) => format!("± {}, proven", real(solution.radius, 2)),
        (false, Some(rounding)) => format!("± {}, rounding", real(rounding.spread, 2)),
        (false, None) => "found, not proven".to_owned(),
    }
}

/// Why solutions are found, and not proven; `None` where all are proven.
pub fn unproven(solutions: &[Solution]) -> Option<String> {
    let reason = solutions.iter().find_map(|s| s.unproven)?;
    let why = match reason {
        Unproven::NotTried => "no proof was tried",
        Unproven::SinglePrecision => {
            return Some(
                "λ̂ is where fits in float32 land on average, and ± the root mean square of one fit about it: each step rounds, so nothing is proven."
                    .to_owned(),
            );
        }
        Unproven::NoContraction => "Newton's method does not contract over any square that the rounding allows",
        Unproven::NotEnclosed(NotEnclosed::Iterates) => "the solver iterates in each step, and what it decides is not enclosed",
        Unproven::NotEnclosed(NotEnclosed::Undecided) => "a step is accepted or rejected too narrowly there",
        Unproven::NotEnclosed(NotEnclosed::Power) => "the error estimate may vanish there",
    };
    Some(format!("Found, not proven: {why}."))
}

/// Whether more solutions may exist.
pub fn completeness(found: Completeness, single: bool) -> &'static str {
    match found {
        Completeness::FoundNotProvenComplete if single => {
            "Found in exact arithmetic by starts near λ, its aliases and a grid, or as all roots where steps are constant; the loop in float32 was followed \
             for models about each."
        }
        Completeness::Certified => "These are all solutions: the steps are constant, and every root is enclosed.",
        Completeness::FoundNotProvenComplete => {
            "Found by starts near λ, its aliases and a grid. A proven one is the only solution within its radius, and the call accepts and rejects \
             the same steps throughout; that the list is complete is not proven."
        }
    }
}
