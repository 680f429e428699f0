//! What a training loop really learns when it fits a dynamical system through a numerical integrator.
//!
//! A loop fits `f̂` so that `m` steps of size `h = H/m` reproduce samples taken every `H`. On ẏ = λy a one-step
//! method acts by its stability function `R = P/Q`, so the learned `λ̂` solves `R(hλ̂)^m = e^{Hλ}`, which has up to
//! `m·max(deg P, deg Q)` solutions, not one. This crate computes all of them, says which is reached, checks it with
//! real fits, and repairs models that were trained already. Source: Lu & Tsai, *Artifacts of Numerical Integration in
//! Learning Dynamical Systems* (2025), arXiv:2507.14491.
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
