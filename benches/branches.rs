//! Branches of many modes on one core, certified, beside a plain Durand–Kerner: `cargo bench --bench branches`.
use divan::Bencher;
use divan::counter::ItemsCount;
use lambdahat::inverse::LearningEquation;
use lambdahat::method::{Sampling, catalog};
use num_complex::Complex;
use std::time::{Duration, Instant};

const MODES: usize = 2_000;

fn main() {
    // One core: the figures are per core.
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global().expect("the pool is built once, here");
    if std::env::args().any(|argument| argument == "--peer-million") {
        return million();
    }
    divan::main();
    ratios();
}

fn spread(count: usize) -> Vec<Complex<f64>> {
    let point =
        |k: f64| Complex::new(-2.0 + 2.5 * (k * 0.754_877_666_246_692_7).fract(), -3.0 + 6.0 * (k * 0.569_840_290_998_053_2).fract());
    (0..count).map(|k| point(k as f64)).collect()
}

fn modes() -> Vec<Complex<f64>> {
    spread(MODES)
}

/// Prints the seconds that 10⁶ modes of RK4 take, the fastest of three, for `benches/peers/python_package.py`.
fn million() {
    let (equation, modes) = (equation("rk4"), spread(1_000_000));
    let seconds = (0..3).map(|_| {
        let start = Instant::now();
        drop(divan::black_box(equation.batch(&modes, once())));
        start.elapsed().as_secs_f64()
    });
    println!("{}", seconds.fold(f64::INFINITY, f64::min));
}

fn equation(name: &str) -> LearningEquation {
    LearningEquation::of(&catalog::find(name).expect("in the catalogue")).expect("not constant")
}

fn once() -> Sampling {
    Sampling::new(1.0, 1).expect("positive")
}

#[divan::bench(args = ["rk4", "dormand-prince5", "gauss3"], sample_count = 200)]
fn certified_batch(bencher: Bencher, name: &str) {
    let (equation, modes) = (equation(name), modes());
    bencher.counter(ItemsCount::new(MODES)).bench(|| equation.batch(&modes, once()));
}

#[divan::bench(args = ["rk4", "dormand-prince5", "gauss3"], sample_count = 200)]
fn one_at_a_time(bencher: Bencher, name: &str) {
    let (equation, modes) = (equation(name), modes());
    bencher.counter(ItemsCount::new(200usize)).bench(|| modes[..200].iter().map(|l| equation.branches(*l, once())).collect::<Vec<_>>());
}

/// The naive way: coefficients of P − wQ in a vector, Durand–Kerner from powers of 0.4 + 0.9i until nothing moves. Nothing certified, no
/// principal branch.
fn durand_kerner(p: &[f64], q: &[f64], lambda: Complex<f64>) -> Vec<Complex<f64>> {
    let w = lambda.exp();
    let n = p.len().max(q.len());
    let c: Vec<Complex<f64>> = (0..n).map(|k| p.get(k).copied().unwrap_or(0.0) - w * q.get(k).copied().unwrap_or(0.0)).collect();
    let monic: Vec<Complex<f64>> = c.iter().map(|x| x / c[n - 1]).collect();
    let mut z: Vec<Complex<f64>> = (0..n - 1).map(|k| Complex::new(0.4, 0.9).powu(k as u32)).collect();
    for _ in 0..200 {
        let mut moved = 0.0f64;
        for i in 0..z.len() {
            let value = monic.iter().rev().fold(Complex::new(0.0, 0.0), |v, c| v * z[i] + c);
            let product = (0..z.len()).filter(|&j| j != i).fold(Complex::new(1.0, 0.0), |p, j| p * (z[i] - z[j]));
            let step = value / product;
            z[i] -= step;
            moved = moved.max(step.norm() / z[i].norm());
        }
        if moved < 1e-14 {
            break;
        }
    }
    z
}

fn plain(name: &str) -> (Vec<f64>, Vec<f64>) {
    match name {
        "rk4" => (vec![1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0], vec![1.0]),
        "dormand-prince5" => (vec![1.0, 1.0, 0.5, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 600.0], vec![1.0]),
        _ => (vec![1.0, 0.5, 0.1, 1.0 / 120.0], vec![1.0, -0.5, 0.1, -1.0 / 120.0]),
    }
}

#[divan::bench(args = ["rk4", "dormand-prince5", "gauss3"], sample_count = 200)]
fn naive(bencher: Bencher, name: &str) {
    let ((p, q), modes) = (plain(name), modes());
    bencher.counter(ItemsCount::new(1000usize)).bench(|| modes[..1000].iter().map(|l| durand_kerner(&p, &q, *l)).collect::<Vec<_>>());
}

fn fastest(mut run: impl FnMut()) -> Duration {
    let timed = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..300).map(|_| timed(&mut run)).min().unwrap_or_default()
}

/// Prints modes per second of both, their ratio, and that both find the same solutions.
fn ratios() {
    let modes = modes();
    for name in ["rk4", "dormand-prince5", "gauss3"] {
        let equation = equation(name);
        let (p, q) = plain(name);
        let batch = equation.batch(&modes, once()).expect("every mode has an answer");
        let mut worst = 0.0f64;
        for (mode, lambda) in modes.iter().enumerate() {
            for z in durand_kerner(&p, &q, *lambda) {
                let nearest = batch.z(mode).iter().map(|found| (found - z).norm()).fold(f64::INFINITY, f64::min);
                worst = worst.max(nearest / (1.0 + z.norm()));
            }
        }
        let certified = fastest(|| drop(divan::black_box(equation.batch(&modes, once()))));
        let naive = fastest(|| modes.iter().for_each(|l| drop(divan::black_box(durand_kerner(&p, &q, *l)))));
        let rate = |time: Duration| MODES as f64 / time.as_secs_f64();
        println!(
            "{name}: certified with the principal branch {:.0} modes/s, naive {:.0} modes/s, ratio {:.1}; solutions differ by at most {worst:.1e}",
            rate(certified),
            rate(naive),
            rate(certified) / rate(naive)
        );
    }
}
