//! A step size controller as data: first step, acceptance, the next step, the end.

use super::state_norm::StateNorm;
use super::tolerances::Tolerances;
use num_complex::Complex;
use serde::Serialize;

/// How the first step is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirstStep {
    /// This size.
    Given(f64),
    /// Hairer, Nørsett & Wanner, Solving ODEs I, II.4: d₀ = ‖y/s‖, d₁ = ‖f/s‖, h₀ = d₀/(100 d₁), one Euler probe, d₂ = ‖Δf/s‖/h₀,
    /// h = min(100 h₀, (0.01/max(d₁, d₂))^exponent).
    Hairer {
        /// 1 over the order of the error.
        exponent: f64,
        /// Whether h₀ and h are kept within the interval.
        clipped: bool,
        /// A number near 1 that OrdinaryDiffEq.jl multiplies in "to prevent numerical coincidences"; 1 elsewhere.
        coincidence: f64,
    },
}

/// When a step is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Acceptance {
    /// Where the scaled error is at most 1.
    AtMostOne,
    /// Where it is below 1.
    BelowOne,
}

/// The next step over this one: safety · r₀^p₀ · r₁^p₁ · r₂^p₂ within bounds, where r₀ is 1/error of this step, r₁ and r₂ those of the two steps kept before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Factor {
    /// The safety factor.
    pub safety: f64,
    /// p₀, p₁, p₂: the integral controller has p₀ = 1/order only.
    pub exponents: [f64; 3],
    /// p₁ and p₂ count after a rejection too.
    pub history_after_rejection: bool,
    /// Bounds of the factor after a step that was kept.
    pub kept: [f64; 2],
    /// Bounds of the factor after a rejected step.
    pub rejected: [f64; 2],
    /// The upper bound after the first step that is kept, where it is another one.
    pub first_growth: Option<f64>,
    /// Whether a step that was kept after a rejection may not be followed by a longer one.
    pub no_growth_after_rejection: bool,
    /// 1/error is remembered as at most this.
    pub remembered_at_most: f64,
    /// r₁ and r₂ before the first step.
    pub remembered_first: f64,
}

/// How the loop ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// The last step may go past the last sample, which is interpolated.
    Overshoots,
    /// The last step is shortened to end on the last sample.
    Clipped,
}

/// How samples before the end are obtained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SampleTimes {
    /// From the interpolant of the step that contains them.
    Interpolated,
    /// A step is shortened to land on them, and the next step is scaled from the short one.
    Landed,
    /// A step is shortened to land on them, and the next step is scaled from what was cut off (torchdyn).
    LandedKeepingRest,
}

/// A step size controller.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepControl {
    /// rtol and atol.
    pub tolerances: Tolerances,
    /// The first step.
    pub first: FirstStep,
    /// When a step is kept.
    pub acceptance: Acceptance,
    /// The size of the next one.
    pub factor: Factor,
    /// No step is longer than this.
    pub longest: f64,
    /// How the loop ends.
    pub end: End,
    /// How samples are obtained.
    pub samples: SampleTimes,
    /// Calls of the field before the first step.
    pub evaluations_before: u64,
    /// Calls of the field for a step whose interpolant is used, beyond those of the step.
    pub evaluations_interpolant: u64,
}

impl Factor {
    /// The integral controller: safety · error^(−1/order) within [least, most] after a step kept, down to `shrink` after a rejection.
    pub fn integral(order: f64, safety: f64, kept: [f64; 2], rejected: [f64; 2]) -> Self {
        Self {
            safety,
            exponents: [1.0 / order, 0.0, 0.0],
            history_after_rejection: true,
            kept,
            rejected,
            first_growth: None,
            no_growth_after_rejection: false,
            remembered_at_most: f64::INFINITY,
            remembered_first: 1.0,
        }
    }

    /// The factor after an error ratio, where `past` are r₁ and r₂.
    pub(crate) fn next(&self, ratio: f64, past: [f64; 2], kept: bool, first: bool, after_rejection: bool) -> f64 {
        let [low, mut high] = if kept { self.kept } else { self.rejected };
        if kept && first {
            high = self.first_growth.unwrap_or(high);
        }
        if kept && after_rejection && self.no_growth_after_rejection {
            high = high.min(1.0);
        }
        if ratio == 0.0 {
            return high;
        }
        let mut factor = self.safety * ratio.powf(-self.exponents[0]);
        if kept || self.history_after_rejection {
            for (r, p) in past.iter().zip(&self.exponents[1..]) {
                if *p != 0.0 {
                    factor *= r.powf(*p);
                }
            }
        }
        factor.max(low).min(high)
    }
}

impl FirstStep {
    /// The first step on ẏ = μy, where the interval is `whole` long. One Euler probe is evaluated in Hairer's way.
    pub(crate) fn size(&self, mode: Complex<f64>, norm: &StateNorm, tolerances: Tolerances, whole: f64) -> f64 {
        let one = Complex::new(1.0, 0.0);
        let change = |h0: f64| Ok::<f64, std::convert::Infallible>(norm.scaled_start(mode, |m| m * (one + m * h0) - m, tolerances));
        let sizes = [norm.scaled_start(mode, |_| one, tolerances), norm.scaled_start(mode, |m| m, tolerances)];
        let Ok(first) = self.choose(sizes, whole, change);
        first
    }

    /// The first step of a solution with the scaled sizes of its state and slope; `change` gives, for a trial step, the scaled size
    /// of the change of the slope over one Euler step.
    pub(crate) fn choose<E>(&self, [d0, d1]: [f64; 2], whole: f64, change: impl FnOnce(f64) -> Result<f64, E>) -> Result<f64, E> {
        match *self {
            Self::Given(h) => Ok(h),
            Self::Hairer { exponent, clipped, coincidence: c } => {
                let d1 = d1 * c;
                let limit = if clipped { whole } else { f64::INFINITY };
                let h0 = (if d0 < 1e-5 || d1 < 1e-5 { 1e-6 * c } else { c * 0.01 * d0 / d1 }).min(limit);
                let d2 = change(h0)? * c / h0 * c;
                let steepest = d1.max(d2);
                let h1 = if steepest <= 1e-15 { (1e-6 * c).max(h0 * 1e-3) } else { c * (0.01 / steepest).powf(exponent) };
                Ok((100.0 * h0).min(h1).min(limit))
            }
        }
    }
}
