//! The oscillator α = 0.1, ω = 2, H = 1 and a 2×2 matrix: on which branch 500 starts land.

use super::{Table, go, training};
use lambdahat::data::Paths;
use lambdahat::fit::{Loss, Optimiser, Training};
use lambdahat::inverse::branches;
use num_complex::Complex64;
use std::time::Instant;

/// α = 0.1, ω = 2, H = 1, 20 samples from (1, 0).
fn oscillator() -> Paths {
    let w = Complex64::new(-0.1, 2.0);
    Paths::of(&[(0..=20).map(|k| (w * f64::from(k)).exp()).map(|z| vec![z.re, z.im]).collect()]).expect("finite")
}

/// How many fits sit on each branch to 1e-8, how many did not converge, how many are elsewhere, and the largest distance from a branch.
struct Shares {
    counts: Vec<usize>,
    unfinished: usize,
    astray: usize,
    worst: f64,
}

fn shares(training: &Training, starts: u64) -> Shares {
    let predicted = branches(&training.method, Complex64::new(-0.1, 2.0), training.sampling).expect("branches");
    let prepared = training.prepare(&oscillator()).expect("fits together");
    let seeds: Vec<u64> = (0..starts).collect();
    let mut found = Shares { counts: vec![0; predicted.branches.len()], unfinished: 0, astray: 0, worst: 0.0 };
    let clock = Instant::now();
    for fit in prepared.fit_seeds(&seeds, &go) {
        let Some(fit) = fit.ok().filter(|fit| fit.loss <= 1e-22) else {
            found.unfinished += 1;
            continue;
        };
        let a = &fit.learned.parameters;
        let learned = Complex64::new((a[0] + a[3]) / 2.0, (a[2] - a[1]) / 2.0);
        let distances: Vec<f64> = predicted.branches.iter().map(|b| (b.lambda - learned).norm()).collect();
        let k = (0..distances.len()).min_by(|&i, &j| distances[i].total_cmp(&distances[j])).expect("a branch");
        if distances[k] < 1e-8 {
            found.counts[k] += 1;
            found.worst = found.worst.max(distances[k]);
        } else {
            found.astray += 1;
        }
    }
    let listed: Vec<String> =
        predicted.branches.iter().zip(&found.counts).map(|(b, n)| format!("{:+.4}{:+.4}i: {n}", b.lambda.re, b.lambda.im)).collect();
    println!(
        "{:18} m = {} {:9} sd {:3}  {}   unfinished {}, astray {}, largest error {:.0e}, {:.2} ms a start",
        training.method.name(),
        training.sampling.substeps(),
        training.loss.to_string(),
        training.spread,
        listed.join("  "),
        found.unfinished,
        found.astray,
        found.worst,
        clock.elapsed().as_secs_f64() * 1e3 / starts as f64
    );
    found
}

const STARTS: u64 = 500;

pub fn pairs(table: &mut Table) {
    println!("A 2×2 matrix by Levenberg–Marquardt, 500 random starts each");
    for spread in [0.3, 1.0, 2.0, 3.0] {
        let found = shares(&Training { spread, ..training("linear", "rk4", 1.0, 1) }, STARTS);
        let four = spread < 2.0 || found.counts.iter().all(|&n| n > 0);
        table.row(
            &format!("hero, RK4, sd {spread}"),
            format!("{:?}, unfinished {}, off by {:.0e}", found.counts, found.unfinished, found.worst),
            if spread < 2.0 { "each on a branch to 1e-8" } else { "each on a branch to 1e-8, all four occur" },
            found.astray == 0 && four && found.counts.iter().sum::<usize>() > 0,
        );
    }
    for method in ["forward-euler", "implicit-euler", "implicit-midpoint", "leap-frog"] {
        let found = shares(&Training { optimiser: Optimiser::LevenbergMarquardt, ..training("linear", method, 1.0, 1) }, STARTS);
        table.row(
            &format!("hero, {method}"),
            format!("{} on its branch, {} unfinished, off by {:.0e}", found.counts[0], found.unfinished, found.worst),
            "one branch, each on it to 1e-8",
            found.astray == 0 && found.counts.len() == 1 && found.counts[0] > 250,
        );
    }
    for m in [2, 4] {
        for spread in [1.0, 3.0] {
            let found = shares(&Training { spread, ..training("linear", "rk4", 1.0, m) }, STARTS);
            let hit = found.counts.iter().filter(|&&n| n > 0).count();
            table.row(
                &format!("hero, RK4, m = {m}, sd {spread}"),
                format!(
                    "{hit} of {} branches hit, principal {}, unfinished {}, off by {:.0e}",
                    found.counts.len(),
                    found.counts[0],
                    found.unfinished,
                    found.worst
                ),
                "each on one of 4m branches to 1e-8",
                found.astray == 0 && found.counts.len() == 4 * m as usize && hit > 1,
            );
        }
    }
}

pub fn rollouts(table: &mut Table) {
    println!("The same with the loss of a rollout over all 20 intervals");
    for (loss, name) in [(Loss::Rollout, "rollout"), (Loss::Windows(5), "windows:5")] {
        for spread in [0.3, 1.0, 2.0, 3.0] {
            let found = shares(&Training { spread, loss, ..training("linear", "rk4", 1.0, 1) }, STARTS);
            table.row(
                &format!("hero, {name}, sd {spread}"),
                format!("{:?}, failed {}, off by {:.0e}", found.counts, found.unfinished, found.worst),
                "what converges is on a branch to 1e-8",
                found.astray == 0 && found.counts.iter().sum::<usize>() > 0,
            );
        }
    }
}
