//! The modes that noisy samples show a method.
//!
//! Through a Runge–Kutta method a loss depends on the linear model through its step only: the method meets the map that the loss prefers through an exact integrator.
//! A multistep method puts the samples into its equation, Σ α_j x_{n+j} = h Σ β_j f(x_{n+j}): that is a regression of its own, with λ̂ an eigenvalue of the least-squares
//! matrix. Its apparent mode is the one that has this λ̂ without noise: ρ(e^{Hλ})/σ(e^{Hλ}) = Hλ̂.

use super::loss_mode::{LossMode, ROUNDING, SIGNIFICANT};
use super::predict_error::PredictError;
use super::subject::Subject;
use crate::fit::Loss;
use crate::inverse::LearningEquation;
use crate::method::{Method, Multistep, Sampling};
use num_complex::Complex;

/// Steps of Newton's method for the root of the characteristic equation.
const MOST_STEPS: usize = 60;

/// The modes of a subject as a method meets them in its samples.
#[derive(Clone, Debug, Default)]
pub(super) struct NoisyModes {
    /// For each mode the one that is learned as if there were no noise, and whether it differs from the mode by more than the samples leave open; `None` where noise changes
    /// nothing.
    pub modes: Vec<Option<(Complex<f64>, bool)>>,
    /// The mean square of the residuals that no linear model gets below, where that is another than what is left through an exact integrator.
    pub floor: Option<f64>,
}

impl NoisyModes {
    /// The modes as `method` meets them through the subject's loss; none where that is not known.
    pub fn of(subject: &Subject, method: &Method, equation: &LearningEquation, sampling: Sampling) -> Result<Self, PredictError> {
        let Some(through) = &subject.through_loss else { return Ok(Self::default()) };
        match method {
            Method::Multistep(multistep) if through.loss == Loss::Pairs && sampling.substeps() == 1 => {
                let mut clean = Vec::with_capacity(subject.modes.len());
                for mode in &subject.modes {
                    let branches = equation.branches(mode.lambda, sampling)?;
                    let Some(branch) = branches.principal() else { return Ok(Self::default()) };
                    clean.push((branch.lambda, branch.condition));
                }
                let regressed = Self::regressed(subject, (method, multistep), &clean, sampling);
                Ok(regressed.unwrap_or_else(|| Self::through(&through.modes)))
            }
            _ => Ok(Self::through(&through.modes)),
        }
    }

    /// The modes as a Runge–Kutta method meets them through a loss that makes these of them.
    pub fn through(modes: &[LossMode]) -> Self {
        let apparent = modes.iter().map(|l| (l.learned != l.lambda).then_some((l.learned, l.significant)));
        Self { modes: apparent.collect(), floor: None }
    }

    /// Through a multistep method, by regression; `clean` holds λ̂ without noise and |dλ̂/dλ|.
    fn regressed(
        subject: &Subject,
        (method, multistep): (&Method, &Multistep),
        clean: &[(Complex<f64>, f64)],
        sampling: Sampling,
    ) -> Option<Self> {
        let through = subject.through_loss.as_ref()?;
        let h = sampling.step().get();
        let alpha: Vec<f64> = multistep.alpha().iter().map(|a| a.to_f64()).collect();
        let beta: Vec<f64> = multistep.beta().iter().map(|b| h * b.to_f64()).collect();
        let targets: Vec<Complex<f64>> = clean.iter().map(|(lambda, _)| *lambda).collect();
        let (learned, floor) = through.stepped((method, multistep), sampling, &subject.modes, &targets)?;
        let apparent = subject.modes.iter().zip(clean).zip(learned).map(|((mode, (clean, condition)), learned)| {
            let apart = (learned - clean).norm();
            if apart <= ROUNDING * condition * mode.lambda.norm() {
                return Some(None);
            }
            let zeta = characteristic_root(&alpha, &beta, learned, (mode.lambda * h).exp())?;
            let apparent = mode.lambda + (zeta * (-mode.lambda * h).exp()).ln() / h;
            Some(Some((apparent, apart > SIGNIFICANT * condition * mode.uncertainty.unwrap_or(0.0))))
        });
        Some(Self { modes: apparent.collect::<Option<_>>()?, floor: Some(floor) })
    }
}

/// The root of Σ_j (α_j − λ̂ β_j) ζ^j that Newton's method finds from `start`.
fn characteristic_root(alpha: &[f64], beta: &[f64], lambda: Complex<f64>, start: Complex<f64>) -> Option<Complex<f64>> {
    let mut zeta = start;
    for _ in 0..MOST_STEPS {
        let (mut value, mut slope) = (Complex::<f64>::ZERO, Complex::<f64>::ZERO);
        for (a, b) in alpha.iter().zip(beta).rev() {
            slope = slope * zeta + value;
            value = value * zeta + (Complex::from(*a) - lambda * b);
        }
        let step = value / slope;
        if !step.is_finite() {
            return None;
        }
        zeta -= step;
        if step.norm() <= 4.0 * f64::EPSILON * zeta.norm() {
            return Some(zeta);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_physical_root_of_leap_frog_is_found_from_near_it() {
        let z = Complex::new(-0.1, 0.9);
        let root = characteristic_root(&[-1.0, 0.0, 1.0], &[0.0, 2.0, 0.0], z.sinh(), z.exp() * 1.05);
        assert!(root.is_some_and(|zeta| (zeta - z.exp()).norm() < 1e-14), "{root:?}");
    }
}
