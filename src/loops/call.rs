//! A training call as plain data, and how it is followed on a mode.

use super::adaptive::Adaptive;
use super::control::{SampleTimes, StepControl};
use super::dense::Dense;
use super::grid::{Grid, GridTimes};
use super::name::{CallName, Library};
use super::norm::StateNorm;
use super::pair::{ErrorWeights, Pair};
use super::trace::{FollowError, Pattern, Trace};
use super::{diffrax, ordinary_diffeq, scipy, torchdiffeq, torchdyn};
use crate::method::CatalogError;
use num_complex::Complex;
use serde::Serialize;
use std::str::FromStr;
use thiserror::Error;

/// Why a text is no training call.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum CallError {
    /// The text does not begin with a library that is known.
    #[error("`{text}` is no training call: write LIBRARY:NAME, with one of {} as library", libraries())]
    Library {
        /// What was given.
        text: String,
    },
    /// No method after the colon.
    #[error("`{library}:` names no method: write {library}:NAME")]
    NoMethod {
        /// The library.
        library: Library,
    },
    /// The library has no such method, or its loop is not known here.
    #[error("{library} has no method `{method}` whose loop is known{}", clause(.nearest, .known))]
    UnknownMethod {
        /// The library.
        library: Library,
        /// What was asked for.
        method: String,
        /// The most similar ones.
        nearest: Vec<String>,
        /// All.
        known: Vec<String>,
    },
    /// An item that is no option=value.
    #[error("`{text}` is no option: write option=value")]
    Option {
        /// What was given.
        text: String,
    },
    /// An option given twice.
    #[error("the option `{option}` is given twice")]
    Repeated {
        /// Which.
        option: String,
    },
    /// The call has no such option.
    #[error("{call} has no option `{option}`{}", clause(.nearest, .known))]
    UnknownOption {
        /// Which.
        option: String,
        /// Of which call.
        call: String,
        /// The most similar ones.
        nearest: Vec<String>,
        /// All.
        known: Vec<String>,
    },
    /// A value that does not fit.
    #[error("{option}={text}: give {expected}")]
    Value {
        /// Which option.
        option: &'static str,
        /// Its value.
        text: String,
        /// What fits.
        expected: &'static str,
    },
    /// Options that exclude each other, or that need each other.
    #[error("{call}: {why}")]
    Combination {
        /// The call.
        call: String,
        /// Which rule of the library is broken.
        why: &'static str,
    },
    /// Both tolerances are zero.
    #[error("rtol = 0 and atol = 0: no step can be accurate enough; give one of them a positive value")]
    ZeroTolerances,
    /// A version whose source is not known here.
    #[error("{library} {version} is not known here{}; leave the version out for the newest", versions(.library))]
    Version {
        /// The library.
        library: Library,
        /// Which version.
        version: String,
    },
    /// The step that is asked for is longer than the interval.
    #[error(
        "{option}={step} is longer than the interval between two samples, {interval}: the library would take one step of {interval}; write {option}={interval}"
    )]
    LongerThanInterval {
        /// Which option.
        option: &'static str,
        /// Its value.
        step: f64,
        /// The interval H.
        interval: f64,
    },
    /// The catalogue lacks the scheme: a defect of this build.
    #[error(transparent)]
    Scheme(#[from] CatalogError),
}

fn libraries() -> String {
    Library::ALL.map(Library::name).join(", ")
}

fn clause(nearest: &[String], known: &[String]) -> String {
    match (nearest, known) {
        ([], []) => String::new(),
        ([], known) => format!("; it has {}", known.join(", ")),
        (nearest, _) => format!("; did you mean {}?", nearest.join(", ")),
    }
}

fn versions(library: &Library) -> String {
    match library.versions() {
        [] => " (its versions are not told apart)".to_owned(),
        known => format!(" (known: {})", known.join(", ")),
    }
}

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
pub enum Verification {
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
    pub verification: Verification,
    /// One step.
    #[serde(skip)]
    pub pair: Pair,
    /// The value inside a step.
    #[serde(skip)]
    pub dense: Dense,
    /// Steps and samples.
    pub advance: Advance,
}

impl FromStr for Call {
    type Err = CallError;

    fn from_str(text: &str) -> Result<Self, CallError> {
        let name = CallName::read(text)?.ok_or_else(|| CallError::Library { text: text.to_owned() })?;
        Self::of(name)
    }
}

impl Call {
    /// The call that a name means.
    pub fn of(name: CallName) -> Result<Self, CallError> {
        if let Some(version) = &name.version
            && !name.library.versions().contains(&version.as_str())
        {
            return Err(CallError::Version { library: name.library, version: version.clone() });
        }
        let call = match name.library {
            Library::Torchdiffeq => torchdiffeq::call(name),
            Library::Diffrax => diffrax::call(name),
            Library::Scipy => scipy::call(name),
            Library::Torchdyn => torchdyn::call(name),
            Library::OrdinaryDiffEq => ordinary_diffeq::call(name),
        }?;
        if let Advance::Controlled(control) = &call.advance
            && control.tolerances.relative == 0.0
            && control.tolerances.absolute == 0.0
        {
            return Err(CallError::ZeroTolerances);
        }
        Ok(call)
    }

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

    /// Whether it takes one step of its scheme per sample, as a method by itself does.
    pub fn is_one_step_a_sample(&self) -> bool {
        matches!(&self.advance, Advance::Grid(grid) if grid.times == GridTimes::Samples)
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
    pub fn follow(&self, mode: Complex<f64>, times: &[f64], norm: &StateNorm) -> Result<Trace, FollowError> {
        let mut trace = Trace::default();
        self.follow_into(mode, times, norm, None, &mut trace)?;
        Ok(trace)
    }

    /// As [`follow`](Self::follow), into memory that is used again, with decisions frozen where a pattern is given.
    pub fn follow_into(
        &self,
        mode: Complex<f64>,
        times: &[f64],
        norm: &StateNorm,
        frozen: Option<&Pattern>,
        trace: &mut Trace,
    ) -> Result<(), FollowError> {
        if norm.is_unusable() {
            return Err(FollowError::Batch);
        }
        if !(times.first().is_some_and(|t| *t > 0.0) && times.windows(2).all(|w| w[0] < w[1]) && times.iter().all(|t| t.is_finite())) {
            return Err(FollowError::Times);
        }
        match &self.advance {
            Advance::Grid(grid) => grid.follow(&self.pair, &self.dense, mode, times, trace),
            Advance::Controlled(control) => {
                Adaptive { pair: &self.pair, dense: &self.dense, control, norm }.follow(mode, times, frozen, trace)
            }
        }
    }

    /// The same call at other tolerances, its name included; `None` where nothing is controlled.
    pub fn with_tolerances(&self, tolerances: super::norm::Tolerances) -> Option<Self> {
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

    /// Whether the error of a step is estimated at all.
    pub fn has_error_estimate(&self) -> bool {
        self.pair.error != ErrorWeights::None
    }
}
