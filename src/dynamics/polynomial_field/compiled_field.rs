//! A polynomial field in doubles, for stepping: each monomial is one product of an earlier one and a variable.

use super::super::Field;
use super::super::enclosure::Interval;
use super::{Monomial, PolynomialField};
use crate::exact::rational;
use std::collections::BTreeMap;

/// A coefficient and the exponents of all variables.
type Term = (f64, Vec<u32>);

/// A polynomial field in doubles, for stepping.
#[derive(Clone, Debug, PartialEq)]
pub struct CompiledField {
    /// For each component its terms.
    components: Vec<Vec<Term>>,
    /// For each component and variable the terms of the derivative.
    derivatives: Vec<Vec<Term>>,
    monomials: Monomials,
    values: Sums,
    slopes: Sums,
}

/// Monomials so ordered that each but the first, 1, is an earlier one times a variable.
#[derive(Clone, Debug, PartialEq)]
struct Monomials {
    /// Of each after the first: the earlier one, and the variable.
    factors: Vec<(usize, usize)>,
}

/// Polynomials as sums over monomials.
#[derive(Clone, Debug, PartialEq)]
struct Sums {
    /// The monomial's place and its coefficient, one polynomial after the other.
    terms: Vec<(usize, f64)>,
    /// Where each polynomial ends in `terms`.
    ends: Vec<usize>,
}

/// Up to so many monomials are held on the stack.
const ON_STACK: usize = 128;
/// A cubic field of three variables has so many.
const FEW: usize = 20;

impl CompiledField {
    /// `Σ weight · field` over fields in the same variables: a truncated expansion at one h. Empty for an empty list.
    pub fn combination(fields: &[(f64, &PolynomialField)]) -> Self {
        let d = fields.first().map_or(0, |(_, field)| field.variables.len());
        let component = |i: usize| {
            let mut terms: BTreeMap<Monomial, f64> = BTreeMap::new();
            for (weight, field) in fields {
                for (m, c) in field.components[i].terms() {
                    *terms.entry(*m).or_default() += weight * rational::to_f64(c);
                }
            }
            terms.into_iter().map(|(m, c)| (c, (0..d).map(|i| m.exponent(i) as u32).collect())).collect()
        };
        Self::of_terms((0..d).map(component).collect())
    }

    /// A field from the terms of its components, each a coefficient and the exponents of all variables.
    pub fn of_terms(components: Vec<Vec<(f64, Vec<u32>)>>) -> Self {
        let d = components.len();
        let slope = |terms: &[Term], j: usize| {
            let term = |(c, exponents): &Term| {
                let mut lower = exponents.clone();
                lower[j] = exponents[j].checked_sub(1)?;
                Some((c * f64::from(exponents[j]), lower))
            };
            terms.iter().filter_map(term).collect::<Vec<_>>()
        };
        let derivatives: Vec<Vec<Term>> = (0..d * d).map(|k| slope(&components[k / d], k % d)).collect();
        let mut places: BTreeMap<Vec<u32>, usize> = BTreeMap::from([(vec![0; d], 0)]);
        let mut factors = Vec::new();
        let mut sums = |polynomials: &[Vec<Term>]| {
            let (mut terms, mut ends) = (Vec::new(), Vec::with_capacity(polynomials.len()));
            for polynomial in polynomials {
                terms.extend(polynomial.iter().map(|(c, exponents)| (placed(exponents, &mut places, &mut factors), *c)));
                ends.push(terms.len());
            }
            Sums { terms, ends }
        };
        let (values, slopes) = (sums(&components), sums(&derivatives));
        Self { components, derivatives, monomials: Monomials { factors }, values, slopes }
    }

    /// What the components can be over a box.
    pub(in super::super) fn range(&self, cell: &[Interval]) -> Vec<Interval> {
        self.components.iter().map(|terms| enclosed(terms, cell)).collect()
    }

    /// What the derivatives can be over a box, row by row.
    pub(in super::super) fn slopes(&self, cell: &[Interval]) -> Vec<Interval> {
        self.derivatives.iter().map(|terms| enclosed(terms, cell)).collect()
    }

    fn evaluate(&self, sums: &Sums, x: &[f64], out: &mut [f64]) {
        let count = self.monomials.factors.len() + 1;
        // To clear the larger array would cost more than to fill a few places.
        if count <= FEW {
            self.evaluate_in(&mut [1.0; FEW][..count], sums, x, out);
        } else if count <= ON_STACK {
            self.evaluate_in(&mut [1.0; ON_STACK][..count], sums, x, out);
        } else {
            self.evaluate_in(&mut vec![1.0; count], sums, x, out);
        }
    }

    /// The same, with a place for each monomial, the first of which is 1.
    fn evaluate_in(&self, monomials: &mut [f64], sums: &Sums, x: &[f64], out: &mut [f64]) {
        for (k, &(earlier, variable)) in self.monomials.factors.iter().enumerate() {
            monomials[k + 1] = monomials[earlier] * x[variable];
        }
        let mut from = 0;
        for (out, &end) in out.iter_mut().zip(&sums.ends) {
            let mut sum = 0.0;
            for &(place, c) in &sums.terms[from..end] {
                sum += c * monomials[place];
            }
            *out = sum;
            from = end;
        }
    }
}

/// The place of a monomial, which is added with all that it is a product of where it is new.
fn placed(exponents: &[u32], places: &mut BTreeMap<Vec<u32>, usize>, factors: &mut Vec<(usize, usize)>) -> usize {
    let mut chain = Vec::new();
    let mut here = exponents.to_vec();
    let mut place = loop {
        if let Some(&place) = places.get(&here) {
            break place;
        }
        // 1 is there from the start, so that some exponent is positive.
        let variable = here.iter().rposition(|&n| n > 0).unwrap_or(0);
        chain.push((here.clone(), variable));
        here[variable] = here[variable].saturating_sub(1);
    };
    for (monomial, variable) in chain.into_iter().rev() {
        factors.push((place, variable));
        place = factors.len();
        places.insert(monomial, place);
    }
    place
}

fn enclosed(terms: &[Term], cell: &[Interval]) -> Interval {
    terms.iter().fold(Interval::point(0.0), |sum, (c, exponents)| {
        let powers = exponents.iter().zip(cell).filter(|(n, _)| **n > 0);
        sum + powers.fold(Interval::point(*c), |product, (&n, side)| product * side.power(n))
    })
}

impl Field for CompiledField {
    fn dimension(&self) -> usize {
        self.components.len()
    }

    fn value(&self, x: &[f64], out: &mut [f64]) {
        self.evaluate(&self.values, x, out);
    }

    fn jacobian(&self, x: &[f64], out: &mut [f64]) {
        self.evaluate(&self.slopes, x, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn values_and_slopes_are_those_of_the_terms(
            terms in prop::collection::vec((-9i32..10, 0u32..6, 0u32..6), 1..9),
            x in -1.5f64..1.5,
            y in -1.5f64..1.5,
        ) {
            let component: Vec<Term> = terms.iter().map(|&(c, i, j)| (f64::from(c), vec![i, j])).collect();
            let field = CompiledField::of_terms(vec![component.clone(), vec![(2.0, vec![0, 1])]]);
            let power = |x: f64, n: u32| x.powi(n as i32);
            let sum = |of: &dyn Fn(f64, u32, u32) -> f64| terms.iter().map(|&(c, i, j)| of(f64::from(c), i, j)).sum::<f64>();
            let size = sum(&|c, i, j| c.abs() * f64::from(i + j + 1) * power(1.5, i + j));
            let (mut value, mut slope) = ([0.0; 2], [0.0; 4]);
            field.value(&[x, y], &mut value);
            field.jacobian(&[x, y], &mut slope);
            let expected = [
                sum(&|c, i, j| c * power(x, i) * power(y, j)),
                sum(&|c, i, j| if i == 0 { 0.0 } else { c * f64::from(i) * power(x, i - 1) * power(y, j) }),
                sum(&|c, i, j| if j == 0 { 0.0 } else { c * f64::from(j) * power(x, i) * power(y, j - 1) }),
            ];
            for (found, expected) in [value[0], slope[0], slope[1]].into_iter().zip(expected) {
                prop_assert!((found - expected).abs() <= 1e-13 * (1.0 + size), "{} {}", found, expected);
            }
            prop_assert_eq!((value[1], slope[2], slope[3]), (2.0 * y, 0.0, 2.0));
        }
    }

    #[test]
    fn more_monomials_than_fit_on_the_stack_are_evaluated_too() {
        let component: Vec<Term> = (0..20u32).flat_map(|i| (0..20u32).map(move |j| (1.0, vec![i, j]))).collect();
        let field = CompiledField::of_terms(vec![component, Vec::new()]);
        let mut value = [0.0; 2];
        field.value(&[0.5, 0.5], &mut value);
        let geometric = (1.0 - 0.5f64.powi(20)) / 0.5;
        assert!((value[0] - geometric * geometric).abs() < 1e-12 && value[1] == 0.0);
    }
}
