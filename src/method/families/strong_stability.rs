//! The optimal strong-stability-preserving methods of order 2 and 3 with many stages.

use super::FamilyError;
use super::recipe::{Recipe, Value, whole};
use crate::method::{Identity, Method};
use num_traits::One;

/// s stages, order 2, coefficient s − 1: Euler steps of h/(s − 1), the last one mixed with the start.
pub(super) fn order2(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    let mut recipe = Recipe::default();
    let h = whole(s - 1).recip();
    let mut value = Value::default();
    for _ in 0..s {
        let stage = recipe.evaluate(&value);
        value = value.plus(&h, stage);
    }
    let share = whole(s).recip();
    let last = Value::mix(&[(whole(1) - &share, &value), (share, &Value::default())]);
    recipe.finish(identity, &last, None)
}

/// s = n² stages, order 3, coefficient n² − n: Euler steps of h/(n² − n), where step n(n+1)/2 is mixed with an earlier value.
pub(super) fn order3(s: usize, identity: Identity) -> Result<Method, FamilyError> {
    let n = s.isqrt();
    if n * n != s {
        return Err(FamilyError::Square { family: "ssprk3", stages: s });
    }
    let mut recipe = Recipe::default();
    let h = whole(s - n).recip();
    let (early, late) = ((n - 1) * (n - 2) / 2, n * (n + 1) / 2);
    let share = whole(n - 1) / whole(2 * n - 1);
    let mut values = vec![Value::default()];
    for i in 1..=s {
        let before = &values[i - 1];
        let stage = recipe.evaluate(before);
        let stepped = before.clone().plus(&h, stage);
        let next = if i == late {
            Value::mix(&[(share.clone(), &stepped), (num_rational::BigRational::one() - &share, &values[early])])
        } else {
            stepped
        };
        values.push(next);
    }
    recipe.finish(identity, &values[s], None)
}
