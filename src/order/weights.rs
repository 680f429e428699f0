//! Elementary weights Φ(t): the coefficients of a Runge–Kutta method's expansion over rooted trees.

use super::trees::{Tree, Trees};
use crate::exact::{Number, Ring};
use crate::method::RungeKutta;
use std::collections::HashMap;

/// Φ(t) for every tree of the table: `Φ(t) = Σ_i b_i Φ_i(t)`, `Φ_i(τ) = 1`, `Φ_i(u ∘ v) = Φ_i(u) Σ_j a_ij Φ_j(v)`.
///
/// `a` is s × s, `b` has s entries. One product of s numbers and one by A a tree, since subtrees are shared.
///
/// ```
/// use lambdahat::order::{Trees, elementary_weights};
/// let trees = Trees::up_to(3).unwrap();
/// // explicit midpoint
/// let weights = elementary_weights(&[vec![0.0, 0.0], vec![0.5, 0.0]], &[0.0, 1.0], &trees);
/// assert_eq!(weights, [1.0, 0.5, 0.25, 0.0]);
/// ```
pub fn elementary_weights<T: Ring>(a: &[Vec<T>], b: &[T], trees: &Trees) -> Vec<T> {
    let mut inner: Vec<Vec<T>> = Vec::with_capacity(trees.count());
    let mut edge: Vec<Vec<T>> = Vec::with_capacity(trees.count());
    let sum = |x: &[T], y: &[T]| {
        x.iter().zip(y).filter(|(x, _)| !x.is_zero()).fold(T::zero(), |sum, (x, y)| sum + x.clone() * y)
    };
    for t in trees.iter() {
        let stages = match trees.split(t) {
            None => vec![T::one(); b.len()],
            Some((u, v)) => inner[u.index()].iter().zip(&edge[v.index()]).map(|(x, y)| x.clone() * y).collect(),
        };
        // The largest trees are no branch of any other.
        if trees.order(t) < trees.max_order() {
            edge.push(a.iter().map(|row| sum(row, &stages)).collect());
        }
        inner.push(stages);
    }
    inner.iter().map(|stages| sum(b, stages)).collect()
}

/// Φ(t) of one tree.
pub fn elementary_weight(method: &RungeKutta, trees: &Trees, t: Tree) -> Number {
    weight(method.a(), method.b(), trees, t)
}

/// Φ(t) of one tree, its subtrees computed once each.
pub(super) fn weight(a: &[Vec<Number>], b: &[Number], trees: &Trees, t: Tree) -> Number {
    let mut known = HashMap::new();
    dot(b, &stages(a, trees, t, &mut known))
}

fn dot(x: &[Number], y: &[Number]) -> Number {
    x.iter().zip(y).fold(Number::from(0), |sum, (x, y)| sum + x.clone() * y)
}

/// Φ_i(t).
fn stages(a: &[Vec<Number>], trees: &Trees, t: Tree, known: &mut HashMap<Tree, Vec<Number>>) -> Vec<Number> {
    if let Some(stages) = known.get(&t) {
        return stages.clone();
    }
    let result = match trees.split(t) {
        None => vec![Number::from(1); a.len()],
        Some((u, v)) => {
            let (rest, branch) = (stages(a, trees, u, known), stages(a, trees, v, known));
            rest.into_iter().zip(a).map(|(x, row)| x * dot(row, &branch)).collect()
        }
    };
    known.insert(t, result.clone());
    result
}
