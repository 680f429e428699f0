//! How to train, as a person chooses it: what the faces read, checked and laid over the usual in one place.

use super::loss::Loss;
use super::step::LossForm;
use super::training::{Optimiser, Training};
use thiserror::Error;

/// Options of a training beyond its model and its call.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Residuals of the method's equation at the samples, without stepping.
    pub residual_form: bool,
    /// What is compared.
    pub loss: Loss,
    /// Which optimiser.
    pub optimiser: Optimiser,
    /// Most iterations; `None` by optimiser.
    pub iterations: Option<usize>,
    /// Adam's initial learning rate.
    pub rate: f64,
    /// Training ends at this loss.
    pub target: f64,
    /// Standard deviation of the random start, a field in the unit of time; per interval where H > 1.
    pub spread: f64,
    /// L2 penalty ridge·|θ|²; `None` by model.
    pub ridge: Option<f64>,
    /// Smaller coefficients are set to zero; `None` by model.
    pub threshold: Option<f64>,
    /// Memory in GiB for all starts together.
    pub memory: f64,
}

/// A number that cannot be chosen; `name` is the field's.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum ChoiceError {
    /// Below zero, or not finite.
    #[error("{name} must be zero or positive")]
    Negative {
        /// Which.
        name: &'static str,
    },
    /// Zero or below, or not finite.
    #[error("{name} must be positive, not {value}")]
    NotPositive {
        /// Which.
        name: &'static str,
        /// What was given.
        value: f64,
    },
}

impl Choices {
    /// A training with these options, where `plain` is one through the same method or call with the usual ones.
    pub fn over(self, plain: Training) -> Result<Training, ChoiceError> {
        for (name, value) in [("ridge", self.ridge), ("threshold", self.threshold), ("target", Some(self.target))] {
            if value.is_some_and(|v| !(v >= 0.0 && v.is_finite())) {
                return Err(ChoiceError::Negative { name });
            }
        }
        for (name, value) in [("rate", self.rate), ("spread", self.spread), ("memory", self.memory)] {
            if !(value > 0.0 && value.is_finite()) {
                return Err(ChoiceError::NotPositive { name, value });
            }
        }
        Ok(Training {
            form: if self.residual_form { LossForm::Residual } else { LossForm::Step },
            loss: self.loss,
            optimiser: self.optimiser,
            iterations: self.iterations,
            rate: self.rate,
            target: self.target,
            spread: self.spread,
            ridge: self.ridge.unwrap_or(plain.ridge),
            threshold: self.threshold.unwrap_or(plain.threshold),
            memory: (self.memory * (1u64 << 30) as f64) as usize,
            ..plain
        })
    }
}
