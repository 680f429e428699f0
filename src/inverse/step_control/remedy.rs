//! What to change in a call so that it learns what is true, as facts: each computed with the changed call, none estimated.

use super::controlled_equation::ControlledEquation;
use super::search::{Search, estimates};
use super::whole_trajectory::trajectory;
use crate::inverse::faithful::Discrepancy;
use crate::loops::{Call, Library, StateNorm, Tolerances};
use num_complex::Complex;
use serde::Serialize;

/// The share of the damping that advice keeps.
pub(super) const DAMPING: f64 = 0.1;
/// At most so many steps per interval are advised.
const MOST_SUBSTEPS: u32 = 512;

/// What to change in the call.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "advice", rename_all = "kebab-case")]
pub enum Advice {
    /// At this rtol (atol in proportion) the damping is kept to a tenth; computed, not estimated.
    Tighten {
        /// The relative tolerance.
        relative: f64,
        /// Re λ: a decay, a growth, or neither is kept.
        growth: f64,
    },
    /// Land on the samples, in the words of this library.
    LandOnSamples {
        /// The library.
        library: Library,
    },
    /// A constant step that divides the interval.
    DivideInterval {
        /// The library's word for it.
        option: &'static str,
        /// Steps per interval.
        substeps: u32,
        /// H over that.
        step: f64,
    },
    /// Interpolate by a cubic between the steps of a grid.
    InterpolateCubically,
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

/// When a change helps enough: the damping to a tenth, and the motion to `tolerance` over the horizon.
#[derive(Clone, Copy)]
pub(super) struct Goal {
    pub lambda: Complex<f64>,
    pub interval: f64,
    pub tolerance: f64,
    pub horizon: f64,
}

impl Goal {
    fn met(&self, learned: Complex<f64>) -> bool {
        let shift = (learned.re - self.lambda.re).abs();
        let kept = self.lambda.re == 0.0 || shift <= DAMPING * self.lambda.re.abs();
        kept && Discrepancy::of(self.lambda, learned, self.horizon).within(self.tolerance)
    }

    fn learned(&self, call: &Call, norm: &StateNorm) -> Option<Complex<f64>> {
        let equation = ControlledEquation::pairs(call, self.lambda, self.interval, norm.clone()).ok()?;
        estimates(&equation, Search::Near).ok()?.principal().map(|s| s.lambda)
    }
}

/// The largest of 3·10⁻ᵏ and 10⁻ᵏ below the present rtol that meets the goal, with atol in proportion.
pub(super) fn tight_enough(call: &Call, norm: &StateNorm, goal: &Goal) -> Option<f64> {
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
            if goal.learned(&tighter, norm).is_some_and(|learned| goal.met(learned)) {
                return Some(relative);
            }
        }
    }
    None
}

/// The longest constant step that divides the interval, is not longer than the present one, and meets the goal.
pub(super) fn dividing(call: &Call, norm: &StateNorm, goal: &Goal) -> Option<Advice> {
    let option = call.step_option()?;
    let present = match &call.advance {
        crate::loops::Advance::Grid(grid) => grid.step().unwrap_or(goal.interval),
        crate::loops::Advance::Controlled(_) => return None,
    };
    let mut substeps = (goal.interval / present * (1.0 - 1e-9)).ceil().clamp(1.0, f64::from(MOST_SUBSTEPS)) as u32;
    while substeps <= MOST_SUBSTEPS {
        let step = goal.interval / f64::from(substeps);
        let even = call.with_step(step)?;
        if goal.learned(&even, norm).is_some_and(|learned| goal.met(learned)) {
            return (call.substeps(goal.interval) != Some(substeps)).then_some(Advice::DivideInterval { option, substeps, step });
        }
        substeps += (substeps / 16).max(1);
    }
    None
}

/// What whole trajectories learn with steps of a grid that divide the interval, as long as the present ones at most.
pub(super) fn landing_grid(call: &Call, norm: &StateNorm, goal: &Goal, samples: usize) -> Option<(Complex<f64>, Advice)> {
    let option = call.step_option()?;
    let crate::loops::Advance::Grid(grid) = &call.advance else { return None };
    let substeps = (goal.interval / grid.step()? * (1.0 - 1e-9)).ceil().clamp(1.0, 1e6) as u32;
    let step = goal.interval / f64::from(substeps);
    let found = trajectory(&call.with_step(step)?, goal.lambda, goal.interval, samples, norm).ok()?;
    Some((found.lambda, Advice::DivideInterval { option, substeps, step }))
}

/// One significant digit, downwards.
pub(super) fn round_down(x: f64) -> f64 {
    let unit = 10f64.powi(x.log10().floor() as i32);
    let digit = (x / unit * (1.0 + 1e-12)).floor();
    format!("{:e}", digit * unit).parse::<f64>().map_or(x, |y| (y / unit).round() * unit)
}
