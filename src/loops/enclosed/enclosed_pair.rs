//! One attempted step over a box of modes.

use super::complex_jet::ComplexJet;
use super::not_enclosed::NotEnclosed;
use super::step_polynomials::{StepPolynomials, Terms};
use crate::exact::jet::Jet;
use crate::loops::embedded_pair::{EmbeddedPair, ErrorWeights};
use crate::loops::stages::{MOST_STAGES, weighted};

/// The value and slope of a mode, as multiples of its start.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub value: ComplexJet,
    pub slope: ComplexJet,
}

/// A step of a mode: its scaled stages where they are at hand, its error estimates and where it leads.
pub(super) struct Attempted {
    stages: Option<[ComplexJet; MOST_STAGES]>,
    pub errors: [ComplexJet; 2],
    pub end: State,
}

/// A pair, ready to be enclosed.
pub(super) struct EnclosedPair<'a> {
    pair: &'a EmbeddedPair,
    weights: [&'a [f64]; 2],
    polynomials: Option<(StepPolynomials, [Terms; 2])>,
}

impl<'a> EnclosedPair<'a> {
    pub(super) fn of(pair: &'a EmbeddedPair) -> Result<Self, NotEnclosed> {
        let weights = Self::weights(pair)?;
        let polynomials = StepPolynomials::of(pair).map(|steps| {
            let errors = weights.map(|w| steps.combined(w));
            (steps, errors)
        });
        Ok(Self { pair, weights, polynomials })
    }

    /// The weights of the one or two error estimates.
    fn weights(pair: &EmbeddedPair) -> Result<[&[f64]; 2], NotEnclosed> {
        match &pair.error {
            ErrorWeights::Weighted(weights) => Ok([weights, &[]]),
            ErrorWeights::Dop853 { fifth, third } => Ok([fifth, third]),
            ErrorWeights::None => Ok([&[], &[]]),
            ErrorWeights::Collocation => Err(NotEnclosed::Iterates),
        }
    }

    /// Takes a step of size h on ẏ = μy, as [`EmbeddedPair::attempt`] does.
    pub(super) fn attempt(&self, mode: ComplexJet, step: Jet, from: State) -> Attempted {
        let z = mode * step;
        if let Some((steps, errors)) = &self.polynomials {
            let value = steps.end(z) * from.value;
            let errors = [errors[0].at(z) * from.value, errors[1].at(z) * from.value];
            return Attempted { stages: None, errors, end: State { value, slope: mode * value } };
        }
        let (pair, s) = (self.pair, self.pair.stages);
        let one = ComplexJet::constant(1.0.into());
        let mut k = [ComplexJet::default(); MOST_STAGES];
        for i in 0..s {
            let row = &pair.a[i * s..i * s + s];
            if i == 0 && pair.carries_last_stage {
                k[0] = from.slope * step;
                continue;
            }
            let sum = from.value + weighted(&row[..i], &k);
            k[i] = if row[i] == 0.0 { z * sum } else { z * sum * (one - z * row[i]).inverse() };
        }
        let value = from.value + weighted(&pair.b, &k);
        let slope = if pair.carries_last_stage { k[s - 1] * (Jet::from(1.0) / step) } else { mode * value };
        let errors = self.weights.map(|weights| weighted(weights, &k));
        Attempted { stages: Some(k), errors, end: State { value, slope } }
    }

    /// The stages of a step, those of its interpolant included.
    pub(super) fn stages(&self, z: ComplexJet, from: State, step: &Attempted) -> [ComplexJet; MOST_STAGES] {
        let mut stages = match (&step.stages, &self.polynomials) {
            (Some(stages), _) => *stages,
            (None, Some((steps, _))) => steps.stages(z).map(|k| k * from.value),
            (None, None) => [ComplexJet::default(); MOST_STAGES],
        };
        for (i, row) in self.pair.interpolant_rows.iter().enumerate() {
            stages[self.pair.stages + i] = z * (from.value + weighted(row, &stages));
        }
        stages
    }
}
