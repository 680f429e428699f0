//! A subject with what a loss learns of its samples, the integrator apart: of the whole state, of a part of it, at even and uneven times, with the noise that they have.

use super::part_of_state;
use super::subject::{Origin, Subject};
use super::through_loss::ThroughLoss;
use super::uneven_times::UnevenTimes;
use super::unfollowed_noise::noise_acts;
use crate::data::{Paths, Trajectories};
use crate::fit::Loss;
use crate::truth::{Caveat, Mode};

/// What a nonlinear field misses of the motion in an interval, below which noise moves no mode by what a verdict sees: it enters as its square.
const CLEAN: f64 = 1e-4;

impl Subject {
    /// The same with what `loss` learns from these samples through a linear model (`affine`: with a constant), or through the polynomials
    /// that explain them, instead of what pairs do. At uneven times it is the loss of pairs: its minima are then those on all pairs, for such a model.
    #[must_use]
    pub fn with_loss(mut self, samples: &Paths, loss: Loss, affine: bool) -> Self {
        if let (Origin::Samples(data), true) = (&self.origin, samples.is_uneven()) {
            self.uneven = UnevenTimes::of_fits(data, &self.modes, self.linear, affine);
            let data = data.clone();
            return self.with_uneven_loss(&data, loss, affine);
        }
        // What a map of columns without the rest of the state learns is no work of noise.
        if self.hidden().is_some() {
            self.through_loss = None;
            return self;
        }
        self.through_loss = match self.noisy_degree() {
            _ if self.linear => ThroughLoss::of(samples, self.interval, &self.modes, (loss, affine), self.is_noise_driven()),
            Some(degree) => ThroughLoss::of_field(samples, self.interval, &self.modes, (loss, degree)),
            None => None,
        };
        self
    }

    /// The same with what `loss` learns from these uneven samples through a linear model, or through the polynomials that explain them.
    pub(super) fn with_uneven_loss(mut self, data: &Trajectories, loss: Loss, affine: bool) -> Self {
        if self.linear && self.settled_modes().next().is_some() {
            self.through_loss = ThroughLoss::of_uneven(data, self.interval, &self.modes, (loss, affine));
        } else if let (Some(degree), Ok(paths)) = (self.noisy_degree(), data.paths()) {
            self.through_loss = ThroughLoss::of_field(&paths, self.interval, &self.modes, (loss, degree));
        }
        self
    }

    /// The degree of the polynomials that explain noisy samples of a nonlinear motion, where they settle a mode.
    fn noisy_degree(&self) -> Option<usize> {
        let noisy = self.caveats.iter().find_map(|caveat| match caveat {
            Caveat::FieldFitted { degree, residual, .. } if *residual > CLEAN => Some(*degree),
            _ => None,
        });
        noisy.filter(|_| !self.linear && !self.is_noise_driven() && self.settled_modes().next().is_some())
    }

    /// That what the loss makes of noise is not followed, where noise moves the modes.
    pub(super) fn unfollowed_noise(&self, samples: &Trajectories, loss: Loss) -> Option<Caveat> {
        // Starts that are fitted too have no error. Of a part of the state, where there are no copies, the verdict is for such starts, and other caveats forbid advice by themselves.
        let moot = loss == Loss::RolloutFreeStart
            || self.through_loss.is_some()
            || self.is_noise_driven()
            || self.settled_modes().next().is_none();
        if moot || (self.hidden().is_some() && samples.require_even().is_err()) || self.caveats.iter().any(Caveat::forbids_advice) {
            return None;
        }
        if !self.linear {
            return self.noisy_degree().map(|_| Caveat::NoiseUnfollowed { directions: None });
        }
        noise_acts(samples, self.interval, &self.modes).then_some(Caveat::NoiseUnfollowed { directions: Some(self.modes.len()) })
    }

    /// The modes that are laid beside fits of a linear model, or one with a constant (`affine`): of a part of the state what such a model learns of these columns alone, at even times;
    /// else as [`with_loss`](Self::with_loss).
    #[must_use]
    pub fn beside_fits(mut self, samples: &Paths, loss: Loss, affine: bool) -> Self {
        let even = self.linear && self.hidden().is_some() && !samples.is_uneven();
        let alone = if even { part_of_state::alone(samples, self.interval, (loss, affine)) } else { None };
        self.tell_alone(alone.as_deref().unwrap_or_default());
        let Some(modes) = alone else { return self.with_loss(samples, loss, affine) };
        self.through_loss = ThroughLoss::of(samples, self.interval, &modes, (loss, affine), true);
        self.modes = modes;
        self
    }

    /// Of columns that are a part of the state: what they teach alone, and what they teach with delayed copies beside them.
    pub(super) fn with_delays(mut self, samples: &Paths, count: usize, loss: Loss) -> Self {
        if !self.linear {
            return self;
        }
        self.tell_alone(&part_of_state::alone(samples, self.interval, (loss, true)).unwrap_or_default());
        let settled = self.settled_modes().next().is_some();
        let Some(chosen) = part_of_state::chosen(samples, self.interval, &self.modes, count).filter(|_| settled) else { return self };
        let copies = part_of_state::delayed(samples, chosen);
        self.through_loss = ThroughLoss::of(&copies, self.interval, &self.modes, (loss, true), self.is_noise_driven());
        for caveat in &mut self.caveats {
            if let Caveat::PartOfState { delays, .. } = caveat {
                *delays = Some(chosen);
            }
        }
        self
    }

    /// Notes what the columns teach alone.
    fn tell_alone(&mut self, learned: &[Mode]) {
        for caveat in &mut self.caveats {
            if let Caveat::PartOfState { alone, .. } = caveat {
                *alone = learned.iter().map(|mode| [mode.lambda.re, mode.lambda.im]).collect();
            }
        }
    }

    /// How many modes the samples show, where that is more than there are columns.
    pub(super) fn hidden(&self) -> Option<usize> {
        self.caveats.iter().find_map(|caveat| match caveat {
            Caveat::PartOfState { modes, .. } => Some(*modes),
            _ => None,
        })
    }

    fn is_noise_driven(&self) -> bool {
        self.caveats.iter().any(|caveat| matches!(caveat, Caveat::NoiseDriven { .. }))
    }
}
