//! The experiments of `docs/learning-through-a-step.md` at full size: which branch real fits land on. `cargo bench --bench experiments -- hero a b c d`
//! runs those named, all where none is; minutes to an hour.

use lambdahat::dynamics::{System, equilibria, returns};
use lambdahat::fit::{Fit, Form, Learned, Loss, Optimiser, Prepared, Training, rollout, unwatched};
use lambdahat::inverse::branches;
use lambdahat::method::{Sampling, catalog};
use num_complex::Complex64;
use rayon::prelude::*;
use std::ops::ControlFlow;
use std::time::Instant;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let all: [(&str, fn()); 6] =
        [("hero", hero), ("a", euler_outward), ("b", clean_pair), ("c", inward), ("d", every_branch), ("rollouts", hero_rollouts)];
    for (name, run) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            let clock = Instant::now();
            run();
            println!("({name}: {:.1} s)\n", clock.elapsed().as_secs_f64());
        }
    }
}

fn training(model: &str, method: &str, interval: f64, m: u32) -> Training {
    let method = catalog::find(method).expect("in the catalogue");
    Training::new(model.parse().expect("a model"), method, Sampling::new(interval, m).expect("positive"))
}

fn go(_: usize, _: lambdahat::fit::Progress<'_>) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// α = 0.1, ω = 2, H = 1, 20 samples from (1, 0).
fn oscillator() -> Vec<Vec<Vec<f64>>> {
    let w = Complex64::new(-0.1, 2.0);
    vec![(0..=20).map(|k| (w * f64::from(k)).exp()).map(|z| vec![z.re, z.im]).collect()]
}

fn shares(training: &Training, starts: u64) {
    let predicted = branches(&training.method, Complex64::new(-0.1, 2.0), training.sampling).expect("branches");
    let prepared = training.prepare(&oscillator()).expect("fits together");
    let seeds: Vec<u64> = (0..starts).collect();
    let mut counts = vec![0; predicted.branches.len()];
    let (mut unfinished, mut astray, mut worst) = (0, 0, 0.0f64);
    let clock = Instant::now();
    for fit in prepared.fit_seeds(&seeds, &go) {
        let Ok(fit) = fit else {
            unfinished += 1;
            continue;
        };
        if fit.loss > 1e-22 {
            unfinished += 1;
            continue;
        }
        let a = &fit.learned.parameters;
        let learned = Complex64::new((a[0] + a[3]) / 2.0, (a[2] - a[1]) / 2.0);
        let distances: Vec<f64> = predicted.branches.iter().map(|b| (b.lambda - learned).norm()).collect();
        let k = (0..distances.len()).min_by(|&i, &j| distances[i].total_cmp(&distances[j])).expect("a branch");
        if distances[k] < 1e-8 {
            counts[k] += 1;
            worst = worst.max(distances[k]);
        } else {
            astray += 1;
        }
    }
    let listed: Vec<String> =
        predicted.branches.iter().zip(&counts).map(|(b, n)| format!("{:+.4}{:+.4}i: {n}", b.lambda.re, b.lambda.im)).collect();
    println!(
        "{:18} m = {} {:9} sd {:3}  {}   unfinished {unfinished}, astray {astray}, largest error {worst:.0e}, {:.2} ms a start",
        training.method.name(),
        training.sampling.substeps(),
        training.loss.to_string(),
        training.spread,
        listed.join("  "),
        clock.elapsed().as_secs_f64() * 1e3 / starts as f64
    );
}

fn hero() {
    println!("A 2×2 matrix by Levenberg–Marquardt, 500 random starts each");
    for spread in [0.3, 1.0, 2.0, 3.0] {
        shares(&Training { spread, ..training("linear", "rk4", 1.0, 1) }, 500);
    }
    for method in ["forward-euler", "implicit-euler", "implicit-midpoint", "leap-frog"] {
        shares(&Training { optimiser: Optimiser::LevenbergMarquardt, ..training("linear", method, 1.0, 1) }, 500);
    }
    for m in [2, 4] {
        for spread in [1.0, 3.0] {
            shares(&Training { spread, ..training("linear", "rk4", 1.0, m) }, 500);
        }
    }
}

fn hero_rollouts() {
    println!("The same with the loss of a rollout over all 20 intervals");
    for spread in [0.3, 1.0, 2.0] {
        shares(&Training { spread, loss: Loss::Rollout, ..training("linear", "rk4", 1.0, 1) }, 200);
        shares(&Training { spread, loss: Loss::Windows(5), ..training("linear", "rk4", 1.0, 1) }, 200);
    }
}

fn unit() -> System {
    System::named("lotka-volterra").expect("a system")
}

fn energy(x: &[f64]) -> f64 {
    unit().invariant(x).unwrap_or(f64::NAN)
}

fn orbits(interval: f64, n: usize, starts: &[f64]) -> Vec<Vec<Vec<f64>>> {
    starts.iter().map(|&s| unit().trajectory(&[s, 1.0], interval, n).expect("flows")).collect()
}

/// The eigenvalue in the upper half plane of the learned field at its equilibrium near (1, 1), and the direction of rotation.
fn eigenvalue(learned: &Learned) -> (Complex64, f64) {
    let found = equilibria(learned, &[vec![1.0, 1.0]]);
    let Some(j) = found.first().map(|e| &e.jacobian) else { return (Complex64::new(f64::NAN, f64::NAN), 0.0) };
    let (half, det) = (j.trace() / 2.0, j.determinant());
    (Complex64::new(half, (det - half * half).max(0.0).sqrt()), (j[(1, 0)] - j[(0, 1)]).signum())
}

struct Turns {
    turns: usize,
    ratio: f64,
    rate: f64,
    first: f64,
}

/// The learned field itself, by RK4 with H/100 for ten periods, from (s, 1).
fn turns(learned: &Learned, interval: f64, s: f64, time: f64) -> Turns {
    let h = interval / 100.0;
    let rk4 = catalog::find("rk4").expect("in the catalogue");
    let path = rollout(learned, &rk4, Sampling::new(h, 1).expect("positive"), &[vec![s, 1.0]], (time / h) as usize).expect("steps");
    let (found, _) = returns(&path[0], &[1.0, 1.0]);
    let e0 = energy(&[s, 1.0]);
    match (found.first(), found.last()) {
        (Some(first), Some(last)) => {
            let ratio = energy(&[last.x, 1.0]) / e0;
            Turns { turns: found.len(), ratio, rate: ratio.ln() / (last.time * h), first: energy(&[first.x, 1.0]) - e0 }
        }
        _ => Turns { turns: 0, ratio: f64::NAN, rate: f64::NAN, first: f64::NAN },
    }
}

/// How far the stages' points lie from the samples: the share of stage points farther from every sample than a tenth of the orbit's radius.
fn uncovered(prepared: &Prepared, fit: &Fit, samples: &[Vec<Vec<f64>>]) -> f64 {
    // The second stage of RK4 from each sample: y + h/2 f(y), of the learned field.
    let states: Vec<&Vec<f64>> = samples.iter().flatten().collect();
    let h = prepared.step().size();
    let far = states
        .iter()
        .filter(|y| {
            let mut f = [0.0; 2];
            lambdahat::dynamics::Field::value(&fit.learned, y, &mut f);
            let stage = [y[0] + h / 2.0 * f[0], y[1] + h / 2.0 * f[1]];
            states.iter().all(|s| (s[0] - stage[0]).hypot(s[1] - stage[1]) > 0.1)
        })
        .count();
    far as f64 / states.len() as f64
}

fn nearest(method: &str, interval: f64, learned: (Complex64, f64)) -> (Complex64, f64) {
    let method = catalog::find(method).expect("in the catalogue");
    let found = branches(&method, Complex64::new(0.0, 1.0), Sampling::new(interval, 1).expect("positive")).expect("branches");
    let (z, turn) = learned;
    let z = if turn < 0.0 { z.conj() } else { z };
    let nearest = found.branches.iter().min_by(|a, b| (a.lambda - z).norm().total_cmp(&(b.lambda - z).norm())).expect("a branch");
    (nearest.lambda, (nearest.lambda - z).norm())
}

fn report(method: &str, interval: f64, fit: &Fit, starts: &[f64], time: f64) {
    let learned = eigenvalue(&fit.learned);
    let (branch, distance) = nearest(method, interval, learned);
    let mut line = format!(
        "{method:17} H = {interval} seed {} loss {:.1e} ({} it)  λ̂ {:+.4}{:+.4}i, branch {:+.4}{:+.4}i, off {distance:.0e} ",
        fit.seed,
        fit.loss,
        fit.iterations,
        learned.0.re,
        learned.0.im * learned.1,
        branch.re,
        branch.im
    );
    for &s in starts {
        let t = turns(&fit.learned, interval, s, time);
        line.push_str(&format!("| {s}: {} turns E×{:.3} rate {:+.1e} ΔV₁ {:+.4} ", t.turns, t.ratio, t.rate, t.first));
    }
    println!("{line}");
}

fn euler_outward() {
    println!("a) forward Euler, H = 0.5, T = 20, mlp:64x64; truncated at h⁵ ΔV in the first period is −0.09079, −0.29498, −0.86812");
    let data = orbits(0.5, 40, &[1.5, 2.0, 3.0]);
    let training = Training { iterations: Some(150), target: 1e-13, ..training("mlp:64x64", "forward-euler", 0.5, 1) };
    let prepared = training.prepare(&data).expect("fits together");
    for fit in prepared.fit_seeds(&[0, 1, 2], &go).into_iter().flatten() {
        report("forward-euler", 0.5, &fit, &[1.5, 2.0, 3.0], 12.0);
    }
}

fn clean_pair() {
    println!("b) H = 1, mlp:32x32, Levenberg–Marquardt, 5 seeds: RK4 outward, implicit midpoint closed");
    let data = orbits(1.0, 100, &[1.2, 1.5, 1.9]);
    for (method, form) in [("rk4", Form::Step), ("implicit-midpoint", Form::Residual)] {
        let training = Training { form, iterations: Some(60), target: 1e-20, ..training("mlp:32x32", method, 1.0, 1) };
        let prepared = training.prepare(&data).expect("fits together");
        for fit in prepared.fit_seeds(&[0, 1, 2, 3, 4], &go).into_iter().flatten() {
            report(method, 1.0, &fit, &[1.2, 1.5, 1.9], 66.0);
            println!("      stages farther than 0.1 from every sample: {:.0} %", 100.0 * uncovered(&prepared, &fit, &data));
        }
    }
}

fn inward() {
    println!("c) RK4, Adam 3000 steps, mlp:32x32, 8 seeds");
    for interval in [1.5, 1.75] {
        let data = orbits(interval, 100, &[1.2, 1.5, 1.9]);
        let training = Training { optimiser: Optimiser::Adam, iterations: Some(3000), ..training("mlp:32x32", "rk4", interval, 1) };
        let prepared = training.prepare(&data).expect("fits together");
        for fit in prepared.fit_seeds(&(0..8).collect::<Vec<u64>>(), &go).into_iter().flatten() {
            report("rk4", interval, &fit, &[1.5], 66.0);
        }
    }
}

fn every_branch() {
    println!("d) polynomial:8 on 400 points over the area of the orbit of 1.4, started from the linear field of each branch, H = 1");
    // Points of the area, on a golden-ratio lattice in the logarithms; each with one exact step.
    let largest = energy(&[1.4, 1.0]);
    let mut data = Vec::new();
    let mut k = 0u32;
    while data.len() < 400 {
        k += 1;
        let (u, v) = ((f64::from(k) * 0.754_877_666_246_693) % 1.0, (f64::from(k) * 0.569_840_290_998_053) % 1.0);
        let x = vec![(2.0 * u - 1.0).exp(), (2.0 * v - 1.0).exp()];
        if energy(&x) <= largest {
            data.push(unit().trajectory(&x, 1.0, 1).expect("flows"));
        }
    }
    for method in ["rk4", "implicit-midpoint"] {
        let form = if method == "rk4" { Form::Step } else { Form::Residual };
        let training =
            Training { form, optimiser: Optimiser::LevenbergMarquardt, target: 1e-28, ..training("polynomial:8", method, 1.0, 1) };
        let prepared = training.prepare(&data).expect("fits together");
        let found = branches(&training.method, Complex64::new(0.0, 1.0), training.sampling).expect("branches");
        let fits: Vec<Fit> = found
            .branches
            .par_iter()
            .map(|b| {
                let matrix = [b.lambda.re, -b.lambda.im, b.lambda.im, b.lambda.re];
                let start = prepared.model().linear_start(&matrix, Some(&[1.0, 1.0]));
                prepared.fit(0, start, &mut unwatched).expect("finite")
            })
            .collect();
        for fit in &fits {
            report(method, 1.0, fit, &[1.1, 1.25], 66.0);
        }
    }
}
