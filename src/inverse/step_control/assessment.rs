//! What a call does to a mode, judged: verdict, concerns and advice as facts.

use super::equation::{ControlledEquation, EquationError};
use super::found::{Completeness, Found};
use super::search::{Search, solutions};
use super::threshold::{Threshold, threshold};
use super::trajectory::{Minimum, trajectory};
use super::usage::{Precision, Usage};
use crate::inverse::faithful::{Discrepancy, shows};
use crate::inverse::flags::Flag;
use crate::inverse::limits::Limits;
use crate::inverse::verdict::{NEGLIGIBLE, Verdict};
use crate::loops::{Call, FirstStep, Library, StateNorm, Tolerances};
use num_complex::Complex;
use serde::Serialize;
use std::f64::consts::TAU;

/// How many phases of one real start are tried.
const PHASES: usize = 32;
/// A shift that falls by more than this on landing is the interpolant's.
const INTERPOLATION: f64 = 3.0;
/// The share of the damping that advice about tolerances keeps.
const DAMPING: f64 = 0.1;
/// An effective relative tolerance above which a mode is not controlled.
const UNCONTROLLED: f64 = 0.05;
/// The rounding of one step in single precision, as it shows in λ̂.
const SINGLE: f64 = 1e-7;

/// A range of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// Something that a person who trains through this call should know.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "concern", rename_all = "kebab-case")]
pub enum Concern {
    /// The decay is learned too strong by this share of it.
    OverDamped {
        /// (Re λ − Re λ̂)/|Re λ|.
        share: f64,
    },
    /// The decay is learned too weak by this share of it.
    UnderDamped {
        /// (Re λ̂ − Re λ)/|Re λ|.
        share: f64,
    },
    /// Decay is learned as growth, or the reverse.
    SignTurned,
    /// Another solution within reach grows where λ decays, or the reverse, or turns the other way.
    OtherSolution {
        /// The nearest such λ̂.
        #[serde(serialize_with = "crate::inverse::branches::pair")]
        lambda: Complex<f64>,
    },
    /// No model is without loss; a fit hovers between the two sides.
    NoSolution {
        /// Roots on both sides of the jump, where they are known.
        #[serde(serialize_with = "sides")]
        between: Option<[Complex<f64>; 2]>,
    },
    /// What is learned depends on the phases of the starts: over one real start at all phases.
    BatchDependent {
        /// Re λ̂.
        growth: Interval,
        /// Im λ̂.
        frequency: Interval,
        /// Phases at which no solution was found, of 32.
        none: usize,
    },
    /// atol is so large beside the mode that its relative tolerance is this.
    Uncontrolled {
        /// rtol + atol/A.
        effective: f64,
    },
    /// The shift is the interpolant's: landing on the samples reduces it.
    InterpolationLimited {
        /// |λ̂ − λ| as called.
        shift: f64,
        /// |λ̂ − λ| landing on the samples.
        landing: f64,
    },
    /// In single precision the rounding is larger than the shift.
    RoundingLimited {
        /// The shift of exact arithmetic.
        shift: f64,
        /// The rounding's share.
        rounding: f64,
    },
    /// Over whole trajectories no model is without loss: the root mean square error stays above this, relative to the mode.
    LossFloor {
        /// The floor.
        floor: f64,
    },
    /// The first step is a fixed number in whatever unit of time.
    FixedFirstStep {
        /// That number.
        step: f64,
    },
}

fn sides<S: serde::Serializer>(sides: &Option<[Complex<f64>; 2]>, serializer: S) -> Result<S::Ok, S::Error> {
    sides.map(|pair| pair.map(|z| [z.re, z.im])).serialize(serializer)
}

/// What to change in the call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "advice", rename_all = "kebab-case")]
pub enum Advice {
    /// At this rtol (atol in proportion) the damping is kept to a tenth; computed, not estimated.
    Tighten {
        /// The relative tolerance.
        relative: f64,
    },
    /// Land on the samples, in the words of this library.
    LandOnSamples {
        /// The library.
        library: Library,
    },
    /// Give the first step, about a tenth of 1/|λ|.
    GiveFirstStep {
        /// The step.
        step: f64,
    },
    /// Lower atol below a hundredth of the mode's amplitude times rtol.
    LowerAbsolute {
        /// The absolute tolerance.
        absolute: f64,
    },
}

/// What a call does to a mode.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Assessment {
    /// The mode.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// The verdict.
    pub verdict: Verdict,
    /// Solutions near λ; none are looked for over whole trajectories.
    pub found: Found,
    /// Over whole trajectories the λ̂ of least loss.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trajectory: Option<Minimum>,
    /// The threshold at the mode's frequency, where it oscillates.
    pub threshold: Option<Threshold>,
    /// In decreasing order of weight.
    pub concerns: Vec<Concern>,
    /// What to change.
    pub advice: Vec<Advice>,
}

/// Judges a call on samples H apart.
pub fn assess(call: &Call, lambda: Complex<f64>, interval: f64, usage: &Usage, limits: Limits) -> Result<Assessment, EquationError> {
    if usage.samples > 1 {
        return assess_trajectory(call, lambda, interval, usage, limits);
    }
    let (tolerance, amplitude) = (limits.tolerance, usage.amplitude);
    let norm = usage.norm.clone();
    let equation = ControlledEquation::pairs(call, lambda, interval, norm.clone())?;
    let found = solutions(&equation, Search::Near)?;
    let mut concerns = Vec::new();
    let mut advice = Vec::new();
    let horizon = limits.horizon_for(interval);
    let turned = |learned: Complex<f64>| turned(lambda, learned);
    // A turn that does not show within the horizon is a concern, and no artifact.
    let visibly_turned = |learned: Complex<f64>| {
        let growth = turned(learned) || (lambda.re.abs() <= NEGLIGIBLE * lambda.norm());
        growth && shows(learned.re, horizon, tolerance)
    };
    let mut verdict = match found.principal() {
        Some(solution) => {
            if turned(solution.lambda) {
                concerns.push(Concern::SignTurned);
            }
            if visibly_turned(solution.lambda) {
                Verdict::Artifact
            } else if Discrepancy::of(lambda, solution.lambda, horizon).within(tolerance) {
                Verdict::Faithful
            } else {
                Verdict::Distorted
            }
        }
        None => {
            let between = found.gap.as_ref().map(|gap| [gap.fewer.lambda, gap.more.lambda]);
            concerns.push(Concern::NoSolution { between });
            if between.is_some_and(|sides| sides.into_iter().any(visibly_turned)) { Verdict::Artifact } else { Verdict::Distorted }
        }
    };
    let changed = |learned: Complex<f64>, flag: &Flag| match flag {
        Flag::AntiDamped | Flag::Damped => shows(learned.re, horizon, tolerance),
        Flag::Reversed => Discrepancy::of(lambda, learned, horizon).phase > tolerance,
        Flag::Undamped | Flag::OverDamped | Flag::UnderDamped => false,
    };
    let mut others = found.solutions.iter().filter(|s| !s.principal && s.lambda.norm() <= limits.reach * lambda.norm());
    if let Some(other) = others.find(|s| s.flags.iter().any(|flag| changed(s.lambda, flag))) {
        concerns.push(Concern::OtherSolution { lambda: other.lambda });
        verdict = Verdict::Artifact;
    }
    if let Some(solution) = found.principal() {
        let share = (solution.lambda.re - lambda.re) / lambda.re.abs();
        if lambda.re < 0.0 && share.is_finite() && !turned(solution.lambda) {
            if share < -DAMPING {
                concerns.push(Concern::OverDamped { share: -share });
            } else if share > DAMPING {
                concerns.push(Concern::UnderDamped { share });
            }
        }
        landing(call, &equation, solution.lambda, &mut concerns, &mut advice)?;
        let rounding = SINGLE * (solution.steps.len() as f64).sqrt() / interval;
        let shift = (solution.lambda - lambda).norm();
        let counts = match usage.precision {
            None => call.is_adaptive(),
            Some(precision) => precision == Precision::Float32,
        };
        if counts && shift < rounding {
            concerns.push(Concern::RoundingLimited { shift, rounding });
        }
    }
    if let Some(control) = call.control() {
        spread(call, lambda, interval, amplitude, tolerance, &mut concerns)?;
        let Tolerances { relative, absolute } = control.tolerances;
        let effective = relative + absolute / amplitude;
        if effective > UNCONTROLLED && absolute > relative * amplitude {
            concerns.push(Concern::Uncontrolled { effective });
            advice.push(Advice::LowerAbsolute { absolute: 1e-2 * relative.max(1e-6) * amplitude });
        }
        if call.name.library == Library::Diffrax && !call.name.options.iter().any(|(key, _)| key == "dt0") {
            if let FirstStep::Given(step) = control.first {
                concerns.push(Concern::FixedFirstStep { step });
            }
            advice.push(Advice::GiveFirstStep { step: round_down(0.1 / lambda.norm()) });
        }
        let damping_lost =
            concerns.iter().any(|c| matches!(c, Concern::SignTurned | Concern::OverDamped { .. } | Concern::UnderDamped { .. }));
        if (damping_lost || verdict != Verdict::Faithful)
            && let Some(relative) = tight_enough(call, lambda, interval, &norm, (tolerance, horizon))
        {
            advice.push(Advice::Tighten { relative });
        }
    }
    let threshold = match lambda.im {
        0.0 => None,
        frequency => threshold(call, frequency, interval, &norm).ok(),
    };
    Ok(Assessment { lambda, verdict, found, trajectory: None, threshold, concerns, advice })
}

/// Whether decay was learned as growth, or the reverse.
fn turned(lambda: Complex<f64>, learned: Complex<f64>) -> bool {
    let negligible = NEGLIGIBLE * lambda.norm();
    (lambda.re < -negligible && learned.re > negligible) || (lambda.re > negligible && learned.re < -negligible)
}

/// Whole trajectories: the verdict is that of the least-squares λ̂.
fn assess_trajectory(call: &Call, lambda: Complex<f64>, interval: f64, usage: &Usage, limits: Limits) -> Result<Assessment, EquationError> {
    let minimum = trajectory(call, lambda, interval, usage.samples, &usage.norm)?;
    let learned = minimum.lambda;
    let (mut concerns, mut advice) = (Vec::new(), Vec::new());
    let verdict = if turned(lambda, learned) {
        concerns.push(Concern::SignTurned);
        Verdict::Artifact
    } else if (learned - lambda).norm() > limits.tolerance * lambda.norm() {
        Verdict::Distorted
    } else {
        Verdict::Faithful
    };
    let share = (learned.re - lambda.re) / lambda.re.abs();
    if lambda.re < 0.0 && share.is_finite() && verdict != Verdict::Artifact {
        if share < -DAMPING {
            concerns.push(Concern::OverDamped { share: -share });
        } else if share > DAMPING {
            concerns.push(Concern::UnderDamped { share });
        }
    }
    if let Some(landed) = call.landing_on_samples() {
        let found = trajectory(&landed, lambda, interval, usage.samples, &usage.norm)?;
        let (shift, landing) = ((learned - lambda).norm(), (found.lambda - lambda).norm());
        if shift > INTERPOLATION * landing && shift > 1e-12 * lambda.norm() {
            concerns.push(Concern::InterpolationLimited { shift, landing });
            advice.push(Advice::LandOnSamples { library: call.name.library });
        }
    }
    concerns.push(Concern::LossFloor { floor: minimum.floor });
    let found = Found { solutions: Vec::new(), gap: None, completeness: Completeness::FoundNotProvenComplete };
    Ok(Assessment { lambda, verdict, found, trajectory: Some(minimum), threshold: None, concerns, advice })
}

/// Whether the shift is the interpolant's.
fn landing(
    call: &Call,
    equation: &ControlledEquation<'_>,
    learned: Complex<f64>,
    concerns: &mut Vec<Concern>,
    advice: &mut Vec<Advice>,
) -> Result<(), EquationError> {
    let Some(landed) = call.landing_on_samples() else { return Ok(()) };
    let equation = ControlledEquation { call: &landed, ..equation.clone() };
    let found = solutions(&equation, Search::Near)?;
    if let Some(solution) = found.principal() {
        let (shift, landing) = ((learned - equation.lambda).norm(), (solution.lambda - equation.lambda).norm());
        if shift > INTERPOLATION * landing && shift > 1e-12 * equation.lambda.norm() {
            concerns.push(Concern::InterpolationLimited { shift, landing });
            advice.push(Advice::LandOnSamples { library: call.name.library });
        }
    }
    Ok(())
}

/// One real start at many phases.
fn spread(
    call: &Call,
    lambda: Complex<f64>,
    interval: f64,
    amplitude: f64,
    tolerance: f64,
    concerns: &mut Vec<Concern>,
) -> Result<(), EquationError> {
    if lambda.im == 0.0 {
        return Ok(());
    }
    let (mut growth, mut frequency) = ([f64::INFINITY, f64::NEG_INFINITY], [f64::INFINITY, f64::NEG_INFINITY]);
    let mut none = 0;
    for k in 0..PHASES {
        let phase = TAU * (k as f64 + 0.5) / (2 * PHASES) as f64;
        let equation = ControlledEquation::pairs(call, lambda, interval, StateNorm::start(amplitude, phase))?;
        match solutions(&equation, Search::Near)?.principal() {
            Some(solution) => {
                growth = [growth[0].min(solution.lambda.re), growth[1].max(solution.lambda.re)];
                frequency = [frequency[0].min(solution.lambda.im), frequency[1].max(solution.lambda.im)];
            }
            None => none += 1,
        }
    }
    let interval = |[low, high]: [f64; 2]| Interval { low, high };
    let wide = growth[1] - growth[0] > tolerance * lambda.norm() || frequency[1] - frequency[0] > tolerance * lambda.norm();
    let crosses = growth[0] < 0.0 && growth[1] > 0.0 && growth[1] - growth[0] > NEGLIGIBLE * lambda.norm();
    if growth[0].is_finite() && (wide || crosses || none > 0) {
        concerns.push(Concern::BatchDependent { growth: interval(growth), frequency: interval(frequency), none });
    }
    Ok(())
}

/// The largest of 3·10⁻ᵏ and 10⁻ᵏ below the present rtol that keeps the damping to a tenth and is faithful over the horizon.
fn tight_enough(call: &Call, lambda: Complex<f64>, interval: f64, norm: &StateNorm, (tolerance, horizon): (f64, f64)) -> Option<f64> {
    let present = call.control()?.tolerances;
    for tenth in 1..=9 {
        for factor in [3.0, 1.0] {
            // Written as a division, so that it prints as it is meant.
            let relative = factor / 10f64.powi(tenth + i32::from(factor > 2.0));
            if relative >= present.relative * (1.0 - 1e-9) {
                continue;
            }
            let absolute = if present.relative > 0.0 { present.absolute * relative / present.relative } else { present.absolute };
            let tighter = call.with_tolerances(Tolerances { relative, absolute })?;
            let equation = ControlledEquation::pairs(&tighter, lambda, interval, norm.clone()).ok()?;
            if let Some(solution) = solutions(&equation, Search::Near).ok()?.principal() {
                let shift = solution.lambda - lambda;
                let kept = lambda.re == 0.0 || shift.re.abs() <= DAMPING * lambda.re.abs();
                if kept && Discrepancy::of(lambda, solution.lambda, horizon).within(tolerance) {
                    return Some(relative);
                }
            }
        }
    }
    None
}

/// One significant digit, downwards.
fn round_down(x: f64) -> f64 {
    let unit = 10f64.powi(x.log10().floor() as i32);
    let digit = (x / unit * (1.0 + 1e-12)).floor();
    format!("{:e}", digit * unit).parse::<f64>().map_or(x, |y| (y / unit).round() * unit)
}
