//! One coefficient of a method moved by 1/1000: which claim fails, and the condition that its reason names.

use lambdahat::exact::Number;
use lambdahat::method::{Method, Multistep, RungeKutta, Stated, catalog};
use lambdahat::order::{OrderReport, order_up_to};
use lambdahat::stability::{multistep, reduce};
use lambdahat::verify::{ClaimFault, verify};
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// Beyond this many stages the whole report takes seconds: their conditions are looked at to this order, by which all of them notice.
const STAGES_IN_FULL: usize = 13;
const ORDER_OF_THE_LONG: usize = 8;

pub static CATALOGUE: LazyLock<Vec<Method>> = LazyLock::new(|| catalog::all().unwrap());

/// The place of a coefficient that is not zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    A(usize, usize),
    B(usize),
    Embedded(usize),
    Alpha(usize),
    Beta(usize),
}

/// All non-zero coefficients of a method.
pub fn places(method: &Method) -> Vec<Place> {
    fn present(list: &[Number]) -> Vec<usize> {
        (0..list.len()).filter(|&i| list[i].to_f64() != 0.0).collect()
    }
    match method {
        Method::RungeKutta(method) => {
            let rows = method.a().iter().enumerate().flat_map(|(i, row)| present(row).into_iter().map(move |j| Place::A(i, j)));
            let b = present(method.b()).into_iter().map(Place::B);
            let embedded = method.b_hat().map_or_else(Vec::new, present).into_iter().map(Place::Embedded);
            rows.chain(b).chain(embedded).collect()
        }
        Method::Multistep(method) => {
            let alpha = present(method.alpha()).into_iter().map(Place::Alpha);
            alpha.chain(present(method.beta()).into_iter().map(Place::Beta)).collect()
        }
    }
}

/// The method with that coefficient moved by 1/1000; its claims are kept.
pub fn perturbed(method: &Method, place: Place) -> Method {
    let moved = |x: &mut Number| *x = x.clone() + Number::ratio(1, 1000);
    match method {
        Method::RungeKutta(method) => {
            let (mut a, mut b, mut b_hat) = (method.a().to_vec(), method.b().to_vec(), method.b_hat().map(<[Number]>::to_vec));
            match place {
                Place::A(i, j) => moved(&mut a[i][j]),
                Place::B(i) => moved(&mut b[i]),
                Place::Embedded(i) => b_hat.iter_mut().for_each(|b| moved(&mut b[i])),
                Place::Alpha(_) | Place::Beta(_) => unreachable!(),
            }
            Method::RungeKutta(RungeKutta::new(method.identity().clone(), a, b, b_hat, None).unwrap())
        }
        Method::Multistep(method) => {
            let (mut alpha, mut beta) = (method.alpha().to_vec(), method.beta().to_vec());
            match place {
                Place::Alpha(j) => moved(&mut alpha[j]),
                Place::Beta(j) => moved(&mut beta[j]),
                _ => unreachable!(),
            }
            Method::Multistep(Multistep::new(method.identity().clone(), alpha, beta).unwrap())
        }
    }
}

/// The number that a method claims under this name.
fn stated(method: &Method, name: &str) -> Option<usize> {
    method.identity().claims.iter().find(|claim| claim.claim.key() == name).and_then(|claim| match &claim.stated {
        Stated::Value(number) => Some(number.to_f64() as usize),
        Stated::Truth(_) | Stated::Infinite => None,
    })
}

/// The order condition that contradicts a claimed order, where one does.
fn refuted_by_conditions(method: &RungeKutta, report: &OrderReport) -> Option<ClaimFault> {
    let whole = Method::RungeKutta(method.clone());
    let claimed = stated(&whole, "order")?;
    if report.order < claimed && report.complete {
        return report.failing.first().cloned().map(ClaimFault::Condition);
    }
    let embedded = stated(&whole, "embedded_order")?;
    report.embedded_order.filter(|&found| found < embedded)?;
    report.embedded_failing.first().cloned().map(ClaimFault::Condition)
}

/// Why some claim of the perturbed method fails: a condition with its value. `None` where no claim fails, or none with such a reason.
pub fn noticed(method: &Method) -> Option<ClaimFault> {
    if let Method::Multistep(pair) = method {
        let found = multistep::order(pair);
        if stated(method, "order").is_some_and(|claimed| found.order < claimed) {
            return found.failing.map(ClaimFault::Coefficient);
        }
    }
    if let Method::RungeKutta(method) = method {
        // The quick way: the claims of order are decided as `verify` decides them.
        let cap = if method.stages() <= STAGES_IN_FULL { 4 } else { ORDER_OF_THE_LONG };
        let report = order_up_to(method, cap, |_| ControlFlow::Continue(()));
        if let Some(fault) = refuted_by_conditions(method, &report) {
            return Some(fault);
        }
        if method.stages() > STAGES_IN_FULL {
            let cap = stated(&Method::RungeKutta(method.clone()), "order")? + 1;
            return refuted_by_conditions(method, &order_up_to(method, cap, |_| ControlFlow::Continue(())));
        }
    }
    verify(method).claims.into_iter().filter(|claim| !claim.holds).find_map(|claim| claim.why)
}

/// A condition is named: a tree, a C_q, a simplifying assumption, or the entries of the last row that should be those of b.
fn names_a_condition(fault: &ClaimFault) -> bool {
    match fault {
        ClaimFault::Condition(_)
        | ClaimFault::Coefficient(_)
        | ClaimFault::Quadrature { .. }
        | ClaimFault::Stage { .. }
        | ClaimFault::TallTree { .. }
        | ClaimFault::LastRow { .. } => true,
        ClaimFault::LeftOut { .. } | ClaimFault::SearchEnded { .. } | ClaimFault::Difference { .. } | ClaimFault::FirstStageImplicit => {
            false
        }
    }
}

/// A stage on which neither the step nor the embedded step depends: DJ-reduction removes it from both. Then no y₊ and no error estimate
/// depends on its row, whatever the field, and a method of the catalogue that has one must say by a claim what the row is for.
pub fn is_irrelevant(method: &Method, place: Place) -> bool {
    let (Method::RungeKutta(method), Place::A(i, _)) = (method, place) else { return false };
    let unused = |b: &[Number]| {
        RungeKutta::new(method.identity().clone(), method.a().to_vec(), b.to_vec(), None, None)
            .is_ok_and(|method| reduce(&method).unused.contains(&(i + 1)))
    };
    unused(method.b()) && method.b_hat().is_none_or(unused)
}

pub fn failure(method: &Method, place: Place) -> Option<String> {
    let changed = perturbed(method, place);
    match noticed(&changed) {
        Some(fault) if names_a_condition(&fault) => None,
        None if is_irrelevant(method, place) => None,
        other => Some(format!("{} {place:?}: {other:?}", method.name())),
    }
}
