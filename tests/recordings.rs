//! What instruments record of plain motions: clocks that are not quite even, few digits, short runs. Nothing may be told that is not so.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Because, Caveat, Examination, ModesOptions, Motion, examine};
use num_complex::Complex64;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn examined(columns: &[&str], runs: Vec<(Vec<f64>, Vec<f64>)>, options: ModesOptions) -> Examination {
    let runs = runs.into_iter().map(|(times, states)| Trajectory::at(None, times, states)).collect();
    let names = columns.iter().map(|name| (*name).to_owned()).collect();
    examine(&Trajectories::with_times("recorded", names, Vec::new(), runs).unwrap(), &options).unwrap()
}

/// A camera at 30 frames a second with one long frame in a hundred: that is no sampling at random, and a frequency beyond half of the frames' is not told. The pendulum runs down, so that nothing drives
/// it.
#[test]
fn a_pendulum_on_video_is_neither_aliased_nor_driven() {
    for (seed, duration) in [(1, 140.0), (2, 60.0), (3, 25.0)] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let lambda = Complex64::new(-0.0055, 4.4013);
        let (mut t, mut times, mut states) = (0.0, Vec::new(), Vec::new());
        while t < duration {
            times.push(t);
            states.push(0.128 * (lambda * t).exp().re + 0.001 * normal(&mut random));
            t += if random.random_bool(0.01) { 0.035 } else { 1.0 / 30.0 };
        }
        let found = examined(&["x"], vec![(times, states)], ModesOptions::default());
        assert!(found.modes.iter().all(|m| m.lambda.im.abs() <= 30.0 * std::f64::consts::PI), "{duration}: {:?}", found.modes);
        assert!(!found.caveats.iter().any(|c| matches!(c, Caveat::SteadyCycle { .. })), "{duration}: {:?}", found.caveats);
        for mode in found.modes.iter().filter(|m| m.settled && m.lambda.im > 0.0) {
            let u = mode.uncertainty.unwrap();
            assert!((mode.lambda - lambda).norm() < 3.0 * u, "{duration}: {} ± {u}", mode.lambda);
        }
    }
}

/// Tides: the phase is kept, the size is not. The period is known to what its phase wanders, not to the scatter of it.
#[test]
fn a_cycle_whose_phase_wanders_is_known_no_better_than_that() {
    let times: Vec<f64> = (0..2400).map(f64::from).collect();
    let slow = std::f64::consts::TAU / 2400.0;
    // A day of 24 h, whose maximum moves by two hours and back within the record, and not to its beginning at the end.
    let state = |t: &f64| (5.0 + 1.2 * (slow * t).sin()) * (std::f64::consts::TAU * (t + 1.5 * (0.6 * slow * t).sin()) / 24.0).cos();
    let states = times.iter().map(state).collect();
    let found = examined(&["x"], vec![(times, states)], ModesOptions::default());
    let cycle = found.caveats.iter().find_map(|c| match c {
        Caveat::SteadyCycle { period, uncertainty, .. } => Some((*period, *uncertainty)),
        _ => None,
    });
    let (period, uncertainty) = cycle.unwrap_or_else(|| panic!("{found:?}"));
    assert!((period - 24.0).abs() < 3.0 * uncertainty, "{period} ± {uncertainty}");
}

/// Chicks on diets: runs of two rows among longer ones (once a panic).
#[test]
fn runs_shorter_than_a_model_are_read() {
    let run = |days: &[f64], grams: &[f64]| (days.to_vec(), grams.to_vec());
    let all = vec![
        run(&[2., 4., 6., 8., 10., 12., 14., 16., 18., 20., 21.], &[51., 61., 72., 83., 89., 98., 103., 113., 123., 133., 142.]),
        run(&[0., 2.], &[39., 35.]),
        run(&[0., 2., 4., 6., 8., 10., 12., 16., 18., 20., 21.], &[40., 49., 62., 78., 102., 124., 146., 197., 231., 259., 265.]),
    ];
    let found = examined(&["weight"], all, ModesOptions::default());
    assert!(found.modes.iter().all(|m| !m.settled), "{:?}", found.modes);
}

/// The logarithms of four capacitors' voltages, in two digits after the point: straight lines but for the last rows, where one unit is a tenth. Fifteen rows of four columns are not enough to ask what a
/// nonlinear system could do.
#[test]
fn few_rows_of_many_columns_settle_nothing_of_decays() {
    let times: Vec<f64> = (0..15).map(|k| 10.0 * f64::from(k)).collect();
    let volts = |t: f64, tau: f64, rest: f64| ((10.12 - rest) * (-t / tau).exp() + rest).mul_add(100.0, 0.5).floor() / 100.0;
    let states =
        times.iter().flat_map(|&t| [(26.0, 0.0), (44.0, 0.2), (72.0, 0.1), (15.5, 0.05)].map(|(tau, rest)| volts(t, tau, rest).ln()));
    let found = examined(&["a", "b", "c", "d"], vec![(times.clone(), states.collect())], ModesOptions::default());
    let grown: Vec<_> = found.modes.iter().filter(|m| m.settled && m.lambda.re > 0.0).collect();
    assert!(grown.is_empty(), "{grown:?}");
}

/// Two cups that cool at nearly the same rate: the second mode is not known, which is no trend, and rooms are equilibria.
#[test]
fn what_is_not_known_is_no_drift() {
    for seed in 0..6 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let times: Vec<f64> = (0..24).map(|k| 2.0 * f64::from(k)).collect();
        let cup = |t: f64, start: f64, rate: f64, e: f64| 28.0 + (start - 28.0) * (-rate * t).exp() + 0.4 * e;
        let states = times.iter().flat_map(|&t| {
            let (a, b) = (normal(&mut random), normal(&mut random));
            [cup(t, 68.8, 0.038, a), cup(t, 82.3, 0.041, b)]
        });
        let states = states.collect();
        let found = examined(&["milk", "black"], vec![(times.clone(), states)], ModesOptions::default());
        assert_ne!(found.finding.motion, Motion::Drift, "{seed}: {:?}", found.modes);
    }
    // A moon seen from the side, less than three turns: one column of two.
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let times: Vec<f64> = (0..240).map(|k| 2.0 * f64::from(k)).collect();
    let states = times.iter().map(|t| 14.9 * (0.03669 * t + 0.002 * (0.03669 * t).sin()).sin() + 0.02 * normal(&mut random)).collect();
    let found = examined(&["x"], vec![(times, states)], ModesOptions::default());
    assert_ne!(found.finding.motion, Motion::Drift, "{:?}", found.modes);
    assert!(!found.modes.iter().any(|m| m.settled && m.because.contains(&Because::NotExplained)));
}
