//! Samples with inputs that show a part of the state, at any times, with rows and cells missing: what responses of exponentials to the inputs tell.

#[path = "common/chance.rs"]
mod chance;

use chance::{normal, unit};
use lambdahat::data::{Hold, Trajectories, Trajectory};
use lambdahat::truth::{Because, Caveat, Examination, ModesOptions, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// How samples are made.
#[derive(Clone, Copy)]
struct Made {
    /// The rates and how much one column sees of each; those that turn stand for their conjugates too.
    modes: &'static [(Complex64, f64)],
    hold: Hold,
    rows: usize,
    interval: f64,
    /// Intervals differ by up to this part.
    jitter: f64,
    /// Rows and cells that are missing, in parts of all.
    missing: f64,
    /// Noise in parts of the spread.
    noise: f64,
}

/// One column of ż_k = λ_k z_k + u, x = Σ Re c_k z_k, with an input of signs that stay for four rows.
fn column(made: Made, seed: u64) -> Trajectories {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut z: Vec<Complex64> = made.modes.iter().map(|_| Complex64::from(normal(&mut random))).collect();
    let (mut times, mut clean, mut inputs) = (vec![], vec![], vec![]);
    let (mut t, mut sign) = (0.0, 1.0);
    for row in 0..made.rows {
        if row % 4 == 0 {
            sign = normal(&mut random).signum();
        }
        times.push(t);
        inputs.push(sign);
        t += made.interval * (1.0 + made.jitter * (2.0 * unit(&mut random) - 1.0));
    }
    for row in 0..made.rows {
        clean.push(z.iter().zip(made.modes).map(|(z, (_, seen))| seen * z.re).sum::<f64>());
        let Some(next) = times.get(row + 1) else { break };
        let h = next - times[row];
        let slope = if made.hold == Hold::Linear { (inputs[row + 1] - inputs[row]) / h } else { 0.0 };
        for (z, (lambda, _)) in z.iter_mut().zip(made.modes) {
            let e = (lambda * h).exp();
            *z = e * *z + (e - 1.0) / lambda * inputs[row] + (e - 1.0 - lambda * h) / (lambda * lambda) * slope;
        }
    }
    let mean = clean.iter().sum::<f64>() / made.rows as f64;
    let spread = (clean.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / made.rows as f64).sqrt();
    let mut cell = |x: &f64| {
        let noisy = x + made.noise * spread * normal(&mut random);
        if unit(&mut random) < made.missing { f64::NAN } else { noisy }
    };
    let states = clean.iter().map(&mut cell).collect();
    let run = Trajectory::at(None, times, states).with_inputs(inputs);
    Trajectories::with_times("part", vec!["x".into()], vec!["u".into()], vec![run]).unwrap().with_hold(made.hold)
}

fn found(made: Made, seed: u64) -> Examination {
    examine(&column(made, seed), &ModesOptions::default()).unwrap()
}

/// How many of the true rates are told, after all that is told is found near one.
fn told(found: &Examination, made: Made, what: &str) -> usize {
    let up = |at: Complex64| Complex64::new(at.re, at.im.abs());
    let settled: Vec<_> = found.modes.iter().filter(|mode| mode.settled).collect();
    let near =
        |lambda: Complex64, mode: &lambdahat::truth::Mode| (up(mode.lambda) - lambda).norm() <= 3.0 * mode.uncertainty.unwrap() + 1e-7;
    for mode in &settled {
        assert!(made.modes.iter().any(|(lambda, _)| near(*lambda, mode)), "{what}: {mode:?}");
    }
    made.modes.iter().filter(|(lambda, _)| settled.iter().any(|mode| near(*lambda, mode))).count()
}

const DECAY: &[(Complex64, f64)] = &[(Complex64::new(-0.5, 0.0), 1.0)];
const DECAYS: &[(Complex64, f64)] = &[(Complex64::new(-0.2, 0.0), 1.0), (Complex64::new(-1.0, 0.0), 0.8)];
const OSCILLATION: &[(Complex64, f64)] = &[(Complex64::new(-0.1, 1.3), 1.0), (Complex64::new(-0.5, 0.0), 1.0)];
const BASE: Made = Made { modes: DECAYS, hold: Hold::Zero, rows: 200, interval: 0.2, jitter: 0.0, missing: 0.0, noise: 0.0 };

/// Of clean samples everything is told to the rounding: held and straight inputs, at even and at uneven times, with cells missing.
#[test]
fn clean_samples_tell_a_hidden_mode() {
    for modes in [DECAYS, OSCILLATION] {
        for hold in [Hold::Zero, Hold::Linear] {
            for (jitter, missing) in [(0.0, 0.0), (0.6, 0.0), (0.0, 0.1), (0.6, 0.1)] {
                let made = Made { modes, hold, jitter, missing, ..BASE };
                let found = found(made, 5);
                let what = format!("{hold:?} {jitter} {missing}");
                assert_eq!(told(&found, made, &what), 2, "{what}: {:?}", found.modes);
                let part = Caveat::part_of_state(1, if modes == DECAYS { 2 } else { 3 });
                assert!(found.caveats.contains(&part), "{what}: {:?}", found.caveats);
            }
        }
    }
}

/// In noise two decays of which one column sees the sum may merge into one that looks settled: nothing is told that is not there.
#[test]
fn decays_that_merge_are_not_told_as_one() {
    let mut all = 0;
    for draw in 0..24 {
        let noise = [0.01, 0.05, 0.2][draw % 3];
        let hold = if draw % 2 == 0 { Hold::Zero } else { Hold::Linear };
        let made = Made { hold, noise, rows: 120 + 10 * draw, jitter: 0.3 * (draw / 3 % 2) as f64, ..BASE };
        let found = found(made, 100 + draw as u64);
        let count = told(&found, made, &format!("{draw}"));
        all += usize::from(noise == 0.01 && count == 2);
    }
    println!("both are told of {all} of 8 with 1 %");
    assert!(all >= 6, "{all}");
}

/// An oscillation beside a decay in one column, in 1 and 5 % of noise, at uneven times.
#[test]
fn a_hidden_oscillation_is_told_at_uneven_times() {
    let mut all = 0;
    for draw in 0..12 {
        let hold = if draw % 2 == 0 { Hold::Zero } else { Hold::Linear };
        let made = Made { modes: OSCILLATION, hold, jitter: 0.6, noise: [0.01, 0.05][draw / 2 % 2], missing: 0.05, ..BASE };
        let found = found(made, 300 + draw as u64);
        all += usize::from(told(&found, made, &format!("{draw}")) > 0);
    }
    println!("{all} of 12 are told");
    assert!(all >= 10, "{all}");
}

/// An oscillation that something else keeps going beside a system of first order is none of its modes.
#[test]
fn what_something_else_does_is_no_mode() {
    for draw in 0..6u64 {
        let made = Made { modes: DECAY, noise: 0.02, ..BASE };
        let data = column(made, 500 + draw);
        let run = &data.trajectories()[0];
        let states = run.times().iter().zip(run.states()).map(|(t, x)| x + 0.3 * (2.2 * t + draw as f64).sin()).collect();
        let run = Trajectory::at(None, run.times().to_vec(), states).with_inputs(run.inputs().to_vec());
        let data = Trajectories::with_times("hum", vec!["x".into()], vec!["u".into()], vec![run]).unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        told(&found, made, "hum");
        let turns = |mode: &&lambdahat::truth::Mode| (mode.lambda.im - 2.2).abs() < 0.1;
        let open = |mode: &lambdahat::truth::Mode| mode.because.contains(&Because::MayBeDriven);
        assert!(found.modes.iter().filter(turns).all(open), "{draw}: {:?}", found.modes);
    }
}
