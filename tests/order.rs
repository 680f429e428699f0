//! The room `order`: orders against the literature's claims, and against independent routes to the same decision.

use lambdahat::exact::Number;
use lambdahat::method::expression::decimal_number;
use lambdahat::method::{Identity, Method, RungeKutta, Stated, catalog};
use lambdahat::order::{self, SimplifyingAssumptions, Trees, elementary_weights, order_up_to};
use num_traits::Zero;
use proptest::prelude::*;
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::sync::LazyLock;

fn method(name: &str) -> RungeKutta {
    match catalog::find(name) {
        Ok(Method::RungeKutta(method)) => method,
        other => panic!("{name}: {other:?}"),
    }
}

/// The Runge–Kutta methods of the catalogue.
fn catalogue() -> Vec<RungeKutta> {
    let found = catalog::names().map(|name| catalog::find(name).unwrap());
    found.filter_map(|found| if let Method::RungeKutta(method) = found { Some(method) } else { None }).collect()
}

fn claim(method: &RungeKutta, name: &str) -> Option<usize> {
    let claim = method.identity().claims.iter().find(|claim| claim.claim == name)?;
    match &claim.stated {
        Stated::Value(number) => Some(number.to_f64() as usize),
        Stated::Truth(_) => None,
    }
}

/// Orders, stage orders and embedded orders as their authors state them, Feagin's 14 among them.
#[test]
fn the_catalogue_has_the_orders_that_its_sources_claim() {
    let wrong: Vec<String> = catalogue()
        .par_iter()
        .filter_map(|method| {
            let report = order::order(method);
            let found =
                [("order", Some(report.order)), ("stage_order", Some(report.stage_order)), ("embedded_order", report.embedded_order)];
            let contradicted = found.iter().find(|(name, found)| claim(method, name).is_some_and(|stated| Some(stated) != *found))?;
            Some(format!("{}: {contradicted:?}, {:?}", method.name(), report.failing.first()))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The order from all elementary weights as exact numbers, and the failing trees of the next: slow, and with nothing in common with the decision by residues.
fn naive(method: &RungeKutta, cap: usize) -> (usize, Vec<String>) {
    let trees = Trees::up_to(cap).unwrap();
    let weights = elementary_weights(method.a(), method.b(), &trees);
    for n in 1..=cap {
        let fails = |t: &order::Tree| weights[t.index()] != Number::ratio(1, trees.density(*t) as i64);
        let failing: Vec<String> = trees.of_order(n).filter(fails).map(|t| trees.bracket(t)).collect();
        if !failing.is_empty() {
            return (n - 1, failing);
        }
    }
    (cap, Vec::new())
}

#[test]
fn residues_and_exact_weights_decide_alike() {
    for name in ["forward-euler", "heun2", "ralston2", "kutta3", "rk4", "fehlberg45", "gauss2", "radau-iia-2", "lobatto-iiia-3", "sdirk2"] {
        let method = method(name);
        let report = order::order(&method);
        let (order, failing) = naive(&method, report.order + 1);
        assert_eq!((report.order, report.failing_count), (order, failing.len()), "{name}");
        let named: Vec<String> = report.failing.iter().map(|condition| condition.tree.clone()).collect();
        assert_eq!(named[..], failing[..named.len()], "{name}");
        assert!(report.complete && report.exact);
    }
}

#[test]
fn the_theorem_of_butcher_agrees_with_the_trees() {
    // For these collocation methods the simplifying assumptions give the order; the weights confirm it tree by tree.
    for name in ["gauss2", "gauss3", "radau-iia-2", "radau-iia-3", "implicit-midpoint"] {
        let method = method(name);
        let implied = SimplifyingAssumptions::of(&method).implied_order();
        assert_eq!(naive(&method, implied + 1).0, implied, "{name}");
    }
}

/// Norms of the principal error function as published: Dormand & Prince (1980), Bogacki & Shampine (1989), Ralston (1962).
#[test]
fn principal_error_norms() {
    let norm = |name| order::order(&method(name)).principal_error.unwrap().norm2;
    assert!((norm("dormand-prince5") - 3.99e-4).abs() < 0.005e-4);
    assert!((norm("bogacki-shampine3") - 4.18e-2).abs() < 0.005e-2);
    assert!((norm("ralston2") - 1.0 / 6.0).abs() < 1e-15);
    assert!((norm("cash-karp5") - 9.48e-4).abs() < 0.005e-4);
}

/// The same method in 16 decimals.
fn rounded(method: &RungeKutta) -> RungeKutta {
    let short = |x: &Number| match x {
        x if x.is_zero() => Number::zero(),
        x => {
            let size = decimal_number(&format!("{:.16}", x.to_f64().abs())).unwrap();
            if x.to_f64() < 0.0 { -size } else { size }
        }
    };
    let a = method.a().iter().map(|row| row.iter().map(short).collect()).collect();
    let b_hat = method.b_hat().map(|b| b.iter().map(short).collect());
    RungeKutta::new(Identity::default(), a, method.b().iter().map(short).collect(), b_hat, None).unwrap()
}

#[test]
fn sixteen_decimals_give_the_same_orders_to_within_rounding() {
    for name in ["rk4", "kutta3", "dormand-prince5", "gauss3", "radau-iia-3", "verner6-robust", "cooper-verner8-1"] {
        let exact = order::order(&method(name));
        let to_rounding = order::order(&rounded(&method(name)));
        assert!(exact.exact);
        assert_eq!((to_rounding.order, to_rounding.embedded_order), (exact.order, exact.embedded_order), "{name}");
        assert_eq!(to_rounding.stage_order, exact.stage_order);
        let (x, y) = (exact.principal_error.unwrap().norm2, to_rounding.principal_error.unwrap().norm2);
        assert!((x - y).abs() < 1e-12, "{name}: {x} {y}");
    }
}

#[test]
fn a_search_that_is_stopped_keeps_what_it_proved() {
    let mut calls = 0;
    let report = order_up_to(&method("verner8"), 12, |progress| {
        calls += 1;
        assert!(progress.done <= progress.total);
        if progress.order == 6 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert!(calls > 0);
    assert_eq!((report.order, report.complete), (5, false));
    assert_eq!(report.refute(8), None);
}

#[test]
fn a_cap_says_at_least() {
    let report = order_up_to(&method("verner8"), 6, |_| ControlFlow::Continue(()));
    assert_eq!((report.order, report.complete), (6, false));
    assert!(report.refute(5).is_some() && report.refute(8).is_none());
}

#[test]
fn sixty_stages_and_one() {
    let one = RungeKutta::new(Identity::default(), vec![vec![Number::ratio(1, 2)]], vec![Number::from(1)], None, None).unwrap();
    assert_eq!(order::order(&one).order, 2);
    // sixty Euler steps
    let s = 60;
    let step = Number::ratio(1, s as i64);
    let a = (0..s).map(|i| (0..s).map(|j| if j < i { step.clone() } else { Number::zero() }).collect()).collect();
    let euler = RungeKutta::new(Identity::default(), a, vec![step; s], None, None).unwrap();
    let report = order::order(&euler);
    assert_eq!(report.order, 1);
    assert_eq!(report.failing[0].to_string(), "tree [τ] has 59/120, needs 1/2");
    // weights that sum to two: not even order one
    let wrong = RungeKutta::new(Identity::default(), vec![vec![Number::zero()]], vec![Number::from(2)], None, None).unwrap();
    let report = order::order(&wrong);
    assert_eq!((report.order, report.complete, report.failing[0].to_string()), (0, true, "tree τ has 2, needs 1".into()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// One coefficient moved by 1/1000: an order drops, and the tree is named.
    #[test]
    fn a_wrong_coefficient_is_found(pick in 0usize..1000, place in 0usize..1000) {
        static EXACT: LazyLock<Vec<RungeKutta>> =
            LazyLock::new(|| catalogue().into_iter().filter(|m| m.is_exact() && m.stages() <= 13).collect());
        let exact = &*EXACT;
        let method = &exact[pick % exact.len()];
        let before = order::order(method);
        let (mut a, mut b, mut b_hat) = (method.a().to_vec(), method.b().to_vec(), method.b_hat().map(<[Number]>::to_vec));
        let coefficients = a.iter_mut().flatten().chain(&mut b).chain(b_hat.iter_mut().flatten());
        let mut present: Vec<&mut Number> = coefficients.filter(|x| !x.is_zero()).collect();
        let n = present.len();
        let moved = &mut present[place % n];
        **moved = moved.clone() + Number::ratio(1, 1000);
        let after = order::order(&RungeKutta::new(Identity::default(), a, b, b_hat, None).unwrap());
        prop_assert!(after.order < before.order || after.embedded_order < before.embedded_order, "{}", method.name());
        if after.order < before.order {
            let words = after.refute(before.order).unwrap();
            prop_assert!(words.contains("tree ") && words.contains("needs "), "{}", words);
        }
    }

    /// Random explicit tableaux over Q and over Q(√2): the two routes agree on every failing tree of each order.
    #[test]
    fn random_tableaux(entries in prop::collection::vec((-6i64..7, 1i64..7, -1i64..2), 10), irrational: bool) {
        let root = Number::sqrt(&Number::from(2)).unwrap();
        let number = |&(n, d, r): &(i64, i64, i64)| {
            let q = Number::ratio(n, d);
            if irrational { q + Number::from(r) * &root } else { q }
        };
        let numbers: Vec<Number> = entries.iter().map(number).collect();
        let zero = Number::zero;
        let a = vec![
            vec![zero(), zero(), zero()],
            vec![numbers[0].clone(), zero(), zero()],
            vec![numbers[1].clone(), numbers[2].clone(), numbers[3].clone()],
        ];
        // Order 2 at least, so that more than one condition is looked at: b₁ + b₂ + b₃ = 1.
        let b = vec![numbers[4].clone(), numbers[5].clone(), Number::from(1) - numbers[4].clone() - &numbers[5]];
        let method = RungeKutta::new(Identity::default(), a, b, None, None).unwrap();
        let report = order::order(&method);
        let (order, failing) = naive(&method, report.order + 1);
        prop_assert_eq!((report.order, report.failing_count), (order, failing.len()));
        prop_assert_eq!(&report.failing[0].tree, &failing[0]);
    }
}
