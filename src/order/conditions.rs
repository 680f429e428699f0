//! The order of a Runge–Kutta method, decided tree by tree.

use super::assumptions::SimplifyingAssumptions;
use super::certificate::{Decision, ExactTableau};
use super::rounded::{self, Compatibility, RoundedTableau};
use super::trees::{Tree, Trees};
use super::weights::weight;
use crate::exact::{Number, NumberField};
use crate::method::RungeKutta;
use num_rational::BigRational;
use num_traits::{One, Zero};
use serde::Serialize;
use std::ops::ControlFlow;

/// Orders up to this one are tested unless asked otherwise.
pub const DEFAULT_CAP: usize = 15;
/// The largest order whose conditions are tested tree by tree: 235,381 trees.
pub const LARGEST_CAP: usize = 16;
/// So many failing trees are reported in full.
const REPORTED: usize = 5;

/// What is known of a method's order.
#[derive(Clone, Debug, Serialize)]
pub struct OrderReport {
    /// The order: the largest p for which all conditions of orders 1 to p hold.
    pub order: usize,
    /// Whether that is a statement about the coefficients themselves; false: to within the rounding of their decimals.
    pub exact: bool,
    /// False when the search ended before a condition failed, at the cap or because it was stopped: then the order is at least this.
    pub complete: bool,
    /// The first trees of order p + 1 whose conditions fail.
    pub failing: Vec<FailingCondition>,
    /// How many conditions of order p + 1 fail.
    pub failing_count: usize,
    /// B(p), C(η), D(ζ).
    pub assumptions: SimplifyingAssumptions,
    /// min(p, η).
    pub stage_order: usize,
    /// The order of the embedded method, where there is one.
    pub embedded_order: Option<usize>,
    /// The first trees whose conditions the embedded method fails.
    pub embedded_failing: Vec<FailingCondition>,
    /// The size of the first error terms, where p + 1 is at most 16.
    pub principal_error: Option<PrincipalError>,
}

/// A condition that does not hold.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FailingCondition {
    /// In brackets.
    pub tree: String,
    /// Its number of vertices.
    pub order: usize,
    /// Φ(t): an exact expression, or the digits that the coefficients' rounding leaves certain.
    pub found: String,
    /// 1/γ(t).
    pub needed: String,
    /// Φ(t) − 1/γ(t), of the centre where coefficients are rounded.
    pub residual: f64,
}

impl FailingCondition {
    /// From Φ(t) and 1/γ(t).
    pub(crate) fn new(tree: String, order: usize, found: Number, needed: Number) -> Self {
        let residual = (found.clone() - &needed).to_f64();
        Self { tree, order, found: found.to_string(), needed: needed.to_string(), residual }
    }
}

/// Norms of the principal error function: over the trees t of order p + 1, `T(t) = |1/γ(t) − Φ(t)| / σ(t)`.
///
/// Source: Prince & Dormand, *High order embedded Runge–Kutta formulae*, J. Comput. Appl. Math. 7 (1981) 67–75.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PrincipalError {
    /// `(Σ T²)^½`.
    pub norm2: f64,
    /// `max T`.
    pub largest: f64,
    /// The tree of that maximum.
    pub tree: String,
}

/// How far a search has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionsTested {
    /// The order whose conditions are being tested.
    pub order: usize,
    /// How many there are.
    pub conditions: usize,
    /// Primes done.
    pub done: usize,
    /// Primes needed for a proof.
    pub total: usize,
}

impl OrderReport {
    /// Whether a claimed order is proved wrong; [`failing`](Self::failing) says by which condition, where it is too high.
    pub fn refutes(&self, claimed: usize) -> bool {
        claimed != self.order && (self.complete || claimed < self.order)
    }
}

/// The order of a method and what goes with it, tested up to [`DEFAULT_CAP`].
///
/// Over Q and Q(α) every answer is a proof, over decimals it is rigorous to within their rounding.
///
/// ```
/// use lambdahat::{method::{Method, catalog}, order};
/// let Ok(Method::RungeKutta(rk4)) = catalog::find("rk4") else { panic!() };
/// let report = order::order(&rk4);
/// assert_eq!((report.order, report.stage_order, report.exact), (4, 1, true));
/// assert!(report.refutes(5));
/// let first = &report.failing[0];
/// assert_eq!((first.tree.as_str(), first.found.as_str(), first.needed.as_str()), ("[ττττ]", "5/24", "1/5"));
/// ```
pub fn order(method: &RungeKutta) -> OrderReport {
    order_up_to(method, DEFAULT_CAP, |_| ControlFlow::Continue(()))
}

/// The same up to an order of choice (at most [`LARGEST_CAP`]), with progress reports that may stop the search; what is proved until then is kept.
pub fn order_up_to(method: &RungeKutta, cap: usize, mut progress: impl FnMut(ConditionsTested) -> ControlFlow<()>) -> OrderReport {
    let (main, tableau) = search(method.a(), method.b(), method.c(), cap, &mut progress);
    let embedded = method.b_hat().map(|b_hat| search(method.a(), b_hat, method.c(), cap, &mut progress).0);
    let principal_error = principal_error(&tableau, main.order + 1, &mut progress).filter(|_| main.complete);
    let embedded_order = embedded.as_ref().map(|report| report.order);
    let embedded_failing = embedded.map_or_else(Vec::new, |report| report.failing);
    OrderReport { embedded_order, embedded_failing, principal_error, ..main }
}

/// Coefficients in one field, where there is one.
struct Unified {
    a: Vec<Vec<Number>>,
    b: Vec<Number>,
}

fn unified(a: &[Vec<Number>], b: &[Number]) -> Unified {
    let mut numbers: Vec<Number> = a.iter().flatten().chain(b).cloned().collect();
    // Where no common field is small enough, the coefficients stay as they are and count as balls.
    let _ = NumberField::unify(&mut numbers);
    let b = numbers.split_off(a.len() * a.len());
    Unified { a: numbers.chunks(a.len()).map(<[Number]>::to_vec).collect(), b }
}

/// Order, failing trees and assumptions, without the embedded method and the norms.
fn search(
    a: &[Vec<Number>],
    b: &[Number],
    c: &[Number],
    cap: usize,
    progress: &mut dyn FnMut(ConditionsTested) -> ControlFlow<()>,
) -> (OrderReport, Unified) {
    let cap = cap.clamp(1, LARGEST_CAP);
    let tableau = unified(a, b);
    let exact = ExactTableau::new(&tableau.a, &tableau.b);
    let assumptions = SimplifyingAssumptions::of_tableau(a, b, c);
    let mut report = OrderReport {
        // Separate compatibilities do not add up to one, so rounded coefficients are tested on every tree.
        order: if exact.is_some() { assumptions.implied_order() } else { 0 },
        exact: exact.is_some(),
        complete: false,
        failing: Vec::new(),
        failing_count: 0,
        assumptions,
        stage_order: assumptions.stage_order(),
        embedded_order: None,
        embedded_failing: Vec::new(),
        principal_error: None,
    };
    let rounded = if exact.is_none() { RoundedTableau::new(&tableau.a, &tableau.b) } else { None };
    // Grown only as far as it is needed.
    let mut trees: Option<Trees> = None;
    // B(p) is the condition of the bush, so no order beyond it needs a look.
    while report.order < cap.min(assumptions.b + 1) {
        let n = report.order + 1;
        let table = match trees.take().filter(|table| table.max_order() >= n) {
            Some(table) => table,
            None => match Trees::up_to((n + 3).min(LARGEST_CAP)) {
                Ok(table) => table,
                Err(_) => break,
            },
        };
        let conditions = table.of_order(n).len();
        let mut tell = |done, total| progress(ConditionsTested { order: n, conditions, done, total });
        let failing = match (&exact, &rounded) {
            (Some(exact), _) => match exact.decide(&table, n, &mut tell) {
                Decision::Hold => Vec::new(),
                Decision::Fail(list) => list,
                Decision::Stopped => return (report, tableau),
            },
            (None, Some(rounded)) => match rounded.decide(&table, n, &mut tell) {
                Compatibility::Holds => Vec::new(),
                Compatibility::Fails(list) => list,
                Compatibility::Stopped => return (report, tableau),
            },
            (None, None) => return (report, tableau),
        };
        if !failing.is_empty() {
            report.complete = true;
            report.failing_count = failing.len();
            report.failing = failing.iter().take(REPORTED).map(|&t| failing_condition(&tableau, &table, t)).collect();
            return (report, tableau);
        }
        report.order = n;
        trees = Some(table);
    }
    if report.order == assumptions.b {
        report.complete = true;
        report.failing_count = 1;
        report.failing = vec![failing_bush(b, c, report.order + 1)];
    }
    (report, tableau)
}

fn failing_condition(tableau: &Unified, trees: &Trees, t: Tree) -> FailingCondition {
    let needed = Number::from(BigRational::new(1.into(), trees.density(t).into()));
    FailingCondition::new(trees.bracket(t), trees.order(t), weight(&tableau.a, &tableau.b, trees, t), needed)
}

/// The condition of the bush of order n: `Σ b_i c_i^(n−1) = 1/n`.
pub fn failing_bush(b: &[Number], c: &[Number], n: usize) -> FailingCondition {
    let power = |c: &Number| (1..n).fold(Number::one(), |power, _| power * c);
    let tree = if n == 1 { "τ".into() } else { format!("[{}]", "τ".repeat(n - 1)) };
    let found = b.iter().zip(c).fold(Number::zero(), |sum, (b, c)| sum + power(c) * b);
    FailingCondition::new(tree, n, found, Number::ratio(1, n as i64))
}

fn principal_error(tableau: &Unified, n: usize, progress: &mut dyn FnMut(ConditionsTested) -> ControlFlow<()>) -> Option<PrincipalError> {
    if n > LARGEST_CAP {
        return None;
    }
    let trees = Trees::up_to(n).ok()?;
    let conditions = trees.of_order(n).len();
    let mut tell = |done, total| progress(ConditionsTested { order: n, conditions, done, total });
    let residuals = rounded::residuals(&tableau.a, &tableau.b, &trees, n, &mut tell)?;
    let terms = trees.of_order(n).zip(residuals).map(|(t, r)| (t, r.abs() / trees.symmetry(t) as f64));
    let (mut sum, mut largest, mut tree) = (0.0, 0.0, Tree::LEAF);
    for (t, term) in terms {
        sum += term * term;
        if term > largest {
            (largest, tree) = (term, t);
        }
    }
    Some(PrincipalError { norm2: f64::sqrt(sum), largest, tree: trees.bracket(tree) })
}
