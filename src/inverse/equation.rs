//! The learning equation of a method, prepared once for many modes.

use super::batch_kernel::BatchKernel;
use super::branches::{BranchError, Branches};
use super::multistep_equation::MultistepEquation;
use super::one_step::OneStepEquation;
use crate::method::{Method, Sampling};
use num_complex::Complex;
use num_traits::Zero;

/// Equation (1), `R(hλ̂)^m = e^{Hλ}`, or its multistep counterpart `λ̂ = ρ(ζ)/(hσ(ζ))`, with the method's exact polynomials
/// converted once.
///
/// ```
/// use lambdahat::{inverse::LearningEquation, method::{catalog, Sampling}};
/// use num_complex::Complex;
/// let equation = LearningEquation::of(&catalog::find("implicit-midpoint").unwrap()).unwrap();
/// let sampling = Sampling::new(0.5, 1).unwrap();
/// for k in 1..5 {
///     let omega = f64::from(k);
///     let found = equation.branches(Complex::new(0.0, omega), sampling).unwrap();
///     assert!((found.branches[0].lambda.im - 4.0 * (omega / 4.0).tan()).abs() < 1e-14 * f64::from(k * k));   // (2/h) tan(ωh/2)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct LearningEquation {
    method: String,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    OneStep(Box<OneStepEquation>),
    Multistep(Box<MultistepEquation>),
}

/// |Hλ| beyond these has no meaning in double precision.
const GROWTH_LIMIT: f64 = 700.0;
const TURN_LIMIT: f64 = 1e12;

impl LearningEquation {
    /// Prepares a method. Errors when its stability function is constant.
    pub fn of(method: &Method) -> Result<Self, BranchError> {
        let kind = match method {
            Method::RungeKutta(method) => Kind::OneStep(Box::new(OneStepEquation::of(method)?)),
            Method::Multistep(method) => Kind::Multistep(Box::new(MultistepEquation::of(method))),
        };
        Ok(Self { method: method.name().to_owned(), kind })
    }

    /// How many solutions a mode has with m substeps, those at infinity included.
    pub fn solutions(&self, substeps: u32) -> usize {
        let m = substeps as usize;
        match &self.kind {
            Kind::OneStep(equation) => m.saturating_mul(equation.degree()),
            Kind::Multistep(_) => m,
        }
    }

    /// The kernel for many modes, for one-step methods of moderate degree.
    pub(crate) fn kernel(&self) -> Option<&BatchKernel> {
        match &self.kind {
            Kind::OneStep(equation) => equation.kernel(),
            Kind::Multistep(_) => None,
        }
    }

    /// The principal λ̂ and its radius, where there is one; the parasites of a multistep method, which take most of the work, are not looked for.
    pub(crate) fn principal(&self, lambda: Complex<f64>, sampling: Sampling) -> Option<(Complex<f64>, f64)> {
        if let Kind::Multistep(equation) = &self.kind
            && sampling.substeps() == 1
            && !lambda.is_zero()
        {
            return equation.only(lambda, sampling).ok();
        }
        let found = self.branches(lambda, sampling).ok()?;
        found.principal().map(|branch| (branch.lambda, branch.radius))
    }

    /// All solutions for the mode λ.
    pub fn branches(&self, lambda: Complex<f64>, sampling: Sampling) -> Result<Branches, BranchError> {
        if !lambda.is_finite() {
            return Err(BranchError::Mode(lambda));
        }
        let exponent = lambda * sampling.interval();
        if !(exponent.re.abs() < GROWTH_LIMIT && exponent.im.abs() < TURN_LIMIT) {
            return Err(BranchError::Exponent(exponent));
        }
        match &self.kind {
            Kind::OneStep(equation) => equation.branches(&self.method, lambda, sampling),
            Kind::Multistep(equation) => equation.branches(&self.method, lambda, sampling),
        }
    }
}

/// Every λ̂ that a loop through `method` can learn from the mode λ, for any method of either kind.
///
/// To ask for many modes of one method, keep a [`LearningEquation`].
///
/// ```
/// use lambdahat::{inverse::branches, method::{catalog, Sampling}};
/// use num_complex::Complex;
/// let rk4 = catalog::find("rk4").unwrap();
/// let found = branches(&rk4, Complex::new(-0.1, 2.0), Sampling::new(1.0, 1).unwrap()).unwrap();
/// assert_eq!(found.branches.len(), 4);
/// let learned = found.principal().unwrap();
/// assert!((learned.lambda - Complex::new(0.105105260738927, 1.926832632793115)).norm() < 1e-14);
/// ```
pub fn branches(method: &Method, lambda: Complex<f64>, sampling: Sampling) -> Result<Branches, BranchError> {
    LearningEquation::of(method)?.branches(lambda, sampling)
}
