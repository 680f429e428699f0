//! Solutions near a start: one Newton a decision pattern, and gaps where no pattern agrees with its own root.

use super::controlled_equation::ControlledEquation;
use super::newton::{FrozenRoot, newton};
use crate::loops::{Pattern, Trace};
use num_complex::Complex;
use serde::Serialize;
use std::collections::{HashSet, VecDeque};

/// At most so many patterns are tried from one start.
const MOST_PATTERNS: usize = 24;
/// A decision whose scaled error is within this factor of 1 may go the other way nearby.
const BORDERLINE: f64 = 1.6;

/// A root with the decisions under which it was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Root {
    /// μ.
    #[serde(serialize_with = "crate::inverse::branches::pair")]
    pub lambda: Complex<f64>,
    /// The decisions that it takes for given.
    pub pattern: Pattern,
    /// The decisions that the call makes there.
    pub natural: Pattern,
}

/// Two roots that contradict their own decisions: without loss there is no model between them, and a fit hovers at the jump.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PatternGap {
    /// The side with fewer rejections.
    pub fewer: Root,
    /// The side with more.
    pub more: Root,
}

/// What is found from one start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Near {
    /// Roots whose pattern is the natural one.
    pub solutions: Vec<FrozenRoot>,
    /// The others.
    pub inconsistent: Vec<Root>,
}

/// Breadth-first over patterns, from the natural one of `start`.
pub(crate) fn near(equation: &ControlledEquation<'_>, start: Complex<f64>, trace: &mut Trace) -> Near {
    let mut found = Near::default();
    if equation.residual(start, None, trace).is_none() {
        return found;
    }
    let first = trace.pattern();
    // Where nothing is rejected far and wide, one pattern is all there is.
    let mut waiting = VecDeque::from([first]);
    let mut tried: HashSet<Pattern> = HashSet::new();
    while let Some(pattern) = waiting.pop_front() {
        if tried.len() >= MOST_PATTERNS || !tried.insert(pattern.clone()) {
            continue;
        }
        let Some(root) = newton(equation, start, Some(&pattern), trace) else { continue };
        let effective = match equation.residual(root.mode, Some(&pattern), trace) {
            Some(_) => trace.pattern(),
            None => continue,
        };
        if equation.residual(root.mode, None, trace).is_none() {
            continue;
        }
        let natural = trace.pattern();
        if natural == effective {
            let known = found.solutions.iter().any(|s| (s.mode - root.mode).norm() <= 1e-9 * (1.0 + root.mode.norm()));
            if !known {
                found.solutions.push(root);
            }
            continue;
        }
        for (k, attempt) in trace.attempts.iter().enumerate() {
            if attempt.ratio.is_some_and(|ratio| (1.0 / BORDERLINE..=BORDERLINE).contains(&ratio)) {
                waiting.push_back(natural.flipped(k));
            }
        }
        waiting.push_front(natural.clone());
        found.inconsistent.push(Root { lambda: root.mode, pattern: effective, natural });
    }
    found
}

/// The gap that the inconsistent roots bound: two that point at each other where there are such, else the two nearest to λ with different patterns.
pub(crate) fn gap(near: &Near, lambda: Complex<f64>) -> Option<PatternGap> {
    let roots = &near.inconsistent;
    let distance = |root: &Root| (root.lambda - lambda).norm();
    let mut pairs: Vec<(bool, f64, usize, usize)> = Vec::new();
    for (i, a) in roots.iter().enumerate() {
        for (j, b) in roots.iter().enumerate().skip(i + 1) {
            if a.pattern != b.pattern {
                let facing = a.natural == b.pattern && b.natural == a.pattern;
                pairs.push((!facing, distance(a) + distance(b), i, j));
            }
        }
    }
    pairs.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let &(_, _, i, j) = pairs.first()?;
    let (a, b) = (roots[i].clone(), roots[j].clone());
    Some(if a.pattern.rejected.len() <= b.pattern.rejected.len() {
        PatternGap { fewer: a, more: b }
    } else {
        PatternGap { fewer: b, more: a }
    })
}
