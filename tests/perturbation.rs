//! Perturb one coefficient of any method of the catalogue by 1/1000: some claim fails, and the reason names the condition.

use lambdahat::exact::Number;
use lambdahat::method::{Method, Multistep, RungeKutta, Stated, catalog};
use lambdahat::order::{OrderReport, order_up_to};
use lambdahat::predict::verify;
use lambdahat::stability::{multistep, reduce};
use proptest::prelude::*;
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::sync::LazyLock;

/// Beyond this many stages the whole report takes seconds: their conditions are looked at to this order, by which all of them notice.
const STAGES_IN_FULL: usize = 13;
const ORDER_OF_THE_LONG: usize = 8;

static CATALOGUE: LazyLock<Vec<Method>> = LazyLock::new(|| catalog::all().unwrap());

/// The place of a coefficient that is not zero.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    A(usize, usize),
    B(usize),
    Embedded(usize),
    Alpha(usize),
    Beta(usize),
}

/// All non-zero coefficients of a method.
fn places(method: &Method) -> Vec<Place> {
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
fn perturbed(method: &Method, place: Place) -> Method {
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
    method.identity().claims.iter().find(|claim| claim.claim == name).and_then(|claim| match &claim.stated {
        Stated::Value(number) => Some(number.to_f64() as usize),
        Stated::Truth(_) | Stated::Infinite => None,
    })
}

/// What the order conditions say of a claimed order, in words, where they contradict it.
fn refuted_by_conditions(method: &RungeKutta, report: &OrderReport) -> Option<String> {
    let whole = Method::RungeKutta(method.clone());
    let claimed = stated(&whole, "order")?;
    if report.order < claimed && report.complete {
        return report.refute(claimed);
    }
    let embedded = stated(&whole, "embedded_order")?;
    report.embedded_order.filter(|&found| found < embedded)?;
    report.embedded_failing.first().map(ToString::to_string)
}

/// Why some claim of the perturbed method fails: a condition with its value. `None` where no claim fails, or none with such a reason.
fn noticed(method: &Method) -> Option<String> {
    if let Method::Multistep(pair) = method {
        let found = multistep::order(pair);
        if stated(method, "order").is_some_and(|claimed| found.order < claimed) {
            return found.failure();
        }
    }
    if let Method::RungeKutta(method) = method {
        // The quick way: the claims of order are decided as `verify` decides them.
        let cap = if method.stages() <= STAGES_IN_FULL { 4 } else { ORDER_OF_THE_LONG };
        let report = order_up_to(method, cap, |_| ControlFlow::Continue(()));
        if let Some(words) = refuted_by_conditions(method, &report) {
            return Some(words);
        }
        if method.stages() > STAGES_IN_FULL {
            let cap = stated(&Method::RungeKutta(method.clone()), "order")? + 1;
            return refuted_by_conditions(method, &order_up_to(method, cap, |_| ControlFlow::Continue(())));
        }
    }
    verify(method).claims.into_iter().filter(|claim| !claim.holds).find_map(|claim| claim.why)
}

/// A condition is named: a tree, a C_q, a simplifying assumption, or the entries of the last row that should be those of b.
fn names_a_condition(words: &str) -> bool {
    let conditions = ["C_", "C(", "B("].iter().any(|name| words.starts_with(name));
    words.contains("needs ") && (words.contains("tree ") || conditions) || words.starts_with("the last row of A has ")
}

/// `verify` says the same as these quick ways: the claim of order fails with the condition as its reason.
#[test]
fn verify_gives_the_reason() {
    for (name, place, reason) in [
        ("adams-bashforth-3", Place::Beta(0), "C_1 = -1/1000, needs 0"),
        ("bdf2", Place::Alpha(1), "C_0 = 1/1000, needs 0"),
        ("rk4", Place::B(0), "tree τ has 1001/1000, needs 1"),
        ("midpoint", Place::Embedded(0), "tree τ has 1001/1000, needs 1"),
        ("implicit-euler", Place::A(0, 0), "tree [τ] has 1001/1000, needs 1 for this constant, 1/2 for none"),
        ("owren-zennaro4", Place::A(5, 4), "the last row of A has 423331/1456000 at stage 5, b has 3375/11648"),
    ] {
        let method = CATALOGUE.iter().find(|method| method.name() == name).unwrap();
        let claims = verify(&perturbed(method, place)).claims;
        let reasons: Vec<String> = claims.into_iter().filter(|claim| !claim.holds).filter_map(|claim| claim.why).collect();
        assert!(reasons.iter().any(|why| why == reason), "{name}: {reasons:?}");
    }
}

/// A stage on which neither the step nor the embedded step depends: DJ-reduction removes it from both. Then no y₊ and no error estimate
/// depends on its row, whatever the field, and a method of the catalogue that has one must say by a claim what the row is for.
fn is_irrelevant(method: &Method, place: Place) -> bool {
    let (Method::RungeKutta(method), Place::A(i, _)) = (method, place) else { return false };
    let unused = |b: &[Number]| {
        RungeKutta::new(method.identity().clone(), method.a().to_vec(), b.to_vec(), None, None)
            .is_ok_and(|method| reduce(&method).unused.contains(&(i + 1)))
    };
    unused(method.b()) && method.b_hat().is_none_or(unused)
}

fn failure(method: &Method, place: Place) -> Option<String> {
    let changed = perturbed(method, place);
    match noticed(&changed) {
        Some(words) if names_a_condition(&words) => None,
        None if is_irrelevant(method, place) => None,
        other => Some(format!("{} {place:?}: {other:?}", method.name())),
    }
}

/// Each method once, at a place that its name picks.
#[test]
fn every_method_notices_a_wrong_coefficient() {
    let missed: Vec<String> = CATALOGUE
        .par_iter()
        .filter_map(|method| {
            let places = places(method);
            let pick = method.name().bytes().fold(7usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
            failure(method, places[pick % places.len()])
        })
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}

/// Every coefficient of every method: `cargo test --test perturbation -- --ignored`.
#[test]
#[ignore = "some 6,700 coefficients, those of long methods with conditions to order 15, take minutes"]
fn every_method_notices_every_wrong_coefficient() {
    let pairs: Vec<(&Method, Place)> =
        CATALOGUE.iter().flat_map(|method| places(method).into_iter().map(move |place| (method, place))).collect();
    let missed: Vec<String> = pairs.par_iter().filter_map(|&(method, place)| failure(method, place)).collect();
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), pairs.len(), missed.join("\n"));
}

/// Each coefficient of the shorter methods whose claims of order leave some of them free, of every multistep method, and of every last row
/// that is there for the next step.
#[test]
fn the_places_that_order_does_not_pin_are_pinned_by_other_claims() {
    let free = [
        "implicit-euler",
        "kraaijevanger-spijker2",
        "theta-2-3",
        "midpoint",
        "sil3",
        "wang-spiteri-nssp32",
        "ars222-explicit",
        "ars443-explicit",
        "owren-zennaro3",
        "owren-zennaro4",
    ];
    let missed: Vec<String> = CATALOGUE
        .par_iter()
        .filter(|method| matches!(method, Method::Multistep(_)) || free.contains(&method.name()))
        .flat_map_iter(|method| places(method).into_iter().filter_map(|place| failure(method, place)).collect::<Vec<_>>())
        .collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    // The rows that only the claim pins, in the two of eight stages.
    for name in ["owren-zennaro5", "bogacki-shampine5"] {
        let method = CATALOGUE.iter().find(|method| method.name() == name).unwrap();
        assert_eq!(failure(method, Place::A(7, 4)), None);
    }
}

/// A row that serves nothing is found irrelevant, by reduction, and not by its name.
#[test]
fn a_stage_that_nothing_uses_is_irrelevant() {
    let text = "[runge-kutta]\nA = [[0, 0], [\"1/3\", 0]]\nb = [1, 0]\n[claims]\norder = 1\n";
    let method = lambdahat::method::scheme::parse(text, "spare").unwrap();
    assert!(is_irrelevant(&method, Place::A(1, 0)) && !is_irrelevant(&method, Place::B(0)));
    assert!(noticed(&perturbed(&method, Place::A(1, 0))).is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any method, any coefficient.
    #[test]
    fn a_wrong_coefficient_is_found(pick in 0usize..10_000, place in 0usize..10_000) {
        // The longest are met by the test of each method; here they would take the time of all others.
        let methods: Vec<&Method> = CATALOGUE.iter().filter(|method| match method {
            Method::RungeKutta(method) => method.stages() <= 17,
            Method::Multistep(_) => true,
        }).collect();
        let method = methods[pick % methods.len()];
        let places = places(method);
        prop_assert_eq!(failure(method, places[place % places.len()]), None);
    }
}
