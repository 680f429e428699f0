//! Three linear states in runs of a few rows: a sum of exponentials with amplitudes of each run's own, beside an affine field and richer ones.

#[path = "common/chance.rs"]
mod chance;

use chance::{normal, unit};
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Because, Examination, ModesOptions, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Three runs of `rows` rows from starts by chance, all three states measured with noise of this part of the motion: an oscillation and a decay.
fn three_runs(spiral: Complex64, decay: f64, rows: usize, interval: f64, noise: f64, seed: u64) -> Trajectories {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let runs = (0..3).map(|_| {
        let (a, c) = (Complex64::new(normal(&mut random), normal(&mut random)), normal(&mut random));
        let states: Vec<f64> = (0..rows)
            .flat_map(|k| {
                let t = interval * k as f64;
                let (z, w) = (a * (spiral * t).exp(), c * (decay * t).exp());
                [z.re + 0.5 * w, z.im - 0.3 * w, 0.6 * z.re + w]
            })
            .map(|x| x + noise * normal(&mut random))
            .collect();
        let rows: Vec<Vec<f64>> = states.chunks(3).map(<[f64]>::to_vec).collect();
        Trajectory::new(None, 0.0, &rows)
    });
    Trajectories::new("three runs", ["x", "y", "z"].map(String::from).to_vec(), interval, runs.collect()).unwrap()
}

fn examined(rows: usize, noise: f64, seed: u64) -> Examination {
    examine(&three_runs(Complex64::new(-0.2, 1.0), -0.5, rows, 0.35, noise, seed), &ModesOptions::default()).unwrap()
}

/// In each of many draws the oscillation is settled, or open for a reason that holds: neither of the two may be zero.
#[test]
fn runs_of_a_few_rows_settle_an_oscillation_beside_a_decay() {
    let (spiral, decay) = (Complex64::new(-0.2, 1.0), Complex64::from(-0.5));
    let mut settled = 0;
    for seed in 0..24 {
        let (rows, noise) = ([16, 22, 30][seed as usize % 3], [0.01, 0.05][seed as usize % 2]);
        let found = examined(rows, noise, seed);
        let upper = || found.modes.iter().filter(|m| m.lambda.im >= 0.0);
        for mode in upper().filter(|m| m.settled) {
            let error = (mode.lambda - spiral).norm().min((mode.lambda - decay).norm());
            assert!(error <= 4.0 * mode.uncertainty.unwrap(), "seed {seed}: {found:?}");
        }
        assert!(!upper().any(|m| m.because.contains(&Because::LinearPartVanishes)), "seed {seed}: {found:?}");
        settled += usize::from(upper().any(|m| m.settled && m.lambda.im > 0.0));
    }
    assert!(settled >= 22, "{settled} of 24");
}

/// An oscillation in both its coordinates, in runs that last a part of a turn, from starts all around: each run has amplitudes of its own, which take up to a third of the noise in its rows.
#[test]
fn many_runs_of_a_few_rows_settle_a_part_of_a_turn() {
    let spiral = Complex64::new(-0.1, 2.0);
    for (count, rows) in [(20, 10), (60, 6), (200, 6), (200, 10), (2000, 8)] {
        let mut random = ChaCha8Rng::seed_from_u64(count as u64 + rows as u64);
        let runs = (0..count).map(|_| {
            let a = Complex64::new(normal(&mut random), normal(&mut random));
            let turned = (0..rows).map(|k| a * (0.1 * k as f64 * spiral).exp());
            let rows: Vec<Vec<f64>> = turned.map(|z| vec![z.re + 0.02 * normal(&mut random), z.im + 0.02 * normal(&mut random)]).collect();
            Trajectory::new(None, 0.0, &rows)
        });
        let data = Trajectories::new("runs", ["x", "y"].map(String::from).to_vec(), 0.1, runs.collect()).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        let mode = found.modes.iter().find(|m| m.lambda.im > 0.0).expect("an oscillation");
        assert!(mode.settled, "{count} runs of {rows} rows: {found:?}");
        assert!((mode.lambda - spiral).norm() <= 3.0 * mode.uncertainty.unwrap(), "{count} runs of {rows} rows: {found:?}");
    }
}

/// Two rates next to each other in noise that makes them one: in runs from all around the amplitudes show that there are two. What is settled is one of the two, within its uncertainty.
#[test]
fn near_rates_are_not_told_as_one() {
    let (mut settled, mut far) = (0, 0);
    for seed in 0..24 {
        let mut random = ChaCha8Rng::seed_from_u64(900 + seed);
        let (count, rows) = [(6, 20), (20, 20), (60, 20), (150, 10)][seed as usize % 4];
        let rates = [Complex64::from(-0.8), Complex64::from(-1.15)];
        let turn = Complex64::new(-1.05, 0.3);
        let turns = seed % 3 == 2;
        let runs = (0..count).map(|_| {
            let (a, b) = (normal(&mut random), normal(&mut random));
            let at = |t: f64| {
                if turns {
                    let z = Complex64::new(a, b) * (turn * t).exp();
                    return [z.re, z.im];
                }
                let [u, v] = rates.map(|rate| (rate.re * t).exp());
                [a * u + 0.6 * b * v, b * v - 0.4 * a * u]
            };
            let rows: Vec<Vec<f64>> = (0..rows).map(|k| at(0.1 * k as f64).map(|x| x + 0.08 * normal(&mut random)).to_vec()).collect();
            Trajectory::new(None, 0.0, &rows)
        });
        let data = Trajectories::new("runs", ["x", "y"].map(String::from).to_vec(), 0.1, runs.collect()).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        let known = if turns { vec![turn] } else { rates.to_vec() };
        for mode in found.modes.iter().filter(|m| m.settled && m.lambda.im >= 0.0) {
            let error = known.iter().map(|rate| (mode.lambda - rate).norm()).fold(f64::INFINITY, f64::min);
            settled += 1;
            far += usize::from(error > 3.0 * mode.uncertainty.unwrap());
        }
    }
    assert!(settled >= 16 && far == 0, "{far} of {settled} settled modes are wrong");
}

/// Modes in so many columns, in runs of these rows from starts by chance; `uneven` rows are 0.1 to 0.5 apart, others 0.3.
fn mixed_runs(modes: &[Complex64], columns: usize, rows: &[usize], uneven: bool, noise: f64, seed: u64) -> Trajectories {
    let random = &mut ChaCha8Rng::seed_from_u64(seed);
    let mixture: Vec<Complex64> =
        (0..columns * modes.len()).map(|_| Complex64::from_polar(0.6 + unit(random), std::f64::consts::TAU * unit(random))).collect();
    let runs = rows.iter().map(|&rows| {
        let starts: Vec<Complex64> =
            modes.iter().map(|_| Complex64::from_polar(0.6 + unit(random), std::f64::consts::TAU * unit(random))).collect();
        let (mut t, mut times, mut states) = (0.0, Vec::new(), Vec::new());
        for _ in 0..rows {
            times.push(t);
            for column in mixture.chunks(modes.len()) {
                let parts = modes.iter().zip(&starts).zip(column).map(|((lambda, start), part)| (start * part * (lambda * t).exp()).re);
                states.push(parts.sum::<f64>() + noise * normal(random));
            }
            t += if uneven { 0.1 + 0.4 * unit(random) } else { 0.3 };
        }
        Trajectory::at(None, times, states)
    });
    let runs: Vec<Trajectory> = runs.collect();
    let names = (0..columns).map(|k| format!("x{k}")).collect();
    Trajectories::with_times("runs", names, Vec::new(), runs).unwrap()
}

/// How many of eight draws settle all of the modes; what is settled is right.
fn draws_with_all(modes: &[Complex64], columns: usize, rows: &[usize], uneven: bool, noise: f64) -> usize {
    let all = |seed: u64| {
        let found = examine(&mixed_runs(modes, columns, rows, uneven, noise, seed), &ModesOptions::default()).unwrap();
        let settled: Vec<_> = found.modes.iter().filter(|mode| mode.settled && mode.lambda.im >= 0.0).collect();
        for mode in &settled {
            let off = modes.iter().map(|lambda| (mode.lambda - lambda).norm()).fold(f64::INFINITY, f64::min);
            assert!(off <= 4.0 * mode.uncertainty.unwrap() + 1e-9, "{columns} columns, seed {seed}: {mode:?}");
        }
        settled.len() == modes.len()
    };
    (0..8).filter(|&seed| all(seed)).count()
}

/// Three oscillations in runs of 15 to 24 rows: amplitudes from two thirds of a run miss its last third by several times the noise, as chance makes them. None of eight was settled, by "no model".
#[test]
fn several_modes_in_short_runs() {
    let modes = [Complex64::new(-0.02, 1.0), Complex64::new(-0.04, 1.7), Complex64::new(-0.03, 2.6)];
    for noise in [0.0005, 0.01] {
        let told = draws_with_all(&modes, 6, &[16, 17, 23, 20, 15], false, noise);
        assert!(told >= 5, "noise {noise}: {told} of 8");
    }
}

/// Two decays in three runs that end before rest, which lies outside the samples: an affine field has no modes there, and a map took its place, of which nothing is settled.
#[test]
fn decays_whose_rest_lies_outside_the_samples_settle() {
    let told = (0..10).filter(|seed| {
        let mut random = ChaCha8Rng::seed_from_u64(*seed);
        let runs = [55, 36, 20].map(|rows| {
            let (a, b) = (1.5 + unit(&mut random), 1.0 + unit(&mut random));
            let written = |x: f64| (1e4 * x).round() / 1e4;
            let at = |k: usize| {
                let t = 0.1 * k as f64;
                let (slow, fast) = (a * (-0.2 * t).exp(), b * (-t).exp());
                vec![written(3.0 + slow + 0.3 * fast), written(2.0 + 0.8 * slow - 0.5 * fast)]
            };
            Trajectory::new(None, 0.0, &(0..rows).map(at).collect::<Vec<_>>())
        });
        let data = Trajectories::new("decays", ["x", "y"].map(String::from).to_vec(), 0.1, runs.into()).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        let near = |m: &&lambdahat::truth::Mode| [0.2, 1.0].iter().any(|r| (m.lambda.re + r).abs() < 3.0 * m.uncertainty.unwrap_or(0.0));
        let settled: Vec<_> = found.modes.iter().filter(|m| m.settled).collect();
        assert!(settled.iter().all(near), "{:?}", found.modes);
        settled.len() == 2
    });
    let told = told.count();
    assert!(told >= 9, "{told}");
}
