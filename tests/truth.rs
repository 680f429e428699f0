//! What samples determine: settled modes are true within their uncertainty, and what is not determined is not settled.

#[path = "common/chance.rs"]
mod chance;
#[path = "common/found.rs"]
mod found;
#[path = "common/golden.rs"]
mod golden;

use chance::{normal, unit};
use found::{assert_modes, panel, settled};
use golden::golden;
use lambdahat::data::{Reading, Trajectories, Trajectory};
use lambdahat::truth::{Because, Caveat, ModesOptions, Motion, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Of 100 draws of a noisy oscillator at least 93 lie within two uncertainties, and the uncertainty is of the size of the error.
#[test]
fn uncertainties_cover() {
    let lambda = Complex64::new(-0.1, 2.0);
    for (seed, (rows, noise, uneven, columns, interval)) in
        [(40, 0.05, false, 2, 1.0), (60, 0.05, false, 1, 0.3), (40, 0.01, true, 1, 0.5), (40, 0.2, true, 2, 0.5)].into_iter().enumerate()
    {
        let mut random = ChaCha8Rng::seed_from_u64(seed as u64);
        let (mut within, mut found, mut square, mut stated) = (0, 0, 0.0, 0.0);
        for _ in 0..100 {
            let (mut times, mut states, mut t) = (Vec::new(), Vec::new(), 0.0);
            for _ in 0..rows {
                let z = (lambda * t).exp();
                times.push(t);
                states.extend([z.re, z.im].iter().take(columns).map(|x| x + noise * normal(&mut random)));
                let part = unit(&mut random);
                t += if uneven { interval * (0.5 + part) } else { interval };
            }
            let names = (0..columns).map(|k| format!("x{k}")).collect();
            let data = Trajectories::with_times("draw", names, Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
            let examined = examine(&data, &ModesOptions::default()).unwrap();
            if let Some(mode) = settled(&examined).first() {
                let (error, u) = ((mode.lambda - lambda).norm(), mode.uncertainty.unwrap());
                found += 1;
                within += usize::from(error <= 2.0 * u);
                square += error * error;
                stated += u;
            }
        }
        let rms = (square / f64::from(found)).sqrt();
        let mean = stated / f64::from(found);
        println!(
            "{rows} rows, noise {noise}, uneven {uneven}, {columns} columns: {found} settled, {within} within 2u, rms {rms:.1e}, mean u {mean:.1e}"
        );
        assert!(found >= 90 && within * 100 >= 93 * found as usize, "{within} of {found}");
        assert!(mean < 3.0 * rms, "{mean} against {rms}");
    }
}

/// A velocity made by `numpy.gradient`: one-sided at its ends, which are left out. With them the last turn of a spiral, a millionth of the motion, once passed for a limit cycle.
#[test]
fn velocities_made_of_differences() {
    let (h, n) = (0.1, 80);
    let x = |k: usize| (-0.1 * h * k as f64).exp() * (2.0 * h * k as f64 + 0.3).cos();
    let v = |k: usize| (x((k + 1).min(n - 1)) - x(k.saturating_sub(1))) / (h * ((k + 1).min(n - 1) - k.saturating_sub(1)) as f64);
    let times: Vec<f64> = (0..n).map(|k| h * k as f64).collect();
    let states: Vec<f64> = (0..n).flat_map(|k| [x(k), v(k)]).collect();
    let raw =
        Trajectories::with_times("gradient", vec!["x".into(), "v".into()], Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
    let whole = examine(&raw, &ModesOptions::default()).unwrap();
    assert_ne!(whole.finding.motion, Motion::Cycle);
    let inspected = raw.inspected();
    assert_eq!(inspected.samples(), n - 2);
    let found = examine(&inspected, &ModesOptions::default()).unwrap();
    assert_modes(&found, &[(-0.1, 2.0)], 1e-6);
    assert!(found.finding.settled);
}

/// Three runs of three oscillators: each shows a pair of its own, and no model of two columns has all six.
#[test]
fn runs_of_different_systems_settle_nothing() {
    let run = |k: usize, re: f64, im: f64| {
        let times: Vec<f64> = (0..100).map(|n| 0.1 * f64::from(n)).collect();
        let states = times.iter().map(|t| (Complex64::new(re, im) * *t).exp()).flat_map(|z| [z.re, z.im]).collect();
        Trajectory::at(Some(k.to_string()), times, states)
    };
    let of = |runs: Vec<Trajectory>| Trajectories::with_times("runs", vec!["x".into(), "y".into()], Vec::new(), runs).unwrap();
    let mixed = examine(&of(vec![run(0, -0.1, 2.0), run(1, -0.3, 2.6), run(2, -0.05, 1.4)]), &ModesOptions::default()).unwrap();
    assert!(mixed.modes.iter().all(|mode| !mode.settled && mode.because.contains(&Because::RunsDiffer)), "{:?}", mixed.modes);
    let same = examine(&of(vec![run(0, -0.1, 2.0), run(1, -0.1, 2.0)]), &ModesOptions::default()).unwrap();
    assert_modes(&same, &[(-0.1, 2.0)], 1e-9);
}

#[test]
fn noise_settles_nothing() {
    for name in ["white-noise.csv", "random-walk.csv"] {
        let found = panel(name);
        assert!(!found.finding.settled && settled(&found).is_empty(), "{name}: {:?}", found.modes);
    }
}

/// Positions of a chain of three masses: ω² are the eigenvalues of its stiffness. One coordinate of an oscillator: its pair, to rounding.
#[test]
fn parts_of_the_state_show_its_modes() {
    let found = panel("positions-only.csv");
    let omegas = [(2.0 - 2f64.sqrt()).sqrt(), 2f64.sqrt(), (2.0 + 2f64.sqrt()).sqrt()];
    assert_modes(&found, &omegas.map(|w| (0.0, w)), 1e-10);
    assert_eq!(found.finding.motion, Motion::Orbits);
    assert_modes(&panel("one-coordinate.csv"), &[(-0.1, 2.0)], 1e-12);
}

/// A force that is not in the columns shows as a steady oscillation, which is not called a mode of the system.
#[test]
fn a_force_from_outside_is_no_mode() {
    let found = panel("forced.csv");
    assert_eq!(found.finding.motion, Motion::Driven);
    assert_modes(&found, &[(-0.1, 0.99f64.sqrt())], 1e-9);
    assert_eq!(settled(&found).len(), 1);
    assert!(found.modes.iter().any(|m| m.because == [Because::MayBeDriven] && (m.lambda.im - 1.3).abs() < 1e-6));
}

#[test]
fn uneven_times_and_gaps() {
    assert_modes(&panel("uneven.csv"), &[(-0.1, 2.0)], 1e-12);
    assert_modes(&panel("missing-rows.csv"), &[(-0.1, 2.0)], 1e-12);
    assert_modes(&panel("fifty-sensors.csv"), &[(-0.05, 1.5)], 2e-3);
}

/// Two oscillations in one column at uneven times, where no delayed rows tell of the second.
#[test]
fn uneven_times_show_more_modes_than_columns() {
    let mut t = 0.0;
    let after = |interval: &f64| {
        t += 0.35 * interval;
        t
    };
    let times: Vec<f64> = golden(0.4, 150).iter().map(after).collect();
    let at = |t: &f64| (-0.03 * t).exp() * t.cos() + 0.8 * (-0.05 * t).exp() * (2.2 * t + 1.0).cos();
    let states = times.iter().map(at).collect();
    let data = Trajectories::with_times("two", vec!["x".into()], Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    assert_modes(&found, &[(-0.03, 1.0), (-0.05, 2.2)], 1e-12);
    assert!(found.caveats.contains(&Caveat::part_of_state(1, 4)), "{found:?}");
}

/// Three oscillations in one column of four runs at uneven times, each of which falls by a sixth at most: what something outside keeps up does not fall at all, and clean samples tell the two apart.
#[test]
fn clean_samples_tell_slow_decay_from_what_is_driven() {
    let modes = [(-0.02, 1.0), (-0.03, 2.6), (0.0, 1.7)].map(|(re, im)| Complex64::new(re, im));
    let run = |r: usize| {
        let mut t = 0.0;
        let after = |interval: &f64| {
            t += 0.25 * interval;
            t
        };
        let times: Vec<f64> = golden(0.1 + 0.2 * r as f64, 30).iter().map(after).collect();
        let at = |t: &f64| {
            modes
                .iter()
                .enumerate()
                .map(|(k, mode)| (mode * t + Complex64::i() * (1.3 * (r * k) as f64 + 0.4 * k as f64)).exp().re)
                .sum::<f64>()
        };
        let states = times.iter().map(at).collect();
        Trajectory::at(None, times, states)
    };
    let data = Trajectories::with_times("three", vec!["x".into()], Vec::new(), (0..4).map(run).collect()).unwrap();
    let found = examine(&data, &ModesOptions::default()).unwrap();
    let told: Vec<&Complex64> = settled(&found).iter().map(|m| &m.lambda).collect();
    assert!(told.len() == 2 && [modes[0], modes[1]].iter().all(|mode| told.iter().any(|m| (**m - mode).norm() < 1e-6)), "{found:?}");
    assert!(found.modes.iter().any(|m| m.because == [Because::MayBeDriven] && (m.lambda.im - 1.7).abs() < 1e-6), "{found:?}");
}

/// Positions of five masses between walls, the middle one of 3 and the others of 1: ten modes in five columns, two of them near each other, with noise that delayed rows take for directions of their own.
#[test]
fn a_longer_chain_shows_its_modes_in_its_positions() {
    // Square roots of the eigenvalues of M⁻¹K and amplitudes in each mode's shape, by numpy.linalg.eig.
    let frequencies = [1.773_017_259_102, 3f64.sqrt(), 0.393_721_222_140, 1.169_640_998_268, 1.0];
    let amplitudes = [
        [1.297, 0.2, 0.205, 0.207, 0.468],
        [-1.483, -0.2, 0.378, 0.131, 0.468],
        [0.399, 0.0, 0.493, -0.125, 0.0],
        [-1.483, 0.2, 0.378, 0.131, -0.468],
        [1.297, -0.2, 0.205, 0.207, -0.468],
    ];
    let columns = amplitudes.map(|row| row.iter().zip(frequencies).map(|(a, w)| (*a, Complex64::new(0.0, w))).collect::<Vec<_>>());
    let columns: Vec<&[(f64, Complex64)]> = columns.iter().map(Vec::as_slice).collect();
    let found = examine(&exponentials(&columns, 400, 0.3, 1e-6, 1), &ModesOptions::default()).unwrap();
    assert_modes(&found, &frequencies.map(|w| (0.0, w)), 1e-5);
}

/// Steady ramps with noise, alone, beside a decay, and in logarithms: no equilibrium is made up for them, and the decay's λ is still told.
#[test]
fn noisy_ramps_have_no_equilibrium() {
    let mut told = 0;
    for seed in 0..8 {
        for (noise, log) in [(0.01, false), (0.1, false), (0.01, true)] {
            for decays in [false, true] {
                let mut random = ChaCha8Rng::seed_from_u64(100 + seed);
                let rows: Vec<Vec<f64>> = (0..40)
                    .map(|k| {
                        let t = f64::from(k);
                        let ramp = -5.0 + 0.5 * t + noise * normal(&mut random);
                        let decay = 1.5 + 1.5 * (-0.22 * t).exp() + noise * normal(&mut random);
                        let row = if decays { vec![decay, ramp] } else { vec![ramp] };
                        if log { row.into_iter().map(f64::exp).collect() } else { row }
                    })
                    .collect();
                let names = (0..rows[0].len()).map(|k| format!("x{k}")).collect();
                let times = (0..40).map(f64::from).collect();
                let data = Trajectories::with_times("ramp", names, Vec::new(), vec![Trajectory::at(None, times, rows.concat())]).unwrap();
                let Ok(found) = examine(&data, &ModesOptions { log, ..ModesOptions::default() }) else { continue };
                for mode in &found.modes {
                    assert!(mode.equilibrium.is_empty(), "seed {seed}, noise {noise}, log {log}, decay {decays}: {found:?}");
                }
                // Where it comes to rest is open, unless a drift is settled, which comes to rest nowhere.
                let drifts = found.finding.settled && found.finding.motion == Motion::Drift;
                assert_eq!(
                    found.caveats.contains(&Caveat::EquilibriumOpen),
                    !drifts,
                    "seed {seed}, noise {noise}, log {log}, decay {decays}: {found:?}"
                );
                assert!(!found.caveats.contains(&Caveat::EquilibriumOutside));
                told += usize::from(decays && found.modes.iter().any(|m| m.settled && (m.lambda.re + 0.22).abs() < 0.05));
            }
        }
    }
    assert!(told >= 6, "{told}");
}

/// Samples of `rows` rows every `interval`, of sums of e^{λt} in each column, with noise of one size.
fn exponentials(columns: &[&[(f64, Complex64)]], rows: u32, interval: f64, noise: f64, seed: u64) -> Trajectories {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let times: Vec<f64> = (0..rows).map(|k| interval * f64::from(k)).collect();
    let at = |t: f64, column: &[(f64, Complex64)]| column.iter().map(|(size, lambda)| size * (lambda * t).exp().re).sum::<f64>();
    let states = times
        .iter()
        .flat_map(|t| columns.iter().map(|c| at(*t, c)).collect::<Vec<f64>>())
        .map(|x| x + noise * normal(&mut random))
        .collect();
    let names = (0..columns.len()).map(|k| format!("x{k}")).collect();
    Trajectories::with_times("sums", names, Vec::new(), vec![Trajectory::at(None, times, states)]).unwrap()
}

/// Two decays 44 % apart in one noisy column bend it as a nonlinear field does: what is settled of the slower one holds it within three uncertainties.
#[test]
fn two_near_decays_in_one_column_are_not_told_as_one() {
    let (slow, fast) = (Complex64::from(-0.01), Complex64::from(-0.0144));
    for seed in 0..30 {
        let noise = [2e-4, 6e-4, 2e-3][seed as usize % 3];
        let found = examine(&exponentials(&[&[(1.3, slow), (-0.5, fast)]], 69, 5.2, noise, seed), &ModesOptions::default()).unwrap();
        for mode in settled(&found) {
            let error = (mode.lambda - slow).norm().min((mode.lambda - fast).norm());
            assert!(error <= 3.0 * mode.uncertainty.unwrap(), "seed {seed}: {found:?}");
        }
    }
}

/// A mode that grows makes large errors of small ones where the last rows are predicted from the first: that is no reason to disbelieve it.
#[test]
fn growth_in_noise_is_settled() {
    let (spiral, decay) = (Complex64::new(0.16, 1.35), Complex64::from(-0.3));
    for seed in 0..10 {
        let columns: [&[(f64, Complex64)]; 3] = [&[(1.0, spiral), (0.5, decay)], &[(0.7, spiral)], &[(-0.4, spiral), (1.0, decay)]];
        let found = examine(&exponentials(&columns, 150, 0.25, 0.05, seed), &ModesOptions::default()).unwrap();
        let mode = settled(&found).into_iter().find(|m| m.lambda.im > 0.0).unwrap_or_else(|| panic!("seed {seed}: {found:?}"));
        assert!(
            (mode.lambda - spiral).norm() <= 4.0 * mode.uncertainty.unwrap() && mode.uncertainty.unwrap() < 2e-3,
            "seed {seed}: {mode:?}"
        );
    }
}

/// Three decays in one column, one of them three times as fast as another, are neither orbits nor driven by anything.
#[test]
fn decays_are_no_orbits() {
    let decays = [-0.01, -0.0296, -0.0688].map(Complex64::from);
    let column = [(1.0, decays[0]), (0.6, decays[1]), (-0.8, decays[2])];
    for seed in 0..5 {
        let found = examine(&exponentials(&[&column], 69, 5.2, 1e-4, seed), &ModesOptions::default()).unwrap();
        assert!(matches!(found.finding.motion, Motion::Rest | Motion::Undetermined), "seed {seed}: {found:?}");
        assert!(found.modes.iter().all(|m| !m.because.contains(&Because::DrivenByNoise)), "seed {seed}: {found:?}");
    }
}

/// At a double root λ is known like the square root of what is known of the samples: by the columns that show it whole, and by one of them.
#[test]
fn a_double_root_is_known_no_better_than_it_splits() {
    let rows: Vec<Vec<f64>> =
        (0..100).map(|k| 0.1 * f64::from(k)).map(|t| vec![(1.0 + t) * (-t / 2.0).exp(), t * (-t / 2.0).exp()]).collect();
    for columns in [1, 2] {
        let kept: Vec<Vec<f64>> = rows.iter().map(|row| row[..columns].to_vec()).collect();
        let names = (0..columns).map(|k| format!("x{k}")).collect();
        let found =
            examine(&Trajectories::new("double", names, 0.1, vec![Trajectory::new(None, 0.0, &kept)]).unwrap(), &ModesOptions::default());
        let found = found.unwrap();
        assert_eq!(found.modes.iter().filter(|mode| mode.settled).count(), 2, "{found:?}");
        for mode in &found.modes {
            let u = mode.uncertainty.unwrap();
            assert!((mode.lambda - Complex64::new(-0.5, 0.0)).norm() <= 3.0 * u && u < 1e-4, "{columns}: {mode:?}");
        }
    }
}

/// Frames at 60 Hz stamped in whole milliseconds: what is not known of the interval is not known of λ.
#[test]
fn rounded_stamps_are_part_of_the_uncertainty() {
    let lambda = Complex64::new(-0.5e-3, 6e-3);
    let row = |k: u32| {
        let t = f64::from(k) / 0.06;
        format!("{},{},{}\n", t.round(), (lambda * t).exp().re, (lambda * t).exp().im)
    };
    let text = "t,x,y\n".to_owned() + &(0..120).map(row).collect::<String>();
    let found = examine(&Reading::default().parse(text.as_bytes(), "frames").unwrap(), &ModesOptions::default()).unwrap();
    let mode = settled(&found)[0];
    let (off, u) = ((mode.lambda - lambda).norm(), mode.uncertainty.unwrap());
    assert!(off <= 3.0 * u && u < 1e-3 * lambda.norm(), "{mode:?}, {off} off");
}

/// Frames at 24 Hz stamped in hundredths of a second lie on a grid within the digits printed.
#[test]
fn coarse_stamps_of_an_even_clock_settle_the_mode() {
    let lambda = Complex64::new(-0.4, 4.0);
    let row = |k: u32| {
        let t = f64::from(k) / 24.0;
        format!("{:.2},{},{}\n", t, (lambda * t).exp().re, (lambda * t).exp().im)
    };
    let text = "t,x,y\n".to_owned() + &(0..110).map(row).collect::<String>();
    let found = examine(&Reading::default().parse(text.as_bytes(), "frames").unwrap(), &ModesOptions::default()).unwrap();
    let mode = settled(&found)[0];
    assert!((mode.lambda - lambda).norm() <= (3.0 * mode.uncertainty.unwrap()).max(1e-9), "{mode:?}");
}

/// Twelve numbers by chance, or an arc that does not turn, are no closed orbits.
#[test]
fn what_settles_nothing_is_no_orbit() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let of = |rows: Vec<Vec<f64>>| Trajectories::new("column", vec!["x".into()], 1.0, vec![Trajectory::new(None, 0.0, &rows)]).unwrap();
    for draw in 0..10 {
        let white = of((0..12).map(|_| vec![normal(&mut random)]).collect());
        // Logistic growth from a tenth to a half, in 2 % of noise.
        let arc = of((0..50).map(|k| vec![1.0 / (1.0 + 9.0 * (-0.045 * f64::from(k)).exp()) + 0.008 * normal(&mut random)]).collect());
        for data in [white, arc] {
            let found = examine(&data, &ModesOptions::default()).unwrap();
            assert!(found.finding.settled || found.finding.motion != Motion::Orbits, "draw {draw}: {found:?}");
        }
    }
}

/// A chain of five masses between springs that harden a little: what a linear model leaves bends the mode that is the smallest part of the motion by far more than the others.
#[test]
fn what_is_left_bends_a_small_mode_most() {
    let masses = 5;
    let field = |x: &[f64]| -> Vec<f64> {
        let place = |j: usize| if j == 0 || j > masses { 0.0 } else { x[j - 1] };
        let force = |j: usize| (place(j + 1) - place(j)) + (place(j + 1) - place(j)).powi(3);
        x[masses..].iter().copied().chain((1..=masses).map(|j| force(j) - force(j - 1))).collect()
    };
    let mut x = vec![0.008880, -0.007721, -0.004172, 0.000258, 0.012398];
    x.resize(2 * masses, 0.0);
    let (interval, steps) = (0.3, 20);
    let mut states = Vec::new();
    for _ in 0..200 {
        states.extend_from_slice(&x);
        for _ in 0..steps {
            let h = interval / f64::from(steps);
            let at = |k: &[f64], c: f64| -> Vec<f64> { x.iter().zip(k).map(|(x, k)| x + c * h * k).collect() };
            let k1 = field(&x);
            let k2 = field(&at(&k1, 0.5));
            let k3 = field(&at(&k2, 0.5));
            let k4 = field(&at(&k3, 1.0));
            x = (0..x.len()).map(|i| x[i] + h / 6.0 * (k1[i] + 2.0 * k2[i] + 2.0 * k3[i] + k4[i])).collect();
        }
    }
    let run = Trajectory::at(None, (0..200).map(|n| interval * f64::from(n)).collect(), states);
    let names = (0..2 * masses).map(|j| format!("x{j}")).collect();
    let data = Trajectories::with_times("hardening", names, Vec::new(), vec![run]).expect("samples");
    let found = examine(&data, &ModesOptions::default()).expect("examined");
    let truth = (1..=masses).map(|k| Complex64::new(0.0, 2.0 * (std::f64::consts::PI * k as f64 / 12.0).sin()));
    for mode in settled(&found).into_iter().filter(|mode| mode.lambda.im > 0.0) {
        let off = truth.clone().map(|omega| (mode.lambda - omega).norm()).fold(f64::INFINITY, f64::min);
        assert!(off < 3.0 * mode.uncertainty.unwrap_or(0.0), "{}: {off} from its place, to {:?}", mode.lambda, mode.uncertainty);
    }
}
