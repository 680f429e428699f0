//! Learning through a step, one thread: an Adam step and Levenberg–Marquardt on the trial's 300 pairs of Lotka–Volterra samples
//! (parameters 1, H = 0.5, starts (1.4, 1), (1.9, 1), (2.6, 1), RK4). `benches/peers/run` runs the same work in Python.

use divan::Bencher;
use lambdahat::dynamics::System;
use lambdahat::fit::{Adam, Fit, LevenbergMarquardt, Loss, LossForm, Model, Objective, Prepared, Step, Training, Windows, unwatched};
use lambdahat::method::{Sampling, catalog};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::time::Instant;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse::<u64>().unwrap_or_else(|_| panic!("`{text}` is not a whole number"));
    // JSON lines for `benches/peers/run`, one kind of work a call, so that it can alternate with its peers.
    match words.iter().position(|word| word.starts_with("--peer-")).map_or(&[][..], |at| &words[at..]) {
        [] => divan::main(),
        ["--peer-adam", width, ..] => adam_times(number(width)),
        ["--peer-lm", width, seed, ..] => levenberg_marquardt_time(number(width), number(seed)),
        ["--peer-linear", deviation, starts, ..] => linear_times(deviation, number(starts)),
        ["--peer-start", width, seed, ..] => println!("{:?}", case(&format!("mlp:{width}x{width}"), number(seed)).start),
        ["--peer-linear-starts", deviation, starts, ..] => {
            let prepared = oscillator(deviation);
            println!("{:?}", (0..number(starts)).map(|seed| prepared.start(seed)).collect::<Vec<_>>());
        }
        other => panic!("{other:?}: see benches/peers/run"),
    }
}

/// Seconds that this thread has run, as the scheduler counts them (Linux), so that a busy machine does not count; elsewhere the clock on the wall.
fn cpu_seconds(clock: Instant) -> f64 {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = counted.as_deref().and_then(|text| text.split_whitespace().next()).and_then(|word| word.parse::<f64>().ok());
    nanoseconds.map_or_else(|| clock.elapsed().as_secs_f64(), |n| n * 1e-9)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Milliseconds a step, and which part of what this core can do at that very time: the multiply-adds of the step's matrix products at the rate of
/// a loop that does nothing else, beside each repeat.
fn adam_times(width: u64) {
    let clock = Instant::now();
    let case = case(&format!("mlp:{width}x{width}"), 0);
    let mut objective = Objective::new(&case.model, &case.step, &case.windows).expect("fits");
    let adam = Adam { iterations: 300, ..Adam::default() };
    // Forwards, backwards, gradient: three products a layer, four stages.
    let operations = (3 * 4 * case.windows.count() * case.model.parameter_count()) as f64;
    let (mut times, mut shares, mut peaks) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..15 {
        let peak = multiply_adds_a_second(clock);
        let before = cpu_seconds(clock);
        adam.run(&mut objective, case.start.clone(), &mut unwatched).expect("finite");
        let step = (cpu_seconds(clock) - before) / adam.iterations as f64;
        times.push(step * 1e3);
        shares.push(operations / peak / step);
        peaks.push(peak);
    }
    let least = times.iter().copied().fold(f64::INFINITY, f64::min);
    println!(
        "{{\"what\":\"lambdahat\",\"width\":{width},\"median\":{:.4},\"least\":{least:.4},\"share_of_peak\":{:.3},\"peak_gflops\":{:.1}}}",
        median(times),
        median(shares),
        2e-9 * median(peaks)
    );
}

/// Fused multiply-adds a second of a loop in registers, with the widest vectors here.
fn multiply_adds_a_second(clock: Instant) -> f64 {
    const ROUNDS: usize = 2_000_000;
    let before = cpu_seconds(clock);
    let each = peak::work(std::hint::black_box(ROUNDS));
    (each * ROUNDS) as f64 / (cpu_seconds(clock) - before)
}

#[cfg(target_arch = "x86_64")]
mod peak {
    use std::arch::x86_64::*;
    use std::hint::black_box;

    /// Runs the rounds; multiply-adds in each.
    pub fn work(rounds: usize) -> usize {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the feature was found.
            unsafe { wide(rounds) };
            return 12 * 8;
        }
        if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
            // SAFETY: both features were found.
            unsafe { narrow(rounds) };
            return 12 * 4;
        }
        super::plain::work(rounds)
    }

    #[target_feature(enable = "avx512f")]
    unsafe fn wide(rounds: usize) {
        let (a, b) = (_mm512_set1_pd(0.999_999), _mm512_set1_pd(1e-9));
        let mut sums = [_mm512_set1_pd(1.0); 12];
        for _ in 0..rounds {
            sums.iter_mut().for_each(|s| *s = _mm512_fmadd_pd(*s, a, b));
        }
        black_box(sums);
    }

    #[target_feature(enable = "avx2,fma")]
    unsafe fn narrow(rounds: usize) {
        let (a, b) = (_mm256_set1_pd(0.999_999), _mm256_set1_pd(1e-9));
        let mut sums = [_mm256_set1_pd(1.0); 12];
        for _ in 0..rounds {
            sums.iter_mut().for_each(|s| *s = _mm256_fmadd_pd(*s, a, b));
        }
        black_box(sums);
    }
}

#[cfg(not(target_arch = "x86_64"))]
use plain as peak;

mod plain {
    /// Without fused instructions that are known here.
    pub fn work(rounds: usize) -> usize {
        let mut sums = [1.0f64; 16];
        for _ in 0..rounds {
            sums.iter_mut().for_each(|x| *x = *x * 0.999_999 + 1e-9);
        }
        std::hint::black_box(sums);
        16
    }
}

fn levenberg_marquardt_time(width: u64, seed: u64) {
    let clock = Instant::now();
    let case = case(&format!("mlp:{width}x{width}"), seed);
    let optimiser = LevenbergMarquardt { target: 1e-8, ..LevenbergMarquardt::default() };
    let before = cpu_seconds(clock);
    let outcome = optimiser.run(&case.model, &case.step, &case.windows, case.start.clone(), None, &mut unwatched).expect("finite");
    let seconds = cpu_seconds(clock) - before;
    println!(
        "{{\"what\":\"lambdahat-lm\",\"width\":{width},\"seed\":{seed},\"iterations\":{},\"loss\":{:e},\"seconds\":{seconds:.4}}}",
        outcome.iterations, outcome.loss
    );
}

/// The hero: a 2×2 matrix through RK4, α = 0.1, ω = 2, H = 1, 20 pairs.
fn oscillator(deviation: &str) -> Prepared {
    let system = System::named("damped-oscillator").expect("a system");
    let samples = system.paths(&[[1.0, 0.0]], 1.0, 20).expect("flows");
    let method = catalog::find("rk4").expect("in the catalogue");
    let sampling = Sampling::new(1.0, 1).expect("positive");
    let spread = deviation.parse().expect("a standard deviation");
    let training = Training { spread, ..Training::new("linear".parse().expect("a model"), method, sampling) };
    training.prepare(&samples).expect("fits together")
}

/// Milliseconds a start, and on which root of R(z) = e^{hλ} the starts land (ordered by their distance from λ).
fn linear_times(deviation: &str, starts: u64) {
    let clock = Instant::now();
    let prepared = oscillator(deviation);
    let lambda = num_complex::Complex64::new(-0.1, 2.0);
    let rk4 = catalog::find("rk4").expect("in the catalogue");
    let found = lambdahat::inverse::branches(&rk4, lambda, Sampling::new(1.0, 1).expect("positive")).expect("branches");
    let mut roots: Vec<num_complex::Complex64> = found.branches.iter().map(|branch| branch.lambda).collect();
    roots.sort_by(|a, b| (a - lambda).norm().total_cmp(&(b - lambda).norm()));
    let (mut counts, mut failed) = (vec![0; roots.len()], 0);
    let count = |fit: Fit| {
        let a = &fit.learned.parameters;
        let learned = num_complex::Complex64::new((a[0] + a[3]) / 2.0, (a[2] - a[1]) / 2.0);
        (0..roots.len()).min_by(|&i, &j| (roots[i] - learned).norm().total_cmp(&(roots[j] - learned).norm())).expect("four")
    };
    for seed in 0..starts {
        match prepared.fit(seed, None, &mut unwatched) {
            Ok(fit) if fit.loss < 1e-20 => counts[count(fit)] += 1,
            _ => failed += 1,
        }
    }
    // The scheduler counts in ticks of some milliseconds: all starts again and again, for half a second.
    let (before, mut rounds) = (cpu_seconds(clock), 0);
    while cpu_seconds(clock) - before < 0.5 {
        (0..starts).for_each(|seed| drop(std::hint::black_box(prepared.fit(seed, None, &mut unwatched))));
        rounds += 1;
    }
    let milliseconds = (cpu_seconds(clock) - before) / (starts * rounds) as f64 * 1e3;
    println!("{{\"what\":\"lambdahat-linear\",\"sd\":{deviation},\"counts\":{counts:?},\"failed\":{failed},\"ms\":{milliseconds:.4}}}");
}

struct Case {
    model: Model,
    step: Step,
    windows: Windows,
    start: Vec<f64>,
}

fn case(model: &str, seed: u64) -> Case {
    let system = System::named("lotka-volterra").expect("a system");
    let paths = system.paths(&[1.4, 1.9, 2.6].map(|s| [s, 1.0]), 0.5, 100).expect("flows");
    let method = catalog::find("rk4").expect("in the catalogue");
    let step = Step::new(&method, Sampling::new(0.5, 1).expect("positive"), LossForm::Step).expect("explicit");
    let windows = Windows::new(&paths, Loss::Pairs, &step).expect("long enough");
    let states = paths.to_states();
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
