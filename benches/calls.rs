//! Library calls: one λ̂ (goal 1 ms), a 200×200 map (goal 10 s), `predict` with all default calls (goal 100 ms): `cargo bench --bench calls`.
use divan::Bencher;
use lambdahat::dynamics::System;
use lambdahat::figure::call_map;
use lambdahat::inverse::Limits;
use lambdahat::inverse::step_control::{ControlledEquation, Search, estimates, solutions};
use lambdahat::loops::{Call, StateNorm};
use lambdahat::method::catalog;
use lambdahat::predict::{Beside, Prediction, Subject, default_calls};
use lambdahat::stability::region::Window;
use num_complex::Complex;
use std::time::{Duration, Instant};

fn main() {
    divan::main();
    ratios();
}

const CALLS: [&str; 5] = [
    "torchdiffeq:dopri5",
    "torchdiffeq:dopri5:rtol=1e-2,atol=1e-4",
    "diffrax:Tsit5:rtol=1e-3,atol=1e-6,dt0=1",
    "scipy:RK45",
    "torchdiffeq:rk4:step_size=0.3",
];

fn call(text: &str) -> Call {
    text.parse().expect("a call")
}

/// The naive way: μ ← μ − log(F(μ)e^{−Hλ})/H, the call followed anew each time, until nothing moves. No slopes, no decision patterns and so no
/// gaps, nothing proven; it need not converge.
fn fixed_point(call: &Call, lambda: Complex<f64>) -> Complex<f64> {
    let mut mode = lambda;
    for _ in 0..200 {
        let multiplier = call.follow(mode, &[1.0], &StateNorm::default()).expect("follows").multipliers[0];
        let step = (multiplier * (-lambda).exp()).ln();
        mode -= step;
        if step.norm() < 1e-14 * mode.norm() {
            break;
        }
    }
    mode
}

fn fastest(mut run: impl FnMut()) -> Duration {
    let timed = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..200).map(|_| timed(&mut run)).min().unwrap_or_default()
}

/// Prints the time of one λ̂ with its proof, without, and in the naive way, and how far the naive answer is off.
fn ratios() {
    let lambda = Complex::new(-0.1, 2.0);
    for text in CALLS {
        let call = call(text);
        let equation = ControlledEquation::pairs(&call, lambda, 1.0, StateNorm::default()).expect("follows");
        let found = solutions(&equation, Search::Near).expect("solves");
        let off = found.principal().map_or(f64::NAN, |s| (s.lambda - fixed_point(&call, lambda)).norm());
        let proven = fastest(|| drop(divan::black_box(solutions(&equation, Search::Near))));
        let estimated = fastest(|| drop(divan::black_box(estimates(&equation, Search::Near))));
        let naive = fastest(|| {
            divan::black_box(fixed_point(&call, lambda));
        });
        println!(
            "{text}: proven {proven:.1?}, estimated {estimated:.1?}, naive {naive:.1?}: {:.2} times as fast as naive with the proof, {:.2} without; naive is off by {off:.1e}",
            naive.as_secs_f64() / proven.as_secs_f64(),
            naive.as_secs_f64() / estimated.as_secs_f64()
        );
    }
}

#[divan::bench(args = CALLS)]
fn one_lambda(bencher: Bencher, text: &str) {
    let call = call(text);
    bencher.bench(|| {
        let equation = ControlledEquation::pairs(&call, Complex::new(-0.1, 2.0), 1.0, StateNorm::default()).expect("follows");
        solutions(&equation, Search::Near).expect("solves")
    });
}

#[divan::bench(args = ["torchdiffeq:dopri5:rtol=1e-3,atol=1e-5", "diffrax:Tsit5:rtol=1e-1,atol=1e-3,dt0=1"], sample_count = 3)]
fn map(bencher: Bencher, text: &str) {
    let call = call(text);
    let window = Window { re: [-2.0, 1.0], im: [0.0, 4.0] };
    bencher.bench(|| call_map(std::slice::from_ref(&call), window).expect("maps"));
}

#[divan::bench(sample_count = 20)]
fn predict_with_default_calls(bencher: Bencher) {
    let system = System::named("oscillator").expect("embedded");
    bencher.bench(|| {
        let subject = Subject::from_system(&system, 1.0).expect("two modes");
        let methods = ["rk4", "dormand-prince5", "implicit-midpoint"].map(|name| catalog::find(name).expect("known")).to_vec();
        let beside = Beside { calls: default_calls().expect("known"), ..Beside::default() };
        let prediction = Prediction { subject, methods, substeps: 1, limits: Limits::default() };
        prediction.report_beside(&beside, &|| false).expect("predicts")
    });
}
