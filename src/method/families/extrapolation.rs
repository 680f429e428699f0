//! Extrapolation methods as Runge–Kutta tableaux: Aitken–Neville on Euler, the midpoint rule and implicit Euler.

use super::FamilyError;
use super::recipe::{Recipe, Value, whole};
use crate::method::{Identity, Method};
use num_rational::BigRational;
use num_traits::One;

/// Explicit Euler with 1, 2, …, k substeps, extrapolated to order k.
pub(super) fn euler(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    let mut recipe = Recipe::default();
    let first = recipe.evaluate(&Value::default());
    let column = (1..=k)
        .map(|n| {
            let h = whole(n).recip();
            let mut value = Value::default().plus(&h, first);
            for _ in 1..n {
                let stage = recipe.evaluate(&value);
                value = value.plus(&h, stage);
            }
            value
        })
        .collect();
    finish(recipe, column, identity, whole)
}

/// Gragg's explicit midpoint rule with 2, 4, …, 2k substeps, extrapolated in h² to order 2k (no smoothing step).
pub(super) fn midpoint(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    let mut recipe = Recipe::default();
    let first = recipe.evaluate(&Value::default());
    let column = (1..=k)
        .map(|j| {
            let h = whole(2 * j).recip();
            let (mut before, mut now) = (Value::default(), Value::default().plus(&h, first));
            for _ in 1..2 * j {
                let stage = recipe.evaluate(&now);
                let next = before.plus(&(&h + &h), stage);
                before = std::mem::replace(&mut now, next);
            }
            now
        })
        .collect();
    finish(recipe, column, identity, |j| whole(j) * whole(j))
}

/// Implicit Euler with 1, 2, …, k substeps, extrapolated to order k.
pub(super) fn implicit_euler(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    let mut recipe = Recipe::default();
    let column = (1..=k)
        .map(|n| {
            let h = whole(n).recip();
            (0..n).fold(Value::default(), |value, _| recipe.solve(&value, &h).0)
        })
        .collect();
    finish(recipe, column, identity, whole)
}

/// Aitken–Neville, `T_{j,m+1} = T_{j,m} + (T_{j,m} − T_{j−1,m})/(q_j/q_{j−m} − 1)`, with `q` the substeps to the power of the expansion.
///
/// The entry before the last, `T_{k,k−1}`, is the embedded method.
fn finish(recipe: Recipe, mut column: Vec<Value>, identity: Identity, q: impl Fn(usize) -> BigRational) -> Result<Method, FamilyError> {
    let k = column.len();
    let mut embedded = None;
    for m in 1..k {
        if m == k - 1 {
            embedded = column.last().cloned();
        }
        column = (1..column.len())
            .map(|i| {
                let j = i + m;
                let share = (q(j) / q(j - m) - BigRational::one()).recip();
                Value::mix(&[(BigRational::one() + &share, &column[i]), (-share, &column[i - 1])])
            })
            .collect();
    }
    recipe.finish(identity, &column[0], embedded.as_ref())
}
