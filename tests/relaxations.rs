//! Motions that come to rest, and what may not be said of them.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Caveat, Examination, ModesOptions, examine};
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
