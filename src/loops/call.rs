//! A training call as plain data, and how it is followed on a mode.

use super::adaptive::Adaptive;
use super::call_error::CallError;
use super::control::{SampleTimes, StepControl};
use super::dense::Dense;
use super::embedded_pair::{EmbeddedPair, ErrorWeights};
use super::float_width::Precision;
use super::grid::{Grid, GridTimes};
use super::library::Library;
use super::name::CallName;
use super::single_precision::SinglePrecision;
use super::state_norm::StateNorm;
use super::trace::{FollowError, Pattern, Trace};
use num_complex::Complex;
use serde::Serialize;

/// How a call gets on in time.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advance {
    /// Under step control.
    Controlled(StepControl),
    /// On a grid of constant steps.
    Grid(Grid),
}

/// How a model of a call was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallCheck {
    /// Compared with the library itself, run.
    Run,
    /// Written from the library's source; the library was not run.
    Read,
}

/// A training call: what the library does between samples.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// As it was written.
    pub name: CallName,
    /// The method in the library's spelling.
    pub method: &'static str,
    /// The catalogue's name of the scheme that advances the solution.
    pub scheme: &'static str,
    /// How this model was checked.
    pub verification: CallCheck,
    /// The numbers of the state, where that is said; what is computed without is exact but for double precision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<Precision>,
    /// One step.
    #[serde(skip)]
    pub pair: EmbeddedPair,
    /// The value inside a step.
    #[serde(skip)]
    pub dense: Dense,
    /// Steps and samples.
    pub advance: Advance,
}

impl Call {
    /// The controller, where steps are controlled.
    pub fn control(&self) -> Option<&StepControl> {
        match &self.advance {
            Advance::Controlled(control) => Some(control),
            Advance::Grid(_) => None,
        }
    }

    /// Whether the library chooses the steps.
    pub fn is_adaptive(&self) -> bool {
        self.control().is_some()
    }

    /// Whether a step ends at every sample.
    pub fn lands_on_samples(&self) -> bool {
        match &self.advance {
            Advance::Grid(grid) => grid.times == GridTimes::Samples,
            Advance::Controlled(control) => control.samples != SampleTimes::Interpolated,
        }
    }

    /// Whether it takes one step of its scheme per sample in double precision, as a method by itself does.
    pub fn is_one_step_a_sample(&self) -> bool {
        !self.is_single() && matches!(&self.advance, Advance::Grid(grid) if grid.times == GridTimes::Samples)
    }

    /// Errors where a step that was asked for does not fit between two samples.
    pub fn check_interval(&self, interval: f64) -> Result<(), CallError> {
        let (option, step) = match (&self.advance, self.name.library) {
            (Advance::Grid(grid), Library::Torchdiffeq) => ("step_size", grid.step()),
            (Advance::Grid(grid), _) => ("dt0", grid.step()),
            (Advance::Controlled(_), Library::Diffrax) => ("dt0", self.given("dt0")),
            (Advance::Controlled(_), Library::OrdinaryDiffEq) => ("dt", self.given("dt")),
            (Advance::Controlled(_), _) => ("first_step", self.given("first_step")),
        };
        match step {
            Some(step) if step > interval => Err(CallError::LongerThanInterval { option, step, interval }),
            _ => Ok(()),
        }
    }

    fn given(&self, option: &str) -> Option<f64> {
        self.name.options.iter().find(|(key, _)| key == option)?.1.parse().ok()
    }

    /// The steps of equal size between two samples, where the call takes such for pairs of samples H apart: it is then a method
    /// with substeps, and all that is known of those holds.
    pub fn substeps(&self, interval: f64) -> Option<u32> {
        let Advance::Grid(grid) = &self.advance else { return None };
        if grid.times == GridTimes::Samples {
            return Some(1);
        }
        let points = grid.points(&[interval]).ok()?;
        let even = interval / points.len() as f64;
        let mut before = 0.0;
        for point in &points {
            if ((point - before) - even).abs() > 1e-12 * interval {
                return None;
            }
            before = *point;
        }
        u32::try_from(points.len()).ok()
    }

    /// The same call with another way to obtain samples, where its steps are controlled.
    pub fn landing_on_samples(&self) -> Option<Self> {
        let mut call = self.clone();
        match &mut call.advance {
            Advance::Controlled(control) if control.samples == SampleTimes::Interpolated => control.samples = SampleTimes::Landed,
            _ => return None,
        }
        Some(call)
    }

    /// Follows ẏ = μy, y(0) = y₀, through the sample times, which begin after 0: y(t)/y₀ at each of them, and every attempt.
    ///
    /// A call in float32 is followed in single precision; y(t)/y₀ is then that of all starts by least squares, for each rounds differently.
    pub fn follow(&self, mode: Complex<f64>, times: &[f64], norm: &StateNorm) -> Result<Trace, FollowError> {
        if self.is_single() {
            check(times, norm)?;
            let double_times = self.name.library == Library::Torchdiffeq && self.is_adaptive();
            let single = SinglePrecision { pair: &self.pair, dense: &self.dense, norm, double_times };
            return match &self.advance {
                Advance::Grid(grid) => single.on_grid(grid, mode, times),
                Advance::Controlled(control) => single.controlled(control, mode, times),
            };
        }
        let mut trace = Trace::default();
        self.follow_into(mode, times, norm, None, &mut trace)?;
        Ok(trace)
    }

    /// As [`follow`](Self::follow) in double precision, into memory that is used again, with decisions frozen where a pattern is given.
    pub fn follow_into(
        &self,
        mode: Complex<f64>,
        times: &[f64],
        norm: &StateNorm,
        frozen: Option<&Pattern>,
        trace: &mut Trace,
    ) -> Result<(), FollowError> {
        check(times, norm)?;
        match &self.advance {
            Advance::Grid(grid) => grid.follow(&self.pair, &self.dense, mode, times, trace),
            Advance::Controlled(control) => {
                let adaptive = Adaptive { pair: &self.pair, dense: &self.dense, control, norm };
                match self.pair.error {
                    ErrorWeights::Collocation => adaptive.follow_radau(mode, times, frozen, trace),
                    _ => adaptive.follow(mode, times, frozen, trace),
                }
            }
        }
    }

    /// Whether the training computes in float32.
    pub fn is_single(&self) -> bool {
        self.precision == Some(Precision::Float32)
    }

    /// The same call in this precision, its name included. SciPy's stays as it is: it computes in double precision, whatever it is given.
    pub fn in_precision(&self, precision: Precision) -> Self {
        let mut call = self.clone();
        if self.name.library != Library::Scipy {
            call.precision = Some(precision);
            call.name.options.retain(|(key, _)| key != "dtype");
            call.name.options.push(("dtype".to_owned(), precision.to_string()));
        }
        call
    }

    /// The same call at other tolerances, its name included; `None` where nothing is controlled.
    pub fn with_tolerances(&self, tolerances: super::tolerances::Tolerances) -> Option<Self> {
        let mut call = self.clone();
        let Advance::Controlled(control) = &mut call.advance else { return None };
        control.tolerances = tolerances;
        let words = if self.name.library == Library::OrdinaryDiffEq { ["reltol", "abstol"] } else { ["rtol", "atol"] };
        call.name.options.retain(|(key, _)| !words.contains(&key.as_str()));
        for (word, value) in words.into_iter().zip([tolerances.relative, tolerances.absolute]).rev() {
            call.name.options.insert(0, (word.to_owned(), format!("{value:e}")));
        }
        Some(call)
    }

    /// Whether the call carries further modes along ([`StateNorm::Joint`]).
    pub fn follows_companions(&self) -> bool {
        self.is_adaptive() && self.pair.error != ErrorWeights::Collocation
    }

    /// The same call with cubic interpolation between the steps of its grid; `None` where it has none, or has it already.
    pub fn with_cubic(&self) -> Option<Self> {
        let mut call = self.clone();
        let Advance::Grid(grid) = &mut call.advance else { return None };
        if self.name.library != Library::Torchdiffeq || self.dense != Dense::Linear || grid.step().is_none() {
            return None;
        }
        call.dense = Dense::Hermite;
        grid.evaluations_interpolant = 1;
        call.name.options.retain(|(key, _)| key != "interp");
        call.name.options.push(("interp".to_owned(), "cubic".to_owned()));
        Some(call)
    }

    /// The option that sets a constant step, in the library's word; `None` where steps are controlled, or the library has none.
    pub fn step_option(&self) -> Option<&'static str> {
        match (&self.advance, self.name.library) {
            (Advance::Grid(_), Library::Torchdiffeq) => Some("step_size"),
            (Advance::Grid(_), Library::Diffrax) => Some("dt0"),
            _ => None,
        }
    }

    /// The same call with another constant step, its name included; `None` where steps are controlled.
    pub fn with_step(&self, step: f64) -> Option<Self> {
        let mut call = self.clone();
        let Advance::Grid(grid) = &mut call.advance else { return None };
        let word = match (self.name.library, &mut grid.times) {
            (Library::Torchdiffeq, times @ GridTimes::Samples) => {
                *times = GridTimes::Multiples(step);
                "step_size"
            }
            (Library::Diffrax, times @ GridTimes::Samples) => {
                *times = GridTimes::of_diffrax(self.name.version.as_deref(), step);
                "dt0"
            }
            (_, GridTimes::Samples) => return None,
            (Library::Torchdiffeq, GridTimes::Multiples(h)) => {
                *h = step;
                "step_size"
            }
            (_, GridTimes::Multiples(h) | GridTimes::Accumulated(h) | GridTimes::FirstThenEven(h)) => {
                *h = step;
                "dt0"
            }
        };
        call.name.options.retain(|(key, _)| key != word);
        call.name.options.insert(0, (word.to_owned(), step.to_string()));
        Some(call)
    }

    /// Whether the error of a step is estimated at all.
    pub fn has_error_estimate(&self) -> bool {
        self.pair.error != ErrorWeights::None
    }
}

fn check(times: &[f64], norm: &StateNorm) -> Result<(), FollowError> {
    if norm.is_unusable() {
        return Err(FollowError::Batch);
    }
    let increasing = times.windows(2).all(|w| w[0] < w[1]);
    if !(times.first().is_some_and(|t| *t > 0.0) && increasing && times.iter().all(|t| t.is_finite())) {
        return Err(FollowError::Times);
    }
    Ok(())
}
