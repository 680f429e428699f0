//! What a call does to a mode, judged: verdict, concerns and advice as facts.

use super::concern::{Concern, HiddenBy};
use super::controlled_equation::{ControlledEquation, EquationError};
use super::found::{Completeness, Found, Solution};
use super::growth_threshold::{Threshold, threshold};
use super::remedy::{Advice, DAMPING, Goal, dividing, landing_grid, round_down, tight_enough};
use super::search::{Search, estimates, solutions};
use super::spread::spread;
use super::usage::Usage;
use super::whole_trajectory::{Minimum, trajectory};
use crate::inverse::faithful::{Discrepancy, shows};
use crate::inverse::flags::{Flag, flags};
use crate::inverse::limits::Limits;
use crate::inverse::verdict::{NEGLIGIBLE, Verdict};
use crate::loops::{Call, FirstStep, Library, Precision, Tolerances};
use num_complex::Complex;
use serde::Serialize;

/// A shift that falls by more than this on landing is the interpolant's.
const INTERPOLATION: f64 = 3.0;
/// An effective relative tolerance above which a mode is not controlled.
const UNCONTROLLED: f64 = 0.05;
/// The rounding of one step in single precision, as it shows in λ̂.
const SINGLE: f64 = 1e-7;
/// How many times more it is where the rounding of the error estimate moves the steps too: the means over 16 starts of torchdiffeq 0.2.5's dopri5 in float32
/// beside float64, λ = −0.1 + 2i and H = 1, are 5e-7 at rtol 1e-3 and 1.2e-6 at 1e-6, where the steps alone would leave 2e-7 to 3e-7.
const CONTROLLED: f64 = 5.0;

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

impl Assessment {
    /// λ̂: of the principal solution, or of least loss over whole trajectories.
    pub fn learned(&self) -> Option<Complex<f64>> {
        self.found.principal().map(|solution| solution.lambda).or(self.trajectory.as_ref().map(|minimum| minimum.lambda))
    }

    /// The same where λ may decay or grow for all that is known of it: of its damping nothing is said, and nothing is advised to keep that, and a growth that
    /// λ may have as well makes no artifact.
    pub fn of_open_sign(mut self, interval: f64, limits: Limits) -> Self {
        let damping =
            |concern: &Concern| matches!(concern, Concern::SignTurned { .. } | Concern::OverDamped { .. } | Concern::UnderDamped { .. });
        let other = self.concerns.iter().any(|concern| matches!(concern, Concern::OtherSolution { .. }));
        self.concerns.retain(|concern| !damping(concern));
        if let (Verdict::Artifact, Some(learned), false) = (self.verdict, self.learned(), other) {
            let off = Discrepancy::of(self.lambda, learned, limits.horizon_for(interval));
            self.verdict = if off.within(limits.tolerance) { Verdict::Faithful } else { Verdict::Distorted };
        }
        let faithful = self.verdict == Verdict::Faithful;
        self.advice.retain(|advice| !(faithful && matches!(advice, Advice::Tighten { .. })));
        for advice in &mut self.advice {
            if let Advice::Tighten { growth, .. } = advice {
                *growth = 0.0;
            }
        }
        self
    }
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
    let goal = Goal { lambda, interval, tolerance, horizon };
    let turned = |learned: Complex<f64>| turned(lambda, learned);
    let visibly_turned = |learned: Complex<f64>| visibly_turned(lambda, learned, horizon, tolerance);
    let mut verdict = match found.principal() {
        Some(solution) => {
            if turned(solution.lambda) {
                concerns.push(Concern::SignTurned { growth: solution.lambda.re });
            }
            judged(lambda, solution.lambda, horizon, tolerance)
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
        if let Some((shift, rounding)) = rounding_of(call, solution, lambda, interval)
            && shift < rounding
        {
            concerns.push(Concern::RoundingLimited { shift, rounding });
        }
    }
    if let Some(control) = call.control() {
        concerns.extend(spread(call, lambda, interval, usage, tolerance)?);
        let Tolerances { relative, absolute } = control.tolerances;
        let effective = (relative * usage.total + absolute) / amplitude;
        if effective > UNCONTROLLED && effective > 2.0 * relative {
            let by = if absolute > relative * usage.total { HiddenBy::Absolute } else { HiddenBy::LargerModes };
            concerns.push(Concern::Uncontrolled { effective, by });
            if by == HiddenBy::Absolute {
                advice.push(Advice::LowerAbsolute { absolute: 1e-2 * relative.max(1e-6) * amplitude });
            }
        }
        if call.name.library == Library::Diffrax && !call.name.options.iter().any(|(key, _)| key == "dt0") {
            if let FirstStep::Given(step) = control.first {
                concerns.push(Concern::FixedFirstStep { step });
            }
            // Beside a mode of no rate there is no step to name.
            if lambda.norm() > 0.0 {
                advice.push(Advice::GiveFirstStep { step: round_down(0.1 / lambda.norm()) });
            }
        }
        let damping_lost =
            concerns.iter().any(|c| matches!(c, Concern::SignTurned { .. } | Concern::OverDamped { .. } | Concern::UnderDamped { .. }));
        if (damping_lost || verdict != Verdict::Faithful)
            && let Some(relative) = tight_enough(call, &norm, &goal)
        {
            advice.push(Advice::Tighten { relative, growth: lambda.re });
        }
    } else if verdict != Verdict::Faithful {
        advice.extend(dividing(call, &norm, &goal));
    }
    let threshold = match lambda.im {
        0.0 => None,
        frequency => threshold(call, frequency, interval, &norm).ok(),
    };
    Ok(Assessment { lambda, verdict, found, trajectory: None, threshold, concerns, advice })
}

/// The shift of a solution in exact arithmetic, and what rounding adds to it in single precision: computed for a call in float32, estimated for an adaptive one
/// of which nothing is said, `None` where it does not come into question.
fn rounding_of(call: &Call, solution: &Solution, lambda: Complex<f64>, interval: f64) -> Option<(f64, f64)> {
    match (call.precision, solution.rounding) {
        (Some(Precision::Float32), Some(rounding)) => Some(((solution.lambda - rounding.shift - lambda).norm(), rounding.size())),
        (None, _) if call.is_adaptive() && call.name.library != Library::Scipy => {
            let rounding = CONTROLLED * SINGLE * (solution.steps.len() as f64).sqrt() / interval;
            Some(((solution.lambda - lambda).norm(), rounding))
        }
        _ => None,
    }
}

/// Whether decay was learned as growth, or the reverse.
fn turned(lambda: Complex<f64>, learned: Complex<f64>) -> bool {
    let negligible = NEGLIGIBLE * lambda.norm();
    (lambda.re < -negligible && learned.re > negligible) || (lambda.re > negligible && learned.re < -negligible)
}

/// The same where more than a sign that nothing shows is turned. A mode that stands still is turned by growth.
fn visibly_turned(lambda: Complex<f64>, learned: Complex<f64>, horizon: f64, tolerance: f64) -> bool {
    let growth = turned(lambda, learned) || (lambda.re.abs() <= NEGLIGIBLE * lambda.norm());
    growth && shows(learned.re, horizon, tolerance)
}

/// The verdict on λ̂ over a horizon. A turn that does not show within it is a concern, and no artifact.
fn judged(lambda: Complex<f64>, learned: Complex<f64>, horizon: f64, tolerance: f64) -> Verdict {
    if visibly_turned(lambda, learned, horizon, tolerance) {
        Verdict::Artifact
    } else if Discrepancy::of(lambda, learned, horizon).within(tolerance) {
        Verdict::Faithful
    } else {
        Verdict::Distorted
    }
}

/// Judges a call on samples whose noise makes the loss prefer `apparent` in the place of λ: the call is followed for that mode, and what it learns is laid beside λ.
///
/// Errors as [`assess`] does.
pub fn assess_apparent(
    call: &Call,
    lambda: Complex<f64>,
    apparent: Complex<f64>,
    interval: f64,
    usage: &Usage,
    limits: Limits,
) -> Result<Assessment, EquationError> {
    let mut found = assess(call, apparent, interval, usage, limits)?;
    if apparent == lambda {
        return Ok(found);
    }
    found.lambda = lambda;
    for solution in &mut found.found.solutions {
        solution.flags = flags(lambda, solution.lambda, solution.radius);
    }
    let other = found.concerns.iter().any(|concern| matches!(concern, Concern::OtherSolution { .. }));
    if let (Some(learned), false) = (found.learned(), other) {
        found.verdict = judged(lambda, learned, limits.horizon_for(interval), limits.tolerance);
    }
    found.concerns.insert(0, Concern::Noise { apparent });
    Ok(found)
}

/// Whole trajectories: the verdict is that of the least-squares λ̂.
fn assess_trajectory(call: &Call, lambda: Complex<f64>, interval: f64, usage: &Usage, limits: Limits) -> Result<Assessment, EquationError> {
    let minimum = trajectory(call, lambda, interval, usage.samples, &usage.norm)?;
    let learned = minimum.lambda;
    let (mut concerns, mut advice) = (Vec::new(), Vec::new());
    let verdict = judged(lambda, learned, limits.horizon_for(interval), limits.tolerance);
    if turned(lambda, learned) {
        concerns.push(Concern::SignTurned { growth: learned.re });
    }
    let share = (learned.re - lambda.re) / lambda.re.abs();
    if lambda.re < 0.0 && share.is_finite() && !turned(lambda, learned) {
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
    let goal = Goal { lambda, interval, tolerance: limits.tolerance, horizon: limits.horizon_for(interval) };
    if let Some((even, remedy)) = landing_grid(call, &usage.norm, &goal, usage.samples) {
        let (shift, landing) = ((learned - lambda).norm(), (even - lambda).norm());
        if shift > INTERPOLATION * landing && shift > 1e-12 * lambda.norm() {
            concerns.push(Concern::InterpolationLimited { shift, landing });
            advice.push(remedy);
            let cubic = call.with_cubic().map(|cubic| trajectory(&cubic, lambda, interval, usage.samples, &usage.norm)).transpose()?;
            if cubic.is_some_and(|found| shift > INTERPOLATION * (found.lambda - lambda).norm()) {
                advice.push(Advice::InterpolateCubically);
            }
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
    let found = estimates(&equation, Search::Near)?;
    if let Some(solution) = found.principal() {
        let (shift, landing) = ((learned - equation.lambda).norm(), (solution.lambda - equation.lambda).norm());
        if shift > INTERPOLATION * landing && shift > 1e-12 * equation.lambda.norm() {
            concerns.push(Concern::InterpolationLimited { shift, landing });
            advice.push(Advice::LandOnSamples { library: call.name.library });
        }
    }
    Ok(())
}
