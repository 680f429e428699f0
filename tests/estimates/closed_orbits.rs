//! One coordinate of one closed orbit shows the frequency of the orbit, not that of the equilibrium in its midst, ±i in both systems here.

use crate::projection::Columns;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::dynamics::System;
use lambdahat::truth::{Because, ModesOptions, examine};
use nalgebra::DMatrix;
use num_complex::Complex64;

/// The first coordinate every half unit of time, and the times: 121 rows.
fn coordinate(system: &str, start: [f64; 2]) -> (Vec<f64>, Vec<f64>) {
    let states = System::parse(system).unwrap().trajectory(&start, 0.5, 120).unwrap();
    ((0..121).map(|k| 0.5 * f64::from(k)).collect(), states.iter().map(|x| x[0]).collect())
}

/// 2π over the period of a pendulum that is let go at an angle of 1: the arithmetic–geometric mean of 1 and cos ½ (Gauss).
fn pendulum() -> f64 {
    let (mut a, mut b) = (1.0, 0.5f64.cos());
    for _ in 0..10 {
        (a, b) = (f64::midpoint(a, b), (a * b).sqrt());
    }
    a
}

/// 2π over the time in which prey and predators come back to (3/2, 1), by the secant through the predators' return.
fn prey() -> f64 {
    let system = System::parse("lotka-volterra").unwrap();
    let missed = |period: f64| system.trajectory(&[1.5, 1.0], period, 1).unwrap()[1][1] - 1.0;
    let (mut before, mut period) = (6.3_f64, 6.4_f64);
    while (period - before).abs() > 1e-12 {
        let next = period - missed(period) * (period - before) / (missed(period) - missed(before));
        (before, period) = (period, next);
    }
    std::f64::consts::TAU / period
}

#[test]
fn the_pendulum_swings_at_a_mean_of_gauss() {
    assert!((pendulum() - 0.9377922581).abs() <= 5.01e-11, "{}", pendulum());
}

/// One pair of exponentials about a constant (scipy 1.17): overtones move it in the sixth decimal.
#[test]
fn variable_projection_finds_the_orbit() {
    for (system, start, told, orbit) in
        [("pendulum", [1.0, 0.0], 0.93779753, pendulum()), ("lotka-volterra", [1.5, 1.0], 0.98442794, prey())]
    {
        let (times, x) = coordinate(system, start);
        let columns = Columns { times: &times, values: DMatrix::from_column_slice(x.len(), 1, &x), constant: true };
        let found = columns.projected(Complex64::new(0.0, orbit));
        assert!((found.im - told).abs() <= 5.01e-9, "{system}: {found:?}");
        assert!((found.im - orbit).abs() < 1e-5 && found.re.abs() < 1e-4, "{system}: {found}");
    }
}

/// The program finds the orbit's frequency, and settles on none of it: something outside may drive it.
#[test]
fn the_program_finds_the_orbit_and_settles_nothing() {
    for (system, start, orbit, part) in [("pendulum", [1.0, 0.0], pendulum(), 1e-9), ("lotka-volterra", [1.5, 1.0], prey(), 2e-6)] {
        let (times, x) = coordinate(system, start);
        let data = Trajectories::with_times("orbit", vec!["x".into()], Vec::new(), vec![Trajectory::at(None, times, x)]).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        let strongest = found.modes.iter().find(|m| m.lambda.im > 0.0).unwrap();
        assert!((strongest.lambda - Complex64::new(0.0, orbit)).norm() < part, "{system}: {strongest:?}");
        assert!(found.modes.iter().all(|m| !m.settled && m.because.contains(&Because::MayBeDriven)), "{system}: {:?}", found.modes);
    }
}
