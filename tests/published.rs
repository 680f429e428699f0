//! The published experiments on inverse modified equations, small; at full size in `benches/modified_experiments.rs`.

#[path = "../benches/modified_experiments/published.rs"]
mod published;

use published::{Distances, Experiment, Pendulum, attractor, box_points, cubic, lorenz, slope};

fn checked(experiment: &Experiment, points: &[Vec<f64>], intervals: &[f64], order: f64) {
    let rows: Vec<Distances> = intervals.iter().map(|&interval| experiment.run(points, interval, 10)).collect();
    for row in &rows {
        assert!(row.ratio() >= 10.0, "{}: {row}", experiment.method);
    }
    let slope = slope(&rows);
    assert!((slope - order).abs() < 0.15, "{}: slope {slope}, {rows:?}", experiment.method);
}

#[test]
fn the_pendulum_is_learned_as_its_inverse_modified_field() {
    let points = box_points([3.8, 1.2], 220);
    let euler = Experiment { field: &Pendulum, method: "forward-euler", model: "polynomial:9", substeps: 1, rounds: 1 };
    checked(&euler, &points, &[0.02, 0.08, 0.16], 1.0);
    let midpoint = Experiment { method: "midpoint", rounds: 5, ..euler };
    checked(&midpoint, &points, &[0.02, 0.06, 0.12], 2.0);
}

#[test]
fn so_are_the_cubic_oscillator_and_lorenz() {
    let points = box_points([2.2, 2.2], 300);
    let system = cubic();
    let euler = Experiment { field: &system, method: "forward-euler", model: "polynomial:9", substeps: 1, rounds: 1 };
    checked(&euler, &points, &[0.0025, 0.005, 0.01], 1.0);
    let midpoint = Experiment { method: "midpoint", rounds: 4, ..euler };
    checked(&midpoint, &points, &[0.0025, 0.005], 2.0);
    let field = lorenz();
    let euler = Experiment { field: &field, method: "forward-euler", model: "polynomial:5", substeps: 1, rounds: 1 };
    let row = euler.run(&attractor(300), 0.04, 10);
    assert!(row.ratio() >= 10.0, "{row}");
}
