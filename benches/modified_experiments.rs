//! The experiments of `docs/modified-equations.md` at full size, each asserting what it states: `cargo bench --bench modified_experiments -- published networks`
//! runs those named, all where none is; some minutes.

#[path = "modified_experiments/published.rs"]
mod published;

use lambdahat::dynamics::{Field, PolynomialField, System};
use lambdahat::fit::{Training, unwatched};
use lambdahat::method::{Method, Sampling, catalog};
use lambdahat::order::{FieldExpansion, drift};
use lambdahat::repair::turn_drifts;
use published::{Distances, Experiment, Pendulum, attractor, box_points, cubic, lorenz, slope};
use std::time::Instant;

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let all: [(&str, fn()); 2] = [("published", published), ("networks", networks)];
    for (name, run) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            let clock = Instant::now();
            run();
            println!("({name}: {:.1} s)\n", clock.elapsed().as_secs_f64());
        }
    }
}

fn print(what: &str, row: &Distances) {
    println!("{what:34} {row}");
}

/// Ten times nearer to the inverse modified field than to the truth; where that field is itself not known to a tenth of the correction, nothing can be, and
/// the distance must be what is not known.
fn held(what: &str, row: &Distances) {
    assert!(row.settled_ratio >= 10.0, "{what}: {row}");
    assert!(row.ratio() >= 10.0 || row.modified < 1.1 * row.unknown, "{what}: {row}");
}

fn series(what: &str, experiment: &Experiment, points: &[Vec<f64>], intervals: &[f64], order: f64) {
    let rows: Vec<Distances> = intervals.iter().map(|&interval| experiment.run(points, interval, 4)).collect();
    rows.iter().for_each(|row| print(what, row));
    let slope = slope(&rows);
    println!("{what:34} slope {slope:.3}");
    rows.iter().for_each(|row| held(what, row));
    assert!((slope - order).abs() < 0.15, "{what}: slope {slope}");
}

/// What another class learns from other points: the inverse modified field without its series, for where that diverges.
fn learned_alike(what: &str, one: &Experiment, model: &str, points: &[Vec<f64>], others: &[Vec<f64>], interval: f64) {
    let other = Experiment { model, ..*one };
    let (here, there) = (one.learned(points, interval), other.learned(others, interval));
    let mut sums = [0.0; 2];
    for x in points {
        let (mut a, mut b, mut truth) = (x.clone(), x.clone(), x.clone());
        here.learned.value(x, &mut a);
        there.learned.value(x, &mut b);
        one.field.value(x, &mut truth);
        for (sum, other) in sums.iter_mut().zip([&b, &truth]) {
            *sum += a.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        }
    }
    let [alike, truth] = sums.map(|sum| (sum / points.len() as f64).sqrt());
    println!(
        "{what:34} H = {interval:5.3}  from the truth {truth:.2e}  from what {model} learns on other points {alike:.2e}  {:.1} times nearer",
        truth / alike
    );
    assert!(truth >= 10.0 * alike, "{what}");
}

/// Zhu, Jin, Zhu & Tang, ICML 2022.
fn published() {
    let points = box_points([3.8, 1.2], 600);
    let intervals: Vec<f64> = (1..=8).map(|j| 0.02 * f64::from(j)).collect();
    for (method, rounds, order) in [("forward-euler", 1, 1.0), ("midpoint", 7, 2.0)] {
        let experiment = Experiment { field: &Pendulum as &(dyn Field + Sync), method, model: "polynomial:12", substeps: 1, rounds };
        series(&format!("pendulum, {method}"), &experiment, &points, &intervals, order);
    }
    let midpoint =
        Experiment { field: &Pendulum as &(dyn Field + Sync), method: "midpoint", model: "polynomial:12", substeps: 1, rounds: 7 };
    learned_alike("pendulum, midpoint", &midpoint, "polynomial:14", &points, &box_points([3.8, 1.2], 840), 0.16);
    let points = box_points([2.2, 2.2], 800);
    let intervals: Vec<f64> = (1..=4).map(|j| 0.0025 * f64::from(j)).collect();
    for (method, rounds, order) in [("forward-euler", 1, 1.0), ("midpoint", 6, 2.0)] {
        let experiment = Experiment { field: &cubic(), method, model: "polynomial:13", substeps: 1, rounds };
        series(&format!("cubic oscillator, {method}"), &experiment, &points, &intervals, order);
    }
    let points = attractor(1200);
    for (method, substeps, rounds) in [("forward-euler", 1, 1), ("midpoint", 2, 7)] {
        let experiment = Experiment { field: &lorenz(), method, model: "polynomial:6", substeps, rounds };
        let row = experiment.run(&points, 0.04, 8);
        print(&format!("Lorenz in tenths, {method}, m = {substeps}"), &row);
        held(method, &row);
    }
    let all = attractor(2400);
    let midpoint = Experiment { field: &lorenz(), method: "midpoint", model: "polynomial:6", substeps: 1, rounds: 7 };
    learned_alike("Lorenz in tenths, midpoint, m = 1", &midpoint, "polynomial:7", &all[..1200], &all[1200..], 0.04);
}

/// Lotka–Volterra, H = 0.5, networks of 2-64-64-2: the change of the invariant in the first turn beside the prediction.
fn networks() {
    let system = System::named("lotka-volterra").expect("listed");
    let field = PolynomialField::of_system(&system).expect("polynomial");
    let starts: Vec<Vec<f64>> = [1.5, 2.0, 3.0].iter().map(|&x| vec![x, 1.0]).collect();
    let data = system.paths(&starts, 0.5, 40).expect("flows");
    let invariant = |x: &[f64]| system.invariant(x).unwrap_or(f64::NAN);
    for (name, power, iterations) in [("forward-euler", 5, 150), ("rk4", 6, 400)] {
        let method = catalog::find(name).expect("in the catalogue");
        let Method::RungeKutta(tableau) = &method else { panic!("one step") };
        let expansion = FieldExpansion::inverse(tableau, &field, power + 1).expect("an expansion");
        let predicted: Vec<_> = starts.iter().map(|s| drift(&expansion, 0.5, power, s, Some(&invariant)).expect("turns")).collect();
        let sampling = Sampling::new(0.5, 1).expect("positive");
        let training = Training {
            iterations: Some(iterations),
            target: if name == "rk4" { 1e-17 } else { 1e-13 },
            ..Training::new("mlp:64x64".parse().expect("a class"), method.clone(), sampling)
        };
        let prepared = training.prepare(&data).expect("fits together");
        for seed in 0..3 {
            let fit = prepared.fit(seed, None, &mut unwatched).expect("finite");
            let found = turn_drifts(&fit.learned, &system, 0.5, &starts).expect("follows");
            for ((start, found), predicted) in starts.iter().zip(found).zip(&predicted) {
                let found = found.expect("turns");
                println!(
                    "{name:14} seed {seed} loss {:.0e}  from {start:?}: network {found:+.3e}, predicted {:+.3e} through h^{power}, next term {:.1e}, {}",
                    fit.loss,
                    predicted.per_period,
                    predicted.truncation,
                    if predicted.converging { "converging" } else { "not converging" }
                );
                let ratio = found / predicted.per_period;
                let agrees = if name == "rk4" { (0.5..2.0).contains(&ratio) } else { (ratio - 1.0).abs() < 0.01 };
                assert!(agrees, "{name} from {start:?}: {found:e} against {:e}", predicted.per_period);
            }
        }
    }
}
