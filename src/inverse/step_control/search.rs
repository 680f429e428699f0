//! All solutions that are found: near λ, at its aliases, and where the error estimate is fooled.

use super::constant_steps;
use super::controlled_equation::{ControlledEquation, EquationError};
use super::float32_rounding::rounding;
use super::found::{Completeness, Found, Solution, SolutionOrigin};
use super::krawczyk::{Certificate, Unproven, certificate};
use super::near::{gap, near};
use super::newton::{FrozenRoot, condition, newton, slopes};
use crate::inverse::flags::flags;
use crate::loops::{Advance, Trace};
use num_complex::Complex;
use std::f64::consts::TAU;

/// How far to look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Search {
    /// From λ only.
    Near,
    /// From λ, from its aliases, and from a grid of starts over |μ| ≤ radius.
    Within {
        /// The radius.
        radius: f64,
        /// Starts along a diameter.
        starts: usize,
    },
}

/// Finds the λ̂ that a call learns without loss, and proves each where that can be: a ball that holds exactly one.
///
/// ```
/// use lambdahat::inverse::step_control::{ControlledEquation, Search, solutions};
/// use lambdahat::loops::{Call, StateNorm};
/// use num_complex::Complex;
/// let call: Call = "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4".parse().unwrap();
/// let equation = ControlledEquation::pairs(&call, Complex::new(-0.02, 2.0), 1.0, StateNorm::default()).unwrap();
/// let found = solutions(&equation, Search::Near).unwrap();
/// let learned = found.principal().unwrap();
/// assert!((learned.lambda - Complex::new(-0.02607862122, 1.99345914663)).norm() < 1e-10);
/// assert_eq!((learned.steps.len(), learned.rejected, learned.evaluations), (3, 0, Some(20)));
/// ```
pub fn solutions(equation: &ControlledEquation<'_>, search: Search) -> Result<Found, EquationError> {
    let prove: Proof = if equation.norm.components() > MOST_PROVEN { not_tried } else { proven };
    found(equation, search, prove)
}

/// The same without the proofs, for maps and wherever many are looked for.
pub fn estimates(equation: &ControlledEquation<'_>, search: Search) -> Result<Found, EquationError> {
    found(equation, search, not_tried)
}

/// A norm over more components than these is not followed in balls: each step of a proof takes as long as a thousand plain ones.
const MOST_PROVEN: usize = 256;

fn not_tried(_: &ControlledEquation<'_>, _: Complex<f64>, _: &mut Trace) -> Result<Certificate, Unproven> {
    Err(Unproven::NotTried)
}

type Proof = fn(&ControlledEquation<'_>, Complex<f64>, &mut Trace) -> Result<Certificate, Unproven>;

fn proven(equation: &ControlledEquation<'_>, mode: Complex<f64>, trace: &mut Trace) -> Result<Certificate, Unproven> {
    equation.residual(mode, None, trace).ok_or(Unproven::NoContraction)?;
    certificate(equation, mode, &trace.pattern())
}

fn found(equation: &ControlledEquation<'_>, search: Search, prove: Proof) -> Result<Found, EquationError> {
    if let Advance::Grid(grid) = &equation.call.advance
        && let Some(mut found) = constant_steps::all(equation, grid)?
    {
        if equation.call.is_single() {
            found.completeness = Completeness::FoundNotProvenComplete;
            for solution in &mut found.solutions {
                let slopes = slopes(equation, solution.lambda);
                *solution = rounded(equation, solution.clone(), slopes);
            }
        }
        return Ok(found);
    }
    let mut trace = Trace::default();
    // An error on λ itself is the caller's to know.
    equation.multiplier(equation.lambda, None, &mut trace)?;
    let principal = near(equation, equation.lambda, &mut trace);
    let gap = if principal.solutions.is_empty() { gap(&principal, equation.lambda) } else { None };
    let mut roots: Vec<(FrozenRoot, SolutionOrigin)> =
        principal.solutions.into_iter().map(|root| (root, SolutionOrigin::Principal)).collect();
    if let Search::Within { radius, starts } = search {
        aliases(equation, radius, &mut roots, &mut trace);
        fooled(equation, radius, starts, &mut roots, &mut trace);
    }
    let distance = |root: &FrozenRoot| (root.mode - equation.lambda).norm();
    roots.sort_by(|(a, _), (b, _)| distance(a).total_cmp(&distance(b)));
    // Several may be reached from λ; the nearest is the principal one.
    let mut principal = true;
    let solutions = roots
        .into_iter()
        .map(|(root, origin)| {
            let first = origin == SolutionOrigin::Principal && std::mem::take(&mut principal);
            let proof = prove(equation, root.mode, &mut trace);
            let found = Solution { origin, principal: first, ..solution(equation, &root, proof, &mut trace) };
            if equation.call.is_single() { rounded(equation, found, Some(root.jacobian)) } else { found }
        })
        .collect();
    Ok(Found { solutions, gap, completeness: Completeness::FoundNotProvenComplete })
}

fn new(roots: &[(FrozenRoot, SolutionOrigin)], root: &FrozenRoot) -> bool {
    roots.iter().all(|(known, _)| (known.mode - root.mode).norm() > 1e-7 * (1.0 + root.mode.norm()))
}

fn aliases(equation: &ControlledEquation<'_>, radius: f64, roots: &mut Vec<(FrozenRoot, SolutionOrigin)>, trace: &mut Trace) {
    let turn = TAU / equation.time();
    let most = (radius / turn).ceil().min(64.0) as i32;
    for k in (-most..=most).filter(|k| *k != 0) {
        let alias = equation.lambda + Complex::new(0.0, f64::from(k) * turn);
        if alias.norm() > radius {
            continue;
        }
        for root in near(equation, alias, trace).solutions {
            if new(roots, &root) && root.mode.norm() <= radius {
                roots.push((root, SolutionOrigin::Alias(k)));
            }
        }
    }
}

/// Starts from the local minima of the residual over a grid.
fn fooled(equation: &ControlledEquation<'_>, radius: f64, starts: usize, roots: &mut Vec<(FrozenRoot, SolutionOrigin)>, trace: &mut Trace) {
    let n = starts.max(2);
    let at = |i: usize, j: usize| {
        let side = |k: usize| radius * (2.0 * k as f64 / (n - 1) as f64 - 1.0);
        Complex::new(side(i), side(j))
    };
    // Both parts of the residual vanish at a root, the logarithm's imaginary part in its principal value.
    let mut values = vec![f64::INFINITY; n * n];
    for i in 0..n {
        for j in 0..n {
            let mode = at(i, j);
            if mode.norm() <= radius * 1.05
                && let Some(value) = equation.residual(mode, None, trace)
            {
                values[i * n + j] = value.norm();
            }
        }
    }
    for i in 0..n {
        for j in 0..n {
            let here = values[i * n + j];
            let mut around =
                (i.saturating_sub(1)..=(i + 1).min(n - 1)).flat_map(|a| (j.saturating_sub(1)..=(j + 1).min(n - 1)).map(move |b| a * n + b));
            if !here.is_finite() || around.any(|k| values[k] < here) {
                continue;
            }
            let Some(root) = newton(equation, at(i, j), None, trace) else { continue };
            if root.mode.norm() <= radius && new(roots, &root) {
                roots.push((root, SolutionOrigin::Other));
            }
        }
    }
}

fn solution(equation: &ControlledEquation<'_>, root: &FrozenRoot, proof: Result<Certificate, Unproven>, trace: &mut Trace) -> Solution {
    let time = equation.time();
    let condition = condition(root.jacobian, time);
    let lambda = proof.map_or(root.mode, |proof| proof.mode);
    let steps = match equation.residual(lambda, None, trace) {
        Some(_) => trace.steps(),
        None => Vec::new(),
    };
    let radius = proof.map_or_else(
        |_| {
            // The logarithm carries a few roundings a step.
            let rounding = 4.0 * f64::EPSILON * (steps.len() + 4) as f64;
            condition / time * (root.residual + rounding) + 2.0 * f64::EPSILON * lambda.norm()
        },
        |proof| proof.radius,
    );
    Solution {
        lambda,
        z: lambda * time,
        radius,
        certified: proof.is_ok(),
        unproven: proof.err(),
        rounding: None,
        residual: proof.map_or(root.residual, |proof| proof.residual),
        condition,
        principal: false,
        origin: SolutionOrigin::Other,
        flags: flags(equation.lambda, lambda, radius),
        steps,
        rejected: trace.rejected(),
        evaluations: trace.evaluations,
    }
}

/// A solution of a call in float32: moved by the mean of its rounding, with the spread about it as radius, and so not proven.
fn rounded(equation: &ControlledEquation<'_>, exact: Solution, slopes: Option<[f64; 4]>) -> Solution {
    let found = slopes.and_then(|slopes| rounding(equation, exact.lambda, slopes));
    let lambda = exact.lambda + found.map_or(Complex::new(0.0, 0.0), |rounding| rounding.shift);
    let radius = exact.radius + found.map_or(f64::INFINITY, |rounding| rounding.spread);
    Solution {
        lambda,
        z: lambda * equation.time(),
        radius,
        certified: false,
        unproven: Some(Unproven::SinglePrecision),
        rounding: found,
        flags: flags(equation.lambda, lambda, radius),
        ..exact
    }
}
