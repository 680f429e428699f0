//! When a fit counts, and how near to a branch its eigenvalue must be.

use crate::fit::{Fit, FitError, ModelSpec, Optimiser};
use serde::Serialize;

/// A loss so many times the best one is no fit without error.
const FAR_ABOVE: f64 = 1e6;
/// A share of the motion below which losses are rounding.
const ROUNDING: f64 = 1e-16;

/// When a fit counts, and how near to a branch it must be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Agreement {
    /// A fit counts where its loss is at most this part of the mean square of the samples' steps.
    pub small: f64,
    /// How far a learned eigenvalue may be from a branch, relative to |λ̂| of the branch or the largest |λ| at its equilibrium, whichever is larger;
    /// besides what the data leave open.
    pub tolerance: f64,
}

impl Agreement {
    /// What a class can do through an optimiser. A linear field is pinned down everywhere; polynomials, Gaussians and networks are asked for their
    /// Jacobian at an equilibrium that lies between the samples. First-order optimisers stop at losses of 1e-4 to 1e-2 of the samples' motion.
    ///
    /// | class | small | tolerance |
    /// | --- | --- | --- |
    /// | linear, affine | 1e-6 | 1e-8 |
    /// | polynomial, sindy | 1e-6 | 1e-4 |
    /// | rbf | 1e-6 | 1e-3 |
    /// | mlp | 1e-5 | 2e-2 |
    /// | any, by Adam | 1e-2 | 5e-2 |
    pub fn of(model: &ModelSpec, optimiser: Optimiser) -> Self {
        let (small, tolerance) = match (optimiser, model) {
            (Optimiser::Adam, _) => (1e-2, 5e-2),
            (_, ModelSpec::Linear | ModelSpec::Affine) => (1e-6, 1e-8),
            (_, ModelSpec::Polynomial(_) | ModelSpec::Sindy(_)) => (1e-6, 1e-4),
            (_, ModelSpec::Gaussian(_)) => (1e-6, 1e-3),
            (_, ModelSpec::Perceptron(..)) => (1e-5, 2e-2),
        };
        Self { small, tolerance }
    }

    /// The same beside the fits of one method: what is a million times worse than the best of them has ended in a minimum of its own, however small its loss, unless that is
    /// rounding. Losses are shares of `motion`.
    #[must_use]
    pub fn beside(self, fits: &[Result<Fit, FitError>], motion: f64) -> Self {
        let best = fits.iter().flatten().map(|fit| fit.loss / motion).fold(f64::INFINITY, f64::min);
        Self { small: self.small.min((FAR_ABOVE * best).max(ROUNDING)), ..self }
    }

    /// The most lenient over the optimizers that run: with several methods, Levenberg–Marquardt may have the memory for some of them only.
    pub fn over(model: &ModelSpec, optimisers: impl IntoIterator<Item = Optimiser>) -> Self {
        let lenient = |a: Self, b: Self| Self { small: a.small.max(b.small), tolerance: a.tolerance.max(b.tolerance) };
        let usual = optimisers.into_iter().map(|optimiser| Self::of(model, optimiser)).reduce(lenient);
        usual.unwrap_or_else(|| Self::of(model, Optimiser::Auto))
    }
}
