//! Elementary differentials F(t) of a polynomial field, formed where they are asked for and kept: they are the field's, and each method only weighs them.

use super::modified::LARGEST_POWER;
use super::prime_field::common_multiple;
use super::trees::{Tree, Trees};
use crate::dynamics::{Multivariate, PolynomialField};
use crate::exact::Integer;
use num_bigint::BigInt;
use rayon::prelude::*;
use std::sync::OnceLock;

type IntegerPolynomial = Multivariate<Integer>;

/// Of a field with integer coefficients over one denominator D: `D^|t| F(t)`.
pub(crate) struct Differentials {
    variables: Vec<String>,
    components: Vec<IntegerPolynomial>,
    degree: usize,
    denominator: BigInt,
    /// By the trees' index; None inside where F(t) vanishes.
    values: Vec<OnceLock<Option<Vec<IntegerPolynomial>>>>,
}

impl Differentials {
    /// None of them formed yet.
    pub(crate) fn of(field: &PolynomialField) -> Self {
        let coefficients = field.components().iter().flat_map(|p| p.terms());
        let denominator = common_multiple(coefficients.map(|(_, c)| c.denom()));
        let components = field.components().iter().map(|p| p.map(|c| Integer::from(c.numer() * (&denominator / c.denom()))));
        let count = Trees::up_to(LARGEST_POWER + 1).map_or(0, |trees| trees.count());
        Self {
            variables: field.variables().to_vec(),
            components: components.collect(),
            degree: field.degree(),
            denominator,
            values: (0..count).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The field's variables.
    pub(crate) fn variables(&self) -> &[String] {
        &self.variables
    }

    /// D.
    pub(crate) fn denominator(&self) -> &BigInt {
        &self.denominator
    }

    /// `D^|t| F(t)`; `None` where it vanishes or was not formed.
    pub(crate) fn value(&self, t: Tree) -> Option<&Vec<IntegerPolynomial>> {
        self.values.get(t.index())?.get()?.as_ref()
    }

    /// `F([t₁…t_k])_i = Σ ∂^k f_i/∂x_{j₁}…∂x_{j_k} F(t₁)_{j₁} … F(t_k)_{j_k}`, where wanted or part of what is wanted. A vertex with more
    /// branches than the field's degree makes F(t) vanish. `None` when stopped.
    pub(crate) fn form(&self, trees: &Trees, wanted: impl Fn(Tree) -> bool, stop: &(dyn Fn() -> bool + Sync)) -> Option<()> {
        let alive: Vec<bool> = trees.iter().fold(Vec::with_capacity(trees.count()), |mut alive, t| {
            let branches = trees.branches(t);
            let lives = branches.len() <= self.degree && branches.iter().all(|b| alive[b.index()]);
            alive.push(lives);
            alive
        });
        let mut needed: Vec<bool> = trees.iter().map(|t| alive[t.index()] && wanted(t)).collect();
        for t in trees.iter().rev().filter(|t| alive[t.index()]) {
            if needed[t.index()] {
                trees.branches(t).iter().for_each(|b| needed[b.index()] = true);
            }
        }
        for n in 1..=trees.max_order() {
            let of_order: Vec<Tree> = trees.of_order(n).filter(|t| needed[t.index()]).collect();
            of_order.par_iter().filter(|_| !stop()).for_each(|&t| {
                self.values[t.index()].get_or_init(|| self.contracted(trees, t));
            });
            if stop() {
                return None;
            }
        }
        Some(())
    }

    /// Of a tree whose branches' values are known.
    fn contracted(&self, trees: &Trees, t: Tree) -> Option<Vec<IntegerPolynomial>> {
        let branches = trees.branches(t).iter().map(|b| self.value(*b)).collect::<Option<Vec<_>>>()?;
        let value: Vec<IntegerPolynomial> = self.components.iter().map(|p| contract(p, &branches)).collect();
        value.iter().any(|p| !p.is_zero()).then_some(value)
    }
}

/// The derivatives of p in the directions of the branches, one after another.
fn contract(p: &IntegerPolynomial, branches: &[&Vec<IntegerPolynomial>]) -> IntegerPolynomial {
    let Some((first, rest)) = branches.split_first() else { return p.clone() };
    let parts = first.iter().enumerate().filter(|(_, direction)| !direction.is_zero()).map(|(j, direction)| {
        let slope = p.derivative(j);
        if slope.is_zero() { slope } else { contract(&slope, rest).times(direction) }
    });
    parts.fold(IntegerPolynomial::zero(), |sum, part| sum.plus(&part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Method, catalog};
    use crate::order::FieldExpansion;

    /// What one method had formed serves the next, in whatever order: the same expansions as of its own.
    #[test]
    fn kept_differentials_give_the_same_expansions() {
        let field = PolynomialField::parse("x = 'y - 1/3*x*y'\ny = '-x + y^2 - 2*x^2*y'", "example").unwrap();
        let kept = Differentials::of(&field);
        for (name, power) in [("rk4", 6), ("forward-euler", 4), ("implicit-midpoint", 7), ("forward-euler", 7), ("dormand-prince5", 3)] {
            let Ok(Method::RungeKutta(method)) = catalog::find(name) else { panic!("{name}") };
            let (one, other) =
                (FieldExpansion::inverse_of(&method, &kept, power).unwrap(), FieldExpansion::inverse(&method, &field, power).unwrap());
            assert_eq!(one.report(), other.report(), "{name}");
        }
    }
}
