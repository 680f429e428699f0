//! Few rows of a fast motion at uneven times: no slower one is told in its place.

#[path = "common/chance.rs"]
mod chance;

use chance::{normal, unit};
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{ModesOptions, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// −0.2 + 4i in 100 rows 0.3 to 3 apart, 1.65 in the middle: more than a turn from row to row, and gone after some twenty of them.
#[test]
fn more_than_a_turn_an_interval_is_found_or_left_open() {
    let known = Complex64::new(-0.2, 4.0);
    let mut settled = 0;
    for seed in 0..12 {
        let mut random = ChaCha8Rng::seed_from_u64(40 + seed);
        let noise = [0.0, 0.002][seed as usize % 2];
        let mut time = 0.0;
        let mut times = vec![0.0];
        times.extend((1..100).map(|_| {
            time += 0.3 + 2.7 * unit(&mut random);
            time
        }));
        let states = times.iter().flat_map(|t| {
            let z = (known * t).exp();
            [z.re + noise * normal(&mut random), 0.3 * z.re + 0.7 * z.im + noise * normal(&mut random)]
        });
        let states = states.collect();
        let data = Trajectories::with_times("sparse", vec!["a".into(), "b".into()], Vec::new(), vec![Trajectory::at(None, times, states)])
            .unwrap();
        let found = examine(&data, &ModesOptions::default()).unwrap();
        for mode in found.modes.iter().filter(|m| m.settled && m.lambda.im >= 0.0) {
            let near = 1e-9 + 3.0 * mode.uncertainty.unwrap();
            assert!((mode.lambda - known).norm() <= near, "seed {seed}: {found:?}");
            settled += 1;
        }
    }
    assert!(settled >= 10, "{settled} of 12");
}
