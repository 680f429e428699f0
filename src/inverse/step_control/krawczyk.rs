//! A proof that a ball holds exactly one solution: Krawczyk's test over a square in which the loop decides one way.
//!
//! With G(μ) = F(μ)e^{−tλ} − 1 and C ≈ G'(m)⁻¹, the operator K(X) = m − C·G(m) + (I − C·G'(X))(X − m) of a square X about m lies
//! inside X only where X holds exactly one zero of G, and that zero lies in K(X) (R. Krawczyk, Computing 4, 1969). G and its
//! slopes are enclosed over X together with every decision of the loop, which is the same throughout: the ball holds exactly one
//! root of the frozen pattern, and the pattern is the natural one at each of its points.

use super::controlled_equation::ControlledEquation;
use super::newton::solve;
use crate::exact::tight_ball::TightBall;
use crate::loops::{ComplexJet, EnclosedCall, NotEnclosed, Pattern};
use num_complex::Complex;
use serde::Serialize;
use thiserror::Error;

/// Why a solution is found, and not proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Error)]
#[serde(rename_all = "kebab-case")]
pub enum Unproven {
    /// No proof was tried.
    #[error("no proof was tried")]
    NotTried,
    /// In float32 a fit lands where rounding lets it: no ball about an exact solution holds it.
    #[error("single precision rounds each step")]
    SinglePrecision,
    /// The slopes vary too much over any square that the rounding allows.
    #[error("Krawczyk's operator does not contract near the solution")]
    NoContraction,
    /// The loop is not enclosed near the solution.
    #[error(transparent)]
    #[serde(untagged)]
    NotEnclosed(#[from] NotEnclosed),
}

/// A solution that is proven.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Certificate {
    /// The root, refined beyond the rounding of the loop in doubles.
    pub mode: Complex<f64>,
    /// The ball of this radius about it holds exactly one root, and the call decides as the pattern says throughout.
    pub radius: f64,
    /// |G| at `mode`.
    pub residual: f64,
}

/// Newton's method stops here, relative to the mode: what is left is the rounding of e^{tλ}.
const REFINED: f64 = 32.0 * f64::EPSILON;
/// Steps of Newton's method at most.
const REFINEMENTS: usize = 4;
/// Half widths that are tried, relative to what the root may be off.
const INFLATIONS: [f64; 3] = [3.0, 30.0, 1000.0];

/// Proves the root of a frozen pattern near `mode`.
pub(crate) fn certificate(equation: &ControlledEquation<'_>, mode: Complex<f64>, pattern: &Pattern) -> Result<Certificate, Unproven> {
    let (call, target) = (EnclosedCall::of(equation.call)?, target_inverse(equation));
    let mut proof = Krawczyk { equation, call: &call, pattern, target, mode };
    let mut middle = proof.middle()?;
    for _ in 0..REFINEMENTS {
        if middle.offset.iter().all(|o| o.size() <= REFINED * proof.mode.norm()) {
            break;
        }
        let refined = Krawczyk { mode: proof.mode - Complex::new(middle.offset[0].middle(), middle.offset[1].middle()), ..proof };
        let next = refined.middle()?;
        if next.size() >= middle.size() {
            break;
        }
        (proof, middle) = (refined, next);
    }
    let off = middle.size().max(f64::EPSILON * proof.mode.norm());
    for inflation in INFLATIONS {
        let half = inflation * off;
        let radius = proof.reach(&middle, half)?;
        if radius < half {
            return Ok(Certificate { mode: proof.mode, radius, residual: middle.residual });
        }
    }
    Err(Unproven::NoContraction)
}

/// The operator about a point m.
#[derive(Clone, Copy)]
struct Krawczyk<'a> {
    equation: &'a ControlledEquation<'a>,
    call: &'a EnclosedCall<'a>,
    pattern: &'a Pattern,
    target: ComplexJet,
    mode: Complex<f64>,
}

/// What is known at m.
struct Middle {
    /// C.
    inverse: [[f64; 2]; 2],
    /// C·G(m).
    offset: [TightBall; 2],
    /// |G(m)| at most.
    residual: f64,
}

impl Middle {
    fn size(&self) -> f64 {
        self.offset[0].size().max(self.offset[1].size())
    }
}

impl Krawczyk<'_> {
    /// F(μ)e^{−tλ} over the square of this half width.
    fn over(&self, half: f64) -> Result<ComplexJet, Unproven> {
        let Self { equation, call, pattern, target, mode } = *self;
        let square = ComplexJet::square(mode, half);
        Ok(call.over(square, (&equation.times, equation.index), &equation.norm, pattern)? * target)
    }

    fn middle(&self) -> Result<Middle, Unproven> {
        let there = self.over(0.0)?;
        let values = [there.re.value - TightBall::exactly(1.0), there.im.value];
        let slopes = [there.re.slopes, there.im.slopes];
        let inverse = inverse(slopes.map(|row| row.map(TightBall::middle))).ok_or(Unproven::NoContraction)?;
        let offset = inverse.map(|[a, b]| values[0].times(a) + values[1].times(b));
        Ok(Middle { inverse, offset, residual: values[0].size().hypot(values[1].size()) })
    }

    /// How far K(X) reaches from m, X being the square of this half width.
    fn reach(&self, middle: &Middle, half: f64) -> Result<f64, Unproven> {
        let over = self.over(half)?;
        let slopes = [over.re.slopes, over.im.slopes];
        let reach: [f64; 2] = std::array::from_fn(|i| {
            let [a, b] = middle.inverse[i];
            let rest: [f64; 2] = std::array::from_fn(|j| {
                let product = slopes[0][j].times(a) + slopes[1][j].times(b);
                (product - TightBall::exactly(f64::from(u8::from(i == j)))).size()
            });
            (middle.offset[i].size() + (rest[0] + rest[1]) * half) * (1.0 + 8.0 * f64::EPSILON)
        });
        Ok(reach[0].hypot(reach[1]) * (1.0 + 4.0 * f64::EPSILON))
    }
}

/// e^{−tλ} with what its computation in doubles leaves open: a few units in the last place, and the rounding of the exponent.
fn target_inverse(equation: &ControlledEquation<'_>) -> ComplexJet {
    let exponent = -equation.lambda * equation.time();
    let value = exponent.exp();
    let error = 4.0 * f64::EPSILON * (2.0 + exponent.norm()) * value.norm();
    let mut jet = ComplexJet::constant(value);
    jet.re.value = TightBall::around(value.re, error);
    jet.im.value = TightBall::around(value.im, error);
    jet
}

/// The inverse of a matrix, row after row.
fn inverse([[a, b], [c, d]]: [[f64; 2]; 2]) -> Option<[[f64; 2]; 2]> {
    let matrix = [a, b, c, d];
    let first = solve(matrix, Complex::new(1.0, 0.0))?;
    let second = solve(matrix, Complex::new(0.0, 1.0))?;
    Some([[first.re, second.re], [first.im, second.im]])
}
