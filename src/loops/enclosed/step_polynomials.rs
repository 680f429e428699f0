//! One explicit step as polynomials in z = hμ with enclosed coefficients.
//!
//! Over a box of z the error estimate is Σ e_j z^j. Summed up stage by stage it would be known no better than the stages, of which it is a
//! millionth or less; as a polynomial, whose low powers vanish, it is known as well as z.

use super::complex_jet::ComplexJet;
use crate::exact::tight_ball::TightBall;
use crate::loops::embedded_pair::EmbeddedPair;
use crate::loops::stages::{MOST_STAGES, weighted};
use std::ops::{Add, Mul, Sub};

/// More powers than any step of a library's pair has.
const POWERS: usize = MOST_STAGES + 2;

/// A polynomial, lowest power first.
#[derive(Clone, Copy)]
pub(super) struct Terms([TightBall; POWERS]);

impl Default for Terms {
    fn default() -> Self {
        Self([TightBall::default(); POWERS])
    }
}

impl Terms {
    fn one() -> Self {
        let mut one = Self::default();
        one.0[0] = TightBall::exactly(1.0);
        one
    }

    /// z times it.
    fn raised(self) -> Self {
        let mut raised = Self::default();
        raised.0[1..].copy_from_slice(&self.0[..POWERS - 1]);
        raised
    }

    /// Its value, by Horner's rule.
    pub(super) fn at(&self, z: ComplexJet) -> ComplexJet {
        let degree = self.0.iter().rposition(|c| c.size() > f64::MIN_POSITIVE * 1e6).unwrap_or(0);
        let mut sum = ComplexJet::default();
        for c in self.0[..=degree].iter().rev() {
            sum = sum * z;
            sum.re.value = sum.re.value + *c;
        }
        sum
    }
}

impl Add for Terms {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] + other.0[k]))
    }
}

impl Sub for Terms {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(std::array::from_fn(|k| self.0[k] - other.0[k]))
    }
}

impl Mul<f64> for Terms {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self(self.0.map(|c| c.times(factor)))
    }
}

/// A step from 1, stage by stage.
pub(super) struct StepPolynomials {
    stages: [Terms; MOST_STAGES],
    count: usize,
    end: Terms,
}

impl StepPolynomials {
    /// `None` where a stage solves an equation, or is no polynomial of z alone.
    pub(super) fn of(pair: &EmbeddedPair) -> Option<Self> {
        pair.evaluations()?;
        if pair.carries_last_stage {
            return None;
        }
        let s = pair.stages;
        let mut stages = [Terms::default(); MOST_STAGES];
        for i in 0..s {
            stages[i] = (Terms::one() + weighted(&pair.a[i * s..i * s + i], &stages)).raised();
        }
        Some(Self { stages, count: s, end: Terms::one() + weighted(&pair.b, &stages) })
    }

    /// The value at the end.
    pub(super) fn end(&self, z: ComplexJet) -> ComplexJet {
        self.end.at(z)
    }

    /// The stages h·k_i.
    pub(super) fn stages(&self, z: ComplexJet) -> [ComplexJet; MOST_STAGES] {
        std::array::from_fn(|i| if i < self.count { self.stages[i].at(z) } else { ComplexJet::default() })
    }

    /// Σ w_i k_i.
    pub(super) fn combined(&self, weights: &[f64]) -> Terms {
        weighted(weights, &self.stages)
    }
}
