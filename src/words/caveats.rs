//! What limits the modes, in sentences.

use super::number::{DIGITS, count, pair, percent, plural, real, signed};
use super::{Dialect, Say};
use crate::truth::{Between, Caveat, DelayedCopies, NEARLY_EVEN};
use num_complex::Complex;

/// How an input is to be taken, as an option.
fn hold(how: &str, to: Dialect) -> String {
    match to {
        Dialect::Terminal => format!(" (--hold {how})"),
        Dialect::Python => format!(" (hold=\"{how}\")"),
        Dialect::Page => String::new(),
    }
}

/// How a field was fitted to one row in so many, and what an interval is there.
fn one_row_in(every: usize) -> (String, &'static str) {
    match every {
        1 => (String::new(), "in one interval"),
        _ => (format!(" (fitted to one row in {every})"), "from one such row to the next"),
    }
}

/// A field that meets the samples, without a word on its flow.
pub(super) fn field_fitted(of_modes: bool, degree: usize, residual: f64, every: usize) -> String {
    let (fitted, interval) = one_row_in(every);
    let left = percent(residual);
    if of_modes {
        format!(
            "The modes are those of a polynomial field of degree {degree} whose own flow meets the samples{fitted}; it misses {left} of the motion \
             {interval}."
        )
    } else {
        format!(
            "The modes are those of a map from one sample to the next. A polynomial field of degree {degree} meets the samples by its own \
             flow{fitted}; it misses {left} of the motion {interval}."
        )
    }
}

/// How far the modes of a field (`the` modes, or `its`) go when its flow takes twice the steps.
fn converged(whose: &str, steps: usize, doubled: Option<f64>) -> String {
    let steps = count(steps, "step", "steps");
    match doubled {
        Some(change) => format!(" With twice the {steps} an interval of its flow {whose} modes change by {}.", percent(change)),
        None => format!(" How far {whose} modes move with twice the {steps} an interval of its flow was not found."),
    }
}

impl Say for Caveat {
    fn say(&self, to: Dialect) -> String {
        match self {
            Self::MapDegree { degree, scores } => {
                let tried: Vec<String> = scores.iter().map(|s| format!("{} at degree {}", percent(s.error), s.degree)).collect();
                format!(
                    "The map from one sample to the next is a polynomial of degree {degree}; its error on samples left out, relative to their \
                     spread: {}.",
                    tried.join(", ")
                )
            }
            Self::NoUncertainty => "There are as many coefficients as samples, so no uncertainty can be given.".into(),
            Self::MotionMissed { correlation, degree } => format!(
                "A map of degree {degree} misses part of the motion: successive prediction errors are alike (correlation {}). The \
                 uncertainties cover chance only, not that.",
                real(*correlation, 2)
            ),
            Self::FewerDimensions { directions, variables } => format!(
                "The samples lie in {directions} of {variables} dimensions: a linear combination of the columns never changes. There are \
                 modes in {directions} only."
            ),
            Self::SimplerMap { predicting, degree } => format!(
                "A map of degree {predicting} predicts the next sample better, but only because it smooths the noise in the one before. \
                 Followed over whole trajectories it does not earn its coefficients (Bayesian information), so degree {degree} is used."
            ),
            Self::SeveralEquilibria { count } => {
                format!("The fitted map has {count} fixed points near the data; each has its own modes.")
            }
            Self::EquilibriumOutside => "The equilibrium lies outside the data: an affine map extrapolates it.".into(),
            Self::RestsApart => {
                "Each trajectory comes to rest at a place of its own, which no linear field of these columns does. Subtract from each where it rests, or give what makes the difference as a column."
                    .into()
            }
            Self::EquilibriumOpen => {
                "The samples do not tell where the motion comes to rest, or whether it does: no equilibrium is given.".into()
            }
            Self::GapsBegin { longer } => format!(
                "Gaps of {} and more begin new runs: over so long the motion forgets where it came from.",
                real(*longer, DIGITS)
            ),
            Self::LevelsOff { columns } => format!(
                "{}: a model of {} can move so by itself, and no other column need be missing. What is missing is motion near rest.",
                if *columns == 1 { "The column only rises or only falls, and levels off" } else { "The columns level off, and one only rises or only falls" },
                if *columns == 1 { "this column" } else { "these columns" }
            ),
            Self::FallsToZero => {
                "Every column stays positive and falls towards zero; whether the motion comes to rest there is not in the samples.".into()
            }
            Self::NoFixedPoint { without, degree } => {
                format!("The map of degree {without} has no fixed point near the data; degree {degree} is used instead.")
            }
            Self::DiesWithinSample { count } => {
                format!("Some modes die out within one sample and cannot be measured: {count} left out.")
            }
            Self::Alternates { growth } => format!(
                "λ = {} + πi/H comes from a negative multiplier: the samples alternate around the equilibrium, which no real mode does on \
                 its own. They are too coarse or too noisy for it.",
                real(*growth, DIGITS)
            ),
            Self::CoarselySampled { per_period, nyquist } => format!(
                "The fastest mode is sampled {} times a period. Samples cannot tell its frequency ω from ω + 2π/H; the lowest, below π/H = \
                 {}, is given.",
                real(*per_period, 2),
                real(*nyquist, DIGITS)
            ),
            Self::LargeUncertainty { count: n } => {
                format!("The uncertainty of {} exceeds {} size.", count(*n, "mode", "modes"), if *n == 1 { "its" } else { "their" })
            }
            Self::EquilibriumVanishes { count: n } => format!(
                "{} no uncertainty: the equilibrium vanishes in a third of the bootstrap draws or more.",
                if *n == 1 { "1 mode has".to_owned() } else { format!("{n} modes have") }
            ),
            Self::SignOpen { growth, uncertainty } => format!(
                "Whether a mode decays or grows is not settled by the data: Re λ = {} is within twice its uncertainty {} of zero. Verdicts that turn on it \
                 are not settled either.",
                signed(*growth, 2),
                real(*uncertainty, 2)
            ),
            Self::CycleOrOrbit { period } => format!(
                "The motion repeats itself every {}: a limit cycle, one closed orbit among others, or something that is driven, which these \
                 samples do not tell apart. A run that starts well off it tells.",
                real(*period, DIGITS)
            ),
            Self::OrbitsOpen { degree } => format!(
                "What a method makes of the orbits is not settled: the samples leave the field around them open (several fields of degree \
                 {degree} meet them equally well). Trajectories from other starts settle it."
            ),
            Self::Coordinates { coordinates, columns, kept } => format!(
                "{coordinates} of {columns} directions stand above the noise; they hold {} of the variance, and the modes are theirs.",
                percent(*kept)
            ),
            Self::FieldFitted { of_modes, degree, residual, every, steps, doubled } => {
                field_fitted(*of_modes, *degree, *residual, *every) + &converged(if *of_modes { "the" } else { "its" }, *steps, *doubled)
            }
            Self::FieldLeaves { degree, residual, every, steps, doubled } => {
                let (fitted, interval) = one_row_in(*every);
                format!(
                    "The modes are those of a polynomial field of degree {degree}{fitted}. Its own flow misses {} of the motion {interval}: not \
                     only what rounding or noise leaves, so other degrees have other modes.{}",
                    percent(*residual),
                    converged("the", *steps, *doubled)
                )
            }
            Self::Closed { period, multiplier, amplitude } => format!(
                "The field closes after {}{}; a small distance from the orbit is multiplied by {} each turn.",
                real(*period, DIGITS),
                if amplitude.is_empty() {
                    String::new()
                } else {
                    let sizes: Vec<String> = amplitude.iter().map(|a| real(*a, DIGITS)).collect();
                    format!(", with amplitudes {}", sizes.join(", "))
                },
                real(*multiplier, 2)
            ),
            Self::OneSize { frequency } => format!(
                "The motion keeps nearly one size: {} is a mode only if the system is linear and nothing drives it. A limit cycle and a \
                 steady forced motion can look the same; a start of another size tells them apart.",
                pair(Complex::new(0.0, *frequency), DIGITS)
            ),
            Self::SteadyCycle { period, uncertainty, amplitude, rate, unit, share, sizes_differ, beside } => {
                let list = |all: &[f64], told: &dyn Fn(f64) -> String| all.iter().map(|x| told(*x)).collect::<Vec<_>>().join(", ");
                // One column cannot turn by itself; several can.
                let so = match amplitude.len() {
                    1 if *sizes_differ => {
                        "its size differs from run to run, as in a free motion of a state that is not in the column, or with another input in each. A model of \
                         this column alone cannot learn it."
                    }
                    _ if *sizes_differ => {
                        "its size differs from run to run, as in a free motion. Something outside drives it only if that differs from run to run."
                    }
                    1 => {
                        "something outside drives it, or a state that is not in the column. A model of this column alone cannot learn it."
                    }
                    _ => "something outside drives it, or it is an orbit or a cycle of its own; these samples do not tell.",
                };
                let other = beside.map_or_else(String::new, |period| {
                    format!(" Another of period {} goes on beside it: together they never repeat themselves.", real(period, DIGITS))
                });
                format!(
                    "A cycle of period {} (to {}) and amplitude {} about a trend of {} {}, {} of the variance about the trend, steady in \
                     phase, and in amplitude to within a quarter: {so}{other}",
                    real(*period, 5),
                    real(*uncertainty, 2),
                    list(amplitude, &|x| real(x, 3)),
                    list(rate, &|x| signed(x, 3)),
                    match unit.name() {
                        Some(unit) => format!("per {unit}"),
                        None => "a unit of time".to_owned(),
                    },
                    percent(*share)
                )
            }
            Self::NoiseDriven { chance } => format!(
                "Noise keeps the motion going: chance makes {} of what happens in one interval, and λ is that of the mean motion. Pairs of samples teach \
                 it; a rollout cannot follow chance.",
                percent(*chance)
            ),
            Self::Stopped => "Stopped before everything was tried: this is what is settled so far.".into(),
            Self::PartOfState { columns, modes, alone, delays } => format!(
                "{} only part of the state ({} found): a linear model of {} alone {} {}",
                count(*columns, "column is", "columns are"),
                count(*modes, "eigenvalue", "eigenvalues"),
                plural(*columns, "it", "them"),
                learned_alone(alone),
                match delays {
                    Some(delays) => rest_by_delays(*columns, delays),
                    None => "Add a hidden state with a fitted start, or delayed copies (those need even times).".into(),
                }
            ),
            Self::LagTells { alone, with_lag } => format!(
                "A prediction from one row misses {} of the motion of an interval, from two rows {}. The columns are not the whole state, or \
                 something outside drives them, and no model of these columns alone learns that; or rows are too far apart for the motion.",
                percent(*alone),
                percent(*with_lag)
            ),
            Self::InputsUsed { inputs, hold, residual } => {
                let taken = if *inputs == 1 { "The input is taken".to_owned() } else { format!("{inputs} inputs are taken") };
                let between = match hold {
                    Between::Held => "an input that is held",
                    Between::Straight => "an input that goes straight",
                    Between::Smooth => "a smooth input",
                };
                if *residual >= 1.0 {
                    return format!("{taken} as known; held, straight or smooth between two rows, with none of them does a linear model explain the motion.");
                }
                format!("{taken} as known; between two rows {between} fits best and misses {} of the motion.", percent(*residual))
            }
            Self::TakenAsEven { differs } => format!(
                "The intervals differ by up to {} from their mean, and are taken to be that: with inputs the times must be even.",
                percent(*differs)
            ),
            Self::UnevenInputs { shortest, longest } => format!(
                "With inputs the times must be even to {}; these are {} to {} apart.",
                percent(NEARLY_EVEN),
                real(*shortest, DIGITS),
                real(*longest, DIGITS)
            ),
            Self::HeldTakenStraight => {
                format!("The input of these samples is held between rows, and this loop takes it to go straight. Hold it in the loop as well{}.", hold("zero", to))
            }
            Self::NoiseUnfollowed { directions } => format!(
                "Noise moves the modes, and what this loss makes of noise in these samples is not followed: no method gets a verdict.{}",
                directions.map_or_else(String::new, |n| format!(
                    " In the first {n} principal components it is: train in those, and ask for them."
                ))
            ),
            Self::LearnedWithoutInputs => {
                "What a loop learns of these inputs through this loss is not followed: at even times, where the columns are the whole state, held inputs are through any loss in \
                 up to 8 columns, those that go straight through pairs in up to 4. Each λ̂ is given as without inputs and noise, and gets no verdict."
                    .into()
            }
            Self::StraightTakenHeld => {
                format!("The input of these samples changes between rows, and this loop holds it: it learns another system, whatever the integrator. Let it go straight in the loop as well{}.", hold("linear", to))
            }
            Self::FittedOrbits { degree, residual } => format!(
                "The orbits are those of a polynomial field of degree {degree}, fitted to the samples through a method of order 5; it misses \
                 them by {} of their motion. No invariant is known, so the change a turn is that of the distance from the orbit's centre, \
                 in units of half the samples' box.",
                percent(*residual)
            ),
        }
    }
}

/// What a linear model of a part of the state learns, after its name.
fn learned_alone(alone: &[[f64; 2]]) -> String {
    let modes: Vec<String> = alone.iter().filter(|[_, im]| *im >= 0.0).map(|[re, im]| pair(Complex::new(*re, *im), 3)).collect();
    if modes.is_empty() {
        return "cannot learn them.".into();
    }
    format!("learns {}.", modes.join(", "))
}

/// The columns that stand for the rest of the state.
fn rest_by_delays(columns: usize, delays: &DelayedCopies) -> String {
    let enumerated = |one: &dyn Fn(usize) -> String| match delays.copies {
        1 => one(1),
        2 => format!("{} and {}", one(1), one(2)),
        n => format!("{} … {}", one(1), one(n)),
    };
    let rows = enumerated(&|k| (k * delays.rows).to_string());
    let copies = enumerated(&|k| format!("x(t − {})", real(delays.lag * k as f64, DIGITS)));
    let whole = plural(columns, "it as it was", "them as they were");
    let earlier = if rows == "1" { "row earlier" } else { "rows earlier" };
    format!("Add {whole} {rows} {earlier}, {copies}, or a hidden state.")
}

/// What to say where there is no mode at all.
pub fn no_modes(subject: &str, samples: usize, caveats: &[Caveat], to: Dialect) -> String {
    let why = match (samples, caveats) {
        (0, _) => "no equilibrium of it is known; give samples of it as CSV".to_owned(),
        (_, []) => "the samples show none; give samples of a slower motion, or more of them".to_owned(),
        (_, caveats) => {
            let said: Vec<String> = caveats.iter().map(|caveat| caveat.say(to)).collect();
            format!("{} Sample more closely, or from other starts.", said.join(" "))
        }
    };
    format!("{subject} has no mode to predict: {why}")
}
