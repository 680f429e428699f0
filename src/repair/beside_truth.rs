//! The equilibria of a learned field beside those of the true one: which it has made up, and which it has lost.

use super::learned_modes::{guesses, is_linear};
use crate::dynamics::{Field, equilibria};
use crate::fit::Learned;
use serde::Serialize;

/// A learned equilibrium within this part of each side of the box is the true one, moved a little.
const NEAR: f64 = 0.1;

/// What the two fields do not share among the states.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EquilibriaBeside {
    /// Equilibria of the learned field near no true one.
    pub learned_only: Vec<Vec<f64>>,
    /// True equilibria near no learned one.
    pub true_only: Vec<Vec<f64>>,
    /// Whether the learned ones are all there are: so for a regular linear field. Others are searched from many starts, which proves nothing.
    pub complete: bool,
}

/// Compares a learned field with the equilibria of the true one, in the box of the states; `None` without states.
pub fn equilibria_beside(learned: &Learned, truth: &[Vec<f64>], states: &[Vec<f64>]) -> Option<EquilibriaBeside> {
    let d = learned.dimension();
    let sides: Vec<(f64, f64)> =
        (0..d).map(|j| states.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), s| (low.min(s[j]), high.max(s[j])))).collect();
    if states.is_empty() || sides.iter().any(|(low, high)| !(high - low).is_finite()) {
        return None;
    }
    let inside = |x: &Vec<f64>| x.len() == d && x.iter().zip(&sides).all(|(x, (low, high))| (low..=high).contains(&x));
    let near = |a: &[f64], b: &[f64]| a.iter().zip(b).zip(&sides).all(|((a, b), (low, high))| (a - b).abs() <= NEAR * (high - low));
    let found: Vec<Vec<f64>> = equilibria(learned, &guesses(learned, states)).into_iter().map(|place| place.state).collect();
    // Near a true one counts wherever it lies; of the others those among the states.
    let learned_only = found.iter().filter(|x| inside(x) && !truth.iter().any(|y| near(x, y))).cloned().collect();
    let true_only = truth.iter().filter(|y| inside(y) && !found.iter().any(|x| near(x, y))).cloned().collect();
    Some(EquilibriaBeside { learned_only, true_only, complete: is_linear(learned) && found.len() == 1 })
}
