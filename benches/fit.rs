//! Learning through a step, one thread: an Adam step and Levenberg–Marquardt on the trial's 300 pairs of Lotka–Volterra samples
//! (parameters 1, H = 0.5, starts (1.4, 1), (1.9, 1), (2.6, 1), RK4). `benches/peers/run` runs the same work in Python.

use divan::Bencher;
use lambdahat::dynamics::System;
use lambdahat::fit::{Adam, Form, LevenbergMarquardt, Loss, Model, Objective, Step, Windows, unwatched};
use lambdahat::method::{Sampling, catalog};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Instant;

fn main() {
    if std::env::args().any(|argument| argument == "--cpu-times") {
        cpu_times();
    } else {
        divan::main();
    }
}

/// Seconds that this thread has run, as the scheduler counts them (Linux), so that a busy machine does not count; elsewhere the clock on the wall.
fn cpu_seconds(clock: Instant) -> f64 {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.as_deref().and_then(|text| text.split_whitespace().next()).and_then(|word| word.parse::<f64>().ok());
    nanoseconds.map_or_else(|| clock.elapsed().as_secs_f64(), |n| n * 1e-9)
}

/// JSON lines for `benches/peers/ratios.py`.
fn cpu_times() {
    let clock = Instant::now();
    for width in [32, 64] {
        let name = format!("mlp:{width}x{width}");
        let case_0 = case(&name, 0);
        let mut objective = Objective::new(&case_0.model, &case_0.step, &case_0.windows).expect("fits");
        let adam = Adam { iterations: 100, ..Adam::default() };
        let mut times: Vec<f64> = (0..10)
            .map(|_| {
                let before = cpu_seconds(clock);
                adam.run(&mut objective, case_0.start.clone(), &mut unwatched).expect("finite");
                (cpu_seconds(clock) - before) * 10.0
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{{\"what\":\"lambdahat\",\"width\":{width},\"median\":{:.4},\"least\":{:.4}}}", times[5], times[0]);
        for seed in 0..5 {
            let case = case(&name, seed);
            let optimiser = LevenbergMarquardt { target: 1e-8, ..LevenbergMarquardt::default() };
            let before = cpu_seconds(clock);
            let outcome = optimiser.run(&case.model, &case.step, &case.windows, case.start.clone(), None, &mut unwatched).expect("finite");
            let seconds = cpu_seconds(clock) - before;
            println!(
                "{{\"what\":\"lambdahat-lm\",\"width\":{width},\"seed\":{seed},\"iterations\":{},\"loss\":{:e},\"seconds\":{seconds:.4}}}",
                outcome.iterations, outcome.loss
            );
        }
    }
}

struct Case {
    model: Model,
    step: Step,
    windows: Windows,
    start: Vec<f64>,
}

fn case(model: &str, seed: u64) -> Case {
    let system = System::named("lotka-volterra").expect("a system");
    let trajectories: Vec<Vec<Vec<f64>>> =
        [1.4, 1.9, 2.6].iter().map(|&s| system.trajectory(&[s, 1.0], 0.5, 100).expect("flows")).collect();
    let method = catalog::find("rk4").expect("in the catalogue");
    let step = Step::new(&method, Sampling::new(0.5, 1).expect("positive"), Form::Step).expect("explicit");
    let windows = Windows::new(&trajectories, Loss::Pairs, &step).expect("long enough");
    let states: Vec<Vec<f64>> = trajectories.concat();
    let model = Model::new(&model.parse().expect("a model"), &states).expect("states");
    let start = model.random(1.0, &mut ChaCha8Rng::seed_from_u64(seed));
    Case { model, step, windows, start }
}

#[divan::bench(args = ["mlp:32x32", "mlp:64x64"], sample_count = 20)]
fn adam_100_steps(bencher: Bencher, model: &str) {
    let case = case(model, 0);
    let mut objective = Objective::new(&case.model, &case.step, &case.windows).expect("fits");
    let adam = Adam { iterations: 100, ..Adam::default() };
    bencher.bench_local(|| adam.run(&mut objective, case.start.clone(), &mut unwatched).expect("finite").loss);
}

#[divan::bench(args = ["mlp:32x32", "mlp:64x64"], sample_count = 5)]
fn levenberg_marquardt_to_1e_8(bencher: Bencher, model: &str) {
    let case = case(model, 0);
    let optimiser = LevenbergMarquardt { target: 1e-8, ..LevenbergMarquardt::default() };
    bencher.bench_local(|| {
        let outcome = optimiser.run(&case.model, &case.step, &case.windows, case.start.clone(), None, &mut unwatched).expect("finite");
        assert!(outcome.loss <= 1e-8);
        outcome.iterations
    });
}
