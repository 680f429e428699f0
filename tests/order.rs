//! The room `order`: orders against the literature's claims, and against independent routes to the same decision.

use lambdahat::exact::Number;
use lambdahat::method::expression::decimal_number;
use lambdahat::method::{Identity, Method, RungeKutta, Stated, catalog};
use lambdahat::order::{
    self, FieldSeries, MapSeries, SeriesTable, SimplifyingAssumptions, Trees, elementary_weights, inverse_modified_equation,
    modified_equation, order_up_to,
};
use lambdahat::words::{Dialect, Say};
use num_traits::Zero;
use proptest::prelude::*;
use rayon::prelude::*;
use std::ops::ControlFlow;

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
    let claim = method.identity().claims.iter().find(|claim| claim.claim.key() == name)?;
    match &claim.stated {
        Stated::Value(number) => Some(number.to_f64() as usize),
        Stated::Truth(_) | Stated::Infinite => None,
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

/// The same method in 16 significant digits.
fn rounded(method: &RungeKutta) -> RungeKutta {
    let short = |x: &Number| match x {
        x if x.is_zero() => Number::zero(),
        x => {
            let size = decimal_number(&x.abs().decimal(16)).unwrap();
            if x.to_f64() < 0.0 { -size } else { size }
        }
    };
    let a = method.a().iter().map(|row| row.iter().map(short).collect()).collect();
    let b_hat = method.b_hat().map(|b| b.iter().map(short).collect());
    RungeKutta::new(Identity::default(), a, method.b().iter().map(short).collect(), b_hat, None).unwrap()
}

#[test]
fn sixteen_digits_give_the_same_orders_to_within_rounding() {
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
    assert!(!report.refutes(8));
}

#[test]
fn a_cap_says_at_least() {
    let report = order_up_to(&method("verner8"), 6, |_| ControlFlow::Continue(()));
    assert_eq!((report.order, report.complete), (6, false));
    assert!(report.refutes(5) && !report.refutes(8));
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
    assert_eq!(report.failing[0].say(Dialect::Terminal), "tree [τ] has 59/120, needs 1/2");
    // weights that sum to two: not even order one
    let wrong = RungeKutta::new(Identity::default(), vec![vec![Number::zero()]], vec![Number::from(2)], None, None).unwrap();
    let report = order::order(&wrong);
    assert_eq!((report.order, report.complete, report.failing[0].say(Dialect::Terminal)), (0, true, "tree τ has 2, needs 1".into()));
}

/// The terms `coefficient · F(t)` of one power of h, zeros left out: `b(t)/σ(t)` by elementary differential.
fn terms(series: &FieldSeries<Number>, power: usize) -> Vec<(String, String)> {
    let trees = series.trees();
    let value = |t| series.coefficient(t).clone() / Number::from(trees.symmetry(t) as i64);
    trees.of_order(power + 1).filter(|&t| !value(t).is_zero()).map(|t| (trees.differential(t), value(t).to_string())).collect()
}

fn listed(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(t, c)| (t.to_string(), c.to_string())).collect()
}

/// Chartier, Hairer & Vilmart (2007) and Zhu et al. (2022), by hand; the explicit Euler field is the exact flow's own expansion.
#[test]
fn inverse_modified_equations_of_the_literature() {
    let series = |name: &str, power| inverse_modified_equation(&method(name), power).unwrap();
    let euler = series("forward-euler", 6);
    for t in euler.trees().iter() {
        assert_eq!(*euler.coefficient(t), Number::ratio(1, euler.trees().density(t) as i64));
    }
    let midpoint = series("midpoint", 3);
    assert_eq!(terms(&midpoint, 1), []);
    assert_eq!(terms(&midpoint, 2), listed(&[("f''(f,f)", "1/24"), ("f'f'f", "1/6")]));
    assert_eq!(terms(&midpoint, 3), listed(&[("f'f''(f,f)", "-1/16"), ("f'f'f'f", "-1/8")]));
    let heun = series("heun2", 3);
    assert_eq!(terms(&heun, 1), []);
    assert_eq!(terms(&heun, 2), listed(&[("f''(f,f)", "-1/12"), ("f'f'f", "1/6")]));
    assert_eq!(terms(&heun, 3), listed(&[("f''(f,f'f)", "1/8"), ("f'f'f'f", "-1/8")]));
    let implicit = series("implicit-midpoint", 9);
    assert_eq!(terms(&implicit, 2), listed(&[("f''(f,f)", "1/24"), ("f'f'f", "-1/12")]));
    assert!([1, 3, 5, 7, 9].iter().all(|&k| terms(&implicit, k).is_empty()));
    // Same stability function, other fields: the classical rule and the 3/8 rule part at h⁴.
    let (classical, rule38) = (series("rk4", 4), series("rk38", 4));
    assert!((1..=3).all(|k| terms(&classical, k).is_empty() && terms(&rule38, k).is_empty()));
    assert_ne!(terms(&classical, 4), terms(&rule38, 4));
    assert_eq!(classical.at("[[[[τ]]]]"), rule38.at("[[[[τ]]]]"));
}

/// Hairer, Lubich & Wanner, *Geometric Numerical Integration*, IX.1 and IX.9: Euler's modified equation; RK4's first term by its order conditions.
#[test]
fn modified_equations_of_the_literature() {
    let series = |name: &str, power| modified_equation(&method(name), power).unwrap();
    let euler = series("forward-euler", 3);
    assert_eq!(terms(&euler, 1), listed(&[("f'f", "-1/2")]));
    assert_eq!(terms(&euler, 2), listed(&[("f''(f,f)", "1/12"), ("f'f'f", "1/3")]));
    let third = [("f''(f,f'f)", "-1/12"), ("f'f''(f,f)", "-1/12"), ("f'f'f'f", "-1/4")];
    assert_eq!(terms(&euler, 3), listed(&third));
    for name in ["rk4", "dormand-prince5", "gauss2"] {
        let method = method(name);
        let p = order::order(&method).order;
        let series = series(name, p);
        assert!((1..p).all(|k| terms(&series, k).is_empty()));
        for t in series.trees().of_order(p + 1) {
            let weight = order::elementary_weight(&method, series.trees(), t);
            assert_eq!(*series.coefficient(t), weight - Number::ratio(1, series.trees().density(t) as i64));
        }
    }
}

/// On a linear field only the paths count: f̂ = λ̂, hλ̂ = R⁻¹(e^{hλ}), and hλ̃ = log R(hλ).
#[test]
fn linear_fields_reduce_to_scalar_series() {
    let path = |n: usize| if n == 1 { "τ".to_string() } else { format!("{}τ{}", "[".repeat(n - 1), "]".repeat(n - 1)) };
    // Implicit midpoint: 2 tanh(z/2) = z − z³/12 + z⁵/120 − 17z⁷/20160, and log((1 + z/2)/(1 − z/2)) = z + z³/12 + z⁵/80 + z⁷/448.
    let midpoint = method("implicit-midpoint");
    let (inverse, modified) = (inverse_modified_equation(&midpoint, 6).unwrap(), modified_equation(&midpoint, 6).unwrap());
    for (n, a, b) in [(3, (-1, 12), (1, 12)), (5, (1, 120), (1, 80)), (7, (-17, 20160), (1, 448))] {
        assert_eq!(inverse.at(&path(n)), Some(&Number::ratio(a.0, a.1)));
        assert_eq!(modified.at(&path(n)), Some(&Number::ratio(b.0, b.1)));
    }
}

#[test]
fn composition_and_flows() {
    let table = SeriesTable::up_to(6).unwrap();
    // Two exact steps are one of twice the length.
    let flow = MapSeries::<Number>::exact_flow(table.clone());
    let twice = flow.then(&flow);
    for t in twice.trees().iter() {
        let expected = Number::from(1 << twice.trees().order(t)) / Number::from(twice.trees().density(t) as i64);
        assert_eq!(*twice.coefficient(t), expected);
    }
    // Explicit Euler and then implicit Euler, half a step each, is the trapezoid with half the weights in one tableau.
    let [euler, implicit, trapezoid] =
        ["forward-euler", "implicit-euler", "trapezoid"].map(|name| MapSeries::runge_kutta(table.clone(), &method(name)));
    let halved = |map: &MapSeries<Number>| {
        let scaled = map.trees().iter().map(|t| map.coefficient(t).clone() * Number::ratio(1, 1 << map.trees().order(t)));
        MapSeries::new(table.clone(), scaled.collect()).unwrap()
    };
    assert_eq!(halved(&euler).then(&halved(&implicit)).coefficients(), trapezoid.coefficients());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

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

/// Every coefficient of order 5 and less for five methods, against tables made by another route in another language (`tests/data/modified_tables.py`, the substitution law over
/// sets of cut edges); what Hairer, Lubich & Wanner print in IX.1 is checked against the tables by hand.
#[test]
fn coefficients_to_order_five() {
    let tables: toml::Table = include_str!("data/modified_tables.toml").parse().unwrap();
    assert_eq!(tables.len(), 5);
    for (name, kinds) in &tables {
        for (kind, listed) in kinds.as_table().unwrap() {
            let method = method(name);
            let series = if kind == "inverse" { inverse_modified_equation(&method, 4) } else { modified_equation(&method, 4) }.unwrap();
            let listed = listed.as_table().unwrap();
            assert_eq!(listed.len(), series.trees().count(), "{name} {kind}");
            for (bracket, value) in listed {
                let t = series.trees().find(bracket).unwrap();
                let found = series.coefficient(t).clone() / Number::from(series.trees().symmetry(t) as i64);
                assert_eq!(found.to_string(), value.as_str().unwrap(), "{name} {kind} {bracket}");
            }
        }
    }
    let table = |name: &str, kind: &str, bracket: &str| tables[name][kind][bracket].as_str().unwrap().to_owned();
    // IX.1: explicit Euler f − h/2 f'f + h² (1/12 f''(f,f) + 1/3 f'f'f); implicit midpoint h² (−1/24 f''(f,f) + 1/12 f'f'f).
    assert_eq!(["[τ]", "[ττ]", "[[τ]]"].map(|t| table("forward-euler", "modified", t)), ["-1/2", "1/12", "1/3"]);
    assert_eq!(["[τ]", "[ττ]", "[[τ]]"].map(|t| table("implicit-midpoint", "modified", t)), ["0", "-1/24", "1/12"]);
}
