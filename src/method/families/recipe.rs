//! Methods that are told as a recipe: values combined from earlier values and evaluations.

use super::FamilyError;
use crate::exact::{Number, ratio};
use crate::method::{Identity, Method, RungeKutta};
use num_rational::BigRational;
use num_traits::Zero;

/// A value `y + h Σ_j w_j F_j`, by its weights `w` on the evaluations made so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Value(Vec<BigRational>);

impl Value {
    /// `Σ α_i Y_i`, for factors α that add up to one.
    pub fn mix(parts: &[(BigRational, &Value)]) -> Self {
        let mut sum = Self::default();
        for (factor, part) in parts {
            for (j, w) in part.0.iter().enumerate() {
                sum = sum.plus(&(factor * w), j);
            }
        }
        sum
    }

    /// `Y + h w F_j`.
    pub fn plus(mut self, w: &BigRational, j: usize) -> Self {
        if self.0.len() <= j {
            self.0.resize(j + 1, BigRational::zero());
        }
        self.0[j] += w;
        self
    }
}

/// The evaluations of a recipe, one stage each.
#[derive(Debug, Default)]
pub(super) struct Recipe {
    rows: Vec<Value>,
}

impl Recipe {
    /// Evaluates the vector field at a value: the index of `F_j = f(Y)`.
    pub fn evaluate(&mut self, value: &Value) -> usize {
        self.rows.push(value.clone());
        self.rows.len() - 1
    }

    /// Solves `Y = value + h w f(Y)`: the new value and the index of its evaluation.
    pub fn solve(&mut self, value: &Value, w: &BigRational) -> (Value, usize) {
        let stage = self.rows.len();
        let solved = value.clone().plus(w, stage);
        self.rows.push(solved.clone());
        (solved, stage)
    }

    /// The method whose step ends at `last`; `embedded` ends its companion.
    pub fn finish(self, identity: Identity, last: &Value, embedded: Option<&Value>) -> Result<Method, FamilyError> {
        let stages = self.rows.len();
        let padded = |value: &Value| -> Vec<Number> {
            let mut row = value.0.clone();
            row.resize(stages, BigRational::zero());
            row.into_iter().map(Number::from).collect()
        };
        let a = self.rows.iter().map(padded).collect();
        Ok(Method::RungeKutta(RungeKutta::new(identity, a, padded(last), embedded.map(padded), None)?))
    }
}

/// The integer as a rational.
pub(super) fn whole(n: usize) -> BigRational {
    ratio(n as i64, 1)
}
