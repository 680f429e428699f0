//! One step of an explicit pair as polynomials in z = hμ, with bounds of their rounding.

use super::dense::Dense;
use super::embedded_pair::EmbeddedPair;
use super::stages::{MOST_STAGES, weighted};
use std::ops::{Add, Mul, Sub};

/// More powers than any step of a library's pair has, its interpolant included.
const POWERS: usize = MOST_STAGES + 2;

/// A polynomial in z: coefficients, and for each the sum of the sizes of everything that was added up for it. With n operations in a
/// row the rounding of a coefficient is at most n ε times that sum.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Terms {
    pub value: [f64; POWERS],
    pub size: [f64; POWERS],
}

impl Terms {
    fn one() -> Self {
        let mut one = Self::default();
        (one.value[0], one.size[0]) = (1.0, 1.0);
        one
    }

    /// z times it.
    fn raised(self) -> Self {
        let mut raised = Self::default();
        raised.value[1..].copy_from_slice(&self.value[..POWERS - 1]);
        raised.size[1..].copy_from_slice(&self.size[..POWERS - 1]);
        raised
    }

    fn zip(self, other: Self, value: impl Fn(f64, f64) -> f64) -> Self {
        let mut sum = self;
        for k in 0..POWERS {
            sum.value[k] = value(self.value[k], other.value[k]);
            sum.size[k] = self.size[k] + other.size[k];
        }
        sum
    }
}

impl Add for Terms {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }
}

impl Sub for Terms {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }
}

impl Mul<f64> for Terms {
    type Output = Self;

    fn mul(self, factor: f64) -> Self {
        Self { value: self.value.map(|x| x * factor), size: self.size.map(|x| x * factor.abs()) }
    }
}

/// A step from 1 as polynomials in z.
pub(crate) struct StepSeries {
    stages: [Terms; MOST_STAGES],
    /// R(z).
    pub end: Terms,
    last: usize,
    /// Operations in a row behind a coefficient, at most.
    pub depth: f64,
}

impl StepSeries {
    /// `None` for an implicit pair.
    pub(crate) fn of(pair: &EmbeddedPair) -> Option<Self> {
        pair.evaluations()?;
        let s = pair.stages;
        let mut stages = [Terms::default(); MOST_STAGES];
        for i in 0..s {
            stages[i] = (Terms::one() + weighted(&pair.a[i * s..i * s + i], &stages)).raised();
        }
        let end = Terms::one() + weighted(&pair.b, &stages);
        for (i, row) in pair.interpolant_rows.iter().enumerate() {
            stages[s + i] = (Terms::one() + weighted(row, &stages)).raised();
        }
        let all = (s + pair.interpolant_rows.len()) as f64;
        // Each stage adds as many terms as there are before it, each a product of rounded numbers.
        Some(Self { stages, end, last: s - 1, depth: 2.0 * all * (all + 3.0) + 64.0 })
    }

    /// Σ w_i k_i.
    pub(crate) fn combined(&self, weights: &[f64]) -> Terms {
        weighted(weights, &self.stages)
    }

    /// The interpolant at θ.
    pub(crate) fn inside(&self, dense: &Dense, theta: f64) -> Terms {
        let one = Terms::one();
        dense.value(theta, [one.raised(), self.end.raised()], self.last, one, self.end, &self.stages)
    }
}
