//! What a training loop really learns when it fits a dynamical system through a numerical integrator.
//!
//! A loop fits `f̂` so that `m` steps of size `h = H/m` reproduce samples taken every `H`. On ẏ = λy a one-step
//! method acts by its stability function `R = P/Q`, so the learned `λ̂` solves `R(hλ̂)^m = e^{Hλ}`, which has up to
//! `m·max(deg P, deg Q)` solutions, not one. This crate computes all of them, says which is reached, checks it with
//! real fits, and repairs models that were trained already. Source: Lu & Tsai, *Artifacts of Numerical Integration in
//! Learning Dynamical Systems* (2025), arXiv:2507.14491.
//!
//! # What can a fit learn?
//!
//! Every eigenvalue that a training loop can land on, for one mode of the truth, each with a certified radius:
//!
//! ```
//! use lambdahat::{inverse::branches, method::{Sampling, catalog}};
//! use num_complex::Complex;
//!
//! let rk4 = catalog::find("rk4")?;
//! let found = branches(&rk4, Complex::new(-0.1, 2.0), Sampling::new(1.0, 1)?)?; // λ, and H = 1 with one step
//! assert_eq!(found.branches.len(), 4);
//! let learned = found.principal().expect("defined for this mode");
//! assert!(learned.lambda.re > 0.0 && learned.radius < 1e-15); // a decaying mode, certainly learned as a growing one
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What should I train with?
//!
//! From samples to modes, verdicts and a recommendation:
//!
//! ```
//! use lambdahat::data::Reading;
//! use lambdahat::inverse::{Limits, Verdict};
//! use lambdahat::predict::{Prediction, Subject, compared_methods};
//! use lambdahat::truth::ModesOptions;
//!
//! let data = Reading::default().open("examples/oscillator.csv".as_ref())?;
//! let subject = Subject::from_data(&data, &ModesOptions::default())?;
//! let report = Prediction { subject, methods: compared_methods()?, substeps: 1, limits: Limits::default() }.report()?;
//! assert_eq!(report.methods.iter().filter(|m| m.verdict == Some(Verdict::Faithful)).count(), 0); // one step per sample is too few
//! let advice = report.recommendation.expect("the modes are settled");
//! assert_eq!((advice.method.as_str(), advice.substeps), ("dormand-prince5", 3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Is my scheme what I think it is?
//!
//! Decided exactly, and each claim of its file checked:
//!
//! ```
//! use lambdahat::{method::scheme, verify::verify};
//!
//! let heun = scheme::parse("[runge-kutta]\nA = [[0, 0], [1, 0]]\nb = [\"1/2\", \"1/2\"]\n[claims]\norder = 3\n", "heun.toml")?;
//! let report = verify(&heun);
//! assert_eq!(report.order, 2);
//! assert!(report.claims[0].fails());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! More in `examples/`. Facts are plain data, with names that serialise; [`words`] turns them into sentences.
//!
//! # How it hangs together
//!
//! ```text
//! scheme ──► method ──► stability ──► inverse ──┐
//!              └────► order ─────► modified field ┤
//!                                               ├──► predict ──► words ──► command line, page
//! samples ──► data ──► truth ───────────────────┘       │          └──► figure
//!                       ▲                               │
//!                      fit ──────────► check, repair ◄──┘   (laid beside the prediction)
//! ```
//!
//! A module imports only from floors below its own:
//!
//! ```text
//! 11   cli (the binary), the page
//! 10   figure
//!  9   words
//!  8   check        repair
//!  7   predict      verify
//!  6   truth
//!  5   inverse      fit
//!  4   loops        order
//!  3   stability    dynamics
//!  2   method       data
//!  1   exact        files        simd
//! ```
#![warn(missing_docs)]
#![warn(unnameable_types)]
// No panic is reachable from input: what can fail is a `Result`. Tests may unwrap.
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo, clippy::unimplemented))]

// The command line speaks of the library by its name, as every user does.
extern crate self as lambdahat;

pub mod check;
/// The command line as a function, for the program and for other faces that offer it.
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
pub mod data;
pub mod dynamics;
pub mod exact;
pub mod figure;
pub mod files;
pub mod fit;
pub mod inverse;
pub mod loops;
pub mod method;
pub mod order;
pub mod predict;
pub mod repair;
mod simd;
pub mod stability;
pub mod truth;
pub mod verify;
pub mod words;

/// The README's Rust compiles and holds: `cargo test --doc` runs it.
#[doc = include_str!("../README.md")]
#[cfg(doctest)]
pub struct ReadmeExamples;
