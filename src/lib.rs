//! What a training loop really learns when it fits a dynamical system through a numerical integrator.
//!
//! A loop fits `f̂` so that `m` steps of size `h = H/m` reproduce samples taken every `H`. On ẏ = λy a one-step
//! method acts by its stability function `R = P/Q`, so the learned `λ̂` solves `R(hλ̂)^m = e^{Hλ}`, which has up to
//! `m·max(deg P, deg Q)` solutions, not one. This crate computes all of them, says which is reached, checks it with
//! real fits, and repairs models that were trained already. Source: Lu & Tsai, *Artifacts of Numerical Integration in
//! Learning Dynamical Systems* (2025), arXiv:2507.14491.
//!
//! ```text
//! scheme ──► method ──► stability ──► inverse ──► predict ──► figure / JSON / table
//!                └────► order ─────► (modified field) ─┘          ▲
//! samples ──► data ──► dynamics ──► fit ───────────────────────────┘  compared with the prediction
//! ```
//!
//! A room imports only from floors below its own:
//!
//! ```text
//! 7   cli (the binary)
//! 6   figure
//! 5   predict
//! 4   inverse     order     fit
//! 3   stability         dynamics
//! 2   method            data
//! 1   exact
//! ```
#![warn(missing_docs)]

pub mod data;
pub mod dynamics;
pub mod exact;
pub mod figure;
pub mod fit;
pub mod inverse;
pub mod method;
pub mod order;
pub mod predict;
pub mod stability;

/// The README's Rust compiles and holds: `cargo test --doc` runs it.
#[doc = include_str!("../README.md")]
#[cfg(doctest)]
pub struct ReadmeExamples;
