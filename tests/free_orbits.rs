//! Small orbits of conservative systems of several frequencies, in runs from starts of several sizes: nothing drives them, and that is not said.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Because, Caveat, Examination, ModesOptions, examine};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

type State = [f64; 4];

/// Two equal pendulums of length 1, one below the other: angles and their velocities.
fn double_pendulum([a, b, p, q]: State) -> State {
    let (sine, cosine) = (a - b).sin_cos();
    let (one, two) = (-q * q * sine - 2.0 * 9.81 * a.sin(), p * p * sine - 9.81 * b.sin());
    let determinant = 2.0 - cosine * cosine;
    [p, q, (one - cosine * two) / determinant, (2.0 * two - cosine * one) / determinant]
}

/// Hénon & Heiles (1964).
fn henon_heiles([x, y, p, q]: State) -> State {
    [p, q, -x - 2.0 * x * y, -y - x * x + y * y]
}

/// Every `interval`, by small steps of the classical Runge–Kutta method, with noise of this part of the size of the start.
fn run(f: fn(State) -> State, start: State, rows: usize, interval: f64, noise: f64, random: &mut ChaCha8Rng) -> Trajectory {
    let along = |x: State, k: State, h: f64| std::array::from_fn::<f64, 4, _>(|j| x[j] + h * k[j]);
    let (mut x, h) = (start, interval / 20.0);
    let mut all = Vec::new();
    for _ in 0..rows {
        all.push(x.iter().map(|x| x + noise * normal(random)).collect::<Vec<f64>>());
        for _ in 0..20 {
            let a = f(x);
            let b = f(along(x, a, 0.5 * h));
            let c = f(along(x, b, 0.5 * h));
            let d = f(along(x, c, h));
            x = along(along(along(along(x, a, h / 6.0), b, h / 3.0), c, h / 3.0), d, h / 6.0);
        }
    }
    Trajectory::new(None, 0.0, &all)
}

fn examined(runs: Vec<Trajectory>, interval: f64) -> Examination {
    let data = Trajectories::new("orbits", ["a", "b", "p", "q"].map(String::from).to_vec(), interval, runs).unwrap();
    examine(&data, &ModesOptions::default()).unwrap()
}

fn sizes_differ(found: &Examination) -> Option<bool> {
    found.caveats.iter().find_map(|caveat| match caveat {
        Caveat::SteadyCycle { sizes_differ, .. } => Some(*sizes_differ),
        _ => None,
    })
}

#[test]
fn a_free_motion_of_several_frequencies_is_not_said_to_be_driven() {
    let mut told = 0;
    for (k, noise) in [0.0, 0.001].into_iter().enumerate() {
        let mut random = ChaCha8Rng::seed_from_u64(k as u64);
        let starts: [State; 3] = [[0.06, -0.1, 0.0, 0.0], [0.05, 0.2, 0.0, 0.0], [-0.22, 0.1, 0.0, 0.0]];
        let runs = starts.map(|start| run(double_pendulum, start, 200, 0.1, noise, &mut random));
        let pendulum = examined(runs.to_vec(), 0.1);
        let starts: [State; 3] = [[0.08, 0.02, 0.0, 0.03], [0.05, -0.14, 0.02, 0.0], [0.2, 0.06, 0.0, -0.04]];
        let runs = starts.map(|start| run(henon_heiles, start, 200, 0.3, noise, &mut random));
        for found in [pendulum, examined(runs.to_vec(), 0.3)] {
            assert!(!found.modes.iter().any(|m| m.because.contains(&Because::MayBeDriven)), "{found:?}");
            assert!(sizes_differ(&found) != Some(false), "{found:?}");
            assert!(!found.caveats.contains(&Caveat::RestsApart), "{found:?}");
            told += usize::from(sizes_differ(&found) == Some(true));
        }
    }
    assert!(told >= 2, "{told}");
}

/// Two frequencies from outside, as strong in one run as in another: the same size in each, whatever the phase.
#[test]
fn what_drives_all_runs_alike_may_still_drive_them() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let runs: Vec<Trajectory> = [0.0, 1.1, 2.9]
        .into_iter()
        .map(|phase: f64| {
            let rows = (0..200).map(|k| {
                let (one, two) = (0.3 * f64::from(k) + phase, 0.3 * 2f64.sqrt() * f64::from(k) - 2.0 * phase);
                let wave = (one.cos() + 0.4 * two.sin()).tanh();
                let other = (one.sin() + 0.4 * two.cos()).tanh();
                [wave, other, wave * wave, other * wave].map(|x| x + 0.01 * normal(&mut random)).to_vec()
            });
            Trajectory::new(None, 0.0, &rows.collect::<Vec<_>>())
        })
        .collect();
    let found = examined(runs, 1.0);
    assert_eq!(sizes_differ(&found), Some(false), "{found:?}");
    assert!(found.modes.iter().all(|m| m.because == [Because::MayBeDriven]), "{found:?}");
}
