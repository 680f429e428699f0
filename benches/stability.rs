//! The exact stability function of long methods beside a plain Faddeev–LeVerrier over rationals, in one run: `cargo bench --bench stability`.
use divan::Bencher;
use lambdahat::method::{Method, RungeKutta, catalog};
use lambdahat::stability::StabilityFunction;
use num_rational::BigRational;
use num_traits::{One, Zero};
use std::time::Instant;

fn main() {
    divan::main();
    ratio();
}

fn method(name: &str) -> RungeKutta {
    match catalog::find(name) {
        Ok(Method::RungeKutta(method)) => method,
        _ => panic!("{name} is a Runge–Kutta method of the catalogue"),
    }
}

/// `det(I − zA + z𝟙bᵀ)` as anyone would write it first: Faddeev–LeVerrier on rationals, every product reduced.
fn naive(method: &RungeKutta) -> Vec<BigRational> {
    let s = method.stages();
    let exact = |x: &lambdahat::exact::Number| x.as_rational().cloned().unwrap_or_else(BigRational::zero);
    let a: Vec<Vec<BigRational>> =
        method.a().iter().map(|row| row.iter().zip(method.b()).map(|(x, b)| exact(x) - exact(b)).collect()).collect();
    let mut m = a.clone();
    let mut coefficients = vec![BigRational::one()];
    for k in 1..=s {
        let trace: BigRational = (0..s).map(|i| m[i][i].clone()).sum();
        let c = -trace / BigRational::from_integer(k.into());
        for (i, row) in m.iter_mut().enumerate() {
            row[i] += &c;
        }
        coefficients.push(c);
        m = (0..s).map(|i| (0..s).map(|j| (0..s).map(|l| &a[i][l] * &m[l][j]).sum()).collect()).collect();
    }
    coefficients
}

#[divan::bench(args = ["dverk78", "verner8", "dormand-prince5", "gauss3", "feagin14"])]
fn stability_function(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| StabilityFunction::of(&method));
}

#[divan::bench(args = ["dverk78"], sample_count = 3)]
fn naive_rationals(bencher: Bencher, name: &str) {
    let method = method(name);
    bencher.bench(|| naive(&method));
}

/// The fastest of several runs of each, and their ratio.
fn ratio() {
    let method = method("dverk78");
    let fastest = |runs: usize, work: &dyn Fn()| {
        (0..runs)
            .map(|_| {
                let start = Instant::now();
                work();
                start.elapsed().as_secs_f64()
            })
            .fold(f64::INFINITY, f64::min)
    };
    let ours = fastest(20, &|| {
        divan::black_box(StabilityFunction::of(&method));
    });
    let plain = fastest(2, &|| {
        divan::black_box(naive(&method));
    });
    println!(
        "\nstability function of dverk78 (13 stages): {:.3} ms, naive {:.1} ms, {:.0} times faster",
        ours * 1e3,
        plain * 1e3,
        plain / ours
    );
}
