//! Motions that come to rest, and what may not be said of them.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Because, Caveat, Examination, ModesOptions, Motion, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// ṡ = −2s/(1 + s): s + ln s falls by 2 in a unit of time.
fn saturating(start: f64, time: f64) -> f64 {
    let level = start + start.ln() - 2.0 * time;
    // v = ln s solves e^v + v = level.
    (0..200).fold(level.min(start.ln()), |v, _| v - (v.exp() + v - level) / (v.exp() + 1.0)).exp()
}

/// One column in one run, with noise of this part of its spread.
fn column(rows: usize, interval: f64, noise: f64, seed: u64, of: impl Fn(f64) -> f64) -> Trajectories {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let clean: Vec<f64> = (0..rows).map(|k| of(k as f64 * interval)).collect();
    let mean = clean.iter().sum::<f64>() / rows as f64;
    let spread = (clean.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / rows as f64).sqrt();
    let noisy: Vec<Vec<f64>> = clean.iter().map(|x| vec![x + noise * spread * normal(&mut random)]).collect();
    Trajectories::new("column", vec!["x".into()], interval, vec![Trajectory::new(None, 0.0, &noisy)]).unwrap()
}

fn examined(data: &Trajectories) -> Examination {
    examine(data, &ModesOptions::default()).unwrap()
}

fn is_part(found: &Examination) -> bool {
    found.caveats.iter().any(|caveat| matches!(caveat, Caveat::PartOfState { .. } | Caveat::LagTells { .. }))
}

/// A column that only falls is a function of its own past, however many exponentials its series has; one that swings is not.
#[test]
fn one_column_is_a_part_of_a_state_only_where_it_turns() {
    for start in [1.0, 3.0, 5.0] {
        for noise in [0.0, 1e-4] {
            let found = examined(&column(80, 0.25, noise, 1, |t| saturating(start, t)));
            assert!(!is_part(&found), "{start} {noise}: {:?}", found.caveats);
        }
    }
    for noise in [0.0, 1e-4, 0.01] {
        let found = examined(&column(80, 0.25, noise, 1, |t| (-0.1 * t).exp() * (2.0 * t).cos()));
        assert!(is_part(&found), "{noise}: {found:?}");
    }
}

/// What ends at rest inside the record does not drift, and nothing drives it.
#[test]
fn what_ends_at_rest_is_neither_a_drift_nor_driven() {
    for (start, noise) in [(3.0, 0.0), (5.0, 0.0), (3.0, 1e-4)] {
        let found = examined(&column(80, 0.25, noise, 2, |t| saturating(start, t)));
        assert!(!matches!(found.finding.motion, Motion::Drift | Motion::Driven), "{start} {noise}: {:?}", found.finding);
        assert!(found.modes.iter().all(|mode| !mode.because.contains(&Because::MayBeDriven)), "{start} {noise}: {:?}", found.modes);
        assert!(!found.caveats.contains(&Caveat::EquilibriumOpen), "{start} {noise}: {:?}", found.caveats);
    }
    for seed in 0..6 {
        for of in [|t: f64| ((t - 12.0) / 3.0).tanh(), |t: f64| (-(t - 10.0).powi(2) / 8.0).exp()] {
            let found = examined(&column(120, 0.2, 0.03, seed, of));
            assert!(!matches!(found.finding.motion, Motion::Drift | Motion::Driven), "{seed}: {:?}", found.finding);
        }
    }
    // The same noise on what goes on.
    let found = examined(&column(120, 0.2, 0.03, 1, |t| 0.3 * t));
    assert_eq!(found.finding.motion, Motion::Drift);
}

/// An oscillation beside a steady ramp: its mode is known, and the whole has no equilibrium.
#[test]
fn a_ramp_beside_an_oscillation_is_a_drift_with_a_mode() {
    let lambda = Complex64::new(-0.1, 2.0);
    let rows: Vec<Vec<f64>> = (0..61).map(|k| 0.5 * f64::from(k)).map(|t| vec![(lambda * t).exp().re, 0.3 * t]).collect();
    let data = Trajectories::new("ramp", vec!["x".into(), "y".into()], 0.5, vec![Trajectory::new(None, 0.0, &rows)]).unwrap();
    let found = examined(&data);
    assert!(found.finding.settled && found.finding.motion == Motion::Drift, "{found:?}");
    let mode = &found.modes[0];
    assert!(mode.settled && (mode.lambda - lambda).norm() <= 3.0 * mode.uncertainty.unwrap(), "{mode:?}");
    // It comes to rest nowhere, which is not open.
    assert!(found.modes.iter().all(|mode| mode.equilibrium.is_empty()) && !found.caveats.contains(&Caveat::EquilibriumOpen), "{found:?}");
    assert!(found.caveats.contains(&Caveat::part_of_state(2, 3)), "{found:?}");
}

/// Gompertz's law ẋ = −x ln x from a start, and Bertalanffy's ẋ = x^{2/3} − x: both come to rest at 1, with λ = −1 and −1/3.
fn growth(of_gompertz: bool, start: f64, t: f64) -> f64 {
    if of_gompertz { (start.ln() * (-t).exp()).exp() } else { (1.0 + (start.cbrt() - 1.0) * (-t / 3.0).exp()).powi(3) }
}

fn levels_off(found: &Examination) -> bool {
    found.caveats.iter().any(|caveat| matches!(caveat, Caveat::LevelsOff { .. }))
}

/// Growth that saturates settles nothing and is no drift; what is asked for instead, runs near rest on either side in a file of their own, settles λ.
#[test]
fn what_levels_off_is_settled_near_rest() {
    for (of_gompertz, interval, truth) in [(true, 0.2, -1.0), (false, 0.375, -1.0 / 3.0)] {
        for noise in [0.0, 0.01] {
            let runs = |starts: &[f64]| {
                let mut random = ChaCha8Rng::seed_from_u64(5);
                let mut run = |start: f64| {
                    let rows: Vec<Vec<f64>> =
                        (0..40).map(|k| vec![growth(of_gompertz, start, interval * f64::from(k)) + noise * normal(&mut random)]).collect();
                    Trajectory::new(None, 0.0, &rows)
                };
                let runs = starts.iter().map(|start| run(*start)).collect();
                examined(&Trajectories::new("growth", vec!["x".into()], interval, runs).unwrap())
            };
            let found = runs(&[0.02]);
            assert!(!found.modes.iter().any(|mode| mode.settled) && levels_off(&found), "{truth} {noise}: {found:?}");
            assert!(found.finding.motion != Motion::Drift, "{truth} {noise}: {:?}", found.finding);
            let near = runs(&[0.8, 1.2]);
            let settled: Vec<_> = near.modes.iter().filter(|mode| mode.settled).collect();
            assert!(settled.len() == 1 && !levels_off(&near), "{truth} {noise}: {near:?}");
            let (lambda, uncertainty) = (settled[0].lambda, settled[0].uncertainty.unwrap());
            assert!(
                (lambda - truth).norm() <= 3.0 * uncertainty && uncertainty < 0.1 * truth.abs(),
                "{truth} {noise}: {lambda} ± {uncertainty}"
            );
        }
    }
    // Nothing is known of a field through runs from one side, nor of what does not level off.
    assert!(!levels_off(&examined(&column(60, 0.2, 0.0, 3, |t| (0.1 * t).exp() + t))));
    assert!(!levels_off(&examined(&column(60, 0.5, 0.0, 3, |t| (0.05 * t).cos()))));
}
