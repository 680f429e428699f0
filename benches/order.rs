//! Trees, order conditions and B-series, beside the naive way to the same result.

use divan::{Bencher, black_box};
use lambdahat::dynamics::{PolynomialField, RationalPolynomial, System};
use lambdahat::exact::Number;
use lambdahat::method::{Method, RungeKutta, catalog};
use lambdahat::order::{self, FieldExpansion, FieldSeries, LevelSequences, MapSeries, SeriesTable, Tree, Trees, elementary_weights};

fn main() {
    divan::main();
}

fn method(name: &str) -> RungeKutta {
    match catalog::find(name) {
        Ok(Method::RungeKutta(method)) => method,
        other => panic!("{name}: {other:?}"),
    }
}

/// All 53,272 trees of order 14 and less.
#[divan::bench]
fn trees_to_order_14() -> Trees {
    Trees::up_to(black_box(14)).unwrap()
}

/// The same trees as level sequences, collected.
#[divan::bench]
fn trees_to_order_14_naive() -> usize {
    (1..=14).flat_map(LevelSequences::new).collect::<std::collections::HashSet<_>>().len()
}

#[divan::bench(args = ["rk4", "dormand-prince5", "dverk78", "verner8", "enright-verner8", "cooper-verner8-1", "verner9-efficient"])]
fn order_exact(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| order::order(black_box(&method)));
}

/// Every elementary weight of order 8 and less in rational arithmetic.
#[divan::bench(args = ["rk4", "dormand-prince5", "dverk78"], sample_count = 3)]
fn order_naive(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| {
        let trees = Trees::up_to(8).unwrap();
        let weights = elementary_weights(method.a(), method.b(), &trees);
        trees.iter().zip(weights).filter(|(t, w)| *w == Number::ratio(1, trees.density(*t) as i64)).count()
    });
}

/// 35 stages, 53,272 conditions that hold and 87,655 that do not.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn order_of_feagin14(bencher: Bencher) {
    let method = method("feagin14");
    bencher.bench(|| order::order(black_box(&method)));
}

/// Through h^10: the trees with at most 11 vertices.
#[divan::bench(args = ["rk4", "dormand-prince5", "gauss2"], sample_count = 3)]
fn inverse_modified_to_h10(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| order::inverse_modified_equation(black_box(&method), 10).unwrap());
}

/// Through h^9: order 10.
#[divan::bench(args = ["rk4", "dormand-prince5"])]
fn inverse_modified_to_h9(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| order::inverse_modified_equation(black_box(&method), 9).unwrap());
}

/// The same by substitution, order after order: b ⋆ Φ = 1/γ solved for the trees with n vertices, the whole product computed anew for each n.
#[divan::bench(args = ["rk4"], sample_count = 1, sample_size = 1)]
fn inverse_modified_to_h9_naive(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| naive_inverse(black_box(&method), 10));
}

fn naive_inverse(method: &RungeKutta, order: usize) -> FieldSeries<Number> {
    let table = SeriesTable::up_to(order).unwrap();
    let map = MapSeries::runge_kutta(table.clone(), method);
    let mut known: Vec<Number> = table.trees().iter().map(|_| Number::from(0)).collect();
    for n in 1..=order {
        let reached = map.of_field(&FieldSeries::new(table.clone(), known.clone()).unwrap());
        for t in table.trees().of_order(n) {
            known[t.index()] = Number::ratio(1, table.trees().density(t) as i64) - reached.coefficient(t).clone();
        }
    }
    FieldSeries::new(table, known).unwrap()
}

#[divan::bench(args = ["rk4", "dormand-prince5"])]
fn modified_to_h9(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| order::modified_equation(black_box(&method), 9).unwrap());
}

/// The same in rationals, each reduced.
#[divan::bench(args = ["rk4"], sample_count = 3)]
fn modified_to_h9_naive(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| MapSeries::runge_kutta(SeriesTable::up_to(10).unwrap(), black_box(&method)).generator());
}

/// The field that Euler, midpoint and RK4 learn of Lotka–Volterra through h^8.
#[divan::bench(args = ["forward-euler", "midpoint", "rk4"])]
fn lotka_volterra_to_h8(bencher: Bencher, name: &str) {
    let method = method(name);
    let system = System::named("lotka-volterra").unwrap();
    let field = PolynomialField::of_system(&system).unwrap();
    bencher.bench(|| FieldExpansion::inverse(black_box(&method), &field, 8).unwrap());
}

/// The same for Euler by Lie derivatives in rationals: f_k = (k-th derivative of f along itself) / (k + 1)!.
#[divan::bench]
fn lotka_volterra_to_h8_by_lie_derivatives(bencher: Bencher) {
    let field = PolynomialField::of_system(&System::named("lotka-volterra").unwrap()).unwrap();
    let Ok(Method::Multistep(euler)) = catalog::find("adams-bashforth-1") else { return };
    bencher.bench(|| FieldExpansion::multistep(black_box(&euler), &field, 8).unwrap());
}

/// The same with every elementary differential computed by itself, in rationals: no subtree is shared.
#[divan::bench(args = ["forward-euler"], sample_count = 1, sample_size = 1)]
fn lotka_volterra_to_h8_naive(bencher: Bencher, name: &str) {
    let method = method(name);
    let field = PolynomialField::of_system(&System::named("lotka-volterra").unwrap()).unwrap();
    bencher.bench(|| {
        let series = order::inverse_modified_equation(black_box(&method), 8).unwrap();
        let trees = series.trees();
        let mut sums = vec![vec![RationalPolynomial::zero(); 2]; 9];
        for t in trees.iter() {
            let weight = series.coefficient(t).clone() / Number::from(trees.symmetry(t) as i64);
            let Some(weight) = weight.as_rational().cloned() else { continue };
            for (sum, value) in sums[trees.order(t) - 1].iter_mut().zip(differential(&field, trees, t)) {
                *sum = sum.plus(&value.scaled(&weight));
            }
        }
        sums
    });
}

/// F(t) by its definition: a sum over all directions of all branches.
fn differential(field: &PolynomialField, trees: &Trees, t: Tree) -> Vec<RationalPolynomial> {
    fn along(p: &RationalPolynomial, branches: &[Vec<RationalPolynomial>]) -> RationalPolynomial {
        let Some((first, rest)) = branches.split_first() else { return p.clone() };
        let parts = first.iter().enumerate().map(|(j, direction)| along(&p.derivative(j), rest).times(direction));
        parts.fold(RationalPolynomial::zero(), |sum, part| sum.plus(&part))
    }
    let branches: Vec<Vec<RationalPolynomial>> = trees.branches(t).into_iter().map(|b| differential(field, trees, b)).collect();
    field.components().iter().map(|p| along(p, &branches)).collect()
}
