//! What a training takes: multiplications an iteration, iterations at most. An estimate, to be told before hours of work.

use super::training::{Optimiser, Prepared};

/// Additions and copies a component of the state and stage, as so many multiplications.
const OVERHEAD: f64 = 20.0;
/// Newton's iterations for implicit stages, usually.
const NEWTON: f64 = 4.0;
/// Parameters from which most of the work is in products of matrices.
const LARGE: f64 = 500.0;
/// Multiplications a second and thread, about: of small models, and where most of the work is in products of matrices.
const SPEED: (f64, f64) = (4e8, 4e9);

/// The work of one start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Multiplications an iteration, about.
    pub multiplications: f64,
    /// Iterations at most; an optimiser may end sooner.
    pub iterations: usize,
    /// Multiplications a second and thread, about.
    pub speed: f64,
}

impl Effort {
    /// Seconds that one start takes on one thread, if it uses all its iterations.
    pub fn seconds(&self) -> f64 {
        self.multiplications * self.iterations as f64 / self.speed
    }
}

impl Prepared {
    /// The work of one start, estimated from the sizes alone.
    pub fn effort(&self) -> Effort {
        let (model, step, windows) = (self.model(), self.step(), self.windows());
        let (d, p) = (model.dimension() as f64, model.parameter_count() as f64);
        let groups = step.residual_groups(windows.intervals()) as f64;
        let residuals = self.residual_count() as f64;
        let newton = if step.is_implicit() { NEWTON * (1.0 + 2.0 * d) } else { 1.0 };
        let evaluation = p + OVERHEAD * d;
        let slots = step.slots(windows.intervals()) as f64 * windows.count() as f64;
        // Forwards, and back once for the state and once for the parameters.
        let gradient = slots * evaluation * (newton + 2.0);
        let iterations = self.iterations();
        let multiplications = match self.optimiser() {
            Optimiser::Adam | Optimiser::Lbfgs => gradient + 10.0 * p,
            Optimiser::Direct | Optimiser::LevenbergMarquardt | Optimiser::Auto => {
                let solution = if p > residuals {
                    // JJᵀ without J, of all pairs of slots of all pairs of windows; its factor.
                    let pairs = (slots * d * groups).powi(2) / 2.0;
                    pairs.min(residuals * residuals * p) + residuals.powi(3) / 3.0 + slots * evaluation * d * groups
                } else {
                    2.0 * residuals * p * p + p.powi(3) / 3.0 + d * gradient + residuals * p * d
                };
                gradient + solution
            }
        };
        Effort { multiplications, iterations, speed: if p > LARGE { SPEED.1 } else { SPEED.0 } }
    }
}
