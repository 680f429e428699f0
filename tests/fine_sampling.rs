//! Many rows of a motion that is slow beside their interval: the whole of it is looked at, and more rows do not tell less.

#[path = "common/chance.rs"]
mod chance;

use chance::normal;
use lambdahat::data::{Trajectories, Trajectory};
use lambdahat::truth::{Caveat, Examination, ModesOptions, examine};
use num_complex::Complex64;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A swing from 1.5 rad whose ω² is `stiffness` of the time, over 40: by the classical method in steps of a thousandth, which is off by less than 1e-11. Rows `interval` apart.
fn swing(interval: f64, noise: f64, stiffness: impl Fn(f64) -> f64) -> Trajectories {
    let field = |t: f64, [x, v]: [f64; 2]| [v, -stiffness(t) * x.sin() - 0.1 * v];
    let h = 1e-3;
    let each = (interval / h).round() as usize;
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut state = [1.5, 0.0];
    let mut rows = Vec::new();
    for k in 0..=40_000 {
        if k % each == 0 {
            rows.push(state.map(|x| x + noise * normal(&mut random)).to_vec());
        }
        let t = h * k as f64;
        let along = |by: f64, slope: [f64; 2]| [state[0] + by * slope[0], state[1] + by * slope[1]];
        let a = field(t, state);
        let b = field(t + 0.5 * h, along(0.5 * h, a));
        let c = field(t + 0.5 * h, along(0.5 * h, b));
        let d = field(t + h, along(h, c));
        state = [0, 1].map(|j| state[j] + h / 6.0 * (a[j] + 2.0 * b[j] + 2.0 * c[j] + d[j]));
    }
    Trajectories::new("swing", ["x", "v"].map(String::from).to_vec(), interval, vec![Trajectory::new(None, 0.0, &rows)]).unwrap()
}

fn examined(data: &Trajectories) -> Examination {
    examine(data, &ModesOptions::default()).unwrap()
}

/// −0.05 ± i√(1 − 0.05²), whether there are 401 rows or 40,001, without noise and with 2 %.
#[test]
fn many_rows_tell_no_less_than_few() {
    let known = Complex64::new(-0.05, (1.0f64 - 0.0025).sqrt());
    for (interval, noise) in [(0.1, 0.0), (0.01, 0.0), (0.001, 0.0), (0.1, 0.02), (0.01, 0.02), (0.001, 0.02)] {
        let found = examined(&swing(interval, noise, |_| 1.0));
        let mode = found.modes.iter().find(|m| m.lambda.im > 0.0).expect("an oscillation");
        assert!(mode.settled, "{interval} {noise}: {found:?}");
        assert!((mode.lambda - known).norm() <= 3.0 * mode.uncertainty.unwrap(), "{interval} {noise}: {found:?}");
        let every = found.caveats.iter().find_map(|c| if let Caveat::FieldFitted { every, .. } = c { Some(*every) } else { None });
        assert!(every.is_none_or(|every| (every > 1) == (interval < 0.1)), "{interval} {noise}: {every:?}");
    }
}

/// A spring that is another one from the middle on: the field of the first thousand rows is not the system's.
#[test]
fn a_change_in_the_middle_is_seen() {
    let found = examined(&swing(0.004, 0.0, |t| if t < 20.0 { 1.0 } else { 1.3 }));
    assert!(!found.modes.iter().any(|m| m.settled), "{found:?}");
}
