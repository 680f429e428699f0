//! What a system file says.

use crate::dynamics::expression::{Expression, Term, Values};
use num_traits::Zero;

/// Where a definition is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A file of the catalogue.
    Catalogue,
    /// A user's file.
    File(String),
    /// A matrix: ẋ = Ax, its entries the parameters.
    Matrix,
}

/// A system before its parameters are set.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Definition {
    pub(crate) origin: Origin,
    pub(crate) name: String,
    /// Other names.
    pub(crate) aliases: Vec<String>,
    pub(crate) title: String,
    pub(crate) source: String,
    /// The file; empty for a matrix.
    pub(crate) text: String,
    pub(crate) variables: Vec<String>,
    /// ẋ, a component a variable.
    pub(crate) field: Vec<Expression>,
    /// Names and defaults.
    pub(crate) parameters: Vec<(String, f64)>,
    /// The parameter that is the number of grid points, where each variable has a value at every point of a periodic grid.
    pub(crate) points: Option<usize>,
    /// What must hold of the parameters.
    pub(crate) require: Vec<Condition>,
    /// Whether the states are positive; they are then followed in their logarithms.
    pub(crate) positive: bool,
    pub(crate) invariants: Vec<Invariant>,
    /// `None` where they are to be searched.
    pub(crate) equilibria: Option<Vec<Vec<Expression>>>,
    pub(crate) starts: Vec<Vec<Expression>>,
    pub(crate) interval: f64,
}

/// A quantity that the flow keeps where all conditions hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Invariant {
    pub(crate) value: Expression,
    pub(crate) when: Vec<Condition>,
}

/// Two expressions in the parameters, compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Condition {
    /// As written.
    pub(crate) text: String,
    pub(crate) left: Expression,
    pub(crate) relation: Relation,
    pub(crate) right: Expression,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    Equal,
    Unequal,
    Above,
    Below,
    AtLeast,
    AtMost,
}

impl Relation {
    /// As a text has them, longer ones first.
    pub(crate) const NAMES: [(&'static str, Self); 9] = [
        ("!=", Self::Unequal),
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        ("≠", Self::Unequal),
        ("≥", Self::AtLeast),
        ("≤", Self::AtMost),
        (">", Self::Above),
        ("<", Self::Below),
        ("=", Self::Equal),
    ];
}

impl Condition {
    /// The parameter that is on the left alone.
    pub(crate) fn parameter(&self) -> Option<usize> {
        match self.left.term {
            Term::Parameter(index) => Some(index),
            _ => None,
        }
    }

    /// What a value must be.
    pub(crate) fn expected(&self) -> String {
        let zero = self.right.number().is_some_and(|n| n.is_zero());
        match self.relation {
            Relation::Unequal if zero => "a number other than zero".into(),
            Relation::Above if zero => "a positive number".into(),
            _ => format!("allowed: {} is required", self.text),
        }
    }

    pub(crate) fn holds(&self, parameters: &[f64]) -> bool {
        let values = Values { state: &[], parameters, point: (1, 0) };
        let (left, right) = (self.left.evaluate(values), self.right.evaluate(values));
        match self.relation {
            Relation::Equal => left == right,
            Relation::Unequal => left != right,
            Relation::Above => left > right,
            Relation::Below => left < right,
            Relation::AtLeast => left >= right,
            Relation::AtMost => left <= right,
        }
    }
}
