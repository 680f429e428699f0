//! From an expression to nodes of a graph.

use super::graph::{Graph, Id};
use crate::dynamics::formula::{Expression, Function, Term};
use crate::exact::rational;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// The nodes that names stand for.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The state: variable by variable, each with all its points.
    pub(crate) state: &'a [Id],
    /// The parameters.
    pub(crate) parameters: &'a [Id],
    /// The number of points of the grid and the point; 1 and 0 where there is none.
    pub(crate) point: (usize, usize),
}

/// The node that computes an expression.
///
/// Numbers in a product are multiplied exactly and rounded once; what does not change with the state comes first in it, so that it is computed
/// once for all states.
pub(crate) fn lower(expression: &Expression, graph: &mut Graph, scope: Scope<'_>) -> Id {
    match &expression.term {
        Term::Number(value) => graph.constant(rational::to_f64(value)),
        Term::Pi => graph.constant(std::f64::consts::PI),
        Term::Variable { index, offset } => {
            let (points, point) = scope.point;
            let at = (point as i64 + offset).rem_euclid(points as i64) as usize;
            scope.state[index * points + at]
        }
        Term::Parameter(index) => scope.parameters[*index],
        Term::Point => graph.constant(scope.point.1 as f64),
        Term::Sum(terms) => sum(terms, graph, scope),
        Term::Product(factors) => product(factors, graph, scope),
        Term::Power(base, exponent) => {
            let a = lower(base, graph, scope);
            match (exponent.whole(), exponent.number()) {
                (Some(n), _) => graph.power(a, n),
                (None, Some(value)) if value == crate::exact::ratio(1, 2) => graph.call(Function::Sqrt, a),
                _ => {
                    let b = lower(exponent, graph, scope);
                    graph.real_power(a, b)
                }
            }
        }
        Term::Call(function, argument) => {
            let a = lower(argument, graph, scope);
            graph.call(*function, a)
        }
    }
}

/// Terms from left to right, the first that is not subtracted before the others.
fn sum(terms: &[(Expression, bool)], graph: &mut Graph, scope: Scope<'_>) -> Id {
    let first = terms.iter().position(|(_, negative)| !negative);
    let mut total = match first {
        Some(k) => lower(&terms[k].0, graph, scope),
        None => graph.constant(0.0),
    };
    for (k, (term, negative)) in terms.iter().enumerate().filter(|(k, _)| Some(*k) != first) {
        debug_assert!(k < terms.len());
        let node = lower(term, graph, scope);
        total = if *negative { graph.subtract(total, node) } else { graph.add(total, node) };
    }
    total
}

fn product(factors: &[(Expression, bool)], graph: &mut Graph, scope: Scope<'_>) -> Id {
    let mut number = BigRational::one();
    let mut coefficient = None;
    let mut rest = Vec::new();
    for (factor, divides) in factors {
        match factor.number().filter(|n| !(*divides && n.is_zero())) {
            Some(n) => number = if *divides { number / n } else { number * n },
            None if factor.is_still() => {
                let node = lower(factor, graph, scope);
                coefficient = Some(combine(graph, coefficient, node, *divides));
            }
            None => rest.push((factor, *divides)),
        }
    }
    let mut total = coefficient;
    let by_fraction = |graph: &mut Graph, node: Option<Id>| match node {
        // x/3 is rounded once, x·(1/3) twice.
        Some(node) if number.numer().abs().is_one() && !number.denom().is_one() => {
            let below = graph.constant(rational::to_f64(&number.recip()));
            graph.divide(node, below)
        }
        Some(node) => {
            let value = graph.constant(rational::to_f64(&number));
            graph.multiply(value, node)
        }
        None => graph.constant(rational::to_f64(&number)),
    };
    let early = total.is_some() || !number.numer().abs().is_one();
    if early {
        total = Some(by_fraction(graph, total));
    }
    for (factor, divides) in rest {
        let node = lower(factor, graph, scope);
        total = Some(combine(graph, total, node, divides));
    }
    match total {
        Some(node) if early => node,
        other => by_fraction(graph, other),
    }
}

fn combine(graph: &mut Graph, total: Option<Id>, node: Id, divides: bool) -> Id {
    match (total, divides) {
        (Some(total), true) => graph.divide(total, node),
        (Some(total), false) => graph.multiply(total, node),
        (None, false) => node,
        (None, true) => {
            let one = graph.constant(1.0);
            graph.divide(one, node)
        }
    }
}
