//! Elementary weights Φ(t): the coefficients of a Runge–Kutta method's expansion over rooted trees.

use super::prime_field::common_multiple;
use super::trees::{Tree, Trees};
use crate::exact::{Number, Ring};
use crate::method::RungeKutta;
use num_bigint::BigInt;
use num_rational::BigRational;
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
    for t in trees.iter() {
        let stages = match trees.split(t) {
            None => vec![T::one(); b.len()],
            Some((u, v)) => inner[u.index()].iter().zip(&edge[v.index()]).map(|(x, y)| x.clone() * y).collect(),
        };
        // The largest trees are no branch of any other.
        if trees.order(t) < trees.max_order() {
            edge.push(a.iter().map(|row| dot(row, &stages)).collect());
        }
        inner.push(stages);
    }
    inner.iter().map(|stages| dot(b, stages)).collect()
}

/// Φ(t) of one tree.
pub fn elementary_weight(method: &RungeKutta, trees: &Trees, t: Tree) -> Number {
    weight(method.a(), method.b(), trees, t)
}

/// Φ(t) of one tree, its subtrees computed once each.
///
/// Rationals go over common denominators: `D_b D_a^(|t|−1) Φ(t)` is the weight of the integer tableau `D_a A`, `D_b b`, and one fraction is reduced
/// at the end in place of one after each operation.
pub(super) fn weight(a: &[Vec<Number>], b: &[Number], trees: &Trees, t: Tree) -> Number {
    let rows: Option<Vec<Vec<&BigRational>>> = a.iter().map(|row| row.iter().map(Number::as_rational).collect()).collect();
    let weights: Option<Vec<&BigRational>> = b.iter().map(Number::as_rational).collect();
    let (Some(rows), Some(weights)) = (rows, weights) else { return weight_over(a, b, trees, t) };
    let d_a = common_multiple(rows.iter().flatten().map(|q| q.denom()));
    let d_b = common_multiple(weights.iter().map(|q| q.denom()));
    let integers = |list: &[&BigRational], d: &BigInt| -> Vec<BigInt> { list.iter().map(|q| q.numer() * (d / q.denom())).collect() };
    let rows: Vec<Vec<BigInt>> = rows.iter().map(|row| integers(row, &d_a)).collect();
    let numerator = weight_over(&rows, &integers(&weights, &d_b), trees, t);
    Number::from(BigRational::new(numerator, d_b * num_traits::pow(d_a, trees.order(t) - 1)))
}

fn weight_over<T: Ring>(a: &[Vec<T>], b: &[T], trees: &Trees, t: Tree) -> T {
    let mut known = HashMap::new();
    dot(b, &stages(a, trees, t, &mut known))
}

/// `Σ x_i y_i`.
fn dot<T: Ring>(x: &[T], y: &[T]) -> T {
    x.iter().zip(y).fold(T::zero(), |sum, (x, y)| sum + x.clone() * y)
}

/// Φ_i(t).
fn stages<T: Ring>(a: &[Vec<T>], trees: &Trees, t: Tree, known: &mut HashMap<Tree, Vec<T>>) -> Vec<T> {
    if let Some(stages) = known.get(&t) {
        return stages.clone();
    }
    let result: Vec<T> = match trees.split(t) {
        None => vec![T::one(); a.len()],
        Some((u, v)) => {
            let (rest, branch) = (stages(a, trees, u, known), stages(a, trees, v, known));
            rest.into_iter().zip(a).map(|(x, row)| x * dot(row, &branch)).collect()
        }
    };
    known.insert(t, result.clone());
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};

    #[test]
    fn one_tree_at_a_time_and_all_together_agree() {
        let trees = Trees::up_to(6).unwrap();
        for name in ["rk4", "gauss2", "dormand-prince5"] {
            let Ok(Method::RungeKutta(method)) = catalog::find(name) else { panic!("{name}") };
            let all = elementary_weights(method.a(), method.b(), &trees);
            for (t, weight) in trees.iter().zip(all) {
                assert_eq!(elementary_weight(&method, &trees, t), weight, "{name} {}", trees.bracket(t));
            }
        }
    }
}
