//! Estimates of λ and of what a loss learns, beside the figures of other estimators: numpy, scipy, PyDMD, pysindy. One program, for the estimators, draws and designs that its parts share.

#[path = "../common/chance.rs"]
mod chance;
#[path = "../common/golden.rs"]
mod golden;

mod design;
mod draws;
mod following;
mod oscillator;
mod projection;
mod stretches;

mod closed_orbits;
mod estimators;
mod fields;
mod hankel;
mod noise_damps;
mod noisy_regressions;
mod other_estimators;
mod starts_of_searches;
mod uneven;
mod uneven_estimates;
mod uneven_training;
