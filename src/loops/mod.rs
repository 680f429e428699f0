//! What a library's training call does between two samples.
//!
//! A call such as `torchdiffeq.odeint(f, y0, t, method="dopri5")` does not take one step of a method per sample. It chooses a
//! first step, accepts or rejects by an error norm, rescales, lands on the samples or interpolates between steps. This module holds
//! each call as plain data ([`Call`]) and follows it on a linear mode ẏ = μy ([`Call::follow`]).
//!
//! ```
//! use lambdahat::loops::{Call, StateNorm};
//! use num_complex::Complex;
//! let call: Call = "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4".parse().unwrap();
//! let trace = call.follow(Complex::new(-0.02, 2.0), &[1.0], &StateNorm::default()).unwrap();
//! assert_eq!((trace.accepted(), trace.rejected(), trace.evaluations), (3, 0, Some(20)));
//! let multiplier = trace.multipliers[0];                       // close to exp(μ), and not equal to it
//! assert!((multiplier - Complex::new(-0.02, 2.0).exp()).norm() < 1e-2);
//! ```
//!
//! | file | what it holds |
//! | --- | --- |
//! | `library`, `name`, `named_call` | the libraries, the grammar `LIBRARY[@VERSION]:NAME[:option=value,…]`, from a name to the call |
//! | `torchdiffeq`, `diffrax`, `scipy`, `torchdyn`, `ordinary_diffeq` | one library each: its methods, options and defaults |
//! | `derivative_regression`; `derivative`, `pysindy`, `numpy_gradient` | regression on estimated derivatives: λ̂ = D/S; its filters, a family each |
//! | `control` | first step, acceptance, the next step: a controller as data |
//! | `pilot` | a controller's decisions, whatever is integrated |
//! | `pair` | one attempted step: stages, result, error estimate |
//! | `dense` | interpolants between the ends of a step |
//! | `series` | a step as polynomials in z |
//! | `grid` | grids of constant steps |
//! | `norm`, `joint_norm`, `tolerances` | the norm over the state and the batch, of one mode and of several |
//! | `adaptive` | the loop under step control |
//! | `float_width`, `single_precision` | float32 or float64; the loop with every operation rounded to 32 bits |
//! | `enclosed` | the loop under step control over a whole box of modes, with slopes: what a proof needs |
//! | `radau` | SciPy's Radau, whose steps solve an equation |
//! | `trace` | what happened, attempt by attempt |

mod adaptive;
mod bare;
mod call;
mod call_error;
mod control;
mod dense;
mod derivative;
mod derivative_regression;
mod diffrax;
mod embedded_pair;
mod enclosed;
mod float_width;
mod grid;
mod joint_norm;
mod library;
mod name;
mod named_call;
mod numpy_gradient;
mod options;
mod ordinary_diffeq;
mod pilot;
mod pysindy;
mod radau;
mod scipy;
mod single_precision;
mod stages;
mod state_norm;
mod step_series;
mod tables;
mod tolerances;
mod torchdiffeq;
mod torchdyn;
mod trace;

pub use bare::{Bare, bare, names};
pub use call::{Advance, Call, CallCheck};
pub use call_error::CallError;
pub use control::{Acceptance, End, Factor, FirstStep, SampleTimes, StepControl};
pub use dense::Dense;
pub use derivative_regression::{Ends, Filter, NotRegressed, RegressedMode, Regression, RegressionError, Smoother};
pub use embedded_pair::{EmbeddedPair, ErrorWeights};
pub use enclosed::NotEnclosed;
pub(crate) use enclosed::{ComplexJet, EnclosedCall};
pub use float_width::Precision;
pub use grid::{Grid, GridTimes};
pub use joint_norm::{Companion, JointNorm};
pub use library::Library;
pub use name::CallName;
pub(crate) use pilot::{Pilot, Reached};
pub(crate) use stages::MOST_STAGES;
pub use state_norm::StateNorm;
pub(crate) use step_series::{StepSeries, Terms};
pub use tolerances::Tolerances;
pub use trace::{Attempt, Choice, FollowError, Pattern, Trace};
