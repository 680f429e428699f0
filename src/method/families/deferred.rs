//! Spectral deferred correction of explicit Euler, as a Runge–Kutta tableau.

use super::FamilyError;
use super::recipe::{Recipe, Value, whole};
use super::steps::interpolation_integral;
use crate::method::{Identity, Method};

/// k equal intervals and k sweeps, order k + 1:
/// `y⁺_{m+1} = y⁺_m + (h/k)(F(y⁺_m) − F(y_m)) + ∫ of the interpolant of F(y) over the interval`.
pub(super) fn euler(k: usize, identity: Identity) -> Result<Method, FamilyError> {
    let mut recipe = Recipe::default();
    let nodes: Vec<_> = (0..=k).map(|m| whole(m) / whole(k)).collect();
    let h = whole(k).recip();
    let weights: Vec<Vec<_>> = (0..k).map(|m| interpolation_integral(&nodes, &nodes[m], &nodes[m + 1])).collect();
    let first = recipe.evaluate(&Value::default());
    // The evaluations at the nodes in the sweep before.
    let mut old = vec![first];
    let mut value = Value::default();
    for m in 0..k {
        value = value.plus(&h, old[m]);
        old.push(recipe.evaluate(&value));
    }
    for sweep in 1..=k {
        let mut value = Value::default();
        let mut new = vec![first];
        for m in 0..k {
            value = value.plus(&h, new[m]).plus(&-h.clone(), old[m]);
            for (w, &stage) in weights[m].iter().zip(&old) {
                value = value.plus(w, stage);
            }
            if sweep < k || m + 1 < k {
                new.push(recipe.evaluate(&value));
            }
        }
        if sweep == k {
            return recipe.finish(identity, &value, None);
        }
        old = new;
    }
    recipe.finish(identity, &value, None)
}
