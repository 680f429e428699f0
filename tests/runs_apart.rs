//! Runs of one system that come to rest at different places, as rooms with a setting each do.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::inverse::Limits;
use lambdahat::predict::{Prediction, Subject};
use lambdahat::truth::{Caveat, ModesOptions, Motion, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Four runs of one linear system, each resting elsewhere: the modes are told, no trend is, and nothing is recommended, since no linear field of the columns has several equilibria. Each less where it
/// rests, a fit learns the mode.
#[test]
fn runs_that_rest_at_different_places_are_told_as_such() {
    let lambda = Complex64::new(-0.15, 1.1);
    let runs = |apart: f64, noise: f64| {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let run = |q: u32| {
            let times: Vec<f64> = (0..60).map(|k| 0.3 * f64::from(k)).collect();
            let rest = [apart * f64::from(q * q), -apart * f64::from(q)];
            let turned = Complex64::cis(f64::from(q));
            let states = times.iter().flat_map(|t| {
                let z = (lambda * t).exp() * turned;
                [z.re + rest[0] + noise * normal(&mut random), z.im + rest[1] + noise * normal(&mut random)]
            });
            Trajectory::at(None, times.clone(), states.collect())
        };
        let all = (0..4).map(run).collect();
        Trajectories::with_times("apart", vec!["x".into(), "y".into()], Vec::new(), all).unwrap()
    };
    let report = |data: &Trajectories| {
        let subject = Subject::from_data(data, &ModesOptions::default()).unwrap();
        Prediction { subject, methods: Vec::new(), substeps: 1, limits: Limits::default() }.report().unwrap()
    };
    for noise in [0.0, 0.02] {
        let apart = report(&runs(0.7, noise));
        assert_ne!(apart.finding.motion, Motion::Drift, "{noise}");
        assert!(apart.finding.settled && apart.caveats.contains(&Caveat::RestsApart) && apart.recommendation.is_none(), "{noise}");
        assert!(apart.modes.iter().filter(|m| m.settled).any(|m| (m.lambda - lambda).norm() < 0.01), "{noise}: {:?}", apart.modes);
        let together = report(&runs(0.0, noise));
        assert!(!together.caveats.contains(&Caveat::RestsApart) && together.recommendation.is_some(), "{noise}");
    }
}

/// Three rooms that warm up to a setting each, 40 draws: at most one in twenty is off by two uncertainties, alone as beside a column with the setting, which is met exactly and tells nothing of the
/// noise.
#[test]
fn a_setting_as_a_column_makes_no_rate_more_certain() {
    let (mut off, mut settled) = ([0, 0], [0, 0]);
    for seed in 0..40 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let noise: Vec<f64> = (0..150).map(|_| 0.05 * normal(&mut random)).collect();
        for (k, with_setting) in [false, true].into_iter().enumerate() {
            let run = |q: usize| {
                let setting = [20.0, 22.0, 18.0][q];
                let times: Vec<f64> = (0..50).map(|i| 0.2 * f64::from(i)).collect();
                let warm = times.iter().enumerate().map(|(i, t)| setting - (setting - 10.0) * (-0.3 * t).exp() + noise[50 * q + i]);
                let states = warm.flat_map(|x| [x, setting].into_iter().take(1 + k)).collect();
                Trajectory::at(None, times, states)
            };
            let names = ["temp", "set"].into_iter().take(1 + k).map(str::to_owned).collect();
            let data = Trajectories::with_times("rooms", names, Vec::new(), (0..3).map(run).collect()).unwrap();
            for mode in examine(&data, &ModesOptions::default()).unwrap().modes.iter().filter(|m| m.settled) {
                settled[k] += 1;
                off[k] += usize::from((mode.lambda + 0.3).norm() > 2.0 * mode.uncertainty.unwrap());
            }
            assert_eq!(data.dimension(), 1 + usize::from(with_setting));
        }
    }
    assert!(settled.iter().all(|n| *n >= 25) && off.iter().all(|n| *n <= 2), "{off:?} of {settled:?}");
}

/// Five runs of oscillators whose frequencies spread by 2 and by 5 %, in 2 % of noise: together they look like two frequencies that beat, each by itself has one. Nothing is settled, and why is said. Five runs
/// of one system of which two of four columns are seen are not concerned.
#[test]
fn runs_of_unlike_frequencies_settle_nothing() {
    let file = |names: &[&str], noise: f64, random: &mut ChaCha8Rng, at: &dyn Fn(usize, f64) -> Vec<f64>| {
        let mut run = |q: usize| {
            let times: Vec<f64> = (0..50).map(|k| 0.3 * f64::from(k)).collect();
            let states = times.iter().flat_map(|t| at(q, *t)).map(|x| x + noise * normal(random)).collect();
            Trajectory::at(None, times, states)
        };
        let all = (0..5).map(&mut run).collect();
        Trajectories::with_times("unlike", names.iter().map(|&name| name.into()).collect(), Vec::new(), all).unwrap()
    };
    for (seed, spread) in [(1, 0.02), (2, 0.02), (3, 0.05), (4, 0.05)] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let lambdas: Vec<Complex64> = (0..5).map(|_| Complex64::new(-0.1, 1.2 * (1.0 + spread * normal(&mut random)))).collect();
        let data = file(&["x", "y"], 0.01, &mut random, &|q, t| {
            let z = (lambdas[q] * t).exp();
            vec![z.re, z.im]
        });
        let found = examine(&data, &ModesOptions::default()).unwrap();
        // One frequency, between those of the runs, is an answer as well; two are not.
        let pairs = found.modes.iter().filter(|m| m.settled && m.lambda.im > 0.0).count();
        assert!(pairs <= 1, "{spread}, seed {seed}: {:?}", found.modes);
    }
    let (slow, quick) = (Complex64::new(-0.05, 1.0), Complex64::new(-0.06, 1.5));
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let phases: Vec<[f64; 2]> = (0..5).map(|_| [3.0 * normal(&mut random), 3.0 * normal(&mut random)]).collect();
    let data = file(&["x", "y"], 0.01, &mut random, &|q, t| {
        let of = |lambda: Complex64, phase: f64| (lambda * t + Complex64::new(0.0, phase)).exp().re;
        let (a, b) = (of(slow, phases[q][0]), of(quick, phases[q][1]));
        vec![a + b, a - 0.7 * b]
    });
    let found = examine(&data, &ModesOptions::default()).unwrap();
    for lambda in [slow, quick] {
        let near = |m: &&lambdahat::truth::Mode| m.settled && (m.lambda - lambda).norm() < 3.0 * m.uncertainty.unwrap();
        assert!(found.modes.iter().find(near).is_some(), "{lambda}: {:?}", found.modes);
    }
}
